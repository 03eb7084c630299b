//! Texts of the overview, the stock lists, the stock table and a product's page.

use super::texts;

texts! {
    // Overview
    good_morning(name): "Good morning, {name}" | "Günaydın, {name}";
    good_afternoon(name): "Good afternoon, {name}" | "İyi günler, {name}";
    good_evening(name): "Good evening, {name}" | "İyi akşamlar, {name}";
    needs_you: "What needs you" | "İlgi bekleyenler";
    nothing_needs_you: "Nothing needs you." | "İlgi bekleyen bir şey yok.";
    oldest(age): "the oldest for {age}" | "en eskisi {age}";
    card_oversold[n]: "{n} line oversold", "{n} lines oversold" | "{n} satır fazla satıldı";
    card_orders_waiting[n]: "{n} order waits for the ERP", "{n} orders wait for the ERP" | "{n} sipariş ERP bekliyor";
    card_import_failed[n]: "{n} import has failed rows", "{n} imports have failed rows"
        | "{n} içe aktarmada hatalı satır var";
    card_short[n]: "{n} line is short", "{n} lines are short" | "{n} satırın stoku yok";
    card_discrepancies[n]: "{n} active discrepancy", "{n} active discrepancies" | "{n} etkin stok farkı";
    card_packages[n]: "{n} package to prepare", "{n} packages to prepare" | "{n} paket hazırlanacak";
    card_channels[n]: "{n} channel is behind", "{n} channels are behind" | "{n} kanal geride";
    card_failures[n]: "{n} delivery failure", "{n} delivery failures" | "{n} teslim hatası";
    what_there_is: "What there is" | "Ne var";
    last_day: "Last 24 hours" | "Son 24 saat";
    per_minutes[n]: "per minute", "per {n} minutes" | "{n} dakikada bir";
    now_happening: "Newest changes" | "En yeni değişiklikler";
    last_imports: "Last imports" | "Son içe aktarmalar";
    no_changes: "Nothing has changed yet." | "Henüz bir şey değişmedi.";
    no_imports_yet: "No file has been sent yet." | "Henüz dosya gönderilmedi.";
    all_lists(n): "All {n} stock lists" | "{n} stok listesinin tümü";
    all_imports: "All imports" | "Tüm içe aktarmalar";
    first_steps: "Three steps to the first order" | "İlk siparişe üç adım";
    step_list: "Make a stock list. It stands for a warehouse or a store." | "Bir stok listesi açın. Depo ya da mağaza demektir.";
    step_level: "Write the first stock level." | "İlk stok miktarını yazın.";
    step_order: "Place an order and see the units reserved." | "Sipariş verin, adetler rezerve edilsin.";
    // Lists
    lists_title: "Stock lists" | "Stok listeleri";
    code: "Code" | "Kod";
    location: "Location" | "Konum";
    product_stocks: "Product stocks" | "Ürün stokları";
    newest_level: "Newest level" | "En yeni miktar";
    level_is_old: "old" | "eski";
    sold_by: "Sold by" | "Satan kataloglar";
    no_lists: "There is no stock list yet" | "Henüz stok listesi yok";
    no_lists_hint: "A stock list is a warehouse or a store. It is made through the API or from a file:"
        | "Stok listesi bir depo ya da mağazadır. API ile ya da dosyadan açılır:";
    // States
    sold_out: "Sold out" | "Tükendi";
    low: "Low" | "Az kaldı";
    oversold: "Oversold" | "Fazla satıldı";
    oversold_by(n): "Oversold by {n}" | "{n} fazla satıldı";
    off_sale: "Off sale" | "Satış dışı";
    changed_today: "Changed today" | "Bugün değişen";
    kg: "kg" | "kg";
    // The table
    another_list: "Another list" | "Başka liste";
    export_view: "Export view" | "Görünümü dışa aktar";
    import_file: "Import a file" | "Dosya aktar";
    views: "Views" | "Görünümler";
    save_view: "Save this view" | "Bu görünümü kaydet";
    view_name: "Name of the view" | "Görünümün adı";
    view_shared: "Everyone may use it" | "Herkes kullanabilsin";
    view_hint: "The search, filters, order and columns are saved." | "Arama, süzgeç, sıra ve sütunlar kaydedilir.";
    save_changes: "Save changes of this view" | "Görünümdeki değişikliği kaydet";
    view_share(name): "Share “{name}”" | "“{name}” görünümünü paylaş";
    view_unshare(name): "Stop sharing “{name}”" | "“{name}” paylaşımını kaldır";
    remove_view: "Remove this view" | "Bu görünümü kaldır";
    search_stock: "Search stock" | "Stokta ara";
    search_stock_hint: "SKU, name or barcode" | "SKU, ad ya da barkod";
    filter: "Filter" | "Süz";
    unit: "Unit" | "Birim";
    pieces: "Pieces" | "Adet";
    kilograms: "Kilograms" | "Kilogram";
    changed_since: "Changed since" | "Şu günden beri değişen";
    columns: "Columns" | "Sütunlar";
    rows_per_page: "Rows per page" | "Sayfadaki satır";
    last_moves: "Last moves" | "Son hareketler";
    last_change: "Last change" | "Son değişiklik";
    level_age: "Level taken" | "Miktar zamanı";
    stock_caption(list): "Product stocks of {list}" | "{list}: ürün stokları";
    select_page: "Select all on this page" | "Bu sayfadakilerin tümünü seç";
    select_row(sku): "Select {sku}" | "{sku} seç";
    edit_level(sku): "Change the level of {sku}" | "{sku} miktarını değiştir";
    why_row(sku): "Why does {sku} stand so?" | "{sku} neden böyle?";
    without_filter(name): "Remove the filter: {name}" | "Süzgeci kaldır: {name}";
    sort_by(column): "Sort by {column}" | "{column} sırasına koy";
    selected[n]: "{n} selected", "{n} selected" | "{n} seçili";
    selection: "Selection" | "Seçim";
    whole_view[n]: "All {n} of this view", "All {n} of this view" | "Bu görünümün {n} satırı";
    whole_view_uncounted: "All of this view" | "Bu görünümün tümü";
    set_level: "Set level" | "Miktar yaz";
    add_or_take: "Add or take" | "Ekle veya çıkar";
    clear_selection: "Clear selection" | "Seçimi bırak";
    bulk_hint: "A preview is made first; nothing changes before you apply it."
        | "Önce önizleme yapılır; uygulamadan hiçbir şey değişmez.";
    bulk_nothing: "Select rows first." | "Önce satır seçin.";
    amount: "Amount" | "Miktar";
    no_stock: "No stock in this list yet" | "Bu listede henüz stok yok";
    no_stock_hint: "Import a file, or let the ERP write levels:" | "Dosya aktarın ya da ERP miktar yazsın:";
    no_match: "No stock matches" | "Uyan stok yok";
    no_match_hint: "The view and the filters leave nothing." | "Görünüm ve süzgeçler hiçbir şey bırakmıyor.";
    drop_filters: "Drop the filters" | "Süzgeçleri kaldır";
    undo_touched: "Cannot be undone: something has happened to this stock since."
        | "Geri alınamaz: bu stokta o zamandan beri bir şey oldu.";
    undo_settled: "Cannot be undone: the level settled reported units."
        | "Geri alınamaz: miktar, bildirilmiş adetleri kapattı.";
    // Editing a level
    new_level: "Stock level" | "Stok miktarı";
    level_set: "Set" | "Yaz";
    level_add: "Add or take" | "Ekle veya çıkar";
    level_hint: "A number sets the level; +6 or −3 changes it." | "Sayı miktarı yazar; +6 veya −3 onu değiştirir.";
    reason: "Reason" | "Neden";
    reason_counted: "Counted" | "Sayıldı";
    reason_received: "Received" | "Geldi";
    reason_damaged: "Damaged" | "Hasarlı";
    reason_lost: "Lost" | "Kayıp";
    reason_returned: "Returned" | "İade";
    reason_corrected: "Corrected" | "Düzeltildi";
    reason_other: "Other" | "Diğer";
    note: "Note" | "Not";
    reserved_by[n]: "Reserved by {n} line", "Reserved by {n} lines" | "{n} satır rezerve etti";
    reserved_units: "Reserved" | "Rezerve";
    more_reserved[n]: "{n} more unit by other order lines", "{n} more units by other order lines"
        | "diğer sipariş satırlarıyla {n} adet daha";
    level_written_over: "Somebody has written this level since. Look at it again."
        | "Bu miktar o sırada yazıldı. Yeniden bakın.";
    level_no_number: "A whole number, or +6 and −3 for a change." | "Tam sayı, ya da değişim için +6 ve −3.";
    reported_waits: "Reported, level not in yet" | "Bildirilmiş, miktar bekleniyor";
    settles[n]: "This level settles {n} reported unit, so it cannot be undone.",
        "This level settles {n} reported units, so it cannot be undone."
        | "Bu miktar bildirilmiş {n} adedi kapatır, geri alınamaz.";
    // Why is it 3?
    why_is_it(n): "Why is it {n}?" | "Neden {n}?";
    available_in_all: "available in all lists" | "tüm listelerde satılabilir";
    counted_by(name, time): "counted by {name}, {time}" | "{name} saydı, {time}";
    written_by(name, time): "written by {name}, {time}" | "{name} yazdı, {time}";
    imported_by(name, time): "imported by {name}, {time}" | "{name} aktardı, {time}";
    level_taken(time): "level taken at {time}" | "miktar zamanı {time}";
    by_lines[n](units): "{units} by {n} order line", "{units} by {n} order lines" | "{units}: {n} sipariş satırı";
    by_many_lines(units): "{units} by order lines" | "{units}: sipariş satırları";
    in_carts_n(n): "{n} in carts" | "{n} sepetlerde";
    cart_of(reference): "cart {reference}" | "sepet {reference}";
    other_cart: "another channel’s cart" | "başka kanalın sepeti";
    reserved_until(time): "until {time}" | "{time} saatine kadar";
    in_a_cart: "in a cart" | "sepette";
    sold_elsewhere_n(n): "{n} sold elsewhere" | "{n} başka yerde satıldı";
    sold_elsewhere: "sold elsewhere" | "başka yerde satıldı";
    registered_since(time): "registered since {time}" | "{time} beri kayıtlı";
    next_level_settles: "the next level settles it" | "sonraki miktar kapatır";
    since_time(time): "since {time}" | "{time} beri";
    never_written: "no level has been written" | "miktar yazılmadı";
    off_sale_why(time): "A discrepancy keeps it off sale since {time}." | "{time} beri bir stok farkı satışı durduruyor.";
    lists: "Lists" | "Listeler";
    on_hand_of(n, code): "{n} on hand · {code}" | "eldeki {n} · {code}";
    lists_without[n]: "{n} list without it", "{n} lists without it" | "{n} listede yok";
    told_channels: "Sent to channels" | "Kanallara gönderilen";
    behind(age): "{age} behind" | "{age} geride";
    up_to_date: "up to date" | "güncel";
    nothing_told: "No channel sells it." | "Satan kanal yok.";
    range: "Range" | "Aralık";
    day: "24 h" | "24 sa";
    week: "7 d" | "7 g";
    month: "30 d" | "30 g";
    newest_changes: "Last 200" | "Son 200";
    chart_cut(time): "The newest 200 changes begin at {time}." | "En yeni 200 değişiklik {time} ile başlar.";
    as_table: "As a table" | "Tablo olarak";
    level_mark: "level" | "miktar";
    count_mark: "count" | "sayım";
    cancel_mark: "cancellation" | "iptal";
    chart_title(from, to): "Available went from {from} to {to}" | "Satılabilir {from} iken {to} oldu";
    chart_empty: "Nothing has changed in this time." | "Bu sürede bir şey değişmedi.";
    who_reserves: "What reserves it" | "Neler rezerve ediyor";
    nothing_reserves: "Nothing reserves it." | "Rezerve eden yok.";
    what_is_reported: "What is reported" | "Neler bildirildi";
    settled(numbers): "settled {numbers}" | "kapanan: {numbers}";
    settled_and[n](numbers): "settled {numbers} and {n} more", "settled {numbers} and {n} more"
        | "kapanan: {numbers} ve {n} tane daha";
    settles_from(time): "A level that is taken at {time} or later settles all of these."
        | "{time} ya da sonrasında alınan bir miktar bunların tümünü kapatır.";
    other_order: "another order" | "başka bir sipariş";
    release_of(number): "Release {number}" | "Kaydet: {number}";
    cancel_line: "Cancel" | "İptal et";
    cancel_of(number): "Cancel {number}" | "İptal et: {number}";
    discrepancies: "Discrepancies" | "Stok farkları";
    missing_not_there: "Not found" | "Bulunamadı";
    missing_damaged: "Damaged" | "Hasarlı";
    missing_wrong_item: "Something else in its place" | "Yerinde başka ürün";
    missing_count: "A count found another number" | "Sayım başka bir sayı buldu";
    waits_for_erp: "waits for the ERP" | "ERP bekliyor";
    no_order_of_ours: "no order here" | "burada siparişi yok";
    since: "Since" | "Süre";
    erp_code: "ERP code" | "ERP kodu";
    old_tag: "Old" | "Eski";
    what_happened: "What happened" | "Neler oldu";
    all_causes: "All causes" | "Tüm nedenler";
    nothing_happened: "Nothing has happened to it since it was made." | "Açıldığından beri bir şey olmadı.";
    older: "Older changes" | "Daha eski değişiklikler";
    at_a_time: "At a time" | "Bir anda";
    at_time_hint: "Shows what the numbers were at that moment." | "O andaki sayıları gösterir.";
    // Causes, as a word behind a time and as the beginning of a sentence
    did_order: "ordered" | "sipariş";
    did_release: "released" | "kaydedildi";
    did_cancel: "cancelled" | "iptal";
    did_write: "level written" | "miktar yazıldı";
    did_import: "imported" | "aktarıldı";
    did_source: "sourced" | "kaynak seçildi";
    did_not_find: "not found" | "bulunamadı";
    did_transfer: "transferred" | "transfer";
    did_return: "returned" | "iade";
    did_count: "counted" | "sayıldı";
    did_find: "found again" | "yeniden bulundu";
    did_reserve_cart: "reserved by a cart" | "sepet rezerve etti";
    did_change_cart: "cart changed" | "sepet değişti";
    did_release_cart: "cart released" | "sepet bırakıldı";
    did_expire_cart: "cart expired" | "sepetin süresi doldu";
    did_confirm_cart: "cart ordered" | "sepet sipariş oldu";
    did_move: "moved between lists" | "listeler arası taşındı";
    did_settle: "settled without a level" | "miktar beklemeden kapatıldı";
    did_roll_up: "rolled up" | "birleştirildi";
    said_order(n): "Ordered {n}" | "{n} sipariş edildi";
    said_release(n): "The ERP registered {n}: from reserved to reported" | "ERP {n} kaydetti: rezerveden bildirilmişe";
    said_cancel(n): "Cancelled {n}" | "{n} iptal edildi";
    said_write(n): "Level {n} written" | "Miktar {n} yazıldı";
    said_import(n): "Level {n} imported" | "Miktar {n} aktarıldı";
    said_source(n): "Sourcing moved {n}" | "Kaynak seçimi {n} taşıdı";
    said_not_find(n): "{n} not found at the location" | "{n} konumda bulunamadı";
    said_transfer(n): "{n} transferred" | "{n} transfer edildi";
    said_return(n): "{n} came back" | "{n} geri geldi";
    said_count(n): "Counted {n}" | "{n} sayıldı";
    said_reserve_cart(n): "A cart reserved {n}" | "Bir sepet {n} rezerve etti";
    said_change_cart(n): "A cart changed by {n}" | "Bir sepet {n} değişti";
    said_release_cart(n): "A cart released {n}" | "Bir sepet {n} bıraktı";
    said_expire_cart(n): "The time of a cart was over: {n} are free" | "Bir sepetin süresi doldu: {n} serbest";
    said_confirm_cart: "A cart became an order" | "Bir sepet sipariş oldu";
    said_move(n): "A transfer between lists moved {n}" | "Listeler arası transfer {n} taşıdı";
    said_settle(n): "{n} registered by the ERP settled without a level" | "ERP’nin kaydettiği {n}, miktar beklemeden kapatıldı";
    said_roll_up(n): "{n} old changes of a day or more, rolled up into one" | "Bir günün ya da daha uzun sürenin {n} eski değişikliği, bir arada";
    said_find: "The discrepancy was removed" | "Stok farkı kaldırıldı";
    from_to(what, from, to): "{what} {from} → {to}" | "{what} {from} → {to}";
    with_token(name, token): "{name}, token “{token}”" | "{name}, “{token}” anahtarı";
    // Explanations
    help_available: "Available is what can still be sold: on hand − reserved − reported, and never below zero."
        | "Satılabilir, daha satılabilecek olandır: eldeki − rezerve − bildirilmiş; sıfırın altına inmez.";
    help_reserved: "Reserved are the units of orders that the ERP has not registered yet, and those sold elsewhere."
        | "Rezerve, ERP’nin henüz kaydetmediği siparişlerin ve başka yerde satılanların adetleridir.";
    help_reported: "Reported are the units that the ERP has registered and that no newer stock level accounts for yet."
        | "Bildirilmiş, ERP’nin kaydettiği, ama daha yeni bir miktarın henüz kapsamadığı adetlerdir.";
    help_on_hand: "On hand is the stock level that was written last." | "Eldeki, en son yazılan stok miktarıdır.";
}

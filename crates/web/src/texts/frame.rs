//! Texts of the frame and of every screen: navigation, times, buttons, errors, the search, the keys.

use super::texts;

texts! {
    // Navigation
    product_name: "Onhand" | "Onhand";
    overview: "Overview" | "Genel bakış";
    stock: "Stock" | "Stok";
    orders: "Orders" | "Siparişler";
    imports: "Imports" | "İçe aktarmalar";
    search: "Search" | "Ara";
    me: "Settings" | "Ayarlar";
    reference: "Reference" | "Başvuru";
    api: "API description" | "API açıklaması";
    main_navigation: "Main" | "Ana menü";
    short_navigation: "Main, short" | "Ana menü, kısa";
    to_content: "To the content" | "İçeriğe geç";
    light_or_dark: "Light or dark" | "Açık veya koyu";
    lists_count[n]: "{n} list", "{n} lists" | "{n} liste";
    waiting_for_erp: "waiting for the ERP" | "ERP bekliyor";
    // Words
    available: "Available" | "Satılabilir";
    reserved: "Reserved" | "Rezerve";
    reported: "Reported" | "Bildirilmiş";
    on_hand: "On hand" | "Eldeki";
    sku: "SKU" | "SKU";
    product: "Product" | "Ürün";
    list: "List" | "Liste";
    order: "Order" | "Sipariş";
    channel: "Channel" | "Kanal";
    own_shop: "own API" | "kendi API";
    quantity: "Quantity" | "Miktar";
    state: "State" | "Durum";
    when: "When" | "Zaman";
    by: "By" | "Kim";
    name: "Name" | "Ad";
    rows[n]: "{n} row", "{n} rows" | "{n} satır";
    units[n]: "{n} unit", "{n} units" | "{n} adet";
    products[n]: "{n} product", "{n} products" | "{n} ürün";
    nothing_here: "Nothing here" | "Burada bir şey yok";
    // Buttons
    save: "Save" | "Kaydet";
    cancel: "Leave" | "Vazgeç";
    remove: "Remove" | "Kaldır";
    close: "Close" | "Kapat";
    open: "Open" | "Aç";
    undo: "Undo" | "Geri al";
    export: "Export" | "Dışa aktar";
    apply: "Apply" | "Uygula";
    more: "More" | "Daha fazla";
    all: "All" | "Tümü";
    copy: "Copy" | "Kopyala";
    copied: "Copied" | "Kopyalandı";
    show_again: "Show again" | "Yeniden göster";
    previous_page: "Previous page" | "Önceki sayfa";
    next_page: "Next page" | "Sonraki sayfa";
    what_is(word): "What does “{word}” mean?" | "“{word}” ne demek?";
    // Pages
    range_of(from, to, total): "{from}–{to} of {total}" | "{from}–{to} / {total}";
    range_more(from, to): "{from}–{to}, more" | "{from}–{to}, devamı var";
    range_end(from, to): "{from}–{to}" | "{from}–{to}";
    // Times
    ago_s(n): "{n} s ago" | "{n} sn önce";
    ago_min(n): "{n} min ago" | "{n} dk önce";
    ago_h(n): "{n} h ago" | "{n} sa önce";
    span_s(n): "{n} s" | "{n} sn";
    span_min(n): "{n} min" | "{n} dk";
    span_h(n): "{n} h" | "{n} sa";
    span_d(n): "{n} d" | "{n} g";
    count_again: "Count again" | "Yeniden say";
    sums_of(time): "sums of {time}" | "toplamlar: {time}";
    // The stream
    live: "Live" | "Canlı";
    live_paused: "Paused" | "Duraklatıldı";
    live_lost(at): "Not live since {at}, trying again" | "{at} beri canlı değil, yeniden deneniyor";
    live_switch: "Follow changes" | "Değişiklikleri izle";
    // Errors
    refused_title: "You may not open this" | "Bunu açma yetkiniz yok";
    refused_role(role): "Your role is {role}. This screen needs another one." | "Rolünüz: {role}. Bu ekran başka bir rol ister.";
    refused_ask(roles): "These roles may open it: {roles}. An administrator can change your role."
        | "Açabilen roller: {roles}. Rolünüzü bir yönetici değiştirebilir.";
    not_found_title: "There is nothing at this address" | "Bu adreste bir şey yok";
    not_found_hint: "It may have been removed, or the address is mistyped." | "Kaldırılmış olabilir ya da adres yanlış yazılmıştır.";
    error_title: "That did not work" | "Bu olmadı";
    error_kept: "What you had entered is still there." | "Girdikleriniz duruyor.";
    error_nothing_changed: "Nothing has been changed." | "Hiçbir şey değişmedi.";
    error_code: "Code" | "Kod";
    request_id: "Request" | "İstek";
    try_again: "Try again" | "Yeniden dene";
    try_again_in: "You can try again in" | "Yeniden deneyebilmek için kalan süre:";
    seconds: "seconds." | "saniye.";
    to_overview: "To the overview" | "Genel bakışa git";
    form_errors[n]: "{n} field needs a look", "{n} fields need a look" | "{n} alan gözden geçirilmeli";
    // The search
    search_everything: "SKU, name, barcode, order number, screen" | "SKU, ad, barkod, sipariş numarası, ekran";
    search_none(words): "Nothing found for “{words}”" | "“{words}” için bir şey bulunamadı";
    search_hint: "SKUs and order numbers are found by their beginning, names by their words."
        | "SKU ve sipariş numaraları başlangıçlarıyla, adlar kelimeleriyle bulunur.";
    search_screens: "Screens" | "Ekranlar";
    search_products: "Products" | "Ürünler";
    search_orders: "Orders" | "Siparişler";
    search_imports: "Imports" | "İçe aktarmalar";
    // The keys
    keys: "Keys" | "Tuşlar";
    keys_everywhere: "Everywhere" | "Her yerde";
    keys_table: "In a table of stock" | "Stok tablosunda";
    key_search: "to the search field" | "arama alanına";
    key_palette: "search everything" | "her şeyde ara";
    key_go: "then o, s, r, i or m: overview, stock, orders, imports, settings"
        | "sonra o, s, r, i veya m: genel bakış, stok, siparişler, içe aktarmalar, ayarlar";
    key_cards: "open a card of the overview" | "genel bakışta bir kart aç";
    key_keys: "all keys" | "tüm tuşlar";
    key_move: "move" | "gezin";
    key_edit: "edit" | "düzenle";
    key_select: "select" | "seç";
    key_select_all: "select the page, again: the whole view" | "sayfayı seç, yeniden: tüm görünümü";
    key_timeline: "next or previous change of a product" | "ürünün sonraki ya da önceki değişikliği";
    key_lists: "previous or next list of a product" | "ürünün önceki ya da sonraki listesi";
    key_why: "why is it so?" | "neden böyle?";
    key_export: "export the view" | "görünümü dışa aktar";
    key_leave: "leave" | "çık";
}

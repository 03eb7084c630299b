//! Texts of the list of orders and of an order's page, with the names of states.

use super::texts;

texts! {
    orders_waiting: "Waiting for the ERP" | "ERP bekleyenler";
    orders_oversold: "Oversold lines" | "Fazla satılan satırlar";
    orders_short: "Short" | "Stoksuz";
    orders_cancelled: "Cancelled" | "İptal edilen";
    orders_newest: "All, newest first" | "Tümü, önce yeni";
    oldest_waits(age): "the oldest waits for {age}" | "en eskisi {age} bekliyor";
    search_orders_field: "Search orders" | "Siparişlerde ara";
    search_orders_hint: "Order number" | "Sipariş numarası";
    every_channel: "Every channel" | "Tüm kanallar";
    number: "Number" | "Numara";
    placed: "Placed" | "Verildi";
    lines: "Lines" | "Satırlar";
    units_reserved: "Units reserved" | "Rezerve adet";
    erp: "ERP" | "ERP";
    packages: "Packages" | "Paketler";
    taken: "taken" | "aldı";
    not_taken: "not yet" | "henüz almadı";
    no_orders: "No order has been placed yet" | "Henüz sipariş verilmedi";
    no_orders_hint: "Orders arrive through the API:" | "Siparişler API ile gelir:";
    no_orders_match: "No order matches" | "Uyan sipariş yok";
    nothing_waits: "Nothing waits for the ERP." | "ERP bekleyen yok.";
    show_all_orders: "Show all orders" | "Tüm siparişleri göster";
    // One order
    placed_by(name): "placed by {name}" | "veren: {name}";
    status: "Status" | "Durum";
    taken_by_erp: "Taken by the ERP" | "ERP aldı mı";
    not_yet_for(age): "not yet, for {age}" | "henüz değil, {age}";
    mark_taken: "Mark as taken" | "Alındı olarak işaretle";
    no_package: "none yet" | "henüz yok";
    line: "Line" | "Satır";
    reservation: "Reservation" | "Rezervasyon";
    price: "Price" | "Fiyat";
    line_reserved: "reserved" | "rezerve";
    line_reported: "reported, level due" | "bildirilmiş, miktar bekleniyor";
    line_settled: "settled" | "kapandı";
    line_cancelled: "cancelled" | "iptal";
    line_short: "short: no stock has it" | "stoksuz: hiçbir stokta yok";
    line_oversold: "oversold" | "fazla satıldı";
    back_on_sale[n]: "{n} unit came back on sale", "{n} units came back on sale" | "{n} adet yeniden satışta";
    outgoing_pending: "waits for the data source" | "veri kaynağını bekliyor";
    outgoing_placed: "placed with the data source" | "veri kaynağına iletildi";
    outgoing_refused: "refused by the data source" | "veri kaynağı reddetti";
    outgoing_cancelling: "is being cancelled there" | "orada iptal ediliyor";
    outgoing_cancelled: "cancelled there" | "orada iptal edildi";
    outgoing_failed: "not clear with the data source" | "veri kaynağıyla netleşmedi";
    sourced_first: "first choice" | "ilk tercih";
    sourced_next: "next choice: others had too few" | "sonraki tercih: diğerlerinde yetmedi";
    sourced_fewest: "keeps the order together" | "sipariş bölünmesin diye";
    sourced_some: "no list had all units" | "hiçbir listede tamamı yoktu";
    sourced_none: "no list had it" | "hiçbir listede yoktu";
    sourced_at(reason, kilometres): "{reason}, {kilometres} km" | "{reason}, {kilometres} km";
    asks_cancellation(reason): "cancellation asked for: {reason}" | "iptal istendi: {reason}";
    release: "Release…" | "Kaydet…";
    release_line(line): "Release line {line}" | "{line} satırını kaydet";
    release_do: "Release" | "Kaydet";
    registered_at: "Registered at" | "Kayıt zamanı";
    registered_hint: "Empty means now. The ERP’s clock, for instance 2026-11-28T14:03."
        | "Boş: şimdi. ERP saati, örneğin 2026-11-28T14:03.";
    release_effect[n]: "{n} unit goes from reserved to reported; what is available stays the same.",
        "{n} units go from reserved to reported; what is available stays the same."
        | "{n} adet rezerveden bildirilmişe geçer; satılabilir aynı kalır.";
    cancel_lines: "Cancel lines…" | "Satır iptali…";
    cancel_title: "Cancel lines" | "Satırları iptal et";
    cancel_reason: "Reason" | "Neden";
    cancel_effect: "The units of open lines are available again at once." | "Açık satırların adetleri hemen yeniden satılabilir.";
    cancel_do: "Cancel the ticked lines" | "İşaretli satırları iptal et";
    select_line(line): "Select line {line}" | "{line} satırını seç";
    source_again: "Source again" | "Yeniden kaynak seç";
    timeline: "Timeline" | "Zaman çizelgesi";
    raw_order: "The order as the API shows it" | "Siparişin API’deki hâli";
    more_orders_of: "lines" | "satır";
    event_placed[n]: "Placed, {n} unit reserved", "Placed, {n} units reserved" | "Verildi, {n} adet rezerve";
    event_released(code): "Registered as {code}" | "{code} olarak kaydedildi";
    event_taken: "Taken by the ERP" | "ERP aldı";
    event_cancelled[n]: "{n} unit cancelled", "{n} units cancelled" | "{n} adet iptal";
    event_packed(package): "Package {package} made" | "{package} paketi oluştu";
    event_shipped(package): "Package {package} shipped" | "{package} paketi gönderildi";
    event_not_found(place): "Not found at {place}" | "{place} konumunda bulunamadı";
    event_sourced(place): "Sourced from {place}" | "Kaynak: {place}";
    // Cancellation requests
    cancellations: "Cancellation requests" | "İptal istekleri";
    requests_waiting: "Waiting for an answer" | "Yanıt bekleyen";
    no_requests: "No cancellation request waits for an answer" | "Yanıt bekleyen iptal isteği yok";
    no_requests_hint: "Channels and the API send requests. A line stays reserved until its request is approved."
        | "İstekler kanallardan ve API’den gelir. İstek onaylanana kadar satır rezerve kalır.";
    asked_at: "Asked" | "İstendi";
    asks_refund: "refund" | "para iadesi";
    request_confirmed: "confirmed" | "doğrulandı";
    select_request(number, sku): "Select the request for {sku} of {number}" | "{number} siparişindeki {sku} isteğini seç";
    answer_requests: "Answer the ticked requests" | "İşaretli istekleri yanıtla";
    answer_effect: "Approving a cancellation cancels its line, and its open units are available again. A refund changes no stock."
        | "İptal onaylanınca satırı iptal edilir, açık adetleri yeniden satılabilir. Para iadesi stoğu değiştirmez.";
    nothing_comes_back: "No unit would come back on sale." | "Hiçbir adet yeniden satışa çıkmaz.";
    approve: "Approve" | "Onayla";
    reject: "Reject" | "Reddet";
    requests_approved[n]: "{n} request approved", "{n} requests approved" | "{n} istek onaylandı";
    requests_rejected[n]: "{n} request rejected", "{n} requests rejected" | "{n} istek reddedildi";
    requests_left[n]: "{n} request was not answered; its row says why.", "{n} requests were not answered; their rows say why."
        | "{n} istek yanıtlanmadı; nedeni satırında.";
    // The vendor's states of orders and lines
    status_cancellation_waiting: "cancellation waiting" | "iptal bekliyor";
    status_cancelled: "cancelled" | "iptal";
    status_waiting: "waiting" | "bekliyor";
    status_payment_waiting: "payment waiting" | "ödeme bekliyor";
    status_confirmation_waiting: "confirmation waiting" | "onay bekliyor";
    status_approved: "approved" | "onaylandı";
    status_inactive: "not active" | "etkin değil";
    status_preparing: "preparing" | "hazırlanıyor";
    status_shipped: "shipped" | "gönderildi";
    status_shipped_and_informed: "shipped and informed" | "gönderildi, bildirildi";
    status_ready_for_pickup: "ready for pickup" | "teslime hazır";
    status_attempted_delivery: "attempted delivery" | "teslim denendi";
    status_review_started: "review started" | "inceleme başladı";
    status_review_waiting: "review waiting" | "inceleme bekliyor";
    status_delivered: "delivered" | "teslim edildi";
    status_refunded: "refunded" | "iade edildi";
}

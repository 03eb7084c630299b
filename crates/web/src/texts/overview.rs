//! Texts of the overview's chart and of what follows the stream of changes.

use super::texts;

texts! {
    card_cancellations[n]: "{n} cancellation request waits", "{n} cancellation requests wait" | "{n} iptal isteği bekliyor";
    // The last day
    lines_reserved: "Lines reserved" | "Rezerve edilen satırlar";
    lines_released: "Lines registered by the ERP" | "ERP’nin kaydettiği satırlar";
    lines_cancelled: "Lines cancelled" | "İptal edilen satırlar";
    levels_written: "Levels written" | "Yazılan miktarlar";
    rows_imported: "Rows imported" | "Aktarılan satırlar";
    rejected_requests: "Rejected requests" | "Reddedilen istekler";
    activity_of: "Counted in the last 24 hours" | "Son 24 saatte sayılan";
    from_hour: "From" | "Başlangıç";
    // What changed while it was looked at
    changed_now(n, by): "now {n}, changed by {by}" | "şimdi {n}, değiştiren: {by}";
    rows_moved[n]: "{n} row changed order", "{n} rows changed order" | "{n} satırın sırası değişti";
    sort_again: "Sort again" | "Yeniden sırala";
    order_changed: "This order has changed." | "Bu sipariş değişti.";
    by_order: "order" | "sipariş";
    by_release: "the ERP’s registration of order" | "ERP kaydı, sipariş";
    by_cancel: "a cancellation in order" | "iptal, sipariş";
    by_write: "a written level" | "yazılan miktar";
    by_import: "file" | "dosya";
    by_source: "sourcing of order" | "kaynak seçimi, sipariş";
    by_not_found: "a line not found, order" | "bulunamayan satır, sipariş";
    by_transfer: "a transfer for order" | "transfer, sipariş";
    by_return: "a return of order" | "iade, sipariş";
    by_count: "a count" | "sayım";
    by_cart: "cart" | "sepet";
    by_cart_expired: "the expiry of cart" | "süresi dolan sepet";
    by_cart_confirmed: "a cart that became order" | "siparişe dönen sepet, sipariş";
    by_moved: "a transfer between lists" | "listeler arası transfer";
    by_rolled_up: "old changes" | "eski değişiklikler";
    by_settled: "a registered line of order, settled without a level," | "miktar beklemeden kapatılan satır, sipariş";
    by_found: "a removed discrepancy" | "kaldırılan stok farkı";
}

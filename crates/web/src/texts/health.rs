//! Texts of stock health.

use super::texts;

texts! {
    stock_health: "Stock health" | "Stok sağlığı";
    health_hint[n]: "What has kept units off sale for longer than {n} day, and what is sold more often than it is there.",
        "What has kept units off sale for longer than {n} days, and what is sold more often than it is there."
        | "{n} günden uzun süredir satış dışı kalanlar ve eldekinden fazla satılanlar.";
    health_days[n]: "{n} day", "{n} days" | "{n} gün";
    health_fine: "Nothing has waited for that long" | "O kadar uzun bekleyen yok";
    health_fine_hint: "No line is this old, and no stock is oversold." | "Bu kadar eski satır ve fazla satılmış stok yok.";
    health_reported: "Registered by the ERP, and no level since" | "ERP kaydetti, ardından miktar gelmedi";
    health_reported_hint: "An ERP that sends a level only when it changes may have none to send: then these units stay off sale until a person settles them."
        | "Miktarı yalnızca değişince gönderen bir ERP’nin gönderecek miktarı olmayabilir: o zaman bu adetler, biri satırı kapatana kadar satış dışı kalır.";
    health_open: "Not registered by the ERP" | "ERP kaydetmedi";
    health_unpackaged: "Reserved, and in no package" | "Rezerve, ama hiçbir pakette değil";
    health_unpackaged_hint: "These lines are reserved and should leave. Plan their orders again, or cancel them." | "Bu satırlar rezerve ve çıkmaları gerekiyor. Siparişlerini yeniden planlayın ya da iptal edin.";
    health_leases: "Batches of channels whose lease is over" | "Süresi dolan kanal partileri";
    health_leases_hint: "The channel’s program has taken these objects and not come back. It gets them again with its next request."
        | "Kanalın programı bu nesneleri aldı ve dönmedi. Bir sonraki isteğinde yeniden alır.";
    health_batch: "Batch" | "Parti";
    health_oversold: "Oversold stocks" | "Fazla satılmış stoklar";
    health_more: "There are more; the oldest are shown." | "Başkaları da var; en eskileri gösterilir.";
    health_since: "Since" | "Ne zamandır";
    select_reported(number, sku): "Select {sku} of {number}" | "{number} siparişindeki {sku} satırını seç";
    settle_lines: "Settle the ticked lines" | "İşaretli satırları kapat";
    settle_effect: "Their units are on sale again. Settle a line only if the last level had its sale already."
        | "Adetleri yeniden satışa çıkar. Bir satırı yalnızca son miktar satışı zaten içeriyorsa kapatın.";
    settle: "Settle" | "Kapat";
    lines_settled[n]: "{n} line settled", "{n} lines settled" | "{n} satır kapatıldı";
    card_webhooks[n]: "{n} webhook is paused", "{n} webhooks are paused" | "{n} webhook durduruldu";
    card_reported[n]: "{n} registered line has waited for a level for a week", "{n} registered lines have waited for a level for a week"
        | "{n} kayıtlı satır bir haftadır miktar bekliyor";
}

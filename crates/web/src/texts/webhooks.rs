//! Texts of webhooks.

use super::texts;

texts! {
    webhooks: "Webhooks" | "Webhook’lar";
    webhooks_hint: "A webhook is an address that is told what has happened: each event is one signed request."
        | "Webhook, olan bitenin bildirildiği bir adrestir: her olay imzalı bir istektir.";
    no_webhooks: "There is no webhook" | "Webhook yok";
    webhook_without_key: "Secrets are stored sealed, and this server has no key for that. Set ONHAND_SECRET_KEY to make a webhook."
        | "Gizli anahtarlar mühürlü saklanır, bu sunucuda ise bunun için anahtar yok. Webhook oluşturmak için ONHAND_SECRET_KEY ayarlanmalı.";
    webhook_new: "New webhook" | "Yeni webhook";
    webhook_make: "Make the webhook" | "Webhook oluştur";
    webhook_made(name): "The secret of {name}" | "{name} gizli anahtarı";
    webhook_secret_once: "This is the only time that the secret is shown. The receiver verifies each request with it."
        | "Gizli anahtar yalnızca şimdi gösterilir. Alıcı her isteği onunla doğrular.";
    webhook_address: "Address" | "Adres";
    webhook_address_hint: "With http or https, at a public address or in a network that the server allows."
        | "http ya da https ile; genel bir adreste ya da sunucunun izin verdiği bir ağda.";
    webhook_events: "Events" | "Olaylar";
    webhook_events_all: "All events" | "Tüm olaylar";
    webhook_events_hint: "All of them if none is ticked." | "Hiçbiri işaretli değilse hepsi.";
    webhook_only_list: "Of events about stock, discrepancies and imports, those of this list" | "Stok, stok farkı ve içe aktarma olaylarından yalnızca bu listeninkiler";
    webhook_only_channel: "Of events about orders, those of this channel" | "Sipariş olaylarından yalnızca bu kanalınkiler";
    webhook_every_list: "Every list" | "Her liste";
    webhook_every_channel: "Every channel" | "Her kanal";
    webhook_last: "Last delivery" | "Son gönderim";
    webhook_last_taken: "Last taken" | "Son kabul";
    webhook_undelivered: "Undelivered" | "Gönderilemeyen";
    webhook_nothing_sent: "nothing yet" | "henüz yok";
    // How one stands
    hook_active: "Active" | "Etkin";
    hook_failing: "Tried again" | "Yeniden deneniyor";
    hook_paused: "Paused" | "Durduruldu";
    hook_off: "Switched off" | "Kapalı";
    hook_paused_since(time): "Paused {time}" | "Durduruldu: {time}";
    hook_paused_hint: "Its receiver failed for too long, so nothing is sent. Go on when it is back: the event that was not taken is the first."
        | "Alıcısı çok uzun süre başarısız oldu, bu yüzden hiçbir şey gönderilmiyor. Alıcı geri gelince sürdürün: ilk olarak alınmayan olay gönderilir.";
    hook_failing_hint(since, next): "Its receiver has failed since {since}. The same event is sent again: {next}."
        | "Alıcı şu zamandan beri başarısız: {since}. Aynı olay yeniden gönderilecek: {next}.";
    hook_off_hint: "It is told of nothing. Once it is switched on, it is told of what happens from then on."
        | "Hiçbir şey bildirilmez. Açılınca, o andan sonra olanlar bildirilir.";
    hook_why(error): "Last answer: {error}" | "Son yanıt: {error}";
    hook_pause: "Switch off" | "Kapat";
    hook_resume: "Go on" | "Sürdür";
    hook_switch_on: "Switch on" | "Aç";
    hook_try_now: "Try now" | "Şimdi dene";
    hook_test: "Send a test" | "Deneme gönder";
    // Deliveries
    deliveries: "Deliveries" | "Gönderimler";
    no_deliveries: "Nothing was sent" | "Hiçbir şey gönderilmedi";
    delivery_event: "Event" | "Olay";
    delivery_answer: "Answer" | "Yanıt";
    delivery_attempts[n]: "{n} attempt", "{n} attempts" | "{n} deneme";
    delivery_ms(n): "{n} ms" | "{n} ms";
    delivery_delivered: "Delivered" | "Gönderildi";
    delivery_waiting: "Sent again" | "Yeniden gönderilecek";
    delivery_undelivered: "Undelivered" | "Gönderilemedi";
    delivery_queued: "Queued" | "Kuyrukta";
    deliver_again: "Send again" | "Yeniden gönder";
    deliver_again_of(event, when): "Send again: {event}, {when}" | "Yeniden gönder: {event}, {when}";
    deliver_range: "Send a time range again" | "Bir zaman aralığını yeniden gönder";
    deliver_range_hint: "Up to a thousand deliveries of events that happened in this time are sent once more, the oldest first."
        | "Bu aralıkta olan olayların en çok bin gönderimi, en eskisinden başlayarak yeniden gönderilir.";
    deliver_from: "From" | "Başlangıç";
    deliver_to: "Until" | "Bitiş";
    deliver_zone(zone): "Times are of the zone {zone}." | "Saatler {zone} dilimindedir.";
    deliver_which: "Which of them" | "Hangileri";
    // Changing one
    hook_settings: "Settings of the webhook" | "Webhook ayarları";
    hook_new_secret: "Make a new secret" | "Yeni gizli anahtar oluştur";
    hook_new_secret_hint: "What is sent from then on is signed with it, so the receiver must know it at once."
        | "O andan sonra gönderilenler onunla imzalanır, bu yüzden alıcı onu hemen bilmelidir.";
    hook_remove: "Remove the webhook" | "Webhook’u kaldır";
    hook_remove_hint: "Its secret and the log of its deliveries are gone then." | "Gizli anahtarı ve gönderim kaydı da silinir.";
    // What was done
    done_hook_made(name): "{name} was made" | "{name} oluşturuldu";
    done_hook_on(name): "{name} is sent events" | "{name} olayları alıyor";
    done_hook_off(name): "{name} is switched off" | "{name} kapatıldı";
    done_hook_removed(name): "{name} removed" | "{name} kaldırıldı";
    done_hook_taken: "The test was taken" | "Deneme kabul edildi";
    done_hook_not_taken(answer): "The test was not taken: {answer}" | "Deneme kabul edilmedi: {answer}";
    done_redelivered[n]: "{n} delivery is sent again", "{n} deliveries are sent again" | "{n} gönderim yeniden gönderiliyor";
    // What the events are
    event_stock_changed: "numbers of a stock have changed" | "bir stoğun sayıları değişti";
    event_stock_low: "a stock is low" | "stok azaldı";
    event_stock_back: "a stock is on sale again" | "stok yeniden satışta";
    event_stock_oversold: "more is sold than there is" | "eldekinden fazla satıldı";
    event_order_created: "an order was placed" | "sipariş verildi";
    event_order_cancelled: "an order was cancelled" | "sipariş iptal edildi";
    event_import_completed: "an import has ended" | "içe aktarma bitti";
    event_reservation_expired: "the time of a cart’s reservation was over" | "sepet rezervasyonunun süresi doldu";
    event_reservation_released: "a cart’s reservation was released" | "sepet rezervasyonu bırakıldı";
    event_discrepancy_created: "stock was not found" | "stok bulunamadı";
    event_discrepancy_cleared: "a discrepancy is settled" | "stok farkı kaldırıldı";
    event_package_created: "a package was made" | "paket oluşturuldu";
    event_package_moved: "a package is in another state" | "paketin durumu değişti";
    event_transfer_created: "a transfer was made" | "transfer oluşturuldu";
    event_transfer_moved: "a transfer is in another state" | "transferin durumu değişti";
    event_channel_behind: "a channel takes no changes" | "kanal değişiklikleri almıyor";
}

//! Texts of adjustment reasons of the installation's own.

use super::texts;

texts! {
    reasons_own: "Adjustment reasons" | "Düzeltme nedenleri";
    reasons_hint: "Offered beside the built-in reasons, wherever a level is edited or units are transferred."
        | "Miktar düzenlenirken ve adet transfer edilirken yerleşik nedenlerin yanında sunulur.";
    no_reasons: "There is no reason of your own" | "Kendi nedeniniz yok";
    reason_code: "Code" | "Kod";
    reason_code_hint: "What programs send and the history keeps. It stays as it is." | "Programların gönderdiği ve geçmişin tuttuğu. Değişmez.";
    reason_name_hint: "What people choose. The code, if it is left blank." | "Kişilerin seçtiği ad. Boş bırakılırsa kod kullanılır.";
    reason_offered: "Offered" | "Sunuluyor";
    reason_retired: "Retired" | "Kullanımdan kalktı";
    reason_retire: "Retire" | "Kullanımdan kaldır";
    reason_retire_named(name): "Retire {name}" | "{name} nedenini kullanımdan kaldır";
    reason_offer: "Offer again" | "Yeniden sun";
    reason_offer_named(name): "Offer {name} again" | "{name} nedenini yeniden sun";
    reason_new: "New reason" | "Yeni neden";
    reason_add: "Add the reason" | "Nedeni ekle";
    done_reason_added(name): "{name} is offered now" | "{name} artık sunuluyor";
    done_reason_retired(name): "{name} is no longer offered" | "{name} artık sunulmuyor";
}

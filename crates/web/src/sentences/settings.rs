//! Sentences about what people set for an installation: webhooks, adjustment reasons, stock lists. With their Turkish.
//!
//! Promises: each sentence is one of the API, with `{}` for what is put in. Must not know when it is said.

pub(super) const TURKISH: &[(&str, &str)] = &[
    (
        "The list has changed since this page was shown. Look at it as it is now, and change it again.",
        "Bu sayfa gösterildiğinden beri liste değişti. Şimdiki haline bakıp yeniden değiştirin.",
    ),
    ("webhook with this name already exists.", "Bu adla bir webhook var."),
    ("This field cannot be changed.", "Bu alan değiştirilemez."),
    ("This {} cannot be removed: {} still refers to it.", "Bu {} kaldırılamaz: {} hâlâ ona başvuruyor."),
    ("stock list with this name already exists.", "Bu adla bir stok listesi var."),
    ("stock list with this code already exists.", "Bu kodla bir stok listesi var."),
    ("Code is required when is_auto_sync is true.", "Kendiliğinden izleme açıkken kod zorunludur."),
    ("adjustment reason with this code already exists.", "Bu kodla bir düzeltme nedeni var."),
    ("Every installation has this reason.", "Bu neden her kurulumda zaten var."),
    // Of transfers
    ("This is the list that the units leave.", "Bu, adetlerin çıktığı liste."),
    ("This list may not be empty.", "En az bir satır olmalı."),
    // Of webhooks
    (
        "This installation has no key to keep a secret with: set ONHAND_SECRET_KEY.",
        "Bu kurulumda gizli anahtarı saklayacak bir anahtar yok: ONHAND_SECRET_KEY ayarlanmalı.",
    ),
    ("There may be {} webhooks.", "En çok {} webhook olabilir."),
    ("{} is no event type.", "{} bir olay türü değil."),
    (
        "an address is http://HOST:PORT or https://HOST, without a user",
        "Adres http://SUNUCU:PORT ya da https://SUNUCU biçimindedir, kullanıcı adı içermez",
    ),
    (
        "{} is at an address that this server does not connect to: see ONHAND_OUTGOING_NETWORKS",
        "{}, bu sunucunun bağlanmadığı bir adreste: ONHAND_OUTGOING_NETWORKS ayarına bakın",
    ),
];

//! Sentences about lines that are placed with data sources, with their Turkish.
//!
//! Promises: each sentence is one of the API, with `{}` for what is put in. Must not know when it is said.

pub(super) const TURKISH: &[(&str, &str)] = &[
    ("The data source has cancelled the line.", "Veri kaynağı satırı iptal etti."),
    ("The product has no mapping with the data source.", "Ürünün veri kaynağında eşleşmesi yok."),
    ("The data source has lost the line.", "Veri kaynağı satırı kaybetti."),
    ("The data source did not take the line in time.", "Veri kaynağı satırı zamanında almadı."),
    ("The data source does not allow that: {}", "Veri kaynağı buna izin vermiyor: {}"),
    ("The data source answers {}: {}", "Veri kaynağının yanıtı {}: {}"),
    ("The data source does not answer.", "Veri kaynağı yanıt vermiyor."),
    (
        "A fault of this program has interrupted this; its log says more.",
        "Bu programın bir hatası bu işlemi yarıda kesti; ayrıntısı günlüğünde.",
    ),
    ("The clock of the data source could not be read.", "Veri kaynağının saati okunamadı."),
    ("The address of the data source is not allowed.", "Veri kaynağının adresine izin verilmiyor."),
    (
        "The data source answers, but not with what was asked for.",
        "Veri kaynağı yanıt veriyor, ama istenenle ilgisi yok.",
    ),
    ("The answer of the data source is too large.", "Veri kaynağının yanıtı çok büyük."),
    ("The number is taken there.", "Bu numara orada kullanılıyor."),
    ("Another order there has the number.", "Orada başka bir sipariş bu numarayı kullanıyor."),
    ("The data source has another line under this number.", "Veri kaynağında bu numarayla başka bir satır var."),
    ("The data source has the line, but its answer is incomplete.", "Satır veri kaynağında var, ama yanıt eksik."),
];

//! Sentences about reservations of carts, with their Turkish.
//!
//! Promises: each sentence is one of the API, with `{}` for what is put in. Must not know when it is said.

pub(super) const TURKISH: &[(&str, &str)] = &[
    (
        "A reservation has units: release it to give all of them back.",
        "Bir rezervasyonun adedi olur: hepsini geri vermek için rezervasyonu bırakın.",
    ),
    (
        "A reservation of the channel may be of {} units at the most, not of {}.",
        "Kanalın bir rezervasyonu en çok {} adet olabilir, {} olamaz.",
    ),
    (
        "Send a catalog that chooses the stock list, or a stock_list with every line.",
        "Stok listesini seçen bir katalog ya da her satırla bir stock_list gönderin.",
    ),
    (
        "The catalog has no stock list that its sourcing rule could choose.",
        "Katalogda, kaynak kuralının seçebileceği bir stok listesi yok.",
    ),
    ("The channel may have {} open reservations, and has {}.", "Kanalın {} açık rezervasyonu olabilir; şu an {} var."),
    ("The reservation has no line {}.", "Rezervasyonun {} numaralı satırı yok."),
    ("The reservation is {}.", "Rezervasyonun durumu: {}."),
    ("Units are reserved for {} seconds at the least.", "Adetler en az {} saniye rezerve edilir."),
    ("Units are reserved for {} seconds at the most.", "Adetler en çok {} saniye rezerve edilir."),
];

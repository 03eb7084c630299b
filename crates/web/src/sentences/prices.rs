//! Sentences about files of prices, with their Turkish.
//!
//! Promises: each sentence is one of the API, with `{}` for what is put in. Must not know when it is said.

pub(super) const TURKISH: &[(&str, &str)] = &[
    ("Several sheets have prices: {}. Choose one with mapping.", "Birden çok sayfada fiyat var: {}. Birini seçin."),
    (
        "This is a file of stock: it has stock and no prices. A file of prices has a column price beside the SKU.",
        "Bu bir stok dosyası: stok var, fiyat yok. Fiyat dosyasında SKU’nun yanında fiyat sütunu bulunur.",
    ),
    (
        "This is a date, not a number. Format the column as number and enter the number again.",
        "Bu bir tarih, sayı değil. Sütunu sayı olarak biçimlendirip sayıyı yeniden girin.",
    ),
    ("This is true or false, and no number.", "Bu doğru ya da yanlış; sayı değil."),
    (
        "This is not a number. Write digits, and one sign before the decimals, without a currency.",
        "Bu bir sayı değil. Rakamları ve ondalıktan önce tek bir işaret yazın, para birimi yazmayın.",
    ),
    ("A price and a tax rate cannot be below zero.", "Fiyat ve vergi oranı sıfırın altında olamaz."),
    (
        "Are these thousands or decimals? Write the number with two decimals and without signs between its thousands.",
        "Binlik mi, ondalık mı? Sayıyı iki ondalıkla ve binlik işareti olmadan yazın.",
    ),
    ("A price has at most {} digits before its decimals.", "Fiyatın ondalıktan önce en çok {} hanesi olur."),
    ("A price has at most {} decimals.", "Fiyatın en çok {} ondalığı olur."),
    ("A tax rate is at most 100 percent.", "Vergi oranı en çok yüzde 100’dür."),
    (
        "A tax rate is in percent: is this a share of one? Write 18 for 18 percent.",
        "Vergi oranı yüzde olarak yazılır; bu kesir mi? Yüzde 18 için 18 yazın.",
    ),
    (
        "This is no currency. Write its code, for instance try, eur or usd.",
        "Bu bir para birimi değil. Kodunu yazın, örneğin try, eur ya da usd.",
    ),
    (
        "The row is for another price list than the one the file was sent to.",
        "Satır, dosyanın gönderildiği listeden başka bir fiyat listesi için.",
    ),
    (
        "There is nothing to write in this row: its prices and its tax rate are empty.",
        "Bu satırda yazılacak bir şey yok: fiyatları ve vergi oranı boş.",
    ),
    (
        "The list has no price of this product yet, so the row needs one.",
        "Listede bu ürünün fiyatı henüz yok; satırda fiyat olmalı.",
    ),
    (
        "The list has no prices yet, so the row needs a currency.",
        "Listede henüz fiyat yok; satırda para birimi olmalı.",
    ),
    (
        "The prices of this list are in {}, and a list has one currency.",
        "Bu listenin fiyatları {} cinsinden ve bir listenin tek para birimi olur.",
    ),
    (
        "This price was written after the dry run; nothing was changed.",
        "Bu fiyat, önizlemeden sonra yazılmış; hiçbir şey değişmedi.",
    ),
    (
        "Something has happened to this price since the import; it was left as it is.",
        "Aktarmadan sonra bu fiyat değişmiş; olduğu gibi bırakıldı.",
    ),
];

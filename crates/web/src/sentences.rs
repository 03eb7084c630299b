//! Sentences of the API that screens show, in the reader's language.
//!
//! Promises: a sentence that is not known here stays as it is. What stands for `{}` in it is copied. Must not know which
//! request was answered with it.

mod carts;
mod outgoing;
mod prices;
mod settings;

use std::borrow::Cow;

use crate::lang::Lang;

/// A sentence as the API says it, and in Turkish. `{}` stands for any text, in the same order in both.
const TURKISH: &[(&str, &str)] = &[
    // Of every request
    ("Not found.", "Bulunamadı."),
    ("Invalid page.", "Böyle bir sayfa yok."),
    ("Invalid token.", "Anahtar geçerli değil."),
    ("You do not have permission to perform this action.", "Bu işlem için yetkiniz yok."),
    ("Unable to log in with provided credentials.", "Bu ad ve parola ile oturum açılamadı."),
    (
        "Request was throttled. Expected available in {} seconds.",
        "Çok fazla istek geldi. {} saniye sonra yeniden deneyin.",
    ),
    ("The server is busy. Nothing was changed; try again.", "Sunucu meşgul. Hiçbir şey değişmedi; yeniden deneyin."),
    (
        "Whether this was done is not known yet. Ask again with the same Idempotency-Key, or look before you repeat it.",
        "Bunun yapılıp yapılmadığı henüz bilinmiyor. Yinelemeden önce bakın.",
    ),
    ("A server error occurred. Nothing was changed.", "Sunucuda bir hata oluştu. Hiçbir şey değişmedi."),
    ("This Idempotency-Key was used for another request.", "Bu form başka bir istek için kullanılmış."),
    ("The server lacks something just now: {}.", "Sunucuda şu anda bir şey eksik: {}."),
    ("The database cannot be read or written just now.", "Veritabanı şu anda okunamıyor ya da yazılamıyor."),
    (
        "This form was sent from another site, so nothing was changed. If it was not, set ONHAND_PUBLIC_URL to the address that people open.",
        "Bu form başka bir siteden gönderildi, bu yüzden hiçbir şey değişmedi. Öyle değilse ONHAND_PUBLIC_URL, kullanıcıların açtığı adrese ayarlanmalı.",
    ),
    ("The form could not be read.", "Form okunamadı."),
    ("A form may have no more than {} parts.", "Bir formda en çok {} parça olabilir."),
    ("The form has more in it than a page of Onhand sends.", "Formda, Onhand sayfalarının gönderdiğinden fazlası var."),
    ("Send a form as {}.", "Formu {} olarak gönderin."),
    (
        "A named token cannot do this; sign in with name and password.",
        "Adlı bir anahtar bunu yapamaz; ad ve parola ile oturum açın.",
    ),
    ("You have {} named tokens; revoke one first.", "{} adlı anahtarınız var; önce birini iptal edin."),
    // Of fields
    ("This field is required.", "Bu alan zorunludur."),
    ("This field may not be null.", "Bu alan boş bırakılamaz."),
    ("This field may not be blank.", "Bu alan boş olamaz."),
    ("This field is too long.", "Bu alan çok uzun."),
    ("This field cannot be written here.", "Bu alan burada yazılamaz."),
    ("This field is not known here.", "Bu alan burada bilinmiyor."),
    ("Null characters are not allowed.", "NUL karakterine izin verilmez."),
    ("Not a valid string.", "Geçerli bir metin değil."),
    ("Must be a valid boolean.", "Evet ya da hayır olmalı."),
    ("A valid integer is required.", "Tam sayı olmalı."),
    ("A valid number is required.", "Sayı olmalı."),
    ("\"{}\" is not a valid choice.", "\"{}\" seçenekler arasında yok."),
    ("Ensure this field has no more than {} characters.", "En çok {} karakter olabilir."),
    ("Ensure this field has no more than {} elements.", "En çok {} öğe olabilir."),
    ("Ensure this value is less than or equal to {}.", "En çok {} olabilir."),
    ("Ensure this value is greater than or equal to {}.", "En az {} olmalı."),
    ("Ensure this value is between -{} and {}.", "-{} ile {} arasında olmalı."),
    ("Invalid pk \"{}\" - object does not exist.", "\"{}\" numaralı kayıt yok."),
    ("Object with sku={} does not exist.", "{} SKU’lu bir ürün yok."),
    ("There are characters in it that cannot be seen.", "İçinde görünmeyen karakterler var."),
    (
        "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].",
        "Zaman anlaşılmadı. Şöyle yazın: 2026-01-31T09:30 ya da 2026-01-31T09:30:00+03:00.",
    ),
    ("This time is in the future.", "Bu zaman gelecekte."),
    ("There is no such movement any more.", "Böyle bir hareket artık yok."),
    ("What stock was before {} is not known any more.", "{} öncesindeki stok artık bilinmiyor."),
    (
        "This is no time zone. Use a name of the IANA database, like Europe/Istanbul.",
        "Bu bir saat dilimi değil. Europe/Istanbul gibi bir IANA adı kullanın.",
    ),
    (
        "This time has no offset, and neither the stock list nor the installation has a time zone. Send it with its offset, like 2026-01-31T09:30:00+03:00, or set the time_zone of the stock list or ONHAND_TIME_ZONE.",
        "Bu zamanın saat farkı yok, stok listesinin ve kurulumun saat dilimi de yok. 2026-01-31T09:30:00+03:00 gibi yazın, ya da listenin time_zone alanını veya ONHAND_TIME_ZONE ayarını verin.",
    ),
    (
        "There is no such time in this time zone: its clocks were put forward then. Send the time with its offset.",
        "Bu saat diliminde böyle bir zaman yok: saatler o sırada ileri alındı. Zamanı saat farkıyla yazın.",
    ),
    (
        "This time came twice in this time zone: its clocks were put back then. Send the time with its offset.",
        "Bu saat diliminde bu zaman iki kez yaşandı: saatler o sırada geri alındı. Zamanı saat farkıyla yazın.",
    ),
    ("A name has 1 to {} characters.", "Ad 1 ile {} karakter arasında olmalı."),
    ("A password has at least 8 characters.", "Parola en az 8 karakter olmalı."),
    ("A password has at most 256 characters.", "Parola en çok 256 karakter olabilir."),
    ("This password is too easy to guess.", "Bu parolayı tahmin etmek çok kolay."),
    ("This is not the current password.", "Şimdiki parola bu değil."),
    // Of rules
    ("Not enough stock for {}.", "Yeterli stok yok: {}."),
    (
        "No stock list that the sourcing rule allows has {}.",
        "Kaynak kuralının izin verdiği hiçbir stok listesinde yok: {}.",
    ),
    ("A line may oversell by {} at the most: {}.", "Bir satır en çok {} fazla satabilir: {}."),
    (
        "The held quantity would pass the largest one that can be stored.",
        "Rezerve miktar, saklanabilen en büyük sayıyı aşardı.",
    ),
    ("order with this number already exists.", "Bu numaralı bir sipariş var."),
    ("This order item is already mapped to the code \"{}\".", "Bu satırın kodu zaten \"{}\"."),
    (
        "Another order item has this code; integration_mappings/?code= says which. A stock list can allow it: is_item_code_unique.",
        "Bu kod başka bir sipariş satırının. Stok listesi buna izin verebilir: is_item_code_unique.",
    ),
    ("A shipped order item cannot be cancelled.", "Gönderilmiş bir satır iptal edilemez."),
    ("A cancelled order item cannot be changed back.", "İptal edilmiş bir satır geri alınamaz."),
    (
        "This is in the state \"{}\" and cannot take \"{}\". Allowed: {}.",
        "Durumu \"{}\" olduğundan \"{}\" yapılamaz. Yapılabilenler: {}.",
    ),
    ("{} has {} units.", "{} numaralı satırda {} adet var."),
    ("{} is named twice.", "{} iki kez verilmiş."),
    (
        "The order would have more lines than an order can have.",
        "Sipariş, bir siparişte olabilecekten fazla satıra ulaşırdı.",
    ),
    (
        "Another picker has this package; \"take-over\" makes it yours.",
        "Bu paket başka bir toplayıcıda; \"take-over\" onu size verir.",
    ),
    (
        "A cancellation request cannot go from its status to this one.",
        "İptal isteği şimdiki durumundan bu duruma geçemez.",
    ),
    (
        "Only the ERP, {}, releases a reservation: send false, or leave it out.",
        "Rezervasyonu yalnızca ERP ({}) serbest bırakır.",
    ),
    ("Name the items to cancel.", "İptal edilecek satırları seçin."),
    ("Tick the lines that are to be settled.", "Kapatılacak satırları işaretleyin."),
    // Of files
    ("Choose what the rows mean.", "Satırların ne anlama geldiğini seçin."),
    ("Choose a price list.", "Bir fiyat listesi seçin."),
    ("Choose a stock list.", "Bir stok listesi seçin."),
    ("Choose a file, or paste rows.", "Bir dosya seçin ya da satır yapıştırın."),
    ("The file has more than {} bytes.", "Dosya {} bayttan büyük."),
    ("The file took too long to arrive.", "Dosyanın gelmesi çok uzun sürdü."),
    ("The file has a header and no rows.", "Dosyada başlık var, satır yok."),
    ("The SKU is in row {} again, and the last one counts.", "SKU {} numaralı satırda yine var; sonuncusu geçerli."),
    ("This cannot be done: {}.", "Bu yapılamaz: {}."),
    ("This import is {}; wait until it is completed.", "Bu içe aktarma şu durumda: {}; tamamlanmasını bekleyin."),
    (
        "The files of earlier imports take all the room that there is for them.",
        "Önceki içe aktarmaların dosyaları, onlara ayrılan yerin tümünü dolduruyor.",
    ),
    (
        "The first row looks like data. It must name the columns: {}.",
        "İlk satır veri gibi görünüyor. Sütunların adlarını taşımalı: {}.",
    ),
    (
        "This is a price list: it has prices and no stock. A stock file has a column stock beside the SKU.",
        "Bu bir fiyat listesi: fiyat var, stok yok. Stok dosyasında SKU’nun yanında stok sütunu bulunur.",
    ),
    (
        "The columns \"{}\" and \"{}\" both mean {}. Keep one of them.",
        "\"{}\" ve \"{}\" sütunlarının ikisi de {} demek. Birini bırakın.",
    ),
    ("There is no column with SKUs. Name it one of: {}.", "SKU sütunu yok. Adı şunlardan biri olmalı: {}."),
    ("There is no column with names. Name it one of: {}.", "Ad sütunu yok. Adı şunlardan biri olmalı: {}."),
    (
        "Beside the SKU there is no column that could be written. Columns that can be: {}.",
        "SKU’nun yanında yazılabilecek sütun yok. Yazılabilenler: {}.",
    ),
    ("The row has no SKU.", "Satırda SKU yok."),
    ("A SKU has at most {} characters.", "SKU en çok {} karakter olabilir."),
    (
        "The SKU contains characters that cannot be seen, for instance a line break.",
        "SKU’da görünmeyen karakterler var, örneğin satır sonu.",
    ),
    (
        "The SKU is a number with decimals. Format the column as text and enter the SKU again.",
        "SKU ondalıklı bir sayı olmuş. Sütunu metin olarak biçimlendirip SKU’yu yeniden yazın.",
    ),
    (
        "The SKU is a number of more digits than a spreadsheet keeps. Format the column as text and enter the SKU again.",
        "SKU, hesap tablosunun sakladığından çok basamaklı bir sayı. Sütunu metin olarak biçimlendirip SKU’yu yeniden yazın.",
    ),
    (
        "The spreadsheet shows this number in another way than by its digits, for instance with an exponent or with other signs, so it is not known which SKU is meant. Format the column as text and enter the SKU again.",
        "Hesap tablosu bu sayıyı basamaklarıyla göstermiyor, örneğin üslü yazıyor; hangi SKU olduğu bilinmiyor. Sütunu metin olarak biçimlendirip SKU’yu yeniden yazın.",
    ),
    (
        "The spreadsheet has shortened the SKU to a number with an exponent, and its digits are lost. Format the column as text and enter the SKU again.",
        "Hesap tablosu SKU’yu üslü sayıya kısaltmış, basamakları kaybolmuş. Sütunu metin olarak biçimlendirip SKU’yu yeniden yazın.",
    ),
    ("This is a number with an exponent. Write all its digits.", "Bu üslü bir sayı. Tüm basamaklarını yazın."),
    (
        "The spreadsheet has made a date of the SKU. Format the column as text and enter the SKU again.",
        "Hesap tablosu SKU’yu tarihe çevirmiş. Sütunu metin olarak biçimlendirip SKU’yu yeniden yazın.",
    ),
    (
        "This is a date, not an amount. Format the column as number and enter the amount again.",
        "Bu bir tarih, miktar değil. Sütunu sayı olarak biçimlendirip miktarı yeniden yazın.",
    ),
    ("This is true or false, and neither an amount nor a SKU.", "Bu doğru/yanlış değeri; ne miktar ne SKU."),
    ("The formula in this cell has failed.", "Bu hücredeki formül hata vermiş."),
    ("This is not a number.", "Bu bir sayı değil."),
    ("Stock is counted in whole numbers; this one has decimals.", "Stok tam sayıyla sayılır; bu ondalıklı."),
    (
        "Stock cannot be below zero. Differences are taken with mode=adjust.",
        "Stok sıfırın altında olamaz. Farklar mode=adjust ile aktarılır.",
    ),
    (
        "A plus stands for a difference, which is taken for stock with mode=adjust only.",
        "Artı işareti fark demektir; fark yalnızca mode=adjust ile aktarılır.",
    ),
    (
        "Are these thousands or decimals? Write the number without points, commas and spaces between its digits.",
        "Binlik mi, ondalık mı? Sayıyı noktasız, virgülsüz ve boşluksuz yazın.",
    ),
    ("The largest amount is {}.", "En büyük miktar {}."),
    ("The unit is qty or kg.", "Birim qty ya da kg olur."),
    ("This is not a time. Write it like 2026-01-31T09:30:00Z.", "Bu bir zaman değil. 2026-01-31T09:30:00Z gibi yazın."),
    (
        "The row is for another stock list than the one the file was sent to.",
        "Satır, dosyanın gönderildiği listeden başka bir stok listesi için.",
    ),
    (
        "There is nothing to write in this row: its amounts and its unit are empty.",
        "Bu satırda yazılacak bir şey yok: miktarları ve birimi boş.",
    ),
    ("There is no such stock list.", "Böyle bir stok listesi yok."),
    ("There is no product with this SKU.", "Bu SKU’lu bir ürün yok."),
    ("A figure taken at {} is already stored.", "{} zamanlı bir miktar zaten kayıtlı."),
    (
        "This stock was written after the change set was made; nothing was changed.",
        "Bu stok, önizlemeden sonra yazılmış; hiçbir şey değişmedi.",
    ),
    (
        "Something has happened to this stock since the import; it was left as it is.",
        "Aktarmadan sonra bu stokta bir şey olmuş; olduğu gibi bırakıldı.",
    ),
    (
        "This row's figure contained registered order lines; write the new figure instead.",
        "Bu satırın miktarı kayıtlı sipariş satırlarını içeriyordu; yerine yeni miktarı yazın.",
    ),
    ("There is not enough to take this much away.", "Bu kadarını çıkarmaya yetecek stok yok."),
    (
        "The amount would pass the largest one that can be stored, {}.",
        "Miktar, saklanabilen en büyük sayıyı ({}) aşardı.",
    ),
    ("This does not fit: {}. Ask for format=csv.", "Bu sığmıyor: {}. CSV olarak isteyin."),
    ("Code is required when is_auto_sync is true.", "is_auto_sync evet ise kod zorunludur."),
    // Of views, bulk edits and columns of files
    ("A difference is not 0, and at most {}.", "Fark 0 olamaz, en çok {} olabilir."),
    ("A mapping has no field {}; it has {}.", "Eşlemede {} diye bir alan yok; olanlar: {}."),
    ("A mapping is a JSON object.", "Eşleme bir JSON nesnesidir."),
    ("A name has 1 to {} characters that can be seen.", "Ad, görünen 1 ile {} karakter arasında olmalı."),
    ("A query has at most {} characters.", "Sorgu en çok {} karakter olabilir."),
    ("A view of this screen keeps {}, and nothing else.", "Bu ekranın görünümü yalnız şunları saklar: {}."),
    ("An answer approves or rejects.", "Yanıt ya onaylar ya reddeder."),
    ("Choose the column of SKUs and the one of stock levels.", "SKU sütununu ve stok sütununu seçin."),
    ("Choose the column of SKUs and the one of prices.", "SKU sütununu ve fiyat sütununu seçin."),
    ("Enter the number of a row.", "Bir satır numarası girin."),
    ("Name 1 to {} product stocks, or use a filter.", "1 ile {} arasında stok seçin ya da filtre kullanın."),
    ("No row of the file is about the warehouse \"{}\".", "Dosyada \"{}\" deposuyla ilgili satır yok."),
    ("Only a written stock level can be undone here.", "Burada yalnız yazılmış bir stok düzeyi geri alınabilir."),
    ("Several sheets have stock: {}. Choose one with mapping.", "Birden çok sayfada stok var: {}. Birini seçin."),
    (
        "Something has happened to this stock since the write; it was left as it is.",
        "Yazımdan sonra bu stok değişti; olduğu gibi bırakıldı.",
    ),
    (
        "The column {} is a heading, a number, or null if it is not to be read.",
        "{} sütunu bir başlık ya da numaradır; okunmayacaksa null olur.",
    ),
    (
        "The columns \"{}\" and \"{}\" both mean {}. Choose one with mapping, or keep one of them.",
        "\"{}\" ve \"{}\" sütunlarının ikisi de şu anlama geliyor: {}. Birini seçin.",
    ),
    ("The file has no column \"{}\", which the mapping names.", "Eşlemede adı geçen \"{}\" sütunu dosyada yok."),
    ("The file has no sheet \"{}\". It has: {}.", "Dosyada \"{}\" sayfası yok. Olanlar: {}."),
    ("The file has no sheet \"{}\": it is no workbook.", "Dosyada \"{}\" sayfası yok: bu bir çalışma kitabı değil."),
    (
        "The level contained registered order lines, so it cannot be undone; write the new level instead.",
        "Bu düzey kayda geçmiş sipariş satırlarını kapattığı için geri alınamaz; yeni düzeyi yazın.",
    ),
    ("The list has no product stock {}.", "Listede {} numaralı stok yok."),
    (
        "The mapping names row {} for the header, and it is none of the first {} rows with something in them.",
        "Eşleme başlık olarak {}. satırı gösteriyor; ilk {} dolu satır arasında değil.",
    ),
    ("The mapping takes the column \"{}\" for two things.", "Eşleme \"{}\" sütununu iki şey için kullanıyor."),
    ("The number of a column is one from 1 to {}.", "Sütun numarası 1 ile {} arasında olmalı."),
    (
        "The rows are about several warehouses: {}. Choose one with mapping, or send the file without that column.",
        "Satırlar birden çok depoyla ilgili: {}. Birini seçin ya da dosyayı bu sütun olmadan gönderin.",
    ),
    ("Another stock transfer has this reference.", "Bu referans başka bir stok transferinde var."),
    ("There is no such product stock.", "Böyle bir ürün stoku yok."),
    ("This product stock cannot be removed: {}.", "Bu ürün stoku silinemez: {}."),
    (
        "The product stock is not what was expected any more; nothing of it was changed.",
        "Ürün stoku artık beklenen gibi değil; hiçbir şeyi değiştirilmedi.",
    ),
    ("The stock level is not what was expected any more; it is {}.", "Stok düzeyi artık beklenen değil; şimdi {}."),
    ("There is no column {}; there are {}.", "{} sütunu yok; olanlar: {}."),
    ("This view is another person's; only they change it.", "Bu görünüm başkasının; yalnız o değiştirebilir."),
    ("Tick 1 to {} requests.", "1 ile {} arasında istek işaretleyin."),
    ("Two columns cannot both be {}.", "İki sütun birden {} olamaz."),
    ("Views are saved of: {}.", "Şunların görünümü saklanır: {}."),
    ("You have another view with this name.", "Bu adla başka bir görünümünüz var."),
    ("You have {} saved views; remove one first.", "{} kayıtlı görünümünüz var; önce birini silin."),
    ("{} is there twice.", "{} iki kez var."),
    ("{} of a mapping is a text of 1 to {} characters.", "Eşlemede {}, 1 ile {} karakter arasında bir metindir."),
];

/// A sentence in the reader's language; as it is where there is no other.
pub fn translated(lang: Lang, sentence: &str) -> Cow<'_, str> {
    match lang {
        Lang::English => Cow::Borrowed(sentence),
        Lang::Turkish => turkish(sentence).map_or(Cow::Borrowed(sentence), Cow::Owned),
    }
}

/// A sentence in Turkish. Of several patterns that fit, the one with the most text of its own says most.
fn turkish(sentence: &str) -> Option<String> {
    let all = TURKISH.iter().chain(carts::TURKISH).chain(outgoing::TURKISH).chain(prices::TURKISH);
    let all = all.chain(settings::TURKISH);
    let fitting = all.filter_map(|(pattern, turkish)| Some((pattern, turkish, parts(pattern, sentence)?)));
    let (_, turkish, parts) = fitting.max_by_key(|(pattern, ..)| pattern.len())?;
    let mut parts = parts.into_iter();
    let mut pieces = turkish.split("{}");
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        text.push_str(parts.next().unwrap_or_default());
        text.push_str(piece);
    }
    Some(text)
}

/// What stands for each `{}` of a pattern in a sentence, if it fits.
fn parts<'s>(pattern: &str, sentence: &'s str) -> Option<Vec<&'s str>> {
    let mut pieces = pattern.split("{}");
    let mut rest = sentence.strip_prefix(pieces.next()?)?;
    let mut pieces = pieces.peekable();
    let mut parts = Vec::new();
    while let Some(piece) = pieces.next() {
        let end = match pieces.peek() {
            // The last piece is the end of the sentence.
            None if rest.ends_with(piece) => rest.len() - piece.len(),
            None => return None,
            Some(_) => rest.find(piece)?,
        };
        let (part, behind) = rest.split_at(end);
        parts.push(part);
        rest = &behind[piece.len()..];
    }
    rest.is_empty().then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_sentence_names_is_kept() {
        let table = [
            ("Not found.", "Bulunamadı."),
            ("Ensure this field has no more than 128 characters.", "En çok 128 karakter olabilir."),
            (
                "This is in the state \"Packed\" and cannot take \"prepare\". Allowed: ship, cancel.",
                "Durumu \"Packed\" olduğundan \"prepare\" yapılamaz. Yapılabilenler: ship, cancel.",
            ),
            ("Not enough stock for A.1., B-2.", "Yeterli stok yok: A.1., B-2."),
            ("A sentence of tomorrow.", "A sentence of tomorrow."),
            ("", ""),
        ];
        for (english, turkish) in table {
            assert_eq!(translated(Lang::Turkish, english), turkish);
            assert_eq!(translated(Lang::English, english), english);
        }
    }

    #[test]
    fn both_languages_have_as_many_places() {
        let all = TURKISH.iter().chain(carts::TURKISH).chain(outgoing::TURKISH).chain(prices::TURKISH);
        for (english, turkish) in all.chain(settings::TURKISH) {
            assert!(turkish.matches("{}").count() == english.matches("{}").count(), "{english}");
            assert_eq!(
                parts(english, english).map(|parts| parts.len()),
                Some(english.matches("{}").count()),
                "{english}"
            );
        }
    }
}

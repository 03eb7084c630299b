//! Texts of the settings of a stock list.

use super::texts;

texts! {
    list_settings: "Settings of the list" | "Liste ayarları";
    list_settings_of(name): "Settings of {name}" | "{name} ayarları";
    list_what: "The list" | "Liste";
    list_what_hint: "What it is called, here and in the ERP." | "Burada ve ERP’de nasıl adlandırıldığı.";
    list_code: "Code" | "Kod";
    list_code_hint: "The id of the list in the ERP." | "Listenin ERP’deki kimliği.";
    list_auto_sync: "The list follows the ERP by itself" | "Liste ERP’yi kendiliğinden izler";
    list_numbers: "Numbers" | "Sayılar";
    list_numbers_hint: "When a stock is low, and what is left in the list." | "Stoğun ne zaman azaldığı ve listede ne kaldığı.";
    list_low_stock: "Low stock" | "Az stok";
    list_low_stock_hint: "Up to so many available units a stock is low; 0: none is." | "Satılabilir miktar bu sayıya inince stok azdır; 0: hiçbiri değil.";
    list_safety_stock: "Safety stock" | "Emniyet stoğu";
    list_safety_stock_hint: "Units of each stock that sourcing rules leave in the list." | "Kaynak kurallarının her stoktan listede bıraktığı adet.";
    list_priority: "Sourcing priority" | "Kaynak önceliği";
    list_priority_hint: "Sourcing rules prefer the smallest number. A list with a stock location has that one’s."
        | "Kaynak kuralları en küçük sayıyı yeğler. Stok yeri olan liste o yerin önceliğini alır.";
    list_levels: "Levels and the ERP" | "Miktarlar ve ERP";
    list_levels_hint: "How levels, released lines and moves are understood." | "Miktarların, serbest bırakılan satırların ve hareketlerin nasıl anlaşıldığı.";
    list_settles_after: "Settle registered lines after" | "Kayıtlı satırları şu süre sonra kapat";
    list_settles_after_hint: "A line that the ERP has registered is settled after this time although no level has come; 0: never."
        | "ERP’nin kaydettiği satır, miktar gelmese de bu süreden sonra kapanır; 0: hiçbir zaman.";
    list_snapshot_delay: "Age of levels without a time" | "Zamansız miktarların yaşı";
    list_snapshot_delay_hint: "How old a level is taken to be that arrives without its time; a day at the most."
        | "Zamanı olmadan gelen bir miktarın kaç yaşında sayılacağı; en çok bir gün.";
    list_release_immediate: "Released units are on sale at once, not after the next level"
        | "Serbest bırakılan adetler sonraki miktarı beklemeden hemen satışa çıkar";
    list_moves_by_level: "Moves stay off sale until the next level, not until the ERP has registered them"
        | "Hareketler ERP kaydedene kadar değil, sonraki miktara kadar satış dışı kalır";
    list_codes_unique: "The ERP’s code of a line is no other line’s" | "Bir satırın ERP kodu başka satırda kullanılmaz";
    list_ignores_external: "Keep no external reservation: a sold quantity that a client writes is ignored"
        | "Dış rezervasyon tutma: istemcinin yazdığı satılan miktar dikkate alınmaz";
    list_zone: "Time zone" | "Saat dilimi";
    list_zone_hint(zone): "Of times without an offset that stock depends on. {zone} if it is left blank."
        | "Stoğun bağlı olduğu, saat farkı belirtilmemiş zamanlar için. Boş bırakılırsa {zone}.";
    span_days: "days" | "gün";
    span_hours: "hours" | "saat";
    span_minutes: "minutes" | "dakika";
    span_seconds: "seconds" | "saniye";
    span_unit_of(field): "Unit: {field}" | "Birim: {field}";
}

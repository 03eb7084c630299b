//! Texts of imports: the list, the page that sends a file, previews and results.

use super::texts;

texts! {
    imports_running: "Running" | "Sürenler";
    imports_failed: "With failed rows" | "Hatalı satırı olanlar";
    imports_mine: "Mine" | "Benimkiler";
    send_file: "Send a file" | "Dosya gönder";
    file: "File" | "Dosya";
    kind: "Kind" | "Tür";
    created: "New" | "Yeni";
    updated: "Changed" | "Değişen";
    unchanged: "Same" | "Aynı";
    failed: "Wrong" | "Hatalı";
    no_imports: "No file has been sent yet" | "Henüz dosya gönderilmedi";
    no_imports_hint: "A file with the columns sku and stock is enough. The template has them."
        | "sku ve stock sütunları olan bir dosya yeter. Şablonda hazırdır.";
    no_imports_match: "No import matches" | "Uyan içe aktarma yok";
    get_template: "Get the template" | "Şablonu indir";
    task_preview: "preview" | "önizleme";
    task_import: "import" | "içe aktarma";
    task_apply: "applied preview" | "uygulanmış önizleme";
    task_undo: "undo" | "geri alma";
    state_waiting: "waiting" | "bekliyor";
    state_processing: "running" | "sürüyor";
    state_completed: "done" | "bitti";
    state_failed: "failed" | "başarısız";
    // Sending
    import_title: "Import a file" | "Dosya aktar";
    import_prices_title: "Import a file of prices" | "Fiyat dosyası aktar";
    import_prices_instead: "Import prices instead" | "Bunun yerine fiyat aktar";
    import_stock_instead: "Import stock instead" | "Bunun yerine stok aktar";
    choose_list: "Into which list?" | "Hangi listeye?";
    what_rows_mean: "What do the rows mean?" | "Satırlar ne anlama geliyor?";
    mode_upsert: "Stock levels" | "Stok miktarları";
    mode_upsert_hint: "Each row writes a level. What is not in the file stays."
        | "Her satır bir miktar yazar. Dosyada olmayan kalır.";
    mode_replace: "The whole list" | "Listenin tamamı";
    mode_replace_hint: "The same, and stocks that are not in the file become 0." | "Aynısı; dosyada olmayan stoklar 0 olur.";
    mode_adjust: "Differences" | "Farklar";
    mode_adjust_hint: "Each row adds or takes, for instance −3. It settles nothing."
        | "Her satır ekler veya çıkarır, örneğin −3. Hiçbir şeyi kapatmaz.";
    mode_prices: "Prices" | "Fiyatlar";
    mode_prices_hint: "Each row writes a price. What is not in the file stays."
        | "Her satır bir fiyat yazar. Dosyada olmayan kalır.";
    choose_file: "Choose a file or drop it here" | "Dosya seçin ya da buraya bırakın";
    file_formats(most): "CSV, XLSX, XLS or ODS, at most {most}" | "CSV, XLSX, XLS veya ODS, en çok {most}";
    too_large: "The file is too large." | "Dosya çok büyük.";
    upload_failed: "The file did not arrive. Try again." | "Dosya ulaşmadı. Yeniden deneyin.";
    paste_rows: "Or paste rows from a spreadsheet" | "Ya da tablodan satır yapıştırın";
    pasted_rows: "Pasted rows" | "Yapıştırılan satırlar";
    bulk_edit(edit): "Bulk edit: {edit}" | "Toplu düzenleme: {edit}";
    paste_hint: "The first row names the columns, or there are two columns: SKU and level."
        | "İlk satır sütunları adlandırır ya da iki sütun vardır: SKU ve miktar.";
    paste_prices_hint: "The first row names the columns, or there are two columns: SKU and price."
        | "İlk satır sütunları adlandırır ya da iki sütun vardır: SKU ve fiyat.";
    preview_first: "Preview" | "Önizle";
    import_now: "Import without a preview" | "Önizlemeden aktar";
    preview_hint: "A preview changes nothing." | "Önizleme hiçbir şeyi değiştirmez.";
    // One import
    previewed_by(name): "previewed by {name}" | "önizleyen: {name}";
    sent_by(name): "sent by {name}" | "gönderen: {name}";
    applied_by_name(name): "applied by {name}" | "uygulayan: {name}";
    undone_by_name(name): "taken back by {name}" | "geri alan: {name}";
    understood: "Columns that are understood" | "Anlaşılan sütunlar";
    ignored: "Ignored" | "Yok sayılan";
    mapped(heading, column): "{heading} → {column}" | "{heading} → {column}";
    understood_remembered: "They are taken as they were chosen for an earlier file of this list."
        | "Bu listenin daha önceki bir dosyasında seçildiği gibi alındı.";
    header_in_row(row): "The header is in row {row}." | "Başlık {row}. satırda.";
    of_sheet(sheet): "Sheet “{sheet}”." | "“{sheet}” sayfası.";
    of_warehouse(warehouse): "Only rows of the warehouse “{warehouse}” are read."
        | "Yalnızca “{warehouse}” deposunun satırları okunur.";
    left_out_totals[n]: "{n} row is a sum and was left out.", "{n} rows are sums and were left out."
        | "{n} satır toplam olduğu için alınmadı.";
    left_out_others[n]: "{n} row of other warehouses was left out.", "{n} rows of other warehouses were left out."
        | "Başka depolara ait {n} satır alınmadı.";
    change_columns: "Change the columns" | "Sütunları değiştir";
    choose_columns: "Choose the columns" | "Sütunları seç";
    columns_asked: "Something about this file has to be chosen." | "Bu dosya için bir seçim yapmak gerekiyor.";
    columns_title: "Columns of the file" | "Dosyanın sütunları";
    columns_hint: "What does each column hold? A preview follows; nothing is changed before it is applied."
        | "Her sütunda ne var? Ardından önizleme gelir; uygulanmadan hiçbir şey değişmez.";
    columns_remembered: "This is what was chosen for an earlier file of this list."
        | "Bu listenin daha önceki bir dosyası için seçilenler.";
    columns_kept: "The choice is remembered for files of this list with the same headings."
        | "Seçim, bu listenin aynı başlıklı dosyaları için hatırlanır.";
    choose_sheet: "Which sheet?" | "Hangi sayfa?";
    choose_header_row: "In which row is the header?" | "Başlık hangi satırda?";
    header_row_hint: "The number that the spreadsheet shows. With another row or sheet, the columns are understood anew."
        | "Tablonun gösterdiği satır numarası. Başka satır ya da sayfa seçilirse sütunlar yeniden anlaşılır.";
    heading: "Heading" | "Başlık";
    examples: "Examples" | "Örnekler";
    taken_for: "Is" | "Anlamı";
    which_one: "which one?" | "hangisi?";
    column_number[n]: "Column {n}", "Column {n}" | "{n}. sütun";
    not_read: "not read" | "okunmuyor";
    no_choice: "none chosen" | "seçilmedi";
    choose_warehouse: "Rows of which warehouse?" | "Hangi deponun satırları?";
    warehouse_hint: "Rows of other warehouses are left out." | "Başka depoların satırları alınmaz.";
    preview_columns: "Preview with these columns" | "Bu sütunlarla önizle";
    first_rows: "First rows" | "İlk satırlar";
    cells: "Cells" | "Hücreler";
    column_warehouse: "warehouse" | "depo";
    column_sku: "SKU" | "SKU";
    column_stock: "stock level" | "stok miktarı";
    column_external: "sold elsewhere" | "başka yerde satılan";
    column_unit: "unit" | "birim";
    column_time: "time" | "zaman";
    column_list: "list" | "liste";
    column_name: "name" | "ad";
    column_price: "price" | "fiyat";
    column_retail_price: "list price" | "liste fiyatı";
    column_tax_rate: "tax rate" | "KDV oranı";
    column_currency: "currency" | "para birimi";
    column_price_list: "price list" | "fiyat listesi";
    result_file: "Result file" | "Sonuç dosyası";
    rows_total: "Rows" | "Satırlar";
    rows_more: "More" | "Artan";
    rows_less: "Less" | "Azalan";
    rows_new: "New" | "Yeni";
    rows_same: "Same" | "Aynı";
    rows_wrong: "Wrong" | "Hatalı";
    rows_to_zero: "To 0" | "0 olan";
    rows_large: "Large, 50 % and more" | "Büyük, %50 ve üstü";
    units_total: "Units" | "Adetler";
    units_change(from, to): "{from} → {to}" | "{from} → {to}";
    row_number: "Row" | "Satır";
    now: "Now" | "Şimdi";
    in_file: "File" | "Dosya";
    difference: "Difference" | "Fark";
    remark: "Remark" | "Açıklama";
    is_new: "new" | "yeni";
    times_more(n): "×{n}" | "×{n}";
    warn_times[n]: "{n} row becomes ten times as many or more: a typing error?",
        "{n} rows become ten times as many or more: typing errors?"
        | "{n} satır on katına ya da daha fazlasına çıkıyor: yazım hatası mı?";
    warn_to_zero[n]: "{n} row becomes 0.", "{n} rows become 0." | "{n} satır 0 oluyor.";
    is_stale: "written since the preview" | "önizlemeden sonra yazıldı";
    in_column(column): "column “{column}”" | "“{column}” sütunu";
    preview_caption(file): "Rows of {file}" | "{file} satırları";
    no_rows: "No row is of this kind." | "Bu türden satır yok.";
    apply_rows[n]: "Apply {n} row", "Apply {n} rows" | "{n} satırı uygula";
    stale_rows[n]: "{n} stock was written since the preview; it will be left alone.",
        "{n} stocks were written since the preview; they will be left alone."
        | "Önizlemeden sonra {n} stok yazıldı; bunlara dokunulmaz.";
    force: "Write them all the same" | "Yine de yaz";
    undo_import: "Undo this import" | "Bu içe aktarmayı geri al";
    undo_most[n]: "{n} row can be taken back, unless its stock was ordered or written since.",
        "Up to {n} rows can be taken back; stocks that were ordered or written since are left alone."
        | "En çok {n} satır geri alınabilir; sonradan sipariş edilen ya da yazılan stoklara dokunulmaz.";
    undo_most_prices[n]: "{n} price can be taken back, unless it was written since.",
        "Up to {n} prices can be taken back; those that were written since are left alone."
        | "En çok {n} fiyat geri alınabilir; sonradan yazılan fiyatlara dokunulmaz.";
    undone: "This import was taken back." | "Bu içe aktarma geri alındı.";
    was_applied: "This preview was applied." | "Bu önizleme uygulandı.";
    open_that: "Open that import" | "O içe aktarmayı aç";
    of_preview: "It applies a preview." | "Bir önizlemeyi uygular.";
    of_import: "It takes an import back." | "Bir içe aktarmayı geri alır.";
    open_source: "Open the original" | "Aslını aç";
    progress_of(done, total): "{done} of {total} rows" | "{total} satırın {done} satırı";
    per_second(n): "{n} rows/s" | "saniyede {n} satır";
    progress_hint: "Orders go on. You may leave this page." | "Siparişler sürüyor. Bu sayfadan ayrılabilirsiniz.";
    waiting_hint: "It begins when the imports of this list before it are done."
        | "Bu listenin önceki aktarmaları bitince başlar.";
    look_again: "Look again" | "Yenile";
    file_failed: "The file could not be imported as a whole." | "Dosya bütün olarak aktarılamadı.";
    delayed: "Waiting for the server:" | "Sunucu bekleniyor:";
    done_changed[n]: "{n} row changed", "{n} rows changed" | "{n} satır değişti";
    done_wrong[n]: "{n} row wrong", "{n} rows wrong" | "{n} satır hatalı";
    times_in_zone(zone): "Times without an offset are of {zone}." | "Saat dilimi yazılmamış zamanlar {zone} saatidir.";
}

//! Texts of transfers between stock lists.

use super::texts;

texts! {
    transfers: "Transfers" | "Transferler";
    transfers_hint: "Units that went from one stock list to another in one step."
        | "Bir stok listesinden diğerine tek adımda geçen adetler.";
    no_transfers: "Nothing was transferred" | "Hiçbir şey transfer edilmedi";
    no_transfers_hint: "A transfer takes available units from one list and adds them to another."
        | "Transfer, bir listeden satılabilir adetleri alır ve diğerine ekler.";
    transfer_new: "New transfer" | "Yeni transfer";
    transfer_between(from, to): "{from} → {to}" | "{from} → {to}";
    transfer_from: "From" | "Kaynak";
    transfer_to: "To" | "Hedef";
    transfer_any: "Any list" | "Herhangi bir liste";
    transfer_filter: "Show" | "Göster";
    transfer_lines: "Lines" | "Satırlar";
    transfer_lines_hint: "A SKU and a quantity in each line, with a space between them. Cells of a spreadsheet can be pasted."
        | "Her satırda bir SKU ve bir miktar, aralarında boşluk. Hesap tablosundan hücreler yapıştırılabilir.";
    transfer_lines_more[n]: "{n} more line", "{n} more lines" | "{n} satır daha";
    transfer_reference: "Reference" | "Referans";
    transfer_reference_hint: "No two transfers have the same one: the same reference again is the same transfer."
        | "İki transferin referansı aynı olmaz: aynı referans yeniden gelirse aynı transferdir.";
    transfer_no_reason: "No reason" | "Neden yok";
    transfer_effect: "What is reserved, reported or off sale stays in its list; only available units go."
        | "Rezerve, bildirilmiş ya da satış dışı olanlar listesinde kalır; yalnızca satılabilir adetler gider.";
    transfer_do: "Transfer" | "Transfer et";
    transfer_line_no(n): "Line {n}:" | "Satır {n}:";
    transfer_line_form: "A line has a SKU and a whole number of units." | "Bir satırda SKU ve tam sayı olarak adet bulunur.";
    transfer_short(sku, asked, available): "{sku}: {asked} asked for, {available} available" | "{sku}: istenen {asked}, satılabilir {available}";
    done_transferred[n](from, to): "{n} unit went from {from} to {to}", "{n} units went from {from} to {to}"
        | "{n} adet {from} listesinden {to} listesine geçti";
    done_transfer_there(reference): "The transfer {reference} was made before" | "{reference} transferi daha önce yapılmıştı";
}

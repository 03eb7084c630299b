//! The names that columns have in files: those of the wire, and those that other programs write.
//!
//! Promises: a column that has one of its first names is read as it always was; the other names count only where no
//! column of the file has a first one, so that a name that is added here changes no file that was understood before.
//! Must not know rows.

use super::{Column, normalize};

impl Column {
    /// Headers that name it, the first of them its name on the wire.
    pub const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Sku => &["product__sku", "product_sku", "sku", "barcode", "stok kodu", "barkod", "ürün kodu"],
            Self::Stock => &["stock", "quantity", "qty", "stok", "miktar", "adet", "stok miktarı"],
            Self::Held => &["sold_quantity_unreported"],
            Self::Unit => &["unit_type", "unit", "birim"],
            Self::SnapshotAt => &["snapshot_at"],
            Self::List => &["stock_list__name", "stock_list", "stok listesi"],
            Self::Name => &["product__name", "product_name", "ürün adı"],
            Self::Warehouse => &["warehouse", "depo", "ambar"],
            Self::PriceList => &["price_list__name", "price_list", "fiyat listesi"],
            Self::Currency => &["currency_type", "currency", "para birimi", "döviz", "döviz cinsi", "döviz türü"],
            Self::TaxRate => &["tax_rate", "vat rate", "kdv oranı", "vergi oranı"],
            Self::RetailPrice => {
                &["retail_price", "list price", "liste fiyatı", "piyasa satış fiyatı", "etiket fiyatı"]
            }
            Self::Price => {
                &["price", "sale price", "selling price", "unit price", "fiyat", "satış fiyatı", "birim fiyat"]
            }
        }
    }

    /// Headers that name it where no other does. A barcode is a SKU where it is all that there is: products are found by
    /// their SKU, and no index has their barcodes.
    pub const fn other_names(self) -> &'static [&'static str] {
        match self {
            Self::Sku => OTHER_SKUS,
            Self::Stock => OTHER_AMOUNTS,
            Self::Name => {
                &["malzeme adı", "malzeme açıklaması", "stok adı", "stok ismi", "material description", "title"]
            }
            Self::Warehouse => OTHER_WAREHOUSES,
            Self::PriceList => &["price list name", "price list code", "fiyat listesi adı", "fiyat listesi kodu"],
            Self::Currency => &["currency code", "döviz kodu", "döviz tipi", "para birimi kodu"],
            Self::TaxRate => &["vat", "vat %", "tax", "kdv", "kdv %", "% kdv", "vergi"],
            Self::RetailPrice => &["msrp", "compare at price", "variant compare at price", "piyasa fiyatı", "psf"],
            Self::Price => &["variant price", "net fiyat", "satış fiyat", "perakende satış fiyatı", "indirimli fiyat"],
            Self::Held | Self::Unit | Self::SnapshotAt | Self::List => &[],
        }
    }

    /// Its name on the wire.
    pub const fn name(self) -> &'static str {
        self.names()[0]
    }

    /// The column that a word of the wire or one of its first names means.
    pub fn named(word: &str) -> Option<Self> {
        let word = normalize::word(word);
        Self::ALL.into_iter().find(|column| column.names().iter().any(|name| normalize::word(name) == word))
    }
}

/// As Logo, Netsis, Mikro, SAP, marketplaces and shops write it.
const OTHER_SKUS: &[&str] = &[
    "kod",
    "kodu",
    "malzeme",
    "malzeme kodu",
    "malzeme no",
    "malzeme numarası",
    "stok no",
    "ürün no",
    "satıcı stok kodu",
    "tedarikçi stok kodu",
    "ean",
    "ean13",
    "ean kodu",
    "ean code",
    "gtin",
    "upc",
    "barkod no",
    "barkod numarası",
    "code",
    "item",
    "item code",
    "item no",
    "item number",
    "product code",
    "article",
    "article number",
    "part number",
    "material",
    "material number",
    "variant sku",
    "seller sku",
    "merchant sku",
];

const OTHER_AMOUNTS: &[&str] = &[
    "bakiye",
    "stok bakiyesi",
    "bakiye miktarı",
    "stok adedi",
    "stok adet",
    "ürün stok adedi",
    "serbest stok",
    "serbest kullanılabilir",
    "serbest kullanılabilir stok",
    "tahditsiz kullanılabilir",
    "kullanılabilir",
    "kullanılabilir stok",
    "mevcut",
    "mevcut stok",
    "mevcut miktar",
    "eldeki miktar",
    "fiili stok",
    "gerçek stok",
    "kalan",
    "kalan miktar",
    "net stok",
    "on hand",
    "qty on hand",
    "quantity on hand",
    "on hand qty",
    "on hand quantity",
    "available",
    "available qty",
    "available quantity",
    "available stock",
    "free stock",
    "stock level",
    "stock quantity",
    "stock qty",
    "inventory",
    "inventory quantity",
    "variant inventory qty",
    "unrestricted",
    "unrestricted stock",
    "unrestricted use stock",
];

const OTHER_WAREHOUSES: &[&str] = &[
    "warehouse name",
    "warehouse code",
    "depo adı",
    "depo kodu",
    "depo no",
    "depo yeri",
    "ambar adı",
    "ambar kodu",
    "ambar no",
    "storage location",
];

/// Headers of a price list (contract X9).
pub(super) const PRICE_LIST: [&str; 7] =
    ["price_list__name", "price_list", "currency_type", "retail_price", "price", "tax_rate", "fiyat"];

//! Products: what is written is read, SKUs are unique and decide the bucket.

use onhand_core::{ProductId, bucket_of_text};
use onhand_store::tables::products::{self, ProductRow};
use onhand_store::{Error, Store, Tx};

use crate::database::for_each_engine;
use crate::shop::{START, Shop, at};

fn product(sku: &str) -> ProductRow {
    ProductRow {
        id: ProductId::new(0),
        sku: sku.to_owned(),
        name: format!("name of {sku}"),
        base_code: "base".to_owned(),
        is_active: true,
        attributes: r#"{"colour":"blue"}"#.to_owned(),
        extra_field: "{}".to_owned(),
        created_at: START,
        modified_at: START,
    }
}

/// Makes a product; its id.
pub(crate) async fn add_product(tx: &mut Tx<'_>, sku: &str) -> Result<i64, Error> {
    Ok(products::insert(tx, &product(sku)).await?.id.get())
}

async fn add(store: &Store, row: ProductRow) -> Result<ProductRow, onhand_store::Error> {
    store.write("t", async move |tx| products::insert(tx, &row).await).await
}

async fn read(store: &Store, id: ProductId) -> Option<ProductRow> {
    store.read("t", async move |tx| products::by_id(tx, id).await).await.expect("read")
}

#[test]
fn a_product_is_read_as_it_was_written() {
    for_each_engine(async |database| {
        let made = add(&database.store, product("1116131001")).await.expect("made");
        assert_eq!(made, ProductRow { id: made.id, ..product("1116131001") });
        assert_eq!(made.id.bucket(), bucket_of_text("1116131001"), "the id carries the bucket of the SKU");
        assert_eq!(read(&database.store, made.id).await, Some(made.clone()));

        let changed = ProductRow { name: "new".to_owned(), is_active: false, modified_at: at(1), ..made.clone() };
        let wanted = changed.clone();
        database.store.write("t", async move |tx| products::update(tx, &changed).await).await.expect("written");
        assert_eq!(read(&database.store, made.id).await, Some(wanted));
        assert_eq!(read(&database.store, ProductId::new(made.id.get() + 256)).await, None);
        assert!(add(&database.store, product("1116131001")).await.is_err_and(|fault| fault.is_taken("product_sku")));
    });
}

#[test]
fn names_are_read_for_many_at_once() {
    for_each_engine(async |database| {
        let [one, two] = [add(&database.store, product("A")).await, add(&database.store, product("B")).await];
        let ids = vec![one.expect("made").id, two.expect("made").id, ProductId::new(1)];
        let asked = ids.clone();
        let names = database.store.read("t", async move |tx| products::names(tx, &asked).await).await.expect("read");
        assert_eq!(names.len(), 2, "unknown ones are left out");
        assert_eq!((names[&ids[0]].as_str(), names[&ids[1]].as_str()), ("name of A", "name of B"));
    });
}

#[test]
fn a_stock_write_makes_the_product_it_needs_once() {
    for_each_engine(async |database| {
        let known = add(&database.store, product("KNOWN")).await.expect("made");
        let mut shop = Shop::open(&database.store).await;
        assert_eq!(shop.write(0, "KNOWN", 1).await.product, known.id);
        let made = shop.write(0, "NEW", 1).await.product;
        assert_eq!(shop.write(1, "NEW", 1).await.product, made, "the second list finds the product of the first");
        let row = read(&database.store, made).await.expect("it is there");
        assert_eq!((row.sku.as_str(), row.name.as_str(), row.is_active), ("NEW", "NEW", true));
        assert_eq!(made.bucket(), bucket_of_text("NEW"));
    });
}

#[test]
fn products_are_found_by_the_beginning_of_their_sku() {
    for_each_engine(async |database| {
        for sku in ["A-2", "A-10", "A", "a-1", "B", "A-ü", "%A"] {
            add(&database.store, product(sku)).await.expect("made");
        }
        let found = async |prefix: &'static str, limit| {
            let read = async move |tx: &mut Tx<'_>| products::by_sku_prefix(tx, prefix, limit).await;
            let rows = database.store.read("t", read).await.expect("read");
            rows.into_iter().map(|row| row.sku).collect::<Vec<_>>()
        };
        assert_eq!(found("A-", 10).await, ["A-10", "A-2", "A-ü"], "byte by byte, and to the letter");
        assert_eq!(found("A", 2).await, ["A", "A-10"], "no more than were asked for");
        assert_eq!(found("%", 10).await, ["%A"], "no sign means anything");
        assert_eq!(found("C", 10).await, Vec::<String>::new());
    });
}

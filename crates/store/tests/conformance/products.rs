//! Products: what is written is read, SKUs are unique and decide the bucket.

use onhand_core::{ProductId, bucket_of_text};
use onhand_store::resource::{self, Record};
use onhand_store::tables::products::{self, PRODUCTS};
use onhand_store::{Error, Store, Tx};

use crate::database::for_each_engine;
use crate::shop::{START, Shop, at};

fn product(sku: &str) -> Record {
    let mut product = Record::new(&PRODUCTS, START);
    product.set("sku", sku.to_owned());
    product.set("name", format!("name of {sku}"));
    product.set("base_code", "base");
    product.set("attributes", r#"{"colour":"blue"}"#);
    product
}

/// Makes a product; its id.
pub(crate) async fn add_product(tx: &mut Tx<'_>, sku: &str) -> Result<i64, Error> {
    Ok(resource::insert(tx, &PRODUCTS, vec![product(sku)]).await?[0].id)
}

/// Changes a product, as a request does.
pub(crate) async fn change_product(
    tx: &mut Tx<'_>,
    id: ProductId,
    change: impl Fn(&mut Record) + Send,
) -> Result<(), Error> {
    let before = resource::locked(tx, &PRODUCTS, id.get()).await?.expect("there");
    let mut after = before.clone();
    change(&mut after);
    after.touch(before.modified_at);
    resource::update(tx, before, after).await.map(drop)
}

async fn add(store: &Store, sku: &'static str) -> Result<ProductId, Error> {
    store.write("t", async move |tx| add_product(tx, sku).await).await.map(ProductId::new)
}

async fn read(store: &Store, id: ProductId) -> Option<Record> {
    store.read("t", async move |tx| resource::by_id(tx, &PRODUCTS, id.get()).await).await.expect("read")
}

#[test]
fn a_product_is_read_as_it_was_written() {
    for_each_engine(async |database| {
        let made = add(&database.store, "1116131001").await.expect("made");
        assert_eq!(made.bucket(), bucket_of_text("1116131001"), "the id carries the bucket of the SKU");
        let found = read(&database.store, made).await.expect("there");
        assert!(found.same_content_as(&product("1116131001")));
        assert_eq!((found.created_at, found.modified_at), (START, START));

        let change = async move |tx: &mut Tx<'_>| {
            change_product(tx, made, |product| {
                product.set("name", "new");
                product.set("is_active", 0);
                product.touch(at(1));
            })
            .await
        };
        database.store.write("t", change).await.expect("written");
        let changed = read(&database.store, made).await.expect("there");
        assert_eq!((changed.text("name"), changed.flag("is_active")), (Some("new"), false));
        assert_eq!((changed.created_at, changed.text("base_code")), (START, Some("base")));
        assert!(changed.modified_at > at(1));
        assert!(read(&database.store, ProductId::new(made.get() + 256)).await.is_none());
        assert!(add(&database.store, "1116131001").await.is_err_and(|fault| fault.is_taken("product_sku")));
    });
}

#[test]
fn names_are_read_for_many_at_once() {
    for_each_engine(async |database| {
        let [one, two] = [add(&database.store, "A").await, add(&database.store, "B").await];
        let ids = vec![one.expect("made"), two.expect("made"), ProductId::new(1)];
        let asked = ids.clone();
        let names = database.store.read("t", async move |tx| products::names(tx, &asked).await).await.expect("read");
        assert_eq!(names.len(), 2, "unknown ones are left out");
        assert_eq!((names[&ids[0]].as_str(), names[&ids[1]].as_str()), ("name of A", "name of B"));
    });
}

#[test]
fn a_stock_write_makes_the_product_it_needs_once() {
    for_each_engine(async |database| {
        let known = add(&database.store, "KNOWN").await.expect("made");
        let mut shop = Shop::open(&database.store).await;
        assert_eq!(shop.write(0, "KNOWN", 1).await.product, known);
        let made = shop.write(0, "NEW", 1).await.product;
        assert_eq!(shop.write(1, "NEW", 1).await.product, made, "the second list finds the product of the first");
        let row = read(&database.store, made).await.expect("it is there");
        assert_eq!((row.text("sku"), row.text("name"), row.flag("is_active")), (Some("NEW"), Some("NEW"), true));
        assert_eq!(made.bucket(), bucket_of_text("NEW"));
    });
}

#[test]
fn products_are_found_by_the_beginning_of_their_sku() {
    for_each_engine(async |database| {
        for sku in ["A-2", "A-10", "A", "a-1", "B", "A-ü", "%A"] {
            add(&database.store, sku).await.expect("made");
        }
        let found = async |prefix: &'static str, limit| {
            let read = async move |tx: &mut Tx<'_>| products::by_sku_prefix(tx, prefix, limit).await;
            let rows = database.store.read("t", read).await.expect("read");
            rows.into_iter().map(|(_, sku, _)| sku).collect::<Vec<_>>()
        };
        assert_eq!(found("A-", 10).await, ["A-10", "A-2", "A-ü"], "byte by byte, and to the letter");
        assert_eq!(found("A", 2).await, ["A", "A-10"], "no more than were asked for");
        assert_eq!(found("%", 10).await, ["%A"], "no sign means anything");
        assert_eq!(found("C", 10).await, Vec::<String>::new());
    });
}

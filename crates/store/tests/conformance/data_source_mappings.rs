//! Product mappings: found from both sides, and every change of one is counted at its source.

use onhand_core::{DataSourceId, ProductId};
use onhand_store::resource::{self, Record};
use onhand_store::tables::data_source_mappings::{self, MAPPINGS, ProductMapping};
use onhand_store::tables::data_sources::{self, DATA_SOURCES};
use onhand_store::{Error, Store, Tx};

use crate::database::for_each_engine;
use crate::shop::START;

async fn source(store: &Store, number: i64) -> DataSourceId {
    let mut record = Record::new(&DATA_SOURCES, START);
    record.set("name", format!("Partner {number}"));
    record.set("base_url", "https://a.example");
    record.set("stock_list_id", number);
    let body = async move |tx: &mut Tx<'_>| resource::insert(tx, &DATA_SOURCES, vec![record.clone()]).await;
    DataSourceId::new(store.write("t", body).await.expect("made")[0].id)
}

fn mapping(source: DataSourceId, product: i64, ours: &str, theirs: &str) -> Record {
    let mut record = Record::new(&MAPPINGS, START);
    record.set("data_source_id", source.get());
    record.set("product_id", product);
    record.set("product_sku", ours.to_owned());
    record.set("remote_sku", theirs.to_owned());
    record
}

async fn make(store: &Store, records: Vec<Record>) -> Result<Vec<Record>, Error> {
    store.write("t", async move |tx: &mut Tx<'_>| resource::insert(tx, &MAPPINGS, records.clone()).await).await
}

/// How often the mappings of a source have changed, and how many it has.
async fn counts(store: &Store, source: DataSourceId) -> (i64, i64) {
    let look = async move |tx: &mut Tx<'_>| {
        let found = data_sources::by_id(tx, source).await?.expect("it is there");
        Ok((found.mappings_version, data_source_mappings::count(tx, source).await?))
    };
    store.read("t", look).await.expect("read")
}

#[test]
fn a_mapping_is_found_from_both_sides() {
    for_each_engine(async |database| {
        let store = &database.store;
        let (one, other) = (source(store, 1).await, source(store, 2).await);
        let records = vec![mapping(one, 256, "A", "X"), mapping(one, 512, "B", "Y"), mapping(other, 256, "A", "Y")];
        make(store, records).await.expect("made");
        let look = async move |tx: &mut Tx<'_>| {
            let keys = [(one, "X"), (one, "A"), (other, "Y"), (other, "X")];
            let remote = data_source_mappings::of_remote(tx, keys.into_iter()).await?;
            let ids = [256, 512, 768].map(ProductId::new);
            Ok((remote, data_source_mappings::of_products(tx, one, &ids).await?))
        };
        let (mut remote, mut ours) = store.read("t", look).await.expect("read");
        let pair = |one: &ProductMapping| (one.source, one.product.get(), one.sku.clone(), one.remote_sku.clone());
        let told = |source, product, ours: &str, theirs: &str| (source, product, ours.to_owned(), theirs.to_owned());
        remote.sort_by_key(|mapping| mapping.source);
        ours.sort_by_key(|mapping| mapping.product);
        let first = told(one, 256, "A", "X");
        assert_eq!(remote.iter().map(pair).collect::<Vec<_>>(), [first.clone(), told(other, 256, "A", "Y")]);
        assert_eq!(ours.iter().map(pair).collect::<Vec<_>>(), [first, told(one, 512, "B", "Y")]);
    });
}

#[test]
fn every_change_is_counted_at_its_source_and_none_is_made_twice() {
    for_each_engine(async |database| {
        let store = &database.store;
        let (one, other) = (source(store, 1).await, source(store, 2).await);
        let made = make(store, vec![mapping(one, 256, "A", "X"), mapping(one, 512, "B", "Y")]).await.expect("made");
        assert_eq!((counts(store, one).await, counts(store, other).await), ((1, 2), (0, 0)), "once for many");
        for twice in [mapping(one, 256, "A", "Z"), mapping(one, 768, "C", "Y")] {
            let made = make(store, vec![twice]).await;
            assert!(matches!(made, Err(Error::UniqueViolation { .. })), "it is there");
        }
        assert_eq!(counts(store, one).await, (1, 2), "what is not done is not counted");
        let before = made[0].clone();
        let change = async move |tx: &mut Tx<'_>| {
            let mut after = before.clone();
            after.set("remote_sku", "Z");
            resource::update(tx, before.clone(), after).await
        };
        let changed = store.write("t", change).await.expect("changed");
        assert_eq!(counts(store, one).await, (2, 2));
        let first = async move |tx: &mut Tx<'_>| data_source_mappings::first(tx, one, 1).await;
        let first = store.read("t", first).await.expect("read");
        assert_eq!(first.iter().map(|mapping| mapping.id).collect::<Vec<_>>(), [changed.id]);
        store.write("t", async move |tx| resource::remove(tx, changed.clone()).await).await.expect("removed");
        assert_eq!(counts(store, one).await, (3, 1));
    });
}

//! Records: what is written is read, pointers lead somewhere, what is pointed at stays, counts are kept, changes are
//! told.

use onhand_store::query::{Condition, ListQuery, Op, Sort, Window};
use onhand_store::resource::{self, BrokenReference, Record, Table};
use onhand_store::tables::catalogs::{CATALOG_ITEMS, CATALOGS, OF_CHANNEL};
use onhand_store::tables::channels::CHANNELS;
use onhand_store::tables::prices::{PRICE_LISTS, PRODUCT_PRICES};
use onhand_store::tables::products::PRODUCTS;
use onhand_store::{Error, Store, Tx, Value, tables};

use crate::database::for_each_engine;
use crate::products::add_product;
use crate::shop::{START, Shop, add_channel, add_list, at};

/// A new record with these values.
fn record(table: &'static Table, values: &[(&str, Value<'static>)]) -> Record {
    let mut record = Record::new(table, START);
    values.iter().for_each(|(column, value)| record.set(column, value.clone()));
    record
}

async fn add(tx: &mut Tx<'_>, table: &'static Table, values: &[(&str, Value<'static>)]) -> Result<Record, Error> {
    let made = resource::insert(tx, table, vec![record(table, values)]).await?.pop();
    Ok(made.expect("one for one"))
}

fn numbered(conditions: Vec<Condition>) -> ListQuery {
    ListQuery { conditions, sort: Sort::BY_ID, window: Window::Page { number: 1, limit: 100 } }
}

async fn count(tx: &mut Tx<'_>, table: &'static Table, conditions: Vec<Condition>) -> Result<Option<i64>, Error> {
    Ok(resource::page(tx, table, &numbered(conditions)).await?.count)
}

fn same(one: &Record, other: &Record) {
    assert!(one.same_content_as(other));
    assert_eq!((one.id, one.created_at, one.modified_at), (other.id, other.created_at, other.modified_at));
}

/// A stock list, a price list and a catalog with both, twice.
async fn catalog(store: &Store) -> (i64, i64, Record) {
    let made = store.write("t", async |tx| {
        let list = add_list(tx, "web").await?.get();
        let prices = add(tx, &PRICE_LISTS, &[("name", "retail".into()), ("is_auto_sync", true.into())]).await?.id;
        let mut catalog = record(&CATALOGS, &[("name", "main".into()), ("stock_list_id", list.into())]);
        catalog.link("extra_stock_lists", vec![list, list]);
        catalog.link("extra_price_lists", vec![prices]);
        let catalog = resource::insert(tx, &CATALOGS, vec![catalog]).await?.pop().expect("made");
        Ok((list, prices, catalog))
    });
    made.await.expect("made")
}

#[test]
fn a_record_is_read_as_it_was_written() {
    for_each_engine(async |database| {
        let (list, prices, made) = catalog(&database.store).await;
        assert_eq!(made.linked("extra_stock_lists"), [list], "an id counts once");
        let mut changed = made.clone();
        changed.set("price_list_id", prices);
        changed.set("stock_list_id", Value::Null);
        changed.link("extra_stock_lists", Vec::new());
        changed.touch(at(5));
        let (before, after, id) = (made.clone(), changed.clone(), made.id);
        let found = database.store.write("t", async move |tx| {
            let found = resource::by_id(tx, &CATALOGS, id).await?;
            resource::update(tx, before, after).await?;
            let listed = resource::page(tx, &CATALOGS, &numbered(Vec::new())).await?.rows.pop();
            Ok((found, resource::locked(tx, &CATALOGS, id).await?, listed, resource::by_id(tx, &CATALOGS, 99).await?))
        });
        let (first, locked, listed, nothing) = found.await.expect("read");
        same(&first.expect("it is there"), &made);
        same(&locked.expect("it is there"), &changed);
        same(&listed.expect("it is there"), &changed);
        assert!(nothing.is_none());
        assert_eq!((changed.int("price_list_id"), changed.int("stock_list_id")), (Some(prices), None));
    });
}

/// The time of the last change grows, also where the clock stands still or goes back.
#[test]
fn the_time_of_a_change_grows() {
    let mut record = Record::new(&CATALOGS, at(9));
    record.touch(at(9));
    assert_eq!(record.modified_at, at(9).plus_micros(1));
    record.touch(at(1));
    assert_eq!(record.modified_at, at(9).plus_micros(2));
    record.touch(at(20));
    assert_eq!(record.modified_at, at(20));
}

#[test]
fn pointers_lead_somewhere_and_what_is_pointed_at_stays() {
    for_each_engine(async |database| {
        let (list, prices, catalog) = catalog(&database.store).await;
        let told = database.store.write("t", async move |tx| {
            let mut lost = record(&CATALOGS, &[("stock_list_id", 98.into()), ("price_list_id", prices.into())]);
            lost.link("extra_stock_lists", vec![list, 97]);
            let known = record(&CATALOGS, &[("stock_list_id", list.into())]);
            let broken = resource::broken_references(tx, &CATALOGS, &[known, lost]).await?;
            let prices = resource::by_id(tx, &PRICE_LISTS, prices).await?.expect("it is there");
            let first = tables::find_referrer(tx, &prices).await?;
            let before = tables::find_referrer(tx, &catalog).await?;
            let channel = add_channel(tx, "market", "accept").await?;
            let channel = resource::by_id(tx, &CHANNELS, channel.get()).await?.expect("it is there");
            let mut selling = channel.clone();
            selling.set("catalog_id", catalog.id);
            resource::update(tx, channel, selling.clone()).await?;
            let own = Condition { column: OF_CHANNEL, op: Op::RawPredicate, values: vec![selling.id.into()] };
            let other = Condition { column: OF_CHANNEL, op: Op::RawPredicate, values: vec![77.into()] };
            let seen = resource::find(tx, &CATALOGS, catalog.id, Some(own)).await?.is_some();
            let unseen = resource::find(tx, &CATALOGS, catalog.id, Some(other)).await?.is_none();
            Ok((broken, first, before, tables::find_referrer(tx, &catalog).await?, seen && unseen))
        });
        let (broken, prices, before, after, narrowed) = told.await.expect("asked");
        let lost = |name, id| BrokenReference { row: 1, name, id };
        assert_eq!(broken, [lost("stock_list_id", 98), lost("extra_stock_lists", 97)]);
        assert_eq!((prices, before, after), (Some("catalog"), None, Some("channel")));
        assert!(narrowed, "a channel knows its own catalog");
    });
}

#[test]
fn counts_are_kept_and_keys_are_unique() {
    for_each_engine(async |database| {
        let (_, prices, catalog) = catalog(&database.store).await;
        let store = &database.store;
        let catalog = catalog.id;
        let counted = store.write("t", async move |tx| {
            let of = |id: i64| vec![Condition { column: "catalog_id", op: Op::Eq, values: vec![id.into()] }];
            let mut items = Vec::new();
            for number in 0..300 {
                let product = add_product(tx, &format!("SKU-{number}")).await?;
                items.push(record(&CATALOG_ITEMS, &[("product_id", product.into()), ("catalog_id", catalog.into())]));
            }
            let made = resource::insert(tx, &CATALOG_ITEMS, items).await?;
            let buckets = made.iter().all(|item| item.int("product_id").is_some_and(|id| id & 255 == item.id & 255));
            let before = count(tx, &CATALOG_ITEMS, of(catalog)).await?;
            resource::remove(tx, made[7].clone()).await?;
            let after = count(tx, &CATALOG_ITEMS, of(catalog)).await?;
            let last = ListQuery { window: Window::Page { number: 299, limit: 1 }, ..numbered(of(catalog)) };
            let last = resource::page(tx, &CATALOG_ITEMS, &last).await?.rows.pop().map(|item| item.id);
            let all = count(tx, &CATALOG_ITEMS, Vec::new()).await?;
            Ok((buckets, before, after, all, last == made.last().map(|item| item.id), made[9].clone()))
        });
        let (buckets, before, after, all, found, item) = counted.await.expect("made");
        assert_eq!((before, after, all), (Some(300), Some(299), Some(299)));
        assert!(buckets, "an item lives where its product does");
        assert!(found, "a deep page is found by the kept counts");
        let product = item.int("product_id").expect("a product");
        let again = store.write("t", async move |tx| {
            let values = [("product_id", product.into()), ("catalog_id", catalog.into())];
            add(tx, &CATALOG_ITEMS, &values).await.map(|_| ())
        });
        assert!(again.await.is_err_and(|fault| fault.is_taken("catalog_item_product_id")));

        let priced = store.write("t", async move |tx| {
            let values = [("product_id", product.into()), ("price_list_id", prices.into()), ("price", "9.90".into())];
            let made = add(tx, &PRODUCT_PRICES, &values).await?;
            let twin = record(&PRODUCT_PRICES, &values);
            let other = record(&PRODUCT_PRICES, &[("product_id", product.into()), ("price_list_id", 99.into())]);
            let found = resource::same_all(tx, &PRODUCT_PRICES, &[other, twin]).await?;
            let ids: Vec<Option<i64>> = found.iter().map(|found| found.as_ref().map(|found| found.id)).collect();
            Ok(ids == [None, Some(made.id)])
        });
        assert!(priced.await.expect("asked"), "a price is found by its key");
    });
}

/// The unit of work makes stocks for products and lists that another client may be removing just then.
#[test]
fn no_stock_is_without_its_product() {
    for_each_engine(async |database| {
        let mut shop = Shop::open(&database.store).await;
        for round in 0..12 {
            let sku = format!("SKU-{round}");
            let name = sku.clone();
            let product = database.store.write("t", async move |tx| add_product(tx, &name).await).await.expect("made");
            let remove = database.store.write("t", async move |tx| {
                let Some(row) = resource::locked(tx, &PRODUCTS, product).await? else { return Ok(false) };
                let free = tables::find_referrer(tx, &row).await?.is_none();
                if free {
                    resource::remove(tx, row).await?;
                }
                Ok(free)
            });
            let (removed, stock) = tokio::join!(remove, shop.write(0, &sku, 1));
            assert_eq!(removed.expect("told"), stock.product.get() != product, "one of the two comes first");
            let id = stock.product;
            let row = database.store.read("t", async move |tx| resource::by_id(tx, &PRODUCTS, id.get()).await).await;
            assert!(row.expect("read").is_some(), "a stock has its product");
        }
    });
}

/// Two that point at and remove the same row: one of them waits, and then knows.
#[test]
fn a_row_is_not_removed_from_under_a_pointer() {
    for_each_engine(async |database| {
        let (_, prices, _) = catalog(&database.store).await;
        let store = &database.store;
        let free = store.write("t", async |tx| Ok(add(tx, &PRICE_LISTS, &[("name", "spare".into())]).await?.id));
        let free = free.await.expect("made");
        assert_ne!(free, prices);
        let point = store.write("t", async move |tx| {
            let catalog = record(&CATALOGS, &[("name", "late".into()), ("price_list_id", free.into())]);
            let broken = resource::broken_references(tx, &CATALOGS, std::slice::from_ref(&catalog)).await?;
            if broken.is_empty() {
                resource::insert(tx, &CATALOGS, vec![catalog]).await?;
            }
            Ok(broken.is_empty())
        });
        let remove = store.write("t", async move |tx| {
            let Some(list) = resource::locked(tx, &PRICE_LISTS, free).await? else { return Ok(false) };
            let is_free = tables::find_referrer(tx, &list).await?.is_none();
            if is_free {
                resource::remove(tx, list).await?;
            }
            Ok(is_free)
        });
        let (pointed, removed) = tokio::join!(point, remove);
        assert_ne!(pointed.expect("told"), removed.expect("told"), "one of the two");
    });
}

//! The nearest stores: found on the grid, they are those that looking at every store finds.

use onhand_core::StockListId;
use onhand_core::fulfilment::Coordinates;
use onhand_store::resource::{self, Record};
use onhand_store::tables::catalogs::CATALOGS;
use onhand_store::tables::geography::{CITIES, COUNTRIES, TOWNSHIPS};
use onhand_store::tables::stores::{self, NearFilter, NearStore, STORES};
use onhand_store::{Error, Tx};

use crate::database::for_each_engine;
use crate::shop::{START, add_list};

/// Half of the stores are in one town, the others anywhere; some are at the poles and at the date line.
const STORES_MANY: i64 = 2_000;

async fn township(tx: &mut Tx<'_>) -> Result<i64, Error> {
    let mut country = Record::new(&COUNTRIES, START);
    country.set("name", "Türkiye");
    country.set("name_folded", "türkiye");
    let country = resource::insert(tx, &COUNTRIES, vec![country]).await?.remove(0).id;
    let mut city = Record::new(&CITIES, START);
    city.set("name", "İstanbul");
    city.set("name_folded", "istanbul");
    city.set("country_id", country);
    let city = resource::insert(tx, &CITIES, vec![city]).await?.remove(0).id;
    let mut township = Record::new(&TOWNSHIPS, START);
    township.set("name", "Kadıköy");
    township.set("name_folded", "kadıköy");
    township.set("country_id", country);
    township.set("city_id", city);
    Ok(resource::insert(tx, &TOWNSHIPS, vec![township]).await?.remove(0).id)
}

fn store(number: i64, township: i64, point: Option<(i64, i64)>) -> Record {
    let mut store = Record::new(&STORES, START);
    store.set("name", format!("Store {number}"));
    store.set("township_id", township);
    store.set("is_active", i64::from(number % 5 != 0));
    store.set("click_and_collect", i64::from(number % 2 == 0));
    if let Some((latitude, longitude)) = point {
        let degrees = |millionths: i64| {
            let sign = if millionths < 0 { "-" } else { "" };
            format!("{sign}{}.{:06}", millionths.abs() / 1_000_000, millionths.abs() % 1_000_000)
        };
        store.set("latitude", degrees(latitude));
        store.set("longitude", degrees(longitude));
    }
    store
}

/// Where a store is.
fn point(number: i64) -> Option<(i64, i64)> {
    let mixed = |salt: i64, of: i64| (number * 2_654_435_761 + salt * 40_503).rem_euclid(of);
    match number % 20 {
        0 => None,
        1 => Some((90_000_000 - mixed(1, 400_000), mixed(2, 360_000_000) - 180_000_000)),
        2 => Some((mixed(1, 2_000_000), 180_000_000 - mixed(2, 900_000))),
        3 => Some((mixed(1, 2_000_000), mixed(2, 900_000) - 180_000_000)),
        // A hundred at one place.
        4 => Some((41_000_000, 29_000_000)),
        5..=12 => Some((40_800_000 + mixed(1, 400_000), 28_700_000 + mixed(2, 600_000))),
        _ => Some((mixed(1, 180_000_000) - 90_000_000, mixed(2, 360_000_000) - 180_000_000)),
    }
}

/// The same by looking at all.
fn by_looking(records: &[Record], near: Coordinates, fits: impl Fn(&Record) -> bool) -> Vec<NearStore> {
    let of = |record: &Record| {
        let at = Coordinates::parse(record.text("latitude")?, record.text("longitude")?)?;
        let list = record.int("stock_list_id").map(StockListId::new);
        Some(NearStore { metres: near.metres_to(at), id: record.id, list })
    };
    let mut all: Vec<NearStore> = records.iter().filter(|record| fits(record)).filter_map(of).collect();
    all.sort_unstable();
    all
}

#[test]
fn the_nearest_stores_are_found_on_the_grid() {
    for_each_engine(async |database| {
        let made = database.store.write("t", async |tx| {
            let township = township(tx).await?;
            let records = (0..STORES_MANY).map(|number| store(number, township, point(number))).collect();
            resource::insert(tx, &STORES, records).await
        });
        let records = made.await.expect("made");
        let points = [
            (41_000_000, 29_000_000),
            (39_900_000, 32_800_000),
            (90_000_000, 0),
            (-90_000_000, 5_000_000),
            (1_000_000, 180_000_000),
            (1_000_000, -179_999_000),
            (-50_000_000, -120_000_000),
        ];
        for (latitude, longitude) in points {
            let near = Coordinates::new(latitude, longitude).expect("on the earth");
            let ask = async |filter: NearFilter, count: usize, max: Option<i64>| {
                let body = async move |tx: &mut Tx<'_>| stores::nearest(tx, near, filter, (count, max)).await;
                database.store.read("t", body).await.expect("found")
            };
            let all = by_looking(&records, near, |_| true);
            // Of the hundred at one place some are not looked at, so the comparison is by distance.
            let metres = |stores: &[NearStore]| stores.iter().map(|store| store.metres).collect::<Vec<_>>();
            for count in [1, 10, 50] {
                let found = ask(NearFilter::default(), count, None).await;
                assert_eq!(metres(&found), metres(&all[..count]), "{count} near {near:?}");
            }
            let active = NearFilter { is_active: Some(true), click_and_collect: Some(false), ..NearFilter::default() };
            let wanted =
                by_looking(&records, near, |store| store.flag("is_active") && !store.flag("click_and_collect"));
            assert_eq!(metres(&ask(active, 20, None).await), metres(&wanted[..20]), "near {near:?}");
            let max = all[7].metres;
            let within = all.iter().filter(|store| store.metres <= max).count().min(60);
            assert_eq!(ask(NearFilter::default(), 60, Some(max)).await.len(), within, "within {max} m of {near:?}");
            assert!(ask(NearFilter::default(), 0, None).await.is_empty());
        }
    });
}

#[test]
fn stores_are_narrowed_to_a_list_or_a_catalog() {
    for_each_engine(async |database| {
        let made = database.store.write("t", async |tx| {
            let township = township(tx).await?;
            let mut lists = Vec::new();
            for name in ["one", "two", "three"] {
                lists.push(add_list(tx, name).await?);
            }
            let mut records = Vec::new();
            for (number, list) in (1..).zip(&lists) {
                let mut store = store(number, township, Some((number * 1_000_000, 0)));
                store.set("stock_list_id", list.get());
                records.push(store);
            }
            let records = resource::insert(tx, &STORES, records).await?;
            let mut catalog = Record::new(&CATALOGS, START);
            catalog.set("name", "nearby");
            catalog.link("extra_stock_lists", vec![lists[1].get(), lists[2].get()]);
            let catalog = resource::insert(tx, &CATALOGS, vec![catalog]).await?.remove(0).id;
            let mut moved = records[0].clone();
            moved.set("latitude", "70");
            stores::locate(&mut moved);
            resource::update(tx, records[0].clone(), moved).await?;
            Ok((lists, catalog))
        });
        let (lists, catalog) = made.await.expect("made");
        let near = Coordinates::new(0, 0).expect("on the earth");
        let ask = async |filter: NearFilter| {
            let body = async move |tx: &mut Tx<'_>| stores::nearest(tx, near, filter, (10, None)).await;
            let found = database.store.read("t", body).await.expect("found");
            found.into_iter().filter_map(|store| store.list).collect::<Vec<_>>()
        };
        assert_eq!(ask(NearFilter::default()).await, [lists[1], lists[2], lists[0]], "the first has moved far away");
        let of_catalog = NearFilter { catalog: Some(catalog), ..NearFilter::default() };
        assert_eq!(ask(of_catalog).await, [lists[1], lists[2]]);
        let of_list = NearFilter { list: Some(lists[0]), ..NearFilter::default() };
        assert_eq!(ask(of_list).await, [lists[0]]);
    });
}

/// Row and column of a smallest cell, from the digits of its number.
fn place(number: i64) -> (i64, i64) {
    let digits = (0..9).rev().map(|index| number / 16_i64.pow(index) % 16);
    digits.fold((0, 0), |(row, column), digit| (row * 4 + digit / 4, column * 4 + digit % 4))
}

/// The stores of a database that is migrated get the cells that the program would have given them, or the next ones.
#[test]
fn stores_that_were_there_before_get_their_cells() {
    for_each_engine(async |database| {
        let made = database.store.write("t", async |tx| {
            let township = township(tx).await?;
            let corners = [(90_000_000, 180_000_000), (-90_000_000, -180_000_000), (0, 0), (89_999_999, -1)];
            let some = (0..300).map(point).chain(corners.map(Some));
            let records = (0..).zip(some).map(|(number, at)| store(number, township, at)).collect();
            resource::insert(tx, &STORES, records).await
        });
        let made = made.await.expect("made");
        let migration = include_str!("../../schema/0011_sourcing.sql");
        let plain: Vec<&str> = migration.lines().filter(|line| !line.starts_with("--")).collect();
        let plain = plain.join("\n");
        let updates = plain.split(';').filter(|statement| statement.contains("UPDATE retail_store SET geo_cell"));
        for update in updates {
            database.plant(&update.replace(" INTEGER", " BIGINT"));
        }
        let ids: Vec<i64> = made.iter().map(|store| store.id).collect();
        let read = async move |tx: &mut Tx<'_>| resource::by_ids(tx, &STORES, &ids).await;
        let migrated = database.store.read("t", read).await.expect("read");
        assert_eq!(migrated.len(), made.len());
        for before in &made {
            let after = migrated.iter().find(|store| store.id == before.id).expect("there");
            let cells = before.int("geo_cell").zip(after.int("geo_cell"));
            assert_eq!(cells.is_some(), before.text("latitude").is_some());
            if let Some((own, migrated)) = cells {
                let ((row, column), (other_row, other_column)) = (place(own), place(migrated));
                assert!((row - other_row).abs() <= 1 && (column - other_column).abs() <= 1, "{own} {migrated}");
            }
        }
    });
}

//! Product words: they follow what happens to products, and a search finds each product once.

use std::collections::BTreeSet;

use onhand_core::ProductId;
use onhand_core::search_words::{barcode_word, product_words as words, searched_words};
use onhand_store::channel_sync::sequencer;
use onhand_store::resource::{self, Record};
use onhand_store::tables::products::PRODUCTS;
use onhand_store::{Store, Tx, product_words};

use crate::database::for_each_engine;
use crate::products::change_product;
use crate::shop::{Chance, START};

/// The words of a product; its barcode stands in its base code.
fn words_of(product: &Record) -> BTreeSet<String> {
    let text = |column: &str| product.text(column).unwrap_or_default();
    words(text("sku"), text("name"), text("base_code"))
}

fn product(sku: &str, name: &str, barcode: &str) -> Record {
    let mut product = Record::new(&PRODUCTS, START);
    for (column, value) in [("sku", sku), ("name", name), ("base_code", barcode)] {
        product.set(column, value.to_owned());
    }
    product
}

async fn add(store: &Store, products: Vec<Record>) -> Vec<ProductId> {
    let body = async move |tx: &mut Tx<'_>| resource::insert(tx, &PRODUCTS, products.clone()).await;
    let made = store.write("t", body).await.expect("made");
    made.iter().map(|product| ProductId::new(product.id)).collect()
}

/// Follows all changes; how many steps that took.
async fn follow(store: &Store) -> usize {
    while store.write("t", async |tx| sequencer::sequence(tx).await).await.expect("sequenced") > 0 {}
    let mut steps = 0;
    while store.read("t", async |tx| product_words::is_behind(tx).await).await.expect("read") {
        let step = store.write("t", async |tx| product_words::follow(tx, words_of).await).await.expect("followed");
        assert!(step > 0 && step as i64 <= product_words::FOLLOWED_TOGETHER);
        steps += 1;
    }
    steps
}

async fn found(store: &Store, text: &str, limit: i64) -> Vec<ProductId> {
    let asked = searched_words(text);
    store.read("t", async move |tx| product_words::by_words(tx, &asked, limit).await).await.expect("found")
}

async fn scanned(store: &Store, text: &str) -> Vec<ProductId> {
    let word = barcode_word(text).expect("a barcode");
    store.read("t", async move |tx| product_words::by_whole_word(tx, &word, 9).await).await.expect("found")
}

#[test]
fn words_follow_their_products() {
    for_each_engine(async |database| {
        let store = &database.store;
        let products = vec![
            product("DRESS-İPEK-38", "Silk dress, navy", "869-1"),
            product("A-1", "Oxford shirt, white", "8691"),
            product("A-2", "Oxford shirt, navy", "86912"),
        ];
        let ids = add(store, products).await;
        assert_eq!(found(store, "ipek", 9).await, [], "not followed yet");
        assert_eq!((follow(store).await, follow(store).await), (1, 0));
        for (text, wanted) in [
            ("ipek", &[0][..]),
            ("OXFORD sh", &[1, 2]),
            ("navy", &[0, 2]),
            ("navy oxford", &[2]),
            ("navy shirt oxford a", &[2]),
            ("navy silk dress 38", &[0]),
            ("shirt dress", &[]),
            ("86", &[]),
            ("", &[]),
        ] {
            let wanted: Vec<ProductId> = wanted.iter().map(|at: &usize| ids[*at]).collect();
            let mut all = found(store, text, 9).await;
            all.sort_unstable();
            assert_eq!(all, wanted, "{text}");
        }
        assert_eq!(scanned(store, "8691").await.len(), 2, "both are written 8691");
        assert_eq!(scanned(store, "86912").await, [ids[2]]);

        let id = ids[1];
        let change = async move |tx: &mut Tx<'_>| change_product(tx, id, |one| one.set("name", "Linen shirt")).await;
        store.write("t", change).await.expect("changed");
        let gone = ids[0].get();
        let remove = async move |tx: &mut Tx<'_>| {
            let product = resource::locked(tx, &PRODUCTS, gone).await?.expect("there");
            resource::remove(tx, product).await
        };
        store.write("t", remove).await.expect("removed");
        assert_eq!(follow(store).await, 1);
        assert_eq!(found(store, "linen", 9).await, [ids[1]]);
        assert_eq!(found(store, "oxford", 9).await, [ids[2]]);
        assert_eq!(found(store, "navy", 9).await, [ids[2]], "the silk dress is gone");
        assert_eq!(scanned(store, "8691").await, [ids[1]]);
    });
}

#[test]
fn each_of_many_products_is_found_once_by_any_of_its_words() {
    for_each_engine(async |database| {
        let (store, mut chance) = (&database.store, Chance(11));
        let colours = ["black", "blue", "bluegreen", "white", "wine"];
        let kinds = ["shirt", "shoe", "sock", "scarf"];
        let names: Vec<String> = (0..250)
            .map(|_| format!("{} {} {}", colours[chance.below(5)], kinds[chance.below(4)], kinds[chance.below(4)]))
            .collect();
        let rows = names.iter().enumerate().map(|(at, name)| product(&format!("P{at:03}"), name, "")).collect();
        let ids = add(store, rows).await;
        assert_eq!(follow(store).await, 3);
        for text in ["blue", "b", "s", "wine s", "shirt sock", "sh blue", "sock scarf white", "p00 s"] {
            let asked = searched_words(text);
            let fits = |at: &usize| {
                let own = words(&format!("P{at:03}"), &names[*at], "");
                asked.iter().all(|word| own.iter().any(|one| one.starts_with(word.as_str())))
            };
            let wanted: Vec<ProductId> = (0..names.len()).filter(fits).map(|at| ids[at]).collect();
            let mut all = found(store, text, 500).await;
            all.sort_unstable();
            assert_eq!(all, wanted, "{text}");
            let few = found(store, text, 7).await;
            assert!(few.len() <= 7 && few.iter().all(|id| wanted.contains(id)), "{text}");
        }
    });
}

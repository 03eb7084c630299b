//! Saved views: who may open and change which, and how many there may be.

use onhand_core::UserId;
use onhand_store::tables::saved_views::{self, OWN_MAX, SavedView, Stored};
use onhand_store::{Store, Tx};

use crate::database::for_each_engine;
use crate::shop::{START, at};

const ANN: UserId = UserId::new(1);
const BOB: UserId = UserId::new(2);

fn view(account: UserId, name: &str, is_shared: bool) -> SavedView {
    SavedView {
        id: 0,
        account,
        screen: "stock".to_owned(),
        name: name.to_owned(),
        query: "q=KAZ&columns=bar%2Creserved".to_owned(),
        is_shared,
        created_at: START,
        modified_at: START,
    }
}

async fn add(store: &Store, view: SavedView) -> Stored {
    store.write("t", async move |tx| saved_views::insert(tx, &view).await).await.expect("decided")
}

fn done(stored: Stored) -> SavedView {
    match stored {
        Stored::Done(view) => view,
        other => panic!("{other:?}"),
    }
}

async fn names(store: &Store, account: UserId) -> Vec<String> {
    let found = store.read("t", async move |tx| saved_views::open_to(tx, account, "stock").await).await.expect("read");
    found.into_iter().map(|view| view.name).collect()
}

#[test]
fn a_view_is_opened_by_its_own_account_or_if_it_is_shared() {
    for_each_engine(async |database| {
        let store = &database.store;
        let own = done(add(store, view(ANN, "own", false)).await);
        let shared = done(add(store, view(ANN, "shared", true)).await);
        done(add(store, view(BOB, "of Bob", true)).await);
        assert!(own.id != shared.id && own.id > 0);
        assert_eq!(names(store, ANN).await, ["own", "shared", "of Bob"]);
        assert_eq!(names(store, BOB).await, ["of Bob", "shared"]);
        let id = own.id;
        let found = store.read("t", async move |tx| saved_views::by_id(tx, id).await).await.expect("read");
        assert_eq!(found, Some(own));
    });
}

#[test]
fn only_its_own_account_changes_a_view() {
    for_each_engine(async |database| {
        let store = &database.store;
        let made = done(add(store, view(ANN, "before", true)).await);
        let rename = async |account| {
            let change = |view: SavedView| SavedView { name: "after".to_owned(), is_shared: false, ..view };
            let id = made.id;
            let body = async move |tx: &mut Tx<'_>| saved_views::update(tx, (id, account), change, at(1)).await;
            store.write("t", body).await.expect("decided")
        };
        assert_eq!(rename(BOB).await, Stored::NotFound);
        let changed = done(rename(ANN).await);
        assert_eq!((changed.name.as_str(), changed.is_shared, changed.modified_at), ("after", false, at(1)));
        let again = done(rename(ANN).await);
        assert!(again.modified_at > changed.modified_at, "its time grows");
        let remove = async |account| {
            let id = made.id;
            store.write("t", async move |tx| saved_views::remove(tx, id, account).await).await.expect("decided")
        };
        assert!(!remove(BOB).await);
        assert!(remove(ANN).await && !remove(ANN).await);
        assert_eq!(names(store, ANN).await, [""; 0]);
    });
}

#[test]
fn an_account_has_so_many_views_and_no_more() {
    for_each_engine(async |database| {
        let store = &database.store;
        for number in 0..OWN_MAX {
            done(add(store, view(ANN, &number.to_string(), false)).await);
        }
        assert_eq!(add(store, view(ANN, "one more", false)).await, Stored::TooMany);
        done(add(store, view(BOB, "of another", false)).await);
        assert_eq!(names(store, ANN).await.len() as i64, OWN_MAX);
    });
}

#[test]
fn no_two_views_of_a_screen_have_one_name() {
    for_each_engine(async |database| {
        let store = &database.store;
        let first = done(add(store, view(ANN, "a", false)).await);
        assert_eq!(add(store, view(ANN, "a", true)).await, Stored::NameTaken(first.clone()));
        let other = done(add(store, SavedView { screen: "orders".to_owned(), ..view(ANN, "a", false) }).await);
        done(add(store, view(BOB, "a", false)).await);
        let second = done(add(store, view(ANN, "b", false)).await);
        let rename = |view: SavedView| SavedView { name: "a".to_owned(), ..view };
        let id = second.id;
        let body = async move |tx: &mut Tx<'_>| saved_views::update(tx, (id, ANN), rename, at(1)).await;
        assert_eq!(store.write("t", body).await.expect("decided"), Stored::NameTaken(first));
        assert_eq!(other.name, "a");
    });
}

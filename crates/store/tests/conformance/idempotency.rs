//! Stored answers: by account and key, once, for a while.

use onhand_core::{Timestamp, UserId};
use onhand_store::Store;
use onhand_store::idempotency::{self, Answer, KEPT_SECONDS, Key};

use crate::database::for_each_engine;
use crate::shop::{START, at};

fn key(account: i64, key: &str) -> Key {
    Key { account: UserId::new(account), key: key.to_owned() }
}

fn answer(status: u16) -> Answer {
    Answer { fingerprint: vec![1, 2, 3], status, body: b"{\"pk\":1,\"name\":\"\xc3\xa4\"}".to_vec() }
}

async fn keep(store: &Store, key: Key, answer: Answer, now: Timestamp) -> Result<(), onhand_store::Error> {
    store.write("t", async move |tx| idempotency::insert_all(tx, [(&key, &answer)], now).await).await
}

async fn find(store: &Store, key: Key) -> Option<Answer> {
    let found = store.read("t", async move |tx| idempotency::find_all(tx, [&key]).await).await.expect("read");
    found.into_iter().next().map(|(_, answer)| answer)
}

#[test]
fn an_answer_is_found_by_its_account_and_key() {
    for_each_engine(async |database| {
        let store = &database.store;
        assert_eq!(find(store, key(1, "k")).await, None);
        keep(store, key(1, "k"), answer(201), START).await.expect("kept");
        keep(store, key(2, "k"), answer(200), START).await.expect("another account's key is another key");
        assert_eq!(find(store, key(1, "k")).await, Some(answer(201)));
        assert_eq!(find(store, key(2, "k")).await, Some(answer(200)));
        assert_eq!(find(store, key(1, "K")).await, None);
        let twice = keep(store, key(1, "k"), answer(200), START).await;
        assert!(
            twice.is_err_and(|fault| matches!(fault, onhand_store::Error::UniqueViolation { .. })),
            "a key is used once"
        );
        assert_eq!(find(store, key(1, "k")).await, Some(answer(201)));
    });
}

/// So many rows that an engine that can load rows does.
#[test]
fn very_many_answers_are_kept_like_one() {
    const MANY: i64 = 2_000;
    let text = |number: i64| format!("çarşı\t\\N\n\"{number}\"");
    let many = move |account, numbers: std::ops::Range<i64>| -> Vec<(Key, Answer)> {
        let one = |number| (key(account, &text(number)), Answer { body: vec![0, 255, number as u8], ..answer(201) });
        numbers.map(one).collect()
    };
    let keep_all = async |store: &Store, answers: Vec<(Key, Answer)>| {
        let body = async move |tx: &mut onhand_store::Tx<'_>| {
            let pairs: Vec<_> = answers.iter().map(|(key, answer)| (key, answer)).collect();
            idempotency::insert_all(tx, pairs, START).await?;
            let found = idempotency::find_all(tx, [&answers[0].0]).await?;
            assert_eq!(found, answers[..1], "a transaction sees its own writes");
            Ok(())
        };
        store.write("t", body).await
    };
    for_each_engine(async |database| {
        let store = &database.store;
        keep_all(store, many(1, 0..MANY)).await.expect("kept");
        for number in [0, 1, 511, MANY - 1] {
            let kept = find(store, key(1, &text(number))).await.expect("there");
            assert_eq!(kept.body, [0, 255, number as u8]);
        }
        let again = keep_all(store, [many(2, 0..MANY), many(1, 7..8)].concat()).await;
        assert!(
            again.is_err_and(|fault| matches!(fault, onhand_store::Error::UniqueViolation { .. })),
            "one was there"
        );
        assert_eq!(find(store, key(2, &text(0))).await, None, "nothing of it was kept");
        keep_all(store, many(2, 0..MANY)).await.expect("the next one works");
    });
}

#[test]
fn old_answers_are_forgotten_and_young_ones_are_not() {
    for_each_engine(async |database| {
        let store = &database.store;
        for (name, seconds) in [("old", 0), ("edge", 1), ("young", 2)] {
            keep(store, key(1, name), answer(201), at(seconds)).await.expect("kept");
        }
        let now = at(KEPT_SECONDS + 1);
        let dropped = store.write("t", async move |tx| idempotency::forget(tx, now).await).await.expect("written");
        assert_eq!(dropped, 1);
        assert_eq!(find(store, key(1, "old")).await, None);
        assert_eq!(find(store, key(1, "edge")).await, Some(answer(201)), "kept for the full time");
        assert_eq!(find(store, key(1, "young")).await, Some(answer(201)));
    });
}

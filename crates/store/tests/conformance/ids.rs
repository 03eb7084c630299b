//! Ids: no number is given twice, however many processes ask.

use std::collections::BTreeSet;

use onhand_core::{IdAllocator, IdKind};
use onhand_store::{Store, ids};

use crate::database::for_each_engine;

/// Takes numbers the way the writer does: little by little, from an allocator that gets new ranges.
async fn take_many(store: &Store, rounds: usize) -> Vec<(usize, i64)> {
    let mut allocator = IdAllocator::default();
    let mut taken = Vec::new();
    for round in 0..rounds {
        let needed = round % 700 + 1;
        ids::reserve_ranges(store, &mut allocator, |_| needed as i64).await.expect("ranges");
        for (index, kind) in IdKind::ALL.into_iter().enumerate() {
            assert!(allocator.left(kind) >= needed as i64, "as many as were asked for");
            taken.extend((0..needed).map(|_| (index, allocator.next_in_bucket(kind, 7))));
        }
    }
    taken
}

#[test]
fn two_processes_on_one_database_never_get_the_same_number() {
    for_each_engine(async |database| {
        let other = database.again().await;
        let (one, two, three) =
            tokio::join!(take_many(&database.store, 40), take_many(&other, 40), take_many(&database.store, 40));
        let all: Vec<_> = one.iter().chain(&two).chain(&three).copied().collect();
        let distinct: BTreeSet<_> = all.iter().copied().collect();
        assert_eq!(distinct.len(), all.len(), "a number was given twice");
        assert!(all.iter().all(|(_, id)| *id > 0 && id % 256 == 7), "ids are positive and carry their bucket");
        for taken in [&one, &two, &three] {
            for kind in 0..IdKind::ALL.len() {
                let of_kind: Vec<_> = taken.iter().filter(|(index, _)| *index == kind).collect();
                assert!(of_kind.is_sorted(), "ids of one process grow");
            }
        }
    });
}

#[test]
fn numbers_are_not_given_again_after_a_restart() {
    for_each_engine(async |database| {
        let before = take_many(&database.store, 3).await;
        let after = take_many(&database.again().await, 3).await;
        let highest = before.iter().max_by_key(|(_, id)| *id).expect("some were taken").1;
        for (kind, id) in after {
            let same = before.contains(&(kind, id));
            assert!(!same, "{id} (up to {highest} were taken) was given again");
        }
    });
}

#[test]
fn a_failed_transaction_gives_its_numbers_back_whole() {
    for_each_engine(async |database| {
        let take = async |fail: bool| {
            let body = async move |tx: &mut onhand_store::Tx<'_>| {
                let first = ids::take(tx, "case", 10).await?;
                if fail { Err(onhand_store::Error::Internal("no".to_owned())) } else { Ok(first) }
            };
            database.store.write("t", body).await
        };
        assert_eq!(take(false).await.expect("taken"), 1);
        assert!(take(true).await.is_err());
        assert_eq!(take(false).await.expect("taken"), 11);
    });
}

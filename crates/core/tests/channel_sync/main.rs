//! The rules of the feed as tables: which deliveries are due, the steps of a batch, what each does to an action, what a
//! delivery failure means.

mod times;

use onhand_core::Timestamp;
use onhand_core::channel_sync::{
    AckState, Action, ActionStatus as A, BatchStatus as B, DeliveryFacts, DueAs, Entry, Failure, ObjectKind, Reason,
    Retries, StandingFailure, Step,
};

const fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(second * 1_000_000)
}

/// A stock of version 5 that a channel may have and whose product it knows.
const STOCK: DeliveryFacts = DeliveryFacts {
    kind: ObjectKind::Stock,
    is_offered: true,
    is_product_known: true,
    modified_at: at(5),
    known: None,
    failure: None,
};

const fn known(status: A, acknowledged_at: Option<Timestamp>) -> AckState {
    AckState { status, acknowledged_at }
}

const fn standing(version: i64, again_at: Option<Timestamp>) -> StandingFailure {
    StandingFailure { version_at: at(version), again_at }
}

#[test]
fn what_is_due_is_what_the_channel_has_not_acknowledged() {
    let cases = [
        ("never tried", STOCK, DueAs::Insert(None)),
        ("not in the catalog", DeliveryFacts { is_offered: false, ..STOCK }, DueAs::Nothing),
        ("its product is not known", DeliveryFacts { is_product_known: false, ..STOCK }, DueAs::Nothing),
        ("tried and given up", DeliveryFacts { known: Some(known(A::Error, None)), ..STOCK }, DueAs::Insert(None)),
        ("in an open batch", DeliveryFacts { known: Some(known(A::Processing, None)), ..STOCK }, DueAs::Nothing),
        (
            "known, in a batch",
            DeliveryFacts { known: Some(known(A::Processing, Some(at(1)))), ..STOCK },
            DueAs::Nothing,
        ),
        (
            "an older version is known",
            DeliveryFacts { known: Some(known(A::Success, Some(at(4)))), ..STOCK },
            DueAs::Update(None),
        ),
        (
            "this version is known",
            DeliveryFacts { known: Some(known(A::Success, Some(at(5)))), ..STOCK },
            DueAs::Nothing,
        ),
        (
            "an error after a success",
            DeliveryFacts { known: Some(known(A::Error, Some(at(4)))), ..STOCK },
            DueAs::Update(None),
        ),
        (
            "known, and its product is not any more",
            DeliveryFacts { is_product_known: false, known: Some(known(A::Success, Some(at(4)))), ..STOCK },
            DueAs::Update(None),
        ),
        (
            "known, and out of the catalog",
            DeliveryFacts { is_offered: false, known: Some(known(A::Success, Some(at(5)))), ..STOCK },
            DueAs::Removal,
        ),
        ("failed for good", DeliveryFacts { failure: Some(standing(5, None)), ..STOCK }, DueAs::Failed),
        ("failed, older", DeliveryFacts { failure: Some(standing(4, None)), ..STOCK }, DueAs::Insert(None)),
        (
            "failed, to be tried again",
            DeliveryFacts { failure: Some(standing(5, Some(at(9)))), ..STOCK },
            DueAs::Insert(Some(at(9))),
        ),
        (
            "an update that failed",
            DeliveryFacts {
                known: Some(known(A::Error, Some(at(4)))),
                failure: Some(standing(5, Some(at(9)))),
                ..STOCK
            },
            DueAs::Update(Some(at(9))),
        ),
        (
            "an order that the channel has not made known",
            DeliveryFacts { kind: ObjectKind::Order, ..STOCK },
            DueAs::Nothing,
        ),
        (
            "an order that has changed",
            DeliveryFacts { kind: ObjectKind::Order, known: Some(known(A::Success, Some(at(4)))), ..STOCK },
            DueAs::Update(None),
        ),
        ("a new request", DeliveryFacts { kind: ObjectKind::CancellationRequest, ..STOCK }, DueAs::Insert(None)),
    ];
    for (name, facts, due) in cases {
        assert_eq!(facts.due(), due, "{name}");
    }
}

#[test]
fn a_batch_takes_these_steps_and_no_others() {
    // Rows are where it is, columns where it is to go: t taken, = again, - rejected.
    let table = [
        (B::Initialized, "=t--tt"),
        (B::Commit, "-tt-tt"),
        (B::SentToRemote, "--=ttt"),
        (B::Ongoing, "---ttt"),
        (B::Done, "----=-"),
        (B::Fail, "-----="),
    ];
    for (from, row) in table {
        for (to, letter) in B::ALL.into_iter().zip(row.chars()) {
            let step = match letter {
                't' => Step::Taken,
                '=' => Step::Again,
                _ => Step::Rejected,
            };
            assert_eq!(from.step(to), step, "{} to {}", from.word(), to.word());
        }
    }
    assert!(B::ALL.into_iter().all(|status| B::from_word(status.word()) == Some(status)));
    assert_eq!(B::ALL.map(B::holds_objects), [false, true, true, true, false, false]);
}

fn entry(version: i64, remote_id: Option<&str>, reason: Option<Reason>) -> Entry {
    Entry { remote_id: remote_id.map(str::to_owned), version_at: at(version), reason }
}

/// An action of batch "b": state, version tried, version acknowledged, the channel's name.
fn action(status: A, version: i64, acknowledged: Option<i64>, remote_id: Option<&str>) -> Action {
    Action {
        remote_id: remote_id.map(str::to_owned),
        version_at: at(version),
        acknowledged_at: acknowledged.map(at),
        status,
        batch: Some("b".to_owned()),
        reason: None,
    }
}

#[test]
fn a_commit_takes_the_object_and_keeps_the_channels_name_for_it() {
    let first = Action::committed(None, &entry(3, None, None), "b");
    assert_eq!(first, action(A::Processing, 3, None, None));
    let named = action(A::Success, 1, Some(1), Some("R1"));
    let second = Action::committed(Some(&named), &entry(3, None, None), "b");
    assert_eq!(second, action(A::Processing, 3, Some(1), Some("R1")), "null does not erase");
    let renamed = Action::committed(Some(&named), &entry(3, Some("R2"), None), "b");
    assert_eq!(renamed.remote_id.as_deref(), Some("R2"));
    let failed = Action::committed(Some(&named), &entry(3, None, Some(Reason::Mapping)), "b");
    let expected = Action { reason: Some(Reason::Mapping), ..action(A::Error, 3, Some(1), Some("R1")) };
    assert_eq!(failed, expected, "failed at once, and still known");
    assert!(second.is_locked_for("c") && !second.is_locked_for("b") && !failed.is_locked_for("c"));
}

#[test]
fn what_is_acknowledged_is_the_earlier_of_what_was_committed_and_reported() {
    let committed = action(A::Processing, 3, Some(1), Some("R1"));
    for (reported, acknowledged) in [(3, 3), (7, 3), (2, 2)] {
        let done = Action::finished(Some(&committed), &entry(reported, None, None), "b");
        assert_eq!(done, action(A::Success, acknowledged, Some(acknowledged), Some("R1")), "reported {reported}");
    }
    // Nothing that was acknowledged is taken back.
    let done = Action::finished(Some(&action(A::Processing, 3, Some(3), None)), &entry(2, None, None), "b");
    assert_eq!(done.acknowledged_at, Some(at(3)));
    // An object that was never committed counts as reported.
    assert_eq!(Action::finished(None, &entry(7, Some("R"), None), "b"), action(A::Success, 7, Some(7), Some("R")));
    let failed = Action::finished(Some(&committed), &entry(7, None, Some(Reason::Remote)), "b");
    assert_eq!((failed.status, failed.version_at, failed.acknowledged_at), (A::Error, at(3), Some(at(1))));
    assert_eq!(failed.remote_id.as_deref(), Some("R1"), "a failure does not erase the name");
}

#[test]
fn what_a_batch_gives_up_is_as_if_it_had_not_been_tried() {
    let known = action(A::Processing, 3, Some(1), Some("R1"));
    assert_eq!(known.released(), action(A::Success, 1, Some(1), Some("R1")));
    assert_eq!(action(A::Processing, 3, None, None).released(), action(A::Error, 3, None, None));
}

#[test]
fn a_failure_stands_until_its_retries_or_its_time_are_over() {
    let usual = Retries::USUAL;
    let first = Failure::next(None, (at(5), Reason::Remote), usual, at(10));
    assert_eq!((first.retry_count, first.max_retry_count, first.retry_interval), (1, 5, 300));
    assert_eq!(first.standing(), Some(standing(5, Some(at(310)))), "tried again after five minutes");
    let once = Retries { max_count: 1, interval: 0 };
    let first = Failure::next(None, (at(5), Reason::Remote), once, at(10));
    assert_eq!((first.retry_count, first.max_retry_count, first.retry_interval), (1, 1, 0));
    assert_eq!(first.standing(), Some(standing(5, None)), "the channel says that a version is tried once");
    let patient = Failure { max_retry_count: 3, retry_interval: 60, ..first.clone() };
    assert_eq!(patient.standing(), Some(standing(5, Some(at(70)))));
    let second = Failure::next(Some(&patient), (at(5), Reason::Mapping), usual, at(80));
    assert_eq!((second.retry_count, second.standing()), (2, Some(standing(5, Some(at(140))))));
    let third = Failure::next(Some(&second), (at(5), Reason::Mapping), usual, at(150));
    assert_eq!((third.retry_count, third.standing()), (3, Some(standing(5, None))));
    let newer = Failure::next(Some(&third), (at(6), Reason::Remote), usual, at(160));
    assert_eq!((newer.retry_count, newer.max_retry_count), (1, 3), "another version, another count");

    let expiring = Failure { expires_at: Some(at(20)), ..first.clone() };
    assert_eq!(expiring.standing(), Some(standing(5, Some(at(20)))));
    assert_eq!(
        Failure::next(Some(&expiring), (at(5), Reason::Remote), usual, at(30)).standing(),
        Some(standing(5, None)),
        "it ran out"
    );
    let both = Failure { expires_at: Some(at(20)), ..patient };
    assert_eq!(both.standing(), Some(standing(5, Some(at(20)))), "whichever comes first");
    assert_eq!(Failure { is_active: false, ..first }.standing(), None);
}

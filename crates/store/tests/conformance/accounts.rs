//! Accounts and tokens: unique names, tokens by prefix, revoking.

use onhand_core::{ChannelId, UserId};
use onhand_store::tables::accounts::{self, Account, Proof, Token, TokenKind};
use onhand_store::{Store, Tx};

use crate::database::for_each_engine;
use crate::shop::{START, at};

fn account(username: &str) -> Account {
    Account {
        id: UserId::new(0),
        username: username.to_owned(),
        password_hash: format!("$argon2id${username}"),
        role: "channel".to_owned(),
        channel: Some(ChannelId::new(3)),
        is_active: true,
        created_at: START,
    }
}

async fn add(store: &Store, row: Account) -> Result<Account, onhand_store::Error> {
    store.write("t", async move |tx| accounts::insert(tx, &row).await).await
}

async fn add_token(store: &Store, account: UserId, prefix: &str, hash: u8) -> Token {
    let token = Token {
        id: 0,
        account,
        name: format!("token {hash}"),
        prefix: prefix.to_owned(),
        hash: vec![hash, 0, 255],
        created_at: at(1),
        last_used_at: None,
        revoked_at: None,
        is_named: true,
        expires_at: None,
        kind: TokenKind::Api,
        user_agent: String::new(),
    };
    let row = token.clone();
    let id = store.write("t", async move |tx| accounts::insert_token(tx, &row).await).await.expect("made");
    Token { id, ..token }
}

async fn tokens_of(store: &Store, account: UserId) -> Vec<Token> {
    store.read("t", async move |tx| accounts::tokens_of(tx, account).await).await.expect("read")
}

#[test]
fn an_account_is_found_by_name_and_id() {
    for_each_engine(async |database| {
        let store = &database.store;
        let count = async || store.read("t", async |tx| accounts::count(tx).await).await.expect("read");
        assert_eq!(count().await, 0);
        let erp = add(store, account("erp")).await.expect("made");
        let second = Account { channel: None, is_active: false, ..account("Erp") };
        let other = add(store, second).await.expect("names are told apart by case");
        assert!(add(store, account("erp")).await.is_err_and(|fault| fault.is_taken("account_username")));
        assert_eq!(count().await, 2, "a refused account is not counted");

        let (wanted, id) = (erp.clone(), other.id);
        let found = store
            .read("t", async move |tx| {
                let named = accounts::by_name(tx, "erp").await?;
                let unknown = accounts::by_name(tx, "nobody").await?;
                Ok((named, unknown, accounts::by_id(tx, id).await?, accounts::list(tx).await?))
            })
            .await
            .expect("read");
        assert_eq!(found, (Some(wanted), None, Some(other.clone()), vec![erp, other]));
    });
}

#[test]
fn tokens_are_found_by_prefix_and_revoked_once() {
    for_each_engine(async |database| {
        let store = &database.store;
        let (one, two) =
            (add(store, account("one")).await.expect("made"), add(store, account("two")).await.expect("made"));
        let first = add_token(store, one.id, "abcdefgh", 1).await;
        let twin = add_token(store, two.id, "abcdefgh", 2).await;
        let other = add_token(store, one.id, "zzzzzzzz", 3).await;
        let wanted = vec![first.clone(), twin.clone()];
        let by_prefix = async |prefix: &'static str| {
            store.read("t", async move |tx| accounts::tokens_by_prefix(tx, prefix).await).await.expect("read")
        };
        assert_eq!(by_prefix("abcdefgh").await, wanted);
        assert_eq!(by_prefix("abcdefg").await, vec![]);

        let revoke = async |id: i64, seconds: i64| {
            store.write("t", async move |tx| accounts::revoke(tx, id, at(seconds)).await).await.expect("written")
        };
        assert!(revoke(first.id, 10).await);
        assert!(!revoke(first.id, 20).await, "there is nothing left to revoke");
        assert!(!revoke(12_345, 20).await, "no such token");
        let used = [(other.id, at(30))];
        store.write("t", async move |tx| accounts::used(tx, &used).await).await.expect("written");
        let after = tokens_of(store, one.id).await;
        assert_eq!(after[0], Token { revoked_at: Some(at(10)), ..first }, "the first revocation stands");
        assert_eq!(after[1], Token { last_used_at: Some(at(30)), ..other });
        assert_eq!(tokens_of(store, two.id).await, vec![twin]);
    });
}

#[test]
fn a_new_password_revokes_every_token_of_the_account() {
    for_each_engine(async |database| {
        let store = &database.store;
        let (one, two) =
            (add(store, account("one")).await.expect("made"), add(store, account("two")).await.expect("made"));
        let old = add_token(store, one.id, "abcdefgh", 1).await;
        add_token(store, one.id, "bbbbbbbb", 2).await;
        let foreign = add_token(store, two.id, "cccccccc", 3).await;
        let (old_id, id) = (old.id, one.id);
        store
            .write("t", async move |tx| {
                accounts::revoke(tx, old_id, at(5)).await?;
                accounts::set_password(tx, id, "$new", None, at(9)).await
            })
            .await
            .expect("written");
        let revoked: Vec<_> = tokens_of(store, one.id).await.into_iter().map(|token| token.revoked_at).collect();
        assert_eq!(revoked, [Some(at(5)), Some(at(9))], "what was revoked before keeps its time");
        assert_eq!(tokens_of(store, two.id).await, vec![foreign]);
        let (hash, other) = store
            .read("t", async move |tx| Ok((accounts::by_id(tx, id).await?, accounts::by_name(tx, "two").await?)))
            .await
            .expect("read");
        assert_eq!(hash.map(|account| account.password_hash), Some("$new".to_owned()));
        assert_eq!(other, Some(two));
    });
}

/// Between looking at a password or token and giving a new token for it, the one may be changed and the other revoked.
#[test]
fn a_token_is_given_for_what_is_still_good() {
    for_each_engine(async |database| {
        let store = &database.store;
        let erp = add(store, account("erp")).await.expect("made");
        let shown = add_token(store, erp.id, "aaaaaaaa", 1).await;
        let other = add(store, account("other")).await.expect("made");
        let foreign = add_token(store, other.id, "bbbbbbbb", 2).await;
        let give = async |proof: Proof| {
            let row = Token { id: 0, prefix: "cccccccc".to_owned(), ..shown.clone() };
            store.write("t", async move |tx| accounts::insert_proven(tx, &row, &proof).await).await.expect("asked")
        };
        let password = Proof::Password(erp.password_hash.clone());
        assert!(give(password.clone()).await.is_some());
        assert!(give(Proof::Token(shown.id)).await.is_some());
        assert_eq!(give(Proof::Password("another".to_owned())).await, None);
        assert_eq!(give(Proof::Token(foreign.id)).await, None, "a token of another account");
        assert_eq!(give(Proof::Token(999)).await, None);
        let id = erp.id;
        store
            .write("t", async move |tx| accounts::set_password(tx, id, "new", None, at(5)).await)
            .await
            .expect("changed");
        assert_eq!(give(password).await, None);
        assert_eq!(give(Proof::Token(shown.id)).await, None);
        assert!(tokens_of(store, erp.id).await.iter().all(|token| token.revoked_at.is_some()));
    });
}
#[test]
fn an_account_is_disabled_changed_and_removed() {
    for_each_engine(async |database| {
        let store = &database.store;
        let erp = add(store, account("erp")).await.expect("made");
        add_token(store, erp.id, "abcdefgh", 1).await;
        let id = erp.id;
        let shown = async || store.read("t", async move |tx| accounts::by_id(tx, id).await).await.expect("read");
        let alive = async || tokens_of(store, id).await.iter().filter(|token| token.is_live(at(0), None)).count();

        let role = async move |tx: &mut Tx<'_>| accounts::set_role(tx, id, "viewer", None).await;
        store.write("t", role).await.expect("written");
        let changed = Account { role: "viewer".to_owned(), channel: None, ..erp.clone() };
        assert_eq!((shown().await, alive().await), (Some(changed.clone()), 1), "its tokens stay");

        let disable = async move |tx: &mut Tx<'_>| accounts::set_active(tx, id, false, at(5)).await;
        store.write("t", disable).await.expect("written");
        let disabled = Account { is_active: false, ..changed.clone() };
        assert_eq!((shown().await, alive().await), (Some(disabled.clone()), 0));
        let enable = async move |tx: &mut Tx<'_>| accounts::set_active(tx, id, true, at(6)).await;
        store.write("t", enable).await.expect("written");
        assert_eq!((shown().await, alive().await), (Some(changed), 0), "what is revoked stays revoked");

        add_token(store, id, "bbbbbbbb", 2).await;
        let removed = erp.clone();
        let remove = async move |tx: &mut Tx<'_>| accounts::remove(tx, &removed, at(7)).await;
        store.write("t", remove).await.expect("written");
        assert_eq!(alive().await, 0);
        assert!(shown().await.is_some_and(|account| !account.is_active && account.password_hash.is_empty()));
        let listed = store.read("t", async |tx| accounts::list(tx).await).await.expect("read");
        assert_eq!(listed, [], "it is listed no more");
        add(store, account("erp")).await.expect("its name is free");
    });
}

#[test]
fn a_log_in_replaces_what_was_not_used_for_the_longest_time() {
    for_each_engine(async |database| {
        let store = &database.store;
        let erp = add(store, account("erp")).await.expect("made");
        add_token(store, erp.id, "named000", 0).await;
        let login = async |number: u8, seconds: i64| {
            let proof = Proof::Password(erp.password_hash.clone());
            let row = Token {
                id: 0,
                account: erp.id,
                name: "login".to_owned(),
                prefix: "login000".to_owned(),
                hash: vec![number],
                created_at: at(seconds),
                last_used_at: None,
                revoked_at: None,
                is_named: false,
                expires_at: Some(at(1_000)),
                kind: TokenKind::Api,
                user_agent: String::new(),
            };
            store
                .write("t", async move |tx| accounts::insert_login(tx, &row, &proof, 2).await)
                .await
                .expect("written")
                .expect("made")
        };
        let first = login(1, 10).await;
        let second = login(2, 20).await;
        store.write("t", async move |tx| accounts::used(tx, &[(first, at(30))]).await).await.expect("written");
        let third = login(3, 40).await;
        let tokens = tokens_of(store, erp.id).await;
        let alive: Vec<i64> = tokens.iter().filter(|token| token.is_live(at(50), None)).map(|token| token.id).collect();
        assert_eq!(alive, [tokens[0].id, first, third], "{second} was not used since it was made");
    });
}

#[test]
fn tokens_end_when_their_time_is_over() {
    let token = |named: bool, used: Option<i64>, end: Option<i64>| Token {
        id: 1,
        account: UserId::new(1),
        name: String::new(),
        prefix: String::new(),
        hash: Vec::new(),
        created_at: at(0),
        last_used_at: used.map(at),
        revoked_at: None,
        is_named: named,
        expires_at: end.map(at),
        kind: TokenKind::Api,
        user_agent: String::new(),
    };
    // Named, last used, end; idle seconds; still live at second 100?
    for (named, used, end, idle, live) in [
        (false, None, None, None, true),
        (false, None, None, Some(100), true),
        (false, None, None, Some(99), false),
        (false, Some(50), None, Some(50), true),
        (false, Some(50), None, Some(49), false),
        (true, Some(50), None, Some(49), true),
        (true, None, Some(101), None, true),
        (true, None, Some(100), None, false),
    ] {
        let is_live = token(named, used, end).is_live(at(100), idle);
        assert_eq!(is_live, live, "{named} {used:?} {end:?} {idle:?}");
    }
    assert!(!Token { revoked_at: Some(at(1)), ..token(true, None, None) }.is_live(at(100), None));
}

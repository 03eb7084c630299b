//! Accounts and tokens: unique names, tokens by prefix, revoking.

use onhand_core::{ChannelId, UserId};
use onhand_store::Store;
use onhand_store::accounts::{self, Account, Proof, Token};

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
                let nobody = accounts::by_name(tx, "nobody").await?;
                Ok((named, nobody, accounts::by_id(tx, id).await?, accounts::list(tx).await?))
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
                accounts::set_password(tx, id, "$new", at(9)).await
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
        assert_eq!(give(Proof::Token(foreign.id)).await, None, "a token of somebody else");
        assert_eq!(give(Proof::Token(999)).await, None);
        let id = erp.id;
        store.write("t", async move |tx| accounts::set_password(tx, id, "new", at(5)).await).await.expect("changed");
        assert_eq!(give(password).await, None);
        assert_eq!(give(Proof::Token(shown.id)).await, None);
        assert!(tokens_of(store, erp.id).await.iter().all(|token| token.revoked_at.is_some()));
    });
}

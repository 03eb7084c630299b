//! `onhand token`: tokens for programs that should not know a password.

use anyhow::bail;
use clap::Subcommand;
use onhand_core::Timestamp;
use onhand_store::tables::accounts;

use super::user::account;
use super::{database, say};
use crate::clock::Clock;
use crate::config::DatabaseConfig;
use crate::services::accounts::tokens;
use crate::wire::scalar;

#[derive(Subcommand)]
pub(super) enum TokenCommand {
    /// Make a token and print it, only this time.
    Create {
        /// The name of the user.
        username: String,
        /// The name of the token.
        #[arg(long, default_value = "command line")]
        name: String,
        /// Days after which it ends. Without it, the token is valid until it is revoked.
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..))]
        days: Option<u16>,
    },
    /// List the tokens of a user.
    List {
        /// The name of the user.
        username: String,
    },
    /// Revoke a token by the number that list shows.
    Revoke {
        /// The number of the token.
        id: i64,
    },
}

pub(super) async fn run(config: &DatabaseConfig, command: TokenCommand) -> anyhow::Result<()> {
    let store = database::open_existing(config).await?;
    match command {
        TokenCommand::Create { username, name, days } => {
            let account = account(&store, &username).await?;
            let named = (name.as_str(), days.map(i64::from));
            say(tokens::create((&store, &Clock::System), &account, named).await?.key);
        }
        TokenCommand::List { username } => {
            let id = account(&store, &username).await?.id;
            for token in store.read("tokens.of_account", async move |tx| accounts::tokens_of(tx, id).await).await? {
                let when = |time: Option<Timestamp>| time.map_or("never".to_owned(), scalar::time_text);
                let revoked = token.revoked_at.map(|at| format!(", revoked {}", when(Some(at))));
                let end = token.expires_at.map(|at| format!(", ends {}", when(Some(at))));
                let state = revoked.or(end).unwrap_or_default();
                say(format!(
                    "{}\t{}…\t{}\tlast used {}{state}",
                    token.id,
                    token.prefix,
                    token.name,
                    when(token.last_used_at)
                ));
            }
        }
        TokenCommand::Revoke { id } => {
            let now = Clock::System.now();
            if !store.write("tokens.revoke", async move |tx| accounts::revoke(tx, id, now).await).await? {
                bail!("there is no token {id} to revoke");
            }
            say(format!("revoked token {id}; a running server notices within five seconds"));
        }
    }
    Ok(())
}

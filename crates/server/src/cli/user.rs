//! `onhand user`: accounts, beside a running server or without one.

use std::io::{IsTerminal as _, Read as _};

use anyhow::{Context as _, bail};
use clap::Subcommand;
use console::Term;
use onhand_core::{ChannelId, UserId};
use onhand_store::accounts::{self, Account};

use super::{database, say};
use crate::auth::{Role, password};
use crate::clock::Clock;
use crate::config::DatabaseConfig;

/// The least characters of a password.
const PASSWORD_CHARS_MIN: usize = 8;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Make a user. The password comes from ONHAND_PASSWORD or, without it, from standard input: a terminal asks for it
    /// twice and shows nothing of it.
    Add {
        /// The name to sign in with.
        username: String,
        /// admin, integration, channel or viewer.
        #[arg(long, default_value = "integration")]
        role: Role,
        /// The one channel of the role channel.
        #[arg(long)]
        channel: Option<i64>,
    },
    /// List all users.
    List,
    /// Change a password and revoke all tokens of the user.
    Passwd {
        /// Whose.
        username: String,
    },
}

pub(super) async fn run(config: &DatabaseConfig, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Add { username, role, channel } => {
            if (role == Role::Channel) != channel.is_some() {
                bail!("the role channel, and no other, needs --channel");
            }
            let account = Account {
                id: UserId::new(0),
                username,
                password_hash: password::hash(&new_password()?),
                role: role.name().to_owned(),
                channel: channel.map(ChannelId::new),
                is_active: true,
                created_at: Clock::System.now(),
            };
            let store = database::open(config).await?;
            let made = store.write("accounts.insert", async move |tx| accounts::insert(tx, &account).await).await;
            match made {
                Ok(account) => say(format!("made user {} with role {}", account.username, account.role)),
                Err(fault) if fault.is_taken("account_username") => bail!("there is a user of that name already"),
                Err(fault) => return Err(fault.into()),
            }
        }
        Command::List => {
            let store = database::open_existing(config).await?;
            for account in store.read("accounts.list", async |tx| accounts::list(tx).await).await? {
                let channel = account.channel.map(|id| format!(" (channel {})", id.get())).unwrap_or_default();
                let state = if account.is_active { "" } else { ", inactive" };
                say(format!("{}\t{}{channel}{state}", account.username, account.role));
            }
        }
        Command::Passwd { username } => {
            let store = database::open_existing(config).await?;
            let name = username.clone();
            let found = store.read("accounts.by_name", async move |tx| accounts::by_name(tx, &name).await).await?;
            let account = found.with_context(|| format!("there is no user {username}"))?;
            let (hash, now) = (password::hash(&new_password()?), Clock::System.now());
            store
                .write("accounts.set_password", async move |tx| {
                    accounts::set_password(tx, account.id, &hash, now).await
                })
                .await?;
            say(format!("changed the password of {username}; all of its tokens are revoked"));
        }
    }
    Ok(())
}

fn new_password() -> anyhow::Result<String> {
    let password = match std::env::var("ONHAND_PASSWORD") {
        Ok(password) => password,
        Err(_) if std::io::stdin().is_terminal() => typed()?,
        Err(_) => {
            let mut text = String::new();
            std::io::stdin().lock().take(1_024).read_to_string(&mut text)?;
            text.lines().next().unwrap_or_default().to_owned()
        }
    };
    if password.chars().count() < PASSWORD_CHARS_MIN {
        bail!("a password has at least {PASSWORD_CHARS_MIN} characters");
    }
    Ok(password)
}

/// Asks the person at the terminal, twice, and shows nothing of what is typed.
fn typed() -> anyhow::Result<String> {
    let terminal = Term::stderr();
    if !terminal.is_term() {
        bail!("there is no terminal to ask for the password on: give ONHAND_PASSWORD, or pipe it in");
    }
    let ask = |prompt: &str| -> anyhow::Result<String> {
        terminal.write_str(prompt)?;
        Ok(terminal.read_secure_line()?)
    };
    let password = ask("Password: ")?;
    if ask("The same again: ")? != password {
        bail!("the two passwords are not the same");
    }
    Ok(password)
}

//! `onhand user`: accounts, beside a running server or without one.

use std::io::{IsTerminal as _, Read as _};

use anyhow::{anyhow, bail};
use clap::Subcommand;
use console::Term;
use onhand_core::ChannelId;
use onhand_store::Store;
use onhand_store::tables::accounts::{self, Account};

use super::{database, say};
use crate::auth::{Role, password};
use crate::clock::Clock;
use crate::config::DatabaseConfig;
use crate::services::ServiceError;
use crate::services::accounts::users::{self, NewUser};

#[derive(Subcommand)]
pub(super) enum UserCommand {
    /// Make a user. The password comes from ONHAND_PASSWORD or, without it, from standard input: a terminal asks for it
    /// twice and shows nothing of it.
    Add {
        /// The name of the user, for log-ins.
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
        /// The name of the user.
        username: String,
    },
    /// Prevent a user from logging in, and revoke all of its tokens.
    Disable {
        /// The name of the user.
        username: String,
    },
    /// Let a disabled user log in again.
    Enable {
        /// The name of the user.
        username: String,
    },
    /// Give a user another role. Its tokens stay.
    Role {
        /// The name of the user.
        username: String,
        /// admin, integration, channel or viewer.
        role: Role,
        /// The one channel of the role channel.
        #[arg(long)]
        channel: Option<i64>,
    },
    /// Remove a user and revoke all of its tokens. The history keeps its name.
    Remove {
        /// The name of the user.
        username: String,
    },
}

pub(super) async fn run(config: &DatabaseConfig, command: UserCommand) -> anyhow::Result<()> {
    let store = async || database::open_existing(config).await;
    match command {
        UserCommand::Add { username, role, channel } => add(config, username, role, channel).await,
        UserCommand::List => list(&store().await?).await,
        UserCommand::Passwd { username } => change_password(&store().await?, &username).await,
        UserCommand::Disable { username } => set_active(&store().await?, &username, false).await,
        UserCommand::Enable { username } => set_active(&store().await?, &username, true).await,
        UserCommand::Role { username, role, channel } => set_role(&store().await?, &username, role, channel).await,
        UserCommand::Remove { username } => remove(&store().await?, &username).await,
    }
}

/// What was typed is judged before a database is opened, or made.
async fn add(config: &DatabaseConfig, username: String, role: Role, channel: Option<i64>) -> anyhow::Result<()> {
    let channel = channel.map(ChannelId::new);
    check_role(role, channel)?;
    let password = new_password(&username)?;
    let store = database::open(config).await?;
    let made = users::create(&store, &Clock::System, NewUser { username, password, role, channel }).await;
    let account = made.map_err(in_words)?;
    say(format!("made user {} with role {}", account.username, account.role));
    Ok(())
}

fn check_role(role: Role, channel: Option<ChannelId>) -> anyhow::Result<()> {
    match users::is_role_of_channel(role, channel) {
        true => Ok(()),
        false => bail!("the role channel, and no other, needs --channel"),
    }
}

/// A fault of a field without the field: the command has flags in its place.
fn in_words(fault: ServiceError) -> anyhow::Error {
    match fault {
        ServiceError::Fields(faults) => {
            anyhow!(faults.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(" "))
        }
        fault => fault.into(),
    }
}

/// A user that may not be there.
fn of_user<T>(username: &str, done: Result<T, ServiceError>) -> anyhow::Result<T> {
    done.map_err(|fault| match fault {
        ServiceError::NotFound => anyhow!("there is no user {username}"),
        fault => in_words(fault),
    })
}

/// The user of a name.
pub(super) async fn account(store: &Store, username: &str) -> anyhow::Result<Account> {
    of_user(username, users::find(store, username).await)
}

async fn list(store: &Store) -> anyhow::Result<()> {
    for account in store.read("accounts.list", async |tx| accounts::list(tx).await).await? {
        let channel = account.channel.map(|id| format!(" (channel {})", id.get())).unwrap_or_default();
        let state = if account.is_active { "" } else { ", inactive" };
        say(format!("{}\t{}{channel}{state}", account.username, account.role));
    }
    Ok(())
}

async fn change_password(store: &Store, username: &str) -> anyhow::Result<()> {
    account(store, username).await?; // before a password is asked for
    let password = new_password(username)?;
    of_user(username, users::set_password(store, &Clock::System, (username, &password)).await)?;
    say(format!("changed the password of {username}; all of its tokens are revoked"));
    Ok(())
}

async fn set_active(store: &Store, username: &str, is_active: bool) -> anyhow::Result<()> {
    of_user(username, users::set_active(store, &Clock::System, username, is_active).await)?;
    match is_active {
        true => say(format!("{username} may sign in again")),
        false => say(format!("{username} may not sign in; a running server notices within five seconds")),
    }
    Ok(())
}

async fn set_role(store: &Store, username: &str, role: Role, channel: Option<i64>) -> anyhow::Result<()> {
    let channel = channel.map(ChannelId::new);
    account(store, username).await?;
    check_role(role, channel)?;
    of_user(username, users::set_role(store, username, (role, channel)).await)?;
    say(format!("{username} has the role {role}; a running server notices within five seconds"));
    Ok(())
}

async fn remove(store: &Store, username: &str) -> anyhow::Result<()> {
    of_user(username, users::remove(store, &Clock::System, username).await)?;
    say(format!("removed {username}; a running server notices within five seconds"));
    Ok(())
}

fn new_password(username: &str) -> anyhow::Result<String> {
    let password = match std::env::var("ONHAND_PASSWORD") {
        Ok(password) => password,
        Err(_) if std::io::stdin().is_terminal() => typed()?,
        Err(_) => {
            let mut text = String::new();
            std::io::stdin().lock().take(1_024).read_to_string(&mut text)?;
            text.lines().next().unwrap_or_default().to_owned()
        }
    };
    if let Some(weakness) = password::weakness(&password, username) {
        bail!("{weakness}");
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

//! `onhand user`: accounts, beside a running server or without one.

use std::io::{IsTerminal as _, Read as _};

use anyhow::{Context as _, bail};
use clap::Subcommand;
use console::Term;
use onhand_core::{ChannelId, UserId};
use onhand_store::tables::accounts::{self, Account};
use onhand_store::tables::channels;
use onhand_store::{Store, Tx};

use super::{database, say};
use crate::auth::{Role, password};
use crate::clock::Clock;
use crate::config::DatabaseConfig;

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
    fits(role, channel)?;
    let password_hash = password::hash(&new_password(&username)?);
    let store = database::open(config).await?;
    let account = Account {
        id: UserId::new(0),
        username,
        password_hash,
        role: role.name().to_owned(),
        channel: channel_of(&store, role, channel).await?,
        is_active: true,
        created_at: Clock::System.now(),
    };
    let made = store.write("accounts.insert", async move |tx| accounts::insert(tx, &account).await).await;
    match made {
        Ok(account) => say(format!("made user {} with role {}", account.username, account.role)),
        Err(fault) if fault.is_taken("account_username") => bail!("there is a user of that name already"),
        Err(fault) => return Err(fault.into()),
    }
    Ok(())
}

/// The channel that goes with a role: one that exists for the role channel, none for the others.
async fn channel_of(store: &Store, role: Role, channel: Option<i64>) -> anyhow::Result<Option<ChannelId>> {
    fits(role, channel)?;
    let Some(channel) = channel.map(ChannelId::new) else { return Ok(None) };
    let found = store.read("channels.by_id", async move |tx| channels::by_id(tx, channel).await).await?;
    found.with_context(|| format!("there is no channel {}", channel.get()))?;
    Ok(Some(channel))
}

fn fits(role: Role, channel: Option<i64>) -> anyhow::Result<()> {
    if (role == Role::Channel) == channel.is_some() {
        Ok(())
    } else {
        bail!("the role channel, and no other, needs --channel")
    }
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
    let account = found(store, username).await?;
    let (hash, now) = (password::hash(&new_password(username)?), Clock::System.now());
    let body = async move |tx: &mut Tx<'_>| accounts::set_password(tx, account.id, &hash, None, now).await;
    store.write("accounts.set_password", body).await?;
    say(format!("changed the password of {username}; all of its tokens are revoked"));
    Ok(())
}

async fn set_active(store: &Store, username: &str, is_active: bool) -> anyhow::Result<()> {
    let (account, now) = (found(store, username).await?, Clock::System.now());
    let body = async move |tx: &mut Tx<'_>| accounts::set_active(tx, account.id, is_active, now).await;
    store.write("accounts.set_active", body).await?;
    match is_active {
        true => say(format!("{username} may sign in again")),
        false => say(format!("{username} may not sign in; a running server notices within five seconds")),
    }
    Ok(())
}

async fn set_role(store: &Store, username: &str, role: Role, channel: Option<i64>) -> anyhow::Result<()> {
    let (account, channel) = (found(store, username).await?, channel_of(store, role, channel).await?);
    let body = async move |tx: &mut Tx<'_>| accounts::set_role(tx, account.id, role.name(), channel).await;
    store.write("accounts.set_role", body).await?;
    say(format!("{username} has the role {role}; a running server notices within five seconds"));
    Ok(())
}

async fn remove(store: &Store, username: &str) -> anyhow::Result<()> {
    let (account, now) = (found(store, username).await?, Clock::System.now());
    let body = async move |tx: &mut Tx<'_>| accounts::remove(tx, &account, now).await;
    store.write("accounts.remove", body).await?;
    say(format!("removed {username}; a running server notices within five seconds"));
    Ok(())
}

async fn found(store: &Store, username: &str) -> anyhow::Result<Account> {
    let name = username.to_owned();
    let found = store.read("accounts.by_name", async move |tx| accounts::by_name(tx, &name).await).await?;
    found.with_context(|| format!("there is no user {username}"))
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

//! Data sources: other installations whose stock is sold here.
//!
//! The other installation is to the list that it feeds what an ERP is to any other list: its levels are written as levels,
//! with its time, and a line that it has accepted is released with its time. So the rules that exist count every unit
//! once.
//!
//! Promises: a token is opened for the address that it was given for and for no other. Must not know requests.

pub mod clock;
pub mod mappings;
pub mod origins;
pub mod prices;

use onhand_core::DataSourceId;
use onhand_store::Tx;
use onhand_store::tables::data_sources::{self, DataSource};
use tokio::sync::Notify;

use self::origins::FedLists;
use super::{ServiceError, Services};
use crate::auth::sealing::SealingKeys;
use crate::auth::token;
use crate::config::ServeConfig;
use crate::hex;
use crate::outgoing_networks::{AddressPolicy, OWN_NETWORKS};
use crate::remote::Remote;

/// Bytes of an installation's name.
const NAME_BYTES: usize = 16;

/// Why no token can be sealed or opened.
pub const NO_KEY: &str = "This installation has no key to keep a token with: set ONHAND_SECRET_KEY.";

/// What processes know of data sources.
#[derive(Debug, Default)]
pub struct DataSources {
    /// Where the stock of lists is from.
    pub fed: FedLists,
    /// Tells the worker that something has been asked for.
    pub changed: Notify,
}

/// The token of a source, or why there is none to use.
fn token_of(keys: Option<&SealingKeys>, source: &DataSource) -> Result<String, String> {
    let sealed = source.token.as_deref().ok_or("no token is set")?;
    let keys = keys.ok_or(NO_KEY)?;
    keys.open(sealed, &source.base_url).map_err(|fault| fault.to_string())
}

/// Which addresses sources may be at: administrators name them, so those of one's own networks are allowed unless the
/// configuration says which.
pub(crate) fn address_policy(config: &ServeConfig) -> AddressPolicy {
    config.outgoing_networks.policy(OWN_NETWORKS)
}

/// Why the installation of a source cannot be asked, whatever it would answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotAskable {
    /// The token is missing, or cannot be opened.
    #[error("{0}")]
    Token(String),
    /// Its address is none, or is not allowed.
    #[error("{0:#}")]
    Address(anyhow::Error),
}

/// The installation of a source.
pub(crate) fn remote(services: &Services, source: &DataSource) -> Result<Remote, NotAskable> {
    let token = token_of(services.config.secret_key.as_ref(), source).map_err(NotAskable::Token)?;
    Remote::guarded(&source.base_url, &token, &address_policy(&services.config)).map_err(NotAskable::Address)
}

/// The offset by which the times of an answer of a source are corrected; `measured` is what the answer itself says of it,
/// see [`clock::measured`]. It is stored before it is used: what places lines and what writes levels correct times of one
/// clock by one offset, whichever of them measures it first. `None` if the source was changed meanwhile.
pub(crate) async fn clock_offset(
    services: &Services,
    source: &DataSource,
    measured: Option<i64>,
) -> Result<Option<i64>, ServiceError> {
    let learn = move |stored| measured.map_or(stored, |measured| clock::offset_after(stored, measured));
    let id = source.id;
    let stored = services.store.read("data_sources.by_id", async move |tx| data_sources::by_id(tx, id).await).await?;
    let current = stored.filter(|stored| stored.modified_at == source.modified_at);
    let Some(stored) = current.map(|stored| stored.learnt.clock_offset) else { return Ok(None) };
    if learn(stored) == stored {
        return Ok(Some(stored));
    }
    let source = source.clone();
    let body = async move |tx: &mut Tx<'_>| data_sources::learn_clock(tx, &source, learn).await;
    Ok(services.store.write("data_sources.learn_clock", body).await?)
}

/// Has a source asked again, and perhaps all of it compared.
pub async fn ask_again(services: &Services, id: DataSourceId, is_full: bool) -> Result<(), ServiceError> {
    let now = services.clock.now();
    let body = async move |tx: &mut Tx<'_>| data_sources::ask_again(tx, id, now, is_full).await;
    match services.store.write("data_sources.ask_again", body).await? {
        true => services.data_sources.changed.notify_one(),
        false => return Err(ServiceError::NotFound),
    }
    Ok(())
}

/// Reads all sources, and takes over where the stock of lists is from. This installation gets a name if it has none.
pub async fn read_all(services: &Services) -> Result<Vec<DataSource>, ServiceError> {
    let look = async |tx: &mut Tx<'_>| Ok((data_sources::installation(tx).await?, data_sources::all(tx).await?));
    let (name, sources) = services.store.read("data_sources.all", look).await?;
    let name = match name {
        Some(name) => name,
        None => named(services).await?,
    };
    services.data_sources.fed.update(&name, &sources);
    Ok(sources)
}

/// The name of this installation, which it gets if it has none.
pub async fn installation(services: &Services) -> Result<String, ServiceError> {
    let find = async |tx: &mut Tx<'_>| data_sources::installation(tx).await;
    match services.store.read("installation.name", find).await? {
        Some(name) => Ok(name),
        None => named(services).await,
    }
}

/// Gives this installation a name, or finds the one that another process has given it.
async fn named(services: &Services) -> Result<String, ServiceError> {
    let fresh = hex::encode(&token::random::<NAME_BYTES>());
    let body = async move |tx: &mut Tx<'_>| {
        data_sources::name_installation(tx, &fresh).await?;
        data_sources::installation(tx).await
    };
    let name = services.store.write("installation.set_name", body).await?;
    name.ok_or_else(|| ServiceError::internal("an installation has a name once it was given one"))
}

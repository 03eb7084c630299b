//! `onhand restore`: a backup put where there is no database yet, after everything in it was checked.
//!
//! Promises: nothing is overwritten; a backup that is damaged, or does not add up, is put nowhere; the database that
//! was put back begins a new generation, so that no program takes it for the one it knew. Must not know how a backup is
//! made.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use onhand_store::channel_sync::generation;
use onhand_store::{Check, Store, verify};
use tempfile::TempPath;

use super::backup::{checksum, checksum_path, folder_of, part_in, place};
use super::progress::Progress;
use super::{database, say};
use crate::clock::Clock;
use crate::config::DatabaseConfig;
use crate::database_url::masked;

pub(super) const EXAMPLES: &str = "Examples:
  onhand restore /backups/onhand-20260101T030000Z.db --database sqlite:/var/lib/onhand/onhand.db
  onhand restore --in-place --database postgres://…     after pg_restore";

#[derive(clap::Args)]
pub(super) struct RestoreArgs {
    /// The backup. The database is the file of --database, which must not exist yet.
    #[arg(value_name = "FILE", required_unless_present = "in_place", conflicts_with = "in_place")]
    from: Option<PathBuf>,

    /// The database was restored by other means, such as pg_restore: only begin a new generation. Stop the servers
    /// first.
    #[arg(long)]
    in_place: bool,
}

pub(super) async fn run(config: &DatabaseConfig, args: &RestoreArgs) -> anyhow::Result<()> {
    let Some(from) = &args.from else { return renew_in_place(config).await };
    let Some(path) = config.database.strip_prefix("sqlite:") else {
        bail!("a database server gets its data back with pg_restore; run onhand restore --in-place after that");
    };
    let path = PathBuf::from(path.strip_prefix("//").unwrap_or(path));
    for taken in [path.clone(), beside(&path, "-wal")] {
        ensure!(
            !taken.exists(),
            "{} is there already, and nothing is overwritten: move it away first",
            taken.display()
        );
    }
    let is_in_use = fs::metadata(beside(from, "-wal")).is_ok_and(|log| log.len() > 0);
    ensure!(!is_in_use, "{} has a write-ahead log beside it: it is a database in use, not a backup", from.display());
    let part = fetch(from, &folder_of(&path))?;
    let restored = DatabaseConfig { database: format!("sqlite:{}", part.display()), ..config.clone() };
    let store = database::open_read_only(&restored).await?;
    database::require_sound(&store, Check::Whole).await?;
    drop(store);
    let store = database::open_existing(&restored).await?;
    database::require_shop(&store).await?;
    let extent = add_up(&store).await?;
    renew(&store).await?;
    store.close().await?;
    File::open(&part)?.sync_all()?;
    place(&part, &path)?;
    let verify::Extent { stocks, orders, .. } = extent;
    say(format!("restored {} from {}: {stocks} stocks, {orders} orders", path.display(), from.display()));
    say("programs that read changes by cursor have to begin with 0, and channels are sent everything again");
    Ok(())
}

/// A file's name with something behind it.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// Copies a backup next to where it will be, and compares it with its checksum.
fn fetch(from: &Path, folder: &Path) -> anyhow::Result<TempPath> {
    let mut source = File::open(from).with_context(|| format!("cannot read {}", from.display()))?;
    let all = source.metadata()?.len();
    let part = part_in(folder)?;
    let mut target = File::options().write(true).open(&part)?;
    let mut progress = Progress::begin("restore", true);
    let mut bytes = vec![0; 1 << 20];
    loop {
        let read = source.read(&mut bytes)?;
        if read == 0 {
            break;
        }
        target.write_all(&bytes[..read]).with_context(|| format!("cannot write to {}", folder.display()))?;
        progress.add(read as u64, all);
    }
    target.sync_all()?;
    let beside = checksum_path(from);
    match fs::read_to_string(&beside) {
        Ok(text) => {
            let expected = text.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
            let found = checksum(&part)?;
            ensure!(found == expected, "{} is not as it was made: its checksum differs", from.display());
        }
        Err(_) => progress.note(&format!("{} is not there: the checksum is not compared", beside.display())),
    }
    Ok(part)
}

/// Checks the database against every rule; returns how much is in it.
async fn add_up(store: &Store) -> anyhow::Result<verify::Extent> {
    let checked = store
        .read_unbounded("verify", async |tx| {
            for rule in 0..verify::rules() {
                let (name, found) = verify::check(tx, rule).await?;
                if let Some(difference) = found.into_iter().next() {
                    return Ok(Err((name, difference)));
                }
            }
            verify::extent(tx).await.map(Ok)
        })
        .await?;
    checked.map_err(|(name, verify::Difference { id, expected, found, .. })| {
        anyhow::anyhow!("the backup does not add up ({name}: id {id}: expected {expected}, found {found})")
    })
}

async fn renew(store: &Store) -> Result<(), onhand_store::Error> {
    let now = Clock::System.now();
    store.write("generation.renew", async move |tx| generation::renew(tx, now).await).await
}

async fn renew_in_place(config: &DatabaseConfig) -> anyhow::Result<()> {
    let store = database::connect_existing(config).await?;
    database::require_shop(&store).await?;
    let _lock = database::take_writer_lock(&store, std::time::Duration::ZERO).await?;
    renew(&store).await?;
    store.close().await?;
    say(format!("{} begins a new generation", masked(&config.database)));
    Ok(())
}

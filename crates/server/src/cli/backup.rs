//! `onhand backup`: an embedded database copied into a file, with its checksum beside it.
//!
//! Promises: the copy is the database as it was at one moment after the start, also while a server works on it; a file
//! that has its name is whole, checked and flushed; nothing is overwritten. Must not know what is in the database.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use onhand_store::channel_sync::generation;
use onhand_store::{Check, Store};
use sha2::{Digest as _, Sha256};
use tempfile::TempPath;

use super::progress::Progress;
use super::{database, say};
use crate::clock::Clock;
use crate::config::DatabaseConfig;

pub(super) const EXAMPLES: &str = "Examples:
  onhand backup /backups --keep 14     a new file in a folder, the oldest removed
  onhand backup before-upgrade.db      one file, which must not be there yet";

/// How the backups of a folder begin and end; between them is the time in UTC.
const PREFIX: &str = "onhand-";
const SUFFIX: &str = ".db";
/// The name of a file that is not whole yet, and after which time no process is at work on it.
const PART: &str = ".onhand-backup-";
const PART_AGE_MAX: Duration = Duration::from_hours(24);

#[derive(clap::Args)]
pub(super) struct BackupArgs {
    /// A file that does not exist yet, or a folder, which gets a file named after the time.
    #[arg(value_name = "FILE or FOLDER")]
    to: PathBuf,

    /// Keep so many backups of a folder, and remove the oldest.
    #[arg(long, env = "ONHAND_BACKUP_KEEP", value_name = "NUMBER")]
    keep: Option<NonZeroUsize>,
}

pub(super) async fn run(config: &DatabaseConfig, args: &BackupArgs) -> anyhow::Result<()> {
    ensure!(
        config.database.starts_with("sqlite:"),
        "a database server is backed up with its own tools: pg_dump --format=custom --file=onhand.dump DATABASE, or its \
         continuous archiving (docs/operations.md says what to do after pg_restore)"
    );
    let is_folder = args.to.is_dir();
    ensure!(is_folder || args.keep.is_none(), "--keep is for a folder, and {} is none", args.to.display());
    let store = database::open_read_only(config).await?;
    database::require_shop(&store).await?;
    let (folder, path) = match is_folder {
        true => (args.to.clone(), args.to.join(name_of_now()?)),
        false => (folder_of(&args.to), args.to.clone()),
    };
    ensure!(!path.exists(), "{} is there already, and nothing is overwritten", path.display());
    remove_stale_parts(&folder);
    let (part, sum) = copy(&store, config, &folder).await?;
    let bytes = fs::metadata(&part)?.len();
    put_checksum(&path, &sum)?;
    place(&part, &path)?;
    if let Some(keep) = args.keep {
        rotate(&folder, keep.get())?;
    }
    say(format!("{}\t{bytes} bytes\tsha256 {sum}", path.display()));
    Ok(())
}

/// Makes the copy under a name that says that it is not whole yet; its checksum.
async fn copy(store: &Store, config: &DatabaseConfig, folder: &Path) -> anyhow::Result<(TempPath, String)> {
    let part = part_in(folder)?;
    let mut progress = Progress::begin("backup", true);
    store.backup(part.to_path_buf(), move |done, all| progress.at(done, all)).await.context("cannot copy")?;
    // Where no process had the file open, none has changed it while it was read.
    store.check_files()?;
    let copied = DatabaseConfig { database: format!("sqlite:{}", part.display()), ..config.clone() };
    let copy = database::connect_existing(&copied).await?;
    let now = Clock::System.now();
    copy.write("generation.note_copy", async move |tx| generation::note_copy(tx, now).await).await?;
    database::require_sound(&copy, Check::Whole).await.context("the copy is not sound")?;
    copy.close().await?;
    File::open(&part)?.sync_all()?;
    let sum = checksum(&part)?;
    Ok((part, sum))
}

/// An empty file that only its owner may read.
pub(super) fn part_in(folder: &Path) -> anyhow::Result<TempPath> {
    let part = tempfile::Builder::new().prefix(PART).suffix(".part").tempfile_in(folder);
    Ok(part.with_context(|| format!("cannot write to {}", folder.display()))?.into_temp_path())
}

/// The folder of a file.
pub(super) fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn name_of_now() -> anyhow::Result<String> {
    let now = jiff::Timestamp::from_microsecond(Clock::System.now().micros())?;
    Ok(format!("{PREFIX}{}{SUFFIX}", now.strftime("%Y%m%dT%H%M%SZ")))
}

/// Gives a file its name, if no other has it.
pub(super) fn place(part: &Path, path: &Path) -> anyhow::Result<()> {
    let linked = match fs::hard_link(part, path) {
        Err(fault) if fault.kind() != io::ErrorKind::AlreadyExists && !path.exists() => fs::rename(part, path),
        linked => linked,
    };
    linked.with_context(|| format!("cannot write {}", path.display()))?;
    // A name is on disk when its folder is.
    File::open(folder_of(path))?.sync_all()?;
    Ok(())
}

/// Where the checksum of a file is: beside it, as `sha256sum --check` reads it.
pub(super) fn checksum_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".sha256");
    name.into()
}

fn put_checksum(path: &Path, sum: &str) -> anyhow::Result<()> {
    let name = path.file_name().and_then(|name| name.to_str()).context("the name of a backup is text")?;
    let beside = checksum_path(path);
    let mut file = File::create(&beside).with_context(|| format!("cannot write {}", beside.display()))?;
    writeln!(file, "{sum}  {name}")?;
    file.sync_all()?;
    Ok(())
}

/// The SHA-256 of a file.
pub(super) fn checksum(path: &Path) -> anyhow::Result<String> {
    let (mut file, mut hash) = (File::open(path)?, Sha256::new());
    let mut part = vec![0; 1 << 20];
    loop {
        match file.read(&mut part)? {
            0 => return Ok(crate::hex::encode(&hash.finalize())),
            read => hash.update(&part[..read]),
        }
    }
}

/// Removes what killed backups have left behind.
fn remove_stale_parts(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let is_part = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PART));
        let age = fs::metadata(&path).and_then(|metadata| metadata.modified()).ok().and_then(|at| at.elapsed().ok());
        if is_part && age.is_some_and(|age| age > PART_AGE_MAX) {
            let _ = fs::remove_file(path);
        }
    }
}

/// Removes all but the newest backups of a folder, with their checksums. Other files are left alone.
fn rotate(folder: &Path, keep: usize) -> anyhow::Result<()> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.extend(entry?.file_name().into_string().ok().filter(|name| is_backup(name)));
    }
    names.sort_unstable();
    for name in names.iter().rev().skip(keep) {
        let path = folder.join(name);
        fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        match fs::remove_file(checksum_path(&path)) {
            Err(fault) if fault.kind() != io::ErrorKind::NotFound => bail!("cannot remove a checksum: {fault}"),
            _ => {}
        }
    }
    Ok(())
}

/// Whether a name is one that this command gives in a folder.
fn is_backup(name: &str) -> bool {
    let time = name.strip_prefix(PREFIX).and_then(|name| name.strip_suffix(SUFFIX)).unwrap_or_default();
    let is_right = |(index, byte): (usize, u8)| match index {
        8 => byte == b'T',
        15 => byte == b'Z',
        _ => byte.is_ascii_digit(),
    };
    time.len() == 16 && time.bytes().enumerate().all(is_right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_kept_and_other_files_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let days = ["20260101T000000Z", "20260102T000000Z", "20260103T000000Z"].map(|time| format!("onhand-{time}.db"));
        let others = ["onhand.db", "onhand-20260101.db", "onhand-20260101T000000Z.db.gz", "onhand-yesterday00000Z.db"];
        for name in days.iter().map(String::as_str).chain(others) {
            File::create(folder.path().join(name)).unwrap();
        }
        put_checksum(&folder.path().join(&days[0]), "00").unwrap();
        rotate(folder.path(), 2).unwrap();
        let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut left: Vec<String> = names.collect();
        left.sort();
        let mut expected: Vec<&str> = others.into_iter().chain(days[1..].iter().map(String::as_str)).collect();
        expected.sort_unstable();
        assert_eq!(left, expected);
        assert!(is_backup(&name_of_now().unwrap()));
    }
}

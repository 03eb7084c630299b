//! Where PostgreSQL's programs are.
//!
//! Promises: the folder of `ONHAND_POSTGRES_BIN`, else the one of the `initdb` on the PATH, else the newest of
//! Debian's; where there is none, an error whose one line says what to do. `tests/postgres/install` looks in the same
//! places.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

/// Names the folder of the programs to use, whatever else there is.
const VARIABLE: &str = "ONHAND_POSTGRES_BIN";
/// Where Debian puts them, by version: not on the PATH.
const PACKAGED: &str = "/usr/lib/postgresql";

/// The folder of `initdb`, `postgres` and mostly `psql`.
#[derive(Clone, Debug)]
pub(crate) struct Programs(PathBuf);

impl Programs {
    pub(crate) fn find() -> anyhow::Result<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        search(std::env::var_os(VARIABLE).as_deref(), &path, Path::new(PACKAGED)).map(Self)
    }

    pub(crate) fn initdb(&self) -> PathBuf {
        self.named("initdb")
    }

    pub(crate) fn postgres(&self) -> PathBuf {
        self.named("postgres")
    }

    pub(crate) fn named(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

/// The client beside the server's programs, else the one on the PATH: a server elsewhere needs no server here. Debian's
/// on the PATH is a wrapper that takes three times as long.
pub(crate) fn psql() -> PathBuf {
    let beside = Programs::find().map(|programs| programs.0.join("psql"));
    beside.ok().filter(|psql| psql.exists()).unwrap_or_else(|| "psql".into())
}

fn search(named: Option<&OsStr>, path: &OsStr, packaged: &Path) -> anyhow::Result<PathBuf> {
    if let Some(named) = named {
        let folder = PathBuf::from(named);
        return if has_initdb(&folder) {
            Ok(folder)
        } else {
            bail!("{VARIABLE}: there is no initdb in {}", folder.display())
        };
    }
    if let Some(folder) = std::env::split_paths(path).find(|folder| has_initdb(folder)) {
        // A link to it says where the others are.
        let initdb = folder.join("initdb").canonicalize()?;
        return Ok(initdb.parent().context("a file has a folder")?.to_owned());
    }
    let versions = packaged.read_dir().into_iter().flatten().flatten();
    let folders = versions.filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path())));
    let newest =
        folders.map(|(version, folder): (u32, _)| (version, folder.join("bin"))).filter(|(_, f)| has_initdb(f));
    match newest.max() {
        Some((_, folder)) => Ok(folder),
        None => bail!(
            "PostgreSQL is missing: install it (Debian: apt-get install postgresql) or name its folder of programs in {VARIABLE}"
        ),
    }
}

fn has_initdb(folder: &Path) -> bool {
    folder.join("initdb").is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with an `initdb` in each of these folders.
    fn tree(folders: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for folder in folders {
            std::fs::create_dir_all(root.path().join(folder)).unwrap();
            std::fs::write(root.path().join(folder).join("initdb"), "").unwrap();
        }
        root
    }

    #[test]
    fn a_named_folder_wins_over_the_path_and_that_over_the_newest_package() {
        let root = tree(&["named", "path", "packaged/9/bin", "packaged/15/bin"]);
        let [named, path, packaged] = ["named", "path", "packaged"].map(|folder| root.path().join(folder));
        std::fs::create_dir_all(packaged.join("17/bin")).unwrap();
        std::fs::create_dir_all(packaged.join("other")).unwrap();
        let found = |named: Option<&Path>, path: &Path| search(named.map(Path::as_os_str), path.as_os_str(), &packaged);
        assert_eq!(found(Some(&named), &path).unwrap(), named);
        assert_eq!(found(None, &path).unwrap(), path.canonicalize().unwrap());
        assert_eq!(found(None, Path::new("nowhere")).unwrap(), packaged.join("15/bin"), "17 has no initdb");
    }

    #[test]
    fn a_link_on_the_path_leads_to_the_folder_of_all_programs() {
        let root = tree(&["packaged/15/bin"]);
        let links = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(root.path().join("packaged/15/bin/initdb"), links.path().join("initdb")).unwrap();
        let found = search(None, links.path().as_os_str(), Path::new("nowhere")).unwrap();
        assert_eq!(found, root.path().join("packaged/15/bin").canonicalize().unwrap());
    }

    #[test]
    fn without_any_one_line_says_what_to_do() {
        let empty = tempfile::tempdir().unwrap();
        let fault = search(None, empty.path().as_os_str(), empty.path()).unwrap_err().to_string();
        assert!(fault.contains("apt-get install postgresql") && !fault.contains('\n'), "{fault}");
        let fault = search(Some(empty.path().as_os_str()), OsStr::new("/usr/bin"), empty.path()).unwrap_err();
        assert!(fault.to_string().contains(VARIABLE), "{fault}");
    }
}

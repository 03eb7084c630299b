//! The files that pages name: style sheet, scripts, fonts, icons.
//!
//! Promises: a path contains the hash of its file, so a browser may keep it for ever; every file is in the binary. Must
//! not know how it is served.

/// A file that a page can name.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// Its name, for instance `app.css`.
    pub name: &'static str,
    /// Its type, for the header `Content-Type`.
    pub content_type: &'static str,
    /// The first ten hexadecimal digits of its SHA-256.
    pub hash: &'static str,
    /// Its bytes.
    pub bytes: &'static [u8],
    /// Its bytes compressed with gzip, where that is shorter.
    pub gzip: Option<&'static [u8]>,
}

/// Every file, in order of the names.
pub static ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

impl Asset {
    /// Where it is served, for instance `/assets/0123456789/app.css`.
    pub fn path(&self) -> String {
        format!("/assets/{}/{}", self.hash, self.name)
    }
}

/// The file with this name.
pub fn by_name(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

/// The file that is served below `/assets/` at this hash and name; another hash is another file, which is not there.
pub fn at(hash: &str, name: &str) -> Option<&'static Asset> {
    by_name(name).filter(|asset| asset.hash == hash)
}

/// The path of a file of the table. A test looks at every name that a template uses.
///
/// # Panics
///
/// If there is no such file.
pub(crate) fn path(name: &str) -> String {
    by_name(name).unwrap_or_else(|| panic!("no asset is called {name}")).path()
}

//! Clients: what commands ask of a running server and of a database alike.
//!
//! Promises: the same questions, whichever of the two answers; a file is on disk whole or not at all. Must not know how
//! it is answered.

use std::io::{self, IsTerminal as _, Write};
use std::path::Path;

use anyhow::{Context as _, bail};
use clap::ValueEnum;
use clap::builder::PossibleValue;
use tempfile::NamedTempFile;

pub(super) use crate::http::download::Format;

/// Lists that are named to a user who names none of them.
const LISTS_NAMED: usize = 10;

/// What kind of list is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ListKind {
    /// A stock list.
    Stock,
    /// A price list.
    Price,
}

impl ListKind {
    /// What one is called.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Stock => "stock list",
            Self::Price => "price list",
        }
    }

    /// The resource of it in paths.
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Stock => "stock_list",
            Self::Price => "price_list",
        }
    }
}

/// A list.
pub(super) struct List {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) code: Option<String>,
}

impl Format {
    /// What is asked for, or what the file's name says; standard output, which has no name, gets CSV.
    pub(super) fn for_file(asked: Option<Self>, path: &Path) -> anyhow::Result<Self> {
        let known = asked.or_else(|| Self::of_name(path)).or_else(|| (path == Path::new("-")).then_some(Self::Csv));
        let words = || Self::value_variants().iter().map(|format| format.word()).collect::<Vec<_>>().join(", ");
        known.with_context(|| {
            format!("the name {} says no format: let it end with one of {}, or give --format", path.display(), words())
        })
    }

    fn of_name(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        Self::value_variants().iter().copied().find(|format| format.word() == extension)
    }
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Csv, Self::Xlsx, Self::Json]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::Csv => "Comma-separated values",
            Self::Xlsx => "A workbook",
            Self::Json => "A JSON array",
        };
        Some(PossibleValue::new(self.word()).help(help))
    }
}

/// A file that can be asked for.
#[derive(Clone, Debug)]
pub(super) enum Download {
    /// Product stocks, of one list or of all.
    Export(Option<i64>),
    /// The rows of an import with the result of each.
    Result { kind: ListKind, list: i64, key: String },
}

/// Where bytes go.
pub(super) type Take<'t> = &'t mut (dyn FnMut(&[u8]) -> io::Result<()> + Send);

/// A server or a database.
pub(super) trait StockClient {
    /// The lists of a kind with this code or this name; without one, the first few.
    async fn lists(
        &self,
        kind: ListKind,
        sought: Option<(&'static str, &str)>,
        limit: usize,
    ) -> anyhow::Result<Vec<List>>;

    /// Sends a file, part by part.
    async fn bring(&self, wanted: &Download, format: Format, take: Take<'_>) -> anyhow::Result<()>;
}

/// The list of a code or, failing that, of a name.
pub(super) async fn find_list(client: &impl StockClient, kind: ListKind, text: &str) -> anyhow::Result<List> {
    for field in ["code", "name"] {
        let is_it = |list: &List| if field == "code" { list.code.as_deref() == Some(text) } else { list.name == text };
        if let Some(list) = client.lists(kind, Some((field, text)), 1).await?.into_iter().find(is_it) {
            return Ok(list);
        }
    }
    let mut lists = client.lists(kind, None, LISTS_NAMED + 1).await?;
    let more = if lists.len() > LISTS_NAMED { " and others" } else { "" };
    lists.truncate(LISTS_NAMED);
    let named = |list: &List| match &list.code {
        Some(code) => format!("{code} ({})", list.name),
        None => list.name.clone(),
    };
    match lists.is_empty() {
        true => bail!("there is no {} {text}, nor any other", kind.label()),
        false => {
            let named: Vec<String> = lists.iter().map(named).collect();
            bail!("there is no {} {text}; there are {}{more}", kind.label(), named.join(", "))
        }
    }
}

/// Writes a file where it is wanted: `-` is standard output.
pub(super) async fn save(
    client: &impl StockClient,
    wanted: &Download,
    format: Format,
    path: &Path,
) -> anyhow::Result<()> {
    if path == Path::new("-") {
        let mut out = io::stdout();
        if format == Format::Xlsx && out.is_terminal() {
            bail!("a workbook is nothing to look at on a terminal: give --output FILE");
        }
        let mut take = |bytes: &[u8]| out.write_all(bytes);
        return match client.bring(wanted, format, &mut take).await {
            // A reader that has had enough (`| head`) is no error.
            Err(fault) if is_broken_pipe(&fault) => Ok(()),
            ended => Ok(ended.and_then(|()| Ok(out.flush()?))?),
        };
    }
    let cannot = || format!("cannot write {}", path.display());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = begin(folder).with_context(cannot)?;
    let mut take = |bytes: &[u8]| file.write_all(bytes);
    client.bring(wanted, format, &mut take).await.with_context(cannot)?;
    file.persist(path).with_context(cannot)?;
    Ok(())
}

/// A file that is gone unless it is given its name, with the rights that any other file would get.
fn begin(folder: &Path) -> io::Result<NamedTempFile> {
    use std::os::unix::fs::PermissionsExt as _;
    let rights = std::fs::Permissions::from_mode(0o666);
    tempfile::Builder::new().prefix(".onhand-").permissions(rights).tempfile_in(folder)
}

fn is_broken_pipe(fault: &anyhow::Error) -> bool {
    let kind = |cause: &(dyn std::error::Error + 'static)| cause.downcast_ref::<io::Error>().map(io::Error::kind);
    fault.chain().any(|cause| kind(cause) == Some(io::ErrorKind::BrokenPipe))
}

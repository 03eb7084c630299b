//! A running server, as a command asks it.
//!
//! Promises: files are streamed. Must not know what a command does with the answers.

use anyhow::{Context as _, anyhow};
use reqwest::Method;
use serde_json::Value;

use super::client::{Download, Format, List, ListKind, StockClient, Take};
use crate::remote::{ANSWER, Remote, encoded};

/// Which server.
#[derive(clap::Args)]
pub(super) struct ServerArgs {
    /// A running server, such as https://stock.example.com. Without it, the command opens the database.
    #[arg(long, env = "ONHAND_SERVER", value_name = "URL", help_heading = "Server")]
    pub(super) server: Option<String>,

    /// A token of a user of that server (onhand token create). Better in the environment than on the command line,
    /// which every user of the machine can read.
    #[arg(long, env = "ONHAND_TOKEN", value_name = "TOKEN", hide_env_values = true, help_heading = "Server")]
    pub(super) token: Option<String>,
}

impl ServerArgs {
    /// The server, if one is named.
    pub(super) fn remote(&self) -> anyhow::Result<Option<Remote>> {
        let Some(url) = &self.server else { return Ok(None) };
        let token = self.token.as_deref();
        let token = token.context("--server needs a token: set ONHAND_TOKEN (onhand token create makes one)")?;
        Remote::new(url, token).context("--server").map(Some)
    }
}

impl StockClient for Remote {
    async fn lists(
        &self,
        kind: ListKind,
        sought: Option<(&'static str, &str)>,
        limit: usize,
    ) -> anyhow::Result<Vec<List>> {
        let filter = sought.map(|(field, text)| format!("&{field}={}", encoded(text))).unwrap_or_default();
        let found = self.get(&format!("/api/v1/{}/?limit={limit}{filter}", kind.path())).await?;
        let read = |list: &Value| {
            let text = |field: &str| list[field].as_str().map(ToOwned::to_owned);
            Some(List { id: list["pk"].as_i64()?, name: text("name")?, code: text("code") })
        };
        let lists = found["results"].as_array().context("the server's answer has no results")?;
        Ok(lists.iter().filter_map(read).collect())
    }

    async fn bring(&self, wanted: &Download, format: Format, take: Take<'_>) -> anyhow::Result<()> {
        let format = format.word();
        let path = match wanted {
            Download::Export(None) => format!("/api/v1/product_stock/export/?format={format}"),
            Download::Export(Some(list)) => format!("/api/v1/product_stock/export/?format={format}&stock_list={list}"),
            Download::Result { kind, list, key } => {
                let (resource, key) = (kind.path(), encoded(key));
                format!("/api/v1/{resource}/{list}/excel_import/{key}/result/?format={format}")
            }
        };
        let mut answer = self.send(self.request(Method::GET, &path)).await?;
        let late = || anyhow!("{} sends nothing any more", self.url());
        let broken = |fault| anyhow!(self.away(fault)).context("the file broke off");
        loop {
            match tokio::time::timeout(ANSWER, answer.chunk()).await.map_err(|_| late())?.map_err(broken)? {
                Some(bytes) => take(&bytes)?,
                None => return Ok(()),
            }
        }
    }
}

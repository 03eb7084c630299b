//! People who are signed in, as many as streams need: a session has a few streams, and an account some sessions. Must not
//! know what they look at.

use std::sync::Arc;

use anyhow::{Context as _, ensure};

use crate::load::Connection;
use crate::shop::{PASSWORD, Shop};
use crate::template::Template;

/// Streams of a session.
pub(super) const SESSION_STREAMS: usize = 8;
/// Sessions of an account: eight of them have as many streams as an account may have.
const ACCOUNT_SESSIONS: usize = 8;

/// The sessions of a run.
pub(super) struct Sessions {
    shop: Arc<Shop>,
    /// Headers of requests, one text for each session.
    made: Vec<String>,
}

impl Sessions {
    /// None yet.
    pub(super) fn new(shop: &Arc<Shop>) -> Self {
        Self { shop: shop.clone(), made: Vec::new() }
    }

    fn host(&self) -> String {
        format!("Host: {}\r\n", self.shop.process().address)
    }

    /// The headers of a request of the administrator.
    pub(super) async fn of_admin(&self) -> anyhow::Result<String> {
        self.sign_in("admin").await
    }

    /// The headers of requests of so many sessions.
    pub(super) async fn of_many(&mut self, sessions: usize) -> anyhow::Result<&[String]> {
        while self.made.len() < sessions {
            let name = format!("looking-{}", self.made.len() / ACCOUNT_SESSIONS);
            if self.made.len().is_multiple_of(ACCOUNT_SESSIONS) {
                self.shop.add_person(&name)?;
            }
            let session = self.sign_in(&name).await?;
            self.made.push(session);
        }
        Ok(&self.made[..sessions])
    }

    async fn sign_in(&self, name: &str) -> anyhow::Result<String> {
        let host = self.host();
        let mut request = Vec::new();
        let body = format!("name={name}&password={PASSWORD}&next=");
        Template::form("/sign-in", &host, &body).fill(&[], &mut request);
        let mut connection = Connection::open(self.shop.process().address).await?;
        let answer = connection.call(&request).await?;
        ensure!(answer.status == 303, "signing in was answered {}", answer.status);
        let head = String::from_utf8_lossy(answer.head);
        let cookie = head.lines().find_map(|line| line.split_once(": ").filter(is_cookie)).map(|(_, value)| value);
        let cookie = cookie.and_then(|value| value.split(';').next()).context("a session has a cookie")?;
        Ok(format!("{host}Cookie: {cookie}\r\nAccept: text/html\r\nAccept-Encoding: gzip\r\n"))
    }
}

fn is_cookie((name, _): &(&str, &str)) -> bool {
    name.eq_ignore_ascii_case("set-cookie")
}

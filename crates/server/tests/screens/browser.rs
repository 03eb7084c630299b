//! A person at a browser: cookies, forms with their hidden fields, and pages as text.
//!
//! Promises: sends what a browser sends, and every page it gets has the headers of a screen. Must not know screens.

use std::collections::BTreeMap;

use onhand::auth::Role;
use onhand_testkit::http::connections;
use reqwest::header::{HeaderMap, SET_COOKIE};

use crate::client::{PASSWORD, TestServer, password_hash, unique};

/// A browser with its cookies.
pub(crate) struct Browser {
    http: reqwest::Client,
    base: String,
    pub(crate) cookies: BTreeMap<String, String>,
    headers: Vec<(&'static str, String)>,
    /// The name of the person, once there is one.
    pub(crate) name: String,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Browser {
    /// One in which nobody has signed in.
    pub(crate) fn new(server: &TestServer) -> Self {
        let (base, cookies) = (format!("http://{}", server.address), BTreeMap::new());
        Self { http: connections(), base, cookies, headers: Vec::new(), name: String::new() }
    }

    /// One in which somebody of a role has signed in.
    pub(crate) async fn of(server: &TestServer, role: Role) -> Self {
        Self::with(server, role, None).await
    }

    /// The same for a channel's person.
    pub(crate) async fn with(server: &TestServer, role: Role, channel: Option<i64>) -> Self {
        let name = format!("{role}-{}", unique());
        server.add_account(&name, password_hash(), role, channel).await;
        let mut browser = Self::new(server);
        browser.sign_in(&name, PASSWORD).await.leads_to("/");
        browser
    }

    /// Signs in.
    pub(crate) async fn sign_in(&mut self, name: &str, password: &str) -> Page {
        name.clone_into(&mut self.name);
        self.post("/sign-in", &[("name", name), ("password", password), ("next", "")]).await
    }

    /// The same browser, sending one more header.
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) async fn get(&mut self, path: &str) -> Page {
        self.send(self.look(path)).await
    }

    /// The request for a page.
    pub(crate) fn look(&self, path: &str) -> reqwest::RequestBuilder {
        self.http.get(format!("{}{path}", self.base)).header("Accept", "text/html,*/*;q=0.8")
    }

    /// A part of a page, as htmx asks for it.
    pub(crate) async fn part(&mut self, path: &str) -> Page {
        let request = self.http.get(format!("{}{path}", self.base)).header("HX-Request", "true");
        self.send(request).await
    }

    /// Sends a form of a page of this site.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let request = self.form(path, fields).header("Sec-Fetch-Site", "same-origin");
        self.send(request).await
    }

    /// A form, from wherever.
    pub(crate) fn form(&self, path: &str, fields: &[(&str, &str)]) -> reqwest::RequestBuilder {
        let pairs = fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
        self.raw(path, "application/x-www-form-urlencoded", pairs.collect::<Vec<_>>().join("&"))
    }

    /// A body of some type.
    pub(crate) fn raw(&self, path: &str, kind: &str, body: String) -> reqwest::RequestBuilder {
        self.http.post(format!("{}{path}", self.base)).header("Content-Type", kind).body(body)
    }

    /// Sends a form with a file.
    pub(crate) async fn upload(&mut self, path: &str, form: reqwest::multipart::Form) -> Page {
        let request = self.http.post(format!("{}{path}", self.base)).multipart(form);
        self.send(request.header("Sec-Fetch-Site", "same-origin")).await
    }

    /// Sends a request with the cookies, and keeps those of the answer.
    pub(crate) async fn send(&mut self, mut request: reqwest::RequestBuilder) -> Page {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.header("Cookie", cookies.join("; "));
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        for line in headers.get_all(SET_COOKIE) {
            let line = line.to_str().expect("plain text");
            let (name, rest) = line.split_once('=').expect("a cookie has a name");
            let value = rest.split(';').next().unwrap_or_default();
            match line.contains("Max-Age=0") {
                true => _ = self.cookies.remove(name),
                false => _ = self.cookies.insert(name.to_owned(), value.to_owned()),
            }
        }
        let bytes = response.bytes().await.expect("a whole answer");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Page { status, headers, text }.checked()
    }
}

/// A text as forms have it.
fn encoded(text: &str) -> String {
    let sign = |byte: u8| match byte.is_ascii_alphanumeric() {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(sign).collect()
}

impl Page {
    fn checked(self) -> Self {
        assert!(self.status < 500, "{self:?}");
        assert!(self.headers.contains_key("x-request-id") || self.header("cache-control").contains("immutable"));
        if self.header("content-type").starts_with("text/html") {
            let policy = self.header("content-security-policy");
            assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
            assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
            assert_eq!(self.header("cache-control"), "no-store");
            assert_eq!(self.header("x-content-type-options"), "nosniff");
            assert_eq!(self.header("referrer-policy"), "same-origin");
            assert!(self.header("vary").contains("HX-Request"));
        }
        self
    }

    /// A header; empty where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("plain text"))
    }

    /// The page, if the status is this one.
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// The page of a 200.
    pub(crate) fn ok(self) -> Self {
        self.expect(200)
    }

    /// A form that was done leads here.
    pub(crate) fn leads_to(self, path: &str) -> Self {
        assert_eq!((self.status, self.header("location")), (303, path), "{}", self.text);
        self
    }

    /// Where a form that was done leads.
    pub(crate) fn led(&self) -> String {
        assert_eq!(self.status, 303, "{}", self.text);
        self.header("location").to_owned()
    }

    /// A page that has this text.
    pub(crate) fn has(self, text: &str) -> Self {
        assert!(self.text.contains(text), "no {text:?} in {}", self.text);
        self
    }

    /// A page that does not have this text.
    pub(crate) fn has_no(self, text: &str) -> Self {
        assert!(!self.text.contains(text), "{text:?} is in {}", self.text);
        self
    }

    /// The hidden fields of the form that posts to a path; of several, of the one with this word in it.
    pub(crate) fn hidden(&self, action: &str, word: &str) -> Vec<(String, String)> {
        let begins = format!("action=\"{action}\"");
        let forms = self.text.split("<form ").skip(1).map(|form| form.split("</form>").next().unwrap_or_default());
        let form = forms.filter(|form| form.contains(&begins)).find(|form| form.contains(word));
        let form = form.unwrap_or_else(|| panic!("no form posts to {action} in {}", self.text));
        let hidden = form.split("<input type=\"hidden\" ").skip(1);
        let value = |input: &str, name: &str| {
            let rest = input.split_once(&format!("{name}=\"")).map(|(_, rest)| rest).unwrap_or_default();
            rest.split('"').next().unwrap_or_default().replace("&#38;", "&").replace("&amp;", "&")
        };
        hidden.map(|input| (value(input, "name"), value(input, "value"))).collect()
    }
}

/// Hidden fields with more fields behind them.
pub(crate) fn filled<'f>(hidden: &'f [(String, String)], more: &[(&'f str, &'f str)]) -> Vec<(&'f str, &'f str)> {
    let hidden = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    hidden.chain(more.iter().copied()).collect()
}

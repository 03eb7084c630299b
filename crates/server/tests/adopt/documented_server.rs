//! A server that speaks the documented endpoints of an Omnitron, and nothing else.
//!
//! Promises: paths, shapes and filters are those of docs/vendor-contract.md that are marked as sourced; a filter that is
//! not is passed over, as the vendor's framework does; every request is kept. Must not know who asks.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};

use crate::target::TOKEN;

/// Rows of a page, however many are asked for.
const PAGE_ROWS_MAX: usize = 3;

/// What an answer is instead of a good one.
#[derive(Clone, Debug)]
pub(crate) enum Odd {
    /// A status with a header and a body.
    Answer(u16, &'static str, String),
    /// A body that does not end.
    Endless,
}

/// What the server has. Each list is the rows of a path.
#[derive(Default)]
pub(crate) struct Content {
    pub(crate) lists: Vec<(&'static str, Vec<Value>)>,
    /// Instead of good answers: to a path that begins like this, so many times.
    pub(crate) odd: Vec<(&'static str, usize, Odd)>,
    /// Lines that the ERP has registered, with their codes.
    pub(crate) registered: Vec<(i64, &'static str)>,
    /// Every request: path with query.
    pub(crate) asked: Vec<String>,
}

impl Content {
    /// The rows of a path.
    pub(crate) fn rows(&mut self, path: &str) -> &mut Vec<Value> {
        let found = self.lists.iter_mut().find(|(one, _)| *one == path);
        &mut found.unwrap_or_else(|| panic!("there is no list {path}")).1
    }

    /// The row with an id.
    pub(crate) fn row(&mut self, path: &str, id: i64) -> &mut Value {
        let rows = self.rows(path).iter_mut();
        { rows }.find(|row| row["pk"] == id || row["id"] == id).expect("there is such a row")
    }

    fn odd(&mut self, path: &str) -> Option<Odd> {
        let (_, times, odd) = self.odd.iter_mut().find(|(one, times, _)| path.starts_with(one) && *times > 0)?;
        *times -= 1;
        Some(odd.clone())
    }

    fn answer(&mut self, target: &str, address: SocketAddr) -> (u16, Value) {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let parameter = |name: &str| query.split('&').find_map(|one| one.strip_prefix(&format!("{name}=")));
        if let Some(rest) = path.strip_prefix("/api/i1/order_items/")
            && let Some(line) = rest.strip_suffix("/create_mapping/")
        {
            let id: i64 = line.parse().expect("an id");
            let of_line = self.registered.iter().filter(|(line, _)| *line == id);
            let mapping = |(_, code): &(i64, &str)| {
                json!({"pk": 1, "content_type": 66, "object_id": id, "integration_type": "external_company",
                    "code": code})
            };
            return (200, Value::Array(of_line.map(mapping).collect()));
        }
        let Some((_, rows)) = self.lists.iter().find(|(one, _)| *one == path) else {
            return (404, json!({"detail": "Not found."}));
        };
        // The filters that the documents have.
        let is_shown = |row: &&Value| {
            let same = |name: &str, field: &str| {
                parameter(name).is_none_or(|wanted| match &row[field] {
                    Value::String(text) => text == wanted,
                    value => value.as_i64().is_some_and(|number| number.to_string() == wanted),
                })
            };
            let among =
                parameter("pk__in").is_none_or(|ids| ids.split(',').any(|id| id.parse().ok() == row["pk"].as_i64()));
            let of_orders = path.ends_with("/orders/");
            among
                && (!of_orders || same("status", "status") && same("number", "number"))
                && (!path.ends_with("/order_items/") || same("order", "order"))
        };
        let shown: Vec<Value> = rows.iter().filter(is_shown).cloned().collect();
        let number = |name: &str, usual: usize| parameter(name).and_then(|text| text.parse().ok()).unwrap_or(usual);
        let (page, limit) = (number("page", 1), number("limit", 10).min(PAGE_ROWS_MAX));
        let results: Vec<Value> = shown.iter().skip((page - 1) * limit).take(limit).cloned().collect();
        let next =
            (page * limit < shown.len()).then(|| format!("http://{address}{path}?limit={limit}&page={}", page + 1));
        (200, json!({"count": shown.len(), "next": next, "previous": null, "results": results}))
    }
}

/// A running server. Its thread ends with the process.
pub(crate) struct Documented {
    pub(crate) address: SocketAddr,
    content: Arc<Mutex<Content>>,
}

impl Documented {
    pub(crate) fn start(content: Content) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let content = Arc::new(Mutex::new(content));
        let shared = Arc::clone(&content);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let content = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &content, address));
            }
        });
        Self { address, content }
    }

    pub(crate) fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().expect("no request has panicked")
    }
}

/// Answers one request.
fn serve(mut stream: TcpStream, content: &Mutex<Content>, address: SocketAddr) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let target = first.strip_prefix("GET ")?.split(' ').next()?.to_owned();
    let mut is_known = false;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        if line.trim().is_empty() {
            break;
        }
        is_known |= line.trim().eq_ignore_ascii_case(&format!("authorization: Token {TOKEN}"));
    }
    let (odd, answer) = {
        let mut content = content.lock().ok()?;
        content.asked.push(target.clone());
        (content.odd(&target), content.answer(&target, address))
    };
    let (status, header, body) = match (odd, is_known) {
        (_, false) => (401, "WWW-Authenticate: Token", json!({"detail": "Invalid token."}).to_string()),
        (Some(Odd::Answer(status, header, body)), true) => (status, header, body),
        (Some(Odd::Endless), true) => {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n[")
                .ok()?;
            let part = vec![b' '; 1 << 20];
            while stream.write_all(&part).is_ok() {}
            return None;
        }
        (None, true) => (answer.0, "Vary: Accept", answer.1.to_string()),
    };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} X\r\n{header}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).ok()
}

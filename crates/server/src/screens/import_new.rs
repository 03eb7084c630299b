//! Sending a file of stock or of prices: choosing its list and what its rows mean, or pasting rows.
//!
//! Promises: the file goes into the database part by part; what is not a good form leaves nothing. Must not know what
//! is in a file.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{StatusCode, header};
use bytes::Bytes;
use onhand_core::import::Subject;
use onhand_core::{PriceListId, StockListId};
use onhand_store::imports::Kind;
use onhand_web::form::FieldErrors;
use onhand_web::frame::Entry;
use onhand_web::screens::import_new::ImportNew;
use onhand_web::{ImportMode, link};

use super::answer::ScreenAnswer;
use super::fault::{self, Fault};
use super::fields::Fields;
use super::naming;
use super::visit::Visit;
use crate::http::form_parts::FormParts;
use crate::http::router;
use crate::services::imports::receive::{self, ImportOptions, Received, Receiving};
use crate::services::imports::status;
use crate::services::submission::RequestKey;
use crate::services::{ServiceError, price_lists};

/// The most parts of the form.
const PARTS_MAX: usize = 20;
/// The most bytes of a field, and of pasted rows.
const FIELD_BYTES_MAX: usize = 1_024;
const TEXT_BYTES_MAX: usize = 1_048_576;
const SEE_OTHER: u16 = 303;
/// Lists that are offered besides the one that is chosen; a list of its own page can be imported into in any case.
const LISTS_OFFERED: usize = 1_000;

/// The fields that name a list, of which a form has one.
const LIST: &str = "list";
const PRICE_LIST: &str = "price_list";

/// The list whose file it is.
#[derive(Clone, Copy)]
enum Target {
    Stocks(StockListId),
    Prices(PriceListId),
}

/// What the rows of a form write: it names a price list, or none.
fn subject(fields: &Fields) -> Subject {
    if fields.has(PRICE_LIST) { Subject::Prices } else { Subject::Stocks }
}

/// `GET /imports/new`.
pub(super) async fn show(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let asked = [LIST, PRICE_LIST].into_iter().filter(|name| visit.query.has(name));
    let query = Fields(asked.map(|name| (name.to_owned(), visit.query.text(name).to_owned())).collect());
    answer(&visit, StatusCode::OK, (&query, ""), FieldErrors::default()).await
}

/// The page with what was entered and what is wrong with it.
async fn answer(
    visit: &Visit,
    status: StatusCode,
    (entered, text): (&Fields, &str),
    errors: FieldErrors,
) -> Result<ScreenAnswer, Fault> {
    let subject = subject(entered);
    let lists = lists(visit, subject).await?;
    let list = entered.number(name_of(subject)).or_else(|| lists.first().map(|(id, _)| *id));
    let is_offered = |(at, (id, _)): &(usize, (i64, String))| *at < LISTS_OFFERED || Some(*id) == list;
    let page = ImportNew {
        frame: visit.frame(Entry::Imports).await?,
        subject,
        list,
        lists: lists.into_iter().enumerate().filter(is_offered).map(|(_, list)| list).collect(),
        mode: ImportMode::from_word(entered.text("mode")).unwrap_or_default(),
        text: text.to_owned(),
        bytes_max: i64::try_from(visit.app.config.import_bytes_max).unwrap_or(i64::MAX),
        errors,
    };
    ScreenAnswer::page(status, &page)
}

/// The field that names a list of this kind.
fn name_of(subject: Subject) -> &'static str {
    match subject {
        Subject::Stocks => LIST,
        Subject::Prices => PRICE_LIST,
    }
}

/// The lists that can be chosen, with their names.
async fn lists(visit: &Visit, subject: Subject) -> Result<Vec<(i64, String)>, ServiceError> {
    Ok(match subject {
        Subject::Stocks => naming::lists(visit).await?,
        Subject::Prices => {
            let lists = price_lists::named(&visit.app).await?;
            lists.into_iter().map(|(id, name)| (id.get(), name)).collect()
        }
    })
}

/// What has arrived of a form.
#[derive(Default)]
struct Arrived {
    fields: Fields,
    /// Rows that were pasted.
    text: String,
    /// The name of the file, and the file, if there is one.
    file: Option<(String, Receiving)>,
}

/// `POST /imports/new`: begins a dry run, or an import.
pub(super) async fn send(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let mut arrived = Arrived::default();
    let mut body = visit.take_upload().unwrap_or_default();
    let read = read(&visit, &mut body, &mut arrived).await;
    if !matches!(read, Ok(()) | Err(ServiceError::Late)) {
        // Browsers read no answer before they have sent all.
        router::discard(&visit.app, &mut body).await;
    }
    let begun = match read {
        Ok(()) => begin(&visit, &mut arrived).await,
        Err(fault) => Err(fault),
    };
    if let Some((_, receiving)) = arrived.file.take() {
        receiving.abandon().await;
    }
    match begun {
        Ok(import) => Ok(ScreenAnswer::see_other(&link::import(import))),
        Err(fault) => {
            let told = fault::in_form(fault)?;
            answer(&visit, told.status, (&arrived.fields, &arrived.text), told.errors).await
        }
    }
}

/// Lets the work on what has arrived begin: the import.
async fn begin(visit: &Visit, arrived: &mut Arrived) -> Result<i64, ServiceError> {
    let fields = arrived.fields.clone();
    if fields.has_null() {
        return Err(ServiceError::field("text", "Null characters are not allowed."));
    }
    let mode = match subject(&fields) {
        Subject::Stocks => ImportMode::from_word(fields.text("mode")),
        // A row is a price, which is no question.
        Subject::Prices => Some(ImportMode::default()),
    };
    let mode = mode.ok_or_else(|| ServiceError::field("mode", "Choose what the rows mean."))?;
    let (file_name, receiving) = match arrived.file.take() {
        Some(file) => file,
        None => (String::new(), pasted(visit, &fields, &arrived.text).await?),
    };
    let is_dry_run = fields.text("act") != "import";
    let options = ImportOptions { file_name, mode: Some(mode.word().to_owned()), is_dry_run, mapping: None };
    let render = |key: &str| (SEE_OTHER, key.as_bytes().to_vec());
    let key = Some(fields.text("idempotency_key")).filter(|key| !key.is_empty());
    let key = key.map(|key| RequestKey::new(&visit.requester(), key, ["POST", link::import_new()]));
    let again = key.map(|key| (key, &render as &(dyn Fn(&str) -> (u16, Vec<u8>) + Send + Sync)));
    let key = match receiving.start(options, again).await? {
        Received::Now(key) => key,
        Received::Before(answer) => String::from_utf8_lossy(&answer.body).into_owned(),
    };
    Ok(status::find(&visit.app.store, None, key).await?.id.get())
}

/// The list that a form names, if the person may see it.
async fn target(visit: &Visit, fields: &Fields) -> Result<Target, ServiceError> {
    let subject = subject(fields);
    let (name, text) = match subject {
        Subject::Stocks => (LIST, "Choose a stock list."),
        Subject::Prices => (PRICE_LIST, "Choose a price list."),
    };
    let (lists, wanted) = (lists(visit, subject).await?, fields.number(name));
    let found = lists.into_iter().map(|(id, _)| id).find(|id| Some(*id) == wanted);
    let id = found.ok_or_else(|| ServiceError::field(name, text))?;
    Ok(match subject {
        Subject::Stocks => Target::Stocks(StockListId::new(id)),
        Subject::Prices => Target::Prices(PriceListId::new(id)),
    })
}

/// Begins to receive a file for the list that a form names.
async fn receive(visit: &Visit, fields: &Fields) -> Result<Receiving, ServiceError> {
    let (services, requester) = (&visit.app.services, visit.requester());
    let begun = match target(visit, fields).await? {
        Target::Stocks(list) => receive::begin(services, &requester, Kind::Stocks, Some(list)).await?,
        Target::Prices(list) => receive::begin_prices(services, &requester, list).await?,
    };
    Ok(begun.within(visit.app.config.import_stored_bytes_max))
}

/// Pasted rows, as a file.
async fn pasted(visit: &Visit, fields: &Fields, text: &str) -> Result<Receiving, ServiceError> {
    if text.trim().is_empty() {
        return Err(ServiceError::field("file", "Choose a file, or paste rows."));
    }
    let mut receiving = receive(visit, fields).await?;
    let header: &[u8] = match subject(fields) {
        Subject::Stocks => b"sku\tstock\n",
        Subject::Prices => b"sku\tprice\n",
    };
    let taken = async {
        if !has_header(text) {
            receiving.take(header).await?;
        }
        receiving.take(text.as_bytes()).await?;
        receiving.complete().await
    };
    match taken.await {
        Ok(_) => Ok(receiving),
        Err(fault) => {
            receiving.abandon().await;
            Err(fault)
        }
    }
}

/// Whether the first of some pasted rows names columns: two cells of which the second is a number do not.
fn has_header(text: &str) -> bool {
    let first = text.trim_start_matches(['\r', '\n']).lines().next().unwrap_or_default();
    let cells: Vec<&str> = first.split('\t').map(str::trim).collect();
    let is_number = |cell: &str| !cell.is_empty() && cell.bytes().all(|b| b.is_ascii_digit() || b"+-.,".contains(&b));
    !matches!(cells[..], [_, amount] if is_number(amount))
}

/// Reads the form: its fields in their order, and the file as it comes.
async fn read(visit: &Visit, body: &mut Body, arrived: &mut Arrived) -> Result<(), ServiceError> {
    let wrong = |_| ServiceError::Invalid("The form could not be read.".to_owned());
    let boundary = multer::parse_boundary(visit.header(header::CONTENT_TYPE)).map_err(wrong)?;
    let patience = Patience::of(visit);
    let (form, room) = FormParts::of(body);
    let mut parts = multer::Multipart::new(form, boundary);
    for count in 0.. {
        room.of_head();
        let Some(mut part) = patience.wait(parts.next_field()).await?.map_err(wrong)? else { break };
        if count == PARTS_MAX {
            return Err(ServiceError::Invalid(format!("A form may have no more than {PARTS_MAX} parts.")));
        }
        room.of_content();
        let name = part.name().unwrap_or_default().to_owned();
        if name == "file" {
            let file_name = part.file_name().unwrap_or_default().to_owned();
            let mut file = None;
            while let Some(bytes) = patience.wait(part.chunk()).await?.map_err(wrong)? {
                take(visit, &arrived.fields, &mut file, &bytes).await?;
            }
            if let Some((_, mut receiving)) = file {
                let complete = receiving.complete().await;
                arrived.file = Some((file_name, receiving));
                complete?;
            }
            continue;
        }
        let limit = if name == "text" { TEXT_BYTES_MAX } else { FIELD_BYTES_MAX };
        let mut value = Vec::new();
        while let Some(bytes) = patience.wait(part.chunk()).await?.map_err(wrong)? {
            value.extend_from_slice(&bytes);
            if value.len() > limit {
                return Err(ServiceError::field(if name == "text" { "text" } else { "" }, "This field is too long."));
            }
        }
        let value = String::from_utf8_lossy(&value).into_owned();
        match name.as_str() {
            "text" => arrived.text = value,
            _ => arrived.fields.0.push((name, value)),
        }
    }
    Ok(())
}

/// A file on its way, with how many bytes have come.
type File = Option<(u64, Receiving)>;

/// Takes a block of the file. The first one begins it: a field that names no file is empty.
async fn take(visit: &Visit, fields: &Fields, file: &mut File, bytes: &Bytes) -> Result<(), ServiceError> {
    if bytes.is_empty() {
        return Ok(());
    }
    let (count, mut receiving) = match file.take() {
        Some(file) => file,
        None => (0, receive(visit, fields).await?),
    };
    let (count, most) = (count + bytes.len() as u64, visit.app.config.import_bytes_max);
    let taken = match count > most {
        true => Err(ServiceError::field("file", format!("The file has more than {most} bytes."))),
        false => receiving.take(bytes).await,
    };
    match taken {
        Ok(()) => {
            *file = Some((count, receiving));
            Ok(())
        }
        Err(fault) => {
            receiving.abandon().await;
            Err(fault)
        }
    }
}

/// How long the next block, and the whole form, may take.
struct Patience {
    each: Duration,
    end: Instant,
}

impl Patience {
    fn of(visit: &Visit) -> Self {
        let config = &visit.app.config;
        let end = Instant::now() + Duration::from_secs(config.upload_seconds);
        Self { each: Duration::from_secs(config.request_seconds), end }
    }

    async fn wait<T>(&self, piece: impl Future<Output = T>) -> Result<T, ServiceError> {
        let patience = self.each.min(self.end.saturating_duration_since(Instant::now()));
        tokio::time::timeout(patience, piece).await.map_err(|_| ServiceError::Late)
    }
}

#[cfg(test)]
mod tests {
    use super::has_header;

    #[test]
    fn two_columns_of_which_one_counts_have_no_header() {
        for text in ["A-1\t5", "\nA-1\t1,204\r\nB\t2", "0042\t-3"] {
            assert!(!has_header(text), "{text:?}");
        }
        for text in ["sku\tstock\nA-1\t5", "Stok kodu\tMiktar", "A-1,5", "A-1\t5\tkg", "one", ""] {
            assert!(has_header(text), "{text:?}");
        }
    }
}

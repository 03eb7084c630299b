//! What went wrong with a request for a screen, and the page that says so.
//!
//! Promises: statuses and sentences are the API's; the pages are drawn without the database, which may be what is in
//! the way. Must not know which screen it was.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use onhand_web::form::FieldErrors;
use onhand_web::screens::error::{ErrorPage, Problem};
use onhand_web::screens::not_found::NotFound;
use onhand_web::screens::refused::Refused;
use onhand_web::{Frame, Role as RoleName, link};
use serde_json::Value;

use super::answer::ScreenAnswer;
use crate::auth::{Permission, Role};
use crate::services::ServiceError;
use crate::wire::error::Error;

/// Where the fragment about a form goes that was not done, and how: the form stays as it was filled in.
const HX_RETARGET: HeaderName = HeaderName::from_static("hx-retarget");
const HX_RESWAP: HeaderName = HeaderName::from_static("hx-reswap");
const HX_REDIRECT: HeaderName = HeaderName::from_static("hx-redirect");

/// Why a screen was not shown, or a form not done.
#[derive(Debug)]
pub(super) enum Fault {
    /// Nobody is signed in.
    SignedOut,
    /// The person's role does not permit this.
    Forbidden(Permission),
    /// There is no such thing, or the person may not know of it.
    NotFound,
    /// Anything else, as the API would say it.
    Failed(Error),
}

impl Fault {
    /// A fault of the program.
    pub(super) fn internal(fault: &impl ToString) -> Self {
        Self::Failed(Error::Internal(fault.to_string()))
    }

    /// A request that cannot be taken, in one sentence.
    pub(super) fn bad_request(text: &str) -> Self {
        Self::Failed(Error::bad_request(text))
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        match error {
            Error::Detail(StatusCode::NOT_FOUND, _) => Self::NotFound,
            error => Self::Failed(error),
        }
    }
}

impl From<ServiceError> for Fault {
    fn from(fault: ServiceError) -> Self {
        Error::from(fault).into()
    }
}

impl From<onhand_store::Error> for Fault {
    fn from(fault: onhand_store::Error) -> Self {
        Error::from(fault).into()
    }
}

/// What the API says of a fault.
pub(super) struct Told {
    pub(super) status: StatusCode,
    /// What is wrong, in one text.
    pub(super) sentence: String,
    code: String,
    retry_seconds: Option<i64>,
    /// What is wrong, field by field; the form as a whole has the empty name.
    pub(super) errors: FieldErrors,
    /// What is wrong with single rows of a field, by their numbers from 0.
    pub(super) rows: Vec<(usize, String)>,
}

impl Told {
    pub(super) fn of(error: Error) -> Self {
        let is_unknown = matches!(error, Error::Unknown(_));
        let reply = error.into_reply();
        let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        let whole = text("detail").or_else(|| text("non_field_errors"));
        let errors = match &whole {
            Some(sentence) => vec![(String::new(), sentence.clone())],
            None => {
                let said = body.as_object().into_iter().flatten();
                said.filter(|(_, said)| rows(said).is_empty()).map(|(name, said)| at_field(name, said)).collect()
            }
        };
        let rows = body.as_object().into_iter().flatten().flat_map(|(_, said)| rows(said)).collect();
        let sentences: Vec<&str> = errors.iter().map(|(_, sentence)| sentence.as_str()).collect();
        let retry = reply.headers.iter().find(|(name, _)| *name == header::RETRY_AFTER && !is_unknown);
        Self {
            status: reply.status,
            sentence: sentences.join(" "),
            code: text("error_code").unwrap_or_default(),
            retry_seconds: retry.and_then(|(_, value)| value.to_str().ok()?.parse().ok()),
            errors: FieldErrors(errors),
            rows,
        }
    }
}

/// What is said of the rows of a field, where it has rows.
fn rows(said: &Value) -> Vec<(usize, String)> {
    let rows = said.as_array().into_iter().flatten().enumerate();
    let faulty = rows.filter_map(|(number, row)| Some((number, row.as_object().filter(|row| !row.is_empty())?)));
    let text = |row: &serde_json::Map<String, Value>| {
        row.iter().map(|(name, said)| at_field(name, said).1).collect::<Vec<_>>().join(" ")
    };
    faulty.map(|(number, row)| (number, text(row))).collect()
}

/// The sentences about a field. What the wire calls a fault of no field is one of the form.
fn at_field(name: &str, said: &Value) -> (String, String) {
    let sentences = said.as_array().into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>().join(" ");
    let name = if name == "non_field_errors" { "" } else { name };
    (name.to_owned(), if sentences.is_empty() { said.to_string() } else { sentences })
}

/// What is wrong with a form, if it is the form: a fault of the client's, which another try may mend.
pub(super) fn in_form(fault: impl Into<Fault>) -> Result<Told, Fault> {
    match fault.into() {
        Fault::Failed(error @ (Error::Fields(_) | Error::Rows(_) | Error::Refused { .. })) => Ok(Told::of(error)),
        Fault::Failed(Error::Detail(status, text)) if status.is_client_error() => {
            Ok(Told::of(Error::Detail(status, text)))
        }
        fault => Err(fault),
    }
}

/// Who asked: what a page about a fault needs.
pub(super) struct Asked {
    pub(super) frame: Frame,
    pub(super) is_fragment: bool,
    /// Whether it was asked to look only.
    pub(super) is_look: bool,
    pub(super) request_id: String,
    /// The fields of its form, where they may be sent again from another page.
    pub(super) form: Vec<(String, String)>,
}

/// The page that says what went wrong.
pub(super) fn answer(fault: Fault, asked: Asked) -> ScreenAnswer {
    let Asked { frame, is_fragment, is_look, request_id, form } = asked;
    let path = frame.path.clone();
    let made = match fault {
        Fault::SignedOut => return sign_in(&path, is_fragment, is_look),
        Fault::NotFound if !is_fragment => ScreenAnswer::page(StatusCode::NOT_FOUND, &NotFound { frame }),
        Fault::Forbidden(permission) if !is_fragment => {
            ScreenAnswer::page(StatusCode::FORBIDDEN, &Refused { frame, roles: roles(permission) })
        }
        fault => {
            let told = Told::of(match fault {
                Fault::Failed(error) => error,
                Fault::Forbidden(_) => Error::forbidden(),
                Fault::NotFound | Fault::SignedOut => Error::not_found(),
            });
            if is_fragment && !is_look && told.status.is_server_error() {
                return problem(frame, told);
            }
            let is_kept = !is_look && told.status.is_server_error();
            let page = ErrorPage {
                again: if is_look { path.clone() } else { String::new() },
                action: path,
                form: form.into_iter().filter(|_| is_kept).collect(),
                status: told.status.as_u16().into(),
                sentence: told.sentence,
                code: told.code,
                request_id,
                retry_seconds: told.retry_seconds,
                // Where it is the server that could not, its own sentence says so.
                is_unchanged: told.status.is_client_error() && !is_look,
                frame,
            };
            let answer = match is_fragment {
                true => ScreenAnswer::page(told.status, &page.as_rows()),
                false => ScreenAnswer::page(told.status, &page),
            };
            answer.map(|answer| match told.retry_seconds {
                Some(seconds) => answer.with(header::RETRY_AFTER, HeaderValue::from(seconds)),
                None => answer,
            })
        }
    };
    made.unwrap_or_else(|_| ScreenAnswer::nothing(StatusCode::INTERNAL_SERVER_ERROR))
}

/// What is said of a form beside it: the server could not do it just now.
fn problem(frame: Frame, told: Told) -> ScreenAnswer {
    let Told { status, sentence, retry_seconds, .. } = told;
    let made = ScreenAnswer::page(status, &Problem { frame, sentence, retry_seconds });
    let answer = made.unwrap_or_else(|_| ScreenAnswer::nothing(status));
    let answer = answer.with(HX_RETARGET, HeaderValue::from_static("#problem"));
    let answer = answer.with(HX_RESWAP, HeaderValue::from_static("innerHTML"));
    match retry_seconds {
        Some(seconds) => answer.with(header::RETRY_AFTER, HeaderValue::from(seconds)),
        None => answer,
    }
}

/// To the sign-in, and from there back to what was asked for. A part of a page cannot be led elsewhere: htmx is told to
/// lead the whole one.
fn sign_in(path: &str, is_fragment: bool, is_look: bool) -> ScreenAnswer {
    let back = if is_look { format!("?next={}", link::encoded(path)) } else { String::new() };
    let to = format!("{}{back}", link::sign_in());
    match (is_fragment, HeaderValue::try_from(&to)) {
        (true, Ok(to)) => ScreenAnswer::nothing(StatusCode::UNAUTHORIZED).with(HX_REDIRECT, to),
        _ => ScreenAnswer::see_other(&to),
    }
}

fn roles(permission: Permission) -> Vec<RoleName> {
    let allowed = Role::ALL.into_iter().filter(|role| role.allows(permission));
    allowed.filter_map(|role| RoleName::from_word(role.name())).collect()
}

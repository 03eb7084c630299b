//! From a request of a browser to a screen and back: session, permission, form, page, one log line.
//!
//! Promises: a screen runs only for a person whose role permits it; a form of another site is rejected before its body
//! is read; what leads nowhere is a page for a browser and the API's error for a program. Must not know screens.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, get, on};
use bytes::Bytes;
use onhand_web::{Frame, link};

use super::answer::{FRAGMENT, ScreenAnswer};
use super::fault::{self, Asked, Fault};
use super::fields::Fields;
use super::live_hub::Hub;
use super::routes::{Reading, Route, routes};
use super::visit::{Visit, accepted, clock};
use super::{assets, done, guard, session};
use crate::auth::{Caller, Permission};
use crate::http::admission::{Origin, admit_anonymous, anonymous};
use crate::http::encoding::Encoding;
use crate::http::host;
use crate::http::router::{self, Peer};
use crate::http::telemetry::Observed;
use crate::services::carts::expiry;
use crate::state::App;
use crate::supervise::caught;
use crate::wire::error::Error;

const HX_REPLACE_URL: HeaderName = HeaderName::from_static("hx-replace-url");
const FORM: &str = "application/x-www-form-urlencoded";
/// Fields of a form. The largest is that of an order's lines, of which there are up to 1,000.
const FIELDS_MAX: usize = 2_048;
/// Bytes of a form that anybody may send.
const PUBLIC_FORM_MAX: usize = 16 * 1_024;
/// The largest form that is kept where the server cannot do it just now.
const KEPT_BYTES_MAX: usize = 16 * 1_024;

/// What all screens share.
struct Site {
    app: Arc<App>,
    /// Who follows changes.
    live: Arc<Hub>,
    /// The paths of all screens that can be looked at.
    paths: Arc<[&'static str]>,
}

/// The router of all screens and of their files. What it does not have is not found, in the form that was asked for.
pub fn router(app: &Arc<App>) -> Router {
    let routes = routes();
    let looked_at = routes.iter().filter(|route| route.method == Method::GET).map(|route| route.path);
    let site = Arc::new(Site { app: app.clone(), live: Hub::new(app), paths: looked_at.collect() });
    let mut router = Router::new();
    for route in routes {
        let (site, route) = (site.clone(), Arc::new(route));
        let method = MethodFilter::try_from(route.method.clone()).expect("the table has known methods only");
        let path = route.path;
        let handler = move |request| answer(site.clone(), route.clone(), request);
        router = router.route(path, on(method, handler));
    }
    let (files, unknown, wrong) = (app.clone(), site, app.clone());
    router
        .route("/assets/{hash}/{name}", get(move |request| asset(files.clone(), request)))
        .fallback(move |request: Request<Body>| not_found(unknown.clone(), request))
        .method_not_allowed_fallback(move |request| router::not_allowed(wrong.clone(), request))
}

async fn asset(app: Arc<App>, request: Request<Body>) -> Response {
    let path = request.uri().path().strip_prefix("/assets/").unwrap_or_default();
    let (hash, name) = path.split_once('/').unwrap_or_default();
    match assets::serve(hash, name, request.headers()) {
        // They are the same for all and cost nothing, so they are not counted and have no line in the log.
        Some(response) => response,
        None => router::refuse(app, request, Error::not_found()).await,
    }
}

/// Whether a request is a browser's that wants a page.
fn wants_page(request: &Request<Body>) -> bool {
    let accepts = request.headers().get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    reads && !request.uri().path().starts_with("/api/") && accepts.into_iter().any(|line| line.contains("text/html"))
}

async fn not_found(site: Arc<Site>, request: Request<Body>) -> Response {
    if !wants_page(&request) {
        return router::refuse(site.app.clone(), request, Error::not_found()).await;
    }
    let (observed, origin) = begin(&site.app, &request, "none");
    let (parts, _) = request.into_parts();
    let (headers, asked) = (parts.headers.clone(), asked(&site.app, &parts, &observed));
    let answer = match session::caller(&site.app, &parts.headers, origin).await {
        Ok(Some(caller)) => {
            let visit = visit(&site, caller, (parts, Vec::new()), (origin, String::new()), (Bytes::new(), None));
            fault::answer(Fault::NotFound, Asked { frame: fault_frame(&visit).await, ..asked })
        }
        Ok(None) => fault::answer(Fault::NotFound, asked),
        Err(fault) => fault::answer(fault.into(), asked),
    };
    finish(observed, answer, &headers)
}

fn begin(app: &App, request: &Request<Body>, route: &'static str) -> (Observed, Origin) {
    let mut observed = Observed::start(request.method(), route, request.headers());
    let origin = router::origin(app, request);
    observed.address(origin.address);
    (observed, origin)
}

/// What a page about a fault needs before it is known who asks.
fn asked(app: &App, parts: &Parts, observed: &Observed) -> Asked {
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    Asked {
        frame: Frame::anonymous(accepted(&parts.headers), clock(app), path),
        is_fragment: parts.headers.contains_key(FRAGMENT),
        is_look: matches!(parts.method, Method::GET | Method::HEAD),
        request_id: observed.id().to_owned(),
        form: Vec::new(),
    }
}

fn finish(observed: Observed, answer: ScreenAnswer, headers: &HeaderMap) -> Response {
    let mut response = answer.into_response(headers).into_response();
    observed.finish(&mut response, None);
    response
}

async fn answer(site: Arc<Site>, route: Arc<Route>, request: Request<Body>) -> Response {
    let (mut observed, origin) = begin(&site.app, &request, route.path);
    let (parts, body) = request.into_parts();
    let (headers, asked) = (parts.headers.clone(), asked(&site.app, &parts, &observed));
    let mut kept = Vec::new();
    let visit = caught(admit(&site, &route, (parts, body), (origin, &mut observed), &mut kept)).await;
    let broken = || Fault::internal(&"a screen has panicked");
    expiry::before_request(&site.app).await;
    let (visit, refused) = match visit.unwrap_or_else(|_| Err(broken())) {
        Ok((visit, refused)) => (Arc::new(visit), refused),
        Err(fault) => return finish(observed, fault::answer(fault, Asked { form: kept, ..asked }), &headers),
    };
    let made = match refused {
        Some(fault) => Err(fault),
        // The panic is in the log. How far the screen had come is not known.
        None => caught((route.handler)(visit.clone())).await.unwrap_or_else(|_| Err(broken())),
    };
    let answer = match made {
        Ok(answer) if visit.has_toast.load(Ordering::Relaxed) => {
            let answer = answer.with(header::SET_COOKIE, done::shown(&site.app.config));
            match (visit.is_fragment(), HeaderValue::try_from(&visit.path)) {
                // The form that was done stood at another address, which is over.
                (true, Ok(path)) => answer.with(HX_REPLACE_URL, path),
                _ => answer,
            }
        }
        Ok(answer) => answer,
        Err(fault) => {
            let form = kept_form(&route, &visit.form);
            fault::answer(fault, Asked { frame: fault_frame(&visit).await, form, ..asked })
        }
    };
    finish(observed, answer, &headers)
}

/// What surrounds a page about a fault: the person's own, if the database still knows it.
async fn fault_frame(visit: &Visit) -> Frame {
    match visit.caller.token {
        0 => Frame::anonymous(accepted(&visit.headers), clock(&visit.app), &visit.path),
        _ => visit.frame(onhand_web::frame::Entry::Other).await.unwrap_or_else(|_| visit.plain_frame()),
    }
}

/// Lets a request in: whose it is, why that person may not, and what is in its form if they may.
async fn admit(
    site: &Site,
    route: &Route,
    (mut parts, mut body): (Parts, Body),
    (origin, observed): (Origin, &mut Observed),
    kept: &mut Vec<(String, String)>,
) -> Result<(Visit, Option<Fault>), Fault> {
    let app = &site.app;
    let reads = matches!(parts.method, Method::GET | Method::HEAD);
    let parameters = router::parameters(&mut parts).await?;
    observed.objects(&parameters);
    let admitted = async {
        let host = host::asked(parts.version, &parts.headers)?;
        let local = parts.extensions.get::<Peer>().and_then(|peer| peer.local);
        let base = host::base(&app.config, host, local);
        if !reads && !guard::is_own(&parts.headers, app.config.public_url.as_deref()) {
            return Err(Error::Detail(StatusCode::FORBIDDEN, guard::OTHER_SITE.to_owned()).into());
        }
        if route.is_written && app.writer.is_full() {
            return Err(Error::Busy("the queue of the writer is full".to_owned()).into());
        }
        let caller = match route.permission {
            Permission::Public => {
                admit_anonymous(app, origin).await?;
                anonymous()
            }
            _ => session::caller(app, &parts.headers, origin).await?.ok_or(Fault::SignedOut)?,
        };
        observed.caller(&caller);
        Ok::<_, Fault>((caller, base))
    };
    let (caller, base) = match admitted.await {
        Ok(admitted) => admitted,
        Err(refused) => {
            match refused {
                _ if reads => {}
                Fault::Failed(Error::Busy(_)) => *kept = small_form(app, route, &parts.headers, body).await,
                Fault::Failed(Error::Throttled { .. }) => {}
                _ => router::discard(app, &mut body).await,
            }
            return Err(refused);
        }
    };
    if !caller.role.allows(route.permission) {
        if !reads {
            router::discard(app, &mut body).await;
        }
        let visit = visit(site, caller, (parts, parameters), (origin, base), (Bytes::new(), None));
        return Ok((visit, Some(Fault::Forbidden(route.permission))));
    }
    let (form, upload) = match (reads, route.reading) {
        (true, _) => (Bytes::new(), None),
        (false, Reading::InPieces) => (Bytes::new(), Some(body)),
        (false, Reading::Fields) => (read_form(app, route.permission, &parts.headers, body).await?, None),
    };
    let visit = visit(site, caller, (parts, parameters), (origin, base), (form, upload));
    match visit.query.has_null() || visit.form.has_null() {
        true => Ok((visit, Some(Fault::bad_request("Null characters are not allowed.")))),
        false => Ok((visit, None)),
    }
}

fn visit(
    site: &Site,
    caller: Caller,
    (parts, parameters): (Parts, Vec<String>),
    (origin, base): (Origin, String),
    (form, upload): (Bytes, Option<Body>),
) -> Visit {
    Visit {
        app: site.app.clone(),
        caller,
        path: parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        parameters,
        query: Fields::parse(parts.uri.query().unwrap_or_default().as_bytes()),
        form: Fields::parse(&form),
        headers: parts.headers,
        address: origin.address,
        base,
        upload: Mutex::new(upload),
        screens: site.paths.clone(),
        live: site.live.clone(),
        has_toast: AtomicBool::new(false),
    }
}

/// What of a form may stand on another page, to be sent again from there: no passwords, and not much.
fn kept_form(route: &Route, form: &Fields) -> Vec<(String, String)> {
    let bytes: usize = form.0.iter().map(|(name, value)| name.len() + value.len()).sum();
    match route.permission == Permission::Public || route.path == link::my_password() || bytes > KEPT_BYTES_MAX {
        true => Vec::new(),
        false => form.0.clone(),
    }
}

/// The form of a person whose session cannot be looked up just now. A long one is not read.
async fn small_form(app: &App, route: &Route, headers: &HeaderMap, body: Body) -> Vec<(String, String)> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if route.reading != Reading::Fields || length.is_none_or(|length| length > KEPT_BYTES_MAX) {
        return Vec::new();
    }
    let read = read_form(app, route.permission, headers, body).await;
    read.map_or_else(|_| Vec::new(), |form| kept_form(route, &Fields::parse(&form)))
}

/// The body of a form. Another type of content than that of a form has no fields. What a form may be is far less than
/// what a body of the API may be: each field takes much more memory than its text, also of those who have not signed in.
async fn read_form(app: &App, permission: Permission, headers: &HeaderMap, body: Body) -> Result<Bytes, Fault> {
    let kind = headers.get(header::CONTENT_TYPE).map_or("", |kind| kind.to_str().unwrap_or_default());
    let is_form = kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(FORM);
    let body = router::read_body(app, body, Encoding::Identity).await?;
    let is_public = permission == Permission::Public;
    let has_many = body.split(|byte| *byte == b'&').nth(FIELDS_MAX).is_some();
    if has_many || is_public && body.len() > PUBLIC_FORM_MAX {
        let text = "The form has more in it than a page of Onhand sends.".to_owned();
        return Err(Error::Detail(StatusCode::PAYLOAD_TOO_LARGE, text).into());
    }
    match is_form || body.is_empty() {
        true => Ok(body),
        false => {
            let text = format!("Send a form as {FORM}.");
            Err(Fault::Failed(Error::Detail(StatusCode::UNSUPPORTED_MEDIA_TYPE, text)))
        }
    }
}

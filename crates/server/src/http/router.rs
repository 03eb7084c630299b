//! From an HTTP request to a handler and back: identity, permission, body, answer, one log line.
//!
//! Promises: a handler runs only for a caller whose role permits its route; a body is read within its limits of size
//! and time before the handler sees it. Must not know resources.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequestParts as _, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use axum::response::Response;
use axum::routing::{MethodFilter, on};
use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use onhand_core::ChannelId;
use onhand_store::tables::channels;

use super::admission::{self, Origin};
use super::context::{RequestContext, id};
use super::encoding::Encoding;
use super::handling::Handling;
use super::host;
use super::route::{CHANNEL, Reading, Route};
use super::telemetry::Observed;
use crate::auth::Caller;
use crate::services::carts::expiry;
use crate::state::App;
use crate::supervise::caught;
use crate::wire::Family;
use crate::wire::error::{Error, FieldErrors};
use crate::wire::json::ApiResponse;

/// How much of an unwanted body is read, as a multiple of the largest wanted one.
const DISCARD_FACTOR: usize = 16;

/// Between which addresses a request came, as the accept loop saw it.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// Where it came from.
    pub remote: SocketAddr,
    /// Where it arrived.
    pub local: Option<SocketAddr>,
    /// Whether it came by the operator listener.
    pub is_operator: bool,
}

/// Which of its paths a route is called through.
#[derive(Clone, Copy)]
struct RoutePath {
    family: Family,
    below_channel: bool,
    /// Where the request comes from, once there is one.
    origin: Origin,
}

/// What a page may do that says nothing of it.
const NOTHING_ALLOWED: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

const NOWHERE: Origin = Origin { address: IpAddr::V4(Ipv4Addr::UNSPECIFIED), is_operator: false };

/// The router of these routes; what they have not is for the pages, where there are some.
pub fn router(app: &Arc<App>, routes: impl IntoIterator<Item = Route>, pages: Option<Router>) -> Router {
    let mut router = Router::new();
    for route in routes {
        let route = Arc::new(route);
        for path in route.paths() {
            let family = if path.starts_with("/api/i1/") { Family::I1 } else { Family::V1 };
            let place = RoutePath { family, below_channel: path.starts_with(CHANNEL), origin: NOWHERE };
            for path in [format!("{path}/"), path] {
                let (app, route) = (app.clone(), route.clone());
                let method = MethodFilter::try_from(route.method.clone()).expect("the table has known methods only");
                let handler = move |request| answer(app.clone(), route.clone(), place, request);
                router = router.route(&path, on(method, handler));
            }
        }
    }
    let (unknown, wrong) = (app.clone(), app.clone());
    let router = router.method_not_allowed_fallback(move |request: Request<Body>| not_allowed(wrong.clone(), request));
    match pages {
        Some(pages) => router.fallback_service(pages),
        None => router.fallback(move |request: Request<Body>| refuse(unknown.clone(), request, Error::not_found())),
    }
}

/// Answers that a path does not have the method.
pub(crate) async fn not_allowed(app: Arc<App>, request: Request<Body>) -> Response {
    let text = format!("Method \"{}\" not allowed.", request.method());
    refuse(app, request, Error::Detail(StatusCode::METHOD_NOT_ALLOWED, text)).await
}

/// Where a request comes from, by its connection and by what trusted proxies say.
pub(crate) fn origin(app: &App, request: &Request<Body>) -> Origin {
    let Some(peer) = request.extensions().get::<Peer>() else { return NOWHERE };
    let address = app.config.trusted_proxies.client(peer.remote.ip(), request.headers());
    Origin { address, is_operator: peer.is_operator }
}

/// Rejects a request as the API does.
pub(crate) async fn refuse(app: Arc<App>, request: Request<Body>, error: Error) -> Response {
    let mut observed = Observed::start(request.method(), "none", request.headers());
    let origin = origin(&app, &request);
    observed.address(origin.address);
    let asked = host::asked(request.version(), request.headers()).err();
    let error = admission::admit_anonymous(&app, origin).await.err().or(asked).unwrap_or(error);
    finish(observed, error.into_reply())
}

async fn answer(app: Arc<App>, route: Arc<Route>, place: RoutePath, request: Request<Body>) -> Response {
    let mut observed = Observed::start(request.method(), route.path, request.headers());
    let origin = origin(&app, &request);
    observed.address(origin.address);
    let place = RoutePath { origin, ..place };
    let handling = Arc::new(Handling::new(route.clone(), request.headers()));
    let result = caught(handle(app, &route, place, request, (&handling, &mut observed))).await;
    // The panic is in the log. How far the handler had come is not known.
    let broken = |_| {
        let text = "A server error occurred. Look whether it was done before you repeat it.".to_owned();
        Err(Error::Detail(StatusCode::INTERNAL_SERVER_ERROR, text))
    };
    let reply = result.unwrap_or_else(broken).unwrap_or_else(Error::into_reply);
    finish(observed, handling.told(reply))
}

async fn handle(
    app: Arc<App>,
    route: &Route,
    place: RoutePath,
    request: Request<Body>,
    (handling, observed): (&Arc<Handling>, &mut Observed),
) -> Result<ApiResponse, Error> {
    let (mut parts, mut body) = request.into_parts();
    let parameters = match place.below_channel || route.path.contains('{') {
        true => parameters(&mut parts).await,
        false => Ok(Vec::new()),
    };
    parameters.iter().for_each(|parameters| observed.objects(parameters));
    let admitted = async {
        admission::room(&app, route)?;
        let host = host::asked(parts.version, &parts.headers)?;
        let local = parts.extensions.get::<Peer>().and_then(|peer| peer.local);
        let base = host::base(&app.config, host, local);
        let caller = admission::identify(&app, route, &parts.headers, place.origin).await?;
        observed.caller(&caller);
        if !caller.role.allows(route.permission) {
            return Err(Error::forbidden());
        }
        let reads = matches!(parts.method, Method::GET | Method::HEAD);
        let encoding = if reads { Encoding::Identity } else { Encoding::of(&parts.headers)? };
        Ok::<_, Error>((caller, base, encoding))
    };
    let (caller, base, encoding) = match admitted.await {
        Ok(admitted) => admitted,
        // There is too much to do already: nothing more is read for it.
        Err(refused @ (Error::Busy(_) | Error::Throttled { .. })) => return Err(refused),
        Err(refused) => {
            discard(&app, &mut body).await;
            return Err(refused);
        }
    };
    let reads = matches!(parts.method, Method::GET | Method::HEAD);
    let (body, upload) = match (reads, route.reading) {
        (true, _) => (Bytes::new(), None),
        (false, Reading::InPieces) => (Bytes::new(), Some(body)),
        (false, Reading::Whole) => (read_body(&app, body, encoding).await?, None),
    };
    let mut parameters = parameters?;
    let channel = match place.below_channel {
        true => Some(channel(&app, &caller, &parameters.remove(0)).await?),
        false => caller.channel,
    };
    let query = query(&parts, route, channel.filter(|_| place.below_channel))?;
    let call = RequestContext {
        caller,
        channel,
        family: place.family,
        query,
        address: place.origin.address,
        base,
        handling: handling.clone(),
        content_type: text(&parts.headers, header::CONTENT_TYPE).unwrap_or_default(),
        // One that is no plain text counts as empty, and an empty one is rejected: no promise is dropped in silence.
        idempotency_key: parts.headers.get("idempotency-key").map(|key| key.to_str().unwrap_or_default().to_owned()),
        path: parts.uri.path().to_owned(),
        method: parts.method,
        headers: parts.headers,
        parameters,
        body,
        upload: Mutex::new(upload.map(|body| encoding.stream(body))),
        app,
    };
    if let Err(refused) = check_query(route, &call) {
        if let Some(mut body) = call.take_upload() {
            discard(&call.app, &mut body).await;
        }
        return Err(refused);
    }
    expiry::before_request(&call.app).await;
    (route.handler)(call).await
}

/// The query, without what says nothing: the channel that the path names, the format that every answer has, and the
/// page that the vendor's client sends wherever it reads.
fn query(parts: &Parts, route: &Route, below: Option<ChannelId>) -> Result<Vec<(String, String)>, Error> {
    let text = parts.uri.query().unwrap_or_default();
    let mut query: Vec<(String, String)> = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    if route.formats.is_empty() {
        query.retain(|(name, text)| name != "format" || text != "json");
    }
    if route.filters.is_none() {
        query.retain(|(name, text)| name != "page" || text != "1");
    }
    if let Some(channel) = below {
        agree(&mut query, channel, route)?;
    }
    Ok(query)
}

/// A parameter that a route does not have is rejected: quietly ignored, it would say more than the answer does. The id
/// of the path may be said again.
fn check_query(route: &Route, call: &RequestContext) -> Result<(), Error> {
    let mut errors = FieldErrors::default();
    for (name, text) in call.query.iter().filter(|(name, _)| !route.knows(name)) {
        if !route.repeats_id(name) {
            errors.add(name, "There is no such parameter here.");
        } else if text.trim() != call.parameter(0) {
            errors.add(name, "This is not the id in the path.");
        }
    }
    errors.into_result()
}

/// The channel in a path. A channel's own account knows of no other, and no account of one that is not there.
async fn channel(app: &App, caller: &Caller, text: &str) -> Result<ChannelId, Error> {
    let id = ChannelId::new(id(text)?);
    if caller.channel.is_some_and(|own| own != id) {
        return Err(Error::not_found());
    }
    // Asked for with every request of a channel, so it is kept like a page.
    let (response_cache, name) = (&app.response_cache, format!("channel {}", id.get()));
    let before = response_cache.before_all(&app.store).await?;
    if response_cache.find(&name, &before).is_none() {
        let found = app.store.read_inline("channels.by_id", async move |tx| channels::by_id(tx, id).await).await?;
        found.ok_or_else(Error::not_found)?;
        response_cache.insert(name, &Bytes::new(), None, before);
    }
    Ok(id)
}

/// Takes the channel out of the query of a path that names it already: clients send it too, now as `channel`, now as
/// `channel_id`. Where the two disagree, what was meant is unknown; a list says so together with its other faults, or
/// finds nothing that belongs to both.
fn agree(query: &mut Vec<(String, String)>, channel: ChannelId, route: &Route) -> Result<(), Error> {
    let is_channel = |name: &str| matches!(name, "channel" | "channel_id");
    query.retain(|(name, text)| !is_channel(name) || text.trim().parse() != Ok(channel.get()));
    match query.iter().find(|(name, _)| is_channel(name)) {
        Some((name, _)) if route.filters.is_none() => Err(Error::field(name, "This is not the channel in the path.")),
        _ => Ok(()),
    }
}

/// Reads a body within its limits of size and time.
pub(crate) async fn read_body(app: &App, mut body: Body, encoding: Encoding) -> Result<Bytes, Error> {
    let patience = Duration::from_secs(app.config.request_seconds);
    let limit = app.config.body_bytes_max;
    let too_large = || Error::Detail(StatusCode::PAYLOAD_TOO_LARGE, format!("The body has more than {limit} bytes."));
    match tokio::time::timeout(patience, Limited::new(&mut body, limit).collect()).await {
        Ok(Ok(collected)) => encoding.unpack(collected.to_bytes(), limit)?.ok_or_else(too_large),
        Ok(Err(fault)) if fault.is::<LengthLimitError>() => {
            discard(app, &mut body).await;
            Err(too_large())
        }
        Ok(Err(_)) => Err(Error::bad_request("The body could not be read.")),
        Err(_) => Err(Error::Detail(StatusCode::REQUEST_TIMEOUT, "The body took too long to arrive.".to_owned())),
    }
}

/// Reads the rest of a body that is not wanted, within bounds: many clients read nothing until they have sent all, and
/// would find the connection reset instead of the answer.
pub(crate) async fn discard(app: &App, body: &mut Body) {
    let patience = Duration::from_secs(app.config.request_seconds);
    let mut rest = Limited::new(body, app.config.body_bytes_max.saturating_mul(DISCARD_FACTOR));
    let to_the_end = async { while let Some(Ok(_)) = rest.frame().await {} };
    // A client that takes longer is let go with the answer sent into the void.
    let _ = tokio::time::timeout(patience, to_the_end).await;
}

/// The parameters in the path. No text that is stored has a null character in it, so one that has leads nowhere.
pub(crate) async fn parameters(parts: &mut Parts) -> Result<Vec<String>, Error> {
    let params = RawPathParams::from_request_parts(parts, &()).await.map_err(|_| Error::not_found())?;
    let values: Vec<String> = params.iter().map(|(_, value)| value.to_owned()).collect();
    let fits = values.iter().all(|value| !value.contains('\0'));
    fits.then_some(values).ok_or_else(Error::not_found)
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

fn finish(mut observed: Observed, reply: ApiResponse) -> Response {
    observed.refused(reply.rejection);
    let mut response = Response::new(reply.stream.unwrap_or_else(|| Body::from(reply.body)));
    *response.status_mut() = reply.status;
    let headers = response.headers_mut();
    if !matches!(reply.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
        headers.insert(header::CONTENT_TYPE, reply.content_type);
    }
    // Answers have stock levels and tokens: no cache between here and the client may keep them, unless they say so.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.extend(reply.headers);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    guard(headers);
    observed.finish(&mut response, reply.reason.as_deref());
    response
}

/// Says to a browser that a page may do no more than it says itself, and that no other page may show it within itself.
fn guard(headers: &mut HeaderMap) {
    if headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html")) {
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(NOTHING_ALLOWED);
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    }
}

#[cfg(test)]
mod tests {
    use onhand_store::{Options, Store};

    use super::*;
    use crate::auth::Permission;
    use crate::clock::Clock;
    use crate::config::ServeConfig;

    async fn broken(_: RequestContext) -> Result<ApiResponse, Error> {
        tokio::task::yield_now().await;
        panic!("a fault of the program")
    }

    #[tokio::test]
    async fn a_handler_that_panics_is_one_500() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("t.db").display());
        let store = Store::open(&url, &Options::default()).await.expect("it opens");
        let config = ServeConfig::of_environment().expect("the defaults are right");
        let (app, _draining) = App::start(store, Clock::System, config);
        let route = Arc::new(Route::new(Method::GET, "healthz", Permission::Public, broken, "It is broken."));
        let place = RoutePath { family: Family::V1, below_channel: false, origin: NOWHERE };
        for _ in 0..2 {
            let request = Request::builder().header(header::HOST, "onhand").body(Body::empty()).expect("it is right");
            let response = answer(app.clone(), route.clone(), place, request).await;
            assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
            assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
        }
    }
}

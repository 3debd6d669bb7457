//! The control API: plain HTTP and JSON on a loopback port, for a demo or a person with curl to change the world.
//!
//! It has no password: it shows the invented secrets of an invented company to whoever runs the simulator.

mod events;

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::stream::Order;
use super::{ProxyMode, Shared};
use crate::fault::Rule;
use crate::ids::AppKey;
use crate::mutate::Mutation;
use crate::request::without_port;
use crate::state::Company;
use crate::switches::Switches;

/// Largest body read. Why: a company of 100 000 people as JSON is about 60 MB.
const MAX_BODY_BYTES: usize = 128 * 1024 * 1024;

/// One thing or several of it.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    fn into_vec(self) -> Vec<T> {
        match self {
            Self::One(one) => vec![one],
            Self::Many(many) => many,
        }
    }
}

/// Why a request is refused.
struct Refused {
    status: StatusCode,
    error: String,
}

/// Accepts connections for ever.
pub(super) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        let Ok((socket, _)) = listener.accept().await else { continue };
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let service = service_fn(|request| answer(request, &shared));
            // A connection that breaks concerns the caller only, who has seen it.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    shared: &Arc<Shared>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let answered = match read(request).await {
        Ok((method, path, body)) => match of_app(&method, &path) {
            Some((app_key, "events")) => events::set(shared, app_key, &body).await,
            Some((app_key, "push")) => events::push_by_hand(shared, app_key, &body).await,
            Some((app_key, "sealed-push")) => events::seal_by_hand(shared, &app_key, &body),
            Some(_) | None => act(shared, &method, &path, &body),
        },
        Err(refused) => Err(refused),
    };
    // Whatever was changed, something may be due now.
    shared.wake();
    Ok(match answered {
        Ok(value) => response(StatusCode::OK, &value),
        Err(refused) => response(refused.status, &json!({ "error": refused.error })),
    })
}

async fn read(request: Request<Incoming>) -> Result<(Method, String, Bytes), Refused> {
    let (head, body) = request.into_parts();
    // A page of another site can make a browser send requests here, but not with a loopback name as host.
    let host = head.headers.get(header::HOST).and_then(|host| host.to_str().ok()).map(without_port);
    if !matches!(host, Some("127.0.0.1" | "localhost" | "[::1]")) {
        return Err(refused(StatusCode::FORBIDDEN, "host must be a loopback name"));
    }
    let body = Limited::new(body, MAX_BODY_BYTES).collect().await;
    let body =
        body.map_err(|error| refused(StatusCode::BAD_REQUEST, &format!("body cannot be read: {error}")))?;
    Ok((head.method, head.uri.path().to_owned(), body.to_bytes()))
}

/// The application and the rest of a path `/apps/{appKey}/…`.
fn of_app<'a>(method: &Method, path: &'a str) -> Option<(AppKey, &'a str)> {
    let (app_key, rest) = path.strip_prefix("/apps/")?.split_once('/')?;
    (method == Method::POST).then(|| (AppKey::from(app_key), rest))
}

fn act(shared: &Shared, method: &Method, path: &str, body: &[u8]) -> Result<Value, Refused> {
    match (method.as_str(), path) {
        ("GET", "/company") => written(shared.simulator().company()),
        ("PUT", "/company") => put_company(shared, body),
        ("POST", "/mutations") => mutate(shared, body),
        ("GET", "/faults") => written(&shared.simulator().faults().collect::<Vec<_>>()),
        ("POST", "/faults") => add_faults(shared, body),
        ("DELETE", "/faults") => done(|| shared.simulator().clear_faults()),
        ("GET", "/switches") => written(shared.simulator().switches()),
        ("POST", "/switches") => set_switches(shared, body),
        ("POST", "/tokens/revoke") => done(|| shared.simulator().revoke_tokens()),
        ("GET", "/trace") => trace(shared),
        ("DELETE", "/trace") => done(|| shared.simulator().trace_mut().clear()),
        ("GET", "/proxy") => {
            written(&json!({ "mode": shared.proxy.mode(), "counts": shared.proxy.counts() }))
        }
        ("POST", "/proxy") => set_proxy_mode(shared, body),
        ("GET", "/events") => events::look(shared),
        ("POST", "/events/pause") => events::pause(shared, true),
        ("POST", "/events/resume") => events::pause(shared, false),
        ("POST", "/events/flush") => events::flush(shared),
        ("POST", "/streams/send") => events::send_by_hand(shared, body),
        ("POST", "/streams/drop") => events::drop_streams(shared),
        ("POST", "/streams/disconnect") => events::disconnect_streams(shared),
        ("POST", "/reset") => reset(shared),
        (_, _) => Err(refused(StatusCode::NOT_FOUND, &format!("the control API has no {method} {path}"))),
    }
}

fn put_company(shared: &Shared, body: &[u8]) -> Result<Value, Refused> {
    let company: Company = parsed(body)?;
    done(|| shared.simulator().put_company(company))
}

/// Makes changes in turn, and stops at the first that is refused; those before it stay.
fn mutate(shared: &Shared, body: &[u8]) -> Result<Value, Refused> {
    let mutations: OneOrMany<Mutation> = parsed(body)?;
    let mut simulator = shared.simulator();
    let mut changes = Vec::new();
    for mutation in mutations.into_vec() {
        let change = simulator.mutate(&mutation);
        changes.push(change.map_err(|error| refused(StatusCode::CONFLICT, &error.to_string()))?);
    }
    written(&json!({ "changes": changes }))
}

fn add_faults(shared: &Shared, body: &[u8]) -> Result<Value, Refused> {
    let rules: OneOrMany<Rule> = parsed(body)?;
    let mut simulator = shared.simulator();
    rules.into_vec().into_iter().for_each(|rule| simulator.inject(rule));
    written(&simulator.faults().collect::<Vec<_>>())
}

/// Sets the switches named and leaves the others, those of events as well.
fn set_switches(shared: &Shared, body: &[u8]) -> Result<Value, Refused> {
    let named: serde_json::Map<String, Value> = parsed(body)?;
    let mut simulator = shared.simulator();
    let merged = serde_json::from_value(written(simulator.switches())?);
    let mut merged: serde_json::Map<String, Value> = merged.map_err(|error| unfit(&error))?;
    for (name, value) in named {
        match (merged.get_mut(&name).and_then(Value::as_object_mut), value) {
            (Some(group), Value::Object(inner)) => group.extend(inner),
            (_, value) => {
                merged.insert(name, value);
            }
        }
    }
    let switches: Switches = serde_json::from_value(Value::Object(merged)).map_err(|error| unfit(&error))?;
    *simulator.switches_mut() = switches;
    written(simulator.switches())
}

fn set_proxy_mode(shared: &Shared, body: &[u8]) -> Result<Value, Refused> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Mode {
        mode: ProxyMode,
    }
    let Mode { mode } = parsed(body)?;
    done(|| shared.proxy.set_mode(mode))
}

fn trace(shared: &Shared) -> Result<Value, Refused> {
    let simulator = shared.simulator();
    let trace = simulator.trace();
    written(&json!({
        "requests": trace.n_requests(),
        "throttled": trace.n_throttled(),
        "max_concurrent": trace.max_concurrent(),
        "by_path": trace.counts(),
        "records": trace.records().collect::<Vec<_>>(),
    }))
}

/// Everything as it was at the start, the proxy's mode included; Stream connections end.
fn reset(shared: &Shared) -> Result<Value, Refused> {
    shared.proxy.set_mode(ProxyMode::Open);
    shared.streams.order_all(|| Order::Drop);
    done(|| shared.simulator().restart_as(&shared.initial))
}

fn done(act: impl FnOnce()) -> Result<Value, Refused> {
    act();
    Ok(json!({ "ok": true }))
}

fn parsed<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    serde_json::from_slice(body).map_err(|error| unfit(&error))
}

fn written(value: &(impl Serialize + ?Sized)) -> Result<Value, Refused> {
    let failed =
        |error| refused(StatusCode::INTERNAL_SERVER_ERROR, &format!("answer cannot be written: {error}"));
    serde_json::to_value(value).map_err(failed)
}

fn unfit(error: &serde_json::Error) -> Refused {
    refused(StatusCode::BAD_REQUEST, &format!("body does not fit: {error}"))
}

fn refused(status: StatusCode, error: &str) -> Refused {
    Refused { status, error: error.to_owned() }
}

fn response(status: StatusCode, value: &Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(format!("{value}\n"))));
    *response.status_mut() = status;
    let json = header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

//! `/v1.0/gateway/connections/open`: credentials for an endpoint and a ticket; the connection itself is the socket's.

use std::sync::Arc;

use http::Method;
use serde_json::{Value, json};

use crate::denial::Dialect;
use crate::gateway;
use crate::ids::AppKey;
use crate::refusal::{self, Refusal};
use crate::request::{ApiRequest, Params};
use crate::simulator::Simulator;
use crate::switches::StreamHost;

pub(crate) const PATH: &str = "/v1.0/gateway/connections/open";

/// Answers with an endpoint and a ticket.
pub(crate) fn open(
    simulator: &mut Simulator,
    now_ms: u64,
    request: &ApiRequest,
    params: &Params,
) -> Result<Value, Refusal> {
    if request.method != Method::POST {
        return Err(Refusal::UnknownPath);
    }
    if params.malformed {
        return Err(refusal::new_api_unfit("body"));
    }
    let required = |name: &str| params.text(name).ok_or_else(|| refusal::new_api_missing(name));
    let (app_key, secret) = (AppKey::from(required("clientId")?), required("clientSecret")?);
    sound_subscriptions(params)?;
    let company = simulator.company_with_app(&app_key).map(Arc::clone).ok_or_else(refusal::auth_failed)?;
    let app = company.app(&app_key).filter(|app| app.app_secret.reveal() == secret);
    let app = app.ok_or_else(refusal::auth_failed)?;
    let admitted =
        gateway::served(&company, app).and_then(|()| gateway::within_frequency(simulator, app, PATH, now_ms));
    admitted.map_err(|denial| denial.refusal(Dialect::New, simulator.switches()))?;
    let endpoint = endpoint(simulator, request);
    Ok(json!({ "endpoint": endpoint, "ticket": simulator.grant_ticket(&app_key, now_ms) }))
}

/// For events the only topic is `*`.
fn sound_subscriptions(params: &Params) -> Result<(), Refusal> {
    let list = params.list("subscriptions").filter(|list| !list.is_empty());
    let list = list.ok_or_else(|| refusal::new_api_missing("subscriptions"))?;
    let text = |one: &Value, name: &str| one.get(name).and_then(Value::as_str).map(str::to_owned);
    let is_sound = |one: &Value| match (text(one, "type").as_deref(), text(one, "topic").as_deref()) {
        (Some("EVENT"), Some(topic)) => topic == "*",
        (Some("CALLBACK" | "SYSTEM"), Some(topic)) => !topic.is_empty(),
        (_, _) => false,
    };
    match list.iter().all(is_sound) {
        true => Ok(()),
        false => Err(refusal::new_api_unfit("subscriptions")),
    }
}

/// DingTalk's own host, here or overseas, for those who call it by its name, the caller's name for it otherwise.
fn endpoint(simulator: &mut Simulator, request: &ApiRequest) -> String {
    if let Some(endpoint) = simulator.switches_mut().events.stream_endpoints.pop_front() {
        return endpoint;
    }
    let name = match simulator.switches().events.stream_host {
        StreamHost::Plain => "wss-open-connection",
        StreamHost::Union => "wss-open-connection-union",
    };
    let host = request.host.to_ascii_lowercase();
    let called = request.headers.get(http::header::HOST).and_then(|host| host.to_str().ok());
    match (host.as_str(), called) {
        (OVERSEAS_HOST, _) => format!("wss://{name}.dingtalk.io:443/connect"),
        (super::NEW_HOST | "", _) | (_, None) => format!("wss://{name}.dingtalk.com:443/connect"),
        (_, Some(authority)) => format!("wss://{authority}/connect"),
    }
}

/// Host of the new API overseas.
const OVERSEAS_HOST: &str = "api.dingtalk.io";

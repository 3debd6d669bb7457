//! `gateway/connections/open`: the key and the secret for an address and a ticket, to be used once within 90 seconds.
//! Trying again, and how soon, is the host's part.

use super::messages as say;
use crate::address::{Address, WEB_SOCKET};
use crate::limits::{HEARTBEAT_MS, REQUEST_TIMEOUT_MS};
use crate::settings::{EventsWay, Settings};
use crate::wire::body::BodyText;
use crate::wire::lenient;
use rollcall_kit::live::Channel;
use rollcall_kit::{Context, Failure, Fault, FaultKind, Origin, Request, Response};
use serde::Deserialize;
use serde_json::json;

/// Below the origin of the new API.
pub(crate) const PATH: &str = "/v1.0/gateway/connections/open";

/// DingTalk's words when it refuses.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub(crate) struct ChannelRefusal {
    /// Of the response.
    #[serde(skip)]
    pub(crate) status: u16,
    #[serde(default, deserialize_with = "lenient::name")]
    pub(crate) code: String,
    #[serde(default, deserialize_with = "lenient::name")]
    pub(crate) message: String,
    #[serde(default, rename = "requestid", deserialize_with = "lenient::name")]
    pub(crate) request_id: String,
}

/// Where DingTalk's own channels are, here and overseas: the domain of its APIs, where channels lead, and where some lead
/// beside it, without which nothing is lost but a connection that is asked for anew. A WebSocket's `wss:` is `https:` to
/// whoever grants it.
///
/// Source: DingTalk's SDKs and what they were answered. Its addresses change; these names stay.
const FAMILIES: [(&str, &str, &str); 2] = [
    (
        ".dingtalk.com",
        "https://wss-open-connection.dingtalk.com",
        "https://wss-open-connection-union.dingtalk.com",
    ),
    (
        ".dingtalk.io",
        "https://wss-open-connection.dingtalk.io",
        "https://wss-open-connection-union.dingtalk.io",
    ),
];

#[derive(Deserialize)]
struct OpenedChannel {
    #[serde(deserialize_with = "lenient::name")]
    endpoint: String,
    #[serde(deserialize_with = "lenient::name")]
    ticket: String,
}

/// The origins to which channels may lead. One behind a gateway leads to the gateway, which is planned for anyway, or to
/// where the settings say.
pub(crate) fn origins(settings: &Settings) -> Vec<Origin> {
    if settings.events != EventsWay::Stream {
        return Vec::new();
    }
    match (&settings.stream_base, family(&settings.api_base)) {
        (Some(base), _) if *base == settings.api_base || *base == settings.oapi_base => Vec::new(),
        (Some(base), _) => vec![Origin::required(base)],
        (None, Some((channel, union))) => vec![Origin::required(channel), Origin::optional(union)],
        (None, None) => Vec::new(),
    }
}

/// Where the channels of the DingTalk behind this origin lead; none for a gateway or a private deployment.
fn family(api_base: &str) -> Option<(&'static str, &'static str)> {
    let (_, host) = api_base.split_once("://")?;
    let of_it = |(domain, ..): &&(&str, _, _)| host.ends_with(domain);
    FAMILIES.iter().find(of_it).map(|(_, channel, union)| (*channel, *union))
}

/// Where this channel leads, if these settings do not plan for it.
pub(crate) fn unplanned(channel: &Channel, settings: &Settings) -> Option<String> {
    let origin = Address::parse(&channel.url, &WEB_SOCKET)?.web_origin();
    let bases = [&settings.api_base, &settings.oapi_base];
    let is_planned =
        bases.contains(&&origin) || origins(settings).iter().any(|planned| planned.origin == origin);
    (!is_planned).then_some(origin)
}

/// Ask for a channel.
///
/// # Errors
/// [`Failure::Settings`] when key and secret are not accepted: then trying again is of no use.
pub(crate) async fn open(context: &Context, settings: &Settings) -> Result<Channel, Failure> {
    let response = context.http(request(settings)).await.map_err(unheard)?;
    match response.status {
        200..300 => {
            let url = address(response.body.as_bytes()).ok_or_else(say::channel_not_understood)?;
            let (heartbeat, state) = (None, String::new());
            Ok(Channel { url, subprotocols: Vec::new(), heartbeat_ms: HEARTBEAT_MS, heartbeat, state })
        }
        _ => Err(refused(&refusal(&response, settings))),
    }
}

fn request(settings: &Settings) -> Request {
    let body = json!({
        "clientId": settings.app_key,
        "clientSecret": settings.app_secret,
        "subscriptions": [{"type": "EVENT", "topic": "*"}],
        "ua": concat!("rollcall/", env!("CARGO_PKG_VERSION")),
    });
    // Without `accept` the answer may be XML.
    Request::post_json(format!("{}{PATH}", settings.api_base), body.to_string())
        .header("accept", "application/json")
        .timeout_ms(REQUEST_TIMEOUT_MS)
}

/// Where to connect; only a WebSocket will do.
fn address(body: &[u8]) -> Option<String> {
    let OpenedChannel { endpoint, ticket } = serde_json::from_str(&BodyText::of(body).text).ok()?;
    let address = Address::parse(&endpoint, &WEB_SOCKET).filter(|_| !ticket.is_empty())?;
    Some(address.with_pair("ticket", &ticket))
}

fn refusal(response: &Response, settings: &Settings) -> ChannelRefusal {
    let body = BodyText::of(response.body.as_bytes());
    let refusal: ChannelRefusal = serde_json::from_str(&body.text).unwrap_or_default();
    let scrub = |text: String| text.replace(&settings.app_secret, "…");
    ChannelRefusal {
        status: response.status,
        code: scrub(refusal.code),
        message: scrub(refusal.message),
        request_id: scrub(refusal.request_id),
    }
}

fn refused(refusal: &ChannelRefusal) -> Failure {
    match (refusal.status, refusal.code.as_str()) {
        (401, _) | (_, "authFailed" | "invalidClientIdOrSecret") => say::channel_credentials(refusal),
        (_, code) if code.starts_with("Forbidden.AccessDenied.IpNotInWhiteList") => {
            say::channel_address(refusal)
        }
        (403, _) => say::channel_forbidden(refusal),
        (429 | 500.., _) => say::channel_busy(refusal),
        _ => say::channel_refused(refusal),
    }
}

fn unheard(error: Fault) -> Failure {
    let Fault { kind, diagnosis } = error;
    match kind {
        // Trying again with the same password may lock the proxy's account.
        FaultKind::ProxyRefused | FaultKind::Denied | FaultKind::Cancelled | FaultKind::TooLarge => {
            Failure::Host(diagnosis)
        }
        FaultKind::ProxyUnreachable
        | FaultKind::Untrusted
        | FaultKind::NotSent
        | FaultKind::TimedOut
        | FaultKind::Interrupted
        | FaultKind::Other => Failure::Unavailable(diagnosis, None),
    }
}

#[cfg(test)]
mod tests;

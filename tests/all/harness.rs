//! What the tests stand on: a connector and its host in virtual time, the real host over real sockets, the command line.

pub(crate) mod administrator;
pub(crate) mod built;
pub(crate) mod extra;
pub(crate) mod live;
pub(crate) mod memories;
pub(crate) mod native;
pub(crate) mod odd;
pub(crate) mod odd_proxies;
pub(crate) mod pair;
pub(crate) mod program;
pub(crate) mod proxies;
pub(crate) mod real;
pub(crate) mod recorder;
pub(crate) mod stalls;
pub(crate) mod visitor;
pub(crate) mod whole;
pub(crate) mod world;

use crate::companies::{APP_KEY, APP_SECRET, CORP_ID};
use rollcall_dingtalk_simulator::{Company, ProxyOptions, Server, ServerHandle, ServerOptions, Simulator};
use serde_json::{Value, json};

/// Who may use the proxy.
pub(crate) const PROXY_USER: &str = "rollcall";
/// Looked for in everything that a run prints or keeps.
pub(crate) const PROXY_PASSWORD: &str = "canary-proxy-password-51c0d9e7";

/// What an administrator enters.
pub(crate) fn settings() -> Value {
    json!({ "corp_id": CORP_ID, "app_key": APP_KEY, "app_secret": APP_SECRET })
}

/// A DingTalk behind TLS and a proxy with a password.
pub(crate) fn serve(company: Company) -> ServerHandle {
    let proxy = ProxyOptions::with_password(PROXY_USER, PROXY_PASSWORD);
    let options = ServerOptions { control: None, ..ServerOptions::new(Simulator::new(company)) };
    Server::start(options.with_proxy(proxy)).expect("loopback ports and a certificate can be had")
}

//! Whether `corp_id` is the application's organization. The old API never asks for it, so only the newer token endpoint
//! can tell; what it answers is a hint, because its refusals are not documented well enough to fail an import.

use super::Checklist;
use super::messages as say;
use crate::address::segment;
use crate::client::Client;
use crate::codes;
use crate::limits::REQUEST_TIMEOUT_MS;
use rollcall_kit::{CheckStatus, FaultKind, Request, Response};
use serde::Deserialize;
use serde_json::json;

/// The rate limit that counts it.
pub(crate) const BUCKET: &str = "v1.0/oauth2/token";

const CHECK: &str = "corp-id";

pub(super) async fn check(client: &Client<'_>, checklist: &mut Checklist) {
    match client.context.http(request(client)).await {
        Ok(response) => judge(client, &response, checklist),
        // An administrator may well grant the old API alone: nothing else needs the new one.
        Err(error) if error.kind == FaultKind::Denied => {
            checklist.settle(CHECK, CheckStatus::Skipped, error.diagnosis);
        }
        Err(error) => checklist.settle(CHECK, CheckStatus::Warning, error.diagnosis),
    }
}

fn request(client: &Client<'_>) -> Request {
    let settings = client.settings;
    let url = format!("{}/v1.0/oauth2/{}/token", settings.api_base, segment(&settings.corp_id));
    let body = json!({
        "client_id": settings.app_key,
        "client_secret": settings.app_secret,
        "grant_type": "client_credentials",
    });
    Request::post_json(url, body.to_string()).bucket(BUCKET).timeout_ms(REQUEST_TIMEOUT_MS)
}

/// What the new API answers, whether it grants or refuses. It may hold a token, so it has no `Debug`.
#[derive(Deserialize, Default)]
#[serde(default)]
struct TokenAnswer {
    access_token: Option<String>,
    code: String,
    message: String,
}

fn judge(client: &Client<'_>, response: &Response, checklist: &mut Checklist) {
    let answer: TokenAnswer = serde_json::from_slice(response.body.as_bytes()).unwrap_or_default();
    if response.status == 200 && answer.access_token.is_some_and(|token| !token.is_empty()) {
        checklist.settle(CHECK, CheckStatus::Passed, codes::corp_id_confirmed());
        return;
    }
    let said = format!("HTTP {} {} {}", response.status, answer.code, answer.message);
    let said = said.replace(&client.settings.app_secret, "…");
    // The same key and secret were accepted a moment ago without an organization.
    if answer.code == "unauthorized.client" || answer.code.to_ascii_lowercase().contains("corp") {
        checklist.settle(CHECK, CheckStatus::Failed, say::corp_id_wrong(said.trim()));
    } else {
        checklist.settle(CHECK, CheckStatus::Warning, say::corp_id_not_confirmed(said.trim()));
    }
}

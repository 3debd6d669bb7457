//! The three calls that give a token. They have no token to check, so each has its own way of saying no.

use std::sync::Arc;

use http::Method;
use serde_json::{Value, json};

use crate::denial::Dialect;
use crate::gateway;
use crate::ids::{AppKey, CorpId};
use crate::refusal::{self, Refusal};
use crate::request::{ApiRequest, Params, PeerAddress};
use crate::simulator::Simulator;
use crate::state::{App, Company};
use crate::switches::{TokenCallAddress, UnifiedToken, UnknownCorp};
use crate::tokens::{AccessToken, Holder, Origin};

/// Which of the three.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TokenCall {
    /// `GET /gettoken`.
    Old,
    /// `POST /v1.0/oauth2/accessToken`.
    New,
    /// `POST /v1.0/oauth2/{corpId}/token`.
    Unified(CorpId),
}

/// What a caller shows to get a token.
struct Credentials {
    app_key: AppKey,
    secret: String,
}

impl TokenCall {
    pub(crate) const OLD_PATH: &'static str = "/gettoken";
    pub(crate) const NEW_PATH: &'static str = "/v1.0/oauth2/accessToken";
    const UNIFIED_PATH: &'static str = "/v1.0/oauth2/{corpId}/token";

    /// Answers with a token.
    pub(crate) fn answer(
        &self,
        simulator: &mut Simulator,
        now_ms: u64,
        peer: PeerAddress,
        request: &ApiRequest,
        params: &Params,
    ) -> Result<Value, Refusal> {
        let (company, app_key) = match self {
            Self::Old => old_caller(simulator, request)?,
            Self::New => new_caller(simulator, request, params)?,
            Self::Unified(corp_id) => unified_caller(simulator, corp_id, request, params)?,
        };
        let app = company.app(&app_key).ok_or_else(refusal::unknown_error)?;
        self.admit(simulator, now_ms, peer, &company, app)?;
        let token = self.issue(simulator, now_ms, &company, app);
        let life_s = simulator.switches().token_life_s;
        Ok(match self {
            Self::Old => {
                json!({ "errcode": 0, "access_token": token.reveal(), "errmsg": "ok", "expires_in": life_s })
            }
            Self::New => json!({ "accessToken": token.reveal(), "expireIn": life_s }),
            Self::Unified(_) => json!({ "access_token": token.reveal(), "expires_in": life_s }),
        })
    }

    fn admit(
        &self,
        simulator: &mut Simulator,
        now_ms: u64,
        peer: PeerAddress,
        company: &Company,
        app: &App,
    ) -> Result<(), Refusal> {
        let path = match self {
            Self::Old => Self::OLD_PATH,
            Self::New => Self::NEW_PATH,
            Self::Unified(_) => Self::UNIFIED_PATH,
        };
        let admitted = gateway::served(company, app)
            .and_then(|()| match simulator.switches().token_call_address {
                TokenCallAddress::Checked => gateway::allowed_address(simulator.switches(), app, peer),
                TokenCallAddress::Unchecked => Ok(()),
            })
            .and_then(|()| gateway::within_frequency(simulator, app, path, now_ms));
        let switches = simulator.switches();
        admitted.map_err(|denial| denial.refusal(Dialect::of(path, switches), switches))
    }

    fn issue(&self, simulator: &mut Simulator, now_ms: u64, company: &Company, app: &App) -> AccessToken {
        let holder = Holder { corp_id: company.corp_id().clone(), app_key: app.app_key.clone() };
        let origin = match (self, simulator.switches().unified_token) {
            (Self::Unified(_), UnifiedToken::NewApiOnly) => Origin::Unified,
            (Self::Unified(_), UnifiedToken::WorksEverywhere) | (Self::Old | Self::New, _) => {
                Origin::Ordinary
            }
        };
        simulator.issue_token(&holder, origin, now_ms)
    }
}

/// Only the query counts; a body is ignored.
fn old_caller(simulator: &Simulator, request: &ApiRequest) -> Result<(Arc<Company>, AppKey), Refusal> {
    if request.method != Method::GET {
        return Err(refusal::needs_get());
    }
    let query = Params::read(&ApiRequest::get(&format!("?{}", request.query)));
    let one_of =
        |names: [&str; 2]| names.iter().find_map(|name| query.text(name)).filter(|text| !text.is_empty());
    let key = one_of(["appkey", "corpid"]).ok_or_else(refusal::token_call_lacks_key)?;
    let secret = one_of(["appsecret", "corpsecret"]).ok_or_else(refusal::token_call_lacks_secret)?;
    match query.has("appkey") {
        true => find(simulator, &Credentials { app_key: AppKey::from(key), secret })
            .ok_or_else(refusal::wrong_app_secret),
        false => {
            by_corp_secret(simulator, &CorpId::from(key), &secret).ok_or_else(refusal::wrong_corp_secret)
        }
    }
}

fn new_caller(
    simulator: &Simulator,
    request: &ApiRequest,
    params: &Params,
) -> Result<(Arc<Company>, AppKey), Refusal> {
    let credentials = posted(request, params, "appKey", "appSecret")?;
    find(simulator, &credentials).ok_or_else(refusal::wrong_client)
}

fn unified_caller(
    simulator: &Simulator,
    corp_id: &CorpId,
    request: &ApiRequest,
    params: &Params,
) -> Result<(Arc<Company>, AppKey), Refusal> {
    let invalid_client = || Refusal::named(400, "invalid.client", "无效的client");
    if simulator.company_of(corp_id).is_none() {
        return Err(match simulator.switches().unknown_corp {
            UnknownCorp::UnknownError => refusal::unknown_error(),
            UnknownCorp::InvalidClient => invalid_client(),
        });
    }
    let credentials = posted(request, params, "client_id", "client_secret")?;
    if params.text("grant_type").as_deref() != Some("client_credentials") {
        return Err(Refusal::named(400, "unsupported.grant.type", "不支持的grant_type"));
    }
    match find(simulator, &credentials) {
        Some((company, app_key)) if company.corp_id() == corp_id => Ok((company, app_key)),
        Some(_) => Err(Refusal::named(401, "unauthorized.client", "未授权的client")),
        None => Err(invalid_client()),
    }
}

fn posted(request: &ApiRequest, params: &Params, key: &str, secret: &str) -> Result<Credentials, Refusal> {
    if request.method != Method::POST {
        return Err(Refusal::UnknownPath);
    }
    let required = |name: &str| params.text(name).ok_or_else(|| refusal::new_api_missing(name));
    Ok(Credentials { app_key: AppKey::from(required(key)?), secret: required(secret)? })
}

fn find(simulator: &Simulator, credentials: &Credentials) -> Option<(Arc<Company>, AppKey)> {
    let company = simulator.company_with_app(&credentials.app_key)?;
    let app = company.app(&credentials.app_key)?;
    let app_key = (app.app_secret.reveal() == credentials.secret).then(|| app.app_key.clone())?;
    Some((Arc::clone(company), app_key))
}

fn by_corp_secret(simulator: &Simulator, corp_id: &CorpId, secret: &str) -> Option<(Arc<Company>, AppKey)> {
    let company = simulator.company_of(corp_id)?;
    let app = company.apps().iter().find(|app| app.app_secret.reveal() == secret)?;
    Some((Arc::clone(company), app.app_key.clone()))
}

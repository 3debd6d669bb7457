//! Subscribing through the old API, and the list of events whose pushes failed.
//!
//! A URL is asked before it is saved; the socket does that and notes what came of it, see `simulator::saving`.

use std::collections::BTreeSet;
use std::sync::Arc;

use http::Method;
use serde_json::{Value, json};

use crate::events::EventKind;
use crate::gateway::{self, Gate};
use crate::ids::AppKey;
use crate::mutate::Mutation;
use crate::refusal::{self, Refusal};
use crate::request::{ApiRequest, Params, PeerAddress};
use crate::simulator::{Simulator, UrlRefused};
use crate::state::{App, AppEvents, Company, HttpEvents, permission};

/// Which of the five.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallbackCall {
    Register,
    Update,
    Get,
    Delete,
    FailedResult,
}

impl CallbackCall {
    pub(crate) const ALL: [Self; 5] =
        [Self::Register, Self::Update, Self::Get, Self::Delete, Self::FailedResult];

    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Register => "/call_back/register_call_back",
            Self::Update => "/call_back/update_call_back",
            Self::Get => "/call_back/get_call_back",
            Self::Delete => "/call_back/delete_call_back",
            Self::FailedResult => "/call_back/get_call_back_failed_result",
        }
    }

    /// Whether the call brings a URL that is asked before it is saved.
    pub(crate) const fn brings_url(self) -> bool {
        matches!(self, Self::Register | Self::Update)
    }

    pub(crate) fn answer(
        self,
        simulator: &mut Simulator,
        now_ms: u64,
        peer: PeerAddress,
        request: &ApiRequest,
        params: &Params,
    ) -> Result<Value, Refusal> {
        let token = request.shown_token(params);
        let gate = Gate { path: self.path(), point: permission::BASE };
        let (company, app_key) = gateway::admit(simulator, gate, token.as_deref(), now_ms, peer)?;
        match (self.brings_url(), request.method == Method::POST, request.method == Method::GET) {
            (true, false, _) => return Err(refusal::needs_post()),
            (false, _, false) => return Err(refusal::needs_get()),
            (true, true, _) | (false, _, true) => {}
        }
        match self {
            Self::Register | Self::Update => self.save(simulator, &company, app_key, params),
            Self::Get => shown(registered(&company)?),
            Self::Delete => {
                let app_key = registered(&company)?.app_key.clone();
                set(simulator, &company, app_key, AppEvents::Off)
            }
            Self::FailedResult => Ok(failed(simulator, &app_key, now_ms)),
        }
    }

    fn save(
        self,
        simulator: &mut Simulator,
        company: &Company,
        app_key: AppKey,
        params: &Params,
    ) -> Result<Value, Refusal> {
        let subscriber = match (self, registered(company)) {
            (Self::Register, Ok(_)) => return Err(refusal::callback_exists()),
            (Self::Register, Err(_)) => app_key,
            (_, found) => found?.app_key.clone(),
        };
        let http = settings(params)?;
        match simulator.take_url_refusal(&http.url) {
            None => set(simulator, company, subscriber, AppEvents::Http(http)),
            Some(UrlRefused::NotSuccess(_)) => Err(refusal::callback_not_success()),
            Some(UrlRefused::Unreachable(_)) => Err(refusal::callback_unreachable()),
            Some(UrlRefused::Forbidden(_)) => Err(refusal::callback_forbidden()),
        }
    }
}

/// The settings that a call brings.
pub(crate) fn settings(params: &Params) -> Result<HttpEvents, Refusal> {
    if params.malformed {
        return Err(refusal::callback_bad_json());
    }
    let text = |name: &'static str| params.text(name).ok_or_else(|| refusal::missing_parameter(name));
    let call_back_tags = tags(params)?;
    let http =
        HttpEvents { url: text("url")?, token: text("token")?, aes_key: text("aes_key")?, call_back_tags };
    match http.fault() {
        None => Ok(http),
        Some(why) if why.starts_with("url") => Err(refusal::callback_bad_url()),
        Some(why) if why.starts_with("token") => Err(refusal::unfit_parameter("token")),
        Some(_) => Err(refusal::unfit_parameter("aes_key")),
    }
}

fn tags(params: &Params) -> Result<BTreeSet<String>, Refusal> {
    let list = params.list("call_back_tag").ok_or_else(refusal::callback_bad_tag)?;
    let known = |tag: &Value| {
        tag.as_str()
            .filter(|tag| EventKind::named(tag).is_some() || OTHER_TAGS.contains(tag))
            .map(str::to_owned)
    };
    let tags: Option<BTreeSet<String>> = list.iter().map(known).collect();
    tags.filter(|tags| !tags.is_empty()).ok_or_else(refusal::callback_bad_tag)
}

/// Types that may be asked for and that nothing here makes.
const OTHER_TAGS: [&str; 5] =
    ["label_conf_add", "label_conf_del", "label_conf_modify", "contact_add_org", "contact_leave_org"];

fn registered(company: &Company) -> Result<&App, Refusal> {
    let is_registered = |app: &&App| app.events.as_http().is_some_and(HttpEvents::is_registered);
    company.apps().iter().find(is_registered).ok_or_else(refusal::no_callback)
}

fn shown(app: &App) -> Result<Value, Refusal> {
    let http = app.events.as_http().ok_or_else(refusal::no_callback)?;
    Ok(json!({
        "errcode": 0,
        "errmsg": "ok",
        "call_back_tag": http.call_back_tags,
        "token": http.token,
        "aes_key": http.aes_key,
        "url": http.url,
    }))
}

fn set(
    simulator: &mut Simulator,
    company: &Company,
    app_key: AppKey,
    events: AppEvents,
) -> Result<Value, Refusal> {
    let corp_id = company.corp_id().clone();
    let set = simulator.mutate_in(&corp_id, &Mutation::SetEvents { app_key, events });
    set.map(|_| json!({ "errcode": 0, "errmsg": "ok" })).map_err(|_| refusal::unknown_error())
}

fn failed(simulator: &mut Simulator, app_key: &AppKey, now_ms: u64) -> Value {
    let (page, has_more) = simulator.failed_page(app_key, now_ms);
    json!({ "errcode": 0, "errmsg": "ok", "failed_list": page, "has_more": has_more })
}

/// The application and the settings of a call that brings a URL, as far as they are sound.
pub(crate) fn wanted(
    simulator: &Simulator,
    request: &ApiRequest,
) -> Option<(Arc<Company>, AppKey, HttpEvents)> {
    let call = CallbackCall::ALL.into_iter().find(|call| call.path() == request.path)?;
    if !call.brings_url() {
        return None;
    }
    let params = Params::read(request);
    let issued = simulator.token(&request.shown_token(&params)?)?;
    let company = Arc::clone(simulator.company_of(&issued.holder.corp_id)?);
    let http = settings(&params).ok()?;
    Some((company, issued.holder.app_key.clone(), http))
}

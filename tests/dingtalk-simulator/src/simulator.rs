//! The simulator: a state, and a function from a request to a reply. No clock, no socket, no chance.

mod pushing;
mod saving;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::api::{self, Answer, Api, Call, Read};
use crate::events::Events;
use crate::fault::{self, Answered, Faults, Plan, Rule, with_member};
use crate::gateway::{self, Gate};
use crate::http_date;
use crate::ids::{AppKey, CorpId};
use crate::limiter::Limiter;
use crate::mutate::{Change, Mutation, MutationError};
use crate::random::Random;
use crate::refusal::{self, Refusal};
use crate::reply::{HttpResponse, Outcome, Reply};
use crate::request::{ApiRequest, Params, PeerAddress};
use crate::state::{App, Company};
use crate::switches::Switches;
use crate::tokens::{AccessToken, Holder, Issued, Origin, Tokens};
use crate::trace::{Trace, TraceRecord};

pub use pushing::{Push, UrlCheck, UrlRefused};

/// A DingTalk. Cloning it is cheap: companies are shared until one of the copies changes.
#[derive(Clone, Debug)]
pub struct Simulator {
    company: Arc<Company>,
    others: Vec<Arc<Company>>,
    switches: Switches,
    tokens: Tokens,
    limiter: Limiter,
    faults: Faults,
    trace: Trace,
    random: Random,
    events: Events,
    /// URLs that did not answer as they must when they were asked, until the call that brings them is answered.
    refused_urls: BTreeMap<String, UrlRefused>,
    /// The latest time that anybody named.
    now_ms: u64,
}

/// Begins the run of request ids and tokens; any number would do.
const DEFAULT_SEED: u64 = 0x524f_4c4c_4341_4c4c;

impl Simulator {
    /// A DingTalk with one company, all switches at their defaults.
    #[must_use]
    pub fn new(company: Company) -> Self {
        Self {
            company: Arc::new(company),
            others: Vec::new(),
            switches: Switches::default(),
            tokens: Tokens::default(),
            limiter: Limiter::default(),
            faults: Faults::default(),
            trace: Trace::default(),
            random: Random::new(DEFAULT_SEED),
            events: Events::new(DEFAULT_SEED),
            refused_urls: BTreeMap::new(),
            now_ms: 0,
        }
    }

    /// The same with other request ids, tokens and event ids, and other chances.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.random = Random::new(seed);
        self.events = Events::new(seed);
        self
    }

    /// The same with these switches.
    #[must_use]
    pub fn with_switches(mut self, switches: Switches) -> Self {
        self.switches = switches;
        self
    }

    /// Answers a request. `now_ms` is in milliseconds since 1970 (UTC) and should never go back.
    pub fn respond(&mut self, now_ms: u64, peer: PeerAddress, request: &ApiRequest) -> Reply {
        self.advance_to(now_ms);
        let params = Params::read(request);
        let app = self.caller(request, &params);
        let fired = self.faults.fire(&request.path, &params);
        let switches = self.switches.clone();
        let plans: Vec<Plan<'_>> =
            fired.iter().map(|fault| fault.plan(&request.path, now_ms, &switches)).collect();
        let answered = match self.prepare(&plans) {
            Err(impossible) => fault::impossible(&impossible),
            Ok(()) => self.replaced(&plans).unwrap_or_else(|| self.answer(now_ms, peer, request, &params)),
        };
        let (answered, delay_ms) = self.finish(answered, plans, &params);
        self.trace.push(TraceRecord {
            seq: self.trace.n_requests().saturating_add(1),
            at_ms: now_ms,
            method: request.method.to_string(),
            path: request.path.clone(),
            params: params.without_secrets(),
            app,
            peer: peer.0,
            effect: answered.effect,
            faults: fired.iter().map(fault::Fault::name).collect(),
        });
        Reply { delay_ms, outcome: self.dated(answered.outcome, now_ms) }
    }

    /// The first company.
    #[must_use]
    pub fn company(&self) -> &Company {
        &self.company
    }

    /// All companies.
    pub fn companies(&self) -> impl Iterator<Item = &Company> {
        self.shared().map(Arc::as_ref)
    }

    /// Adds a company, or puts it in the place of the one with the same id.
    pub fn put_company(&mut self, company: Company) {
        let company = Arc::new(company);
        if let Some(known) = self.shared_mut().find(|known| known.corp_id() == company.corp_id()) {
            *known = company;
            return;
        }
        self.others.push(company);
    }

    /// Changes the first company.
    ///
    /// # Errors
    ///
    /// [`MutationError`] says which rule of the directory forbids it; then nothing has changed.
    pub fn mutate(&mut self, mutation: &Mutation) -> Result<Change, MutationError> {
        let corp_id = self.company().corp_id().clone();
        self.mutate_in(&corp_id, mutation)
    }

    /// Changes a company, and makes the events of it, born at the latest time that was named.
    ///
    /// # Errors
    ///
    /// [`MutationError`] says which rule of the directory forbids it; then nothing has changed.
    pub fn mutate_in(&mut self, corp_id: &CorpId, mutation: &Mutation) -> Result<Change, MutationError> {
        let company = self.shared_mut().find(|company| company.corp_id() == corp_id);
        let company = company.ok_or_else(|| MutationError::UnknownCompany(corp_id.clone()))?;
        let status_before = company.status();
        let change = Arc::make_mut(company).apply(mutation)?;
        let company = Arc::clone(company);
        self.events.make(&change, &company, status_before, self.now_ms, &self.switches.events);
        Ok(change)
    }

    /// The switches.
    #[must_use]
    pub const fn switches(&self) -> &Switches {
        &self.switches
    }

    /// The switches, to be changed.
    pub const fn switches_mut(&mut self) -> &mut Switches {
        &mut self.switches
    }

    /// Adds a rule after those there are.
    pub fn inject(&mut self, rule: Rule) {
        self.faults.add(rule);
    }

    /// The rules there are, spent ones included.
    pub fn faults(&self) -> impl Iterator<Item = &Rule> {
        self.faults.rules()
    }

    /// Forgets all rules.
    pub fn clear_faults(&mut self) {
        self.faults = Faults::default();
    }

    /// Makes every token unknown at once.
    pub fn revoke_tokens(&mut self) {
        self.tokens.revoke_all();
    }

    /// What was asked and answered so far.
    #[must_use]
    pub const fn trace(&self) -> &Trace {
        &self.trace
    }

    /// The trace, to be cleared or told about concurrency.
    pub const fn trace_mut(&mut self) -> &mut Trace {
        &mut self.trace
    }

    pub(crate) fn company_of(&self, corp_id: &CorpId) -> Option<&Arc<Company>> {
        self.shared().find(|company| company.corp_id() == corp_id)
    }

    pub(crate) fn company_with_app(&self, app_key: &AppKey) -> Option<&Arc<Company>> {
        self.shared().find(|company| company.app(app_key).is_some())
    }

    pub(crate) fn token(&self, token: &str) -> Option<&Issued> {
        self.tokens.find(token)
    }

    pub(crate) fn issue_token(&mut self, holder: &Holder, origin: Origin, now_ms: u64) -> AccessToken {
        let life_ms = u64::from(self.switches.token_life_s).saturating_mul(1000);
        self.tokens.issue(holder, origin, now_ms, life_ms, &mut self.random)
    }

    /// Counts a call, or says when the application may call again.
    pub(crate) fn count_call(&mut self, app: &App, path: &'static str, now_ms: u64) -> Result<(), u64> {
        let caller = (app.app_key.clone(), path);
        self.limiter.admit(caller, app.qps_of(path), self.switches.rate_window, now_ms)
    }

    fn shared(&self) -> impl Iterator<Item = &Arc<Company>> {
        std::iter::once(&self.company).chain(&self.others)
    }

    fn shared_mut(&mut self) -> impl Iterator<Item = &mut Arc<Company>> {
        std::iter::once(&mut self.company).chain(&mut self.others)
    }

    /// Makes the changes that come before an answer.
    fn prepare(&mut self, plans: &[Plan<'_>]) -> Result<(), MutationError> {
        for plan in plans {
            match plan {
                Plan::RevokeTokens => self.revoke_tokens(),
                Plan::Mutate(mutation) => {
                    self.mutate(mutation)?;
                }
                Plan::Refuse(_)
                | Plan::Replace(_)
                | Plan::Spoil(_)
                | Plan::Member { .. }
                | Plan::Delay { .. } => {}
            }
        }
        Ok(())
    }

    /// The first answer that comes instead of the true one.
    fn replaced(&mut self, plans: &[Plan<'_>]) -> Option<Answered> {
        plans.iter().find_map(|plan| match plan {
            Plan::Refuse(refusal) => Some(refused(refusal, &mut self.random)),
            Plan::Replace(answered) => Some(answered.clone()),
            Plan::RevokeTokens
            | Plan::Mutate(_)
            | Plan::Spoil(_)
            | Plan::Member { .. }
            | Plan::Delay { .. } => None,
        })
    }

    /// The same with the date that DingTalk's clock shows. Where that is the world's, the socket adds it.
    fn dated(&self, mut outcome: Outcome, now_ms: u64) -> Outcome {
        if let Outcome::Response(response) | Outcome::Truncated { response, .. } = &mut outcome
            && self.switches.clock_offset_ms != 0
        {
            response.headers.push(("date", http_date::text(self.switches.clock_ms(now_ms))));
        }
        outcome
    }

    /// Spoils an answer and says how late it comes.
    fn finish(&self, answered: Answered, plans: Vec<Plan<'_>>, params: &Params) -> (Answered, u64) {
        let mut finished = (answered, self.switches.delay_ms);
        for plan in plans {
            match plan {
                Plan::Spoil(spoil) => finished.0 = spoil.apply(finished.0, &self.company, params),
                Plan::Member { pointer, value } => finished.0 = with_member(finished.0, pointer, value),
                Plan::Delay { by_ms } => finished.1 = finished.1.saturating_add(by_ms),
                Plan::RevokeTokens | Plan::Mutate(_) | Plan::Refuse(_) | Plan::Replace(_) => {}
            }
        }
        finished
    }

    fn answer(&mut self, now_ms: u64, peer: PeerAddress, request: &ApiRequest, params: &Params) -> Answered {
        let body = match api::route(request) {
            Ok(Api::Token(call)) => {
                call.answer(self, now_ms, peer, request, params).map(|body| body.to_string().into_bytes())
            }
            Ok(Api::Callback(call)) => {
                call.answer(self, now_ms, peer, request, params).map(|body| body.to_string().into_bytes())
            }
            Ok(Api::OpenConnection) => {
                api::open_connection(self, now_ms, request, params).map(|body| body.to_string().into_bytes())
            }
            Ok(Api::Read(read)) => self.read(read, now_ms, peer, request, params),
            Err(refusal) => Err(refusal),
        };
        match body {
            Ok(body) => Answered::response("0", HttpResponse::of_json(200, body)),
            Err(refusal) => refused(&refusal, &mut self.random),
        }
    }

    fn read(
        &mut self,
        read: Read,
        now_ms: u64,
        peer: PeerAddress,
        request: &ApiRequest,
        params: &Params,
    ) -> Result<Vec<u8>, Refusal> {
        let token = request.shown_token(params);
        let gate = Gate { path: read.path(), point: read.permission() };
        let (company, app_key) = gateway::admit(self, gate, token.as_deref(), now_ms, peer)?;
        let app = company.app(&app_key).ok_or_else(refusal::unknown_error)?;
        let call = Call { company: &company, app, params, switches: &self.switches };
        match read.answer(&request.method, &call)? {
            Answer::Whole(body) => Ok(body.get().as_bytes().to_vec()),
            Answer::Result(result) => envelope(&result, refusal::request_id(&mut self.random)),
        }
    }

    /// The application that calls, as far as a token or a key tells.
    fn caller(&self, request: &ApiRequest, params: &Params) -> Option<AppKey> {
        let by_token = request.shown_token(params).and_then(|token| self.token(&token));
        let by_key = || {
            ["appkey", "appKey", "client_id", "clientId"]
                .iter()
                .find_map(|name| params.text(name))
                .map(AppKey::from)
        };
        by_token.map(|issued| issued.holder.app_key.clone()).or_else(by_key)
    }
}

fn refused(refusal: &Refusal, random: &mut Random) -> Answered {
    Answered::response(refusal.effect(), refusal.render(random))
}

/// The envelope of a good answer.
#[derive(Serialize)]
struct Success<'a> {
    errcode: i64,
    errmsg: &'a str,
    result: &'a RawValue,
    request_id: String,
}

fn envelope(result: &RawValue, request_id: String) -> Result<Vec<u8>, Refusal> {
    let body = Success { errcode: 0, errmsg: "ok", result, request_id };
    serde_json::to_vec(&body).map_err(|_| refusal::unknown_error())
}

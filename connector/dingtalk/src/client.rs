//! One way to ask DingTalk: token, envelope, retries, renewal. What is asked, and what the answers mean, is elsewhere.

mod accounts;
mod token;

use crate::address::pair;
use crate::api::{Api, Dialect};
use crate::limits::{MAX_EXPIRED_TOKENS, MAX_LOST_IN_A_ROW, REQUEST_TIMEOUT_MS, THROTTLED_LEAST_MS};
use crate::messages;
use crate::reaction::{Final, Passing, Reaction, Stop, TOO_MANY_REQUESTS, classify};
use crate::settings::{OldInterface, Settings, TokenInterface};
use crate::trouble::Trouble;
use crate::wire::Misread;
use crate::wire::body::BodyText;
use crate::wire::envelope::{Accepted, Answer, ApiRefusal, Unreadable, open};
use crate::wire::token::{Granted, new_grant, old_grant};
use accounts::Accounts;
use rollcall_kit::{Attempt, Context, Failure, Fault, FaultKind, Request, retry};
use serde_json::{Value, json};
use std::cell::Cell;
use std::rc::Rc;
use token::{AccessToken, Keeper};

/// Where the new API looks for a token.
const TOKEN_HEADER: &str = "x-acs-dingtalk-access-token";

/// DingTalk, as one application may ask it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Client<'a> {
    pub(crate) context: &'a Context,
    pub(crate) settings: &'a Settings,
    pub(crate) session: &'a ClientSession,
}

/// What lasts from one request to the next.
#[derive(Debug, Default)]
pub(crate) struct ClientSession {
    keeper: Keeper,
    n_lost_in_a_row: Cell<u32>,
    n_throttled: Cell<u64>,
    /// Whether the new API turned out to be at an origin that is not granted.
    is_api_denied: Cell<bool>,
    pub(crate) accounts: Accounts,
}

/// What one exchange came to.
enum Heard<T> {
    Answer(T),
    Refused(ApiRefusal),
    /// No answer that can be read: it may pass.
    Nothing(Failure),
    /// Nothing was ever answered, because the way itself is at fault: worth no more than a second attempt.
    NoWay(Failure),
    /// An answer that is not as it is described: worth no more than a second attempt.
    Misread(Failure),
    /// No answer, and asking again would bring the same.
    Lost(Failure),
    /// The host may not send it there.
    Denied(Failure),
    /// The host will not send it.
    Stopped(Failure),
}

/// How often one call has renewed its token.
#[derive(Default)]
struct Renewals {
    n_expired: Cell<u32>,
    refused: Cell<bool>,
}

impl Client<'_> {
    /// Ask, with as many attempts as the answers deserve. Without a body it is a GET; what the new API is asked with goes into
    /// the query.
    ///
    /// # Errors
    /// What it came to once nothing more could be tried.
    pub(crate) async fn call<T>(
        &self,
        api: Api,
        body: Option<&Value>,
        read: impl Fn(Accepted<'_>) -> Result<T, Misread>,
    ) -> Result<T, Trouble> {
        let asked = self.call_aside(api, body, read).await;
        self.weigh(asked)
    }

    /// The same for what nothing else depends on: that it is lost says nothing of the rest.
    pub(crate) async fn call_aside<T>(
        &self,
        api: Api,
        body: Option<&Value>,
        read: impl Fn(Accepted<'_>) -> Result<T, Misread>,
    ) -> Result<T, Trouble> {
        let renewals = Renewals::default();
        let tried = retry(self.context, async |attempt| {
            let attempted = self.attempt(api, body, &read, &renewals).await;
            match attempted {
                Attempt::Done(Err(Trouble::Misread(failure))) if attempt == 0 => {
                    Attempt::Again(failure, None)
                }
                Attempt::Done(_) | Attempt::Again(..) | Attempt::Stop(_) => attempted,
            }
        })
        .await;
        tried.unwrap_or_else(|failure| Err(Trouble::Lost(failure)))
    }

    /// Exchange key and secret for a token, whether or not there is one.
    ///
    /// # Errors
    /// When there is none to be had.
    pub(crate) async fn new_token(&self) -> Result<Rc<AccessToken>, Failure> {
        self.session.keeper.fetch(self).await
    }

    async fn token(&self) -> Result<Rc<AccessToken>, Failure> {
        self.session.keeper.token(self).await
    }

    /// How many calls were refused because they came too fast.
    pub(crate) fn n_throttled(&self) -> u64 {
        self.session.n_throttled.get()
    }

    /// Exchange the secret for a token.
    ///
    /// # Errors
    /// When DingTalk refuses, or does not answer after all attempts.
    pub(crate) async fn fetch_token(&self) -> Result<Granted, Failure> {
        if self.old_token_interface().is_some() {
            return self.fetch_token_by(Api::GetToken, old_grant).await;
        }
        let fetched = self.fetch_token_by(Api::AccessToken, new_grant).await;
        // That it is not granted may just have turned out.
        match self.old_token_interface() {
            Some(_) => self.fetch_token_by(Api::GetToken, old_grant).await,
            None => fetched,
        }
    }

    /// Why the secret goes into an address, as far as is known by now; none if it does not.
    pub(crate) fn old_token_interface(&self) -> Option<OldInterface> {
        let may_fall_back = self.settings.token_interface == TokenInterface::Auto;
        let is_not_granted = may_fall_back && self.session.is_api_denied.get();
        self.settings.old_token_interface().or(is_not_granted.then_some(OldInterface::NotGranted))
    }

    /// Whether the new API is at an origin that is not granted.
    pub(crate) fn is_new_api_denied(&self) -> bool {
        self.session.is_api_denied.get()
    }

    fn denied(&self, api: Api) {
        if api.dialect() == Dialect::New {
            self.session.is_api_denied.set(true);
        }
    }

    async fn fetch_token_by(
        &self,
        api: Api,
        read: fn(Accepted<'_>) -> Result<Granted, Misread>,
    ) -> Result<Granted, Failure> {
        let once = async |attempt| match self.hear(api, self.token_request(api), None, &read).await {
            Heard::Answer(granted) => Attempt::Done(granted),
            Heard::NoWay(failure) | Heard::Misread(failure) if 0 < attempt => Attempt::Stop(failure),
            Heard::Nothing(failure) | Heard::NoWay(failure) | Heard::Misread(failure) => {
                Attempt::Again(failure, None)
            }
            Heard::Denied(failure) => {
                self.denied(api);
                Attempt::Stop(failure)
            }
            Heard::Lost(failure) | Heard::Stopped(failure) => Attempt::Stop(failure),
            Heard::Refused(refusal) => match classify(&refusal, self.context.now_ms()) {
                Reaction::Again(passing) => self.again(api, passing, &refusal),
                Reaction::Renew(stop) => {
                    Attempt::Stop(messages::token_refused(api, Final::Stop(stop), &refusal))
                }
                Reaction::Final(reason) => Attempt::Stop(messages::token_refused(api, reason, &refusal)),
            },
        };
        retry(self.context, once).await
    }

    async fn attempt<T>(
        &self,
        api: Api,
        body: Option<&Value>,
        read: &impl Fn(Accepted<'_>) -> Result<T, Misread>,
        renewals: &Renewals,
    ) -> Attempt<Result<T, Trouble>> {
        loop {
            let token = match self.token().await {
                Ok(token) => token,
                Err(failure) => return Attempt::Done(Err(Trouble::Fatal(failure))),
            };
            let refusal = match self.hear(api, self.request(api, body, &token), Some(&token), read).await {
                Heard::Answer(value) => return Attempt::Done(Ok(value)),
                Heard::Nothing(failure) | Heard::NoWay(failure) => return Attempt::Again(failure, None),
                Heard::Misread(failure) => return Attempt::Done(Err(Trouble::Misread(failure))),
                Heard::Lost(failure) => return Attempt::Done(Err(Trouble::Lost(failure))),
                Heard::Denied(failure) => {
                    self.denied(api);
                    return Attempt::Done(Err(Trouble::Fatal(failure)));
                }
                Heard::Stopped(failure) => return Attempt::Done(Err(Trouble::Fatal(failure))),
                Heard::Refused(refusal) => refusal,
            };
            match classify(&refusal, self.context.now_ms()) {
                Reaction::Again(passing) => return self.again(api, passing, &refusal),
                Reaction::Renew(stop) if renewals.allow(stop, &token, self.context.now_ms()) => {}
                Reaction::Renew(stop) => {
                    return Attempt::Done(Err(Trouble::Fatal(messages::stopped(api, stop, &refusal))));
                }
                Reaction::Final(reason) => return Attempt::Done(Err(final_trouble(api, reason, refusal))),
            }
            self.session.keeper.forget(self.context, &token).await;
        }
    }

    /// Whoever else is about to call this interface would be refused as this call was.
    fn throttled(&self, api: Api, wait_ms: u64) {
        let n_throttled = &self.session.n_throttled;
        n_throttled.set(n_throttled.get().saturating_add(1));
        self.context.throttled(Some(api.bucket()), wait_ms);
    }

    fn again<T>(&self, api: Api, passing: Passing, refusal: &ApiRefusal) -> Attempt<T> {
        match passing {
            Passing::Busy => Attempt::Again(messages::busy(api, refusal), None),
            Passing::Throttled(least_ms) => {
                self.throttled(api, least_ms);
                Attempt::Again(messages::throttled(api, refusal, least_ms), Some(least_ms))
            }
        }
    }

    /// Send one request and open what comes back.
    async fn hear<T>(
        &self,
        api: Api,
        request: Request,
        token: Option<&AccessToken>,
        read: &impl Fn(Accepted<'_>) -> Result<T, Misread>,
    ) -> Heard<T> {
        let response = match self.context.http(request).await {
            Ok(response) => response,
            Err(error) if error.is_about_the_way() && !self.context.was_answered() => {
                return Heard::NoWay(Failure::Unavailable(error.diagnosis, None));
            }
            Err(error) => return unheard(error),
        };
        let body = BodyText::of(response.body.as_bytes());
        match open(api.dialect(), response.status, &body) {
            Answer::Accepted(accepted) => match read(accepted) {
                Ok(value) => Heard::Answer(value),
                Err(misread) => Heard::Misread(messages::not_understood(api, &misread)),
            },
            Answer::Refused(refusal) => Heard::Refused(self.scrub(refusal, token)),
            Answer::Unreadable(unreadable) => {
                match unreadable {
                    Unreadable::Status(TOO_MANY_REQUESTS) => {
                        self.throttled(api, THROTTLED_LEAST_MS);
                    }
                    // Nothing is held back: a person should hear of it sooner than when it is over.
                    Unreadable::Blocked => self.throttled(api, 0),
                    Unreadable::Status(_) | Unreadable::NoEnvelope(_) => {}
                }
                Heard::Nothing(messages::unreadable(api, unreadable))
            }
        }
    }

    /// DingTalk's words, should they ever repeat a secret.
    fn scrub(&self, refusal: ApiRefusal, token: Option<&AccessToken>) -> ApiRefusal {
        let clean = |text: String| {
            let text = text.replace(&self.settings.app_secret, "…");
            match token {
                Some(token) => text.replace(token.text(), "…"),
                None => text,
            }
        };
        ApiRefusal {
            status: refusal.status,
            code: refusal.code,
            word: clean(refusal.word),
            text: clean(refusal.text),
            request_id: refusal.request_id.map(clean),
        }
    }

    /// Count what was lost in a row, and stop when nothing else comes.
    fn weigh<T>(&self, tried: Result<T, Trouble>) -> Result<T, Trouble> {
        let n_lost = &self.session.n_lost_in_a_row;
        let Err(Trouble::Lost(failure)) = tried else {
            n_lost.set(0);
            return tried;
        };
        n_lost.set(n_lost.get().saturating_add(1));
        if MAX_LOST_IN_A_ROW <= n_lost.get() {
            Err(Trouble::Fatal(failure))
        } else {
            Err(Trouble::Lost(failure))
        }
    }

    fn token_request(&self, api: Api) -> Request {
        let (key, secret) = (&self.settings.app_key, &self.settings.app_secret);
        let request = match api.dialect() {
            Dialect::Old => {
                let query = format!("{}&{}", pair("appkey", key), pair("appsecret", secret));
                Request::get(self.url(api, &query))
            }
            Dialect::New => {
                let url = format!("{}{}", self.settings.api_base, api.path());
                Request::post_json(url, json!({"appKey": key, "appSecret": secret}).to_string())
            }
        };
        counted(api, request)
    }

    fn request(&self, api: Api, body: Option<&Value>, token: &AccessToken) -> Request {
        if api.dialect() == Dialect::New {
            let members = body.and_then(Value::as_object).into_iter().flatten();
            let pairs = members.filter_map(|(name, value)| Some(pair(name, value.as_str()?)));
            let query = pairs.collect::<Vec<_>>().join("&");
            let url = format!("{}{}?{query}", self.settings.api_base, api.path());
            return counted(api, Request::get(url).header(TOKEN_HEADER, token.text()));
        }
        let url = self.url(api, &pair("access_token", token.text()));
        counted(
            api,
            match body {
                None => Request::get(url),
                Some(body) => Request::post_json(url, body.to_string()),
            },
        )
    }

    fn url(&self, api: Api, query: &str) -> String {
        format!("{}{}?{query}", self.settings.oapi_base, api.path())
    }
}

impl Renewals {
    /// A token that DingTalk refused may be replaced once; one that simply ended while the request waited for its turn,
    /// more often.
    fn allow(&self, stop: Stop, token: &AccessToken, now_ms: u64) -> bool {
        if stop == Stop::Token && token.has_ended(now_ms) && self.n_expired.get() < MAX_EXPIRED_TOKENS {
            self.n_expired.set(self.n_expired.get() + 1);
            return true;
        }
        !self.refused.replace(true)
    }
}

fn counted(api: Api, request: Request) -> Request {
    request.bucket(api.bucket()).timeout_ms(REQUEST_TIMEOUT_MS)
}

fn unheard<T>(error: Fault) -> Heard<T> {
    let Fault { kind, diagnosis } = error;
    match kind {
        // Trying again with the same password may lock the proxy's account.
        FaultKind::ProxyRefused | FaultKind::Cancelled => Heard::Stopped(Failure::Host(diagnosis)),
        FaultKind::Denied => Heard::Denied(Failure::Host(diagnosis)),
        FaultKind::TooLarge => Heard::Lost(Failure::Host(diagnosis)),
        FaultKind::ProxyUnreachable
        | FaultKind::Untrusted
        | FaultKind::NotSent
        | FaultKind::TimedOut
        | FaultKind::Interrupted
        | FaultKind::Other => Heard::Nothing(Failure::Unavailable(diagnosis, None)),
    }
}

fn final_trouble(api: Api, reason: Final, refusal: ApiRefusal) -> Trouble {
    match reason {
        // Only what is said about the very object that was asked about is a evidence.
        Final::NoDepartment if api.is_about_a_department() => Trouble::Gone(refusal),
        Final::NoPerson if api == Api::Person => Trouble::Gone(refusal),
        Final::Hidden => Trouble::Hidden(messages::hidden(api, &refusal)),
        Final::PersonDisabled => Trouble::Hidden(messages::person_disabled(&refusal)),
        Final::Stop(stop) => Trouble::Fatal(messages::stopped(api, stop, &refusal)),
        Final::NoDepartment | Final::NoPerson | Final::Mistake | Final::Unknown => {
            Trouble::Unforeseen(messages::not_expected(api, reason, &refusal))
        }
    }
}

#[cfg(test)]
mod tests;

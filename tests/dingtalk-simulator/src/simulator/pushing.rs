//! What brings events, settings and switches together: which push is due, what its answer means.
//!
//! Everything takes the time from its caller, so that hours of retries pass in a test at once.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::Simulator;
use crate::crypto::Seal;
use crate::events::{
    self, AttemptEnd, ConnectionId, ConnectionState, DeliveryId, Events, HandMadePush, PushAnswer,
    PushRequest, TicketRefused,
};
use crate::ids::AppKey;
use crate::mutate::MutationError;
use crate::state::{App, AppEvents, Company, HttpEvents};
use crate::switches::OwnerKey;

/// Something to send now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Push {
    /// A POST, whose answer goes to [`Simulator::conclude_push`].
    Http {
        /// Which delivery.
        delivery_id: DeliveryId,
        /// What to send.
        request: PushRequest,
    },
    /// A text frame, whose ack comes through [`Simulator::hear_stream`].
    Stream {
        /// Which delivery.
        delivery_id: DeliveryId,
        /// Where to.
        connection_id: ConnectionId,
        /// What to send.
        frame: String,
    },
}

/// What asking a URL before saving it showed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlRefused {
    /// 71009.
    #[error("url does not answer check_url with the encrypted \"success\": {0} (71009)")]
    NotSuccess(String),
    /// 71012.
    #[error("url cannot be reached: {0} (71012)")]
    Unreachable(String),
    /// 71013.
    #[error("url may not be called: {0} (71013)")]
    Forbidden(String),
}

/// A URL to ask before it is saved.
#[derive(Clone)]
pub struct UrlCheck {
    pub(super) http: HttpEvents,
    seal: Seal,
    request: PushRequest,
}

impl UrlCheck {
    /// What to send.
    #[must_use]
    pub const fn request(&self) -> &PushRequest {
        &self.request
    }

    /// Whether the URL may be saved.
    ///
    /// # Errors
    ///
    /// [`UrlRefused`] if the answer is not the encrypted `success`.
    pub fn verdict(&self, answer: &PushAnswer) -> Result<(), UrlRefused> {
        match (answer, events::end_of(&self.seal, answer)) {
            (_, AttemptEnd::Acknowledged) => Ok(()),
            (PushAnswer::Forbidden(why), _) => Err(UrlRefused::Forbidden(why.clone())),
            (PushAnswer::Unreachable(why), _) => Err(UrlRefused::Unreachable(why.clone())),
            (PushAnswer::TimedOut, _) => Err(UrlRefused::Unreachable("no answer in time".to_owned())),
            (PushAnswer::Response { .. }, AttemptEnd::Refused(why)) => Err(UrlRefused::NotSuccess(why)),
            (PushAnswer::Response { .. }, end) => Err(UrlRefused::NotSuccess(format!("{end:?}"))),
        }
    }
}

impl fmt::Debug for UrlCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UrlCheck").field("http", &self.http).finish_non_exhaustive()
    }
}

impl Simulator {
    /// Says what time it is; events made from now on are born then. Answering a request says it as well.
    pub fn advance_to(&mut self, now_ms: u64) {
        self.now_ms = self.now_ms.max(now_ms);
    }

    /// Events, deliveries and connections so far.
    #[must_use]
    pub const fn events(&self) -> &Events {
        &self.events
    }

    /// When to call [`Simulator::next_push`] next; none = not before something else happens.
    #[must_use]
    pub fn next_push_at_ms(&self) -> Option<u64> {
        self.events.next_due_ms()
    }

    /// Takes the push that has been due longest; none = nothing is due now.
    pub fn next_push(&mut self, now_ms: u64) -> Option<Push> {
        self.advance_to(now_ms);
        self.events.expire(now_ms, &self.switches.events);
        loop {
            let (delivery_id, app_key) = self.events.take_due(now_ms)?;
            if let Some(push) = self.push_of(delivery_id, &app_key, now_ms) {
                return Some(push);
            }
        }
    }

    /// Says what came back for an HTTP push.
    pub fn conclude_push(&mut self, delivery_id: DeliveryId, now_ms: u64, answer: &PushAnswer) {
        self.advance_to(now_ms);
        let app_key = self.events.delivery(delivery_id).map(|delivery| delivery.app_key.clone());
        let seal =
            app_key.and_then(|app_key| self.with_app(&app_key, |app, company| self.seal(app, company)));
        let end = match seal.flatten() {
            Some(seal) => events::end_of(&seal, answer),
            None => AttemptEnd::Refused("application takes no pushes any more".to_owned()),
        };
        self.events.conclude_http(delivery_id, end, now_ms, &self.switches.events);
    }

    /// Stops pushing, or goes on; acks still count meanwhile.
    pub const fn set_pushing_paused(&mut self, is_paused: bool) {
        self.events.set_paused(is_paused);
    }

    /// Makes everything that waits due now, retries as well.
    pub fn push_all_now(&mut self, now_ms: u64) {
        self.advance_to(now_ms);
        self.events.hurry(now_ms);
    }

    /// A push made by hand for the application's receiver; it belongs to no event and is not made again.
    ///
    /// # Errors
    ///
    /// [`MutationError::UnknownApp`] without such an application, [`MutationError::BadEvents`] if it takes no pushes.
    pub fn hand_made_push(
        &mut self,
        app_key: &AppKey,
        how: &HandMadePush,
        now_ms: u64,
    ) -> Result<PushRequest, MutationError> {
        let unknown = || MutationError::UnknownApp(app_key.clone());
        let company = Arc::clone(self.company_with_app(app_key).ok_or_else(unknown)?);
        let app = company.app(app_key).ok_or_else(unknown)?;
        let (Some(http), Some(seal)) = (app.events.as_http(), self.seal(app, &company)) else {
            return Err(MutationError::BadEvents { app_key: app_key.clone(), why: "not set to HTTP push" });
        };
        let target = (http.url.as_str(), &seal);
        let now_ms = self.switches.clock_ms(now_ms);
        Ok(self.events.hand_made_push(how, target, company.corp_id(), now_ms, &self.switches.events))
    }

    /// The request that has to be answered before an application's new settings are saved; none if they have no URL.
    ///
    /// # Errors
    ///
    /// [`MutationError`] if there is no such application or the settings are not sound.
    pub fn check_of(
        &mut self,
        app_key: &AppKey,
        events: &AppEvents,
        now_ms: u64,
    ) -> Result<Option<UrlCheck>, MutationError> {
        let bad = |why| MutationError::BadEvents { app_key: app_key.clone(), why };
        if let Some(why) = events.fault() {
            return Err(bad(why));
        }
        let Some(http) = events.as_http() else { return Ok(None) };
        let owned = self.with_app(app_key, |app, company| self.seal_of(http, app, company));
        let seal = owned.ok_or_else(|| MutationError::UnknownApp(app_key.clone()))?;
        let seal = seal.ok_or_else(|| bad("aes_key must be 43 letters and digits"))?;
        let now_ms = self.switches.clock_ms(now_ms);
        let request = self.events.check_url((&http.url, &seal), now_ms, &self.switches.events);
        Ok(Some(UrlCheck { http: http.clone(), seal, request }))
    }

    /// Opens a Stream connection.
    ///
    /// # Errors
    ///
    /// [`TicketRefused`] if the ticket is unknown, used or expired.
    pub fn open_stream(&mut self, now_ms: u64, ticket: &str) -> Result<ConnectionId, TicketRefused> {
        self.advance_to(now_ms);
        self.events.connect(now_ms, ticket)
    }

    /// Takes a text frame of a client.
    pub fn hear_stream(&mut self, now_ms: u64, connection_id: ConnectionId, text: &str) {
        self.advance_to(now_ms);
        self.events.hear(connection_id, text, now_ms, &self.switches.events);
    }

    /// The SYSTEM ping to send on a connection.
    pub fn ping_stream(&mut self, now_ms: u64, connection_id: ConnectionId) -> Option<String> {
        self.events.ping_frame(connection_id, now_ms)
    }

    /// Gives a connection nothing new any more, and makes the frame that says so.
    pub fn retire_stream(&mut self, now_ms: u64, connection_id: ConnectionId) -> String {
        self.events.set_connection(connection_id, ConnectionState::Retired);
        self.events.disconnect_frame(now_ms)
    }

    /// Says that a connection ended.
    pub fn close_stream(&mut self, connection_id: ConnectionId) {
        self.events.set_connection(connection_id, ConnectionState::Closed);
    }

    /// Becomes a copy of another, to which nothing that is still on its way belongs.
    pub(crate) fn restart_as(&mut self, other: &Self) {
        let mut fresh = other.clone();
        fresh.events.continue_after(&self.events);
        *self = fresh;
    }

    fn push_of(&mut self, delivery_id: DeliveryId, app_key: &AppKey, now_ms: u64) -> Option<Push> {
        let company = self.company_with_app(app_key).map(Arc::clone);
        let app = company.as_ref().and_then(|company| company.app(app_key));
        let kind = self.events.event_of_delivery(delivery_id).map(|event| event.kind);
        let (Some(company), Some(app), Some(kind)) = (company.as_ref(), app, kind) else {
            self.events.give_up(delivery_id);
            return None;
        };
        match &app.events {
            AppEvents::Http(http) if app.events_wanted(kind) => {
                let Some(seal) = self.seal_of(http, app, company) else {
                    self.events.give_up(delivery_id);
                    return None;
                };
                let target = (http.url.as_str(), &seal);
                let times = (now_ms, self.switches.clock_ms(now_ms));
                let request = self.events.http_push(delivery_id, target, times, &self.switches.events)?;
                Some(Push::Http { delivery_id, request })
            }
            AppEvents::Stream if app.events_wanted(kind) => {
                let (connection_id, frame) =
                    self.events.stream_push(delivery_id, now_ms, &self.switches.events)?;
                Some(Push::Stream { delivery_id, connection_id, frame })
            }
            AppEvents::Off | AppEvents::Http(_) | AppEvents::Stream => {
                self.events.give_up(delivery_id);
                None
            }
        }
    }

    pub(crate) fn failed_page(&mut self, app_key: &AppKey, now_ms: u64) -> (Vec<Value>, bool) {
        self.events.failed_page(app_key, now_ms)
    }

    pub(crate) fn grant_ticket(&mut self, app_key: &AppKey, now_ms: u64) -> String {
        self.events.grant_ticket(app_key, now_ms, &self.switches.events)
    }

    fn with_app<T>(&self, app_key: &AppKey, look: impl FnOnce(&App, &Company) -> T) -> Option<T> {
        let company = self.company_with_app(app_key)?;
        company.app(app_key).map(|app| look(app, company))
    }

    /// The seal of an application's pushes, if it takes any.
    fn seal(&self, app: &App, company: &Company) -> Option<Seal> {
        app.events.as_http().and_then(|http| self.seal_of(http, app, company))
    }

    fn seal_of(&self, http: &HttpEvents, app: &App, company: &Company) -> Option<Seal> {
        let owner = match (http.is_registered(), self.switches.events.owner_key) {
            (false, OwnerKey::AppKey) => app.app_key.as_str(),
            (true, _) | (false, OwnerKey::CorpId) => company.corp_id().as_str(),
        };
        // Settings with another key are not saved.
        Seal::new(&http.token, &http.aes_key, owner).ok()
    }
}

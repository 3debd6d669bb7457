//! Asking a URL before it is saved: the core says what to ask and takes what came of it.

use super::Simulator;
use super::pushing::{UrlCheck, UrlRefused};
use crate::api;
use crate::events::PushAnswer;
use crate::request::ApiRequest;
use crate::state::AppEvents;

impl Simulator {
    /// The URL that has to be asked before `request` is answered; none for nearly every request.
    pub fn wanted_check(&mut self, now_ms: u64, request: &ApiRequest) -> Option<UrlCheck> {
        let (_, app_key, http) = api::wanted_callback(self, request)?;
        self.check_of(&app_key, &AppEvents::Http(http), now_ms).ok().flatten()
    }

    /// Notes what came of asking; a URL about which nothing is noted counts as good.
    pub fn note_check(&mut self, check: &UrlCheck, answer: &PushAnswer) {
        match check.verdict(answer) {
            Ok(()) => self.refused_urls.remove(&check.http.url),
            Err(refused) => self.refused_urls.insert(check.http.url.clone(), refused),
        };
    }

    pub(crate) fn take_url_refusal(&mut self, url: &str) -> Option<UrlRefused> {
        self.refused_urls.remove(url)
    }
}

//! Pages that change by themselves: parts of one, drawn again and sent when they are not what was sent before.
//!
//! Not here: what a part shows. Without JavaScript a page is as it was when it was loaded.

mod watching;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;

use axum::Extension;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use maud::Markup;
use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::identity::sessions::{self, Session};
use crate::page::words;
use crate::problem::Problem;
use crate::pulse::Listening;
use crate::services::Services;
use crate::visitor::Preferences;

use self::watching::Watched;
pub(crate) use self::watching::Watching;

/// The least time between two looks.
///
/// 250 ms. Why: quick enough to look alive, and an import with a beat for each batch does not draw the page for each.
const SPACING: Duration = Duration::from_millis(250);

/// The longest that one stream lives.
///
/// 30 min. Why: a browser connects again by itself, and whatever broke on the way is found then.
const LIFETIME: Duration = Duration::from_secs(30 * 60);

/// How long a stream is silent at most.
///
/// 15 s. Why: a proxy on the way usually ends after 60 s what says nothing.
const SILENCE: Duration = Duration::from_secs(15);

/// Part of a page: the id of its element, and the element whole.
pub(crate) type PagePart = (String, Markup);

/// What there is to draw.
pub(crate) struct Drawn {
    pub(crate) parts: Vec<PagePart>,
    /// Whether nothing will change any more.
    pub(crate) is_final: bool,
}

/// Somebody who watches a page. A handler takes it as an argument.
pub(crate) struct Watcher {
    services: Services,
    watching: Watching,
    session: Session,
    reader: Preferences,
}

impl<S> FromRequestParts<S> for Watcher
where
    S: Send + Sync,
    Services: FromRef<S>,
    Watching: FromRef<S>,
{
    type Rejection = Response;

    /// Fails where no gate has put the session into the request.
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let session = Extension::<Session>::from_request_parts(parts, state).await;
        let Extension(session) = session.map_err(IntoResponse::into_response)?;
        let reader = parts.extensions.get::<Preferences>().copied().unwrap_or_default();
        let (services, watching) = (Services::from_ref(state), Watching::from_ref(state));
        Ok(Self { services, watching, session, reader })
    }
}

impl Watcher {
    /// Draw these parts now and whenever something happened, and send those that changed, for as long as the session lasts.
    /// An element with `data-live` and the address of this stream is where the page listens.
    pub(crate) fn stream<F, D>(self, draw: F) -> impl IntoResponse + use<F, D>
    where
        F: Fn() -> D + Send + 'static,
        D: Future<Output = Result<Drawn, Problem>> + Send + 'static,
    {
        let (ending, listening) = (self.services.ending().clone(), self.services.pulse().listen());
        let ended = async move {
            tokio::select! {
                () = ending.cancelled() => {}
                () = sleep(LIFETIME) => {}
            }
        };
        let watched = self.watching.begin(self.session.digest);
        let drawing = Drawing {
            watcher: self,
            watched,
            draw,
            listening,
            sent: BTreeMap::new(),
            spoke_at: Instant::now(),
            stage: Stage::Fresh,
        };
        let events = stream::StreamExt::take_until(parts(drawing), Box::pin(ended));
        // nginx would otherwise keep what it is sent until it is a lot.
        let at_once = [("x-accel-buffering", "no")];
        (at_once, Sse::new(events))
    }

    /// Whoever has logged out in another tab, or was logged out, sees nothing more.
    async fn may_look(&self) -> bool {
        sessions::is_valid(&self.services, self.session.digest).await.unwrap_or(false)
    }
}

struct Drawing<F> {
    watcher: Watcher,
    watched: Watched,
    draw: F,
    listening: Listening,
    sent: BTreeMap<String, String>,
    spoke_at: Instant,
    stage: Stage,
}

/// How far a stream is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Nothing was drawn yet.
    Fresh,
    /// It waits for news.
    Open,
    /// Everything was sent, and the browser is still to be told, or it would connect again.
    Final,
    /// It is told.
    Over,
}

/// The last event of a stream. It has data, as a browser passes over an event without any.
fn last(name: &str) -> Event {
    Event::default().event(name).data(name)
}

fn parts<F, D>(drawing: Drawing<F>) -> impl Stream<Item = Result<Event, Infallible>>
where
    F: Fn() -> D + Send + 'static,
    D: Future<Output = Result<Drawn, Problem>> + Send + 'static,
{
    stream::unfold(drawing, |mut drawing| async move {
        let event = drawing.next().await?;
        Some((Ok(event), drawing))
    })
}

impl<F, D> Drawing<F>
where
    F: Fn() -> D,
    D: Future<Output = Result<Drawn, Problem>>,
{
    /// The next parts that changed, as one event; in the end, that it is the end, that it is over for this session, or that
    /// too many pages are open.
    async fn next(&mut self) -> Option<Event> {
        loop {
            match self.stage {
                Stage::Over => return None,
                Stage::Final => {
                    self.stage = Stage::Over;
                    return Some(last("end"));
                }
                Stage::Fresh => {}
                Stage::Open => {
                    if !self.goes_on().await {
                        self.stage = Stage::Over;
                        let sentence = self.watcher.reader.say(words::crowded());
                        return Some(Event::default().event("crowded").data(sentence));
                    }
                }
            }
            if !self.watcher.may_look().await {
                self.stage = Stage::Over;
                return Some(last("over"));
            }
            // The page itself says what is wrong when it is loaded again.
            let Ok(drawn) = (self.draw)().await else { return None };
            self.stage = if drawn.is_final { Stage::Final } else { Stage::Open };
            let changed = self.changed(drawn.parts);
            if !changed.is_empty() {
                self.spoke_at = Instant::now();
                return Some(Event::default().event("parts").data(json!(changed).to_string()));
            }
            if SILENCE <= self.spoke_at.elapsed() {
                self.spoke_at = Instant::now();
                return Some(Event::default().comment("nothing new"));
            }
        }
    }

    /// Wait until it is time to look again. False if this page has to stop for another one.
    async fn goes_on(&mut self) -> bool {
        let heard = async {
            self.listening.heard().await;
            sleep(SPACING).await;
        };
        tokio::select! {
            () = heard => true,
            () = self.watched.has_to_stop() => false,
        }
    }

    fn changed(&mut self, parts: Vec<PagePart>) -> BTreeMap<String, String> {
        let mut changed = BTreeMap::new();
        for (id, markup) in parts {
            let html = markup.into_string();
            if self.sent.get(&id) != Some(&html) {
                self.sent.insert(id.clone(), html.clone());
                changed.insert(id, html);
            }
        }
        changed
    }
}

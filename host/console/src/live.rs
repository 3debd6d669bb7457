//! Pages that change by themselves: parts of one, drawn again and sent when they are not what was sent before.
//!
//! Not here: what a part shows. Without JavaScript a page is as it was when it was loaded.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;

use axum::response::IntoResponse;
use axum::response::sse::{Event, Sse};
use futures_util::stream::{self, Stream};
use maud::Markup;
use serde_json::json;
use tokio::time::sleep;

use crate::console::Console;
use crate::problem::Problem;
use crate::pulse::Listening;

/// The least time between two looks.
///
/// 250 ms. Why: quick enough to look alive, and an import with a beat for each batch does not draw the page for each.
const SPACING: Duration = Duration::from_millis(250);

/// The longest that one stream lives.
///
/// 30 min. Why: a browser connects again by itself, and its session is looked at again when it does.
const LIFETIME: Duration = Duration::from_secs(30 * 60);

/// Part of a page: the id of its element, and the element whole.
pub(crate) type Part = (String, Markup);

/// What there is to draw.
pub(crate) struct Drawn {
    pub(crate) parts: Vec<Part>,
    /// Whether nothing will change any more.
    pub(crate) is_final: bool,
}

/// Draw these parts now and whenever something happened, and send those that changed. An element with `data-live` and the
/// address of this stream is where the page listens.
pub(crate) fn stream<F, D>(console: &Console, draw: F) -> impl IntoResponse + use<F, D>
where
    F: Fn() -> D + Send + 'static,
    D: Future<Output = Result<Drawn, Problem>> + Send + 'static,
{
    let (ending, listening) = (console.ending().clone(), console.pulse().listen());
    let ended = async move {
        tokio::select! {
            () = ending.cancelled() => {}
            () = sleep(LIFETIME) => {}
        }
    };
    let drawing = Drawing { draw, listening, sent: BTreeMap::new(), stage: Stage::Fresh };
    Sse::new(stream::StreamExt::take_until(parts(drawing), Box::pin(ended)))
}

struct Drawing<F> {
    draw: F,
    listening: Listening,
    sent: BTreeMap<String, String>,
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
    /// The next parts that changed, as one event; in the end, that it is the end.
    async fn next(&mut self) -> Option<Event> {
        loop {
            match self.stage {
                Stage::Over => return None,
                Stage::Final => {
                    self.stage = Stage::Over;
                    return Some(Event::default().event("end").data(""));
                }
                Stage::Fresh => {}
                Stage::Open => {
                    self.listening.heard().await;
                    sleep(SPACING).await;
                }
            }
            // The page itself says what is wrong when it is loaded again.
            let Ok(drawn) = (self.draw)().await else { return None };
            self.stage = if drawn.is_final { Stage::Final } else { Stage::Open };
            let changed = self.changed(drawn.parts);
            if !changed.is_empty() {
                return Some(Event::default().event("parts").data(json!(changed).to_string()));
            }
        }
    }

    fn changed(&mut self, parts: Vec<Part>) -> BTreeMap<String, String> {
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

//! Where the program stands still, and how it says so.

use crate::protocol::{Point, Said, Stop};
use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tokio::sync::watch;

/// Counts visits, and lets nobody by from the one that was named on.
pub(crate) struct Stand {
    stop: Option<Stop>,
    n_visits: AtomicU64,
    stands: AtomicBool,
    is_open: watch::Sender<bool>,
}

impl Stand {
    pub(crate) fn new(stop: Option<Stop>) -> Self {
        Self {
            stop,
            n_visits: AtomicU64::new(0),
            stands: AtomicBool::new(false),
            is_open: watch::Sender::new(false),
        }
    }

    /// Let the first visitor by: the test knows that the source is followed.
    pub(crate) fn open(&self) {
        self.is_open.send_replace(true);
    }

    /// Pass a point, if that is allowed. Once one visitor stands, all others stand where they come next.
    pub(crate) async fn at(&self, point: Point) {
        // The sender is this object's own.
        let _ = self.is_open.subscribe().wait_for(|is_open| *is_open).await;
        if self.is_last(point) && !self.stands.swap(true, Ordering::SeqCst) {
            say(&Said::At(point));
        }
        if self.stands.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
    }

    fn is_last(&self, point: Point) -> bool {
        let is_named = |stop: Stop| {
            stop.point == point
                && stop.visit <= self.n_visits.fetch_add(1, Ordering::SeqCst).saturating_add(1)
        };
        self.stop.is_some_and(is_named)
    }
}

/// Say something to the test.
pub(crate) fn say(said: &Said) {
    let line = serde_json::to_string(said).expect("it can be written as JSON");
    let mut stdout = std::io::stdout().lock();
    // Without a test there is nobody to follow anything for.
    writeln!(stdout, "{line}").and_then(|()| stdout.flush()).expect("the test listens");
}

//! The live pages that are open, and which one stops when there are too many: the oldest of whoever has most, so that the page
//! that somebody opens is live, and one session does not take the places of others.
//!
//! Not here: connections. One whose page has stopped is free for the next request.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rollcall_host::cancel::Cancel;

use crate::limits::{MAX_LIVE_PAGES, MAX_LIVE_PAGES_OF_A_SESSION};

/// The digest of a session.
type SessionDigest = [u8; 32];

/// All of them. Clones are the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watching {
    open: Arc<Mutex<Open>>,
}

#[derive(Debug, Default)]
struct Open {
    pages: BTreeMap<u64, (SessionDigest, Cancel)>,
    n_ever: u64,
}

/// One of them. Dropped, it is closed.
#[derive(Debug)]
pub(super) struct Watched {
    watching: Watching,
    id: u64,
    end: Cancel,
}

impl Watching {
    /// One more of this session, for which another one may have to stop.
    pub(super) fn begin(&self, session: SessionDigest) -> Watched {
        let mut open = self.open();
        if MAX_LIVE_PAGES_OF_A_SESSION <= open.n_of(&session) {
            open.oldest_stops(&session);
        }
        if MAX_LIVE_PAGES <= open.pages.len()
            && let Some(most) = open.whoever_has_most()
        {
            open.oldest_stops(&most);
        }
        let (id, end) = (open.n_ever, Cancel::new());
        open.n_ever = open.n_ever.saturating_add(1);
        open.pages.insert(id, (session, end.clone()));
        Watched { watching: self.clone(), id, end }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn n_of(&self, session: &SessionDigest) -> usize {
        self.pages.values().filter(|(of, _)| of == session).count()
    }

    fn whoever_has_most(&self) -> Option<SessionDigest> {
        self.pages.values().map(|(session, _)| *session).max_by_key(|session| self.n_of(session))
    }

    fn oldest_stops(&mut self, session: &SessionDigest) {
        let oldest = self.pages.iter().find(|(_, (of, _))| of == session).map(|(id, _)| *id);
        if let Some((_, end)) = oldest.and_then(|id| self.pages.remove(&id)) {
            end.cancel();
        }
    }
}

impl Watched {
    /// Waits until this one has to stop for another one.
    pub(super) async fn has_to_stop(&self) {
        self.end.cancelled().await;
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.watching.open().pages.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: SessionDigest = [1; 32];

    fn n_stopped(pages: &[Watched]) -> usize {
        pages.iter().filter(|page| page.end.is_cancelled()).count()
    }

    #[test]
    fn the_oldest_page_of_a_session_that_has_too_many_stops_and_the_newest_is_live() {
        let watching = Watching::default();
        let pages: Vec<_> = (0..20).map(|_| watching.begin(ONE)).collect();
        assert!(pages[..4].iter().all(|page| page.end.is_cancelled()));
        assert_eq!(n_stopped(&pages), 20 - MAX_LIVE_PAGES_OF_A_SESSION);
        drop(pages);
        assert!(watching.open().pages.is_empty());
    }

    #[test]
    fn when_all_places_are_taken_a_page_of_whoever_has_most_stops() {
        let watching = Watching::default();
        let many: Vec<_> = (0..MAX_LIVE_PAGES_OF_A_SESSION).map(|_| watching.begin(ONE)).collect();
        let n_others = MAX_LIVE_PAGES - MAX_LIVE_PAGES_OF_A_SESSION;
        let other = |n: usize| watching.begin([u8::try_from(n).unwrap() + 2; 32]);
        let others: Vec<_> = (0..n_others).map(other).collect();
        assert_eq!((n_stopped(&many), n_stopped(&others)), (0, 0));
        let newest = watching.begin([0; 32]);
        assert_eq!((n_stopped(&many), n_stopped(&others), newest.end.is_cancelled()), (1, 0, false));
    }
}

//! What is written down about following a source, a moment later and not too often: the channel, how long it was listened
//! to, refused deliveries.
//!
//! Not here: what must be durable before anything goes on (`turns`).

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::sleep;

use super::backoff::Backoff;
use super::observe::FollowObserver;
use crate::error::StoreError;
use crate::inbox::{ChannelNote, Inbox, Note, Refused};
use crate::limits::{MAX_STORE_BACKOFF, NOTE_INTERVAL, STORE_BACKOFF};
use crate::model::{SourceName, Timestamp};

const BACKOFF: Backoff = Backoff { first: STORE_BACKOFF, most: MAX_STORE_BACKOFF };

/// What is to be written down.
#[derive(Default)]
pub(super) struct Notes {
    pending: Mutex<Pending>,
    news: Notify,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Pending {
    channel: Option<ChannelNote>,
    heard_until: Option<Timestamp>,
    n_refused: u64,
    last_refused: Option<Refused>,
    /// Refused ones that the observer does not know of yet.
    n_untold: u64,
}

impl Notes {
    pub(super) fn channel(&self, note: ChannelNote) {
        self.pending().channel = Some(note);
        self.news.notify_one();
    }

    pub(super) fn heard_until(&self, at: Timestamp) {
        self.pending().heard_until = Some(at);
        self.news.notify_one();
    }

    pub(super) fn refused(&self, refused: Refused) {
        let mut pending = self.pending();
        pending.n_refused = pending.n_refused.saturating_add(1);
        pending.n_untold = pending.n_untold.saturating_add(1);
        pending.last_refused = Some(refused);
        self.news.notify_one();
    }

    /// Write down what comes, for ever.
    pub(super) async fn keep(&self, inbox: &dyn Inbox, source: &SourceName, observer: &dyn FollowObserver) {
        let mut n_failed = 0;
        loop {
            self.news.notified().await;
            self.tell(observer);
            match self.write(inbox, source).await {
                Ok(()) => {
                    n_failed = 0;
                    sleep(NOTE_INTERVAL).await;
                }
                Err(error) => {
                    tracing::warn!(%source, %error, "what is known about following could not be written down");
                    sleep(BACKOFF.pause(n_failed)).await;
                    n_failed = n_failed.saturating_add(1);
                    self.news.notify_one();
                }
            }
        }
    }

    /// Write down what is left, once.
    pub(super) async fn finish(&self, inbox: &dyn Inbox, source: &SourceName, observer: &dyn FollowObserver) {
        self.tell(observer);
        if let Err(error) = self.write(inbox, source).await {
            tracing::warn!(%source, %error, "what is known about following could not be written down");
        }
    }

    fn tell(&self, observer: &dyn FollowObserver) {
        let (n_untold, last) = {
            let mut pending = self.pending();
            (std::mem::take(&mut pending.n_untold), pending.last_refused.clone())
        };
        if let Some(last) = last.filter(|_| 0 < n_untold) {
            observer.refused(n_untold, &last);
        }
    }

    async fn write(&self, inbox: &dyn Inbox, source: &SourceName) -> Result<(), StoreError> {
        let pending = self.pending().clone();
        if let Some(note) = &pending.channel {
            inbox.note(source, &Note::Channel(note.clone())).await?;
            self.pending().channel.take_if(|newer| newer == note);
        }
        if let Some(at) = pending.heard_until {
            inbox.note(source, &Note::HeardUntil(at)).await?;
            self.pending().heard_until.take_if(|newer| *newer == at);
        }
        if let Some(last) = pending.last_refused.filter(|_| 0 < pending.n_refused) {
            inbox.note(source, &Note::Refused { n: pending.n_refused, last }).await?;
            let mut state = self.pending();
            state.n_refused = state.n_refused.saturating_sub(pending.n_refused);
        }
        Ok(())
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

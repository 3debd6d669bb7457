//! Asks a source for what it did not deliver: when following begins, some minutes later, and every hour; or, where it can be
//! asked what has changed, as often as its connector wants.
//!
//! Without the latter only for a source that calls: what a channel misses is made up for by a full run.

use std::sync::Arc;
use std::time::Duration;

use super::backoff::Backoff;
use super::followed::Followed;
use crate::connector::Fetched;
use crate::inbox::{ChannelState, EventWay, Note, Unfetched};
use crate::limits::{
    EVENT_BACKOFF, MAX_EVENT_BACKOFF, MAX_MISSED_BATCHES, MAX_RETRY_AFTER, MIN_POLL_INTERVAL,
    MISSED_INTERVAL, MISSED_SECOND_FETCH,
};
use crate::model::Failure;

const BACKOFF: Backoff = Backoff { first: EVENT_BACKOFF, most: MAX_EVENT_BACKOFF };

/// Ask until the source is not followed any more, from where the last follower had come.
pub(super) async fn keep_asking(followed: Arc<Followed>, mut place: Option<String>) {
    let mut states = followed.channel.subscribe();
    let settled = tokio::select! {
        settled = states.wait_for(Option::is_some) => settled.ok().and_then(|state| *state),
        () = followed.stop.cancelled() => return,
    };
    let is_called = settled == Some(ChannelState::Off);
    let (mut pause, mut n_failed, mut is_noted) = (MISSED_SECOND_FETCH, 0_u32, false);
    loop {
        let polls = poll_interval(&followed).await;
        if !is_called && polls == Ok(None) {
            return;
        }
        let fetched = match &polls {
            Ok(_) => fetch(&followed, &mut place).await,
            Err(failure) => Err(failure.clone()),
        };
        let mut rest = polls.ok().flatten().unwrap_or(pause);
        match fetched {
            Err(failure) => {
                let asked = Duration::from_millis(failure.retry_after_ms.unwrap_or(0)).min(MAX_RETRY_AFTER);
                rest = rest.max(BACKOFF.pause(n_failed)).max(asked);
                n_failed = n_failed.saturating_add(1);
                note(&followed, Some(failure)).await;
            }
            // That nothing is wrong is written down once.
            Ok(()) if !is_noted || 0 < n_failed => {
                n_failed = 0;
                note(&followed, None).await;
            }
            Ok(()) => {}
        }
        is_noted = true;
        if !followed.rest(rest).await {
            return;
        }
        pause = MISSED_INTERVAL;
    }
}

/// How often the source wants to be asked what has changed, where it can be.
async fn poll_interval(followed: &Followed) -> Result<Option<Duration>, Failure> {
    let interval_ms = followed.upstream.plan().await?.poll_interval_ms;
    Ok(interval_ms.map(|ms| Duration::from_millis(ms.into()).max(MIN_POLL_INTERVAL)))
}

/// Write down how asking went.
async fn note(followed: &Followed, failure: Option<Failure>) {
    let unfetched = failure.map(|failure| Unfetched { at: followed.now(), failure });
    if let Some(Unfetched { failure, .. }) = &unfetched {
        let code = &failure.diagnosis.code;
        tracing::warn!(source = %followed.name(), code, "the source could not be asked for what it did not deliver");
    }
    let note = Note::Unfetched(unfetched);
    followed.persist("note", || followed.inbox.note(followed.name(), &note)).await;
}

/// Fetch what there is since this place in the source's list of changes, which moves on with it.
async fn fetch(followed: &Followed, place: &mut Option<String>) -> Result<(), Failure> {
    for _ in 0..MAX_MISSED_BATCHES {
        let Fetched { notices, cursor, more } = followed.upstream.fetch(place.clone()).await?;
        let n_events = notices.len();
        // The source may forget these as soon as it is asked for the next ones.
        let keep = || followed.keep(notices.clone(), EventWay::Missed);
        if followed.persist("missed events", keep).await.is_none() {
            return Ok(());
        }
        if cursor.is_some() && cursor != *place {
            *place = cursor;
            let note = Note::Cursor(place.clone());
            // The events before it are kept; without it they are only fetched once more.
            let noted = || followed.inbox.note(followed.name(), &note);
            if followed.persist("cursor", noted).await.is_none() {
                return Ok(());
            }
        }
        if 0 < n_events {
            tracing::info!(source = %followed.name(), n_events, "missed events fetched");
        }
        if !more {
            return Ok(());
        }
    }
    Ok(())
}

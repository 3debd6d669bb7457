//! Asks a source for what it could not deliver: when following begins, some minutes later, and every hour.
//!
//! Only for a source that calls; what a channel misses is made up for by a full run.

use std::sync::Arc;

use super::followed::Followed;
use crate::connector::Missed;
use crate::inbox::{ChannelState, EventWay, Note, Unfetched};
use crate::limits::{MAX_MISSED_BATCHES, MISSED_INTERVAL, MISSED_SECOND_FETCH};
use crate::model::Failure;

/// Ask until the source is not followed any more.
pub(super) async fn keep_asking(followed: Arc<Followed>) {
    let mut states = followed.channel.subscribe();
    let settled = tokio::select! {
        settled = states.wait_for(Option::is_some) => settled.ok().and_then(|state| *state),
        () = followed.stop.cancelled() => return,
    };
    if settled != Some(ChannelState::Off) {
        return;
    }
    let mut pause = MISSED_SECOND_FETCH;
    loop {
        let unfetched = fetch(&followed).await.err().map(|failure| Unfetched { at: followed.now(), failure });
        if let Some(Unfetched { failure, .. }) = &unfetched {
            let code = &failure.diagnosis.code;
            tracing::warn!(source = %followed.name(), code, "what the source could not deliver was not fetched");
        }
        let note = Note::Unfetched(unfetched);
        followed.persist("note", || followed.inbox.note(followed.name(), &note)).await;
        if !followed.rest(pause).await {
            return;
        }
        pause = MISSED_INTERVAL;
    }
}

async fn fetch(followed: &Followed) -> Result<(), Failure> {
    for _ in 0..MAX_MISSED_BATCHES {
        let Missed { notices, more } = followed.upstream.missed().await?;
        let n_events = notices.len();
        // The source may forget these as soon as it is asked for the next ones.
        let keep = || followed.keep(notices.clone(), EventWay::Missed);
        if followed.persist("missed events", keep).await.is_none() || !more {
            return Ok(());
        }
        tracing::info!(source = %followed.name(), n_events, "missed events fetched");
    }
    Ok(())
}

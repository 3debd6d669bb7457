//! `rollcall status`, `events`, `pause` and `resume`: looking into how a source is followed, and changing it, whether or not
//! `rollcall serve` is at work meanwhile.
//!
//! JSON of `status`: `{"source", "following", "counts", "unfinished": […], "waiting": […], "removals_stopped", "left_out"}`: of
//! each run that waits for a person `run` and `would_leave`; a diagnosis or null; and what the source's view leaves out or null. Of
//! `events list`: `{"source", "events": […]}`, newest first; of the
//! others: `{"source", "n"}` or `{"source", "following"}`.

use std::sync::Arc;

use rollcall_host::clock::{Clock, SystemClock};
use rollcall_host::error::RunError;
use rollcall_host::host::Host;
use rollcall_host::inbox::{ChannelNote, ChannelState, EventFilter, EventState, Inbox, InboxEvent, Note};
use rollcall_host::{Identities, Which, proof, removals};
use rollcall_sqlite::SqliteStore;
use serde_json::json;

use crate::args::{Format, SourceInventory};
use crate::data;
use crate::exit::{Exit, Stop};
use crate::messages;
use crate::screen::Screen;
use crate::view::following::{self, FollowingView, WaitingRun};
use rollcall_words::Sentence;

/// Events that are listed unless all are asked for.
///
/// Why: one screen, and the newest are the ones that are looked for.
const N_EVENTS: u32 = 50;

/// Events that are read at once.
const PAGE: u32 = 1000;

/// Say how a source stands.
pub(crate) async fn status(screen: &Screen, held: &SourceInventory) -> Result<Exit, Stop> {
    let store = Arc::new(data::open_for(&held.data, &held.source).await?);
    let waiting = waiting(&data::host(store.clone())?, held).await?;
    let following = store.following(&held.source).await?;
    let counts = store.counts(&held.source).await?;
    let unfinished = unfinished(&store, held).await?;
    let removals_stopped = removals::stopped(&*store, &held.source).await?.map(|entry| entry.diagnosis);
    let left_out = proof::left_out(&*store, &held.source).await?;
    match screen.format {
        Format::Json => {
            let unfinished: Vec<_> = unfinished.iter().map(following::event_json).collect();
            screen.json(&json!({
                "source": held.source,
                "following": following,
                "counts": counts,
                "unfinished": unfinished,
                "waiting": waiting.iter().map(WaitingRun::json).collect::<Result<Vec<_>, _>>()?,
                "removals_stopped": removals_stopped,
                "left_out": left_out,
            }))?;
        }
        Format::Text => {
            let standing =
                FollowingView { following, counts, unfinished, waiting, removals_stopped, left_out };
            screen.lines(standing.lines(held, &screen.reader))?;
        }
    }
    Ok(Exit::Done)
}

/// The runs that wait for a person, newest first.
async fn waiting(host: &Host, held: &SourceInventory) -> Result<Vec<WaitingRun>, Stop> {
    let mut waiting = Vec::new();
    for run in host.held_runs(&held.source).await? {
        let held_back = match host.held_back(&held.source, &run.id, Which::Waiting).await {
            // Somebody has decided meanwhile.
            Err(RunError::NothingHeld { .. }) => continue,
            held_back => held_back?,
        };
        let would_leave = host.would_leave(&held.source, &held_back, Identities::OtherPeople).await?;
        waiting.push(WaitingRun { run, would_leave });
    }
    Ok(waiting)
}

/// The newest events that were tried in vain and are tried again.
async fn unfinished(store: &SqliteStore, held: &SourceInventory) -> Result<Vec<InboxEvent>, Stop> {
    let filter = EventFilter { state: Some(EventState::Waiting), run: None };
    let mut waiting = store.events(&held.source, &filter, None, PAGE).await?;
    waiting.retain(|event| event.failure.is_some());
    Ok(waiting)
}

/// List the events of a source.
pub(crate) async fn list(
    screen: &Screen,
    held: &SourceInventory,
    state: Option<EventState>,
    all: bool,
) -> Result<Exit, Stop> {
    let store = data::open_for(&held.data, &held.source).await?;
    let filter = EventFilter { state, run: None };
    let mut listed = store.events(&held.source, &filter, None, if all { PAGE } else { N_EVENTS }).await?;
    while let Some(last) = listed.last().filter(|_| all) {
        let older = store.events(&held.source, &filter, Some(last.number), PAGE).await?;
        if older.is_empty() {
            break;
        }
        listed.extend(older);
    }
    match screen.format {
        Format::Json => {
            let events: Vec<_> = listed.iter().map(following::event_json).collect();
            screen.json(&json!({"source": held.source, "events": events}))?;
        }
        Format::Text => screen.lines(following::table(&listed, &screen.reader))?,
    }
    Ok(Exit::Done)
}

/// Have failed events tried again: those with these numbers, or all.
pub(crate) async fn retry(screen: &Screen, held: &SourceInventory, numbers: &[u64]) -> Result<Exit, Stop> {
    let store = data::open_for(&held.data, &held.source).await?;
    let numbers = Some(numbers).filter(|numbers| !numbers.is_empty());
    let n = store.retry(&held.source, numbers, SystemClock.now()).await?;
    match screen.format {
        Format::Json => screen.json(&json!({"source": held.source, "n": n}))?,
        Format::Text => say(screen, &messages::events_wait_again(n))?,
    }
    Ok(Exit::Done)
}

/// Hold the schedule back until `resume`. Events are followed all the same.
pub(crate) async fn pause(screen: &Screen, held: &SourceInventory) -> Result<Exit, Stop> {
    note(screen, held, &[Note::Paused(true)], &messages::paused(&held.source)).await
}

/// Let the schedule go on, a source that was stopped be followed again, and a channel that waits be opened now.
pub(crate) async fn resume(screen: &Screen, held: &SourceInventory) -> Result<Exit, Stop> {
    let notes = [Note::Paused(false), Note::Stopped(None), Note::Resumed(SystemClock.now())];
    let following = data::open_for(&held.data, &held.source).await?.following(&held.source).await?;
    let waits =
        |channel: &ChannelNote| matches!(channel.state, ChannelState::Waiting | ChannelState::Refused);
    let is_needed =
        following.is_paused || following.stopped.is_some() || following.channel.as_ref().is_some_and(waits);
    let source = &held.source;
    let said = if is_needed { messages::resumed(source) } else { messages::nothing_to_resume(source) };
    note(screen, held, &notes, &said).await
}

async fn note(
    screen: &Screen,
    held: &SourceInventory,
    notes: &[Note],
    said: &Sentence,
) -> Result<Exit, Stop> {
    let store = data::open_for(&held.data, &held.source).await?;
    for note in notes {
        store.note(&held.source, note).await?;
    }
    match screen.format {
        Format::Json => {
            let following = store.following(&held.source).await?;
            screen.json(&json!({"source": held.source, "following": following}))?;
        }
        Format::Text => say(screen, said)?,
    }
    Ok(Exit::Done)
}

fn say(screen: &Screen, sentence: &Sentence) -> Result<(), Stop> {
    screen.lines([sentence.to(screen.reader.language).to_owned()])
}

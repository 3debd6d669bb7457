//! Following a source: its events, its channel, how it stands.

use rollcall_host::approval::WouldLeave;
use rollcall_host::history::Run;
use rollcall_host::inbox::{
    ChannelState, EventState, EventWay, Following, InboxCounts, InboxEvent, Unfetched,
};
use rollcall_host::model::{Diagnosis, EventDelivery, Key, Timestamp};
use rollcall_host::proof::LeftOut;
use serde_json::{Value, json};

use super::diagnosis::{details, headline};
use super::layout::{Side, columns, moment, plain, span};
use super::{Audience, runs};
use crate::held::SourceInventory;
use crate::messages;
use rollcall_words::Sentence;

/// Objects that are named of one event.
///
/// Why: most events name one; the rest is in the JSON.
const MAX_SUBJECTS_SHOWN: usize = 5;

/// Events that are shown of those that were tried in vain.
///
/// Why: one screen; the rest is in `events list`, and in the JSON.
const MAX_UNFINISHED_SHOWN: usize = 10;

/// A moment of today, for lines that are read as they come.
pub(crate) fn clock(timestamp: Timestamp, reader: &Audience) -> String {
    let moment = moment(timestamp, reader.offset);
    moment.rsplit(' ').next().unwrap_or_default().to_owned()
}

/// How a channel stands.
pub(crate) fn channel_state(state: ChannelState) -> Sentence {
    match state {
        ChannelState::Off => messages::channel_off(),
        ChannelState::Connecting => messages::channel_connecting(),
        ChannelState::Connected => messages::channel_connected(),
        ChannelState::Waiting => messages::channel_waiting(),
        ChannelState::Refused => messages::channel_refused(),
        ChannelState::Taken => messages::channel_taken(),
        ChannelState::Closed => messages::channel_closed(),
    }
}

/// The events of one run, a line each: what, about whom, how long it took from its birth until the change was stored.
pub(crate) fn events(events: &[InboxEvent], reader: &Audience) -> Vec<String> {
    events.iter().map(|event| event_line(event, reader)).collect()
}

/// The events of a source as a table, as they come. One that failed is followed by the reason.
pub(crate) fn table(events: &[InboxEvent], reader: &Audience) -> Vec<String> {
    let to = |sentence: Sentence| sentence.to(reader.language).to_owned();
    let headings = [
        messages::word_number(),
        messages::word_arrived(),
        messages::word_way(),
        messages::word_kind(),
        messages::word_about(),
        messages::word_state(),
        messages::word_attempts(),
        messages::word_run(),
    ];
    let mut rows = vec![headings.map(to).to_vec()];
    rows.extend(events.iter().map(|event| row(event, reader)));
    let sides =
        [Side::Right, Side::Left, Side::Left, Side::Left, Side::Left, Side::Left, Side::Right, Side::Right];
    let lines = columns(&sides, &rows);
    let reasons = std::iter::once(None).chain(events.iter().map(|event| event.failure.as_ref()));
    let mut told = Vec::new();
    for (line, failure) in lines.into_iter().zip(reasons) {
        told.push(line);
        if let Some(failure) = failure {
            told.push(format!("    {} {}", reader.sign("✗", "x"), headline(&failure.diagnosis, reader)));
            told.extend(details(&failure.diagnosis, reader).into_iter().map(|line| format!("      {line}")));
        }
    }
    told
}

/// An event for a program: everything but its payload, which is the connector's own.
pub(crate) fn event_json(event: &InboxEvent) -> Value {
    json!({
        "number": event.number,
        "id": event.event.id,
        "kind": event.event.kind,
        "subjects": event.event.subjects,
        "way": event.event.way,
        "born_at": event.event.born_at,
        "arrived_at": event.event.arrived_at,
        "state": event.state,
        "n_attempts": event.n_attempts,
        "due_at": event.due_at,
        "run": event.run,
        "settled_at": event.settled_at,
        "took_ms": took_ms(event),
        "failure": event.failure,
    })
}

/// How a source stands.
pub(crate) struct FollowingView {
    pub(crate) following: Following,
    pub(crate) counts: InboxCounts,
    /// Events that were tried in vain and are tried again, newest first.
    pub(crate) unfinished: Vec<InboxEvent>,
    /// The runs that wait for a person, newest first.
    pub(crate) waiting: Vec<WaitingRun>,
    /// Why no import removes anybody, and since when; none if they do.
    pub(crate) removals_stopped: Option<Diagnosis>,
    /// What the view of the source leaves out, if anything.
    pub(crate) left_out: Option<LeftOut>,
}

impl FollowingView {
    /// Everything of it, what is wrong last.
    pub(crate) fn lines(&self, held: &SourceInventory, reader: &Audience) -> Vec<String> {
        let mut lines = status(&self.following, &self.counts, reader);
        lines.extend(self.waiting.iter().flat_map(|waiting| waiting.lines(held, reader)));
        if let Some(stopped) = &self.removals_stopped {
            lines.push(String::new());
            lines.extend(super::diagnosis::lines(stopped, reader));
        }
        if let Some(left_out) = &self.left_out {
            let sign = if left_out.waits { reader.sign("✗", "x") } else { reader.sign("·", "-") };
            let told = runs::told(&left_out.told());
            lines.extend([String::new(), format!("{sign} {}", told.to(reader.language))]);
        }
        if !self.unfinished.is_empty() {
            lines.extend([String::new(), messages::unfinished_title().to(reader.language).to_owned()]);
            lines.extend(
                self.unfinished.iter().take(MAX_UNFINISHED_SHOWN).flat_map(|event| unfinished(event, reader)),
            );
        }
        let n_more = self.unfinished.len().saturating_sub(MAX_UNFINISHED_SHOWN);
        lines.extend((0 < n_more).then(|| messages::unfinished_more(n_more).to(reader.language).to_owned()));
        lines
    }
}

/// A run that waits for a person.
pub(crate) struct WaitingRun {
    pub(crate) run: Run,
    /// What would be removed if all of it is approved, and ids that belong to somebody else now are other people's.
    pub(crate) would_leave: WouldLeave,
}

impl WaitingRun {
    pub(crate) fn json(&self) -> serde_json::Result<Value> {
        Ok(json!({"run": runs::json(&self.run)?, "would_leave": self.would_leave}))
    }

    fn lines(&self, held: &SourceInventory, reader: &Audience) -> [String; 3] {
        let (run, at) = (&self.run.id, moment(self.run.started_at, reader.offset));
        let told = self.would_leave.told();
        let told = told.localized(reader.language.tag()).message;
        let waits = match self.would_leave.n() {
            0 => messages::run_waits(run, at),
            _ => messages::run_waits_to_remove(run, at, told),
        };
        let data = plain(&held.data.display().to_string());
        let look = format!("rollcall history {run} --source {} --data {data}", held.source);
        let look = messages::how_to_see(look);
        let sign = reader.sign("✗", "x");
        [
            String::new(),
            format!("{sign} {}", waits.to(reader.language)),
            format!("    {} {}", reader.arrow(), look.to(reader.language)),
        ]
    }
}

/// One event that was tried in vain: what and about whom, since when, when it is tried again, and why it was in vain.
fn unfinished(event: &InboxEvent, reader: &Audience) -> [String; 2] {
    let at = |timestamp: Timestamp| moment(timestamp, reader.offset);
    let again = event.due_at.map_or_else(|| "-".to_owned(), at);
    let (kind, about) = (plain(&event.event.kind), subjects(&event.event.subjects));
    let told = messages::unfinished(event.number, kind, about, at(event.event.arrived_at), again);
    let why = event.failure.as_ref().map(|failure| headline(&failure.diagnosis, reader)).unwrap_or_default();
    [format!("  {}", told.to(reader.language)), format!("    {} {why}", reader.sign("✗", "x"))]
}

/// What is known about following a source.
fn status(following: &Following, counts: &InboxCounts, reader: &Audience) -> Vec<String> {
    let to = |sentence: Sentence| sentence.to(reader.language).to_owned();
    let at = |timestamp: Timestamp| moment(timestamp, reader.offset);
    let channel = match following.event_delivery {
        Some(EventDelivery::Callbacks) => messages::channel_callbacks(),
        Some(EventDelivery::None) => messages::channel_none(),
        Some(EventDelivery::Channel) | None => {
            following.channel.as_ref().map_or_else(messages::channel_off, |note| channel_state(note.state))
        }
    };
    let next = match (following.is_paused, following.next_run_at) {
        (true, _) => to(messages::schedule_paused()),
        (false, Some(next)) => at(next),
        (false, None) => to(messages::schedule_none()),
    };
    let facts = [
        (messages::word_channel(), to(channel)),
        (messages::word_heard_until(), following.heard_until.map_or_else(|| "-".to_owned(), at)),
        (messages::word_next_run(), next),
        (messages::word_events_waiting(), counts.waiting.to_string()),
        (messages::word_events_failed(), counts.failed.to_string()),
        (messages::word_events_done(), counts.done.to_string()),
        (messages::word_deliveries_refused(), following.n_refused.to_string()),
    ];
    let rows: Vec<_> = facts.into_iter().map(|(word, fact)| vec![to(word), fact]).collect();
    let mut lines = columns(&[Side::Left, Side::Left], &rows);
    let channel_trouble = following.channel.iter().filter_map(|note| note.diagnosis.as_ref());
    let stopped = following.stopped.iter().map(|stopped| &stopped.failure.diagnosis);
    for trouble in stopped.chain(channel_trouble) {
        lines.push(String::new());
        lines.extend(super::diagnosis::lines(trouble, reader));
    }
    if let Some(Unfetched { at: when, failure }) = &following.unfetched {
        lines.extend([String::new(), to(messages::not_fetched(at(*when)))]);
        lines.extend(super::diagnosis::lines(&failure.diagnosis, reader));
    }
    lines
}

fn event_line(event: &InboxEvent, reader: &Audience) -> String {
    let kind = plain(&event.event.kind);
    let about = subjects(&event.event.subjects);
    let said = match (event.state, took_ms(event)) {
        (EventState::Done, Some(took_ms)) => messages::event_done(kind, about, span(took_ms)),
        (EventState::Done, None) => messages::event_settled(kind, about),
        (EventState::Waiting, _) => messages::event_again(kind, about, event.n_attempts),
        (EventState::Failed, _) => messages::event_failed(kind, about),
    };
    said.to(reader.language).to_owned()
}

fn row(event: &InboxEvent, reader: &Audience) -> Vec<String> {
    let to = |sentence: Sentence| sentence.to(reader.language).to_owned();
    vec![
        event.number.to_string(),
        moment(event.event.arrived_at, reader.offset),
        to(way(event.event.way)),
        plain(&event.event.kind),
        subjects(&event.event.subjects),
        to(state(event.state)),
        event.n_attempts.to_string(),
        event.run.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string),
    ]
}

fn way(way: EventWay) -> Sentence {
    match way {
        EventWay::Callback => messages::way_callback(),
        EventWay::Stream => messages::way_stream(),
        EventWay::Missed => messages::way_missed(),
    }
}

fn state(state: EventState) -> Sentence {
    match state {
        EventState::Waiting => messages::event_state_waiting(),
        EventState::Done => messages::event_state_done(),
        EventState::Failed => messages::event_state_failed(),
    }
}

/// From the event's birth, or else its arrival, until the change was stored.
fn took_ms(event: &InboxEvent) -> Option<u64> {
    let since = event.event.born_at.unwrap_or(event.event.arrived_at);
    let settled = event.settled_at.filter(|_| event.state == EventState::Done)?;
    // Two clocks: the source's may be ahead of ours.
    Some(u64::try_from(settled.unix_ms().saturating_sub(since.unix_ms())).unwrap_or(0))
}

fn subjects(keys: &[Key]) -> String {
    let mut named: Vec<_> = keys
        .iter()
        .take(MAX_SUBJECTS_SHOWN)
        .map(|key| format!("{} {}", plain(&key.resource_type), Value::from(plain(&key.external_id))))
        .collect();
    if MAX_SUBJECTS_SHOWN < keys.len() {
        named.push("…".to_owned());
    }
    if named.is_empty() { "-".to_owned() } else { named.join(", ") }
}

//! Which events go together, and what becomes of them: pure functions of what the inbox says and how an attempt ended.
//!
//! Not here: the attempt itself (`turns`).

use std::time::Duration;

use super::backoff::Backoff;
use crate::connector::Unfinished;
use crate::history::Trigger;
use crate::inbox::{EventWay, Fate, InboxEvent, Settlement};
use crate::limits::{
    CANCELLED_EVENTS_PAUSE, EVENT_BACKOFF, MAX_EVENT_ATTEMPTS, MAX_EVENT_BACKOFF, MAX_EVENTS_PER_BATCH,
    MAX_RETRY_AFTER,
};
use crate::model::{Diagnosis, Failure, FailureKind, RunId, Timestamp};
use crate::refusal::{RUN_TOO_LARGE, SOURCE_TOO_LARGE};

const BACKOFF: Backoff = Backoff { first: EVENT_BACKOFF, most: MAX_EVENT_BACKOFF };

/// Events that are acted on in one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Batch {
    pub(super) trigger: Trigger,
    pub(super) events: Vec<InboxEvent>,
}

/// How an attempt ended, as far as its events are concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Attempt {
    /// What they name was brought in line, but for these.
    Done(Vec<Unfinished>),
    /// It was not, for this reason.
    Failed(Failure),
    /// It was stopped before it came to an end, because the source is not followed any more.
    Stopped,
    /// A person stopped it.
    Cancelled,
}

/// What to write down, and what else follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BatchVerdict {
    pub(super) settlements: Vec<Settlement>,
    /// Why no event of the source can be acted on, if that is so.
    pub(super) stopped: Option<Failure>,
    /// How many events were given up.
    pub(super) n_given_up: usize,
}

/// The next batch out of what is due, oldest first: all that came alike, or one alone that may be poisonous.
pub(super) fn next(due: Vec<InboxEvent>) -> Option<Batch> {
    let first = due.first()?;
    let trigger = trigger(first.event.way);
    if is_suspect(first) {
        return Some(Batch { trigger, events: due.into_iter().take(1).collect() });
    }
    let goes_along = |event: &InboxEvent| self::trigger(event.event.way) == trigger && !is_suspect(event);
    let most = usize::try_from(MAX_EVENTS_PER_BATCH).unwrap_or(usize::MAX);
    Some(Batch { trigger, events: due.into_iter().filter(goes_along).take(most).collect() })
}

impl Batch {
    /// What becomes of each event after an attempt.
    pub(super) fn judge(&self, attempt: Attempt, run: Option<&RunId>, now: Timestamp) -> BatchVerdict {
        let failure = match attempt {
            Attempt::Done(unfinished) => {
                let fate = |event: &InboxEvent| {
                    let left = unfinished.iter().find(|left| left.id == event.event.id);
                    left.map_or(Fate::Done, |left| tried_again(event, &left.failure, now))
                };
                return self.verdict(run, now, fate);
            }
            Attempt::Stopped => return self.verdict(run, now, |_| Fate::Done).without_settlements(),
            Attempt::Cancelled => {
                let due_at = later(now, CANCELLED_EVENTS_PAUSE);
                let again = |_: &InboxEvent| Fate::Again { due_at, counts: false, failure: cancelled() };
                return self.verdict(run, now, again);
            }
            Attempt::Failed(failure) => failure,
        };
        match blame(&failure) {
            Blame::Configuration => {
                let due_at = now;
                let again = |_: &InboxEvent| Fate::Again { due_at, counts: false, failure: failure.clone() };
                BatchVerdict { stopped: Some(failure.clone()), ..self.verdict(run, now, again) }
            }
            Blame::SomeEvent if 1 < self.events.len() => {
                let due_at = now;
                self.verdict(run, now, |_| Fate::Again { due_at, counts: false, failure: failure.clone() })
            }
            Blame::Circumstances | Blame::SomeEvent => {
                self.verdict(run, now, |event| tried_again(event, &failure, now))
            }
        }
    }

    fn verdict(
        &self,
        run: Option<&RunId>,
        at: Timestamp,
        fate: impl Fn(&InboxEvent) -> Fate,
    ) -> BatchVerdict {
        let settle = |event: &InboxEvent| Settlement {
            number: event.number,
            run: run.cloned(),
            at,
            fate: fate(event),
        };
        let settlements: Vec<Settlement> = self.events.iter().map(settle).collect();
        let is_given_up = |settlement: &&Settlement| matches!(settlement.fate, Fate::Failed { .. });
        let n_given_up = settlements.iter().filter(is_given_up).count();
        BatchVerdict { settlements, stopped: None, n_given_up }
    }
}

impl BatchVerdict {
    /// The events stay as they are: nobody is to blame, and the next host tries them at once.
    fn without_settlements(self) -> Self {
        Self { settlements: Vec::new(), ..self }
    }
}

/// What a failure is blamed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blame {
    /// What a person set up: no other event would fare better.
    Configuration,
    /// The source, the way to it, or the platform's stores: later may be better.
    Circumstances,
    /// One of the events, nobody knows which.
    SomeEvent,
}

fn blame(failure: &Failure) -> Blame {
    match failure.kind {
        // The next run would write as much again.
        _ if is_overrun(failure) => Blame::Configuration,
        FailureKind::Settings | FailureKind::Permission => Blame::Configuration,
        FailureKind::Unavailable => Blame::Circumstances,
        // A connector that died of its work may have died of one event; a full disk is no event's fault.
        FailureKind::Host if !failure.diagnosis.code.starts_with("connector-") => Blame::Circumstances,
        FailureKind::Host | FailureKind::Protocol | FailureKind::Other => Blame::SomeEvent,
    }
}

/// Whether a run was ended because it wrote as much as it may, alone or with the runs before it.
pub(super) fn is_overrun(failure: &Failure) -> bool {
    [RUN_TOO_LARGE, SOURCE_TOO_LARGE].contains(&failure.diagnosis.code.as_str())
}

/// Whether the event was last acted on in the batch that stopped the source.
pub(super) fn has_stopped(event: &InboxEvent) -> bool {
    event.failure.as_ref().is_some_and(|failure| blame(failure) == Blame::Configuration)
}

/// Whether the event goes alone, because the last attempt failed and it may be why.
fn is_suspect(event: &InboxEvent) -> bool {
    event.failure.as_ref().is_some_and(|failure| blame(failure) == Blame::SomeEvent)
}

fn tried_again(event: &InboxEvent, failure: &Failure, now: Timestamp) -> Fate {
    let failure = failure.clone();
    if MAX_EVENT_ATTEMPTS <= event.n_attempts.saturating_add(1) {
        return Fate::Failed { failure };
    }
    let asked = Duration::from_millis(failure.retry_after_ms.unwrap_or(0)).min(MAX_RETRY_AFTER);
    let pause = BACKOFF.pause(event.n_attempts).max(asked);
    Fate::Again { due_at: later(now, pause), counts: true, failure }
}

/// Why an event waits that a person did not want acted on now. No fault of the event, so it goes with others again.
fn cancelled() -> Failure {
    let pause_min = CANCELLED_EVENTS_PAUSE.as_secs() / 60;
    let diagnosis = Diagnosis::new(
        "run-cancelled",
        format!("someone stopped the run that acted on this event; it is tried again after {pause_min} min"),
    )
    .with_remedy(
        "Nothing needs to be done. To have it acted on now, refresh what it names or start an import.",
    )
    .in_chinese(
        format!("处理该事件的运行被手动停止，{pause_min} 分钟后会重新处理"),
        "无需操作。如需立即处理，请刷新该事件涉及的对象，或执行一次导入。",
    );
    Failure::new(FailureKind::Unavailable, diagnosis)
}

fn trigger(way: EventWay) -> Trigger {
    match way {
        EventWay::Callback | EventWay::Missed => Trigger::Event,
        EventWay::Stream => Trigger::Stream,
    }
}

/// So much later.
pub(super) fn later(at: Timestamp, by: Duration) -> Timestamp {
    let by_ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_unix_ms(at.unix_ms().saturating_add(by_ms))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inbox::{EventState, NewEvent};

    const NOW: Timestamp = Timestamp::from_unix_ms(1_000_000);

    fn event(number: u64, way: EventWay) -> InboxEvent {
        let event = NewEvent {
            id: number.to_string(),
            kind: "changed".to_owned(),
            payload: String::new(),
            born_at: None,
            subjects: Vec::new(),
            arrived_at: NOW,
            way,
        };
        InboxEvent {
            number,
            event,
            state: EventState::Waiting,
            n_attempts: 0,
            due_at: Some(NOW),
            run: None,
            settled_at: None,
            failure: None,
        }
    }

    fn failure(kind: FailureKind, code: &str) -> Failure {
        Failure::new(kind, Diagnosis::new(code, "it failed"))
    }

    fn after(n_attempts: u32, failure: Failure, number: u64) -> InboxEvent {
        InboxEvent { n_attempts, failure: Some(failure), ..event(number, EventWay::Callback) }
    }

    fn numbers(batch: Option<Batch>) -> Vec<u64> {
        batch.map(|batch| batch.events.iter().map(|event| event.number).collect()).unwrap_or_default()
    }

    fn judge(events: Vec<InboxEvent>, failure: Failure) -> BatchVerdict {
        Batch { trigger: Trigger::Event, events }.judge(Attempt::Failed(failure), Some(&RunId::new("7")), NOW)
    }

    /// In words: "again in 1000 ms", "+" when it counts.
    fn fates(verdict: &BatchVerdict) -> Vec<String> {
        let word = |settlement: &Settlement| match &settlement.fate {
            Fate::Done => "done".to_owned(),
            Fate::Again { due_at, counts, .. } => {
                let sign = if *counts { "+" } else { "" };
                format!("again{sign} in {} ms", due_at.unix_ms() - NOW.unix_ms())
            }
            Fate::Failed { failure } => format!("failed: {}", failure.diagnosis.code),
        };
        verdict.settlements.iter().map(word).collect()
    }

    #[test]
    fn what_came_the_same_way_goes_together_and_the_oldest_first() {
        let due = vec![
            event(1, EventWay::Callback),
            event(2, EventWay::Stream),
            event(3, EventWay::Missed),
            event(4, EventWay::Stream),
        ];
        let batch = next(due.clone());
        assert_eq!(batch.as_ref().map(|batch| batch.trigger), Some(Trigger::Event));
        assert_eq!(numbers(batch), [1, 3]);
        assert_eq!(numbers(next(due[1..].to_vec())), [2, 4]);
        assert_eq!(next(Vec::new()), None);
    }

    #[test]
    fn a_batch_has_a_most() {
        let due: Vec<_> =
            (1..=u64::from(MAX_EVENTS_PER_BATCH) + 1).map(|n| event(n, EventWay::Stream)).collect();
        assert_eq!(next(due).unwrap().events.len(), 1000);
    }

    #[test]
    fn an_event_that_may_be_poisonous_goes_alone_and_holds_no_other() {
        let suspect = |number| after(0, failure(FailureKind::Protocol, "odd"), number);
        assert_eq!(numbers(next(vec![suspect(1), suspect(2), event(3, EventWay::Callback)])), [1]);
        assert_eq!(
            numbers(next(vec![event(1, EventWay::Callback), suspect(2), event(3, EventWay::Callback)])),
            [1, 3]
        );
    }

    #[test]
    fn an_event_that_waited_for_a_busy_source_goes_with_the_others() {
        let waited = after(3, failure(FailureKind::Unavailable, "busy"), 1);
        assert_eq!(numbers(next(vec![waited, event(2, EventWay::Callback)])), [1, 2]);
    }

    #[test]
    fn a_batch_that_was_done_is_done_by_its_run() {
        let batch = Batch { trigger: Trigger::Event, events: vec![event(1, EventWay::Callback)] };
        let run = RunId::new("7");
        let verdict = batch.judge(Attempt::Done(Vec::new()), Some(&run), NOW);
        let settlement = Settlement { number: 1, run: Some(run), at: NOW, fate: Fate::Done };
        assert_eq!(verdict, BatchVerdict { settlements: vec![settlement], stopped: None, n_given_up: 0 });
    }

    #[test]
    fn an_event_that_was_left_unfinished_is_tried_again_and_the_others_are_done() {
        let busy = failure(FailureKind::Unavailable, "busy");
        let events =
            vec![event(1, EventWay::Callback), after(11, busy.clone(), 2), after(1, busy.clone(), 3)];
        let batch = Batch { trigger: Trigger::Event, events };
        let left = |id: &str| Unfinished { id: id.to_owned(), failure: busy.clone() };
        let verdict = batch.judge(Attempt::Done(vec![left("2"), left("3")]), Some(&RunId::new("7")), NOW);
        assert_eq!(fates(&verdict), ["done", "failed: busy", "again+ in 2000 ms"]);
        assert_eq!((verdict.stopped, verdict.n_given_up), (None, 1));
    }

    #[test]
    fn a_batch_that_was_stopped_stays_as_it_is() {
        let batch = Batch { trigger: Trigger::Event, events: vec![event(1, EventWay::Callback)] };
        let verdict = batch.judge(Attempt::Stopped, None, NOW);
        assert_eq!(verdict, BatchVerdict { settlements: Vec::new(), stopped: None, n_given_up: 0 });
    }

    #[test]
    fn a_batch_that_a_person_stopped_waits_and_costs_no_event_an_attempt() {
        let batch = Batch { trigger: Trigger::Event, events: vec![event(1, EventWay::Callback)] };
        let verdict = batch.judge(Attempt::Cancelled, Some(&RunId::new("7")), NOW);
        assert_eq!((fates(&verdict), verdict.stopped), (vec!["again in 300000 ms".to_owned()], None));
    }

    #[test]
    fn an_unavailable_source_is_tried_again_ever_later_and_then_given_up() {
        let attempt = |n_attempts| {
            let busy = failure(FailureKind::Unavailable, "busy");
            let verdict = judge(vec![after(n_attempts, busy.clone(), 1)], busy);
            fates(&verdict).remove(0)
        };
        assert_eq!(attempt(0), "again+ in 1000 ms");
        assert_eq!(attempt(3), "again+ in 8000 ms");
        assert_eq!(attempt(10), "again+ in 300000 ms");
        assert_eq!(attempt(11), "failed: busy");
    }

    #[test]
    fn a_source_that_asks_for_time_gets_it_within_reason() {
        let asking = |retry_after_ms| Failure {
            retry_after_ms: Some(retry_after_ms),
            ..failure(FailureKind::Unavailable, "busy")
        };
        let one = || vec![event(1, EventWay::Callback)];
        assert_eq!(fates(&judge(one(), asking(90_000))), ["again+ in 90000 ms"]);
        assert_eq!(fates(&judge(one(), asking(10))), ["again+ in 1000 ms"]);
        assert_eq!(fates(&judge(one(), asking(u64::MAX))), ["again+ in 3600000 ms"]);
    }

    #[test]
    fn what_a_person_must_mend_stops_the_source_and_costs_no_event_an_attempt() {
        for kind in [FailureKind::Settings, FailureKind::Permission] {
            let failure = failure(kind, "app-disabled");
            let verdict = judge(vec![after(11, failure.clone(), 1), event(2, EventWay::Callback)], failure);
            assert_eq!(fates(&verdict), ["again in 0 ms", "again in 0 ms"]);
            assert_eq!(
                verdict.stopped.map(|failure| failure.diagnosis.code),
                Some("app-disabled".to_owned())
            );
        }
    }

    #[test]
    fn a_batch_that_wrote_as_much_as_it_may_stops_the_source() {
        let failure = failure(FailureKind::Other, RUN_TOO_LARGE);
        let verdict = judge(vec![event(1, EventWay::Callback)], failure.clone());
        assert_eq!((fates(&verdict), verdict.stopped), (vec!["again in 0 ms".to_owned()], Some(failure)));
    }

    #[test]
    fn a_batch_with_a_poisonous_event_is_taken_apart() {
        let poison = || failure(FailureKind::Other, "connector-panicked");
        let verdict = judge(vec![event(1, EventWay::Callback), event(2, EventWay::Callback)], poison());
        assert_eq!(fates(&verdict), ["again in 0 ms", "again in 0 ms"]);
        let alone = |n_attempts| fates(&judge(vec![after(n_attempts, poison(), 1)], poison()));
        assert_eq!(alone(0), ["again+ in 1000 ms"]);
        let last = judge(vec![after(11, poison(), 1)], poison());
        assert_eq!((fates(&last), last.n_given_up), (vec!["failed: connector-panicked".to_owned()], 1));
    }

    #[test]
    fn a_full_disk_is_no_events_fault() {
        let full = || failure(FailureKind::Host, "store-failed");
        let verdict = judge(vec![event(1, EventWay::Callback), event(2, EventWay::Callback)], full());
        assert_eq!(fates(&verdict), ["again+ in 1000 ms", "again+ in 1000 ms"]);
        let waited = after(1, full(), 1);
        assert_eq!(numbers(next(vec![waited, event(2, EventWay::Callback)])), [1, 2]);
        let died = failure(FailureKind::Host, "connector-out-of-memory");
        assert_eq!(
            fates(&judge(vec![event(1, EventWay::Callback); 2], died)),
            ["again in 0 ms", "again in 0 ms"]
        );
    }
}

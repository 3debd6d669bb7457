//! The inbox in memory.

use std::time::Duration;

use async_trait::async_trait;
use tokio::time::sleep;

use super::{MemoryStore, State};
use crate::error::StoreError;
use crate::inbox::{
    EventFilter, EventState, Fate, Following, Inbox, InboxCounts, InboxEvent, NewEvent, Note, Settlement,
    StoredEvents,
};
use crate::model::{RunId, SourceName, Timestamp};

impl State {
    fn events_of<'s>(&'s mut self, source: &'s SourceName) -> impl Iterator<Item = &'s mut InboxEvent> {
        self.events.iter_mut().filter(move |(of, _)| of == source).map(|(_, event)| event)
    }

    fn waiting<'s>(&'s mut self, source: &'s SourceName) -> impl Iterator<Item = &'s mut InboxEvent> {
        self.events_of(source).filter(|event| event.state == EventState::Waiting)
    }
}

#[async_trait]
impl Inbox for MemoryStore {
    async fn store(&self, source: &SourceName, events: &[NewEvent]) -> Result<StoredEvents, StoreError> {
        let takes = self.state().inbox_takes;
        if Duration::ZERO < takes {
            sleep(takes).await;
        }
        let mut state = self.inbox()?;
        state.kept_at_once.push(events.len());
        let mut kept = StoredEvents::default();
        for event in events {
            if state.events_of(source).any(|known| known.event.id == event.id) {
                kept.n_known += 1;
                continue;
            }
            kept.n_new += 1;
            state.n_events += 1;
            let event = InboxEvent {
                number: state.n_events,
                event: event.clone(),
                state: EventState::Waiting,
                n_attempts: 0,
                due_at: Some(event.arrived_at),
                run: None,
                settled_at: None,
                failure: None,
            };
            state.events.push((source.clone(), event));
        }
        Ok(kept)
    }

    async fn due(
        &self,
        source: &SourceName,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<InboxEvent>, StoreError> {
        let mut state = self.inbox()?;
        let due = state.waiting(source).filter(|event| event.due_at <= Some(now)).map(|event| event.clone());
        Ok(due.take(usize::try_from(limit).unwrap()).collect())
    }

    async fn next_due(&self, source: &SourceName) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.inbox()?.waiting(source).filter_map(|event| event.due_at).min())
    }

    async fn settle(&self, source: &SourceName, settlements: &[Settlement]) -> Result<(), StoreError> {
        let mut state = self.inbox()?;
        for Settlement { number, run, at, fate } in settlements {
            let Some(event) = state.waiting(source).find(|event| event.number == *number) else { continue };
            event.run.clone_from(run);
            event.due_at = None;
            event.settled_at = Some(*at);
            match fate.clone() {
                Fate::Done => (event.state, event.failure) = (EventState::Done, None),
                Fate::Again { due_at, counts, failure } => {
                    event.n_attempts += u32::from(counts);
                    (event.due_at, event.settled_at, event.failure) = (Some(due_at), None, Some(failure));
                }
                Fate::Failed { failure } => {
                    event.n_attempts += 1;
                    (event.state, event.failure) = (EventState::Failed, Some(failure));
                }
            }
        }
        Ok(())
    }

    async fn settle_all_before(
        &self,
        source: &SourceName,
        before: Timestamp,
        run: &RunId,
        at: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut state = self.inbox()?;
        let mut n_settled = 0;
        for event in state.waiting(source).filter(|event| event.event.arrived_at < before) {
            (event.state, event.due_at, event.failure) = (EventState::Done, None, None);
            (event.run, event.settled_at) = (Some(run.clone()), Some(at));
            n_settled += 1;
        }
        Ok(n_settled)
    }

    async fn events(
        &self,
        source: &SourceName,
        filter: &EventFilter,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<InboxEvent>, StoreError> {
        let mut state = self.inbox()?;
        let mut events: Vec<_> = state
            .events_of(source)
            .filter(|event| before.is_none_or(|before| event.number < before))
            .filter(|event| filter.state.is_none_or(|state| event.state == state))
            .filter(|event| filter.run.is_none() || event.run == filter.run)
            .map(|event| event.clone())
            .collect();
        events.reverse();
        events.truncate(usize::try_from(limit).unwrap());
        Ok(events)
    }

    async fn counts(&self, source: &SourceName) -> Result<InboxCounts, StoreError> {
        let mut counts = InboxCounts::default();
        for event in self.inbox()?.events_of(source) {
            match event.state {
                EventState::Waiting => counts.waiting += 1,
                EventState::Done => counts.done += 1,
                EventState::Failed => counts.failed += 1,
            }
        }
        Ok(counts)
    }

    async fn retry(
        &self,
        source: &SourceName,
        numbers: Option<&[u64]>,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut state = self.inbox()?;
        let is_meant = |event: &&mut InboxEvent| {
            event.state == EventState::Failed && numbers.is_none_or(|numbers| numbers.contains(&event.number))
        };
        let mut n_waiting = 0;
        for event in state.events_of(source).filter(is_meant) {
            (event.state, event.n_attempts) = (EventState::Waiting, 0);
            (event.due_at, event.settled_at) = (Some(now), None);
            n_waiting += 1;
        }
        Ok(n_waiting)
    }

    async fn forget(&self, source: &SourceName, before: Timestamp) -> Result<u64, StoreError> {
        let mut state = self.inbox()?;
        let n_before = state.events.len();
        state.events.retain(|(of, event)| of != source || event.settled_at.is_none_or(|at| before <= at));
        Ok(u64::try_from(n_before - state.events.len()).unwrap())
    }

    async fn following(&self, source: &SourceName) -> Result<Following, StoreError> {
        Ok(self.inbox()?.following.get(source).cloned().unwrap_or_default())
    }

    async fn note(&self, source: &SourceName, note: &Note) -> Result<(), StoreError> {
        let mut state = self.inbox()?;
        let following = state.following.entry(source.clone()).or_default();
        match note.clone() {
            Note::Paused(is_paused) => following.is_paused = is_paused,
            Note::Stopped(stopped) => following.stopped = stopped,
            Note::Resumed(at) => following.resumed_at = Some(at),
            Note::Channel(channel) => following.channel = Some(channel),
            Note::HeardUntil(until) => following.heard_until = Some(until),
            Note::NextRun(at) => following.next_run_at = at,
            Note::Refused { n, last } => {
                following.n_refused += n;
                following.last_refused = Some(last);
            }
            Note::Unfetched(unfetched) => following.unfetched = unfetched,
            Note::EventDelivery(delivery) => following.event_delivery = delivery,
            Note::Cursor(cursor) => following.cursor = cursor,
        }
        Ok(())
    }
}

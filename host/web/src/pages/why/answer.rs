//! What follows from what is known: a first sentence, its reason, and who must act. Pure.
//!
//! Not here: where the facts come from (`facts`), how an answer is drawn (`draw`).

use rollcall_browse::{EntryAbout, TrailStep, WholeObject};
use rollcall_host::directory::Action;
use rollcall_host::history::{Run, RunKind, RunState};
use rollcall_host::inbox::EventState;
use rollcall_host::model::{Diagnosis, RunId, Severity, Timestamp};
use rollcall_words::Sentence;
use serde_json::Value;

use super::facts::Facts;
use super::words::{self, AT, RUN};
use crate::page::Tone;
use crate::subject::{is_applied, is_departure};

mod absent;

/// Why somebody is here, or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WhyAnswer {
    pub(super) tone: Tone,
    /// Where it says [`AT`] and [`RUN`], the moment and the run stand.
    pub(super) sentence: Sentence,
    pub(super) at: Option<Timestamp>,
    pub(super) run: Option<RunId>,
    /// What was said about it.
    pub(super) because: Option<Diagnosis>,
    pub(super) act: Act,
}

/// Who must act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// Nobody: it is as it should be.
    Nobody,
    /// Nobody: it goes on by itself.
    Wait,
    /// An administrator of this console: approve what the run holds.
    Approve,
    /// An administrator: do what the reason says.
    Mend,
    /// An administrator: let it be tried again.
    Retry,
    /// An administrator: import.
    Import,
    /// Whoever administers the source: look whether the application may see it, and whether it is there under this id.
    LookAtSource,
}

/// The answer.
pub(super) fn answer(facts: &Facts) -> WhyAnswer {
    match &facts.held {
        Some(held) if held.held.departed => departed(facts, held),
        Some(held) => present(facts, held),
        None => absent::absent(facts),
    }
}

impl WhyAnswer {
    fn new(tone: Tone, act: Act, sentence: Sentence) -> Self {
        Self { tone, sentence, at: None, run: None, because: None, act }
    }

    fn of(mut self, run: &RunId, at: Timestamp) -> Self {
        self.run = Some(run.clone());
        self.at = Some(at);
        self
    }

    fn by(self, step: &TrailStep) -> Self {
        self.of(&step.run.id, step.run.started_at)
    }

    fn because(mut self, why: Option<&Diagnosis>) -> Self {
        self.because = why.cloned();
        self
    }
}

impl Facts {
    /// The newest change that was more than planned: done, or refused. That an undo left it alone is none.
    fn decision(&self) -> Option<&TrailStep> {
        let is_decision = |step: &&TrailStep| !step.run.dry_run && (is_applied(step) || !is_undo(step));
        self.changes.iter().find(is_decision)
    }

    /// The newest change that was done.
    fn applied(&self) -> Option<&TrailStep> {
        self.changes.iter().find(|step| is_applied(step))
    }

    /// Whether nothing was read completely after this moment.
    fn is_news(&self, at: Timestamp) -> bool {
        self.last_complete.as_ref().is_none_or(|run| run.started_at <= at)
    }

    /// The refusal of the newest decision, as long as no complete reading came after it.
    fn refusal(&self) -> Option<(&TrailStep, &Diagnosis)> {
        let decision = self.decision().filter(|step| self.is_news(step.run.started_at))?;
        Some((decision, decision.change.item.refusal.as_ref()?))
    }

    /// The newest entry, if it was written after the newest change and no complete reading came after it.
    fn remark(&self, severity: Severity) -> Option<&EntryAbout> {
        let changed_at = self.decision().map(|step| step.run.started_at);
        let newest = self.entries.iter().find(|about| about.entry.item.severity == severity)?;
        let is_later = changed_at.is_none_or(|changed_at| changed_at < newest.started_at);
        (is_later && self.is_news(newest.started_at)).then_some(newest)
    }
}

fn present(facts: &Facts, held: &WholeObject) -> WhyAnswer {
    refused(facts).or_else(|| unread(facts)).or_else(|| by_event(facts)).unwrap_or_else(|| here(facts, held))
}

/// It is here although something was to happen to it.
fn refused(facts: &Facts) -> Option<WhyAnswer> {
    let (step, why) = facts.refusal()?;
    let name = &facts.name;
    let change = &step.change.item;
    let answer = match (is_departure(change.action), change.is_held()) {
        (true, true) => WhyAnswer::new(Tone::Warning, Act::Approve, words::held_back(name, RUN, AT)),
        (true, false) => WhyAnswer::new(Tone::Bad, Act::Mend, words::departure_refused(name, RUN, AT)),
        (false, true) => WhyAnswer::new(Tone::Warning, Act::Approve, words::value_waits(name, RUN, AT)),
        (false, false) => WhyAnswer::new(Tone::Bad, Act::Mend, words::change_refused(name, RUN, AT)),
    };
    Some(answer.by(step).because(Some(why)))
}

/// It is here as it was read before.
fn unread(facts: &Facts) -> Option<WhyAnswer> {
    let about = facts.remark(Severity::Error)?;
    let answer = WhyAnswer::new(Tone::Bad, Act::Mend, words::unread(&facts.name, RUN, AT));
    Some(answer.of(&about.run, about.started_at).because(Some(&about.entry.item.diagnosis)))
}

/// It is here, and an event says that something is different.
fn by_event(facts: &Facts) -> Option<WhyAnswer> {
    let name = &facts.name;
    if let Some(event) = facts.events.iter().find(|event| event.state == EventState::Waiting) {
        let answer =
            WhyAnswer::new(Tone::Busy, Act::Wait, words::here_event_waits(name, &event.event.kind, AT));
        return Some(WhyAnswer { at: Some(event.event.arrived_at), ..answer });
    }
    let event = facts.events.first().filter(|event| event.state == EventState::Failed)?;
    let arrived_at = event.event.arrived_at;
    let changed_at = facts.decision().map(|step| step.run.started_at);
    let is_latest = changed_at.is_none_or(|changed_at| changed_at < arrived_at) && facts.is_news(arrived_at);
    let answer = WhyAnswer::new(Tone::Bad, Act::Retry, words::here_event_failed(name, &event.event.kind, AT));
    let why = event.failure.as_ref().map(|failure| &failure.diagnosis);
    is_latest.then_some(WhyAnswer { at: Some(arrived_at), ..answer.because(why) })
}

/// It is here as it should be.
fn here(facts: &Facts, held: &WholeObject) -> WhyAnswer {
    let (name, remark) = (&facts.name, facts.remark(Severity::Warning));
    let because = remark.map(|about| &about.entry.item.diagnosis);
    let act = if because.is_some() { Act::Mend } else { Act::Nobody };
    let is_disabled = held.held.document.get("active") == Some(&Value::Bool(false));
    let applied = facts.applied();
    let confirmed = facts.last_complete.as_ref().filter(|run| {
        run.state == RunState::Succeeded && applied.is_none_or(|step| step.run.started_at < run.started_at)
    });
    let (sentence, run, at) = match (confirmed, applied) {
        (Some(run), _) if is_disabled => (words::disabled(name, RUN, AT), &run.id, run.started_at),
        (Some(run), _) => (words::here_confirmed(name, RUN, AT), &run.id, run.started_at),
        (None, Some(step)) if is_disabled => {
            (words::disabled(name, RUN, AT), &step.run.id, step.run.started_at)
        }
        (None, Some(step)) if is_undo(step) => {
            (words::here_undone(name, RUN, AT), &step.run.id, step.run.started_at)
        }
        (None, Some(step)) => match step.change.item.action {
            Action::Restored => (words::back_again(name, RUN, AT), &step.run.id, step.run.started_at),
            Action::Created | Action::Updated | Action::Unchanged | Action::Deactivated | Action::Deleted => {
                (words::here(name, RUN, AT), &step.run.id, step.run.started_at)
            }
        },
        (None, None) => (words::here(name, RUN, AT), &held.last_run, held.changed_at),
    };
    let tone = if is_disabled || because.is_some() { Tone::Warning } else { Tone::Good };
    WhyAnswer::new(tone, act, sentence).of(run, at).because(because)
}

/// It left, and was kept as departed.
fn departed(facts: &Facts, held: &WholeObject) -> WhyAnswer {
    let name = &facts.name;
    if let Some((step, why)) = facts.refusal() {
        let answer = WhyAnswer::new(Tone::Bad, Act::Mend, words::return_refused(name, RUN, AT));
        return answer.by(step).because(Some(why));
    }
    let departure =
        facts.changes.iter().find(|step| is_applied(step) && is_departure(step.change.item.action));
    match departure {
        Some(step) => left(name, step),
        None => {
            let at = held.departed_at.unwrap_or(held.changed_at);
            WhyAnswer::new(Tone::Warning, Act::Nobody, words::left(name, RUN, AT)).of(&held.last_run, at)
        }
    }
}

fn left(name: &String, step: &TrailStep) -> WhyAnswer {
    let sentence = match &step.change.item.witness {
        _ if is_undo(step) => words::left_undone(name, RUN, AT),
        Some(witness) => words::left_as(name, RUN, AT, witness),
        None => words::left(name, RUN, AT),
    };
    WhyAnswer::new(Tone::Warning, Act::Nobody, sentence).by(step)
}

/// Whether a person had it done, against what the source said.
fn is_undo(step: &TrailStep) -> bool {
    step.run.kind == RunKind::Undo
}

/// The reason for which a run ended, if it said one.
fn failure_of(run: &Run) -> Option<&Diagnosis> {
    run.failure.as_ref().map(|failure| &failure.diagnosis)
}

#[cfg(test)]
mod tests;

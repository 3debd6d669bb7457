//! Why something is not here: what was last heard of it, or what was read at all.
//!
//! Not here: why something is here, or was kept when it left (`answer`).

use rollcall_browse::{EntryAbout, TrailStep};
use rollcall_host::history::{Run, RunState};
use rollcall_host::inbox::{EventState, InboxEvent};
use rollcall_host::model::{Severity, Timestamp};

use super::{Act, WhyAnswer, failure_of, is_undo};
use crate::page::Tone;
use crate::pages::why::facts::Facts;
use crate::pages::why::words::{self, AT, RUN};
use crate::subject::{is_applied, is_departure};

/// What was last heard of something that is not held.
pub(super) fn absent(facts: &Facts) -> WhyAnswer {
    let decision = facts.decision();
    let entry = facts.entries.first();
    let news = [
        decision.map(|step| (step.run.started_at, AbsenceNews::Decision(step))),
        entry.map(|about| (about.started_at, AbsenceNews::Entry(about))),
        facts.events.first().map(|event| (event.event.arrived_at, AbsenceNews::Event(event))),
        question(facts).map(|(at, run)| (at, AbsenceNews::Question(run))),
    ];
    // Of the same moment the first one counts: what was decided says more than what was remarked.
    let newest = news.into_iter().flatten().reduce(|best, next| if best.0 < next.0 { next } else { best });
    match newest {
        Some((at, news)) if !facts.is_news(at) && !news.lasts() => gone_since(facts),
        Some((_, AbsenceNews::Decision(step))) => decided(facts, step),
        Some((_, AbsenceNews::Entry(about))) => remarked(facts, about),
        Some((_, AbsenceNews::Event(event))) => by_event(facts, event),
        Some((at, AbsenceNews::Question(run))) => asked(facts, at, run),
        None => unheard(facts),
    }
}

/// What was heard.
enum AbsenceNews<'a> {
    Decision(&'a TrailStep),
    Entry(&'a EntryAbout),
    Event(&'a InboxEvent),
    Question(&'a Run),
}

impl AbsenceNews<'_> {
    /// Whether it says why something is not here even after everything was read once more.
    fn lasts(&self) -> bool {
        match self {
            Self::Decision(step) => has_left(step),
            Self::Event(event) => event.state == EventState::Waiting,
            Self::Entry(_) | Self::Question(_) => false,
        }
    }
}

/// Whether it went because the source said so.
fn has_left(step: &TrailStep) -> bool {
    is_applied(step) && is_departure(step.change.item.action) && !is_undo(step)
}

/// The newest question, unless what came of it is recorded.
fn question(facts: &Facts) -> Option<(Timestamp, &Run)> {
    let (question, run) = facts.questions.first()?;
    let run = run.as_ref()?;
    let is_recorded = facts.changes.iter().any(|step| step.run.id == run.id)
        || facts.entries.iter().any(|about| about.run == run.id);
    (!is_recorded).then_some((question.at, run))
}

fn decided(facts: &Facts, step: &TrailStep) -> WhyAnswer {
    let (name, change) = (&facts.name, &step.change.item);
    match &change.refusal {
        Some(why) => {
            WhyAnswer::new(Tone::Bad, Act::Mend, words::refused(name, RUN, AT)).by(step).because(Some(why))
        }
        None if is_departure(change.action) => removed(name, step),
        None => WhyAnswer::new(Tone::Warning, Act::Import, words::vanished(name, RUN, AT)).by(step),
    }
}

fn removed(name: &String, step: &TrailStep) -> WhyAnswer {
    let sentence = match &step.change.item.witness {
        _ if is_undo(step) => words::removed_undone(name, RUN, AT),
        Some(witness) => words::removed_as(name, RUN, AT, witness),
        None => words::removed(name, RUN, AT),
    };
    WhyAnswer::new(Tone::Warning, Act::Nobody, sentence).by(step)
}

fn remarked(facts: &Facts, about: &EntryAbout) -> WhyAnswer {
    let name = &facts.name;
    let answer = match about.entry.item.severity {
        Severity::Error => WhyAnswer::new(Tone::Bad, Act::Mend, words::not_read(name, RUN, AT)),
        Severity::Warning | Severity::Info => {
            WhyAnswer::new(Tone::Warning, Act::LookAtSource, words::left_out(name, RUN, AT))
        }
    };
    answer.of(&about.run, about.started_at).because(Some(&about.entry.item.diagnosis))
}

fn by_event(facts: &Facts, event: &InboxEvent) -> WhyAnswer {
    let (name, kind) = (&facts.name, &event.event.kind);
    let answer = match event.state {
        EventState::Waiting => WhyAnswer::new(Tone::Busy, Act::Wait, words::event_waits(name, kind, AT)),
        EventState::Failed => WhyAnswer::new(Tone::Bad, Act::Retry, words::event_failed(name, kind, AT)),
        EventState::Done => {
            WhyAnswer::new(Tone::Warning, Act::LookAtSource, words::event_done(name, kind, AT))
        }
    };
    let why = event.failure.as_ref().map(|failure| &failure.diagnosis);
    WhyAnswer { at: Some(event.event.arrived_at), run: event.run.clone(), ..answer.because(why) }
}

fn asked(facts: &Facts, at: Timestamp, run: &Run) -> WhyAnswer {
    let name = &facts.name;
    let removed = facts.applied().filter(|step| has_left(step));
    match (run.state, removed) {
        // That it is still not there changes nothing: when and why it went is the answer.
        (RunState::Succeeded, Some(step)) => decided(facts, step),
        (RunState::Succeeded, None) => {
            WhyAnswer::new(Tone::Warning, Act::LookAtSource, words::asked_not_there(name, RUN, AT))
                .of(&run.id, at)
        }
        (RunState::Running, _) => {
            WhyAnswer::new(Tone::Busy, Act::Wait, words::being_asked(name, RUN, AT)).of(&run.id, at)
        }
        (
            RunState::Partial
            | RunState::Failed
            | RunState::Held
            | RunState::Cancelled
            | RunState::Interrupted,
            _,
        ) => WhyAnswer::new(Tone::Bad, Act::Retry, words::asked_in_vain(name, RUN, AT))
            .of(&run.id, at)
            .because(failure_of(run)),
    }
}

/// Everything was read after the last that was heard of it, and it was not there.
fn gone_since(facts: &Facts) -> WhyAnswer {
    let answer = WhyAnswer::new(Tone::Warning, Act::LookAtSource, words::gone_since(&facts.name, RUN, AT));
    match &facts.last_complete {
        Some(run) => answer.of(&run.id, run.started_at),
        None => answer,
    }
}

/// Nothing was ever heard of it.
fn unheard(facts: &Facts) -> WhyAnswer {
    let name = &facts.name;
    if let Some(step) = facts.changes.first() {
        return WhyAnswer::new(Tone::Plain, Act::Import, words::only_planned(name, RUN, AT)).by(step);
    }
    match (&facts.last_complete, &facts.last_full) {
        (_, Some(run)) if run.state == RunState::Running => {
            WhyAnswer::new(Tone::Busy, Act::Wait, words::reading_now(name, RUN, AT))
                .of(&run.id, run.started_at)
        }
        (Some(run), _) => WhyAnswer::new(Tone::Warning, Act::LookAtSource, words::never_read(name, RUN, AT))
            .of(&run.id, run.started_at),
        (None, Some(run)) => WhyAnswer::new(Tone::Bad, Act::Import, words::never_complete(name, RUN, AT))
            .of(&run.id, run.started_at)
            .because(failure_of(run)),
        (None, None) => WhyAnswer::new(Tone::Plain, Act::Import, words::nothing_read(name)),
    }
}

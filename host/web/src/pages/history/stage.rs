//! How far a run is and how long it takes, as the list and its own page show it.
//!
//! Not here: how long it will still take is judged (`pace`).

use std::time::Duration;

use maud::{Markup, html};
use rollcall_host::history::{Run, RunState};
use rollcall_host::model::{Progress, Timestamp};
use rollcall_words::Sentence;

use super::words;
use crate::page;
use crate::services::Services;
use crate::visitor::Preferences;

/// A run, and what its row does not say.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) run: Run,
    /// How long its stage will still take, where that can be told.
    pub(crate) left: Option<Duration>,
    /// What time it is.
    pub(crate) now: Timestamp,
}

impl Seen {
    pub(crate) fn new(services: &Services, run: Run) -> Self {
        let left = services.pulse().paces().left(&run.id);
        Self { run, left, now: services.now() }
    }

    pub(crate) fn is_running(&self) -> bool {
        self.run.state == RunState::Running
    }

    /// How long it took, or has taken by now, and which of these it is.
    pub(crate) fn took(&self, reader: Preferences) -> String {
        let end = self.run.finished_at.unwrap_or(self.now);
        let time = page::duration(reader, end.unix_ms().saturating_sub(self.run.started_at.unix_ms()));
        reader.say(if self.is_running() { words::so_far(time) } else { words::took(time) })
    }

    /// How far it had come, if it came to no end: its connector did not get to say what it had read.
    fn came_to(&self) -> Option<&Progress> {
        let is_cut_short =
            matches!(self.run.state, RunState::Failed | RunState::Cancelled | RunState::Interrupted);
        self.run.progress.as_ref().filter(|progress| is_cut_short && 0 < progress.done)
    }

    /// How far it is, while it is under way, and how far it had come, if it came to no end.
    pub(crate) fn stage(&self, reader: Preferences) -> Markup {
        html! {
            @if self.is_running() {
                @match &self.run.progress {
                    Some(progress) => (stage(reader, progress, self.left)),
                    None => (page::progress(&reader.say(words::starting()), 0, None)),
                }
            } @else if let Some(progress) = self.came_to() {
                p class="soft" { (reader.say(words::came_to(reader.say(told(progress))))) }
            }
        }
    }
}

/// How far it is: its stage, and what is done of it.
fn told(progress: &Progress) -> Sentence {
    let name = name(&progress.phase);
    let total = progress.total.filter(|total| 0 < *total);
    let done = page::count(progress.done);
    // A reading goes in whatever steps its connector takes; these stages go object by object.
    let counts_objects = matches!(progress.phase.as_str(), "confirming" | "removing" | "undoing");
    match (total.map(page::count), counts_objects) {
        (Some(total), true) => words::objects_of(name, done, total),
        (Some(total), false) => words::steps_of(name, done, total),
        (None, true) => words::objects_so_far(name, done),
        (None, false) => words::steps_so_far(name, done),
    }
}

fn stage(reader: Preferences, progress: &Progress, left: Option<Duration>) -> Markup {
    let total = progress.total.filter(|total| 0 < *total);
    html! {
        (page::progress(&reader.say(name(&progress.phase)), progress.done, total))
        p class="soft" {
            (reader.say(told(progress)))
            @if let Some(left) = left { " · " (reader.say(time_left(left))) }
        }
    }
}

/// The stages of the contract have names in both languages; another one is called as it calls itself.
fn name(phase: &str) -> Sentence {
    match phase {
        "reading" => words::stage_reading(),
        "confirming" => words::stage_confirming(),
        "removing" => words::stage_removing(),
        "undoing" => words::stage_undoing(),
        other => Sentence::verbatim(other),
    }
}

/// Rounded up, because nobody is cross about what is done early.
fn time_left(left: Duration) -> Sentence {
    let minutes = left.as_secs().div_ceil(60);
    match (minutes / 60, minutes % 60) {
        (0, 0 | 1) => words::less_than_a_minute_left(),
        (0, minutes) => words::minutes_left(minutes),
        (hours, minutes) => words::hours_left(hours, minutes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_is_rounded_up_to_minutes() {
        for (seconds, text) in [
            (0, "less than a minute left"),
            (60, "less than a minute left"),
            (61, "about 2 min left"),
            (3600, "about 1 h 0 min left"),
            (7201, "about 2 h 1 min left"),
        ] {
            assert_eq!(Preferences::default().say(time_left(Duration::from_secs(seconds))), text);
        }
    }

    #[test]
    fn a_stage_that_does_not_know_its_total_is_a_count_without_an_end() {
        let progress = Progress { phase: "warming <up>".to_owned(), done: 1200, total: None };
        let drawn = stage(Preferences::default(), &progress, None).into_string();
        assert_eq!(
            drawn,
            "<progress aria-label=\"warming &lt;up&gt;\"></progress>\
             <p class=\"soft\">warming &lt;up&gt;, steps so far: 1\u{202f}200</p>"
        );
    }

    #[test]
    fn what_is_counted_is_named() {
        let said = |phase: &str| {
            let progress = Progress { phase: phase.to_owned(), done: 59, total: Some(120) };
            let drawn = stage(Preferences::default(), &progress, None).into_string();
            drawn.split_once("\"soft\">").unwrap().1.to_owned()
        };
        let expected = ["reading: step 59 of 120</p>", "undoing, objects: 59 of 120</p>"];
        assert_eq!(["reading", "undoing"].map(said), expected);
    }
}

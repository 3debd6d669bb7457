//! The checklist of a source: each finding in order with what to do, live while it is made.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use maud::{Markup, html};
use rollcall_host::model::{Finding, SourceName, Standing};
use serde_json::json;

use super::{Managed, Seen, base};
use crate::console::Console;
use crate::identity::audit;
use crate::live::{self, Drawn};
use crate::page::{self, Page, Tab, Tone};
use crate::problem::Problem;
use crate::sources::checks::{Check, Outcome};
use crate::sources::{Entry, Origin, words};
use crate::visitor::Visitor;

/// The id of the part that changes.
const PART: &str = "checklist";

/// The latest check.
pub(super) async fn page(State(console): State<Console>, source: Seen) -> Page {
    let Seen { visitor, entry } = &source;
    let body = draw(visitor, entry, console.sources().checked(entry.name()).as_ref());
    Page::of_source(visitor, entry.name(), Tab::Sources, visitor.say(words::checklist()), body)
}

/// The same, for as long as a check is made.
pub(super) async fn live(State(console): State<Console>, source: Seen) -> impl IntoResponse {
    let (visitor, name) = (source.visitor.clone(), source.name().clone());
    live::stream(&console.clone(), move || {
        let drawn = redraw(&console, &visitor, &name);
        async move { drawn }
    })
}

/// Check again.
pub(super) async fn begin(State(console): State<Console>, source: Managed) -> Result<Redirect, Problem> {
    let name = source.name();
    console.sources().check(&console, name)?;
    audit::record(&console, &source.visitor, "source-checked", name.as_str(), json!({})).await?;
    Ok(Redirect::to(&format!("{}/check", base(name))))
}

fn redraw(console: &Console, visitor: &Visitor, name: &SourceName) -> Result<Drawn, Problem> {
    let entry = console.sources().entry(name).ok_or_else(Problem::not_found)?;
    let check = console.sources().checked(name);
    let is_final = check.as_ref().is_none_or(|check| check.outcome.is_some());
    Ok(Drawn { parts: vec![(PART.to_owned(), draw(visitor, &entry, check.as_ref()))], is_final })
}

fn draw(visitor: &Visitor, entry: &Entry, check: Option<&Check>) -> Markup {
    let outcome = check.and_then(|check| check.outcome.as_ref());
    let is_under_way = check.is_some() && outcome.is_none();
    let live = is_under_way.then(|| format!("{}/check/live", base(entry.name())));
    html! {
        div id=(PART) data-live=[live] {
            @match (check, outcome) {
                (None, _) => (page::nothing(&visitor.say(words::check_none()))),
                (Some(_), None) => (page::notice(Tone::Busy, &html! {
                    p { (visitor.say(words::checking())) }
                    (page::progress(&visitor.say(words::checklist()), 0, None))
                })),
                (Some(_), Some(outcome)) => (found(visitor, outcome)),
            }
            @if !is_under_way && visitor.who.may_manage() { (buttons(visitor, entry, outcome)) }
        }
    }
}

fn found(visitor: &Visitor, outcome: &Outcome) -> Markup {
    let has_skipped = outcome.findings.iter().any(|finding| finding.standing == Standing::Skipped);
    let (tone, sentence) = if outcome.has_passed {
        (Tone::Good, words::check_passed())
    } else {
        (Tone::Bad, words::check_failed())
    };
    html! {
        (page::notice(tone, &html! {
            p { (visitor.say(sentence)) }
            @if has_skipped { p class="soft" { (visitor.say(words::check_skipped())) } }
        }))
        div class="sheet" {
            ol class="checklist" { @for finding in &outcome.findings { (line(visitor, finding)) } }
        }
        p class="soft" { (visitor.say(words::checked_at())) " " (page::moment(outcome.finished_at)) }
    }
}

fn line(visitor: &Visitor, finding: &Finding) -> Markup {
    let (tone, word) = match finding.standing {
        Standing::Passed => (Tone::Good, words::standing_passed()),
        Standing::Warning => (Tone::Warning, words::standing_warning()),
        Standing::Failed => (Tone::Bad, words::standing_failed()),
        Standing::Skipped => (Tone::Plain, words::standing_skipped()),
    };
    html! {
        li {
            span { (page::badge(tone, &visitor.say(word))) }
            (page::diagnosis(visitor.reader, &finding.diagnosis))
        }
    }
}

fn buttons(visitor: &Visitor, entry: &Entry, outcome: Option<&Outcome>) -> Markup {
    let base = base(entry.name());
    let has_passed = outcome.is_some_and(|outcome| outcome.has_passed);
    let has_failed = outcome.is_some_and(|outcome| !outcome.has_passed);
    html! {
        @if has_passed && matches!(entry, Entry::Idle(_)) { p { (visitor.say(words::import_explained())) } }
        div class="row" {
            @if has_passed {
                (page::button(visitor, &format!("{base}/import"), "primary", words::import_organisation()))
                (preview(visitor, entry.name()))
            }
            @if entry.origin() == Origin::Console {
                a class=(if has_failed { "button primary" } else { "button" }) href={ (base) "/edit" } {
                    (visitor.say(words::change_settings()))
                }
            }
            (page::button(visitor, &format!("{base}/check"), "plain", words::check_again()))
        }
    }
}

/// The button that records what an import would do.
pub(super) fn preview(visitor: &Visitor, name: &SourceName) -> Markup {
    html! {
        form class="inline" method="post" action={ (base(name)) "/import" } {
            (page::csrf(visitor))
            input type="hidden" name="dry_run" value="true";
            button { (visitor.say(words::preview())) }
        }
    }
}

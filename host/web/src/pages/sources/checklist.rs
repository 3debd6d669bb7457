//! The checklist of a source: each finding in order with what to do, live while it is made.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use maud::{Markup, html};
use rollcall_host::model::{Finding, SourceName, Standing};
use serde_json::json;

use super::named::{Managed, Seen, base};
use crate::identity::audit;
use crate::live::{Drawn, Watcher};
use crate::page::{self, Page, Tab, Tone};
use crate::pages::sources::words;
use crate::problem::Problem;
use crate::sources::checks::{Check, CheckOutcome};
use crate::sources::{ConfiguredIn, SourceEntry, Sources};
use crate::visitor::Visitor;

/// The id of the part that changes.
const PART: &str = "checklist";

/// The latest check.
pub(super) async fn page(State(sources): State<Sources>, source: Seen) -> Page {
    let Seen { visitor, entry } = &source;
    let body = draw(visitor, entry, sources.checked(entry.name()).as_ref());
    Page::of_source(visitor, entry.name(), Tab::Sources, visitor.say(words::checklist()), body)
}

/// The same, for as long as a check is made.
pub(super) async fn live(
    State(sources): State<Sources>,
    source: Seen,
    watcher: Watcher,
) -> impl IntoResponse {
    let (visitor, name) = (source.visitor.clone(), source.name().clone());
    watcher.stream(move || {
        let drawn = redraw(&sources, &visitor, &name);
        async move { drawn }
    })
}

/// Check again.
pub(super) async fn begin(State(sources): State<Sources>, source: Managed) -> Result<Redirect, Problem> {
    let name = source.name();
    sources.check(name)?;
    audit::record(sources.services(), &source.visitor, "source-checked", name.as_str(), json!({})).await?;
    Ok(Redirect::to(&format!("{}/check", base(name))))
}

fn redraw(sources: &Sources, visitor: &Visitor, name: &SourceName) -> Result<Drawn, Problem> {
    let entry = sources.entry(name).ok_or_else(Problem::not_found)?;
    let check = sources.checked(name);
    let is_final = check.as_ref().is_none_or(|check| check.outcome.is_some());
    Ok(Drawn { parts: vec![(PART.to_owned(), draw(visitor, &entry, check.as_ref()))], is_final })
}

fn draw(visitor: &Visitor, entry: &SourceEntry, check: Option<&Check>) -> Markup {
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

fn found(visitor: &Visitor, outcome: &CheckOutcome) -> Markup {
    let (skipped, tried): (Vec<_>, Vec<_>) =
        outcome.findings.iter().partition(|finding| finding.standing == Standing::Skipped);
    let (tone, sentence) = if outcome.has_passed {
        (Tone::Good, words::check_passed())
    } else {
        (Tone::Bad, words::check_failed())
    };
    html! {
        (page::notice(tone, &html! {
            p { (visitor.say(sentence)) }
        }))
        div class="sheet" {
            ol class="checklist" {
                @for finding in tried { (line(visitor, finding)) }
                @if !skipped.is_empty() { (not_tried(visitor, &skipped)) }
            }
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

/// All that was not tried in one line: which checks, and why, once each.
fn not_tried(visitor: &Visitor, skipped: &[&Finding]) -> Markup {
    let mut names: Vec<&str> = skipped.iter().map(|finding| finding.check.as_str()).collect();
    names.dedup();
    let language = visitor.reader.language.tag();
    let mut reasons: Vec<&str> =
        skipped.iter().map(|finding| finding.diagnosis.localized(language).message).collect();
    reasons.dedup();
    html! {
        li {
            span { (page::badge(Tone::Plain, &visitor.say(words::standing_skipped()))) }
            div class="diagnosis" {
                @for reason in reasons { p { (page::as_sentence(reason)) } }
                p class="code" { code { (names.join(", ")) } }
            }
        }
    }
}

fn buttons(visitor: &Visitor, entry: &SourceEntry, outcome: Option<&CheckOutcome>) -> Markup {
    let base = base(entry.name());
    let has_passed = outcome.is_some_and(|outcome| outcome.has_passed);
    let has_failed = outcome.is_some_and(|outcome| !outcome.has_passed);
    html! {
        @if has_passed && matches!(entry, SourceEntry::Idle(_)) { p { (visitor.say(words::import_explained())) } }
        div class="row" {
            @if has_passed {
                (page::button(visitor, &format!("{base}/import"), "primary", words::import_organisation()))
                (preview(visitor, entry.name()))
            }
            @if entry.origin() == ConfiguredIn::Console {
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

#[cfg(test)]
mod tests {
    use rollcall_host::model::Diagnosis;
    use rollcall_words::Language;

    use super::*;
    use crate::testing::{NOW, administrator};

    fn finding(check: &str, standing: Standing, message: &str) -> Finding {
        Finding { check: check.to_owned(), standing, diagnosis: Diagnosis::new("code", message) }
    }

    #[test]
    fn what_was_not_tried_is_one_line_that_names_it_and_tells_why_once() {
        let why = "not tried, because the secret is wrong";
        let findings = vec![
            finding("scope", Standing::Skipped, why),
            finding("token", Standing::Failed, "the secret is wrong"),
            finding("member-list", Standing::Skipped, why),
            finding("member-read", Standing::Skipped, why),
        ];
        let outcome = CheckOutcome { finished_at: NOW, has_passed: false, findings };
        let drawn = found(&administrator(Language::English), &outcome).into_string();
        let lines: Vec<_> = drawn.split("<li>").skip(1).collect();
        assert_eq!(lines.len(), 2, "{drawn}");
        assert!(lines[0].contains("The secret is wrong"), "{drawn}");
        assert!(lines[1].contains("scope, member-list, member-read"), "{drawn}");
        assert_eq!(lines[1].matches("Not tried, because").count(), 1, "{drawn}");
    }
}

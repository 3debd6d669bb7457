//! `/settings/audit`: who did what.

use axum::extract::{Query, State};
use maud::{Markup, html};
use rollcall_words::Sentence;
use serde::Deserialize;
use serde_json::Value;

use super::parts::{Section, settings};
use crate::identity::audit::{self, KEPT_MS, Recorded, Wanted};
use crate::page::table::{self, Column};
use crate::page::{self, Page, moment, nothing};
use crate::pages::settings::words;
use crate::paths::segment;
use crate::problem::Problem;
use crate::services::Services;
use crate::visitor::Visitor;

/// Entries on one page.
///
/// 50. Why: a screen or two.
const PAGE: u32 = 50;

/// Which entries are asked for.
#[derive(Debug, Default, Deserialize)]
pub(super) struct AuditQuery {
    #[serde(default)]
    action: String,
    #[serde(default)]
    who: String,
    before: Option<i64>,
}

pub(super) async fn show(
    State(services): State<Services>,
    Query(asked): Query<AuditQuery>,
    visitor: Visitor,
) -> Result<Page, Problem> {
    let AuditQuery { action, who, before } = asked;
    let wanted = Wanted { action: action.clone(), who: who.clone(), before };
    // One more than are shown tells whether there are older ones.
    let mut entries = audit::entries(&services, wanted, PAGE.saturating_add(1)).await?;
    let has_older = usize::try_from(PAGE).is_ok_and(|page| page < entries.len());
    entries.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let older = entries.last().filter(|_| has_older).map(|last| address(&action, &who, Some(last.number)));
    let newest = before.map(|_| address(&action, &who, None));
    let (actions, people) = audit::choices(&services).await?;
    let days = KEPT_MS.div_euclid(24 * 60 * 60 * 1000);
    let body = html! {
        p { (visitor.say(words::audit_explained(days))) }
        form class="row" method="get" action="/settings/audit" {
            (choice(&visitor, "action", words::action(), &actions, &action, action_name))
            (choice(&visitor, "who", words::who(), &people, &who, |name| Sentence::verbatim(name)))
            button { (visitor.say(page::words::filter())) }
        }
        @if entries.is_empty() { (nothing(&visitor.say(words::no_entries()))) } @else { (table(&visitor, &entries)) }
        nav class="pager" aria-label=(visitor.say(page::words::pages())) {
            @if let Some(newest) = newest { a href=(newest) { (visitor.say(words::newest())) } }
            @if let Some(older) = older { a rel="next" href=(older) { (visitor.say(words::older())) } }
        }
    };
    Ok(settings(&visitor, Section::Audit, words::audit_log(), &body))
}

fn address(action: &str, who: &str, before: Option<i64>) -> String {
    let before = before.map(|number| format!("&before={number}")).unwrap_or_default();
    format!("/settings/audit?action={}&who={}{before}", segment(action), segment(who))
}

fn choice(
    visitor: &Visitor,
    name: &str,
    label: Sentence,
    choices: &[String],
    chosen: &str,
    say: fn(&str) -> Sentence,
) -> Markup {
    html! {
        label { (visitor.say(label)) " "
            select name=(name) {
                option value="" { (visitor.say(page::words::all())) }
                @for choice in choices {
                    option value=(choice) selected[choice == chosen] { (visitor.say(say(choice))) }
                }
            }
        }
    }
}

fn table(visitor: &Visitor, entries: &[Recorded]) -> Markup {
    let name = |name| Column::new(visitor.say(name));
    let columns = [
        name(words::when()),
        name(words::who()),
        name(words::action()).with_class("wide"),
        name(words::subject()),
        name(words::detail()).with_class("detail"),
        name(words::from_where()),
    ];
    html! {
        div class="sheet scroll" tabindex="0" {
            (table::table(&columns, entries.iter().map(|entry| row(visitor, entry))))
        }
    }
}

fn row(visitor: &Visitor, entry: &Recorded) -> [Markup; 6] {
    let or_dash = |text: &str| html! { (if text.is_empty() { "–" } else { text }) };
    [
        moment(entry.at),
        html! { (or_dash(&entry.who)) br; span class="soft" { (visitor.say(way_name(&entry.way))) } },
        html! { (visitor.say(action_name(&entry.action))) br; code class="soft" { (entry.action) } },
        or_dash(&entry.subject),
        detail(&entry.detail),
        or_dash(&entry.address),
    ]
}

/// The fields of an entry's detail, each on a line.
fn detail(json: &str) -> Markup {
    let Ok(Value::Object(fields)) = serde_json::from_str(json) else { return html! { code { (json) } } };
    html! { @for (name, value) in &fields { div { code { (name) } ": " (told(value)) } } }
}

/// A value, or as it was and as it is.
fn told(value: &Value) -> Markup {
    let both = value.as_object().filter(|members| members.len() == 2);
    html! {
        @match both.and_then(|members| members.get("old").zip(members.get("new"))) {
            // There was nothing before.
            Some((Value::Null, new)) => code { (text(new)) },
            Some((old, new)) => { code { (text(old)) } " → " code { (text(new)) } },
            None => code { (text(value)) },
        }
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::Array(items) if items.is_empty() => "–".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(", "),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

fn way_name(way: &str) -> Sentence {
    match way {
        "session" => words::by_session(),
        "token" => words::by_token(),
        "setup" => words::by_setup(),
        other => Sentence::verbatim(other),
    }
}

/// What an action is called. One of a version that this one does not know stands as it is.
fn action_name(action: &str) -> Sentence {
    let known = words::ACTIONS.iter().find(|(name, _)| *name == action);
    known.map_or_else(|| Sentence::verbatim(action), |(_, sentence)| sentence())
}

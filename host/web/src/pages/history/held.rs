//! What a run holds, for a person who decides: how much would be removed, out of which departments, and what was decided so far.
//!
//! Not here: how they decide (`confirm`, `decide`).

use std::collections::BTreeMap;

use maud::{Markup, html};
use rollcall_browse::{ChangeFilter, ChangeOutcome};
use rollcall_host::decision::{Decision, Verdict};
use rollcall_host::directory::Action;
use rollcall_host::history::{ChangeRecord, Run};
use rollcall_host::limits::{APPROVAL_LIFETIME, MAX_CHANGES, MAX_HELD_RECORDS};
use rollcall_host::model::{Key, Timestamp};
use rollcall_rules::placement::departments;
use rollcall_rules::vocabulary::attribute::DISPLAY_NAME;
use rollcall_rules::vocabulary::resource_type::{DEPARTMENT, USER};
use rollcall_words::Language;

use super::words;
use crate::page;
use crate::problem::Problem;
use crate::services::Services;
use crate::sources::held::HeldRemovals;
use crate::visitor::Preferences;

/// Departments that are named.
///
/// 12. Why: two lines of text; whoever wants all of them reads the list.
const N_DEPARTMENTS: usize = 12;

/// The sentence: "796 of 4,296 people (18.5 %) and 3 of 120 departments would be removed".
pub(super) fn told(held: &HeldRemovals, reader: Preferences) -> Option<String> {
    let told = held.would_leave.told();
    let told = page::as_sentence(told.localized(reader.language.tag()).message);
    (0 < held.would_leave.n()).then_some(told)
}

/// Until when it may be decided about.
pub(super) fn until(run: &Run) -> Timestamp {
    let from = run.finished_at.unwrap_or(run.started_at).unix_ms();
    let lifetime = i64::try_from(APPROVAL_LIFETIME.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_unix_ms(from.saturating_add(lifetime))
}

/// The changes that a run holds, as far as they are recorded.
pub(super) async fn changes(services: &Services, run: &Run) -> Result<Vec<ChangeRecord>, Problem> {
    let filter = ChangeFilter { outcome: Some(ChangeOutcome::Held), ..ChangeFilter::default() };
    // Somebody else under a known id is two records.
    let limit = u32::try_from(MAX_HELD_RECORDS).unwrap_or(u32::MAX).saturating_mul(2);
    let found = services.store().changes_where(&run.id, &filter, None, limit).await?;
    Ok(found.into_iter().map(|numbered| numbered.item).collect())
}

/// Out of which departments people would leave, those with most of them first: "R&D 120, Sales 80 and 3 more".
pub(super) async fn by_department(
    services: &Services,
    reader: Preferences,
    run: &Run,
    changes: &[ChangeRecord],
) -> Result<Markup, Problem> {
    let leaves = |change: &&ChangeRecord| {
        change.key.resource_type == USER && matches!(change.action, Action::Deactivated | Action::Deleted)
    };
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for change in changes.iter().filter(leaves) {
        for id in change.before.as_deref().into_iter().flat_map(departments) {
            let n = counts.entry(id).or_default();
            *n = n.saturating_add(1);
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let n_more = counts.len().saturating_sub(N_DEPARTMENTS);
    counts.truncate(N_DEPARTMENTS.min(MAX_CHANGES));
    let names = names(services, run, counts.iter().map(|(id, _)| *id)).await?;
    Ok(html! {
        @if !names.is_empty() {
            p {
                (reader.say(words::by_department())) " "
                @for (place, ((_, n), name)) in counts.iter().zip(&names).enumerate() {
                    @if 0 < place { (comma(reader)) }
                    (name) " " b { (page::count(*n)) }
                }
                @if 0 < n_more { " " (reader.say(words::more_departments(page::count(u64::try_from(n_more).unwrap_or(u64::MAX))))) }
            }
        }
    })
}

/// What stands between two of a list.
fn comma(reader: Preferences) -> &'static str {
    match reader.language {
        Language::English => ", ",
        Language::Chinese => "，",
    }
}

/// What these departments are called; by their ids where the platform does not hold them.
async fn names<'a>(
    services: &Services,
    run: &Run,
    ids: impl Iterator<Item = &'a str>,
) -> Result<Vec<String>, Problem> {
    let keys: Vec<Key> = ids.map(|id| Key::new(DEPARTMENT, id)).collect();
    let held = services.store().load(&run.source, &keys).await?;
    let name = |(key, held): (&Key, Option<rollcall_host::directory::Held>)| {
        let name =
            held.as_ref().and_then(|held| held.document.get(DISPLAY_NAME)?.as_str().map(str::to_owned));
        name.unwrap_or_else(|| key.external_id.clone())
    };
    Ok(keys.iter().zip(held).map(name).collect())
}

/// What was decided, each with who, when and why.
pub(super) fn decisions(reader: Preferences, decisions: &[Decision]) -> Markup {
    html! {
        @for Decision { at, by, verdict, about, reason, .. } in decisions {
            p {
                @let n = about.as_ref().map(|about| page::count(u64::try_from(about.len()).unwrap_or(u64::MAX)));
                @match (verdict, n) {
                    (Verdict::Approved, Some(n)) => (reader.say(words::approved_by(by, n))),
                    (Verdict::Approved, None) => (reader.say(words::approved_whole_by(by))),
                    (Verdict::Declined | Verdict::Over, Some(n)) => (reader.say(words::declined_by(by, n))),
                    (Verdict::Declined | Verdict::Over, None) => (reader.say(words::declined_whole_by(by))),
                }
                " " span class="soft" { (page::moment(*at)) }
                @if let Some(reason) = reason { br; q { (reason) } }
            }
        }
    }
}

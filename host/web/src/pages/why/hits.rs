//! Who is meant by a text: among those who are held, departed ones too, and those who are not, or never were.
//!
//! Not here: what is known of them (`facts`).

use std::collections::BTreeSet;

use rollcall_browse::{ListedObject, ObjectQuery, OnceKnown, Page};
use rollcall_host::model::{Key, SourceName};

use super::question;
use crate::problem::Problem;
use crate::services::Services;
use rollcall_rules::vocabulary::resource_type::{DEPARTMENT, USER};

/// Hits that are offered, at most, of each kind.
///
/// 20. Why: whoever sees more gives another word.
const OFFERED: u32 = 20;

/// What a text may mean.
#[derive(Debug)]
pub(super) struct SearchHits {
    pub(super) hits: Vec<Hit>,
    /// How many more are held.
    pub(super) n_more: u64,
}

/// One object that may be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) key: Key,
    pub(super) name: String,
    pub(super) standing: HitStatus,
    /// What tells people of the same name apart: title, phone numbers, e-mail addresses.
    pub(super) more: Vec<String>,
}

/// How a hit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HitStatus {
    Present,
    Departed,
    /// It is not held, or not any more.
    NotHeld,
}

impl SearchHits {
    /// The one that is meant: the only one, or the only one with exactly this id.
    pub(super) fn only(&self, text: &str) -> Option<Key> {
        if let ([only], 0) = (self.hits.as_slice(), self.n_more) {
            return Some(only.key.clone());
        }
        let mut exact = self.hits.iter().filter(|hit| hit.key.external_id == text);
        match (exact.next(), exact.next()) {
            (Some(only), None) => Some(only.key.clone()),
            (Some(_) | None, _) => None,
        }
    }
}

/// Look for it.
pub(super) async fn find(
    services: &Services,
    source: &SourceName,
    text: &str,
) -> Result<SearchHits, Problem> {
    let store = services.store();
    let query = ObjectQuery { text: text.to_owned(), ..ObjectQuery::default() };
    let held = store.search(Some(source), &query, Page { offset: 0, limit: OFFERED }).await?;
    let once = store.once_known(Some(source), text, OFFERED).await?;
    let n_shown = u64::try_from(held.items.len()).unwrap_or(u64::MAX);
    let mut hits = by_id(services, source, text).await?;
    hits.extend(held.items.into_iter().map(Hit::from));
    hits.extend(once.into_iter().map(Hit::from));
    let mut seen = BTreeSet::new();
    hits.retain(|hit| seen.insert(hit.key.clone()));
    Ok(SearchHits { hits, n_more: held.total.saturating_sub(n_shown) })
}

/// Objects with exactly this id: those beyond the first hits, and those of which only an event or a question tells.
async fn by_id(services: &Services, source: &SourceName, id: &str) -> Result<Vec<Hit>, Problem> {
    let store = services.store();
    let mut hits = Vec::new();
    for resource_type in [USER, DEPARTMENT] {
        let key = Key::new(resource_type, id);
        if let Some(whole) = store.object(source, &key).await? {
            hits.push(Hit::from(ListedObject::from(whole)));
        } else if !store.events_about(source, &key, 1).await?.is_empty()
            || !store.trail(source, &key, None, 1).await?.is_empty()
            || !question::about(services, source, &key).await?.is_empty()
        {
            hits.push(Hit { key, name: id.to_owned(), standing: HitStatus::NotHeld, more: Vec::new() });
        }
    }
    Ok(hits)
}

impl From<ListedObject> for Hit {
    fn from(listed: ListedObject) -> Self {
        let standing = if listed.departed { HitStatus::Departed } else { HitStatus::Present };
        let more = listed.title.into_iter().chain(listed.phones).chain(listed.emails).collect();
        Self { key: listed.key, name: listed.name, standing, more }
    }
}

impl From<OnceKnown> for Hit {
    fn from(once: OnceKnown) -> Self {
        let name = once.name.unwrap_or_else(|| once.key.external_id.clone());
        Self { key: once.key, name, standing: HitStatus::NotHeld, more: Vec::new() }
    }
}

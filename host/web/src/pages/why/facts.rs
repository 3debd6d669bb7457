//! What is known of one object, gathered from the store: the ground of every answer.
//!
//! Not here: what follows from it (`answer`).

use rollcall_browse::{EntryAbout, TrailStep, WholeObject};
use rollcall_host::history::Run;
use rollcall_host::inbox::InboxEvent;
use rollcall_host::model::{Key, SourceName};

use super::question::{self, Question};
use crate::problem::Problem;
use crate::services::Services;
use crate::subject::{last_complete, last_full, name_in};

/// Steps of each kind that are looked at, the newest.
///
/// 30. Why: the answer is in the newest ones; the page about the object has all.
const STEPS: u32 = 30;

/// What is known. Every list has the newest first.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Facts {
    /// What was asked for: a name, or an id.
    pub(super) name: String,
    /// Which object; none when the text means none.
    pub(super) key: Option<Key>,
    pub(super) held: Option<WholeObject>,
    pub(super) changes: Vec<TrailStep>,
    pub(super) entries: Vec<EntryAbout>,
    pub(super) events: Vec<InboxEvent>,
    /// That the source was asked, with the run that did.
    pub(super) questions: Vec<(Question, Option<Run>)>,
    /// The newest full run that read everything and was no preview.
    pub(super) last_complete: Option<Run>,
    /// The newest full run, however it ended, that was no preview.
    pub(super) last_full: Option<Run>,
}

impl Facts {
    /// What is known of the object with this key.
    pub(super) async fn about_key(
        services: &Services,
        source: &SourceName,
        key: Key,
    ) -> Result<Self, Problem> {
        let store = services.store();
        let mut questions = Vec::new();
        for question in question::about(services, source, &key).await? {
            let run = rollcall_host::history::History::run(&**store, &question.run).await?;
            questions.push((question, run));
        }
        let mut facts = Self {
            held: store.object(source, &key).await?,
            changes: store.trail(source, &key, None, STEPS).await?,
            entries: store.entries_about(source, &key, STEPS).await?,
            events: store.events_about(source, &key, STEPS).await?,
            questions,
            ..Self::about_nothing(services, source, &key.external_id).await?
        };
        facts.key = Some(key);
        if let Some(name) = facts.known_name() {
            facts.name = name;
        }
        Ok(facts)
    }

    /// What is known when a text means no object.
    pub(super) async fn about_nothing(
        services: &Services,
        source: &SourceName,
        text: &str,
    ) -> Result<Self, Problem> {
        Ok(Self {
            name: text.to_owned(),
            key: None,
            held: None,
            changes: Vec::new(),
            entries: Vec::new(),
            events: Vec::new(),
            questions: Vec::new(),
            last_complete: last_complete(services, source).await?,
            last_full: last_full(services, source, None).await?,
        })
    }

    fn known_name(&self) -> Option<String> {
        let held = self.held.iter().map(|held| &held.held.document);
        let changes = self.changes.iter().map(|step| &step.change.item);
        let documents = changes.flat_map(|change| [&change.after, &change.before]).flatten();
        let name = held.chain(documents).find_map(|document| name_in(document));
        let said = || self.entries.iter().find_map(|about| about.entry.item.subject_name.as_deref());
        name.or_else(said).map(str::to_owned)
    }
}

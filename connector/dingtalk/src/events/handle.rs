//! Doing what events ask for: read again what they name, and what is below a department that came into view or left it.
//! Nothing is taken from an event but ids.

use super::actions::{Actions, keys, plan};
use super::notice::Notice;
use super::subtree;
use crate::DingTalk;
use crate::mapping::department;
use crate::messages::events as say;
use crate::wire::DepartmentId;
use rollcall_kit::live::Event;
use rollcall_kit::reading::refresh_objects;
use rollcall_kit::{Connector, Context, Entry, Failure, Key, Severity, Sighting};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// Keys of one reading at most.
///
/// Source: `wit/directory.wit`, `find`.
const MAX_KEYS: usize = 1_000;

/// Where the connector remembers below which departments it must still read. A department that came into view is held by
/// the platform before all that is below it is, so another try could not tell any more that it had just come.
const UNFINISHED: &str = "subtrees-unfinished";

/// Bring in line what these events name.
///
/// # Errors
/// When anything could not be brought in line, or when nothing must be.
pub(crate) async fn handle(dingtalk: &DingTalk, context: &Context, events: &[Event]) -> Result<(), Failure> {
    let mut actions = plan(events.iter().flat_map(Notice::of));
    if dingtalk.settings.person_details {
        actions.follow_roles();
    }
    tell(context, &actions);
    match actions.stop {
        Some(why) => Err(Failure::Permission(why)),
        None => Handling::new(dingtalk, context).act(actions).await,
    }
}

fn tell(context: &Context, actions: &Actions) {
    let full = actions.full.iter().map(|kind| (Severity::Warning, say::full_reading_needed(kind)));
    let ignored = actions.ignored.iter().map(|kind| (Severity::Info, say::kind_not_known(kind)));
    for (severity, diagnosis) in full.chain(ignored) {
        context.record(Entry::new(severity, diagnosis));
    }
}

struct Handling<'a> {
    dingtalk: &'a DingTalk,
    context: &'a Context,
    present: RefCell<BTreeSet<Key>>,
    hidden: RefCell<BTreeSet<Key>>,
    /// Why something could not be asked about: the first reason that came up.
    unknown: RefCell<Option<Failure>>,
}

impl<'a> Handling<'a> {
    fn new(dingtalk: &'a DingTalk, context: &'a Context) -> Self {
        Self {
            dingtalk,
            context,
            present: RefCell::default(),
            hidden: RefCell::default(),
            unknown: RefCell::default(),
        }
    }

    async fn act(self, mut actions: Actions) -> Result<(), Failure> {
        self.leave_out_the_root(&mut actions)?;
        let held = self.held(&actions.subtrees)?;
        let before = self.unfinished()?;
        let unfinished: BTreeSet<_> = actions.subtrees.difference(&held).chain(&before).copied().collect();
        if unfinished != before {
            self.remember(&unfinished)?;
        }
        actions.departments.extend(&unfinished);
        self.refresh(&actions.refresh()).await?;
        for id in self.moved(&held, &unfinished) {
            self.read_below(id).await?;
        }
        self.outcome()?;
        if unfinished.is_empty() { Ok(()) } else { self.remember(&BTreeSet::new()) }
    }

    /// Which of those that the platform held are out of view now, and which of the others came into it.
    fn moved(&self, held: &BTreeSet<DepartmentId>, others: &BTreeSet<DepartmentId>) -> Vec<DepartmentId> {
        let (hidden, present) = (self.hidden.borrow(), self.present.borrow());
        let left = held.iter().filter(|id| hidden.contains(&department::key(**id)));
        let came = others.iter().filter(|id| present.contains(&department::key(**id)));
        left.chain(came).copied().collect()
    }

    /// The organization's own department is there to see only for an application that may see all of it.
    fn leave_out_the_root(&self, actions: &mut Actions) -> Result<(), Failure> {
        let root = BTreeSet::from([DepartmentId::ROOT]);
        if actions.departments.contains(&DepartmentId::ROOT) && self.held(&root)?.is_empty() {
            actions.departments.remove(&DepartmentId::ROOT);
        }
        actions.subtrees.remove(&DepartmentId::ROOT);
        Ok(())
    }

    async fn refresh(&self, keys: &[Key]) -> Result<(), Failure> {
        for keys in keys.chunks(MAX_KEYS) {
            let look = async |key: &Key| self.look(key).await;
            refresh_objects(self.context, DingTalk::SCHEMAS, keys, look).await?;
        }
        Ok(())
    }

    async fn look(&self, key: &Key) -> Sighting {
        let sighting = self.dingtalk.look(self.context, key).await;
        match &sighting {
            Sighting::Present(_) => {
                self.present.borrow_mut().insert(key.clone());
            }
            Sighting::Hidden(_) => {
                self.hidden.borrow_mut().insert(key.clone());
            }
            Sighting::Unknown(failure) => {
                self.unknown.borrow_mut().get_or_insert_with(|| failure.clone());
            }
            Sighting::Gone(_) => {}
        }
        sighting
    }

    /// Read again all that is below a department. Where that cannot be, another try would not do better, and the next
    /// full reading will.
    async fn read_below(&self, id: DepartmentId) -> Result<(), Failure> {
        let why = match subtree::below(&self.dingtalk.client(self.context), id).await {
            Ok(below) if !below.is_too_large() => {
                return self.refresh(&keys(&below.departments, &below.users)).await;
            }
            Ok(_) => say::subtree_too_large(),
            Err(Failure::Protocol(why)) => why,
            Err(failure) => return Err(failure),
        };
        self.context.record(Entry::about(Severity::Warning, &department::key(id), None, why));
        Ok(())
    }

    /// What came of it all: every event is worth another try if anything that one of them names is unknown.
    fn outcome(&self) -> Result<(), Failure> {
        let stopped = self.dingtalk.stopped.borrow().clone();
        stopped.or_else(|| self.unknown.borrow().clone()).map_or(Ok(()), Err)
    }

    /// Those of these departments that the platform holds.
    fn held(&self, ids: &BTreeSet<DepartmentId>) -> Result<BTreeSet<DepartmentId>, Failure> {
        let mut held = BTreeSet::new();
        let ids: Vec<_> = ids.iter().copied().collect();
        for ids in ids.chunks(MAX_KEYS) {
            let keys: Vec<_> = ids.iter().map(|id| department::key(*id)).collect();
            let found = self.context.host().find(&keys).map_err(Failure::Host)?;
            held.extend(ids.iter().zip(found).filter(|(_, found)| found.is_some()).map(|(id, _)| *id));
        }
        Ok(held)
    }

    fn unfinished(&self) -> Result<BTreeSet<DepartmentId>, Failure> {
        let stored = self.context.host().storage_get(&[UNFINISHED.to_owned()]).map_err(Failure::Host)?;
        let Some(ids) = stored.into_iter().next().flatten() else { return Ok(BTreeSet::new()) };
        Ok(serde_json::from_slice(&ids).unwrap_or_else(|_| {
            self.context.record(Entry::new(Severity::Warning, say::full_reading_needed(UNFINISHED)));
            BTreeSet::new()
        }))
    }

    fn remember(&self, unfinished: &BTreeSet<DepartmentId>) -> Result<(), Failure> {
        let ids: Vec<String> = unfinished.iter().map(ToString::to_string).collect();
        let value = (!ids.is_empty()).then(|| format!("[{}]", ids.join(",")).into_bytes());
        self.context.host().storage_write(vec![(UNFINISHED.to_owned(), value)]).map_err(Failure::Host)
    }
}

//! Doing what events ask for: read again what they name, and what is below a department that came into view or left it.
//! Nothing is taken from an event but ids.

use super::actions::{Actions, plan};
use super::notice::Notice;
use super::subtree::{self, Subtree};
use crate::DingTalk;
use crate::mapping::department;
use crate::messages::events as say;
use crate::wire::DepartmentId;
use rollcall_kit::limits::{FIND_BATCH, MAX_REQUESTS_IN_FLIGHT};
use rollcall_kit::live::Event;
use rollcall_kit::reading::{Refreshed, refresh_objects};
use rollcall_kit::{Area, Connector, Context, Entry, Failure, Key, Lookup, Severity, Summary, pool};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

/// Where the connector remembers below which departments it must still read. A department that came into view is held by
/// the platform before all that is below it is, so another try could not tell any more that it had just come.
const UNFINISHED: &str = "subtrees-unfinished";

/// Bring in line what these events name, each object read once.
///
/// # Errors
/// When anything could not be brought in line, or when nothing must be.
pub(crate) async fn handle(
    dingtalk: &DingTalk,
    context: &Context,
    events: &[Event],
) -> Result<Summary, Failure> {
    let mut actions = plan(events.iter().flat_map(Notice::of));
    if dingtalk.settings.person_details {
        actions.follow_roles();
    }
    let handling = Handling::new(dingtalk, context);
    handling.tell(&actions);
    match actions.stop {
        Some(why) => Err(Failure::Permission(why)),
        None => handling.act(actions).await,
    }
}

/// Which way a department may have gone.
#[derive(Debug, Clone, Copy)]
enum Moved {
    /// Into view: the platform did not hold it.
    In,
    /// Out of view: the platform holds it.
    Out,
}

impl Moved {
    fn is_seen_in(self, lookup: &Lookup) -> bool {
        match (self, lookup) {
            (Self::In, Lookup::Present(_)) | (Self::Out, Lookup::Hidden(_)) => true,
            (Self::In | Self::Out, _) => false,
        }
    }
}

struct Handling<'a> {
    dingtalk: &'a DingTalk,
    context: &'a Context,
    /// What was said about departments that may have moved, so that none is asked about twice.
    lookups: RefCell<BTreeMap<Key, Lookup>>,
    /// Why something could not be asked about: the first reason that came up.
    unknown: RefCell<Option<Failure>>,
    /// Whether only a full reading finds all that has changed.
    full_reading_needed: Cell<bool>,
}

impl<'a> Handling<'a> {
    fn new(dingtalk: &'a DingTalk, context: &'a Context) -> Self {
        Self {
            dingtalk,
            context,
            lookups: RefCell::default(),
            unknown: RefCell::default(),
            full_reading_needed: Cell::new(false),
        }
    }

    fn tell(&self, actions: &Actions) {
        for kind in &actions.full {
            self.leave_to_a_full_reading(Entry::new(Severity::Warning, say::full_reading_needed(kind)));
        }
        for kind in &actions.ignored {
            self.context.record(Entry::new(Severity::Info, say::kind_not_known(kind)));
        }
    }

    async fn act(self, mut actions: Actions) -> Result<Summary, Failure> {
        self.leave_out_the_root(&mut actions)?;
        let held = self.held(&actions.subtrees)?;
        let before = self.unfinished()?;
        let unfinished: BTreeSet<_> = actions.subtrees.difference(&held).chain(&before).copied().collect();
        if unfinished != before {
            self.remember(&unfinished)?;
        }
        actions.departments.extend(&unfinished);
        self.follow_moves(&held, &unfinished, &mut actions).await;
        let look_up = async |key: &Key| self.look_up(key).await;
        let Refreshed { summary, .. } =
            refresh_objects(self.context, DingTalk::SCHEMAS, &actions.refresh(), look_up).await?;
        self.outcome()?;
        if !unfinished.is_empty() {
            self.remember(&BTreeSet::new())?;
        }
        Ok(Summary { complete: summary.complete && !self.full_reading_needed.get(), ..summary })
    }

    /// Of the departments that may have moved, ask which did, and add what is below those to what must be read. All of it
    /// is then one reading, in which departments come before the people in them and nobody is read twice.
    async fn follow_moves(
        &self,
        held: &BTreeSet<DepartmentId>,
        others: &BTreeSet<DepartmentId>,
        actions: &mut Actions,
    ) {
        for (ids, moved) in [(held, Moved::Out), (others, Moved::In)] {
            for id in self.moved(ids, moved).await {
                let below = self.below(id).await;
                actions.departments.extend(below.departments);
                actions.users.extend(below.users);
            }
        }
    }

    async fn moved(&self, ids: &BTreeSet<DepartmentId>, moved: Moved) -> Vec<DepartmentId> {
        let found = RefCell::new(Vec::new());
        let found_ref = &found;
        let ask = |id: DepartmentId| async move {
            let key = department::key(id);
            let lookup = self.look_up(&key).await;
            if moved.is_seen_in(&lookup) {
                found_ref.borrow_mut().push(id);
            }
            self.lookups.borrow_mut().insert(key, lookup);
            Ok::<_, Infallible>(Vec::new())
        };
        let Ok(()) = pool::crawl(ids.iter().copied(), MAX_REQUESTS_IN_FLIGHT, ask).await;
        let mut found = found.into_inner();
        found.sort_unstable();
        found
    }

    /// All that is below a department. Where that cannot be had, another try would not do better, and the next full
    /// reading will; unless nobody answered: then the rest is brought in line before the failure is told.
    async fn below(&self, id: DepartmentId) -> Subtree {
        let why = match subtree::below(&self.dingtalk.client(self.context), id).await {
            Ok(below) if !below.is_too_large() => return below,
            Ok(_) => say::subtree_too_large(),
            Err(Failure::Protocol(why)) => why,
            Err(failure) => {
                self.note_unknown(&failure);
                return Subtree::default();
            }
        };
        self.leave_to_a_full_reading(Entry::about(Severity::Warning, &department::key(id), None, why));
        Subtree::default()
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

    async fn look_up(&self, key: &Key) -> Lookup {
        if let Some(lookup) = self.lookups.borrow().get(key) {
            return lookup.clone();
        }
        let lookup = self.dingtalk.look_up(self.context, key).await;
        if let Lookup::Unknown(failure) = &lookup {
            self.note_unknown(failure);
        }
        lookup
    }

    fn note_unknown(&self, failure: &Failure) {
        self.unknown.borrow_mut().get_or_insert_with(|| failure.clone());
    }

    fn leave_to_a_full_reading(&self, entry: Entry) {
        self.full_reading_needed.set(true);
        self.context.record(entry);
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
        for ids in ids.chunks(FIND_BATCH) {
            let keys: Vec<_> = ids.iter().map(|id| department::key(*id)).collect();
            let found = self.context.host().find_inventory(&keys).map_err(Failure::Host)?;
            held.extend(ids.iter().zip(found).filter(|(_, found)| found.is_some()).map(|(id, _)| *id));
        }
        Ok(held)
    }

    fn unfinished(&self) -> Result<BTreeSet<DepartmentId>, Failure> {
        let stored = self
            .context
            .host()
            .storage_get(Area::Durable, &[UNFINISHED.to_owned()])
            .map_err(Failure::Host)?;
        let Some(ids) = stored.into_iter().next().flatten() else { return Ok(BTreeSet::new()) };
        Ok(serde_json::from_str(&ids).unwrap_or_else(|_| {
            let why = say::full_reading_needed(UNFINISHED);
            self.leave_to_a_full_reading(Entry::new(Severity::Warning, why));
            BTreeSet::new()
        }))
    }

    fn remember(&self, unfinished: &BTreeSet<DepartmentId>) -> Result<(), Failure> {
        let ids: Vec<String> = unfinished.iter().map(ToString::to_string).collect();
        let value = (!ids.is_empty()).then(|| format!("[{}]", ids.join(",")));
        let written = self.context.host().storage_write(Area::Durable, vec![(UNFINISHED.to_owned(), value)]);
        written.map_err(Failure::Host)
    }
}

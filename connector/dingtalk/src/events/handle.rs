//! Doing what events ask for: read again what they name, and what is below a department that came into view or left it.
//! Nothing is taken from an event but ids, and what could not be read costs the events that name it.

use super::actions::{Actions, plan};
use super::messages as say;
use super::notice::Notice;
use super::subtree::{self, Subtree, Unlisted};
use crate::codes;
use crate::limits::MAX_SUBTREE_TRIES;
use crate::lookup::Purpose;
use crate::mapping::{SCHEMAS, department, user};
use crate::organization::DingTalk;
use crate::wire::DepartmentId;
use rollcall_kit::limits::{FIND_BATCH, MAX_REQUESTS_IN_FLIGHT};
use rollcall_kit::live::{Event, Handled};
use rollcall_kit::reading::{Refreshed, refresh_objects};
use rollcall_kit::{Area, Context, Entry, Failure, Key, Lookup, Severity, Summary, pool};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

/// Where the connector remembers below which departments it must still read, as long as the events that named them are
/// unfinished. A department that came into view is held by the platform before all that is below it is, so another try could
/// not tell any more that it had just come. Each with how often it was tried: it is forgotten when it could be read, when a
/// full reading was complete, and after [`MAX_SUBTREE_TRIES`].
const UNFINISHED: &str = "subtrees-unfinished";

/// Bring in line what these events name, each object read once.
///
/// # Errors
/// When nothing at all could be read, or nothing more can be.
pub(crate) async fn handle(
    dingtalk: &DingTalk,
    context: &Context,
    events: &[Event],
) -> Result<Handled, Failure> {
    let asked: Vec<Actions> = events.iter().map(|event| asked_by(dingtalk, event)).collect();
    let all = asked.iter().fold(Actions::default(), Actions::and);
    let handling = Handling::new(dingtalk, context);
    handling.tell(&all);
    if let Some(why) = all.stop {
        return Err(Failure::Permission(why));
    }
    let summary = handling.act(all).await?;
    let why = asked.iter().map(|actions| handling.why_unfinished(actions));
    let unfinished: Vec<(String, Failure)> =
        events.iter().zip(why).filter_map(|(event, why)| Some((event.id.clone(), why?))).collect();
    match unfinished.first() {
        Some((_, why)) if summary.read == 0 && unfinished.len() == events.len() => Err(why.clone()),
        Some(_) | None => Ok(Handled { summary, unfinished }),
    }
}

/// Forget below which departments must still be read, because everything was.
///
/// # Errors
/// [`Failure::Host`] when the host's store fails.
pub(crate) fn forget_unfinished(context: &Context) -> Result<(), Failure> {
    remember(context, &Tries::new())
}

fn asked_by(dingtalk: &DingTalk, event: &Event) -> Actions {
    let mut actions = plan(Notice::of(event));
    if dingtalk.settings().person_details {
        actions.follow_roles();
    }
    actions
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
    /// What is below departments that moved.
    below: RefCell<BTreeMap<DepartmentId, Subtree>>,
    /// Below which departments could not be listed, and why.
    unlisted: RefCell<BTreeMap<DepartmentId, Failure>>,
    /// What could not be asked about, and why.
    unknown: RefCell<BTreeMap<Key, Failure>>,
    /// Whether only a full reading finds all that has changed.
    full_reading_needed: Cell<bool>,
}

impl<'a> Handling<'a> {
    fn new(dingtalk: &'a DingTalk, context: &'a Context) -> Self {
        Self {
            dingtalk,
            context,
            lookups: RefCell::default(),
            below: RefCell::default(),
            unlisted: RefCell::default(),
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

    async fn act(&self, mut actions: Actions) -> Result<Summary, Failure> {
        self.leave_out_the_root(&mut actions)?;
        let held = self.held(&actions.subtrees)?;
        let before = self.remembered()?;
        let arriving: BTreeSet<_> = actions
            .subtrees
            .iter()
            .filter(|id| !held.contains(id) || before.contains_key(id))
            .copied()
            .collect();
        let mut tries = before;
        arriving.iter().for_each(|id| *tries.entry(*id).or_default() += 1);
        if !arriving.is_empty() {
            remember(self.context, &tries)?;
        }
        self.follow_moves(&held, &arriving, &mut actions).await;
        let look_up = async |key: &Key| self.look_up(key).await;
        let Refreshed { summary, unknown } =
            refresh_objects(self.context, SCHEMAS, &actions.refresh(), look_up).await?;
        *self.unknown.borrow_mut() = unknown;
        if let Some(stopped) = self.dingtalk.stopped() {
            return Err(stopped);
        }
        let n_before = tries.len();
        tries.retain(|id, n_tries| !arriving.contains(id) || !self.is_over(*id, *n_tries));
        if tries.len() != n_before {
            remember(self.context, &tries)?;
        }
        // What is unknown is tried again with its events; a full reading is for the rest.
        let complete = !self.full_reading_needed.get();
        Ok(Summary { complete, incomplete_reason: None, ..summary })
    }

    /// Whether nothing is left to be read below this department, or it was tried often enough: a full reading is for that.
    fn is_over(&self, id: DepartmentId, n_tries: u32) -> bool {
        self.why_open(id).is_none() || MAX_SUBTREE_TRIES <= n_tries
    }

    /// Why an event that asks for this is worth another try.
    fn why_unfinished(&self, actions: &Actions) -> Option<Failure> {
        let unknown = self.unknown.borrow();
        let of_itself = actions.refresh().into_iter().find_map(|key| unknown.get(&key).cloned());
        of_itself.or_else(|| actions.subtrees.iter().find_map(|id| self.why_open(*id)))
    }

    /// Why a department, or what is below it, is worth another try.
    fn why_open(&self, id: DepartmentId) -> Option<Failure> {
        let unknown = self.unknown.borrow();
        let why = |key: Key| unknown.get(&key).cloned();
        let below = self.below.borrow();
        let below = below.get(&id).into_iter();
        let mut below = below.flat_map(|below| {
            let departments = below.departments.iter().map(|id| department::key(*id));
            departments.chain(below.users.iter().map(user::key))
        });
        let of_itself = why(department::key(id)).or_else(|| self.unlisted.borrow().get(&id).cloned());
        of_itself.or_else(|| below.find_map(why))
    }

    /// Of the departments that may have moved, ask which did, and add what is below those to what must be read. All of it
    /// is then one reading, in which departments come before the people in them and nobody is read twice.
    async fn follow_moves(
        &self,
        held: &BTreeSet<DepartmentId>,
        arriving: &BTreeSet<DepartmentId>,
        actions: &mut Actions,
    ) {
        for (ids, moved) in [(held, Moved::Out), (arriving, Moved::In)] {
            for id in self.moved(ids, moved).await {
                let below = self.below(id).await;
                actions.departments.extend(&below.departments);
                actions.users.extend(below.users.iter().cloned());
                self.below.borrow_mut().insert(id, below);
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
    /// reading will; unless nobody answered: then the event that named it is tried again.
    async fn below(&self, id: DepartmentId) -> Subtree {
        let why = match subtree::below(&self.dingtalk.client(self.context), id).await {
            Ok(below) if !below.is_too_large() => return below,
            Ok(_) => codes::subtree_too_large(),
            Err(Unlisted::Lost(Failure::Protocol(why))) => why,
            Err(Unlisted::Lost(failure)) => {
                self.unlisted.borrow_mut().insert(id, failure);
                return Subtree::default();
            }
            Err(Unlisted::Stopped(failure)) => {
                self.dingtalk.stop(failure);
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
        self.dingtalk.look_up_for(Purpose::Event, self.context, key).await
    }

    fn leave_to_a_full_reading(&self, entry: Entry) {
        self.full_reading_needed.set(true);
        self.context.record(entry);
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

    fn remembered(&self) -> Result<Tries, Failure> {
        let stored = self
            .context
            .host()
            .storage_get(Area::Durable, &[UNFINISHED.to_owned()])
            .map_err(Failure::Host)?;
        let Some(ids) = stored.into_iter().next().flatten() else { return Ok(Tries::new()) };
        Ok(tries_of(&ids).unwrap_or_else(|| {
            let why = say::full_reading_needed(UNFINISHED);
            self.leave_to_a_full_reading(Entry::new(Severity::Warning, why));
            Tries::new()
        }))
    }
}

/// How often each department was tried.
type Tries = BTreeMap<DepartmentId, u32>;

/// `{"3": 2}`, or `[3]` as an earlier version wrote it.
fn tries_of(text: &str) -> Option<Tries> {
    let counted = serde_json::from_str::<BTreeMap<String, u32>>(text).ok();
    let counted =
        counted.map(|tries| tries.into_iter().map(|(id, n)| Some((DepartmentId(id.parse().ok()?), n))));
    match counted {
        Some(mut tries) => tries.by_ref().collect(),
        None => serde_json::from_str::<BTreeSet<DepartmentId>>(text)
            .ok()
            .map(|ids| ids.into_iter().map(|id| (id, 0)).collect()),
    }
}

fn remember(context: &Context, tries: &Tries) -> Result<(), Failure> {
    let tries: Vec<String> = tries.iter().map(|(id, n_tries)| format!("\"{id}\":{n_tries}")).collect();
    let value = (!tries.is_empty()).then(|| format!("{{{}}}", tries.join(",")));
    context.host().storage_write(Area::Durable, vec![(UNFINISHED.to_owned(), value)]).map_err(Failure::Host)
}

#[cfg(test)]
mod tests {
    use super::{DepartmentId, Tries, tries_of};

    #[test]
    fn what_an_earlier_version_remembered_is_read() {
        let tries =
            |tries: &[(i64, u32)]| tries.iter().map(|(id, n)| (DepartmentId(*id), *n)).collect::<Tries>();
        assert_eq!(tries_of("[3,5]"), Some(tries(&[(3, 0), (5, 0)])));
        assert_eq!(tries_of(r#"{"3":2}"#), Some(tries(&[(3, 2)])));
        assert_eq!([tries_of("{}"), tries_of("7"), tries_of(r#"{"x":2}"#)], [Some(Tries::new()), None, None]);
    }
}

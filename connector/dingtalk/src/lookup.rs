//! One object, asked about by itself: is it there, gone, or out of sight? Its own words are what a deletion rests on.

mod ring;

use crate::client::Client;
use crate::codes;
use crate::mapping::department::DepartmentOrigin;
use crate::mapping::user::Memberships;
use crate::mapping::{self, department, user};
use crate::messages::{self, crawl as say};
use crate::scope;
use crate::trouble::Trouble;
use crate::wire::departments::{Details, WireDepartment};
use crate::wire::lenient::Flag;
use crate::wire::scopes::Scopes;
use crate::wire::{DepartmentId, UserId};
use rollcall_kit::{Diagnosis, Draft, Entry, Failure, Key, Lookup, Scope, Severity, unknown_resource_type};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

/// Which departments the application may see.
#[derive(Debug)]
pub(crate) struct VisibleDepartments {
    scopes: Scopes,
    /// All of them, after a reading.
    seen: Option<BTreeSet<DepartmentId>>,
    /// The uppermost departments of branches that are left out, after a reading.
    left_out: BTreeSet<DepartmentId>,
    /// Whether the scopes are those of an earlier call.
    is_remembered: bool,
    /// Whether something was left out of an object because it is not in the scopes.
    has_left_out: Cell<bool>,
    /// What was found out about departments that no reading has seen.
    asked: RefCell<BTreeMap<DepartmentId, Visibility>>,
    /// Which parent departments name that were asked about.
    parents: RefCell<BTreeMap<DepartmentId, Option<DepartmentId>>>,
}

/// How a department stands to what may be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Visibility {
    /// In the scope.
    Inside,
    /// In the scope, and yet the reading has not seen it: it is new, or something has just moved below it.
    Unread,
    Outside,
    /// Of a branch that is left out.
    LeftOut,
    /// Deleted a moment ago.
    Gone,
}

impl VisibleDepartments {
    /// What a reading has seen.
    pub(crate) fn read(
        scopes: Scopes,
        seen: BTreeSet<DepartmentId>,
        left_out: BTreeSet<DepartmentId>,
    ) -> Self {
        Self { seen: Some(seen), left_out, ..Self::of(scopes) }
    }

    /// What the application may see, before anything was read.
    pub(crate) fn of(scopes: Scopes) -> Self {
        Self {
            scopes,
            seen: None,
            left_out: BTreeSet::new(),
            is_remembered: false,
            has_left_out: Cell::default(),
            asked: RefCell::default(),
            parents: RefCell::default(),
        }
    }

    /// What the application could see a while ago.
    pub(crate) fn remembered(scopes: Scopes) -> Self {
        Self { is_remembered: true, ..Self::of(scopes) }
    }

    /// Whether it is from an earlier call.
    pub(crate) fn is_remembered(&self) -> bool {
        self.is_remembered
    }

    /// Whether an answer from it may be less than what may be seen now: the scopes are those of an earlier call, and
    /// something was left out of an object for them.
    pub(crate) fn may_hide(&self) -> bool {
        self.is_remembered && self.has_left_out.get()
    }

    /// The same in the words of the contract.
    pub(crate) fn told(&self) -> Scope {
        scope::told(&self.scopes)
    }

    async fn place(
        &self,
        client: &Client<'_>,
        id: DepartmentId,
        purpose: Purpose,
    ) -> Result<Visibility, Trouble> {
        let seen = match &self.seen {
            Some(seen) => seen.contains(&id),
            None => self.scopes.is_whole(),
        };
        match (seen, &self.seen) {
            _ if !id.is_real() => Ok(Visibility::Outside),
            (true, None) if self.may_leave_out(client, id, purpose)? || !is_held(client, id)? => {
                self.ask(client, id, purpose).await
            }
            (true, _) => Ok(Visibility::Inside),
            // Nothing was read, so there is nothing that it could be missing from.
            (false, None) => self.ask(client, id, purpose).await,
            (false, Some(_)) => Ok(match self.ask(client, id, purpose).await? {
                Visibility::Inside | Visibility::Unread => Visibility::Unread,
                place @ (Visibility::Outside | Visibility::LeftOut | Visibility::Gone) => place,
            }),
        }
    }

    async fn ask(
        &self,
        client: &Client<'_>,
        id: DepartmentId,
        purpose: Purpose,
    ) -> Result<Visibility, Trouble> {
        if let Some(place) = self.asked.borrow().get(&id) {
            return Ok(*place);
        }
        let place = match client.chain(id).await {
            Ok(chain) if self.is_left_out(client, &chain, purpose).await? => Visibility::LeftOut,
            Ok(chain) if self.scopes.cover(id, &chain) => Visibility::Inside,
            Ok(_) | Err(Trouble::Hidden(_)) => Visibility::Outside,
            Err(Trouble::Gone(_)) => Visibility::Gone,
            Err(trouble) => return Err(trouble),
        };
        self.asked.borrow_mut().insert(id, place);
        Ok(place)
    }
}

impl VisibleDepartments {
    /// Whether a department that is of a branch would be left out. For an event, one that the platform holds is followed as
    /// ever: that it leaves is for a reading to say, and for a person to approve.
    fn may_leave_out(
        &self,
        client: &Client<'_>,
        id: DepartmentId,
        purpose: Purpose,
    ) -> Result<bool, Trouble> {
        if !client.settings.leave_out_branches || purpose == Purpose::Reading {
            return Ok(client.settings.leave_out_branches);
        }
        Ok(!is_held(client, id)?)
    }

    /// Whether a department is of a branch that is left out, given those above it.
    async fn is_left_out(
        &self,
        client: &Client<'_>,
        chain: &[DepartmentId],
        purpose: Purpose,
    ) -> Result<bool, Trouble> {
        if self.seen.is_some() || !client.settings.leave_out_branches {
            return Ok(chain.iter().any(|id| self.left_out.contains(id)));
        }
        if let Some(first) = chain.first()
            && !self.may_leave_out(client, *first, purpose)?
        {
            return Ok(false);
        }
        for id in chain.iter().filter(|id| **id != DepartmentId::ROOT && id.is_real()) {
            match client.department(*id).await {
                Ok((department, _)) if is_of_a_branch(&department) => return Ok(true),
                Ok(_) | Err(Trouble::Gone(_) | Trouble::Hidden(_)) => {}
                Err(trouble) => return Err(trouble),
            }
        }
        Ok(false)
    }
}

/// Whether it is of a branch for all that can be read: one of which that is unclear is not brought in by itself.
fn is_of_a_branch(department: &WireDepartment) -> bool {
    department.from_union_org == Some(Flag(true)) || department.oddities.unread.contains("from_union_org")
}

/// What an object is asked about for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A reading, or a person who asks about this very object: one that is refused in a way that nobody foresaw costs itself.
    Reading,
    /// An event, which is worth another try until such a refusal passes.
    Event,
}

/// Ask about one object.
///
/// # Errors
/// When nothing else needs to be asked either.
pub(crate) async fn look_up(
    client: &Client<'_>,
    view: &VisibleDepartments,
    key: &Key,
    purpose: Purpose,
) -> Result<Lookup, Failure> {
    let looked = if key.resource_type == mapping::USER.resource_type {
        match UserId::new(&key.external_id) {
            Some(id) => look_at_person(client, view, &id, purpose).await,
            None => return Ok(Lookup::Hidden(codes::not_an_id())),
        }
    } else if key.resource_type == mapping::DEPARTMENT.resource_type {
        match key.external_id.parse() {
            Ok(id) => look_at_department(client, view, DepartmentId(id), purpose).await,
            Err(_) => return Ok(Lookup::Hidden(codes::not_an_id())),
        }
    } else {
        return Ok(Lookup::Unknown(unknown_resource_type(&key.resource_type)));
    };
    match looked {
        Ok(lookup) => Ok(lookup),
        Err(Trouble::Gone(refusal)) => Ok(Lookup::Gone(messages::evidence(&refusal))),
        Err(Trouble::Hidden(diagnosis)) => Ok(Lookup::Hidden(diagnosis)),
        Err(Trouble::Misread(failure)) => Ok(Lookup::NotUnderstood(failure.diagnosis().clone())),
        Err(Trouble::Unforeseen(failure)) if purpose == Purpose::Reading => {
            Ok(Lookup::NotUnderstood(failure.diagnosis().clone()))
        }
        Err(Trouble::Unforeseen(failure) | Trouble::Lost(failure)) => Ok(Lookup::Unknown(failure)),
        Err(Trouble::Fatal(failure)) => Err(failure),
    }
}

/// Whether the platform holds this department. Of one that it does not hold, nobody has said yet that it is there.
fn is_held(client: &Client<'_>, id: DepartmentId) -> Result<bool, Trouble> {
    let held = client.context.host().find_inventory(&[department::key(id)]);
    held.map(|held| held.iter().any(Option::is_some)).map_err(|why| Trouble::Fatal(Failure::Host(why)))
}

async fn look_at_person(
    client: &Client<'_>,
    view: &VisibleDepartments,
    id: &UserId,
    purpose: Purpose,
) -> Result<Lookup, Trouble> {
    let person = client.person(id).await?;
    let account = client.account(&person).await.map_err(Trouble::Fatal)?;
    client.tell_unknown_accounts();
    let mut visible = Some(Memberships::new());
    let Some(memberships) = user::memberships(&person, client.settings.person_details) else {
        return Ok(present(client, user::draft(&person, None, account, client.settings.person_details)));
    };
    let (n_departments, mut n_left_out) = (memberships.len(), 0);
    for (id, membership) in memberships {
        match view.place(client, id, purpose).await {
            Ok(Visibility::LeftOut) => n_left_out += 1,
            Ok(Visibility::Inside) => drop(visible.as_mut().map(|visible| visible.insert(id, membership))),
            Ok(Visibility::Unread) => return Ok(unread(id)),
            Ok(Visibility::Outside | Visibility::Gone) => view.has_left_out.set(true),
            // An odd department does not cost the people who name it: which ones they have is kept.
            Err(Trouble::Misread(failure) | Trouble::Unforeseen(failure)) => {
                let why = failure.diagnosis().clone();
                client.context.record(Entry::about(Severity::Warning, &department::key(id), None, why));
                visible = None;
            }
            Err(trouble) => return Err(trouble),
        }
    }
    if 0 < n_left_out && n_left_out == n_departments {
        return Ok(Lookup::Gone(say::OF_A_BRANCH.to_owned()));
    }
    Ok(present(client, user::draft(&person, visible.as_ref(), account, client.settings.person_details)))
}

fn present(client: &Client<'_>, (draft, doubts): (Draft, Vec<Diagnosis>)) -> Lookup {
    for doubt in doubts {
        client.context.record(Entry::about(Severity::Warning, &draft.key, Some(&draft.name), doubt));
    }
    Lookup::Present(Box::new(draft))
}

async fn look_at_department(
    client: &Client<'_>,
    view: &VisibleDepartments,
    id: DepartmentId,
    purpose: Purpose,
) -> Result<Lookup, Trouble> {
    let (read, details) = client.department(id).await?;
    if is_of_a_branch(&read) && view.may_leave_out(client, id, purpose)? {
        return Ok(Lookup::Gone(say::OF_A_BRANCH.to_owned()));
    }
    let ring = ring::around(client, view, id, read.parent().filter(|above| *above != id)).await;
    if let Some(ring) = ring.map_err(Trouble::Fatal)? {
        return in_a_ring(client, &read, &details, &ring);
    }
    let mut parent = match read.parent() {
        Some(above) if above == id || view.place(client, above, purpose).await? == Visibility::Gone => None,
        told => told,
    };
    // Only the root has none. That this one does not say it, or says what cannot be, would put it to the top.
    if parent.is_none() && id != DepartmentId::ROOT {
        let chain = client.chain(id).await?;
        parent =
            chain.iter().skip_while(|above| **above != id).nth(1).copied().filter(|above| above.is_real());
    }
    if let Some(above) = parent {
        match view.place(client, above, purpose).await? {
            Visibility::Inside => {}
            Visibility::Unread | Visibility::Gone => return Ok(unread(above)),
            Visibility::LeftOut => return Ok(Lookup::Gone(say::OF_A_BRANCH.to_owned())),
            Visibility::Outside => {
                view.has_left_out.set(true);
                parent = None;
            }
        }
    }
    let details = client.settings.details.then_some(&details);
    Ok(present(client, department::draft(&read, DepartmentOrigin::Alone, parent, details)))
}

/// A department that is below itself stays where the platform has it; one that it does not have could be nowhere.
fn in_a_ring(
    client: &Client<'_>,
    read: &WireDepartment,
    details: &Details,
    ring: &[DepartmentId],
) -> Result<Lookup, Trouble> {
    let is_held = is_held(client, read.dept_id)?;
    let why = say::departments_in_a_ring(ring, is_held);
    if !is_held {
        return Ok(Lookup::NotUnderstood(why));
    }
    let details = client.settings.details.then_some(details);
    let (draft, mut doubts) = department::draft(read, DepartmentOrigin::Alone, None, details);
    doubts.push(why);
    Ok(present(client, (department::without_place(draft), doubts)))
}

/// What it belongs to is not on the platform yet, so it is left as it is.
fn unread(department: DepartmentId) -> Lookup {
    Lookup::Unknown(Failure::Unavailable(codes::department_not_read_yet(department), None))
}

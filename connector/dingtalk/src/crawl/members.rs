//! People: pages of members, single people, and those of whom a reading has seen only a part.

use super::departments::DepartmentPart;
use super::merge::{PartialPerson, Person};
use super::tree::DepartmentKnowledge;
use super::{Crawl, Work, of_another};
use crate::api::Api;
use crate::codes;
use crate::limits::{MAX_EMPTY_PAGES, MAX_MEMBER_PAGES};
use crate::mapping::user::{Memberships, display_name, draft, key, memberships, memberships_in};
use crate::mapping::{self, department};
use crate::messages::crawl as say;
use crate::trouble::Trouble;
use crate::wire::scopes::Scopes;
use crate::wire::users::{User, UserPage};
use crate::wire::{DepartmentId, Listing, UserId};
use rollcall_kit::limits::MAX_REQUESTS_IN_FLIGHT;
use rollcall_kit::{Failure, Severity, pool};
use std::collections::BTreeSet;

/// Where a page of a department's members begins.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PageStart {
    cursor: i64,
    /// Pages before it, and how many of them, the last ones, had nobody on them.
    n_pages: u32,
    n_empty: u32,
}

impl PageStart {
    /// Where the page after this one begins, on which so many were.
    fn next(self, cursor: i64, n_people: usize) -> Self {
        let n_empty = if n_people == 0 { self.n_empty + 1 } else { 0 };
        Self { cursor, n_pages: self.n_pages + 1, n_empty }
    }
}

impl Crawl<'_> {
    /// List a page of a department's members, and say where the next begins.
    pub(super) async fn members(&self, id: DepartmentId, place: PageStart) -> Result<Vec<Work>, Failure> {
        let page = match self.page(id, place.cursor).await {
            Ok(page) => page,
            Err(trouble) => return self.lose(id, DepartmentPart::Members, trouble).await,
        };
        let Listing { items, n_unread } = page.users;
        let n_people = items.len() + n_unread;
        self.listed(&mapping::USER, id, n_people, page.next_cursor.is_none())?;
        // It costs only themselves: whoever is held is asked about before anything is believed of them.
        if 0 < n_unread {
            self.note(Severity::Warning, &department::key(id), None, say::people_not_read(n_unread));
        }
        let mut work = Vec::new();
        for user in items {
            work.extend(self.member(id, user).await?);
        }
        if let Some(cursor) = page.next_cursor {
            work.extend(self.next_page(id, place.next(cursor, n_people))?);
        }
        Ok(work)
    }

    /// One page of a department's members. Where it lists people who do not name the department, another answer must say that
    /// they are in it, or else the page is of another department, as something on the way remembers it.
    async fn page(&self, id: DepartmentId, cursor: i64) -> Result<UserPage, Trouble> {
        let page = self.client.members(id, cursor).await?;
        if page.strangers.is_empty() {
            return Ok(page);
        }
        let ids = match self.client.member_ids(id).await {
            // That nobody can tell costs this department: nothing else needs to know its ids.
            Err(Trouble::Fatal(failure @ Failure::Permission(_))) => {
                return Err(Trouble::Unforeseen(failure));
            }
            answered => answered?,
        };
        match page.strangers.iter().all(|stranger| ids.contains(stranger)) {
            true => Ok(page),
            false => Err(of_another(Api::ListMembers)),
        }
    }

    /// Ask about one person, and put them. `listed` is what the departments that listed them said.
    pub(super) async fn person(&self, id: &UserId, listed: Option<Memberships>) -> Result<(), Failure> {
        match self.client.person(id).await {
            Ok(user) => self.put_or_wait(user, listed).await?,
            Err(Trouble::Fatal(failure)) => return Err(failure),
            Err(Trouble::Gone(refusal)) => {
                self.note(Severity::Info, &key(id), None, say::person_gone_meanwhile(&refusal));
            }
            Err(Trouble::Hidden(diagnosis)) => self.note(Severity::Info, &key(id), None, diagnosis),
            // It costs themselves, and asking again would bring the same.
            Err(Trouble::Misread(failure) | Trouble::Unforeseen(failure)) => {
                self.reading.skip(&key(id), None, Severity::Warning, failure.diagnosis().clone());
            }
            Err(Trouble::Lost(failure)) => self.incomplete(&key(id), failure.diagnosis().clone()),
        }
        Ok(())
    }

    /// Judge those whom not all of their departments listed, now that all departments are known, and say about whom to
    /// ask. Authorised people whom no department listed are among those.
    pub(super) async fn settle_waiting(&self, scopes: &Scopes) -> Result<Vec<Work>, Failure> {
        let mut work = Vec::new();
        let people = std::mem::take(&mut *self.people.borrow_mut());
        let (waiting, unplaced) = people.into_waiting();
        for person in unplaced {
            work.extend(self.unplaced(person).await?);
        }
        self.ask_about(scopes, waiting.iter().flat_map(|waiting| waiting.unlisted.iter().copied())).await?;
        for PartialPerson { person, unlisted } in waiting {
            match self.judge(&unlisted) {
                Verdict::Put if self.is_puzzling(unlisted.iter()) => {
                    work.extend(self.without_departments(person.user).await?);
                }
                Verdict::Put => {
                    self.count_not_visible(unlisted.iter());
                    work.extend(self.whole(person).await?);
                }
                Verdict::Ask => work.push(Work::Person(person.user.userid, None)),
                Verdict::Keep => self.keep(person.user.userid),
            }
        }
        let asked: BTreeSet<UserId> = work.iter().filter_map(Work::asks_about).collect();
        let unseen = scopes.authed_user.iter().filter(|id| !self.is_settled(id) && !asked.contains(id));
        work.extend(unseen.cloned().map(|id| Work::Person(id, None)));
        Ok(work)
    }

    /// Put those who named a department that was not seen by then.
    pub(super) async fn put_late(&self, scopes: &Scopes) -> Result<(), Failure> {
        let late = std::mem::take(&mut *self.late.borrow_mut());
        self.ask_about(scopes, late.iter().flat_map(|user| user.dept_id_list.iter().flatten().copied()))
            .await?;
        for user in late {
            let Some(mut memberships) = memberships(&user, self.person_details()) else { continue };
            let unseen: Vec<_> =
                memberships.keys().filter(|id| !self.tree.borrow().contains(**id)).copied().collect();
            if unseen.iter().any(|id| self.tree.borrow().standing(*id) == DepartmentKnowledge::Unknown) {
                self.keep(user.userid);
                continue;
            }
            if self.is_puzzling(unseen.iter()) {
                self.put_person(&user, None).await?;
                continue;
            }
            self.count_not_visible(unseen.iter());
            memberships.retain(|id, _| !unseen.contains(id));
            self.put_person(&user, Some(&memberships)).await?;
        }
        Ok(())
    }

    /// Departments that nothing listed are outside of what may be seen, or new, or have moved during the reading: out of
    /// a membership only in the first case. Asking where they are tells which.
    async fn ask_about(
        &self,
        scopes: &Scopes,
        departments: impl Iterator<Item = DepartmentId>,
    ) -> Result<(), Failure> {
        let puzzles: BTreeSet<_> = departments.filter(|id| self.tree.borrow().is_puzzle(*id)).collect();
        pool::crawl(puzzles, MAX_REQUESTS_IN_FLIGHT, |id| async move {
            let is_visible = match self.client.chain(id).await {
                Ok(chain) => scopes.cover(id, &chain) && !self.is_left_out(id, &chain),
                Err(Trouble::Gone(_) | Trouble::Hidden(_)) => false,
                Err(Trouble::Fatal(failure)) => return Err(failure),
                // It costs which departments those have who name it, and no person.
                Err(Trouble::Lost(failure)) => {
                    self.incomplete(&department::key(id), failure.diagnosis().clone());
                    self.puzzling.borrow_mut().insert(id);
                    false
                }
                Err(Trouble::Misread(failure) | Trouble::Unforeseen(failure)) => {
                    let why = failure.diagnosis().clone();
                    self.note(Severity::Warning, &department::key(id), None, why);
                    self.puzzling.borrow_mut().insert(id);
                    false
                }
            };
            if is_visible {
                self.incomplete(&department::key(id), codes::department_not_listed());
            }
            self.tree.borrow_mut().answered(id, is_visible);
            Ok(Vec::new())
        })
        .await
    }

    async fn member(&self, department: DepartmentId, user: User) -> Result<Option<Work>, Failure> {
        let whole = self.people.borrow_mut().meet(department, user);
        match whole {
            Some(person) => self.whole(person).await,
            None => Ok(None),
        }
    }

    /// Put someone whose departments are all known, or ask for details first.
    async fn whole(&self, person: Person) -> Result<Option<Work>, Failure> {
        if self.person_details() {
            return Ok(Some(Work::Person(person.user.userid, Some(person.memberships))));
        }
        self.put_or_ask(person.user, Some(person.memberships)).await
    }

    fn is_puzzling<'d>(&self, mut departments: impl Iterator<Item = &'d DepartmentId>) -> bool {
        departments.any(|id| self.puzzling.borrow().contains(id))
    }

    /// Put someone of whom it cannot be told which departments they have.
    async fn without_departments(&self, user: User) -> Result<Option<Work>, Failure> {
        if self.person_details() {
            return Ok(Some(Work::Person(user.userid, None)));
        }
        self.put_or_ask(user, None).await
    }

    /// Put someone of whom no listing could tell the departments: if all were listed, those that named them are all.
    async fn unplaced(&self, Person { user, memberships }: Person) -> Result<Option<Work>, Failure> {
        if self.reading.has_seen(&key(&user.userid)) {
            return Ok(None);
        }
        let listed = (!self.tree.borrow().has_lost()).then_some(memberships);
        if self.person_details() {
            return Ok(Some(Work::Person(user.userid, listed)));
        }
        self.put_or_ask(user, listed).await
    }

    /// Put someone, unless their account has to be asked about, beside others.
    async fn put_or_ask(
        &self,
        user: User,
        memberships: Option<Memberships>,
    ) -> Result<Option<Work>, Failure> {
        if self.client.asks_about_account(&user) {
            return Ok(Some(Work::Account(Box::new(user), memberships)));
        }
        self.put_person(&user, memberships.as_ref()).await.map(|()| None)
    }

    async fn put_or_wait(&self, user: User, listed: Option<Memberships>) -> Result<(), Failure> {
        let Some(memberships) = memberships(&user, self.person_details()) else {
            let listed =
                listed.map(|listed| memberships_in(&user, listed.into_keys(), self.person_details()));
            return self.put_person(&user, listed.as_ref()).await;
        };
        let all_seen = memberships.keys().all(|id| self.tree.borrow().contains(*id));
        if all_seen {
            return self.put_person(&user, Some(&memberships)).await;
        }
        self.late.borrow_mut().push(user);
        Ok(())
    }

    pub(super) async fn put_person(
        &self,
        user: &User,
        memberships: Option<&Memberships>,
    ) -> Result<(), Failure> {
        if let Some(other) = self.told.namesake(&user.userid) {
            let why = say::id_differs_in_case(&other);
            self.note(Severity::Warning, &key(&user.userid), Some(display_name(user)), why);
        }
        let account = self.client.account(user).await?;
        self.put(draft(user, memberships, account, self.person_details())).await
    }

    fn next_page(&self, id: DepartmentId, next: PageStart) -> Result<Option<Work>, Failure> {
        let endless = match next {
            PageStart { n_empty: MAX_EMPTY_PAGES.., .. } => codes::too_many_empty_pages(next.n_empty),
            PageStart { n_pages: MAX_MEMBER_PAGES.., .. } => say::too_many_pages(next.n_pages),
            PageStart { .. } => return Ok(Some(Work::Members(id, next))),
        };
        self.lose_part(id, DepartmentPart::Members, endless).map(|()| None)
    }

    fn judge(&self, unlisted: &BTreeSet<DepartmentId>) -> Verdict {
        let tree = self.tree.borrow();
        let standings: Vec<DepartmentKnowledge> = unlisted.iter().map(|id| tree.standing(*id)).collect();
        // Asking about the person tells what a lost listing would have said, but not which departments are visible.
        let lost = standings.contains(&DepartmentKnowledge::MembersLost) && !self.person_details();
        if lost || standings.contains(&DepartmentKnowledge::Unknown) {
            Verdict::Keep
        } else if standings.contains(&DepartmentKnowledge::Listed)
            || standings.contains(&DepartmentKnowledge::MembersLost)
        {
            Verdict::Ask
        } else {
            Verdict::Put
        }
    }

    fn keep(&self, id: UserId) {
        self.kept.borrow_mut().insert(id);
    }

    fn is_settled(&self, id: &UserId) -> bool {
        self.kept.borrow().contains(id) || self.reading.has_seen(&key(id))
    }

    fn count_not_visible<'d>(&self, departments: impl Iterator<Item = &'d DepartmentId>) {
        let n = departments.filter(|id| !self.branches.leave_out(**id)).count();
        self.n_not_visible.set(self.n_not_visible.get() + u64::try_from(n).unwrap_or(u64::MAX));
    }
}

/// What to do about someone whom not all of their departments listed.
enum Verdict {
    /// The others are not visible.
    Put,
    /// One that was read in full did not list them: they moved meanwhile, or a page shifted.
    Ask,
    /// One could not be read: what it would have said is unknown.
    Keep,
}

impl Work {
    fn asks_about(&self) -> Option<UserId> {
        match self {
            Self::Person(id, _) => Some(id.clone()),
            Self::Account(user, _) => Some(user.userid.clone()),
            Self::Top(_) | Self::Describe(_) | Self::Children(_) | Self::Members(..) | Self::Unlisted(..) => {
                None
            }
        }
    }
}

//! A full reading: departments and their members side by side, each put as soon as it is whole. What is asked afterwards
//! about those who were not found is in `look_up`.

mod branches;
mod departments;
mod members;
mod merge;
mod told;
mod tops;
mod tree;

use crate::api::Api;
use crate::client::Client;
use crate::limits::MEMBER_PAGE;
use crate::lookup::VisibleDepartments;
use crate::mapping;
use crate::mapping::user::Memberships;
use crate::messages;
use crate::scope;
use crate::settings::Settings;
use crate::trouble::Trouble;
use crate::wire::departments::WireDepartment;
use crate::wire::users::User;
use crate::wire::{DepartmentId, Misread, UserId};
use branches::Branches;
use members::PageStart;
use merge::People;
use rollcall_kit::limits::MAX_REQUESTS_IN_FLIGHT;
use rollcall_kit::{Container, Diagnosis, Draft, Entry, Failure, Key, Reading, Schema, Severity, pool};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use told::ToldCounts;
use tree::Tree;

/// Read everything that the application may see. Returns the view for questions that follow.
///
/// # Errors
/// When it could not begin or could not go on. What could not be read on its way makes `reading` incomplete.
pub(crate) async fn read_all(client: &Client<'_>, reading: &Reading) -> Result<VisibleDepartments, Failure> {
    let scopes = scope::scopes(client).await?;
    reading.open(scope::told(&scopes))?;
    let crawl = Crawl::new(*client, reading);
    let tops = tops::tops(&crawl, &scopes).await?;
    crawl.run(tops.into_iter().map(Work::Top).collect()).await?;
    crawl.judge_tops()?;
    // All visible departments are known from here on.
    crawl.put_late(&scopes).await?;
    let rest = crawl.settle_waiting(&scopes).await?;
    crawl.run(rest).await?;
    crawl.put_late(&scopes).await?;
    crawl.conclude_branches()?;
    crawl.settle_progress();
    crawl.tell_counts();
    client.tell_unknown_accounts();
    crawl.told.tell_rest(crawl.client.context);
    let departments = crawl.tree.into_inner().into_departments();
    Ok(VisibleDepartments::read(scopes, departments, crawl.branches.into_left_out()))
}

/// One question still to ask.
#[derive(Debug)]
enum Work {
    /// Read a department that the application is authorised for by name.
    Top(DepartmentId),
    /// Ask for the details of a department that was listed.
    Describe(Box<WireDepartment>),
    /// List the departments below.
    Children(DepartmentId),
    /// List a page of members: from which cursor, and how many pages came before.
    Members(DepartmentId, PageStart),
    /// Read a department that a listing of the second did not name, and its ids did.
    Unlisted(DepartmentId, DepartmentId),
    /// Ask about one person; with what the departments that listed them said, where all did.
    Person(UserId, Option<Memberships>),
    /// Ask about somebody's account, and put them with these memberships.
    Account(Box<User>, Option<Memberships>),
}

/// A reading under way.
struct Crawl<'a> {
    client: Client<'a>,
    reading: &'a Reading,
    tree: RefCell<Tree>,
    people: RefCell<People>,
    /// People asked about who named a department that was not seen by then.
    late: RefCell<Vec<User>>,
    /// Why tops could not be read.
    hidden_top: RefCell<Option<Diagnosis>>,
    kept: RefCell<BTreeSet<UserId>>,
    /// Departments of which it cannot be told where they are: whoever names one keeps the departments that they have.
    puzzling: RefCell<BTreeSet<DepartmentId>>,
    told: ToldCounts,
    branches: Branches,
    n_not_visible: Cell<u64>,
    n_done: Cell<u64>,
    n_known: Cell<u64>,
    /// Questions that a company as large as the one that the platform holds takes.
    n_expected: u64,
}

impl<'a> Crawl<'a> {
    fn new(client: Client<'a>, reading: &'a Reading) -> Self {
        Self {
            client,
            reading,
            tree: RefCell::default(),
            people: RefCell::default(),
            late: RefCell::default(),
            hidden_top: RefCell::default(),
            kept: RefCell::default(),
            puzzling: RefCell::default(),
            told: ToldCounts::default(),
            branches: Branches::default(),
            n_not_visible: Cell::new(0),
            n_done: Cell::new(0),
            n_known: Cell::new(0),
            n_expected: expected(reading, client.settings),
        }
    }

    fn details(&self) -> bool {
        self.client.settings.details
    }

    fn person_details(&self) -> bool {
        self.client.settings.person_details
    }

    /// Ask, and ask what follows from the answers, until nothing is left.
    async fn run(&self, first: Vec<Work>) -> Result<(), Failure> {
        self.expect(&first);
        pool::crawl(first, MAX_REQUESTS_IN_FLIGHT, |work| async move {
            let more = self.work(work).await?;
            self.n_done.set(self.n_done.get() + 1);
            self.expect(&more);
            Ok(more)
        })
        .await
    }

    fn expect(&self, work: &[Work]) {
        self.n_known.set(self.n_known.get() + u64::try_from(work.len()).unwrap_or(u64::MAX));
        self.reading.progress(self.n_done.get(), self.total());
    }

    /// Questions in all, as far as can be said: departments come to light one after another, but were most likely there
    /// the last time, too.
    fn total(&self) -> u64 {
        self.n_known.get().max(self.n_expected)
    }

    /// Nothing is left to ask. What was expected and is not there any more needs no question: a total may only grow.
    fn settle_progress(&self) {
        self.reading.progress(self.total(), self.total());
    }

    async fn work(&self, work: Work) -> Result<Vec<Work>, Failure> {
        match work {
            Work::Top(id) => self.top(id).await,
            Work::Describe(department) => self.describe(&department).await,
            Work::Children(id) => self.children(id).await,
            Work::Members(id, place) => self.members(id, place).await,
            Work::Unlisted(id, parent) => self.unlisted(id, parent).await,
            Work::Account(user, memberships) => {
                self.put_person(&user, memberships.as_ref()).await.map(|()| Vec::new())
            }
            Work::Person(id, listed) => self.person(&id, listed).await.map(|()| Vec::new()),
        }
    }

    /// A list of a department, or a page of it, and whether that was its end.
    fn listed(&self, of: &Schema, id: DepartmentId, n: usize, closed: bool) -> Result<(), Failure> {
        let listed = u64::try_from(n).unwrap_or(u64::MAX);
        let container = Container { key: mapping::department::key(id), closed, listed, expected: None };
        self.reading.listed(of.resource_type, container)
    }

    /// Something about this object could not be read.
    fn incomplete(&self, key: &Key, diagnosis: Diagnosis) {
        self.reading.incomplete(Entry::about(Severity::Error, key, None, diagnosis));
    }

    /// An object as it was read, with what could not be mapped of it.
    async fn put(&self, (draft, doubts): (Draft, Vec<Diagnosis>)) -> Result<(), Failure> {
        for doubt in doubts {
            if self.told.is_worth_a_line(&draft.key, &doubt) {
                self.note(Severity::Warning, &draft.key, Some(&draft.name), doubt);
            }
        }
        self.reading.put(draft).await
    }

    /// Something about this object is worth a line.
    fn note(&self, severity: Severity, key: &Key, name: Option<&str>, diagnosis: Diagnosis) {
        self.client.context.record(Entry::about(severity, key, name, diagnosis));
    }
}

/// An answer that is about another department than was asked about.
fn of_another(api: Api) -> Trouble {
    Trouble::Misread(messages::not_understood(api, &Misread::other_department()))
}

/// Questions that it takes at least to read a company as large as the one that the platform holds: none before the first
/// reading.
fn expected(reading: &Reading, settings: &Settings) -> u64 {
    let n_departments = reading.n_held(mapping::DEPARTMENT.resource_type);
    let n_people = reading.n_held(mapping::USER.resource_type);
    // Each is asked for its children, and each lists its people, though it may have none.
    let n_pages = n_departments.max(n_people.div_ceil(MEMBER_PAGE.into()));
    let n_described = if settings.details { n_departments } else { n_departments.min(1) };
    let n_asked_about = if settings.person_details { n_people } else { 0 };
    [n_departments, n_pages, n_described, n_asked_about].into_iter().fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests;

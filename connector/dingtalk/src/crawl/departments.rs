//! Departments: tops, children, details, and what to think when one is gone half-way.

use super::members::PageStart;
use super::tree::Growth;
use super::{Crawl, Work, of_another};
use crate::api::Api;
use crate::codes;
use crate::mapping;
use crate::mapping::department::{DepartmentOrigin, display_name, draft, key};
use crate::messages::crawl as say;
use crate::trouble::Trouble;
use crate::wire::departments::{Details, WireDepartment};
use crate::wire::envelope::ApiRefusal;
use crate::wire::{DepartmentId, Listing};
use rollcall_kit::{Diagnosis, Failure, Severity};

/// What a department is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum DepartmentPart {
    Children,
    Members,
}

/// What came of asking for a department's details.
enum Described {
    Details(Box<Details>),
    /// It has gone meanwhile.
    Departed,
    /// They are unknown.
    Lost,
}

impl Crawl<'_> {
    /// Read a department that has no visible parent. It is always asked about: nothing lists it.
    pub(super) async fn top(&self, id: DepartmentId) -> Result<Vec<Work>, Failure> {
        match self.client.department(id).await {
            Ok((department, _)) if self.leaves_out(&department, None) => Ok(Vec::new()),
            Ok((department, details)) => {
                self.tree.borrow_mut().plant(id);
                self.put(draft(
                    &department,
                    DepartmentOrigin::Alone,
                    None,
                    self.details().then_some(&details),
                ))
                .await?;
                Ok(below(id))
            }
            Err(Trouble::Hidden(diagnosis)) => {
                *self.hidden_top.borrow_mut() = Some(diagnosis.clone());
                self.lose_part(id, DepartmentPart::Children, diagnosis).map(|()| Vec::new())
            }
            Err(Trouble::Gone(refusal)) if id != DepartmentId::ROOT => {
                self.note(Severity::Warning, &key(id), None, say::authorised_department_gone(&refusal));
                Ok(Vec::new())
            }
            Err(trouble) => self.lose(id, DepartmentPart::Children, trouble).await,
        }
    }

    /// List what is directly below a department.
    pub(super) async fn children(&self, id: DepartmentId) -> Result<Vec<Work>, Failure> {
        let listing = match self.client.children(id).await {
            Ok(listing) => listing,
            Err(trouble) => return self.lose(id, DepartmentPart::Children, trouble).await,
        };
        let is_whole = listing.as_ref().is_some_and(|listing| listing.n_unread == 0);
        let Listing { items, n_unread } = listing.unwrap_or(Listing { items: Vec::new(), n_unread: 0 });
        let missing = if is_whole { Some(Vec::new()) } else { self.missing(id, &items, n_unread).await? };
        if let Some(missing) = &missing {
            self.listed(&mapping::DEPARTMENT, id, items.len() + missing.len(), true)?;
        }
        let mut work: Vec<Work> =
            missing.into_iter().flatten().map(|child| Work::Unlisted(child, id)).collect();
        for child in items {
            work.extend(self.child(child, id).await?);
        }
        Ok(work)
    }

    /// What a listing does not tell is asked for by ids. That there is no list at all is believed of nothing else, because
    /// nobody has ever seen DingTalk say "none" that way, and what is below would be lost without a word. None where the ids
    /// do not tell either, which is noted.
    async fn missing(
        &self,
        id: DepartmentId,
        listed: &[WireDepartment],
        n_unread: usize,
    ) -> Result<Option<Vec<DepartmentId>>, Failure> {
        let mut ids = match self.client.child_ids(id).await {
            Ok(ids) => ids,
            Err(Trouble::Gone(refusal)) => {
                self.lose(id, DepartmentPart::Children, Trouble::Gone(refusal)).await?;
                return Ok(None);
            }
            Err(Trouble::Hidden(why)) => {
                self.lose_part(id, DepartmentPart::Children, say::departments_unknown(&why))?;
                return Ok(None);
            }
            Err(Trouble::Fatal(failure)) => return Err(failure),
            Err(Trouble::Lost(failure) | Trouble::Misread(failure) | Trouble::Unforeseen(failure)) => {
                self.lose_part(id, DepartmentPart::Children, say::departments_unknown(failure.diagnosis()))?;
                return Ok(None);
            }
        };
        ids.retain(|child| child.is_real() && listed.iter().all(|listed| listed.dept_id != *child));
        // The ids are all that there are, visible or not, and each of them was read: what they do not name is nowhere below.
        if ids.len() < n_unread {
            let why = say::departments_not_read(n_unread - ids.len());
            self.note(Severity::Warning, &key(id), None, why);
        }
        if !ids.is_empty() {
            self.note(Severity::Warning, &key(id), None, codes::departments_asked_about(ids.len()));
        }
        Ok(Some(ids))
    }

    /// Read a department that the listing of `parent` does not name.
    pub(super) async fn unlisted(
        &self,
        id: DepartmentId,
        parent: DepartmentId,
    ) -> Result<Vec<Work>, Failure> {
        let (department, details) = match self.client.department(id).await {
            Ok(read) => read,
            Err(trouble) => return self.lose(id, DepartmentPart::Children, trouble).await,
        };
        // It says itself that the ids were another department's.
        if department.parent().is_some_and(|above| above != parent) {
            return self.lose(parent, DepartmentPart::Children, of_another(Api::ListChildIds)).await;
        }
        if self.leaves_out(&department, Some(parent)) {
            return Ok(Vec::new());
        }
        let growth = self.tree.borrow_mut().grow(id, parent);
        match growth {
            Growth::New => {
                let details = self.details().then_some(&details);
                self.put(draft(&department, DepartmentOrigin::Alone, Some(parent), details)).await?;
                Ok(below(id))
            }
            // Another listing named it meanwhile.
            Growth::Again | Growth::Moved(_) | Growth::Circle => Ok(Vec::new()),
        }
    }

    /// Ask for the details of a department that was listed.
    pub(super) async fn describe(&self, listed: &WireDepartment) -> Result<Vec<Work>, Failure> {
        let described = self.details_of(listed.dept_id).await?;
        // It may have moved since it was listed.
        let Some(parent) = self.tree.borrow().parent(listed.dept_id) else { return Ok(Vec::new()) };
        match described {
            Described::Departed => Ok(Vec::new()),
            Described::Details(details) => self.put_listed(listed, parent, Some(&details)).await,
            Described::Lost => self.put_listed(listed, parent, None).await,
        }
    }

    /// A part of a department could not be read: that makes the reading incomplete, unless the department has gone.
    pub(super) async fn lose(
        &self,
        id: DepartmentId,
        part: DepartmentPart,
        trouble: Trouble,
    ) -> Result<Vec<Work>, Failure> {
        let why = match trouble {
            Trouble::Fatal(failure) => return Err(failure),
            Trouble::Gone(refusal) if self.gone(id, &refusal).await? => return Ok(Vec::new()),
            Trouble::Gone(refusal) => say::department_contradicted(&refusal),
            Trouble::Hidden(diagnosis) => diagnosis,
            Trouble::Lost(failure) | Trouble::Misread(failure) | Trouble::Unforeseen(failure) => {
                failure.diagnosis().clone()
            }
        };
        self.lose_part(id, part, why).map(|()| Vec::new())
    }

    /// The same, knowing why.
    pub(super) fn lose_part(
        &self,
        id: DepartmentId,
        part: DepartmentPart,
        why: Diagnosis,
    ) -> Result<(), Failure> {
        let of = match part {
            DepartmentPart::Children => {
                self.tree.borrow_mut().lose_children();
                &mapping::DEPARTMENT
            }
            DepartmentPart::Members => {
                self.tree.borrow_mut().lose_members(id);
                &mapping::USER
            }
        };
        self.incomplete(&key(id), why);
        self.listed(of, id, 0, false)
    }

    /// Whether a department that DingTalk no longer knows has really gone: then its parent no longer lists it either.
    async fn gone(&self, id: DepartmentId, refusal: &ApiRefusal) -> Result<bool, Failure> {
        let parent = self.tree.borrow().parent(id);
        let asked = match parent {
            Some(parent) => self.is_or_may_be_below(id, parent).await,
            None => self.client.department(id).await.map(|_| true),
        };
        let listed = match asked {
            Ok(listed) => listed,
            Err(Trouble::Gone(_)) => id == DepartmentId::ROOT,
            Err(Trouble::Hidden(_) | Trouble::Lost(_) | Trouble::Misread(_) | Trouble::Unforeseen(_)) => true,
            Err(Trouble::Fatal(failure)) => return Err(failure),
        };
        // Two questions about the same department may both find it gone.
        if !listed && self.tree.borrow_mut().fell(id) {
            self.note(Severity::Info, &key(id), None, say::department_departed(refusal));
        }
        Ok(!listed)
    }

    async fn child(&self, child: WireDepartment, parent: DepartmentId) -> Result<Vec<Work>, Failure> {
        let (key, name) = (key(child.dept_id), display_name(&child));
        if !child.dept_id.is_real() {
            self.reading.skip(&key, Some(&name), Severity::Info, codes::department_skipped());
            return Ok(Vec::new());
        }
        if self.leaves_out(&child, Some(parent)) {
            return Ok(Vec::new());
        }
        if let Some(claimed) = child.parent_id.filter(|claimed| *claimed != parent) {
            self.note(
                Severity::Warning,
                &key,
                Some(&name),
                codes::department_listed_elsewhere(parent, claimed),
            );
        }
        let growth = self.tree.borrow_mut().grow(child.dept_id, parent);
        match growth {
            Growth::New if self.details() => Ok(vec![Work::Describe(Box::new(child))]),
            Growth::New => self.put_listed(&child, parent, None).await,
            Growth::Again => Ok(Vec::new()),
            Growth::Moved(before) => self.moved(&child, before, parent).await.map(|()| Vec::new()),
            Growth::Circle => {
                let why = codes::department_in_a_circle(parent);
                self.note(Severity::Warning, &key, Some(&name), why);
                Ok(Vec::new())
            }
        }
    }

    /// Its members and children are read already or will be; only its place is new.
    async fn moved(
        &self,
        child: &WireDepartment,
        before: Option<DepartmentId>,
        parent: DepartmentId,
    ) -> Result<(), Failure> {
        let id = child.dept_id;
        if let Some(before) = before {
            let name = display_name(child);
            self.note(Severity::Info, &key(id), Some(&name), codes::department_moved(before, parent));
        }
        let details = if self.details() { self.details_of(id).await? } else { Described::Lost };
        match details {
            Described::Departed => Ok(()),
            Described::Details(details) => {
                self.put(draft(child, DepartmentOrigin::Listed, Some(parent), Some(&details))).await
            }
            Described::Lost => self.put(draft(child, DepartmentOrigin::Listed, Some(parent), None)).await,
        }
    }

    async fn details_of(&self, id: DepartmentId) -> Result<Described, Failure> {
        let why = match self.client.department(id).await {
            Ok((_, details)) => return Ok(Described::Details(Box::new(details))),
            Err(Trouble::Fatal(failure)) => return Err(failure),
            Err(Trouble::Gone(refusal)) if self.gone(id, &refusal).await? => {
                return Ok(Described::Departed);
            }
            Err(Trouble::Gone(refusal)) => say::department_contradicted(&refusal),
            Err(Trouble::Hidden(diagnosis)) => diagnosis,
            // It costs what only this answer knows, and that is kept.
            Err(Trouble::Misread(failure)) => {
                self.note(Severity::Warning, &key(id), None, failure.diagnosis().clone());
                return Ok(Described::Lost);
            }
            Err(Trouble::Lost(failure) | Trouble::Unforeseen(failure)) => failure.diagnosis().clone(),
        };
        self.incomplete(&key(id), why);
        Ok(Described::Lost)
    }

    async fn put_listed(
        &self,
        listed: &WireDepartment,
        parent: DepartmentId,
        details: Option<&Details>,
    ) -> Result<Vec<Work>, Failure> {
        self.put(draft(listed, DepartmentOrigin::Listed, Some(parent), details)).await?;
        Ok(below(listed.dept_id))
    }

    async fn is_or_may_be_below(&self, id: DepartmentId, parent: DepartmentId) -> Result<bool, Trouble> {
        let ids = match self.client.children(parent).await? {
            Some(listing) if listing.n_unread == 0 => {
                listing.items.iter().map(|child| child.dept_id).collect()
            }
            Some(_) | None => self.client.child_ids(parent).await?,
        };
        Ok(ids.contains(&id))
    }
}

/// What is asked about every department: leaves have to be asked, too, whether they are.
fn below(id: DepartmentId) -> Vec<Work> {
    vec![Work::Children(id), Work::Members(id, PageStart::default())]
}

//! The departments as far as a reading has come. Pure; nothing is asked here.

use crate::wire::DepartmentId;
use std::collections::{BTreeMap, BTreeSet};

/// The departments seen, and what could not be read of them.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// Each with the department that listed it; none for a top.
    parents: BTreeMap<DepartmentId, Option<DepartmentId>>,
    members_lost: BTreeSet<DepartmentId>,
    children_lost: bool,
    /// Departments that nothing listed and that were asked about: whether the application may see them.
    asked: BTreeMap<DepartmentId, bool>,
}

/// How a listed department stands to what was seen before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Growth {
    /// Not seen before.
    New,
    /// Listed again by the same department.
    Again,
    /// It was below that one, or a top.
    Moved(Option<DepartmentId>),
    /// The one that lists it is itself below it.
    Circle,
}

/// What is known of a department that someone belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DepartmentKnowledge {
    /// Seen, and all its members were listed.
    Listed,
    /// Seen, but its members could not all be listed.
    MembersLost,
    /// Not visible to the application.
    NotVisible,
    /// Not seen, in a tree of which a part could not be read; or visible, and yet listed by nothing.
    Unknown,
}

impl Tree {
    /// Add a department that the application is authorised for by name.
    pub(crate) fn plant(&mut self, id: DepartmentId) {
        self.parents.entry(id).or_default();
    }

    /// Add a department that `parent` lists.
    pub(crate) fn grow(&mut self, id: DepartmentId, parent: DepartmentId) -> Growth {
        if self.is_above(id, parent) {
            return Growth::Circle;
        }
        match self.parents.insert(id, Some(parent)) {
            None => Growth::New,
            Some(Some(before)) if before == parent => Growth::Again,
            Some(before) => Growth::Moved(before),
        }
    }

    /// Remove a department that is gone; whether it was still there.
    pub(crate) fn fell(&mut self, id: DepartmentId) -> bool {
        self.parents.remove(&id).is_some()
    }

    /// The department that listed this one.
    pub(crate) fn parent(&self, id: DepartmentId) -> Option<DepartmentId> {
        self.parents.get(&id).copied().flatten()
    }

    pub(crate) fn contains(&self, id: DepartmentId) -> bool {
        self.parents.contains_key(&id)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.parents.is_empty()
    }

    /// What is below a department could not all be read.
    pub(crate) fn lose_children(&mut self) {
        self.children_lost = true;
    }

    /// The members of this department could not all be read.
    pub(crate) fn lose_members(&mut self, id: DepartmentId) {
        self.members_lost.insert(id);
    }

    /// Whether any department's children or members could not all be read.
    pub(crate) fn has_lost(&self) -> bool {
        self.children_lost || !self.members_lost.is_empty()
    }

    /// Nothing listed this department, and asking about it told whether the application may see it.
    pub(crate) fn answered(&mut self, id: DepartmentId, is_visible: bool) {
        self.asked.insert(id, is_visible);
    }

    /// Whether only asking about this department can tell how it stands.
    pub(crate) fn is_puzzle(&self, id: DepartmentId) -> bool {
        !self.contains(id) && !self.children_lost && !self.asked.contains_key(&id) && id.is_real()
    }

    pub(crate) fn standing(&self, id: DepartmentId) -> DepartmentKnowledge {
        if self.members_lost.contains(&id) {
            DepartmentKnowledge::MembersLost
        } else if self.contains(id) {
            DepartmentKnowledge::Listed
        } else if id.is_real() && (self.children_lost || self.asked.get(&id) == Some(&true)) {
            DepartmentKnowledge::Unknown
        } else {
            DepartmentKnowledge::NotVisible
        }
    }

    /// All departments seen.
    pub(crate) fn into_departments(self) -> BTreeSet<DepartmentId> {
        self.parents.into_keys().collect()
    }

    /// Whether `upper` is `lower` or above it. Ends, because `grow` lets no circle in.
    fn is_above(&self, upper: DepartmentId, lower: DepartmentId) -> bool {
        let mut at = Some(lower);
        while let Some(id) = at {
            if id == upper {
                return true;
            }
            at = self.parent(id);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::{DepartmentId, DepartmentKnowledge, Growth, Tree};

    fn tree() -> Tree {
        let mut tree = Tree::default();
        tree.plant(DepartmentId(1));
        for (id, parent) in [(2, 1), (3, 2), (4, 1)] {
            tree.grow(DepartmentId(id), DepartmentId(parent));
        }
        tree
    }

    #[test]
    fn a_department_below_itself_is_a_circle() {
        let grown = [(1, 3), (2, 3), (3, 3), (3, 2), (3, 4), (5, 3)]
            .map(|(id, parent)| tree().grow(DepartmentId(id), DepartmentId(parent)));
        let moved = Growth::Moved(Some(DepartmentId(2)));
        assert_eq!(
            grown,
            [Growth::Circle, Growth::Circle, Growth::Circle, Growth::Again, moved, Growth::New]
        );
    }

    #[test]
    fn a_circle_changes_nothing() {
        let mut tree = tree();
        tree.grow(DepartmentId(1), DepartmentId(3));
        assert_eq!(tree.parent(DepartmentId(1)), None);
    }

    #[test]
    fn what_was_not_seen_is_only_unknown_where_something_was_lost() {
        let mut tree = tree();
        assert_eq!(tree.standing(DepartmentId(9)), DepartmentKnowledge::NotVisible);
        tree.lose_children();
        assert_eq!(tree.standing(DepartmentId(9)), DepartmentKnowledge::Unknown);
        assert_eq!(tree.standing(DepartmentId(-7)), DepartmentKnowledge::NotVisible);
        assert_eq!(tree.standing(DepartmentId(2)), DepartmentKnowledge::Listed);
    }

    #[test]
    fn what_nothing_listed_is_a_puzzle_until_it_was_asked_about() {
        let mut tree = tree();
        let puzzles = |tree: &Tree| [2, 8, 9, -7].map(|id| tree.is_puzzle(DepartmentId(id)));
        assert_eq!(puzzles(&tree), [false, true, true, false]);
        tree.answered(DepartmentId(8), true);
        tree.answered(DepartmentId(9), false);
        assert_eq!(puzzles(&tree), [false; 4]);
        let standings = [8, 9].map(|id| tree.standing(DepartmentId(id)));
        assert_eq!(standings, [DepartmentKnowledge::Unknown, DepartmentKnowledge::NotVisible]);
    }
}

//! The departments of a source as a tree with counts.
//!
//! Nothing recurses: departments may be without their parent, in a circle, or ten thousand deep.

use std::collections::BTreeMap;

use serde::Serialize;

mod build;

pub use build::{Numbers, OtherDepartment, Placed};

/// The departments of a source, and how many people there are.
///
/// Departments and people that departed are in no tree and in no count but their own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Outline {
    /// People at the source, each counted once.
    pub n_people: u64,
    /// People who left it and were kept.
    pub n_departed: u64,
    /// Departments at the source.
    pub n_departments: u64,
    /// People at the source who are in none of these departments.
    pub n_without_department: u64,
    /// Each right before those below it.
    departments: Vec<OutlineDepartment>,
    #[serde(skip)]
    places: BTreeMap<String, usize>,
    /// The places of those at the top.
    #[serde(skip)]
    top: Vec<usize>,
    /// For each department, the places of those right below it.
    #[serde(skip)]
    below: Vec<Vec<usize>>,
    /// By the id of a department, held or not: the places of those whose parent it is.
    #[serde(skip)]
    naming: BTreeMap<String, Vec<usize>>,
}

/// A department with its counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OutlineDepartment {
    /// Its id.
    pub external_id: String,
    /// What people call it, or else its id.
    pub display_name: String,
    /// The id of the department above, whether or not it is held.
    pub parent: Option<String>,
    /// How many departments are above it.
    pub depth: u32,
    /// People in the department itself.
    pub n_people: u64,
    /// People in it or below, each counted once.
    pub n_people_in_all: u64,
    /// Departments right below it.
    pub n_children: u32,
    /// What keeps it from being below its parent, if anything does.
    pub stray: Option<Stray>,
}

/// Why a department with a parent stands at the top.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stray {
    /// Its parent is not held.
    ParentNotHeld,
    /// It is below itself.
    Circular,
}

impl Outline {
    /// All departments, each right before those below it.
    #[must_use]
    pub fn departments(&self) -> &[OutlineDepartment] {
        &self.departments
    }

    /// The departments at the top, in order; those that are in a circle come last.
    pub fn top(&self) -> impl Iterator<Item = &OutlineDepartment> {
        self.at(&self.top)
    }

    /// The departments right below this one, in order; none when there is no such department.
    pub fn children(&self, id: &str) -> impl Iterator<Item = &OutlineDepartment> {
        let below = self.places.get(id).and_then(|place| self.below.get(*place));
        self.at(below.map(Vec::as_slice).unwrap_or_default())
    }

    /// The departments that have this one as their parent, in order: also those in a circle, and those whose parent is not
    /// held. Only a department that is its own parent is not among its own.
    pub fn naming(&self, id: &str) -> impl Iterator<Item = &OutlineDepartment> {
        self.at(self.naming.get(id).map(Vec::as_slice).unwrap_or_default())
    }

    /// The department with this id.
    #[must_use]
    pub fn department(&self, id: &str) -> Option<&OutlineDepartment> {
        self.departments.get(*self.places.get(id)?)
    }

    /// The departments from the top down to this one, which is the last; empty when there is no such department.
    #[must_use]
    pub fn path(&self, id: &str) -> Vec<&OutlineDepartment> {
        let mut path: Vec<_> =
            std::iter::successors(self.department(id), |department| self.above(department)).collect();
        path.reverse();
        path
    }

    fn above(&self, department: &OutlineDepartment) -> Option<&OutlineDepartment> {
        // A stray one stands at the top, and so every way up ends.
        let parent = department.parent.as_deref().filter(|_| department.stray.is_none())?;
        self.department(parent)
    }

    fn at<'a>(&'a self, places: &'a [usize]) -> impl Iterator<Item = &'a OutlineDepartment> {
        places.iter().filter_map(|place| self.departments.get(*place))
    }
}

#[cfg(test)]
mod tests;

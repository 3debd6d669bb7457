//! What rows say about each other: parents, memberships, managers. A reference to a row that is wrong is given up, so that the
//! platform keeps what it holds there. One to what is not listed stays: the kit asks about it, and takes out what is gone.

use crate::codes;
use crate::contents::{Identified, Ids};
use crate::place::{error, quoted, warning};
use crate::row::{Department, Person, Reference, RowKind};
use rollcall_kit::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Departments with parents first, siblings in the order of their rows.
pub(crate) fn parents_first(
    departments: Vec<Department>,
    ids: &Ids,
    entries: &mut Vec<Entry>,
) -> Vec<Department> {
    let mut departments = departments;
    for department in &mut departments {
        give_up_rejected(&mut department.parent, ids);
    }
    let on_cycles = on_cycles(&departments);
    for department in departments.iter_mut().filter(|department| on_cycles.contains(&department.id)) {
        entries.push(cycle(department));
        department.parent = Reference::Unclear;
    }
    sorted(departments, ids)
}

/// Give up what people say about departments and managers whose rows are wrong.
pub(crate) fn settle_people(people: &mut [Person], departments: &Ids, person_ids: &Ids) {
    for person in people {
        // A list with a hole would take the person out of the department that is missing from it.
        person.departments.take_if(|named| !named.is_disjoint(&departments.rejected));
        give_up_rejected(&mut person.manager, person_ids);
    }
}

/// What leads to a row that is not listed, a warning each.
pub(crate) fn dangling(departments: (&[Department], &Ids), people: (&[Person], &Ids)) -> Vec<Entry> {
    let ((departments, department_ids), (people, person_ids)) = (departments, people);
    let parents = departments.iter().filter_map(|department| {
        let id = nowhere(&department.parent, department_ids)?;
        Some(not_listed(RowKind::Departments, "parent", department, id))
    });
    let mut dangling: Vec<Entry> = parents.collect();
    for person in people {
        let named = person.departments.iter().flatten();
        let lost = named.filter(|id| !department_ids.good.contains(*id));
        dangling.extend(lost.map(|id| not_listed(RowKind::People, "departments", person, id)));
        let manager = nowhere(&person.manager, person_ids);
        dangling.extend(manager.map(|id| not_listed(RowKind::People, "manager", person, id)));
    }
    dangling
}

/// The row that is wrong has its own entry.
fn give_up_rejected(reference: &mut Reference, ids: &Ids) {
    if matches!(reference, Reference::To(id) if ids.rejected.contains(id)) {
        *reference = Reference::Unclear;
    }
}

fn nowhere<'r>(reference: &'r Reference, ids: &Ids) -> Option<&'r str> {
    match reference {
        Reference::To(id) if !ids.good.contains(id) => Some(id),
        Reference::To(_) | Reference::Nothing | Reference::Unclear => None,
    }
}

/// Departments that are their own ancestors.
fn on_cycles(departments: &[Department]) -> BTreeSet<String> {
    let parents = parents(departments);
    // Each department is passed by one walk only, so that a deep tree costs no more than a flat one.
    let mut passed_by: BTreeMap<&str, usize> = BTreeMap::new();
    let mut on_cycles = BTreeSet::new();
    for (walk, start) in parents.keys().enumerate() {
        let mut path: Vec<&str> = Vec::new();
        let mut next = Some(*start);
        while let Some(id) = next {
            if let Some(passed) = passed_by.get(id) {
                if *passed == walk {
                    on_cycles.extend(path.into_iter().skip_while(|passed| *passed != id).map(str::to_owned));
                }
                break;
            }
            passed_by.insert(id, walk);
            path.push(id);
            next = parents.get(id).copied();
        }
    }
    on_cycles
}

fn parents(departments: &[Department]) -> BTreeMap<&str, &str> {
    let mut parents = BTreeMap::new();
    for department in departments {
        if let Reference::To(parent) = &department.parent {
            parents.insert(department.id.as_str(), parent.as_str());
        }
    }
    parents
}

fn sorted(departments: Vec<Department>, ids: &Ids) -> Vec<Department> {
    let mut sorted = Vec::with_capacity(departments.len());
    let mut children: BTreeMap<String, Vec<Department>> = BTreeMap::new();
    let mut queue = VecDeque::new();
    for department in departments {
        match &department.parent {
            Reference::To(parent) if ids.good.contains(parent) => {
                children.entry(parent.clone()).or_default().push(department);
            }
            Reference::To(_) | Reference::Nothing | Reference::Unclear => queue.push_back(department),
        }
    }
    while let Some(department) = queue.pop_front() {
        queue.extend(children.remove(&department.id).unwrap_or_default());
        sorted.push(department);
    }
    sorted
}

fn not_listed<T: Identified>(kind: RowKind, column: &'static str, item: &T, id: &str) -> Entry {
    let why = item.place().about(Some(column), codes::reference_unknown(quoted(id)));
    warning(&kind.key(item.id()), item.name(), why)
}

fn cycle(department: &Department) -> Entry {
    let id = quoted(&department.id);
    let why = department.place.about(Some("parent"), codes::parent_cycle(id));
    error(Some(&RowKind::Departments.key(&department.id)), Some(&department.name), why)
}

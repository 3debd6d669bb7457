//! What rows say about each other: parents, memberships, managers. A reference that leads nowhere is an error, because it
//! is the surest sign that a part of the roster is missing; the row is imported without it, so that the platform keeps
//! what it holds.

use crate::contents::{Identified, Ids};
use crate::place::{error, quoted};
use crate::row::{Department, Kind, Person, Reference};
use rollcall_kit::{Entry, Text};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Departments with parents first, siblings in the order of their rows.
pub(crate) fn parents_first(
    departments: Vec<Department>,
    ids: &Ids,
    entries: &mut Vec<Entry>,
) -> Vec<Department> {
    let mut departments = departments;
    for department in &mut departments {
        if let Some(entry) = settle(Kind::Departments, "parent", department, ids, |it| &mut it.parent) {
            entries.push(entry);
        }
    }
    let on_cycles = on_cycles(&departments);
    for department in departments.iter_mut().filter(|department| on_cycles.contains(&department.id)) {
        entries.push(cycle(department));
        department.parent = Reference::Unclear;
    }
    sorted(departments)
}

/// Check what people say about departments and managers.
pub(crate) fn check_people(
    people: &mut [Person],
    departments: &Ids,
    person_ids: &Ids,
    entries: &mut Vec<Entry>,
) {
    for person in people {
        entries.extend(settle_memberships(person, departments));
        entries.extend(settle(Kind::People, "manager", person, person_ids, |it| &mut it.manager));
    }
}

/// Give up a reference that leads nowhere; an entry unless the row that it leads to has its own.
fn settle<T: Identified>(
    kind: Kind,
    column: &'static str,
    item: &mut T,
    ids: &Ids,
    reference: fn(&mut T) -> &mut Reference,
) -> Option<Entry> {
    let Reference::To(id) = reference(item).clone() else { return None };
    if ids.good.contains(&id) {
        return None;
    }
    *reference(item) = Reference::Unclear;
    (!ids.rejected.contains(&id)).then(|| nowhere(kind, column, item, &id))
}

fn settle_memberships(person: &mut Person, departments: &Ids) -> Vec<Entry> {
    let named = person.departments.take().unwrap_or_default();
    let (known, lost): (BTreeSet<_>, BTreeSet<_>) =
        named.into_iter().partition(|id| departments.good.contains(id));
    // A list with a hole would take the person out of the department that is missing from it.
    person.departments = lost.is_empty().then_some(known);
    let unreported = lost.iter().filter(|id| !departments.rejected.contains(*id));
    unreported.map(|id| nowhere(Kind::People, "departments", person, id)).collect()
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

fn sorted(departments: Vec<Department>) -> Vec<Department> {
    let mut sorted = Vec::with_capacity(departments.len());
    let mut children: BTreeMap<String, Vec<Department>> = BTreeMap::new();
    let mut queue = VecDeque::new();
    for department in departments {
        match &department.parent {
            Reference::To(parent) => children.entry(parent.clone()).or_default().push(department),
            Reference::Nothing | Reference::Unclear => queue.push_back(department),
        }
    }
    while let Some(department) = queue.pop_front() {
        queue.extend(children.remove(&department.id).unwrap_or_default());
        sorted.push(department);
    }
    sorted
}

fn nowhere<T: Identified>(kind: Kind, column: &'static str, item: &T, id: &str) -> Entry {
    let shown = quoted(id);
    let (en, zh) = (format!("{shown} is not in the roster"), format!("花名册中没有 {shown}"));
    let why = item.place().diagnosis(Some(column), "reference-unknown", &Text::new(en, zh)).remedy(
        "add what is missing or correct the id; until then the platform keeps what it holds",
        "请补全缺失的行或更正 id；在此之前平台保留现有值",
    );
    error(Some(&kind.key(item.id())), Some(item.name()), why)
}

fn cycle(department: &Department) -> Entry {
    let id = quoted(&department.id);
    let en = format!("department {id} is its own ancestor");
    let zh = format!("部门 {id} 是自己的上级");
    let why = department.place.diagnosis(Some("parent"), "parent-cycle", &Text::new(en, zh)).remedy(
        "correct the parent; until then the platform keeps where the department is",
        "请更正上级部门；在此之前平台保留该部门的现有位置",
    );
    error(Some(&Kind::Departments.key(&department.id)), Some(&department.name), why)
}

//! Departments and people put together from their documents: who stands where.
//!
//! Pure. What is deliberately not here: text (`view::tree`). A source's data may be anything: departments without their
//! parent, in a circle, or ten thousand deep, so nothing here recurses and every object appears.

use std::collections::{BTreeMap, BTreeSet};

use rollcall_browse::HeldObject;
use rollcall_rules::vocabulary::schema;
use serde::Serialize;
use serde_json::Value;

/// An organisation, ready to be listed from the top.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Organisation {
    /// Each department right before those below it.
    pub(crate) departments: Vec<Department>,
    /// People who are in none of these departments.
    pub(crate) people_without_department: Vec<Person>,
    /// How many people there are, each counted once.
    pub(crate) n_people: usize,
}

/// A department in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Department {
    pub(crate) external_id: String,
    pub(crate) display_name: String,
    /// The id of the department above, whether or not it is held.
    pub(crate) parent: Option<String>,
    /// A decimal number; siblings with a smaller one come first.
    pub(crate) order: Option<String>,
    /// How many departments are above.
    pub(crate) depth: usize,
    /// What keeps it from being below its parent, if anything does.
    pub(crate) stray: Option<Stray>,
    /// Who is in this department itself.
    pub(crate) people: Vec<Person>,
    /// How many people are in it or below, each counted once.
    pub(crate) n_people_in_all: usize,
}

/// Why a department with a parent stands at the top.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Stray {
    /// Its parent is not held.
    ParentNotHeld,
    /// It is below itself.
    Circular,
}

/// A person in one department.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Person {
    pub(crate) external_id: String,
    pub(crate) display_name: String,
    pub(crate) title: Option<String>,
    /// Within the department; a decimal number.
    pub(crate) order: Option<String>,
    /// Whether they lead the department.
    pub(crate) leader: bool,
    /// Whether they left the source and were kept.
    pub(crate) departed: bool,
}

impl Organisation {
    /// Put departments and people together.
    pub(crate) fn new(departments: &[HeldObject], users: &[HeldObject]) -> Self {
        let mut organisation = Self { departments: in_order(departments), ..Self::default() };
        organisation.n_people = users.len();
        organisation.place(users);
        organisation
    }

    fn place(&mut self, users: &[HeldObject]) {
        let positions: BTreeMap<_, _> =
            (0..).zip(&self.departments).map(|(n, department)| (department.external_id.clone(), n)).collect();
        for user in users {
            let homes: Vec<(usize, Person)> = memberships(user)
                .filter_map(|(id, membership)| Some((*positions.get(id)?, person(user, membership))))
                .collect();
            if homes.is_empty() {
                self.people_without_department.push(person(user, &Value::Null));
            }
            self.count(homes.iter().map(|(position, _)| *position), &positions);
            for (position, person) in homes {
                self.departments
                    .get_mut(position)
                    .into_iter()
                    .for_each(|home| home.people.push(person.clone()));
            }
        }
        let lists = self.departments.iter_mut().map(|department| &mut department.people);
        lists.chain([&mut self.people_without_department]).for_each(|people| people.sort_by(Person::compare));
    }

    /// Count a person who is in these departments, once in each and in each above.
    fn count(&mut self, homes: impl Iterator<Item = usize>, positions: &BTreeMap<String, usize>) {
        let mut counted = BTreeSet::new();
        for home in homes {
            let mut next = Some(home);
            while let Some(position) = next.filter(|position| counted.insert(*position)) {
                let Some(department) = self.departments.get_mut(position) else { break };
                department.n_people_in_all = department.n_people_in_all.saturating_add(1);
                let below = department.stray.is_none();
                next = department
                    .parent
                    .as_ref()
                    .filter(|_| below)
                    .and_then(|parent| positions.get(parent))
                    .copied();
            }
        }
    }
}

impl Person {
    fn compare(&self, other: &Self) -> std::cmp::Ordering {
        let key = |person: &Self| {
            (rank(person.order.as_deref()), person.display_name.clone(), person.external_id.clone())
        };
        key(self).cmp(&key(other))
    }
}

/// The departments from the top, siblings in order; what cannot be reached from the top comes last.
fn in_order(objects: &[HeldObject]) -> Vec<Department> {
    let mut all: Vec<_> = objects.iter().map(department).collect();
    all.sort_by_cached_key(|department| {
        (rank(department.order.as_deref()), department.display_name.clone(), department.external_id.clone())
    });
    let held: BTreeSet<_> = all.iter().map(|department| department.external_id.clone()).collect();
    let mut below: BTreeMap<Option<String>, Vec<Department>> = BTreeMap::new();
    for mut department in all {
        let known_parent = department.parent.clone().filter(|parent| held.contains(parent));
        department.stray = (known_parent != department.parent).then_some(Stray::ParentNotHeld);
        below.entry(known_parent).or_default().push(department);
    }
    let mut listed = Vec::with_capacity(objects.len());
    list_from(below.remove(&None).unwrap_or_default(), &mut below, &mut listed);
    // What is left is in a circle or below one. Each circle is opened at its first department.
    while let Some(department) = first_circular(&mut below) {
        list_from(vec![department], &mut below, &mut listed);
    }
    listed
}

/// List these departments and all below them, by a stack of what is still to be listed.
fn list_from(
    top: Vec<Department>,
    below: &mut BTreeMap<Option<String>, Vec<Department>>,
    listed: &mut Vec<Department>,
) {
    let mut stack: Vec<_> = top.into_iter().rev().collect();
    while let Some(department) = stack.pop() {
        let depth = department.depth.saturating_add(1);
        let children = below.remove(&Some(department.external_id.clone())).unwrap_or_default();
        stack.extend(children.into_iter().rev().map(|child| Department { depth, ..child }));
        listed.push(department);
    }
}

/// Take out a department that is below itself.
fn first_circular(below: &mut BTreeMap<Option<String>, Vec<Department>>) -> Option<Department> {
    let parents: BTreeMap<_, _> = below
        .iter()
        .flat_map(|(parent, children)| {
            children.iter().map(move |child| (child.external_id.clone(), parent.clone()))
        })
        .collect();
    // Going up from anywhere ends in a circle, as everything that leads to the top has been listed.
    let mut seen = BTreeSet::new();
    let mut id = parents.keys().next()?.clone();
    while seen.insert(id.clone()) {
        id = parents.get(&id)?.clone()?;
    }
    let children = below.get_mut(parents.get(&id)?)?;
    let position = children.iter().position(|child| child.external_id == id)?;
    let department = children.remove(position);
    below.retain(|_, children| !children.is_empty());
    Some(Department { stray: Some(Stray::Circular), ..department })
}

fn department(object: &HeldObject) -> Department {
    let document = &object.held.document;
    Department {
        external_id: object.key.external_id.clone(),
        display_name: display_name(object),
        parent: document.get("parent").and_then(|parent| text(parent, "value")),
        order: text(document, "order"),
        depth: 0,
        stray: None,
        people: Vec::new(),
        n_people_in_all: 0,
    }
}

/// The id and the membership of each department that a person is in.
fn memberships(user: &HeldObject) -> impl Iterator<Item = (&str, &Value)> {
    let departments =
        user.held.document.get(schema::ORGANISATION_USER).and_then(|extension| extension.get("departments"));
    let memberships = departments.and_then(Value::as_array).into_iter().flatten();
    memberships.filter_map(|membership| Some((membership.get("value")?.as_str()?, membership)))
}

fn person(user: &HeldObject, membership: &Value) -> Person {
    Person {
        external_id: user.key.external_id.clone(),
        display_name: display_name(user),
        title: text(&user.held.document, "title"),
        order: text(membership, "order"),
        leader: membership.get("leader").and_then(Value::as_bool).unwrap_or(false),
        departed: user.held.departed,
    }
}

fn display_name(object: &HeldObject) -> String {
    let document = &object.held.document;
    let name = text(document, "displayName").or_else(|| text(document, "userName"));
    name.unwrap_or_else(|| object.key.external_id.clone())
}

fn text(document: &Value, name: &str) -> Option<String> {
    document.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// Where a decimal number sorts: what has none, or no number, comes last.
fn rank(order: Option<&str>) -> (bool, i128) {
    order.and_then(|order| order.parse().ok()).map_or((true, 0), |number| (false, number))
}

#[cfg(test)]
mod tests;

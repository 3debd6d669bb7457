//! Departments and people put together from their documents: who stands where.
//!
//! Pure. What is deliberately not here: text (`view::tree`), and how a tree comes of whatever parents a source tells
//! ([`Outline`]).

use std::collections::{BTreeMap, BTreeSet};

use rollcall_browse::features::Features;
use rollcall_browse::{HeldObject, Numbers, OtherDepartment, Outline, OutlineDepartment, Placed, Stray};
use rollcall_rules::vocabulary::schema;
use serde::Serialize;
use serde_json::Value;

/// An organisation, ready to be listed from the top.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Organisation {
    /// Each department right before those below it.
    pub(crate) departments: Vec<DepartmentNode>,
    /// People who are in none of these departments.
    pub(crate) people_without_department: Vec<PersonLine>,
    /// How many people there are, each counted once.
    pub(crate) n_people: usize,
}

/// A department in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct DepartmentNode {
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
    pub(crate) people: Vec<PersonLine>,
    /// How many people are in it or below, each counted once.
    pub(crate) n_people_in_all: usize,
}

/// A person in one department.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct PersonLine {
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
        let held: BTreeMap<_, _> =
            departments.iter().map(|object| (object.key.external_id.as_str(), object)).collect();
        let outline = outline(departments, users, &held);
        let departments = outline.departments().iter();
        let departments = departments.map(|department| DepartmentNode::of(department, &held)).collect();
        let mut organisation =
            Self { departments, people_without_department: Vec::new(), n_people: users.len() };
        organisation.place(users);
        organisation
    }

    fn place(&mut self, users: &[HeldObject]) {
        let positions: BTreeMap<_, _> =
            (0..).zip(&self.departments).map(|(n, department)| (department.external_id.clone(), n)).collect();
        for user in users {
            let homes: Vec<(usize, PersonLine)> = memberships(user)
                .filter_map(|(id, membership)| Some((*positions.get(id)?, person(user, membership))))
                .collect();
            if homes.is_empty() {
                self.people_without_department.push(person(user, &Value::Null));
            }
            for (position, person) in homes {
                let home = self.departments.get_mut(position);
                home.into_iter().for_each(|home| home.people.push(person.clone()));
            }
        }
        let lists = self.departments.iter_mut().map(|department| &mut department.people);
        lists
            .chain([&mut self.people_without_department])
            .for_each(|people| people.sort_by(PersonLine::compare));
    }
}

/// The departments in their places, with everybody in `users` counted.
fn outline(departments: &[HeldObject], users: &[HeldObject], held: &BTreeMap<&str, &HeldObject>) -> Outline {
    let (mut members, mut shared) = (BTreeMap::<String, [u64; 2]>::new(), Vec::new());
    for (number, user) in (0..).zip(users) {
        let homes = memberships(user).map(|(id, _)| id).filter(|id| held.contains_key(id));
        let homes: BTreeSet<&str> = homes.collect();
        let is_only = homes.len() == 1;
        for home in homes {
            let [n_people, n_only] = members.entry(home.to_owned()).or_default();
            *n_people = n_people.saturating_add(1);
            if is_only {
                *n_only = n_only.saturating_add(1);
            } else {
                shared.push(OtherDepartment { person: number, department: home.to_owned() });
            }
        }
    }
    // What is not of one department is counted by who asks.
    let numbers = Numbers { n_people: 0, n_departed: 0, n_without_department: 0 };
    let members: Vec<_> = members.into_iter().collect();
    Outline::of(numbers, departments.iter().map(placed).collect(), &members, &shared)
}

fn placed(object: &HeldObject) -> Placed {
    let external_id = object.key.external_id.clone();
    let Features { name, parent, position, .. } = Features::of(&external_id, &object.held.document);
    Placed { external_id, name, parent, position }
}

impl DepartmentNode {
    /// Nobody is in it yet.
    fn of(department: &OutlineDepartment, held: &BTreeMap<&str, &HeldObject>) -> Self {
        let OutlineDepartment { external_id, display_name, parent, depth, n_people_in_all, stray, .. } =
            department;
        let object = held.get(external_id.as_str());
        Self {
            external_id: external_id.clone(),
            display_name: display_name.clone(),
            parent: parent.clone(),
            order: object.and_then(|object| text(&object.held.document, "order")),
            depth: usize::try_from(*depth).unwrap_or(usize::MAX),
            stray: *stray,
            people: Vec::new(),
            n_people_in_all: usize::try_from(*n_people_in_all).unwrap_or(usize::MAX),
        }
    }
}

impl PersonLine {
    fn compare(&self, other: &Self) -> std::cmp::Ordering {
        let key = |person: &Self| {
            (rank(person.order.as_deref()), person.display_name.clone(), person.external_id.clone())
        };
        key(self).cmp(&key(other))
    }
}

/// The id and the membership of each department that a person is in.
fn memberships(user: &HeldObject) -> impl Iterator<Item = (&str, &Value)> {
    let departments =
        user.held.document.get(schema::ORGANISATION_USER).and_then(|extension| extension.get("departments"));
    let memberships = departments.and_then(Value::as_array).into_iter().flatten();
    memberships.filter_map(|membership| Some((membership.get("value")?.as_str()?, membership)))
}

fn person(user: &HeldObject, membership: &Value) -> PersonLine {
    PersonLine {
        external_id: user.key.external_id.clone(),
        display_name: Features::of(&user.key.external_id, &user.held.document).name,
        title: text(&user.held.document, "title"),
        order: text(membership, "order"),
        leader: membership.get("leader").and_then(Value::as_bool).unwrap_or(false),
        departed: user.held.departed,
    }
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

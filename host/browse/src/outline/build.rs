//! Departments put in their places, and people counted.
//!
//! Pure, and as long as its input, but for people in several departments, who are counted on the way up from each.

use std::collections::{BTreeMap, BTreeSet};

use super::{Outline, OutlineDepartment, Stray};

/// A department as it is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Its id.
    pub external_id: String,
    /// What people call it, or else its id.
    pub name: String,
    /// The id of the department above.
    pub parent: Option<String>,
    /// Smaller ones come first.
    pub position: i64,
}

/// A department of a person who is in several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherDepartment {
    /// Who, by a number of the store.
    pub person: i64,
    /// The id of the department.
    pub department: String,
}

/// What is counted by the store.
#[derive(Debug, Clone, Copy)]
pub struct Numbers {
    /// People at the source.
    pub n_people: u64,
    /// People who left it and were kept.
    pub n_departed: u64,
    /// People at the source who are in no department that is held.
    pub n_without_department: u64,
}

impl Outline {
    /// Put an outline together. `members` are of each department: how many people, and how many who are in no other one.
    /// `shared` has a person's departments side by side.
    #[must_use]
    pub fn of(
        numbers: Numbers,
        mut departments: Vec<Placed>,
        members: &[(String, [u64; 2])],
        shared: &[OtherDepartment],
    ) -> Self {
        let Numbers { n_people, n_departed, n_without_department } = numbers;
        let n_departments = number(departments.len());
        departments.sort_by(|a, b| a.order().cmp(&b.order()));
        let parents = parents(&departments);
        let mut nodes = in_order(departments);
        let places: BTreeMap<_, _> =
            (0..).zip(&nodes).map(|(place, node)| (node.department.external_id.clone(), place)).collect();
        count_members(&mut nodes, &places, members);
        count_shared(&mut nodes, &places, shared);
        let is_top = |place: &usize| nodes.get(*place).is_some_and(|node| node.above.is_none());
        Self {
            n_people,
            n_departed,
            n_departments,
            n_without_department,
            top: (0..nodes.len()).filter(is_top).collect(),
            naming: naming(&parents, &places),
            places,
            below: nodes.iter().map(|node| node.below.clone()).collect(),
            departments: nodes.into_iter().map(|node| node.department).collect(),
        }
    }
}

/// A department, and the places of those around it in the same list.
#[derive(Debug, Default)]
struct Node {
    department: OutlineDepartment,
    above: Option<usize>,
    below: Vec<usize>,
}

/// Each department with its parent, but for one that is its own.
fn parents(departments: &[Placed]) -> Vec<(String, String)> {
    let parent = |placed: &Placed| {
        let parent = placed.parent.clone().filter(|parent| *parent != placed.external_id)?;
        Some((placed.external_id.clone(), parent))
    };
    departments.iter().filter_map(parent).collect()
}

/// For each parent, where those are that name it, in their order.
fn naming(parents: &[(String, String)], places: &BTreeMap<String, usize>) -> BTreeMap<String, Vec<usize>> {
    let mut naming: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (id, parent) in parents {
        naming.entry(parent.clone()).or_default().extend(places.get(id));
    }
    naming
}

/// Departments in order of siblings: each right before those below it; what cannot be reached from the top comes last.
fn in_order(departments: Vec<Placed>) -> Vec<Node> {
    let mut walk = Walk::over(departments);
    for top in walk.tops() {
        walk.list_from(top);
    }
    // What is left is in a circle or below one. Each circle is opened at its first department.
    for place in walk.by_id() {
        if !walk.is_listed(place) {
            let first = walk.open_circle(place);
            walk.list_from(first);
        }
    }
    walk.finish()
}

impl Placed {
    fn order(&self) -> (i64, &str, &str) {
        (self.position, &self.name, &self.external_id)
    }
}

/// Departments on their way into order: those that were listed, by their places in `nodes`.
struct Walk {
    nodes: Vec<Node>,
    listed: Vec<usize>,
    /// By place in `nodes`: the place in `listed`.
    new_places: Vec<Option<usize>>,
}

impl Walk {
    fn over(departments: Vec<Placed>) -> Self {
        let places: BTreeMap<_, _> =
            (0..).zip(&departments).map(|(place, placed)| (placed.external_id.clone(), place)).collect();
        let mut nodes: Vec<_> = departments.into_iter().map(|placed| node(placed, &places)).collect();
        for place in 0..nodes.len() {
            let above = nodes.get(place).and_then(|node| node.above);
            above.and_then(|above| nodes.get_mut(above)).into_iter().for_each(|node| node.below.push(place));
        }
        Self { listed: Vec::with_capacity(nodes.len()), new_places: vec![None; nodes.len()], nodes }
    }

    fn tops(&self) -> Vec<usize> {
        (0..).zip(&self.nodes).filter(|(_, node)| node.above.is_none()).map(|(place, _)| place).collect()
    }

    fn by_id(&self) -> Vec<usize> {
        let mut places: Vec<_> = (0..).zip(&self.nodes).collect();
        places.sort_by(|(_, a), (_, b)| a.department.external_id.cmp(&b.department.external_id));
        places.into_iter().map(|(place, _)| place).collect()
    }

    fn is_listed(&self, place: usize) -> bool {
        self.new_places.get(place).is_some_and(Option::is_some)
    }

    /// List this one and all below it, by a stack of what is still to be listed.
    fn list_from(&mut self, top: usize) {
        let mut stack = vec![(top, 0_u32)];
        while let Some((place, depth)) = stack.pop() {
            let Some(node) = self.nodes.get_mut(place) else { continue };
            node.department.depth = depth;
            stack.extend(node.below.iter().rev().map(|below| (*below, depth.saturating_add(1))));
            self.new_places.get_mut(place).into_iter().for_each(|new| *new = Some(self.listed.len()));
            self.listed.push(place);
        }
    }

    /// Put at the top the first department of the circle that everything above this one leads to.
    fn open_circle(&mut self, place: usize) -> usize {
        let mut seen = BTreeSet::new();
        let mut first = place;
        while seen.insert(first) {
            // Everything that leads to the top has been listed, so there is always one above.
            first = self.nodes.get(first).and_then(|node| node.above).unwrap_or(first);
        }
        let above = self.nodes.get_mut(first).and_then(|node| {
            node.department.stray = Some(Stray::Circular);
            node.above.take()
        });
        let above = above.and_then(|above| self.nodes.get_mut(above));
        above.into_iter().for_each(|node| node.below.retain(|below| *below != first));
        first
    }

    /// The departments as they were listed, with the places that they have now.
    fn finish(mut self) -> Vec<Node> {
        let new = |place: usize| self.new_places.get(place).copied().flatten();
        let moved = |node: Node| Node {
            above: node.above.and_then(new),
            below: node.below.into_iter().filter_map(new).collect(),
            department: OutlineDepartment { n_children: 0, ..node.department },
        };
        let nodes = self.listed.iter().filter_map(|place| self.nodes.get_mut(*place).map(std::mem::take));
        let mut nodes: Vec<_> = nodes.map(moved).collect();
        for node in &mut nodes {
            node.department.n_children = u32::try_from(node.below.len()).unwrap_or(u32::MAX);
        }
        nodes
    }
}

fn node(placed: Placed, places: &BTreeMap<String, usize>) -> Node {
    let Placed { external_id, name, parent, .. } = placed;
    let above = parent.as_ref().and_then(|parent| places.get(parent)).copied();
    let stray = (parent.is_some() && above.is_none()).then_some(Stray::ParentNotHeld);
    let department = OutlineDepartment { external_id, display_name: name, parent, stray, ..<_>::default() };
    Node { department, above, below: Vec::new() }
}

/// Count the people of each department, and those who are in no other one in each above it as well.
fn count_members(nodes: &mut [Node], places: &BTreeMap<String, usize>, members: &[(String, [u64; 2])]) {
    for (department, [n_people, n_only]) in members {
        let node = places.get(department).and_then(|place| nodes.get_mut(*place));
        node.into_iter().for_each(|node| {
            node.department.n_people = *n_people;
            node.department.n_people_in_all = *n_only;
        });
    }
    // Those below come after those above, so from the end each has all of its own when it is added.
    for place in (0..nodes.len()).rev() {
        let Some(node) = nodes.get(place) else { continue };
        let (above, n) = (node.above, node.department.n_people_in_all);
        above.and_then(|above| nodes.get_mut(above)).into_iter().for_each(|node| node.department.add(n));
    }
}

/// Count each person who is in several departments once in each of these and in each above.
fn count_shared(nodes: &mut [Node], places: &BTreeMap<String, usize>, shared: &[OtherDepartment]) {
    for homes in shared.chunk_by(|a, b| a.person == b.person) {
        let mut counted = BTreeSet::new();
        for home in homes {
            let mut next = places.get(&home.department).copied();
            while let Some(place) = next.filter(|place| counted.insert(*place)) {
                let Some(node) = nodes.get_mut(place) else { break };
                node.department.add(1);
                next = node.above;
            }
        }
    }
}

impl OutlineDepartment {
    fn add(&mut self, n_people: u64) {
        self.n_people_in_all = self.n_people_in_all.saturating_add(n_people);
    }
}

fn number(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

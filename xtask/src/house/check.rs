//! The rules about the figures: no circle beyond its bound, no name for too many things, and no exception that is not needed.

use super::allowed::Allowed;
use super::figures::{Figures, OfCrate};
use super::types::Shared;
use crate::finding::Finding;

/// Where the exceptions are.
const LIST: &str = "xtask/src/house/allowed.rs";

const CIRCLE: &str = "files of a crate need each other in no ring, and in none larger than is allowed";
const ROOMS: &str = "rooms of a crate need each other in no ring, and in none larger than is allowed";
const CODE: &str = "an error code stands in the crate's register, codes.rs, and nowhere else";
const NAME: &str = "a type name is defined in two modules at most";
const NEEDED: &str = "an exception is needed";

/// All that breaks a rule.
pub(super) fn check(figures: &Figures, allowed: &Allowed) -> Vec<Finding> {
    let mut findings = Vec::new();
    for found in &figures.crates {
        let circle = Circle { of: found, rule: CIRCLE, list: "circles", members: found.circles.first() };
        findings.extend(circle.check(bound(allowed.circles, &found.name)));
        let rooms =
            Circle { of: found, rule: ROOMS, list: "room_circles", members: found.room_circles.first() };
        findings.extend(rooms.check(bound(allowed.room_circles, &found.name)));
        findings.extend(codes(found, bound(allowed.codes, &found.name)));
    }
    findings.extend(unknown_crates(figures, allowed));
    findings.extend(names(&figures.shared_names, allowed.names));
    findings
}

fn bound(bounds: &[(&str, usize)], name: &str) -> Option<usize> {
    bounds.iter().find(|(of, _)| *of == name).map(|(_, bound)| *bound)
}

/// The largest circle of its kind in a crate.
struct Circle<'f> {
    of: &'f OfCrate,
    rule: &'static str,
    /// The list that has the exception.
    list: &'static str,
    members: Option<&'f Vec<String>>,
}

impl Circle<'_> {
    fn check(&self, bound: Option<usize>) -> Option<Finding> {
        let (name, size) = (&self.of.name, self.members.map_or(0, Vec::len));
        let entry = |size: usize| format!("`(\"{name}\", {size})` in `{}`", self.list);
        match (size, bound) {
            (0, None) => None,
            (0, Some(bound)) => Some(Finding::new(
                LIST,
                NEEDED,
                format!("nothing is in a ring any more: take out {}", entry(bound)),
            )),
            (size, Some(bound)) if size == bound => None,
            (size, Some(bound)) if size < bound => {
                let mend = format!("the circle has become smaller: make {} a {size}", entry(bound));
                Some(Finding::new(LIST, NEEDED, mend))
            }
            (size, bound) => {
                let allowed = bound.map_or_else(|| "none is".to_owned(), |bound| format!("{bound} are"));
                let members = self.members.map_or_else(String::new, |members| members.join(", "));
                let mend =
                    format!("cut one of the needs of these {size}, where {allowed} allowed: {members}");
                Some(Finding::new(name.as_str(), self.rule, mend))
            }
        }
    }
}

/// Codes that are spelled outside of the register.
fn codes(found: &OfCrate, bound: Option<usize>) -> Option<Finding> {
    let (name, n) = (&found.name, found.codes.len());
    let allowed = bound.unwrap_or_default();
    if n < allowed || bound == Some(0) {
        let mend =
            format!("only {n} codes are spelled elsewhere: correct `(\"{name}\", {allowed})` in `codes`");
        return Some(Finding::new(LIST, NEEDED, mend));
    }
    let places: Vec<&str> = found.codes.iter().map(String::as_str).collect();
    let mend =
        format!("write these {n} into the register, where {allowed} are allowed: {}", places.join(", "));
    (allowed < n).then(|| Finding::new(name.as_str(), CODE, mend))
}

/// Exceptions for crates that are not there.
fn unknown_crates(figures: &Figures, allowed: &Allowed) -> Vec<Finding> {
    let crates = figures.by_name();
    let lists =
        [("circles", allowed.circles), ("room_circles", allowed.room_circles), ("codes", allowed.codes)];
    let entries = lists.iter().flat_map(|(list, entries)| entries.iter().map(move |(name, _)| (list, *name)));
    entries
        .filter(|(_, name)| !crates.contains_key(name))
        .map(|(list, name)| {
            Finding::new(LIST, NEEDED, format!("no crate is {name}: take it out of `{list}`"))
        })
        .collect()
}

fn names(shared: &[Shared], allowed: &[&str]) -> Vec<Finding> {
    let is_shared = |name: &str| shared.iter().any(|shared| shared.name == name);
    let unneeded = allowed.iter().filter(|name| !is_shared(name)).map(|name| {
        Finding::new(
            LIST,
            NEEDED,
            format!("take \"{name}\" out of `names`: it does not stand for too much any more"),
        )
    });
    let new = shared.iter().filter(|shared| !allowed.contains(&shared.name.as_str())).map(|shared| {
        let mend = format!("give one of these a name of its own: {}", shared.places.join(", "));
        Finding::new(shared.name.as_str(), NAME, mend)
    });
    unneeded.chain(new).collect()
}

//! Type names that mean several things: the same name for a struct, an enum, a trait or an alias in several modules.

use std::collections::BTreeMap;

use serde::Serialize;

use super::facts::Facts;
use super::source::Crate;

/// Modules from which on a name is one that nobody can tell.
///
/// Why: two are often a thing and its form on the way out; the reader of a third has to look which it is.
pub(super) const TOO_MANY_MODULES: usize = 3;

/// A name and where it is defined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Shared {
    pub(super) name: String,
    /// One place for each module.
    pub(super) places: Vec<String>,
}

/// The modules of each name, as a crate and its path, with the place.
pub(super) type Names = BTreeMap<String, BTreeMap<String, String>>;

/// Note what a crate defines.
pub(super) fn note(found: &Crate, facts: &[Facts], names: &mut Names) {
    for (module, facts) in found.modules.iter().zip(facts) {
        let file = found.files.get(module.file).map_or("", |file| file.path.as_str());
        let path = format!("{}::{}", found.name, module.path.join("::"));
        for definition in facts.definitions.iter().filter(|definition| definition.is_type) {
            let place = format!("{file}:{}", definition.line);
            names.entry(definition.name.clone()).or_default().entry(path.clone()).or_insert(place);
        }
    }
}

/// Those in so many modules that it is too many, the most frequent first.
pub(super) fn shared(names: &Names) -> Vec<Shared> {
    let mut shared: Vec<Shared> = names
        .iter()
        .filter(|(_, modules)| TOO_MANY_MODULES <= modules.len())
        .map(|(name, modules)| Shared { name: name.clone(), places: modules.values().cloned().collect() })
        .collect();
    shared.sort_by_key(|shared| std::cmp::Reverse(shared.places.len()));
    shared
}

/// How many names are defined in exactly two modules.
pub(super) fn n_in_two(names: &Names) -> usize {
    names.values().filter(|modules| modules.len() == 2).count()
}

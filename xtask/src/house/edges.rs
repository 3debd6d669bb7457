//! Which file of a crate needs which other: by a `use` or by a path that leads to an item there. A path through a re-export leads
//! to the file that defines the item; the `mod` lines of a parent and what it passes on of its own modules are no need.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::{Facts, Import, Sort};
use super::scopes::{Scopes, Target};
use super::source::{Crate, Module};

/// The needs of a crate's files, by their index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Edges {
    pub(super) files: BTreeMap<usize, BTreeSet<usize>>,
    /// Paths that lead to what a macro makes: taken to be defined where the macro is called.
    pub(super) n_made: usize,
    /// Paths of this crate that lead nowhere that could be found, with where they stand.
    pub(super) lost: BTreeSet<String>,
}

/// All edges of a crate.
pub(super) fn edges(found: &Crate, facts: &[Facts], scopes: &Scopes<'_>) -> Edges {
    let mut edges = Edges::default();
    for (index, (module, facts)) in found.modules.iter().zip(facts).enumerate() {
        for import in facts.imports.iter().filter(|import| !is_passed_on(scopes, index, import)) {
            edges.add(
                found,
                module,
                scopes.resolve(index, &import.path, Sort::Any),
                &import.path,
                import.line,
            );
        }
        for mention in &facts.mentions {
            let targets = scopes.resolve(index, &mention.path, mention.sort);
            edges.add(found, module, targets, &mention.path, mention.line);
        }
    }
    edges
}

/// Whether it only passes on what a module below has.
fn is_passed_on(scopes: &Scopes<'_>, module: usize, import: &Import) -> bool {
    import.is_public && scopes.leads_down(module, &import.path)
}

impl Edges {
    fn add(&mut self, found: &Crate, from: &Module, targets: BTreeSet<Target>, path: &[String], line: usize) {
        for target in targets {
            match target {
                Target::Item(module, _) => self.edge(found, from.file, module),
                Target::Made(module) => {
                    self.n_made += 1;
                    self.edge(found, from.file, module);
                }
                Target::Nowhere => {
                    let file = found.files.get(from.file).map_or("", |file| &file.path);
                    self.lost.insert(format!("{file}:{line} {}", path.join("::")));
                }
                Target::Module(_) | Target::Outside => {}
            }
        }
    }

    fn edge(&mut self, found: &Crate, from: usize, to: usize) {
        if let Some(to) = found.modules.get(to).filter(|to| to.file != from) {
            self.files.entry(from).or_default().insert(to.file);
        }
    }

    /// The same by the files' paths.
    pub(super) fn named(&self, found: &Crate) -> BTreeMap<String, BTreeSet<String>> {
        let path = |file: &usize| found.files.get(*file).map(|file| file.path.clone());
        let needs = self
            .files
            .iter()
            .filter_map(|(from, to)| Some((path(from)?, to.iter().filter_map(path).collect())));
        needs.collect()
    }

    /// The same between rooms: the modules below the root, each with all that is in it.
    pub(super) fn rooms(&self, found: &Crate) -> BTreeMap<String, BTreeSet<String>> {
        let mut rooms: BTreeMap<usize, String> = BTreeMap::new();
        for module in &found.modules {
            if let Some(room) = module.path.first() {
                rooms.entry(module.file).or_insert_with(|| room.clone());
            }
        }
        // A room that is written in the root's own file is the root.
        found
            .modules
            .iter()
            .filter(|module| module.path.is_empty())
            .for_each(|root| drop(rooms.remove(&root.file)));
        let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (from, needs) in &self.files {
            for to in needs {
                if let (Some(from), Some(to)) = (rooms.get(from), rooms.get(to))
                    && from != to
                {
                    edges.entry(from.clone()).or_default().insert(to.clone());
                }
            }
        }
        edges
    }
}

//! What a path means: the module and the item that it leads to, through imports, re-exports and globs, as the language has it.
//! Who may see what is not asked: the compiler has done that.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::{Definition, Facts, Import, Sort};
use super::source::Module;

/// Where a path leads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    /// A module as such.
    Module(usize),
    /// What this module defines under this name.
    Item(usize, String),
    /// What a macro in this module defines, as far as one can tell: nothing else there has the name.
    Made(usize),
    /// Another crate, or a name of the language.
    Outside,
    /// This crate, and nowhere.
    Nowhere,
}

/// The names of a crate.
pub(super) struct Scopes<'a> {
    modules: &'a [Module],
    facts: &'a [Facts],
    /// The modules that define each macro: its name holds far beyond the module.
    macros: BTreeMap<&'a str, usize>,
}

/// The names that are being looked up, so that what imports itself ends.
type Trail = Vec<(usize, String, Sort)>;

impl<'a> Scopes<'a> {
    /// Both in the same order.
    pub(super) fn new(modules: &'a [Module], facts: &'a [Facts]) -> Self {
        let of_module = |(module, facts): (usize, &'a Facts)| {
            let macros = facts.definitions.iter().filter(|definition| definition.sort == Sort::Macro);
            macros.map(move |definition| (definition.name.as_str(), module))
        };
        let macros = facts.iter().enumerate().flat_map(of_module).collect();
        Self { modules, facts, macros }
    }

    /// Where this path leads that stands in this module.
    pub(super) fn resolve(&self, from: usize, path: &[String], sort: Sort) -> BTreeSet<Target> {
        self.walk(from, path, sort, &mut Trail::new())
    }

    /// Whether the path leads, before its last name, into a module below this one.
    pub(super) fn leads_down(&self, from: usize, path: &[String]) -> bool {
        let Some((_, above)) = path.split_last() else { return false };
        let is_below = |target: Target| match target {
            Target::Module(module) | Target::Item(module, _) | Target::Made(module) => {
                self.is_below(module, from)
            }
            Target::Outside | Target::Nowhere => false,
        };
        !above.is_empty() && self.resolve(from, above, Sort::Type).into_iter().any(is_below)
    }

    fn is_below(&self, module: usize, above: usize) -> bool {
        let parent = self.modules.get(module).and_then(|module| module.parent);
        parent.is_some_and(|parent| parent == above || self.is_below(parent, above))
    }

    fn walk(&self, from: usize, path: &[String], sort: Sort, trail: &mut Trail) -> BTreeSet<Target> {
        let (mut targets, mut rest) = self.begin(from, path, sort, trail);
        while let Some((name, after)) = rest.split_first() {
            let wanted = if after.is_empty() { sort } else { Sort::Type };
            let mut next = BTreeSet::new();
            for target in only_modules_if_any(targets) {
                if let Target::Module(module) = target {
                    next.extend(self.step(module, name, wanted, trail));
                } else {
                    next.insert(target);
                }
            }
            (targets, rest) = (next, after);
        }
        targets
    }

    /// What the first names mean, and the names after them.
    fn begin<'p>(
        &self,
        from: usize,
        path: &'p [String],
        sort: Sort,
        trail: &mut Trail,
    ) -> (BTreeSet<Target>, &'p [String]) {
        let (mut at, mut rest) = (None, path);
        while let Some((name, after)) = rest.split_first() {
            let here = at.unwrap_or(from);
            at = match name.as_str() {
                "crate" => self.modules.get(here).map(|module| module.root),
                "self" => Some(here),
                "super" => self.modules.get(here).and_then(|module| module.parent),
                _ => break,
            };
            rest = after;
        }
        if let Some(module) = at {
            return ([Target::Module(module)].into(), rest);
        }
        let Some((name, after)) = rest.split_first() else { return (BTreeSet::new(), rest) };
        let wanted = if after.is_empty() { sort } else { Sort::Type };
        let mut found = self.look(from, name, wanted, trail);
        if found.is_empty() {
            found.insert(self.textual(name, wanted).unwrap_or(Target::Outside));
        }
        (found, after)
    }

    /// A macro by its bare name, which holds in everything that comes after it.
    fn textual(&self, name: &str, sort: Sort) -> Option<Target> {
        let module = self.macros.get(name).filter(|_| sort == Sort::Macro)?;
        Some(Target::Item(*module, name.to_owned()))
    }

    /// What a name means after the name of a module.
    fn step(&self, module: usize, name: &str, sort: Sort, trail: &mut Trail) -> BTreeSet<Target> {
        let mut found = self.look(module, name, sort, trail);
        if found.is_empty() {
            let made = || self.maker(module, trail.len()).map(Target::Made);
            let is_root = self.modules.get(module).is_some_and(|found| found.root == module);
            let exported = self.textual(name, sort).filter(|_| is_root);
            found.insert(exported.or_else(made).unwrap_or(Target::Nowhere));
        }
        found
    }

    /// The module itself or one that it takes all of, if a macro defines something there.
    fn maker(&self, module: usize, depth: usize) -> Option<usize> {
        let facts = self.facts.get(module)?;
        if facts.is_made {
            return Some(module);
        }
        // As deep as there are modules: globs can go in a ring.
        if self.modules.len() < depth {
            return None;
        }
        self.globs(module, &mut Trail::new()).into_iter().find_map(|target| match target {
            Target::Module(below) => self.maker(below, depth + 1),
            Target::Item(..) | Target::Made(_) | Target::Outside | Target::Nowhere => None,
        })
    }

    fn globs(&self, module: usize, trail: &mut Trail) -> BTreeSet<Target> {
        let imports = self.facts.get(module).map_or(&[][..], |facts| &facts.imports);
        let globs = imports.iter().filter(|import| import.name.is_none());
        globs.flat_map(|import| self.walk(module, &import.path, Sort::Type, trail)).collect()
    }

    /// What has this name in the module: what it defines, then what it imports by name, then what its globs bring.
    fn look(&self, module: usize, name: &str, sort: Sort, trail: &mut Trail) -> BTreeSet<Target> {
        let (Some(here), Some(facts)) = (self.modules.get(module), self.facts.get(module)) else {
            return BTreeSet::new();
        };
        let key = (module, name.to_owned(), sort);
        if trail.contains(&key) {
            return BTreeSet::new();
        }
        let is_it = |definition: &&Definition| definition.name == name && matches(definition.sort, sort);
        let mut found: BTreeSet<Target> =
            facts.definitions.iter().filter(is_it).map(|_| Target::Item(module, name.to_owned())).collect();
        let child = here.children.get(name).filter(|_| matches(Sort::Type, sort));
        found.extend(child.map(|child| Target::Module(*child)));
        trail.push(key);
        found.extend(self.imported(module, name, sort, trail));
        if found.is_empty() {
            found = self.by_globs(module, name, sort, trail);
        }
        trail.pop();
        found
    }

    fn imported(&self, module: usize, name: &str, sort: Sort, trail: &mut Trail) -> BTreeSet<Target> {
        let imports = self.facts.get(module).map_or(&[][..], |facts| &facts.imports);
        let is_it = |import: &&Import| import.name.as_deref() == Some(name);
        let mut found: BTreeSet<Target> = imports
            .iter()
            .filter(is_it)
            .flat_map(|import| self.walk(module, &import.path, sort, trail))
            .collect();
        // It brings nothing of this sort; if it brings nothing at all, that is told of the import itself.
        found.remove(&Target::Nowhere);
        found
    }

    fn by_globs(&self, module: usize, name: &str, sort: Sort, trail: &mut Trail) -> BTreeSet<Target> {
        let mut found = BTreeSet::new();
        for target in self.globs(module, trail) {
            if let Target::Module(other) = target {
                found.extend(self.look(other, name, sort, trail));
            }
        }
        found
    }
}

/// A name before `::` is a module rather than a type of the same name.
fn only_modules_if_any(targets: BTreeSet<Target>) -> BTreeSet<Target> {
    let is_module = |target: &Target| matches!(target, Target::Module(_));
    if targets.iter().any(is_module) { targets.into_iter().filter(is_module).collect() } else { targets }
}

fn matches(sort: Sort, wanted: Sort) -> bool {
    match (sort, wanted) {
        // A struct can be a type and a value.
        (_, Sort::Any) | (Sort::Any, Sort::Type | Sort::Value) => true,
        (sort, wanted) => sort == wanted,
    }
}

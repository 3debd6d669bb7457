//! The figures of a checkout, put together.
//!
//! Not here: how they are shown (`table`) and what they must not exceed (`check`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use super::circles::circles;
use super::crates::{self, Roots};
use super::documents::{Documents, documents};
use super::edges::edges;
use super::facts::Facts;
use super::gather::gather;
use super::literals::{self, Ambiguous, Said};
use super::scopes::Scopes;
use super::source::{self, Crate};
use super::types::{self, Names, Shared};

/// Folder of the crates in which documents are counted.
const HOST: &str = "host/";

/// All that is told of a checkout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Figures {
    pub(super) crates: Vec<OfCrate>,
    /// Of all crates together.
    pub(super) all: Size,
    /// Type names that are defined in too many modules.
    pub(super) shared_names: Vec<Shared>,
    pub(super) n_names_in_two_modules: usize,
    pub(super) ambiguous_codes: Vec<Ambiguous>,
}

/// All that is told of a crate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct OfCrate {
    pub(super) name: String,
    pub(super) size: Size,
    /// Each file with those that it needs, for whoever looks where a circle is to be cut.
    pub(super) needs: BTreeMap<String, BTreeSet<String>>,
    /// Files that need each other in a ring, the largest circle first.
    pub(super) circles: Vec<Vec<String>>,
    /// Modules below the root that need each other in a ring.
    pub(super) room_circles: Vec<Vec<String>>,
    /// Error codes that are spelled outside of a register, each with its place.
    pub(super) codes: BTreeSet<String>,
    /// Of a crate of the host.
    pub(super) documents: Option<Documents>,
    /// Paths to what a macro makes.
    pub(super) n_made: usize,
    /// Paths that were not understood.
    pub(super) lost: BTreeSet<String>,
}

/// How much there is, and how it is cut.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Size {
    pub(super) n_lines: usize,
    pub(super) n_files: usize,
    pub(super) n_functions: usize,
    /// Lines of a function.
    pub(super) median: usize,
    pub(super) p99: usize,
    pub(super) max: usize,
    /// The longest function and where it is.
    pub(super) longest: String,
}

/// A function by its lines, with its place.
type Lengths = BTreeSet<(usize, String)>;

/// The figures of the checkout in this folder.
///
/// # Errors
///
/// When cargo does not know it, or a file cannot be read.
pub(super) fn of_checkout(checkout: &Path) -> Result<Figures> {
    of_crates(checkout, &crates::shipped(checkout)?)
}

/// The figures of these crates.
///
/// # Errors
///
/// When a file cannot be read.
pub(super) fn of_crates(checkout: &Path, crates: &[Roots]) -> Result<Figures> {
    let mut names = Names::new();
    let mut said = BTreeSet::new();
    let mut lengths = Lengths::new();
    let mut figures = Vec::new();
    for roots in crates {
        let found = source::read(checkout, roots)?;
        let facts: Vec<Facts> = found.modules.iter().map(|module| gather(&module.items)).collect();
        types::note(&found, &facts, &mut names);
        figures.push(of_crate(&found, &facts, &mut said, &mut lengths));
    }
    let n_lines = figures.iter().map(|found| found.size.n_lines).sum();
    let n_files = figures.iter().map(|found| found.size.n_files).sum();
    Ok(Figures {
        crates: figures,
        all: size(n_lines, n_files, &lengths),
        shared_names: types::shared(&names),
        n_names_in_two_modules: types::n_in_two(&names),
        ambiguous_codes: literals::ambiguous(said.iter()),
    })
}

fn of_crate(found: &Crate, facts: &[Facts], said: &mut BTreeSet<Said>, lengths: &mut Lengths) -> OfCrate {
    let scopes = Scopes::new(&found.modules, facts);
    let edges = edges(found, facts, &scopes);
    let needs = edges.named(found);
    let own_said = literals::said(found, facts, &scopes);
    let own_lengths = functions(found, facts);
    let n_lines = found.files.iter().map(|file| file.n_lines).sum();
    let figures = OfCrate {
        name: found.name.clone(),
        size: size(n_lines, found.files.len(), &own_lengths),
        circles: circles(&needs),
        needs,
        room_circles: circles(&edges.rooms(found)),
        codes: literals::spellings(&own_said),
        documents: found.name.starts_with(HOST).then(|| documents(facts)),
        n_made: edges.n_made,
        lost: edges.lost,
    };
    said.extend(own_said);
    lengths.extend(own_lengths);
    figures
}

fn functions(found: &Crate, facts: &[Facts]) -> Lengths {
    let mut lengths = Lengths::new();
    for (module, facts) in found.modules.iter().zip(facts) {
        let file = found.files.get(module.file).map_or("", |file| file.path.as_str());
        let length = |function: &super::facts::Function| {
            (function.n_lines, format!("{file}:{} {}", function.line, function.name))
        };
        lengths.extend(facts.functions.iter().map(length));
    }
    lengths
}

fn size(n_lines: usize, n_files: usize, lengths: &Lengths) -> Size {
    let sorted: Vec<&(usize, String)> = lengths.iter().collect();
    // The smallest that so many of a hundred do not exceed.
    let percentile = |percent: usize| {
        let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
        sorted.get(place).map_or(0, |(n_lines, _)| *n_lines)
    };
    let longest = sorted.last().map_or_else(String::new, |(_, place)| place.clone());
    let (median, p99, max) = (percentile(50), percentile(99), percentile(100));
    Size { n_lines, n_files, n_functions: sorted.len(), median, p99, max, longest }
}

impl OfCrate {
    /// Files in the largest circle, none if nothing goes in a ring.
    pub(super) fn largest_circle(&self) -> usize {
        self.circles.first().map_or(0, Vec::len)
    }

    /// Rooms in the largest circle of rooms.
    pub(super) fn largest_room_circle(&self) -> usize {
        self.room_circles.first().map_or(0, Vec::len)
    }
}

impl Figures {
    /// Each crate by its name.
    pub(super) fn by_name(&self) -> BTreeMap<&str, &OfCrate> {
        self.crates.iter().map(|found| (found.name.as_str(), found)).collect()
    }
}

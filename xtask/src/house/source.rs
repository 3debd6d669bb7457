//! The files of a crate and its modules, as the `mod` lines say: whatever no line leads to is not in the crate, and what only a
//! test's line leads to does not ship.
//!
//! Not here: what the modules say to each other (`gather`, `scopes`).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, Ident, Item, Meta, Token, Visibility, braced, token};

use super::crates::{Roots, slashed};
use super::gather::literal;
use super::shipped::is_for_tests;

/// A crate as it was read.
pub(super) struct Crate {
    pub(super) name: String,
    pub(super) files: Vec<File>,
    pub(super) modules: Vec<Module>,
}

/// A file that ships.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct File {
    /// From the root of the checkout, with `/`.
    pub(super) path: String,
    /// Lines, without those of items that are for tests.
    pub(super) n_lines: usize,
}

/// A module that ships, in a file of its own or inside of one.
pub(super) struct Module {
    /// Its names from the root of the crate, which has none.
    pub(super) path: Vec<String>,
    /// Index of its file.
    pub(super) file: usize,
    /// Index of the module that it is declared in.
    pub(super) parent: Option<usize>,
    /// Index of the module that `crate` means in it.
    pub(super) root: usize,
    pub(super) children: BTreeMap<String, usize>,
    /// What it defines and imports; its modules are not among them.
    pub(super) items: Vec<Item>,
}

/// What stands at one place of a file.
enum Piece {
    Item(Box<Item>),
    /// `mod name;`
    Declared {
        name: String,
        path: Option<String>,
    },
    /// `mod name { … }`
    Inline {
        name: String,
        path: Option<String>,
        pieces: Vec<Piece>,
    },
    /// Something for tests, with the number of its lines.
    Test(usize),
}

/// Where the pieces of a module stand, and where its own modules are looked for.
#[derive(Clone, Debug)]
struct Place {
    file: usize,
    /// The folder that the `path` of a declared module starts from.
    beside: PathBuf,
    /// The folder that a declared module without a `path` is in.
    below: PathBuf,
}

/// Read a crate, from its roots down.
///
/// # Errors
///
/// When a file is missing or is not Rust.
pub(super) fn read(checkout: &Path, roots: &Roots) -> Result<Crate> {
    let files = Vec::new();
    let mut reading =
        Reading { checkout, into: Crate { name: roots.name.clone(), files, modules: Vec::new() } };
    for root in &roots.files {
        let folder = root.parent().context("a crate begins with a file in a folder")?.to_owned();
        reading.file(root, folder, &[], None)?;
    }
    Ok(reading.into)
}

struct Reading<'a> {
    checkout: &'a Path,
    into: Crate,
}

impl Reading<'_> {
    fn file(&mut self, at: &Path, below: PathBuf, path: &[String], parent: Option<usize>) -> Result<usize> {
        let text = fs::read_to_string(at).with_context(|| format!("cannot read {}", at.display()))?;
        let n_lines = text.lines().count();
        let shown = slashed(at.strip_prefix(self.checkout).unwrap_or(at));
        let pieces = (|input: ParseStream<'_>| {
            input.call(Attribute::parse_inner)?;
            pieces(input, n_lines + 1)
        })
        .parse_str(&text)
        .map_err(|error| anyhow!("{shown}:{}: {error}", error.span().start().line))?;
        let file = self.known(&shown).unwrap_or_else(|| {
            self.into
                .files
                .push(File { path: shown, n_lines: n_lines.saturating_sub(n_test_lines(&pieces)) });
            self.into.files.len() - 1
        });
        let beside = at.parent().unwrap_or(self.checkout).to_owned();
        self.module(pieces, &Place { file, beside, below }, path, parent)
    }

    /// A file that another module was read from already.
    fn known(&self, path: &str) -> Option<usize> {
        self.into.files.iter().position(|file| file.path == path)
    }

    fn module(
        &mut self,
        pieces: Vec<Piece>,
        place: &Place,
        path: &[String],
        parent: Option<usize>,
    ) -> Result<usize> {
        let here = self.open(place.file, path, parent);
        let (mut items, mut children) = (Vec::new(), BTreeMap::new());
        for piece in pieces {
            match piece {
                Piece::Item(item) => items.push(*item),
                Piece::Test(_) => {}
                Piece::Declared { name, path: at } => {
                    let (at, folder) = place.declared(&name, at.as_deref())?;
                    let child = self.file(&at, folder, &below(path, &name), Some(here))?;
                    children.insert(name, child);
                }
                Piece::Inline { name, path: folder, pieces } => {
                    let inside = place.inside(folder.as_deref().unwrap_or(&name));
                    let child = self.module(pieces, &inside, &below(path, &name), Some(here))?;
                    children.insert(name, child);
                }
            }
        }
        if let Some(module) = self.into.modules.get_mut(here) {
            (module.items, module.children) = (items, children);
        }
        Ok(here)
    }

    /// An empty module, which has its index before those that are declared in it.
    fn open(&mut self, file: usize, path: &[String], parent: Option<usize>) -> usize {
        let here = self.into.modules.len();
        let root = parent.and_then(|parent| self.into.modules.get(parent)).map_or(here, |parent| parent.root);
        let (path, children, items) = (path.to_vec(), BTreeMap::new(), Vec::new());
        self.into.modules.push(Module { path, file, parent, root, children, items });
        here
    }
}

fn below(path: &[String], name: &str) -> Vec<String> {
    path.iter().map(String::as_str).chain([name]).map(str::to_owned).collect()
}

impl Place {
    /// The file of a declared module, and the folder of the modules that are declared in it.
    fn declared(&self, name: &str, path: Option<&str>) -> Result<(PathBuf, PathBuf)> {
        if let Some(path) = path {
            let at = self.beside.join(path);
            let folder = at.parent().unwrap_or(&self.beside).to_owned();
            return Ok((at, folder));
        }
        let folder = self.below.join(name);
        [folder.with_extension("rs"), folder.join("mod.rs")]
            .into_iter()
            .find(|at| at.is_file())
            .map(|at| (at, folder.clone()))
            .with_context(|| format!("module `{name}` has no file beside {}", folder.display()))
    }

    /// The place of a module inside of the file: what it declares is in a folder of its name.
    fn inside(&self, name: &str) -> Self {
        let below = self.below.join(name);
        Self { file: self.file, beside: below.clone(), below }
    }
}

/// Everything up to the end, which is before this line.
fn pieces(input: ParseStream<'_>, end: usize) -> syn::Result<Vec<Piece>> {
    let mut pieces = Vec::new();
    while !input.is_empty() {
        let begin = input.span().start().line;
        let attributes = input.fork().call(Attribute::parse_outer)?;
        let piece = piece(input, &attributes)?;
        let next = if input.is_empty() { end } else { input.span().start().line };
        let is_for_tests = is_for_tests(&attributes);
        pieces.push(if is_for_tests { Piece::Test(next.saturating_sub(begin)) } else { piece });
    }
    Ok(pieces)
}

fn piece(input: ParseStream<'_>, attributes: &[Attribute]) -> syn::Result<Piece> {
    let ahead = input.fork();
    ahead.call(Attribute::parse_outer)?;
    ahead.parse::<Visibility>()?;
    if !(ahead.peek(Token![mod]) && ahead.peek2(Ident::peek_any)) {
        return input.parse().map(|item| Piece::Item(Box::new(item)));
    }
    input.call(Attribute::parse_outer)?;
    input.parse::<Visibility>()?;
    input.parse::<Token![mod]>()?;
    let name = Ident::parse_any(input)?.unraw().to_string();
    let path = path_of(attributes);
    if input.peek(token::Brace) {
        let inside;
        let braces = braced!(inside in input);
        inside.call(Attribute::parse_inner)?;
        let pieces = pieces(&inside, braces.span.close().start().line)?;
        return Ok(Piece::Inline { name, path, pieces });
    }
    input.parse::<Token![;]>()?;
    Ok(Piece::Declared { name, path })
}

/// What `#[path = "…"]` says.
fn path_of(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => literal(&pair.value),
        Meta::NameValue(_) | Meta::Path(_) | Meta::List(_) => None,
    })
}

fn n_test_lines(pieces: &[Piece]) -> usize {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Test(n_lines) => *n_lines,
            Piece::Inline { pieces, .. } => n_test_lines(pieces),
            Piece::Item(_) | Piece::Declared { .. } => 0,
        })
        .sum()
}

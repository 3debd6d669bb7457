//! The figures over small made-up crates, which are written into a folder of their own.

mod checked;
mod circles;
mod codes;
mod edges;
mod modules;
mod names;
mod sizes;

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::crates::Roots;
use super::figures::{self, Figures, OfCrate};

/// A checkout of made-up crates; it goes with the value.
struct Tree {
    folder: PathBuf,
    crates: Vec<Roots>,
}

impl Drop for Tree {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.folder));
    }
}

impl Tree {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("rollcall-house-{}-{count}", std::process::id()));
        Self { folder, crates: Vec::new() }
    }

    /// A crate with these files below its `src`, of which `lib.rs` is the root.
    fn with(mut self, name: &str, files: &[(&str, &str)]) -> Self {
        let sources = self.folder.join(name).join("src");
        for (path, text) in files {
            let path = sources.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        self.crates.push(Roots { name: name.to_owned(), files: vec![sources.join("lib.rs")] });
        self
    }

    fn figures(&self) -> Figures {
        figures::of_crates(&self.folder, &self.crates).unwrap()
    }
}

/// The figures of a single crate with these files.
fn of_crate(files: &[(&str, &str)]) -> OfCrate {
    Tree::new().with("host/a", files).figures().crates.remove(0)
}

/// The needs of its files, each as `a.rs -> b.rs`.
fn needs(found: &OfCrate) -> Vec<String> {
    let short = |path: &str| path.trim_start_matches("host/a/src/").to_owned();
    let of_file = |(from, to): (&String, &std::collections::BTreeSet<String>)| {
        let from = short(from);
        to.iter().map(|to| format!("{from} -> {}", short(to))).collect::<Vec<_>>()
    };
    found.needs.iter().flat_map(of_file).collect()
}

/// The needs of a crate with the modules `a` and `b`, where `a` says this and `b` defines some things.
#[track_caller]
fn check_needs(a: &str, expected: &[&str]) {
    let b = "pub struct Thing;\npub enum Kind { One }\npub const LIMIT: usize = 1;\npub fn make() {}\npub trait Make {}\n";
    let found = of_crate(&[("lib.rs", "mod a;\nmod b;\n"), ("a.rs", a), ("b.rs", b)]);
    assert_eq!(needs(&found), expected);
    assert_eq!(found.lost.len(), 0, "{:?}", found.lost);
}

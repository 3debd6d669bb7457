//! The figures for a terminal: one table, or two checkouts beside each other.

use std::collections::BTreeSet;

use super::figures::{Figures, OfCrate, Size};
use crate::say;

/// The heads of the columns.
const HEADS: [&str; 14] = [
    "crate",
    "lines",
    "files",
    "fns",
    "median",
    "p99",
    "max",
    "circle",
    "rooms",
    "codes",
    "parsed",
    "written",
    "canonical",
    "by macro",
];

/// The name of the line of all crates.
const ALL: &str = "all";

/// Write the figures of one checkout.
pub(super) fn tell(figures: &Figures) {
    say::head("The shipped Rust, crate by crate");
    lines(&rows(figures)).iter().for_each(|line| say::line(line));
    say::head("The longest function");
    for (name, size) in sizes(figures).filter(|(_, size)| 0 < size.n_functions) {
        say::note(&format!("{name}: {} lines, {}", size.max, size.longest));
    }
    circles(figures);
    say::head("Type names");
    say::note(&format!("{} are defined in two modules, these in more:", figures.n_names_in_two_modules));
    for shared in &figures.shared_names {
        say::note(&format!("{} {}: {}", shared.places.len(), shared.name, shared.places.join(", ")));
    }
    say::head("Codes that are said in more than one way");
    for code in &figures.ambiguous_codes {
        say::note(&code.code);
        code.said.iter().for_each(|said| say::quote(said));
    }
    say::head("Paths that were not understood");
    let lost: Vec<&String> = figures.crates.iter().flat_map(|found| &found.lost).collect();
    say::note(&format!("{}", lost.len()));
    lost.iter().for_each(|path| say::note(path));
}

/// Write the figures of two checkouts beside each other, each as before and now.
pub(super) fn compare(before: &Figures, now: &Figures) {
    say::head("The shipped Rust, crate by crate, before and now");
    lines(&beside(&rows(before), &rows(now))).iter().for_each(|line| say::line(line));
    say::head("All together, before and now");
    for (what, before, now) in
        totals(before).into_iter().zip(totals(now)).map(|(old, new)| (old.0, old.1, new.1))
    {
        say::note(&format!("{what}: {}", change(&before.to_string(), &now.to_string())));
    }
    let names = |figures: &Figures| -> BTreeSet<String> {
        figures.shared_names.iter().map(|shared| shared.name.clone()).collect()
    };
    let (old, new) = (names(before), names(now));
    let listed = |names: BTreeSet<&String>| names.into_iter().cloned().collect::<Vec<_>>().join(", ");
    say::note(&format!(
        "names in three modules or more that are gone: {}",
        listed(old.difference(&new).collect())
    ));
    say::note(&format!(
        "names in three modules or more that are new: {}",
        listed(new.difference(&old).collect())
    ));
}

fn totals(figures: &Figures) -> [(&'static str, usize); 3] {
    [
        ("names in two modules", figures.n_names_in_two_modules),
        ("names in three modules or more", figures.shared_names.len()),
        ("codes that are said in more than one way", figures.ambiguous_codes.len()),
    ]
}

fn circles(figures: &Figures) {
    say::head("Circles of rooms");
    for found in &figures.crates {
        for circle in &found.room_circles {
            say::note(&format!("{} {}: {}", circle.len(), found.name, circle.join(", ")));
        }
    }
    say::head("Circles of files");
    for found in &figures.crates {
        for circle in &found.circles {
            let files: Vec<&str> = circle.iter().map(|file| short(&found.name, file)).collect();
            say::note(&format!("{} {}: {}", circle.len(), found.name, files.join(", ")));
        }
    }
}

/// A file from its crate's sources on.
fn short<'f>(name: &str, file: &'f str) -> &'f str {
    let rest = file.strip_prefix(name).and_then(|rest| rest.strip_prefix("/src/"));
    rest.unwrap_or(file)
}

fn sizes(figures: &Figures) -> impl Iterator<Item = (&str, &Size)> {
    let crates = figures.crates.iter().map(|found| (found.name.as_str(), &found.size));
    crates.chain([(ALL, &figures.all)])
}

/// The table's cells, without its head.
fn rows(figures: &Figures) -> Vec<Vec<String>> {
    let of_crate = |found: &OfCrate| {
        let documents = found.documents;
        let counted = |n: fn(super::documents::Documents) -> usize| {
            documents.map_or_else(String::new, |documents| n(documents).to_string())
        };
        let mut row = sized(&found.name, &found.size);
        row.extend([
            found.largest_circle().to_string(),
            found.largest_room_circle().to_string(),
            found.codes.len().to_string(),
            counted(|documents| documents.parsed),
            counted(|documents| documents.written),
            counted(|documents| documents.canonical),
            found.n_made.to_string(),
        ]);
        row
    };
    figures.crates.iter().map(of_crate).chain([all(figures)]).collect()
}

/// The last row: the sum of each column, the largest of each circle.
fn all(figures: &Figures) -> Vec<String> {
    let largest =
        |of: fn(&OfCrate) -> usize| figures.crates.iter().map(of).max().unwrap_or_default().to_string();
    let sum = |of: fn(&OfCrate) -> usize| figures.crates.iter().map(of).sum::<usize>().to_string();
    let mut row = sized(ALL, &figures.all);
    row.extend([
        largest(OfCrate::largest_circle),
        largest(OfCrate::largest_room_circle),
        sum(|found| found.codes.len()),
        sum(|found| found.documents.unwrap_or_default().parsed),
        sum(|found| found.documents.unwrap_or_default().written),
        sum(|found| found.documents.unwrap_or_default().canonical),
        sum(|found| found.n_made),
    ]);
    row
}

fn sized(name: &str, size: &Size) -> Vec<String> {
    let numbers = [size.n_lines, size.n_files, size.n_functions, size.median, size.p99, size.max];
    [name.to_owned()].into_iter().chain(numbers.iter().map(usize::to_string)).collect()
}

/// Each row of either, a cell that differs as `before > now`.
fn beside(before: &[Vec<String>], now: &[Vec<String>]) -> Vec<Vec<String>> {
    let of = |rows: &[Vec<String>], name: &String| rows.iter().find(|row| row.first() == Some(name)).cloned();
    let gone = before.iter().filter(|row| row.first().is_some_and(|name| of(now, name).is_none()));
    let names = gone.chain(now).filter_map(|row| row.first());
    let row = |name: &String| {
        let (old, new) = (of(before, name), of(now, name));
        let cell = |row: &Option<Vec<String>>, at: usize| {
            row.as_ref().and_then(|row| row.get(at)).map_or("-", String::as_str).to_owned()
        };
        let cells = (1..HEADS.len()).map(|at| change(&cell(&old, at), &cell(&new, at)));
        [name.clone()].into_iter().chain(cells).collect()
    };
    names.map(row).collect()
}

fn change(before: &str, now: &str) -> String {
    if before == now { now.to_owned() } else { format!("{before} > {now}") }
}

/// The rows below their heads, each column as wide as it must be.
fn lines(rows: &[Vec<String>]) -> Vec<String> {
    let heads: Vec<String> = HEADS.iter().map(|head| (*head).to_owned()).collect();
    let rows: Vec<&Vec<String>> = [&heads].into_iter().chain(rows).collect();
    let width =
        |at: usize| rows.iter().filter_map(|row| row.get(at)).map(String::len).max().unwrap_or_default();
    let widths: Vec<usize> = (0..HEADS.len()).map(width).collect();
    let line = |row: &&Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate().map(|(at, (cell, width))| match at {
            0 => format!("{cell:width$}"),
            _ => format!("{cell:>width$}"),
        });
        cells.collect::<Vec<_>>().join("  ")
    };
    rows.iter().map(line).collect()
}

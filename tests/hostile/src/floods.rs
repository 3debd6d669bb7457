//! A connector that never has enough: of the disk, of the memory, of whoever reads. How much it wants is its setting `n`; whatever
//! the host says of it, it goes on.

use crate::bindings::rollcall::connector::{directory, history, model, tasks};
use crate::{Summary, diagnosis, nothing_read, setting};
use model::{Change, DirectoryObject, Failure, Key, NameValue, Translation};
use std::hint::black_box;

/// Changes that are handed over at once.
const AT_ONCE: usize = 100;

/// Bytes of a large document; one may have 256 KiB.
const LARGE_BYTES: usize = 250_000;

/// Large objects that come in turn.
const FEW: usize = 10;

/// What this flood brings; none if it is none.
pub(crate) fn flood(behaviour: &str, settings: &str) -> Option<Result<Summary, Failure>> {
    let n = setting(settings, "n").parse().unwrap_or_default();
    let n_read = match behaviour {
        "put-again" => put((0..n).map(|n| user("again", n, 10))),
        "put-large" => put((0..n).map(|n| user(&(n % FEW).to_string(), n, LARGE_BYTES))),
        "entries-large" => entries(n),
        "progress" => progress(n),
        "hoard" => hoard(n),
        _ => return None,
    };
    Some(Ok(Summary { read: n_read, ..nothing_read() }))
}

/// So many objects, of which those under one key count as one.
fn put(objects: impl Iterator<Item = DirectoryObject>) -> u32 {
    let mut objects = objects.peekable();
    let mut keys = std::collections::BTreeSet::new();
    while objects.peek().is_some() {
        let batch: Vec<Change> = objects.by_ref().take(AT_ONCE).map(Change::Put).collect();
        for change in &batch {
            if let Change::Put(object) = change {
                keys.insert(object.key.external_id.clone());
            }
        }
        let ticket = directory::begin_apply(&batch);
        while !tasks::wait(1).is_empty() {}
        let _ = directory::take_applied(ticket);
    }
    u32::try_from(keys.len()).unwrap_or(u32::MAX)
}

/// Entries as large as they may be.
fn entries(n: usize) -> u32 {
    let text = || "x".repeat(4 << 10);
    let translation =
        |n: usize| Translation { language: format!("x-{n}"), message: text(), remedy: Some(text()) };
    let fact = |n: usize| NameValue { name: format!("fact-{n}"), value: text() };
    let diagnosis = model::Diagnosis {
        remedy: Some(text()),
        translations: (0..32).map(translation).collect(),
        facts: (0..32).map(fact).collect(),
        ..diagnosis("much", &text())
    };
    let entry =
        history::LogEntry { severity: history::Severity::Info, subject: None, subject_name: None, diagnosis };
    for _ in 0..n {
        let _ = history::record_entries(std::slice::from_ref(&entry));
    }
    0
}

/// Reports of two phases in turn.
fn progress(n: usize) -> u32 {
    for n in 0..n {
        let phase = if n % 2 == 0 { "one thing" } else { "another" };
        history::report(&history::Progress {
            phase: phase.to_owned(),
            done: u32::try_from(n).unwrap_or(u32::MAX),
            total: None,
        });
    }
    0
}

/// So many MiB, kept for an hour. It says so once it has them.
fn hoard(n_mib: usize) -> u32 {
    let hoard = black_box(vec![1_u8; n_mib << 20]);
    let progress = history::Progress { phase: "hoarding".to_owned(), done: 0, total: None };
    tasks::begin_timer(3_600_000);
    history::report(&progress);
    while !tasks::wait(1).is_empty() {}
    u32::from(black_box(hoard).is_empty())
}

fn user(id: &str, n: usize, n_bytes: usize) -> DirectoryObject {
    let ballast = "x".repeat(n_bytes);
    let document = format!(
        r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"externalId":"{id}","displayName":"{n}","ballast":"{ballast}"}}"#
    );
    let key = Key { resource_type: "User".to_owned(), external_id: id.to_owned() };
    DirectoryObject { key, version: n.to_string(), document }
}

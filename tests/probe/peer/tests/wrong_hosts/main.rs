//! The probe over hosts that make a mistake: no finding is one that cannot fail. And over one that makes none, natively.

#![expect(clippy::expect_used, clippy::panic, reason = "all of it is test code")]
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "each place does one thing wrong, and the rest as it should"
)]

mod directory;
mod double;
mod mistake;
mod world;

use double::Double;
use mistake::Mistake;
use rollcall_kit::model::{CheckStatus, Severity};
use rollcall_probe::{ALONE, promises};
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What came of one promise.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Told {
    name: String,
    is_broken: bool,
    is_tried: bool,
    words: String,
}

/// What a host in memory leaves out: it cancels nothing, has no proxy, and holds back only what is begun later.
const BEYOND_MEMORY: [&str; 7] = [
    "throttled-holds-what-was-begun",
    "cancelled-at-once",
    "requests-after-cancellation",
    "changes-after-cancellation",
    "removals-after-cancellation",
    "dead-proxy",
    "refusing-proxy",
];

/// Every reading, in an order in which they can be called.
const READINGS: [&str; 14] = [
    "reading",
    "reading",
    "merge",
    "documents",
    "identity-1",
    "identity-1",
    "identity-2",
    "identity-2",
    "identity-3",
    "identity-3",
    "open-after-put",
    "cancel",
    "dead-proxy",
    "refusing-proxy",
];

/// Two checks, and every reading, of a host that makes no mistake.
fn told_of_all() -> Vec<Told> {
    let double = Double::new(Mistake::None);
    let mut told = checked(&double, "all");
    ALONE.iter().for_each(|name| told.extend(checked(&double, name)));
    READINGS.iter().for_each(|reading| told.extend(read(&double, reading)));
    told
}

/// What is told of a mistake where its promise is tried.
fn told_of(mistake: Mistake) -> Vec<Told> {
    let (double, name) = (Double::new(mistake), mistake.promise());
    if promises().iter().any(|promise| promise.name == name) {
        return checked(&double, name);
    }
    let is_a_reading =
        |reading: &&str| *reading == name || !READINGS.contains(&name) && reading_of(name) == *reading;
    READINGS.into_iter().filter(is_a_reading).flat_map(|reading| read(&double, reading)).collect()
}

/// The reading that tries a promise of another name.
fn reading_of(name: &str) -> &str {
    if name == "documents-held" { "documents" } else { "reading" }
}

/// Two checks, of which the second tells whether calls differ.
fn checked(double: &Double, probe: &str) -> Vec<Told> {
    let check = || catch_unwind(AssertUnwindSafe(|| double.check(probe)));
    let (Ok(_), Ok(found)) = (check(), check()) else {
        // A host that ends the call has failed what it was asked.
        return vec![broken(probe)];
    };
    let told = found.into_iter().map(|finding| Told {
        name: finding.check,
        is_broken: finding.status == CheckStatus::Failed,
        is_tried: finding.status != CheckStatus::Skipped,
        words: finding.diagnosis.message.en,
    });
    told.collect()
}

fn read(double: &Double, reading: &str) -> Vec<Told> {
    let told = double.sync(reading).into_iter().map(|entry| Told {
        name: entry.diagnosis.code,
        is_broken: entry.severity == Severity::Error,
        is_tried: entry.severity != Severity::Warning,
        words: entry.diagnosis.message.en,
    });
    told.collect()
}

fn broken(name: &str) -> Told {
    Told { name: name.to_owned(), is_broken: true, is_tried: true, words: "the call was ended".to_owned() }
}

#[test]
fn a_host_that_keeps_the_contract_is_told_so() {
    let told = told_of_all();
    let odd: Vec<&Told> = told
        .iter()
        .filter(|told| !BEYOND_MEMORY.contains(&told.name.as_str()) && (told.is_broken || !told.is_tried))
        .collect();
    assert!(odd.is_empty(), "{odd:#?}");
    assert!(promises().iter().all(|promise| told.iter().any(|told| told.name == promise.name)));
}

#[test]
fn each_mistake_is_told() {
    let mut untold = Vec::new();
    for &mistake in Mistake::ALL {
        let told = told_of(mistake);
        if !told.iter().any(|told| told.is_broken && told.name == mistake.promise()) {
            untold.push((mistake, mistake.promise()));
        }
    }
    assert!(untold.is_empty(), "{untold:#?}");
}

#[test]
fn no_promise_is_one_that_cannot_be_broken() {
    let all = told_of_all();
    let mut breakable: BTreeSet<&str> = Mistake::ALL.iter().map(|mistake| mistake.promise()).collect();
    breakable.extend(BEYOND_MEMORY);
    breakable.extend(all.iter().filter(|told| told.is_broken).map(|told| told.name.as_str()));
    let unbreakable: BTreeSet<&str> =
        all.iter().map(|told| told.name.as_str()).filter(|name| !breakable.contains(name)).collect();
    assert!(unbreakable.is_empty(), "{unbreakable:?}");
}

#[test]
fn names_are_one_of_a_kind_and_in_kebab_case() {
    let names: Vec<&str> = promises().iter().map(|promise| promise.name).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')));
}

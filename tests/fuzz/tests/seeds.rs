//! Every target on its seeds and on thousands of inputs near them.

#![expect(clippy::panic, clippy::unwrap_used, reason = "these are tests: what is not there must stop them")]

use std::fs;
use std::path::Path;

use rollcall_fuzz::mutate::{Dice, near};
use rollcall_fuzz::{TARGETS, Target};

/// Inputs that are made of each seed.
///
/// 10,000. Why: some ten seconds for all of them.
const N_INPUTS: u64 = 10_000;

/// The seeds of a target by name, in order.
fn seeds(target: &Target) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target.name);
    let mut seeds: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{} has no seeds: {error}", target.name))
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap()))
        .collect();
    seeds.sort();
    seeds
}

#[test]
fn every_seed_is_understood_unless_its_name_says_otherwise() {
    let mut wrong = Vec::new();
    for target in &TARGETS {
        for (name, seed) in seeds(target) {
            if (target.read)(&seed) == name.starts_with("bad-") {
                wrong.push(format!("{}/{name}", target.name));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn what_must_hold_does_for_every_input_near_a_seed() {
    for target in &TARGETS {
        for (name, seed) in seeds(target) {
            for n in 0..N_INPUTS {
                let input = near(&seed, &mut Dice::new(&name, n));
                // What fails is printed as it can be put among the seeds.
                let text = String::from_utf8_lossy(&input).into_owned();
                let outcome = std::panic::catch_unwind(|| (target.read)(&input));
                assert!(outcome.is_ok(), "{}: input {n} near {name}: {text:?}", target.name);
            }
        }
    }
}

#[test]
fn inputs_near_a_seed_are_the_same_every_time_and_differ_among_themselves() {
    let inputs =
        || (0..100).map(|n| near(b"{\"name\": \"value\"}", &mut Dice::new("seed", n))).collect::<Vec<_>>();
    let mut distinct = inputs();
    assert_eq!(distinct, inputs());
    distinct.sort();
    distinct.dedup();
    assert!(80 < distinct.len(), "{}", distinct.len());
}

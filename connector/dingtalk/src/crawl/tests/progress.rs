//! How far a reading says that it is.

use super::{feihua, held};
use crate::testing::{World, run, run_with_details};
use rollcall_kit::testing::TestHost;
use rollcall_kit::{Failure, Summary};
use std::rc::Rc;

type FullRun = fn(&Rc<TestHost>) -> Result<Summary, Failure>;

/// What a full run says of how far its reading is, as (done, total).
fn progress_of(host: &Rc<TestHost>, run: FullRun) -> Vec<(u64, u64)> {
    let n_before = host.progress().len();
    run(host).unwrap();
    let reading = host.progress().into_iter().skip(n_before).filter(|progress| progress.phase == "reading");
    let told: Vec<_> = reading.map(|progress| (progress.done, progress.total.unwrap())).collect();
    assert!(told.windows(2).all(|pair| pair[0].0 <= pair[1].0 && pair[0].1 <= pair[1].1), "{told:?}");
    told
}

#[test]
fn progress_never_shrinks_and_ends_at_its_total() {
    let told = progress_of(&feihua().into_host(), run);
    // The root; the children and the members of four departments.
    assert_eq!((told.first(), told.last()), (Some(&(0, 1)), Some(&(9, 9))));
}

#[test]
fn a_later_reading_of_the_same_company_knows_its_total_from_the_start() {
    let runs: [(FullRun, u64); 2] = [(run, 1 + 2 * 4), (run_with_details, 4 + 2 * 4 + 3)];
    for (run, total) in runs {
        let host = feihua().into_host();
        run(&host).unwrap();
        let told = progress_of(&host, run);
        assert!(told.iter().all(|(_, told)| *told == total), "{total}: {told:?}");
        assert_eq!(told.last(), Some(&(total, total)));
    }
}

#[test]
fn a_company_that_has_grown_takes_more_than_was_expected() {
    let host = feihua().department(5, 4, "Drivers").into_host();
    host.set_objects(held());
    assert_eq!(progress_of(&host, run).last(), Some(&(11, 11)));
}

#[test]
fn a_company_that_has_shrunk_ends_at_the_total_that_was_expected() {
    let host = World::new().department(2, 1, "R&D").user("a", &[1]).into_host();
    host.set_objects(held());
    let told = progress_of(&host, run);
    assert_eq!((told.first(), told.last()), (Some(&(0, 9)), Some(&(9, 9))));
}

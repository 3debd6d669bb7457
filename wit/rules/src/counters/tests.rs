//! When counters add up. The cases of `wit/vectors/counters.json` stand there.

use super::{Counters, accounted, check};

const WHOLE: Counters = Counters { read: 15, created: 1, updated: 2, unchanged: 3, skipped: 4, rejected: 5 };

#[test]
fn every_object_that_was_read_is_accounted_for_once() {
    assert_eq!(check(&WHOLE), Ok(()));
    assert_eq!(check(&Counters::default()), Ok(()));
}

#[test]
fn what_does_not_add_up_is_named() {
    let discrepancy = check(&Counters { read: 14, ..WHOLE }).unwrap_err();
    assert_eq!(
        discrepancy.to_string(),
        "1 created, 2 updated, 3 unchanged, 4 skipped and 5 rejected make 15, and 14 were read"
    );
}

#[test]
fn each_part_counts() {
    let parts: [fn(&mut Counters) -> &mut u64; 5] = [
        |counters| &mut counters.created,
        |counters| &mut counters.updated,
        |counters| &mut counters.unchanged,
        |counters| &mut counters.skipped,
        |counters| &mut counters.rejected,
    ];
    for part in parts {
        let mut counters = WHOLE;
        *part(&mut counters) += 1;
        assert_eq!((check(&counters).is_err(), accounted(&counters)), (true, 16));
    }
}

#[test]
fn counters_beyond_every_bound_do_not_wrap_around() {
    let counters = Counters { read: 0, created: u64::MAX, updated: 1, ..Counters::default() };
    assert_eq!(accounted(&counters), u64::MAX);
}

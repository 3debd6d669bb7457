//! The host under the probe: loaded as any host loads it, over SQLite and beside the probe's peer, it keeps every promise of
//! the contract that a connector can see. What a connector cannot see stands in the directory and in the counters.

mod endings;
mod stage;

use crate::harness::proxies::free_port;
use rollcall_host::egress::Proxy;
use rollcall_host::history::{Counters, RunState};
use rollcall_host::model::Standing;
use rollcall_probe::{ALONE, Expected, identity_documents, merge_documents, reading_counters};
use serde_json::Value;
use stage::{CancelOnceWaiting, Stage};

/// What differs from call to call is known of the second one.
const OVER_CALLS: [&str; 3] = ["random-over-calls", "seed-of-the-language", "token-of-its-own"];

#[test]
fn every_promise_that_a_check_can_see_is_kept() {
    let stage = Stage::new();
    let mut found = stage.check("all");
    found.retain(|finding| !OVER_CALLS.contains(&finding.check.as_str()));
    for name in OVER_CALLS.into_iter().chain(ALONE) {
        found.extend(stage.check(name));
    }
    let odd: Vec<_> = found.iter().filter(|finding| finding.standing != Standing::Passed).collect();
    assert!(odd.is_empty(), "{odd:#?}");
    assert_eq!(found.len(), rollcall_probe::promises().len());
}

#[test]
fn every_promise_of_the_directory_is_kept_in_a_first_reading_and_a_second() {
    let stage = Stage::new();
    for (expected, state) in reading_counters().iter().zip([RunState::Partial, RunState::Succeeded]) {
        let report = stage.sync("reading");
        stage.assert_kept(&report);
        assert_eq!(report.state, state, "{report:?}");
        assert_counted(&report.counters, expected);
    }
}

#[test]
fn documents_are_merged_as_the_vectors_say() {
    let stage = Stage::new();
    stage.assert_kept(&stage.sync("merge"));
    assert_held(&stage, &merge_documents());
}

#[test]
fn documents_are_checked_as_the_vectors_say() {
    let stage = Stage::new();
    stage.assert_kept(&stage.sync("documents"));
}

#[test]
fn whoever_stands_behind_a_key_is_told_apart_as_the_vectors_say() {
    for (part, documents) in identity_documents().iter().enumerate() {
        let (stage, name) = (Stage::new(), format!("identity-{}", part + 1));
        for _ in 0..2 {
            let report = stage.sync(&name);
            stage.assert_kept(&report);
            assert_eq!(report.state, RunState::Succeeded, "{report:?}");
        }
        assert_held(&stage, documents);
    }
}

#[test]
fn a_reading_is_opened_before_the_first_put() {
    let stage = Stage::new();
    stage.assert_kept(&stage.sync("open-after-put"));
}

#[test]
fn a_summary_that_does_not_add_up_makes_a_run_partial() {
    let stage = Stage::new();
    assert_eq!(stage.sync("true-summary").state, RunState::Succeeded);
    assert_eq!(stage.sync("lying-summary").state, RunState::Partial);
}

#[test]
fn what_a_cancelled_call_has_begun_is_ready_at_once() {
    let stage = Stage::new();
    let report = stage.cancelled(CancelOnceWaiting::new());
    assert_eq!((report.state, &report.failure), (RunState::Cancelled, &None));
    stage.assert_kept(&report);
}

#[test]
fn a_proxy_is_never_bypassed_and_its_faults_are_told_apart() {
    let dead: Proxy = format!("http://127.0.0.1:{}", free_port()).parse().expect("it is a proxy's address");
    let stage = Stage::new();
    stage.assert_kept(&stage.sync_behind("dead-proxy", dead));
    let refusing = stage.peer.parse().expect("the peer is a proxy, too");
    stage.assert_kept(&stage.sync_behind("refusing-proxy", refusing));
}

#[track_caller]
fn assert_counted(counters: &Counters, expected: &Expected) {
    let counted = Expected {
        read: counters.read,
        created: counters.created,
        updated: counters.updated,
        unchanged: counters.unchanged,
        rejected: counters.rejected,
        removed: counters.deactivated + counters.deleted,
    };
    assert_eq!((counted, counters.skipped), (*expected, 0));
}

/// The directory must hold these people.
#[track_caller]
fn assert_held(stage: &Stage, documents: &[(String, Value)]) {
    let held = stage.platform.documents(stage::SOURCE);
    for (id, document) in documents {
        assert_eq!(held.get(&("User".to_owned(), id.clone())), Some(document), "{id}");
    }
}

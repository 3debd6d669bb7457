//! `rollcall approve`: what a run held and a person approves.

use super::{check, imported, mutate};
use crate::harness::program::Office;
use crate::harness::real;
use expect_test::expect;
use rollcall_dingtalk_simulator::Mutation;
use rollcall_host::clock::{Clock, SystemClock};
use rollcall_host::directory::Action;
use rollcall_host::history::{
    ChangeRecord, ConnectorIdentity, Counters, History, NewRun, Opened, RunEnd, RunKind, RunState, Trigger,
};
use rollcall_host::model::{Diagnosis, Key, RunId, SourceName};
use rollcall_host::sqlite::SqliteStore;
use serde_json::json;

/// A run that held the departure of someone, as one that nobody looks at does.
fn with_held(office: &Office, user: &str) -> RunId {
    let store = SqliteStore::open(&office.path("data/rollcall.db")).expect("the folder has a store");
    let connector =
        ConnectorIdentity { id: "dingtalk".to_owned(), version: "0".to_owned(), digest: String::new() };
    let source = SourceName::new(real::SOURCE).expect("it is a name");
    let (kind, trigger, started_at) = (RunKind::Events, Trigger::Event, SystemClock.now());
    let new = NewRun { source, kind, trigger, dry_run: false, attended: false, connector, started_at };
    let refusal = Some(Diagnosis::new("departure-held", "one of too many"));
    let (key, action) = (Key::new("User", user), Action::Deactivated);
    let held = ChangeRecord { key, action, before: None, after: None, witness: None, refusal };
    let counters = Counters { kept: 1, ..Counters::default() };
    let (state, n_entries_dropped) = (RunState::Held, 0);
    let end = RunEnd {
        state,
        counters,
        failure: None,
        n_entries_dropped,
        finished_at: started_at,
        scope: None,
        proof: None,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime starts");
    runtime.block_on(async {
        let Opened::Run(run) = store.open_run(&new).await.expect("the store is there") else {
            panic!("nobody else runs the source")
        };
        store.record_changes(&run, &[held]).await.expect("the run is open");
        store.close_run(&run, &end).await.expect("the run is open");
        run
    })
}

#[test]
fn what_a_run_held_departs_when_it_is_approved_and_the_source_still_says_so() {
    let office = imported();
    let run = with_held(&office, "laobai");
    let approve = format!("approve {run} --confirm 1 --format json SOURCE DATA");
    let back = office.run(&approve).with_code(0).json();
    assert_eq!(
        (&back["run"]["trigger"], &back["run"]["counters"]["deactivated"]),
        (&json!("approval"), &json!(0))
    );
    mutate(&office, [Mutation::RemoveUser { userid: "laobai".into() }]);
    let gone = office.run(&approve).with_code(0).json();
    assert_eq!(gone["run"]["counters"]["deactivated"], 1);
}

#[test]
fn an_approval_of_what_holds_nothing_is_refused_with_the_reason() {
    let office = imported();
    check(
        &office,
        "approve 1 SOURCE DATA",
        expect![[r#"
        exit 1
        --- stdout
        --- stderr
        ✗ nothing of run 1 waits for approval; `rollcall history` shows which runs read held (nothing-held)
    "#]],
    );
    check(
        &office,
        "approve 9 SOURCE DATA",
        expect![[r#"
        exit 1
        --- stdout
        --- stderr
        ✗ source has no run 9; `rollcall history` lists its runs (unknown-run)
    "#]],
    );
}

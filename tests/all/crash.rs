//! A process that dies in the middle of a run: the row says so, and the next run makes the platform whole.

use crate::companies;
use crate::expectation::View;
use crate::harness::extra;
use crate::harness::program::{Office, Running};
use crate::harness::real;
use rollcall_dingtalk_simulator::{Fault, Mutation, Rule};
use rollcall_host::history::{History, RunState};
use rollcall_host::model::SourceName;
use rollcall_sqlite::SqliteStore;
use serde_json::{Value, json};

/// The company of these tests has more requests than this.
const N_ANSWERED: u64 = 30;

#[test]
fn a_first_import_killed_in_the_middle_reads_interrupted_and_the_next_one_completes_it() {
    let office = Office::new(companies::branches(20));
    killed_in_the_middle(&office);
    assert_eq!(states(&office), ["interrupted"]);
    let export = export(&office);
    assert!(export.len() < expected(&office).len(), "nothing was left to do:\n{export}");

    office.server.with(|simulator| simulator.clear_faults());
    office.run("sync --format json SOURCE DATA").with_code(0);
    assert_eq!(states(&office), ["succeeded", "interrupted"]);
    assert_eq!(self::export(&office), expected(&office));
}

#[test]
fn an_import_killed_in_the_middle_deletes_nothing_and_the_next_one_finishes_the_changes() {
    let office = Office::new(companies::branches(20));
    office.run("sync --format json SOURCE DATA").with_code(0);
    let n_before = export(&office).lines().count();
    let renamed = Mutation::modify_user("b003p0", &json!({ "name": "Renamed" }));
    let removed = Mutation::RemoveUser { userid: "b004p1".into() };
    for mutation in [renamed, removed] {
        office.server.with(|simulator| simulator.mutate(&mutation)).expect("the mutation is possible");
    }
    killed_in_the_middle(&office);
    assert_eq!(export(&office).lines().count(), n_before);

    office.server.with(|simulator| simulator.clear_faults());
    let report = office.run("sync --format json SOURCE DATA").with_code(0).json();
    assert_eq!(report["run"]["counters"]["deactivated"], 1);
    assert_eq!(states(&office), ["succeeded", "interrupted", "succeeded"]);
    assert_eq!(export(&office), expected(&office));
}

#[test]
fn a_run_killed_before_it_read_anything_does_not_hold_its_source() {
    let office = Office::new(extra::feihua());
    office.server.with(|simulator| simulator.inject(Rule::new(Fault::Hang { for_ms: 600_000 }).always()));
    let running = office.start("sync SOURCE DATA");
    extra::until("the run has a row", || newest(&office) == Some(RunState::Running));
    running.kill();
    office.server.with(|simulator| simulator.clear_faults());
    office.run("sync --format json SOURCE DATA").with_code(0);
    assert_eq!(states(&office), ["succeeded", "interrupted"]);
}

/// Begin an import, and kill it once some requests are answered and the next ones never will be.
fn killed_in_the_middle(office: &Office) {
    let n_before = office.server.with(|simulator| {
        simulator.inject(Rule::new(Fault::Hang { for_ms: 600_000 }).nth(N_ANSWERED + 1).always());
        simulator.trace().n_requests()
    });
    let running: Running = office.start("sync --format json SOURCE DATA");
    let n_asked = || office.server.with(|simulator| simulator.trace().n_requests()) - n_before;
    extra::until("some requests are answered", || N_ANSWERED < n_asked());
    assert_eq!(newest(office), Some(RunState::Running));
    running.kill();
}

/// The newest row, as another process sees it.
fn newest(office: &Office) -> Option<RunState> {
    let store = SqliteStore::open(&office.path("data/rollcall.db")).expect("the database opens");
    let name = SourceName::new(real::SOURCE).expect("the name is one");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime can be had");
    let runs = runtime.block_on(store.runs(&name, None, 1)).expect("the store answers");
    runs.first().map(|run| run.state)
}

/// The states of all runs, newest first.
#[track_caller]
fn states(office: &Office) -> Vec<Value> {
    let history = office.run("history --format json NAME DATA").with_code(0).json();
    let runs = history["runs"].as_array().expect("it is a list");
    runs.iter().map(|run| run["state"].clone()).collect()
}

#[track_caller]
fn export(office: &Office) -> String {
    office.run("directory export NAME DATA").with_code(0).stdout
}

fn expected(office: &Office) -> String {
    View::of(&office.server.with(|simulator| simulator.company().clone())).export()
}

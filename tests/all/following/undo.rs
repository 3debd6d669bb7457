//! A run is undone: what it changed becomes what it was, and the next full run brings back what the source has.

use super::{feihua, rename_user};
use crate::harness::live::{Live, Way};
use rollcall_host::history::{Run, RunKind, RunState};
use rollcall_host::model::Severity;
use rollcall_host::{Removals, RunOptions, RunReport};

#[track_caller]
fn undo(live: &Live, run: &Run, options: RunOptions) -> RunReport {
    live.platform().wait(live.follower().undo(&run.id, options)).expect("there is a run")
}

/// As many objects may leave as the first import brought.
fn all_of_them() -> RunOptions {
    RunOptions { removals: Removals::AtMost(8), ..RunOptions::default() }
}

fn last(live: &Live) -> Run {
    live.rows().pop().expect("there are runs")
}

#[test]
fn an_import_that_is_undone_leaves_nobody_and_the_next_one_brings_everyone_back() {
    let live = Live::started(feihua(), Way::Http);
    let import = last(&live);
    let refused = live.platform().wait(live.follower().undo(&import.id, RunOptions::default()));
    let expected = format!(
        "to undo run {}, confirm the number 8: 4 of 4 people (100.0 %) and 4 of 4 departments would be removed",
        import.id
    );
    assert_eq!(refused.expect_err("it needs its number").to_string(), expected);
    assert_eq!(live.real.documents().len(), 8);
    let report = undo(&live, &import, all_of_them());
    assert_eq!((report.state, report.counters.deactivated), (RunState::Succeeded, 4));
    assert!(live.real.documents().is_empty());
    let row = last(&live);
    assert_eq!((row.kind, row.dry_run), (RunKind::Undo, false));
    let changes = live.platform().changes(&row.id);
    let (people, departments) = changes.split_at(4);
    assert!(people.iter().all(|change| change.key.resource_type == "User"), "{people:?}");
    assert!(departments.iter().all(|change| change.key.resource_type == "Department"), "{departments:?}");
    // Their parent came first and leaves last.
    assert_eq!(departments.last().map(|change| change.key.external_id.as_str()), Some("1"));
    assert_eq!(live.sync().state, RunState::Succeeded);
    live.assert_in_line();
}

#[test]
fn a_change_that_is_undone_is_there_again_after_the_next_full_run() {
    let live = Live::started(feihua(), Way::Http);
    let before = live.real.documents();
    live.change(&rename_user("xiaohong", "Little Red"));
    let after = live.real.documents();
    let renaming = last(&live);
    undo(&live, &renaming, RunOptions::default());
    assert_eq!(live.real.documents(), before);
    // An undo is a run like any other.
    undo(&live, &last(&live), RunOptions::default());
    assert_eq!(live.real.documents(), after);
    undo(&live, &renaming, RunOptions::default());
    let report = live.sync();
    assert_eq!((report.state, report.counters.updated), (RunState::Succeeded, 1));
    live.assert_in_line();
}

#[test]
fn what_was_changed_since_stays_and_the_log_says_so() {
    let live = Live::started(feihua(), Way::Http);
    let import = last(&live);
    live.change(&rename_user("xiaohong", "Little Red"));
    let report = undo(&live, &import, all_of_them());
    assert_eq!((report.state, report.counters.deactivated, report.counters.kept), (RunState::Partial, 3, 1));
    let entries = live.platform().entries(&report.run, Severity::Warning);
    let told: Vec<_> = entries.iter().map(|entry| (entry.diagnosis.code.as_str(), &entry.subject)).collect();
    let xiaohong = Some(rollcall_host::model::Key::new("User", "xiaohong"));
    assert_eq!(told, [("changed-since", &xiaohong)]);
}

#[test]
fn a_dry_undo_only_says_what_it_would_do() {
    let live = Live::started(feihua(), Way::Http);
    let before = live.real.documents();
    let dry = RunOptions { dry_run: true, ..RunOptions::default() };
    let report = undo(&live, &last(&live), dry);
    // It says that the real one needs its number.
    assert_eq!((report.state, report.counters.deactivated), (RunState::Held, 4));
    let told = live.platform().entries(&report.run, Severity::Error);
    assert_eq!(
        told.iter().map(|entry| entry.diagnosis.code.as_str()).collect::<Vec<_>>(),
        ["undo-unconfirmed"]
    );
    assert_eq!(live.real.documents(), before);
    assert_eq!(live.platform().changes(&report.run).len(), 8);
}

#[test]
fn what_cannot_be_undone_has_no_run() {
    let live = Live::started(feihua(), Way::Http);
    let dry = RunOptions { dry_run: true, ..RunOptions::default() };
    let asked = live.platform().wait(live.follower().sync(dry)).expect("there is a run");
    let refused = live.platform().wait(live.follower().undo(&asked.report.run, RunOptions::default()));
    let n_runs = live.rows().len();
    let expected = format!("run {} was a dry run and changed nothing that could be undone", asked.report.run);
    assert_eq!(refused.expect_err("it was a dry run").to_string(), expected);
    assert_eq!(live.rows().len(), n_runs);
}

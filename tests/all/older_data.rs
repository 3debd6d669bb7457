//! A data folder that an older program left (`fixtures/before-0.1`), opened by today's: nothing is lost, nothing is
//! written anew, and what waited for a person can still be decided.

mod console;

use crate::harness::real::{Platform, Real, SOURCE, engine};
use expect_test::expect;
use rollcall_dingtalk_simulator::Company;
use rollcall_host::clock::{Clock, SystemClock};
use rollcall_host::history::{ChangeRecord, Counters, History, Run, RunState, Trigger};
use rollcall_host::inbox::{EventFilter, Inbox, InboxEvent};
use rollcall_host::model::{Entry, Key, RunId, Severity, SourceName};
use rollcall_host::{Identities, RunOptions};
use rusqlite::Connection;
use serde_json::json;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

/// The run by events that renamed one person and found that another had left.
const BY_EVENTS: &str = "11";
/// The scheduled run that found eight people gone and held all of them.
const HELD: &str = "12";

/// Lay the folder out as the older program left it.
fn restore(data: &Path) {
    let databases = [
        ("rollcall.db", include_str!("fixtures/before-0.1/rollcall.sql")),
        ("console.db", include_str!("fixtures/before-0.1/console.sql")),
    ];
    for (name, statements) in databases {
        let database = Connection::open(data.join(name)).expect("a database can be made");
        database.execute_batch(statements).expect("the statements are SQL");
    }
    let key = data.join("console.key");
    fs::write(&key, include_str!("fixtures/before-0.1/console.key")).expect("the folder can be written");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("it is ours");
}

/// The company as it was when the older program ended.
fn company() -> Company {
    serde_json::from_str(include_str!("fixtures/before-0.1/company.json")).expect("the file is a company")
}

/// Have the run that held people ended so long ago: what waits is decided about within a month.
fn held_since(data: &Path, ago: Duration) {
    let database = Connection::open(data.join("rollcall.db")).expect("the database opens");
    let ago_ms = i64::try_from(ago.as_millis()).expect("it is a time");
    let at = SystemClock.now().unix_ms() - ago_ms;
    let updated = database.execute("UPDATE run SET finished_at = ?1 WHERE id = ?2", (at, HELD));
    assert_eq!(updated.expect("it is written"), 1);
}

/// Today's host over that folder, which was left an hour ago.
fn older() -> Real {
    held_for(Duration::from_secs(3600))
}

fn held_for(ago: Duration) -> Real {
    let folder = tempfile::tempdir().expect("a folder can be made");
    restore(folder.path());
    held_since(folder.path(), ago);
    Real::over(Platform::in_folder(folder, engine()), company())
}

fn source() -> SourceName {
    SourceName::new(SOURCE).expect("the name is one")
}

/// The eight who are gone and were held.
fn held_people() -> Vec<Key> {
    (33..41).map(|n| Key::new("User", format!("p{n}"))).collect()
}

/// All there is, unchanged, and so many departures that wait.
fn quiet(kept: u64) -> Counters {
    Counters { read: 41, unchanged: 41, kept, held: kept, ..Counters::default() }
}

#[track_caller]
fn waiting(real: &Real) -> Vec<RunId> {
    let runs = real.platform.wait(real.platform.host.held_runs(&source())).expect("the stores answer");
    runs.into_iter().map(|run| run.id).collect()
}

#[test]
fn an_import_of_the_same_company_writes_nothing_anew() {
    let real = older();
    let before = real.platform.objects(&source());
    let unseen = RunOptions { trigger: Trigger::Schedule, ..RunOptions::default() };
    let report = real.run(unseen);
    assert_eq!((report.state, report.counters), (RunState::Held, quiet(8)));
    let changes = real.platform.changes(&report.run);
    assert!(changes.iter().all(ChangeRecord::is_held), "{changes:#?}");
    let held: Vec<Key> = changes.into_iter().map(|change| change.key).collect();
    assert_eq!(held, held_people());
    assert_eq!(real.platform.objects(&source()), before);
}

#[test]
fn the_held_run_still_waits_and_can_be_approved() {
    let real = older();
    let run = RunId::new(HELD);
    assert_eq!(waiting(&real), [RunId::new(HELD)]);
    let source = real.source();
    let approving = real.platform.confirming(source.name(), &run, Identities::Weigh);
    let approved = real.platform.host.approve(&source, &run, approving, RunOptions::default());
    let report = real.platform.wait(approved).expect("there is a run");
    let expected = Counters { deactivated: 8, ..Counters::default() };
    assert_eq!((report.state, report.counters), (RunState::Succeeded, expected));
    assert_eq!(waiting(&real), []);
    let next = real.sync();
    assert_eq!((next.state, next.counters), (RunState::Succeeded, quiet(0)));
    assert_eq!(real.platform.changes(&next.run), []);
}

#[test]
fn a_run_that_was_held_more_than_a_month_ago_waits_no_more_and_says_to_import_again() {
    let real = held_for(Duration::from_secs(31 * 24 * 3600));
    assert_eq!(waiting(&real), []);
    let (source, run) = (real.source(), RunId::new(HELD));
    let approving = real.platform.confirming(source.name(), &run, Identities::Weigh);
    let approved = real.platform.host.approve(&source, &run, approving, RunOptions::default());
    let refused = real.platform.wait(approved).expect_err("it is too late").to_string();
    assert!(refused.ends_with("import again, and decide about what is held then"), "{refused}");
    // And that holds the same people anew.
    let report = real.sync();
    assert_eq!((report.state, report.counters), (RunState::Held, quiet(8)));
}

#[test]
fn what_a_run_changed_can_still_be_undone() {
    let real = older();
    let before = real.documents();
    let (source, run) = (real.source(), RunId::new(BY_EVENTS));
    let undone = real.platform.host.undo(&source, &run, RunOptions::default());
    let report = real.platform.wait(undone).expect("there is a run");
    let expected = Counters { read: 2, updated: 2, ..Counters::default() };
    assert_eq!((report.state, report.counters), (RunState::Succeeded, expected));
    let after = real.documents();
    let person = |id: &str| ("User".to_owned(), id.to_owned());
    assert_eq!(before[&person("p08")]["displayName"], "员工08 (改名)");
    assert_eq!(after[&person("p08")]["displayName"], "员工08");
    assert_eq!((before.get(&person("p14")), &after[&person("p14")]["active"]), (None, &true.into()));
}

#[test]
fn its_history_reads_as_before() {
    let real = older();
    let mut runs = real.platform.wait(real.platform.store.runs(&source(), None, u32::MAX));
    let runs = runs.as_mut().expect("the store answers");
    runs.reverse();
    let told: String = runs.iter().map(|run| told(&real, run)).collect();
    expect![[r#"
        1 full manual: succeeded, 49 created, 49 read
            49 changes
        2 full manual: succeeded, 49 read, 49 unchanged
        3 full manual: succeeded, 2 created, 1 deactivated, 50 read, 44 unchanged, 4 updated
            created Department "109" "Legal"
            updated Department "106" "Customer care"
            created User "p41" "员工41"
            updated User "p06" "Worker 06"
            updated User "p05" "员工05 (新)"
            updated User "p13" "员工13"
            deactivated User "p07" "员工07" (60121: 找不到该用户)
        4 full manual: succeeded, 50 read, 50 unchanged
            Warning attribute-not-visible: mobile was seen on nobody; what the platform holds for up to 40 objects is kept
        5 refresh manual: succeeded, 1 read, 1 unchanged
        6 full manual, dry: succeeded, 50 read, 49 unchanged, 1 updated
            updated Department "109" "Legal and compliance"
        7 full manual: succeeded, 50 read, 49 unchanged, 1 updated
            updated Department "109" "Legal and compliance"
        8 undo manual: succeeded, 1 read, 1 updated
            Info undoes-run: someone undoes run 7: what it changed becomes what it was, where nothing changed it since
            updated Department "109" "Legal"
        9 full manual: succeeded, 50 read, 49 unchanged, 1 updated
            updated Department "109" "Legal and compliance"
        10 full stream: succeeded, 50 read, 50 unchanged
        11 events stream: succeeded, 1 deactivated, 1 read, 1 updated
            updated User "p08" "员工08 (改名)"
            deactivated User "p14" "员工14" (60121: 找不到该用户)
        12 full schedule: held, 8 kept, 41 read, 41 unchanged
            Error departures-held: 8 of 39 Users are gone from the source, which is too many to remove unseen; all of them stay
            deactivated User "p33" "Worker 33" (60121: 找不到该用户) (departures-held)
            deactivated User "p34" "员工34" (60121: 找不到该用户) (departures-held)
            deactivated User "p35" "员工35" (60121: 找不到该用户) (departures-held)
            deactivated User "p36" "Worker 36" (60121: 找不到该用户) (departures-held)
            deactivated User "p37" "员工37" (60121: 找不到该用户) (departures-held)
            deactivated User "p38" "员工38" (60121: 找不到该用户) (departures-held)
            deactivated User "p39" "Worker 39" (60121: 找不到该用户) (departures-held)
            deactivated User "p40" "员工40" (60121: 找不到该用户) (departures-held)
    "#]].assert_eq(&told);
    let filter = EventFilter::default();
    let events = real.platform.wait(real.platform.store.events(&source(), &filter, None, u32::MAX));
    let events = events.expect("the store answers");
    let event = |InboxEvent { event, state, run, .. }: &InboxEvent| {
        format!("{} {} {state:?} {run:?}\n", event.kind, event.subjects[0])
    };
    expect![[r#"
        user_leave_org User "p14" Done Some(RunId("11"))
        user_modify_org User "p08" Done Some(RunId("11"))
    "#]]
    .assert_eq(&events.iter().map(event).collect::<String>());
}

/// A run, its log and what it changed, a line each. Of the many that the first one created, their number.
fn told(real: &Real, run: &Run) -> String {
    let Run { id, kind, trigger, dry_run, state, counters, .. } = run;
    let dry = if *dry_run { ", dry" } else { "" };
    let mut told =
        format!("{id} {} {}{dry}: {state}{}\n", kind.as_str(), trigger.as_str(), counted(counters));
    for Entry { severity, diagnosis, .. } in real.platform.entries(id, Severity::Info) {
        let _ = writeln!(told, "    {severity:?} {}: {}", diagnosis.code, diagnosis.message);
    }
    let changes = real.platform.changes(id);
    if 10 < changes.len() {
        let _ = writeln!(told, "    {} changes", changes.len());
        return told;
    }
    for ChangeRecord { key, action, before, after, witness, refusal } in changes {
        let document = after.or(before).expect("a change has a document");
        let _ = write!(told, "    {action} {key} {}", document["displayName"]);
        let _ = writeln!(told, "{}{}", aside(witness), aside(refusal.map(|refusal| refusal.code)));
    }
    told
}

/// What a run counted, without what it never met.
fn counted(counters: &Counters) -> String {
    let counters = json!(counters);
    let met = counters.as_object().expect("counters are an object").iter().filter(|(_, n)| **n != json!(0));
    met.map(|(name, n)| format!(", {n} {name}")).collect()
}

fn aside(text: Option<String>) -> String {
    text.map(|text| format!(" ({text})")).unwrap_or_default()
}

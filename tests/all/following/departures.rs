//! Who is said to have left is asked about; many at once wait for a person; what is below a department
//! that is moved is read again.

use super::{add_department, feihua, told};
use crate::companies::CORP_ID;
use crate::harness::extra::until;
use crate::harness::live::{Live, Way, app_key, source};
use expect_test::expect;
use rollcall_dingtalk_simulator::{DepartmentId, HandMadePush, Mutation, Scope, User};
use rollcall_host::history::{RunKind, RunState, Trigger};
use rollcall_host::inbox::EventState;
use rollcall_host::model::{RunId, Severity};
use rollcall_host::{Identities, Removals, RunOptions};
use serde_json::json;

#[test]
fn who_is_said_to_have_left_and_is_still_there_stays_as_they_are() {
    let live = Live::started(feihua(), Way::Http);
    let message = json!({ "CorpId": CORP_ID, "EventType": "user_leave_org", "UserId": ["xiaohong"], "TimeStamp": "1700000000000" });
    let pushed = live.server().push_by_hand(&app_key(), &HandMadePush::Message(message.to_string()));
    assert!(pushed.is_ok(), "{pushed:?}");
    until("the event is acted on", || live.events().iter().any(|event| event.state == EventState::Done));
    let run = live.rows().pop().expect("there are runs");
    assert_eq!(run.state, RunState::Succeeded);
    expect![[r#"
        user_leave_org xiaohong
    "#]]
    .assert_eq(&told(&live, &[run]));
    live.assert_in_line();
}

/// A company that lost eight of a dozen people at once, three of whom are held, and the run that holds them.
fn with_held() -> (Live, RunId) {
    let mut company = feihua();
    let ids: Vec<String> = (0..8).map(|n| format!("leaver{n}")).collect();
    for id in &ids {
        let user = User::new(id.as_str(), id.as_str()).in_departments([5002]);
        company.apply(&Mutation::AddUser(Box::new(user))).expect("the mutation is possible");
    }
    let live = Live::started(company, Way::Stream);
    live.server().set_pushing_paused(true);
    for id in &ids {
        live.real.mutate(&Mutation::RemoveUser { userid: id.as_str().into() });
    }
    live.server().set_pushing_paused(false);
    live.settled();
    // Five of a dozen may go unseen.
    assert_eq!(held(&live).len(), 3);
    let waiting = live.platform().wait(live.platform().host.held_runs(&source())).expect("the stores answer");
    let [run] = waiting.as_slice() else { panic!("one run is held: {waiting:?}") };
    assert_eq!(run.state, RunState::Held);
    let run = run.id.clone();
    (live, run)
}

/// The leavers that are there still.
fn held(live: &Live) -> Vec<String> {
    let ids = live.real.documents().into_keys().map(|(_, id)| id);
    ids.filter(|id| id.starts_with("leaver")).collect()
}

#[test]
fn more_departures_by_events_than_usual_are_held_and_a_full_run_within_the_hour_removes_no_more() {
    let (live, _) = with_held();
    let report = live.sync();
    assert_eq!((report.state, report.counters.deactivated), (RunState::Held, 0));
    assert_eq!(held(&live).len(), 3);
}

#[test]
fn held_departures_leave_when_a_person_approves_and_who_is_back_stays() {
    let (live, run) = with_held();
    let back = held(&live).pop().expect("three are held");
    live.server().set_pushing_paused(true);
    live.real.mutate(&Mutation::AddUser(Box::new(User::new(back.as_str(), "Back").in_departments([5002]))));
    let approving = live.platform().confirming(&source(), &run, Identities::Weigh);
    let approved = live.platform().wait(live.follower().approve(&run, approving, RunOptions::default()));
    let report = approved.expect("there is a run");
    assert_eq!((report.state, report.counters.deactivated), (RunState::Succeeded, 2));
    assert_eq!(held(&live), [back]);
    let row = live.rows().pop().expect("there are runs");
    assert_eq!((row.trigger, row.kind), (Trigger::Approval, RunKind::Refresh));
    let waiting = live.platform().wait(live.platform().host.held_runs(&source()));
    assert_eq!(waiting.expect("the stores answer"), []);
    live.assert_in_line();
}

#[test]
fn a_full_run_that_is_held_is_approved_like_any_other() {
    let mut company = feihua();
    for n in 0..8 {
        let user = User::new(format!("leaver{n}").as_str(), "Leaver").in_departments([5002]);
        company.apply(&Mutation::AddUser(Box::new(user))).expect("the mutation is possible");
    }
    let live = Live::started(company, Way::Stream);
    live.server().set_pushing_paused(true);
    for n in 0..8 {
        live.real.mutate(&Mutation::RemoveUser { userid: format!("leaver{n}").as_str().into() });
    }
    for trigger in [Trigger::Schedule, Trigger::Manual] {
        let too_few = Removals::AtMost(7);
        let options = RunOptions { trigger, removals: too_few, ..RunOptions::default() };
        let asked = live.platform().wait(live.follower().sync(options)).expect("there is a run");
        assert_eq!((asked.report.state, held(&live).len()), (RunState::Held, 8), "{trigger:?}");
    }
    let asked = live.platform().wait(live.follower().sync(RunOptions::default())).expect("there is a run");
    let approving = live.platform().confirming(&source(), &asked.report.run, Identities::Weigh);
    let approved = live.follower().approve(&asked.report.run, approving, RunOptions::default());
    let approved = live.platform().wait(approved);
    assert_eq!(approved.expect("there is a run").counters.deactivated, 8);
    live.assert_in_line();
}

#[test]
fn an_import_that_someone_stops_ends_as_cancelled_and_is_not_started_again() {
    let live = Live::started(feihua(), Way::Stream);
    let stopped = async {
        loop {
            let running = live.follower().status().await.expect("the inbox answers").running;
            if let Some(run) = running {
                assert!(live.follower().cancel(&run));
                return run;
            }
            tokio::task::yield_now().await;
        }
    };
    let both = async { tokio::join!(live.follower().sync(RunOptions::default()), stopped) };
    let (asked, run) = live.platform().wait(both);
    assert_eq!(asked.expect("there is a run").report.state, RunState::Cancelled);
    live.settled();
    let last = live.rows().pop().expect("there are runs");
    assert_eq!((last.id, last.state), (run, RunState::Cancelled));
    assert!(last.finished_at.is_some());
}

#[test]
fn all_that_is_below_a_department_is_read_again_when_it_is_moved_into_the_scope_or_out_of_it() {
    let mut company = feihua();
    let setup = [
        add_department(5010, "Labs", 5002),
        add_department(5011, "Deep labs", 5010),
        Mutation::AddUser(Box::new(User::new("lab1", "Lab 1").in_departments([5010]))),
        Mutation::AddUser(Box::new(User::new("lab2", "Lab 2").in_departments([5011]))),
        Mutation::SetScope { app_key: app_key(), scope: Scope::departments([5001]) },
    ];
    for mutation in &setup {
        company.apply(mutation).expect("the mutation is possible");
    }
    let live = Live::started(company, Way::Http);
    live.assert_in_line();
    let move_to = |parent| Mutation::MoveDepartment {
        dept_id: DepartmentId::new(5010),
        parent_id: DepartmentId::new(parent),
    };
    let told_of_last = || told(&live, &live.rows().split_off(live.rows().len() - 1));
    live.change(&move_to(5001));
    live.assert_in_line();
    expect![[r#"
        org_dept_modify 5010
            Created Department 5010
            Created Department 5011
            Created User lab1
            Created User lab2
    "#]]
    .assert_eq(&told_of_last());
    let before = live.real.documents();
    live.change(&move_to(5002));
    // Not to be seen is not to be gone: all four stay, and the log names each.
    expect![[r#"
        org_dept_modify 5010
    "#]]
    .assert_eq(&told_of_last());
    assert_eq!(live.real.documents(), before);
    let run = live.rows().pop().expect("there are runs");
    let entries = live.platform().entries(&run.id, Severity::Warning);
    let named: Vec<_> = entries
        .iter()
        .map(|entry| {
            let subject = entry.subject.as_ref().expect("it is about one object");
            (entry.diagnosis.code.as_str(), subject.external_id.as_str())
        })
        .collect();
    assert_eq!(named, ["5010", "5011", "lab1", "lab2"].map(|id| ("not-visible", id)));
}

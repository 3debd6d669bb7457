//! Who is said to have left is asked about; many at once wait for a person; what is below a department
//! that is moved is read again.

use super::{add_department, feihua, told};
use crate::companies::CORP_ID;
use crate::harness::extra::until;
use crate::harness::live::{Live, Way, app_key};
use expect_test::expect;
use rollcall_dingtalk_simulator::{DepartmentId, HandMadePush, Mutation, Scope, User};
use rollcall_host::history::RunState;
use rollcall_host::inbox::EventState;
use rollcall_host::model::Severity;
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

#[test]
fn more_departures_by_events_than_usual_are_held_until_a_person_imports() {
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
    let is_held = |id: &&String| live.real.documents().contains_key(&("User".to_owned(), (*id).clone()));
    // Five of a dozen may go unseen.
    assert_eq!(ids.iter().filter(is_held).count(), 3);
    let states: Vec<_> = live.rows().split_off(1).into_iter().map(|run| run.state).collect();
    assert!(states.contains(&RunState::Held), "{states:?}");
    let report = live.sync();
    assert_eq!((report.state, report.counters.deactivated), (RunState::Succeeded, 3));
    live.assert_in_line();
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

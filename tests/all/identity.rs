//! Who stands behind an id of the source: an id that is given to somebody else, people who move to other accounts, and many of
//! these at once. Over the component, the host and the database.

use crate::companies::{APP_KEY, CORP_ID, app};
use crate::harness::extra::until;
use crate::harness::live::{Live, Way, app_key};
use crate::harness::real::{Real, SOURCE};
use expect_test::expect;
use rollcall_browse::Browse as _;
use rollcall_dingtalk_simulator::{
    AppKey, Company, Department, FieldPermissions, HandMadePush, Mutation, User,
};
use rollcall_host::error::RunError;
use rollcall_host::history::RunState;
use rollcall_host::inbox::EventState;
use rollcall_host::model::{Diagnosis, Key, RunId, Severity, SourceName};
use rollcall_host::{Identities, RunOptions, RunReport};
use serde_json::{Value, json};

/// What a person of an id has, beside their name.
fn person(n: usize) -> User {
    let mut user = User::new(id(n).as_str(), format!("Li {n}"));
    user.mobile = Some(format!("138{n:08}"));
    user.org_email = Some(format!("li{n}@feihua.example"));
    user.title = Some("Engineer".to_owned());
    user.in_departments([5001])
}

fn id(n: usize) -> String {
    format!("{n:03}")
}

/// A company of so many people.
fn company(n_people: usize) -> Company {
    let builder = Company::builder(CORP_ID, "飞花").app(app()).department(Department::new(5001, "R&D", 1));
    let builder = (0..n_people).fold(builder, |builder, n| builder.user(person(n)));
    builder.build().expect("the company is consistent")
}

/// Person `n` leaves, and somebody else gets their id.
fn reuse(n: usize) -> [Mutation; 2] {
    let mut wang = User::new(id(n).as_str(), format!("Wang {n}"));
    wang.unionid = format!("wang{n}").as_str().into();
    [
        Mutation::RemoveUser { userid: id(n).as_str().into() },
        Mutation::AddUser(Box::new(wang.in_departments([5001]))),
    ]
}

/// Person `n` has another account.
fn move_account(n: usize) -> Mutation {
    Mutation::modify_user(id(n).as_str(), &json!({ "unionid": format!("moved{n}") }))
}

/// Imported once.
fn imported(n_people: usize) -> Real {
    let real = Real::new(company(n_people));
    assert_eq!(real.sync().state, RunState::Succeeded);
    real
}

fn change(real: &Real, mutations: impl IntoIterator<Item = Mutation>) {
    mutations.into_iter().for_each(|mutation| real.mutate(&mutation));
}

fn document(real: &Real, n: usize) -> Value {
    let documents = real.documents();
    documents.get(&("User".to_owned(), id(n))).cloned().expect("the person is there")
}

/// Which holder of their id somebody is: what their SCIM id is made of, beside the id.
fn tenure(real: &Real, n: usize) -> u64 {
    let source = SourceName::new(SOURCE).expect("the name is one");
    let object = real.platform.wait(real.platform.store.object(&source, &Key::new("User", id(n))));
    object.expect("the store answers").expect("the person is held").tenure
}

/// What is said in a run about identities.
fn told(real: &Real, run: &RunId) -> Vec<Diagnosis> {
    let entries = real.platform.entries(run, Severity::Info).into_iter().map(|entry| entry.diagnosis);
    entries.filter(|diagnosis| diagnosis.code.starts_with("identit")).collect()
}

fn codes(diagnoses: &[Diagnosis]) -> Vec<&str> {
    diagnoses.iter().map(|diagnosis| diagnosis.code.as_str()).collect()
}

/// Nothing of whoever had the id is theirs who has it now.
#[track_caller]
fn assert_is_new(real: &Real, n: usize) {
    let document = document(real, n);
    assert_eq!(document["displayName"], json!(format!("Wang {n}")));
    for inherited in ["title", "emails", "phoneNumbers"] {
        assert_eq!(document.get(inherited), None, "{document}");
    }
    assert_ne!(tenure(real, n), 0);
}

fn approve(real: &Real, run: &RunId, identities: Identities) -> Result<RunReport, RunError> {
    let source = real.source();
    let approving = real.platform.confirming(source.name(), run, identities);
    real.platform.wait(real.platform.host.approve(&source, run, approving, RunOptions::default()))
}

#[test]
fn whoever_gets_the_id_of_somebody_else_inherits_nothing() {
    let real = imported(3);
    change(&real, reuse(1));
    let report = real.sync();
    let counters = report.counters;
    assert_eq!((report.state, counters.created, counters.deleted), (RunState::Succeeded, 1, 1));
    assert_is_new(&real, 1);
    assert_eq!(codes(&told(&real, &report.run)), ["identity-replaced"]);
    let changes = real.platform.changes(&report.run);
    let changes: Vec<_> =
        changes.iter().map(|change| (change.action.as_str(), change.witness.as_deref())).collect();
    let evidence = Some("the source gave this id to somebody else: unionid 001iE → wang1");
    assert_eq!(changes, [("deleted", evidence), ("created", evidence)]);
    let again = real.sync().counters;
    assert_eq!((again.unchanged, again.updated), (again.read, 0));
}

#[test]
fn whoever_moves_to_another_account_stays_the_same_person() {
    let real = imported(3);
    let before = document(&real, 1);
    change(&real, [move_account(1)]);
    let report = real.sync();
    let counters = report.counters;
    assert_eq!((report.state, counters.updated, counters.deleted), (RunState::Succeeded, 1, 0));
    let told = told(&real, &report.run);
    assert_eq!((codes(&told), told[0].fact("recognised_by")), (vec!["identity-changed"], Some("mobile")));
    assert_eq!((document(&real, 1)["emails"].clone(), tenure(&real, 1)), (before["emails"].clone(), 0));
}

#[test]
fn when_everybody_moves_nobody_leaves_and_one_entry_says_so() {
    let real = imported(24);
    change(&real, (0..24).map(move_account));
    let report = real.sync();
    let counters = report.counters;
    assert_eq!((report.state, counters.updated, counters.deleted), (RunState::Succeeded, 24, 0));
    let told = told(&real, &report.run);
    assert_eq!((codes(&told), told[0].fact("mobile")), (vec!["identity-changed"], Some("24")));
}

#[test]
fn where_neither_mobile_nor_address_nor_number_is_shown_the_name_decides() {
    let real = Real::new(company(24));
    let field_permissions = FieldPermissions { mobile: false, personal: false };
    real.mutate(&Mutation::SetFieldPermissions { app_key: AppKey::from(APP_KEY), field_permissions });
    assert_eq!(real.sync().state, RunState::Succeeded);
    change(&real, (0..24).map(move_account));
    let report = real.sync();
    assert_eq!((report.state, report.counters.deleted), (RunState::Succeeded, 0));
    assert_eq!(told(&real, &report.run)[0].fact("name"), Some("24"));
}

#[test]
fn an_identity_that_the_source_leaves_out_is_no_change() {
    let real = imported(3);
    for unionid in ["", "001iE"] {
        change(&real, [Mutation::modify_user(id(1).as_str(), &json!({ "unionid": unionid }))]);
        let report = real.sync();
        assert_eq!((report.state, report.counters.deleted), (RunState::Succeeded, 0));
        assert_eq!(codes(&told(&real, &report.run)), Vec::<&str>::new());
    }
}

/// Half of the company has become others, and the run that holds it.
fn half_replaced() -> (Real, RunId) {
    let real = imported(24);
    let before = real.documents();
    change(&real, (0..12).flat_map(reuse));
    let report = real.sync();
    assert_eq!(report.state, RunState::Held);
    assert!(before == real.documents(), "nothing was written");
    let told = told(&real, &report.run);
    expect!["the ids of 12 people now belong to somebody else at the source, which is too many to replace unseen; nothing of them was changed"]
        .assert_eq(&told[0].message);
    assert!(matches!(
        approve(&real, &report.run, Identities::Weigh),
        Err(RunError::IdentitiesUnanswered { .. })
    ));
    (real, report.run)
}

#[test]
fn half_of_the_company_that_became_others_leaves_when_a_person_says_so() {
    let (real, held) = half_replaced();
    let report = approve(&real, &held, Identities::OtherPeople).expect("there is a run");
    let counters = report.counters;
    assert_eq!((report.state, counters.created, counters.deleted), (RunState::Succeeded, 12, 12));
    (0..12).for_each(|n| assert_is_new(&real, n));
    let quiet = real.sync();
    assert_eq!((quiet.state, quiet.counters.unchanged), (RunState::Succeeded, quiet.counters.read));
}

#[test]
fn half_of_the_company_that_a_person_knows_under_new_ids_goes_on() {
    let (real, held) = half_replaced();
    let report = approve(&real, &held, Identities::SamePeople).expect("there is a run");
    let counters = report.counters;
    assert_eq!((report.state, counters.updated, counters.deleted), (RunState::Succeeded, 12, 0));
    assert_eq!((document(&real, 1)["displayName"].clone(), tenure(&real, 1)), (json!("Wang 1"), 0));
    assert_eq!(real.sync().state, RunState::Succeeded);
}

#[test]
fn by_events_an_id_that_is_given_away_is_somebody_new() {
    for way in [Way::Http, Way::Stream] {
        let live = Live::started(company(3), way);
        live.server().set_pushing_paused(true);
        change(&live.real, reuse(1));
        live.server().set_pushing_paused(false);
        live.settled();
        assert_is_new(&live.real, 1);
        live.assert_in_line();
    }
}

#[test]
fn events_of_an_id_that_was_given_away_may_come_in_any_order() {
    let live = Live::started(company(3), Way::Http);
    live.server().set_pushing_paused(true);
    change(&live.real, reuse(1));
    for (n_done, kind) in [(1, "user_add_org"), (2, "user_leave_org")] {
        let message = json!({
            "CorpId": CORP_ID, "EventType": kind, "UserId": [id(1)], "TimeStamp": "1700000000000",
        });
        let pushed = live.server().push_by_hand(&app_key(), &HandMadePush::Message(message.to_string()));
        assert!(pushed.is_ok(), "{pushed:?}");
        let is_done =
            || live.events().iter().filter(|event| event.state == EventState::Done).count() >= n_done;
        until("the event is acted on", is_done);
        assert_is_new(&live.real, 1);
    }
    live.server().set_pushing_paused(false);
    live.settled();
    assert_is_new(&live.real, 1);
    live.assert_in_line();
}

#[test]
fn whoever_left_before_their_id_was_given_away_leaves_nothing_behind() {
    let live = Live::started(company(3), Way::Stream);
    for mutation in reuse(1) {
        live.change(&mutation);
    }
    assert_is_new(&live.real, 1);
    live.assert_in_line();
}

#[test]
fn undoing_it_brings_back_who_was_there() {
    let real = imported(3);
    let before = real.documents();
    change(&real, reuse(1));
    let replacing = real.sync();
    let source = real.source();
    let undo = real.platform.host.undo(&source, &replacing.run, RunOptions::default());
    let report = real.platform.wait(undo).expect("there is a run");
    assert_eq!(report.state, RunState::Succeeded);
    assert!(before == real.documents());
    assert_eq!(tenure(&real, 1), 0);
}

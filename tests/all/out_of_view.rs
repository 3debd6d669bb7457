//! What an application no longer sees, through everything real: it costs no request, is one sentence, and is shown until the
//! view is as before or a person has approved it. And what each import can show for itself.

use crate::companies::{APP_KEY, CORP_ID, app};
use crate::harness::pair::{Pair, both};
use crate::harness::program::Office;
use crate::harness::real::Real;
use rollcall_dingtalk_simulator::{
    AppKey, Company, Department, Fault, Mutation, Rule, Scope, Simulator, User,
};
use rollcall_host::RunOptions;
use rollcall_host::history::{RunState, Trigger};
use serde_json::{Value, json};

const READ_PERSON: &str = "/topapi/v2/user/get";
const READ_DEPARTMENT: &str = "/topapi/v2/department/get";
const LIST_MEMBERS: &str = "/topapi/v2/user/list";

/// Two branches with a team each. Li is in a team of both; so many more people are in the second alone.
fn company(n_beside: usize) -> Company {
    let builder = Company::builder(CORP_ID, "飞花").app(app());
    let builder = [(5001, 1), (5002, 1), (5011, 5001), (5021, 5002)]
        .into_iter()
        .fold(builder, |builder, (id, above)| {
            builder.department(Department::new(id, format!("D{id}"), above))
        });
    let builder = builder.user(User::new("li", "Li").in_departments([5011, 5021]));
    let beside = |n| User::new(format!("u{n:05}").as_str(), format!("U {n}")).in_departments([5021]);
    (0..n_beside)
        .fold(builder, |builder, n| builder.user(beside(n)))
        .build()
        .expect("the company is consistent")
}

fn see(scope: Scope) -> Mutation {
    Mutation::SetScope { app_key: AppKey::from(APP_KEY), scope }
}

fn one_branch() -> Mutation {
    see(Scope::departments([5001]))
}

/// How often single people and departments were asked about since this was last asked.
fn take_lookups(simulator: &mut Simulator) -> (u64, u64) {
    let trace = simulator.trace();
    let lookups = (trace.of(READ_PERSON).requests, trace.of(READ_DEPARTMENT).requests);
    simulator.trace_mut().clear();
    lookups
}

/// Nobody is asked about, and of departments only the one that is authorised, to be read.
const NOBODY: (u64, u64) = (0, 1);

fn nobody_out_of_view_is_asked_about_however_many_they_are_tonight_or_tomorrow<P: Pair>() {
    let pair = P::imported_before(company(1_200));
    pair.mutate(&one_branch());
    for night in 0..3 {
        let ended = pair.sync();
        assert!(ended.complete, "{ended:?}");
        assert_eq!(pair.with(take_lookups), NOBODY, "night {night}");
        assert_eq!(pair.take_removed(), []);
        assert!(pair.take_complaints().iter().all(|(code, n)| code == "scope-held" && *n == 1));
    }
    assert_eq!(pair.held().len(), 1_200 + 6);
}

fn who_leaves_in_view_leaves_as_ever_beside_what_is_out_of_it<P: Pair>() {
    let mut company = company(30);
    let wu = User::new("wu", "Wu").in_departments([5011]);
    company.apply(&Mutation::AddUser(Box::new(wu))).expect("it is possible");
    let pair = P::imported_before(company);
    pair.mutate(&one_branch());
    pair.sync();
    pair.forget();
    pair.with(take_lookups);
    pair.mutate(&Mutation::RemoveUser { userid: "wu".into() });
    pair.mutate(&Mutation::RemoveUser { userid: "u00001".into() });
    assert!(pair.sync().complete);
    let removed: Vec<_> = pair.take_removed().into_iter().map(|removal| removal.key.external_id).collect();
    assert_eq!(removed, ["wu"], "who left out of view is not followed");
    assert_eq!(pair.with(take_lookups), (1, 1));
}

fn what_comes_into_view_again_is_followed_again<P: Pair>() {
    let pair = P::imported_before(company(30));
    pair.mutate(&one_branch());
    pair.sync();
    pair.mutate(&see(Scope::default()));
    pair.mutate(&Mutation::RemoveUser { userid: "u00001".into() });
    pair.mutate(&Mutation::modify_user("u00002", &json!({"name": "Renamed"})));
    pair.forget();
    assert!(pair.sync().complete);
    let removed: Vec<_> = pair.take_removed().into_iter().map(|removal| removal.key.external_id).collect();
    assert_eq!(removed, ["u00001"]);
    assert_eq!(pair.documents()[&("User".to_owned(), "u00002".to_owned())]["displayName"], "Renamed");
}

both![
    nobody_out_of_view_is_asked_about_however_many_they_are_tonight_or_tomorrow,
    who_leaves_in_view_leaves_as_ever_beside_what_is_out_of_it,
    what_comes_into_view_again_is_followed_again,
];

/// An office that has imported this company.
fn imported(company: Company) -> Office {
    let office = Office::new(company);
    office.run("sync SOURCE DATA").with_code(0);
    office.server.with(take_lookups);
    office
}

/// The whole of an import, as the history has it.
#[track_caller]
fn import(office: &Office, code: i32) -> Value {
    let ended = office.run("sync --format json SOURCE DATA").with_code(code).json();
    history(office, ended["run"]["id"].as_str().expect("a run has an id"))
}

#[track_caller]
fn history(office: &Office, run: &str) -> Value {
    office.run(&format!("history {run} NAME DATA --format json")).with_code(0).json()
}

fn status(office: &Office) -> Value {
    office.run("status NAME DATA --format json").with_code(0).json()
}

/// What the log of a run says, and how much it matters.
fn codes(run: &Value) -> Vec<(&str, &str)> {
    let entries = run["entries"].as_array().into_iter().flatten();
    let said = entries.map(|entry| (entry["severity"].as_str(), entry["diagnosis"]["code"].as_str()));
    said.filter_map(|(severity, code)| Some((severity?, code?))).collect()
}

/// What of it is worth a look.
fn complaints(run: &Value) -> Vec<&str> {
    codes(run).into_iter().filter(|(severity, _)| *severity != "info").map(|(_, code)| code).collect()
}

#[test]
fn by_command_nobody_out_of_view_is_asked_about_and_all_of_them_are_one_entry() {
    let office = imported(company(40));
    office.mutate(&one_branch());
    for _ in 0..2 {
        let run = import(&office, 4);
        assert_eq!(office.server.with(take_lookups), NOBODY);
        assert_eq!(complaints(&run), ["scope-held"]);
    }
    let run = import(&office, 4);
    let entries = run["entries"].as_array().expect("a list");
    let told = entries.iter().find(|entry| entry["diagnosis"]["code"] == "scope-held").expect("it is told");
    let message = told["diagnosis"]["message"].as_str().expect("it has one");
    for wanted in [
        "the application sees less than before: 1 department (5001) instead of everything",
        "43 objects (3 departments and 40 people) are no longer followed",
    ] {
        assert!(message.contains(wanted), "{wanted:?} is not in {message:?}");
    }
}

#[test]
fn the_status_of_a_source_says_what_is_not_followed_until_it_is_seen_again_and_more_quietly_once_approved() {
    let office = imported(company(40));
    assert_eq!(status(&office)["left_out"], Value::Null);
    office.mutate(&one_branch());
    let first = import(&office, 4)["run"]["id"].as_str().expect("a run has an id").to_owned();
    let held = import(&office, 4)["run"]["id"].as_str().expect("a run has an id").to_owned();
    let left_out = &status(&office)["left_out"];
    assert_eq!((&left_out["waits"], &left_out["since"]["run"]), (&json!(true), &json!(first)));
    assert_eq!(left_out["unfollowed"], json!({"Department": 3, "User": 40}));
    let says = |language: &str, wanted: &str| {
        let status = office.run(&format!("status NAME DATA --language {language}")).with_code(0).stdout;
        assert!(status.contains(wanted), "{wanted:?} is not in {status}");
    };
    says("en", &format!("less than before: 43 objects are no longer followed, since run {first}"));
    says("zh-CN", &format!("不再跟随 43 个对象（自第 {first} 次运行起）"));
    office.run(&format!("approve {held} SOURCE DATA")).with_code(0);
    let next = import(&office, 0);
    assert_eq!(office.server.with(take_lookups).0, 0);
    assert_eq!(complaints(&next), [""; 0]);
    assert!(codes(&next).contains(&("info", "objects-not-followed")), "{:?}", codes(&next));
    let left_out = &status(&office)["left_out"];
    assert_eq!((&left_out["waits"], &left_out["since"]["run"]), (&json!(false), &json!(first)));
    says("en", "not followed: 43 objects out of sight");
    office.mutate(&see(Scope::default()));
    import(&office, 0);
    assert_eq!(status(&office)["left_out"], Value::Null);
}

#[test]
fn a_smaller_view_that_a_person_declined_waits_no_more_and_may_be_approved_after_all() {
    for is_somebody_in_both in [true, false] {
        let mut company = company(3);
        company.apply(&see(Scope::departments([5001, 5002]))).expect("it is possible");
        if !is_somebody_in_both {
            // Then nothing is recorded beside the view itself.
            company.apply(&Mutation::RemoveUser { userid: "li".into() }).expect("it is possible");
        }
        let office = imported(company);
        let before = office.run("directory export NAME DATA").with_code(0).stdout;
        office.mutate(&one_branch());
        let held = import(&office, 4)["run"]["id"].as_str().expect("a run has an id").to_owned();
        office.run(&format!("decline {held} NAME DATA --reason mistake")).with_code(0);
        let declined = import(&office, 0);
        assert!(codes(&declined).contains(&("info", "declined")), "{:?}", codes(&declined));
        assert_eq!(declined["run"]["proof"]["narrowing"], "declined");
        assert_eq!(status(&office)["left_out"]["waits"], false);
        assert_eq!(office.run("directory export NAME DATA").with_code(0).stdout, before);
        office.run(&format!("approve {held} SOURCE DATA")).with_code(0);
        let next = import(&office, 0);
        assert!(codes(&next).iter().all(|(_, code)| *code != "declined"), "{:?}", codes(&next));
        assert_eq!(complaints(&next), [""; 0]);
        let after = office.run("directory export NAME DATA").with_code(0).stdout;
        assert_eq!(after != before, is_somebody_in_both, "{after}");
    }
}

#[test]
fn every_import_shows_what_it_read_and_with_what_view_whether_it_removed_somebody_or_not() {
    let office = imported(company(3));
    let quiet = import(&office, 0);
    let proof = &quiet["run"]["proof"];
    assert_eq!((&proof["is_complete"], &proof["view"]["whole"]), (&json!(true), &json!(true)));
    assert_eq!(proof["view_before"]["whole"], json!(true));
    assert_eq!((&proof["removed"], &proof["kept"]), (&json!({}), &json!([])));
    assert_eq!((&proof["lists"]["n"], &proof["lists"]["open"]), (&proof["lists"]["n_closed"], &json!([])));
    office.mutate(&Mutation::RemoveUser { userid: "u00001".into() });
    assert_eq!(import(&office, 0)["run"]["proof"]["removed"], json!({"User": 1}));
    office.mutate(&Mutation::RemoveUser { userid: "u00002".into() });
    office.server.with(|simulator| {
        let hidden =
            Fault::Errcode { code: 50_004, message: "请求的部门id不在授权范围内".to_owned() };
        simulator.inject(Rule::new(hidden).on_path(LIST_MEMBERS).with_param("dept_id", 5011).always());
    });
    let partial = import(&office, 3);
    let proof = &partial["run"]["proof"];
    assert_eq!((&proof["is_complete"], &proof["removed"]), (&json!(false), &json!({})));
    assert_eq!(proof["kept"][0]["because"], "removals-stopped");
    assert_eq!(
        proof["lists"]["open"][0],
        json!({"resource_type": "User", "of": {"resource_type": "Department", "external_id": "5011"}})
    );
    let run = partial["run"]["id"].as_str().expect("a run has an id");
    for (language, wanted) in [
        (
            "en",
            [
                "What it can show for itself",
                r#"not: people of Department "5011""#,
                "not everything could be read",
            ],
        ),
        ("zh-CN", ["运行依据", r#"未读取完整：Department "5011" 的人员"#, "未能全部读取"]),
    ] {
        let shown = office.run(&format!("history {run} NAME DATA --language {language}")).with_code(0).stdout;
        for wanted in wanted {
            assert!(shown.contains(wanted), "{wanted:?} is not in {shown}");
        }
    }
}

#[test]
fn a_scheduled_import_asks_about_nobody_out_of_view_either() {
    let real = Real::new(company(40));
    assert_eq!(real.sync().state, RunState::Succeeded);
    real.server.with(take_lookups);
    real.mutate(&one_branch());
    let report = real.run(RunOptions { trigger: Trigger::Schedule, ..RunOptions::default() });
    assert_eq!((report.state, real.server.with(take_lookups)), (RunState::Held, NOBODY));
    let proof = real.platform.row(&report.run).proof.expect("a full run has one");
    assert_eq!(proof.since.expect("it leaves something out").run, report.run);
}

#[test]
fn whoever_starts_the_run_a_view_of_parts_from_the_beginning_is_nothing_to_tell() {
    let mut company = company(5);
    company.apply(&one_branch()).expect("the scope is possible");
    let real = Real::new(company);
    for trigger in [Trigger::Manual, Trigger::Schedule] {
        let report = real.run(RunOptions { trigger, ..RunOptions::default() });
        assert_eq!(report.state, RunState::Succeeded);
        let proof = real.platform.row(&report.run).proof.expect("a full run has one");
        assert!(proof.unfollowed.is_empty() && !proof.leaves_out() && !proof.view.whole, "{proof:?}");
    }
}

//! Another connector is another file: the same host runs either, and what came from one source is out of reach of the
//! other.

use crate::companies;
use crate::expectation::Documents;
use crate::harness::built;
use crate::harness::program::Office;
use crate::harness::real::{self, Real};
use rollcall_dingtalk_simulator::{Fault, Mutation, Rule, ServerHandle, UserId};
use rollcall_host::history::RunState;
use rollcall_host::model::{Severity, SourceName};
use rollcall_host::{RunOptions, Source};
use serde_json::{Value, json};

const ROSTER: &str = "warehouse";

#[test]
fn two_sources_in_one_platform_do_not_touch_each_other() {
    let real = Real::new(companies::branches(8));
    assert_eq!(real.sync().state, RunState::Succeeded);
    let office = real.documents();
    // Its people have the ids of the office's, and others.
    serve(&real.server, &roster(&["b003p0", "b004p0", "w1", "w2", "w3"]));
    let warehouse = warehouse(&real);
    assert_eq!(sync(&real, &warehouse), (RunState::Succeeded, 6));
    assert_eq!(real.documents(), office);
    let people = real.platform.documents(ROSTER);
    assert_eq!(ids(&people), ["w", "b003p0", "b004p0", "w1", "w2", "w3"]);
    // Who leaves one of them leaves that one.
    serve(&real.server, &roster(&["b004p0", "w1", "w3"]));
    assert_eq!(sync(&real, &warehouse), (RunState::Succeeded, 4));
    assert_eq!(ids(&real.platform.documents(ROSTER)), ["w", "b004p0", "w1", "w3"]);
    assert_eq!(real.documents(), office);
    let people = real.platform.documents(ROSTER);
    real.mutate(&Mutation::RemoveUser { userid: UserId::from("b004p0") });
    assert_eq!(real.sync().counters.deactivated, 1);
    assert_eq!(real.platform.documents(ROSTER), people);
}

#[test]
fn what_a_roster_no_longer_says_is_cleared_and_then_all_is_quiet() {
    let real = Real::new(companies::branches(8));
    let with_titles = titled(&["w1", "w2"]);
    serve(&real.server, &with_titles);
    let warehouse = warehouse(&real);
    assert_eq!(sync(&real, &warehouse), (RunState::Succeeded, 3));
    let mut emptied = with_titles;
    emptied["people"][0]["title"] = json!("");
    serve(&real.server, &emptied);
    let report = real.platform.sync(&warehouse, RunOptions::default());
    assert_eq!((report.state, report.counters.updated), (RunState::Succeeded, 1));
    let held = real.platform.documents(ROSTER);
    let title = |id: &str| held[&("User".to_owned(), id.to_owned())].get("title").cloned();
    assert_eq!((title("w1"), title("w2")), (None, Some(json!("Packer"))));
    let next = real.platform.sync(&warehouse, RunOptions::default());
    assert_eq!((next.state, next.counters.unchanged), (RunState::Succeeded, 3));
    assert_eq!(real.platform.changes(&next.run), []);
}

#[test]
fn a_reference_to_what_is_gone_costs_the_reference_and_no_run() {
    let real = Real::new(companies::branches(8));
    let mut dangling = roster(&["w1", "w2"]);
    dangling["departments"][0]["parent"] = json!("sold");
    dangling["people"][0]["departments"] = json!(["w", "sold"]);
    dangling["people"][0]["manager"] = json!("w9");
    dangling["people"][1]["manager"] = json!("w1");
    serve(&real.server, &dangling);
    let warehouse = warehouse(&real);
    let first = real.platform.sync(&warehouse, RunOptions::default());
    assert_eq!((first.state, first.counters.created), (RunState::Succeeded, 3));
    let told = real.platform.entries(&first.run, Severity::Warning);
    let told: Vec<String> = told.into_iter().map(|entry| entry.diagnosis.message).collect();
    assert_eq!(
        told,
        [
            r#"parent names department "sold", which is gone (404: not in the roster); the reference is left out"#,
            r#"departments names department "sold", which is gone (404: not in the roster); the reference is left out"#,
            r#"manager names person "w9", which is gone (404: not in the roster); the reference is left out"#,
        ]
    );
    let held = real.platform.documents(ROSTER);
    let of = |id: &str, pointer: &str| held[&("User".to_owned(), id.to_owned())].pointer(pointer).cloned();
    let departments = "/urn:rollcall:scim:schemas:extension:2.0:User/departments";
    let manager = "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/manager";
    assert_eq!(of("w1", departments), Some(json!([{ "value": "w" }])));
    assert_eq!((of("w1", manager), of("w2", manager)), (None, Some(json!({ "value": "w1" }))));
    // Whoever leaves while others are still named leaves, and the run after that is quiet.
    dangling["people"].as_array_mut().expect("people are a list").remove(0);
    serve(&real.server, &dangling);
    let second = real.platform.sync(&warehouse, RunOptions::default());
    assert_eq!((second.state, second.counters.deactivated), (RunState::Succeeded, 1));
    let third = real.platform.sync(&warehouse, RunOptions::default());
    assert_eq!((third.state, third.counters.unchanged), (RunState::Succeeded, 2));
    assert_eq!(real.platform.changes(&third.run), []);
}

#[test]
fn the_same_program_runs_either_file() {
    let office = Office::new(companies::branches(8));
    serve(&office.server, &roster(&["b003p0", "w1"]));
    let proxy = real::proxy(&office.server);
    let connector = built::component("roster");
    office.write(
        "warehouse.toml",
        &format!(
            r#"name = "{ROSTER}"
connector = "{}"

[egress]
proxy = {{ url = "{proxy}", username = "{}", password = {{ env = "PROXY_PASSWORD" }} }}
ca = {{ file = "ca.pem" }}

[settings]
url = "https://oapi.dingtalk.com/roster.json"
"#,
            connector.display(),
            crate::harness::PROXY_USER,
        ),
    );
    office.run("sync SOURCE DATA").with_code(0);
    let before = office.run("directory export NAME DATA").with_code(0).stdout;
    office.run("sync --source warehouse.toml DATA").with_code(0);
    assert_eq!(office.run("directory export NAME DATA").with_code(0).stdout, before);
    let roster = office.run("directory export --source warehouse DATA").with_code(0).stdout;
    let ids: Vec<Value> = roster
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("each line is JSON")["externalId"].clone())
        .collect();
    assert_eq!(ids, ["w", "b003p0", "w1"]);
}

fn warehouse(real: &Real) -> Source {
    let connector = real.platform.load(&built::component("roster"));
    let name = SourceName::new(ROSTER).expect("the name is one");
    let settings = json!({ "url": "https://oapi.dingtalk.com/roster.json" });
    Source::new(name, connector, settings, real.egress.clone())
}

fn sync(real: &Real, source: &Source) -> (RunState, u64) {
    let report = real.platform.sync(source, RunOptions::default());
    (report.state, report.counters.read)
}

/// Let the simulator's server hand out this roster.
pub(crate) fn serve(server: &ServerHandle, roster: &Value) {
    let body =
        Fault::Body { status: 200, content_type: "application/json".to_owned(), body: roster.to_string() };
    server.with(|simulator| {
        simulator.clear_faults();
        simulator.inject(Rule::new(body).on_path("/roster.json").always());
    });
}

/// A department with these people.
pub(crate) fn roster(ids: &[&str]) -> Value {
    let person = |id: &&str| json!({ "id": id, "name": format!("Person {id}"), "departments": ["w"] });
    let people: Vec<Value> = ids.iter().map(person).collect();
    json!({ "departments": [{ "id": "w", "name": "Warehouse" }], "people": people })
}

/// The same, where everybody has a title.
fn titled(ids: &[&str]) -> Value {
    let mut roster = roster(ids);
    for person in roster["people"].as_array_mut().expect("people are a list") {
        person["title"] = json!("Packer");
    }
    roster
}

fn ids(documents: &Documents) -> Vec<&str> {
    documents.keys().map(|(_, id)| id.as_str()).collect()
}

//! Every cause by every way to start a run.

use super::{N_PEOPLE, held, id, imported, most_resign, of_one, with_roster};
use crate::companies::APP_KEY;
use crate::harness::administrator::Administrator;
use crate::harness::extra::until;
use crate::harness::live::app_key;
use crate::harness::program::{Lines, Office};
use crate::harness::real::SOURCE;
use rollcall_dingtalk_simulator::{AppEvents, AppKey, Fault, Mutation, Rule, Scope};
use serde_json::{Value, json};

/// Why most of a company is gone, or seems to be.
struct Cause {
    name: &'static str,
    has_roster: bool,
    spoil: fn(&Office),
}

const CAUSES: [Cause; 8] = [
    Cause { name: "fifty of sixty resigned", has_roster: false, spoil: most_resign },
    Cause { name: "a roster of one", has_roster: true, spoil: of_one },
    Cause {
        name: "an empty scope",
        has_roster: false,
        spoil: |office| office.mutate(&scope(Scope::empty())),
    },
    Cause {
        name: "a permission that is withdrawn in the middle",
        has_roster: false,
        spoil: |office| {
            let denied =
                Fault::Wrapped { code: 60_011, message: "没有调用该接口的权限".to_owned() };
            // The first list of each run is read, and none after it.
            inject(office, Rule::new(denied.clone()).on_path(MEMBERS).with_param("dept_id", 5002).always());
            inject(office, Rule::new(denied).on_path(MEMBERS).with_param("dept_id", 5003).always());
        },
    },
    Cause {
        name: "a branch that cannot be read",
        has_roster: false,
        spoil: |office| {
            let busy = Rule::new(Fault::SystemBusy).on_path(MEMBERS).with_param("dept_id", 5002);
            inject(office, busy.always());
            most_resign(office);
        },
    },
    Cause {
        name: "lists that are all empty",
        has_roster: false,
        spoil: |office| {
            let none = json!({"errcode": 0, "errmsg": "ok", "result": {"has_more": false, "list": []}});
            inject(office, Rule::new(body(&none)).on_path(MEMBERS).always());
            let none = json!({"errcode": 0, "errmsg": "ok", "result": []});
            inject(office, Rule::new(body(&none)).on_path("/topapi/v2/department/listsub").always());
        },
    },
    Cause {
        name: "an application that is disabled",
        has_roster: false,
        spoil: |office| {
            office.mutate(&Mutation::SetAppEnabled { app_key: AppKey::from(APP_KEY), enabled: false });
        },
    },
    Cause {
        name: "a page to log in instead of JSON",
        has_roster: false,
        spoil: |office| {
            for path in [MEMBERS, "/topapi/v2/department/listsub", "/topapi/v2/user/get"] {
                inject(office, Rule::new(Fault::Html).on_path(path).always());
            }
        },
    },
];

const MEMBERS: &str = "/topapi/v2/user/list";

/// Causes of a test run.
const SAMPLE: usize = 3;

#[test]
fn nobody_leaves_without_a_persons_number_whatever_the_cause_and_whoever_starts_the_run() {
    let is_whole = std::env::var("ROLLCALL_SWEEP").as_deref() == Ok("whole");
    let causes = &CAUSES[..if is_whole { CAUSES.len() } else { SAMPLE }];
    let mut n_cells = 0;
    for cause in causes {
        println!("{}", cause.name);
        n_cells += sweep(cause);
    }
    println!("{} causes, {n_cells} runs: nobody left", causes.len());
}

/// Try every way, one after the other, over one company, of which nobody may ever leave. How many runs.
fn sweep(cause: &Cause) -> usize {
    let office = if cause.has_roster { with_roster() } else { imported() };
    let before = held(&office);
    (cause.spoil)(&office);
    let stay = |way: &str| assert_eq!(held(&office), before, "{} by {way}", cause.name);
    // What a refresh of all ids may remove is what events may in an hour; the roster has no list of its own for them.
    let some: Vec<_> = (10..N_PEOPLE).map(|n| format!("--user {}", id(n))).collect();
    for (way, words) in [
        ("sync", "sync SOURCE DATA".to_owned()),
        ("a preview", "sync --dry-run SOURCE DATA".to_owned()),
        ("sync with too small a number", "sync --allow-removals 10 SOURCE DATA".to_owned()),
        ("undo", "undo 1 SOURCE DATA".to_owned()),
        ("undo with too small a number", "undo 1 --allow-removals 10 SOURCE DATA".to_owned()),
    ] {
        office.run(&words);
        stay(way);
    }
    let held_run = held_run(&office);
    if let Some(run) = &held_run {
        for confirm in ["", "--confirm 1", "--confirm 9999"] {
            office.run(&format!("approve {run} {confirm} SOURCE DATA")).with_code(2);
            stay("approve without its number");
        }
    }
    let n_served = served(&office, held_run.as_deref(), &stay);
    let n_gap = if cause.has_roster { 0 } else { over_a_gap(&office, &stay) };
    // The last, because as many leave by it as by events in an hour.
    office.run(&format!("refresh {} SOURCE DATA", some.join(" ")));
    let n_left = before.lines().count() - held(&office).lines().count();
    assert!(n_left <= 5, "{}: {n_left} left by a refresh of all ids", cause.name);
    5 + 3 * usize::from(held_run.is_some()) + n_served + n_gap + 1
}

/// The ways of a program and of a person over HTTP. How many.
fn served(office: &Office, held_run: Option<&str>, stay: &impl Fn(&str)) -> usize {
    let mut serving = office.start("serve SOURCE DATA --listen 127.0.0.1:0 --format json");
    let lines = serving.read_lines();
    let person = Administrator::set_up(&lines.wait_for("it serves", |line| line["what"] == "serving"));
    let runs = format!("/sources/{SOURCE}/runs");
    for (way, key, body) in [
        ("a token", None, json!({})),
        ("a token with an idempotency key", Some("nightly"), json!({})),
        ("a token with too small a number", None, json!({"allow_removals": 10})),
    ] {
        let begun = match key {
            None => person.ask("POST", &runs, &body),
            Some(key) => person.ask_once(key, "POST", &runs, &body),
        };
        let begun = begun.with_status(202);
        ended(&lines, &begun.json()["run"]);
        stay(way);
    }
    let source = format!("/sources/{SOURCE}");
    let answer = person.send(&source, &format!("{source}/import"), &[]).with_status(303);
    ended(&lines, &json!(answer.location().rsplit('/').next().expect("it leads to a run")));
    stay("the button of the console");
    person.ask("POST", "/runs/1/undo", &json!({})).with_status(409);
    stay("a token that undoes");
    if let Some(run) = held_run {
        for body in [json!({}), json!({"removals": 1}), json!({"removals": 9999})] {
            person.ask("POST", &format!("/runs/{run}/approve"), &body).with_status(409);
            stay("a token that approves without the number");
        }
    }
    serving.terminate();
    serving.end().with_code(0);
    lines.all();
    5 + 3 * usize::from(held_run.is_some())
}

/// A channel that was away owes a full run, and the first import of a follower is one of its own.
fn over_a_gap(office: &Office, stay: &impl Fn(&str)) -> usize {
    office.write("source.toml", &office.source_file_for_stream());
    if office.server.set_events(&app_key(), AppEvents::Stream).is_err() {
        // An application that is disabled has no channel.
        return 0;
    }
    let mut serving = office.start("serve SOURCE DATA --listen 127.0.0.1:0 --format json");
    let lines = serving.read_lines();
    let n_before = n_full_runs(office);
    // What stopped the source before stops it still, and without a channel nothing is owed: then nothing is read at all.
    let is_refused = || lines.text().contains("\"state\":\"refused\"");
    until("a full run ends, or there is none", || {
        n_before < n_full_runs(office) || is_stopped(office) || is_refused()
    });
    stay("a channel that was away");
    serving.terminate();
    serving.end();
    lines.all();
    1
}

fn is_stopped(office: &Office) -> bool {
    let status = office.run("status NAME DATA --format json").with_code(0).json();
    !status["following"]["stopped"].is_null()
}

fn n_full_runs(office: &Office) -> usize {
    let history = office.run("history NAME DATA --format json").with_code(0).json();
    let is_own = |run: &&Value| run["trigger"] != "manual" && run["state"] != "running";
    history["runs"].as_array().expect("they are listed").iter().filter(is_own).count()
}

fn ended(lines: &Lines, run: &Value) {
    lines.wait_for("the run", |line| line["what"] == "run" && line["run"]["id"] == *run);
}

/// The newest run that holds something, if any does.
fn held_run(office: &Office) -> Option<String> {
    let history = office.run("history NAME DATA --format json").with_code(0).json();
    let is_held =
        |run: &&Value| run["state"] == "held" && run["dry_run"] == false && run["counters"]["kept"] != 0;
    let held = history["runs"].as_array().expect("they are listed").iter().find(is_held)?["id"].as_str();
    held.map(str::to_owned)
}

fn scope(scope: Scope) -> Mutation {
    Mutation::SetScope { app_key: AppKey::from(APP_KEY), scope }
}

fn inject(office: &Office, rule: Rule) {
    office.server.with(|simulator| simulator.inject(rule));
}

fn body(json: &Value) -> Fault {
    Fault::Body { status: 200, content_type: "application/json".to_owned(), body: json.to_string() }
}

//! Most of a company is gone, or seems to be: whatever the cause and however the run is started, nobody leaves before a person
//! has confirmed how many.
//!
//! The sweep tries every cause by every way; a test run takes a sample of the causes that is always the same,
//! `cargo xtask sweep` all of them. The tests before it look at nothing but what the program shows, so an earlier build can be
//! tried, too.

mod sweep;

use crate::companies::{CORP_ID, app};
use crate::harness::administrator::Administrator;
use crate::harness::built;
use crate::harness::program::{Ended, Office};
use crate::harness::{PROXY_USER, real};
use crate::swap::{roster, serve};
use expect_test::expect;
use rollcall_dingtalk_simulator::{Company, Department, Mutation, User};
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::{Command, Stdio};

/// People of the company, and of the roster.
const N_PEOPLE: usize = 60;

/// Three departments with twenty people each.
fn company() -> Company {
    let builder = Company::builder(CORP_ID, "飞花").app(app());
    let builder = [(5001, "R&D"), (5002, "Sales"), (5003, "Support")]
        .into_iter()
        .fold(builder, |builder, (id, name)| builder.department(Department::new(id, name, 1)));
    let builder = (0..N_PEOPLE).fold(builder, |builder, n| {
        let department = 5001 + i64::try_from(n % 3).expect("it is small");
        builder.user(User::new(id(n).as_str(), format!("Name {n}")).in_departments([department]))
    });
    builder.build().expect("the company is consistent")
}

fn id(n: usize) -> String {
    format!("p{n:02}")
}

/// All but the first ten resign.
fn most_resign(office: &Office) {
    for n in 10..N_PEOPLE {
        office.mutate(&Mutation::RemoveUser { userid: id(n).as_str().into() });
    }
}

fn imported() -> Office {
    let office = Office::new(company());
    office.run("sync SOURCE DATA").with_code(0);
    office
}

/// An office whose people all stand in a roster behind a URL, imported.
fn with_roster() -> Office {
    with_roster_of(N_PEOPLE)
}

/// The same with so many people.
fn with_roster_of(n: usize) -> Office {
    let office = Office::new(company());
    let (connector, proxy) = (built::component("roster"), real::proxy(&office.server));
    office.write(
        "source.toml",
        &format!(
            "name = \"{}\"\nconnector = \"{}\"\n\n[egress]\nproxy = {{ url = \"{proxy}\", username = \"{PROXY_USER}\", \
             password = {{ env = \"PROXY_PASSWORD\" }} }}\nca = {{ file = \"ca.pem\" }}\n\n[settings]\nurl = \
             \"https://oapi.dingtalk.com/roster.json\"\n",
            real::SOURCE,
            connector.display(),
        ),
    );
    let ids: Vec<String> = (0..n).map(id).collect();
    serve(&office.server, &roster(&ids.iter().map(String::as_str).collect::<Vec<_>>()));
    office.run("sync SOURCE DATA").with_code(0);
    office
}

/// The roster lists one person.
fn of_one(office: &Office) {
    serve(&office.server, &roster(&["p00"]));
}

/// Everybody and everything that is there.
#[track_caller]
fn held(office: &Office) -> String {
    office.run("directory export NAME DATA").with_code(0).stdout
}

fn n_held(office: &Office) -> usize {
    held(office).lines().count()
}

#[track_caller]
fn counters(ended: &Ended) -> (Value, Value, Value) {
    let run = &ended.json()["run"];
    (run["state"].clone(), run["counters"]["held"].clone(), run["counters"]["deactivated"].clone())
}

#[test]
fn an_import_by_a_program_without_a_terminal_removes_nobody_of_a_roster_of_one() {
    let office = with_roster();
    let before = held(&office);
    of_one(&office);
    let ended = office.run("sync --format json SOURCE DATA").with_code(4);
    assert_eq!(counters(&ended), (json!("held"), json!(N_PEOPLE - 1), json!(0)));
    assert_eq!(held(&office), before);
}

#[test]
fn an_import_by_a_token_with_an_idempotency_key_removes_nobody_of_a_roster_of_one() {
    let office = with_roster();
    let before = held(&office);
    of_one(&office);
    let mut serving = office.start("serve SOURCE DATA --listen 127.0.0.1:0 --format json");
    let lines = serving.read_lines();
    let person = Administrator::set_up(&lines.wait_for("it serves", |line| line["what"] == "serving"));
    let path = format!("/sources/{}/runs", real::SOURCE);
    let begun = person.ask_once("nightly-2026-01-01", "POST", &path, &json!({})).with_status(202);
    let run = begun.json()["run"].clone();
    let ended = lines.wait_for("the import", |line| line["what"] == "run" && line["run"]["id"] == run);
    assert_eq!(ended["run"]["state"], "held", "{ended:#}");
    assert_eq!(held(&office), before);
    // It is the first thing that a person sees, and what they type is what they read.
    let waits = "59 of 60 people (98.3 %) would be removed";
    let found = [person.page("/sources"), person.page(&format!("/sources/{}", real::SOURCE))];
    assert!(found.iter().all(|page| page.body.contains(waits)), "{found:?}");
    serving.terminate();
    serving.end().with_code(0);
    lines.all();
}

#[test]
fn a_refresh_of_everybody_who_is_gone_removes_as_many_as_events_may_in_an_hour() {
    let office = imported();
    most_resign(&office);
    let ids: Vec<_> = (10..N_PEOPLE).map(|n| format!("--user {}", id(n))).collect();
    let ended = office.run(&format!("refresh --format json {} SOURCE DATA", ids.join(" ")));
    assert_eq!(counters(&ended.with_code(4)), (json!("held"), json!(N_PEOPLE - 10 - 5), json!(5)));
    // What left by that hand counts with what leaves by the next one.
    let again = office.run(&format!("refresh --format json {} SOURCE DATA", ids.join(" ")));
    assert_eq!(counters(&again.with_code(4)), (json!("held"), json!(N_PEOPLE - 10 - 5), json!(0)));
}

#[test]
fn imports_within_an_hour_remove_no_more_unseen_than_one_of_them() {
    let office = imported();
    let resign = |range: std::ops::Range<usize>| {
        for n in range {
            office.mutate(&Mutation::RemoveUser { userid: id(n).as_str().into() });
        }
    };
    resign(0..3);
    let first = office.run("sync --format json SOURCE DATA").with_code(0);
    assert_eq!(counters(&first), (json!("succeeded"), json!(0), json!(3)));
    resign(3..6);
    let second = office.run("sync --format json SOURCE DATA").with_code(4);
    assert_eq!(counters(&second), (json!("held"), json!(3), json!(0)));
    let run = second.json()["run"]["id"].as_str().expect("it has one").to_owned();
    let told = office.run(&format!("history {run} NAME DATA")).with_code(0).stdout;
    let why = "3 of 57 people (5.3 %) are gone from the source, and 3 people left within the last hour, which together is too many";
    assert!(told.contains(why), "{told}");
    office.run(&format!("approve {run} --confirm 3 SOURCE DATA")).with_code(0);
    // What a person confirmed does not count with what leaves after it.
    resign(6..8);
    let third = office.run("sync --format json SOURCE DATA").with_code(0);
    assert_eq!(counters(&third), (json!("succeeded"), json!(0), json!(2)));
}

#[test]
fn of_few_people_no_more_than_half_leave_unseen() {
    let office = with_roster_of(6);
    serve(&office.server, &roster(&["p00", "p01"]));
    let held = office.run("sync --format json SOURCE DATA").with_code(4);
    assert_eq!(counters(&held), (json!("held"), json!(4), json!(0)));
    serve(&office.server, &roster(&["p00", "p01", "p02"]));
    let removed = office.run("sync --format json SOURCE DATA").with_code(0);
    assert_eq!(counters(&removed), (json!("succeeded"), json!(0), json!(3)));
}

#[test]
fn the_status_of_a_source_says_which_run_waits_for_a_person_and_how_to_see_it() {
    let office = imported();
    most_resign(&office);
    office.run("sync SOURCE DATA").with_code(4);
    let status = office.run("status NAME DATA --format json").with_code(0).json();
    assert_eq!((&status["waiting"][0]["run"]["id"], status["waiting"][1].is_null()), (&json!("2"), true));
    let would_leave = json!([{"resource_type": "User", "n_leaving": 50, "n_known": 60}]);
    assert_eq!(status["waiting"][0]["would_leave"], would_leave);
    let told = office.run("status NAME DATA").with_code(0).stdout;
    let waits = "waits for a person: 50 of 60 people (83.3 %) would be removed.\n    → Look at it, then approve or decline it: \
                 rollcall history 2 --source head-office --data data";
    assert!(told.contains(waits), "{told}");
    office.run("decline 2 NAME DATA --reason mistake").with_code(0);
    let status = office.run("status NAME DATA --format json").with_code(0).json();
    assert_eq!(status["waiting"], json!([]));
}

#[test]
fn the_undoing_of_an_import_is_refused_with_its_number() {
    let office = imported();
    let before = held(&office);
    office.run("undo 1 SOURCE DATA").with_code(2);
    assert_eq!(held(&office), before);
}

#[test]
fn a_preview_that_would_be_held_says_so() {
    let office = imported();
    most_resign(&office);
    let ended = office.run("sync --dry-run SOURCE DATA").with_code(4);
    assert!(ended.stdout.contains("would be held"), "{ended:?}");
}

#[test]
fn a_person_reads_how_many_of_how_many_and_what_to_type() {
    let office = imported();
    most_resign(&office);
    let ended = office.run("sync SOURCE DATA").with_code(4);
    let told: Vec<_> =
        ended.stdout.lines().filter(|line| line.contains("people") || line.contains("rollcall ")).collect();
    expect![[r#"
        ✗ 50 of 60 people (83.3 %) are gone from the source, which is too many to remove unseen; all of them stay (departures-held)
        More: rollcall history 2 --source head-office --data data
        Waiting for a person: 50 of 60 people (83.3 %) would be removed.
        If that is right: rollcall approve 2 --confirm 50 --source source.toml --data data --allow-private-addresses
        If it is not: rollcall decline 2 --reason 'why' --source head-office --data data"#]].assert_eq(&told.join("\n"));
    let ended = office.run("sync SOURCE DATA --language zh-CN").with_code(4);
    let told: Vec<_> = ended.stdout.lines().filter(|line| line.contains("人")).collect();
    expect![[r#"
        ✗ 来源中已不存在：50 人（共 60 人，占 83.3%）；数量过多，在人工确认之前全部保留 (departures-held)
        等待人工确认：将移除 50 人（共 60 人，占 83.3%）。"#]]
    .assert_eq(&told.join("\n"));
}

#[test]
fn an_approval_without_the_number_or_with_another_one_is_refused_and_with_it_goes_on() {
    let office = imported();
    let before = held(&office);
    most_resign(&office);
    let held_run = office.run("sync --format json SOURCE DATA").with_code(4).json();
    assert_eq!(held_run["removals"], json!(N_PEOPLE - 10));
    let run = held_run["run"]["id"].as_str().expect("it has one").to_owned();
    for confirm in ["", "--confirm 49", "--confirm 51"] {
        let refused = office.run(&format!("approve {run} {confirm} SOURCE DATA")).with_code(2);
        assert!(refused.stderr.contains("50 of 60 people (83.3 %) would be removed"), "{refused:?}");
        assert_eq!(held(&office), before, "{confirm}");
    }
    let approved = office.run(&format!("approve {run} --confirm 50 --format json SOURCE DATA"));
    assert_eq!(counters(&approved.with_code(0)), (json!("succeeded"), json!(0), json!(50)));
}

/// What the program says at a terminal where somebody types this, and how it ends. `script` makes the terminal.
fn at_a_terminal(office: &Office, words: &str, typed: &str) -> (Option<i32>, String) {
    let command = office.command(words);
    let words: Vec<_> = std::iter::once(command.get_program()).chain(command.get_args()).collect();
    let words: Vec<_> = words.iter().map(|word| word.to_str().expect("it is a text")).collect();
    let mut script = Command::new("script");
    script.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    script.current_dir(office.path("")).args([
        "--quiet",
        "--return",
        "--command",
        &words.join(" "),
        "/dev/null",
    ]);
    let mut script = script
        .env("SHELL", "/bin/sh")
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("script is there, as in every Debian");
    let mut keyboard = script.stdin.take().expect("it is a pipe");
    writeln!(keyboard, "{typed}").expect("it is read");
    let ended = script.wait_with_output().expect("it ends");
    drop(keyboard);
    (ended.status.code(), String::from_utf8_lossy(&ended.stdout).into_owned())
}

#[test]
fn a_terminal_asks_for_the_number_at_once_and_goes_on_with_it_alone() {
    let office = imported();
    let before = held(&office);
    most_resign(&office);
    for typed in ["", "yes", "49"] {
        let (code, told) = at_a_terminal(&office, "sync SOURCE DATA", typed);
        assert_eq!(code, Some(4), "{told}");
        assert!(told.contains("50 of 60 people (83.3 %) would be removed. Type 50 to go on:"), "{told}");
        assert!(told.contains("rollcall approve"), "{told}");
        assert_eq!(held(&office), before, "{typed}");
    }
    let (code, told) = at_a_terminal(&office, "sync SOURCE DATA", "50");
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(n_held(&office), 14);
}

#[test]
fn whoever_means_it_says_how_many_may_leave_and_one_more_is_held() {
    let office = imported();
    most_resign(&office);
    let ended = office.run("sync --allow-removals 49 --format json SOURCE DATA").with_code(4);
    assert_eq!(counters(&ended), (json!("held"), json!(50), json!(0)));
    let ended = office.run("sync --allow-removals 50 --format json SOURCE DATA").with_code(0);
    assert_eq!(counters(&ended), (json!("succeeded"), json!(0), json!(50)));
    let n_left = n_held(&office);
    let refused = office.run("undo 1 --allow-removals 13 SOURCE DATA").with_code(2);
    assert!(refused.stderr.contains("may remove 13, and it is 14"), "{refused:?}");
    assert_eq!(n_held(&office), n_left);
    office.run("undo 1 --allow-removals 14 SOURCE DATA");
    assert_eq!(n_held(&office), 0);
}

#[test]
fn some_are_approved_and_the_rest_is_declined_and_not_held_anew() {
    let office = imported();
    most_resign(&office);
    let run = office.run("sync --format json SOURCE DATA").with_code(4).json()["run"]["id"].clone();
    let run = run.as_str().expect("it has an id");
    let some: Vec<_> = (10..16).map(|n| format!("--user {}", id(n))).collect();
    let approved =
        office.run(&format!("approve {run} --confirm 6 --format json {} SOURCE DATA", some.join(" ")));
    assert_eq!(counters(&approved.with_code(0)), (json!("succeeded"), json!(0), json!(6)));
    let declined = office.run(&format!("decline {run} --reason on-leave NAME DATA")).with_code(0);
    assert!(declined.stdout.starts_with(&format!("Declined, of run {run}: 44.")), "{declined:?}");
    // They stay, and the import is not held for them; whoever left since leaves.
    office.mutate(&Mutation::RemoveUser { userid: id(9).as_str().into() });
    let next = office.run("sync --format json SOURCE DATA").with_code(0);
    assert_eq!(counters(&next), (json!("succeeded"), json!(0), json!(1)));
    let log =
        office.run(&format!("history {} NAME DATA", next.json()["run"]["id"].as_str().expect("it has one")));
    assert!(log.stdout.contains("44 people stay because rollcall declined their removal on "), "{log:?}");
    // Who is back and leaves again is asked about again.
    let back = User::new(id(20).as_str(), "Back").in_departments([5001]);
    office.mutate(&Mutation::AddUser(Box::new(back)));
    office.run("sync SOURCE DATA").with_code(0);
    office.mutate(&Mutation::RemoveUser { userid: id(20).as_str().into() });
    let last = office.run("sync --format json SOURCE DATA").with_code(0);
    assert_eq!(counters(&last), (json!("succeeded"), json!(0), json!(1)));
    let shown = office.run(&format!("history {run} NAME DATA")).with_code(0).stdout;
    assert!(shown.contains("approved by rollcall") && shown.contains("declined by rollcall"), "{shown}");
    assert!(shown.contains("on-leave"), "{shown}");
}

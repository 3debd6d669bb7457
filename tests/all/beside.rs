//! Two programs and one data folder: of two that serve it the second says who has it and ends, and every command beside one that
//! serves works. Nothing here looks inside of the program, so any build of it can be tried.

use crate::following::feihua;
use crate::harness::extra::until;
use crate::harness::program::{Ended, Lines, Office, Running};
use serde_json::Value;

const SERVE: &str = "serve SOURCE DATA --listen 127.0.0.1:0 --format json";

/// A program that serves, with its first import done, and where it is reached.
#[track_caller]
fn serving(office: &Office) -> (Running, Lines, String) {
    let mut serving = office.start(SERVE);
    let lines = serving.read_lines();
    let announced = lines.wait_for("it serves", |line| line["what"] == "serving");
    let url = announced["url"].as_str().expect("it says where").to_owned();
    lines.wait_for("the first import", |line| line["what"] == "run" && line["run"]["state"] == "succeeded");
    (serving, lines, url)
}

fn office() -> Office {
    let office = Office::new(feihua());
    office.write("source.toml", &office.source_file_for_callbacks());
    office
}

/// A second program that was started to serve the same folder, once it has ended or serves.
#[track_caller]
fn second(office: &Office, words: &str) -> Option<Ended> {
    let mut second = office.start(&format!("serve DATA --listen 127.0.0.1:0 {words}"));
    let lines = second.read_lines();
    // What it writes to stdout begins with where it serves.
    until("it has ended or serves", || second.has_ended() || !lines.text().is_empty());
    let ended = if second.has_ended() {
        Some(second.end())
    } else {
        second.kill();
        None
    };
    lines.all_text();
    ended
}

#[test]
fn a_second_program_that_would_serve_a_folder_says_who_has_it_and_ends() {
    let office = office();
    let (first, lines, url) = serving(&office);
    for (language, wanted) in [("en", "another `rollcall serve`"), ("zh-CN", "另一个 `rollcall serve`")] {
        let ended = second(&office, &format!("--language {language}"));
        let ended = ended.expect("it does not serve what another one does").with_code(1);
        for wanted in [wanted, &first.id().to_string(), &url, "data-folder-in-use"] {
            assert!(ended.stderr.contains(wanted), "{wanted:?} is not in {ended:?}");
        }
    }
    first.terminate();
    first.end().with_code(0);
    lines.all();
}

#[test]
fn a_folder_whose_program_was_killed_is_served_by_the_next_at_once() {
    let office = office();
    let (first, lines, _) = serving(&office);
    first.kill();
    lines.all();
    assert!(second(&office, "").is_none(), "what was left keeps nobody out");
}

#[test]
fn every_command_beside_a_program_that_serves_does_its_work() {
    let office = office();
    let (first, lines, _) = serving(&office);
    let json = |words: &str| office.run(&format!("{words} --format json")).with_code(0).json();
    let imported = json("sync SOURCE DATA");
    assert_eq!(imported["run"]["state"], "succeeded");
    let previewed = json("sync --dry-run SOURCE DATA");
    assert_eq!(previewed["run"]["dry_run"], true);
    let refreshed = json("refresh SOURCE DATA --user xiaohong");
    assert_eq!(refreshed["objects"][0]["result"], "unchanged");
    let runs = json("history NAME DATA");
    let ids: Vec<&Value> =
        runs["runs"].as_array().expect("they are listed").iter().map(|run| &run["id"]).collect();
    assert!(4 <= ids.len(), "{runs:#}");
    let id = imported["run"]["id"].as_str().expect("a run has an id");
    assert_eq!(json(&format!("history {id} NAME DATA"))["run"]["id"], id);
    let undone = json(&format!("undo {id} SOURCE DATA"));
    assert_eq!(undone["run"]["kind"], "undo");
    for word in ["pause", "resume"] {
        let following = &json(&format!("{word} NAME DATA"))["following"];
        assert_eq!(following["is_paused"], word == "pause");
    }
    assert_eq!(json("status NAME DATA")["counts"]["failed"], 0);
    assert_eq!(json("events list NAME DATA")["events"], Value::Array(Vec::new()));
    assert_eq!(json("events retry NAME DATA")["n"], 0);
    assert!(office.run("directory export NAME DATA").with_code(0).stdout.contains("xiaohong"));
    assert!(office.run("directory tree NAME DATA").with_code(0).stdout.contains("R&D"));
    assert!(!json("check SOURCE")["findings"].as_array().expect("they are listed").is_empty());
    // There is nothing to approve, which it says.
    let refused = office.run(&format!("approve {id} SOURCE DATA")).with_code(1);
    assert!(refused.stderr.contains("nothing-held"), "{refused:?}");
    first.terminate();
    first.end().with_code(0);
    lines.all();
}

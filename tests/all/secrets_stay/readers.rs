//! What an answer of a source looked like is for those who manage.

use super::Scene;
use crate::harness::administrator::Administrator;
use crate::harness::recorder::Recorder;
use serde_json::{Value, json};

/// What stands in an answer that is no roster.
const CANARY: &str = "canary-of-an-answer-5d20";

#[test]
fn a_token_that_may_only_read_sees_no_quote_of_an_answer() {
    let scene = Scene::new(|_| Vec::new());
    let page = Recorder::answering(&format!("{CANARY} <html>"));
    scene.moved_to(&page, &json!({"authorization": null}));
    scene.confirmed(&page);
    scene.everything_is_tried();
    let quoting = |token: &str| quoting(&scene.person, token);
    let managing = quoting(&scene.person.manage);
    assert!(managing.iter().any(|(path, is_quoted)| path.ends_with("/check") && *is_quoted), "{managing:?}");
    let reading = quoting(&scene.person.read);
    assert!(reading.iter().all(|(_, is_quoted)| !is_quoted), "{reading:?}");
    assert_eq!(managing.len(), reading.len());
}

/// Every answer about the source, and whether what it answered is quoted in it.
fn quoting(person: &Administrator, token: &str) -> Vec<(String, bool)> {
    let mut paths = ["", "/check", "/events"].map(|path| format!("/sources/roster{path}")).to_vec();
    paths.push("/sources".to_owned());
    paths.push("/runs".to_owned());
    let runs = person.ask_as(token, "GET", "/runs", &Value::Null).with_status(200).json();
    for run in runs["items"].as_array().expect("they are listed") {
        let id = run["id"].as_str().expect("it has one");
        paths.extend(["", "/entries", "/changes", "/summary"].map(|path| format!("/runs/{id}{path}")));
    }
    let quoted = |path: String| {
        let answer = person.ask_as(token, "GET", &path, &Value::Null).with_status(200);
        (path, answer.body.contains(CANARY))
    };
    paths.into_iter().map(quoted).collect()
}

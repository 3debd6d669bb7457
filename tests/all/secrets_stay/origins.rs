//! Who may say where a source goes: a person in the console, or whoever starts the program; no token.

use super::{SERVE, Scene, document, started};
use crate::harness::built;
use crate::harness::recorder::Recorder;
use serde_json::{Value, json};

#[test]
fn a_token_grants_no_origin_and_is_told_who_can() {
    let scene = Scene::new(|_| Vec::new());
    let other = Recorder::answering(&document());
    let url = format!("{}/roster.json", other.origin());
    let new = json!({
        "name": "second", "connector": scene.digest, "settings": {"url": url}, "allowed_origins": [other.origin()],
    });
    let granted = json!({"allowed_origins": [scene.honest.origin(), other.origin()]});
    for (refused, pointer, page) in [
        (scene.person.ask("POST", "/sources", &new), "/allowed_origins/0", "/sources/second/origins"),
        (scene.patch(&granted), "/allowed_origins/1", "/sources/roster/origins"),
    ] {
        let refused = refused.with_status(422).json();
        let error = &refused["errors"][0];
        assert_eq!((&error["code"], &error["pointer"]), (&json!("origin-needs-a-person"), &json!(pointer)));
        let remedy = error["remedy"].as_str().expect("it says what to do");
        assert!(remedy.contains(page) && remedy.contains("--allow-origin"), "{remedy}");
    }
    // Where the settings lead is proposed by that alone, and a person confirms it; less is always possible.
    let mut proposed = new;
    proposed["allowed_origins"] = json!([]);
    let added = scene.person.ask("POST", "/sources", &proposed).with_status(201).json();
    assert_eq!(
        (&added["state"], &added["unconfirmed_origins"]),
        (&json!("unconfirmed"), &json!([other.origin()]))
    );
    let less = scene.patch(&json!({"allowed_origins": []})).with_status(200).json();
    assert_eq!(less["unconfirmed_origins"], json!([scene.honest.origin()]), "{less:#}");
    scene.patch(&json!({"allowed_origins": [scene.honest.origin()]})).with_status(422);
    assert_eq!(other.heard(), "");
}

#[test]
fn whoever_starts_the_program_says_beforehand_what_tokens_may_grant() {
    if built::is_another() {
        // It has no such flag.
        return;
    }
    let mut scene = Scene::new(|_| Vec::new());
    let other = Recorder::answering(&document());
    scene.stop();
    let words = format!("{SERVE} --allow-origin {}", other.origin());
    let (running, lines, announced) = started(&scene.office, &words);
    scene.person.at(&announced);
    scene.serving = Some((running, lines));
    let url = format!("{}/roster.json", other.origin());
    let new = json!({
        "name": "second", "connector": scene.digest, "settings": {"url": url}, "allowed_origins": [other.origin()],
    });
    let added = scene.person.ask("POST", "/sources", &new).with_status(201).json();
    assert_eq!((&added["state"], &added["unconfirmed_origins"]), (&json!("idle"), &json!([])), "{added:#}");
    let more = json!({"allowed_origins": [other.origin(), "https://files.example.com"]});
    scene.person.ask("PATCH", "/sources/second", &more).with_status(422);
    scene.person.ask("POST", "/sources/second/check", &Value::Null).with_status(202);
}

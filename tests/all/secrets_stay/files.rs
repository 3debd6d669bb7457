//! Another file of the connector: it goes on using what it never sees, and sees what a person lets it see.

use super::{SEALED, SEEN, Scene};
use crate::harness::extra::until;
use serde_json::{Value, json};
use std::fs;

/// A custom section with nothing in it that matters: the same component under another digest.
const REMARK: &[u8] = &[0, 5, 4, b'n', b'e', b'x', b't'];

#[test]
fn a_token_that_changes_the_connectors_file_keeps_what_is_sealed_and_loses_what_the_file_would_see() {
    let scene = with_both();
    let next = next_file(&scene);
    let changed = scene.patch(&json!({"connector": next})).with_status(200).json();
    assert_eq!(changed["cleared"], json!(["/settings/webhook_token"]), "{changed:#}");
    let refused = scene.person.ask("POST", "/sources/roster/check", &Value::Null).with_status(409).json();
    assert_eq!(refused["code"], "secret-cleared", "{refused:#}");
    assert_eq!(scene.honest.heard().matches(SEALED).count(), scene.n_honest);
    // It gives what it has, and the sealed secret is still there, which it never had.
    let given = json!({"settings": {"webhook_token": SEEN}});
    assert_eq!(scene.patch(&given).with_status(200).json()["cleared"], json!([]));
    scene.checked();
    assert!(scene.n_honest < scene.honest.heard().matches(SEALED).count());
}

#[test]
fn a_person_who_confirms_the_connectors_new_file_keeps_both_and_one_who_does_not_is_asked() {
    let scene = with_both();
    let next = next_file(&scene);
    let page = format!("/sources/roster/edit?connector={}", next.replace(':', "%3A"));
    let shown = scene.person.page(&page).with_status(200).body;
    for wanted in [scene.digest.as_str(), next.as_str(), "Webhook token", "Authorization"] {
        assert!(shown.contains(wanted), "{wanted} is not in {shown}");
    }
    let url = format!("{}/roster.json", scene.honest.origin());
    let fields = [("/connector", next.as_str()), ("/departed", "deactivate"), ("/settings/url", &url)];
    let send = |more: &[(&str, &str)]| {
        let fields: Vec<(&str, &str)> = fields.iter().chain(more).copied().collect();
        scene.person.send(&page, "/sources/roster/edit", &fields)
    };
    for unconfirmed in [&[][..], &[("confirmed-connector", scene.digest.as_str())]] {
        let asked = send(unconfirmed).with_status(422).body;
        assert!(asked.contains("or confirm the new file"), "{asked}");
    }
    send(&[("confirmed-connector", next.as_str())]).with_status(303);
    until("it goes on", || scene.n_honest < scene.honest.heard().matches(SEALED).count());
    let source = scene.person.ask("GET", "/sources/roster", &Value::Null).with_status(200).json();
    assert_eq!(
        (&source["cleared"], &source["connector"]["digest"]),
        (&json!([]), &json!(next)),
        "{source:#}"
    );
    // The new file has what the old one saw: it knows deliveries by it.
    for (token, status) in [("canary-of-another-token", 403), (SEEN, 202)] {
        let headers = [("x-roster-token", token), ("content-type", "application/json")];
        scene.person.deliver("/callbacks/roster", &headers, r#"{"people":["w1"]}"#).with_status(status);
    }
}

fn with_both() -> Scene {
    Scene::new(|_| vec![("/settings/webhook_token".to_owned(), SEEN.to_owned())])
}

/// The digest of a file that is put beside the first.
fn next_file(scene: &Scene) -> String {
    let shelf = scene.office.path("connectors");
    let mut component = fs::read(shelf.join("roster.wasm")).expect("it is there");
    component.extend_from_slice(REMARK);
    fs::write(shelf.join("next.wasm"), component).expect("the folder can be written");
    let connectors = scene.person.ask("GET", "/connectors", &Value::Null).with_status(200).json();
    let items = connectors["items"].as_array().expect("they are listed");
    let next = items.iter().find(|item| item["file"] == "next.wasm").expect("it is on the shelf");
    next["usable"]["digest"].as_str().expect("it is usable").to_owned()
}

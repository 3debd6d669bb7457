//! A roster whose keeper tells of changes: deliveries by HTTP to the program that serves, as `curl` would send them.

use crate::companies;
use crate::harness::extra::until;
use crate::harness::program::{Lines, Office, Running};
use crate::harness::{PROXY_USER, built, real};
use crate::swap::{roster, serve};
use rollcall_dingtalk_simulator::{Fault, Rule};
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

const TOKEN: &str = "canary-webhook-token-7e1b";

#[test]
fn what_a_delivery_names_is_read_again_and_nothing_else() {
    let warehouse = Warehouse::new();
    let mut document = roster(&["w1", "w2", "w3"]);
    serve(&warehouse.office.server, &document);
    let serving = warehouse.serving();
    document["people"][0]["name"] = json!("Person one");
    document["people"][1]["name"] = json!("Person two");
    document["people"].as_array_mut().expect("people are a list").remove(2);
    serve(&warehouse.office.server, &document);
    let body = r#"{"id":"change-1","people":["w1","w3"],"departments":["w"]}"#;
    assert_eq!(serving.told(TOKEN, body), (202, r#"{"accepted":3}"#.to_owned()));
    let run = serving.lines.wait_for("the events are handled", is_of_events);
    assert_eq!((&run["run"]["state"], &run["run"]["trigger"]), (&json!("succeeded"), &json!("event")));
    assert_eq!(run["events"][0]["id"], "roster:change-1:0");
    assert_eq!(
        warehouse.people(),
        [("w1".to_owned(), "Person one".to_owned()), ("w2".to_owned(), "Person w2".to_owned())],
        "w1 was named and has changed, w3 was named and has left, w2 was not named"
    );
    // A repeat is known; what comes after it is not.
    assert_eq!(serving.told(TOKEN, body).0, 202);
    assert_eq!(serving.told(TOKEN, r#"{"people":["w2"]}"#).0, 202);
    until("w2 is there", || warehouse.people().contains(&("w2".to_owned(), "Person two".to_owned())));
    let lines = serving.end();
    let n_repeated = lines
        .iter()
        .filter_map(|line| line["events"].as_array())
        .flatten()
        .filter(|event| event["id"] == "roster:change-1:0")
        .count();
    assert_eq!(n_repeated, 1);
    assert!(!lines.iter().any(|line| line.to_string().contains(TOKEN)), "{lines:#?}");
}

#[test]
fn a_delivery_that_is_wrong_changes_nothing_and_its_sender_learns_only_what_it_may() {
    let warehouse = Warehouse::new();
    serve(&warehouse.office.server, &roster(&["w1"]));
    let serving = warehouse.serving();
    let body = r#"{"people":["w1"]}"#;
    for token in ["", "canary-webhook-token-7e1c"] {
        let (status, said) = serving.told(token, body);
        assert_eq!(status, 403, "{said}");
        assert!(!said.contains("token"), "{said}");
    }
    for (body, wanted) in [
        ("people=w1", r#"the body must be a JSON object such as {"people": ["7"]}"#),
        ("{}", "the body names nobody: list ids under `people` or `departments`"),
        (r#"{"people":[{"id":"w1"}]}"#, "`people[0]` must be a text of 1 to 256 bytes or a whole number"),
    ] {
        assert_eq!(serving.told(TOKEN, body), (400, wanted.to_owned()));
    }
    let lines = serving.end();
    assert!(!lines.iter().any(is_of_events), "{lines:#?}");
    assert_eq!(warehouse.people(), [("w1".to_owned(), "Person w1".to_owned())]);
}

#[test]
fn events_that_wait_for_a_row_to_be_mended_are_tried_again_together() {
    let warehouse = Warehouse::new();
    serve(&warehouse.office.server, &roster(&["w1", "w2"]));
    let serving = warehouse.serving();
    // Whoever is not listed may have left, or may be the row that is wrong.
    let mut wrong = roster(&["w1"]);
    wrong["people"].as_array_mut().expect("people are a list").push(json!({ "name": "Nobody" }));
    serve(&warehouse.office.server, &wrong);
    let named: Vec<String> = (0..150).map(|n| format!("x{n}")).chain(["w2".to_owned()]).collect();
    let body = json!({ "people": named }).to_string();
    assert_eq!(serving.told(TOKEN, &body), (202, r#"{"accepted":151}"#.to_owned()));
    let n_runs = || serving.lines.so_far().iter().filter(|line| is_of_events(line)).count();
    until("they are tried again", || 2 <= n_runs());
    serve(&warehouse.office.server, &roster(&["w1"]));
    until("w2 has left", || warehouse.people().len() == 1);
    let lines = serving.end();
    let runs = lines.iter().filter(|line| is_of_events(line));
    let n_events: Vec<usize> = runs.map(|line| line["events"].as_array().map_or(0, Vec::len)).collect();
    // Each run reads the whole roster.
    assert!(n_events.iter().all(|n| *n == 2), "{n_events:?}");
}

#[test]
fn a_roster_that_is_not_there_for_a_moment_stops_nothing() {
    let warehouse = Warehouse::new();
    serve(&warehouse.office.server, &roster(&["w1", "w2"]));
    let serving = warehouse.serving();
    warehouse.refuse(404);
    assert_eq!(serving.told(TOKEN, r#"{"people":["w2"]}"#).0, 202);
    let run = serving.lines.wait_for("the roster is not there", is_of_events);
    let failure = &run["run"]["failure"];
    assert_eq!(
        (&failure["kind"], &failure["diagnosis"]["code"]),
        (&json!("unavailable"), &json!("roster-not-found"))
    );
    serve(&warehouse.office.server, &roster(&["w1"]));
    until("w2 has left", || warehouse.people().len() == 1);
    let lines = serving.end();
    assert!(!lines.iter().any(|line| line["what"] == "stopped"), "{lines:#?}");
}

#[test]
fn a_wrong_clock_is_no_more_than_a_warning_where_no_delivery_says_when_it_was_signed() {
    let warehouse = Warehouse::new();
    serve(&warehouse.office.server, &roster(&["w1"]));
    warehouse.office.server.with(|simulator| simulator.switches_mut().clock_offset_ms = 16 * 60_000);
    let checked = warehouse.office.run("check --source warehouse.toml --format json").with_code(0).json();
    let findings = checked["findings"].as_array().expect("they are listed");
    let clock = findings.iter().find(|finding| finding["check"] == "clock").expect("it is checked");
    assert_eq!((&clock["standing"], &clock["diagnosis"]["code"]), (&json!("warning"), &json!("clock-off")));
}

/// A source whose roster is behind the proxy.
struct Warehouse {
    office: Office,
}

impl Warehouse {
    fn new() -> Self {
        let office = Office::new(companies::branches(8));
        let (connector, proxy) = (built::component("roster"), real::proxy(&office.server));
        office.write(
            "warehouse.toml",
            &format!(
                r#"name = "warehouse"
connector = "{}"

[egress]
proxy = {{ url = "{proxy}", username = "{PROXY_USER}", password = {{ env = "PROXY_PASSWORD" }} }}
ca = {{ file = "ca.pem" }}

[settings]
url = "https://oapi.dingtalk.com/roster.json"
webhook_token = "{TOKEN}"
"#,
                connector.display(),
            ),
        );
        Self { office }
    }

    /// The program, once it has imported the whole roster.
    fn serving(&self) -> Serving {
        let mut running =
            self.office.start("serve --source warehouse.toml DATA --listen 127.0.0.1:0 --format json");
        let lines = running.read_lines();
        let announced = lines.wait_for("it serves", |line| line["what"] == "serving");
        let callback = announced["sources"][0]["callback"].as_str().expect("the source has a callback");
        let callback = callback.trim_start_matches("http://").to_owned();
        lines.wait_for("the first import", |line| line["run"]["state"] == "succeeded");
        Serving { running, lines, callback }
    }

    /// Let the simulator's server have no roster to hand out.
    fn refuse(&self, status: u16) {
        let body =
            Fault::Body { status, content_type: "text/plain".to_owned(), body: "no roster".to_owned() };
        self.office.server.with(|simulator| {
            simulator.clear_faults();
            simulator.inject(Rule::new(body).on_path("/roster.json").always());
        });
    }

    /// Who is there, by id and name.
    fn people(&self) -> Vec<(String, String)> {
        let exported = self.office.run("directory export --source warehouse DATA").with_code(0).stdout;
        let text = |value: &Value| value.as_str().expect("it is a text").to_owned();
        exported
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).expect("a line is JSON"))
            .filter(|document| document.get("userName").is_some())
            .map(|document| (text(&document["externalId"]), text(&document["displayName"])))
            .collect()
    }
}

struct Serving {
    running: Running,
    lines: Lines,
    /// Without its scheme.
    callback: String,
}

impl Serving {
    /// Send a delivery; the status and the body of what is answered.
    fn told(&self, token: &str, body: &str) -> (u16, String) {
        let (address, path) = self.callback.split_once('/').expect("a callback has a path");
        let mut stream = TcpStream::connect(address).expect("it listens");
        let n_bytes = body.len();
        write!(
            stream,
            "POST /{path} HTTP/1.1\r\nhost: {address}\r\nX-Roster-Token: {token}\r\n\
             content-type: application/json\r\ncontent-length: {n_bytes}\r\nconnection: close\r\n\r\n{body}"
        )
        .expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers in UTF-8");
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
        let (_, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
        (status.expect("an answer has a status"), body.to_owned())
    }

    /// Everything that it wrote, once it has ended.
    fn end(self) -> Vec<Value> {
        let Self { running, lines, .. } = self;
        running.terminate();
        running.end().with_code(0);
        lines.all()
    }
}

fn is_of_events(line: &Value) -> bool {
    line["events"].as_array().is_some_and(|events| !events.is_empty())
}

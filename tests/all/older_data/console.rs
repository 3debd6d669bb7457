//! What the console had of its own: its administrator, a program's token, a source whose secrets are sealed.

use super::{company, quiet, restore};
use crate::companies::APP_SECRET;
use crate::harness::built;
use crate::harness::program::Office;
use crate::harness::real::{self, SOURCE};
use crate::harness::{PROXY_PASSWORD, PROXY_USER};
use rollcall_host::history::Counters;
use serde_json::{Value, json};
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

/// A program's token, made in the older console. The folder holds a digest of it.
const TOKEN: &str = "rct_l1ktsysOoX88thiiutVeXQKoE_h7d6dU19zv_No0Sh4";

#[test]
fn the_console_knows_whoever_it_knew_and_imports_its_source_once_its_secrets_are_entered_for_another_way() {
    let office = Office::new(company());
    restore(&office.path("data"));
    fs::create_dir(office.path("connectors")).expect("the folder is new");
    let shelf = office.path("connectors/dingtalk.wasm");
    fs::copy(built::component("dingtalk"), shelf).expect("the folder can be written");
    let mut serving = office.start("serve DATA --connectors connectors --listen 127.0.0.1:0 --format json");
    let lines = serving.read_lines();
    let announced = lines.wait_for("it serves", |line| line["what"] == "serving");
    assert_eq!(announced["setup"], Value::Null, "there is an account");
    let console = Console { address: announced["address"].as_str().expect("it listens").to_owned() };
    let kept = console.ask("GET", &format!("/api/v1/sources/{SOURCE}"), &Value::Null);
    assert_eq!(
        (&kept["configured_in"], &kept["is_paused"], &kept["diagnosis"]["code"]),
        (&json!("console"), &json!(true), &json!("connector-missing")),
        "{kept:#}"
    );
    console.move_source_here(&office);
    let moved = console.ask("GET", &format!("/api/v1/sources/{SOURCE}"), &Value::Null);
    assert_eq!((&moved["is_paused"], &moved["has_schedule"]), (&json!(true), &json!(true)), "{moved:#}");
    let run = console.ask("POST", &format!("/api/v1/sources/{SOURCE}/runs"), &json!({"allow_removals": 8}));
    let run = lines.wait_for("the import", |line| line["what"] == "run" && line["run"]["id"] == run["run"]);
    let expected = Counters { deactivated: 8, ..quiet(0) };
    assert_eq!(
        (&run["run"]["state"], &run["run"]["counters"]),
        (&json!("succeeded"), &json!(expected)),
        "{run:#}"
    );
    serving.terminate();
    serving.end().with_code(0);
}

/// The console of the program, over HTTP.
struct Console {
    address: String,
}

impl Console {
    /// Today's connector, and the way to where the simulator is today. The application's secret and the proxy's password are said
    /// again, because they were meant for another way.
    fn move_source_here(&self, office: &Office) {
        let connectors = self.ask("GET", "/api/v1/connectors", &Value::Null);
        let change = json!({
            "connector": connectors["items"][0]["usable"]["digest"],
            "settings": {"app_secret": APP_SECRET},
            "proxy": {
                "url": real::proxy(&office.server).to_string(), "user": PROXY_USER, "password": PROXY_PASSWORD
            },
            "ca_pem": office.server.ca_pem(),
        });
        self.ask("PATCH", &format!("/api/v1/sources/{SOURCE}"), &change);
    }

    /// Send a request with the token, and read the answer.
    #[track_caller]
    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let kind = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {TOKEN}\r\ncontent-type: {kind}\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            self.address,
            body.len()
        )
        .expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
        assert!(head.starts_with("HTTP/1.1 20"), "{method} {path}: {answer}");
        if body.is_empty() { Value::Null } else { serde_json::from_str(body).expect("the answer is JSON") }
    }
}

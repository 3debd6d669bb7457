//! How far requests reach, as the built program has it: not to this machine and its neighbours unless that is allowed, and never
//! to where a cloud hands out credentials. Nothing here looks inside of the program, so any build of it can be tried.

use crate::companies;
use crate::harness::extra::{Silent, Web};
use crate::harness::program::Office;
use crate::harness::{PROXY_USER, built, real};
use serde_json::{Value, json};
use std::process::Stdio;

const METADATA: &str = "http://169.254.169.254";

#[test]
fn this_machine_is_not_dialled_unless_that_is_allowed_by_a_word() {
    let listener = Silent::new();
    for host in ["127.0.0.1", "localhost", "0x7f.1", "[::ffff:127.0.0.1]"] {
        let warehouse = Warehouse::at(&format!("http://{host}:{}", listener.address().port()));
        warehouse.is_refused("check", "loopback");
        warehouse.is_refused("sync", "loopback");
        assert_eq!(listener.n_connections(), 0, "{host}");
    }
    let web = Web::json(&json!({ "departments": [], "people": [{ "id": "1", "name": "Li" }] }));
    let warehouse = Warehouse::at(&web.origin());
    let imported =
        warehouse.office.run("sync --source warehouse.toml DATA --format json").with_code(0).json();
    assert_eq!(imported["run"]["counters"]["created"], 1, "{imported}");
}

#[test]
fn where_a_cloud_hands_out_credentials_is_not_dialled_whatever_is_allowed() {
    for origin in [
        METADATA,
        "http://169.254.0.1",
        "http://[fe80::1]",
        "http://metadata.google.internal",
        "http://0.0.0.0",
    ] {
        let warehouse = Warehouse::at(origin);
        let checked = warehouse.office.run("check --source warehouse.toml --format json").json();
        assert_eq!(code_of_origin(&checked), Some("address-not-allowed"), "{origin}: {checked}");
    }
}

#[test]
fn a_proxy_is_not_asked_for_what_is_out_of_reach_and_may_itself_be_on_this_machine() {
    for (origin, zone) in
        [(METADATA, "metadata"), ("https://10.0.0.1", "private"), ("https://localhost", "loopback")]
    {
        let warehouse = Warehouse::behind_the_proxy(origin);
        warehouse.is_refused("sync", zone);
        assert_eq!(warehouse.office.server.proxy_counts().connections, 0, "{origin}");
    }
}

#[test]
fn whoever_is_refused_is_told_what_would_allow_it_in_both_languages() {
    let warehouse = Warehouse::at("http://10.1.2.3");
    for (language, told) in [
        ("en", "10.1.2.3 is an address of a private network, which must not be reached"),
        ("zh-CN", "10.1.2.3 属于私有网络地址，不允许访问"),
    ] {
        let said =
            warehouse.for_the_internet(&format!("check --source warehouse.toml --language {language}"));
        assert!(said.contains(told) && said.contains("`--allow-private-addresses`"), "{said}");
    }
}

/// A roster somewhere, whose origin an administrator has granted.
struct Warehouse {
    office: Office,
}

impl Warehouse {
    fn at(origin: &str) -> Self {
        Self::new(Office::new(companies::branches(4)), origin, "")
    }

    fn behind_the_proxy(origin: &str) -> Self {
        let office = Office::new(companies::branches(4));
        let proxy = real::proxy(&office.server);
        let egress = format!(
            "proxy = {{ url = \"{proxy}\", username = \"{PROXY_USER}\", password = {{ env = \"PROXY_PASSWORD\" }} }}\n"
        );
        Self::new(office, origin, &egress)
    }

    fn new(office: Office, origin: &str, egress: &str) -> Self {
        let connector = built::component("roster");
        office.write(
            "warehouse.toml",
            &format!(
                "name = \"warehouse\"\nconnector = \"{}\"\n[egress]\n{egress}allow = [\"{origin}\"]\n[settings]\n\
                 url = \"{origin}/roster.json\"\n",
                connector.display()
            ),
        );
        Self { office }
    }

    /// What the program says, as it is by itself.
    fn for_the_internet(&self, words: &str) -> String {
        let mut command = self.office.command_for_the_internet(words);
        let output = command.stdin(Stdio::null()).output().expect("the program starts");
        String::from_utf8(output.stdout).expect("the program writes UTF-8")
    }

    #[track_caller]
    fn is_refused(&self, command: &str, zone: &str) {
        let data = if command == "sync" { "DATA " } else { "" };
        let said = self.for_the_internet(&format!("{command} --source warehouse.toml {data}--format json"));
        let said: Value = serde_json::from_str(&said).expect("it writes JSON");
        let diagnosis = match command {
            "sync" => &said["run"]["failure"]["diagnosis"],
            _ => &finding(&said)["diagnosis"],
        };
        assert_eq!(diagnosis["code"], "address-not-allowed", "{said}");
        assert!(diagnosis.to_string().contains(zone), "{diagnosis}");
    }
}

fn finding(checked: &Value) -> &Value {
    let findings = checked["findings"].as_array().expect("they are listed");
    findings.iter().find(|finding| finding["check"] == "origin").expect("the way to it is tried")
}

fn code_of_origin(checked: &Value) -> Option<&str> {
    finding(checked)["diagnosis"]["code"].as_str()
}

//! How far requests reach, as the built program has it: not to this machine and its neighbours unless that is allowed, and never
//! to where a cloud hands out credentials. Nothing here looks inside of the program, so any build of it can be tried.

use crate::companies;
use crate::harness::extra::{Silent, Web};
use crate::harness::program::Office;
use crate::harness::{PROXY_USER, built, real};
use crate::swap::roster;
use serde_json::Value;
use std::process::Stdio;

#[test]
fn this_machine_is_not_dialled_unless_that_is_allowed_by_a_word() {
    let (warehouse, web, silent) = (Warehouse::new(), Web::json(&roster(&["w1"])), Silent::new());
    let origin = web.origin();
    let port = origin.rsplit(':').next().expect("it has a port");
    for host in ["127.0.0.1", "localhost", "0x7f.1", "[::ffff:127.0.0.1]"] {
        warehouse.is_at(&format!("http://{host}:{port}"), "");
        assert_eq!(warehouse.refused_by_sync()["fact"]["zone"], "loopback", "{host}");
    }
    warehouse.is_at(&format!("http://{}", silent.address()), "");
    warehouse.refused_by_sync();
    assert_eq!(silent.n_connections(), 0);
    warehouse.is_at(&origin, "");
    let imported = warehouse.office.run(SYNC).with_code(0).json();
    assert_eq!(imported["run"]["counters"]["created"], 2, "{imported}");
}

#[test]
fn where_a_cloud_hands_out_credentials_is_not_dialled_whatever_is_allowed() {
    let warehouse = Warehouse::new();
    for host in ["169.254.169.254", "169.254.0.1", "[fe80::1]", "metadata.google.internal", "0.0.0.0"] {
        warehouse.is_at(&format!("http://{host}"), "");
        let diagnosis = failure(&warehouse.office.run(SYNC).json());
        assert_eq!(diagnosis["code"], "address-not-allowed", "{host}: {diagnosis}");
    }
}

#[test]
fn a_proxy_is_not_asked_for_what_is_out_of_reach_and_may_itself_be_on_this_machine() {
    let warehouse = Warehouse::new();
    let proxy = real::proxy(&warehouse.office.server);
    let proxy = format!(
        "proxy = {{ url = \"{proxy}\", username = \"{PROXY_USER}\", password = {{ env = \"PROXY_PASSWORD\" }} }}\n"
    );
    for (host, zone) in [("169.254.169.254", "metadata"), ("10.0.0.1", "private"), ("localhost", "loopback")]
    {
        warehouse.is_at(&format!("https://{host}"), &proxy);
        assert_eq!(warehouse.refused_by_sync()["fact"]["zone"], zone, "{host}");
        assert_eq!(warehouse.office.server.proxy_counts().connections, 0, "{host}");
    }
}

#[test]
fn whoever_is_refused_is_told_what_would_allow_it_in_both_languages() {
    let warehouse = Warehouse::new();
    warehouse.is_at("http://10.1.2.3", "");
    for (language, told) in [
        ("en", "10.1.2.3 is an address of a private network, which must not be reached"),
        ("zh-CN", "10.1.2.3 属于私有网络地址，不允许访问"),
    ] {
        let said =
            warehouse.for_the_internet(&format!("check --source warehouse.toml --language {language}"));
        assert!(said.contains(told) && said.contains("`--allow-private-addresses`"), "{said}");
    }
}

const SYNC: &str = "sync --source warehouse.toml DATA --format json";

/// A roster somewhere, whose origin an administrator has granted.
struct Warehouse {
    office: Office,
}

impl Warehouse {
    fn new() -> Self {
        Self { office: Office::new(companies::branches(4)) }
    }

    fn is_at(&self, origin: &str, egress: &str) {
        let connector = built::component("roster");
        let file = format!(
            "name = \"warehouse\"\nconnector = \"{}\"\n[egress]\n{egress}allow = [\"{origin}\"]\n[settings]\n\
             url = \"{origin}/roster.json\"\n",
            connector.display()
        );
        self.office.write("warehouse.toml", &file);
    }

    /// What the program says, as it is by itself.
    fn for_the_internet(&self, words: &str) -> String {
        let mut command = self.office.command_for_the_internet(words);
        let output = command.stdin(Stdio::null()).output().expect("the program starts");
        String::from_utf8(output.stdout).expect("the program writes UTF-8")
    }

    /// Why an import is refused by the program as it is by itself.
    #[track_caller]
    fn refused_by_sync(&self) -> Value {
        let said = self.for_the_internet(SYNC);
        let diagnosis = failure(&serde_json::from_str(&said).expect("it writes JSON"));
        assert_eq!(diagnosis["code"], "address-not-allowed", "{said}");
        diagnosis
    }
}

/// Why a run failed, each of its facts below `fact`.
fn failure(said: &Value) -> Value {
    let mut diagnosis = said["run"]["failure"]["diagnosis"].clone();
    let facts = diagnosis["facts"].as_array().into_iter().flatten();
    let named = facts.filter_map(|fact| Some((fact[0].as_str()?.to_owned(), fact[1].clone())));
    diagnosis["fact"] = named.collect::<serde_json::Map<_, _>>().into();
    diagnosis
}

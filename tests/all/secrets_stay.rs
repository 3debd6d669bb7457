//! Secrets do not travel: whoever moves a source's destination, or the way there, by a token or by the pages, gets no secret that
//! was entered before. A listener stands where it would arrive. Nothing here looks inside of the program, so any build of it can
//! be tried.

use crate::harness::administrator::Administrator;
use crate::harness::built;
use crate::harness::extra::{feihua, until};
use crate::harness::program::{Lines, Office, Running};
use crate::harness::recorder::Recorder;
use crate::harness::visitor::Answer;
use crate::swap::roster;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::fs;

mod files;
mod origins;
mod readers;

/// What is sealed: the roster connector never sees it.
const SEALED: &str = "Bearer canary-of-the-sealed-secret-7f1d";
/// What the roster connector sees, to know deliveries by.
const SEEN: &str = "canary-of-the-webhook-token-91ab";
const PASSWORD: &str = "canary-of-the-proxy-password-c3e0";
const USER: &str = "rollcall";

const SERVE: &str = "serve DATA --connectors connectors --listen 127.0.0.1:0 --format json";

#[test]
fn a_token_that_moves_a_source_gets_nothing_of_the_secret_that_was_entered_for_another_place() {
    let scene = Scene::new(|_| Vec::new());
    let thief = Recorder::answering(&document());
    let moved = scene.moved_to(&thief, &json!({}));
    scene.everything_is_tried();
    assert_eq!(thief.heard(), "");
    assert_eq!(moved.json()["cleared"], json!(["/settings/authorization"]), "{moved:?}");
    assert_eq!(moved.json()["state"], "secrets-cleared");
    let refused = scene.person.ask("POST", "/sources/roster/check", &Value::Null).with_status(409).json();
    assert_eq!(refused["code"], "secret-cleared", "{refused:#}");
    assert_eq!(scene.honest.heard().matches(SEALED).count(), scene.n_honest, "it went nowhere else either");

    // Not even after a start, nor when a person confirms what was prepared for them.
    let scene = scene.started_again();
    scene.confirmed(&thief).with_status(409);
    scene.everything_is_tried();
    assert_eq!(thief.heard(), "");

    // Entered again, it goes there.
    let again = "Bearer another-one";
    let entered = json!({"settings": {"authorization": again}});
    let entered = scene.patch(&entered).with_status(200).json();
    assert_eq!((&entered["cleared"], &entered["state"]), (&json!([]), &json!("unconfirmed")), "{entered:#}");
    scene.confirmed(&thief);
    until("the new one arrives", || thief.heard().contains(again));
    assert!(!thief.heard().contains(SEALED));
}

#[test]
fn a_secret_that_is_given_in_the_call_that_moves_it_stays() {
    let scene = Scene::new(|_| Vec::new());
    let other = Recorder::answering(&document());
    let again = "Bearer another-one";
    let moved = scene.moved_to(&other, &json!({"authorization": again}));
    assert_eq!(moved.json()["cleared"], json!([]), "{moved:?}");
    scene.confirmed(&other);
    until("the new one arrives", || other.heard().contains(again));
}

#[test]
fn a_token_that_puts_another_proxy_between_gets_neither_the_proxys_password_nor_the_secret() {
    let proxy = Recorder::answering(&document());
    let scene = Scene::new(|_| login(&proxy.origin()));
    let encoded = STANDARD.encode(format!("{USER}:{PASSWORD}"));
    assert!(proxy.heard().contains(&encoded) && proxy.heard().contains(SEALED), "{}", proxy.heard());
    let thief = Recorder::answering(&document());
    for other in [json!({"url": thief.origin()}), json!({"url": thief.origin(), "user": USER})] {
        let moved = scene.patch(&json!({"proxy": other})).with_status(200).json();
        scene.everything_is_tried();
        assert_eq!(thief.heard(), "");
        assert_eq!(moved["cleared"], json!(["/settings/authorization", "/proxy/password"]), "{moved:#}");
    }
    // Nor whoever stands on the way once there is no proxy any more.
    scene.patch(&json!({"proxy": null})).with_status(200);
    scene.everything_is_tried();
    assert!(!scene.honest.heard().contains(SEALED), "it went around the proxy");
}

#[test]
fn an_authority_that_is_trusted_anew_takes_the_secrets_and_one_less_does_not() {
    let scene = Scene::new(|_| Vec::new());
    let authority = json!({"ca_pem": scene.office.server.ca_pem()});
    let moved = scene.patch(&authority).with_status(200).json();
    assert_eq!(moved["cleared"], json!(["/settings/authorization"]), "{moved:#}");
    let again = json!({"settings": {"authorization": SEALED}});
    assert_eq!(scene.patch(&again).with_status(200).json()["cleared"], json!([]));
    assert_eq!(scene.patch(&json!({"ca_pem": null})).with_status(200).json()["cleared"], json!([]));
}

#[test]
fn a_form_that_would_move_a_secret_is_not_saved_before_it_is_entered_again() {
    let scene = Scene::new(|_| Vec::new());
    let other = Recorder::answering(&document());
    let url = format!("{}/roster.json", other.origin());
    let edit = |more: &[(&str, &str)]| {
        let mut fields =
            vec![("/connector", scene.digest.as_str()), ("/departed", "deactivate"), ("/settings/url", &url)];
        fields.extend(more);
        scene.person.send("/sources/roster/edit", "/sources/roster/edit", &fields)
    };
    let asked = edit(&[]).with_status(422).body;
    for wanted in [scene.honest.origin(), other.origin(), "Enter it again".to_owned()] {
        assert!(asked.contains(&wanted), "{wanted} is not in {asked}");
    }
    edit(&[("/settings/authorization", "Bearer another-one")]).with_status(303);
    scene.confirmed(&other);
    until("the new one arrives", || other.heard().contains("Bearer another-one"));
    assert!(!other.heard().contains(SEALED));
}

#[test]
fn what_stays_as_it_was_keeps_its_secrets_through_other_changes_and_a_start_of_an_older_folder() {
    let mut scene = Scene::new(|_| Vec::new());
    for harmless in [
        json!({"schedule": {"cron": "30 3 * * *"}}),
        json!({"departed_users": "delete"}),
        json!({"settings": {"url": format!("{}/moved.json", scene.honest.origin())}}),
        json!({"allowed_origins": [scene.honest.origin()]}),
        json!({"is_followed": false}),
    ] {
        let changed = scene.patch(&harmless).with_status(200).json();
        assert_eq!(changed["cleared"], json!([]), "{harmless}: {changed:#}");
    }
    scene.stop();
    // As a version left it that did not know where secrets go.
    let database = rusqlite::Connection::open(scene.office.path("data/console.db")).expect("it opens");
    database.execute("UPDATE source SET trust = NULL", []).expect("it is written");
    drop(database);
    let scene = scene.started_again();
    let changed = scene.patch(&json!({"schedule": null})).with_status(200).json();
    assert_eq!(changed["cleared"], json!([]), "{changed:#}");
    let thief = Recorder::answering(&document());
    let moved = scene.moved_to(&thief, &json!({}));
    assert_eq!(moved.json()["cleared"], json!(["/settings/authorization"]), "{moved:?}");
}

#[test]
fn the_audit_log_has_addresses_as_they_were_and_as_they_are_and_no_secret() {
    let proxy = Recorder::answering(&document());
    let scene = Scene::new(|_| login(&proxy.origin()));
    let thief = Recorder::answering(&document());
    scene.moved_to(&thief, &json!({}));
    scene.patch(&json!({"proxy": {"url": thief.origin()}, "schedule": {"cron": "30 3 * * *"}}));
    scene.person.ask("DELETE", "/sources/roster", &Value::Null).with_status(204);
    let log = scene.person.ask("GET", "/audit", &Value::Null).with_status(200).json();
    let detail = |action: &str, place: usize| {
        let items = log["items"].as_array().expect("they are listed").iter();
        items.filter(|entry| entry["action"] == action).nth(place).expect("it is written down")["detail"]
            .clone()
    };
    let url = |of: &Recorder| format!("{}/roster.json", of.origin());
    let moved = detail("source-changed", 1);
    assert_eq!(moved["settings.url"], json!({"old": url(&scene.honest), "new": url(&thief)}), "{moved:#}");
    assert_eq!(moved["settings.authorization"], "cleared");
    let through = detail("source-changed", 0);
    let with_user = |origin: String| format!("{origin} ({USER})");
    assert_eq!(
        through["proxy"],
        json!({"old": with_user(proxy.origin()), "new": with_user(thief.origin())}),
        "{through:#}"
    );
    assert!(
        through["schedule"]["new"].as_str().is_some_and(|new| new.starts_with("30 3 * * *")),
        "{through:#}"
    );
    assert_eq!(
        detail("source-origins-confirmed", 0)["allowed_origins"]["new"],
        json!([scene.honest.origin()])
    );
    assert_eq!(detail("source-added", 0)["settings.url"]["new"], url(&scene.honest));
    assert_eq!(detail("source-removed", 0)["settings.url"]["old"], url(&thief));
    let page = scene.person.page("/settings/audit").with_status(200).body;
    assert!(page.contains(&url(&scene.honest)) && page.contains(&url(&thief)), "{page}");
    for secret in [SEALED, PASSWORD] {
        assert!(!log.to_string().contains(secret) && !page.contains(secret), "{log:#}");
    }
}

/// The fields of a form that lead through a proxy with a password.
fn login(origin: &str) -> Vec<(String, String)> {
    [("url", origin), ("user", USER), ("password", PASSWORD)]
        .map(|(name, value)| (format!("/egress/proxy/{name}"), value.to_owned()))
        .to_vec()
}

fn document() -> String {
    roster(&["w1", "w2"]).to_string()
}

/// A console with one source, which was added by a person in its pages and has been to its honest server with its secret.
struct Scene {
    person: Administrator,
    honest: Recorder,
    /// How often the secret was there by then.
    n_honest: usize,
    /// The digest of the connector's file.
    digest: String,
    serving: Option<(Running, Lines)>,
    office: Office,
}

impl Scene {
    /// `more` are fields of the form beside the address and the sealed secret.
    fn new(more: impl FnOnce(&Recorder) -> Vec<(String, String)>) -> Self {
        let honest = Recorder::answering(&document());
        let office = Office::new(feihua());
        fs::create_dir(office.path("connectors")).expect("the folder is new");
        fs::copy(built::component("roster"), office.path("connectors/roster.wasm"))
            .expect("it can be written");
        let (running, lines, announced) = started(&office, SERVE);
        let person = Administrator::set_up(&announced);
        let connectors = person.ask("GET", "/connectors", &Value::Null).with_status(200).json();
        let digest = connectors["items"][0]["usable"]["digest"].as_str().expect("it is usable").to_owned();
        let more = more(&honest);
        let serving = Some((running, lines));
        let mut scene = Self { person, honest, n_honest: 0, digest, serving, office };
        scene.add(&more);
        scene.n_honest = scene.honest.heard().matches(SEALED).count();
        scene
    }

    /// Add the source in the pages, confirm where it goes, have it imported and followed.
    fn add(&self, more: &[(String, String)]) {
        let url = format!("{}/roster.json", self.honest.origin());
        let mut fields = vec![
            ("/connector", self.digest.as_str()),
            ("/name", "roster"),
            ("/departed", "deactivate"),
            ("/settings/url", &url),
            ("/settings/authorization", SEALED),
        ];
        fields.extend(more.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let page = format!("/sources/new?connector={}", self.digest.replace(':', "%3A"));
        self.person.send(&page, "/sources/new", &fields).with_status(303);
        self.confirmed(&self.honest).with_status(303);
        // An import makes it followed.
        self.everything_is_tried();
    }

    /// A person confirms that the source may go there.
    fn confirmed(&self, to: &Recorder) -> Answer {
        let fields = [("origin", to.origin()), ("further", self.honest.origin())];
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        self.person.send("/sources", "/sources/roster/origins", &fields)
    }

    /// Have it checked, and wait for what came of it.
    fn checked(&self) -> Value {
        self.person.ask("POST", "/sources/roster/check", &Value::Null).with_status(202);
        let mut check = Value::Null;
        until("the check is made", || {
            check = self.person.ask("GET", "/sources/roster/check", &Value::Null).with_status(200).json();
            !check["finished_at"].is_null()
        });
        check
    }

    fn patch(&self, patch: &Value) -> Answer {
        self.person.ask("PATCH", "/sources/roster", patch)
    }

    /// A token moves the source there, with these settings beside, and has it granted if it can.
    fn moved_to(&self, to: &Recorder, beside: &Value) -> Answer {
        let mut settings = beside.clone();
        settings["url"] = json!(format!("{}/roster.json", to.origin()));
        let granted = json!({"settings": settings, "allowed_origins": [to.origin(), self.honest.origin()]});
        let answer = self.patch(&granted);
        if answer.status == Some(200) {
            return answer;
        }
        let refused = answer.with_status(422).json();
        assert_eq!(refused["errors"][0]["code"], "origin-needs-a-person", "{refused:#}");
        self.patch(&json!({"settings": settings})).with_status(200)
    }

    /// Check it, import it, preview it, read something again, go on: whatever of it is done is waited for.
    fn everything_is_tried(&self) {
        let keys = json!({"keys": [{"resource_type": "User", "external_id": "w1"}]});
        for (path, body) in [
            ("runs", json!({"dry_run": true})),
            ("runs", json!({})),
            ("refresh", keys),
            ("resume", Value::Null),
        ] {
            self.person.ask("POST", &format!("/sources/roster/{path}"), &body);
        }
        if self.person.ask("POST", "/sources/roster/check", &Value::Null).status == Some(202) {
            self.checked();
        }
        until("nothing is under way", || {
            let running = self.person.ask("GET", "/runs?state=running", &Value::Null).with_status(200).json();
            running["items"].as_array().is_some_and(Vec::is_empty)
        });
    }

    /// End the program in good order.
    fn stop(&mut self) {
        if let Some((running, lines)) = self.serving.take() {
            running.terminate();
            running.end().with_code(0);
            lines.all();
        }
    }

    /// The program, started again over what it kept.
    fn started_again(mut self) -> Self {
        self.stop();
        let (running, lines, announced) = started(&self.office, SERVE);
        self.person.at(&announced);
        self.serving = Some((running, lines));
        self
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.stop();
        }
    }
}

/// Start it: it, what it writes, and how it announced itself.
fn started(office: &Office, words: &str) -> (Running, Lines, Value) {
    let mut running = office.start(words);
    let lines = running.read_lines();
    let announced = lines.wait_for("it serves", |line| line["what"] == "serving");
    (running, lines, announced)
}

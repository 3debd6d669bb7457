//! What stays, and what is taken away.

use rollcall_host::model::{EventDelivery, PlannedOrigin, SecretUse};
use serde_json::json;

use super::*;

const API: &str = "https://api.example.com";
const FILES: &str = "https://files.example.com";
const EVIL: &str = "http://127.0.0.1:9";

fn schema() -> Value {
    let sealed = json!({"type": "string", "writeOnly": true, "x-sealed": true});
    json!({"properties": {
        "base": {"type": "string"},
        "sealed": sealed,
        "seen": {"type": "string", "writeOnly": true},
        "both": {"properties": {"sealed": sealed, "seen": {"writeOnly": true}}},
        "hidden": {"anyOf": [{"type": "string", "writeOnly": true}]},
        "a/b~c": sealed,
    }})
}

fn settings() -> Map<String, Value> {
    let settings = json!({"base": API, "sealed": "hunter2", "seen": "hunter3"});
    settings.as_object().unwrap().clone()
}

fn origins(origins: &[&str]) -> BTreeSet<Origin> {
    origins.iter().map(|origin| origin.parse().unwrap()).collect()
}

fn list(all: &[&str]) -> Vec<Origin> {
    origins(all).into_iter().collect()
}

/// A plan that talks to `planned` and sends the sealed secret to `sent`.
fn plan(planned: &[&str], sent: &[&str]) -> Plan {
    let owned = |all: &[&str]| all.iter().map(|origin| (*origin).to_owned()).collect::<Vec<_>>();
    let origin = |origin| PlannedOrigin { origin, is_optional: false };
    Plan {
        origins: owned(planned).into_iter().map(origin).collect(),
        limits: Vec::new(),
        secrets: vec![SecretUse { setting: "/sealed".to_owned(), origins: owned(sent) }],
        event_delivery: EventDelivery::None,
        poll_interval_ms: None,
        exclusive: Vec::new(),
    }
}

fn proxy(url: &str, user: Option<&str>) -> ServerProxy {
    ServerProxy { url: url.to_owned(), user: user.map(str::to_owned), password: Some("hunter4".to_owned()) }
}

/// A source with both kinds of secrets, as it was entered.
struct Known {
    trust: Trust,
    secret: BTreeSet<String>,
}

impl Known {
    fn new() -> Self {
        let trust = Trust {
            held: held(&schema(), &settings(), &plan(&[API, FILES], &[API]), &list(&[API])),
            cleared: Vec::new(),
        };
        Self { trust, secret: BTreeSet::from(["sealed".to_owned(), "seen".to_owned()]) }
    }

    fn change<'a>(&'a self, given: &'a Given, schema: &'a Value) -> SecretsChange<'a> {
        SecretsChange { before: Some(&self.trust), secret_before: &self.secret, given, schema }
    }
}

/// Which of the secrets are gone after a change that leads to this plan and these granted origins.
#[track_caller]
fn gone(given: &Given, plan: &Plan, allow: &[Origin]) -> Vec<String> {
    let (known, schema, mut settings) = (Known::new(), schema(), settings());
    let cleared = known.change(given, &schema).clear_for_new_origins(&mut settings, plan, allow);
    for cleared in &cleared {
        assert_eq!(cleared.why, Why::Origin);
        assert!(!settings.contains_key(cleared.pointer.trim_start_matches("/settings/")), "{cleared:?}");
    }
    assert!(settings.contains_key("base"));
    cleared.into_iter().map(|cleared| cleared.pointer).collect()
}

#[test]
fn a_sealed_secret_goes_where_the_plan_sends_it_and_any_other_wherever_its_connector_may_go() {
    let known = Known::new().trust.held;
    let told: Vec<_> =
        known.iter().map(|held| (held.setting.as_str(), held.is_sealed, held.origins.clone())).collect();
    assert_eq!(told, [("sealed", true, origins(&[API])), ("seen", false, origins(&[API, FILES]))]);
}

#[test]
fn a_setting_is_sealed_only_if_all_that_is_secret_within_is() {
    let kinds = ["base", "sealed", "seen", "both", "hidden", "a/b~c", "other"]
        .map(|name| SettingKind::of(&schema(), name));
    let expected = [
        SettingKind::Plain,
        SettingKind::Sealed,
        SettingKind::Disclosed,
        SettingKind::Disclosed,
        SettingKind::Disclosed,
        SettingKind::Sealed,
        SettingKind::Unknown,
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn a_secret_within_a_setting_goes_where_the_plan_sends_it_by_a_longer_pointer() {
    let mut plan = plan(&[API, FILES, EVIL], &[]);
    let used = |setting: &str, origin: &str| SecretUse {
        setting: setting.to_owned(),
        origins: vec![origin.to_owned()],
    };
    plan.secrets = vec![used("/a~1b~0c/0/x", API), used("/a~1b~0c", FILES), used("/a~1b~0cd", EVIL)];
    assert_eq!(reach(SettingKind::Sealed, "a/b~c", &plan, &[]), origins(&[API, FILES]));
}

#[test]
fn a_secret_stays_where_it_goes_as_before_or_to_less() {
    let nothing = Given::default();
    for (planned, sent, allow) in [
        (&[API, FILES][..], &[API][..], &[API][..]),
        (&[API], &[API], &[API, FILES]),
        (&[API], &[], &[API]),
        (&[], &[], &[]),
        (&["https://API.example.com:443"], &["https://api.example.com"], &[]),
    ] {
        assert_eq!(
            gone(&nothing, &plan(planned, sent), &list(allow)),
            Vec::<String>::new(),
            "{planned:?} {sent:?}"
        );
    }
}

#[test]
fn a_secret_that_would_go_elsewhere_is_taken_away_and_one_that_would_not_stays() {
    let nothing = Given::default();
    let both = ["/settings/sealed", "/settings/seen"];
    for (planned, sent, allow, expected) in [
        (&[EVIL][..], &[EVIL][..], &[][..], &both[..]),
        // One that is sent to more of what was granted already.
        (&[API, FILES], &[API, FILES], &[API], &["/settings/sealed"]),
        // One that its connector could send where an administrator lets it go.
        (&[API], &[API], &[API, EVIL], &["/settings/seen"]),
        // The same host in the clear, or on another port, is another place.
        (&["http://api.example.com"], &["http://api.example.com"], &[], &both),
        (&["https://api.example.com:8443"], &["https://api.example.com:8443"], &[], &both),
    ] {
        assert_eq!(
            gone(&nothing, &plan(planned, sent), &list(allow)),
            expected,
            "{planned:?} {sent:?} {allow:?}"
        );
    }
}

#[test]
fn what_is_entered_in_the_same_call_stays() {
    let plan = plan(&[EVIL], &[EVIL]);
    let given = Given::by_patch(&json!({"settings": {"sealed": "new", "base": EVIL}}));
    assert_eq!(gone(&given, &plan, &[]), ["/settings/seen"]);
}

#[test]
fn a_patch_gives_what_it_replaces_and_not_what_it_reaches_into() {
    let patch = json!({"settings": {
        "whole": {"url": EVIL}, "list": [{"token": "x"}], "none": null, "empty": {}, "a/b~c": 1,
    }});
    let given = Given::by_patch(&patch);
    let has = |pointer| given.has(pointer);
    assert!(
        has("/settings/list")
            && has("/settings/none")
            && has("/settings/a~1b~0c")
            && has("/settings/list/0/token")
    );
    assert!(
        !has("/settings/whole") && !has("/settings/empty") && !has("/settings/lists") && !has("/settings")
    );
}

#[test]
fn of_a_source_of_an_older_version_nothing_is_known_so_nothing_stays_that_is_not_looked_at_first() {
    let (nothing, schema, mut settings) = (Given::default(), schema(), settings());
    let secret = Known::new().secret;
    let change = SecretsChange { before: None, secret_before: &secret, given: &nothing, schema: &schema };
    let cleared = change.clear_for_new_origins(&mut settings, &plan(&[API], &[API]), &[]);
    assert_eq!(cleared.len(), 2);
}

const PEM: &str = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
const OTHER_PEM: &str = "-----BEGIN CERTIFICATE-----\nBBBB\n-----END CERTIFICATE-----\n";

#[test]
fn another_proxy_another_user_of_it_and_no_proxy_are_other_ways() {
    let way = |proxy: Option<&ServerProxy>| SecretRoute::of(proxy, None);
    let known = proxy("http://proxy.example.com:3128", Some("me"));
    for (other, is_other) in [
        (Some(proxy("http://PROXY.example.com:3128/", Some("me"))), false),
        (Some(proxy("http://proxy.example.com:3129", Some("me"))), true),
        (Some(proxy("https://proxy.example.com:3128", Some("me"))), true),
        (Some(proxy("socks5://proxy.example.com:3128", Some("me"))), true),
        (Some(proxy("http://proxy.example.com:3128", Some("you"))), true),
        (Some(proxy("http://proxy.example.com:3128", None)), true),
        (None, true),
    ] {
        let differs = way(other.as_ref()).differs(&way(Some(&known)));
        assert_eq!(differs.map(|(why, ..)| why), is_other.then_some(Why::Proxy), "{other:?}");
    }
}

#[test]
fn another_authority_is_another_way_and_fewer_of_them_are_not() {
    let way = |pem: Option<&str>| SecretRoute::of(None, pem);
    let both = format!("{PEM}{OTHER_PEM}");
    for (before, now, is_other) in [
        (None, Some(PEM), true),
        (Some(PEM), Some(OTHER_PEM), true),
        (Some(PEM), Some(both.as_str()), true),
        (Some(both.as_str()), Some(PEM), false),
        (Some(PEM), None, false),
        (
            Some(PEM),
            Some("a remark\n-----BEGIN CERTIFICATE-----\r\nAA\r\nAA\r\n-----END CERTIFICATE-----"),
            false,
        ),
    ] {
        let differs = way(now).differs(&way(before));
        assert_eq!(differs.map(|(why, ..)| why), is_other.then_some(Why::Authority), "{before:?} {now:?}");
    }
}

#[test]
fn another_way_takes_every_secret_the_proxys_password_too() {
    let (known, nothing, schema, mut settings) = (Known::new(), Given::default(), schema(), settings());
    let (before, mut now) = (proxy("http://proxy:3128", Some("me")), proxy("http://evil:3128", Some("me")));
    let ways = [&before, &now].map(|proxy| SecretRoute::of(Some(proxy), None));
    let change = known.change(&nothing, &schema);
    let cleared = change.clear_for_new_way(&mut settings, Some(&mut now), &ways[0], &ways[1]);
    let pointers: Vec<&str> = cleared.iter().map(|cleared| cleared.pointer.as_str()).collect();
    assert_eq!(pointers, ["/settings/sealed", "/settings/seen", "/egress/proxy/password"]);
    assert_eq!(cleared[0].was, ["http://proxy:3128 (me)"]);
    assert_eq!(cleared[0].would, ["http://evil:3128 (me)"]);
    assert_eq!((now.password, settings.len()), (None, 1));
}

#[test]
fn a_proxy_that_wants_no_login_any_more_is_waited_for_by_nobody() {
    let (known, nothing, schema, mut settings) = (Known::new(), Given::default(), schema(), settings());
    let (before, mut now) = (proxy("http://proxy:3128", Some("me")), proxy("http://proxy:3128", None));
    let ways = [&before, &now].map(|proxy| SecretRoute::of(Some(proxy), None));
    let change = known.change(&nothing, &schema);
    let cleared = change.clear_for_new_way(&mut settings, Some(&mut now), &ways[0], &ways[1]);
    assert_eq!((cleared.len(), now.password), (2, None));
}

/// What another file, whose schema this is, keeps of the secrets, and what must be entered again.
#[track_caller]
fn with_file(schema: &Value, is_confirmed: bool, kept: &[&str], cleared: &[&str]) {
    let (known, nothing, mut settings) = (Known::new(), Given::default(), settings());
    let change = known.change(&nothing, schema);
    let found = change.clear_for_new_file(&mut settings, is_confirmed, ("blake3:00", "blake3:01"));
    let kept_now: Vec<&str> = settings.keys().map(String::as_str).filter(|name| *name != "base").collect();
    let pointers: Vec<&str> = found.iter().map(|cleared| cleared.pointer.as_str()).collect();
    assert_eq!((kept_now.as_slice(), pointers.as_slice()), (kept, cleared), "{schema} {is_confirmed}");
}

#[test]
fn another_file_keeps_what_it_never_sees_and_what_a_person_lets_it_see() {
    with_file(&schema(), false, &["sealed"], &["/settings/seen"]);
    with_file(&schema(), true, &["sealed", "seen"], &[]);
}

#[test]
fn another_file_that_would_see_or_show_what_was_sealed_never_gets_it() {
    let plain = json!({"type": "string"});
    let seen = json!({"type": "string", "writeOnly": true});
    let sealed = json!({"type": "string", "writeOnly": true, "x-sealed": true});
    for is_confirmed in [false, true] {
        let opened = json!({"properties": {"sealed": seen, "seen": sealed}});
        with_file(&opened, is_confirmed, &["seen"], &["/settings/sealed"]);
        let shown = json!({"properties": {"sealed": plain, "seen": plain}});
        with_file(&shown, is_confirmed, &[], &["/settings/sealed", "/settings/seen"]);
        // It has no use for them, so nobody waits for them.
        with_file(&json!({}), is_confirmed, &[], &[]);
    }
}

#[test]
fn what_was_taken_away_is_waited_for_until_it_is_given_or_said_not_to_be() {
    let cleared = |pointer: &str| Cleared {
        pointer: pointer.to_owned(),
        why: Why::Origin,
        was: Vec::new(),
        would: Vec::new(),
    };
    let mut known = Known::new();
    let all = ["/settings/sealed", "/settings/a~1b~0c", "/settings/gone", PROXY_PASSWORD];
    known.trust.cleared = all.map(cleared).to_vec();
    let (schema, login) = (schema(), proxy("http://proxy:3128", Some("me")));
    let waits = |given: &Given, settings: &Map<String, Value>, proxy: Option<&ServerProxy>| {
        let still = known.change(given, &schema).still_cleared(settings, proxy);
        still.into_iter().map(|cleared| cleared.pointer).collect::<Vec<_>>()
    };
    let none = Map::new();
    assert_eq!(waits(&Given::default(), &none, Some(&login)), [all[0], all[1], all[3]]);
    assert_eq!(waits(&Given::default(), &none, None), [all[0], all[1]]);
    assert_eq!(waits(&Given::at([all[0].to_owned()]), &settings(), None), [all[1]]);
    let patch = json!({"settings": {"a/b~c": null, "sealed": null}, "egress": {"proxy": {"password": null}}});
    assert_eq!(waits(&Given::by_patch(&patch), &none, Some(&login)), Vec::<String>::new());
}

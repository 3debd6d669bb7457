//! What a change of a source is written down as in the audit log: everything that is different, as it was and as it is, addresses
//! included; of a secret that it was set, cleared or removed, and nothing else.
//!
//! Pure. Not here: who did it.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use url::Url;

use super::configured::Configured;
use super::departed::departed_name;
use super::pointers::{PROXY_PASSWORD, setting};
use super::trust::{described, fingerprints};
use super::way_out::Timing;

/// The longest text that is written down of one value.
///
/// 500 characters. Why: an address or an origin has at most some hundred; what is longer is known again by how it begins.
const MAX_TEXT_CHARS: usize = 500;

/// What is different, by the name of what it is. Nothing before: the source is new. Nothing after: it was removed.
pub(crate) fn between(before: Option<&Configured>, after: Option<&Configured>) -> Value {
    let mut found = Map::new();
    let secret: BTreeSet<&String> =
        [before, after].into_iter().flatten().flat_map(|configured| &configured.secret).collect();
    let [before_shown, after_shown] = [before, after].map(|configured| shown(configured, &secret));
    let names: BTreeSet<&String> = before_shown.keys().chain(after_shown.keys()).collect();
    for name in names {
        let [old, new] = [&before_shown, &after_shown].map(|shown| shown.get(name).unwrap_or(&Value::Null));
        if old != new {
            found.insert(name.clone(), json!({"old": old, "new": new}));
        }
    }
    for name in secret {
        let value = |configured: Option<&Configured>| configured?.settings.get(name).cloned();
        let what = happened(value(before), value(after), is_cleared(after, &setting(name)));
        found.extend(what.map(|what| (format!("settings.{name}"), Value::from(what))));
    }
    let password = |configured: Option<&Configured>| configured?.proxy.as_ref()?.password.clone();
    let what = happened(password(before), password(after), is_cleared(after, PROXY_PASSWORD));
    found.extend(what.map(|what| ("proxy.password".to_owned(), Value::from(what))));
    Value::Object(found)
}

fn is_cleared(after: Option<&Configured>, pointer: &str) -> bool {
    after.is_some_and(|after| after.cleared().iter().any(|cleared| cleared.pointer == pointer))
}

/// What happened to a secret.
fn happened<T: PartialEq>(before: Option<T>, after: Option<T>, is_cleared: bool) -> Option<&'static str> {
    match (before, after) {
        (Some(before), Some(after)) if before == after => None,
        (_, Some(_)) => Some("set"),
        (Some(_), None) if is_cleared => Some("cleared"),
        (Some(_), None) => Some("removed"),
        (None, None) => None,
    }
}

/// Everything that is no secret, by name.
fn shown(configured: Option<&Configured>, secret: &BTreeSet<&String>) -> Map<String, Value> {
    let Some(configured) = configured else { return Map::new() };
    let origins: Vec<String> = configured.allow.iter().map(ToString::to_string).collect();
    let mut shown = Map::from_iter([
        ("connector".to_owned(), json!(configured.connector)),
        ("allowed_origins".to_owned(), json!(origins)),
        ("departed_users".to_owned(), json!(departed_name(configured.departed))),
        ("is_followed".to_owned(), json!(configured.is_followed)),
        ("scim.names".to_owned(), json!(configured.face.names)),
        ("scim.user_names".to_owned(), json!(configured.face.user_names)),
    ]);
    let authorities = configured.ca_pem.as_deref().map(fingerprints);
    shown.extend(authorities.map(|known| ("ca".to_owned(), json!(known))));
    shown.extend(configured.proxy.as_ref().map(|proxy| ("proxy".to_owned(), json!(described(proxy)))));
    shown.extend(configured.timing.as_ref().map(|timing| ("schedule".to_owned(), json!(in_words(timing)))));
    let settings = configured.settings.iter().filter(|(name, _)| !secret.contains(name));
    shown.extend(settings.map(|(name, value)| (format!("settings.{name}"), discreet(value))));
    shown
}

fn in_words(timing: &Timing) -> String {
    let Timing { cron, time_zone, jitter_s } = timing;
    format!("{cron} ({}), up to {jitter_s} s later", time_zone.as_deref().unwrap_or("UTC"))
}

/// A value without what people hide in addresses: a name, a password, a query.
fn discreet(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::from(cut(&without_query(text))),
        Value::Array(items) => items.iter().map(discreet).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), discreet(value))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

fn without_query(text: &str) -> String {
    let Some(mut url) = Url::parse(text).ok().filter(Url::has_host) else { return text.to_owned() };
    let hides = !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some();
    if !hides {
        return text.to_owned();
    }
    url.set_query(None);
    url.set_fragment(None);
    // It has a host, so it can be without a name and a password.
    let is_plain = url.set_username("").and_then(|()| url.set_password(None)).is_ok();
    if is_plain { format!("{url}…") } else { "…".to_owned() }
}

fn cut(text: &str) -> String {
    let mut cut: String = text.chars().take(MAX_TEXT_CHARS).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}

#[cfg(test)]
mod tests {
    use rollcall_host::DepartedUsers;
    use rollcall_host::model::SourceName;

    use super::*;
    use crate::face::{ScimFace, ScimUserNames};
    use crate::sources::trust::{Cleared, Trust, Why};
    use crate::sources::way_out::ServerProxy;

    fn configured() -> Configured {
        let proxy = ServerProxy {
            url: "http://Proxy:3128".to_owned(),
            user: Some("me".to_owned()),
            password: Some("hunter3".to_owned()),
        };
        Configured {
            name: SourceName::new("hq").unwrap(),
            connector: "blake3:00".to_owned(),
            settings: Map::from_iter([
                ("base".to_owned(), json!("https://api.example.com")),
                ("secret".to_owned(), json!("hunter2")),
            ]),
            proxy: Some(proxy),
            ca_pem: None,
            allow: vec!["https://api.example.com".parse().unwrap()],
            timing: None,
            departed: DepartedUsers::Deactivate,
            face: ScimFace::default(),
            is_followed: true,
            secret: BTreeSet::from(["secret".to_owned()]),
            trust: None,
        }
    }

    #[test]
    fn what_stays_is_not_written_down() {
        assert_eq!(between(Some(&configured()), Some(&configured())), json!({}));
    }

    #[test]
    fn an_address_is_written_down_as_it_was_and_as_it_is_and_a_secret_only_as_cleared() {
        let mut after = configured();
        after.settings.insert("base".to_owned(), json!("http://127.0.0.1:9"));
        after.settings.remove("secret");
        after.proxy = None;
        after.face.user_names = ScimUserNames::WithSource;
        after.allow = vec!["http://127.0.0.1:9".parse().unwrap()];
        let cleared = Cleared {
            pointer: "/settings/secret".to_owned(),
            why: Why::Origin,
            was: Vec::new(),
            would: Vec::new(),
        };
        after.trust = Some(Trust { held: Vec::new(), cleared: vec![cleared] });
        let expected = json!({
            "allowed_origins": {"old": ["https://api.example.com"], "new": ["http://127.0.0.1:9"]},
            "proxy": {"old": "http://proxy:3128 (me)", "new": null},
            "proxy.password": "removed",
            "scim.user_names": {"old": "plain", "new": "with-source"},
            "settings.base": {"old": "https://api.example.com", "new": "http://127.0.0.1:9"},
            "settings.secret": "cleared",
        });
        assert_eq!(between(Some(&configured()), Some(&after)), expected);
    }

    #[test]
    fn all_of_a_new_source_is_written_down_but_its_secrets() {
        let all = between(None, Some(&configured()));
        assert_eq!(all["settings.secret"], "set");
        assert_eq!(all["settings.base"]["new"], "https://api.example.com");
        let removed = between(Some(&configured()), None);
        assert_eq!(removed["settings.secret"], "removed");
        assert!(!format!("{all}{removed}").contains("hunter"), "{all} {removed}");
    }

    #[test]
    fn what_people_hide_in_addresses_is_left_out() {
        for (address, shown) in [
            ("https://me:hunter2@files.example.com/roster.json", "https://files.example.com/roster.json…"),
            ("https://files.example.com/roster.json?token=hunter2", "https://files.example.com/roster.json…"),
            ("https://files.example.com/roster.json", "https://files.example.com/roster.json"),
            ("no address?hunter", "no address?hunter"),
        ] {
            assert_eq!(discreet(&json!([address])), json!([shown]), "{address}");
        }
    }
}

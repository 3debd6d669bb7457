//! What a connector says about itself and its needs, checked before anyone relies on it.

use std::collections::BTreeSet;
use std::time::Duration;

use rollcall_rules::identity::Notation;
use rollcall_rules::sealed::settings::{is_sealed, is_well_marked};
use serde_json::Value;

use crate::bindings::exports::rollcall::connector::identity_source as guest;
use crate::convert::cut;
use crate::error::{GuestError, LoadError};
use crate::limits::{
    MAX_EXCLUSIVE, MAX_EXCLUSIVE_BYTES, MAX_FACTS, MAX_NAME_BYTES, MAX_PLAN_ITEMS, MAX_RESOURCE_TYPE_BYTES,
    MAX_RESOURCE_TYPES, MAX_SETTINGS_SCHEMA_BYTES, MAX_URL_BYTES, MIN_POLL_INTERVAL,
};
use crate::model::{Descriptor, Plan, ResourceType};
use crate::secrets::Secrets;

/// Longest window of a rate limit, in milliseconds. Source: the contract, `identity-source.rate-limit`.
const MAX_WINDOW_MS: u32 = 3_600_000;

/// Bytes of a text that are shown where it is refused.
///
/// 128 bytes. Why: as long as a line, and twice the longest name.
const MAX_SHOWN_BYTES: usize = 128;

/// Resource types that are named where there are too many.
///
/// 3. Why: whoever reads them recognises the connector's list.
const N_SHOWN: usize = 3;

/// The descriptor in the host's words.
pub(super) fn read(descriptor: guest::Descriptor) -> Result<Descriptor, LoadError> {
    let wrong = |what: String| Err(LoadError::Descriptor(what));
    let guest::Descriptor { id, name, names, version, settings_schema, resource_types } = descriptor;
    if !is_kebab_case(&id) {
        let id = quoted(&id);
        return wrong(format!("id {id} must be kebab-case, 1 to {MAX_RESOURCE_TYPE_BYTES} characters"));
    }
    let names: Vec<(String, String)> = names
        .into_iter()
        .map(|guest::LocalizedName { language, name }: guest::LocalizedName| (language, name))
        .collect();
    if [&name, &version].into_iter().chain(names.iter().map(|(_, name)| name)).any(|text| !is_name(text))
        || MAX_FACTS < names.len()
    {
        return wrong(format!("its names and its version must have 1 to {MAX_NAME_BYTES} bytes"));
    }
    if MAX_SETTINGS_SCHEMA_BYTES < settings_schema.len() {
        return wrong(format!("its settings schema has more than {MAX_SETTINGS_SCHEMA_BYTES} bytes"));
    }
    let settings_schema: Value = match serde_json::from_str(&settings_schema) {
        Ok(schema @ Value::Object(_)) => schema,
        Ok(_) => return wrong("its settings schema must be a json object".to_owned()),
        Err(error) => return wrong(format!("its settings schema is no json: {error}")),
    };
    if !is_well_marked(&settings_schema) {
        let what =
            "its settings schema marks a setting `x-sealed` that is not `writeOnly`, or is only referred to";
        return wrong(what.to_owned());
    }
    let resource_type = |guest::ResourceType { name, identity_attribute }: guest::ResourceType| {
        ResourceType { name, identity_attribute }
    };
    let resource_types: Vec<ResourceType> = resource_types.into_iter().map(resource_type).collect();
    let different: BTreeSet<&String> = resource_types.iter().map(|known| &known.name).collect();
    let are_good = resource_types.iter().all(|known| is_resource_type(&known.name));
    let is_good_number = (1..=MAX_RESOURCE_TYPES).contains(&resource_types.len());
    if !are_good || different.len() != resource_types.len() || !is_good_number {
        return wrong(wrong_types(&resource_types));
    }
    let identities = || resource_types.iter().filter_map(|known| known.identity_attribute.as_ref());
    if identities().any(|path| !is_name(path)) {
        return wrong(format!("an identity attribute must have 1 to {MAX_NAME_BYTES} bytes"));
    }
    if let Some(error) = identities().find_map(|path| path.parse::<Notation>().err()) {
        return wrong(format!("its identity attribute {error}"));
    }
    Ok(Descriptor { id, name, names, version, settings_schema, resource_types })
}

/// What is wrong with resource types that break the contract, and what they must be.
fn wrong_types(types: &[ResourceType]) -> String {
    let mut seen = BTreeSet::new();
    let twice = types.iter().find(|known| !seen.insert(&known.name));
    let odd = types.iter().find(|known| !is_resource_type(&known.name));
    match (odd, twice) {
        _ if types.is_empty() => {
            "it names no resource types; it must name at least one, such as Department or User".to_owned()
        }
        (Some(ResourceType { name, .. }), _) => format!(
            "its resource type {} is no name; one has 1 to {MAX_RESOURCE_TYPE_BYTES} ascii letters and digits",
            quoted(name)
        ),
        (None, Some(ResourceType { name, .. })) => {
            format!("it names the resource type {} twice; each must be named once", quoted(name))
        }
        (None, None) => {
            let n = types.len();
            let first: Vec<_> = types.iter().take(N_SHOWN).map(|known| quoted(&known.name)).collect();
            let first = first.join(", ");
            format!(
                "it names {n} resource types, {first} and others; it may have at most {MAX_RESOURCE_TYPES}"
            )
        }
    }
}

/// A plan that keeps the contract, for settings of this schema.
pub(super) fn check_plan(plan: Plan, schema: &Value, secrets: &Secrets) -> Result<Plan, GuestError> {
    let wrong = |what: String| Err(GuestError::BrokeContract { what });
    if [plan.origins.len(), plan.limits.len(), plan.secrets.len()].into_iter().any(|n| MAX_PLAN_ITEMS < n) {
        return wrong(format!("its plan has more than {MAX_PLAN_ITEMS} origins, limits or secrets"));
    }
    check_texts(&plan)?;
    check_secrets(&plan, schema, secrets)?;
    if plan.poll_interval_ms.is_some_and(|ms| Duration::from_millis(ms.into()) < MIN_POLL_INTERVAL) {
        let least_ms = MIN_POLL_INTERVAL.as_millis();
        return wrong(format!("it wants to be asked for events more often than every {least_ms} ms"));
    }
    // What is compared is shown to administrators.
    let is_exclusive = |text: &String| text.len() <= MAX_EXCLUSIVE_BYTES && secrets.black_out(text) == *text;
    if MAX_EXCLUSIVE < plan.exclusive.len() || !plan.exclusive.iter().all(is_exclusive) {
        return wrong(format!(
            "what it may not share must be at most {MAX_EXCLUSIVE} texts of {MAX_EXCLUSIVE_BYTES} bytes without a secret"
        ));
    }
    for limit in &plan.limits {
        if limit.requests == 0 || !(1..=MAX_WINDOW_MS).contains(&limit.window_ms) {
            let bucket = quoted(&limit.bucket);
            return wrong(format!(
                "the rate limit of bucket {bucket} must be at least 1 request in 1 ms to 1 h"
            ));
        }
    }
    Ok(plan)
}

/// That no text of a plan is longer than what it can be about.
fn check_texts(plan: &Plan) -> Result<(), GuestError> {
    let of_secrets = plan.secrets.iter().flat_map(|used| used.origins.iter().chain([&used.setting]));
    let origins = plan.origins.iter().map(|planned| &planned.origin).chain(of_secrets);
    let buckets = plan.limits.iter().map(|limit| &limit.bucket);
    let is_long = |most: usize| move |text: &String| most < text.len();
    if origins.clone().any(is_long(MAX_URL_BYTES)) || buckets.clone().any(is_long(MAX_NAME_BYTES)) {
        let what = format!(
            "its plan has an origin or a setting of more than {MAX_URL_BYTES} bytes, or a bucket of more than {MAX_NAME_BYTES}"
        );
        return Err(GuestError::BrokeContract { what });
    }
    if plan.secrets.iter().any(|used| MAX_PLAN_ITEMS < used.origins.len()) {
        let what = format!("its plan sends a secret to more than {MAX_PLAN_ITEMS} origins");
        return Err(GuestError::BrokeContract { what });
    }
    Ok(())
}

/// That a plan says where sealed secrets go, and nothing else.
fn check_secrets(plan: &Plan, schema: &Value, secrets: &Secrets) -> Result<(), GuestError> {
    let is_named = |origin: &String| plan.origins.iter().any(|planned| planned.origin == *origin);
    for used in &plan.secrets {
        let setting = quoted(&secrets.black_out(&used.setting));
        if !is_sealed(schema, &used.setting) {
            let what = format!("its plan sends setting {setting}, which is no sealed secret of its schema");
            return Err(GuestError::BrokeContract { what });
        }
        if let Some(origin) = used.origins.iter().find(|origin| !is_named(origin)) {
            let origin = quoted(&secrets.black_out(origin));
            let what = format!(
                "its plan sends the secret of setting {setting} to {origin}, which is none of its origins"
            );
            return Err(GuestError::BrokeContract { what });
        }
    }
    Ok(())
}

/// A text that a connector chose, or its beginning, as it is shown where it is refused.
fn quoted(text: &str) -> String {
    format!("{:?}", cut(text.to_owned(), MAX_SHOWN_BYTES))
}

fn is_kebab_case(id: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=MAX_RESOURCE_TYPE_BYTES).contains(&id.len())
        && id.chars().all(allowed)
        && id.split('-').all(|word| !word.is_empty())
}

fn is_name(text: &str) -> bool {
    (1..=MAX_NAME_BYTES).contains(&text.len())
}

fn is_resource_type(name: &str) -> bool {
    (1..=MAX_RESOURCE_TYPE_BYTES).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{EventDelivery, PlannedOrigin, RateLimit, SecretUse};

    fn resource_type(name: &str) -> guest::ResourceType {
        guest::ResourceType { name: name.to_owned(), identity_attribute: None }
    }

    fn plan() -> Plan {
        let origin = "https://api.example.com".to_owned();
        Plan {
            origins: vec![PlannedOrigin { origin: origin.clone(), is_optional: false }],
            limits: vec![RateLimit { bucket: "b".to_owned(), requests: 1, window_ms: MAX_WINDOW_MS }],
            secrets: vec![SecretUse { setting: "/secret".to_owned(), origins: vec![origin] }],
            event_delivery: EventDelivery::Channel,
            poll_interval_ms: Some(1000),
            exclusive: vec!["app-7".to_owned()],
        }
    }

    fn schema() -> Value {
        json!({"properties": {"secret": {"writeOnly": true, "x-sealed": true}, "known": {"writeOnly": true}}})
    }

    fn descriptor() -> guest::Descriptor {
        guest::Descriptor {
            id: "a-source".to_owned(),
            name: "A source".to_owned(),
            names: vec![guest::LocalizedName { language: "zh-CN".to_owned(), name: "来源".to_owned() }],
            version: "1.0.0".to_owned(),
            settings_schema: "{}".to_owned(),
            resource_types: vec![resource_type("Department"), resource_type("User")],
        }
    }

    #[test]
    fn a_descriptor_that_keeps_the_contract_is_read() {
        assert_eq!(read(descriptor()).unwrap().type_names(), ["Department", "User"]);
    }

    #[test]
    fn a_descriptor_that_breaks_the_contract_is_refused() {
        for wrong in [
            guest::Descriptor { id: "A Source".to_owned(), ..descriptor() },
            guest::Descriptor { id: "a--b".to_owned(), ..descriptor() },
            guest::Descriptor { id: "../x".to_owned(), ..descriptor() },
            guest::Descriptor { name: String::new(), ..descriptor() },
            guest::Descriptor { version: "x".repeat(300), ..descriptor() },
            guest::Descriptor { settings_schema: "[]".to_owned(), ..descriptor() },
            guest::Descriptor { settings_schema: "{".to_owned(), ..descriptor() },
            guest::Descriptor { resource_types: vec![], ..descriptor() },
            guest::Descriptor { resource_types: vec![resource_type("User"); 2], ..descriptor() },
            guest::Descriptor { resource_types: vec![resource_type("Us er")], ..descriptor() },
            guest::Descriptor {
                resource_types: (0..=MAX_RESOURCE_TYPES).map(|n| resource_type(&format!("T{n}"))).collect(),
                ..descriptor()
            },
            guest::Descriptor {
                resource_types: vec![guest::ResourceType {
                    identity_attribute: Some(String::new()),
                    ..resource_type("User")
                }],
                ..descriptor()
            },
            guest::Descriptor {
                settings_schema: format!("{{}}{}", " ".repeat(MAX_SETTINGS_SCHEMA_BYTES)),
                ..descriptor()
            },
        ] {
            assert!(matches!(read(wrong.clone()), Err(LoadError::Descriptor(_))), "{wrong:?}");
        }
    }

    #[test]
    fn whatever_a_connector_says_of_itself_the_refusal_is_a_few_lines() {
        let long = || "x".repeat(10 << 20);
        for wrong in [
            guest::Descriptor { id: long(), ..descriptor() },
            guest::Descriptor { name: long(), ..descriptor() },
            guest::Descriptor {
                resource_types: vec![resource_type(&format!("{} ", long()))],
                ..descriptor()
            },
            guest::Descriptor {
                resource_types: (0..100_000).map(|n| resource_type(&format!("T{n}"))).collect(),
                ..descriptor()
            },
            guest::Descriptor { settings_schema: format!("{{\"a\":\"{}\"}}", long()), ..descriptor() },
            guest::Descriptor {
                resource_types: vec![guest::ResourceType {
                    identity_attribute: Some("[".repeat(200)),
                    ..resource_type("User")
                }],
                ..descriptor()
            },
        ] {
            let said = read(wrong).unwrap_err().to_string();
            assert!(said.len() < 1000, "{} bytes: {}", said.len(), &said[..200]);
        }
        let many = (0..100_000).map(|n| resource_type(&format!("T{n}"))).collect();
        let said = read(guest::Descriptor { resource_types: many, ..descriptor() }).unwrap_err().to_string();
        assert!(
            said.contains("100000 resource types, \"T0\", \"T1\", \"T2\" and others; it may have at most 16"),
            "{said}"
        );
    }

    #[test]
    fn a_plan_of_texts_that_are_too_long_is_refused_in_a_few_lines() {
        let long = || "x".repeat(10 << 20);
        let sent = |setting: String, origins: Vec<String>| vec![SecretUse { setting, origins }];
        for wrong in [
            Plan { origins: vec![PlannedOrigin { origin: long(), is_optional: false }], ..plan() },
            Plan { limits: vec![RateLimit { bucket: long(), requests: 0, window_ms: 0 }], ..plan() },
            Plan { secrets: sent(long(), Vec::new()), ..plan() },
            Plan { secrets: sent("/secret".to_owned(), vec![long()]), ..plan() },
            Plan {
                secrets: sent(
                    "/secret".to_owned(),
                    vec![plan().origins.remove(0).origin; MAX_PLAN_ITEMS + 1],
                ),
                ..plan()
            },
            Plan { secrets: sent("/x".repeat(4000), Vec::new()), ..plan() },
        ] {
            let secrets = Secrets::of(&schema(), &json!({"secret": "hunter2"}), None);
            let said = check_plan(wrong, &schema(), &secrets).unwrap_err().to_string();
            assert!(said.len() < 500, "{} bytes: {}", said.len(), &said[..200]);
        }
    }

    #[test]
    fn a_rate_limit_that_would_never_let_anything_leave_is_refused() {
        let limit = |requests, window_ms| RateLimit { bucket: "b".to_owned(), requests, window_ms };
        for wrong in [limit(0, 1000), limit(1, 0), limit(1, MAX_WINDOW_MS + 1)] {
            assert!(
                check_plan(Plan { limits: vec![wrong], ..plan() }, &schema(), &Secrets::default()).is_err()
            );
        }
    }

    #[test]
    fn a_plan_that_keeps_the_contract_is_taken_as_it_is_and_any_other_refused() {
        let secrets = Secrets::of(&schema(), &json!({"secret": "hunter2"}), None);
        assert_eq!(check_plan(plan(), &schema(), &secrets).unwrap(), plan());
        for wrong in [
            Plan { secrets: vec![plan().secrets.remove(0); MAX_PLAN_ITEMS + 1], ..plan() },
            Plan { origins: vec![plan().origins.remove(0); MAX_PLAN_ITEMS + 1], ..plan() },
            Plan { poll_interval_ms: Some(999), ..plan() },
            Plan { exclusive: vec!["a".to_owned(); MAX_EXCLUSIVE + 1], ..plan() },
            Plan { exclusive: vec!["a".repeat(MAX_EXCLUSIVE_BYTES + 1)], ..plan() },
            Plan { exclusive: vec!["app of hunter2".to_owned()], ..plan() },
        ] {
            let error = check_plan(wrong, &schema(), &secrets).unwrap_err().to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_plan_that_sends_what_is_not_sealed_or_where_it_plans_nothing_is_refused_by_name() {
        let secrets = Secrets::of(&schema(), &json!({"secret": "hunter2"}), None);
        let sent = |setting: &str, origin: &str| {
            let used = SecretUse { setting: setting.to_owned(), origins: vec![origin.to_owned()] };
            check_plan(Plan { secrets: vec![used], ..plan() }, &schema(), &secrets).unwrap_err().to_string()
        };
        let api = "https://api.example.com";
        assert_eq!(
            sent("/secret", "https://evil"),
            r#"connector broke the contract: its plan sends the secret of setting "/secret" to "https://evil", which is none of its origins"#
        );
        for setting in ["/known", "/unknown", "secret", ""] {
            let expected = format!(
                "connector broke the contract: its plan sends setting {setting:?}, which is no sealed secret of its schema"
            );
            assert_eq!(sent(setting, api), expected);
        }
        for odd in [sent("/hunter2", api), sent("/secret", "https://hunter2")] {
            assert!(odd.contains("[secret]") && !odd.contains("hunter2"), "{odd}");
        }
    }

    #[test]
    fn a_schema_that_seals_less_than_it_says_is_refused() {
        let sealed = json!({"properties": {"secret": {"x-sealed": true}}});
        let refused = read(guest::Descriptor { settings_schema: sealed.to_string(), ..descriptor() });
        assert!(matches!(refused, Err(LoadError::Descriptor(what)) if what.contains("x-sealed")));
    }
}

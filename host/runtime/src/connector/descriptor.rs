//! What a connector says about itself and its needs, checked before anyone relies on it.

use std::collections::BTreeSet;

use crate::bindings::exports::rollcall::connector::identity_source as guest;
use crate::error::{GuestError, LoadError};
use crate::limits::{MAX_FACTS, MAX_NAME_BYTES, MAX_PLAN_ITEMS, MAX_RESOURCE_TYPE_BYTES};
use crate::model::{Descriptor, Plan};

/// Longest window of a rate limit, in milliseconds. Source: the contract, `identity-source.rate-limit`.
const MAX_WINDOW_MS: u32 = 3_600_000;

/// The descriptor in the host's words.
pub(super) fn read(descriptor: guest::Descriptor) -> Result<Descriptor, LoadError> {
    let wrong = |what: String| Err(LoadError::Descriptor(what));
    let guest::Descriptor { id, name, names, version, settings_schema, resource_types } = descriptor;
    if !is_kebab_case(&id) {
        return wrong(format!("id {id:?} must be kebab-case, 1 to {MAX_RESOURCE_TYPE_BYTES} characters"));
    }
    if [&name, &version].into_iter().chain(names.iter().map(|(_, name)| name)).any(|text| !is_name(text)) {
        return wrong(format!("its names and its version must have 1 to {MAX_NAME_BYTES} bytes"));
    }
    let settings_schema: serde_json::Value = match serde_json::from_str(&settings_schema) {
        Ok(schema @ serde_json::Value::Object(_)) => schema,
        Ok(_) => return wrong("its settings schema must be a json object".to_owned()),
        Err(error) => return wrong(format!("its settings schema is no json: {error}")),
    };
    let different: BTreeSet<&String> = resource_types.iter().collect();
    let are_good = resource_types.iter().all(|name| is_resource_type(name));
    if !are_good || different.len() != resource_types.len() || !(1..=MAX_FACTS).contains(&different.len()) {
        return wrong(format!("its resource types {resource_types:?} must be different ascii names"));
    }
    Ok(Descriptor { id, name, names, version, settings_schema, resource_types })
}

/// A plan that keeps the contract.
pub(super) fn check_plan(plan: Plan) -> Result<Plan, GuestError> {
    let wrong = |what: String| Err(GuestError::BrokeContract { what });
    if MAX_PLAN_ITEMS < plan.origins.len() || MAX_PLAN_ITEMS < plan.limits.len() {
        return wrong(format!("its plan has more than {MAX_PLAN_ITEMS} origins or limits"));
    }
    for limit in &plan.limits {
        if limit.requests == 0 || !(1..=MAX_WINDOW_MS).contains(&limit.window_ms) {
            let bucket = &limit.bucket;
            return wrong(format!(
                "the rate limit of bucket {bucket:?} must be at least 1 request in 1 ms to 1 h"
            ));
        }
    }
    Ok(plan)
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
    use super::*;
    use crate::model::RateLimit;

    fn descriptor() -> guest::Descriptor {
        guest::Descriptor {
            id: "a-source".to_owned(),
            name: "A source".to_owned(),
            names: vec![("zh-CN".to_owned(), "来源".to_owned())],
            version: "1.0.0".to_owned(),
            settings_schema: "{}".to_owned(),
            resource_types: vec!["Department".to_owned(), "User".to_owned()],
        }
    }

    #[test]
    fn a_descriptor_that_keeps_the_contract_is_read() {
        assert_eq!(read(descriptor()).unwrap().resource_types, ["Department", "User"]);
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
            guest::Descriptor { resource_types: vec!["User".to_owned(); 2], ..descriptor() },
            guest::Descriptor { resource_types: vec!["Us er".to_owned()], ..descriptor() },
        ] {
            assert!(matches!(read(wrong.clone()), Err(LoadError::Descriptor(_))), "{wrong:?}");
        }
    }

    #[test]
    fn a_rate_limit_that_would_never_let_anything_leave_is_refused() {
        let limit = |requests, window_ms| RateLimit { bucket: "b".to_owned(), requests, window_ms };
        let plan = |limit| Plan { origins: Vec::new(), limits: vec![limit] };
        assert!(check_plan(plan(limit(1, MAX_WINDOW_MS))).is_ok());
        for wrong in [limit(0, 1000), limit(1, 0), limit(1, MAX_WINDOW_MS + 1)] {
            assert!(check_plan(plan(wrong)).is_err());
        }
    }
}

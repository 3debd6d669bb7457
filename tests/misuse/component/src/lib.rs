//! A component that asks one case of its host, the one that its settings name, and hands what the host said back as its
//! failure: that is how a test hears of it.

use rollcall_guest::bindings::exports::rollcall::connector::identity_source as source;
use rollcall_guest::bindings::rollcall::connector::model::{Failure, Key};
use rollcall_guest::{WitHost, failure};
use rollcall_kit::model::{self, Diagnosis};
use rollcall_misuse::{HEARD, ORIGIN, RESOURCE_TYPES, hold, named};
use rollcall_rules::reach::Export;

struct Component;

impl source::Guest for Component {
    fn describe() -> source::Descriptor {
        let resource_type =
            |name: &str| source::ResourceType { name: name.to_owned(), identity_attribute: None };
        source::Descriptor {
            id: "misuse".to_owned(),
            name: "Misuse".to_owned(),
            names: Vec::new(),
            version: "0.1.0".to_owned(),
            settings_schema: r#"{"type":"object","properties":{"case":{"type":"string"}}}"#.to_owned(),
            resource_types: RESOURCE_TYPES.map(resource_type).into(),
        }
    }

    fn validate(settings: String) -> Result<source::Plan, source::InvalidSettings> {
        if let Some(case) = named(&settings).filter(|case| case.within == Export::Validate) {
            let problems = vec![told(&case.ask(&WitHost)).diagnosis];
            return Err(source::InvalidSettings { problems });
        }
        // A check tries the way to each origin first, and here is none.
        let is_check = named(&settings).is_some_and(|case| case.within == Export::Check);
        let origin = source::Origin { origin: ORIGIN.to_owned(), optional: false };
        Ok(source::Plan {
            origins: if is_check { Vec::new() } else { vec![origin] },
            limits: Vec::new(),
            secrets: Vec::new(),
            event_delivery: source::EventDelivery::None,
            poll_interval_ms: None,
            exclusive: Vec::new(),
        })
    }

    fn check(settings: String) -> Vec<source::Finding> {
        let finding = |diagnosis| source::Finding {
            check: "misuse".to_owned(),
            status: source::CheckStatus::Failed,
            diagnosis,
        };
        heard(&settings).err().map(|failure| finding(failure.diagnosis)).into_iter().collect()
    }

    fn sync(settings: String, _checkpoint: Option<String>) -> Result<source::Summary, Failure> {
        heard(&settings)
    }

    fn refresh(settings: String, _keys: Vec<Key>) -> Result<source::Summary, Failure> {
        heard(&settings)
    }
}

/// What the host says to the case that the settings name, as a failure. Without one, let the host hold what cases need.
fn heard(settings: &str) -> Result<source::Summary, Failure> {
    let Some(case) = named(settings) else {
        hold(&WitHost);
        let complete = true;
        return Ok(source::Summary { read: 2, unchanged: 0, skipped: 0, complete, incomplete_reason: None });
    };
    Err(told(&case.ask(&WitHost)))
}

fn told(answer: &str) -> Failure {
    failure(model::Failure::Other(Diagnosis::new(HEARD, answer, answer)))
}

rollcall_guest::bindings::export!(Component with_types_in rollcall_guest::bindings);

//! A connector that tells from inside whether its host keeps the contract. What it tries is in `rollcall_probe`; here is only
//! what a component alone can see.

mod around;

use rollcall_guest::bindings::exports::rollcall::connector::identity_source as source;
use rollcall_guest::bindings::rollcall::connector::model::{Failure, Key};
use rollcall_guest::{WitHost, failure, finding, invalid_settings, plan, summary, tell_panics};
use rollcall_kit::model::{self, Diagnosis};
use rollcall_probe::{IDENTITY_ATTRIBUTE, RESOURCE_TYPES, Settings, Stand, endings};
use rollcall_rules::reach::Export;

struct Probe;

impl source::Guest for Probe {
    fn describe() -> source::Descriptor {
        let resource_type = |name: &str| source::ResourceType {
            name: name.to_owned(),
            identity_attribute: (name == "User").then(|| IDENTITY_ATTRIBUTE.to_owned()),
        };
        source::Descriptor {
            id: "probe".to_owned(),
            name: "Probe".to_owned(),
            names: Vec::new(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            settings_schema: rollcall_probe::schema(),
            resource_types: RESOURCE_TYPES.map(resource_type).into(),
        }
    }

    fn validate(settings: String) -> Result<source::Plan, source::InvalidSettings> {
        tell_panics();
        let settings = Settings::read(&settings).map_err(invalid_settings)?;
        let ending = endings().into_iter().find(|ending| ending.name == settings.probe);
        if let Some(ending) = ending.filter(|ending| ending.within == Export::Validate) {
            let went_on = ending.went_on(&Stand::new(&WitHost, &settings, None));
            return Err(invalid_settings(vec![went_on]));
        }
        Ok(plan(rollcall_probe::plan(&settings)))
    }

    fn check(settings: String) -> Vec<source::Finding> {
        tell_panics();
        match Settings::read(&settings) {
            Ok(settings) => {
                let found = rollcall_probe::check(&WitHost, &settings, Some(&around::Here));
                found.into_iter().map(finding).collect()
            }
            // A host validates first.
            Err(_) => Vec::new(),
        }
    }

    fn sync(settings: String, _checkpoint: Option<String>) -> Result<source::Summary, Failure> {
        tell_panics();
        let settings = Settings::read(&settings).map_err(wrong)?;
        rollcall_probe::sync(&WitHost, &settings).map(summary).map_err(failure)
    }

    fn refresh(settings: String, _keys: Vec<Key>) -> Result<source::Summary, Failure> {
        tell_panics();
        let settings = Settings::read(&settings).map_err(wrong)?;
        rollcall_probe::refresh(&WitHost, &settings).map(summary).map_err(failure)
    }
}

/// The first of what is wrong with the settings.
fn wrong(problems: Vec<Diagnosis>) -> Failure {
    let unknown = || Diagnosis::new("setting-invalid", "the settings are wrong", "the settings are wrong");
    failure(model::Failure::Settings(problems.into_iter().next().unwrap_or_else(unknown)))
}

rollcall_guest::bindings::export!(Probe with_types_in rollcall_guest::bindings);

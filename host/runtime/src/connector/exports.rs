//! Whether a component is a connector, and for which version of the contract, by the names of what it exports.
//!
//! Not here: whether an export has the right type; linking finds that out.

use wasmtime::Engine;
use wasmtime::component::Component;

use crate::bindings::CONTRACT;
use crate::error::LoadError;

/// What every connector exports, with its version behind. Source: the contract, world `connector`.
const IDENTITY_SOURCE: &str = "rollcall:connector/identity-source@";

/// That it is a connector for this host.
pub(super) fn verify(component: &Component, engine: &Engine) -> Result<(), LoadError> {
    let kind = component.component_type();
    let exports: Vec<&str> = kind.exports(engine).map(|(name, _)| name).collect();
    match_contract(&exports)
}

fn match_contract(exports: &[&str]) -> Result<(), LoadError> {
    let spoken = CONTRACT.rsplit('@').next().unwrap_or_default();
    let versions: Vec<&str> =
        exports.iter().filter_map(|export| export.strip_prefix(IDENTITY_SOURCE)).collect();
    match versions.first() {
        None => Err(LoadError::NotAConnector { export: format!("{IDENTITY_SOURCE}{spoken}") }),
        Some(_) if versions.iter().any(|version| line(version) == line(spoken)) => Ok(()),
        Some(version) => {
            let found = CONTRACT.replace(spoken, version);
            Err(LoadError::OtherContract { contract: CONTRACT, found })
        }
    }
}

/// What all versions have in common that fit one another (semver): up to the first number that is not 0. One that is not
/// released fits no other.
fn line(version: &str) -> &str {
    let is_released = !version.contains('-');
    let mut begin = 0;
    for number in version.split('.').filter(|_| is_released) {
        let end = begin + number.len();
        if number != "0" {
            return version.get(..end).unwrap_or(version);
        }
        begin = end + 1;
    }
    version
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connector_fits_in_every_version_that_only_added_something() {
        for version in ["0.1.0", "0.1.7"] {
            let exports = ["rollcall:connector/events@0.1.0", &format!("{IDENTITY_SOURCE}{version}")];
            assert!(match_contract(&exports).is_ok(), "{version}");
        }
    }

    #[test]
    fn a_connector_of_another_version_is_told_with_that_version() {
        for version in ["0.2.0", "1.1.0", "0.10.0", "0.1.0-draft"] {
            let told = match_contract(&[&format!("{IDENTITY_SOURCE}{version}")]).unwrap_err().to_string();
            let expected = format!(
                "connector keeps contract rollcall:connector@{version}, and this host speaks rollcall:connector@0.1.0"
            );
            assert_eq!(told, expected);
        }
    }

    #[test]
    fn a_component_that_does_something_else_is_no_connector() {
        for exports in [&[][..], &["wasi:cli/run@0.2.6"], &["rollcall:connector/events@0.1.0"]] {
            let refused = match_contract(exports);
            assert!(matches!(refused, Err(LoadError::NotAConnector { .. })), "{exports:?}");
        }
    }
}

//! What a connector may ask for, decided by name before any of it is compiled.
//!
//! Not here: whether an import has the right type; linking finds that out.

use crate::engine::in_one_line;
use crate::error::{LoadError, NoComponent};

/// What a component asks for, all of which it may.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct GrantedImports {
    /// The contract's capabilities: what it is given.
    pub(super) granted: Vec<String>,
    /// What its toolchain brought with it and nobody answers: it is closed off (`rollcall_seal`).
    pub(super) closed: Vec<String>,
}

/// What the component of these bytes asks for.
pub(super) fn verify(component: &[u8]) -> Result<GrantedImports, LoadError> {
    let unread = |error: rollcall_seal::CannotSeal| LoadError::Invalid {
        what: NoComponent::of(component),
        detail: in_one_line(&error.to_string()),
    };
    let mut asked = GrantedImports::default();
    for import in rollcall_seal::asks_for(component).map_err(unread)? {
        match standing(&import) {
            ImportStatus::Granted => asked.granted.push(import),
            ImportStatus::Closed => asked.closed.push(import),
            ImportStatus::Refused(why) => return Err(LoadError::ImportNotGranted { import, why }),
        }
    }
    Ok(asked)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ImportStatus {
    Granted,
    Closed,
    Refused(&'static str),
}

fn standing(import: &str) -> ImportStatus {
    let name = import.split_once('@').map_or(import, |(name, _version)| name);
    match name.split_once('/') {
        Some(("rollcall:connector", interface)) if CAPABILITIES.contains(&interface) => ImportStatus::Granted,
        Some(("rollcall:connector", _)) => {
            ImportStatus::Refused("this host has no such capability; a newer one may have it")
        }
        Some((package, _)) if package.starts_with("wasi:") => ImportStatus::Closed,
        Some(_) | None => ImportStatus::Refused("it is neither the contract's nor WASI's"),
    }
}

/// Source: the contract, world `capabilities`.
const CAPABILITIES: [&str; 7] = ["model", "host", "tasks", "http-client", "storage", "directory", "history"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_connector_needs_is_granted_in_any_version() {
        for import in ["rollcall:connector/http-client@0.1.0", "rollcall:connector/model@0.1.7"] {
            assert_eq!(standing(import), ImportStatus::Granted, "{import}");
        }
    }

    #[test]
    fn whatever_a_toolchain_brings_is_closed() {
        for import in [
            "wasi:io/poll@0.2.6",
            "wasi:filesystem/types@0.2.6",
            "wasi:sockets/tcp@0.2.6",
            "wasi:http/outgoing-handler@0.2.6",
            "wasi:keyvalue/store@0.2.0",
        ] {
            assert_eq!(standing(import), ImportStatus::Closed, "{import}");
        }
    }

    #[test]
    fn whatever_nobody_knows_is_refused() {
        for import in ["rollcall:connector/shell@0.2.0", "env", "rollcall:connector", "a:b/http", "wasi"] {
            assert!(matches!(standing(import), ImportStatus::Refused(_)), "{import}");
        }
    }
}

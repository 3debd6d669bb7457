//! What a component may import, decided by name before any of its code is compiled into a call.
//!
//! Not here: whether an import has the right type; linking finds that out.

use wasmtime::Engine;
use wasmtime::component::Component;

use crate::error::LoadError;

/// The names of a component's imports, if all are granted.
pub(super) fn verify(component: &Component, engine: &Engine) -> Result<Vec<String>, LoadError> {
    let imports: Vec<String> =
        component.component_type().imports(engine).map(|(name, _)| name.to_owned()).collect();
    match imports.iter().find_map(|import| Some((import, why_not(import)?))) {
        Some((import, why)) => Err(LoadError::ImportNotGranted { import: import.clone(), why }),
        None => Ok(imports),
    }
}

/// Why an import is not granted; none if it is.
fn why_not(import: &str) -> Option<&'static str> {
    let name = import.split_once('@').map_or(import, |(name, _version)| name);
    match name.split_once('/') {
        Some(("rollcall:connector", interface)) => (!CAPABILITIES.contains(&interface))
            .then_some("this host has no such capability; a newer one may have it"),
        Some(("wasi:io" | "wasi:clocks" | "wasi:random", _)) => None,
        Some(("wasi:cli", interface)) => (!CLI.contains(&interface))
            .then_some("only the standard streams, an empty environment and exit are granted"),
        Some(("wasi:filesystem", _)) => Some("it could read and write files"),
        Some(("wasi:sockets", _)) => Some("it could open connections past the proxy"),
        Some(("wasi:http", _)) => Some("it could send requests past the proxy"),
        Some(_) | None => Some("only the contract's capabilities and a part of wasi are granted"),
    }
}

/// Source: the contract, world `capabilities`.
const CAPABILITIES: [&str; 7] = ["model", "host", "tasks", "http-client", "storage", "directory", "history"];

/// What the standard library of a guest imports for panics and terminals.
const CLI: [&str; 10] = [
    "environment",
    "exit",
    "stdin",
    "stdout",
    "stderr",
    "terminal-input",
    "terminal-output",
    "terminal-stdin",
    "terminal-stdout",
    "terminal-stderr",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_connector_needs_is_granted_in_any_version() {
        for import in [
            "rollcall:connector/http-client@0.1.0",
            "rollcall:connector/model@0.1.7",
            "wasi:io/poll@0.2.6",
            "wasi:clocks/wall-clock@0.2.12",
            "wasi:random/insecure-seed@0.2.0",
            "wasi:cli/stderr@0.2.6",
        ] {
            assert_eq!(why_not(import), None, "{import}");
        }
    }

    #[test]
    fn whatever_reaches_around_the_host_is_refused() {
        for import in [
            "wasi:filesystem/types@0.2.6",
            "wasi:filesystem/preopens@0.2.6",
            "wasi:sockets/tcp@0.2.6",
            "wasi:http/outgoing-handler@0.2.6",
            "wasi:cli/command@0.2.6",
            "wasi:keyvalue/store@0.2.0",
            "rollcall:connector/shell@0.2.0",
            "env",
            "rollcall:connector",
            "a:b/http",
        ] {
            assert!(why_not(import).is_some(), "{import}");
        }
    }
}

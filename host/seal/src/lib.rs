//! Closes off in a component what it asks for beside the contract, so that it runs where there is no WASI.
//!
//! A toolchain's standard library asks for files, sockets, streams, clocks and more, whether a connector uses them or not.
//! [`seal`] puts a second component beside it that answers all of these in the file itself: there is no file, no
//! address, no argument; whatever could fail does. Clock and randomness are the contract's, and what is written to
//! standard error goes line by line into the contract's log, so that the words of an uncaught exception are kept.
//!
//! Not here: what a connector may import of the contract, which its host checks.

mod answer;
mod closed;
mod wasi;

use std::collections::BTreeSet;

use wasm_compose::graph::{Component, CompositionGraph, EncodeOptions};
use wasmparser::{CanonicalFunction, CanonicalOption, Encoding, Parser, Payload, Validator};
use wit_parser::decoding::{DecodedWasm, decode};
use wit_parser::{InterfaceId, Resolve, WorldId, WorldItem};

/// Changes with whatever a sealed component does otherwise than before, for whoever keeps sealed or compiled ones.
pub const EDITION: u32 = 1;

/// What begins the name of an interface of the contract, of any version.
const CONTRACT: &str = "rollcall:connector/";

/// A component that asks for nothing but the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The component.
    pub bytes: Vec<u8>,
    /// The interfaces that were asked for and are closed, as `wasi:cli/environment@0.2.6`. Empty if there were none; then the
    /// component is as it was.
    pub closed: BTreeSet<String>,
}

/// Why a component cannot be sealed.
#[derive(Debug, thiserror::Error)]
pub enum CannotSeal {
    /// It is no component, or a damaged one.
    #[error("it is not a component: {0:#}")]
    NotAComponent(anyhow::Error),
    /// It asks for something that neither the contract nor WASI has.
    #[error("it imports {0}, which is neither the contract's nor WASI's")]
    Foreign(String),
    /// It was built for the asynchronous functions of WASI 0.3.
    #[error("it imports {0}, an asynchronous function: build it for WASI 0.2")]
    Asynchronous(String),
    /// What closes it and the component do not go together.
    #[error("it cannot be closed: {0:#}")]
    Unfit(anyhow::Error),
}

/// Close off whatever is not the contract's.
///
/// # Errors
///
/// When it is no component, asks for what nobody knows, or was built for the asynchronous functions of WASI 0.3.
pub fn seal(component: &[u8]) -> Result<Sealed, CannotSeal> {
    // Most ask for nothing beside it, which needs no reading of types.
    if asks_for(component)?.iter().all(|import| import.starts_with(CONTRACT)) {
        return Ok(Sealed { bytes: component.to_vec(), closed: BTreeSet::new() });
    }
    let (resolve, world) = match decode(component).map_err(CannotSeal::NotAComponent)? {
        DecodedWasm::Component(resolve, world) => (resolve, world),
        DecodedWasm::WitPackage(..) => {
            return Err(CannotSeal::NotAComponent(anyhow::anyhow!("it is an interface and no code")));
        }
    };
    let asked = asked(&resolve, world)?;
    let closed: BTreeSet<String> = asked.iter().filter_map(|interface| resolve.id_of(*interface)).collect();
    let stub = closed::component(resolve, &asked)?;
    let bytes = joined(component, &stub).map_err(CannotSeal::Unfit)?;
    Ok(Sealed { bytes, closed })
}

/// Every interface that a component asks for, by name, as `rollcall:connector/host@0.1.0`; nothing is checked but that it is a
/// component.
///
/// # Errors
///
/// When it is none, or a damaged one.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "of WebAssembly's thirty kinds of sections, four say what is imported"
)]
pub fn asks_for(component: &[u8]) -> Result<Vec<String>, CannotSeal> {
    let mut depth = 0_u32;
    let mut asked = Vec::new();
    for payload in Parser::new(0).parse_all(component) {
        match payload.map_err(|error| CannotSeal::NotAComponent(error.into()))? {
            Payload::Version { encoding: Encoding::Module, .. } if depth == 0 => {
                return Err(CannotSeal::NotAComponent(anyhow::anyhow!("it is a module")));
            }
            // What is nested, and closed by an `End` of its own, asks whatever is around it.
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    let import = import.map_err(|error| CannotSeal::NotAComponent(error.into()))?;
                    asked.push(import.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(asked)
}

/// Whether a component has asynchronous functions, as WASI 0.3 has them. False of what cannot be read.
#[must_use]
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "five kinds of functions are not for tasks, streams and futures, and one kind of sections has them"
)]
pub fn is_asynchronous(component: &[u8]) -> bool {
    let is_async = |function: &CanonicalFunction| match function {
        CanonicalFunction::Lift { options, .. } | CanonicalFunction::Lower { options, .. } => {
            options.contains(&CanonicalOption::Async)
        }
        CanonicalFunction::ResourceNew { .. }
        | CanonicalFunction::ResourceDrop { .. }
        | CanonicalFunction::ResourceRep { .. } => false,
        // Whatever else there is serves tasks, streams and futures.
        _ => true,
    };
    Parser::new(0).parse_all(component).map_while(Result::ok).any(|payload| match payload {
        Payload::ComponentCanonicalSection(section) => {
            section.into_iter().map_while(Result::ok).any(|function| is_async(&function))
        }
        _ => false,
    })
}

/// The interfaces that a component asks for beside the contract, each after those whose types it uses.
fn asked(resolve: &Resolve, world: WorldId) -> Result<Vec<InterfaceId>, CannotSeal> {
    let mut asked = Vec::new();
    for (key, item) in resolve.worlds.get(world).into_iter().flat_map(|world| &world.imports) {
        let name = resolve.name_world_key(key);
        match item {
            WorldItem::Interface { .. } if name.starts_with(CONTRACT) => {}
            WorldItem::Interface { id, .. } if name.starts_with("wasi:") => asked.push(*id),
            WorldItem::Interface { .. } | WorldItem::Function(_) | WorldItem::Type { .. } => {
                return Err(CannotSeal::Foreign(name));
            }
        }
    }
    Ok(asked)
}

/// One component of two, which exports what the first does.
fn joined(component: &[u8], stub: &[u8]) -> anyhow::Result<Vec<u8>> {
    // One for both, so that their types can be compared.
    let mut validator = Validator::new();
    let mut graph = CompositionGraph::new();
    let connector = graph.add_component(Component::from_bytes(&mut validator, "connector", component)?)?;
    let closed = graph.add_component(Component::from_bytes(&mut validator, "closed", stub)?)?;
    let (connector, closed) = (graph.instantiate(connector)?, graph.instantiate(closed)?);
    let arguments: Vec<_> = graph
        .get_component_of_instance(closed)
        .into_iter()
        .flat_map(|(_, component)| component.exports())
        .map(|(index, name, ..)| (index, name.to_owned()))
        .collect();
    for (export, name) in arguments {
        let known = graph.get_component_of_instance(connector);
        if let Some((import, _)) = known.and_then(|(_, component)| component.import_by_name(&name)) {
            graph.connect(closed, Some(export), connector, import)?;
        }
    }
    graph.encode(EncodeOptions { define_components: true, export: Some(connector), validate: true })
}

#[cfg(test)]
mod tests;

//! The component that closes off: it exports what another asks for, and imports the contract's clock, randomness and log.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Context as _;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::abi::{AbiVariant, WasmSignature, WasmType};
use wit_parser::{
    Docs, Function, InterfaceId, Resolve, Span, Stability, TypeId, TypeOwner, World, WorldId, WorldItem,
    WorldKey,
};

use super::CannotSeal;
use crate::answer::{Answers, Ending};
use crate::wasi::{self, Deed};

/// What every such component has: the contract's functions, a memory, and what bodies call.
const SUPPORT: &str = include_str!("support.wat");

/// The contract's `host`, for a component that asks for none of it.
const HOST: &str = include_str!("../../../wit/host.wit");

/// Where the answers begin that are always the same. Before them: see `support.wat`.
const ANSWERS: usize = 4_352;

/// Bytes of a page of memory.
const PAGE: usize = 65_536;

/// A component that exports these interfaces.
pub(crate) fn component(mut resolve: Resolve, asked: &[InterfaceId]) -> Result<Vec<u8>, CannotSeal> {
    let host = host(&mut resolve).map_err(CannotSeal::Unfit)?;
    let world = world(&mut resolve, host, asked).map_err(CannotSeal::Unfit)?;
    let text = module(&resolve, asked)?;
    encoded(&resolve, world, &text).map_err(CannotSeal::Unfit)
}

fn encoded(resolve: &Resolve, world: WorldId, text: &str) -> anyhow::Result<Vec<u8>> {
    let mut module = wat::parse_str(text).context("what closes it is not well-formed")?;
    embed_component_metadata(&mut module, resolve, world, StringEncoding::UTF8, false)?;
    ComponentEncoder::default().validate(true).module(&module)?.encode()
}

/// The contract's `host`, whether the component asks for it or not.
fn host(resolve: &mut Resolve) -> anyhow::Result<InterfaceId> {
    let mut contract = Resolve::default();
    let package = contract.push_source("host.wit", &format!("package rollcall:connector@0.1.0;\n{HOST}"))?;
    let known = contract.packages.get(package).and_then(|package| package.interfaces.get("host"));
    let known = *known.context("the contract has no `host`")?;
    let merged = resolve.merge(contract)?;
    Ok(merged.map_interface(known, Span::default())?)
}

fn world(resolve: &mut Resolve, host: InterfaceId, asked: &[InterfaceId]) -> anyhow::Result<WorldId> {
    let package = resolve.interfaces.get(host).and_then(|host| host.package);
    let item = |id: InterfaceId| {
        let item = WorldItem::Interface {
            id,
            stability: Stability::Unknown,
            external_id: None,
            docs: Docs::default(),
            span: Span::default(),
        };
        (WorldKey::Interface(id), item)
    };
    let world = resolve.worlds.alloc(World {
        name: "closed".to_owned(),
        imports: [item(host)].into_iter().collect(),
        exports: asked.iter().copied().map(item).collect(),
        package,
        docs: Docs::default(),
        stability: Stability::Unknown,
        includes: Vec::new(),
        span: Span::default(),
    });
    let package = package.and_then(|package| resolve.packages.get_mut(package));
    package.context("the contract is no package")?.worlds.insert("closed".to_owned(), world);
    Ok(world)
}

/// The module's text.
fn module(resolve: &Resolve, asked: &[InterfaceId]) -> Result<String, CannotSeal> {
    let mut writer = Writer {
        resolve,
        answers: Answers::of(resolve).map_err(CannotSeal::Unfit)?,
        data: Vec::new(),
        resources: BTreeMap::new(),
        functions: String::new(),
    };
    for interface in asked {
        writer.interface(*interface)?;
    }
    Ok(writer.finish())
}

/// Writes a module.
struct Writer<'r> {
    resolve: &'r Resolve,
    answers: Answers<'r>,
    /// The answers that are always the same, one behind another, from [`ANSWERS`] on.
    data: Vec<u8>,
    /// The resources that handles are made of: interface and name.
    resources: BTreeMap<(String, String), usize>,
    functions: String,
}

impl Writer<'_> {
    fn interface(&mut self, id: InterfaceId) -> Result<(), CannotSeal> {
        let resolve = self.resolve;
        let name = resolve.id_of(id).unwrap_or_default();
        let functions =
            resolve.interfaces.get(id).into_iter().flat_map(|interface| interface.functions.values());
        for function in functions {
            if function.kind.is_async() {
                return Err(CannotSeal::Asynchronous(format!("{name}#{}", function.name)));
            }
            self.function(&name, function);
        }
        Ok(())
    }

    fn function(&mut self, interface: &str, function: &Function) {
        let signature = self.resolve.wasm_signature(AbiVariant::GuestExport, function);
        let base = interface.split('@').next().unwrap_or(interface);
        let body = match wasi::deed(base, &function.name) {
            Deed::Body(body) => body.to_owned(),
            Deed::Handle(number) => self.handle(function, number),
            Deed::Empty => self.answer(function, &signature, Ending::Empty),
            Deed::Refused => self.answer(function, &signature, Ending::Refused),
        };
        let parameters = signature.params.iter().enumerate();
        let parameters: String =
            parameters.map(|(n, of_type)| format!(" (param $p{n} {})", word(*of_type))).collect();
        let results: String =
            signature.results.iter().map(|of_type| format!(" (result {})", word(*of_type))).collect();
        let (locals, body) = split_locals(&body);
        // What came in and what went out is read before the next one begins.
        let _ = writeln!(
            self.functions,
            "  (func (export \"{interface}#{}\"){parameters}{results} {locals}\n    {body} (global.set $heap (i32.const HEAP)))",
            function.name
        );
    }

    /// The body of a function that answers by its type.
    fn answer(&mut self, function: &Function, signature: &WasmSignature, ending: Ending) -> String {
        let Some(result) = &function.result else { return String::new() };
        if self.answers.handle(result).is_some() {
            return self.handle(function, 0);
        }
        // Nothing else is left to do where only a handle would be an answer.
        let Some(bytes) = self.answers.bytes(result, ending) else { return "(unreachable)".to_owned() };
        if signature.retptr {
            return format!("(i32.const {})", self.place(&bytes));
        }
        let number = bytes.iter().rev().fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        signature.results.first().map_or_else(String::new, |of_type| match word(*of_type) {
            word @ ("f32" | "f64") => format!("({word}.const 0)"),
            word => format!("({word}.const {number})"),
        })
    }

    /// The body of a function that hands over a resource, one that is told by this number.
    fn handle(&mut self, function: &Function, number: u32) -> String {
        let resource = function.result.as_ref().and_then(|result| self.answers.handle(result));
        let Some(named) = resource.and_then(|resource| self.named(resource)) else {
            return "(unreachable)".to_owned();
        };
        let n_known = self.resources.len();
        let known = *self.resources.entry(named).or_insert(n_known);
        format!("(call $new{known} (i32.const {number}))")
    }

    /// A resource by its interface and its name.
    fn named(&self, resource: TypeId) -> Option<(String, String)> {
        let defined = self.resolve.types.get(resource)?;
        let TypeOwner::Interface(owner) = defined.owner else { return None };
        Some((self.resolve.id_of(owner)?, defined.name.clone()?))
    }

    /// Where these bytes are.
    fn place(&mut self, bytes: &[u8]) -> usize {
        self.data.resize(self.data.len().next_multiple_of(8), 0);
        let at = ANSWERS + self.data.len();
        self.data.extend_from_slice(bytes);
        at
    }

    fn finish(self) -> String {
        let mut text = String::from("(module\n");
        for ((interface, resource), number) in &self.resources {
            let _ = writeln!(
                text,
                "  (import \"[export]{interface}\" \"[resource-new]{resource}\" (func $new{number} (param i32) (result i32)))"
            );
        }
        text.push_str(SUPPORT);
        text.push_str(&self.functions);
        let heap = (ANSWERS + self.data.len()).next_multiple_of(16);
        let _ = writeln!(text, "  (memory (export \"memory\") {})", heap.div_ceil(PAGE));
        text.push_str("  (global $heap (mut i32) (i32.const HEAP))\n");
        let escaped: String = self.data.iter().map(|byte| format!("\\{byte:02x}")).collect();
        let _ = writeln!(text, "  (data (i32.const {ANSWERS}) \"{escaped}\"))");
        text.replace("HEAP", &heap.to_string()).replace("LOG_ERROR", "0")
    }
}

/// The locals that a body begins with, and the rest.
fn split_locals(body: &str) -> (&str, &str) {
    let mut rest = body.trim_start();
    while rest.starts_with("(local ") {
        rest = rest.split_once(')').map_or("", |(_, behind)| behind.trim_start());
    }
    body.split_at(body.len() - rest.len())
}

fn word(of_type: WasmType) -> &'static str {
    match of_type {
        WasmType::I32 | WasmType::Pointer | WasmType::Length => "i32",
        WasmType::I64 | WasmType::PointerOrI64 => "i64",
        WasmType::F32 => "f32",
        WasmType::F64 => "f64",
    }
}

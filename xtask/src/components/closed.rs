//! Makes a component of what the linker left, which imports the contract and nothing else.
//!
//! The standard library asks for streams, terminals, an environment, clocks and a seed. A connector may use none of them, so
//! whatever is not the contract's is closed off in the module itself, before it becomes a component: no host has to have
//! WASI. Only the seed of hash maps has an answer, and it is the contract's `random`.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use wasm_encoder::reencode::{self, Reencode, utils};
use wasm_encoder::{
    CodeSection, EntityType, Function, FunctionSection, ImportSection, MemArg, NameMap, NameSection,
};
use wasmparser::{CodeSectionReader, FunctionSectionReader, ImportSectionReader, Parser, Payload, TypeRef};
use wit_component::ComponentEncoder;

use super::{CONTRACT, interface};

/// The function of the contract that the seed comes from.
const RANDOM: (&str, &str) = ("rollcall:connector/host", "random");

/// Bytes of `wasi:random/insecure-seed`: two u64.
const SEED_BYTES: i32 = 16;

/// Make it. `core` is a module that rustc linked with `--skip-wit-component`.
///
/// # Errors
///
/// When it is none, or imports something that is neither the contract's nor WASI's.
pub(super) fn component(core: &[u8]) -> Result<Vec<u8>> {
    let closed = close(core)?;
    let component = ComponentEncoder::default().validate(true).module(&closed)?.encode();
    component.context("the closed module does not make a component")
}

/// The component that the linker would have made: it imports what its standard library asks for.
///
/// # Errors
///
/// When `core` is no such module.
pub(super) fn as_linked(core: &[u8]) -> Result<Vec<u8>> {
    let component = ComponentEncoder::default().validate(true).module(core)?.encode();
    component.context("the module does not make a component")
}

fn close(core: &[u8]) -> Result<Vec<u8>> {
    let mut closing = Closing::of(core)?;
    let mut module = wasm_encoder::Module::new();
    closing
        .parse_core_module(&mut module, Parser::new(0), core)
        .map_err(|error| anyhow::anyhow!("the module cannot be written anew: {error}"))?;
    Ok(module.finish())
}

/// What an imported function that is closed off does instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Instead {
    /// End the connector: nothing of ours calls it.
    Trap,
    /// Answer an empty list. The start-up code of rustup's library reads the environment.
    NoList,
    /// Answer random numbers.
    Seed,
}

impl Instead {
    fn of(module: &str, name: &str) -> Self {
        match (interface(module), name) {
            ("wasi:cli/environment", "get-environment" | "get-arguments") => Self::NoList,
            ("wasi:random/insecure-seed", "insecure-seed") => Self::Seed,
            _ => Self::Trap,
        }
    }

    fn body(self, random: Option<u32>) -> Function {
        // The canonical ABI hands over where the answer goes as the only parameter.
        const ANSWER: u32 = 0;
        let mut function = match self {
            Self::Seed => Function::new([(1, wasm_encoder::ValType::I32)]),
            Self::Trap | Self::NoList => Function::new([]),
        };
        let mut body = function.instructions();
        match (self, random) {
            (Self::NoList, _) => {
                body.local_get(ANSWER).i64_const(0).i64_store(at(0, 2));
            }
            (Self::Seed, Some(random)) => {
                let list = 1;
                // It leaves where its bytes are, which is read before they take its place.
                body.i32_const(SEED_BYTES).local_get(ANSWER).call(random);
                body.local_get(ANSWER).i32_load(at(0, 2)).local_set(list);
                for half in [0, 8] {
                    body.local_get(ANSWER).local_get(list).i64_load(at(half, 0)).i64_store(at(half, 3));
                }
            }
            (Self::Trap, _) | (Self::Seed, None) => {
                body.unreachable();
            }
        }
        body.end();
        function
    }
}

fn at(offset: u64, align: u32) -> MemArg {
    MemArg { offset, align, memory_index: 0 }
}

/// A module on its way to be closed: which of its functions go where.
struct Closing {
    /// The imported functions, in order: their types, and what they do instead if they are closed.
    imported: Vec<(u32, Option<Instead>)>,
    /// The new index of the contract's `random`; none where the module does not ask for it.
    random: Option<u32>,
}

impl Closing {
    fn of(core: &[u8]) -> Result<Self> {
        let mut imported = Vec::new();
        let mut random = None;
        let mut n_kept = 0;
        for payload in Parser::new(0).parse_all(core) {
            let Payload::ImportSection(section) = payload? else { continue };
            for import in section.into_imports() {
                let import = import?;
                let TypeRef::Func(of_type) = import.ty else {
                    bail!("it imports {}.{}, which is no function", import.module, import.name)
                };
                let is_kept = import.module.starts_with(CONTRACT);
                if !is_kept && !import.module.starts_with("wasi:") {
                    bail!(
                        "it imports {}.{}, which is neither the contract's nor WASI's",
                        import.module,
                        import.name
                    );
                }
                if (interface(import.module), import.name) == RANDOM {
                    random = Some(n_kept);
                }
                n_kept += u32::from(is_kept);
                imported.push((of_type, (!is_kept).then(|| Instead::of(import.module, import.name))));
            }
        }
        let closing = Self { imported, random };
        let is_seeded = closing.closed().any(|(_, instead)| instead == Instead::Seed);
        if is_seeded && random.is_none() {
            bail!(
                "it has hash maps and does not import the contract's `random`, which their seed comes from"
            );
        }
        Ok(closing)
    }

    /// Types and deeds of the functions that are closed, in order.
    fn closed(&self) -> impl Iterator<Item = (u32, Instead)> {
        self.imported.iter().filter_map(|(of_type, instead)| Some((*of_type, (*instead)?)))
    }
}

impl Reencode for Closing {
    type Error = std::convert::Infallible;

    /// First the imports that are kept, then those that are closed, then the module's own, which so keep their numbers.
    fn function_index(&mut self, index: u32) -> Result<u32, reencode::Error> {
        let position = usize::try_from(index).unwrap_or(usize::MAX);
        let Some((_, instead)) = self.imported.get(position) else { return Ok(index) };
        let alike = |(_, other): &&(u32, Option<Instead>)| other.is_some() == instead.is_some();
        let n_before = self.imported.iter().take(position).filter(alike).count();
        let n_kept = self.imported.iter().filter(|(_, instead)| instead.is_none()).count();
        let new = if instead.is_some() { n_kept + n_before } else { n_before };
        Ok(u32::try_from(new).unwrap_or(index))
    }

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: ImportSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        for import in section.into_imports() {
            let import = import?;
            if let TypeRef::Func(of_type) = import.ty
                && import.module.starts_with(CONTRACT)
            {
                imports.import(import.module, import.name, EntityType::Function(of_type));
            }
        }
        Ok(())
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        for (of_type, _) in self.closed() {
            functions.function(of_type);
        }
        utils::parse_function_section(self, functions, section)
    }

    /// The imports have other numbers now, and names stand in the order of numbers.
    fn parse_custom_name_subsection(
        &mut self,
        names: &mut NameSection,
        section: wasmparser::Name<'_>,
    ) -> Result<(), reencode::Error> {
        let wasmparser::Name::Function(map) = section else {
            return utils::parse_custom_name_subsection(self, names, section);
        };
        let mut functions = BTreeMap::new();
        for naming in map {
            let naming = naming?;
            functions.insert(self.function_index(naming.index)?, naming.name);
        }
        let mut sorted = NameMap::new();
        functions.into_iter().for_each(|(index, name)| sorted.append(index, name));
        names.functions(&sorted);
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        for (_, instead) in self.closed() {
            code.function(&instead.body(self.random));
        }
        utils::parse_code_section(self, code, section)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{ExportKind, ExportSection, Module, TypeSection, ValType};
    use wasmparser::{KnownCustom, Operator, Validator};

    /// A module with these imports of functions with two parameters, and one function of its own that calls them in order.
    fn module(imports: &[(&str, &str)]) -> Vec<u8> {
        let (mut types, mut imported) = (TypeSection::new(), ImportSection::new());
        types.ty().function([ValType::I32, ValType::I32], []);
        let (mut functions, mut exports, mut code) =
            (FunctionSection::new(), ExportSection::new(), CodeSection::new());
        let mut body = Function::new([]);
        for (number, (module, name)) in (0..).zip(imports) {
            imported.import(module, name, EntityType::Function(0));
            body.instructions().local_get(0).local_get(1).call(number);
        }
        body.instructions().end();
        functions.function(0);
        exports.export("run", ExportKind::Func, u32::try_from(imports.len()).unwrap());
        code.function(&body);
        let mut memories = wasm_encoder::MemorySection::new();
        memories.memory(wasm_encoder::MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut module = Module::new();
        module.section(&types).section(&imported).section(&functions).section(&memories);
        module.section(&exports).section(&code);
        let (mut names, mut of_functions) = (NameSection::new(), NameMap::new());
        (0..).zip(imports).for_each(|(number, (_, name))| of_functions.append(number, name));
        names.functions(&of_functions);
        module.section(&names);
        module.finish()
    }

    /// The imports of a module, and which functions each of its own calls.
    #[expect(clippy::wildcard_enum_match_arm, reason = "two of thirty kinds of sections are of interest")]
    fn read(module: &[u8]) -> (Vec<String>, Vec<Vec<u32>>) {
        Validator::new().validate_all(module).unwrap();
        assert!(numbers(module).is_sorted());
        let (mut imports, mut calls) = (Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(module) {
            match payload.unwrap() {
                Payload::ImportSection(section) => {
                    imports.extend(section.into_imports().map(|import| import.unwrap().name.to_owned()));
                }
                Payload::CodeSectionEntry(body) => {
                    let operators = body.get_operators_reader().unwrap().into_iter();
                    let called = |operator: Result<Operator<'_>, _>| {
                        let Operator::Call { function_index } = operator.unwrap() else { return None };
                        Some(function_index)
                    };
                    calls.push(operators.filter_map(called).collect());
                }
                _ => {}
            }
        }
        (imports, calls)
    }

    /// The functions that have names, in order.
    fn numbers(module: &[u8]) -> Vec<u32> {
        let mut numbers = Vec::new();
        for payload in Parser::new(0).parse_all(module) {
            let Payload::CustomSection(section) = payload.unwrap() else { continue };
            let KnownCustom::Name(names) = section.as_known() else { continue };
            for subsection in names {
                let wasmparser::Name::Function(map) = subsection.unwrap() else { continue };
                numbers.extend(map.into_iter().map(|naming| naming.unwrap().index));
            }
        }
        numbers
    }

    const RANDOM: (&str, &str) = ("rollcall:connector/host@0.1.0", "random");
    const SEED: (&str, &str) = ("wasi:random/insecure-seed@0.2.9", "insecure-seed");
    const STREAM: (&str, &str) = ("wasi:io/streams@0.2.9", "[method]output-stream.write");
    const LOG: (&str, &str) = ("rollcall:connector/host@0.1.0", "log");

    #[test]
    fn the_contract_stays_and_everything_else_is_the_modules_own() {
        let (imports, calls) = read(&close(&module(&[STREAM, RANDOM, STREAM, LOG])).unwrap());
        assert_eq!(imports, ["random", "log"]);
        // Two that trap, and the one there was, which calls all as before.
        assert_eq!(calls, [vec![], vec![], vec![2, 0, 3, 1]]);
    }

    #[test]
    fn the_seed_is_the_contracts_random() {
        let (imports, calls) = read(&close(&module(&[SEED, LOG, RANDOM])).unwrap());
        assert_eq!(imports, ["log", "random"]);
        assert_eq!(calls, [vec![1], vec![2, 0, 1]]);
    }

    #[test]
    fn a_seed_without_the_contracts_random_is_refused() {
        let said = close(&module(&[SEED, LOG])).unwrap_err().to_string();
        assert!(said.contains("does not import the contract's `random`"), "{said}");
    }

    #[test]
    fn what_is_neither_the_contracts_nor_wasis_is_refused() {
        let said = close(&module(&[("env", "abort")])).unwrap_err().to_string();
        assert_eq!(said, "it imports env.abort, which is neither the contract's nor WASI's");
    }

    #[test]
    fn a_component_is_no_module() {
        let said = component(b"\0asm\x0d\0\x01\0").unwrap_err();
        assert!(format!("{said:#}").contains("cannot be written anew"), "{said:#}");
    }
}

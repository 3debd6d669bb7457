//! Reading a WIT package into a flat list of items, and what every item must have. Versions are compared in `published`.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use wit_parser::{
    Docs, Function, FunctionKind, InterfaceId, Resolve, SourceMap, Span, Stability, Type, TypeDef,
    TypeDefKind, TypeId, TypeOwner, World, WorldItem,
};

use crate::finding::Finding;

const SINCE: &str = "every item says since which version it is there";
const DOCS: &str = "every item is explained";
const PLAIN: &str = "the contract is plain data and synchronous functions";

/// A package's version. Pre-releases are not for contracts: wasmtime matches them with nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version {
    pub(super) major: u64,
    pub(super) minor: u64,
    pub(super) patch: u64,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// Something that has a name of its own: an interface, a type, a function, a world, an import or export of a world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// All that must never change once published, in WIT's own words.
    pub(super) shape: String,
    /// `None` if nothing is said.
    pub(super) since: Option<Version>,
    /// `path:line:column`.
    pub(super) place: String,
}

/// A package, flat.
#[derive(Debug)]
pub(super) struct Contract {
    package: String,
    version: Version,
    items: BTreeMap<String, Item>,
    findings: Vec<Finding>,
}

impl Contract {
    /// The package with its version.
    pub(super) fn name(&self) -> String {
        format!("{}@{}", self.package, self.version)
    }

    pub(super) fn version(&self) -> Version {
        self.version
    }

    /// By path, for example `types/key`.
    pub(super) fn items(&self) -> &BTreeMap<String, Item> {
        &self.items
    }

    pub(super) fn n_items(&self) -> usize {
        self.items.len()
    }

    /// What is not explained or has no `@since`.
    pub(super) fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

/// Read `(path, text)` pairs as one package that depends on nothing.
///
/// # Errors
///
/// When they do not parse, name another package, or have no release version.
pub(super) fn parse(sources: &[(String, String)]) -> Result<Contract> {
    let mut map = SourceMap::new();
    for (path, text) in sources {
        map.push(Path::new(path), text.as_str());
    }
    let mut resolve = Resolve::new();
    let group = match map.parse() {
        Ok(group) => group,
        Err((map, error)) => bail!("{}", wit_parser::render_anyhow_error(&error.into(), &map)),
    };
    let id = match resolve.push_group(group) {
        Ok(id) => id,
        Err(error) => {
            let text = resolve.render_error(&error.into());
            bail!("{text}");
        }
    };
    let package = resolve.packages.get(id).context("the parser lost the package")?;
    let version = package.name.version.as_ref().filter(|version| version.pre.is_empty());
    let version = version.with_context(|| format!("package {} must have a release version", package.name))?;
    let mut reader = Reader {
        resolve: &resolve,
        contract: Contract {
            package: format!("{}:{}", package.name.namespace, package.name.name),
            version: Version { major: version.major, minor: version.minor, patch: version.patch },
            items: BTreeMap::new(),
            findings: Vec::new(),
        },
    };
    for (name, interface) in &package.interfaces {
        reader.interface(name, *interface);
    }
    for (name, world) in &package.worlds {
        if let Some(world) = resolve.worlds.get(*world) {
            reader.world(name, world);
        }
    }
    Ok(reader.contract)
}

/// What is being read, and what was read of it.
struct Reader<'a> {
    resolve: &'a Resolve,
    contract: Contract,
}

impl<'a> Reader<'a> {
    fn interface(&mut self, name: &str, id: InterfaceId) {
        let resolve = self.resolve;
        let Some(interface) = resolve.interfaces.get(id) else { return };
        let path = name.to_owned();
        self.item(&path, "interface".to_owned(), &interface.stability, interface.span);
        self.explained(&path, &interface.docs, interface.span);
        for (name, id) in &interface.types {
            if let Some(ty) = resolve.types.get(*id).filter(|ty| !self.is_use(ty)) {
                self.ty(&format!("{path}/{name}"), ty);
            }
        }
        for (name, function) in &interface.functions {
            self.function(&format!("{path}/{name}"), function);
        }
    }

    fn world(&mut self, name: &str, world: &'a World) {
        // An export more would make every older component unusable, so the exports are part of the world's own shape.
        let exports: Vec<String> =
            world.exports.iter().map(|(key, _)| self.resolve.name_world_key(key)).collect();
        let path = format!("world {name}");
        let shape = format!("world that exports {}", sorted(exports).join(", "));
        self.item(&path, self.unversioned(&shape), &world.stability, world.span);
        self.explained(&path, &world.docs, world.span);
        for (key, item) in &world.imports {
            let path = format!("{path}, import {}", self.unversioned(&self.resolve.name_world_key(key)));
            match item {
                // The parser forgets where an import was written.
                WorldItem::Interface { stability, .. } => {
                    self.item(&path, "interface".to_owned(), stability, world.span);
                }
                WorldItem::Function(function) => self.function(&path, function),
                WorldItem::Type { id, .. } => {
                    if let Some(ty) = self.resolve.types.get(*id).filter(|ty| !self.is_use(ty)) {
                        self.ty(&path, ty);
                    }
                }
            }
        }
    }

    fn ty(&mut self, path: &str, ty: &'a TypeDef) {
        let shape = self.definition(&ty.kind);
        self.item(path, shape, &ty.stability, ty.span);
        self.explained(path, &ty.docs, ty.span);
        for (name, docs, span) in parts(&ty.kind) {
            self.explained(&format!("{path}.{name}"), docs, span);
        }
        self.plain(path, &ty.kind, ty.span);
    }

    fn function(&mut self, path: &str, function: &'a Function) {
        let parameters =
            function.params.iter().map(|param| format!("{}: {}", param.name, self.name_of(&param.ty)));
        let parameters = parameters.collect::<Vec<_>>().join(", ");
        let result =
            function.result.as_ref().map(|ty| format!(" -> {}", self.name_of(ty))).unwrap_or_default();
        self.item(path, format!("func({parameters}){result}"), &function.stability, function.span);
        self.explained(path, &function.docs, function.span);
        if function.kind != FunctionKind::Freestanding {
            self.find(path, PLAIN, function.span, "make it a plain `func`");
        }
        for ty in function.params.iter().map(|param| &param.ty).chain(&function.result) {
            if let Some(inline) = self.inline(ty) {
                self.plain(path, inline, function.span);
            }
        }
    }

    /// `use types.{key};` is a type for the parser, and nothing of its own.
    fn is_use(&self, ty: &TypeDef) -> bool {
        let TypeDefKind::Type(Type::Id(origin)) = ty.kind else { return false };
        self.resolve
            .types
            .get(origin)
            .is_some_and(|origin| origin.owner != TypeOwner::None && origin.owner != ty.owner)
    }

    fn item(&mut self, path: &str, shape: String, stability: &Stability, span: Span) {
        let since = match stability {
            Stability::Stable { since, .. } => {
                Some(Version { major: since.major, minor: since.minor, patch: since.patch })
            }
            Stability::Unknown | Stability::Unstable { .. } => None,
        };
        if since.is_none() {
            let mend = format!("write `@since(version = {})` above it", self.contract.version);
            self.find(path, SINCE, span, &mend);
        }
        let place = self.resolve.render_location(span);
        self.contract.items.insert(path.to_owned(), Item { shape, since, place });
    }

    fn explained(&mut self, path: &str, docs: &Docs, span: Span) {
        if docs.contents.as_ref().is_none_or(|text| text.trim().is_empty()) {
            self.find(
                path,
                DOCS,
                span,
                "write `///` above it: what it is, its unit, its maximum, when it fails",
            );
        }
    }

    fn plain(&mut self, path: &str, kind: &'a TypeDefKind, span: Span) {
        if let Some(found) = self.not_plain(kind) {
            let mend = format!(
                "it uses `{found}`, which hosts in other languages cannot offer; use a record or an id"
            );
            self.find(path, PLAIN, span, &mend);
        }
    }

    /// The first part that is more than data, however deep.
    fn not_plain(&self, kind: &'a TypeDefKind) -> Option<&'static str> {
        match kind {
            TypeDefKind::Resource
            | TypeDefKind::Handle(_)
            | TypeDefKind::Future(_)
            | TypeDefKind::Stream(_) => Some(kind.as_str()),
            TypeDefKind::Record(_)
            | TypeDefKind::Flags(_)
            | TypeDefKind::Tuple(_)
            | TypeDefKind::Variant(_)
            | TypeDefKind::Enum(_)
            | TypeDefKind::Option(_)
            | TypeDefKind::Result(_)
            | TypeDefKind::List(_)
            | TypeDefKind::Map(..)
            | TypeDefKind::FixedLengthList(..)
            | TypeDefKind::Type(_)
            | TypeDefKind::Unknown => types_in(kind).iter().find_map(|ty| self.not_plain(self.inline(ty)?)),
        }
    }

    /// The definition of a type that has no name of its own, such as `list<string>`.
    fn inline(&self, ty: &Type) -> Option<&'a TypeDefKind> {
        let Type::Id(id) = ty else { return None };
        self.resolve.types.get(*id).filter(|ty| ty.name.is_none()).map(|ty| &ty.kind)
    }

    fn find(&mut self, path: &str, rule: &'static str, span: Span, mend: &str) {
        let place = self.resolve.render_location(span);
        self.contract.findings.push(Finding::new(place, rule, format!("`{path}`: {mend}")));
    }

    fn name_of(&self, ty: &Type) -> String {
        if let Type::Id(id) = ty { self.name_of_id(*id) } else { format!("{ty:?}").to_lowercase() }
    }

    fn name_of_id(&self, id: TypeId) -> String {
        let Some(ty) = self.resolve.types.get(id) else { return "unknown".to_owned() };
        match &ty.name {
            Some(name) => name.clone(),
            None => self.definition(&ty.kind),
        }
    }

    /// In WIT's words, without what may change.
    fn definition(&self, kind: &TypeDefKind) -> String {
        let optional = |ty: &Option<Type>| ty.as_ref().map_or_else(|| "_".to_owned(), |ty| self.name_of(ty));
        let inner = match kind {
            TypeDefKind::Record(record) => {
                join(record.fields.iter().map(|field| format!("{}: {}", field.name, self.name_of(&field.ty))))
            }
            TypeDefKind::Variant(variant) => join(variant.cases.iter().map(|case| match &case.ty {
                Some(ty) => format!("{}({})", case.name, self.name_of(ty)),
                None => case.name.clone(),
            })),
            TypeDefKind::Enum(cases) => join(cases.cases.iter().map(|case| case.name.clone())),
            TypeDefKind::Flags(flags) => join(flags.flags.iter().map(|flag| flag.name.clone())),
            TypeDefKind::Result(result) => format!("{}, {}", optional(&result.ok), optional(&result.err)),
            TypeDefKind::FixedLengthList(ty, n) => format!("{}, {n}", self.name_of(ty)),
            TypeDefKind::Handle(wit_parser::Handle::Own(id) | wit_parser::Handle::Borrow(id)) => {
                self.name_of_id(*id)
            }
            TypeDefKind::Tuple(_)
            | TypeDefKind::Option(_)
            | TypeDefKind::List(_)
            | TypeDefKind::Map(..)
            | TypeDefKind::Future(_)
            | TypeDefKind::Stream(_)
            | TypeDefKind::Type(_)
            | TypeDefKind::Resource
            | TypeDefKind::Unknown => join(types_in(kind).iter().map(|ty| self.name_of(ty))),
        };
        format!("{}<{inner}>", kind.as_str())
    }

    /// Without the package's version, which differs between two versions of the same thing.
    fn unversioned(&self, name: &str) -> String {
        name.replace(&format!("{}/", self.contract.package), "")
            .replace(&format!("@{}", self.contract.version), "")
    }
}

/// The fields, cases or flags of a type.
fn parts(kind: &TypeDefKind) -> Vec<(&str, &Docs, Span)> {
    match kind {
        TypeDefKind::Record(record) => {
            record.fields.iter().map(|field| (field.name.as_str(), &field.docs, field.span)).collect()
        }
        TypeDefKind::Variant(variant) => {
            variant.cases.iter().map(|case| (case.name.as_str(), &case.docs, case.span)).collect()
        }
        TypeDefKind::Enum(cases) => {
            cases.cases.iter().map(|case| (case.name.as_str(), &case.docs, case.span)).collect()
        }
        TypeDefKind::Flags(flags) => {
            flags.flags.iter().map(|flag| (flag.name.as_str(), &flag.docs, flag.span)).collect()
        }
        TypeDefKind::Resource
        | TypeDefKind::Handle(_)
        | TypeDefKind::Tuple(_)
        | TypeDefKind::Option(_)
        | TypeDefKind::Result(_)
        | TypeDefKind::List(_)
        | TypeDefKind::Map(..)
        | TypeDefKind::FixedLengthList(..)
        | TypeDefKind::Future(_)
        | TypeDefKind::Stream(_)
        | TypeDefKind::Type(_)
        | TypeDefKind::Unknown => Vec::new(),
    }
}

/// The types that a definition is made of.
fn types_in(kind: &TypeDefKind) -> Vec<Type> {
    match kind {
        TypeDefKind::Record(record) => record.fields.iter().map(|field| field.ty).collect(),
        TypeDefKind::Variant(variant) => variant.cases.iter().filter_map(|case| case.ty).collect(),
        TypeDefKind::Tuple(tuple) => tuple.types.clone(),
        TypeDefKind::Result(result) => result.ok.into_iter().chain(result.err).collect(),
        TypeDefKind::Option(ty)
        | TypeDefKind::List(ty)
        | TypeDefKind::Type(ty)
        | TypeDefKind::FixedLengthList(ty, _) => vec![*ty],
        TypeDefKind::Map(key, value) => vec![*key, *value],
        TypeDefKind::Future(ty) | TypeDefKind::Stream(ty) => ty.iter().copied().collect(),
        TypeDefKind::Resource
        | TypeDefKind::Handle(_)
        | TypeDefKind::Flags(_)
        | TypeDefKind::Enum(_)
        | TypeDefKind::Unknown => Vec::new(),
    }
}

fn join(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join(", ")
}

fn sorted(mut words: Vec<String>) -> Vec<String> {
    words.sort();
    words
}

#[cfg(test)]
mod tests;

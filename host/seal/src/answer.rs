//! What a function that is closed off answers, by the type of its answer alone: the failure if it can fail, else nothing.
//!
//! Why by type: WASI has hundreds of functions and gets more; of nearly all of them a connector may learn only that there is
//! nothing. Not here: those that really do something (`wasi`).

use wit_parser::{Handle, Resolve, SizeAlign, Type, TypeDefKind, TypeId};

/// Failures that say what is meant, the best first. Source: the error enums of WASI 0.2's io, filesystem, sockets and HTTP.
const REFUSALS: [&str; 8] = [
    "closed",
    "access",
    "access-denied",
    "not-permitted",
    "HTTP-request-denied",
    "forbidden",
    "not-supported",
    "unsupported",
];

/// How a function that may fail ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It is refused.
    Refused,
    /// It works, with nothing to show for it.
    Empty,
}

/// Makes answers.
pub(crate) struct Answers<'r> {
    resolve: &'r Resolve,
    sizes: SizeAlign,
}

impl<'r> Answers<'r> {
    /// For the types of this document.
    pub(crate) fn of(resolve: &'r Resolve) -> anyhow::Result<Self> {
        let mut sizes = SizeAlign::default();
        sizes.fill(resolve)?;
        Ok(Self { resolve, sizes })
    }

    /// The bytes of an answer in memory, as the canonical ABI lays them out. None where there is no such value without
    /// something that would have to be made for it: a handle.
    pub(crate) fn bytes(&self, of_type: &Type, ending: Ending) -> Option<Vec<u8>> {
        let mut bytes = vec![0; self.sizes.size(of_type).size_wasm32()];
        self.fill(of_type, ending, &mut bytes)?;
        Some(bytes)
    }

    /// The resource that a function hands over as a whole answer.
    pub(crate) fn handle(&self, of_type: &Type) -> Option<TypeId> {
        let TypeDefKind::Handle(Handle::Own(resource)) = self.kind(of_type)? else { return None };
        Some(self.origin(*resource))
    }

    /// A type under the name that it was first given.
    pub(crate) fn origin(&self, id: TypeId) -> TypeId {
        match self.resolve.types.get(id).map(|defined| &defined.kind) {
            Some(TypeDefKind::Type(Type::Id(other))) => self.origin(*other),
            _ => id,
        }
    }

    fn kind(&self, of_type: &Type) -> Option<&'r TypeDefKind> {
        let Type::Id(id) = of_type else { return None };
        self.resolve.types.get(self.origin(*id)).map(|defined| &defined.kind)
    }

    /// Write what is not zero: zeros are no, none, nothing, and the first of several.
    #[expect(clippy::wildcard_enum_match_arm, reason = "of the other types the value is all zeros")]
    fn fill(&self, of_type: &Type, ending: Ending, into: &mut [u8]) -> Option<()> {
        let Some(kind) = self.kind(of_type) else { return Some(()) };
        match kind {
            TypeDefKind::Handle(_) | TypeDefKind::Future(_) | TypeDefKind::Stream(_) => None,
            TypeDefKind::Record(record) => {
                self.fill_fields(record.fields.iter().map(|field| &field.ty), ending, into)
            }
            TypeDefKind::Tuple(tuple) => self.fill_fields(&tuple.types, ending, into),
            TypeDefKind::Result(result) => {
                let (case, payload) = match ending {
                    Ending::Refused => (1, result.err.as_ref()),
                    Ending::Empty => (0, result.ok.as_ref()),
                };
                let cases = [result.ok.as_ref(), result.err.as_ref()];
                let offset = self.sizes.payload_offset(wit_parser::Int::U8, cases).size_wasm32();
                self.fill_case(case, offset, payload, ending, into)
            }
            TypeDefKind::Variant(variant) => {
                let case = preferred(variant.cases.iter().map(|case| case.name.as_str()));
                let payloads = variant.cases.iter().map(|case| case.ty.as_ref());
                let offset = self.sizes.payload_offset(variant.tag(), payloads).size_wasm32();
                let payload = variant.cases.get(case).and_then(|case| case.ty.as_ref());
                self.fill_case(case, offset, payload, ending, into)
            }
            TypeDefKind::Enum(cases) => {
                let case = preferred(cases.cases.iter().map(|case| case.name.as_str()));
                self.fill_case(case, 0, None, ending, into)
            }
            _ => Some(()),
        }
    }

    fn fill_fields<'t>(
        &self,
        fields: impl IntoIterator<Item = &'t Type>,
        ending: Ending,
        into: &mut [u8],
    ) -> Option<()> {
        for (offset, field) in self.sizes.field_offsets(fields) {
            self.fill(field, ending, into.get_mut(offset.size_wasm32()..)?)?;
        }
        Some(())
    }

    fn fill_case(
        &self,
        case: usize,
        offset: usize,
        payload: Option<&Type>,
        ending: Ending,
        into: &mut [u8],
    ) -> Option<()> {
        // Little-endian, and no such type has more than 256 cases.
        *into.first_mut()? = u8::try_from(case).ok()?;
        payload.map_or(Some(()), |payload| self.fill(payload, ending, into.get_mut(offset..)?))
    }
}

/// The case to choose: one that says that it is refused, else the first.
fn preferred<'n>(cases: impl Iterator<Item = &'n str>) -> usize {
    let cases: Vec<&str> = cases.collect();
    let best = REFUSALS.iter().find_map(|wanted| cases.iter().position(|case| case == wanted));
    best.unwrap_or_default()
}

//! What a filter asks of the resources of one type: every attribute found in its schema, every value of the attribute's type.
//!
//! Not here: whether it holds of a resource (`holds`).

mod holds;

use rollcall_browse::words::fold;
use rollcall_host::model::Diagnosis;

pub(crate) use self::holds::Effort;
use super::instant::instant;
use super::{Filter, Literal, Operator, Target};
use crate::scim::path::Path;
use crate::scim::schemas::{Attribute, COMMON, ScimResourceType, ValueKind};

/// A filter on resources of one type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ResourceFilter {
    /// There is a value that is not empty.
    Present(ValuePath),
    /// One of the values compares like this; or there is none, and the operator is `ne`.
    Compare(ValuePath, Operator, Operand),
    /// All of these hold.
    All(Vec<ResourceFilter>),
    /// One of these holds.
    Any(Vec<ResourceFilter>),
    /// This does not hold.
    Not(Box<ResourceFilter>),
    /// For one of the values, this holds of its parts.
    OfOne(ValuePath, Box<ResourceFilter>),
}

/// Where values stand in a resource, by the names that they have there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ValuePath {
    /// The extension that the attribute is of.
    pub(crate) extension: Option<&'static str>,
    pub(crate) name: &'static str,
    /// A part of its values.
    pub(crate) part: Option<&'static str>,
    /// What must hold of the other parts of a value whose part is looked at.
    pub(crate) of_those: Option<Box<ResourceFilter>>,
}

/// A value of the type of what it is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Operand {
    /// Letters are told apart by case.
    Exact(String),
    /// Folded, as what it is compared with must be.
    Folded(String),
    Flag(bool),
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    Moment(i128),
}

/// Whose resources are looked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Among {
    /// Of this one type: an attribute that it lacks is a mistake.
    One,
    /// Of several types: of those that lack an attribute that others have, there is no value. Source: RFC 7644, section
    /// 3.4.2.1. An attribute that none has is a mistake.
    Several,
}

/// Why a filter asks nothing that could be answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unanswerable {
    #[error("filter names attribute {attribute:?}, which {kind} resources do not have")]
    Attribute { attribute: String, kind: &'static str },
    #[error("filter uses operator {operator:?}, which is not for {attribute:?}, as that is {nature}")]
    Operator { operator: &'static str, attribute: String, nature: &'static str },
    #[error("filter compares {attribute:?} with {value}, which is not {nature}")]
    Value { attribute: String, value: String, nature: &'static str },
    #[error(
        "filter compares {attribute:?}, which has parts; name one of them, such as \"{attribute}.{part}\""
    )]
    Parts { attribute: String, part: &'static str },
    #[error("filter has brackets behind {attribute:?}, which has no parts")]
    NoParts { attribute: String },
}

impl From<Unanswerable> for Diagnosis {
    fn from(error: Unanswerable) -> Self {
        let chinese = match &error {
            Unanswerable::Attribute { attribute, kind } => {
                format!("{kind} 资源没有筛选条件中的属性 {attribute}")
            }
            Unanswerable::Operator { operator, attribute, nature } => {
                format!("属性 {attribute} 的类型是{}，不支持运算符 {operator}", in_chinese(nature))
            }
            Unanswerable::Value { attribute, value, nature } => {
                format!("属性 {attribute} 的类型是{}，不能与 {value} 比较", in_chinese(nature))
            }
            Unanswerable::Parts { attribute, part } => {
                format!("属性 {attribute} 由多个部分组成，请指明其中一个，例如 {attribute}.{part}")
            }
            Unanswerable::NoParts { attribute } => format!("属性 {attribute} 没有子属性，不能使用方括号"),
        };
        Self::new("filter-not-supported", error.to_string())
            .with_remedy("see /scim/v2/Schemas for every attribute, its parts and its type")
            .in_chinese(chinese, "全部属性、其组成部分和类型见 /scim/v2/Schemas")
    }
}

const FLAG: &str = "true or false";

const MOMENT: &str = "a moment such as 2026-01-01T00:00:00Z";

const TEXT: &str = "text";

fn in_chinese(nature: &str) -> &'static str {
    match nature {
        FLAG => "布尔值",
        MOMENT => "时间，例如 2026-01-01T00:00:00Z",
        _ => "文本",
    }
}

/// What a filter asks of the resources of this type.
///
/// # Errors
///
/// When it names what they do not have, or compares what cannot be compared.
pub(crate) fn question(
    filter: &Filter,
    kind: ScimResourceType,
    among: Among,
) -> Result<ResourceFilter, Unanswerable> {
    NameScope::Resource(kind, among).question(filter)
}

/// Where names are looked for.
#[derive(Clone, Copy)]
enum NameScope<'a> {
    /// In the schemas of a type.
    Resource(ScimResourceType, Among),
    /// Among the parts of this attribute of a type.
    Value(ScimResourceType, &'a Path, &'static [Attribute]),
}

/// An attribute that was found.
#[derive(Clone, Copy)]
struct KnownAttribute {
    extension: Option<&'static str>,
    attribute: &'static Attribute,
    part: Option<&'static Attribute>,
}

impl KnownAttribute {
    /// What is compared.
    fn leaf(&self) -> &'static Attribute {
        self.part.unwrap_or(self.attribute)
    }
}

impl NameScope<'_> {
    fn question(self, filter: &Filter) -> Result<ResourceFilter, Unanswerable> {
        let all = |filters: &[Filter]| -> Result<Vec<ResourceFilter>, Unanswerable> {
            filters.iter().map(|filter| self.question(filter)).collect()
        };
        match filter {
            Filter::Present(target) => self.present(target),
            Filter::Compare(target, operator, value) => self.compare(target, *operator, value),
            Filter::And(filters) => Ok(ResourceFilter::All(all(filters)?)),
            Filter::Or(filters) => Ok(ResourceFilter::Any(all(filters)?)),
            Filter::Not(filter) => Ok(ResourceFilter::Not(Box::new(self.question(filter)?))),
            Filter::OfOne(path, filter) => self.of_one(path, filter),
        }
    }

    fn present(self, target: &Target) -> Result<ResourceFilter, Unanswerable> {
        let Some(known) = self.find(&target.path)? else { return Ok(NEVER) };
        Ok(ResourceFilter::Present(self.place(&known, target)?))
    }

    fn compare(
        self,
        target: &Target,
        operator: Operator,
        value: &Literal,
    ) -> Result<ResourceFilter, Unanswerable> {
        let Some(mut known) = self.find(&target.path)? else { return Ok(of_nothing(operator, value)) };
        if let (Operator::Equals | Operator::NotEquals, Literal::Null) = (operator, value) {
            let is_there = ResourceFilter::Present(self.place(&known, target)?);
            let is_equal = operator == Operator::Equals;
            return Ok(if is_equal { ResourceFilter::Not(Box::new(is_there)) } else { is_there });
        }
        if let ValueKind::Complex(parts) = known.leaf().kind {
            known.part = Some(self.main_part(&target.path, parts)?);
        }
        let operand = operand(&self.named(&target.path), known.leaf(), operator, value)?;
        Ok(ResourceFilter::Compare(self.place(&known, target)?, operator, operand))
    }

    fn of_one(self, path: &Path, filter: &Filter) -> Result<ResourceFilter, Unanswerable> {
        let Some(known) = self.find(path)? else { return Ok(NEVER) };
        let within = self.parts_of(path, &known)?.question(filter)?;
        let place = ValuePath {
            extension: known.extension,
            name: known.attribute.name,
            part: known.part.map(|part| part.name),
            of_those: None,
        };
        Ok(ResourceFilter::OfOne(place, Box::new(within)))
    }

    fn place(self, known: &KnownAttribute, target: &Target) -> Result<ValuePath, Unanswerable> {
        let whole = KnownAttribute { part: None, ..*known };
        let chosen = |filter: &Filter| -> Result<_, Unanswerable> {
            let path = target.path.whole();
            Ok(Box::new(self.parts_of(&path, &whole)?.question(filter)?))
        };
        Ok(ValuePath {
            extension: known.extension,
            name: known.attribute.name,
            part: known.part.map(|part| part.name),
            of_those: target.of_those.as_deref().map(chosen).transpose()?,
        })
    }

    /// The scope within the brackets behind an attribute.
    fn parts_of<'p>(self, path: &'p Path, known: &KnownAttribute) -> Result<NameScope<'p>, Unanswerable> {
        let (Self::Resource(kind, _) | Self::Value(kind, ..)) = self;
        match known.leaf().kind {
            ValueKind::Complex(parts) => Ok(NameScope::Value(kind, path, parts)),
            ValueKind::Text | ValueKind::Flag | ValueKind::Moment | ValueKind::Reference(_) => {
                Err(Unanswerable::NoParts { attribute: self.named(path) })
            }
        }
    }

    /// The part that a whole value is compared by. Source: RFC 7643, section 2.4.
    fn main_part(self, path: &Path, parts: &'static [Attribute]) -> Result<&'static Attribute, Unanswerable> {
        parts.iter().find(|part| part.name == "value").ok_or_else(|| Unanswerable::Parts {
            attribute: self.named(path),
            part: parts.first().map_or("", |part| part.name),
        })
    }

    /// None where there never is a value, which is no mistake.
    fn find(self, path: &Path) -> Result<Option<KnownAttribute>, Unanswerable> {
        let (found, kind, is_known_elsewhere) = match self {
            Self::Resource(kind, Among::One) => (of_type(kind, path), kind, false),
            Self::Resource(kind, Among::Several) => {
                let elsewhere = ScimResourceType::ALL.into_iter().any(|other| of_type(other, path).is_some());
                (of_type(kind, path), kind, elsewhere)
            }
            Self::Value(kind, _, parts) => (of_value(parts, path), kind, false),
        };
        if found.is_none() && !is_known_elsewhere {
            return Err(Unanswerable::Attribute { attribute: self.named(path), kind: kind.name() });
        }
        Ok(found)
    }

    /// As sentences name it.
    fn named(self, path: &Path) -> String {
        match self {
            Self::Resource(..) => path.to_string(),
            Self::Value(_, attribute, _) => format!("{attribute}.{path}"),
        }
    }
}

const NEVER: ResourceFilter = ResourceFilter::Any(Vec::new());

/// A comparison of what has no value.
fn of_nothing(operator: Operator, value: &Literal) -> ResourceFilter {
    match (operator, value) {
        (Operator::Equals, Literal::Null) => ResourceFilter::All(Vec::new()),
        (Operator::NotEquals, Literal::Text(_) | Literal::Number(_) | Literal::Flag(_)) => {
            ResourceFilter::All(Vec::new())
        }
        _ => NEVER,
    }
}

/// An attribute that a schema of this type describes. Without a schema it may be of any of them, the core one first.
fn of_type(kind: ScimResourceType, path: &Path) -> Option<KnownAttribute> {
    let core = kind.schema();
    let named = |attributes: &'static [Attribute], extension| known(attributes, extension, path);
    let is_core = path.schema.is_none_or(|schema| schema == core.id);
    let in_core = || named(COMMON, None).or_else(|| named(core.attributes, None));
    let in_extension = || {
        let meant = kind.extensions().iter().filter(|one| path.schema.is_none_or(|schema| schema == one.id));
        meant.map(|one| named(one.attributes, Some(one.id))).find_map(|found| found)
    };
    is_core.then(in_core).flatten().or_else(in_extension)
}

/// A part of a value.
fn of_value(parts: &'static [Attribute], path: &Path) -> Option<KnownAttribute> {
    let is_plain = path.schema.is_none() && path.part.is_none();
    is_plain.then(|| known(parts, None, path)).flatten()
}

fn known(
    attributes: &'static [Attribute],
    extension: Option<&'static str>,
    path: &Path,
) -> Option<KnownAttribute> {
    let attribute = named(attributes, path.name.as_deref()?)?;
    let part = match (path.part.as_deref(), attribute.kind) {
        (None, _) => None,
        (Some(part), ValueKind::Complex(parts)) => Some(named(parts, part)?),
        (Some(_), ValueKind::Text | ValueKind::Flag | ValueKind::Moment | ValueKind::Reference(_)) => {
            return None;
        }
    };
    Some(KnownAttribute { extension, attribute, part })
}

fn named(attributes: &'static [Attribute], name: &str) -> Option<&'static Attribute> {
    attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}

/// The value as one of the attribute's type. What people write beside the type is taken as it is meant: `"True"` for a flag, a
/// number for text.
fn operand(
    named: &str,
    attribute: &Attribute,
    operator: Operator,
    value: &Literal,
) -> Result<Operand, Unanswerable> {
    let (nature, found) = match attribute.kind {
        ValueKind::Flag => (FLAG, flag(named, operator, value)?),
        ValueKind::Moment if !is_of_text(operator) => {
            (MOMENT, text(value).and_then(|text| instant(&text)).map(Operand::Moment))
        }
        ValueKind::Reference(_) => (TEXT, text(value).map(Operand::Exact)),
        ValueKind::Text if attribute.is_exact => (TEXT, text(value).map(Operand::Exact)),
        // A whole value of parts is compared by a text among them.
        ValueKind::Text | ValueKind::Moment | ValueKind::Complex(_) => {
            (TEXT, text(value).map(|text| Operand::Folded(fold(&text))))
        }
    };
    found.ok_or_else(|| Unanswerable::Value { attribute: named.to_owned(), value: written(value), nature })
}

/// Whether an operator looks at letters alone.
const fn is_of_text(operator: Operator) -> bool {
    matches!(operator, Operator::Contains | Operator::StartsWith | Operator::EndsWith)
}

/// Nothing but equality is asked of a flag. Source: RFC 7644, section 3.4.2.2.
fn flag(named: &str, operator: Operator, value: &Literal) -> Result<Option<Operand>, Unanswerable> {
    if !matches!(operator, Operator::Equals | Operator::NotEquals) {
        let (operator, attribute) = (operator.as_str(), named.to_owned());
        return Err(Unanswerable::Operator { operator, attribute, nature: FLAG });
    }
    let says = |text: &str| match text.trim().to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    };
    Ok(match value {
        Literal::Flag(flag) => Some(*flag),
        Literal::Text(text) => says(text),
        Literal::Number(_) | Literal::Null => None,
    }
    .map(Operand::Flag))
}

fn text(value: &Literal) -> Option<String> {
    match value {
        Literal::Text(text) => Some(text.clone()),
        Literal::Number(number) => Some(number.clone()),
        Literal::Flag(flag) => Some(flag.to_string()),
        Literal::Null => None,
    }
}

/// As it stands in a filter.
fn written(value: &Literal) -> String {
    match value {
        Literal::Text(text) => format!("{text:?}"),
        Literal::Number(number) => number.clone(),
        Literal::Flag(flag) => flag.to_string(),
        Literal::Null => "null".to_owned(),
    }
}

#[cfg(test)]
mod tests;

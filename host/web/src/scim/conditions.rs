//! What the store can answer of a question by what it keeps beside the documents. The rest stays unclear, and is answered by
//! the resources themselves.
//!
//! A condition never says that something holds, or does not, where the resource as it is told says otherwise.

mod user_names;

use rollcall_browse::{Attribute, Condition, Test};
use rollcall_host::model::Timestamp;

use super::filter::{Operand, Operator, ResourceFilter, ValuePath};
use super::id::{Meant, parse_id};
use super::schemas::ScimResourceType;

pub(crate) use user_names::WithSource;

/// What a question about resources of this type asks of the store.
pub(crate) fn condition(question: &ResourceFilter, kind: ScimResourceType) -> Condition {
    let all = |questions: &[ResourceFilter]| -> Vec<Condition> {
        questions.iter().map(|one| condition(one, kind)).collect()
    };
    match question {
        ResourceFilter::Present(place) => present(place, kind),
        ResourceFilter::Compare(place, operator, operand) => compare(place, kind, *operator, operand),
        ResourceFilter::All(questions) => Condition::All(all(questions)),
        ResourceFilter::Any(questions) => Condition::Any(all(questions)),
        ResourceFilter::Not(question) => not(condition(question, kind)),
        ResourceFilter::OfOne(place, question) => of_one(place, kind, question),
    }
}

/// What the store keeps of a place in a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StoredValue {
    Id,
    ResourceType,
    /// A text that every resource has once.
    One(Attribute),
    /// A text of which there may be none.
    Optional(Attribute),
    /// A text of which there may be several.
    Several(Attribute),
    Flag(Attribute),
    Moment(Attribute),
}

fn kept(place: &ValuePath, kind: ScimResourceType) -> Option<StoredValue> {
    if place.of_those.is_some() {
        return None;
    }
    let is_person = kind == ScimResourceType::User;
    let stands_alone = place.extension.is_none();
    match (place.name, place.part) {
        ("source", None) if !stands_alone => Some(StoredValue::One(Attribute::Source)),
        _ if !stands_alone => None,
        ("id", None) => Some(StoredValue::Id),
        ("externalId", None) => Some(StoredValue::One(Attribute::ExternalId)),
        ("displayName", None) => Some(StoredValue::Optional(Attribute::DisplayName)),
        ("meta", Some("resourceType")) => Some(StoredValue::ResourceType),
        ("meta", Some("created")) => Some(StoredValue::Moment(Attribute::Created)),
        ("meta", Some("lastModified")) => Some(StoredValue::Moment(Attribute::Modified)),
        ("userName", None) if is_person => Some(StoredValue::One(Attribute::UserName)),
        ("title", None) if is_person => Some(StoredValue::Optional(Attribute::Title)),
        ("active", None) if is_person => Some(StoredValue::Flag(Attribute::Active)),
        ("emails", Some("value")) if is_person => Some(StoredValue::Several(Attribute::Email)),
        ("phoneNumbers", Some("value")) if is_person => Some(StoredValue::Several(Attribute::Phone)),
        _ => None,
    }
}

fn present(place: &ValuePath, kind: ScimResourceType) -> Condition {
    match kept(place, kind) {
        Some(StoredValue::Id | StoredValue::ResourceType | StoredValue::Flag(_) | StoredValue::Moment(_)) => {
            Condition::always()
        }
        Some(
            StoredValue::One(attribute) | StoredValue::Optional(attribute) | StoredValue::Several(attribute),
        ) => Condition::Of(attribute, Test::Present),
        None => Condition::Unclear,
    }
}

fn compare(place: &ValuePath, kind: ScimResourceType, operator: Operator, operand: &Operand) -> Condition {
    if place.of_those.is_some() {
        return of_chosen(place, kind, operator, operand);
    }
    match (kept(place, kind), operand) {
        (Some(StoredValue::Id), Operand::Exact(id)) => equality(operator, || with_id(id)),
        (Some(StoredValue::ResourceType), Operand::Exact(name)) => {
            equality(operator, || if name == kind.name() { Condition::always() } else { Condition::never() })
        }
        (
            Some(StoredValue::One(attribute) | StoredValue::Optional(attribute)),
            Operand::Exact(text) | Operand::Folded(text),
        ) => {
            let test = of_text(operator, text);
            test.map_or_else(
                || equality(operator, || Condition::Of(attribute, Test::Equals(text.clone()))),
                |test| Condition::Of(attribute, test),
            )
        }
        // That one of several is another one, only the values tell.
        (Some(StoredValue::Several(attribute)), Operand::Exact(text) | Operand::Folded(text)) => {
            of_text(operator, text).map_or(Condition::Unclear, |test| Condition::Of(attribute, test))
        }
        (Some(StoredValue::Flag(attribute)), Operand::Flag(flag)) => {
            equality(operator, || Condition::Of(attribute, Test::Is(*flag)))
        }
        (Some(StoredValue::Moment(attribute)), Operand::Moment(moment)) => {
            of_moment(attribute, operator, *moment)
        }
        (Some(_) | None, _) => Condition::Unclear,
    }
}

/// For a part of what brackets choose: of one of all values it must hold in any case.
fn of_chosen(place: &ValuePath, kind: ScimResourceType, operator: Operator, operand: &Operand) -> Condition {
    let whole = ValuePath { of_those: None, ..place.clone() };
    match (kept(&whole, kind), operand) {
        (Some(StoredValue::Several(attribute)), Operand::Exact(text) | Operand::Folded(text)) => {
            of_text(operator, text).map_or(Condition::Unclear, |test| {
                Condition::All(vec![Condition::Of(attribute, test), Condition::Unclear])
            })
        }
        (Some(_) | None, _) => Condition::Unclear,
    }
}

/// For a value in brackets, what must hold of it at least.
fn of_one(place: &ValuePath, kind: ScimResourceType, question: &ResourceFilter) -> Condition {
    let value = ValuePath { part: Some("value"), ..place.clone() };
    let Some(StoredValue::Several(attribute)) = kept(&value, kind) else { return Condition::Unclear };
    let of_value = |question: &ResourceFilter| match question {
        ResourceFilter::Compare(part, operator, Operand::Exact(text) | Operand::Folded(text))
            if part.name == "value" =>
        {
            of_text(*operator, text).map(|test| Condition::Of(attribute, test))
        }
        ResourceFilter::Compare(..)
        | ResourceFilter::Present(_)
        | ResourceFilter::All(_)
        | ResourceFilter::Any(_)
        | ResourceFilter::Not(_)
        | ResourceFilter::OfOne(..) => None,
    };
    let parts = match question {
        ResourceFilter::All(parts) => parts.iter().filter_map(of_value).collect(),
        one @ (ResourceFilter::Compare(..)
        | ResourceFilter::Present(_)
        | ResourceFilter::Any(_)
        | ResourceFilter::Not(_)
        | ResourceFilter::OfOne(..)) => Vec::from_iter(of_value(one)),
    };
    Condition::All(parts.into_iter().chain([Condition::Unclear]).collect())
}

fn not(condition: Condition) -> Condition {
    Condition::Not(Box::new(condition))
}

/// Equality, or what is not that. Of what always has one value at most, nothing else is not equal.
fn equality(operator: Operator, equals: impl FnOnce() -> Condition) -> Condition {
    match operator {
        Operator::Equals => equals(),
        Operator::NotEquals => not(equals()),
        Operator::Contains
        | Operator::StartsWith
        | Operator::EndsWith
        | Operator::Greater
        | Operator::GreaterOrEquals
        | Operator::Less
        | Operator::LessOrEquals => Condition::Unclear,
    }
}

fn of_text(operator: Operator, text: &str) -> Option<Test> {
    let text = || text.to_owned();
    match operator {
        Operator::Equals => Some(Test::Equals(text())),
        Operator::Contains => Some(Test::Contains(text())),
        Operator::StartsWith => Some(Test::StartsWith(text())),
        Operator::EndsWith => Some(Test::EndsWith(text())),
        Operator::NotEquals
        | Operator::Greater
        | Operator::GreaterOrEquals
        | Operator::Less
        | Operator::LessOrEquals => None,
    }
}

/// The store keeps whole milliseconds; what is asked may lie between two.
fn of_moment(attribute: Attribute, operator: Operator, nanos: i128) -> Condition {
    let moment = |ms: i128| {
        let nearest = if ms < 0 { i64::MIN } else { i64::MAX };
        Timestamp::from_unix_ms(i64::try_from(ms).unwrap_or(nearest))
    };
    let since = |ms| Condition::Of(attribute, Test::Since(moment(ms)));
    let before = |ms| Condition::Of(attribute, Test::Before(moment(ms)));
    let floor = nanos.div_euclid(NANOS);
    let ceiling = if nanos.rem_euclid(NANOS) == 0 { floor } else { floor.saturating_add(1) };
    let equals = || Condition::All(vec![since(ceiling), before(floor.saturating_add(1))]);
    match operator {
        Operator::Greater => since(floor.saturating_add(1)),
        Operator::GreaterOrEquals => since(ceiling),
        Operator::Less => before(ceiling),
        Operator::LessOrEquals => before(floor.saturating_add(1)),
        Operator::Equals
        | Operator::NotEquals
        | Operator::Contains
        | Operator::StartsWith
        | Operator::EndsWith => equality(operator, equals),
    }
}

/// Nanoseconds of a millisecond.
const NANOS: i128 = 1_000_000;

/// One object at most. Whether its tenure is the one that is meant, the resource tells.
fn with_id(id: &str) -> Condition {
    let Some(Meant { source, external_id, .. }) = parse_id(id) else { return Condition::never() };
    Condition::All(vec![
        Condition::Of(Attribute::Source, Test::Equals(source.as_str().to_owned())),
        Condition::Of(Attribute::ExternalId, Test::Equals(external_id)),
        Condition::Unclear,
    ])
}

#[cfg(test)]
mod tests;

//! What the store can answer of a question by what it keeps beside the documents. The rest stays unclear, and is answered by
//! the resources themselves.
//!
//! A condition never says that something holds, or does not, where the resource as it is told says otherwise.

mod user_names;

use rollcall_browse::{Attribute, Condition, Test};
use rollcall_host::model::Timestamp;

use super::filter::{Operand, Operator, Place, Question};
use super::id::{Meant, parse_id};
use super::schemas::ResourceType;

pub(crate) use user_names::WithSource;

/// What a question about resources of this type asks of the store.
pub(crate) fn condition(question: &Question, kind: ResourceType) -> Condition {
    let all = |questions: &[Question]| -> Vec<Condition> {
        questions.iter().map(|one| condition(one, kind)).collect()
    };
    match question {
        Question::Present(place) => present(place, kind),
        Question::Compare(place, operator, operand) => compare(place, kind, *operator, operand),
        Question::All(questions) => Condition::All(all(questions)),
        Question::Any(questions) => Condition::Any(all(questions)),
        Question::Not(question) => not(condition(question, kind)),
        Question::OfOne(place, question) => of_one(place, kind, question),
    }
}

/// What the store keeps of a place in a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kept {
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

fn kept(place: &Place, kind: ResourceType) -> Option<Kept> {
    if place.of_those.is_some() {
        return None;
    }
    let is_person = kind == ResourceType::User;
    let stands_alone = place.extension.is_none();
    match (place.name, place.part) {
        ("source", None) if !stands_alone => Some(Kept::One(Attribute::Source)),
        _ if !stands_alone => None,
        ("id", None) => Some(Kept::Id),
        ("externalId", None) => Some(Kept::One(Attribute::ExternalId)),
        ("displayName", None) => Some(Kept::Optional(Attribute::DisplayName)),
        ("meta", Some("resourceType")) => Some(Kept::ResourceType),
        ("meta", Some("created")) => Some(Kept::Moment(Attribute::Created)),
        ("meta", Some("lastModified")) => Some(Kept::Moment(Attribute::Modified)),
        ("userName", None) if is_person => Some(Kept::One(Attribute::UserName)),
        ("title", None) if is_person => Some(Kept::Optional(Attribute::Title)),
        ("active", None) if is_person => Some(Kept::Flag(Attribute::Active)),
        ("emails", Some("value")) if is_person => Some(Kept::Several(Attribute::Email)),
        ("phoneNumbers", Some("value")) if is_person => Some(Kept::Several(Attribute::Phone)),
        _ => None,
    }
}

fn present(place: &Place, kind: ResourceType) -> Condition {
    match kept(place, kind) {
        Some(Kept::Id | Kept::ResourceType | Kept::Flag(_) | Kept::Moment(_)) => Condition::always(),
        Some(Kept::One(attribute) | Kept::Optional(attribute) | Kept::Several(attribute)) => {
            Condition::Of(attribute, Test::Present)
        }
        None => Condition::Unclear,
    }
}

fn compare(place: &Place, kind: ResourceType, operator: Operator, operand: &Operand) -> Condition {
    if place.of_those.is_some() {
        return of_chosen(place, kind, operator, operand);
    }
    match (kept(place, kind), operand) {
        (Some(Kept::Id), Operand::Exact(id)) => equality(operator, || with_id(id)),
        (Some(Kept::ResourceType), Operand::Exact(name)) => {
            equality(operator, || if name == kind.name() { Condition::always() } else { Condition::never() })
        }
        (
            Some(Kept::One(attribute) | Kept::Optional(attribute)),
            Operand::Exact(text) | Operand::Folded(text),
        ) => {
            let test = of_text(operator, text);
            test.map_or_else(
                || equality(operator, || Condition::Of(attribute, Test::Equals(text.clone()))),
                |test| Condition::Of(attribute, test),
            )
        }
        // That one of several is another one, only the values tell.
        (Some(Kept::Several(attribute)), Operand::Exact(text) | Operand::Folded(text)) => {
            of_text(operator, text).map_or(Condition::Unclear, |test| Condition::Of(attribute, test))
        }
        (Some(Kept::Flag(attribute)), Operand::Flag(flag)) => {
            equality(operator, || Condition::Of(attribute, Test::Is(*flag)))
        }
        (Some(Kept::Moment(attribute)), Operand::Moment(moment)) => of_moment(attribute, operator, *moment),
        (Some(_) | None, _) => Condition::Unclear,
    }
}

/// For a part of what brackets choose: of one of all values it must hold in any case.
fn of_chosen(place: &Place, kind: ResourceType, operator: Operator, operand: &Operand) -> Condition {
    let whole = Place { of_those: None, ..place.clone() };
    match (kept(&whole, kind), operand) {
        (Some(Kept::Several(attribute)), Operand::Exact(text) | Operand::Folded(text)) => {
            of_text(operator, text).map_or(Condition::Unclear, |test| {
                Condition::All(vec![Condition::Of(attribute, test), Condition::Unclear])
            })
        }
        (Some(_) | None, _) => Condition::Unclear,
    }
}

/// For a value in brackets, what must hold of it at least.
fn of_one(place: &Place, kind: ResourceType, question: &Question) -> Condition {
    let value = Place { part: Some("value"), ..place.clone() };
    let Some(Kept::Several(attribute)) = kept(&value, kind) else { return Condition::Unclear };
    let of_value = |question: &Question| match question {
        Question::Compare(part, operator, Operand::Exact(text) | Operand::Folded(text))
            if part.name == "value" =>
        {
            of_text(*operator, text).map(|test| Condition::Of(attribute, test))
        }
        Question::Compare(..)
        | Question::Present(_)
        | Question::All(_)
        | Question::Any(_)
        | Question::Not(_)
        | Question::OfOne(..) => None,
    };
    let parts = match question {
        Question::All(parts) => parts.iter().filter_map(of_value).collect(),
        one @ (Question::Compare(..)
        | Question::Present(_)
        | Question::Any(_)
        | Question::Not(_)
        | Question::OfOne(..)) => Vec::from_iter(of_value(one)),
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

//! What of a filter the store can answer: conditions that must all hold. The rest is refused by name, because a list with
//! too much in it would look like an answer.

use rollcall_host::model::Diagnosis;
use rollcall_host::sqlite::{Attribute, Condition, Test};
use serde_json::Value;

use super::filter::{Filter, Operator};
use super::id::{Meant, parse_id};
use super::path::Path;
use super::schemas::{ROLLCALL_DEPARTMENT, ROLLCALL_USER, ResourceType};

/// What is asked of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Conditions {
    /// All of these must hold.
    All(Vec<Condition>),
    /// Nothing can answer.
    Never,
}

/// Why a filter is not supported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unsupported {
    #[error("filter uses {what:?}, which is not supported here")]
    Construct { what: &'static str },
    #[error("filter uses operator {operator:?}, which is not supported for {attribute:?}")]
    Operator { operator: &'static str, attribute: String },
    #[error("filter names attribute {attribute:?}, by which {kind} resources cannot be found")]
    Attribute { attribute: String, kind: &'static str },
    #[error("filter compares {attribute:?} with {value}, which is not of its type")]
    Value { attribute: String, value: Value },
}

impl From<Unsupported> for Diagnosis {
    fn from(unsupported: Unsupported) -> Self {
        let chinese = match &unsupported {
            Unsupported::Construct { what } => format!("筛选条件使用了不支持的 {what}"),
            Unsupported::Operator { operator, attribute } => {
                format!("属性 {attribute} 不支持运算符 {operator}")
            }
            Unsupported::Attribute { attribute, kind } => format!("{kind} 资源不能按属性 {attribute} 筛选"),
            Unsupported::Value { attribute, value } => format!("{value} 与属性 {attribute} 的类型不符"),
        };
        Self::new("filter-not-supported", unsupported.to_string())
            .with_remedy(
                "use eq, co and pr, joined by and, on id, externalId, userName, displayName, emails, phoneNumbers, \
                 title, active or source",
            )
            .in_chinese(
                chinese,
                "请使用 eq、co、pr 并以 and 连接，属性限于 id、externalId、userName、displayName、emails、\
                 phoneNumbers、title、active、source",
            )
    }
}

/// Whose resources are looked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Among {
    /// Of this one type: an attribute that it lacks is a mistake.
    One,
    /// Of several types: those that lack an attribute do not answer. Source: RFC 7644, section 3.4.2.1.
    Several,
}

/// What a filter asks of the store about resources of this type.
pub(crate) fn conditions(
    filter: &Filter,
    kind: ResourceType,
    among: Among,
) -> Result<Conditions, Unsupported> {
    let one = |path: &Path, test: &dyn Fn(&str, &Known) -> Result<Conditions, Unsupported>| {
        let named = written(path);
        match known(path, kind) {
            Some(known) => test(&named, &known),
            None if among == Among::Several => Ok(Conditions::Never),
            None => Err(Unsupported::Attribute { attribute: named, kind: kind.name() }),
        }
    };
    match filter {
        Filter::Present(path) => one(path, &|_, known| Ok(present(known))),
        Filter::Compare(path, operator, value) => {
            one(path, &|named, known| compare(named, known, *operator, value))
        }
        Filter::And(filters) => {
            let parts = filters.iter().map(|filter| conditions(filter, kind, among));
            parts.collect::<Result<Vec<_>, _>>().map(all)
        }
        Filter::Or(_) => Err(Unsupported::Construct { what: "or" }),
        Filter::Not(_) => Err(Unsupported::Construct { what: "not" }),
        Filter::OfOne(path, filter) => match inside(path, filter) {
            Some(filter) => conditions(&filter, kind, among),
            None => Err(Unsupported::Construct { what: "[ ]" }),
        },
    }
}

/// `emails[value co "x"]` says the same as `emails.value co "x"`.
fn inside(outer: &Path, filter: &Filter) -> Option<Filter> {
    let joined = |inner: &Path| {
        let is_value =
            inner.schema.is_none() && inner.name.as_deref() == Some("value") && inner.part.is_none();
        (is_value && outer.part.is_none()).then(|| Path { part: inner.name.clone(), ..outer.clone() })
    };
    match filter {
        Filter::Present(path) => Some(Filter::Present(joined(path)?)),
        Filter::Compare(path, operator, value) => {
            Some(Filter::Compare(joined(path)?, *operator, value.clone()))
        }
        Filter::And(_) | Filter::Or(_) | Filter::Not(_) | Filter::OfOne(..) => None,
    }
}

fn all(parts: Vec<Conditions>) -> Conditions {
    let mut conditions = Vec::new();
    for part in parts {
        match part {
            Conditions::All(more) => conditions.extend(more),
            Conditions::Never => return Conditions::Never,
        }
    }
    Conditions::All(conditions)
}

/// An attribute by which resources can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    Id,
    Stored(Attribute),
}

fn known(path: &Path, kind: ResourceType) -> Option<Known> {
    let name = path.name.as_deref()?;
    let is_extension =
        path.schema.is_some_and(|schema| schema == ROLLCALL_USER || schema == ROLLCALL_DEPARTMENT);
    if let Some(schema) = path.schema {
        let of_kind = [kind.schema()].into_iter().chain(kind.extensions());
        of_kind.map(|known| known.id).find(|known| *known == schema)?;
    }
    let is_core = path.schema.is_none_or(|schema| schema == kind.schema().id);
    let stored = match (kind, name, path.part.as_deref()) {
        (_, "id", None) if path.schema.is_none() => return Some(Known::Id),
        (_, "externalid", None) if is_core => Attribute::ExternalId,
        (_, "displayname", None) if is_core => Attribute::DisplayName,
        (_, "source", None) if is_extension || path.schema.is_none() => Attribute::Source,
        (ResourceType::User, "username", None) if is_core => Attribute::UserName,
        (ResourceType::User, "emails", None | Some("value")) if is_core => Attribute::Email,
        (ResourceType::User, "phonenumbers", None | Some("value")) if is_core => Attribute::Phone,
        (ResourceType::User, "title", None) if is_core => Attribute::Title,
        (ResourceType::User, "active", None) if is_core => Attribute::Active,
        _ => return None,
    };
    Some(Known::Stored(stored))
}

fn present(known: &Known) -> Conditions {
    match known {
        // Every resource has one.
        Known::Id => Conditions::All(Vec::new()),
        Known::Stored(attribute) => {
            Conditions::All(vec![Condition { attribute: *attribute, test: Test::Present }])
        }
    }
}

fn compare(named: &str, known: &Known, operator: Operator, value: &Value) -> Result<Conditions, Unsupported> {
    let wrong_type = || Unsupported::Value { attribute: named.to_owned(), value: value.clone() };
    let wrong_operator =
        || Unsupported::Operator { operator: operator.as_str(), attribute: named.to_owned() };
    match (known, operator) {
        (Known::Id, Operator::Equals) => Ok(with_id(value.as_str().ok_or_else(wrong_type)?)),
        (Known::Stored(Attribute::Active), Operator::Equals) => {
            let is_active = value.as_bool().ok_or_else(wrong_type)?;
            Ok(one(Attribute::Active, Test::Is(is_active)))
        }
        (Known::Stored(attribute), Operator::Equals) => {
            Ok(one(*attribute, Test::Equals(value.as_str().ok_or_else(wrong_type)?.to_owned())))
        }
        (Known::Id | Known::Stored(Attribute::Active), Operator::Contains) => Err(wrong_operator()),
        (Known::Stored(attribute), Operator::Contains) => {
            Ok(one(*attribute, Test::Contains(value.as_str().ok_or_else(wrong_type)?.to_owned())))
        }
        (
            _,
            Operator::NotEquals
            | Operator::StartsWith
            | Operator::EndsWith
            | Operator::Greater
            | Operator::GreaterOrEquals
            | Operator::Less
            | Operator::LessOrEquals,
        ) => Err(wrong_operator()),
    }
}

fn one(attribute: Attribute, test: Test) -> Conditions {
    Conditions::All(vec![Condition { attribute, test }])
}

fn with_id(id: &str) -> Conditions {
    let Some(Meant { source, external_id, tenure }) = parse_id(id) else { return Conditions::Never };
    Conditions::All(vec![
        Condition { attribute: Attribute::Source, test: Test::Equals(source.as_str().to_owned()) },
        Condition { attribute: Attribute::ExternalId, test: Test::Equals(external_id) },
        Condition { attribute: Attribute::Tenure, test: Test::Equals(tenure.to_string()) },
    ])
}

fn written(path: &Path) -> String {
    let parts = [path.name.as_deref(), path.part.as_deref()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::id::id_of;
    use rollcall_host::model::SourceName;

    #[track_caller]
    fn check(filter: &str, kind: ResourceType, expected: Result<Conditions, &str>) {
        let filter = Filter::parse(filter).unwrap();
        let found = conditions(&filter, kind, Among::One).map_err(|error| error.to_string());
        assert_eq!(found, expected.map_err(str::to_owned));
    }

    fn equals(attribute: Attribute, text: &str) -> Condition {
        Condition { attribute, test: Test::Equals(text.to_owned()) }
    }

    #[test]
    fn conditions_joined_by_and_are_asked_of_the_store() {
        check(
            "userName eq \"a\" and (emails co \"@b\" and active eq true) and title pr",
            ResourceType::User,
            Ok(Conditions::All(vec![
                equals(Attribute::UserName, "a"),
                Condition { attribute: Attribute::Email, test: Test::Contains("@b".to_owned()) },
                Condition { attribute: Attribute::Active, test: Test::Is(true) },
                Condition { attribute: Attribute::Title, test: Test::Present },
            ])),
        );
    }

    #[test]
    fn an_id_is_a_source_and_an_id_there() {
        for (tenure, text) in [(0, "0"), (7, "7")] {
            let id = id_of(&SourceName::new("hq").unwrap(), "1", tenure);
            let expected = vec![
                equals(Attribute::Source, "hq"),
                equals(Attribute::ExternalId, "1"),
                equals(Attribute::Tenure, text),
            ];
            check(&format!("id eq \"{id}\""), ResourceType::Group, Ok(Conditions::All(expected)));
        }
        check("id eq \"nobody\"", ResourceType::Group, Ok(Conditions::Never));
    }

    #[test]
    fn a_value_in_brackets_is_a_value() {
        let expected = Ok(Conditions::All(vec![equals(Attribute::Email, "a@b")]));
        check("emails[value eq \"a@b\"]", ResourceType::User, expected);
    }

    #[test]
    fn an_attribute_may_be_named_with_its_schema() {
        let source = Ok(Conditions::All(vec![equals(Attribute::Source, "hq")]));
        check(&format!("{ROLLCALL_USER}:source eq \"hq\""), ResourceType::User, source.clone());
        check(&format!("{ROLLCALL_DEPARTMENT}:source eq \"hq\""), ResourceType::Group, source);
    }

    #[test]
    fn what_the_store_cannot_answer_is_refused_by_name() {
        for (filter, complaint) in [
            ("title pr or active eq true", "filter uses \"or\", which is not supported here"),
            ("not (title pr)", "filter uses \"not\", which is not supported here"),
            ("emails[type eq \"work\"]", "filter uses \"[ ]\", which is not supported here"),
            ("userName sw \"a\"", "filter uses operator \"sw\", which is not supported for \"username\""),
            ("active co \"t\"", "filter uses operator \"co\", which is not supported for \"active\""),
            ("active eq \"true\"", "filter compares \"active\" with \"true\", which is not of its type"),
            ("userName eq null", "filter compares \"username\" with null, which is not of its type"),
            (
                "meta.lastModified pr",
                "filter names attribute \"meta.lastmodified\", by which User resources cannot be found",
            ),
        ] {
            check(filter, ResourceType::User, Err(complaint));
        }
        let complaint = "filter names attribute \"username\", by which Group resources cannot be found";
        check("userName eq \"a\"", ResourceType::Group, Err(complaint));
    }

    #[test]
    fn among_several_types_those_that_lack_an_attribute_do_not_answer() {
        let filter = Filter::parse("displayName co \"a\" and userName eq \"a\"").unwrap();
        assert_eq!(conditions(&filter, ResourceType::Group, Among::Several), Ok(Conditions::Never));
    }
}

//! How an attribute is described (RFC 7643, section 7), and what of a document fits a description.

use serde_json::{Map, Value, json};

/// An attribute. Everything here is read-only: the sources are the truth.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attribute {
    pub(crate) name: &'static str,
    pub(crate) kind: ValueKind,
    description: &'static str,
    is_list: bool,
    is_required: bool,
    /// Whether letters are told apart by case.
    pub(crate) is_exact: bool,
    canonical: &'static [&'static str],
}

/// What an attribute's values are.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ValueKind {
    /// Text.
    Text,
    /// True or false.
    Flag,
    /// A moment, as RFC 3339 writes it.
    Moment,
    /// An address: of resources of these types, or of something else.
    Reference(&'static [&'static str]),
    /// Attributes of its own.
    Complex(&'static [Attribute]),
}

impl Attribute {
    pub(super) const fn text(name: &'static str, description: &'static str) -> Self {
        Self::new(name, ValueKind::Text, description)
    }

    pub(super) const fn flag(name: &'static str, description: &'static str) -> Self {
        Self::new(name, ValueKind::Flag, description)
    }

    pub(super) const fn moment(name: &'static str, description: &'static str) -> Self {
        Self::new(name, ValueKind::Moment, description)
    }

    pub(super) const fn reference(
        name: &'static str,
        types: &'static [&'static str],
        description: &'static str,
    ) -> Self {
        Self::new(name, ValueKind::Reference(types), description).exact()
    }

    pub(super) const fn complex(
        name: &'static str,
        attributes: &'static [Self],
        description: &'static str,
    ) -> Self {
        Self::new(name, ValueKind::Complex(attributes), description)
    }

    const fn new(name: &'static str, kind: ValueKind, description: &'static str) -> Self {
        Self { name, kind, description, is_list: false, is_required: false, is_exact: false, canonical: &[] }
    }

    /// The same with any number of values.
    pub(super) const fn list(self) -> Self {
        Self { is_list: true, ..self }
    }

    /// The same, always there.
    pub(super) const fn required(self) -> Self {
        Self { is_required: true, ..self }
    }

    /// The same with letters that are told apart by case.
    pub(super) const fn exact(self) -> Self {
        Self { is_exact: true, ..self }
    }

    /// The same with these usual values.
    pub(super) const fn usually(self, canonical: &'static [&'static str]) -> Self {
        Self { canonical, ..self }
    }

    pub(super) fn to_json(self) -> Value {
        let mut described = json!({
            "name": self.name,
            "type": self.type_name(),
            "multiValued": self.is_list,
            "description": self.description,
            "required": self.is_required,
            "mutability": "readOnly",
            "returned": "default",
        });
        let Some(members) = described.as_object_mut() else { return described };
        match self.kind {
            ValueKind::Text => {
                members.insert("caseExact".to_owned(), self.is_exact.into());
                members.insert("uniqueness".to_owned(), "none".into());
            }
            ValueKind::Reference(types) => {
                members.insert("caseExact".to_owned(), self.is_exact.into());
                members.insert("uniqueness".to_owned(), "none".into());
                members.insert("referenceTypes".to_owned(), types.into());
            }
            ValueKind::Complex(attributes) => {
                let described = attributes.iter().copied().map(Self::to_json).collect();
                members.insert("subAttributes".to_owned(), Value::Array(described));
            }
            ValueKind::Flag | ValueKind::Moment => {}
        }
        if !self.canonical.is_empty() {
            members.insert("canonicalValues".to_owned(), self.canonical.into());
        }
        described
    }

    const fn type_name(&self) -> &'static str {
        match self.kind {
            ValueKind::Text => "string",
            ValueKind::Flag => "boolean",
            ValueKind::Moment => "dateTime",
            ValueKind::Reference(_) => "reference",
            ValueKind::Complex(_) => "complex",
        }
    }

    /// What of a value is as this attribute is described; none when nothing is.
    pub(crate) fn fit(&self, value: &Value) -> Option<Value> {
        if !self.is_list {
            return self.fit_one(value);
        }
        let fitting: Vec<Value> = value.as_array()?.iter().filter_map(|one| self.fit_one(one)).collect();
        (!fitting.is_empty()).then_some(Value::Array(fitting))
    }

    fn fit_one(&self, value: &Value) -> Option<Value> {
        match self.kind {
            ValueKind::Text | ValueKind::Moment | ValueKind::Reference(_) => {
                value.is_string().then(|| value.clone())
            }
            ValueKind::Flag => value.is_boolean().then(|| value.clone()),
            ValueKind::Complex(attributes) => {
                let fitting = fit_all(attributes, value.as_object()?);
                (!fitting.is_empty()).then_some(Value::Object(fitting))
            }
        }
    }
}

/// What of an object is as these attributes are described.
pub(crate) fn fit_all(attributes: &[Attribute], object: &Map<String, Value>) -> Map<String, Value> {
    attributes
        .iter()
        .filter_map(|known| Some((known.name.to_owned(), known.fit(object.get(known.name)?)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMAILS: Attribute =
        Attribute::complex("emails", &[Attribute::text("value", ""), Attribute::flag("primary", "")], "")
            .list();

    #[test]
    fn what_no_schema_describes_stays_behind() {
        let value = json!([{"value": "a@b", "own": 1}, {"primary": "yes"}, "c@d", null]);
        assert_eq!(EMAILS.fit(&value), Some(json!([{"value": "a@b"}])));
    }

    #[test]
    fn what_is_of_another_type_is_not_there() {
        for value in [json!(null), json!("a@b"), json!({}), json!([]), json!([[]])] {
            assert_eq!(EMAILS.fit(&value), None, "{value}");
        }
    }
}

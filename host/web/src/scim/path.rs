//! Attributes as a client names them (RFC 7644, section 3.10): in any case, with or without their schema.

use std::fmt;

use super::schemas;

/// The name of an attribute, in the letters of whoever named it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path {
    /// The schema it was named with; without one, it is of the core schema or else of an extension.
    pub(crate) schema: Option<&'static str>,
    /// That schema as it was written.
    urn: Option<String>,
    /// Its name; none when a whole schema is meant.
    pub(crate) name: Option<String>,
    /// A part of it.
    pub(crate) part: Option<String>,
}

impl Path {
    /// None when it can be the name of nothing, or of nothing in a schema that is known.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if let Some(schema) = schemas::all().find(|schema| schema.id.eq_ignore_ascii_case(text)) {
            return Some(Self {
                schema: Some(schema.id),
                urn: Some(text.to_owned()),
                name: None,
                part: None,
            });
        }
        let (schema, urn, rest) = match text.rsplit_once(':') {
            Some((urn, rest)) => {
                let known = schemas::all().find(|schema| schema.id.eq_ignore_ascii_case(urn))?;
                (Some(known.id), Some(urn.to_owned()), rest)
            }
            None => (None, None, text),
        };
        let (name, part) = match rest.split_once('.') {
            Some((name, part)) => (name, Some(part)),
            None => (rest, None),
        };
        let is_good = is_name(name) && part.is_none_or(is_name);
        is_good.then(|| Self { schema, urn, name: Some(name.to_owned()), part: part.map(str::to_owned) })
    }

    /// The attribute that this is a part of, or is itself.
    pub(crate) fn whole(&self) -> Self {
        Self { part: None, ..self.clone() }
    }

    /// A part of this attribute; none when that can be the name of nothing, or this is a part itself.
    pub(crate) fn with_part(self, part: &str) -> Option<Self> {
        let is_good = self.part.is_none() && is_name(part);
        is_good.then(|| Self { part: Some(part.to_owned()), ..self })
    }
}

/// As it was written, so that whoever wrote it finds it.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if self.name.is_some() { ":" } else { "" };
        self.urn.iter().try_for_each(|urn| write!(f, "{urn}{separator}"))?;
        f.write_str(self.name.as_deref().unwrap_or_default())?;
        self.part.iter().try_for_each(|part| write!(f, ".{part}"))
    }
}

/// RFC 7643, section 2.1; and `$ref`.
fn is_name(text: &str) -> bool {
    let text = text.strip_prefix('$').unwrap_or(text);
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<(Option<&'static str>, Option<String>, Option<String>)> {
        Path::parse(text).map(|path| (path.schema, path.name, path.part))
    }

    #[test]
    fn an_attribute_is_known_with_and_without_its_schema_in_any_case() {
        let text = |text: &str| Some(text.to_owned());
        let core = Some(schemas::CORE_USER);
        assert_eq!(parsed("name"), Some((None, text("name"), None)));
        assert_eq!(parsed("Name.FamilyName"), Some((None, text("Name"), text("FamilyName"))));
        assert_eq!(
            parsed("URN:ietf:params:scim:schemas:core:2.0:user:name.familyName"),
            Some((core, text("name"), text("familyName")))
        );
        assert_eq!(parsed(schemas::CORE_USER), Some((core, None, None)));
    }

    #[test]
    fn an_attribute_is_called_as_it_was_written() {
        for text in [
            "Name.FamilyName",
            "$ref",
            "URN:ietf:params:scim:schemas:core:2.0:user",
            "URN:ietf:params:scim:schemas:core:2.0:user:NAME.familyName",
        ] {
            assert_eq!(Path::parse(text).map(|path| path.to_string()).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_can_name_nothing_is_refused() {
        for text in ["", ".", "name.", ".name", "a b", "1st", "urn:unknown:name", "name.a.b", "$", "名"] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }
}

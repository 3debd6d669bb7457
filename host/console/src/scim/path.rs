//! Attributes as a client names them (RFC 7644, section 3.10): in any case, with or without their schema.

use std::fmt;

use super::schemas;

/// The name of an attribute, in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path {
    /// The schema it was named with; none for one that every resource has, or of the core schema.
    pub(crate) schema: Option<&'static str>,
    /// Its name; none when a whole schema is meant.
    pub(crate) name: Option<String>,
    /// A part of it.
    pub(crate) part: Option<String>,
}

impl Path {
    /// None when it can be the name of nothing, or of nothing in a schema that is known.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if let Some(schema) = schemas::all().find(|schema| schema.id.eq_ignore_ascii_case(text)) {
            return Some(Self { schema: Some(schema.id), name: None, part: None });
        }
        let (schema, rest) = match text.rsplit_once(':') {
            Some((urn, rest)) => {
                let known = schemas::all().find(|schema| schema.id.eq_ignore_ascii_case(urn))?;
                (Some(known.id), rest)
            }
            None => (None, text),
        };
        let (name, part) = match rest.split_once('.') {
            Some((name, part)) => (name, Some(part)),
            None => (rest, None),
        };
        let is_good = is_name(name) && part.is_none_or(is_name);
        is_good.then(|| Self {
            schema,
            name: Some(name.to_ascii_lowercase()),
            part: part.map(str::to_ascii_lowercase),
        })
    }

    /// A part of this attribute; none when that can be the name of nothing, or this is a part itself.
    pub(crate) fn with_part(self, part: &str) -> Option<Self> {
        let is_good = self.part.is_none() && is_name(part);
        is_good.then(|| Self { part: Some(part.to_ascii_lowercase()), ..self })
    }
}

/// As it is named in sentences: without its schema.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
        let (name, part) = (|| Some("name".to_owned()), || Some("familyname".to_owned()));
        let core = Some(schemas::CORE_USER);
        assert_eq!(parsed("name"), Some((None, name(), None)));
        assert_eq!(parsed("Name.FamilyName"), Some((None, name(), part())));
        assert_eq!(
            parsed("URN:ietf:params:scim:schemas:core:2.0:user:name.familyName"),
            Some((core, name(), part()))
        );
        assert_eq!(parsed(schemas::CORE_USER), Some((core, None, None)));
    }

    #[test]
    fn what_can_name_nothing_is_refused() {
        for text in ["", ".", "name.", ".name", "a b", "1st", "urn:unknown:name", "name.a.b", "$", "名"] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }
}

//! Where everything stands in the file, so that whatever is said about a value can say where it is.

use std::collections::BTreeMap;
use std::ops::Range;

use rollcall_host::model::Diagnosis;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::TextPosition;

/// The fact by which the host names a setting: a JSON pointer (RFC 6901) into the settings.
const SETTING_FACT: &str = "setting";

/// Places of values, by their JSON pointers (RFC 6901) into the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Places {
    file: String,
    by_pointer: BTreeMap<String, TextPosition>,
}

impl Places {
    /// The places of all values in a file's text.
    pub(super) fn of(text: &str, file: &Spanned<DeTable<'_>>) -> Self {
        let mut places = Self::default();
        places.add_members(text, "", file.get_ref());
        places.by_pointer.insert(String::new(), TextPosition::of(text, &(0..0)));
        places
    }

    /// The same places, in a file of this name.
    pub(crate) fn in_file(self, file: String) -> Self {
        Self { file, ..self }
    }

    /// The file's name, as it was given.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// Add to a diagnosis about a setting where it stands, or where the nearest one around it does.
    pub(crate) fn locate(&self, diagnosis: Diagnosis) -> Diagnosis {
        let place =
            diagnosis.fact(SETTING_FACT).and_then(|pointer| self.nearest(&format!("/settings{pointer}")));
        match place {
            Some(place) => diagnosis.with_fact("file", format!("{}:{place}", self.file)),
            None => diagnosis,
        }
    }

    /// Where this stands, or else the nearest thing around it.
    pub(super) fn nearest(&self, pointer: &str) -> Option<TextPosition> {
        let ends = pointer.rmatch_indices('/').map(|(end, _)| end);
        let mut around = std::iter::once(pointer.len()).chain(ends).filter_map(|end| pointer.get(..end));
        around.find_map(|pointer| self.by_pointer.get(pointer)).copied()
    }

    fn add(&mut self, text: &str, pointer: String, value: &DeValue<'_>, span: &Range<usize>) {
        match value {
            DeValue::Table(table) => self.add_members(text, &pointer, table),
            DeValue::Array(array) => {
                for (n, value) in array.iter().enumerate() {
                    self.add(text, format!("{pointer}/{n}"), value.get_ref(), &value.span());
                }
            }
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => {}
        }
        self.by_pointer.insert(pointer, TextPosition::of(text, span));
    }

    fn add_members(&mut self, text: &str, pointer: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let name = key.get_ref().replace('~', "~0").replace('/', "~1");
            self.add(text, format!("{pointer}/{name}"), value.get_ref(), &value.span());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn located(pointer: &str) -> Vec<(String, String)> {
        let text = "name = \"a\"\n[settings]\nkey = \"k\"\n\"a/b\" = [1, { x = 2 }]\n";
        let file = DeTable::parse(text).unwrap();
        let places = Places::of(text, &file).in_file("s.toml".to_owned());
        places.locate(Diagnosis::new("wrong", "it is wrong").with_fact("setting", pointer)).facts
    }

    fn at(pointer: &str, place: &str) -> Vec<(String, String)> {
        [("setting", pointer), ("file", place)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into()
    }

    #[test]
    fn a_setting_is_found_by_its_pointer() {
        assert_eq!(located("/key"), at("/key", "s.toml:3:7"));
        assert_eq!(located("/a~1b/1/x"), at("/a~1b/1/x", "s.toml:4:19"));
    }

    #[test]
    fn a_setting_that_is_missing_is_where_it_should_be() {
        assert_eq!(located("/secret"), at("/secret", "s.toml:2:1"));
        assert_eq!(located("/a~1b/7/x"), at("/a~1b/7/x", "s.toml:4:9"));
    }

    #[test]
    fn a_diagnosis_about_something_else_is_left_as_it_is() {
        let diagnosis = Diagnosis::new("wrong", "it is wrong").with_fact("code", "/key");
        assert_eq!(Places::default().locate(diagnosis.clone()), diagnosis);
    }
}

//! Addresses of what runs and events name.
//!
//! Not here: who answers at them.

use maud::{Markup, html};
use rollcall_host::model::{Key, RunId, SourceName};

use crate::paths::segment;
use crate::visitor::Reader;
use crate::{organisation, page};

/// A path with a query, without what is empty in it.
pub(crate) fn address(path: &str, query: &[(&str, &str)]) -> String {
    let pairs = query.iter().filter(|(_, value)| !value.is_empty());
    let query: Vec<_> = pairs.map(|(name, value)| format!("{name}={}", segment(value))).collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

/// Where a run is.
pub(crate) fn run(id: &RunId) -> String {
    format!("/runs/{}", segment(id.as_str()))
}

/// Where somebody says that a run is to be undone.
pub(crate) fn undo(id: &RunId) -> String {
    format!("{}/undo", run(id))
}

/// Where the history of a source is, or of all.
pub(crate) fn history(source: Option<&SourceName>) -> String {
    source.map_or_else(|| "/history".to_owned(), |source| format!("/sources/{source}/history"))
}

/// An object by its name, where it is known, and its id; a link where it has a page.
pub(crate) fn object_link(reader: Reader, source: &SourceName, key: &Key, name: Option<&str>) -> Markup {
    let text = name.unwrap_or(&key.external_id);
    html! {
        span class="soft" { (reader.say(page::resource_type(&key.resource_type))) } " "
        @match organisation::address(source, key) {
            Some(href) => a href=(href) { (text) },
            None => (text),
        }
        @if name.is_some_and(|name| name != key.external_id) { " " code { (key.external_id) } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_empty_is_left_out_of_an_address_and_the_rest_means_itself() {
        let query = [("q", "50% <张>&b=c"), ("after", ""), ("type", "User")];
        assert_eq!(address("/runs/1", &query), "/runs/1?q=50%25%20%3C%E5%BC%A0%3E%26b%3Dc&type=User");
        assert_eq!(address("/runs/1", &[("q", "")]), "/runs/1");
    }

    #[test]
    fn an_object_is_linked_under_its_id_whatever_that_is() {
        let source = SourceName::new("head-office").unwrap();
        let link = |key: &Key| object_link(Reader::default(), &source, key, Some("<张>")).into_string();
        let person = link(&Key::new("User", "a/b?\"%"));
        assert!(
            person.contains(r#"<a href="/sources/head-office/people/a%2Fb%3F%22%25">&lt;张&gt;</a>"#),
            "{person}"
        );
        assert!(!link(&Key::new("Device", "7")).contains("<a"));
    }
}

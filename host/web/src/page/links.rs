//! Addresses of pages, and links to them.
//!
//! Not here: who answers at them.

use maud::{Markup, html};
use rollcall_host::model::{Key, RunId, SourceName};
use rollcall_rules::vocabulary::resource_type::{DEPARTMENT, USER};

use super::parts::resource_type;
use crate::paths::segment;
use crate::visitor::Preferences;

/// A path with a query, without what is empty in it.
pub(crate) fn address(path: &str, query: &[(&str, &str)]) -> String {
    let pairs = query.iter().filter(|(_, value)| !value.is_empty());
    let query: Vec<_> = pairs.map(|(name, value)| format!("{name}={}", segment(value))).collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

/// The address of a source's page below it, such as "/history".
pub(crate) fn of_source(source: &SourceName, page: &str) -> String {
    format!("/sources/{}{page}", segment(source.as_str()))
}

/// The page about a person or a department; none for what is neither.
pub(crate) fn about(source: &SourceName, key: &Key) -> Option<String> {
    let folder = match key.resource_type.as_str() {
        USER => "people",
        DEPARTMENT => "departments",
        _ => return None,
    };
    Some(of_source(source, &format!("/{folder}/{}", segment(&key.external_id))))
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
pub(crate) fn object_link(reader: Preferences, source: &SourceName, key: &Key, name: Option<&str>) -> Markup {
    let text = name.unwrap_or(&key.external_id);
    html! {
        span class="soft" { (reader.say(resource_type(&key.resource_type))) } " "
        @match about(source, key) {
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
        let link = |key: &Key| object_link(Preferences::default(), &source, key, Some("<张>")).into_string();
        let person = link(&Key::new("User", "a/b?\"%"));
        assert!(
            person.contains(r#"<a href="/sources/head-office/people/a%2Fb%3F%22%25">&lt;张&gt;</a>"#),
            "{person}"
        );
        assert!(!link(&Key::new("Device", "7")).contains("<a"));
    }

    #[test]
    fn the_page_about_somebody_has_their_id_in_one_segment() {
        let id = "a/b %\"<张>";
        assert_eq!(
            about(&SourceName::new("hq").unwrap(), &Key::new(USER, id)).as_deref(),
            Some("/sources/hq/people/a%2Fb%20%25%22%3C%E5%BC%A0%3E")
        );
        assert_eq!(about(&SourceName::new("hq").unwrap(), &Key::new("Robot", id)), None);
    }
}

//! What the forms of lists choose, and the links from one page of a list to the next.

use maud::{Markup, html};
use rollcall_words::Sentence;
use serde::de::DeserializeOwned;
use serde::de::value::{Error, StrDeserializer};

use super::words;
use crate::visitor::Preferences;

/// The value of an enum that is called like this. A query with another name, or with none, does not ask for one.
pub(crate) fn named<T: DeserializeOwned>(name: &str) -> Option<T> {
    T::deserialize(StrDeserializer::<Error>::new(name)).ok()
}

/// A choice of a form, of which nothing is chosen at first.
pub(crate) fn choice(
    reader: Preferences,
    name: &str,
    label: Sentence,
    chosen: &str,
    options: &[(&str, Sentence)],
) -> Markup {
    html! {
        label { (reader.say(label)) " "
            select name=(name) {
                option value="" { (reader.say(words::all())) }
                @for (value, word) in options {
                    option value=(value) selected[*value == chosen] { (word.to(reader.language)) }
                }
            }
        }
    }
}

/// Links to the newest and to older ones, of a list that is paged by the last item of the page before.
pub(crate) fn cursor(reader: Preferences, first: Option<String>, next: Option<String>) -> Markup {
    html! {
        @if first.is_some() || next.is_some() {
            nav class="pager" aria-label=(reader.say(words::pages())) {
                @if let Some(first) = first { a rel="first" href=(first) { (reader.say(words::first_page())) } }
                @if let Some(next) = next { a rel="next" href=(next) { (reader.say(words::page_after())) } }
            }
        }
    }
}

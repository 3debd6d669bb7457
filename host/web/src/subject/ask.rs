//! The button that has the source asked about one object now.
//!
//! Not here: asking it (`why`).

use maud::{Markup, html};
use rollcall_host::model::Key;

use super::place::PageContext;
use super::words;
use crate::page::csrf;
use crate::page::links::{about, of_source};

/// Where whoever had the source asked goes back to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Back {
    /// To why it is here, or not.
    #[default]
    Why,
    /// To the page about the object.
    Object,
}

/// A form that is one button: ask the source about this object now. Nothing for whoever may not, and for what no source
/// can be asked about.
pub(crate) fn ask_button(place: PageContext<'_>, key: &Key, back: Back) -> Markup {
    let label = match back {
        Back::Why => words::ask_now(),
        Back::Object => words::read_again(),
    };
    html! {
        @if may_ask(place) && about(place.source, key).is_some() {
            form class="inline" method="post" action=(of_source(place.source, "/why/ask")) {
                (csrf(place.visitor))
                input type="hidden" name="type" value=(key.resource_type);
                input type="hidden" name="id" value=(key.external_id);
                @if back == Back::Object { input type="hidden" name="back" value="object"; }
                button { (place.visitor.say(label)) }
            }
        }
    }
}

/// Only of a source that is configured, followed or not; of one that was removed nothing but what it left is known.
pub(crate) fn may_ask(place: PageContext<'_>) -> bool {
    place.visitor.who.may_manage() && place.sources.entry(place.source).is_some()
}

//! The person or department that a page is about: what is drawn of one wherever it is shown.
//!
//! Not here: the pages themselves (`organisation`, `why`).

mod ask;
mod complete;
mod place;
mod step;
pub(crate) mod trail;
pub(crate) mod words;

pub(crate) use ask::{Back, ask_button, may_ask};
pub(crate) use complete::{last_complete, last_full};
pub(crate) use place::{PageContext, known_source};
pub(crate) use step::{is_applied, is_departure, name_in};

//! Sentences in English and Chinese side by side, so that neither can be forgotten: what the command line and the console
//! say.
//!
//! Deliberately not here: the sentences themselves, which stand where they are said; and what a connector or the host
//! says, because those diagnoses bring their translations along.

mod language;
mod sentence;

pub use language::{Language, UnknownLanguage, is_unicode};
pub use sentence::{Say, Sentence, SentenceEntry, untranslated};

//! What people read: pure functions from what happened to text.
//!
//! What is deliberately not here: writing it anywhere (`screen`), and JSON, which each command forms itself.

pub(crate) mod changes;
pub(crate) mod checklist;
pub(crate) mod connector;
pub(crate) mod diagnosis;
pub(crate) mod following;
pub(crate) mod layout;
pub(crate) mod progress;
pub(crate) mod runs;
pub(crate) mod tree;

use time::UtcOffset;

use rollcall_words::Language;

/// For whom something is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Audience {
    /// The language they read.
    pub(crate) language: Language,
    /// Whether their terminal shows more than ASCII.
    pub(crate) unicode: bool,
    /// Their time.
    pub(crate) offset: UtcOffset,
}

impl Audience {
    /// One of two signs: the first where there is more than ASCII.
    pub(crate) const fn sign(&self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.unicode { unicode } else { ascii }
    }

    /// Between a value before and after, and before what to do.
    pub(crate) const fn arrow(&self) -> &'static str {
        self.sign("→", "->")
    }

    #[cfg(test)]
    pub(crate) const ENGLISH: Self =
        Self { language: Language::English, unicode: true, offset: UtcOffset::UTC };

    #[cfg(test)]
    pub(crate) const CHINESE: Self = Self { language: Language::Chinese, ..Self::ENGLISH };

    #[cfg(test)]
    pub(crate) const ASCII: Self = Self { unicode: false, ..Self::ENGLISH };
}

//! Looking for words in texts: which letters are the same, and what "contains every word" means.
//!
//! What is deliberately not here: where the texts come from.

/// A text as it is compared where letters of either case are the same: in lower case, and with a space for each control
/// character, which the lists of a store need to keep texts apart.
#[must_use]
pub fn fold(text: &str) -> String {
    let printable = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().map(printable).flat_map(char::to_lowercase).collect()
}

/// The words of a query, folded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words(Vec<String>);

impl Words {
    /// The words between the white space of a text, whatever characters they have.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(fold(text).split_whitespace().map(str::to_owned).collect())
    }

    /// Whether there is nothing to look for, so that everything is found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every word is part of this text, which is folded.
    #[must_use]
    pub fn are_in(&self, folded: &str) -> bool {
        self.0.iter().all(|word| folded.contains(word.as_str()))
    }

    /// Whether every word is part of one of these texts.
    #[must_use]
    pub fn are_in_any(&self, texts: &[&str]) -> bool {
        // No word has a space in it, so none is found across two texts.
        self.is_empty() || self.are_in(&fold(&texts.join(" ")))
    }
}

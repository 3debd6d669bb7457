//! One sentence in every language, and the macro that writes many of them down.

use std::fmt::Display;

use crate::language::Language;

/// The same sentence in every language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// In English.
    pub english: String,
    /// In simplified Chinese.
    pub chinese: String,
}

impl Sentence {
    /// The sentence for one reader.
    #[must_use]
    pub fn to(&self, language: Language) -> &str {
        match language {
            Language::English => &self.english,
            Language::Chinese => &self.chinese,
        }
    }

    /// The same, for a reader who keeps it.
    #[must_use]
    pub fn into(self, language: Language) -> String {
        match language {
            Language::English => self.english,
            Language::Chinese => self.chinese,
        }
    }

    /// A name or number that is written the same in every language.
    #[must_use]
    pub fn verbatim(text: impl Display) -> Self {
        let english = text.to_string();
        Self { chinese: english.clone(), english }
    }
}

/// What can be filled into a sentence: another one, or whatever is written the same in every language.
pub trait Say {
    /// How it is said in this language.
    fn say(&self, language: Language) -> String;
}

impl Say for Sentence {
    fn say(&self, language: Language) -> String {
        self.to(language).to_owned()
    }
}

impl<T: Display + ?Sized> Say for T {
    fn say(&self, _language: Language) -> String {
        self.to_string()
    }
}

/// A sentence as [`sentences!`](crate::sentences) has it: its name, its English and its Chinese text.
pub type SentenceEntry = (&'static str, &'static str, &'static str);

/// The sentences that lack one of their languages, for a test over `ALL`. Those in `verbatim` are written the same in both.
#[must_use]
pub fn untranslated(all: &[SentenceEntry], verbatim: &[&str]) -> Vec<&'static str> {
    let has_chinese = |text: &str| text.chars().any(|c| ('\u{3000}'..'\u{a000}').contains(&c));
    let lacks = |(name, english, chinese): &&SentenceEntry| {
        let is_both = !english.is_empty() && !has_chinese(english) && has_chinese(chinese);
        let is_verbatim = verbatim.contains(name) && english == chinese;
        !(is_both || is_verbatim)
    };
    all.iter().filter(lacks).map(|(name, ..)| *name).collect()
}

/// Write sentences down. Each item is a function that returns a [`Sentence`](crate::Sentence): its name and arguments, then
/// the text in English and in Chinese. An argument that one of them leaves out is an unused variable, which the compiler
/// tells. `ALL`, for tests, has every text.
///
/// ```
/// rollcall_words::sentences! {
///     fn people(n) { "{n} people", "{n} 人" }
/// }
/// assert_eq!(people(3).to(rollcall_words::Language::Chinese), "3 人");
/// ```
#[macro_export]
macro_rules! sentences {
    ($(fn $name:ident($($argument:ident),*) { $english:literal, $chinese:literal })*) => {
        $(pub(crate) fn $name($($argument: impl $crate::Say),*) -> $crate::Sentence {
            $crate::Sentence {
                english: {
                    $(let $argument = $crate::Say::say(&$argument, $crate::Language::English);)*
                    ::std::format!($english)
                },
                chinese: {
                    $(let $argument = $crate::Say::say(&$argument, $crate::Language::Chinese);)*
                    ::std::format!($chinese)
                },
            }
        })*

        #[cfg(test)]
        pub(crate) const ALL: &[$crate::SentenceEntry] = &[$((::std::stringify!($name), $english, $chinese)),*];
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_that_lacks_a_language_is_found() {
        let all = [
            ("good", "people", "人"),
            ("without_chinese", "people", "people"),
            ("without_english", "人", "人"),
            ("a_name", "SCIM", "SCIM"),
        ];
        assert_eq!(untranslated(&all, &["a_name"]), ["without_chinese", "without_english"]);
    }
}

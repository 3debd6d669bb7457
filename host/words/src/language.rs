//! Which language the reader reads, and whether the terminal can show more than ASCII.
//!
//! Deliberately not here: the sentences. The environment is a parameter.

use std::fmt;
use std::str::FromStr;

/// A language that every sentence exists in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Simplified Chinese.
    Chinese,
}

/// Why a tag is no [`Language`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownLanguage;

impl Language {
    /// The language of the messages of a POSIX locale, English if it is neither.
    #[must_use]
    pub fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let locale = first_set(["LC_ALL", "LC_MESSAGES", "LANG"], variable);
        if locale.to_ascii_lowercase().starts_with("zh") { Self::Chinese } else { Self::English }
    }

    /// The language that a reader prefers of those there are, by the weights of an `Accept-Language` header (RFC 9110);
    /// English if it names neither.
    #[must_use]
    pub fn of_header(header: &str) -> Self {
        let weighed = |choice: &str| {
            let (tag, weight) = choice.split_once(';').unwrap_or((choice, "q=1"));
            let weight: f32 = weight.trim().strip_prefix("q=")?.parse().ok()?;
            let language = match tag.trim().to_ascii_lowercase().split('-').next()? {
                "zh" => Self::Chinese,
                "en" => Self::English,
                _ => return None,
            };
            (0.0 < weight).then_some((language, weight))
        };
        let mut best: Option<(Self, f32)> = None;
        for choice in header.split(',').filter_map(weighed) {
            // Of equal weights the first one wins.
            if best.is_none_or(|(_, weight)| weight < choice.1) {
                best = Some(choice);
            }
        }
        best.map_or(Self::English, |(language, _)| language)
    }

    /// Its BCP 47 tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }
}

impl Language {
    /// Every language, by its tag.
    pub const TAGS: [&str; 2] = ["en", "zh-CN"];
}

impl FromStr for Language {
    type Err = UnknownLanguage;

    /// From its tag, whatever the case of its letters.
    fn from_str(tag: &str) -> Result<Self, Self::Err> {
        let languages = [Self::English, Self::Chinese];
        languages.into_iter().find(|language| language.tag().eq_ignore_ascii_case(tag)).ok_or(UnknownLanguage)
    }
}

impl fmt::Display for UnknownLanguage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "language must be one of {:?}", Language::TAGS)
    }
}

impl std::error::Error for UnknownLanguage {}

/// Whether the characters of a POSIX locale are UTF-8. Elsewhere there is no locale in the environment and they are.
#[must_use]
pub fn is_unicode(variable: impl Fn(&str) -> Option<String>) -> bool {
    let locale = first_set(["LC_ALL", "LC_CTYPE", "LANG"], variable).to_ascii_lowercase();
    cfg!(windows) || locale.contains("utf-8") || locale.contains("utf8")
}

/// As POSIX orders it, an empty variable is like one that is not set.
fn first_set(names: [&str; 3], variable: impl Fn(&str) -> Option<String>) -> String {
    names.into_iter().filter_map(variable).find(|value| !value.is_empty()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        |name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn the_language_is_that_of_the_locale() {
        for (variables, language) in [
            (&[][..], Language::English),
            (&[("LANG", "zh_CN.UTF-8")], Language::Chinese),
            (&[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "C")], Language::English),
            (&[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "")], Language::Chinese),
            (&[("LANG", "C"), ("LC_MESSAGES", "zh_TW")], Language::Chinese),
            (&[("LANG", "de_DE.UTF-8")], Language::English),
        ] {
            assert_eq!(Language::of_environment(environment(variables)), language, "{variables:?}");
        }
    }

    #[test]
    fn the_language_of_a_browser_is_the_one_it_weighs_most() {
        for (header, language) in [
            ("", Language::English),
            ("zh-CN,zh;q=0.9,en;q=0.8", Language::Chinese),
            ("de, zh;q=0.3, en-GB;q=0.7", Language::English),
            ("fr", Language::English),
            ("zh;q=0, en;q=0.1", Language::English),
            ("zh;q=nonsense", Language::English),
        ] {
            assert_eq!(Language::of_header(header), language, "{header}");
        }
    }

    #[test]
    fn a_language_is_known_by_its_tag() {
        assert_eq!(
            Language::TAGS.map(|tag| tag.parse::<Language>().map(Language::tag)),
            Language::TAGS.map(Ok)
        );
        assert_eq!("ZH-cn".parse(), Ok(Language::Chinese));
        assert_eq!("de".parse::<Language>(), Err(UnknownLanguage));
    }

    #[cfg(not(windows))]
    #[test]
    fn a_terminal_is_unicode_when_its_locale_says_so() {
        for (variables, unicode) in [
            (&[][..], false),
            (&[("LANG", "en_US.UTF-8")], true),
            (&[("LANG", "en_US.utf8")], true),
            (&[("LANG", "en_US.UTF-8"), ("LC_ALL", "C")], false),
            (&[("LANG", "C"), ("LC_CTYPE", "C.UTF-8")], true),
        ] {
            assert_eq!(is_unicode(environment(variables)), unicode, "{variables:?}");
        }
    }
}

//! Which language the reader reads, and whether the terminal can show more than ASCII.
//!
//! What is deliberately not here: the sentences (`messages`). The environment is a parameter.

use clap::ValueEnum;

/// A language that every sentence of this program exists in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// English.
    #[value(name = "en")]
    English,
    /// Simplified Chinese.
    #[value(name = "zh-CN")]
    Chinese,
}

impl Language {
    /// The language of the messages of a POSIX locale, English if it is neither.
    pub(crate) fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let locale = first_set(["LC_ALL", "LC_MESSAGES", "LANG"], variable);
        if locale.to_ascii_lowercase().starts_with("zh") { Self::Chinese } else { Self::English }
    }

    /// Its BCP 47 tag.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }
}

/// Whether the characters of a POSIX locale are UTF-8. Elsewhere there is no locale in the environment and they are.
pub(crate) fn is_unicode(variable: impl Fn(&str) -> Option<String>) -> bool {
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

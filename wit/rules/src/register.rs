//! How a register of codes is written: [`codes!`](crate::codes) makes of each entry a function that says its sentence and its
//! remedy, in English and in Chinese.
//!
//! Not here: the entries. Every crate that says something with a code has its own in `codes.rs`, and `docs/errors.md` is
//! joined from all of them (`cargo xtask errors`).

use std::fmt::Display;

/// Who can do something about what a code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Nobody has to: it is said to be known, or it passes by itself.
    Nobody,
    /// Who sets up sources on the platform: settings, rights to origins, decisions.
    Administrator,
    /// Who administers the source: permissions there, and what stands there.
    SourceAdministrator,
    /// Who runs the machine: network, proxy, disk, files.
    Operator,
    /// Who wrote the connector.
    ConnectorAuthor,
    /// Who wrote the host.
    HostAuthor,
    /// The program or person that made this very request.
    Caller,
}

/// A code with its sentence and its remedy, all holes filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    /// Stable, in kebab-case.
    pub code: &'static str,
    /// What happened, in English.
    pub english: String,
    /// The same in Chinese.
    pub chinese: String,
    /// What to do about it, in English and in Chinese.
    pub remedy: Option<(String, String)>,
}

/// What can be filled into a sentence: whatever is written the same in every language, or a text that has both.
pub trait Filling {
    /// How it is said in English.
    fn in_english(&self) -> String;
    /// How it is said in Chinese.
    fn in_chinese(&self) -> String;
}

impl<T: Display + ?Sized> Filling for T {
    fn in_english(&self) -> String {
        self.to_string()
    }

    fn in_chinese(&self) -> String {
        self.to_string()
    }
}

/// A text that fills in for itself in each language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Both {
    english: String,
    chinese: String,
}

impl Both {
    /// In English and in Chinese.
    pub fn new(english: impl Into<String>, chinese: impl Into<String>) -> Self {
        Self { english: english.into(), chinese: chinese.into() }
    }
}

impl Filling for Both {
    fn in_english(&self) -> String {
        self.english.clone()
    }

    fn in_chinese(&self) -> String {
        self.chinese.clone()
    }
}

/// Whether a function's name is this code with `_` for `-`.
#[must_use]
pub const fn is_named(name: &str, code: &str) -> bool {
    let (mut name, mut code) = (name.as_bytes(), code.as_bytes());
    while let ([of_name, name_rest @ ..], [of_code, code_rest @ ..]) = (name, code) {
        let is_same =
            matches!((*of_name, *of_code), (b'_', b'-')) || *of_name == *of_code && *of_code != b'_';
        if !is_same {
            return false;
        }
        (name, code) = (name_rest, code_rest);
    }
    name.is_empty() && code.is_empty()
}

/// Write a register of codes down: what the functions return, which is made of a [`Wording`](crate::register::Wording), and the
/// entries. Each is a code, the [`Actor`](crate::register::Actor), a function of the same name with what it fills in, the
/// sentence in English and in Chinese, and the remedy in both if there is one.
///
/// A code that is there twice is a function that is there twice, and one that is not there is a function that is missing:
/// neither compiles. What one of the languages leaves out is an unused variable, which the compiler tells.
///
/// ```
/// use rollcall_rules::register::Wording;
///
/// rollcall_rules::codes! {
///     Wording;
///
///     "line-too-long" by Caller: fn line_too_long(n, max) {
///         "a line has {n} bytes, more than {max}",
///         "某行有 {n} 字节，超过 {max} 字节",
///         "break it up",
///         "请将其拆开"
///     }
/// }
/// assert_eq!(line_too_long(9, 8).english, "a line has 9 bytes, more than 8");
/// ```
///
/// ```compile_fail
/// use rollcall_rules::register::Wording;
///
/// rollcall_rules::codes! {
///     Wording;
///
///     "line-too-long" by Caller: fn line_is_long() { "it is too long", "太长" }
/// }
/// # let _ = line_is_long();
/// ```
#[macro_export]
macro_rules! codes {
    ($of:ty; $(
        $(#[$attribute:meta])*
        $code:literal by $actor:ident: fn $name:ident($($hole:ident),*) {
            $english:literal, $chinese:literal $(, $remedy:literal, $remedy_in_chinese:literal)?
        }
    )*) => {
        $(
            $(#[$attribute])*
            #[must_use]
            pub(crate) fn $name($($hole: impl $crate::register::Filling),*) -> $of {
                const {
                    ::std::assert!($crate::register::is_named(::std::stringify!($name), $code));
                    _ = $crate::register::Actor::$actor;
                };
                let (english, remedy) = {
                    $(let $hole = $crate::register::Filling::in_english(&$hole);)*
                    (::std::format!($english), None::<String>$(.or(Some(::std::format!($remedy))))?)
                };
                let (chinese, remedy_in_chinese) = {
                    $(let $hole = $crate::register::Filling::in_chinese(&$hole);)*
                    (::std::format!($chinese), None::<String>$(.or(Some(::std::format!($remedy_in_chinese))))?)
                };
                let remedy = remedy.zip(remedy_in_chinese);
                $crate::register::Wording { code: $code, english, chinese, remedy }.into()
            }
        )*
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::codes! {
        Wording;

        "people-missing" by SourceAdministrator: fn people_missing(n, whose) {
            "{whose} lacks {n} people",
            "{whose}少了 {n} 人",
            "look for {whose}",
            "请查找{whose}"
        }
        "all-there" by Nobody: fn all_there() { "everyone is there", "全员到齐" }
    }

    #[test]
    fn a_code_says_its_sentence_and_remedy_with_what_each_language_fills_in() {
        let remedy = Some(("look for the class".to_owned(), "请查找班级".to_owned()));
        let (english, chinese) = ("the class lacks 3 people".to_owned(), "班级少了 3 人".to_owned());
        let expected = Wording { code: "people-missing", english, chinese, remedy };
        assert_eq!(people_missing(3, Both::new("the class", "班级")), expected);
        assert_eq!(all_there().remedy, None);
    }

    #[test]
    fn a_function_is_named_as_its_code_and_by_nothing_else() {
        assert!(is_named("people_missing", "people-missing"));
        for (name, code) in [("people", "people-missing"), ("people_missing", "people"), ("a_b", "a_b")] {
            assert!(!is_named(name, code), "{name} {code}");
        }
    }
}

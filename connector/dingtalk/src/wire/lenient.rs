//! How single values are read: DingTalk's pages print numbers and booleans with and without quotation marks, and an
//! absent member, `null` and `""` mean the same. A fraction is never a number of ours: it has been rounded on its way.

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;

/// A whole number, exact to the last digit, as a number or as decimal text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Whole(pub(crate) i64);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WholeVisitor)
    }
}

struct WholeVisitor;

impl Visitor<'_> for WholeVisitor {
    type Value = Whole;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Whole, E> {
        Ok(Whole(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Whole, E> {
        i64::try_from(number).map(Whole).map_err(|_| E::custom("expected a whole number of 64 bits"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Whole, E> {
        text.parse().map(Whole).map_err(|_| E::custom("expected a whole number in a text"))
    }
}

/// A boolean, as one or as the text "true" or "false".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flag(pub(crate) bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FlagVisitor)
    }
}

struct FlagVisitor;

impl Visitor<'_> for FlagVisitor {
    type Value = Flag;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("true or false")
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Flag, E> {
        Ok(Flag(flag))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Flag, E> {
        text.parse().map(Flag).map_err(|_| E::custom("expected true or false in a text"))
    }
}

/// A text that says something.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.filter(|text| !text.is_empty()))
}

/// A whole number; an empty text is none.
pub(crate) fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Whole>, D::Error> {
    deserializer.deserialize_any(PerhapsWhole)
}

struct PerhapsWhole;

impl<'de> Visitor<'de> for PerhapsWhole {
    type Value = Option<Whole>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        WholeVisitor.expecting(f)
    }

    fn visit_unit<E: Error>(self) -> Result<Option<Whole>, E> {
        Ok(None)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Option<Whole>, E> {
        WholeVisitor.visit_i64(number).map(Some)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Option<Whole>, E> {
        WholeVisitor.visit_u64(number).map(Some)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Option<Whole>, E> {
        if text.is_empty() { Ok(None) } else { WholeVisitor.visit_str(text).map(Some) }
    }
}

/// A list; none is an empty one.
pub(crate) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// A name or a code: a text, or a number taken as one.
pub(crate) fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    deserializer.deserialize_any(NameVisitor)
}

struct NameVisitor;

impl Visitor<'_> for NameVisitor {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_unit<E: Error>(self) -> Result<String, E> {
        Ok(String::new())
    }
}

#[cfg(test)]
mod tests {
    use super::{Flag, Whole};

    #[test]
    fn whole_numbers_are_exact_and_may_be_quoted() {
        for text in ["176220178909140513", r#""176220178909140513""#] {
            assert_eq!(
                serde_json::from_str::<Whole>(text).ok(),
                Some(Whole(176_220_178_909_140_513)),
                "{text}"
            );
        }
    }

    #[test]
    fn a_number_that_is_an_empty_text_or_null_is_none() {
        let read = |text| super::whole(&mut serde_json::Deserializer::from_str(text)).ok();
        assert_eq!(
            ["\"\"", "null", "7", "\"7\"", "-7", "\" \"", "{}"].map(read),
            [
                Some(None),
                Some(None),
                Some(Some(Whole(7))),
                Some(Some(Whole(7))),
                Some(Some(Whole(-7))),
                None,
                None
            ]
        );
    }

    #[test]
    fn what_was_rounded_is_refused() {
        for text in [
            "1.7622017890914051e17",
            "1.0",
            r#""1.0""#,
            "18446744073709551615",
            "99999999999999999999",
            "true",
        ] {
            assert!(serde_json::from_str::<Whole>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn booleans_may_be_quoted() {
        let read = |text| serde_json::from_str::<Flag>(text).ok();
        assert_eq!(
            ["true", r#""false""#, "1", r#""yes""#].map(read),
            [Some(Flag(true)), Some(Flag(false)), None, None]
        );
    }
}

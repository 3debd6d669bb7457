//! Mobile numbers as E.164, where the number and the country's plan leave no doubt. Extension numbers and other telephones
//! are not touched: nobody can know what they mean.
//!
//! Not here: a library of all the world's plans, which takes a megabyte of tables in every component. [`PLANS`] has the
//! countries whose people use DingTalk; of the others a number is only composed if it could not mean anything else.

use crate::limits::{MAX_PHONE_DIGITS, MIN_PHONE_DIGITS, MIN_WHOLE_DIGITS};
use crate::wire::lenient::is_blank;

/// A mobile number, as far as it could be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Phone {
    /// `+` and up to 15 digits.
    E164(String),
    /// A number whose country nobody knows, as it was given.
    WithoutCountry(String),
    /// A number that the country of its code does not have, as it was given.
    Doubtful(String),
    /// No telephone number.
    NotUnderstood,
}

/// How mobile numbers of a country are written.
struct NumberingPlan {
    /// Its code.
    country: &'static str,
    /// Digits after the code and the prefix.
    digits: (usize, usize),
    /// What mobile numbers begin with; anything where the plan does not tell them apart.
    begins: &'static [&'static str],
    /// What is dialled before the number inside of the country, and nowhere else.
    prefix: &'static str,
}

const fn plan(
    country: &'static str,
    digits: (usize, usize),
    begins: &'static [&'static str],
    prefix: &'static str,
) -> NumberingPlan {
    NumberingPlan { country, digits, begins, prefix }
}

/// Source: the countries' numbering plans as they are notified to ITU-T (E.129).
const PLANS: &[NumberingPlan] = &[
    plan("1", (10, 10), &["2", "3", "4", "5", "6", "7", "8", "9"], "1"),
    plan("7", (10, 10), &["7", "9"], "8"),
    plan("31", (9, 9), &["6"], "0"),
    plan("33", (9, 9), &["6", "7"], "0"),
    plan("34", (9, 9), &["6", "7"], ""),
    plan("39", (9, 10), &["3"], ""),
    plan("44", (10, 10), &["7"], "0"),
    plan("49", (10, 11), &["15", "16", "17"], "0"),
    plan("52", (10, 10), &[], "01"),
    // Inside of Argentina 15 stands in the middle of a mobile number, and outside 9 before it: only the latter is certain.
    plan("54", (11, 11), &["9"], "0"),
    plan("55", (10, 11), &[], "0"),
    plan("60", (9, 10), &["1"], "0"),
    plan("61", (9, 9), &["4"], "0"),
    plan("62", (9, 12), &["8"], "0"),
    plan("63", (10, 10), &["9"], "0"),
    plan("64", (8, 10), &["2"], "0"),
    plan("65", (8, 8), &["8", "9"], ""),
    plan("66", (9, 9), &["6", "8", "9"], "0"),
    plan("81", (10, 10), &["60", "70", "80", "90"], "0"),
    plan("82", (9, 10), &["1"], "0"),
    plan("84", (9, 9), &["3", "5", "7", "8", "9"], "0"),
    plan("86", (11, 11), &["1"], "0"),
    plan("91", (10, 10), &["6", "7", "8", "9"], "0"),
    plan("370", (8, 8), &["6"], "8"),
    plan("375", (9, 9), &["25", "29", "33", "44"], "80"),
    plan("852", (8, 8), &["4", "5", "6", "7", "8", "9"], ""),
    plan("853", (8, 8), &["6"], ""),
    plan("855", (8, 9), &["1", "6", "7", "8", "9"], "0"),
    plan("856", (8, 10), &["20", "30"], "0"),
    plan("886", (9, 9), &["9"], "0"),
    plan("966", (9, 9), &["5"], "0"),
    plan("971", (9, 9), &["5"], "0"),
    plan("992", (9, 9), &[], "8"),
    plan("993", (8, 8), &["6", "7"], "8"),
    plan("998", (9, 9), &[], "8"),
];

/// Combine DingTalk's `state_code` ("86") with its `mobile` ("18513027676").
pub(crate) fn phone(state_code: Option<&str>, mobile: &str) -> Phone {
    let Some(number) = Number::of(mobile) else { return Phone::NotUnderstood };
    let doubtful = || Phone::Doubtful(mobile.trim().to_owned());
    let country = match state_code.map(Number::of) {
        None => None,
        Some(Some(Number { digits, .. })) if is_country(&digits) => Some(digits),
        Some(_) => return number.international().map_or_else(doubtful, Phone::E164),
    };
    match country {
        Some(country) => number.within(&country).map_or_else(doubtful, Phone::E164),
        None => match number.international().or_else(|| number.of_the_mainland()) {
            Some(number) => Phone::E164(number),
            None if number.dialled == Dialled::Here => Phone::WithoutCountry(mobile.trim().to_owned()),
            None => doubtful(),
        },
    }
}

/// The digits of a number, and what stood before them.
#[derive(Debug, PartialEq, Eq)]
struct Number {
    digits: String,
    dialled: Dialled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialled {
    /// A plus: from everywhere.
    Anywhere,
    /// Two zeros, by which most countries dial abroad, and with which some numbers begin.
    Abroad,
    Here,
}

impl Number {
    /// Nothing but digits, a plus before them, and between them spaces, dashes, dots and brackets; all of them as wide as
    /// they like.
    fn of(text: &str) -> Option<Self> {
        let shown = text.chars().map(narrow);
        let bare: String = shown.filter(|char| !is_blank(*char) && !"-–—‐‑.()".contains(*char)).collect();
        let (digits, dialled) = match (bare.strip_prefix('+'), bare.strip_prefix("00")) {
            (Some(digits), _) => (digits, Dialled::Anywhere),
            (None, Some(digits)) => (digits, Dialled::Abroad),
            (None, None) => (bare.as_str(), Dialled::Here),
        };
        let all = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        all.then(|| Self { digits: digits.to_owned(), dialled })
    }

    /// As it is dialled from abroad, if it is.
    fn international(&self) -> Option<String> {
        (self.dialled != Dialled::Here).then(|| complete(&self.digits)).flatten()
    }

    /// Inside of this country, or from abroad to any.
    fn within(&self, country: &str) -> Option<String> {
        if self.dialled != Dialled::Here {
            return self.international();
        }
        // With the code written before it, too, where the plan leaves no doubt that it is that.
        let rest = self.digits.strip_prefix(country).filter(|_| plan_of(country).is_some());
        let again = || rest.and_then(|rest| composed(country, rest));
        composed(country, &self.digits).or_else(again)
    }

    /// Eleven digits that begin with 1 and say nothing of a country: DingTalk's own people.
    fn of_the_mainland(&self) -> Option<String> {
        let is_plain = self.dialled == Dialled::Here && self.digits.len() == 11;
        is_plain.then(|| composed("86", &self.digits)).flatten()
    }
}

/// A character as wide as those of ASCII, where it is one of them.
///
/// Source: Unicode, "Halfwidth and Fullwidth Forms": U+FF01 to U+FF5E are ASCII from `!` on.
fn narrow(char: char) -> char {
    match char {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(char) - 0xfee0).unwrap_or(char),
        _ => char,
    }
}

/// A number that begins with its country's code.
fn complete(digits: &str) -> Option<String> {
    let country = (1..=3).filter_map(|n| digits.get(..n)).find(|code| is_country(code))?;
    let rest = digits.get(country.len()..)?;
    // Some write the prefix in brackets behind the code: +44 (0)7400 123456.
    composed(country, rest)
}

fn plan_of(country: &str) -> Option<&'static NumberingPlan> {
    PLANS.iter().find(|plan| plan.country == country)
}

/// A country's code and a number in it, without the prefix.
fn composed(country: &str, number: &str) -> Option<String> {
    let plan = plan_of(country);
    let fits = |number: &str| match plan {
        Some(NumberingPlan { digits: (least, most), begins, .. }) => {
            let begins_so = begins.is_empty() || begins.iter().any(|begin| number.starts_with(begin));
            (*least..=*most).contains(&number.len()) && begins_so
        }
        None => {
            MIN_PHONE_DIGITS <= number.len() && !number.starts_with('0') && !says_its_country(country, number)
        }
    };
    let prefix = plan.map_or("", |plan| plan.prefix);
    let without = number.strip_prefix(prefix).filter(|_| !prefix.is_empty());
    let number = [Some(number), without].into_iter().flatten().find(|number| fits(number))?;
    let whole = format!("+{country}{number}");
    (whole.len() <= MAX_PHONE_DIGITS + 1).then_some(whole)
}

/// Whether a number may have its country's code written before it: nothing tells whether that is a part of it.
fn says_its_country(country: &str, number: &str) -> bool {
    number.strip_prefix(country).is_some_and(|rest| MIN_WHOLE_DIGITS <= rest.len())
}

/// Whether it is a country's code.
///
/// Source: ITU-T E.164, list of assigned country codes: 1 and 7 alone, then these with two digits; all others have three.
fn is_country(code: &str) -> bool {
    const TWO: [&str; 43] = [
        "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48",
        "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81",
        "82", "84", "86", "90", "91", "92", "93", "94", "95",
    ];
    match code.as_bytes() {
        [b'1' | b'7'] => true,
        [_, _] => TWO.contains(&code) || code == "98",
        [b'1' | b'7' | b'0', ..] => false,
        [_, _, _] => !TWO.iter().any(|two| code.starts_with(two)) && !code.starts_with("98"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Phone, phone};
    use proptest::prelude::{any, prop_assert, proptest};

    fn e164(text: &str) -> Phone {
        Phone::E164(text.to_owned())
    }

    #[test]
    fn numbers_as_dingtalk_sends_them() {
        let table = [
            (Some("86"), "18513027676", "+8618513027676"),
            (Some("+86"), "185-1302 7676", "+8618513027676"),
            (Some("0086"), "18513027676", "+8618513027676"),
            (Some("86"), "+86-18513027676", "+8618513027676"),
            (Some("86"), "018513027676", "+8618513027676"),
            (Some("86"), "8618513027676", "+8618513027676"),
            (Some("86"), "008618513027676", "+8618513027676"),
            (Some("86"), "\u{202d}185 1302 7676\u{202c}", "+8618513027676"),
            (Some("86"), "１８５１３０２７６７６", "+8618513027676"),
            (Some("＋86"), "（0）185－1302－7676", "+8618513027676"),
            (Some("852"), "51234567", "+85251234567"),
            (Some("1"), "(415) 555-2671", "+14155552671"),
            (Some("1"), "1 415 555 2671", "+14155552671"),
            (Some("86"), "+852-51234567", "+85251234567"),
            (Some("44"), "07400 123456", "+447400123456"),
            (Some("44"), "+44 (0)7400 123456", "+447400123456"),
            (Some("49"), "0151 23456789", "+4915123456789"),
            (Some("39"), "320 123 4567", "+393201234567"),
            (Some("7"), "8 912 345-67-89", "+79123456789"),
            (Some("886"), "0912345678", "+886912345678"),
            (Some("81"), "090-1234-5678", "+819012345678"),
            (Some("677"), "74321", "+67774321"),
            (Some("351"), "912345678", "+351912345678"),
            (Some("47"), "47912345", "+4747912345"),
            (Some("996"), "996123456", "+996996123456"),
            (Some("375"), "8 029 123-45-67", "+375291234567"),
            (Some("370"), "8 612 34567", "+37061234567"),
            (Some("998"), "998901234567", "+998901234567"),
            (Some("54"), "9 11 1234 5678", "+5491112345678"),
            (None, "+351 912345678", "+351912345678"),
            (None, "+852-51234567", "+85251234567"),
            (None, "0044 7400 123456", "+447400123456"),
            (None, "18513027676", "+8618513027676"),
        ];
        for (state_code, mobile, expected) in table {
            assert_eq!(phone(state_code, mobile), e164(expected), "{state_code:?} {mobile:?}");
        }
    }

    #[test]
    fn a_number_that_its_country_does_not_have_stays_as_it_is_written() {
        for (state_code, mobile) in [
            (Some("852"), "00727344"),
            (Some("86"), "12"),
            (Some("86"), "1851302767"),
            (Some("86"), "1851302767618513027676"),
            (Some("225"), "0701234567"),
            (Some("CN"), "18513027676"),
            (Some("351"), "351912345678"),
            (Some("380"), "380501234567"),
            (Some("47"), "4791234567"),
            (Some("972"), "972501234567"),
            (Some("54"), "11 15-1234-5678"),
            (Some("992"), "8 8 92 123 45 67"),
            (Some("999"), "07400123456"),
            (Some("0"), "18513027676"),
            (None, "+0123456789"),
            (None, "00727344"),
        ] {
            assert_eq!(
                phone(state_code, mobile),
                Phone::Doubtful(mobile.to_owned()),
                "{state_code:?} {mobile:?}"
            );
        }
        for mobile in ["51234567", "07400 123456", "4155552671"] {
            assert_eq!(phone(None, &format!(" {mobile} ")), Phone::WithoutCountry(mobile.to_owned()));
        }
    }

    #[test]
    fn what_is_hidden_or_no_number_is_none() {
        for mobile in ["185****7676", "no phone", "+", "-", "+\u{202c}"] {
            assert_eq!(phone(Some("86"), mobile), Phone::NotUnderstood, "{mobile:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_said_to_be_e164_is(state_code in any::<Option<String>>(), mobile in any::<String>()) {
            if let Phone::E164(number) = phone(state_code.as_deref(), &mobile) {
                let digits = number.strip_prefix('+').unwrap_or_default();
                prop_assert!(digits.len() <= 15 && digits.bytes().all(|byte| byte.is_ascii_digit()), "{}", number);
            }
        }

        #[test]
        fn whatever_the_digits_nothing_panics(state_code in "[0-9]{0,4}", mobile in "\\+?[0-9]{0,18}") {
            if let Phone::E164(number) = phone(Some(&state_code), &mobile) {
                prop_assert!((7..=16).contains(&number.len()) && !number.starts_with("+0"), "{}", number);
            }
        }
    }
}

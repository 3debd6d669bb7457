//! Mobile numbers as E.164. Extension numbers and other telephones are not touched: nobody can know what they mean.

use crate::limits::{MAX_PHONE_DIGITS, MIN_PHONE_DIGITS};

/// A mobile number, as far as it could be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Phone {
    /// `+` and up to 15 digits.
    E164(String),
    /// A number whose country nobody knows, as it was given.
    WithoutCountry(String),
    /// No telephone number.
    NotUnderstood,
}

/// Combine DingTalk's `state_code` ("86") with its `mobile` ("18513027676").
pub(crate) fn phone(state_code: Option<&str>, mobile: &str) -> Phone {
    let Some((international, digits)) = digits_of(mobile) else { return Phone::NotUnderstood };
    let country = match state_code.map(digits_of) {
        None => None,
        Some(Some((_, country))) => Some(country),
        Some(None) => return Phone::NotUnderstood,
    };
    match country {
        _ if international => e164(&digits),
        Some(country) => e164(&(country + &digits)),
        None if is_mainland(&digits) => e164(&format!("86{digits}")),
        None if e164(&digits) == Phone::NotUnderstood => Phone::NotUnderstood,
        None => Phone::WithoutCountry(mobile.trim().to_owned()),
    }
}

/// The digits, and whether a `+` or `00` stood before them; none if anything else is there but spaces, dashes, dots and
/// brackets.
fn digits_of(text: &str) -> Option<(bool, String)> {
    let bare: String =
        text.chars().filter(|char| !char.is_whitespace() && !"-–—‐‑.()（）".contains(*char)).collect();
    let plain = bare.strip_prefix(['+', '＋']).or_else(|| bare.strip_prefix("00"));
    let digits = plain.unwrap_or(&bare);
    let all = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    all.then(|| (plain.is_some(), digits.to_owned()))
}

fn e164(digits: &str) -> Phone {
    if (MIN_PHONE_DIGITS..=MAX_PHONE_DIGITS).contains(&digits.len()) && !digits.starts_with('0') {
        Phone::E164(format!("+{digits}"))
    } else {
        Phone::NotUnderstood
    }
}

/// Eleven digits that begin with 1.
fn is_mainland(digits: &str) -> bool {
    digits.len() == 11 && digits.starts_with('1')
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
        let without = |text: &str| Phone::WithoutCountry(text.to_owned());
        let table = [
            (Some("86"), "18513027676", e164("+8618513027676")),
            (Some("+86"), "185-1302 7676", e164("+8618513027676")),
            (Some("0086"), "18513027676", e164("+8618513027676")),
            (Some("86"), "+86-18513027676", e164("+8618513027676")),
            (Some("852"), "51234567", e164("+85251234567")),
            (Some("1"), "(415) 555-2671", e164("+14155552671")),
            (Some("86"), "+852-51234567", e164("+85251234567")),
            (None, "+852-51234567", e164("+85251234567")),
            (None, "0044 7400 123456", e164("+447400123456")),
            (None, "18513027676", e164("+8618513027676")),
            (None, " 51234567 ", without("51234567")),
            (None, "07400 123456", Phone::NotUnderstood),
            (Some("86"), "185****7676", Phone::NotUnderstood),
            (Some("86"), "no phone", Phone::NotUnderstood),
            (Some("CN"), "18513027676", Phone::NotUnderstood),
            (Some("86"), "12", Phone::NotUnderstood),
            (Some("86"), "1851302767618513027676", Phone::NotUnderstood),
            (Some("86"), "+", Phone::NotUnderstood),
        ];
        for (state_code, mobile, expected) in table {
            assert_eq!(phone(state_code, mobile), expected, "{state_code:?} {mobile:?}");
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
    }
}

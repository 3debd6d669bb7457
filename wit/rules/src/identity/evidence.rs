//! What belongs to a person and stays with them when their id does not: telephone number, addresses, employee number, and
//! where none of these is known, the name.

use std::collections::BTreeSet;

use serde_json::Value;

use super::notation::known;
use crate::vocabulary::{attribute, schema};

/// What stayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// A mobile telephone number.
    Mobile,
    /// An e-mail address, of whatever type.
    Email,
    /// The employee number.
    EmployeeNumber,
    /// The name, which decides only where nothing else is known on both sides.
    Name,
}

impl Evidence {
    /// Its stable name, which the vectors use.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Mobile => "mobile",
            Self::Email => "email",
            Self::EmployeeNumber => "employee-number",
            Self::Name => "name",
        }
    }

    /// What a document says, each value in the one form in which it is compared.
    fn read(self, document: &Value) -> BTreeSet<String> {
        match self {
            Self::Mobile => mobiles(document).iter().filter_map(|number| digits(number)).collect(),
            Self::Email => elements(document, attribute::EMAILS)
                .filter_map(|element| known(element.get(attribute::VALUE)?))
                .map(|address| address.to_lowercase())
                .collect(),
            Self::EmployeeNumber => employee_number(document).into_iter().collect(),
            Self::Name => name(document).into_iter().collect(),
        }
    }
}

/// What says that both documents are about the same person; none when nothing does.
pub(super) fn of_same_person(held: &Value, incoming: &Value) -> Option<Evidence> {
    let mut is_known = false;
    for evidence in [Evidence::Mobile, Evidence::Email, Evidence::EmployeeNumber] {
        let [before, after] = [held, incoming].map(|document| evidence.read(document));
        if !before.is_disjoint(&after) {
            return Some(evidence);
        }
        is_known |= !before.is_empty() && !after.is_empty();
    }
    let [before, after] = [held, incoming].map(|document| Evidence::Name.read(document));
    (!is_known && !before.is_disjoint(&after)).then_some(Evidence::Name)
}

fn elements<'a>(document: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    document.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn mobiles(document: &Value) -> Vec<String> {
    let is_mobile = |element: &&Value| {
        let kind = element.get(attribute::TYPE).and_then(Value::as_str);
        kind.is_some_and(|kind| kind.eq_ignore_ascii_case(attribute::MOBILE))
    };
    let mobiles = elements(document, attribute::PHONE_NUMBERS).filter(is_mobile);
    mobiles.filter_map(|element| known(element.get(attribute::VALUE)?)).collect()
}

/// A telephone number without what people put between its digits. `00` is another way to write the plus sign. None where
/// there is no digit.
fn digits(number: &str) -> Option<String> {
    let number = number.strip_prefix("tel:").unwrap_or(number).trim_start();
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let (is_international, digits) = match digits.strip_prefix("00") {
        Some(rest) => (true, rest),
        None => (number.starts_with('+'), digits.as_str()),
    };
    let plus = if is_international { "+" } else { "" };
    (!digits.is_empty()).then(|| format!("{plus}{digits}"))
}

/// SCIM compares it whatever its case (RFC 7643, section 8.7.1).
fn employee_number(document: &Value) -> Option<String> {
    let number = document.get(schema::ENTERPRISE_USER)?.get(attribute::EMPLOYEE_NUMBER)?;
    known(number).map(|number| number.to_lowercase())
}

/// The name that people see, else the whole name, whatever its case and its blanks.
fn name(document: &Value) -> Option<String> {
    let display = document.get(attribute::DISPLAY_NAME).and_then(known);
    let formatted = || document.get(attribute::NAME)?.get(attribute::FORMATTED).and_then(known);
    let name = display.or_else(formatted)?;
    Some(name.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::digits;

    #[test]
    fn a_telephone_number_is_its_digits() {
        for (number, expected) in [
            ("+86 138-0000-0007", "+8613800000007"),
            ("tel:+86-138-0000-0007", "+8613800000007"),
            ("0086 (138) 0000.0007", "+8613800000007"),
            ("138 0000 0007", "13800000007"),
        ] {
            assert_eq!(digits(number).as_deref(), Some(expected), "{number}");
        }
    }

    #[test]
    fn what_has_no_digit_is_no_telephone_number() {
        for number in ["", "+", "00", "n/a", "tel:"] {
            assert_eq!(digits(number), None, "{number}");
        }
    }
}

//! The texts of a schedule, checked as far as their form goes.
//!
//! What is deliberately not here: whether a time zone exists, or a day of the thirtieth of February.

use std::time::Duration;

/// The longest jitter: a day, after which a daily run would overtake itself.
const MAX_JITTER: Duration = Duration::from_secs(24 * 3600);

/// Whether this may be a cron expression: five fields of what cron fields are made of.
pub(super) fn looks_like_cron(text: &str) -> bool {
    let of_a_field = |c: char| c.is_ascii_alphanumeric() || "*/,-?#".contains(c);
    text.split_whitespace().count() == 5 && text.split_whitespace().all(|field| field.chars().all(of_a_field))
}

/// Whether this may be the name of a time zone.
pub(super) fn looks_like_time_zone(text: &str) -> bool {
    let of_a_name = |c: char| c.is_ascii_alphanumeric() || "/_+-".contains(c);
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(of_a_name)
}

/// The time that a number and a unit say: "90s", "10m", "1h".
pub(super) fn time(text: &str) -> Option<Duration> {
    let units = [('s', 1), ('m', 60), ('h', 3600)];
    let (digits, factor) =
        units.iter().find_map(|(unit, factor)| Some((text.strip_suffix(*unit)?, *factor)))?;
    let is_number = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
    let seconds = digits.parse::<u64>().ok().filter(|_| is_number)?.checked_mul(factor)?;
    Some(Duration::from_secs(seconds)).filter(|time| *time <= MAX_JITTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_unit_and_ends_with_a_day() {
        for (text, expected) in
            [("90s", Some(90)), ("10m", Some(600)), ("24h", Some(86_400)), ("0s", Some(0))]
        {
            assert_eq!(time(text).map(|time| time.as_secs()), expected, "{text}");
        }
        for text in ["", "m", "10", "+5m", "-5m", "1.5h", "25h", "10 m", "99999999999999999999s"] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    #[test]
    fn a_cron_expression_has_five_fields() {
        for text in ["30 2 * * *", "*/15 8-18 * * MON-FRI", "0 3 1,15 * ?"] {
            assert!(looks_like_cron(text), "{text}");
        }
        for text in ["", "30 2 * *", "0 30 2 * * *", "30 2 * * mon;fri", "@daily"] {
            assert!(!looks_like_cron(text), "{text}");
        }
    }
}

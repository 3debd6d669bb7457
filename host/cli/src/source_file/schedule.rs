//! The times of a schedule.
//!
//! What is deliberately not here: cron expressions and time zones, which the host reads.

use std::time::Duration;

use rollcall_host::limits::MAX_JITTER;

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
}

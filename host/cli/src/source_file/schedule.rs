//! The times of a schedule.
//!
//! What is deliberately not here: how long they may be, cron expressions and time zones.

/// The time that a number and a unit say, in seconds: "90s", "10m", "1h".
pub(super) fn seconds(text: &str) -> Option<u64> {
    let units = [('s', 1), ('m', 60), ('h', 3600)];
    let (digits, factor) =
        units.iter().find_map(|(unit, factor)| Some((text.strip_suffix(*unit)?, *factor)))?;
    let is_number = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
    digits.parse::<u64>().ok().filter(|_| is_number)?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_and_a_unit() {
        for (text, expected) in [("90s", 90), ("10m", 600), ("24h", 86_400), ("0s", 0)] {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
        for text in ["", "m", "10", "+5m", "-5m", "1.5h", "10 m", "99999999999999999999s"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}

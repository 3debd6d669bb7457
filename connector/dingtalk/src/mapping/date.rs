//! Points in time: DingTalk's milliseconds as RFC 3339.

use time::OffsetDateTime;
use time::macros::format_description;

/// Milliseconds since 1970 UTC as a date-time in UTC, all three digits of the milliseconds kept; none outside the years
/// that RFC 3339 can write.
pub(crate) fn rfc3339(unix_ms: i64) -> Option<String> {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(unix_ms) * 1_000_000).ok()?;
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    (0..=9999).contains(&at.year()).then(|| at.format(format).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::rfc3339;

    #[test]
    fn milliseconds_are_kept() {
        assert_eq!(rfc3339(1_597_573_616_828).as_deref(), Some("2020-08-16T10:26:56.828Z"));
        assert_eq!(rfc3339(0).as_deref(), Some("1970-01-01T00:00:00.000Z"));
        assert_eq!(rfc3339(-1).as_deref(), Some("1969-12-31T23:59:59.999Z"));
    }

    #[test]
    fn a_year_that_cannot_be_written_is_none() {
        assert_eq!(
            [i64::MIN, i64::MAX, 253_402_300_800_000, -62_167_219_200_001].map(rfc3339),
            [None, None, None, None]
        );
    }
}

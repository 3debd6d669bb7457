//! Times as HTTP writes them in a `Date` (RFC 9110, section 5.6.7).

use time::OffsetDateTime;
use time::macros::format_description;

/// `Sun, 06 Nov 1994 08:49:37 GMT` for milliseconds since 1970 (UTC).
pub(crate) fn text(at_ms: u64) -> String {
    let at_s = i64::try_from(at_ms / 1000).unwrap_or(i64::MAX);
    let moment = OffsetDateTime::from_unix_timestamp(at_s).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let layout = format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    // The layout names only parts that every moment has, so that formatting cannot fail.
    moment.format(layout).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn a_moment_is_written_as_the_standard_shows_it() {
        assert_eq!(text(784_111_777_999), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}

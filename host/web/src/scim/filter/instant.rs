//! Moments as people and programs write them.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Nanoseconds since 1970-01-01T00:00:00Z; none when the text is no moment.
///
/// RFC 3339 in any zone and with any fraction. Without a zone it is UTC, and without a time midnight. A space may stand for
/// `T`, and for the `+` of a zone, which becomes one in an address where nobody escaped it. As in XML, 24:00:00 is where the next
/// day begins.
pub(super) fn instant(text: &str) -> Option<i128> {
    let text = text.trim();
    let (date, rest) = text.split_at_checked(DATE_LEN)?;
    let time = match rest.split_at_checked(1) {
        None => "00:00:00Z".to_owned(),
        Some(("T" | "t" | " ", time)) => with_zone(&time.replace(' ', "+")),
        Some(_) => return None,
    };
    let of_day = time.strip_prefix("24:00:00").map(|rest| format!("00:00:00{rest}"));
    let moment =
        OffsetDateTime::parse(&format!("{date}T{}", of_day.as_ref().unwrap_or(&time)), &Rfc3339).ok()?;
    let nanos = moment.unix_timestamp_nanos();
    match of_day {
        None => Some(nanos),
        // No later moment of a day is written so.
        Some(_) => (moment.nanosecond() == 0).then(|| nanos.saturating_add(DAY_NANOS)),
    }
}

/// Nanoseconds of a day.
const DAY_NANOS: i128 = 24 * 3_600_000_000_000;

/// Characters of `2026-01-01`.
const DATE_LEN: usize = 10;

fn with_zone(time: &str) -> String {
    let has_zone = time.contains(['+', '-']) || time.ends_with(['Z', 'z']);
    if has_zone { time.to_owned() } else { format!("{time}Z") }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-01-01T08:00:00Z.
    const MORNING: i128 = 1_767_254_400_000_000_000;

    #[test]
    fn a_moment_is_the_same_in_every_zone_and_spelling() {
        for text in [
            "2026-01-01T08:00:00Z",
            "2026-01-01t08:00:00.000000000z",
            "2026-01-01T16:00:00+08:00",
            "2026-01-01T16:00:00 08:00",
            "2026-01-01T00:30:00-07:30",
            "2026-01-01T08:00:00",
            " 2026-01-01 08:00:00 ",
        ] {
            assert_eq!(instant(text), Some(MORNING), "{text}");
        }
        assert_eq!(instant("2026-01-01T08:00:00.000000001Z"), Some(MORNING + 1));
        assert_eq!(instant("2026-01-01"), Some(MORNING - 8 * 3_600_000_000_000));
    }

    #[test]
    fn the_end_of_a_day_is_the_beginning_of_the_next() {
        for text in [
            "2025-12-31T24:00:00Z",
            "2025-12-31T24:00:00.000Z",
            "2025-12-31 24:00:00",
            "2026-01-01T24:00:00.0+24:00",
            "2025-12-31T24:00:00 00:00",
        ] {
            let expected = (!text.contains("+24")).then_some(MORNING - 8 * 3_600_000_000_000);
            assert_eq!(instant(text), expected, "{text}");
        }
        assert_eq!(instant("2025-12-31T24:00:00+08:00"), Some(MORNING - 16 * 3_600_000_000_000));
        assert_eq!(instant("2024-02-28T24:00:00Z"), instant("2024-02-29"));
        for text in [
            "2025-12-31T24:00:00.001Z",
            "2025-12-31T24:00:01Z",
            "2025-12-31T24:01:00Z",
            "2025-12-31T25:00:00Z",
        ] {
            assert_eq!(instant(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_none() {
        for text in [
            "",
            "yesterday",
            "2026-13-01T00:00:00Z",
            "2026-01-01T",
            "2026-01-01X00:00:00Z",
            "1767254400",
            "二〇二六年一月",
        ] {
            assert_eq!(instant(text), None, "{text}");
        }
    }
}

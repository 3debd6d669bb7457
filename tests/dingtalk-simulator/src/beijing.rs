//! Times as DingTalk writes them in its messages: Beijing time, to the second.

use time::macros::{format_description, offset};
use time::{Duration, OffsetDateTime};

/// `2026-09-03 00:01:02` for milliseconds since 1970 (UTC).
pub(crate) fn text(now_ms: u64) -> String {
    let layout = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    // The layout names only parts that every moment has, so that formatting cannot fail.
    moment(now_ms).format(layout).unwrap_or_default()
}

/// `2026-09-03` for milliseconds since 1970 (UTC).
pub(crate) fn date(at_ms: u64) -> String {
    moment(at_ms).format(format_description!("[year]-[month]-[day]")).unwrap_or_default()
}

fn moment(at_ms: u64) -> OffsetDateTime {
    let since = Duration::milliseconds(i64::try_from(at_ms).unwrap_or(i64::MAX));
    let moment = OffsetDateTime::UNIX_EPOCH.checked_add(since).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    moment.to_offset(offset!(+8))
}

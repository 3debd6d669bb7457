//! Columns that line up although Chinese characters are two wide, and text of others made safe to print.
//!
//! What is deliberately not here: breaking lines. A terminal does that, and a line that is whole can be searched.

use rollcall_host::model::Timestamp;
use time::{OffsetDateTime, UtcOffset};
use unicode_width::UnicodeWidthStr;

/// How many columns of a terminal a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// Someone else's text on one line: a line break is a blank, and what could move the cursor or turn the writing around is
/// escaped.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\n' | '\r' | '\t') {
            if !plain.ends_with(' ') {
                plain.push(' ');
            }
        } else if c.is_control() || is_invisible_order(c) {
            plain.extend(c.escape_unicode())
        } else {
            plain.push(c)
        }
    }
    plain
}

/// Line and paragraph separators, and the controls of bidirectional writing.
const fn is_invisible_order(c: char) -> bool {
    matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{feff}')
}

/// Where the text of a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

/// The rows with each column as wide as its widest cell, and two blanks between columns.
///
/// Rows may have fewer cells than there are columns. No line ends in blanks.
pub(crate) fn columns(sides: &[Side], rows: &[Vec<String>]) -> Vec<String> {
    let mut widths = vec![0; sides.len()];
    for row in rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = width(cell).max(*widest);
        }
    }
    rows.iter().map(|row| line(sides, &widths, row)).collect()
}

fn line(sides: &[Side], widths: &[usize], row: &[String]) -> String {
    let cells: Vec<_> = row
        .iter()
        .zip(sides.iter().zip(widths))
        .map(|(cell, (side, widest))| {
            let blanks = " ".repeat(widest.saturating_sub(width(cell)));
            match side {
                Side::Left => format!("{cell}{blanks}"),
                Side::Right => format!("{blanks}{cell}"),
            }
        })
        .collect();
    cells.join("  ").trim_end().to_owned()
}

/// A moment in someone's own time, to the second.
pub(crate) fn moment(timestamp: Timestamp, offset: UtcOffset) -> String {
    let seconds = timestamp.unix_ms().div_euclid(1000);
    let Ok(utc) = OffsetDateTime::from_unix_timestamp(seconds) else { return timestamp.to_string() };
    let local = utc.to_offset(offset);
    let (date, [hour, minute, second]) = (local.date(), [local.hour(), local.minute(), local.second()]);
    format!("{date} {hour:02}:{minute:02}:{second:02}")
}

/// How far someone's time is from UTC: "+08:00".
pub(crate) fn zone(offset: UtcOffset) -> String {
    let (hours, minutes, _) = offset.as_hms();
    let sign = if offset.is_negative() { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", hours.unsigned_abs(), minutes.unsigned_abs())
}

/// A span of time as people say it, with two of its units at most.
pub(crate) fn span(duration_ms: u64) -> String {
    let seconds = duration_ms.div_euclid(1000);
    let (minutes, hours) = (seconds.div_euclid(60), seconds.div_euclid(3600));
    match duration_ms {
        0..1_000 => format!("{duration_ms} ms"),
        1_000..60_000 => format!("{seconds}.{} s", duration_ms.rem_euclid(1000).div_euclid(100)),
        60_000..3_600_000 => format!("{minutes} min {:02} s", seconds.rem_euclid(60)),
        3_600_000.. => format!("{hours} h {:02} min", minutes.rem_euclid(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_and_latin_text_line_up() {
        let rows = [["小红", "1", "x"], ["Anna", "1000", ""]].map(|row| row.map(str::to_owned).to_vec());
        let lines = columns(&[Side::Left, Side::Right, Side::Left], &rows);
        assert_eq!(lines, ["小红     1  x", "Anna  1000"]);
    }

    #[test]
    fn text_that_could_deceive_a_terminal_is_escaped() {
        assert_eq!(plain("a\u{1b}[31m\nb\u{202e}c 小红"), r"a\u{1b}[31m b\u{202e}c 小红");
    }

    #[test]
    fn a_moment_is_shown_in_the_readers_time() {
        let offset = UtcOffset::from_hms(8, 0, 0).unwrap();
        assert_eq!(moment(Timestamp::from_unix_ms(1_700_000_000_999), offset), "2023-11-15 06:13:20");
        assert_eq!(zone(offset), "+08:00");
        assert_eq!(zone(UtcOffset::from_hms(-3, -30, 0).unwrap()), "-03:30");
    }

    #[test]
    fn a_span_has_two_units_at_most() {
        let spans = [0, 999, 1_000, 59_999, 60_000, 3_599_000, 3_600_000, 360_000_000].map(span);
        assert_eq!(
            spans,
            ["0 ms", "999 ms", "1.0 s", "59.9 s", "1 min 00 s", "59 min 59 s", "1 h 00 min", "100 h 00 min"]
        );
    }
}

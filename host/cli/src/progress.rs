//! How far a run is: one line that changes on a terminal, a line now and then elsewhere. Always on stderr.
//!
//! What is deliberately not here: percentages of an unknown total. Without one, what was done is counted.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use rollcall_host::model::Progress;

use crate::view::Audience;
use crate::view::layout::{span, width};
use crate::view::progress::{phase, sentence};
use rollcall_words::Sentence;

/// Time between two drawings of the line on a terminal.
///
/// 100 ms. Why: the eye follows no faster, and a slow connection is not filled.
const REDRAW_INTERVAL: Duration = Duration::from_millis(100);

/// Time between two lines of the same phase where there is no terminal.
///
/// 10 s. Why: a log of an hour's import stays readable.
const LINE_INTERVAL: Duration = Duration::from_secs(10);

/// Cells of the bar.
const BAR_CELLS: u8 = 24;

/// Columns of a terminal that does not say how wide it is.
const USUAL_COLUMNS: usize = 80;

/// Shows the progress of one run.
#[derive(Debug)]
pub(crate) struct ProgressLine {
    reader: Audience,
    way: ProgressStyle,
    started: Instant,
    last: Option<(Instant, String)>,
}

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProgressStyle {
    /// One line that is drawn again and again.
    Redraw,
    /// A line now and then.
    Lines,
    /// Not at all.
    Silent,
}

impl ProgressStyle {
    /// What suits stderr. `otherwise` is for where it is no terminal; logs on a terminal would tear the line apart.
    pub(crate) fn for_stderr(logs: bool, otherwise: Self) -> Self {
        match (io::stderr().is_terminal(), logs) {
            (true, false) => Self::Redraw,
            (true, true) => Self::Lines,
            (false, _) => otherwise,
        }
    }
}

impl ProgressLine {
    /// Say something once, whatever the way. Nobody is told if stderr is gone.
    pub(crate) fn tell(&self, sentence: &Sentence) {
        let _told = writeln!(io::stderr().lock(), "{}", sentence.to(self.reader.language));
    }

    /// Nothing is shown before the first progress.
    pub(crate) fn new(reader: Audience, way: ProgressStyle) -> Self {
        Self { reader, way, started: Instant::now(), last: None }
    }

    /// Show this, unless something was shown just before. Nobody is told if stderr is gone: it is only progress.
    pub(crate) fn show(&mut self, progress: &Progress) {
        let now = Instant::now();
        let elapsed = now.duration_since(self.started);
        if !self.is_due(now, &progress.phase) {
            return;
        }
        self.last = Some((now, progress.phase.clone()));
        let _shown = match self.way {
            ProgressStyle::Redraw => {
                let line = bar(progress, elapsed, &self.reader);
                write!(io::stderr().lock(), "\r\u{1b}[2K{}", fitting(&line, columns()))
            }
            ProgressStyle::Lines => {
                writeln!(io::stderr().lock(), "{}", sentence(progress).to(self.reader.language))
            }
            ProgressStyle::Silent => Ok(()),
        };
    }

    /// Leave an empty line for what comes next.
    pub(crate) fn clear(&mut self) {
        if self.way == ProgressStyle::Redraw && self.last.take().is_some() {
            let _cleared = write!(io::stderr().lock(), "\r\u{1b}[2K");
        }
    }

    fn is_due(&self, now: Instant, phase: &str) -> bool {
        let interval = match self.way {
            ProgressStyle::Redraw => REDRAW_INTERVAL,
            ProgressStyle::Lines => LINE_INTERVAL,
            ProgressStyle::Silent => return false,
        };
        match &self.last {
            Some((shown, last)) => last != phase || interval <= now.duration_since(*shown),
            None => true,
        }
    }
}

/// "reading  [██████░░░░░░] 120/340 35 %  12.0 s"
fn bar(progress: &Progress, elapsed: Duration, reader: &Audience) -> String {
    let phase = phase(&progress.phase);
    let phase = phase.to(reader.language);
    let elapsed = span(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX));
    let done = progress.done;
    let Some(total) = progress.total.filter(|total| 0 < *total) else {
        return format!("{phase}  {done}  {elapsed}");
    };
    // In 128 bits, because a connector may count as far as it likes.
    let share =
        |of: u8| u128::from(done.min(total)).saturating_mul(of.into()).checked_div(total.into()).unwrap_or(0);
    let cells = |n: u128, cell: &str| cell.repeat(usize::try_from(n).unwrap_or(0));
    let full = share(BAR_CELLS);
    let [full, empty] = [
        cells(full, reader.sign("█", "#")),
        cells(u128::from(BAR_CELLS).saturating_sub(full), reader.sign("░", ".")),
    ];
    format!("{phase}  [{full}{empty}] {done}/{total} {} %  {elapsed}", share(100))
}

/// As much of a line as fits, and leaves the last column free, where some terminals break.
fn fitting(line: &str, columns: usize) -> &str {
    let fits = |end: &usize| line.get(..*end).is_some_and(|part| width(part) < columns);
    let ends = line.char_indices().map(|(start, _)| start).chain([line.len()]);
    ends.take_while(fits).last().and_then(|end| line.get(..end)).unwrap_or_default()
}

fn columns() -> usize {
    terminal_size::terminal_size_of(io::stderr()).map_or(USUAL_COLUMNS, |(columns, _)| usize::from(columns.0))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn progress(phase: &str, done: u64, total: Option<u64>) -> Progress {
        Progress { phase: phase.to_owned(), done, total }
    }

    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "the macro `expect!` is written at the call")]
    fn check(progress: &Progress, reader: &Audience, expected: Expect) {
        let bar = bar(progress, Duration::from_millis(12_340), reader);
        expected.assert_eq(&format!("{bar}\n{}\n", sentence(progress).to(reader.language)));
    }

    #[test]
    fn a_known_total_is_a_bar() {
        check(
            &progress("reading", 120, Some(340)),
            &Audience::ENGLISH,
            expect![[r#"
            reading  [████████░░░░░░░░░░░░░░░░] 120/340 35 %  12.3 s
            reading: 120 of 340
        "#]],
        );
        check(
            &progress("confirming", 1, Some(3)),
            &Audience::CHINESE,
            expect![[r#"
            确认中  [████████░░░░░░░░░░░░░░░░] 1/3 33 %  12.3 s
            确认中：1 / 3 项
        "#]],
        );
        check(
            &progress("removing", 3, Some(3)),
            &Audience::ASCII,
            expect![[r#"
            removing  [########################] 3/3 100 %  12.3 s
            removing: 3 of 3
        "#]],
        );
    }

    #[test]
    fn an_unknown_total_is_a_count() {
        check(
            &progress("re\u{1b}warming", 120, None),
            &Audience::ENGLISH,
            expect![[r#"
            re\u{1b}warming  120  12.3 s
            re\u{1b}warming: 120 so far
        "#]],
        );
    }

    #[test]
    fn more_than_all_and_nothing_of_nothing_are_shown() {
        check(
            &progress("reading", u64::MAX, Some(u64::MAX)),
            &Audience::ASCII,
            expect![[r#"
            reading  [########################] 18446744073709551615/18446744073709551615 100 %  12.3 s
            reading: 18446744073709551615 of 18446744073709551615
        "#]],
        );
        check(
            &progress("reading", 5, Some(3)),
            &Audience::ASCII,
            expect![[r#"
            reading  [########################] 5/3 100 %  12.3 s
            reading: 5 of 3
        "#]],
        );
        check(
            &progress("reading", 0, Some(0)),
            &Audience::ASCII,
            expect![[r#"
            reading  0  12.3 s
            reading: 0 of 0
        "#]],
        );
    }

    #[test]
    fn a_line_is_cut_before_the_last_column() {
        assert_eq!(fitting("读取 12", 6), "读取 ");
        assert_eq!(fitting("读取 12", 4), "读");
        assert_eq!(fitting("abc", 80), "abc");
        assert_eq!(fitting("abc", 0), "");
    }

    #[test]
    fn the_same_phase_is_not_shown_again_at_once() {
        let mut line = ProgressLine::new(Audience::ENGLISH, ProgressStyle::Lines);
        let now = Instant::now();
        line.last = Some((now, "reading".to_owned()));
        assert_eq!(
            [
                line.is_due(now, "reading"),
                line.is_due(now, "removing"),
                line.is_due(now + LINE_INTERVAL, "reading")
            ],
            [false, true, true]
        );
    }
}

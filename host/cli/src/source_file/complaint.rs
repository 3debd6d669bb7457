//! What is wrong with a source file, and where.

use std::fmt;
use std::ops::Range;

use rollcall_words::Sentence;

/// A place in a text, both numbers from 1. The column counts characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TextPosition {
    line: usize,
    column: usize,
}

impl TextPosition {
    /// Where a span of bytes begins.
    pub(crate) fn of(text: &str, span: &Range<usize>) -> Self {
        let before = text.get(..span.start).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline.saturating_add(1));
        let in_line = before.get(line_start..).unwrap_or_default();
        Self {
            line: before.matches('\n').count().saturating_add(1),
            column: in_line.chars().count().saturating_add(1),
        }
    }
}

impl fmt::Display for TextPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// One thing that is wrong. It never repeats a value, which may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileComplaint {
    /// Where.
    pub(crate) place: TextPosition,
    /// What is wrong, and what would be right.
    pub(crate) sentence: Sentence,
}

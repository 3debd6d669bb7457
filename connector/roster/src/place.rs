//! Where in a roster something is, so that every message can say it: file, line, row and column.

use crate::limits::MAX_QUOTED_CHARS;
use rollcall_kit::{Diagnosis, Entry, Key, Severity, Text};
use std::rc::Rc;

/// A file of a roster, as messages name it. It holds no query, which may carry a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct File {
    /// The last part of the path, or the host when there is none.
    name: Rc<str>,
    /// The whole address without query and fragment.
    address: Rc<str>,
}

/// Where a row is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// In which file.
    pub(crate) file: File,
    /// The line on which it begins, from 1.
    pub(crate) line: u64,
    /// In a JSON roster, its JSON pointer.
    pub(crate) pointer: Option<String>,
}

impl File {
    /// The file at this address: `origin` and `path` as in `https://example.com` and `/a/roster.json`.
    pub(crate) fn new(origin: &str, path: &str) -> Self {
        let last = path.rsplit('/').next().filter(|part| !part.is_empty());
        let host = origin.rsplit('/').next().unwrap_or_default();
        Self { name: last.unwrap_or(host).into(), address: format!("{origin}{path}").into() }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// A diagnosis about the file as a whole.
    pub(crate) fn diagnosis(&self, code: &str, text: &Text) -> Diagnosis {
        let (name, Text { en, zh }) = (&self.name, text);
        Diagnosis::new(code, format!("{name}: {en}"), format!("{name}：{zh}")).fact("file", self.address())
    }
}

impl Place {
    /// A diagnosis about this row, or about one column of it.
    pub(crate) fn diagnosis(&self, column: Option<&str>, code: &str, text: &Text) -> Diagnosis {
        let (name, line, Text { en, zh }) = (&self.file.name, self.line, text);
        let (in_en, in_zh) = match (&self.pointer, column) {
            (Some(row), Some(column)) => (format!(", {row}/{column}"), format!(" {row}/{column}")),
            (Some(row), None) => (format!(", {row}"), format!(" {row}")),
            (None, Some(column)) => (format!(", column {column}"), format!(" {column} 列")),
            (None, None) => (String::new(), String::new()),
        };
        let mut diagnosis = Diagnosis::new(
            code,
            format!("{name}, line {line}{in_en}: {en}"),
            format!("{name} 第 {line} 行{in_zh}：{zh}"),
        )
        .fact("file", self.file.address())
        .fact("line", line.to_string());
        if let Some(row) = &self.pointer {
            diagnosis = diagnosis.fact("row", row);
        }
        match column {
            Some(column) => diagnosis.fact("column", column),
            None => diagnosis,
        }
    }

    /// The line, for another row's message.
    pub(crate) fn named(&self) -> Text {
        let line = self.line;
        match &self.pointer {
            Some(row) => Text::new(format!("line {line}, {row}"), format!("第 {line} 行 {row}")),
            None => Text::new(format!("line {line}"), format!("第 {line} 行")),
        }
    }
}

/// An error about one object, or about a row whose object is not known.
pub(crate) fn error(key: Option<&Key>, name: Option<&str>, diagnosis: Diagnosis) -> Entry {
    match key {
        Some(key) => Entry::about(Severity::Error, key, name, diagnosis),
        None => Entry::new(Severity::Error, diagnosis),
    }
}

/// Something about an object that an administrator should know.
pub(crate) fn warning(key: &Key, name: &str, diagnosis: Diagnosis) -> Entry {
    Entry::about(Severity::Warning, key, Some(name), diagnosis)
}

/// A value as a message repeats it: quoted, and not too much of it.
pub(crate) fn quoted(value: &str) -> String {
    let mut shown: String = value.chars().take(MAX_QUOTED_CHARS).collect();
    if shown.len() < value.len() {
        shown.push('…');
    }
    format!("{shown:?}")
}

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
pub(crate) struct RowPosition {
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

    /// The same diagnosis, about the file as a whole.
    pub(crate) fn about(&self, diagnosis: Diagnosis) -> Diagnosis {
        let Text { en, zh } = &diagnosis.message;
        let message = Text::new(format!("{}: {en}", self.name), format!("{}：{zh}", self.name));
        Diagnosis { message, ..diagnosis }.fact("file", self.address())
    }
}

impl RowPosition {
    /// The same diagnosis, about this row or about one column of it.
    pub(crate) fn about(&self, column: Option<&str>, diagnosis: Diagnosis) -> Diagnosis {
        let (name, line, Text { en, zh }) = (&self.file.name, self.line, &diagnosis.message);
        let (in_en, in_zh) = match (&self.pointer, column) {
            (Some(row), Some(column)) => (format!(", {row}/{column}"), format!(" {row}/{column}")),
            (Some(row), None) => (format!(", {row}"), format!(" {row}")),
            (None, Some(column)) => (format!(", column {column}"), format!(" {column} 列")),
            (None, None) => (String::new(), String::new()),
        };
        let message = Text::new(
            format!("{name}, line {line}{in_en}: {en}"),
            format!("{name} 第 {line} 行{in_zh}：{zh}"),
        );
        let mut diagnosis = Diagnosis { message, ..diagnosis }
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

/// Names in a row, as each language sets them apart.
pub(crate) fn listed<S: AsRef<str>>(names: &[S]) -> Text {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    Text::new(names.join(", "), names.join("、"))
}

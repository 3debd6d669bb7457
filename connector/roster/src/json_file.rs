//! A JSON roster: the document into rows. Each row is read on its own, so that one with a wrong type takes no other with
//! it.

use crate::codes;
use crate::contents::{Contents, Table};
use crate::fetch::Text;
use crate::place::{File, RowPosition, quoted};
use crate::row::{Cell, Row, RowKind};
use rollcall_kit::{Failure, Text as Message};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    departments: Vec<&'a RawValue>,
    #[serde(borrow)]
    people: Vec<&'a RawValue>,
}

/// Read a whole roster.
///
/// # Errors
/// [`Failure::Protocol`] when it is not JSON with a list of departments and a list of people.
pub(crate) fn read(file: &File, text: &Text) -> Result<Contents, Failure> {
    let document = match serde_json::from_str::<Document<'_>>(text.as_str()) {
        Ok(document) => document,
        Err(why) => return Err(not_understood(file, text, &why)),
    };
    let departments = table(RowKind::Departments, file, text, &document.departments);
    Ok(Contents::read(departments, table(RowKind::People, file, text, &document.people)))
}

fn table(kind: RowKind, file: &File, text: &Text, raw_rows: &[&RawValue]) -> Table {
    let member = match kind {
        RowKind::Departments => "departments",
        RowKind::People => "people",
    };
    let mut table = Table { file: file.clone(), rows: Vec::new(), unknown_columns: BTreeSet::new() };
    let mut lines = Lines::new(text.as_str());
    for (index, raw) in raw_rows.iter().enumerate() {
        let pointer = Some(format!("/{member}/{index}"));
        let place = RowPosition { file: file.clone(), line: lines.line_of(raw.get()), pointer };
        table.rows.push(row(kind, place, raw, &mut table.unknown_columns));
    }
    table
}

fn row(kind: RowKind, place: RowPosition, raw: &RawValue, unknown: &mut BTreeSet<String>) -> Row {
    let Ok(members) = serde_json::from_str::<Map<String, Value>>(raw.get()) else {
        let why = Message::new("the row is not a JSON object", "该行不是 JSON 对象");
        return Row { place, broken: Some(why), cells: BTreeMap::new() };
    };
    let mut cells = BTreeMap::new();
    for (name, value) in members {
        match kind.columns().iter().find(|column| **column == name) {
            Some(column) => cells.extend(cell(value).map(|cell| (*column, cell))),
            None => {
                unknown.insert(name);
            }
        }
    }
    Row { place, broken: None, cells }
}

/// A value as a cell; `null` is none.
fn cell(value: Value) -> Option<Cell> {
    match value {
        Value::Null => None,
        Value::Array(elements) => {
            let texts: Option<Vec<String>> = elements.into_iter().map(text_of).collect();
            Some(texts.map_or(Cell::Wrong, Cell::List))
        }
        value @ (Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => {
            Some(text_of(value).map_or(Cell::Wrong, Cell::Text))
        }
    }
}

/// A text, or a whole number as its digits: ids are written either way.
pub(crate) fn text_of(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) if !number.is_f64() => Some(number.to_string()),
        Value::Number(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Counts the lines of a text up to slices of it, from front to back.
struct Lines<'a> {
    text: &'a str,
    offset: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, offset: 0, line: 1 }
    }

    fn line_of(&mut self, part: &str) -> u64 {
        let offset = part.as_ptr().addr().saturating_sub(self.text.as_ptr().addr());
        let between = self.text.as_bytes().get(self.offset..offset).unwrap_or_default();
        self.line += between.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
        self.offset = self.offset.max(offset);
        self.line
    }
}

fn not_understood(file: &File, text: &Text, why: &serde_json::Error) -> Failure {
    if !text.as_str().trim_start().starts_with(['{', '[']) {
        let begins = quoted(text.as_str().trim_start());
        return Failure::Protocol(file.about(codes::not_json(begins)));
    }
    // serde_json says the line and the column; it may also repeat a value, however long.
    let why: String = why.to_string().chars().take(300).collect();
    Failure::Protocol(file.about(codes::roster_not_understood(why)))
}

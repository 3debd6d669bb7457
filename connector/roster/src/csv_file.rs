//! A CSV roster: each file into rows. A row with a wrong number of columns, or with a quotation mark that is not closed,
//! takes no other with it.

use crate::codes;
use crate::contents::{Contents, Table};
use crate::fetch::Text;
use crate::place::{File, RowPosition, listed, quoted};
use crate::row::{Cell, Row, RowKind};
use crate::settings::Delimiter;
use csv::StringRecord;
use rollcall_kit::{Failure, Text as Message};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Read a whole roster.
///
/// # Errors
/// [`Failure::Protocol`] when a file has no header with the columns that it must have.
pub(crate) fn read(
    delimiter: Delimiter,
    departments: (&File, &Text),
    people: (&File, &Text),
) -> Result<Contents, Failure> {
    let departments = table(RowKind::Departments, delimiter, departments)?;
    Ok(Contents::read(departments, table(RowKind::People, delimiter, people)?))
}

fn table(kind: RowKind, delimiter: Delimiter, (file, text): (&File, &Text)) -> Result<Table, Failure> {
    let mut rows = Rows::new(file, text.as_str(), delimiter);
    let header = match rows.next() {
        Some(record) => Header::read(kind, file, text, &record.fields)?,
        None => return Err(missing_columns(kind, file, text, &[])),
    };
    let rows = rows.map(|record| header.row(record)).collect();
    Ok(Table { file: file.clone(), rows, unknown_columns: header.unknown })
}

/// Which column is where.
struct Header {
    columns: Vec<Option<&'static str>>,
    unknown: BTreeSet<String>,
}

impl Header {
    fn read(kind: RowKind, file: &File, text: &Text, fields: &StringRecord) -> Result<Self, Failure> {
        let mut header = Self { columns: Vec::new(), unknown: BTreeSet::new() };
        for field in fields {
            let column = kind.columns().iter().find(|column| **column == plain(field)).copied();
            if let Some(column) = column.filter(|column| header.columns.contains(&Some(column))) {
                return Err(column_twice(file, column));
            }
            // A column without a name is what a spreadsheet leaves behind at the right edge.
            if column.is_none() && !field.trim().is_empty() {
                header.unknown.insert(field.trim().to_owned());
            }
            header.columns.push(column);
        }
        let missing =
            kind.required_columns().iter().filter(|column| !header.columns.contains(&Some(**column)));
        let missing: Vec<&str> = missing.copied().collect();
        if missing.is_empty() { Ok(header) } else { Err(missing_columns(kind, file, text, &missing)) }
    }

    fn row(&self, record: Record) -> Row {
        let Record { place, fields, broken } = record;
        let (expected, found) = (self.columns.len(), fields.len());
        let broken = broken.or_else(|| (expected != found).then(|| wrong_number(expected, found)));
        if broken.is_some() {
            // Which value belongs to which column is not known.
            return Row { place, broken, cells: BTreeMap::new() };
        }
        let named = self.columns.iter().zip(&fields);
        let cells =
            named.filter_map(|(column, field)| column.map(|column| (column, Cell::Text(field.to_owned()))));
        Row { place, broken: None, cells: cells.collect() }
    }
}

/// One record with its place.
struct Record {
    place: RowPosition,
    fields: StringRecord,
    broken: Option<Message>,
}

/// The records of a file, with lines counted as an editor counts them.
struct Rows<'a> {
    file: &'a File,
    text: &'a str,
    records: csv::StringRecordsIntoIter<&'a [u8]>,
    ahead: Option<StringRecord>,
    offset: usize,
    line: u64,
}

impl<'a> Rows<'a> {
    fn new(file: &'a File, text: &'a str, delimiter: Delimiter) -> Self {
        let mut builder = csv::ReaderBuilder::new();
        let reader = builder.has_headers(false).flexible(true).delimiter(delimiter.byte());
        let mut records = reader.from_reader(text.as_bytes()).into_records();
        let ahead = record(&mut records);
        Self { file, text, records, ahead, offset: 0, line: 1 }
    }
}

impl Iterator for Rows<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        let fields = self.ahead.take()?;
        self.ahead = record(&mut self.records);
        let end = self.ahead.as_ref().and_then(offset).unwrap_or(self.text.len());
        let raw = self.text.get(self.offset..end).unwrap_or_default();
        let start = self.offset + raw.len() - raw.trim_start_matches(['\r', '\n']).len();
        let line = self.line + n_line_ends(self.text, self.offset..start);
        self.line = line + n_line_ends(self.text, start..end);
        self.offset = end;
        let place = RowPosition { file: self.file.clone(), line, pointer: None };
        let n_quotes = raw.bytes().filter(|byte| *byte == b'"').count();
        Some(Record { place, fields, broken: (n_quotes % 2 == 1).then(open_quote) })
    }
}

fn record(records: &mut csv::StringRecordsIntoIter<&[u8]>) -> Option<StringRecord> {
    // A flexible reader over a `str` has no other error than the end: no width to keep, no bytes to decode, no file.
    records.next().and_then(Result::ok)
}

fn offset(record: &StringRecord) -> Option<usize> {
    record.position().and_then(|position| usize::try_from(position.byte()).ok())
}

/// How many lines end in a part of a text. `\r\n` may be cut in two: it ends where its `\n` is.
fn n_line_ends(text: &str, part: Range<usize>) -> u64 {
    let rest = text.as_bytes().get(part.start..).unwrap_or_default();
    let pairs = rest.iter().zip(rest.iter().skip(1).chain(&[0])).take(part.len());
    pairs.map(|(byte, next)| u64::from(*byte == b'\n' || (*byte == b'\r' && *next != b'\n'))).sum()
}

/// A header as it is compared: "Employee Number" is `employee_number`.
fn plain(header: &str) -> String {
    header.trim().to_ascii_lowercase().replace([' ', '-'], "_")
}

fn wrong_number(expected: usize, found: usize) -> Message {
    Message::new(
        format!("the row has {found} columns, the header has {expected}"),
        format!("该行有 {found} 列，表头有 {expected} 列"),
    )
}

fn open_quote() -> Message {
    Message::new(
        "a quotation mark is not closed, or one inside a value is not doubled",
        "引号没有闭合，或值中的引号没有写成两个",
    )
}

fn column_twice(file: &File, column: &str) -> Failure {
    Failure::Protocol(file.about(codes::column_twice(column)))
}

fn missing_columns(kind: RowKind, file: &File, text: &Text, missing: &[&str]) -> Failure {
    let first_line = quoted(text.as_str().trim_start().lines().next().unwrap_or_default());
    let advice = if text.as_str().trim_start().starts_with(['{', '[']) {
        Message::new("for a JSON roster set `url` instead", "如果是 JSON 花名册，请改为填写 url")
    } else {
        let Message { en, zh } = listed(kind.required_columns());
        Message::new(
            format!("the first line must name the columns {en}; check `delimiter` too"),
            format!("第一行必须包含列名 {zh}；也请检查 delimiter"),
        )
    };
    Failure::Protocol(file.about(codes::columns_missing(listed(missing), first_line, advice)))
}

//! A run's changes or entries as a file: everything that is chosen, read and sent page by page, so that none is too long.
//!
//! CSV is RFC 4180, and begins with a byte order mark, without which spreadsheets take Chinese for something else. A cell
//! that a spreadsheet would take for a formula gets an apostrophe in front, as OWASP advises ("CSV Injection"): names and
//! ids come from outside. Programs are better served by the JSON lines, which are exact.

use std::io;

use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use rollcall_browse::ChangeOutcome;
use rollcall_host::document::Document;
use rollcall_host::error::StoreError;
use rollcall_host::history::{ChangeRecord, Numbered, Run};
use rollcall_host::model::{Diagnosis, Entry, Severity};
use rollcall_words::Language;
use serde::Serialize;

use super::changes::{name, outcome_of};
use super::query::RunQuery;
use super::run::find;
use crate::problem::Problem;
use crate::services::Services;
use crate::visitor::Visitor;

/// Changes or entries that are read at once.
///
/// 200. Why: a change holds two documents of some KiB, so this is a few MiB, and the store answers in milliseconds.
const PAGE: u32 = 200;

/// What stands before the first cell: U+FEFF in UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// `GET /runs/{run}/export.csv`.
pub(super) async fn csv(
    services: State<Services>,
    visitor: Visitor,
    run: Path<String>,
    query: Query<RunQuery>,
) -> Result<Response, Problem> {
    answer(services, visitor, run, query, Format::Csv).await
}

/// `GET /runs/{run}/export.jsonl`.
pub(super) async fn json_lines(
    services: State<Services>,
    visitor: Visitor,
    run: Path<String>,
    query: Query<RunQuery>,
) -> Result<Response, Problem> {
    answer(services, visitor, run, query, Format::JsonLines).await
}

async fn answer(
    State(services): State<Services>,
    visitor: Visitor,
    Path(run): Path<String>,
    Query(query): Query<RunQuery>,
    format: Format,
) -> Result<Response, Problem> {
    let run = find(&services, run).await?;
    let of = if query.of == "entries" { Of::Entries } else { Of::Changes };
    let export = Export { services, language: visitor.reader.language, run, query, format, of };
    let (kind, disposition) = (format.media_type(), export.disposition());
    let mut response = Body::from_stream(export.pages()).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(disposition) = HeaderValue::try_from(disposition) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Csv,
    JsonLines,
}

impl Format {
    const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::JsonLines => "application/jsonl; charset=utf-8",
        }
    }

    const fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Changes,
    Entries,
}

struct Export {
    services: Services,
    language: Language,
    run: Run,
    query: RunQuery,
    format: Format,
    of: Of,
}

/// How far an export is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ExportPosition {
    Start,
    After(u64),
    End,
}

/// One page of a file, and the number of its last line.
struct ExportedPage {
    bytes: Vec<u8>,
    last: Option<u64>,
}

impl Export {
    /// A file name that says what it is. Source names are plain ASCII, and the store's run ids are numbers.
    fn disposition(&self) -> String {
        let what = match self.of {
            Of::Changes => "changes",
            Of::Entries => "log",
        };
        let Run { id, source, .. } = &self.run;
        format!("attachment; filename=\"rollcall-{source}-run-{id}-{what}.{}\"", self.format.ending())
    }

    /// The file. If the store fails half-way the connection breaks, so that nobody takes what came for all of it.
    fn pages(self) -> impl Stream<Item = io::Result<Bytes>> {
        stream::try_unfold((self, ExportPosition::Start), |(export, place)| async move {
            let after = match place {
                ExportPosition::End => return Ok(None),
                ExportPosition::Start => None,
                ExportPosition::After(number) => Some(number),
            };
            let written = export.page(after).await.inspect_err(|error| {
                tracing::error!(run = %export.run.id, %error, "an export broke off");
            })?;
            let next = written.last.map_or(ExportPosition::End, ExportPosition::After);
            Ok(Some((Bytes::from(written.bytes), (export, next))))
        })
    }

    async fn page(&self, after: Option<u64>) -> io::Result<ExportedPage> {
        let store = self.services.store();
        match self.of {
            Of::Changes => {
                let found = store.changes_where(&self.run.id, &self.query.changes(), after, PAGE).await;
                self.write(after, found, &CHANGE_COLUMNS, change_cells)
            }
            Of::Entries => {
                let found = store.entries_where(&self.run.id, &self.query.entries(), after, PAGE).await;
                self.write(after, found, &ENTRY_COLUMNS, entry_cells)
            }
        }
    }

    fn write<T: Serialize, const N: usize>(
        &self,
        after: Option<u64>,
        found: Result<Vec<Numbered<T>>, StoreError>,
        columns: &[&str; N],
        cells: fn(&Numbered<T>, Language) -> [String; N],
    ) -> io::Result<ExportedPage> {
        let found = found.map_err(io::Error::other)?;
        let mut bytes = Vec::new();
        match self.format {
            Format::Csv => {
                let heading = after.is_none().then(|| columns.map(str::to_owned));
                if heading.is_some() {
                    bytes.extend_from_slice(BYTE_ORDER_MARK.as_bytes());
                }
                let rows = heading.into_iter().chain(found.iter().map(|item| cells(item, self.language)));
                write_rows(&mut bytes, rows)?;
            }
            Format::JsonLines => {
                for item in &found {
                    serde_json::to_writer(&mut bytes, item)?;
                    bytes.push(b'\n');
                }
            }
        }
        Ok(ExportedPage { bytes, last: found.last().map(|item| item.number) })
    }
}

fn write_rows<const N: usize>(
    bytes: &mut Vec<u8>,
    rows: impl Iterator<Item = [String; N]>,
) -> Result<(), csv::Error> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(bytes);
    for row in rows {
        writer.write_record(row.map(harmless))?;
    }
    Ok(writer.flush()?)
}

/// The text of a cell that no spreadsheet takes for a formula.
///
/// Source: OWASP, "CSV Injection": `=`, `+`, `-`, `@`, tab, carriage return and line feed at the start; Excel takes the
/// full-width forms for the same.
fn harmless(text: String) -> String {
    match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => {
            format!("'{text}")
        }
        Some(_) | None => text,
    }
}

const CHANGE_COLUMNS: [&str; 12] = [
    "number",
    "resource_type",
    "external_id",
    "name",
    "action",
    "outcome",
    "before",
    "after",
    "witness",
    "refusal_code",
    "refusal",
    "remedy",
];

fn change_cells(
    Numbered { number, item: change }: &Numbered<ChangeRecord>,
    language: Language,
) -> [String; 12] {
    let document = |document: &Option<Document>| document.as_ref().map(|document| document.text().to_owned());
    let refusal = change.refusal.as_ref();
    let told = refusal.map(|refusal| refusal.localized(language.tag()));
    let outcome = match outcome_of(change) {
        ChangeOutcome::Applied => "applied",
        ChangeOutcome::Held => "held",
        ChangeOutcome::Refused => "refused",
    };
    [
        number.to_string(),
        change.key.resource_type.clone(),
        change.key.external_id.clone(),
        name(change).unwrap_or_default().to_owned(),
        change.action.as_str().to_owned(),
        outcome.to_owned(),
        document(&change.before).unwrap_or_default(),
        document(&change.after).unwrap_or_default(),
        change.witness.clone().unwrap_or_default(),
        refusal.map(|refusal| refusal.code.clone()).unwrap_or_default(),
        told.map(|told| told.message.to_owned()).unwrap_or_default(),
        told.and_then(|told| told.remedy).unwrap_or_default().to_owned(),
    ]
}

const ENTRY_COLUMNS: [&str; 9] =
    ["number", "severity", "code", "message", "remedy", "resource_type", "external_id", "name", "facts"];

fn entry_cells(Numbered { number, item: entry }: &Numbered<Entry>, language: Language) -> [String; 9] {
    let Entry { severity, subject, subject_name, diagnosis } = entry;
    let told = diagnosis.localized(language.tag());
    let severity = match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let of_subject = |part: fn(&rollcall_host::model::Key) -> &String| subject.as_ref().map(part).cloned();
    [
        number.to_string(),
        severity.to_owned(),
        diagnosis.code.clone(),
        told.message.to_owned(),
        told.remedy.unwrap_or_default().to_owned(),
        of_subject(|key| &key.resource_type).unwrap_or_default(),
        of_subject(|key| &key.external_id).unwrap_or_default(),
        subject_name.clone().unwrap_or_default(),
        facts(diagnosis),
    ]
}

/// Names and values, one a line within the cell.
fn facts(Diagnosis { facts, .. }: &Diagnosis) -> String {
    let lines: Vec<_> = facts.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn written<const N: usize>(rows: &[[&str; N]]) -> String {
        let mut bytes = Vec::new();
        write_rows(&mut bytes, rows.iter().map(|row| row.map(str::to_owned))).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn cells_are_quoted_where_rfc_4180_wants_it_and_lines_end_as_it_says() {
        let rows = [["a", "b"], ["1,5", "say \"hi\""], ["two\nlines", ""]];
        assert_eq!(written(&rows), "a,b\r\n\"1,5\",\"say \"\"hi\"\"\"\r\n\"two\nlines\",\r\n");
    }

    #[test]
    fn nothing_from_outside_becomes_a_formula() {
        let rows = [["=1+1", "+86 138", "-1", "@SUM(A1)", "\tx", "\rx", "＝1", "a=b"]];
        assert_eq!(written(&rows), "'=1+1,'+86 138,'-1,'@SUM(A1),'\tx,\"'\rx\",'＝1,a=b\r\n");
    }

    #[test]
    fn an_entry_is_told_in_the_language_of_whoever_exports_it() {
        let diagnosis = Diagnosis::new("user-refused", "the name is taken")
            .in_chinese("名称已被占用", "请改名")
            .with_fact("request_id", "1")
            .with_fact("line", "2");
        let subject = Some(rollcall_host::model::Key::new("User", "7"));
        let entry = Entry { severity: Severity::Warning, subject, subject_name: None, diagnosis };
        let cells = entry_cells(&Numbered { number: 3, item: entry }, Language::Chinese);
        expect![[r#"3|warning|user-refused|名称已被占用|请改名|User|7||request_id: 1
line: 2"#]]
        .assert_eq(&cells.join("|"));
    }
}

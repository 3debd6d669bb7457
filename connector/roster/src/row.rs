//! One row of a roster, whatever its format: cells in, a department or a person out, or what is wrong with it. What a row
//! says about other rows is checked in `tree`.

use crate::codes;
use crate::limits::{MAX_DEPARTMENTS, MAX_ID_BYTES, MAX_VALUE_BYTES};
use crate::place::{RowPosition, error, quoted};
use rollcall_kit::{Diagnosis, Entry, Key, Text};
use rollcall_rules::vocabulary::resource_type;
use std::collections::{BTreeMap, BTreeSet};

/// What a file lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowKind {
    Departments,
    People,
}

/// One row as it stands in its file.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) place: RowPosition,
    /// What is wrong with the row as a whole, such as a missing column.
    pub(crate) broken: Option<Text>,
    /// By the name of the column.
    pub(crate) cells: BTreeMap<&'static str, Cell>,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    Text(String),
    List(Vec<String>),
    /// Neither a text, nor a whole number, nor a list of these.
    Wrong,
}

/// One department as its row says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Department {
    pub(crate) place: RowPosition,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) parent: Reference,
    pub(crate) order: Option<i64>,
}

/// One person as their row says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) place: RowPosition,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    pub(crate) mobile: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) employee_number: Option<String>,
    /// Sorted; none when they are not clear.
    pub(crate) departments: Option<BTreeSet<String>>,
    pub(crate) manager: Reference,
}

/// What a row says about another row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reference {
    /// There is none.
    Nothing,
    /// This one.
    To(String),
    /// It leads nowhere: the platform keeps what it holds.
    Unclear,
}

/// A row that cannot be imported.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rejected {
    /// Its id, if it has one.
    pub(crate) id: Option<String>,
    /// At least one.
    pub(crate) entries: Vec<Entry>,
}

impl RowKind {
    /// Every column, the required ones first.
    pub(crate) fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Departments => &["id", "name", "parent", "order"],
            Self::People => {
                &["id", "name", "departments", "email", "mobile", "title", "employee_number", "manager"]
            }
        }
    }

    /// The columns that a CSV file must have.
    pub(crate) fn required_columns(self) -> &'static [&'static str] {
        match self {
            Self::Departments => &["id", "name", "parent"],
            Self::People => &["id", "name", "departments"],
        }
    }

    pub(crate) fn resource_type(self) -> &'static str {
        match self {
            Self::Departments => resource_type::DEPARTMENT,
            Self::People => resource_type::USER,
        }
    }

    pub(crate) fn of(resource_type: &str) -> Option<Self> {
        [Self::Departments, Self::People].into_iter().find(|kind| kind.resource_type() == resource_type)
    }

    pub(crate) fn key(self, id: &str) -> Key {
        Key::new(self.resource_type(), id)
    }
}

impl Department {
    /// Read a row.
    ///
    /// # Errors
    /// What is wrong with it, all at once.
    pub(crate) fn read(row: Row) -> Result<Self, Rejected> {
        let mut cells = Cells::new(RowKind::Departments, row)?;
        let (id, name) = (cells.required("id", MAX_ID_BYTES), cells.required("name", MAX_VALUE_BYTES));
        let parent = cells.reference("parent");
        let order = cells.whole_number("order");
        let (place, id, name) = cells.end(id, name)?;
        Ok(Self { place, id, name, parent, order })
    }
}

impl Person {
    /// Read a row.
    ///
    /// # Errors
    /// What is wrong with it, all at once.
    pub(crate) fn read(row: Row) -> Result<Self, Rejected> {
        let mut cells = Cells::new(RowKind::People, row)?;
        let (id, name) = (cells.required("id", MAX_ID_BYTES), cells.required("name", MAX_VALUE_BYTES));
        let email = cells.checked("email", is_email, codes::not_an_email_address);
        let mobile = cells.checked("mobile", is_telephone, codes::not_a_telephone_number);
        let title = cells.text("title", MAX_VALUE_BYTES);
        let employee_number = cells.text("employee_number", MAX_VALUE_BYTES);
        let departments = cells.ids("departments");
        let manager = cells.reference("manager");
        let (place, id, name) = cells.end(id, name)?;
        Ok(Self { place, id, name, email, mobile, title, employee_number, departments, manager })
    }
}

/// Reads the cells of a row one by one and gathers what is wrong.
struct Cells {
    kind: RowKind,
    row: Row,
    problems: Vec<Diagnosis>,
}

impl Cells {
    fn new(kind: RowKind, row: Row) -> Result<Self, Rejected> {
        match &row.broken {
            Some(why) => {
                let entries = vec![error(None, None, row.place.about(None, codes::row_broken(why)))];
                Err(Rejected { id: None, entries })
            }
            None => Ok(Self { kind, row, problems: Vec::new() }),
        }
    }

    /// The place, id and name of a row without a problem.
    fn end(
        self,
        id: Option<String>,
        name: Option<String>,
    ) -> Result<(RowPosition, String, String), Rejected> {
        let key = id.as_deref().map(|id| self.kind.key(id));
        match (id, name) {
            (Some(id), Some(name)) if self.problems.is_empty() => Ok((self.row.place, id, name)),
            (id, name) => {
                let entry = |why| error(key.as_ref(), name.as_deref(), why);
                Err(Rejected { id, entries: self.problems.into_iter().map(entry).collect() })
            }
        }
    }

    fn required(&mut self, column: &'static str, max_bytes: usize) -> Option<String> {
        let n_before = self.problems.len();
        let text = self.text(column, max_bytes);
        if text.is_none() && self.problems.len() == n_before {
            self.problem(column, codes::value_missing());
        }
        text
    }

    fn text(&mut self, column: &'static str, max_bytes: usize) -> Option<String> {
        let text = match self.row.cells.get(column)? {
            Cell::Text(text) => text.clone(),
            Cell::List(_) | Cell::Wrong => {
                self.problem(column, codes::value_not_a_text());
                return None;
            }
        };
        match tidy(&text, max_bytes) {
            Ok(text) => text,
            Err(why) => {
                self.problem(column, why);
                None
            }
        }
    }

    fn checked(
        &mut self,
        column: &'static str,
        is_right: fn(&str) -> bool,
        why: fn(String) -> Diagnosis,
    ) -> Option<String> {
        let text = self.text(column, MAX_VALUE_BYTES)?;
        if !is_right(&text) {
            self.problem(column, why(quoted(&text)));
        }
        Some(text)
    }

    fn reference(&mut self, column: &'static str) -> Reference {
        self.text(column, MAX_ID_BYTES).map_or(Reference::Nothing, Reference::To)
    }

    fn whole_number(&mut self, column: &'static str) -> Option<i64> {
        let text = self.text(column, MAX_VALUE_BYTES)?;
        let number = text.parse().ok();
        if number.is_none() {
            self.problem(column, codes::not_a_whole_number(quoted(&text)));
        }
        number
    }

    fn ids(&mut self, column: &'static str) -> Option<BTreeSet<String>> {
        let parts = match self.row.cells.get(column).cloned() {
            Some(Cell::List(parts)) => parts,
            Some(Cell::Text(text)) => text.split(';').map(str::to_owned).collect(),
            None | Some(Cell::Wrong) => {
                self.problem(column, codes::departments_missing());
                return None;
            }
        };
        let mut ids = BTreeSet::new();
        for part in parts {
            match tidy(&part, MAX_ID_BYTES) {
                Ok(id) => ids.extend(id),
                Err(why) => self.problem(column, why),
            }
        }
        if MAX_DEPARTMENTS < ids.len() {
            self.problem(column, codes::too_many_departments(ids.len(), MAX_DEPARTMENTS));
        }
        Some(ids)
    }

    fn problem(&mut self, column: &str, why: Diagnosis) {
        self.problems.push(self.row.place.about(Some(column), why));
    }
}

/// A value without the white space around it; none when nothing is left.
///
/// # Errors
/// Why it cannot be a value.
pub(crate) fn tidy(text: &str, max_bytes: usize) -> Result<Option<String>, Diagnosis> {
    let text = text.trim();
    if max_bytes < text.len() {
        let n = text.len();
        let what = Text::new(
            format!("{n} bytes, at most {max_bytes} are allowed"),
            format!("有 {n} 字节，最多 {max_bytes} 字节"),
        );
        return Err(codes::value_not_valid(Text::new("the value", "值"), what));
    }
    // Most often a quotation mark that was not closed on its line.
    if text.chars().any(char::is_control) {
        let what = Text::new("a line break or another control character", " 包含换行或其他控制字符");
        return Err(codes::value_not_valid(quoted(text), what));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.rsplit_once('@') else { return false };
    !name.is_empty() && !domain.is_empty() && !text.contains(char::is_whitespace)
}

/// Digits, with the signs that people put between them.
fn is_telephone(text: &str) -> bool {
    let n_digits = text.bytes().filter(u8::is_ascii_digit).count();
    let digits_only = text.strip_prefix('+').unwrap_or(text);
    3 <= n_digits && digits_only.chars().all(|char| matches!(char, '0'..='9' | ' ' | '-' | '(' | ')'))
}

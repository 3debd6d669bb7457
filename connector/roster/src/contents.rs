//! A whole roster: every row that can be imported, departments with parents first, and everything that is wrong with the
//! rest.

mod tree;

use crate::codes;
use crate::place::{File, RowPosition, error, listed, quoted};
use crate::row::{Department, Person, Rejected, Row, RowKind};
use rollcall_kit::{Diagnosis, Entry, Severity, Text};
use std::collections::{BTreeMap, BTreeSet};

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    /// Parents first.
    pub(crate) departments: Vec<Department>,
    pub(crate) people: Vec<Person>,
    /// What an administrator should know. An error among them means that the roster is not whole.
    pub(crate) entries: Vec<Entry>,
    /// References to what is not listed. The kit tells what it makes of each; here is where they stand.
    pub(crate) dangling: Vec<Entry>,
}

/// One list of a roster.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) file: File,
    pub(crate) rows: Vec<Row>,
    /// Columns that nobody knows, as they are written.
    pub(crate) unknown_columns: BTreeSet<String>,
}

/// The ids of one list.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    /// Those that will be imported.
    pub(crate) good: BTreeSet<String>,
    /// Those whose rows have errors, which were reported there.
    pub(crate) rejected: BTreeSet<String>,
}

impl Contents {
    /// Read every row, then check what they say about each other.
    pub(crate) fn read(departments: Table, people: Table) -> Self {
        let mut entries = Vec::new();
        entries.extend(unknown_columns(RowKind::Departments, &departments));
        entries.extend(unknown_columns(RowKind::People, &people));
        entries.extend(nobody(&people));
        let no_departments = departments.rows.is_empty().then(|| no_departments(&departments));
        let (departments, department_ids) =
            read_rows(RowKind::Departments, departments.rows, Department::read, &mut entries);
        let (mut people, person_ids) = read_rows(RowKind::People, people.rows, Person::read, &mut entries);
        if people.iter().any(is_in_a_department) {
            entries.extend(no_departments);
        }
        tree::settle_people(&mut people, &department_ids, &person_ids);
        let departments = tree::parents_first(departments, &department_ids, &mut entries);
        let dangling = tree::dangling((&departments, &department_ids), (&people, &person_ids));
        Self { departments, people, entries, dangling }
    }

    /// Whether everything in the roster was understood.
    pub(crate) fn is_whole(&self) -> bool {
        self.n_errors() == 0
    }

    /// How much of it was not understood.
    pub(crate) fn n_errors(&self) -> usize {
        self.entries.iter().filter(|entry| entry.severity == Severity::Error).count()
    }

    /// The same, to look things up in.
    pub(crate) fn sorted_by_id(mut self) -> Self {
        self.departments.sort_by(|a, b| a.id.cmp(&b.id));
        self.people.sort_by(|a, b| a.id.cmp(&b.id));
        self
    }
}

/// A row that has an id and a place.
pub(crate) trait Identified {
    fn id(&self) -> &str;
    fn name(&self) -> &str;
    fn place(&self) -> &RowPosition;
}

impl Identified for Department {
    fn id(&self) -> &str {
        &self.id
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn place(&self) -> &RowPosition {
        &self.place
    }
}

impl Identified for Person {
    fn id(&self) -> &str {
        &self.id
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn place(&self) -> &RowPosition {
        &self.place
    }
}

fn read_rows<T: Identified>(
    kind: RowKind,
    rows: Vec<Row>,
    read: fn(Row) -> Result<T, Rejected>,
    entries: &mut Vec<Entry>,
) -> (Vec<T>, Ids) {
    let mut items = Vec::new();
    let mut ids = Ids::default();
    for row in rows {
        match read(row) {
            Ok(item) => items.push(item),
            Err(rejected) => {
                ids.rejected.extend(rejected.id);
                entries.extend(rejected.entries);
            }
        }
    }
    ids.rejected.extend(duplicates(kind, &items, entries));
    items.retain(|item| !ids.rejected.contains(item.id()));
    ids.good.extend(items.iter().map(|item| item.id().to_owned()));
    (items, ids)
}

/// Ids that stand on several rows. Nobody can say which row is right, so none of them is imported.
fn duplicates<T: Identified>(kind: RowKind, items: &[T], entries: &mut Vec<Entry>) -> Vec<String> {
    let mut first: BTreeMap<&str, &T> = BTreeMap::new();
    let mut duplicates = Vec::new();
    for item in items {
        match first.get(item.id()) {
            None => {
                first.insert(item.id(), item);
            }
            Some(there) => {
                let diagnosis = duplicate(kind, item, there);
                entries.push(error(Some(&kind.key(item.id())), Some(item.name()), diagnosis));
                duplicates.push(item.id().to_owned());
            }
        }
    }
    duplicates
}

fn duplicate<T: Identified>(kind: RowKind, item: &T, there: &T) -> Diagnosis {
    let (id, first) = (quoted(item.id()), there.place().named());
    let advice = match kind {
        RowKind::Departments => Text::new("give each department one row", "每个部门只保留一行"),
        RowKind::People => Text::new(
            "give each person one row, with all departments in it",
            "每个人只保留一行，并在该行列出其所有部门",
        ),
    };
    item.place().about(Some("id"), codes::id_not_unique(id, first, advice))
}

fn unknown_columns(kind: RowKind, table: &Table) -> Option<Entry> {
    if table.unknown_columns.is_empty() {
        return None;
    }
    let names: Vec<String> = table.unknown_columns.iter().map(|name| quoted(name)).collect();
    let (names, known) = (listed(&names), listed(kind.columns()));
    let diagnosis = table.file.about(codes::unknown_columns(names, known));
    Some(Entry::new(Severity::Warning, diagnosis))
}

/// A list without anything is likelier an export that went wrong than an organisation without units, where people name some.
fn no_departments(departments: &Table) -> Entry {
    let diagnosis = departments.file.about(codes::no_departments());
    Entry::new(Severity::Error, diagnosis)
}

fn is_in_a_department(person: &Person) -> bool {
    person.departments.as_ref().is_some_and(|departments| !departments.is_empty())
}

/// A list without anyone is likelier an export that went wrong than a company that everybody left.
fn nobody(people: &Table) -> Option<Entry> {
    if !people.rows.is_empty() {
        return None;
    }
    let diagnosis = people.file.about(codes::no_people());
    Some(Entry::new(Severity::Error, diagnosis))
}

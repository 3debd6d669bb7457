//! Objects for which conditions on single attributes hold, whole: what a SCIM filter comes down to.
//!
//! What is deliberately not here: the language of filters.

use rusqlite::Connection;
use rusqlite::types::Value;
use serde::Serialize;

use super::filter::Filter;
use super::{Page, WholeObject, Within, select_whole};
use crate::error::StoreError;
use crate::sqlite::SqliteStore;
use crate::sqlite::features::{Part, values_of};
use crate::sqlite::words::fold;

/// A condition on one attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Condition {
    /// Which attribute.
    pub attribute: Attribute,
    /// What must hold of it, or of one of its values.
    pub test: Test,
}

/// An attribute that can be tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attribute {
    /// The name of the source. Letters are told apart by case.
    Source,
    /// The tenure of the id ([`WholeObject::tenure`]), as a decimal number. Only for equality.
    Tenure,
    /// `externalId`. Letters are told apart by case, as RFC 7643, section 3.1, says.
    ExternalId,
    /// `userName`.
    UserName,
    /// `displayName`, or what stands for it in lists.
    DisplayName,
    /// `emails.value`.
    Email,
    /// `phoneNumbers.value`.
    Phone,
    /// `title`.
    Title,
    /// `active`.
    Active,
}

/// What must hold of an attribute. A test that does not fit the attribute, such as text of `active`, never holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Test {
    /// It is this text.
    Equals(String),
    /// This text is part of it.
    Contains(String),
    /// It says so.
    Is(bool),
    /// It has a value.
    Present,
}

/// A page of whole objects.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Found {
    /// How many there are on all pages.
    pub total: u64,
    /// Those on this page, in order.
    pub items: Vec<WholeObject>,
}

impl SqliteStore {
    /// The objects of a resource type from these sources, departed ones included, for which all conditions hold, in the
    /// order of source and creation.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn objects_where(
        &self,
        resource_type: &str,
        within: &Within,
        conditions: &[Condition],
        page: Page,
    ) -> Result<Found, StoreError> {
        // The plus keeps SQLite from taking the resource type out of the order, and then sorting by the rest.
        let of_type = Filter::default().with("+resource_type = ?", resource_type.to_owned());
        let filter = conditions.iter().fold(within.narrow(of_type), narrow);
        let matchers: Vec<_> = conditions.iter().filter_map(Matcher::of).collect();
        self.connections.read(move |connection| find(connection, &filter, &matchers, page)).await
    }
}

/// Add what a statement can test by itself.
fn narrow(filter: Filter, condition: &Condition) -> Filter {
    let text = |text: &String| Value::from(text.clone());
    match (condition.attribute, &condition.test) {
        (Attribute::Source, Test::Equals(name)) => filter.with("source = ?", text(name)),
        (Attribute::Source, Test::Contains(part)) => filter.with("instr(source, ?) > 0", text(part)),
        (Attribute::Tenure, Test::Equals(tenure)) => filter.with(
            "(SELECT tenure FROM object WHERE object.id = listing.id) = CAST(? AS INTEGER)",
            text(tenure),
        ),
        (Attribute::ExternalId, Test::Equals(id)) => filter.with("external_id = ?", text(id)),
        (Attribute::ExternalId, Test::Contains(part)) => filter.with("instr(external_id, ?) > 0", text(part)),
        (Attribute::Active, Test::Is(active)) => filter.with("active = ?", *active),
        (Attribute::Active, Test::Present) => filter.must("active IS NOT NULL"),
        (Attribute::Active, Test::Equals(_) | Test::Contains(_))
        | (
            Attribute::Source
            | Attribute::ExternalId
            | Attribute::Tenure
            | Attribute::UserName
            | Attribute::DisplayName
            | Attribute::Email
            | Attribute::Phone
            | Attribute::Title,
            Test::Is(_),
        )
        | (Attribute::Tenure, Test::Contains(_) | Test::Present) => filter.must("false"),
        (Attribute::Source | Attribute::ExternalId, Test::Present)
        | (
            Attribute::UserName
            | Attribute::DisplayName
            | Attribute::Email
            | Attribute::Phone
            | Attribute::Title,
            Test::Equals(_) | Test::Contains(_) | Test::Present,
        ) => filter,
    }
}

/// A condition on a part of the folded text, its own text folded.
#[derive(Debug)]
struct Matcher {
    part: Part,
    test: Test,
}

impl Matcher {
    fn of(condition: &Condition) -> Option<Self> {
        let part = match condition.attribute {
            Attribute::Source | Attribute::ExternalId | Attribute::Tenure | Attribute::Active => return None,
            Attribute::UserName => Part::UserName,
            Attribute::DisplayName => Part::Name,
            Attribute::Email => Part::Emails,
            Attribute::Phone => Part::Phones,
            Attribute::Title => Part::Title,
        };
        let test = match &condition.test {
            Test::Equals(text) => Test::Equals(fold(text)),
            Test::Contains(text) => Test::Contains(fold(text)),
            Test::Is(_) | Test::Present => condition.test.clone(),
        };
        Some(Self { part, test })
    }

    fn holds(&self, folded: &str) -> bool {
        // Most objects do not have the text anywhere, and are told by that.
        let may_hold = match &self.test {
            Test::Equals(text) | Test::Contains(text) => folded.contains(text.as_str()),
            Test::Is(_) | Test::Present => true,
        };
        may_hold && self.holds_of_part(folded)
    }

    fn holds_of_part(&self, folded: &str) -> bool {
        values_of(folded, self.part).any(|value| match &self.test {
            Test::Equals(text) => value == text,
            Test::Contains(text) => value.contains(text.as_str()),
            Test::Is(_) => false,
            Test::Present => true,
        })
    }
}

fn find(
    connection: &Connection,
    filter: &Filter,
    matchers: &[Matcher],
    page: Page,
) -> rusqlite::Result<Found> {
    // All statements see the same state.
    let snapshot = connection.unchecked_transaction()?;
    let (total, ids) = find_ids(&snapshot, filter, matchers, page)?;
    let objects = ids.iter().map(|id| select_whole(&snapshot, *id));
    Ok(Found { total, items: objects.filter_map(Result::transpose).collect::<rusqlite::Result<_>>()? })
}

fn find_ids(
    connection: &Connection,
    filter: &Filter,
    matchers: &[Matcher],
    page: Page,
) -> rusqlite::Result<(u64, Vec<i64>)> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT id, folded FROM listing WHERE {} ORDER BY source, resource_type, id",
        filter.clause()
    ))?;
    let mut rows = statement.query(filter.values())?;
    let end = page.offset.saturating_add(u64::from(page.limit));
    let (mut total, mut ids) = (0_u64, Vec::new());
    while let Some(row) = rows.next()? {
        let folded = row.get_ref(1)?.as_str()?;
        if !matchers.iter().all(|matcher| matcher.holds(folded)) {
            continue;
        }
        if (page.offset..end).contains(&total) {
            ids.push(row.get(0)?);
        }
        total = total.saturating_add(1);
    }
    Ok((total, ids))
}

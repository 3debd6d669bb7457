//! How a listed object stands to a condition: it holds, it does not, or the document must tell.

use rollcall_browse::features::{Part, values_of};
use rollcall_browse::words::fold;
use rollcall_browse::{Attribute, Condition, Test};
use rollcall_host::model::Timestamp;
use rusqlite::Row;

/// What is read of each row.
pub(super) const COLUMNS: &str =
    "id, source, external_id, login, active, departed, created_at, modified_at, folded";

/// Where in [`COLUMNS`] the number of the object is.
pub(super) const FOUND: usize = 0;

const SOURCE: usize = 1;
const EXTERNAL_ID: usize = 2;
const LOGIN: usize = 3;
const ACTIVE: usize = 4;
const DEPARTED: usize = 5;
const CREATED_AT: usize = 6;
const MODIFIED_AT: usize = 7;
const FOLDED: usize = 8;

/// In the order in which one prevails: the least of those of which all must hold, the greatest of those of which one must.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Prevalence {
    No,
    Unclear,
    Yes,
}

impl Prevalence {
    const fn not(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Unclear => Self::Unclear,
            Self::Yes => Self::No,
        }
    }
}

impl From<bool> for Prevalence {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

/// A condition whose texts are as those that they are compared with.
#[derive(Debug)]
pub(super) struct Sieve(Condition);

impl Sieve {
    pub(super) fn of(condition: Condition) -> Self {
        Self(folded(condition))
    }

    /// Whether it holds of whatever there may be.
    pub(super) fn lets_all_through(&self) -> bool {
        self.0 == Condition::always()
    }

    /// How the object of this row stands to it.
    pub(super) fn standing(&self, row: &Row<'_>) -> rusqlite::Result<Prevalence> {
        standing(&self.0, row)
    }
}

/// Texts of attributes whose letters match in either case are folded, as the columns are.
fn folded(condition: Condition) -> Condition {
    let all = |conditions: Vec<Condition>| conditions.into_iter().map(folded).collect();
    match condition {
        exact @ (Condition::Of(Attribute::Source | Attribute::ExternalId, _) | Condition::Unclear) => exact,
        Condition::Of(attribute, test) => Condition::Of(
            attribute,
            match test {
                Test::Equals(text) => Test::Equals(fold(&text)),
                Test::Contains(text) => Test::Contains(fold(&text)),
                Test::StartsWith(text) => Test::StartsWith(fold(&text)),
                Test::EndsWith(text) => Test::EndsWith(fold(&text)),
                other @ (Test::Present | Test::Is(_) | Test::Since(_) | Test::Before(_)) => other,
            },
        ),
        Condition::All(conditions) => Condition::All(all(conditions)),
        Condition::Any(conditions) => Condition::Any(all(conditions)),
        Condition::Not(condition) => Condition::Not(Box::new(folded(*condition))),
    }
}

fn standing(condition: &Condition, row: &Row<'_>) -> rusqlite::Result<Prevalence> {
    match condition {
        Condition::Of(attribute, test) => of(*attribute, test, row),
        Condition::All(conditions) => {
            let mut least = Prevalence::Yes;
            for one in conditions {
                least = least.min(standing(one, row)?);
                if least == Prevalence::No {
                    break;
                }
            }
            Ok(least)
        }
        Condition::Any(conditions) => {
            let mut greatest = Prevalence::No;
            for one in conditions {
                greatest = greatest.max(standing(one, row)?);
                if greatest == Prevalence::Yes {
                    break;
                }
            }
            Ok(greatest)
        }
        Condition::Not(condition) => standing(condition, row).map(Prevalence::not),
        Condition::Unclear => Ok(Prevalence::Unclear),
    }
}

fn of(attribute: Attribute, test: &Test, row: &Row<'_>) -> rusqlite::Result<Prevalence> {
    let text = |column| row.get_ref(column)?.as_str_or_null().map_err(rusqlite::Error::from);
    let one = |value: Option<&str>| value.map_or(Prevalence::Unclear, |value| of_text(test, value));
    let moment = |column| row.get(column).map(|ms| of_moment(test, Timestamp::from_unix_ms(ms)));
    match attribute {
        Attribute::Source => text(SOURCE).map(one),
        Attribute::ExternalId => text(EXTERNAL_ID).map(one),
        Attribute::UserName => text(LOGIN).map(one),
        Attribute::DisplayName => text(FOLDED).map(|folded| of_name(test, folded.unwrap_or_default())),
        Attribute::Title => text(FOLDED).map(|folded| of_title(test, folded.unwrap_or_default())),
        Attribute::Email => {
            text(FOLDED).map(|folded| of_values(test, folded.unwrap_or_default(), Part::Emails))
        }
        Attribute::Phone => {
            text(FOLDED).map(|folded| of_values(test, folded.unwrap_or_default(), Part::Phones))
        }
        Attribute::Active => {
            let says = row.get::<_, Option<bool>>(ACTIVE)?.unwrap_or(true);
            Ok(of_flag(test, says && !row.get::<_, bool>(DEPARTED)?))
        }
        Attribute::Created => moment(CREATED_AT),
        Attribute::Modified => moment(MODIFIED_AT),
    }
}

fn of_text(test: &Test, value: &str) -> Prevalence {
    match test {
        Test::Equals(text) => (value == text).into(),
        Test::Contains(text) => value.contains(text.as_str()).into(),
        Test::StartsWith(text) => value.starts_with(text.as_str()).into(),
        Test::EndsWith(text) => value.ends_with(text.as_str()).into(),
        Test::Present => (!value.is_empty()).into(),
        Test::Is(_) | Test::Since(_) | Test::Before(_) => Prevalence::Unclear,
    }
}

/// A part with no text in it says that there is none, or an empty one: which, the document tells.
fn is_about_nothing(test: &Test) -> bool {
    match test {
        Test::Equals(text) | Test::Contains(text) | Test::StartsWith(text) | Test::EndsWith(text) => {
            text.is_empty()
        }
        Test::Present | Test::Is(_) | Test::Since(_) | Test::Before(_) => false,
    }
}

fn of_title(test: &Test, folded: &str) -> Prevalence {
    if is_about_nothing(test) {
        return Prevalence::Unclear;
    }
    values_of(folded, Part::Title).next().map_or(Prevalence::No, |title| of_text(test, title))
}

/// Where the name is also the user name or the id, it may stand for one that the document does not have.
fn of_name(test: &Test, folded: &str) -> Prevalence {
    let first = |part| values_of(folded, part).next();
    let Some(name) = first(Part::Name) else { return Prevalence::Unclear };
    let stands_for_it = [first(Part::UserName), first(Part::ExternalId)].contains(&Some(name));
    if stands_for_it || is_about_nothing(test) { Prevalence::Unclear } else { of_text(test, name) }
}

/// Values that are told without the blanks around them, or not at all if they are blank, are left to the document.
fn of_values(test: &Test, folded: &str, part: Part) -> Prevalence {
    if is_about_nothing(test) {
        return Prevalence::Unclear;
    }
    let of_one = |value: &str| {
        if value.trim() == value { of_text(test, value) } else { Prevalence::Unclear }
    };
    let least = match test {
        // There may be something else than a value.
        Test::Present => Prevalence::Unclear,
        Test::Equals(_)
        | Test::Contains(_)
        | Test::StartsWith(_)
        | Test::EndsWith(_)
        | Test::Is(_)
        | Test::Since(_)
        | Test::Before(_) => Prevalence::No,
    };
    values_of(folded, part).map(of_one).fold(least, Prevalence::max)
}

fn of_flag(test: &Test, value: bool) -> Prevalence {
    match test {
        Test::Is(wanted) => (value == *wanted).into(),
        Test::Present => Prevalence::Yes,
        Test::Equals(_)
        | Test::Contains(_)
        | Test::StartsWith(_)
        | Test::EndsWith(_)
        | Test::Since(_)
        | Test::Before(_) => Prevalence::Unclear,
    }
}

fn of_moment(test: &Test, value: Timestamp) -> Prevalence {
    match test {
        Test::Since(moment) => (*moment <= value).into(),
        Test::Before(moment) => (value < *moment).into(),
        Test::Present => Prevalence::Yes,
        Test::Equals(_) | Test::Contains(_) | Test::StartsWith(_) | Test::EndsWith(_) | Test::Is(_) => {
            Prevalence::Unclear
        }
    }
}

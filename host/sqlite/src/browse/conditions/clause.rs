//! Conditions that a statement tests by itself.

use rollcall_browse::words::fold;
use rollcall_browse::{Attribute, Condition, Test};
use rusqlite::types::Value;

use super::super::filter::Filter;

/// The index that has everything of a resource type in order.
pub(super) const IN_ORDER: &str = "listing_in_order";

const EXTERNAL_ID: &str = "listing_external_id";

const LOGIN: &str = "listing_login";

/// The filter with this condition as well, and the index that finds what it holds of, if hardly anything does; or the filter
/// as it is, when a statement cannot test that.
pub(super) fn with(filter: Filter, condition: &Condition) -> Result<(Filter, Option<&'static str>), Filter> {
    let Condition::Of(attribute, test) = condition else { return Err(filter) };
    let text = |text: &String| Value::from(text.clone());
    match (attribute, test) {
        (Attribute::Source, Test::Equals(name)) => Ok((filter.with("source = ?", text(name)), None)),
        (Attribute::ExternalId, Test::Equals(id)) => {
            Ok((filter.with("external_id = ?", text(id)), Some(EXTERNAL_ID)))
        }
        (Attribute::UserName, Test::Equals(name)) => Ok((filter.with("login = ?", fold(name)), Some(LOGIN))),
        (Attribute::Active, Test::Is(is_active)) => {
            Ok((filter.with("(ifnull(active, true) AND NOT departed) = ?", *is_active), None))
        }
        (Attribute::Created, Test::Since(moment)) => {
            Ok((filter.with("created_at >= ?", moment.unix_ms()), None))
        }
        (Attribute::Created, Test::Before(moment)) => {
            Ok((filter.with("created_at < ?", moment.unix_ms()), None))
        }
        (Attribute::Modified, Test::Since(moment)) => {
            Ok((filter.with("modified_at >= ?", moment.unix_ms()), None))
        }
        (Attribute::Modified, Test::Before(moment)) => {
            Ok((filter.with("modified_at < ?", moment.unix_ms()), None))
        }
        (
            Attribute::Source
            | Attribute::ExternalId
            | Attribute::UserName
            | Attribute::DisplayName
            | Attribute::Email
            | Attribute::Phone
            | Attribute::Title
            | Attribute::Active
            | Attribute::Created
            | Attribute::Modified,
            Test::Equals(_)
            | Test::Contains(_)
            | Test::StartsWith(_)
            | Test::EndsWith(_)
            | Test::Present
            | Test::Is(_)
            | Test::Since(_)
            | Test::Before(_),
        ) => Err(filter),
    }
}

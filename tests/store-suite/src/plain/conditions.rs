//! Whether a condition holds of an object, or its document must tell: what lists show is all that is looked at.

use rollcall_browse::features::{Part, values_of};
use rollcall_browse::words::fold;
use rollcall_browse::{Attribute, Condition, Test};
use rollcall_host::model::Timestamp;
use rollcall_rules::vocabulary::resource_type::USER;

use super::Object;

/// None where the document must tell.
pub(super) fn holds(condition: &Condition, object: &Object) -> Option<bool> {
    match condition {
        Condition::Of(attribute, test) => of(*attribute, test, object),
        Condition::All(all) => {
            let each: Vec<_> = all.iter().map(|one| holds(one, object)).collect();
            if each.contains(&Some(false)) {
                Some(false)
            } else {
                each.into_iter().all(|one| one.is_some()).then_some(true)
            }
        }
        Condition::Any(any) => {
            let each: Vec<_> = any.iter().map(|one| holds(one, object)).collect();
            if each.contains(&Some(true)) {
                Some(true)
            } else {
                each.into_iter().all(|one| one.is_some()).then_some(false)
            }
        }
        Condition::Not(one) => holds(one, object).map(|holds| !holds),
        Condition::Unclear => None,
    }
}

fn of(attribute: Attribute, test: &Test, object: &Object) -> Option<bool> {
    let whole = &object.whole;
    let values = |part| values_of(&object.folded, part).map(str::to_owned).collect::<Vec<_>>();
    match attribute {
        Attribute::Source => of_text(test, whole.source.as_str(), str::to_owned),
        Attribute::ExternalId => of_text(test, &whole.key.external_id, str::to_owned),
        // A department has none, and so nothing holds of it.
        Attribute::UserName if whole.key.resource_type != USER => Some(false),
        Attribute::UserName => {
            let user_name = object.features.user_name.as_deref().unwrap_or(&whole.key.external_id);
            of_text(test, &fold(user_name), fold)
        }
        Attribute::DisplayName => of_name(test, object),
        Attribute::Title if is_about_nothing(test) => None,
        Attribute::Title => {
            values(Part::Title).first().map_or(Some(false), |title| of_text(test, title, fold))
        }
        Attribute::Email => of_values(test, &values(Part::Emails)),
        Attribute::Phone => of_values(test, &values(Part::Phones)),
        Attribute::Active => match test {
            Test::Is(wanted) => {
                Some(*wanted == (object.features.active.unwrap_or(true) && !whole.held.departed))
            }
            Test::Present => Some(true),
            Test::Equals(_)
            | Test::Contains(_)
            | Test::StartsWith(_)
            | Test::EndsWith(_)
            | Test::Since(_)
            | Test::Before(_) => None,
        },
        Attribute::Created => of_moment(test, whole.created_at),
        Attribute::Modified => of_moment(test, whole.modified_at),
    }
}

fn of_text(test: &Test, value: &str, as_compared: impl Fn(&str) -> String) -> Option<bool> {
    Some(match test {
        Test::Equals(text) => value == as_compared(text),
        Test::Contains(text) => value.contains(&as_compared(text)),
        Test::StartsWith(text) => value.starts_with(&as_compared(text)),
        Test::EndsWith(text) => value.ends_with(&as_compared(text)),
        Test::Present => !value.is_empty(),
        Test::Is(_) | Test::Since(_) | Test::Before(_) => return None,
    })
}

fn is_about_nothing(test: &Test) -> bool {
    match test {
        Test::Equals(text) | Test::Contains(text) | Test::StartsWith(text) | Test::EndsWith(text) => {
            text.is_empty()
        }
        Test::Present | Test::Is(_) | Test::Since(_) | Test::Before(_) => false,
    }
}

/// Where the name is also the user name or the id, it may stand for one that the document does not have.
fn of_name(test: &Test, object: &Object) -> Option<bool> {
    let first = |part| values_of(&object.folded, part).next();
    let name = first(Part::Name)?;
    let stands_for_it = [first(Part::UserName), first(Part::ExternalId)].contains(&Some(name));
    if stands_for_it || is_about_nothing(test) { None } else { of_text(test, name, fold) }
}

fn of_values(test: &Test, values: &[String]) -> Option<bool> {
    if is_about_nothing(test) {
        return None;
    }
    let of_one = |value: &String| if value.trim() == value { of_text(test, value, fold) } else { None };
    let each: Vec<_> = values.iter().map(of_one).collect();
    if each.contains(&Some(true)) {
        return Some(true);
    }
    // What is present may be something else than a value.
    let is_known = *test != Test::Present && !each.contains(&None);
    is_known.then_some(false)
}

fn of_moment(test: &Test, value: Timestamp) -> Option<bool> {
    match test {
        Test::Since(moment) => Some(*moment <= value),
        Test::Before(moment) => Some(value < *moment),
        Test::Present => Some(true),
        Test::Equals(_) | Test::Contains(_) | Test::StartsWith(_) | Test::EndsWith(_) | Test::Is(_) => None,
    }
}

//! What of a file ships: an item that is compiled for tests only does not.
//!
//! Code behind the feature `testing` counts as test code: no program of ours is built with it.

use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token};

use super::gather::literal;

/// The feature that tests build with, and nothing that ships.
const TESTING: &str = "testing";

/// Whether an item with these attributes is compiled for tests only.
pub(super) fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).any(|attribute| {
        attribute.parse_args::<Meta>().is_ok_and(|condition| holds(&condition) == Some(false))
    })
}

/// Whether the condition holds in what ships; nothing if that depends on where it is built.
fn holds(condition: &Meta) -> Option<bool> {
    match condition {
        Meta::Path(path) if path.is_ident("test") || path.is_ident("doctest") => Some(false),
        Meta::Path(_) => None,
        Meta::NameValue(pair) => (pair.path.is_ident("feature")
            && literal(&pair.value).as_deref() == Some(TESTING))
        .then_some(false),
        Meta::List(list) => {
            let parts = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok()?;
            let parts: Vec<Option<bool>> = parts.iter().map(holds).collect();
            together(&list.path, &parts)
        }
    }
}

fn together(operator: &syn::Path, parts: &[Option<bool>]) -> Option<bool> {
    let decided_by = |value: bool| {
        if parts.contains(&Some(value)) {
            Some(value)
        } else {
            parts.iter().all(Option::is_some).then_some(!value)
        }
    };
    if operator.is_ident("not") {
        parts.first().copied().flatten().map(|value| !value)
    } else if operator.is_ident("all") {
        decided_by(false)
    } else if operator.is_ident("any") {
        decided_by(true)
    } else {
        None
    }
}

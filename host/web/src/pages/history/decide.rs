//! What somebody decides about what a run held: they approve it with its number, or decline it with a reason, all of it or some.
//!
//! Not here: the page on which they do (`confirm`).

use std::collections::BTreeSet;

use axum::extract::{Path, RawForm, State};
use axum::http::StatusCode;
use axum::response::Redirect;
use rollcall_host::model::{Diagnosis, Key};
use rollcall_host::{Identities, Which};
use url::form_urlencoded;

use super::act::{allowed, shown};
use crate::page::links;
use crate::page::query::named;
use crate::problem::Problem;
use crate::services::Services;
use crate::sources::Sources;
use crate::sources::deciding::{approved, declined};
use crate::visitor::Visitor;

/// The field with one object that was ticked: its resource type, a slash, and its id.
pub(super) const OBJECT: &str = "object";

/// The field that says that nothing is meant but what was ticked, with this value. Otherwise all that waits is meant where nothing
/// was ticked, and what was ticked where anything was.
pub(super) const WHICH: &str = "which";
pub(super) const TICKED: &str = "ticked";

/// What the form on the page said.
#[derive(Debug, Default, PartialEq, Eq)]
struct Deciding {
    removals: String,
    identities: Identities,
    reason: String,
    is_some_meant: bool,
    objects: BTreeSet<Key>,
}

impl Deciding {
    fn of(form: &[u8]) -> Self {
        let mut deciding = Self::default();
        for (name, value) in form_urlencoded::parse(form) {
            match name.as_ref() {
                "removals" => deciding.removals = value.into_owned(),
                "reason" => deciding.reason = value.into_owned(),
                "identities" => deciding.identities = named(&value).unwrap_or_default(),
                WHICH => deciding.is_some_meant = value == TICKED,
                OBJECT => deciding.objects.extend(value.split_once('/').map(|(of, id)| Key::new(of, id))),
                _ => {}
            }
        }
        deciding
    }

    fn which(&self) -> Result<Which, Problem> {
        match (self.objects.is_empty(), self.is_some_meant) {
            (false, _) => Ok(Which::These(self.objects.clone())),
            (true, false) => Ok(Which::Waiting),
            (true, true) => Err(nothing_ticked()),
        }
    }
}

/// One object, as its box says it.
pub(super) fn object(Key { resource_type, external_id }: &Key) -> String {
    format!("{resource_type}/{external_id}")
}

/// The number that somebody typed, with or without marks between its digits; none if they typed nothing.
pub(super) fn number(typed: &str) -> Result<Option<u64>, Problem> {
    let is_mark = |c: char| c == ',' || c.is_whitespace();
    let digits: String = typed.chars().filter(|c| !is_mark(*c)).collect();
    if digits.is_empty() {
        return Ok(None);
    }
    digits.parse().map(Some).map_err(|_| not_a_number())
}

/// `POST /runs/{run}/approve`.
pub(super) async fn approve(
    State(sources): State<Sources>,
    visitor: Visitor,
    Path(run): Path<String>,
    RawForm(form): RawForm,
) -> Result<Redirect, Problem> {
    let run = allowed(sources.services(), &visitor, run).await?;
    let deciding = Deciding::of(&form);
    let (which, removals) = (deciding.which()?, number(&deciding.removals)?);
    let begun = approved(&sources, (&visitor).into(), &run, which, removals, deciding.identities).await?;
    Ok(shown(&run, &begun))
}

/// `POST /runs/{run}/decline`.
pub(super) async fn decline(
    State(services): State<Services>,
    visitor: Visitor,
    Path(run): Path<String>,
    RawForm(form): RawForm,
) -> Result<Redirect, Problem> {
    let run = allowed(&services, &visitor, run).await?;
    let deciding = Deciding::of(&form);
    declined(&services, (&visitor).into(), &run, deciding.which()?, &deciding.reason).await?;
    Ok(Redirect::to(&links::run(&run.id)))
}

fn nothing_ticked() -> Problem {
    let diagnosis = Diagnosis::new("nothing-ticked", "nothing is ticked, so nothing was decided")
        .with_remedy("go back and tick what is meant in the list")
        .in_chinese("没有勾选任何对象，未作出任何决定", "请返回并在列表中勾选");
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, diagnosis)
}

fn not_a_number() -> Problem {
    let diagnosis = Diagnosis::new("number-not-valid", "what was typed is no number, so nothing was done")
        .with_remedy("go back and type how many objects would be removed, in digits")
        .in_chinese("输入的不是数字，未执行任何操作", "请返回并用数字输入将要移除的对象数量");
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, diagnosis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_says_what_is_ticked_whatever_the_ids_are() {
        let form =
            b"csrf=x&which=ticked&object=User%2Fa%2Fb%26c&object=Department%2F1&removals=2&reason=on+leave";
        let expected = Deciding {
            removals: "2".to_owned(),
            reason: "on leave".to_owned(),
            is_some_meant: true,
            objects: [Key::new("User", "a/b&c"), Key::new("Department", "1")].into(),
            ..Deciding::default()
        };
        assert_eq!(Deciding::of(form), expected);
        assert_eq!(object(&Key::new("User", "a/b&c")), "User/a/b&c");
    }

    #[test]
    fn whoever_ticked_anything_means_that_and_nothing_else() {
        let which = |form: &[u8]| Deciding::of(form).which();
        assert_eq!(which(b"reason=x"), Ok(Which::Waiting));
        for form in
            [&b"object=User%2Fa"[..], b"which=waiting&object=User%2Fa", b"which=ticked&object=User%2Fa"]
        {
            assert_eq!(which(form), Ok(Which::These([Key::new("User", "a")].into())));
        }
        assert_eq!(which(b"which=ticked").unwrap_err().diagnosis.code, "nothing-ticked");
    }

    #[test]
    fn a_number_is_read_as_people_write_it() {
        for (typed, expected) in [
            ("", None),
            ("  ", None),
            ("796", Some(796)),
            (" 1,796 ", Some(1796)),
            ("1\u{202f}796", Some(1796)),
        ] {
            assert_eq!(number(typed), Ok(expected), "{typed:?}");
        }
        for typed in ["all", "-1", "7.5", "99999999999999999999"] {
            assert_eq!(number(typed).unwrap_err().diagnosis.code, "number-not-valid", "{typed:?}");
        }
    }
}

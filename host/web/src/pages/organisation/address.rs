//! Addresses of these pages: what one asks for, and what a link to one says.
//!
//! Not here: what is answered. Nothing in an address is an error: people type them, and what is not understood is not
//! asked for.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use rollcall_host::model::{RunId, SourceName};
use url::form_urlencoded;

use super::{DEPARTMENT, USER};
use crate::page::links::of_source;
use crate::paths::segment;

/// What a page of the organisation is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OrganisationQuery {
    /// The department that is looked into.
    pub(super) department: Option<String>,
    /// Whether those who are in no department are looked at.
    pub(super) unplaced: bool,
    /// What is searched for; a search for nothing finds everything that passes the filters.
    pub(super) search: Option<Search>,
    /// Where the list of people, or of what was found, begins.
    pub(super) offset: u64,
    /// Where the list of departments begins.
    pub(super) below: u64,
    /// Where a trail goes on: before this change of this run.
    pub(super) before: Option<(RunId, u64)>,
}

/// What is searched for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Search {
    pub(super) text: String,
    /// Objects of this type.
    pub(super) resource_type: Option<&'static str>,
    /// Those that departed, or those that did not.
    pub(super) departed: Option<bool>,
}

impl OrganisationQuery {
    /// What the query of an address says.
    pub(super) fn of(query: &str) -> Self {
        let mut asked = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            asked.take(&name, value.into_owned());
        }
        asked
    }

    fn take(&mut self, name: &str, value: String) {
        match name {
            "department" => self.department = Some(value),
            "unplaced" => self.unplaced = true,
            "q" => self.search().text = value.trim().to_owned(),
            "type" => {
                self.search().resource_type = [USER, DEPARTMENT].into_iter().find(|name| *name == value)
            }
            "departed" => self.search().departed = value.parse().ok(),
            "offset" => self.offset = value.parse().unwrap_or_default(),
            "below" => self.below = value.parse().unwrap_or_default(),
            "before" => self.before = step(&value),
            _ => {}
        }
    }

    fn search(&mut self) -> &mut Search {
        self.search.get_or_insert_default()
    }

    /// The address of the page of this source that answers this.
    pub(super) fn href(&self, source: &SourceName) -> String {
        let mut pairs = Vec::new();
        pairs.extend(self.department.clone().map(|id| ("department", id)));
        pairs.extend(self.unplaced.then(|| ("unplaced", "1".to_owned())));
        if let Some(Search { text, resource_type, departed }) = &self.search {
            pairs.push(("q", text.clone()));
            pairs.extend(resource_type.map(|name| ("type", name.to_owned())));
            pairs.extend(departed.map(|departed| ("departed", departed.to_string())));
        }
        let place = |n: u64| (0 < n).then(|| n.to_string());
        pairs.extend(place(self.below).map(|n| ("below", n)));
        pairs.extend(place(self.offset).map(|n| ("offset", n)));
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={}", segment(value))).collect();
        let query = if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) };
        of_source(source, &format!("/organisation{query}"))
    }

    /// Those in this department.
    pub(super) fn in_department(id: &str) -> Self {
        Self { department: Some(id.to_owned()), ..Self::default() }
    }

    /// Those in none.
    pub(super) fn unplaced() -> Self {
        Self { unplaced: true, ..Self::default() }
    }

    /// People who departed.
    pub(super) fn departed() -> Self {
        let search = Search { text: String::new(), resource_type: Some(USER), departed: Some(true) };
        Self { search: Some(search), ..Self::default() }
    }
}

/// A change of a run, as the address of a trail's next page names it.
fn step(text: &str) -> Option<(RunId, u64)> {
    let (run, number) = text.split_once('.')?;
    // The store refuses a run that is no number, which here is just an address that was typed wrong.
    let run: u32 = run.parse().ok()?;
    Some((RunId::new(run.to_string()), number.parse().ok()?))
}

impl<S: Sync> FromRequestParts<S> for OrganisationQuery {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts.uri.query().unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source() -> SourceName {
        SourceName::new("hq").unwrap()
    }

    #[test]
    fn an_address_says_what_it_was_made_from_whatever_the_ids_are() {
        let search =
            Search { text: "100%&a=b 张三".to_owned(), resource_type: Some(USER), departed: Some(false) };
        for asked in [
            OrganisationQuery::in_department("a/b?c=\"<1>\"&+%20 部门"),
            OrganisationQuery::unplaced(),
            OrganisationQuery::departed(),
            OrganisationQuery { search: Some(search), offset: 50, ..OrganisationQuery::default() },
            OrganisationQuery { below: 100, offset: 50, ..OrganisationQuery::in_department("1") },
        ] {
            let href = asked.href(&source());
            assert_eq!(OrganisationQuery::of(href.split_once('?').unwrap().1), asked, "{href}");
        }
    }

    #[test]
    fn what_an_address_says_wrongly_is_not_asked_for() {
        assert_eq!(
            OrganisationQuery::of("offset=x&below=-1&before=1&nonsense&before=a.1"),
            OrganisationQuery::default()
        );
    }
}

//! What a client asks for: a filter, a page, and which attributes; in a query (RFC 7644, section 3.4.2) or in the body of
//! a search (section 3.4.3).

use rollcall_host::sqlite::Page;
use serde::Deserialize;

use super::filter::Filter;
use super::projection::Projection;
use super::reply::{Refusal, ScimType};

/// Resources of one answer, at most, and unless a client wants fewer.
///
/// 200. Why: some hundred KiB of people, which are read and written in a few milliseconds.
pub(crate) const MAX_RESULTS: u32 = 200;

/// A query as it comes. What SCIM does not know, and sorting, which is not supported, is passed over, as it says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Parameters {
    filter: Option<String>,
    start_index: Option<String>,
    count: Option<String>,
    attributes: Option<String>,
    excluded_attributes: Option<String>,
}

/// The body of a search as it comes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SearchRequest {
    schemas: Vec<String>,
    filter: Option<String>,
    start_index: Option<i64>,
    count: Option<i64>,
    #[serde(default)]
    attributes: Vec<String>,
    #[serde(default)]
    excluded_attributes: Vec<String>,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Query {
    pub(crate) filter: Option<Filter>,
    pub(crate) page: Page,
    pub(crate) projection: Projection,
}

/// What the body of a search calls itself.
const SEARCH_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

impl Parameters {
    /// Whether only some are asked for.
    pub(crate) const fn has_filter(&self) -> bool {
        self.filter.is_some()
    }

    /// # Errors
    ///
    /// When both kinds of lists of attributes are there.
    pub(crate) fn projection(&self) -> Result<Projection, Refusal> {
        let list = |names: &Option<String>| names.iter().cloned().collect::<Vec<_>>();
        projection(&list(&self.attributes), &list(&self.excluded_attributes))
    }

    /// # Errors
    ///
    /// When one of them cannot be read.
    pub(crate) fn query(&self) -> Result<Query, Refusal> {
        Ok(Query {
            filter: filter(self.filter.as_deref())?,
            page: page(
                number("startIndex", self.start_index.as_deref())?,
                number("count", self.count.as_deref())?,
            ),
            projection: self.projection()?,
        })
    }
}

impl SearchRequest {
    /// # Errors
    ///
    /// When it is none, or something in it cannot be read.
    pub(crate) fn query(&self) -> Result<Query, Refusal> {
        if !self.schemas.iter().any(|schema| schema == SEARCH_REQUEST) {
            return Err(Refusal::value("schemas", &format!("must have {SEARCH_REQUEST:?}")));
        }
        Ok(Query {
            filter: filter(self.filter.as_deref())?,
            page: page(self.start_index, self.count),
            projection: projection(&self.attributes, &self.excluded_attributes)?,
        })
    }
}

fn filter(text: Option<&str>) -> Result<Option<Filter>, Refusal> {
    text.map(Filter::parse).transpose().map_err(|error| Refusal::new(ScimType::InvalidFilter, error.into()))
}

fn number(name: &'static str, text: Option<&str>) -> Result<Option<i64>, Refusal> {
    let read = |text: &str| text.parse().map_err(|_| Refusal::value(name, "must be a whole number"));
    text.map(read).transpose()
}

/// A start below 1 is 1, and a count below 0 is 0. Source: RFC 7644, section 3.4.2.4.
fn page(start_index: Option<i64>, count: Option<i64>) -> Page {
    let offset = start_index.unwrap_or(1).max(1).saturating_sub(1);
    let limit = count.unwrap_or_else(|| MAX_RESULTS.into()).clamp(0, MAX_RESULTS.into());
    Page { offset: u64::try_from(offset).unwrap_or(0), limit: u32::try_from(limit).unwrap_or(MAX_RESULTS) }
}

fn projection(attributes: &[String], excluded: &[String]) -> Result<Projection, Refusal> {
    if !attributes.is_empty() && !excluded.is_empty() {
        let wrong = "cannot be given together with excludedAttributes; leave one of them out".to_owned();
        return Err(Refusal::value("attributes", &wrong));
    }
    Ok(Projection::of(attributes, excluded))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(query: &str) -> Parameters {
        let uri: axum::http::Uri = format!("/?{query}").parse().unwrap();
        axum::extract::Query::try_from_uri(&uri).unwrap().0
    }

    #[test]
    fn a_page_is_within_bounds_whatever_is_asked_for() {
        for (query, page) in [
            ("", Page { offset: 0, limit: 200 }),
            ("startIndex=11&count=10", Page { offset: 10, limit: 10 }),
            ("startIndex=0&count=100000", Page { offset: 0, limit: 200 }),
            ("startIndex=-5&count=-1", Page { offset: 0, limit: 0 }),
        ] {
            assert_eq!(parameters(query).query().map(|query| query.page), Ok(page), "{query}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_the_type_that_scim_has_for_it() {
        for (query, scim_type) in [
            ("startIndex=one", ScimType::InvalidValue),
            ("count=1.5", ScimType::InvalidValue),
            ("filter=userName", ScimType::InvalidFilter),
            ("attributes=id&excludedAttributes=id", ScimType::InvalidValue),
        ] {
            let refused = parameters(query).query().map_err(|refusal| refusal.scim_type);
            assert_eq!(refused, Err(Some(scim_type)), "{query}");
        }
    }

    #[test]
    fn a_search_says_that_it_is_one() {
        let request = |schemas: &[&str]| SearchRequest {
            schemas: schemas.iter().map(|schema| (*schema).to_owned()).collect(),
            count: Some(5),
            ..SearchRequest::default()
        };
        let page = Page { offset: 0, limit: 5 };
        assert_eq!(request(&[SEARCH_REQUEST]).query().map(|query| query.page), Ok(page));
        assert!(request(&["urn:other"]).query().is_err());
    }
}

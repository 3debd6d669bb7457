//! What a client asks for: a filter, a page, and which attributes; in a query (RFC 7644, section 3.4.2) or in the body of
//! a search (section 3.4.3).

mod given;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;

use self::given::{Given, GivenError, Name};
use super::filter::Filter;
use super::limits::MAX_RESULTS;
use super::projection::Projection;
use super::reply::{ScimRefusal, ScimType};

/// What is given along with a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parameters(Given);

/// What is given in the body of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Search(pub(crate) Parameters);

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Query {
    pub(crate) filter: Option<Filter>,
    pub(crate) page: ListQuery,
    pub(crate) projection: Projection,
}

/// Which resources of all that are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ListQuery {
    /// How many come before them.
    pub(crate) offset: u64,
    /// How many of them there are at most.
    pub(crate) limit: u64,
}

/// What the body of a search calls itself.
const SEARCH_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

impl Parameters {
    fn of_query(query: &str) -> Result<Self, GivenError> {
        Given::of_query(query).map(Self)
    }

    fn of_body(body: &[u8]) -> Result<Self, GivenError> {
        let given = Given::of_body(body)?;
        // What is sent here is a search, whether or not it says so; but it may not say that it is something else.
        let schemas = given.texts(Name::Schemas)?;
        let is_search = schemas.iter().any(|schema| schema.eq_ignore_ascii_case(SEARCH_REQUEST));
        if !schemas.is_empty() && !is_search {
            return Err(GivenError::NotASearch { wanted: SEARCH_REQUEST });
        }
        Ok(Self(given))
    }

    /// Whether only some are asked for.
    pub(crate) fn has_filter(&self) -> bool {
        self.0.text(Name::Filter) != Ok(None)
    }

    /// # Errors
    ///
    /// When both kinds of lists of attributes are there, or one is no list.
    pub(crate) fn projection(&self) -> Result<Projection, ScimRefusal> {
        let attributes = self.0.texts(Name::Attributes)?;
        let excluded = self.0.texts(Name::ExcludedAttributes)?;
        if !attributes.is_empty() && !excluded.is_empty() {
            return Err(GivenError::BothLists.into());
        }
        Ok(Projection::of(&attributes, &excluded))
    }

    /// # Errors
    ///
    /// When one of them cannot be read.
    pub(crate) fn query(&self) -> Result<Query, ScimRefusal> {
        Ok(Query {
            filter: filter(self.0.text(Name::Filter)?)?,
            page: asked(self.0.number(Name::StartIndex)?, self.0.number(Name::Count)?),
            projection: self.projection()?,
        })
    }
}

impl<S: Sync> FromRequestParts<S> for Parameters {
    type Rejection = ScimRefusal;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ScimRefusal> {
        Ok(Self::of_query(parts.uri.query().unwrap_or_default())?)
    }
}

/// JSON, whatever media type it is sent as: there is nothing else that it could be.
impl<S: Send + Sync> FromRequest<S> for Search {
    type Rejection = ScimRefusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, ScimRefusal> {
        let body =
            Bytes::from_request(request, state).await.map_err(|error| ScimRefusal::body(error.status()))?;
        Ok(Self(Parameters::of_body(&body)?))
    }
}

fn filter(text: Option<&str>) -> Result<Option<Filter>, ScimRefusal> {
    text.map(Filter::parse)
        .transpose()
        .map_err(|error| ScimRefusal::new(ScimType::InvalidFilter, error.into()))
}

/// A start below 1 is 1, and a count below 0 is 0. Source: RFC 7644, section 3.4.2.4.
fn asked(start_index: Option<i64>, count: Option<i64>) -> ListQuery {
    let start = u64::try_from(start_index.unwrap_or(1)).unwrap_or(1).max(1);
    let limit = count.map_or(MAX_RESULTS, |count| u64::try_from(count).unwrap_or(0));
    ListQuery { offset: start.saturating_sub(1), limit: std::cmp::min(limit, MAX_RESULTS) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_query(query: &str) -> Result<Query, ScimRefusal> {
        Parameters::of_query(query)?.query()
    }

    #[test]
    fn a_page_is_what_is_asked_for_and_within_bounds_whatever_that_is() {
        for (query, offset, limit) in [
            ("", 0, 1_000_000),
            ("startIndex=&count=", 0, 1_000_000),
            ("startIndex=11&count=10", 10, 10),
            ("startindex=201&COUNT=500", 200, 500),
            ("startIndex=0&count=100000", 0, 100_000),
            ("count=9000000", 0, 1_000_000),
            ("startIndex=-5&count=-1", 0, 0),
            ("count=0", 0, 0),
        ] {
            assert_eq!(of_query(query).map(|query| query.page), Ok(ListQuery { offset, limit }), "{query}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_the_type_that_scim_has_for_it() {
        for (query, scim_type) in [
            ("startIndex=one", ScimType::InvalidValue),
            ("count=1.5", ScimType::InvalidValue),
            ("count=1&count=2", ScimType::InvalidValue),
            ("filter=userName", ScimType::InvalidFilter),
            ("filter=%FF", ScimType::InvalidSyntax),
            ("attributes=id&excludedAttributes=id", ScimType::InvalidValue),
            ("cursor=", ScimType::InvalidValue),
        ] {
            let refused = of_query(query).map_err(|refusal| refusal.scim_type);
            assert_eq!(refused, Err(Some(scim_type)), "{query}");
        }
    }

    #[test]
    fn an_empty_list_of_attributes_is_none() {
        for query in ["attributes=", "excludedAttributes=", "attributes=&excludedAttributes=", "attributes=,"]
        {
            assert_eq!(of_query(query).map(|query| query.projection), Ok(Projection::All), "{query}");
        }
    }

    #[test]
    fn a_search_need_not_say_that_it_is_one_but_may_not_say_that_it_is_something_else() {
        let page = |body: &str| {
            Parameters::of_body(body.as_bytes()).map(|given| given.query().map(|query| query.page))
        };
        let five = Ok(Ok(ListQuery { offset: 0, limit: 5 }));
        assert_eq!(page(&format!("{{\"schemas\": [\"{SEARCH_REQUEST}\"], \"count\": 5}}")), five);
        assert_eq!(page("{\"Count\": 5}"), five);
        for body in ["", "{", "[]", "5", "{\"schemas\": [\"urn:other\"]}", "{\"count\": 5, \"Count\": 6}"] {
            assert!(page(body).is_err(), "{body}");
        }
    }
}

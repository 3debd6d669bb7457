//! A list (RFC 7644, section 3.4.2), however long: it is read in parts and written as it is read, so that an answer with
//! everybody takes no more memory than one with some hundred people.
//!
//! Not here: how a part is read (`reading`).

use std::io;

use axum::body::{Body, Bytes};
use axum::response::Response;
use futures_util::stream::{self, Stream};

use super::base::Sight;
use super::query::{Asked, Query};
use super::reading::{Part, Reading};
use super::reply::{Refusal, written};
use super::schemas::ResourceType;
use crate::console::Console;

/// What is asked for, and of whom.
pub(crate) struct Listing {
    pub(crate) console: Console,
    pub(crate) sight: Sight,
    pub(crate) kinds: &'static [ResourceType],
    pub(crate) query: Query,
}

impl Listing {
    /// The answer. Whatever is wrong with what is asked for is found before it begins.
    pub(crate) async fn answer(self) -> Result<Response, Refusal> {
        let first = self.after(0).await?;
        let head = head(first.total, self.query.page.offset);
        let mut told = Told::new(self);
        let mut text = head + &told.add(&first);
        if told.is_whole(&first) {
            text.push_str(&told.tail());
            return Ok(written(Body::from(text)));
        }
        Ok(written(Body::from_stream(told.go_on(text))))
    }

    /// The part after as many as were told.
    async fn after(&self, n_told: u64) -> Result<Part, Refusal> {
        let Asked { offset, limit } = self.query.page;
        let page = Asked { offset: offset.saturating_add(n_told), limit: limit.saturating_sub(n_told) };
        let query = Query { page, ..self.query.clone() };
        Reading::new(&self.console, &self.sight).part(self.kinds, &query).await
    }
}

/// How far a list is told.
struct Told {
    listing: Listing,
    n: u64,
}

impl Told {
    const fn new(listing: Listing) -> Self {
        Self { listing, n: 0 }
    }

    /// The text of a part.
    fn add(&mut self, part: &Part) -> String {
        let comma = if self.n == 0 || part.resources.is_empty() { "" } else { "," };
        self.n = self.n.saturating_add(u64::try_from(part.resources.len()).unwrap_or(u64::MAX));
        format!("{comma}{}", part.resources.join(","))
    }

    /// Whether nothing comes after this part. One without resources is the end, too: whoever was to come is gone meanwhile.
    fn is_whole(&self, last: &Part) -> bool {
        let Asked { offset, limit } = self.listing.query.page;
        last.resources.is_empty() || limit <= self.n || last.total <= offset.saturating_add(self.n)
    }

    /// How many there were is said last, when it is known.
    fn tail(&self) -> String {
        format!("],\"itemsPerPage\":{}}}", self.n)
    }

    /// This text, and the parts after it. If one cannot be read, the answer breaks off, and nobody takes it for a whole one.
    fn go_on(self, text: String) -> impl Stream<Item = io::Result<Bytes>> {
        stream::unfold(Some((self, Some(text))), async |state| {
            let (mut told, begun) = state?;
            if let Some(text) = begun {
                return Some((Ok(text.into()), Some((told, None))));
            }
            match told.listing.after(told.n).await {
                Ok(part) => {
                    let mut text = told.add(&part);
                    if told.is_whole(&part) {
                        text.push_str(&told.tail());
                        return Some((Ok(text.into()), None));
                    }
                    Some((Ok(text.into()), Some((told, None))))
                }
                Err(_) => Some((Err(io::Error::other("the rest of the list could not be read")), None)),
            }
        })
    }
}

fn head(total: u64, offset: u64) -> String {
    format!(
        "{{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"],\"totalResults\":{total},\
         \"startIndex\":{},\"Resources\":[",
        offset.saturating_add(1)
    )
}

//! A list (RFC 7644, section 3.4.2), however long: first it is found out who is on it, then they are read in parts and written as
//! they are read. So an answer with everybody takes no more memory than one with some hundred people, and whoever comes or leaves
//! meanwhile makes nobody else be missed or told twice.
//!
//! Not here: how they are found and read (`reading`).

use std::io;
use std::vec::IntoIter;

use axum::body::{Body, Bytes};
use axum::response::Response;
use futures_util::stream::{self, Stream, StreamExt as _};
use rollcall_host::model::Timestamp;

use super::base::Sight;
use super::query::Query;
use super::reading::{ListedResource, ScimReading};
use super::reply::{ScimRefusal, written};
use super::schemas::ScimResourceType;
use crate::sources::Sources;

/// What is asked for, and of whom.
pub(crate) struct ScimListing {
    pub(crate) sources: Sources,
    pub(crate) sight: Sight,
    pub(crate) kinds: &'static [ScimResourceType],
    pub(crate) query: Query,
}

impl ScimListing {
    /// The answer. Whatever is wrong with what is asked for is found before it begins.
    pub(crate) async fn answer(self) -> Result<Response, ScimRefusal> {
        let mut reading = ScimReading::new(&self.sources, &self.sight);
        let found = reading.find(self.kinds, &self.query).await?;
        let mut text = head(found.total, self.query.page.offset);
        let mut told =
            ListProgress { listing: self, as_of: found.as_of, rest: found.listed.into_iter(), n: 0 };
        text.push_str(&told.more().await?);
        if told.rest.len() == 0 {
            return Ok(written(Body::from(text)));
        }
        Ok(written(Body::from_stream(told.go_on(text))))
    }
}

/// How far a list is told.
struct ListProgress {
    listing: ScimListing,
    as_of: Timestamp,
    rest: IntoIter<ListedResource>,
    n: u64,
}

impl ListProgress {
    /// The text of the next part, with the end of the list if it is the last one.
    async fn more(&mut self) -> Result<String, ScimRefusal> {
        let listing = &self.listing;
        let mut reading = ScimReading::new(&listing.sources, &listing.sight);
        let resources = reading.tell(&mut self.rest, self.as_of, &listing.query.projection).await?;
        let comma = if self.n == 0 || resources.is_empty() { "" } else { "," };
        self.n = self.n.saturating_add(u64::try_from(resources.len()).unwrap_or(u64::MAX));
        // How many there were is said last, when it is known.
        let tail =
            if self.rest.len() == 0 { format!("],\"itemsPerPage\":{}}}", self.n) } else { String::new() };
        Ok(format!("{comma}{}{tail}", resources.join(",")))
    }

    /// This text, and the parts after it. If one cannot be read, the answer breaks off, and nobody takes it for a whole one.
    fn go_on(self, text: String) -> impl Stream<Item = io::Result<Bytes>> {
        let rest = stream::unfold(Some(self), async |told| {
            let mut told = told.filter(|told| 0 < told.rest.len())?;
            match told.more().await {
                Ok(text) => Some((Ok(text.into()), Some(told))),
                Err(_) => Some((Err(io::Error::other("the rest of the list could not be read")), None)),
            }
        });
        stream::once(async { Ok(text.into()) }).chain(rest)
    }
}

fn head(total: u64, offset: u64) -> String {
    format!(
        "{{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"],\"totalResults\":{total},\
         \"startIndex\":{},\"Resources\":[",
        offset.saturating_add(1)
    )
}

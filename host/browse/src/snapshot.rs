//! Objects as they were at one moment, page by page.

use std::fmt;
use std::pin::Pin;

use futures_util::{Stream, StreamExt as _};
use rollcall_host::error::StoreError;

use crate::HeldObject;

type Pages = Pin<Box<dyn Stream<Item = Result<Vec<HeldObject>, StoreError>> + Send>>;

/// Objects as they were at one moment, page by page. See [`Browse::snapshot`](crate::Browse::snapshot).
pub struct Snapshot {
    pages: Pages,
}

impl Snapshot {
    /// The objects of these pages. Where one cannot be read, that is the last.
    pub fn of(pages: impl Stream<Item = Result<Vec<HeldObject>, StoreError>> + Send + 'static) -> Self {
        Self { pages: Box::pin(pages) }
    }

    /// The next page, which is never empty; none when all were taken.
    ///
    /// # Errors
    ///
    /// When the store fails: then there are objects that were not read.
    pub async fn next(&mut self) -> Result<Option<Vec<HeldObject>>, StoreError> {
        self.pages.next().await.transpose()
    }

    /// All that was not taken yet.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn rest(mut self) -> Result<Vec<HeldObject>, StoreError> {
        let mut objects = Vec::new();
        while let Some(page) = self.next().await? {
            objects.extend(page);
        }
        Ok(objects)
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot").finish_non_exhaustive()
    }
}

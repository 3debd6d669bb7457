//! Reads the change records of a run from the last one to the first, over a history that pages the other way.
//!
//! Not here: what is made of them (`approval`, `undo`).

use crate::error::StoreError;
use crate::history::{ChangeRecord, History, Numbered};
use crate::model::RunId;

/// The change records of a run that has ended, those that are still to be read.
pub(crate) struct Backwards<'h> {
    history: &'h dyn History,
    run: &'h RunId,
    /// The place of the next one; zero when there is none.
    place: u64,
}

impl<'h> Backwards<'h> {
    /// Begin behind the last record. Finds its place in as many reads of one record as its number has bits, twice.
    ///
    /// # Errors
    ///
    /// When the history fails.
    pub(crate) async fn of(history: &'h dyn History, run: &'h RunId) -> Result<Self, StoreError> {
        let mut records = Self { history, run, place: 0 };
        records.place = records.last().await?;
        Ok(records)
    }

    /// How many places are still to be read.
    pub(crate) fn n_left(&self) -> u64 {
        self.place
    }

    /// The next ones, later ones first, at most `limit`; none when all were read.
    ///
    /// # Errors
    ///
    /// When the history fails.
    pub(crate) async fn next(&mut self, limit: u32) -> Result<Vec<Numbered<ChangeRecord>>, StoreError> {
        while 0 < self.place {
            let before = self.place.saturating_sub(u64::from(limit));
            let page = self.history.changes(self.run, after(before), limit).await?;
            let mut page: Vec<_> = page.into_iter().filter(|record| record.number <= self.place).collect();
            self.place = before;
            if !page.is_empty() {
                page.reverse();
                return Ok(page);
            }
        }
        Ok(Vec::new())
    }

    /// The place of the last record; zero when there is none.
    async fn last(&self) -> Result<u64, StoreError> {
        let (mut below, mut above) = (0, 1_u64);
        while self.reaches(above).await? {
            below = above;
            above = above.saturating_mul(2);
        }
        while 1 < above.saturating_sub(below) {
            let middle = below.midpoint(above);
            if self.reaches(middle).await? {
                below = middle;
            } else {
                above = middle;
            }
        }
        Ok(below)
    }

    /// Whether there is a record at this place or behind it.
    async fn reaches(&self, place: u64) -> Result<bool, StoreError> {
        Ok(!self.history.changes(self.run, after(place.saturating_sub(1)), 1).await?.is_empty())
    }
}

fn after(place: u64) -> Option<u64> {
    Some(place).filter(|place| 0 < *place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::Action;
    use crate::model::Key;
    use crate::testing::MemoryStore;

    async fn read(n_records: usize, limit: u32) -> Vec<String> {
        let (store, run) = (MemoryStore::default(), RunId::new("1"));
        let record = |n: usize| ChangeRecord {
            key: Key::new("User", n.to_string()),
            action: Action::Created,
            before: None,
            after: None,
            witness: None,
            refusal: None,
        };
        let records: Vec<_> = (1..=n_records).map(record).collect();
        store.record_changes(&run, &records).await.unwrap();
        let mut backwards = Backwards::of(&store, &run).await.unwrap();
        let mut read = Vec::new();
        loop {
            let page = backwards.next(limit).await.unwrap();
            if page.is_empty() {
                return read;
            }
            read.extend(page.into_iter().map(|record| record.item.key.external_id));
        }
    }

    #[tokio::test]
    async fn every_record_is_read_once_and_the_last_one_first() {
        for n_records in [0, 1, 2, 3, 4, 7, 8, 9, 100] {
            let expected: Vec<String> = (1..=n_records).rev().map(|n| n.to_string()).collect();
            for limit in [1, 3, 1000] {
                assert_eq!(read(n_records, limit).await, expected, "{n_records} by {limit}");
            }
        }
    }
}

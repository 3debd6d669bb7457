//! When the newest answers of a source were made, as they say themselves, so that a check can compare the clocks.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use http::HeaderMap;
use http::header::{AGE, DATE};
use tokio::time::Instant;

use crate::grant::Origin;
use crate::limits::MAX_DATES;
use crate::model::Timestamp;

/// The dates of the newest answers, [`MAX_DATES`] of them.
#[derive(Debug, Default)]
pub(crate) struct Dates(Mutex<VecDeque<Dated>>);

/// An answer that says when it was made.
#[derive(Debug, Clone)]
pub(crate) struct Dated {
    pub(crate) origin: Origin,
    /// As it says, in whole seconds.
    pub(crate) date: Timestamp,
    pub(crate) asked_at: Instant,
    pub(crate) came_at: Instant,
}

impl Dates {
    /// Remember an answer, if it says when it was made. One out of a cache does not.
    pub(super) fn note(&self, origin: &Origin, headers: &HeaderMap, asked_at: Instant) {
        if headers.contains_key(AGE) {
            return;
        }
        let Some(date) = headers.get(DATE).and_then(|value| read(value.to_str().ok()?)) else { return };
        let mut dates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if MAX_DATES <= dates.len() {
            dates.pop_front();
        }
        dates.push_back(Dated { origin: origin.clone(), date, asked_at, came_at: Instant::now() });
    }

    /// Those of requests that were sent since then.
    pub(crate) fn since(&self, began: Instant) -> Vec<Dated> {
        let dates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        dates.iter().filter(|dated| began <= dated.asked_at).cloned().collect()
    }
}

/// Source: RFC 9110, section 5.6.7, the form that all servers of today write.
fn read(text: &str) -> Option<Timestamp> {
    let zoned = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(Timestamp::from_unix_ms(zoned.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn noted(headers: &[(http::HeaderName, &'static str)]) -> Vec<i64> {
        let began = Instant::now();
        let dates = Dates::default();
        let headers = headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value)));
        dates.note(&"https://directory.test".parse().unwrap(), &headers.collect(), began);
        dates.since(began).iter().map(|dated| dated.date.unix_ms()).collect()
    }

    #[test]
    fn an_answer_says_when_it_was_made() {
        assert_eq!(noted(&[(DATE, "Sun, 06 Nov 1994 08:49:37 GMT")]), [784_111_777_000]);
    }

    #[test]
    fn one_that_does_not_or_not_readably_or_comes_out_of_a_cache_is_passed_by() {
        for date in ["", "yesterday", "Sun, 31 Nov 1994 08:49:37 GMT", "Mon, 06 Nov 1994 08:49:37 GMT"] {
            assert_eq!(noted(&[(DATE, date)]), [0; 0], "{date:?}");
        }
        assert_eq!(noted(&[]), [0; 0]);
        assert_eq!(noted(&[(DATE, "Sun, 06 Nov 1994 08:49:37 GMT"), (AGE, "60")]), [0; 0]);
    }

    #[test]
    fn the_newest_are_remembered_and_no_more() {
        let dates = Dates::default();
        let headers =
            [(DATE, HeaderValue::from_static("Sun, 06 Nov 1994 08:49:37 GMT"))].into_iter().collect();
        let began = Instant::now();
        for _ in 0..=MAX_DATES {
            dates.note(&"https://directory.test".parse().unwrap(), &headers, began);
        }
        assert_eq!(dates.since(began).len(), MAX_DATES);
    }
}

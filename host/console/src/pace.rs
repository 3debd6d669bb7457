//! How long what is under way will still take, judged by how fast it went so far.
//!
//! Not here: how far it is, which the run itself says.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rollcall_host::model::{Progress, RunId};
use tokio::time::Instant;

/// How long a stage is watched before anything is said of its end.
///
/// 3 s. Why: the first answers of a source are its slowest, and a guess that halves within a second is worth nothing.
const LEAST_WATCHED: Duration = Duration::from_secs(3);

/// Units that are done before anything is said of the end.
///
/// 5. Why: the time of one or two says little of that of the next.
const LEAST_DONE: u64 = 5;

/// The longest time that is told.
///
/// 48 h. Why: whatever would take longer stands still, and nobody waits for it.
const MOST_LEFT: Duration = Duration::from_secs(48 * 60 * 60);

/// Runs that are watched at once.
///
/// 256. Why: there is one a source, and each leaves when it ends; this bounds those whose end was never told.
const MAX_WATCHED: usize = 256;

/// How fast one stage of a run goes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pace {
    phase: String,
    began_at: Instant,
    done_before: u64,
    done: u64,
    total: Option<u64>,
}

impl Pace {
    /// A stage that is seen for the first time. What it has done by then, nobody saw being done.
    fn begin(progress: &Progress, at: Instant) -> Self {
        let Progress { phase, done, total } = progress.clone();
        Self { phase, began_at: at, done_before: done, done, total }
    }

    /// The same stage is further; another stage, or one that counts again from the start, begins anew.
    fn goes_on(&mut self, progress: &Progress, at: Instant) {
        if progress.phase == self.phase && self.done <= progress.done {
            (self.done, self.total) = (progress.done, progress.total);
        } else {
            *self = Self::begin(progress, at);
        }
    }

    /// How long it will still take at the rate so far. None while that would be a guess, and when the total is not known.
    fn left(&self, at: Instant) -> Option<Duration> {
        let watched = at.saturating_duration_since(self.began_at);
        let n_done = self.done.saturating_sub(self.done_before);
        let n_left = self.total?.checked_sub(self.done).filter(|n| 0 < *n)?;
        if watched < LEAST_WATCHED || n_done < LEAST_DONE {
            return None;
        }
        let left_ms = watched.as_millis().saturating_mul(n_left.into()).checked_div(n_done.into())?;
        let left = Duration::from_millis(u64::try_from(left_ms).ok()?);
        (left <= MOST_LEFT).then_some(left)
    }
}

/// The pace of every run that is under way in this process.
#[derive(Debug, Default)]
pub(crate) struct Paces {
    watched: Mutex<BTreeMap<RunId, Pace>>,
}

impl Paces {
    /// A run is so far.
    pub(crate) fn saw(&self, run: &RunId, progress: &Progress) {
        let (mut watched, now) = (self.watched(), Instant::now());
        watched
            .entry(run.clone())
            .and_modify(|pace| pace.goes_on(progress, now))
            .or_insert_with(|| Pace::begin(progress, now));
        if MAX_WATCHED < watched.len() {
            watched.pop_first();
        }
    }

    /// A run has ended.
    pub(crate) fn forget(&self, run: &RunId) {
        self.watched().remove(run);
    }

    /// How long the stage that a run is in will still take, if that can be told.
    pub(crate) fn left(&self, run: &RunId) -> Option<Duration> {
        self.watched().get(run).and_then(|pace| pace.left(Instant::now()))
    }

    fn watched(&self) -> MutexGuard<'_, BTreeMap<RunId, Pace>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(phase: &str, done: u64, total: Option<u64>) -> Progress {
        Progress { phase: phase.to_owned(), done, total }
    }

    /// What is left after each of these moments (in seconds) of one run.
    fn left(seen: &[(u64, Progress)]) -> Vec<Option<u64>> {
        let start = Instant::now();
        let mut pace: Option<Pace> = None;
        let mut told = Vec::new();
        for (seconds, progress) in seen {
            let now = start + Duration::from_secs(*seconds);
            match &mut pace {
                Some(pace) => pace.goes_on(progress, now),
                None => pace = Some(Pace::begin(progress, now)),
            }
            told.push(pace.as_ref().and_then(|pace| pace.left(now)).map(|left| left.as_secs()));
        }
        told
    }

    #[test]
    fn the_time_left_follows_from_the_rate_so_far() {
        let seen = [
            (0, at("reading", 0, Some(100))),
            (10, at("reading", 20, Some(100))),
            (20, at("reading", 80, Some(100))),
        ];
        assert_eq!(left(&seen), [None, Some(40), Some(5)]);
    }

    #[test]
    fn what_was_done_before_anybody_looked_is_not_taken_for_speed() {
        let seen = [(0, at("reading", 500, Some(1000))), (10, at("reading", 600, Some(1000)))];
        assert_eq!(left(&seen), [None, Some(40)]);
    }

    #[test]
    fn nothing_is_said_before_there_is_a_rate_to_speak_of() {
        let too_early = [(0, at("reading", 0, Some(100))), (2, at("reading", 50, Some(100)))];
        let too_few = [(0, at("reading", 0, Some(100))), (60, at("reading", 4, Some(100)))];
        assert_eq!([left(&too_early), left(&too_few)], [[None, None], [None, None]]);
    }

    #[test]
    fn nothing_is_said_of_an_unknown_total_or_when_all_is_done() {
        let unknown = [(0, at("reading", 0, None)), (10, at("reading", 50, None))];
        let done = [(0, at("reading", 0, Some(50))), (10, at("reading", 50, Some(50)))];
        let more_than_all = [(0, at("reading", 0, Some(50))), (10, at("reading", 60, Some(50)))];
        assert_eq!([left(&unknown), left(&done), left(&more_than_all)], [[None, None]; 3].map(Vec::from));
    }

    #[test]
    fn a_total_that_grows_makes_it_longer() {
        let seen = [
            (0, at("reading", 0, Some(20))),
            (10, at("reading", 10, Some(20))),
            (10, at("reading", 10, Some(110))),
        ];
        assert_eq!(left(&seen), [None, Some(10), Some(100)]);
    }

    #[test]
    fn a_stall_makes_it_longer() {
        let seen = [
            (0, at("reading", 0, Some(20))),
            (10, at("reading", 10, Some(20))),
            (60, at("reading", 10, Some(20))),
        ];
        assert_eq!(left(&seen), [None, Some(10), Some(60)]);
    }

    #[test]
    fn another_stage_is_judged_by_itself() {
        let seen = [
            (0, at("reading", 0, Some(100))),
            (10, at("reading", 100, Some(100))),
            (10, at("retiring", 0, Some(100))),
            (14, at("retiring", 10, Some(100))),
        ];
        assert_eq!(left(&seen), [None, None, None, Some(36)]);
    }

    #[test]
    fn what_would_take_days_is_not_told() {
        let seen = [(0, at("reading", 0, Some(u64::MAX))), (10, at("reading", 10, Some(u64::MAX)))];
        assert_eq!(left(&seen), [None, None]);
    }

    #[test]
    fn a_run_that_ended_is_forgotten_and_many_whose_end_was_not_told_take_no_more_room() {
        let paces = Paces::default();
        for run in 0..1000 {
            paces.saw(&RunId::new(format!("{run:04}")), &at("reading", 0, None));
        }
        paces.forget(&RunId::new("0999"));
        assert_eq!(paces.watched().len(), MAX_WATCHED - 1);
        assert!(paces.watched().contains_key(&RunId::new("0998")));
    }
}

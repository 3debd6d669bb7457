//! Keeps a schedule: when the next full run is due, and that one is.
//!
//! Not here: what the schedule says (`schedule`).

use super::schedule::Schedule;
use crate::model::{SourceName, Timestamp};

/// The schedule of one source.
#[derive(Debug)]
pub(super) struct Timetable {
    schedule: Option<Schedule>,
    seed: u64,
    next: Option<Timestamp>,
    is_due: bool,
}

impl Timetable {
    /// `noted` is what an earlier follower wrote down: a run that came due while nobody followed is due now.
    pub(super) fn new(
        schedule: Option<Schedule>,
        source: &SourceName,
        noted: Option<Timestamp>,
        now: Timestamp,
    ) -> Self {
        let seed = seed(source);
        let next = schedule.as_ref().and_then(|schedule| schedule.next_after(now, seed));
        let is_due = schedule.is_some() && noted.is_some_and(|noted| noted <= now);
        Self { schedule, seed, next, is_due }
    }

    /// When the next run is due.
    pub(super) fn next(&self) -> Option<Timestamp> {
        self.next
    }

    /// Whether a run is due.
    pub(super) fn is_due(&self) -> bool {
        self.is_due
    }

    /// Look at the clock. Whether the next run is another one than before.
    pub(super) fn turn(&mut self, now: Timestamp, is_paused: bool) -> bool {
        let has_come = self.next.is_some_and(|next| next <= now);
        if has_come {
            self.next = self.schedule.as_ref().and_then(|schedule| schedule.next_after(now, self.seed));
        }
        self.is_due = (self.is_due || has_come) && !is_paused;
        has_come
    }

    /// A run begins. Whether it is one that is due.
    pub(super) fn take_due(&mut self) -> bool {
        std::mem::take(&mut self.is_due)
    }

    /// It did not begin.
    pub(super) fn put_back(&mut self) {
        self.is_due = true;
    }
}

/// The same for a source on every host, so that its runs stay where they were.
fn seed(source: &SourceName) -> u64 {
    let digest = blake3::hash(source.as_str().as_bytes());
    digest.as_bytes().iter().take(8).fold(0, |seed, byte| seed << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const HOUR_MS: i64 = 3_600_000;

    fn hour(n: i64) -> Timestamp {
        Timestamp::from_unix_ms(n * HOUR_MS)
    }

    fn timetable(noted: Option<Timestamp>, now: Timestamp) -> Timetable {
        let hourly = Schedule::parse("0 * * * *", None, Duration::ZERO).unwrap();
        Timetable::new(Some(hourly), &SourceName::new("a").unwrap(), noted, now)
    }

    #[test]
    fn a_run_is_due_when_its_time_has_come_and_once() {
        let mut timetable = timetable(None, Timestamp::from_unix_ms(1));
        assert!(!timetable.turn(Timestamp::from_unix_ms(HOUR_MS - 1), false));
        assert!(!timetable.is_due());
        assert!(timetable.turn(hour(1), false));
        assert_eq!((timetable.is_due(), timetable.next()), (true, Some(hour(2))));
        assert!(timetable.take_due());
        assert!(!timetable.turn(hour(1), false) && !timetable.is_due());
    }

    #[test]
    fn a_run_that_came_due_while_nobody_followed_is_due_at_once() {
        assert!(timetable(Some(hour(3)), hour(5)).is_due());
        assert!(!timetable(Some(hour(6)), hour(5)).is_due());
        assert!(!Timetable::new(None, &SourceName::new("a").unwrap(), Some(hour(3)), hour(5)).is_due());
    }

    #[test]
    fn a_paused_schedule_goes_on_and_nothing_is_due() {
        let mut timetable = timetable(Some(hour(3)), hour(5));
        assert!(timetable.turn(hour(6), true));
        assert_eq!((timetable.is_due(), timetable.next()), (false, Some(hour(7))));
    }

    #[test]
    fn several_runs_that_were_slept_through_are_one() {
        let mut timetable = timetable(None, hour(1));
        assert!(timetable.turn(hour(9), false));
        assert_eq!(timetable.next(), Some(hour(10)));
    }
}

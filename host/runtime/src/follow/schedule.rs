//! When full runs are due: a cron expression in a time zone, and a share of the jitter that is a source's own.
//!
//! Not here: waiting for it, and whether a person paused it.

use std::fmt;
use std::time::Duration;

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::tz::TimeZone;

use super::batch::later;
use crate::limits::MAX_JITTER;
use crate::model::Timestamp;

/// When full runs are due.
///
/// A local time that does not exist on the day the clocks go forward is made up for right after the gap; one that
/// comes twice when they go back counts once. What recurs within an hour follows the clock on the wall.
#[derive(Clone)]
pub struct Schedule {
    cron: Cron,
    zone: TimeZone,
    jitter: Duration,
}

/// Why a schedule cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidSchedule {
    /// The expression is wrong.
    #[error(
        "schedule {cron:?} cannot be kept: {why}; write minute, hour, day of month, month and day of week, as \
         in \"30 3 * * *\""
    )]
    Cron {
        /// As given.
        cron: String,
        /// What is wrong with it.
        why: String,
    },
    /// The expression is right, and no day is like that.
    #[error("schedule {cron:?} never comes; check its day and its month")]
    Never {
        /// As given.
        cron: String,
    },
    /// There is no such time zone.
    #[error("time zone {name:?} is unknown; write a name of the IANA database, as in \"Asia/Shanghai\"")]
    TimeZone {
        /// As given.
        name: String,
    },
    /// The random part is too large.
    #[error("jitter of {} s is more than the {} s it may be", given.as_secs(), limit.as_secs())]
    Jitter {
        /// As given.
        given: Duration,
        /// The most.
        limit: Duration,
    },
}

impl Schedule {
    /// The five fields of a cron expression (or `@daily` and its like), in a time zone of the IANA database; UTC if
    /// none is given. Each run starts up to `jitter` later.
    ///
    /// # Errors
    ///
    /// [`InvalidSchedule`] says which part is wrong and what would be right.
    pub fn parse(cron: &str, time_zone: Option<&str>, jitter: Duration) -> Result<Self, InvalidSchedule> {
        let parsed = parser()
            .parse(cron)
            .map_err(|_terse| InvalidSchedule::Cron { cron: cron.to_owned(), why: what_is_wrong(cron) })?;
        let zone = match time_zone {
            None => TimeZone::UTC,
            Some(name) => {
                TimeZone::get(name).map_err(|_unknown| InvalidSchedule::TimeZone { name: name.to_owned() })?
            }
        };
        if MAX_JITTER < jitter {
            return Err(InvalidSchedule::Jitter { given: jitter, limit: MAX_JITTER });
        }
        let schedule = Self { cron: parsed, zone, jitter };
        // Whatever it is, it comes within some years of any day, or never.
        schedule
            .next_after(Timestamp::from_unix_ms(0), 0)
            .map(|_| ())
            .ok_or_else(|| InvalidSchedule::Never { cron: cron.to_owned() })?;
        Ok(schedule)
    }

    /// When a run is due next after a moment. `seed` chooses the share of the jitter: the same seed, the same share.
    /// None when it never comes again.
    #[must_use]
    pub fn next_after(&self, after: Timestamp, seed: u64) -> Option<Timestamp> {
        let share = self.share(seed);
        let share_ms = i64::try_from(share.as_millis()).unwrap_or(i64::MAX);
        let without = jiff::Timestamp::from_millisecond(after.unix_ms().saturating_sub(share_ms)).ok()?;
        let next = self.cron.find_next_occurrence(&without.to_zoned(self.zone.clone()), false).ok()?;
        Some(later(Timestamp::from_unix_ms(next.timestamp().as_millisecond()), share))
    }

    fn share(&self, seed: u64) -> Duration {
        let jitter_ms = u64::try_from(self.jitter.as_millis()).unwrap_or(u64::MAX);
        Duration::from_millis(seed % jitter_ms.saturating_add(1))
    }
}

fn parser() -> CronParser {
    CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build()
}

/// Which part of a wrong expression is wrong.
fn what_is_wrong(cron: &str) -> String {
    const FIELDS: [&str; 5] = ["minute", "hour", "day of month", "month", "day of week"];
    let fields: Vec<&str> = cron.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        let n = fields.len();
        return format!("it has {n} {} instead of 5", if n == 1 { "field" } else { "fields" });
    }
    let is_wrong = |place: usize, field: &str| {
        let mut alone = ["*"; 5];
        if let Some(there) = alone.get_mut(place) {
            *there = field;
        }
        parser().parse(&alone.join(" ")).is_err()
    };
    let wrong = fields.iter().zip(FIELDS).enumerate().find(|(place, (field, _))| is_wrong(*place, field));
    match wrong {
        Some((_, (field, name))) => format!("{field:?} is no {name}"),
        None => "its fields do not go together".to_owned(),
    }
}

/// As an administrator wrote it.
impl fmt::Debug for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schedule")
            .field("cron", &self.cron.as_str())
            .field("zone", &self.zone.iana_name().unwrap_or("UTC"))
            .field("jitter", &self.jitter)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    fn schedule(cron: &str, zone: &str) -> Schedule {
        Schedule::parse(cron, Some(zone), Duration::ZERO).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::try_from(text.to_owned()).unwrap()
    }

    /// The next runs after a moment, in UTC.
    #[track_caller]
    fn check(schedule: &Schedule, after: &str, n: usize, expected: &Expect) {
        let next = |at: &Timestamp| schedule.next_after(*at, 0);
        let runs: Vec<String> =
            std::iter::successors(next(&at(after)), next).take(n).map(|at| at.to_string()).collect();
        expected.assert_eq(&runs.join(" "));
    }

    #[track_caller]
    fn refused(cron: &str, zone: Option<&str>, expected: &Expect) {
        let error = Schedule::parse(cron, zone, Duration::ZERO).unwrap_err();
        expected.assert_eq(&error.to_string());
    }

    #[test]
    fn a_run_is_due_at_the_local_time_of_its_zone() {
        check(
            &schedule("30 3 * * *", "Asia/Shanghai"),
            "2026-07-01T00:00:00Z",
            2,
            &expect!["2026-07-01T19:30:00Z 2026-07-02T19:30:00Z"],
        );
    }

    #[test]
    fn without_a_zone_it_is_utc() {
        let schedule = Schedule::parse("@daily", None, Duration::ZERO).unwrap();
        check(&schedule, "2026-07-01T00:00:00Z", 1, &expect!["2026-07-02T00:00:00Z"]);
    }

    #[test]
    fn a_run_in_the_hour_that_is_left_out_comes_right_after_it() {
        check(
            &schedule("30 2 * * *", "Europe/Berlin"),
            "2026-03-28T12:00:00Z",
            2,
            &expect!["2026-03-29T01:00:00Z 2026-03-30T00:30:00Z"],
        );
    }

    #[test]
    fn a_run_in_the_hour_that_comes_twice_comes_once() {
        check(
            &schedule("30 2 * * *", "Europe/Berlin"),
            "2026-10-24T12:00:00Z",
            2,
            &expect!["2026-10-25T00:30:00Z 2026-10-26T01:30:00Z"],
        );
    }

    #[test]
    fn what_comes_every_half_hour_does_so_through_a_change_of_the_clocks() {
        let every = schedule("*/30 * * * *", "Europe/Berlin");
        check(
            &every,
            "2026-10-24T23:45:00Z",
            5,
            &expect![
                "2026-10-25T00:00:00Z 2026-10-25T00:30:00Z 2026-10-25T01:00:00Z 2026-10-25T01:30:00Z 2026-10-25T02:00:00Z"
            ],
        );
        check(
            &every,
            "2026-03-29T00:15:00Z",
            3,
            &expect!["2026-03-29T00:30:00Z 2026-03-29T01:00:00Z 2026-03-29T01:30:00Z"],
        );
    }

    #[test]
    fn each_source_has_its_own_share_of_the_jitter_and_keeps_it() {
        let schedule = Schedule::parse("0 3 * * *", None, Duration::from_secs(600)).unwrap();
        let first = schedule.next_after(at("2026-07-01T00:00:00Z"), 123_456).unwrap();
        assert_eq!(first, at("2026-07-01T03:02:03.456Z"));
        assert_eq!(schedule.next_after(first, 123_456), Some(at("2026-07-02T03:02:03.456Z")));
        assert_eq!(schedule.next_after(at("2026-07-01T03:01:00Z"), 123_456), Some(first));
        let noon = at("2026-07-01T12:00:00Z");
        let shares: std::collections::BTreeSet<_> =
            (0..1000).map(|seed| schedule.next_after(noon, seed * 7919).unwrap()).collect();
        assert!(at("2026-07-02T03:00:00Z") <= *shares.first().unwrap());
        assert!(*shares.last().unwrap() <= at("2026-07-02T03:10:00Z"));
        assert!(500 < shares.len());
    }

    #[test]
    fn what_is_wrong_with_a_schedule_is_said() {
        refused(
            "",
            None,
            &expect![[
                r#"schedule "" cannot be kept: it has 0 fields instead of 5; write minute, hour, day of month, month and day of week, as in "30 3 * * *""#
            ]],
        );
        refused(
            "0 25 * * *",
            None,
            &expect![[
                r#"schedule "0 25 * * *" cannot be kept: "25" is no hour; write minute, hour, day of month, month and day of week, as in "30 3 * * *""#
            ]],
        );
        refused(
            "0 3 * *",
            None,
            &expect![[
                r#"schedule "0 3 * *" cannot be kept: it has 4 fields instead of 5; write minute, hour, day of month, month and day of week, as in "30 3 * * *""#
            ]],
        );
        refused(
            "0 0 3 * * *",
            None,
            &expect![[
                r#"schedule "0 0 3 * * *" cannot be kept: it has 6 fields instead of 5; write minute, hour, day of month, month and day of week, as in "30 3 * * *""#
            ]],
        );
        refused(
            "nightly",
            None,
            &expect![[
                r#"schedule "nightly" cannot be kept: it has 1 field instead of 5; write minute, hour, day of month, month and day of week, as in "30 3 * * *""#
            ]],
        );
        refused(
            "0 3 31 2 *",
            None,
            &expect![[r#"schedule "0 3 31 2 *" never comes; check its day and its month"#]],
        );
        refused(
            "0 3 * * *",
            Some("China"),
            &expect![[
                r#"time zone "China" is unknown; write a name of the IANA database, as in "Asia/Shanghai""#
            ]],
        );
        let jitter = Schedule::parse("0 3 * * *", None, Duration::from_secs(90_000)).unwrap_err();
        expect!["jitter of 90000 s is more than the 86400 s it may be"].assert_eq(&jitter.to_string());
    }

    /// Mostly what looks like a schedule, as hardly any text does.
    fn text() -> impl Strategy<Value = String> {
        prop_oneof![".{0,40}", "([-0-9*/,#?LW@ A-Z]{0,6} ){0,7}", "([0-9]{1,2} |\\*/?[0-9]? ){5}"]
    }

    proptest! {
        #[test]
        fn any_text_is_a_schedule_that_comes_or_is_refused_with_what_is_wrong(cron in text(), zone in ".{0,20}") {
            let [cron_quoted, zone_quoted] = [&cron, &zone].map(|text| format!("{text:?}"));
            match Schedule::parse(&cron, None, Duration::ZERO) {
                Ok(schedule) => prop_assert!(schedule.next_after(Timestamp::from_unix_ms(0), 0).is_some()),
                Err(refused) => prop_assert!(refused.to_string().contains(&cron_quoted)),
            }
            if let Err(refused) = Schedule::parse("0 3 * * *", Some(&zone), Duration::ZERO) {
                prop_assert!(refused.to_string().contains(&zone_quoted));
            }
        }
    }
}

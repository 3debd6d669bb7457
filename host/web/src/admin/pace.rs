//! How long what is under way will still take, judged by how fast it went so far, and by how much of it came to light
//! meanwhile: whoever walks a tree does not know its size before the end.
//!
//! Not here: how far it is, which the run itself says.

use std::collections::{BTreeMap, VecDeque};
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

/// How many times as much must be done as comes to light, of late, before anything is said of the end.
///
/// Twice. Why: what is left then takes at most twice as long as it would if nothing more came to light, so that what is told is
/// not further off than that; and a total that rises faster may rise to any size.
const LEAST_LEAD: u64 = 2;

/// Marks that are kept of the way that a stage has come.
///
/// 64. Why: half of the way is then at least 16 marks, which is as fine as a guess needs.
const MAX_MARKS: usize = 64;

/// The longest time that is told.
///
/// 48 h. Why: whatever would take longer stands still, and nobody waits for it.
const MOST_LEFT: Duration = Duration::from_secs(48 * 60 * 60);

/// Runs that are watched at once.
///
/// 256. Why: there is one a source, and each leaves when it ends; this bounds those whose end was never told.
const MAX_WATCHED: usize = 256;

/// How far a stage was once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    done: u64,
    total: Option<u64>,
}

/// How fast one stage of a run goes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pace {
    phase: String,
    began_at: Instant,
    /// Where it began to be watched. What it had done by then, nobody saw being done.
    first: Mark,
    last: Mark,
    /// The way between, in order, with a mark after each so many that were done.
    way: VecDeque<Mark>,
    step: u64,
}

impl Pace {
    /// A stage that is seen for the first time.
    fn begin(progress: &Progress, at: Instant) -> Self {
        let mark = Mark::of(progress);
        let (phase, way) = (progress.phase.clone(), VecDeque::new());
        Self { phase, began_at: at, first: mark, last: mark, way, step: 1 }
    }

    /// The same stage is further; another stage, or one that counts again from the start, begins anew.
    fn goes_on(&mut self, progress: &Progress, at: Instant) {
        if progress.phase != self.phase || progress.done < self.last.done {
            *self = Self::begin(progress, at);
            return;
        }
        let mark = Mark::of(progress);
        if self.first.done == mark.done {
            // What comes to light before anything is done was there from the start.
            self.first = mark;
        } else if self.last.done < mark.done {
            self.pass(self.last);
        }
        self.last = mark;
    }

    /// Remember a mark that is a step from the one before; when there are too many, every second one is enough.
    fn pass(&mut self, mark: Mark) {
        let before = self.way.back().unwrap_or(&self.first).done;
        if mark.done.saturating_sub(before) < self.step {
            return;
        }
        self.way.push_back(mark);
        if MAX_MARKS < self.way.len() {
            self.step = self.step.saturating_mul(2);
            let mut keep = false;
            self.way.retain(|_| {
                keep = !keep;
                keep
            });
        }
    }

    /// How long it will still take at the rate so far, if as much comes to light as did in the later half of what was done.
    /// None while that would be a guess, and when the total is not known.
    fn left(&self, at: Instant) -> Option<Duration> {
        let watched = at.saturating_duration_since(self.began_at);
        let n_done = self.last.done.saturating_sub(self.first.done);
        let n_left = self.last.total?.checked_sub(self.last.done).filter(|n| 0 < *n)?;
        if watched < LEAST_WATCHED || n_done < LEAST_DONE {
            return None;
        }
        let half_way = self.half_way(n_done);
        let n_done_of_late = self.last.done.saturating_sub(half_way.done);
        let n_found_of_late = self.last.total?.saturating_sub(half_way.total?);
        if n_done_of_late < n_found_of_late.saturating_mul(LEAST_LEAD) {
            return None;
        }
        let n_gained = n_done_of_late.checked_sub(n_found_of_late)?;
        let steady_ms = watched.as_millis().saturating_mul(n_left.into()).checked_div(n_done.into())?;
        let left_ms = steady_ms.saturating_mul(n_done_of_late.into()).checked_div(n_gained.into())?;
        let left = Duration::from_millis(u64::try_from(left_ms).ok()?);
        (left <= MOST_LEFT).then_some(left)
    }

    /// The last mark at which no more than half was done of what is done by now.
    fn half_way(&self, n_done: u64) -> Mark {
        let half = self.first.done.saturating_add(n_done / 2);
        let passed = self.way.partition_point(|mark| mark.done <= half);
        passed.checked_sub(1).and_then(|last| self.way.get(last)).copied().unwrap_or(self.first)
    }
}

impl Mark {
    fn of(progress: &Progress) -> Self {
        Self { done: progress.done, total: progress.total }
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
    fn nothing_is_said_while_a_total_grows_faster_than_it_is_worked_off() {
        let seen = [
            (0, at("reading", 0, Some(20))),
            (10, at("reading", 10, Some(20))),
            (11, at("reading", 10, Some(200))),
            (20, at("reading", 20, Some(200))),
            (40, at("reading", 40, Some(200))),
        ];
        assert_eq!(left(&seen), [None, Some(10), None, Some(180), Some(160)]);
    }

    #[test]
    fn a_total_that_grows_slower_than_it_is_worked_off_makes_it_longer() {
        let seen = [
            (0, at("reading", 0, Some(100))),
            (10, at("reading", 20, Some(100))),
            (20, at("reading", 40, Some(110))),
        ];
        // 70 are left at 2 a second, and of 20 that are done 10 are made up for.
        assert_eq!(left(&seen), [None, Some(40), Some(70)]);
    }

    #[test]
    fn what_comes_to_light_before_anything_is_done_is_no_growth() {
        let seen = [
            (0, at("reading", 0, None)),
            (1, at("reading", 0, Some(100))),
            (10, at("reading", 20, Some(100))),
        ];
        assert_eq!(left(&seen), [None, None, Some(40)]);
    }

    /// A tree of departments is walked level by level, four steps a second, two steps for each department. For each second:
    /// how long it was said to take still, and how long it took, in seconds.
    fn walk(n_departments: usize, parent: impl Fn(usize) -> usize) -> Vec<(Option<u64>, u64)> {
        let children =
            |of: usize| (1..n_departments).filter(|child| parent(*child) == of).collect::<Vec<_>>();
        let (mut queue, mut known, mut seen) = (VecDeque::from([0]), 2_u64, Vec::new());
        for n_done in (0..).step_by(2) {
            if n_done % 4 == 0 {
                seen.push((n_done / 4, at("reading", n_done, Some(known))));
            }
            let Some(department) = queue.pop_front() else { break };
            let below = children(department);
            known += 2 * u64::try_from(below.len()).unwrap();
            queue.extend(below);
        }
        left(&seen).into_iter().zip(seen).map(|(left, (now_s, _))| (left, known / 4 - now_s)).collect()
    }

    /// A number that looks random, below a bound.
    fn scattered(n: usize, below: usize) -> usize {
        n.wrapping_mul(2_654_435_761) / 97 % below
    }

    #[test]
    fn what_is_said_of_a_walk_through_a_tree_is_within_a_factor_of_two() {
        let walks = [
            walk(300, |department| (department - 1) / 8),
            walk(300, |department| (department - 1) / 3),
            walk(300, |department| scattered(department, department)),
        ];
        for walk in walks {
            let told: Vec<_> =
                walk.iter().filter_map(|(said, took)| said.map(|said| (said, *took))).collect();
            assert!(told.iter().all(|(said, took)| said / 2 <= took + 1 && took / 2 <= said + 1), "{walk:?}");
            // It is said for more than the last third, without a break.
            assert!(
                walk.iter()
                    .skip(walk.len() * 3 / 5)
                    .filter(|(_, took)| 0 < *took)
                    .all(|(said, _)| said.is_some()),
                "{walk:?}"
            );
        }
    }

    #[test]
    fn nothing_is_said_of_a_walk_whose_end_never_comes_nearer() {
        let walk = walk(300, |department| department - 1);
        let early = &walk[..walk.len() - 5];
        assert!(early.iter().all(|(said, _)| said.is_none()), "{early:?}");
    }

    #[test]
    fn the_marks_of_a_long_way_are_few_and_the_half_of_it_is_still_found() {
        let start = Instant::now();
        let mut pace = Pace::begin(&at("reading", 0, Some(2000)), start);
        for done in 1..=10_000 {
            pace.goes_on(&at("reading", done, Some(2000 + done)), start + Duration::from_secs(done));
        }
        assert!(pace.way.len() <= MAX_MARKS, "{}", pace.way.len());
        assert!((4_700..=5_000).contains(&pace.half_way(10_000).done), "{:?}", pace.half_way(10_000));
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
            (10, at("removing", 0, Some(100))),
            (14, at("removing", 10, Some(100))),
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

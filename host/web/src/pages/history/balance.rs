//! Whether the counters of a run add up, and why not where they do not.

use rollcall_host::history::{Run, RunState};
use rollcall_words::Sentence;

use super::words;
use crate::page;

/// How what was read compares to what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Balance {
    /// Each object that was read was counted once more for what became of it.
    Even,
    /// The run is under way.
    NotYet,
    /// It ended before it had dealt with all that it had read.
    CutShort {
        /// Read, and not dealt with.
        n: u64,
    },
    /// It came to an end, and its connector counted otherwise.
    Miscounted {
        /// What the connector says it read.
        read: u64,
        /// What became of them.
        accounted_for: u64,
    },
}

impl Balance {
    pub(super) fn of(run: &Run) -> Self {
        let (read, accounted_for) = (run.counters.read, run.counters.accounted_for());
        match run.state {
            RunState::Running => Self::NotYet,
            _ if read == accounted_for => Self::Even,
            RunState::Failed | RunState::Cancelled | RunState::Interrupted if accounted_for < read => {
                Self::CutShort { n: read.saturating_sub(accounted_for) }
            }
            RunState::Failed
            | RunState::Cancelled
            | RunState::Interrupted
            | RunState::Succeeded
            | RunState::Partial
            | RunState::Held => Self::Miscounted { read, accounted_for },
        }
    }

    /// What to say about it; nothing when all is well.
    pub(super) fn explained(self) -> Option<Sentence> {
        match self {
            Self::Even => None,
            Self::NotYet => Some(words::counts_not_yet()),
            Self::CutShort { n } => Some(words::counts_cut_short(page::count(n))),
            Self::Miscounted { read, accounted_for } => {
                Some(words::counts_off(page::count(read), page::count(accounted_for)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rollcall_host::history::Counters;

    use super::*;
    use crate::pages::history::testing::run;

    #[track_caller]
    fn check(state: RunState, read: u64, unchanged: u64, expected: Balance) {
        let counters = Counters { read, unchanged, ..Counters::default() };
        assert_eq!(Balance::of(&Run { state, counters, ..run("1") }), expected);
    }

    #[test]
    fn counters_that_add_up_need_no_word() {
        for state in [RunState::Succeeded, RunState::Partial, RunState::Held, RunState::Failed] {
            check(state, 5, 5, Balance::Even);
        }
        assert_eq!(Balance::Even.explained(), None);
    }

    #[test]
    fn a_run_that_ended_early_has_read_more_than_it_dealt_with() {
        for state in [RunState::Failed, RunState::Cancelled, RunState::Interrupted] {
            check(state, 5, 3, Balance::CutShort { n: 2 });
        }
    }

    #[test]
    fn a_run_that_came_to_its_end_and_does_not_add_up_was_miscounted_by_its_connector() {
        check(RunState::Succeeded, 5, 3, Balance::Miscounted { read: 5, accounted_for: 3 });
        check(RunState::Held, 3, 5, Balance::Miscounted { read: 3, accounted_for: 5 });
        check(RunState::Failed, 3, 5, Balance::Miscounted { read: 3, accounted_for: 5 });
    }

    #[test]
    fn a_run_that_is_under_way_need_not_add_up_yet() {
        check(RunState::Running, 5, 5, Balance::NotYet);
    }
}

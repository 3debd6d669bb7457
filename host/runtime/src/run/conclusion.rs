//! How an ending is judged: a pure function of what the connector says and what the platform counted.

use rollcall_rules::counters::Discrepancy;

use crate::amount::times;
use crate::apply::{Ledger, RunExtent};
use crate::connector::Unfinished;
use crate::history::{Counters, RunState};
use crate::model::{Diagnosis, Entry, Failure, Severity, Summary};

/// What is known when the work is over.
#[derive(Debug)]
pub(super) struct Ending {
    pub(super) result: Result<Summary, Failure>,
    pub(super) ledger: Ledger,
    /// Events that are worth another try.
    pub(super) unfinished: Vec<Unfinished>,
    pub(super) is_cancelled: bool,
}

impl Ending {
    /// A run that never came to work.
    pub(super) fn before_work(failure: Failure) -> Self {
        Self { result: Err(failure), ledger: Ledger::default(), unfinished: Vec::new(), is_cancelled: false }
    }
}

/// What the row will say.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Conclusion {
    pub(super) state: RunState,
    pub(super) counters: Counters,
    pub(super) failure: Option<Failure>,
    pub(super) entries: Vec<Entry>,
}

pub(super) fn conclude(ending: Ending, extent: RunExtent) -> Conclusion {
    let Ending { result, ledger, is_cancelled, .. } = ending;
    match result {
        Ok(summary) => {
            let conclusion = finished(summary, &ledger, extent);
            // Whatever the connector says: what it waited for when it was cancelled, it did not get.
            if is_cancelled { Conclusion { state: RunState::Cancelled, ..conclusion } } else { conclusion }
        }
        Err(failure) => {
            let state = if is_cancelled { RunState::Cancelled } else { RunState::Failed };
            // A cancelled run has no fault but its connector's, if that would not stop.
            let failure = Some(failure)
                .filter(|failure| !is_cancelled || failure.diagnosis.code.starts_with("connector-"));
            Conclusion { state, counters: *ledger.counters(), failure, entries: Vec::new() }
        }
    }
}

fn finished(summary: Summary, ledger: &Ledger, extent: RunExtent) -> Conclusion {
    let unchanged = summary.unchanged.saturating_sub(ledger.n_counted_by_connector());
    let counters = Counters {
        read: summary.read,
        unchanged: ledger.counters().unchanged.saturating_add(unchanged),
        // What waits for somebody is left out on purpose, which only the host knows.
        skipped: ledger.counters().skipped.saturating_add(summary.skipped),
        ..*ledger.counters()
    };
    let miscounted = counters.check().err().map(miscounted);
    // Whose key was given to somebody else has left whatever else was read.
    let retired = counters.deactivated.saturating_add(counters.deleted).saturating_sub(ledger.n_replaced());
    // Only in a full run does a departure rest on having read everything.
    let is_contradicted = extent == RunExtent::Full && !summary.complete && 0 < retired;
    let contradicted = is_contradicted.then(|| contradicted(retired));
    let store_failed = ledger.store_failure().cloned();
    let faults: Vec<Entry> =
        [miscounted, contradicted, store_failed].into_iter().flatten().map(error_entry).collect();
    // Who stays because a person said so stays rightly.
    let n_kept = counters.kept.saturating_sub(ledger.n_declined());
    let is_whole = summary.complete && counters.rejected == 0 && n_kept == 0 && faults.is_empty();
    let state = match is_whole {
        // What waits for a person comes before what the next run may mend by itself.
        _ if ledger.holds() => RunState::Held,
        true => RunState::Succeeded,
        false => RunState::Partial,
    };
    let incomplete = summary.incomplete_reason.filter(|_| !summary.complete).map(error_entry);
    let entries = incomplete.into_iter().chain(faults).collect();
    Conclusion { state, counters, failure: None, entries }
}

fn miscounted(discrepancy: Discrepancy) -> Diagnosis {
    let (read, accounted) = (discrepancy.counters.read, discrepancy.accounted);
    Diagnosis::new(
        "counters-inconsistent",
        format!(
            "the connector says it read {}, and {} accounted for",
            times(read, "object", "objects"),
            times(accounted, "is", "are")
        ),
    )
    .with_fact("counters", discrepancy.to_string())
    .with_remedy("Report it to the connector's author. What was imported is right; the counts are not.")
    .in_chinese(
        format!("连接器报告读取了 {read} 个对象，但实际统计到 {accounted} 个"),
        "请反馈给连接器作者。已导入的内容正确，只是计数不一致。",
    )
}

fn contradicted(retired: u64) -> Diagnosis {
    Diagnosis::new(
        "retired-incomplete",
        format!("the connector removed {retired} objects and then said that it had not read everything"),
    )
    .with_remedy("Look at each of them, and report it to the connector's author.")
    .in_chinese(
        format!("连接器移除了 {retired} 个对象，随后却报告读取不完整"),
        "请逐一核对这些对象，并反馈给连接器作者。",
    )
}

fn error_entry(diagnosis: Diagnosis) -> Entry {
    Entry { severity: Severity::Error, subject: None, subject_name: None, diagnosis }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::apply::StepKind;
    use crate::directory::Action;
    use crate::model::{FailureKind, Key};

    const WHOLE: Summary =
        Summary { read: 3, unchanged: 1, skipped: 0, complete: true, incomplete_reason: None };

    /// One created, one updated.
    fn ledger() -> Ledger {
        let mut ledger = Ledger::default();
        ledger.written(&Key::new("User", "new"), Action::Created);
        ledger.written(&Key::new("User", "changed"), Action::Updated);
        ledger
    }

    fn failure() -> Failure {
        Failure::new(FailureKind::Unavailable, Diagnosis::new("busy", "the source is busy"))
    }

    #[track_caller]
    fn check(result: Result<Summary, Failure>, ledger: Ledger, is_cancelled: bool, expected: &Expect) {
        let Conclusion { state, counters, failure, entries } =
            conclude(Ending { result, ledger, unfinished: Vec::new(), is_cancelled }, RunExtent::Full);
        let Counters { read, created, updated, unchanged, skipped, rejected, .. } = counters;
        let failure = failure.map(|failure| failure.diagnosis.code);
        let entries: Vec<_> = entries.into_iter().map(|entry| entry.diagnosis.code).collect();
        expected.assert_eq(&format!(
            "{state} {read}={created}+{updated}+{unchanged}+{skipped}+{rejected} {failure:?} {entries:?}"
        ));
    }

    #[test]
    fn a_run_that_read_and_applied_everything_succeeded() {
        check(Ok(WHOLE), ledger(), false, &expect!["succeeded 3=1+1+1+0+0 None []"]);
    }

    #[test]
    fn a_run_that_did_not_read_everything_is_partial() {
        let summary = Summary { complete: false, ..WHOLE };
        check(Ok(summary), ledger(), false, &expect!["partial 3=1+1+1+0+0 None []"]);
    }

    #[test]
    fn why_a_run_is_not_complete_is_an_entry_and_means_nothing_for_one_that_is() {
        let because = Some(Diagnosis::new("pages-lost", "two pages were lost"));
        let incomplete = Summary { complete: false, incomplete_reason: because.clone(), ..WHOLE };
        check(Ok(incomplete), ledger(), false, &expect![[r#"partial 3=1+1+1+0+0 None ["pages-lost"]"#]]);
        let complete = Summary { incomplete_reason: because, ..WHOLE };
        check(Ok(complete), ledger(), false, &expect!["succeeded 3=1+1+1+0+0 None []"]);
    }

    #[test]
    fn a_run_with_a_refused_object_is_partial() {
        let mut ledger = ledger();
        ledger.refused(StepKind::Put, &Key::new("User", "refused"));
        let summary = Summary { read: 4, ..WHOLE };
        check(Ok(summary), ledger, false, &expect!["partial 4=1+1+1+0+1 None []"]);
    }

    #[test]
    fn a_run_that_kept_someone_who_was_said_to_have_left_is_partial() {
        let mut ledger = ledger();
        ledger.refused(StepKind::Departure, &Key::new("User", "kept"));
        check(Ok(WHOLE), ledger, false, &expect!["partial 3=1+1+1+0+0 None []"]);
    }

    #[test]
    fn a_run_whose_departures_wait_for_a_person_is_held_and_keeps_them() {
        let mut ledger = ledger();
        ledger.held(60);
        ledger.refused(StepKind::Put, &Key::new("User", "refused"));
        let summary = Summary { read: 4, ..WHOLE };
        assert_eq!(ledger.counters().kept, 60);
        check(Ok(summary), ledger, false, &expect!["held 4=1+1+1+0+1 None []"]);
    }

    #[test]
    fn a_run_that_keeps_whose_removal_a_person_declined_succeeded() {
        let mut ledger = ledger();
        (0..60).for_each(|_| ledger.declined());
        assert_eq!(ledger.counters().kept, 60);
        check(Ok(WHOLE), ledger, false, &expect!["succeeded 3=1+1+1+0+0 None []"]);
    }

    #[test]
    fn a_run_whose_clearings_wait_for_a_person_is_held_and_kept_nobody() {
        let mut ledger = ledger();
        ledger.held_updates(6);
        assert_eq!((ledger.counters().kept, ledger.counters().held), (0, 6));
        check(Ok(WHOLE), ledger, false, &expect!["held 3=1+1+1+0+0 None []"]);
    }

    #[test]
    fn what_was_cleared_is_not_counted_as_unchanged_as_well() {
        let mut ledger = ledger();
        let key = Key::new("User", "cleared");
        ledger.read_by_connector(&key);
        ledger.written(&key, Action::Updated);
        ledger.read_by_connector(&Key::new("User", "changed"));
        check(Ok(WHOLE), ledger, false, &expect!["succeeded 3=1+2+0+0+0 None []"]);
    }

    #[test]
    fn counts_that_do_not_add_up_are_an_error_entry() {
        let summary = Summary { read: 5, ..WHOLE };
        check(
            Ok(summary),
            ledger(),
            false,
            &expect![[r#"partial 5=1+1+1+0+0 None ["counters-inconsistent"]"#]],
        );
    }

    #[test]
    fn retiring_after_an_incomplete_reading_is_an_error_entry() {
        let mut ledger = ledger();
        ledger.written(&Key::new("User", "gone"), Action::Deactivated);
        let summary = Summary { complete: false, ..WHOLE };
        check(Ok(summary), ledger, false, &expect![[r#"partial 3=1+1+1+0+0 None ["retired-incomplete"]"#]]);
    }

    #[test]
    fn a_departure_among_some_objects_does_not_rest_on_the_others() {
        let summary = Summary { complete: false, ..WHOLE };
        let mut ledger = ledger();
        ledger.written(&Key::new("User", "gone"), Action::Deactivated);
        let ending = Ending { result: Ok(summary), ledger, unfinished: Vec::new(), is_cancelled: false };
        let Conclusion { state, entries, .. } = conclude(ending, RunExtent::Some);
        assert_eq!((state, entries), (RunState::Partial, Vec::new()));
    }

    #[test]
    fn a_store_failure_that_the_connector_passed_over_is_not_forgotten() {
        let mut ledger = ledger();
        ledger.store_failed(Diagnosis::new("store-failed", "disk full"));
        check(Ok(WHOLE), ledger, false, &expect![[r#"partial 3=1+1+1+0+0 None ["store-failed"]"#]]);
    }

    #[test]
    fn a_run_that_could_not_go_on_failed_with_what_it_had_done() {
        check(Err(failure()), ledger(), false, &expect![[r#"failed 2=1+1+0+0+0 Some("busy") []"#]]);
    }

    #[test]
    fn a_run_that_was_stopped_is_cancelled_and_not_failed() {
        check(Err(failure()), ledger(), true, &expect!["cancelled 2=1+1+0+0+0 None []"]);
        let summary = Summary { complete: false, ..WHOLE };
        check(Ok(summary), ledger(), true, &expect!["cancelled 3=1+1+1+0+0 None []"]);
    }

    #[test]
    fn a_run_that_was_stopped_is_cancelled_even_if_its_connector_says_that_it_was_done() {
        check(Ok(WHOLE), ledger(), true, &expect!["cancelled 3=1+1+1+0+0 None []"]);
    }
}

//! Runs that removed nobody, one after another, and what the newest of them says.

use super::{say_since, says_so, stopped};
use crate::history::{
    ConnectorIdentity, Counters, History, NewRun, Opened, RunEnd, RunKind, RunState, Trigger,
};
use crate::model::{Diagnosis, Entry, RunId, Severity, SourceName, Timestamp};
use crate::testing::MemoryStore;

fn source() -> SourceName {
    SourceName::new("head-office").unwrap()
}

fn entry() -> Entry {
    let diagnosis = Diagnosis::new("removals-stopped", "nobody is removed, because a page was lost")
        .in_chinese("不会删除任何对象，原因是：有一页丢失", "");
    Entry { severity: Severity::Warning, subject: None, subject_name: None, diagnosis }
}

/// A store with runs, an hour after another.
#[derive(Default)]
struct Runs {
    store: MemoryStore,
    n: i64,
}

impl Runs {
    async fn opened(&mut self, kind: RunKind, dry_run: bool) -> RunId {
        let connector =
            ConnectorIdentity { id: "fake".to_owned(), version: "1".to_owned(), digest: String::new() };
        let started_at = Timestamp::from_unix_ms(1_800_000_000_000 + self.n * 3_600_000);
        self.n += 1;
        let new = NewRun {
            source: source(),
            kind,
            trigger: Trigger::Manual,
            dry_run,
            attended: false,
            connector,
            started_at,
        };
        match self.store.open_run(&new).await.unwrap() {
            Opened::Run(run) => run,
            Opened::Busy(run) => panic!("run {run} is under way"),
        }
    }

    async fn closed(&self, run: &RunId, state: RunState, deactivated: u64) {
        let counters = Counters { deactivated, ..Counters::default() };
        let finished_at = Timestamp::from_unix_ms(1_800_000_000_000 + self.n * 3_600_000);
        let end = RunEnd {
            state,
            counters,
            failure: None,
            n_entries_dropped: 0,
            finished_at,
            scope: None,
            proof: None,
        };
        self.store.close_run(run, &end).await.unwrap();
    }

    /// An import that ends like this.
    async fn ended(&mut self, state: RunState) {
        let run = self.opened(RunKind::Full, false).await;
        self.closed(&run, state, 0).await;
    }

    /// An import that says that it removes nobody. What it says, in English.
    async fn stopped(&mut self) -> String {
        let run = self.opened(RunKind::Full, false).await;
        let mut entry = entry();
        say_since(&self.store, &run, &mut entry).await.unwrap();
        self.store.record_entries(&run, std::slice::from_ref(&entry)).await.unwrap();
        self.closed(&run, RunState::Partial, 0).await;
        entry.diagnosis.message
    }

    async fn now(&self) -> Option<Diagnosis> {
        stopped(&self.store, &source()).await.unwrap().map(|entry| entry.diagnosis)
    }
}

const FIRST: &str = "nobody is removed, because a page was lost; no import has removed anybody since 2027-01-15 08:00 UTC (run 1)";

#[tokio::test]
async fn a_run_that_removes_nobody_says_since_when_nobody_is() {
    let mut runs = Runs::default();
    assert_eq!(runs.stopped().await, FIRST);
    runs.ended(RunState::Failed).await;
    runs.ended(RunState::Partial).await;
    let dry = runs.opened(RunKind::Full, true).await;
    runs.closed(&dry, RunState::Succeeded, 0).await;
    let batch = runs.opened(RunKind::Events, false).await;
    runs.closed(&batch, RunState::Succeeded, 1).await;
    assert_eq!(runs.stopped().await, FIRST);
}

#[tokio::test]
async fn it_is_said_in_chinese_too_and_as_facts() {
    let mut runs = Runs::default();
    runs.stopped().await;
    let told = runs.now().await.unwrap();
    assert_eq!(
        told.translations[0].message,
        "不会删除任何对象，原因是：有一页丢失；自 2027-01-15 08:00 UTC（第 1 次运行）起，导入没有删除过任何对象"
    );
    let facts = [("since", "2027-01-15T08:00:00Z"), ("since_run", "1")];
    assert_eq!(told.facts, facts.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[tokio::test]
async fn a_run_that_could_remove_ends_it() {
    for state in [RunState::Succeeded, RunState::Held] {
        let mut runs = Runs::default();
        runs.stopped().await;
        assert!(runs.now().await.is_some());
        runs.ended(state).await;
        assert_eq!(runs.now().await, None);
        assert!(runs.stopped().await.ends_with("since 2027-01-15 10:00 UTC (run 3)"));
    }
}

#[tokio::test]
async fn a_run_that_came_to_no_end_changes_nothing() {
    let mut runs = Runs::default();
    assert_eq!(runs.now().await, None);
    runs.ended(RunState::Failed).await;
    assert_eq!(runs.now().await, None);
    runs.stopped().await;
    runs.ended(RunState::Failed).await;
    assert!(
        runs.now().await.is_some_and(|told| told.message.ends_with("since 2027-01-15 09:00 UTC (run 2)"))
    );
}

#[tokio::test]
async fn runs_of_a_program_that_did_not_say_since_when_count() {
    let mut runs = Runs::default();
    for _ in 0..2 {
        let run = runs.opened(RunKind::Full, false).await;
        runs.store.record_entries(&run, &[entry()]).await.unwrap();
        runs.closed(&run, RunState::Partial, 0).await;
    }
    assert_eq!(runs.stopped().await, FIRST);
}

#[test]
fn no_other_entry_says_so() {
    assert!(says_so(&entry()));
    let diagnosis = Diagnosis::new("objects-kept", "some stay");
    assert!(!says_so(&Entry { diagnosis, ..entry() }));
}

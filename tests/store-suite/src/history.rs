//! What a history keeps, and that a source has one run at a time.

use rollcall_host::decision::{Decision, Matter, Verdict};
use rollcall_host::directory::Action;
use rollcall_host::history::{
    Beat, ChangeRecord, Counters, History, NewRun, Numbered, Opened, Run, RunEnd, RunState,
};
use rollcall_host::model::{
    Diagnosis, Entry, Failure, FailureKind, Key, Progress, RunId, Scope, Severity, Timestamp,
};
use rollcall_host::proof::{Proof, View};
use serde_json::json;

use crate::given::{new_run, open_run, opened, source};

fn end(state: RunState) -> RunEnd {
    RunEnd {
        state,
        counters: Counters { read: 3, created: 2, unchanged: 1, ..Counters::default() },
        failure: None,
        n_entries_dropped: 0,
        finished_at: Timestamp::from_unix_ms(1_700_000_060_000),
        scope: None,
        proof: None,
    }
}

fn proof() -> Proof {
    let view = View { whole: true, ..View::default() };
    Proof { is_complete: true, view, unfollowed: [("User".to_owned(), 2)].into(), ..Proof::default() }
}

fn entry(severity: Severity, code: &str) -> Entry {
    Entry {
        severity,
        subject: None,
        subject_name: None,
        diagnosis: Diagnosis::new(code, "something happened"),
    }
}

fn progress(done: u64) -> Progress {
    Progress { phase: "reading".to_owned(), done, total: Some(10) }
}

fn change(id: &str, refusal: Option<Diagnosis>) -> ChangeRecord {
    ChangeRecord {
        key: Key::new("User", id),
        action: Action::Updated,
        before: Some(json!({"title": "a"}).into()),
        after: Some(json!({"title": "b"}).into()),
        witness: None,
        refusal,
    }
}

async fn state<S: History + ?Sized>(store: &S, run: &RunId) -> RunState {
    store.run(run).await.unwrap().unwrap().state
}

pub async fn a_run_is_kept_whole<S: History + ?Sized>(store: &S) {
    let run = open_run(store, "a").await;
    store.beat(&run, Some(&progress(4)), &Counters::default()).await.unwrap();
    let failure = Failure {
        kind: FailureKind::Unavailable,
        diagnosis: Diagnosis::new("busy", "the source is busy")
            .in_chinese("来源繁忙", "")
            .with_fact("code", "-1"),
        retry_after_ms: Some(u64::MAX),
    };
    let end = RunEnd {
        failure: Some(failure.clone()),
        n_entries_dropped: 7,
        proof: Some(proof()),
        ..end(RunState::Failed)
    };
    store.close_run(&run, &end).await.unwrap();
    let NewRun { source, kind, trigger, dry_run, connector, started_at, .. } = new_run("a");
    let expected = Run {
        id: run.clone(),
        source,
        kind,
        trigger,
        dry_run,
        connector,
        state: RunState::Failed,
        started_at,
        finished_at: Some(end.finished_at),
        progress: Some(progress(4)),
        counters: end.counters,
        failure: Some(failure),
        n_entries_dropped: 7,
        proof: Some(proof()),
    };
    assert_eq!(store.run(&run).await.unwrap(), Some(expected));
}

pub async fn the_view_of_the_last_run_that_was_closed_with_one_is_kept_for_each_source<
    S: History + ?Sized,
>(
    store: &S,
) {
    let part = |id: &str| Scope { whole: false, parts: vec![Key::new("Department", id)] };
    for (name, scope) in [("a", Some(part("1"))), ("a", Some(part("2"))), ("b", Some(part("3"))), ("a", None)]
    {
        let run = open_run(store, name).await;
        store.close_run(&run, &RunEnd { scope, ..end(RunState::Succeeded) }).await.unwrap();
    }
    let scopes =
        [store.scope(&source("a")).await, store.scope(&source("b")).await, store.scope(&source("c")).await];
    assert_eq!(scopes.map(Result::unwrap), [Some(part("2")), Some(part("3")), None]);
}

pub async fn a_beat_without_progress_keeps_the_last_one<S: History + ?Sized>(store: &S) {
    let run = open_run(store, "a").await;
    store.beat(&run, Some(&progress(4)), &Counters::default()).await.unwrap();
    assert_eq!(store.beat(&run, None, &Counters::default()).await.unwrap(), Beat::Running);
    assert_eq!(store.run(&run).await.unwrap().unwrap().progress, Some(progress(4)));
}

pub async fn a_source_has_one_run_at_a_time<S: History + ?Sized>(store: &S) {
    let run = open_run(store, "a").await;
    assert_eq!(store.open_run(&new_run("a")).await.unwrap(), Opened::Busy(run));
}

pub async fn two_sources_run_at_once<S: History + ?Sized>(store: &S) {
    let (a, b) = (open_run(store, "a").await, open_run(store, "b").await);
    assert_eq!([state(store, &a).await, state(store, &b).await], [RunState::Running; 2]);
}

pub async fn a_closed_run_leaves_its_source_to_the_next<S: History + ?Sized>(store: &S) {
    let run = open_run(store, "a").await;
    store.close_run(&run, &end(RunState::Succeeded)).await.unwrap();
    let next = opened(store.open_run(&new_run("a")).await.unwrap());
    assert_ne!(run, next);
}

pub async fn runs_are_newest_first_and_go_on_before_the_last_one<S: History + ?Sized>(store: &S) {
    let mut known = Vec::new();
    for _ in 0..4 {
        let run = open_run(store, "a").await;
        store.close_run(&run, &end(RunState::Succeeded)).await.unwrap();
        known.push(run);
    }
    open_run(store, "b").await;
    let ids = |runs: Vec<Run>| runs.into_iter().map(|run| run.id).collect::<Vec<_>>();
    let page = store.runs(&source("a"), None, 2).await.unwrap();
    assert_eq!(ids(page), [known[3].clone(), known[2].clone()]);
    let page = store.runs(&source("a"), Some(&known[2]), 10).await.unwrap();
    assert_eq!(ids(page), [known[1].clone(), known[0].clone()]);
}

pub async fn entries_keep_their_order_and_are_chosen_by_severity<S: History + ?Sized>(store: &S) {
    let run = open_run(store, "a").await;
    let about_someone = Entry {
        subject: Some(Key::new("User", "1")),
        subject_name: Some("小红".to_owned()),
        ..entry(Severity::Warning, "kept")
    };
    let entries = [entry(Severity::Info, "a"), about_someone.clone(), entry(Severity::Error, "b")];
    store.record_entries(&run, &entries).await.unwrap();
    store.record_entries(&run, &[entry(Severity::Error, "c")]).await.unwrap();
    let page = store.entries(&run, Severity::Warning, None, 2).await.unwrap();
    assert_eq!(
        page,
        [
            Numbered { number: 2, item: about_someone },
            Numbered { number: 3, item: entry(Severity::Error, "b") }
        ]
    );
    let page = store.entries(&run, Severity::Info, Some(3), 2).await.unwrap();
    assert_eq!(page, [Numbered { number: 4, item: entry(Severity::Error, "c") }]);
}

pub async fn change_records_keep_their_order_and_a_refusal_its_reason<S: History + ?Sized>(store: &S) {
    let run = open_run(store, "a").await;
    let refused = change("2", Some(Diagnosis::new("duplicate", "that name is taken")));
    store.record_changes(&run, &[change("1", None)]).await.unwrap();
    store.record_changes(&run, std::slice::from_ref(&refused)).await.unwrap();
    let changes = store.changes(&run, Some(1), 10).await.unwrap();
    assert_eq!(changes, [Numbered { number: 2, item: refused }]);
}

pub async fn decisions_of_a_source_are_kept_in_the_order_in_which_they_were_made<S: History + ?Sized>(
    store: &S,
) {
    let run = open_run(store, "a").await;
    let decision = |name: &str, at, verdict, about: Option<&[&str]>| Decision {
        source: source(name),
        run: run.clone(),
        at: Timestamp::from_unix_ms(at),
        by: "Anna".to_owned(),
        verdict,
        about: about
            .map(|ids| ids.iter().map(|id| Matter::Departure { key: Key::new("User", *id) }).collect()),
        reason: (verdict == Verdict::Declined).then(|| "they are on leave; \"really\"".to_owned()),
    };
    let decisions = [
        decision("a", 10, Verdict::Declined, Some(&["x", "y"])),
        // A clock that was put back does not change what came later.
        decision("a", 5, Verdict::Approved, None),
        decision("b", 10, Verdict::Over, Some(&[])),
        decision("a", 10, Verdict::Over, Some(&["x"])),
    ];
    for decision in &decisions {
        store.record_decision(decision).await.unwrap();
    }
    let [first, second, _, last] = decisions;
    let of = source("a");
    let since = |at| store.decisions(&of, Timestamp::from_unix_ms(at));
    assert_eq!(since(0).await.unwrap(), [first.clone(), second, last.clone()]);
    assert_eq!(since(6).await.unwrap(), [first, last]);
    assert_eq!(since(11).await.unwrap(), []);
}

pub async fn what_the_runs_of_a_source_recorded_is_counted_since_a_moment_and_since_somebody_attended_one<
    S: History + ?Sized,
>(
    store: &S,
) {
    let begin = async |name: &str, at, attended| {
        let started_at = Timestamp::from_unix_ms(at);
        let run = opened(store.open_run(&NewRun { attended, started_at, ..new_run(name) }).await.unwrap());
        store.record_entries(&run, &[entry(Severity::Info, "noted")]).await.unwrap();
        store.record_changes(&run, &[change("x", None)]).await.unwrap();
        store.close_run(&run, &end(RunState::Succeeded)).await.unwrap();
    };
    let of = source("a");
    let since = async |at| store.written_bytes(&of, Timestamp::from_unix_ms(at)).await.unwrap();
    assert_eq!(since(0).await, 0);
    begin("a", 10, false).await;
    let one = since(0).await;
    assert!(entry(Severity::Info, "noted").n_bytes() < usize::try_from(one).unwrap(), "{one}");
    begin("a", 20, false).await;
    begin("b", 20, true).await;
    assert_eq!((since(10).await, since(11).await, since(21).await), (2 * one, one, 0));
    begin("a", 30, true).await;
    assert_eq!(since(0).await, one);
    begin("a", 40, false).await;
    assert_eq!(since(0).await, 2 * one);
}

pub async fn a_run_that_is_under_way_tells_what_it_did_so_far<S: History + ?Sized>(store: &S) {
    let run = open_run(store, "a").await;
    let so_far = Counters { read: 2, created: 2, ..Counters::default() };
    store.beat(&run, None, &so_far).await.unwrap();
    let Run { state, counters, .. } = store.run(&run).await.unwrap().unwrap();
    assert_eq!((state, counters), (RunState::Running, so_far));
}

pub async fn a_run_that_was_never_opened_is_no_run<S: History + ?Sized>(store: &S) {
    open_run(store, "a").await;
    assert_eq!(store.run(&RunId::new("no run of this history")).await.unwrap(), None);
}

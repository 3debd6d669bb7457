//! Which runs, changes and entries are found, and how many.

use rollcall_browse::{ChangeFilter, ChangeOutcome, EntryFilter, RunFilter, Store};
use rollcall_host::directory::{Action, Write};
use rollcall_host::history::{ChangeRecord, HELD_CODES, NewRun, RunKind, RunState, Trigger};
use rollcall_host::model::{Diagnosis, Entry, Key, RunId, Severity};
use serde_json::json;

use crate::given::{again, close_run, department, new_run, open_run, opened, person, record, source};

/// The places of the runs that are found, by when each was begun: the first is 1.
async fn places<S: Store>(
    store: &S,
    known: &[RunId],
    filter: &RunFilter,
    before: Option<&RunId>,
) -> Vec<usize> {
    let runs = store.runs_where(filter, before, 3).await.unwrap();
    let place = |run: &RunId| known.iter().position(|known| known == run).unwrap() + 1;
    runs.iter().map(|run| place(&run.id)).collect()
}

pub async fn runs_are_found_by_what_they_are_across_sources_and_page_by_page<S: Store>(store: &S) {
    let mut known = Vec::new();
    for (name, kind, trigger, dry_run, state) in [
        ("a", RunKind::Full, Trigger::Manual, true, RunState::Succeeded),
        ("b", RunKind::Events, Trigger::Stream, false, RunState::Failed),
        ("a", RunKind::Events, Trigger::Event, false, RunState::Succeeded),
        ("b", RunKind::Full, Trigger::Schedule, false, RunState::Held),
    ] {
        let run = opened(store.open_run(&NewRun { kind, trigger, dry_run, ..new_run(name) }).await.unwrap());
        close_run(store, &run, state).await;
        known.push(run);
    }
    let any = RunFilter::default();
    assert_eq!(places(store, &known, &any, None).await, [4, 3, 2]);
    assert_eq!(places(store, &known, &any, Some(&known[1])).await, [1]);
    let filters = [
        RunFilter { source: Some(source("a")), ..any.clone() },
        RunFilter { kind: Some(RunKind::Full), ..any.clone() },
        RunFilter { state: Some(RunState::Succeeded), ..any.clone() },
        RunFilter { trigger: Some(Trigger::Stream), ..any.clone() },
        RunFilter { dry_run: Some(true), ..any.clone() },
        RunFilter { source: Some(source("b")), dry_run: Some(true), ..any },
    ];
    let mut found = Vec::new();
    for filter in &filters {
        found.push(places(store, &known, filter, None).await);
    }
    assert_eq!(found, [vec![3, 1], vec![4, 1], vec![3, 1], vec![2], vec![1], vec![]]);
}

/// Two created, one refused, one gone, one whose departure waits, one department.
async fn a_run<S: Store>(store: &S) -> RunId {
    let run = open_run(store, "a").await;
    let one = person("U1", "王小红", &[]);
    let writes =
        [one.clone(), person("u2", "50% Off", &[]), department("d", None), again(&one, Action::Deleted)];
    record(store, "a", &run, &writes).await;
    let refusal = Some(Diagnosis::new("duplicate", "that name is taken"));
    let refused = ChangeRecord { refusal, ..ChangeRecord::from(&person("u3", "王红", &[])) };
    let why = Diagnosis::new(HELD_CODES[0], "it waits for a person");
    let held = ChangeRecord {
        refusal: Some(why),
        ..ChangeRecord::from(&again(&person("u2", "Off", &[]), Action::Deleted))
    };
    store.record_changes(&run, &[refused, held]).await.unwrap();
    run
}

pub async fn changes_are_found_by_what_they_are<S: Store>(store: &S) {
    let run = a_run(store).await;
    let any = ChangeFilter::default();
    let find = async |filter: ChangeFilter, after| {
        let changes = store.changes_where(&run, &filter, after, 3).await.unwrap();
        changes.iter().map(|change| change.number).collect::<Vec<_>>()
    };
    let text = |text: &str| ChangeFilter { text: text.to_owned(), ..ChangeFilter::default() };
    assert_eq!(find(any.clone(), None).await, [1, 2, 3]);
    assert_eq!(find(any.clone(), Some(3)).await, [4, 5, 6]);
    let users = ChangeFilter { resource_type: Some("User".to_owned()), ..any.clone() };
    assert_eq!(find(users, Some(2)).await, [4, 5, 6]);
    assert_eq!(find(ChangeFilter { action: Some(Action::Deleted), ..any.clone() }, None).await, [4, 6]);
    assert_eq!(find(ChangeFilter { outcome: Some(ChangeOutcome::Refused), ..any.clone() }, None).await, [5]);
    assert_eq!(find(ChangeFilter { outcome: Some(ChangeOutcome::Held), ..any.clone() }, None).await, [6]);
    assert_eq!(
        find(ChangeFilter { outcome: Some(ChangeOutcome::Applied), ..text("王") }, None).await,
        [1, 4]
    );
    assert_eq!(find(text("% OFF"), None).await, [2]);
    assert_eq!(find(text("u1 小红"), None).await, [1, 4]);
}

pub async fn changes_are_found_by_the_values_that_came_or_went<S: Store>(store: &S) {
    let run = open_run(store, "a").await;
    let phone = |number: &str| {
        let mut write = person("u1", "王小红", &[]);
        write.after = Some(
            json!({"displayName": "王小红", "title": "Calc", "phoneNumbers": [{"value": number}]}).into(),
        );
        write
    };
    let (old, new) = (phone("13900000000"), phone("13811112222"));
    let changed = Write { before: old.after.clone(), ..again(&new, Action::Updated) };
    let changed = Write { after: new.after, ..changed };
    let gone = again(&changed, Action::Deleted);
    record(store, "a", &run, &[old, changed, gone]).await;
    for (text, expected) in [
        ("138", &[2, 3][..]),
        ("139", &[1, 2]),
        ("CALC", &[1, 3]),
        ("小红 1381", &[2, 3]),
        ("u1 calc 139", &[1]),
        ("phonenumbers", &[]),
    ] {
        let filter = ChangeFilter { text: text.to_owned(), ..ChangeFilter::default() };
        let found = store.changes_where(&run, &filter, None, 9).await.unwrap();
        assert_eq!(found.iter().map(|change| change.number).collect::<Vec<_>>(), expected, "{text}");
    }
}

pub async fn changes_are_counted_by_what_they_are<S: Store>(store: &S) {
    let run = a_run(store).await;
    let counts = store.change_counts(&run).await.unwrap();
    let told: Vec<_> = counts
        .iter()
        .map(|count| format!("{} {} {:?} {}", count.resource_type, count.action, count.outcome, count.n))
        .collect();
    let expected = [
        "Department created Applied 1",
        "User created Applied 2",
        "User created Refused 1",
        "User deleted Applied 1",
        "User deleted Held 1",
    ];
    assert_eq!(told, expected);
}

fn entry(severity: Severity, code: &str, id: Option<&str>) -> Entry {
    let diagnosis =
        Diagnosis::new(code, "the Proxy is down").in_chinese("代理不可用", "").with_fact("request", "req-77");
    Entry { severity, subject: id.map(|id| Key::new("User", id)), subject_name: None, diagnosis }
}

async fn a_log<S: Store>(store: &S) -> RunId {
    let run = open_run(store, "a").await;
    let entries = [
        entry(Severity::Info, "kept", None),
        entry(Severity::Error, "refused", Some("u7")),
        entry(Severity::Warning, "kept", Some("u8")),
        entry(Severity::Warning, "kept", None),
    ];
    store.record_entries(&run, &entries).await.unwrap();
    run
}

pub async fn entries_are_found_by_severity_code_and_words_in_any_language<S: Store>(store: &S) {
    let run = a_log(store).await;
    let find = async |severity, code: Option<&str>, text: &str| {
        let filter = EntryFilter { severity, code: code.map(str::to_owned), text: text.to_owned() };
        let entries = store.entries_where(&run, &filter, None, 10).await.unwrap();
        entries.iter().map(|entry| entry.number).collect::<Vec<_>>()
    };
    assert_eq!(find(Some(Severity::Warning), None, "").await, [2, 3, 4]);
    assert_eq!(find(None, Some("kept"), "").await, [1, 3, 4]);
    assert_eq!(find(None, None, "u7").await, [2]);
    assert_eq!(find(Some(Severity::Warning), Some("kept"), "代理 REQ-77 proxy").await, [3, 4]);
    assert_eq!(find(None, None, "message").await, [0; 0]);
}

pub async fn entries_are_counted_the_gravest_first<S: Store>(store: &S) {
    let run = a_log(store).await;
    let counts = store.entry_counts(&run).await.unwrap();
    let told: Vec<_> = counts.iter().map(|count| (count.severity, count.code.as_str(), count.n)).collect();
    let expected =
        [(Severity::Error, "refused", 1), (Severity::Warning, "kept", 2), (Severity::Info, "kept", 1)];
    assert_eq!(told, expected);
}

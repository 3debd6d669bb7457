//! What an approval asks about, and which held runs wait.

use serde_json::json;

use super::*;
use crate::clearing::Attribute;
use crate::directory::{Action, Held};
use crate::guard::{self, Counts};
use crate::history::{ChangeRecord, ConnectorIdentity, Counters, NewRun, Opened, RunEnd};
use crate::limits::MAX_HELD_RECORDS;
use crate::model::Timestamp;
use crate::testing::MemoryStore;

const AT: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);

fn source() -> SourceName {
    SourceName::new("head-office").unwrap()
}

fn user(id: &str) -> Key {
    Key::new("User", id)
}

/// How a run went.
struct Went {
    kind: RunKind,
    trigger: Trigger,
    dry_run: bool,
    state: RunState,
    held: Vec<Key>,
    /// Whose title may be gone.
    losing: Vec<Key>,
    approves: Option<RunId>,
}

impl Went {
    fn new(kind: RunKind, state: RunState) -> Self {
        Self {
            kind,
            trigger: Trigger::Event,
            dry_run: false,
            state,
            held: Vec::new(),
            losing: Vec::new(),
            approves: None,
        }
    }

    /// A batch of events that held these people.
    fn held(ids: &[&str]) -> Self {
        let held = ids.iter().map(|id| user(id)).collect();
        Self { held, ..Self::new(RunKind::Events, RunState::Held) }
    }

    /// A full run that held these people's titles.
    fn losing(ids: &[&str]) -> Self {
        let losing = ids.iter().map(|id| user(id)).collect();
        Self { losing, ..Self::new(RunKind::Full, RunState::Held) }
    }

    /// The approval of a run, which ended like this.
    fn approval(held: &RunId, state: RunState) -> Self {
        let approves = Some(held.clone());
        Self { approves, trigger: Trigger::Approval, ..Self::new(RunKind::Refresh, state) }
    }
}

/// The history has this run, after an update of someone; what it held is on the platform.
async fn went(store: &MemoryStore, went: Went) -> RunId {
    let Went { kind, trigger, dry_run, state, held, losing, approves } = went;
    let connector = ConnectorIdentity { id: "example".into(), version: "1".into(), digest: String::new() };
    let new = NewRun { source: source(), kind, trigger, dry_run, connector, started_at: AT };
    let Opened::Run(run) = store.open_run(&new).await.unwrap() else { panic!("busy") };
    if let Some(held) = approves {
        let (keys, clearings) = (None, Approved::Nothing);
        let entry = Approval { held, keys, clearings, identities: Identities::Weigh, scope: None }.entry();
        store.record_entries(&run, &[entry]).await.unwrap();
    }
    let change = |key: Key, refusal| ChangeRecord {
        key,
        action: Action::Deactivated,
        before: None,
        after: None,
        witness: None,
        refusal,
    };
    let kept = u64::try_from(held.len()).unwrap();
    for key in held.iter().chain(&losing) {
        let document = json!({"externalId": key.external_id, "title": "Engineer"});
        let on_platform = Held { version: "v".into(), document, departed: false };
        store.state().objects.insert((source(), key.clone()), on_platform);
    }
    let mut changes = vec![change(user("gone"), None), change(user("taken"), Some(Diagnosis::new("x", "y")))];
    changes.extend(held.iter().cloned().map(|key| {
        let why = guard::one_held(&key, 5);
        change(key, Some(why))
    }));
    let counted = if losing.is_empty() { 0 } else { held.len() + losing.len() };
    changes.extend(losing.into_iter().map(|key| {
        let why = title().held_of_one(&Diagnosis::new("titles-gone", "no title is shown"));
        ChangeRecord { action: Action::Updated, ..change(key, Some(why)) }
    }));
    store.record_changes(&run, &changes).await.unwrap();
    let held = u64::try_from(counted).unwrap();
    let counters = Counters { kept: kept + 1, held, ..Counters::default() };
    let end = RunEnd {
        state,
        counters,
        failure: None,
        n_entries_dropped: 0,
        finished_at: AT,
        scope: None,
        proof: None,
    };
    store.close_run(&run, &end).await.unwrap();
    run
}

fn title() -> Attribute {
    Attribute { name: "title".to_owned(), document: r#"{"title":null}"#.to_owned() }
}

async fn waits(store: &MemoryStore) -> Vec<RunId> {
    let waiting = waiting(store, store, &source()).await.unwrap();
    waiting.into_iter().map(|run| run.id).collect()
}

#[tokio::test]
async fn an_approval_is_about_what_was_held_and_about_nothing_else() {
    let store = MemoryStore::default();
    let run = went(&store, Went::held(&["b", "a"])).await;
    let approval = Approval::of(&store, &source(), &run, Identities::Weigh).await.unwrap();
    assert_eq!(
        approval,
        Approval {
            held: run,
            keys: Some(vec![user("a"), user("b")]),
            clearings: Approved::Each(BTreeSet::new()),
            identities: Identities::Weigh,
            scope: None,
        }
    );
}

#[tokio::test]
async fn more_than_was_recorded_is_found_by_reading_everything() {
    let store = MemoryStore::default();
    let ids: Vec<String> = (0..MAX_HELD_RECORDS).map(|n| n.to_string()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let run = went(&store, Went { kind: RunKind::Full, ..Went::held(&ids) }).await;
    assert_eq!(Approval::of(&store, &source(), &run, Identities::Weigh).await.unwrap().keys, None);
}

#[tokio::test]
async fn what_holds_nothing_is_not_approved() {
    let store = MemoryStore::default();
    let succeeded = went(&store, Went::new(RunKind::Full, RunState::Succeeded)).await;
    let dry = went(&store, Went { dry_run: true, ..Went::held(&["a"]) }).await;
    let mut said = Vec::new();
    for run in [succeeded, dry, RunId::new("99")] {
        said.push(Approval::of(&store, &source(), &run, Identities::Weigh).await.unwrap_err().to_string());
    }
    assert_eq!(
        said,
        [
            "run 1 holds nothing that waits to be approved",
            "run 2 holds nothing that waits to be approved",
            "source has no run 99; look at its history for the one that is meant"
        ]
    );
}

#[tokio::test]
async fn a_run_of_another_source_is_not_approved() {
    let store = MemoryStore::default();
    let run = went(&store, Went::held(&["a"])).await;
    let other = SourceName::new("branch").unwrap();
    assert!(matches!(
        Approval::of(&store, &other, &run, Identities::Weigh).await,
        Err(RunError::NoSuchRun { .. })
    ));
}

#[tokio::test]
async fn held_runs_wait_and_the_newest_is_the_first() {
    let store = MemoryStore::default();
    let first = went(&store, Went::held(&["a"])).await;
    went(&store, Went { dry_run: true, ..Went::held(&["b"]) }).await;
    let second = went(&store, Went::held(&["c"])).await;
    went(&store, Went::new(RunKind::Full, RunState::Partial)).await;
    assert_eq!(waits(&store).await, [second, first]);
}

#[tokio::test]
async fn an_approval_that_succeeded_settles_the_run_it_was_about_and_no_other() {
    let store = MemoryStore::default();
    let first = went(&store, Went::held(&["a"])).await;
    let second = went(&store, Went::held(&["b"])).await;
    went(&store, Went::approval(&second, RunState::Partial)).await;
    assert_eq!(waits(&store).await, [second.clone(), first.clone()]);
    went(&store, Went::approval(&second, RunState::Succeeded)).await;
    assert_eq!(waits(&store).await, [first]);
}

#[tokio::test]
async fn a_full_run_that_succeeded_settles_every_run_before_it() {
    let store = MemoryStore::default();
    went(&store, Went::held(&["a"])).await;
    went(&store, Went::new(RunKind::Full, RunState::Succeeded)).await;
    assert_eq!(waits(&store).await, []);
}

#[tokio::test]
async fn a_full_run_that_is_held_stands_for_those_before_it() {
    let store = MemoryStore::default();
    went(&store, Went::held(&["a"])).await;
    let full = went(&store, Went { kind: RunKind::Full, ..Went::held(&["a", "b"]) }).await;
    assert_eq!(waits(&store).await, [full]);
}

#[tokio::test]
async fn a_run_waits_until_the_last_object_it_held_has_departed() {
    let store = MemoryStore::default();
    let run = went(&store, Went::held(&["a", "b"])).await;
    store.state().objects.remove(&(source(), user("a")));
    assert_eq!(waits(&store).await, [run]);
    store.state().objects.get_mut(&(source(), user("b"))).unwrap().departed = true;
    assert_eq!(waits(&store).await, []);
}

#[tokio::test]
async fn an_approval_is_about_departures_and_values_together() {
    let store = MemoryStore::default();
    let run = went(&store, Went { held: vec![user("c")], ..Went::losing(&["b", "a"]) }).await;
    let approval = Approval::of(&store, &source(), &run, Identities::Weigh).await.unwrap();
    let pairs = ["a", "b"].map(|id| (user(id), title().document));
    let (keys, clearings) = (Some(["a", "b", "c"].map(user).to_vec()), Approved::Each(pairs.into()));
    assert_eq!(
        approval,
        Approval { held: run.clone(), keys, clearings, identities: Identities::Weigh, scope: None }
    );
    let told = held_back(&store, &source(), &run).await.unwrap().told();
    assert_eq!(told.message, "1 person left and 2 people lost `title`");
    assert_eq!(told.localized("zh-CN").message, "1 人已离开，2 人失去 `title`");
}

#[tokio::test]
async fn more_values_than_were_recorded_are_approved_by_what_the_log_says_of_them() {
    let store = MemoryStore::default();
    let ids: Vec<String> = (0..MAX_HELD_RECORDS).map(|n| n.to_string()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let run = went(&store, Went::losing(&ids)).await;
    let entry = title().entry(&Counts::from([("User".to_owned(), 5000)]), &Diagnosis::new("x", "y"));
    store.record_entries(&run, &[entry]).await.unwrap();
    let approval = Approval::of(&store, &source(), &run, Identities::Weigh).await.unwrap();
    let clearings = Approved::Any(BTreeSet::from([title().document]));
    assert_eq!(
        approval,
        Approval { held: run.clone(), keys: None, clearings, identities: Identities::Weigh, scope: None }
    );
    let told = held_back(&store, &source(), &run).await.unwrap().told();
    assert_eq!(told.message, "1000 changes wait, more than are listed one by one");
}

#[tokio::test]
async fn a_run_waits_until_the_last_value_it_held_is_gone_with_or_without_whom_it_was_of() {
    let store = MemoryStore::default();
    let run = went(&store, Went::losing(&["a", "b", "c"])).await;
    let change = |id: &str, change: fn(&mut Held)| {
        change(store.state().objects.get_mut(&(source(), user(id))).unwrap());
    };
    change("a", |held| held.document = json!({"externalId": "a"}));
    change("b", |held| held.departed = true);
    assert_eq!(waits(&store).await, [run]);
    store.state().objects.remove(&(source(), user("c")));
    assert_eq!(waits(&store).await, []);
}

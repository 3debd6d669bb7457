//! What an approval asks about, and which held runs wait.

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::clearing::ClearedAttribute;
use crate::directory::{Action, Held};
use crate::guard;
use crate::history::{ChangeRecord, ConnectorIdentity, Counters, NewRun, Opened, RunEnd, RunKind, Trigger};
use crate::limits::{MAX_HELD_RECORDS, MAX_REASON_CHARS};
use crate::model::Counts;
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
    /// How long ago it was.
    ago: Duration,
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
            ago: Duration::ZERO,
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
    let Went { kind, trigger, dry_run, state, held, losing, approves, ago } = went;
    let finished_at = AT.before(ago);
    let connector = ConnectorIdentity { id: "example".into(), version: "1".into(), digest: String::new() };
    let new = NewRun {
        source: source(),
        kind,
        trigger,
        dry_run,
        attended: false,
        connector,
        started_at: finished_at,
    };
    let Opened::Run(run) = store.open_run(&new).await.unwrap() else { panic!("busy") };
    if let Some(held) = approves {
        let entry = approval_of(held, None).entry();
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
        let on_platform = Held { version: "v".into(), document: document.into(), departed: false };
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
        finished_at,
        scope: None,
        proof: None,
    };
    store.close_run(&run, &end).await.unwrap();
    run
}

/// An approval of these keys, by nobody in particular.
fn approval_of(held: RunId, keys: Option<Vec<Key>>) -> Approval {
    Approval {
        held,
        keys,
        clearings: Approved::Each(BTreeSet::new()),
        identities: Identities::Weigh,
        scope: None,
        permitted: Permitted::Nothing,
        about: None,
        is_in_part: false,
        by: String::new(),
    }
}

/// The time is always the same.
#[derive(Debug)]
struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        AT
    }
}

fn stand(store: &Arc<MemoryStore>) -> Stand {
    Stand { directory: store.clone(), history: store.clone(), clock: Arc::new(Stopped) }
}

/// What somebody says who confirms this number.
fn confirming(n: u64) -> Approving {
    Approving { removals: (0 < n).then_some(n), by: "Anna".to_owned(), ..Approving::default() }
}

async fn approve(store: &Arc<MemoryStore>, run: &RunId, approving: Approving) -> Result<Approval, RunError> {
    Approval::of(&stand(store), &source(), run, approving).await
}

async fn decline_of(store: &Arc<MemoryStore>, run: &RunId, which: Which) -> Result<Decision, RunError> {
    decline(&stand(store), &source(), run, which, "on leave", "Anna").await
}

fn departure(id: &str) -> Matter {
    Matter::Departure { key: user(id) }
}

fn title() -> ClearedAttribute {
    ClearedAttribute { name: "title".to_owned(), document: r#"{"title":null}"#.to_owned() }
}

async fn waits(store: &Arc<MemoryStore>) -> Vec<RunId> {
    let waiting = waiting(&stand(store), &source()).await.unwrap();
    waiting.into_iter().map(|run| run.id).collect()
}

#[tokio::test]
async fn an_approval_is_about_what_was_held_and_about_nothing_else() {
    let store = Arc::<MemoryStore>::default();
    let run = went(&store, Went::held(&["b", "a"])).await;
    let approval = approve(&store, &run, confirming(2)).await.unwrap();
    assert_eq!(
        approval,
        Approval {
            permitted: Permitted::These(["a", "b"].map(user).into()),
            about: Some(["a", "b"].map(departure).into()),
            by: "Anna".to_owned(),
            ..approval_of(run, Some(vec![user("a"), user("b")]))
        }
    );
}

#[tokio::test]
async fn nobody_approves_without_the_number_of_what_would_be_removed() {
    let store = Arc::<MemoryStore>::default();
    let run = went(&store, Went::held(&["b", "a"])).await;
    let mut said = Vec::new();
    for n in [0, 1, 3] {
        said.push(approve(&store, &run, confirming(n)).await.unwrap_err().to_string());
    }
    assert_eq!(
        said,
        [
            "to approve run 1, confirm the number 2: 2 of 2 people (100.0 %) would be removed",
            "run 1 was confirmed with 1, and it is 2: 2 of 2 people (100.0 %) would be removed",
            "run 1 was confirmed with 3, and it is 2: 2 of 2 people (100.0 %) would be removed",
        ]
    );
}

#[tokio::test]
async fn more_than_was_recorded_is_found_by_reading_everything() {
    let store = Arc::<MemoryStore>::default();
    let ids: Vec<String> = (0..MAX_HELD_RECORDS).map(|n| n.to_string()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let run = went(&store, Went { kind: RunKind::Full, ..Went::held(&ids) }).await;
    let n = u64::try_from(MAX_HELD_RECORDS).unwrap();
    // What the log says of all of it counts, and where an older program said nothing, what was kept.
    assert!(approve(&store, &run, confirming(n)).await.is_err());
    let approval = approve(&store, &run, confirming(n + 1)).await.unwrap();
    assert_eq!((approval.keys, approval.permitted), (None, Permitted::AtMost(n + 1)));
    let held = Leaving { resource_type: "User".to_owned(), n_leaving: 2000, n_known: 2400 };
    let entry = entry(guard::all_held(&WouldLeave::from(vec![held]), &crate::model::Counts::new()));
    store.record_entries(&run, &[entry]).await.unwrap();
    let approval = approve(&store, &run, confirming(2000)).await.unwrap();
    assert_eq!((approval.keys, approval.permitted), (None, Permitted::AtMost(2000)));
}

#[tokio::test]
async fn what_holds_nothing_is_not_approved() {
    let store = Arc::<MemoryStore>::default();
    let succeeded = went(&store, Went::new(RunKind::Full, RunState::Succeeded)).await;
    let dry = went(&store, Went { dry_run: true, ..Went::held(&["a"]) }).await;
    let mut said = Vec::new();
    for run in [succeeded, dry, RunId::new("99")] {
        said.push(approve(&store, &run, confirming(1)).await.unwrap_err().to_string());
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
    let store = Arc::<MemoryStore>::default();
    let run = went(&store, Went::held(&["a"])).await;
    let other = SourceName::new("branch").unwrap();
    assert!(matches!(
        Approval::of(&stand(&store), &other, &run, confirming(1)).await,
        Err(RunError::NoSuchRun { .. })
    ));
}

#[tokio::test]
async fn held_runs_wait_and_the_newest_is_the_first() {
    let store = Arc::<MemoryStore>::default();
    let first = went(&store, Went::held(&["a"])).await;
    went(&store, Went { dry_run: true, ..Went::held(&["b"]) }).await;
    let second = went(&store, Went::held(&["c"])).await;
    went(&store, Went::new(RunKind::Full, RunState::Partial)).await;
    assert_eq!(waits(&store).await, [second, first]);
}

#[tokio::test]
async fn an_approval_that_succeeded_settles_the_run_it_was_about_and_no_other() {
    let store = Arc::<MemoryStore>::default();
    let first = went(&store, Went::held(&["a"])).await;
    let second = went(&store, Went::held(&["b"])).await;
    went(&store, Went::approval(&second, RunState::Partial)).await;
    assert_eq!(waits(&store).await, [second.clone(), first.clone()]);
    went(&store, Went::approval(&second, RunState::Succeeded)).await;
    assert_eq!(waits(&store).await, [first]);
}

#[tokio::test]
async fn a_full_run_that_succeeded_settles_every_run_before_it() {
    let store = Arc::<MemoryStore>::default();
    went(&store, Went::held(&["a"])).await;
    went(&store, Went::new(RunKind::Full, RunState::Succeeded)).await;
    assert_eq!(waits(&store).await, []);
}

#[tokio::test]
async fn a_full_run_that_is_held_stands_for_those_before_it() {
    let store = Arc::<MemoryStore>::default();
    went(&store, Went::held(&["a"])).await;
    let full = went(&store, Went { kind: RunKind::Full, ..Went::held(&["a", "b"]) }).await;
    assert_eq!(waits(&store).await, [full]);
}

#[tokio::test]
async fn a_run_waits_until_the_last_object_it_held_has_departed() {
    let store = Arc::<MemoryStore>::default();
    let run = went(&store, Went::held(&["a", "b"])).await;
    store.state().objects.remove(&(source(), user("a")));
    assert_eq!(waits(&store).await, [run]);
    store.state().objects.get_mut(&(source(), user("b"))).unwrap().departed = true;
    assert_eq!(waits(&store).await, []);
}

#[tokio::test]
async fn an_approval_is_about_departures_and_values_together() {
    let store = Arc::<MemoryStore>::default();
    let run = went(&store, Went { held: vec![user("c")], ..Went::losing(&["b", "a"]) }).await;
    let approval = approve(&store, &run, confirming(1)).await.unwrap();
    let pairs = ["a", "b"].map(|id| (user(id), title().document));
    assert_eq!(approval.keys, Some(["a", "b", "c"].map(user).to_vec()));
    assert_eq!(approval.clearings, Approved::Each(pairs.into()));
    // Who may have lost a title, and turns out to have left, is not among those whose removal was confirmed.
    assert_eq!(approval.permitted, Permitted::These([user("c")].into()));
    let told = held_back(&stand(&store), &source(), &run, Which::Waiting).await.unwrap().told();
    assert_eq!(told.message, "1 person left and 2 people lost `title`");
    assert_eq!(told.localized("zh-CN").message, "1 人已离开，2 人失去 `title`");
}

#[tokio::test]
async fn more_values_than_were_recorded_are_approved_by_what_the_log_says_of_them() {
    let store = Arc::<MemoryStore>::default();
    let ids: Vec<String> = (0..MAX_HELD_RECORDS).map(|n| n.to_string()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let run = went(&store, Went::losing(&ids)).await;
    let entry = title().entry(&Counts::from([("User".to_owned(), 5000)]), &Diagnosis::new("x", "y"));
    store.record_entries(&run, &[entry]).await.unwrap();
    let approval = approve(&store, &run, confirming(0)).await.unwrap();
    let clearings = Approved::Any(BTreeSet::from([title().document]));
    assert_eq!((approval.keys, approval.clearings), (None, clearings));
    let told = held_back(&stand(&store), &source(), &run, Which::Waiting).await.unwrap().told();
    assert_eq!(told.message, "1,000 changes wait, more than are listed one by one");
}

#[tokio::test]
async fn a_run_waits_until_the_last_value_it_held_is_gone_with_or_without_whom_it_was_of() {
    let store = Arc::<MemoryStore>::default();
    let run = went(&store, Went::losing(&["a", "b", "c"])).await;
    let change = |id: &str, change: fn(&mut Held)| {
        change(store.state().objects.get_mut(&(source(), user(id))).unwrap());
    };
    change("a", |held| held.document = json!({"externalId": "a"}).into());
    change("b", |held| held.departed = true);
    assert_eq!(waits(&store).await, [run]);
    store.state().objects.remove(&(source(), user("c")));
    assert_eq!(waits(&store).await, []);
}

fn entry(diagnosis: Diagnosis) -> Entry {
    Entry { severity: Severity::Error, subject: None, subject_name: None, diagnosis }
}

fn these(ids: &[&str]) -> Which {
    Which::These(ids.iter().map(|id| user(id)).collect())
}

#[tokio::test]
async fn some_are_approved_with_their_own_number_and_the_rest_waits_on() {
    let store = Arc::<MemoryStore>::default();
    let run = went(&store, Went::held(&["a", "b", "c"])).await;
    let some = |n| Approving { which: these(&["a", "c"]), ..confirming(n) };
    assert!(matches!(approve(&store, &run, some(3)).await, Err(RunError::RemovalsUnconfirmed { .. })));
    let approval = approve(&store, &run, some(2)).await.unwrap();
    assert_eq!(approval.keys, Some(["a", "c"].map(user).to_vec()));
    assert_eq!(approval.permitted, Permitted::These(["a", "c"].map(user).into()));
    assert!(approval.entry().diagnosis.fact(IN_PART).is_some());
    // Both are back at the source, and stay.
    store.record_decision(&approval.decision(&source(), AT)).await.unwrap();
    assert_eq!(waits(&store).await, std::slice::from_ref(&run));
    let rest = approve(&store, &run, confirming(1)).await.unwrap();
    assert_eq!(rest.keys, Some(vec![user("b")]));
    store.record_decision(&rest.decision(&source(), AT)).await.unwrap();
    assert_eq!(waits(&store).await, []);
}

#[tokio::test]
async fn nobody_is_chosen_whom_the_run_does_not_hold() {
    let store = Arc::<MemoryStore>::default();
    let run = went(&store, Went::held(&["a"])).await;
    let choose = |ids: &[&str]| Approving { which: these(ids), ..confirming(1) };
    let unknown = approve(&store, &run, choose(&["a", "x"])).await.unwrap_err();
    assert_eq!(unknown.to_string(), "run 1 does not hold User \"x\"; look at what it holds");
    assert!(matches!(approve(&store, &run, choose(&[])).await, Err(RunError::NothingHeld { .. })));
}

#[tokio::test]
async fn what_is_declined_stops_waiting_and_is_not_approved_with_the_rest() {
    let store = Arc::<MemoryStore>::default();
    let run = went(&store, Went::held(&["a", "b", "c"])).await;
    let decision = decline_of(&store, &run, these(&["a", "b"])).await.unwrap();
    assert_eq!(decision.about, Some(["a", "b"].map(departure).into()));
    assert_eq!((decision.by.as_str(), decision.reason.as_deref()), ("Anna", Some("on leave")));
    assert_eq!(waits(&store).await, std::slice::from_ref(&run));
    assert_eq!(approve(&store, &run, confirming(1)).await.unwrap().keys, Some(vec![user("c")]));
    decline_of(&store, &run, Which::Waiting).await.unwrap();
    assert_eq!(waits(&store).await, []);
    // After all of it was declined, it is approved again only by choosing whom.
    assert!(matches!(approve(&store, &run, confirming(0)).await, Err(RunError::NothingHeld { .. })));
    let after_all = Approving { which: these(&["a"]), ..confirming(1) };
    assert_eq!(approve(&store, &run, after_all).await.unwrap().keys, Some(vec![user("a")]));
}

#[tokio::test]
async fn to_decline_more_than_is_recorded_settles_the_run_and_nothing_beyond_it() {
    let store = Arc::<MemoryStore>::default();
    let ids: Vec<String> = (0..MAX_HELD_RECORDS).map(|n| n.to_string()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let run = went(&store, Went { kind: RunKind::Full, ..Went::held(&ids) }).await;
    assert_eq!(decline_of(&store, &run, Which::Waiting).await.unwrap().about, None);
    assert_eq!(waits(&store).await, []);
    let next = went(&store, Went { kind: RunKind::Full, ..Went::held(&ids) }).await;
    assert_eq!(waits(&store).await, [next]);
}

#[tokio::test]
async fn whoever_declines_says_why_in_some_sentences() {
    let store = Arc::<MemoryStore>::default();
    let longest = "长".repeat(MAX_REASON_CHARS);
    for (reason, is_good) in [
        ("", false),
        (" \n ", false),
        (format!("{longest}.").as_str(), false),
        (longest.as_str(), true),
        (" on leave ", true),
    ] {
        let run = went(&store, Went::held(&["a"])).await;
        let declined = decline(&stand(&store), &source(), &run, Which::Waiting, reason, "Anna").await;
        assert_eq!(declined.is_ok(), is_good, "{reason:?}: {declined:?}");
    }
}

#[tokio::test]
async fn what_was_held_a_month_ago_is_decided_about_no_more() {
    let store = Arc::<MemoryStore>::default();
    let held = |days: u64, id| Went { ago: Duration::from_secs(days * 24 * 3600), ..Went::held(&[id]) };
    let old = went(&store, held(31, "a")).await;
    let young = went(&store, held(30, "b")).await;
    assert_eq!(waits(&store).await, std::slice::from_ref(&young));
    assert!(approve(&store, &young, confirming(1)).await.is_ok());
    let expired = approve(&store, &old, confirming(1)).await.unwrap_err();
    assert_eq!(
        expired.to_string(),
        "what run 1 held is of more than 30 days ago; import again, and decide about what is held then"
    );
    assert!(matches!(decline_of(&store, &old, Which::Waiting).await, Err(RunError::ApprovalExpired { .. })));
}

#[tokio::test]
async fn what_was_declined_may_be_approved_after_all_as_long_as_that_keeps() {
    let store = Arc::<MemoryStore>::default();
    let days = |n: u64| Duration::from_secs(n * 24 * 3600);
    let old = went(&store, Went { ago: days(40), ..Went::held(&["a", "b"]) }).await;
    let declined = |ago| Decision {
        source: source(),
        run: old.clone(),
        at: AT.before(ago),
        by: "Anna".to_owned(),
        verdict: Verdict::Declined,
        about: Some(BTreeSet::from([Matter::Departure { key: Key::new("User", "a") }])),
        reason: Some("on leave".to_owned()),
    };
    let of = |id| Approving { which: Which::These(BTreeSet::from([Key::new("User", id)])), ..confirming(1) };
    assert!(matches!(approve(&store, &old, of("a")).await, Err(RunError::ApprovalExpired { .. })));
    store.record_decision(&declined(days(91))).await.unwrap();
    assert!(matches!(approve(&store, &old, of("a")).await, Err(RunError::ApprovalExpired { .. })));
    store.record_decision(&declined(days(39))).await.unwrap();
    assert!(approve(&store, &old, of("a")).await.is_ok());
    assert!(matches!(approve(&store, &old, of("b")).await, Err(RunError::ApprovalExpired { .. })));
}

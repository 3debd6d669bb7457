//! Whatever a source goes through, the platform ends where the source is.

use super::{Source, host, read, user, user_key};
use crate::document::Draft;
use crate::model::{Key, Severity};
use crate::testing::{Reply, Stored, TestHost};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rollcall_rules::document::merge;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::rc::Rc;

/// People of a random state: fewer than the guards hold back, so that what is right is always what is done.
const IDS: [&str; 5] = ["a", "b", "c", "d", "e"];

/// What a source says about one person at one time.
#[derive(Debug, Clone)]
struct Person {
    level: u8,
    title: Option<u8>,
    mobile: Option<u8>,
    remark: Option<u8>,
}

type State = BTreeMap<&'static str, Person>;

/// How one reading goes.
#[derive(Debug, Clone)]
struct Episode {
    state: State,
    is_broken: bool,
    /// Whose changes the platform refuses this time.
    refused: Option<&'static str>,
}

fn person() -> impl Strategy<Value = Person> {
    let optional = || proptest::option::of(0..3_u8);
    (0..2_u8, optional(), optional(), optional()).prop_map(|(level, title, mobile, remark)| Person {
        level,
        title,
        mobile,
        remark,
    })
}

fn state() -> impl Strategy<Value = State> {
    proptest::collection::btree_map(proptest::sample::select(&IDS[..]), person(), 0..=IDS.len())
}

fn episode() -> impl Strategy<Value = Episode> {
    (state(), any::<bool>(), proptest::option::of(proptest::sample::select(&IDS[..])))
        .prop_map(|(state, is_broken, refused)| Episode { state, is_broken, refused })
}

fn draft(id: &str, person: &Person) -> Draft {
    let Person { level, title, mobile, remark } = person;
    let mut members = Map::new();
    let mut extension = Map::from_iter([("level".to_owned(), json!(level))]);
    if let Some(title) = title {
        members.insert("title".to_owned(), json!(title));
    }
    if let Some(mobile) = mobile {
        members.insert("phoneNumbers".to_owned(), json!([{ "type": "mobile", "value": mobile }]));
    }
    if let Some(remark) = remark {
        extension.insert("remark".to_owned(), json!(remark));
    }
    members.insert("urn:x".to_owned(), Value::Object(extension));
    user(id, Value::Object(members))
}

/// A state as a source; someone who always has everything shows that nothing is hidden.
fn source(state: &State) -> Source {
    let anchor = Person { level: 0, title: Some(0), mobile: Some(0), remark: Some(0) };
    let everyone = state.iter().map(|(id, person)| draft(id, person));
    Source::of(everyone.chain([draft("anchor", &anchor)]))
}

fn documents(objects: &BTreeMap<Key, Stored>) -> BTreeMap<Key, Value> {
    objects.iter().map(|(key, stored)| (key.clone(), stored.document.clone())).collect()
}

/// What a platform holds that was filled from nothing.
fn fresh(source: &Source) -> BTreeMap<Key, Value> {
    let merged = |draft: &Draft| (draft.key.clone(), merge(None, &Value::Object(draft.document.clone())));
    source.drafts.iter().map(merged).collect()
}

/// Read with this episode's faults, on a platform that holds what `objects` says.
fn live_through(objects: BTreeMap<Key, Stored>, episode: &Episode) -> Rc<TestHost> {
    let host = TestHost::new(|_, _| Reply::Hang);
    host.set_objects(objects);
    if let Some(id) = episode.refused {
        host.reject(user_key(id));
    }
    let source = source(&episode.state);
    read(&host, &if episode.is_broken { source.broken() } else { source });
    host
}

/// Every attribute, one level into the extension.
fn attributes(document: &Value) -> Vec<String> {
    let members = document.as_object().into_iter().flatten();
    let inner = document["urn:x"].as_object().into_iter().flatten();
    members.map(|(name, _)| name.clone()).chain(inner.map(|(name, _)| format!("urn:x:{name}"))).collect()
}

proptest! {
    // The same histories every time.
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn after_every_complete_reading_the_platform_holds_what_the_source_says(
        states in proptest::collection::vec(state(), 1..8),
    ) {
        let host = host();
        for state in &states {
            let source = source(state);
            read(&host, &source);
            prop_assert_eq!(documents(&host.objects()), fresh(&source));
        }
    }

    #[test]
    fn a_reading_after_a_complete_one_writes_nothing(states in proptest::collection::vec(state(), 1..8)) {
        let host = host();
        for state in &states {
            read(&host, &source(state));
        }
        host.take_changes();
        host.take_removed();
        let last = source(states.last().expect("there is one at least"));
        read(&host, &last);
        prop_assert_eq!((host.take_changes(), host.take_removed(), host.take_entries()), (vec![], vec![], vec![]));
    }

    #[test]
    fn lost_pages_and_refusals_leave_nothing_behind_once_they_are_over(
        episodes in proptest::collection::vec(episode(), 0..8),
        last in state(),
    ) {
        let mut objects = BTreeMap::new();
        for episode in &episodes {
            objects = live_through(objects, episode).objects().clone();
        }
        let last = Episode { state: last, is_broken: false, refused: None };
        let host = live_through(objects, &last);
        prop_assert_eq!(documents(&host.objects()), fresh(&source(&last.state)));
    }

    #[test]
    fn a_broken_reading_takes_nothing_away(
        episodes in proptest::collection::vec(episode(), 0..8),
        state in state(),
    ) {
        let mut objects = BTreeMap::new();
        for episode in &episodes {
            objects = live_through(objects, episode).objects().clone();
        }
        let broken = Episode { state, is_broken: true, refused: None };
        let after = live_through(objects.clone(), &broken);
        for (key, stored) in objects {
            let now = after.objects().get(&key).map(|stored| attributes(&stored.document)).unwrap_or_default();
            let lost: Vec<String> =
                attributes(&stored.document).into_iter().filter(|name| !now.contains(name)).collect();
            prop_assert_eq!(lost, Vec::<String>::new(), "of {:?}", key);
        }
        prop_assert!(after.take_entries().iter().any(|entry| entry.severity == Severity::Error));
    }
}

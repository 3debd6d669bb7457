//! What becomes of references to what was not read.

use super::{called, document, host, report, shown_entry};
use crate::document::{Draft, Optional, Schema};
use crate::limits::{MAX_REFERENCES_ASKED, MAX_REFERENCES_TOLD, MAX_WAITING};
use crate::lookup::Lookup;
use crate::model::{Diagnosis, Entry, Failure, Key, Severity, Summary};
use crate::reading::{Reading, Refreshed, refresh_objects};
use crate::testing::TestHost;
use crate::{Reference, Scope};
use expect_test::{Expect, expect};
use rollcall_rules::reach::Export;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

const DEPARTMENT: Schema = Schema {
    resource_type: "Department",
    identity: None,
    optional: &[],
    references: &[Reference::within("parent", &["parent"], "Department")],
};

const USER: Schema = Schema {
    resource_type: "User",
    identity: None,
    optional: &[Optional::member("manager", &["urn:e", "manager"]).open()],
    references: &[
        Reference::within("departments", &["urn:o", "departments"], "Department"),
        Reference::naming("manager", &["urn:e", "manager"], "User"),
    ],
};

const SCHEMAS: &[Schema] = &[DEPARTMENT, USER];

fn department(id: &str, parent: Option<&str>) -> Draft {
    let parent = parent.map_or(Value::Null, |id| json!({ "value": id }));
    let document = document(json!({ "schemas": ["d"], "externalId": id, "parent": parent }));
    Draft::new(&DEPARTMENT, Key::new("Department", id), id, document)
}

fn person(id: &str, departments: &[&str], manager: Option<&str>) -> Draft {
    let departments: Vec<Value> = departments.iter().map(|id| json!({ "value": id })).collect();
    let mut all =
        document(json!({ "schemas": ["u"], "externalId": id, "urn:o": { "departments": departments } }));
    if let Some(manager) = manager {
        all.insert("urn:e".to_owned(), json!({ "manager": { "value": manager } }));
    }
    Draft::new(&USER, Key::new("User", id), id, all)
}

/// A source, and which objects it was asked about.
#[derive(Default)]
struct Source {
    drafts: Vec<Draft>,
    lookups: BTreeMap<Key, Lookup>,
    asked: RefCell<Vec<String>>,
}

impl Source {
    fn of(drafts: impl IntoIterator<Item = Draft>) -> Self {
        Self { drafts: drafts.into_iter().collect(), ..Self::default() }
    }

    fn saying(mut self, key: Key, lookup: Lookup) -> Self {
        self.lookups.insert(key, lookup);
        self
    }

    fn with(self, draft: Draft) -> Self {
        self.saying(draft.key.clone(), Lookup::Present(Box::new(draft)))
    }

    fn look_up(&self, key: &Key) -> Lookup {
        self.asked.borrow_mut().push(format!("{} {}", key.resource_type, key.external_id));
        self.lookups.get(key).cloned().unwrap_or_else(|| Lookup::Gone("404: gone".to_owned()))
    }

    #[track_caller]
    fn read(&self, host: &Rc<TestHost>) -> Summary {
        let context = called(Export::Sync, host.clone());
        let read = async {
            let reading = Reading::begin(&context, SCHEMAS)?;
            reading.open(Scope::whole())?;
            for draft in &self.drafts {
                reading.put(draft.clone()).await?;
            }
            reading.finish(async |key: &Key| self.look_up(key)).await
        };
        context.block_on(read).expect("it ends").expect("nothing stops it")
    }

    /// What the reading did, and what it asked about.
    #[track_caller]
    fn run(&self, host: &Rc<TestHost>) -> String {
        let summary = self.read(host);
        self.told(host, &summary)
    }

    fn told(&self, host: &TestHost, summary: &Summary) -> String {
        format!("{}\nasked: {}", report(host, summary), self.asked.take().join(", "))
    }

    #[track_caller]
    fn refresh(&self, host: &Rc<TestHost>, keys: &[Key]) -> Refreshed {
        let context = called(Export::Refresh, host.clone());
        let refreshed = refresh_objects(&context, SCHEMAS, keys, async |key: &Key| self.look_up(key));
        context.block_on(refreshed).expect("it ends").expect("nothing stops it")
    }
}

fn department_key(id: &str) -> Key {
    Key::new("Department", id)
}

fn user_key(id: &str) -> Key {
    Key::new("User", id)
}

fn busy() -> Failure {
    Failure::Unavailable(Diagnosis::new("busy", "the source is busy", "数据源繁忙"), None)
}

fn odd() -> Diagnosis {
    Diagnosis::new("odd", "it says something odd", "答复无法理解")
}

#[track_caller]
fn check(source: &Source, expected: &Expect) {
    expected.assert_eq(&source.run(&host()));
}

#[test]
fn what_is_gone_is_taken_out_of_whatever_names_it_and_asked_about_once() {
    check(
        &Source::of([
            department("1", Some("9")),
            person("a", &["1", "9"], Some("z")),
            person("b", &["9"], None),
        ]),
        &expect![[r#"
            put 1 {"externalId":"1","parent":null,"schemas":["d"]}
            put a {"externalId":"a","schemas":["u"],"urn:e":{"manager":null},"urn:o":{"departments":[{"value":"1"}]}}
            put b {"externalId":"b","schemas":["u"],"urn:o":{"departments":[]}}
            warning 1 (1): parent names department "9", which is gone (404: gone); the reference is left out
            warning a (a): departments names department "9", which is gone (404: gone); the reference is left out
            warning a (a): manager names person "z", which is gone (404: gone); the reference is left out
            warning b (b): departments names department "9", which is gone (404: gone); the reference is left out
            complete: 3 read, 0 unchanged, 0 skipped
            asked: Department 9, User z"#]],
    );
}

#[test]
fn the_run_after_that_writes_nothing() {
    let host = host();
    let source = Source::of([department("1", Some("9")), person("a", &["1", "9"], Some("z"))]);
    source.run(&host);
    expect![[r#"
        warning 1 (1): parent names department "9", which is gone (404: gone); the reference is left out
        warning a (a): departments names department "9", which is gone (404: gone); the reference is left out
        warning a (a): manager names person "z", which is gone (404: gone); the reference is left out
        complete: 2 read, 2 unchanged, 0 skipped
        asked: Department 9, User z"#]]
    .assert_eq(&source.run(&host));
}

#[test]
fn what_is_held_and_gone_is_removed_and_named_by_nobody() {
    let host = host();
    Source::of([department("1", None), department("9", Some("1")), person("a", &["1", "9"], None)])
        .read(&host);
    report(&host, &Summary::default());
    let source = Source::of([department("1", None), person("a", &["1", "9"], None)]);
    expect![[r#"
        put a {"externalId":"a","schemas":["u"],"urn:o":{"departments":[{"value":"1"}]}}
        remove 9: 404: gone
        warning a (a): departments names department "9", which is gone (404: gone); the reference is left out
        complete: 2 read, 1 unchanged, 0 skipped
        asked: Department 9"#]]
    .assert_eq(&source.run(&host));
    expect![[r#"
        warning a (a): departments names department "9", which is gone (404: gone); the reference is left out
        complete: 2 read, 2 unchanged, 0 skipped
        asked: Department 9"#]]
    .assert_eq(&source.run(&host));
}

#[test]
fn a_manager_who_is_gone_is_taken_from_whoever_had_them() {
    let host = host();
    Source::of([person("a", &[], Some("z")), person("z", &[], None)]).read(&host);
    report(&host, &Summary::default());
    expect![[r#"
        put a {"externalId":"a","schemas":["u"],"urn:e":{"manager":null},"urn:o":{"departments":[]}}
        remove z: 404: gone
        warning a (a): manager names person "z", which is gone (404: gone); the reference is left out
        complete: 1 read, 0 unchanged, 0 skipped
        asked: User z"#]]
    .assert_eq(&Source::of([person("a", &[], Some("z"))]).run(&host));
}

#[test]
fn what_is_there_is_put_before_whatever_names_it() {
    check(
        &Source::of([person("a", &["3"], Some("m"))])
            .with(department("3", Some("2")))
            .with(department("2", Some("1")))
            .with(department("1", None))
            .with(person("m", &["8"], None)),
        &expect![[r#"
            put m {"externalId":"m","schemas":["u"],"urn:o":{"departments":[]}}
            put 1 {"externalId":"1","parent":null,"schemas":["d"]}
            put 2 {"externalId":"2","parent":{"value":"1"},"schemas":["d"]}
            put 3 {"externalId":"3","parent":{"value":"2"},"schemas":["d"]}
            put a {"externalId":"a","schemas":["u"],"urn:e":{"manager":{"value":"m"}},"urn:o":{"departments":[{"value":"3"}]}}
            warning m (m): departments names department "8", which is gone (404: gone); the reference is left out
            complete: 5 read, 0 unchanged, 0 skipped
            asked: Department 3, User m, Department 2, Department 8, Department 1"#]],
    );
}

#[test]
fn whatever_order_a_source_lists_in_parents_are_put_first_and_nothing_is_asked() {
    check(
        &Source::of([
            person("a", &["2"], Some("b")),
            person("b", &["2"], Some("a")),
            department("2", Some("1")),
            department("1", None),
        ]),
        &expect![[r#"
            put 1 {"externalId":"1","parent":null,"schemas":["d"]}
            put 2 {"externalId":"2","parent":{"value":"1"},"schemas":["d"]}
            put a {"externalId":"a","schemas":["u"],"urn:e":{"manager":{"value":"b"}},"urn:o":{"departments":[{"value":"2"}]}}
            put b {"externalId":"b","schemas":["u"],"urn:e":{"manager":{"value":"a"}},"urn:o":{"departments":[{"value":"2"}]}}
            complete: 4 read, 0 unchanged, 0 skipped
            asked: "#]],
    );
}

#[test]
fn objects_that_hang_in_each_other_are_put_all_the_same() {
    check(
        &Source::of([department("1", Some("2")), department("2", Some("1")), person("a", &["2"], Some("a"))]),
        &expect![[r#"
            put 1 {"externalId":"1","parent":{"value":"2"},"schemas":["d"]}
            put 2 {"externalId":"2","parent":{"value":"1"},"schemas":["d"]}
            put a {"externalId":"a","schemas":["u"],"urn:e":{"manager":{"value":"a"}},"urn:o":{"departments":[{"value":"2"}]}}
            complete: 3 read, 0 unchanged, 0 skipped
            asked: "#]],
    );
}

#[test]
fn what_cannot_be_asked_about_leaves_what_the_platform_holds_and_the_reading_incomplete() {
    let host = host();
    Source::of([department("1", None), department("9", None), person("a", &["9"], None)]).read(&host);
    report(&host, &Summary::default());
    let source = Source::of([department("1", None), person("a", &["1", "9"], None)])
        .saying(department_key("9"), Lookup::Unknown(busy()));
    expect![[r#"
        put a {"externalId":"a","schemas":["u"]}
        error 9: the source is busy
        warning a (a): departments names department "9", which was not read; the platform keeps what it holds there. About it the source says: the source is busy
        warning: nobody and nothing is removed by this run: of what the platform holds, 1 object was not found, and the reading is not complete, because the source is busy
        incomplete: 2 read, 1 unchanged, 0 skipped
        asked: Department 9"#]].assert_eq(&source.run(&host));
    let held = host.objects()[&user_key("a")].document.pointer("/urn:o/departments").cloned();
    assert_eq!(held, Some(json!([{ "value": "9" }])));
}

#[test]
fn what_is_hidden_or_not_understood_leaves_the_reading_complete() {
    check(
        &Source::of([person("a", &["8"], None), person("b", &[], Some("z"))])
            .saying(department_key("8"), Lookup::Hidden(odd()))
            .saying(user_key("z"), Lookup::NotUnderstood(odd())),
        &expect![[r#"
            put a {"externalId":"a","schemas":["u"]}
            put b {"externalId":"b","schemas":["u"],"urn:o":{"departments":[]}}
            warning a (a): departments names department "8", which was not read; the platform keeps what it holds there. About it the source says: it says something odd
            warning b (b): manager names person "z", which was not read; the platform keeps what it holds there. About it the source says: it says something odd
            complete: 2 read, 0 unchanged, 0 skipped
            asked: Department 8, User z"#]],
    );
}

#[test]
fn an_answer_about_something_else_is_no_answer() {
    check(
        &Source::of([person("a", &["8"], None)])
            .saying(department_key("8"), Lookup::Present(Box::new(department("7", None)))),
        &expect![[r#"
            put 7 {"externalId":"7","parent":null,"schemas":["d"]}
            put a {"externalId":"a","schemas":["u"]}
            warning a (a): departments names department "8", which was not read, and the source was not asked about it; the platform keeps what it holds there
            complete: 2 read, 0 unchanged, 0 skipped
            asked: Department 8"#]],
    );
}

#[test]
fn a_reading_that_cannot_go_on_puts_whoever_waited_without_asking() {
    let host = host();
    Source::of([person("h", &[], None)]).read(&host);
    report(&host, &Summary::default());
    let context = called(Export::Sync, host.clone());
    let read = async {
        let reading = Reading::begin(&context, SCHEMAS)?;
        reading.open(Scope::whole())?;
        reading.put(department("2", Some("1"))).await?;
        reading.put(person("a", &["2"], Some("z"))).await?;
        reading.put(person("b", &["2"], Some("h"))).await?;
        reading.abandon().await;
        Ok::<_, Failure>(())
    };
    context.block_on(read).expect("it ends").expect("nothing stops it");
    expect![[r#"
        put 2 {"externalId":"2","schemas":["d"]}
        put b {"externalId":"b","schemas":["u"],"urn:e":{"manager":{"value":"h"}},"urn:o":{"departments":[{"value":"2"}]}}
        put a {"externalId":"a","schemas":["u"],"urn:o":{"departments":[{"value":"2"}]}}
        warning 2 (2): parent names department "1", which was not read, and the source was not asked about it; the platform keeps what it holds there
        warning a (a): manager names person "z", which was not read, and the source was not asked about it; the platform keeps what it holds there
        incomplete: 0 read, 0 unchanged, 0 skipped"#]].assert_eq(&report(&host, &Summary::default()));
}

#[test]
fn a_refresh_takes_out_what_is_gone_and_brings_what_is_not_held() {
    let host = host();
    Source::of([department("1", None), person("a", &["1"], None)]).read(&host);
    report(&host, &Summary::default());
    let source = Source::default()
        .with(person("a", &["1", "2", "9"], Some("z")))
        .with(department("2", Some("1")))
        .with(person("b", &["1"], None));
    let Refreshed { summary, unknown } = source.refresh(&host, &[user_key("a"), user_key("b")]);
    expect![[r#"
        put 2 {"externalId":"2","parent":{"value":"1"},"schemas":["d"]}
        put a {"externalId":"a","schemas":["u"],"urn:e":{"manager":null},"urn:o":{"departments":[{"value":"1"},{"value":"2"}]}}
        put b {"externalId":"b","schemas":["u"],"urn:o":{"departments":[{"value":"1"}]}}
        warning a (a): departments names department "9", which is gone (404: gone); the reference is left out
        warning a (a): manager names person "z", which is gone (404: gone); the reference is left out
        complete: 3 read, 0 unchanged, 0 skipped
        asked: User a, User b, Department 2, Department 9, User z"#]].assert_eq(&source.told(&host, &summary));
    assert_eq!(unknown, BTreeMap::new());
}

#[test]
fn a_refresh_of_a_department_that_left_takes_it_from_the_people_it_reads() {
    let host = host();
    Source::of([department("1", None), department("2", None), person("a", &["1", "2"], None)]).read(&host);
    report(&host, &Summary::default());
    let source = Source::default().with(person("a", &["1", "2"], None));
    let Refreshed { summary, .. } = source.refresh(&host, &[user_key("a"), department_key("2")]);
    expect![[r#"
        put a {"externalId":"a","schemas":["u"],"urn:o":{"departments":[{"value":"1"}]}}
        delete 2: 404: gone
        warning a (a): departments names department "2", which is gone (404: gone); the reference is left out
        complete: 1 read, 0 unchanged, 0 skipped
        asked: Department 2, User a"#]]
    .assert_eq(&source.told(&host, &summary));
}

#[test]
fn a_refresh_that_cannot_ask_is_worth_another_try_for_whoever_names_it_alone() {
    let host = host();
    let source = Source::default()
        .with(person("a", &["9"], None))
        .with(person("b", &[], None))
        .saying(department_key("9"), Lookup::Unknown(busy()));
    let Refreshed { summary, unknown } = source.refresh(&host, &[user_key("a"), user_key("b")]);
    expect![[r#"
        put b {"externalId":"b","schemas":["u"],"urn:o":{"departments":[]}}
        put a {"externalId":"a","schemas":["u"]}
        error 9: the source is busy
        warning a (a): departments names department "9", which was not read; the platform keeps what it holds there. About it the source says: the source is busy
        incomplete: 2 read, 0 unchanged, 0 skipped
        asked: User a, User b, Department 9"#]].assert_eq(&source.told(&host, &summary));
    assert_eq!(unknown, BTreeMap::from([(user_key("a"), busy())]));
}

#[test]
fn no_more_is_asked_and_told_than_the_limits_say() {
    let n = MAX_REFERENCES_ASKED + 5;
    let drafts = (0..n).map(|n| person(&format!("p{n:04}"), &[&format!("gone{n:04}")], None));
    let (source, host) = (Source::of(drafts), host());
    let summary = source.read(&host);
    assert!(summary.complete);
    assert_eq!(source.asked.borrow().len(), MAX_REFERENCES_ASKED);
    let entries: Vec<Entry> = host.take_entries();
    assert_eq!(entries.len(), MAX_REFERENCES_TOLD + 1);
    let last = entries.last().expect("there are some");
    assert_eq!((last.severity, host.objects().len()), (Severity::Warning, n));
    expect!["warning: 985 more references lead to something that was not found, too"]
        .assert_eq(&shown_entry(last));
}

#[test]
fn whoever_comes_when_too_many_wait_is_put_at_once_without_what_they_hang_in() {
    let waiting = (0..MAX_WAITING).map(|n| person(&format!("p{n:05}"), &["late"], None));
    let beyond = [person("q", &["late"], None), person("r", &[], Some("boss"))];
    let last = [department("late", None), person("boss", &["late"], None)];
    let (source, host) = (Source::of(waiting.chain(beyond).chain(last)), host());
    let summary = source.read(&host);
    assert!(summary.complete);
    assert_eq!(host.objects().len(), MAX_WAITING + 4);
    let document = |id: &str| host.objects()[&user_key(id)].document.clone();
    assert_eq!(document("p00000")["urn:o"]["departments"], json!([{ "value": "late" }]));
    assert_eq!(document("q").get("urn:o"), None, "the platform keeps what it holds there");
    assert_eq!(document("r")["urn:e"]["manager"], json!({ "value": "boss" }));
    let told: Vec<String> = host.take_entries().iter().map(shown_entry).collect();
    expect![[r#"warning q (q): departments names department "late", which was not read, and the source was not asked about it; the platform keeps what it holds there"#]].assert_eq(&told.join("\n"));
    assert_eq!(source.asked.take(), Vec::<String>::new());
}

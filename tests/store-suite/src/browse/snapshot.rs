//! Objects as they were at one moment, and whose id was somebody else's.

use rollcall_browse::Store;
use rollcall_host::directory::{Action, Write};
use rollcall_host::inbox::Note;
use rollcall_host::model::Key;
use rollcall_rules::vocabulary::resource_type::{DEPARTMENT, USER};
use serde_json::json;

use crate::given::{again, import, open_run, record, source, write};

fn created(id: &str) -> Write {
    write(Action::Created, Key::new(USER, id), json!({"externalId": id}))
}

fn department(id: &str) -> Write {
    write(Action::Created, Key::new(DEPARTMENT, id), json!({"externalId": id}))
}

pub async fn a_snapshot_has_departed_objects_too<S: Store>(store: &S) {
    import(store, "a", &[created("1"), created("2")]).await;
    import(store, "a", &[again(&created("1"), Action::Deactivated)]).await;
    let objects = store.snapshot(&source("a"), &["User"], 10).rest().await.unwrap();
    let listed: Vec<_> =
        objects.iter().map(|object| (object.key.external_id.as_str(), object.held.departed)).collect();
    assert_eq!(listed, [("1", true), ("2", false)]);
}

pub async fn a_snapshot_goes_through_the_types_in_turn_page_by_page<S: Store>(store: &S) {
    import(store, "b", &[created("other")]).await;
    import(store, "a", &[created("3"), created("1"), department("9"), created("2")]).await;
    let mut snapshot = store.snapshot(&source("a"), &["User", "Role", "Department"], 2);
    let mut pages = Vec::new();
    while let Some(page) = snapshot.next().await.unwrap() {
        pages.push(page.iter().map(|object| object.key.to_string()).collect::<Vec<_>>());
    }
    let expected = [vec![r#"User "1""#, r#"User "2""#], vec![r#"User "3""#], vec![r#"Department "9""#]];
    assert_eq!(pages, expected);
    assert_eq!(snapshot.next().await.unwrap(), None);
}

pub async fn a_snapshot_shows_nothing_of_what_is_written_while_it_is_read<S: Store>(store: &S) {
    import(store, "a", &["1", "2", "3", "4"].map(created)).await;
    let mut snapshot = store.snapshot(&source("a"), &["User", "Department"], 1);
    let first = snapshot.next().await.unwrap().unwrap();
    import(store, "a", &[again(&created("4"), Action::Deleted), created("5"), department("9")]).await;
    let rest = snapshot.rest().await.unwrap();
    let read: Vec<_> = first.iter().chain(&rest).map(|object| object.key.external_id.as_str()).collect();
    assert_eq!(read, ["1", "2", "3", "4"]);
}

pub async fn sources_are_those_with_objects_or_runs_or_that_were_followed<S: Store>(store: &S) {
    import(store, "b", &[created("1")]).await;
    open_run(store, "a").await;
    store.note(&source("c"), &Note::Paused(true)).await.unwrap();
    assert_eq!(store.sources().await.unwrap(), ["a", "b", "c"]);
}

pub async fn an_id_that_was_given_to_somebody_else_has_another_tenure<S: Store>(store: &S) {
    import(store, "a", &[created("1"), created("2")]).await;
    let evidence = Some("the source gave this id to somebody else".to_owned());
    let leave = Write { witness: evidence.clone(), ..again(&created("1"), Action::Deleted) };
    let join = write(Action::Created, Key::new(USER, "1"), json!({"externalId": "1", "title": "new"}));
    let run = open_run(store, "a").await;
    record(store, "a", &run, &[leave, Write { witness: evidence.clone(), ..join.clone() }]).await;
    let key = Key::new(USER, "1");
    let held = store.object(&source("a"), &key).await.unwrap().unwrap();
    assert_ne!(held.tenure, 0);
    assert_eq!(held.held.document["title"], "new");
    let tenures = store.tenures(&source("a")).await.unwrap();
    assert_eq!(tenures.into_iter().collect::<Vec<_>>(), [(key.clone(), held.tenure)]);
    let changes = store.changes(&run, None, 10).await.unwrap();
    let changes: Vec<_> =
        changes.into_iter().map(|change| (change.item.action, change.item.witness)).collect();
    assert_eq!(changes, [(Action::Deleted, evidence.clone()), (Action::Created, evidence)]);
    record(store, "a", &run, &[again(&join, Action::Updated)]).await;
    let again = store.object(&source("a"), &key).await.unwrap().unwrap();
    assert_eq!(again.tenure, held.tenure);
}

//! An outline is what is held, at the moment when it is asked for.

use rollcall_browse::Browse as _;
use rollcall_host::directory::Action;

use super::*;
use crate::testing::{TemporaryStore, again, department, import, person, source};

#[tokio::test]
async fn a_person_in_two_departments_is_counted_once_above_both() {
    let store = TemporaryStore::new();
    let departments = [department("1", None), department("2", Some("1")), department("3", Some("1"))];
    let people = [
        person("a", "a", &["2", "3"]),
        person("b", "b", &["3"]),
        person("c", "c", &["9"]),
        person("d", "d", &[]),
    ];
    import(&store, "a", &departments).await;
    import(&store, "a", &people).await;
    import(&store, "a", &[again(&person("e", "e", &["2"]), Action::Deactivated)]).await;
    let outline = store.outline(&source("a")).await.unwrap();
    let counts: Vec<_> = outline
        .departments()
        .iter()
        .map(|department| (department.external_id.as_str(), department.n_people, department.n_people_in_all))
        .collect();
    assert_eq!(counts, [("1", 0, 2), ("2", 1, 1), ("3", 2, 2)]);
    let Outline { n_people, n_departed, n_departments, n_without_department, .. } = *outline;
    assert_eq!([n_people, n_departed, n_departments, n_without_department], [4, 1, 3, 2]);
}

#[tokio::test]
async fn an_outline_is_kept_until_an_object_of_its_source_changes() {
    let store = TemporaryStore::new();
    let one = department("1", None);
    import(&store, "a", std::slice::from_ref(&one)).await;
    let first = store.outline(&source("a")).await.unwrap();
    import(&store, "a", &[again(&one, Action::Unchanged)]).await;
    import(&store, "b", &[department("1", None)]).await;
    let same = store.outline(&source("a")).await.unwrap();
    import(&store, "a", &[department("2", None)]).await;
    let next = store.outline(&source("a")).await.unwrap();
    assert_eq!((Arc::ptr_eq(&first, &same), first.n_departments, next.n_departments), (true, 1, 2));
}

#[tokio::test]
async fn a_source_of_which_nothing_is_held_has_an_empty_outline() {
    let store = TemporaryStore::new();
    assert_eq!(*store.outline(&source("a")).await.unwrap(), Outline::default());
}

//! An outline is what is held, at the moment when it is asked for.

use rollcall_browse::{Outline, Store};
use rollcall_host::directory::Action;

use crate::given::{again, department, import, person, source};

pub async fn a_person_in_two_departments_is_counted_once_above_both<S: Store>(store: &S) {
    let departments = [department("1", None), department("2", Some("1")), department("3", Some("1"))];
    let people = [
        person("a", "a", &["2", "3"]),
        person("b", "b", &["3"]),
        person("c", "c", &["9"]),
        person("d", "d", &[]),
    ];
    import(store, "a", &departments).await;
    import(store, "a", &people).await;
    import(store, "a", &[again(&person("e", "e", &["2"]), Action::Deactivated)]).await;
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

pub async fn a_source_of_which_nothing_is_held_has_an_empty_outline<S: Store>(store: &S) {
    assert_eq!(*store.outline(&source("a")).await.unwrap(), Outline::default());
}

//! An outline is what is held, at the moment when it is asked for.

use rollcall_browse::Browse as _;
use rollcall_host::directory::Action;

use super::*;
use crate::testing::{TemporaryStore, again, department, import, source};

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

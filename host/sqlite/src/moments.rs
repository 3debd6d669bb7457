//! The moments at which objects are written: each transaction has one of its own, later than that of every one before it,
//! whatever the machine's clock says. So whoever knows one moment knows what was written after it.

use rollcall_host::model::Timestamp;
use rusqlite::{Connection, Transaction};

/// The moment of a transaction that writes objects: now, or right after the one before, if that is later.
pub(super) fn next(transaction: &Transaction<'_>, now: Timestamp) -> rusqlite::Result<Timestamp> {
    transaction
        .prepare_cached("UPDATE clock SET at = max(?1, at + 1) RETURNING at")?
        .query_one([now.unix_ms()], |row| row.get(0).map(Timestamp::from_unix_ms))
}

/// That of the last one; 1970 where nothing ever was written.
pub(super) fn last(connection: &Connection) -> rusqlite::Result<Timestamp> {
    connection
        .prepare_cached("SELECT at FROM clock")?
        .query_one((), |row| row.get(0).map(Timestamp::from_unix_ms))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use futures_util::future::join_all;
    use rollcall_browse::Browse as _;
    use rollcall_host::directory::Action;

    use crate::SqliteStore;
    use crate::database::Urgency;
    use crate::testing::{TemporaryStore, again, import, person};

    const HOUR_MS: i64 = 60 * 60 * 1000;

    /// What this many milliseconds less on the machine's clock come down to.
    async fn set_back(store: &SqliteStore, ms: i64) {
        store
            .connections
            .write(Urgency::InTurn, move |transaction| {
                transaction.execute("UPDATE clock SET at = at + ?1", [ms])?;
                Ok(transaction.commit()?)
            })
            .await
            .unwrap();
    }

    /// When what is told of each object last became different, by its source and id.
    async fn modified(store: &SqliteStore) -> BTreeMap<(String, String), i64> {
        store
            .connections
            .read(|connection| {
                connection
                    .prepare("SELECT source, external_id, modified_at FROM listing")?
                    .query_map((), |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?
                    .collect()
            })
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn what_is_written_later_has_a_later_moment_also_when_the_clock_was_set_back() {
        let store = TemporaryStore::new();
        assert_eq!(store.last_moment().await.unwrap().unix_ms(), 0);
        import(&store, "a", &[person("first", "x", &[])]).await;
        set_back(&store, HOUR_MS).await;
        let mut last = store.last_moment().await.unwrap().unix_ms();
        for (n, name) in ["a", "b", "a", "c"].into_iter().enumerate() {
            import(&store, name, &[person("p", &n.to_string(), &[])]).await;
            let at = modified(&store).await[&(name.to_owned(), "p".to_owned())];
            assert_eq!(at, last + 1, "{name}");
            last = store.last_moment().await.unwrap().unix_ms();
            assert_eq!(at, last, "{name}");
        }
    }

    #[tokio::test]
    async fn a_program_that_is_started_again_goes_on_behind_the_last_moment_also_of_what_is_gone() {
        let store = TemporaryStore::new();
        import(&store, "a", &[person("p", "x", &[])]).await;
        set_back(&store, HOUR_MS).await;
        import(&store, "a", &[person("q", "x", &[])]).await;
        let last = store.last_moment().await.unwrap();
        let gone = again(&person("q", "x", &[]), Action::Deleted);
        import(&store, "a", &[gone]).await;
        let reopened = store.another();
        import(&reopened, "b", &[person("r", "x", &[])]).await;
        let at = modified(&reopened).await[&("b".to_owned(), "r".to_owned())];
        assert!(last.unix_ms() < at, "{last} {at}");
    }

    #[tokio::test]
    async fn sources_that_write_at_once_have_moments_of_their_own() {
        let store = TemporaryStore::new();
        let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
        for name in ["same", "other"] {
            let person = [person("p", name, &[])];
            join_all(names.map(|source| import(&store, source, &person))).await;
            let moments: BTreeSet<i64> = modified(&store).await.into_values().collect();
            assert_eq!(moments.len(), names.len());
            assert_eq!(moments.last().copied(), Some(store.last_moment().await.unwrap().unix_ms()));
        }
    }
}

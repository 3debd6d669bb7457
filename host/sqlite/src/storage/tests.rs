//! How the bytes of a bucket are counted. What any storage promises is in the suite of stores.

use super::super::testing::{TemporaryStore, source};
use super::*;

const ROOMY: u64 = 1 << 20;

fn entry(key: &str, value: &str) -> (String, Option<String>) {
    (key.to_owned(), Some(value.to_owned()))
}

/// What `bucket_bytes` says, and what there is.
fn counted(connection: &Connection, name: &str) -> [i64; 2] {
    let one = |query: &str| connection.query_row(query, [name], |row| row.get(0)).unwrap();
    [
        one("SELECT ifnull(sum(n_bytes), 0) FROM storage_total WHERE source = ?1"),
        one("SELECT ifnull(sum(octet_length(key) + octet_length(value)), 0) FROM storage WHERE source = ?1"),
    ]
}

#[tokio::test]
async fn however_entries_come_change_and_go_the_count_of_bytes_is_what_there_is() {
    let store = TemporaryStore::new();
    let looked = Connection::open(store.path()).unwrap();
    for n in 0_usize..300 {
        let name = ["a", "b"][n % 2];
        let key = format!("k{}", n * 7 % 13);
        let value = (n % 3 != 0).then(|| "é".repeat(n * 31 % 50));
        // Some are too much and change nothing.
        let _fits = store.write(&source(name), &[(key, value), entry("z", &"y".repeat(n % 5))], 400).await;
        let [total, sum] = counted(&looked, name);
        assert_eq!(total, sum, "after write {n}");
        assert!(total <= 400, "{total} bytes after write {n}");
    }
}

#[tokio::test]
async fn whether_a_bucket_is_full_is_known_without_a_look_at_its_entries() {
    let store = TemporaryStore::new();
    store.write(&source("a"), &[entry("x", "1")], ROOMY).await.unwrap();
    let looked = Connection::open(store.path()).unwrap();
    // If the entries were looked at, this would be found to fit.
    looked.execute("UPDATE storage_total SET n_bytes = 1000", ()).unwrap();
    let result = store.write(&source("a"), &[entry("y", "")], 1000).await;
    assert!(matches!(result, Err(StoreError::Full { limit_bytes: 1000 })), "{result:?}");
}

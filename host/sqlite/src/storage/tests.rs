//! What the connectors' storage in SQLite keeps, and keeps apart.

use super::super::testing::{TemporaryStore, source};
use super::*;

const ROOMY: u64 = 1 << 20;

fn entry(key: &str, value: &str) -> (String, Option<String>) {
    (key.to_owned(), Some(value.to_owned()))
}

fn pair(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

#[tokio::test]
async fn values_come_back_in_the_order_asked() {
    let store = TemporaryStore::new();
    store.write(&source("a"), &[entry("x", "1"), entry("y", "")], ROOMY).await.unwrap();
    let values = store.get(&source("a"), &["y", "z", "x"].map(str::to_owned)).await.unwrap();
    assert_eq!(values, [Some(String::new()), None, Some("1".to_owned())]);
}

#[tokio::test]
async fn a_key_without_a_value_is_deleted() {
    let store = TemporaryStore::new();
    store.write(&source("a"), &[entry("x", "1")], ROOMY).await.unwrap();
    store.write(&source("a"), &[entry("x", "2"), ("x".to_owned(), None)], ROOMY).await.unwrap();
    assert_eq!(store.get(&source("a"), &["x".to_owned()]).await.unwrap(), [None]);
}

#[tokio::test]
async fn buckets_of_two_sources_never_meet() {
    let store = TemporaryStore::new();
    store.write(&source("a"), &[entry("x", "1")], ROOMY).await.unwrap();
    store.write(&source("b"), &[entry("x", "2")], ROOMY).await.unwrap();
    assert_eq!(store.scan(&source("a"), "", None, 10).await.unwrap(), [pair("x", "1")]);
}

#[tokio::test]
async fn a_bucket_that_would_be_too_large_is_left_as_it_is() {
    let store = TemporaryStore::new();
    store.write(&source("a"), &[entry("x", "12")], 6).await.unwrap();
    let result = store.write(&source("a"), &[entry("y", "12"), entry("z", "1")], 7).await;
    assert_eq!(result.unwrap_err().to_string(), "storage would exceed 7 bytes; delete entries or store less");
    assert_eq!(store.scan(&source("a"), "", None, 10).await.unwrap(), [pair("x", "12")]);
}

#[tokio::test]
async fn a_bucket_may_be_filled_to_its_last_byte() {
    let store = TemporaryStore::new();
    store.write(&source("a"), &[entry("ü", "12")], 4).await.unwrap();
    assert_eq!(store.scan(&source("a"), "", None, 10).await.unwrap(), [pair("ü", "12")]);
}

#[tokio::test]
async fn a_scan_is_in_byte_order_within_its_prefix_and_goes_on_after_the_last_key() {
    let store = TemporaryStore::new();
    let entries = ["a", "b%", "b/1", "b/10", "b/9", "b0", "b/é"].map(|key| entry(key, "v"));
    store.write(&source("a"), &entries, ROOMY).await.unwrap();
    let page = store.scan(&source("a"), "b/", None, 2).await.unwrap();
    assert_eq!(page, [pair("b/1", "v"), pair("b/10", "v")]);
    let page = store.scan(&source("a"), "b/", Some("b/10"), 10).await.unwrap();
    assert_eq!(page, [pair("b/9", "v"), pair("b/é", "v")]);
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

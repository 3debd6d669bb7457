//! What a connector's storage keeps, and keeps apart.

use rollcall_host::error::StoreError;
use rollcall_host::storage::Storage;

use crate::given::source;

const ROOMY: u64 = 1 << 20;

fn entry(key: &str, value: &str) -> (String, Option<String>) {
    (key.to_owned(), Some(value.to_owned()))
}

fn pair(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

pub async fn values_come_back_in_the_order_asked<S: Storage + ?Sized>(store: &S) {
    store.write(&source("a"), &[entry("x", "1"), entry("y", "")], ROOMY).await.unwrap();
    let values = store.get(&source("a"), &["y", "z", "x"].map(str::to_owned)).await.unwrap();
    assert_eq!(values, [Some(String::new()), None, Some("1".to_owned())]);
}

pub async fn a_key_without_a_value_is_deleted<S: Storage + ?Sized>(store: &S) {
    store.write(&source("a"), &[entry("x", "1")], ROOMY).await.unwrap();
    store.write(&source("a"), &[entry("x", "2"), ("x".to_owned(), None)], ROOMY).await.unwrap();
    assert_eq!(store.get(&source("a"), &["x".to_owned()]).await.unwrap(), [None]);
}

pub async fn buckets_of_two_sources_never_meet<S: Storage + ?Sized>(store: &S) {
    store.write(&source("a"), &[entry("x", "1")], ROOMY).await.unwrap();
    store.write(&source("b"), &[entry("x", "2")], ROOMY).await.unwrap();
    assert_eq!(store.scan(&source("a"), "", None, 10).await.unwrap(), [pair("x", "1")]);
}

pub async fn a_bucket_that_would_be_too_large_is_left_as_it_is<S: Storage + ?Sized>(store: &S) {
    store.write(&source("a"), &[entry("x", "12")], 6).await.unwrap();
    let result = store.write(&source("a"), &[entry("y", "12"), entry("z", "1")], 7).await;
    assert!(matches!(result, Err(StoreError::Full { limit_bytes: 7 })), "{result:?}");
    assert_eq!(store.scan(&source("a"), "", None, 10).await.unwrap(), [pair("x", "12")]);
}

pub async fn a_bucket_may_be_filled_to_its_last_byte<S: Storage + ?Sized>(store: &S) {
    store.write(&source("a"), &[entry("ü", "12")], 4).await.unwrap();
    assert_eq!(store.scan(&source("a"), "", None, 10).await.unwrap(), [pair("ü", "12")]);
}

pub async fn a_scan_is_in_byte_order_within_its_prefix_and_goes_on_after_the_last_key<S: Storage + ?Sized>(
    store: &S,
) {
    let entries = ["a", "b%", "b/1", "b/10", "b/9", "b0", "b/é"].map(|key| entry(key, "v"));
    store.write(&source("a"), &entries, ROOMY).await.unwrap();
    let page = store.scan(&source("a"), "b/", None, 2).await.unwrap();
    assert_eq!(page, [pair("b/1", "v"), pair("b/10", "v")]);
    let page = store.scan(&source("a"), "b/", Some("b/10"), 10).await.unwrap();
    assert_eq!(page, [pair("b/9", "v"), pair("b/é", "v")]);
}

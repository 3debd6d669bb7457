//! What asking twice comes to.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::http::header::CONTENT_TYPE;
use rollcall_words::Language;
use serde_json::json;

use super::*;
use crate::testing::{Bench, administrator};

fn asked(key: &'static str, what: &Value) -> IdempotentRequest {
    let mut headers = HeaderMap::new();
    headers.insert(HEADER, HeaderValue::from_static(key));
    IdempotentRequest::new(&administrator(Language::English), &headers, what).unwrap()
}

/// Ask, and count how often it is done.
async fn ask(bench: &Bench, n_done: &Arc<AtomicU32>, asked: IdempotentRequest) -> Result<Response, Problem> {
    let n_done = Arc::clone(n_done);
    once(bench.console.services(), asked, async move { Ok(n_done.fetch_add(1, Ordering::SeqCst)) }).await
}

#[tokio::test]
async fn the_same_request_with_the_same_key_is_done_once_and_answered_the_same() {
    let (bench, n_done) = (Bench::new().await, Arc::default());
    let first = ask(&bench, &n_done, asked("k", &json!("import"))).await.unwrap();
    let again = ask(&bench, &n_done, asked("k", &json!("import"))).await.unwrap();
    assert_eq!(n_done.load(Ordering::SeqCst), 1);
    assert_eq!((first.headers().get(REPLAYED), again.headers().contains_key(REPLAYED)), (None, true));
    assert_eq!(again.headers()[CONTENT_TYPE], first.headers()[CONTENT_TYPE]);
}

#[tokio::test]
async fn another_request_with_the_same_key_is_refused() {
    let (bench, n_done) = (Bench::new().await, Arc::default());
    ask(&bench, &n_done, asked("k", &json!("import"))).await.unwrap();
    let refused = ask(&bench, &n_done, asked("k", &json!("refresh"))).await.unwrap_err();
    assert_eq!(
        (refused.diagnosis.code.as_str(), n_done.load(Ordering::SeqCst)),
        ("idempotency-key-reused", 1)
    );
}

#[tokio::test]
async fn what_failed_may_be_asked_for_again_with_the_same_key() {
    let (bench, n_done) = (Bench::new().await, Arc::default());
    let failed = once(bench.console.services(), asked("k", &json!("import")), async {
        Err::<u32, _>(Problem::not_found())
    });
    assert_eq!(failed.await.unwrap_err(), Problem::not_found());
    assert!(ask(&bench, &n_done, asked("k", &json!("import"))).await.is_ok());
}

#[tokio::test]
async fn the_same_request_is_refused_while_it_is_under_way() {
    let bench = Bench::new().await;
    let claim = || claim(bench.console.services(), "account:admin", "k", vec![1]);
    assert_eq!((claim().await.unwrap(), claim().await.unwrap()), (Known::Fresh, Known::UnderWay));
}

#[tokio::test]
async fn a_key_belongs_to_whoever_used_it() {
    let bench = Bench::new().await;
    for who in ["account:admin", "token:1"] {
        assert_eq!(claim(bench.console.services(), who, "k", vec![1]).await.unwrap(), Known::Fresh, "{who}");
    }
}

#[tokio::test]
async fn without_a_key_it_is_done_each_time() {
    let (bench, n_done) = (Bench::new().await, Arc::default());
    for _ in 0..2 {
        let visitor = administrator(Language::English);
        let asked = IdempotentRequest::new(&visitor, &HeaderMap::new(), &json!("import")).unwrap();
        ask(&bench, &n_done, asked).await.unwrap();
    }
    assert_eq!(n_done.load(Ordering::SeqCst), 2);
}

#[test]
fn a_key_that_is_none_is_refused() {
    let long = "k".repeat(MAX_KEY_CHARS + 1);
    for wrong in ["", "a b", long.as_str()] {
        assert!(key(&HeaderValue::from_str(wrong).unwrap()).is_err(), "{wrong}");
    }
}

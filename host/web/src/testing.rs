//! A console over temporary files, for the tests of this crate: no connector, no network, a clock that stands still.

use rollcall_browse::Store;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use rollcall_host::clock::Clock;
use rollcall_host::egress::Reach;
use rollcall_host::engine::{Engine, EngineOptions};
use rollcall_host::follow::Unfollowed;
use rollcall_host::model::Timestamp;
use rollcall_sqlite::{SqliteAdmin, SqliteStore};
use rollcall_words::Language;
use tempfile::TempDir;
use tower_service::Service;

use crate::console::Console;
use crate::options::ConsoleOptions;
use crate::visitor::{Preferences, Theme, Visitor, Who};

/// 2026-01-01T00:00:00Z.
pub(crate) const NOW: Timestamp = Timestamp::from_unix_ms(1_767_225_600_000);

/// A clock that goes on when it is told to.
#[derive(Debug)]
struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_ms(self.0.load(Ordering::SeqCst))
    }
}

/// A console and the folder that it lives in.
pub(crate) struct Bench {
    pub(crate) console: Console,
    pub(crate) store: Arc<dyn Store>,
    hand: Arc<Hand>,
    folder: TempDir,
}

impl Bench {
    /// Whoever is told something listens on this machine.
    pub(crate) async fn new() -> Self {
        Self::with(Reach::Private, |_| {}).await
    }

    /// One whose requests reach so far, set up in another way.
    pub(crate) async fn with(reach: Reach, change: impl FnOnce(&mut ConsoleOptions)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&folder.path().join("rollcall.db")).unwrap());
        let hand = Arc::new(Hand(AtomicI64::new(NOW.unix_ms())));
        let engine = EngineOptions { reach, clock: hand.clone(), ..EngineOptions::default() };
        let engine = Engine::new(engine).unwrap();
        let mut options = ConsoleOptions {
            data: folder.path().to_owned(),
            connectors: folder.path().join("connectors"),
            key_file: None,
            public_url: "http://127.0.0.1:8630".parse().unwrap(),
            callbacks_url: None,
            trusted_proxies: Vec::new(),
            allow_origins: vec!["https://allowed.example.com".parse().unwrap()],
            observe: Arc::new(|_| Arc::new(Unfollowed)),
            clock: hand.clone(),
        };
        change(&mut options);
        let database = Arc::new(SqliteAdmin::open(&folder.path().join("console.db")).unwrap());
        let console = Console::open(engine, Arc::clone(&store), database, options).await.unwrap();
        Self { console, store, hand, folder }
    }

    /// Whether these bytes are in one of its files.
    pub(crate) fn has_on_disk(&self, bytes: &[u8]) -> bool {
        std::fs::read_dir(self.folder.path()).unwrap().any(|file| {
            let path = file.unwrap().path();
            path.is_file() && std::fs::read(path).unwrap().windows(bytes.len()).any(|part| part == bytes)
        })
    }

    /// Let time go by.
    pub(crate) fn pass(&self, time: Duration) {
        self.hand.0.fetch_add(i64::try_from(time.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

/// An administrator who reads this language.
pub(crate) fn administrator(language: Language) -> Visitor {
    Visitor {
        who: Who::Administrator { name: "admin".to_owned() },
        reader: Preferences { language, theme: Theme::System },
        csrf: "csrf-of-a-test".to_owned(),
        address: None,
    }
}

/// What a router answers to a visitor: status, headers of note, body.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) location: Option<String>,
    pub(crate) body: String,
}

/// Ask a router as this visitor, past the gate.
pub(crate) async fn ask(
    mut routes: Router,
    visitor: &Visitor,
    method: Method,
    path: &str,
    body: &str,
) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    if !body.is_empty() {
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    }
    let mut request = request.body(Body::from(body.to_owned())).unwrap();
    request.extensions_mut().insert(visitor.reader);
    request.extensions_mut().insert(visitor.clone());
    let response = routes.call(request).await.unwrap();
    let (head, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let location = head.headers.get(header::LOCATION).map(|location| location.to_str().unwrap().to_owned());
    Answer { status: head.status, location, body: String::from_utf8(body.to_vec()).unwrap() }
}

/// Get a page as an administrator who reads English.
pub(crate) async fn get(routes: Router, path: &str) -> Answer {
    ask(routes, &administrator(Language::English), Method::GET, path, "").await
}

/// These are in a page or an answer.
#[track_caller]
pub(crate) fn says(body: &str, wanted: &[&str]) {
    for wanted in wanted {
        assert!(body.contains(wanted), "{wanted:?} is not in {body}");
    }
}

/// None of these is in a page or an answer.
#[track_caller]
pub(crate) fn says_nothing_of(body: &str, unwanted: &[&str]) {
    for unwanted in unwanted {
        assert!(!body.contains(unwanted), "{unwanted:?} is in {body}");
    }
}

//! Whoever holds something open: what they hold is let go, and others are answered meanwhile.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::routing::{any, post};
use futures_util::stream;
use tokio::task::JoinHandle;

use super::*;
use crate::limits::{MAX_WAITING_OF_ONE_ADDRESS, UNREAD_TIMEOUT};

/// How long an answer may take that comes at once on a quiet machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Connections that are held: more than one address has, and with their other ends in this process, too, far from all
/// descriptors that it may have.
const N_HELD: usize = MAX_WAITING_OF_ONE_ADDRESS + 32;

/// A listener at work, until it is dropped.
struct Served {
    address: SocketAddr,
    end: Cancel,
    serving: JoinHandle<()>,
}

impl Served {
    async fn new(exposure: &Exposure) -> Self {
        let listener = bind("127.0.0.1:0", exposure).await.unwrap();
        let (address, end) = (listener.address(), Cancel::new());
        let serving = tokio::spawn(listener.serve(routes(), end.clone()));
        Self { address, end, serving }
    }

    /// Connect, and send this.
    async fn hold(&self, words: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // It may have been closed already, which is what it is about.
        let _sent = stream.write_all(words.as_bytes()).await;
        stream
    }

    async fn hold_many(&self, words: &str) -> Vec<TcpStream> {
        let mut held = Vec::new();
        for _ in 0..N_HELD {
            held.push(self.hold(words).await);
        }
        held
    }

    /// The head of the answer to a request; empty if the connection was closed instead.
    async fn asked(&self, request: &str) -> String {
        let asked = async {
            let mut stream = self.hold(request).await;
            let mut answer = Vec::new();
            let _closed = stream.read_to_end(&mut answer).await;
            String::from_utf8_lossy(&answer).into_owned()
        };
        timeout(PATIENCE, asked).await.expect("it is answered while others hold what they hold")
    }

    /// A delivery and a question after health are answered.
    async fn hears(&self) {
        let delivery =
            "POST /callbacks/hr HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
        let answer = self.asked(delivery).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        let answer = self.asked("GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    }

    async fn ends(self) {
        self.end.cancel();
        self.serving.await.unwrap();
    }
}

fn routes() -> Router {
    let large = || Bytes::from_static(&[b'x'; 64 * 1024]);
    let endless = move || Body::from_stream(stream::repeat_with(move || Ok::<_, io::Error>(large())));
    Router::new()
        .route("/callbacks/hr", any(async |body: Bytes| body))
        .route("/healthz", get(async || axum::http::StatusCode::NO_CONTENT))
        .route("/login", post(async |body: Bytes| body))
        .route("/api/v1/read", post(async |body: Bytes| body))
        .route("/pages", post(async |body: Bytes| body))
        .route("/endless", get(async move || endless()))
        .route("/never", get(std::future::pending::<()>))
}

#[tokio::test]
async fn deliveries_and_health_are_answered_whatever_one_address_holds_open() {
    let body = |path: &str| format!("POST {path} HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\ncsrf=");
    let kinds = [
        String::new(),
        "GET / HTTP/1.1\r\nHo".to_owned(),
        "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n".to_owned(),
        body("/login"),
        body("/pages"),
        body("/api/v1/read"),
        body("/callbacks/hr"),
        body("/healthz"),
        "GET /endless HTTP/1.1\r\nHost: h\r\n\r\n".to_owned(),
        "GET /never HTTP/1.1\r\nHost: h\r\n\r\n".to_owned(),
    ];
    let served = Served::new(&Exposure::default()).await;
    let mut held = Vec::new();
    for kind in &kinds {
        // What was held before is let go by whoever holds it, for the descriptors of this process.
        held = served.hold_many(kind).await;
        served.hears().await;
    }
    drop(held);
    served.ends().await;
}

#[tokio::test]
async fn whoever_finds_no_place_is_told_so_and_when_to_come_back_as_a_person_or_as_a_program() {
    let served = Served::new(&Exposure::default()).await;
    let held = served.hold_many("GET /never HTTP/1.1\r\nHost: h\r\n\r\n").await;
    // As many are served as one address may have at once, and the others were refused.
    let person = "GET /never HTTP/1.1\r\nHost: h\r\nAccept-Language: zh-CN\r\nConnection: close\r\n\r\n";
    let page = served.asked(person).await;
    for wanted in ["HTTP/1.1 503", "retry-after: 1", "text/html", "lang=\"zh-CN\"", "当前请求过多"] {
        assert!(page.contains(wanted), "{wanted:?} is not in {page}");
    }
    served.hears().await;
    drop(held);
    served.ends().await;
    for (path, kind) in
        [("/api/v1/runs", "application/problem+json"), ("/scim/Users/", "application/scim+json")]
    {
        let program = refusal::no_place(class::Class::Programs, path, &axum::http::HeaderMap::new());
        assert_eq!(program.headers()["content-type"], kind);
        assert_eq!(program.headers()["retry-after"], "1");
    }
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_client_has_places_of_their_own() {
    let trusted = "127.0.0.1".parse().unwrap();
    let served = Served::new(&Exposure { trusted_proxies: vec![trusted], ..Exposure::default() }).await;
    let asked = |path: &str, client: &str| {
        format!("GET {path} HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: {client}\r\nConnection: close\r\n\r\n")
    };
    let held = served.hold_many(&asked("/never", "192.0.2.1")).await;
    let refused = served.asked(&asked("/pages", "192.0.2.1")).await;
    assert!(refused.starts_with("HTTP/1.1 503"), "{refused}");
    let other = served.asked(&asked("/pages", "192.0.2.2")).await;
    assert!(other.starts_with("HTTP/1.1 405"), "{other}");
    drop(held);
    served.ends().await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_which_nothing_is_taken_is_cut_off_and_one_that_is_taken_goes_on() {
    let (near, mut far) = tokio::io::duplex(1024);
    let seat = Arc::new(Seats::default()).take(None).unwrap();
    let mut socket = socket::Socket::new(near, seat);
    let writing = tokio::spawn(async move {
        loop {
            if let Err(error) = socket.write_all(&[0; 4096]).await {
                return error;
            }
        }
    });
    let mut taken = [0; 512];
    for _ in 0..10 {
        sleep(UNREAD_TIMEOUT - Duration::from_secs(1)).await;
        far.read_exact(&mut taken).await.unwrap();
    }
    assert!(!writing.is_finished());
    let error = writing.await.unwrap();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
}

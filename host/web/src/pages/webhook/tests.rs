//! What is told to whom, and how often.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rollcall_host::directory::Action;
use rollcall_host::egress::Reach;
use rollcall_host::history::{Counters, RunEnd, RunState};
use rollcall_host::inbox::Stopped;
use rollcall_host::model::{Diagnosis, Failure, FailureKind, RunId, SourceName};
use rollcall_words::Language;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::scim::tests::Directories;
use crate::testing::{Bench, NOW, administrator, ask};
use crate::webhook::hooks::{self, Occasion, Target, Webhook};
use crate::webhook::outbox;
use crate::webhook::sending::tell_due;
use crate::webhook::signature::SigningSecret;

/// Receives deliveries on this machine.
struct Receiver {
    socket: TcpListener,
}

/// A delivery as it arrived.
struct Delivery {
    head: String,
    body: String,
}

impl Delivery {
    fn header(&self, name: &str) -> &str {
        let is_it = |line: &&str| line.to_ascii_lowercase().starts_with(&format!("{name}:"));
        self.head.lines().find(is_it).and_then(|line| line.split_once(": ")).unwrap().1
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

impl Receiver {
    async fn new() -> Self {
        Self { socket: TcpListener::bind("127.0.0.1:0").await.unwrap() }
    }

    fn url(&self) -> String {
        format!("http://{}/hook", self.socket.local_addr().unwrap())
    }

    /// Answer one delivery like this.
    async fn receive(&self, answer: &str) -> Delivery {
        let (mut stream, _) = self.socket.accept().await.unwrap();
        let (mut text, mut buffer) = (String::new(), [0; 4096]);
        loop {
            let n = stream.read(&mut buffer).await.unwrap();
            text.push_str(std::str::from_utf8(&buffer[..n]).unwrap());
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let delivery = Delivery { head: head.to_owned(), body: body.to_owned() };
            if delivery.header("content-length").parse() == Ok(body.len()) {
                stream.write_all(answer.as_bytes()).await.unwrap();
                return delivery;
            }
        }
    }
}

const GOOD: &str = "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
const BROKEN: &str = "HTTP/1.1 500 Broken\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
const ELSEWHERE: &str =
    "HTTP/1.1 307 Elsewhere\r\nconnection: close\r\nlocation: /other\r\ncontent-length: 0\r\n\r\n";

async fn add(bench: &Bench, url: &str, occasions: &[Occasion]) -> SigningSecret {
    let target = Target::parse(url, None, Reach::Private).unwrap();
    hooks::add(bench.console.services(), &target, occasions.to_vec()).await.unwrap().unwrap()
}

async fn only(bench: &Bench) -> Webhook {
    hooks::all(bench.console.services()).await.unwrap().pop().unwrap()
}

/// A run of `hq` that ended like this, heard of.
async fn ended(directories: &Directories, state: RunState) -> RunId {
    let run = directories.put("hq", Action::Created, &[]).await;
    let end = RunEnd {
        state,
        counters: Counters::default(),
        failure: None,
        n_entries_dropped: 0,
        finished_at: NOW,
        scope: None,
        proof: None,
    };
    directories.bench.store.close_run(&run, &end).await.unwrap();
    let row = directories.bench.store.run(&run).await.unwrap().unwrap();
    outbox::run_ended(directories.bench.console.services(), &row).await.unwrap();
    run
}

#[tokio::test]
async fn a_run_that_ended_is_told_signed_and_without_people() {
    let (directories, receiver) = (Directories::new().await, Receiver::new().await);
    let secret = add(&directories.bench, &receiver.url(), &[Occasion::RunEnded]).await;
    let run = ended(&directories, RunState::Succeeded).await;
    let (told, delivery) =
        tokio::join!(tell_due(directories.bench.console.services()), receiver.receive(GOOD));
    assert_eq!(told.unwrap(), 1);
    let (id, timestamp) = (delivery.header("webhook-id"), delivery.header("webhook-timestamp"));
    assert_eq!(id, format!("run.ended-{run}"));
    let signature = secret.sign(id, timestamp.parse().unwrap(), &delivery.body);
    assert_eq!(delivery.header("webhook-signature"), signature);
    assert_eq!(
        (&delivery.json()["type"], &delivery.json()["data"]["state"]),
        (&"run.ended".into(), &"succeeded".into())
    );
    assert!(!delivery.body.contains("张三"));
    assert_eq!(tell_due(directories.bench.console.services()).await.unwrap(), 0);
}

#[tokio::test]
async fn what_is_heard_of_twice_is_told_once() {
    let directories = Directories::new().await;
    add(&directories.bench, "https://hooks.example/", &Occasion::CHOICES).await;
    let run = ended(&directories, RunState::Held).await;
    let row = directories.bench.store.run(&run).await.unwrap().unwrap();
    outbox::run_ended(directories.bench.console.services(), &row).await.unwrap();
    assert_eq!(only(&directories.bench).await.n_waiting, 2);
}

#[tokio::test]
async fn only_those_are_told_who_want_to_hear_of_it() {
    let directories = Directories::new().await;
    add(&directories.bench, "https://hooks.example/", &[Occasion::RunHeld]).await;
    ended(&directories, RunState::Succeeded).await;
    assert_eq!(only(&directories.bench).await.n_waiting, 0);
}

#[tokio::test]
async fn a_source_that_was_stopped_long_ago_is_no_news() {
    let bench = Bench::new().await;
    add(&bench, "https://hooks.example/", &[Occasion::SourceStopped]).await;
    let failure = Failure::new(FailureKind::Permission, Diagnosis::new("x", "x"));
    let (name, stopped) = (SourceName::new("hq").unwrap(), Stopped { at: NOW, failure });
    outbox::source_stopped(bench.console.services(), &name, &stopped).await.unwrap();
    assert_eq!(only(&bench).await.n_waiting, 1);
    bench.pass(Duration::from_secs(2 * 24 * 60 * 60));
    let other = SourceName::new("branch").unwrap();
    outbox::source_stopped(bench.console.services(), &other, &stopped).await.unwrap();
    assert_eq!(only(&bench).await.n_waiting, 1);
}

#[tokio::test]
async fn what_was_not_taken_is_told_again_later_with_the_same_id() {
    let (directories, receiver) = (Directories::new().await, Receiver::new().await);
    let (bench, console) = (&directories.bench, &directories.bench.console);
    add(bench, &receiver.url(), &[Occasion::RunEnded]).await;
    ended(&directories, RunState::Succeeded).await;
    let (_, first) = tokio::join!(tell_due(console.services()), receiver.receive(BROKEN));
    assert_eq!(tell_due(console.services()).await.unwrap(), 0);
    bench.pass(Duration::from_secs(5));
    let (told, second) = tokio::join!(tell_due(console.services()), receiver.receive(GOOD));
    assert_eq!((told.unwrap(), first.header("webhook-id")), (1, second.header("webhook-id")));
    let last = only(bench).await.last.unwrap();
    assert_eq!((last.n_attempts, last.due_at), (2, None));
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_means_that_it_was_not_told() {
    let (directories, receiver) = (Directories::new().await, Receiver::new().await);
    add(&directories.bench, &receiver.url(), &[Occasion::RunEnded]).await;
    ended(&directories, RunState::Succeeded).await;
    let (told, _) = tokio::join!(tell_due(directories.bench.console.services()), receiver.receive(ELSEWHERE));
    assert_eq!(told.unwrap(), 1);
    let webhook = only(&directories.bench).await;
    assert_eq!((webhook.n_waiting, webhook.last.unwrap().outcome.as_str()), (1, r#"{"answered":307}"#));
}

#[tokio::test]
async fn what_is_out_of_reach_is_not_dialled_and_nobody_learns_what_is_there() {
    let directories = Directories { bench: Bench::with(Reach::Public, |_| {}).await };
    let receiver = Receiver::new().await;
    add(&directories.bench, &receiver.url(), &[Occasion::RunEnded]).await;
    ended(&directories, RunState::Succeeded).await;
    assert_eq!(tell_due(directories.bench.console.services()).await.unwrap(), 1);
    let webhook = only(&directories.bench).await;
    let last = webhook.last.unwrap();
    // It is not tried again: what it would be told the next time is the same.
    assert_eq!((webhook.n_waiting, last.due_at, last.outcome.as_str()), (0, None, r#""not-allowed""#));
    let heard = tokio::time::timeout(Duration::from_millis(50), receiver.socket.accept()).await;
    assert!(heard.is_err(), "{heard:?}");
    for (language, told) in [(Language::English, "must not be reached"), (Language::Chinese, "不允许访问")]
    {
        let routes = routes().with_state(directories.bench.console.clone());
        let page = ask(routes, &administrator(language), Method::GET, "/settings/webhooks", "").await.body;
        assert!(page.contains(told) && !page.contains("loopback") && !page.contains("环回"), "{page}");
    }
}

#[tokio::test]
async fn whoever_adds_an_address_that_is_out_of_reach_is_told_at_once() {
    let bench = Bench::with(Reach::Public, |_| {}).await;
    for (form, english, chinese) in [
        (
            "url=http%3A%2F%2F127.0.0.1%3A9000&occasion=run.ended",
            "--allow-private-addresses",
            "本机或私有网络",
        ),
        ("url=https%3A%2F%2F169.254.169.254&occasion=run.ended", "Nobody may be told", "不允许通知此类地址"),
    ] {
        for (language, complaint) in [(Language::English, english), (Language::Chinese, chinese)] {
            let routes = routes().with_state(bench.console.clone());
            let page = ask(routes, &administrator(language), Method::POST, "/settings/webhooks", form).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
            assert!(page.body.contains(complaint), "{form}");
        }
    }
}

#[tokio::test]
async fn a_webhook_that_is_paused_is_told_when_it_goes_on() {
    let (directories, receiver) = (Directories::new().await, Receiver::new().await);
    let (bench, console) = (&directories.bench, &directories.bench.console);
    add(bench, &receiver.url(), &[Occasion::RunEnded]).await;
    let id = only(bench).await.id;
    hooks::set_paused(console.services(), id, Some(NOW)).await.unwrap().unwrap();
    ended(&directories, RunState::Succeeded).await;
    assert_eq!(tell_due(console.services()).await.unwrap(), 0);
    hooks::set_paused(console.services(), id, None).await.unwrap().unwrap();
    let (told, _) = tokio::join!(tell_due(console.services()), receiver.receive(GOOD));
    assert_eq!(told.unwrap(), 1);
}

#[tokio::test]
async fn a_secret_is_shown_once_and_kept_sealed() {
    let bench = Bench::new().await;
    let routes = || routes().with_state(bench.console.clone());
    let visitor = administrator(Language::English);
    let form = "url=https%3A%2F%2Fhooks.example%2Fx&proxy=&occasion=run.ended&occasion=run.held";
    let added = ask(routes(), &visitor, Method::POST, "/settings/webhooks", form).await;
    assert_eq!(added.status, StatusCode::OK);
    let secret = added.body.split("whsec_").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let shown = ask(routes(), &visitor, Method::GET, "/settings/webhooks", "").await.body;
    assert!(shown.contains("https://hooks.example/x") && !shown.contains("whsec_"));
    assert!(bench.has_on_disk(b"https://hooks.example/x"));
    let plain = STANDARD.decode(&secret).unwrap();
    assert!(!bench.has_on_disk(secret.as_bytes()) && !bench.has_on_disk(&plain));
}

#[tokio::test]
async fn what_cannot_be_told_is_complained_about_at_its_field_in_both_languages() {
    let bench = Bench::new().await;
    for (form, english, chinese) in [
        ("url=http%3A%2F%2Fhooks.example&occasion=run.ended", "Use https", "请使用 https"),
        ("url=nonsense&occasion=run.ended", "no address", "该地址无效"),
        ("url=https%3A%2F%2Fhooks.example", "Choose at least one", "请至少选择一项"),
    ] {
        for (language, complaint) in [(Language::English, english), (Language::Chinese, chinese)] {
            let routes = routes().with_state(bench.console.clone());
            let page = ask(routes, &administrator(language), Method::POST, "/settings/webhooks", form).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
            assert!(page.body.contains(complaint), "{form}");
        }
    }
}

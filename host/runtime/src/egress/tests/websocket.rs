//! WebSockets take the same way out as requests, and say as little about their URL.

use std::time::Duration;

use super::lab::{self, Proxying, Server};
use super::{client, granting};
use crate::egress::websocket::{Heard, WebSocket, connect, connect_within};
use crate::egress::{Client, Egress, Fault, FaultKind, Proxy, Reach};
use crate::model::Body;

const BEHIND_PROXY: &str = "wss://directory.test/gateway?ticket=t1cket";

/// Connect to the very origin of the URL, which is granted.
async fn open(client: &Client, url: &str) -> Result<WebSocket, Fault> {
    let origin = url.replacen("ws", "http", 1);
    let origin = origin.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
    connect(client, &granting(&[&origin]), url, &[]).await
}

async fn told(channel: &mut WebSocket, text: &str) -> Result<Heard, Fault> {
    channel.send(Body::Text(text.to_owned())).await.unwrap();
    channel.next().await
}

#[track_caller]
fn check(result: Result<WebSocket, Fault>, kind: FaultKind, code: &str) {
    let fault = result.unwrap_err();
    assert_eq!((fault.kind, fault.diagnosis.code.as_str()), (kind, code));
    assert!(!format!("{fault:?}").contains("t1cket"), "{fault:?}");
}

async fn check_talks(client: &Client, url: &str) {
    let mut channel = open(client, url).await.unwrap();
    assert_eq!(told(&mut channel, "你好").await, Ok(Heard::Message(Body::Text("你好".to_owned()))));
}

#[tokio::test]
async fn a_channel_opens_where_its_url_says_and_offers_its_subprotocols() {
    let server = Server::websocket().await;
    let grants = granting(&[&server.url("").replace("wss", "https")]);
    let offered = ["v2", "v1"].map(str::to_owned);
    let url = server.url("/gateway?ticket=t1cket");
    let channel = connect(&client(None), &grants, &url, &offered).await.unwrap();
    assert_eq!(server.requests(), [r#"/gateway?ticket=t1cket Some("v2, v1") false"#]);
    assert!(!format!("{channel:?}").contains("t1cket"));
}

#[tokio::test]
async fn each_thing_that_comes_is_told_apart() {
    let server = Server::websocket().await;
    let mut channel = open(&client(None), &server.url("/")).await.unwrap();
    assert_eq!(told(&mut channel, "hello").await, Ok(Heard::Message(Body::Text("hello".to_owned()))));
    assert_eq!(told(&mut channel, "ping").await, Ok(Heard::Alive));
    channel.ping().await.unwrap();
    assert_eq!(channel.next().await, Ok(Heard::Alive));
    assert_eq!(told(&mut channel, "close").await, Ok(Heard::Closed));
}

#[tokio::test]
async fn binary_messages_come_whole_and_are_answered_in_kind() {
    let server = Server::websocket().await;
    let mut channel = open(&client(None), &server.url("/")).await.unwrap();
    assert_eq!(told(&mut channel, "binary").await, Ok(Heard::Message(Body::Bytes(vec![0xff, 1]))));
    assert_eq!(told(&mut channel, "text").await, Ok(Heard::Message(Body::Text("text".to_owned()))));
    channel.send(Body::Bytes(vec![0xfe])).await.unwrap();
    assert_eq!(channel.next().await, Ok(Heard::Message(Body::Bytes(vec![0xfe]))));
    assert_eq!(server.requests(), ["/ None false", "4 bytes", "1 bytes"]);
}

#[tokio::test]
async fn whoever_closes_a_channel_says_so() {
    let server = Server::websocket().await;
    open(&client(None), &server.url("/")).await.unwrap().close().await;
    while server.requests().len() < 2 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(server.requests(), ["/ None false", "closed"]);
}

#[tokio::test]
async fn a_channel_that_breaks_is_lost_and_not_closed() {
    let server = Server::websocket().await;
    let mut channel = open(&client(None), &server.url("/?ticket=t1cket")).await.unwrap();
    let fault = told(&mut channel, "break").await.unwrap_err();
    assert_eq!((fault.kind, fault.diagnosis.code.as_str()), (FaultKind::Interrupted, "channel-lost"));
    assert!(!format!("{fault:?}").contains("t1cket"), "{fault:?}");
}

#[tokio::test]
async fn a_message_of_exactly_the_limit_is_whole_and_one_byte_more_is_too_large() {
    let server = Server::websocket().await;
    let mut channel = open(&client(None), &server.url("/")).await.unwrap();
    assert!(matches!(told(&mut channel, "largest").await, Ok(Heard::Message(text)) if text.len() == 1 << 20));
    let fault = told(&mut channel, "too large").await.unwrap_err();
    assert_eq!(
        (fault.kind, fault.diagnosis.code.as_str()),
        (FaultKind::TooLarge, "channel-message-too-large")
    );
}

#[tokio::test]
async fn through_each_proxy_a_channel_opens_and_the_proxy_resolves_the_name() {
    let server = Server::websocket().await;
    let password = Proxying::Password("me", "s3cret");
    for proxy in [
        lab::connect_proxy(&server, password).await,
        lab::tls_connect_proxy(&server, password).await,
        lab::socks5_proxy(&server, password).await,
    ] {
        let address = proxy.address().with_credentials("me", "s3cret");
        check_talks(&client(Some(address)), BEHIND_PROXY).await;
        assert_eq!(proxy.targets(), ["directory.test:443"]);
    }
    assert_eq!(server.requests(), ["/gateway?ticket=t1cket None false"; 3]);
}

#[tokio::test]
async fn an_unencrypted_channel_is_tunnelled_as_well() {
    let server = Server::plain_websocket().await;
    let proxy = lab::connect_proxy(&server, Proxying::Open).await;
    check_talks(&client(Some(proxy.address())), "ws://directory.test/").await;
    assert_eq!(proxy.targets(), ["directory.test:80"]);
}

#[tokio::test]
async fn a_wrong_proxy_password_opens_nothing() {
    let server = Server::websocket().await;
    let proxy = lab::connect_proxy(&server, Proxying::Password("me", "s3cret")).await;
    check(
        open(&client(Some(proxy.address().with_credentials("me", "wr0ng"))), BEHIND_PROXY).await,
        FaultKind::ProxyRefused,
        "proxy-auth-failed",
    );
    assert_eq!(server.n_connections(), 0);
}

#[tokio::test]
async fn a_proxy_that_is_down_means_failed_and_never_direct() {
    let server = Server::websocket().await;
    let port = lab::closed_port().await;
    for scheme in ["http", "https", "socks5"] {
        let proxy: Proxy = format!("{scheme}://127.0.0.1:{port}").parse().unwrap();
        // The origin itself could be reached, which is what makes this a test.
        let result = open(&client(Some(proxy)), &server.url("/?ticket=t1cket")).await;
        check(result, FaultKind::ProxyUnreachable, "proxy-unreachable");
    }
    assert_eq!(server.n_connections(), 0);
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_refused_before_the_ticket_is_sent() {
    let server = Server::websocket().await;
    let stranger = Client::new(&Egress::default(), Reach::Private).unwrap();
    check(open(&stranger, &server.url("/?ticket=t1cket")).await, FaultKind::Untrusted, "tls-failed");
    assert_eq!(server.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn an_origin_that_is_not_granted_hears_nothing() {
    let server = Server::plain_websocket().await;
    let url = server.url("/?ticket=t1cket");
    // The same host and port, but encrypted.
    let grants = granting(&[&server.url("").replace("ws", "https")]);
    check(connect(&client(None), &grants, &url, &[]).await, FaultKind::Denied, "origin-not-granted");
    assert_eq!(server.n_connections(), 0);
}

#[tokio::test]
async fn a_url_of_another_kind_is_invalid() {
    for url in ["https://directory.test/?ticket=t1cket", "t1cket", "wss://"] {
        let result = connect(&client(None), &granting(&["https://directory.test"]), url, &[]).await;
        check(result, FaultKind::Other, "request-invalid");
    }
}

#[tokio::test]
async fn a_source_that_refuses_the_channel_is_told_with_its_status() {
    let server = Server::websocket().await;
    let result = open(&client(None), &server.url("/refuse?ticket=t1cket")).await;
    assert!(result.as_ref().unwrap_err().diagnosis.message.contains("401 Unauthorized"), "{result:?}");
    check(result, FaultKind::Other, "channel-refused");
}

#[tokio::test]
async fn an_answer_that_opens_no_channel_of_ours_is_refused() {
    let server = Server::websocket().await;
    for path in ["/other-key?ticket=t1cket", "/other-protocol?ticket=t1cket"] {
        let grants = granting(&[&server.url("").replace("wss", "https")]);
        let offered = ["v1".to_owned()];
        let result = connect(&client(None), &grants, &server.url(path), &offered).await;
        check(result, FaultKind::Other, "channel-refused");
    }
    let web = Server::tls(lab::answer("200 OK", "<html>")).await;
    let url = web.url("/").replace("https", "wss");
    check(open(&client(None), &url).await, FaultKind::Other, "channel-refused");
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_timed_out() {
    let server = Server::silent().await;
    let grants = granting(&[&server.url("")]);
    let url = server.url("/?ticket=t1cket").replace("http", "ws");
    let soon = Duration::from_millis(100);
    let result = connect_within(soon, &client(None), &grants, &url, &[]).await;
    check(result, FaultKind::TimedOut, "timed-out");
}

//! The way out, against small hand-made servers and proxies on loopback: what arrives, what does not, and that nothing
//! ever takes another way.

mod lab;
mod proxies;
mod reaching;
mod websocket;

use std::time::Duration;

use bytes::Bytes;
use expect_test::{Expect, expect};
use http::header::LOCATION;
use http::{HeaderMap, Method};
use url::Url;

use self::lab::{Proxying, Server, authority, gzip};
use super::{Client, Egress, Fault, FaultKind, Proxy, Reach, Request, Response};
use crate::grant::{Grants, Origin};

/// A name that no resolver knows; only the proxies of the lab do.
const BEHIND_PROXY: &str = "https://directory.test";

fn post(url: &str) -> Request {
    Request { method: Method::POST, ..get(url) }
}

fn get(url: &str) -> Request {
    Request {
        method: Method::GET,
        url: Url::parse(url).unwrap(),
        headers: HeaderMap::new(),
        body: Bytes::new(),
        bucket: None,
        timeout: None,
    }
}

fn client(proxy: Option<Proxy>) -> Client {
    let egress = Egress { proxy, ca_pem: Some(authority().as_bytes().to_vec()), allow: None };
    Client::new(&egress, Reach::Private).unwrap()
}

fn granting(origins: &[&str]) -> Grants {
    let allow: Vec<Origin> = origins.iter().map(|origin| origin.parse().unwrap()).collect();
    Grants::decide(&[], Some(&allow)).unwrap()
}

/// Fetch from the very origin of the request's URL, which is granted.
async fn fetch(client: &Client, request: Request) -> Result<Response, Fault> {
    let origin = Origin::of(&request.url).unwrap().to_string();
    client.fetch(&granting(&[&origin]), request).await
}

fn summary(result: &Result<Response, Fault>) -> String {
    match result {
        Ok(response) => {
            format!("{} {}", response.status.as_u16(), String::from_utf8_lossy(&response.body))
        }
        Err(fault) => format!("{:?} {}", fault.kind, fault.diagnosis.code),
    }
}

#[track_caller]
fn check(result: &Result<Response, Fault>, expected: &Expect) {
    expected.assert_eq(&summary(result));
}

#[tokio::test]
async fn a_request_arrives_and_the_next_one_uses_the_same_connection() {
    let server = Server::tls(lab::answer("200 OK", "hello")).await;
    let client = client(None);
    check(&fetch(&client, get(&server.url("/a"))).await, &expect!["200 hello"]);
    check(&fetch(&client, get(&server.url("/b"))).await, &expect!["200 hello"]);
    assert_eq!(server.n_connections(), 1);
}

#[tokio::test]
async fn the_host_sets_what_is_the_hosts_own() {
    let server = Server::tls(lab::answer("200 OK", "")).await;
    fetch(&client(None), get(&server.url("/a?b=c#d"))).await.unwrap();
    let head = server.requests().concat().replace(&server.port().to_string(), "PORT");
    expect![[r#"
        GET /a?b=c HTTP/1.1
        accept-encoding: gzip
        user-agent: rollcall/0.1.0
        host: 127.0.0.1:PORT

    "#]]
    .assert_eq(&head.replace('\r', ""));
}

#[tokio::test]
async fn an_origin_that_is_not_granted_hears_nothing() {
    let server = Server::tls(lab::answer("200 OK", "")).await;
    let result = client(None).fetch(&granting(&["https://granted.test"]), get(&server.url("/"))).await;
    check(&result, &expect!["Denied origin-not-granted"]);
    assert_eq!(server.n_connections(), 0);
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_refused_before_anything_is_sent() {
    let server = Server::tls(lab::answer("200 OK", "")).await;
    let client = Client::new(&Egress::default(), Reach::Private).unwrap();
    let result = fetch(&client, get(&server.url("/"))).await;
    check(&result, &expect!["Untrusted tls-failed"]);
    assert!(result.unwrap_err().diagnosis.remedy.unwrap().contains("`ca` file"));
    assert_eq!(server.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_not_sent() {
    let url = format!("https://127.0.0.1:{}/", lab::closed_port().await);
    check(&fetch(&client(None), get(&url)).await, &expect!["NotSent connect-failed"]);
}

#[tokio::test]
async fn what_is_wrong_with_a_connection_is_told_in_chinese_throughout() {
    let server = Server::tls(lab::answer("200 OK", "")).await;
    let refusing = lab::connect_proxy(&server, Proxying::Refuse("403 Forbidden")).await;
    let closed = format!("https://127.0.0.1:{}", lab::closed_port().await);
    let named_otherwise = server.url("/").replace("127.0.0.1", "localhost");
    for (client, url, cause) in [
        (client(None), closed.clone(), "连接被拒绝"),
        (client(Some(closed.parse().unwrap())), server.url("/"), "连接被拒绝"),
        (client(Some(refusing.address())), server.url("/"), "其应答为 403 Forbidden"),
        (Client::new(&Egress::default(), Reach::Private).unwrap(), server.url("/"), "其证书由未知的机构签发"),
        (client(None), named_otherwise, "其证书属于另一个名称"),
    ] {
        let diagnosis = fetch(&client, get(&url)).await.unwrap_err().diagnosis;
        let message = diagnosis.localized("zh-CN").message;
        assert!(message.ends_with(&format!("：{cause}")), "{message}");
    }
}

#[tokio::test]
async fn a_compressed_body_arrives_decompressed_and_without_the_headers_of_its_travel() {
    let server = Server::tls(lab::answer_bytes("200 OK\r\nContent-Encoding: gzip", &gzip(b"people"))).await;
    let response = fetch(&client(None), get(&server.url("/"))).await.unwrap();
    assert_eq!((response.body.as_ref(), response.headers), (b"people".as_ref(), HeaderMap::new()));
}

#[tokio::test]
async fn a_compressed_body_that_unfolds_beyond_the_limit_is_too_large() {
    let bomb = gzip(&vec![0; 40 << 20]);
    let server = Server::tls(lab::answer_bytes("200 OK\r\nContent-Encoding: gzip", &bomb)).await;
    check(&fetch(&client(None), get(&server.url("/"))).await, &expect!["TooLarge response-too-large"]);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_too_large() {
    let server = Server::tls(lab::answer_bytes("200 OK", &vec![b'x'; (16 << 20) + 1])).await;
    check(&fetch(&client(None), get(&server.url("/"))).await, &expect!["TooLarge response-too-large"]);
}

#[tokio::test]
async fn a_body_that_is_nested_beyond_the_limit_is_too_large_however_it_travelled() {
    let (right, deep) = ("[".repeat(128) + &"]".repeat(128), "[".repeat(129) + &"]".repeat(129));
    let server = Server::tls(lab::answer_bytes("200 OK", right.as_bytes())).await;
    assert_eq!(fetch(&client(None), get(&server.url("/"))).await.unwrap().body.as_ref(), right.as_bytes());
    let server = Server::tls(lab::answer_bytes("200 OK", deep.as_bytes())).await;
    check(&fetch(&client(None), get(&server.url("/"))).await, &expect!["TooLarge response-too-deep"]);
    let packed = gzip("{\"a\":".repeat(1_000_000).as_bytes());
    let server = Server::tls(lab::answer_bytes("200 OK\r\nContent-Encoding: gzip", &packed)).await;
    check(&fetch(&client(None), get(&server.url("/"))).await, &expect!["TooLarge response-too-deep"]);
}

#[tokio::test]
async fn a_compression_that_nobody_asked_for_is_named() {
    let server = Server::tls(lab::answer_bytes("200 OK\r\nContent-Encoding: br", b"?")).await;
    check(&fetch(&client(None), get(&server.url("/"))).await, &expect!["Other encoding-unknown"]);
}

#[tokio::test]
async fn a_body_that_ends_early_is_interrupted() {
    let server = Server::tls(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nten bytes.".to_vec()).await;
    check(&fetch(&client(None), get(&server.url("/"))).await, &expect!["Interrupted connection-lost"]);
}

#[tokio::test]
async fn a_connection_closed_without_an_answer_is_interrupted() {
    let server = Server::tls(Vec::new()).await;
    check(&fetch(&client(None), post(&server.url("/"))).await, &expect!["Interrupted connection-lost"]);
}

#[tokio::test]
async fn an_answer_that_is_not_http_is_interrupted() {
    let server = Server::tls(b"220 mail.test ESMTP\r\n\r\n".to_vec()).await;
    check(&fetch(&client(None), get(&server.url("/"))).await, &expect!["Interrupted connection-lost"]);
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_timed_out() {
    let server = Server::silent().await;
    let request = Request { timeout: Some(Duration::from_millis(100)), ..get(&server.url("/")) };
    check(&fetch(&client(None), request).await, &expect!["TimedOut timed-out"]);
}

#[tokio::test]
async fn through_a_proxy_a_request_arrives_and_the_proxy_resolves_the_name() {
    let server = Server::tls(lab::answer("200 OK", "hello")).await;
    let proxy = lab::connect_proxy(&server, Proxying::Open).await;
    let result = fetch(&client(Some(proxy.address())), get(&format!("{BEHIND_PROXY}/a"))).await;
    check(&result, &expect!["200 hello"]);
    assert_eq!(proxy.targets(), ["directory.test:443"]);
}

#[tokio::test]
async fn through_a_proxy_with_a_password_a_request_arrives_and_the_origin_never_sees_it() {
    let server = Server::tls(lab::answer("200 OK", "hello")).await;
    let proxy = lab::connect_proxy(&server, Proxying::Password("me", "s3cret")).await;
    let address = proxy.address().with_credentials("me", "s3cret");
    check(&fetch(&client(Some(address)), get(&format!("{BEHIND_PROXY}/"))).await, &expect!["200 hello"]);
    assert!(!server.requests().concat().to_ascii_lowercase().contains("authorization"));
}

#[tokio::test]
async fn a_wrong_proxy_password_is_not_sent_and_named_as_such() {
    let server = Server::tls(lab::answer("200 OK", "")).await;
    let proxy = lab::connect_proxy(&server, Proxying::Password("me", "s3cret")).await;
    for (address, code) in [
        (proxy.address(), "proxy-password-missing"),
        (proxy.address().with_credentials("me", "wr0ng"), "proxy-auth-failed"),
    ] {
        let result = fetch(&client(Some(address)), get(&format!("{BEHIND_PROXY}/"))).await;
        assert_eq!(summary(&result), format!("ProxyRefused {code}"));
        assert!(!format!("{result:?}").contains("wr0ng"));
    }
    assert_eq!(server.n_connections(), 0);
}

#[tokio::test]
async fn a_proxy_that_is_down_means_failed_and_never_direct() {
    let server = Server::tls(lab::answer("200 OK", "")).await;
    let port = lab::closed_port().await;
    for scheme in ["http", "https", "socks5"] {
        let proxy: Proxy = format!("{scheme}://127.0.0.1:{port}").parse().unwrap();
        // The origin itself could be reached, which is what makes this a test.
        let result = fetch(&client(Some(proxy)), get(&server.url("/"))).await;
        check(&result, &expect!["ProxyUnreachable proxy-unreachable"]);
    }
    assert_eq!(server.n_connections(), 0);
}

#[tokio::test]
async fn a_proxy_that_dies_between_two_requests_means_failed_and_never_direct() {
    let server = Server::tls(lab::answer_and_close("200 OK", "hello")).await;
    let proxy = lab::connect_proxy(&server, Proxying::Open).await;
    let client = client(Some(proxy.address()));
    check(&fetch(&client, get(&server.url("/"))).await, &expect!["200 hello"]);
    proxy.stop().await;
    check(&fetch(&client, get(&server.url("/"))).await, &expect!["ProxyUnreachable proxy-unreachable"]);
    assert_eq!(server.n_connections(), 1);
}

#[tokio::test]
async fn a_proxy_that_refuses_the_target_says_so_with_its_status() {
    let server = Server::tls(lab::answer("200 OK", "")).await;
    let proxy = lab::connect_proxy(&server, Proxying::Refuse("403 Forbidden")).await;
    let fault = fetch(&client(Some(proxy.address())), get(&format!("{BEHIND_PROXY}/"))).await.unwrap_err();
    assert_eq!((fault.kind, fault.diagnosis.code.as_str()), (FaultKind::ProxyRefused, "proxy-refused"));
    assert!(fault.diagnosis.message.contains("403"), "{}", fault.diagnosis.message);
}

#[tokio::test]
async fn a_proxy_that_speaks_something_else_is_not_sent() {
    let proxy = Server::plain(b"220 mail.test ESMTP\r\n\r\n".to_vec()).await;
    let address: Proxy = format!("http://127.0.0.1:{}", proxy.port()).parse().unwrap();
    let result = fetch(&client(Some(address)), get(&format!("{BEHIND_PROXY}/"))).await;
    check(&result, &expect!["NotSent proxy-not-http"]);
}

#[tokio::test]
async fn a_proxy_may_itself_be_behind_tls() {
    let server = Server::tls(lab::answer("200 OK", "hello")).await;
    let proxy = lab::tls_connect_proxy(&server, Proxying::Password("me", "s3cret")).await;
    let address = proxy.address().with_credentials("me", "s3cret");
    check(&fetch(&client(Some(address)), get(&format!("{BEHIND_PROXY}/"))).await, &expect!["200 hello"]);
}

#[tokio::test]
async fn through_a_proxy_without_tls_the_proxy_gets_the_whole_url_and_the_password() {
    let forwarded = Server::plain(lab::answer("200 OK", "forwarded")).await;
    let address: Proxy = format!("http://me:s3cret@127.0.0.1:{}", forwarded.port()).parse().unwrap();
    let result = fetch(&client(Some(address)), get("http://directory.test/a")).await;
    check(&result, &expect!["200 forwarded"]);
    let head = forwarded.requests().concat();
    assert!(head.starts_with("GET http://directory.test/a HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("proxy-authorization: Basic bWU6czNjcmV0\r\n"), "{head}");
}

#[tokio::test]
async fn a_password_refused_by_a_forwarding_proxy_is_not_taken_for_the_origins_answer() {
    let proxy = Server::plain(lab::answer("407 Proxy Authentication Required", "")).await;
    let address: Proxy = format!("http://127.0.0.1:{}", proxy.port()).parse().unwrap();
    let result = fetch(&client(Some(address)), get("http://directory.test/a")).await;
    check(&result, &expect!["ProxyRefused proxy-scheme-unnamed"]);
}

#[tokio::test]
async fn through_socks5_a_request_arrives_and_the_proxy_resolves_the_name() {
    let server = Server::tls(lab::answer("200 OK", "hello")).await;
    let proxy = lab::socks5_proxy(&server, Proxying::Password("me", "s3cret")).await;
    let address = proxy.address().with_credentials("me", "s3cret");
    check(&fetch(&client(Some(address)), get(&format!("{BEHIND_PROXY}/"))).await, &expect!["200 hello"]);
    assert_eq!(proxy.targets(), ["directory.test:443"]);
}

#[tokio::test]
async fn a_wrong_socks5_password_is_not_sent() {
    let server = Server::tls(lab::answer("200 OK", "")).await;
    let proxy = lab::socks5_proxy(&server, Proxying::Password("me", "s3cret")).await;
    let address = proxy.address().with_credentials("me", "wr0ng");
    let result = fetch(&client(Some(address)), get(&format!("{BEHIND_PROXY}/"))).await;
    check(&result, &expect!["ProxyRefused proxy-auth-failed"]);
    assert_eq!(server.n_connections(), 0);
}

#[tokio::test]
async fn a_redirect_is_a_response_like_any_other_and_followed_nowhere() {
    let elsewhere = Server::tls(lab::answer("200 OK", "stolen")).await;
    let to = elsewhere.url("/x");
    let server = Server::tls(lab::answer(&format!("302 Found\r\nLocation: {to}"), "moved")).await;
    let grants = granting(&[&server.url(""), &elsewhere.url("")]);
    let response = client(None).fetch(&grants, get(&server.url("/"))).await.unwrap();
    assert_eq!(response.headers.get(LOCATION).unwrap(), to.as_str());
    check(&Ok(response), &expect!["302 moved"]);
    assert_eq!((server.requests().len(), elsewhere.n_connections()), (1, 0));
}

#[tokio::test]
async fn a_proxy_that_cannot_reach_the_target_has_refused_nothing() {
    let server = Server::tls(lab::answer("200 OK", "")).await;
    for status in ["502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout"] {
        let proxy = lab::connect_proxy(&server, Proxying::Refuse(status)).await;
        let result = fetch(&client(Some(proxy.address())), get(&format!("{BEHIND_PROXY}/"))).await;
        check(&result, &expect!["NotSent proxy-cannot-reach"]);
    }
}

#[test]
fn a_proxy_is_read_from_its_url() {
    for (text, shown, user) in [
        ("http://proxy.test:3128", "http://proxy.test:3128", None),
        ("http://me:p%40ss@proxy.test", "http://proxy.test:80", Some("me")),
        ("https://proxy.test", "https://proxy.test:443", None),
        ("socks5h://[::1]", "socks5://[::1]:1080", None),
    ] {
        let proxy: Proxy = text.parse().unwrap();
        assert_eq!((proxy.to_string().as_str(), proxy.user()), (shown, user));
    }
}

#[test]
fn a_proxy_that_cannot_be_read_is_refused_without_repeating_its_password() {
    for text in
        ["me:s3cret@proxy", "ftp://me:s3cret@proxy", "http://me:s3cret@proxy/path", "http://me:s3cret@"]
    {
        let error = text.parse::<Proxy>().unwrap_err().to_string();
        assert!(!error.contains("s3cret"), "{error}");
    }
}

#[test]
fn a_proxys_password_is_not_in_its_debug_output() {
    let proxy: Proxy = "http://me:s3cret@proxy.test:3128".parse().unwrap();
    let egress = Egress { proxy: Some(proxy), ..Egress::default() };
    let output = format!("{egress:?} {:?}", Client::new(&egress, Reach::Private).unwrap());
    assert!(!output.contains("s3cret"), "{output}");
}

#[test]
fn a_ca_file_without_a_certificate_is_refused() {
    for pem in ["", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let egress = Egress { ca_pem: Some(pem.as_bytes().to_vec()), ..Egress::default() };
        assert!(Client::new(&egress, Reach::Private).is_err(), "{pem:?}");
    }
}

//! What is out of reach is never dialled: by address or by name, by request or by channel, with a proxy or without.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use expect_test::expect;

use super::lab::{self, ProxyServer, Proxying, Server, authority};
use super::{BEHIND_PROXY, check, fetch, get, granting};
use crate::egress::resolver::Resolver;
use crate::egress::{Client, DialError, Egress, FaultKind, Proxy, Reach, websocket};

const METADATA: &str = "169.254.169.254";

/// What every name means, each time another time.
#[derive(Debug)]
struct Names {
    /// Nobody knows a name after the last.
    answers: Vec<Vec<IpAddr>>,
    n_asked: AtomicUsize,
}

impl Names {
    fn meaning(answers: &[&[&str]]) -> Arc<Self> {
        let parsed = |answer: &&[&str]| answer.iter().map(|address| address.parse().unwrap()).collect();
        Arc::new(Self { answers: answers.iter().map(parsed).collect(), n_asked: AtomicUsize::new(0) })
    }

    fn n_asked(&self) -> usize {
        self.n_asked.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Resolver for Names {
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        // The proxies of the lab are named by their addresses.
        if let Ok(address) = host.parse() {
            return Ok(vec![SocketAddr::new(address, port)]);
        }
        let n = self.n_asked.fetch_add(1, Ordering::Relaxed);
        let answer = self.answers.get(n).ok_or_else(|| io::Error::other("nobody knows it"))?;
        Ok(answer.iter().map(|address| SocketAddr::new(*address, port)).collect())
    }
}

/// A name server that takes its time.
#[derive(Debug)]
struct Mute;

#[async_trait]
impl Resolver for Mute {
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        match host.parse() {
            Ok(address) => Ok(vec![SocketAddr::new(address, port)]),
            Err(_) => std::future::pending().await,
        }
    }
}

fn client(reach: Reach, proxy: Option<Proxy>, names: Arc<dyn Resolver>) -> Client {
    let egress = Egress { proxy, ca_pem: Some(authority().as_bytes().to_vec()), allow: None };
    Client::new(&egress, reach).unwrap().with_resolver(names)
}

/// The lab's server by the name that its certificate has.
fn named(server: &Server) -> String {
    format!("https://directory.test:{}/", server.port())
}

async fn hello() -> Server {
    Server::tls(lab::answer("200 OK", "hello")).await
}

async fn proxies(server: &Server) -> [ProxyServer; 3] {
    [
        lab::connect_proxy(server, Proxying::Open).await,
        lab::tls_connect_proxy(server, Proxying::Open).await,
        lab::socks5_proxy(server, Proxying::Open).await,
    ]
}

#[tokio::test]
async fn an_address_of_this_machine_is_dialled_only_if_that_is_allowed() {
    let (tls, plain) = (hello().await, Server::plain(lab::answer("200 OK", "hello")).await);
    for server in [&tls, &plain] {
        for url in [server.url("/"), server.url("/").replace("127.0.0.1", "localhost")] {
            let closed = client(Reach::Public, None, Names::meaning(&[&["127.0.0.1"]]));
            check(&fetch(&closed, get(&url)).await, &expect!["Denied address-not-allowed"]);
        }
        assert_eq!(server.n_connections(), 0);
        let open = client(Reach::Private, None, Names::meaning(&[]));
        check(&fetch(&open, get(&server.url("/"))).await, &expect!["200 hello"]);
    }
}

#[tokio::test]
async fn a_channel_and_the_look_before_a_run_take_the_same_way() {
    let server = Server::websocket().await;
    let closed = client(Reach::Public, None, Names::meaning(&[]));
    let grants = granting(&[&server.url("").replace("wss", "https")]);
    let fault = websocket::connect(&closed, &grants, &server.url("/"), &[]).await.unwrap_err();
    assert_eq!((fault.kind, fault.diagnosis.code.as_str()), (FaultKind::Denied, "address-not-allowed"));
    let origin = server.url("").replace("wss", "https").parse().unwrap();
    let looked = closed.dialer().dial(&origin).await.map(drop);
    assert!(matches!(looked, Err(DialError::NotAllowed(_))), "{looked:?}");
    assert_eq!(server.n_connections(), 0);
}

#[tokio::test]
async fn a_name_that_means_this_machine_is_refused_and_of_several_addresses_only_those_in_reach_are_dialled()
{
    let server = hello().await;
    let closed = client(Reach::Public, None, Names::meaning(&[&["127.0.0.1", "10.0.0.1"]]));
    let refused = fetch(&closed, get(&named(&server))).await;
    check(&refused, &expect!["Denied address-not-allowed"]);
    assert_eq!(refused.unwrap_err().diagnosis.fact("address"), Some("127.0.0.1"));
    assert_eq!(server.n_connections(), 0);
    // Were the first one dialled, there would be no answer in time.
    let open = client(Reach::Private, None, Names::meaning(&[&[METADATA, "127.0.0.1"]]));
    check(&fetch(&open, get(&named(&server))).await, &expect!["200 hello"]);
}

#[tokio::test]
async fn what_was_judged_is_what_is_dialled_whatever_the_name_means_a_moment_later() {
    let server = hello().await;
    let names = Names::meaning(&[&["127.0.0.1"], &[METADATA]]);
    let open = client(Reach::Private, None, names.clone());
    check(&fetch(&open, get(&named(&server))).await, &expect!["200 hello"]);
    assert_eq!(names.n_asked(), 1);
}

#[tokio::test]
async fn a_proxy_is_asked_for_nothing_that_is_out_of_reach_as_far_as_one_can_tell_from_here() {
    let server = hello().await;
    for proxy in proxies(&server).await {
        for reach in [Reach::Public, Reach::Private] {
            let names = || Names::meaning(&[&["8.8.8.8", METADATA]]);
            for url in [
                BEHIND_PROXY,
                "https://169.254.169.254",
                "https://[fe80::1]",
                "https://metadata.google.internal",
            ] {
                let asked = client(reach, Some(proxy.address()), names());
                check(&fetch(&asked, get(url)).await, &expect!["Denied address-not-allowed"]);
            }
        }
        for url in ["https://10.0.0.1", "https://localhost", BEHIND_PROXY] {
            let asked = client(Reach::Public, Some(proxy.address()), Names::meaning(&[&["10.0.0.1"]]));
            check(&fetch(&asked, get(url)).await, &expect!["Denied address-not-allowed"]);
        }
        assert_eq!((proxy.n_connections(), server.n_connections()), (0, 0));
    }
}

#[tokio::test]
async fn a_proxy_that_forwards_requests_is_asked_for_no_more() {
    let server = Server::plain(lab::answer("200 OK", "hello")).await;
    let proxy: Proxy = server.url("").parse().unwrap();
    for url in ["http://169.254.169.254/latest/meta-data", "http://directory.test"] {
        let asked = client(Reach::Private, Some(proxy.clone()), Names::meaning(&[&[METADATA]]));
        check(&fetch(&asked, get(url)).await, &expect!["Denied address-not-allowed"]);
    }
    assert_eq!(server.n_connections(), 0);
    let asked = client(Reach::Public, Some(proxy), Names::meaning(&[]));
    check(&fetch(&asked, get("http://directory.test")).await, &expect!["200 hello"]);
}

#[tokio::test]
async fn a_name_that_nobody_here_knows_is_left_to_the_proxy_which_may_be_on_this_machine() {
    let server = hello().await;
    for proxy in proxies(&server).await {
        let nobody: Arc<dyn Resolver> = Names::meaning(&[]);
        for names in [nobody, Arc::new(Mute)] {
            let asked = client(Reach::Public, Some(proxy.address()), names);
            check(&fetch(&asked, get(&format!("{BEHIND_PROXY}/"))).await, &expect!["200 hello"]);
        }
        assert_eq!(proxy.targets(), ["directory.test:443", "directory.test:443"]);
    }
}

#[tokio::test]
async fn a_name_behind_a_proxy_is_not_looked_at_for_each_connection() {
    let server = Server::tls(lab::answer_and_close("200 OK", "hello")).await;
    let proxy = lab::connect_proxy(&server, Proxying::Open).await;
    let names = Names::meaning(&[&["8.8.8.8"]]);
    let asked = client(Reach::Public, Some(proxy.address()), names.clone());
    for _ in 0..3 {
        check(&fetch(&asked, get(&format!("{BEHIND_PROXY}/"))).await, &expect!["200 hello"]);
    }
    assert_eq!((proxy.n_connections(), names.n_asked()), (3, 1));
}

#[tokio::test]
async fn nobody_s_proxy_is_where_a_cloud_hands_out_credentials() {
    for proxy in ["http://169.254.169.254:80", "socks5://100.100.100.200", "http://[fd00:ec2::254]"] {
        let asked = client(Reach::Private, Some(proxy.parse().unwrap()), Names::meaning(&[]));
        check(&fetch(&asked, get("http://directory.test")).await, &expect!["Denied address-not-allowed"]);
    }
}

//! The way out: always through the proxy or not at all, never to an origin that is not granted, never past a certificate
//! that is not trusted. Against the simulator's proxy, and against one that we did not write.

use crate::expectation::{View, assert_same};
use crate::harness::extra::{self, Silent, Web, told};
use crate::harness::proxies::{self, ProxyProcess, free_port};
use crate::harness::real::{self, Platform, Real};
use crate::harness::{PROXY_PASSWORD, PROXY_USER, built};
use expect_test::{Expect, expect};
use rollcall_dingtalk_simulator::{Fault, PeerAddress, ProxyMode, Rule};
use rollcall_host::egress::{Egress, Proxy};
use rollcall_host::grant::Origin;
use rollcall_host::history::RunState;
use rollcall_host::model::{SourceName, Standing};
use rollcall_host::{RunOptions, RunReport, Source};
use serde_json::{Value, json};
use std::thread;

/// One request through the real host, without the patience of a real connector: its failure is the run's.
fn fetch(url: &str, egress: Egress) -> RunReport {
    let platform = Platform::new(real::engine());
    let connector = platform.load(&built::component("hostile"));
    let name = SourceName::new("one-request").expect("the name is one");
    let settings = json!({ "behaviour": "denied", "url": url });
    platform.sync(&Source::new(name, connector, settings, egress), RunOptions::default())
}

/// To reach these origins, and the one that the connector's plan names.
fn allowing(origins: &[&str]) -> Option<Vec<Origin>> {
    let all = origins.iter().chain(&["https://granted.example"]);
    Some(all.map(|origin| origin.parse().expect("it is an origin")).collect())
}

fn nobody() -> Proxy {
    format!("http://127.0.0.1:{}", free_port()).parse().expect("it is a proxy's address")
}

#[track_caller]
fn check(report: &RunReport, ports: &[u16], expected: Expect) {
    assert_eq!(report.state, RunState::Failed);
    let failure = report.failure.as_ref().expect("a failed run says why");
    expected.assert_eq(&without(ports, format!("{:?} {}", failure.kind, told(&failure.diagnosis))));
}

fn without(ports: &[u16], text: String) -> String {
    ports.iter().fold(text, |text, port| text.replace(&format!(":{port}"), ":PORT"))
}

#[test]
fn a_proxy_that_is_down_means_failed_and_never_direct() {
    let origin = Silent::new();
    let url = format!("https://{}", origin.address());
    let proxy = nobody();
    let port = proxy_port(&proxy);
    let report = fetch(&url, Egress { proxy: Some(proxy), allow: allowing(&[&url]), ..Egress::default() });
    check(
        &report,
        &[port],
        expect![[r#"
        Host proxy-unreachable
            proxy http://127.0.0.1:PORT cannot be reached: Connection refused (os error 111)
              -> Check the proxy's address and port, and that this host may connect to it.
            无法连接代理服务器 http://127.0.0.1:PORT：连接被拒绝
              -> 请检查代理的地址和端口，并确认本机可以连接到该代理。
    "#]],
    );
    assert_eq!(origin.n_connections(), 0);
}

#[test]
fn without_encryption_it_is_the_same() {
    let origin = Silent::new();
    let url = format!("http://{}", origin.address());
    let proxy = nobody();
    let port = proxy_port(&proxy);
    let report = fetch(&url, Egress { proxy: Some(proxy), allow: allowing(&[&url]), ..Egress::default() });
    check(
        &report,
        &[port],
        expect![[r#"
        Host proxy-unreachable
            proxy http://127.0.0.1:PORT cannot be reached: Connection refused (os error 111)
              -> Check the proxy's address and port, and that this host may connect to it.
            无法连接代理服务器 http://127.0.0.1:PORT：连接被拒绝
              -> 请检查代理的地址和端口，并确认本机可以连接到该代理。
    "#]],
    );
    assert_eq!(origin.n_connections(), 0);
}

#[test]
fn a_wrong_proxy_password_is_tried_once_and_nothing_arrives() {
    let mut real = Real::new(extra::feihua());
    real.egress.proxy = Some(real::proxy(&real.server).with_credentials(PROXY_USER, "not-the-password"));
    let report = real.sync();
    check(
        &report,
        &[proxy_port(&real::proxy(&real.server))],
        expect![[r#"
        Host proxy-auth-failed
            proxy http://127.0.0.1:PORT refuses this name and password
              -> Check the name and the password of the proxy. It is not asked again with this password, so that no account is locked.
            代理服务器 http://127.0.0.1:PORT 拒绝了所给的用户名和密码
              -> 请检查代理的用户名和密码。为避免账号被锁定，不会再用这个密码尝试。
    "#]],
    );
    assert_eq!(real.server.proxy_counts().unauthenticated, 1);
    assert_eq!(real.server.with(|simulator| simulator.trace().n_requests()), 0);
}

#[test]
fn a_certificate_of_an_authority_that_is_not_trusted() {
    let real = Real::new(extra::feihua());
    let url = format!("https://{}", real.server.https_addr());
    let report = fetch(&url, Egress { allow: allowing(&[&url]), ..Egress::default() });
    check(
        &report,
        &[real.server.https_addr().port()],
        expect![[r#"
        Host tls-failed
            tls with 127.0.0.1:PORT failed: its certificate is signed by an unknown authority
              -> If a company proxy inspects TLS, or the server has a certificate of its own authority, give that authority's certificate as the source's `ca` file.
            与 127.0.0.1:PORT 的 TLS 连接失败：其证书由未知的机构签发
              -> 如果公司代理会检查 TLS，或者服务器使用自有证书颁发机构，请把该机构的证书配置为来源的 `ca` 文件。
    "#]],
    );
    assert_eq!(real.server.with(|simulator| simulator.trace().n_requests()), 0);
}

#[test]
fn a_redirect_is_an_answer_like_any_other_and_sends_nothing_anywhere() {
    let elsewhere = Silent::new();
    let web = Web::redirect(&format!("http://{}/", elsewhere.address()));
    let origin = web.origin();
    let report = fetch(&format!("{origin}/"), Egress { allow: allowing(&[&origin]), ..Egress::default() });
    check(
        &report,
        &[elsewhere.address().port()],
        expect![[r#"
            Other answered
                302
                302
        "#]],
    );
    assert_eq!(elsewhere.n_connections(), 0);
}

#[test]
fn an_origin_is_only_reached_through_the_proxy() {
    let real = Real::new(extra::feihua());
    assert_eq!(real.sync().state, RunState::Succeeded);
    assert_all_proxied(&real);
    let expected = ["api.dingtalk.com:443", "oapi.dingtalk.com:443"];
    assert!(real.server.proxy_counts().tunnels.keys().eq(expected));
}

#[test]
fn a_proxy_that_restarts_in_the_middle_costs_nothing_and_nothing_goes_around_it() {
    let real = Real::new(extra::feihua());
    let hang = Fault::Hang { for_ms: 600_000 };
    let rule = Rule::new(hang).on_path("/topapi/v2/department/listsub").nth(2);
    real.server.with(|simulator| simulator.inject(rule));
    let report = thread::scope(|scope| {
        let running = scope.spawn(|| real.sync());
        let n_asked =
            || real.server.with(|simulator| simulator.trace().of("/topapi/v2/department/listsub").requests);
        extra::until("the run is in the middle", || 2 <= n_asked());
        let n_before = real.server.proxy_counts().connections;
        real.server.set_proxy_mode(ProxyMode::Close);
        extra::until("the run has tried to connect again", || {
            n_before < real.server.proxy_counts().connections
        });
        real.server.set_proxy_mode(ProxyMode::Open);
        running.join().expect("the run ends")
    });
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_all_proxied(&real);
    let company = real.server.with(|simulator| simulator.company().clone());
    assert_same(&real.documents(), &View::of(&company).documents());
}

#[track_caller]
fn assert_all_proxied(real: &Real) {
    let direct = real.server.with(|simulator| {
        simulator
            .trace()
            .records()
            .filter(|record| record.peer != PeerAddress::PROXIED.0)
            .cloned()
            .collect::<Vec<_>>()
    });
    assert_eq!(direct, []);
}

fn of(process: &ProxyProcess) -> Proxy {
    format!("http://{}", process.address).parse().expect("it is a proxy's address")
}

fn proxy_port(proxy: &Proxy) -> u16 {
    let text = proxy.to_string();
    let (_, port) = text.rsplit_once(':').expect("the address has a port");
    port.parse().expect("it is a number")
}

// A proxy that we did not write.

fn through(tinyproxy: &ProxyProcess, user: &str, password: &str) -> Real {
    let mut real = Real::new(extra::feihua());
    real.egress.proxy = Some(of(tinyproxy).with_credentials(user, password));
    call_by_address(&mut real);
    real
}

/// These proxies resolve names by themselves, and would find the real DingTalk.
fn call_by_address(real: &mut Real) {
    let base = Value::from(format!("https://{}", real.server.https_addr()));
    real.settings["oapi_base"] = base.clone();
    real.settings["api_base"] = base;
}

#[track_caller]
fn assert_imports(real: &Real) {
    let findings = real.check();
    assert!(!findings.iter().any(|finding| finding.standing == Standing::Failed), "{findings:#?}");
    let report = real.sync();
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    let company = real.server.with(|simulator| simulator.company().clone());
    assert_same(&real.documents(), &View::of(&company).documents());
}

#[test]
fn a_real_proxy_with_a_password() {
    let tinyproxy = proxies::tinyproxy();
    assert_imports(&through(&tinyproxy, PROXY_USER, PROXY_PASSWORD));
}

#[test]
fn a_real_proxy_refuses_a_wrong_password() {
    let tinyproxy = proxies::tinyproxy();
    let real = through(&tinyproxy, PROXY_USER, "not-the-password");
    check(
        &real.sync(),
        &[tinyproxy.address.port()],
        expect![[r#"
        Host proxy-auth-failed
            proxy http://127.0.0.1:PORT refuses this name and password
              -> Check the name and the password of the proxy. It is not asked again with this password, so that no account is locked.
            代理服务器 http://127.0.0.1:PORT 拒绝了所给的用户名和密码
              -> 请检查代理的用户名和密码。为避免账号被锁定，不会再用这个密码尝试。
    "#]],
    );
    assert_eq!(real.server.with(|simulator| simulator.trace().n_requests()), 0);
}

#[test]
fn a_real_socks5_proxy_with_a_password() {
    let microsocks = proxies::microsocks();
    let mut real = Real::new(extra::feihua());
    let proxy: Proxy = format!("socks5://{}", microsocks.address).parse().expect("it is a proxy's address");
    real.egress.proxy = Some(proxy.with_credentials(PROXY_USER, PROXY_PASSWORD));
    call_by_address(&mut real);
    assert_imports(&real);
}

#[test]
fn a_real_proxy_that_died_means_failed_and_never_direct() {
    let tinyproxy = proxies::tinyproxy();
    let (port, proxy) =
        (tinyproxy.address.port(), of(&tinyproxy).with_credentials(PROXY_USER, PROXY_PASSWORD));
    drop(tinyproxy);
    let origin = Silent::new();
    let url = format!("https://{}", origin.address());
    let report = fetch(&url, Egress { proxy: Some(proxy), allow: allowing(&[&url]), ..Egress::default() });
    check(
        &report,
        &[port],
        expect![[r#"
        Host proxy-unreachable
            proxy http://127.0.0.1:PORT cannot be reached: Connection refused (os error 111)
              -> Check the proxy's address and port, and that this host may connect to it.
            无法连接代理服务器 http://127.0.0.1:PORT：连接被拒绝
              -> 请检查代理的地址和端口，并确认本机可以连接到该代理。
    "#]],
    );
    assert_eq!(origin.n_connections(), 0);
}

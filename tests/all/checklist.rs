//! The checklist through proxies that we did not write, and through peers that are none: every sentence in both languages.
//! `docs/check.md` is what it says. And what a wrong password costs at a real proxy: one attempt.

use crate::harness::extra::{feihua, until};
use crate::harness::live::{self, Live};
use crate::harness::odd_proxies::{OddProxy, Then};
use crate::harness::proxies::{self, free_port};
use crate::harness::real::{self, Platform, Real};
use crate::harness::{PROXY_PASSWORD, PROXY_USER};
use expect_test::expect_file;
use rollcall_dingtalk_simulator::AppEvents;
use rollcall_host::clock::{Clock, SystemClock};
use rollcall_host::egress::Proxy;
use rollcall_host::inbox::{ChannelState, Note};
use rollcall_host::model::{Finding, Standing, Timestamp};
use rollcall_host::{EngineOptions, RunOptions};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;

/// A clock that is wrong by so many milliseconds.
#[derive(Debug)]
struct Wrong(i64);

impl Clock for Wrong {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_ms(SystemClock.now().unix_ms() + self.0)
    }
}

/// The scene that is told as a whole.
const WHOLE: &str = "Squid, and changes by Stream";

/// How a scene is told.
struct Scene {
    title: &'static str,
    findings: Vec<Finding>,
    /// What differs from one run of the test to the next, and what stands for it.
    places: Vec<(String, &'static str)>,
}

impl Scene {
    fn of(title: &'static str, real: &Real) -> Self {
        let server = real.server.https_addr();
        let mut places =
            vec![(server.to_string(), "192.168.3.4:443"), (server.ip().to_string(), "192.168.3.4")];
        if let Some(proxy) = &real.egress.proxy {
            let (scheme, address) = proxy.to_string().split_once("://").map_or_else(
                || panic!("{proxy} has a scheme"),
                |(scheme, address)| (scheme.to_owned(), address.to_owned()),
            );
            let standing = match scheme.as_str() {
                "socks5" => "proxy.example.com:1080",
                _ => "proxy.example.com:3128",
            };
            places.insert(0, (address, standing));
        }
        Self { title, findings: real.check(), places }
    }

    /// The first scene shows everything; the others the way, and what is not as it should be.
    fn shows(&self, Finding { check, standing, .. }: &Finding) -> bool {
        let is_the_way = ["proxy", "proxy-password", "origin", "clock", "channel"].contains(&check.as_str());
        self.title == WHOLE || is_the_way || *standing != Standing::Passed
    }

    fn markdown(&self) -> String {
        let mut text =
            format!("## {}\n\n| check | | sentence | 说明 |\n| --- | --- | --- | --- |\n", self.title);
        for Finding { check, standing, diagnosis } in self.findings.iter().filter(|found| self.shows(found)) {
            let [english, chinese] = ["en", "zh-CN"].map(|language| {
                let told = diagnosis.localized(language);
                let remedy = told.remedy.map(|remedy| format!("<br>→ {remedy}")).unwrap_or_default();
                format!("{}{remedy}", told.message)
            });
            let standing = match standing {
                Standing::Passed => "passed",
                Standing::Skipped => "skipped",
                Standing::Warning => "**warning**",
                Standing::Failed => "**failed**",
            };
            let _ = writeln!(text, "| `{check}` | {standing} | {english} | {chinese} |");
        }
        self.places.iter().fold(text, |text, (seen, standing)| text.replace(seen, standing))
    }
}

/// A company behind an address of its own, as a private DingTalk has it: these proxies would find the real one.
fn private() -> Real {
    over(Real::new(feihua()))
}

fn over(mut real: Real) -> Real {
    let base = Value::from(format!("https://{}", real.server.https_addr()));
    real.settings["oapi_base"] = base.clone();
    real.settings["api_base"] = base;
    real.egress.proxy = None;
    real
}

/// The same, listening by Stream.
fn streaming() -> Real {
    let mut real = private();
    real.settings["events"] = json!("stream");
    real.server.set_events(&live::app_key(), AppEvents::Stream).expect("the application is there");
    real
}

fn through(real: Real, scheme: &str, address: SocketAddr) -> Real {
    with_login(real, scheme, address, PROXY_PASSWORD)
}

fn with_login(mut real: Real, scheme: &str, address: SocketAddr, password: &str) -> Real {
    let proxy: Proxy = format!("{scheme}://{address}").parse().expect("it is a proxy's address");
    real.egress.proxy = Some(proxy.with_credentials(PROXY_USER, password));
    real
}

fn without_login(mut real: Real, scheme: &str, address: SocketAddr) -> Real {
    real.egress.proxy = Some(format!("{scheme}://{address}").parse().expect("it is a proxy's address"));
    real
}

/// Pushed to a callback address, on a host whose clock is wrong by so many minutes.
fn by_wrong_clock(minutes: i64) -> Real {
    let clock = Arc::new(Wrong(minutes * 60_000));
    let engine = real::engine_with(EngineOptions { clock, ..EngineOptions::default() });
    let mut real = over(Real::over(Platform::new(engine), feihua()));
    real.settings["events"] = json!("http");
    real.settings["callback_token"] = json!(live::CALLBACK_TOKEN);
    real.settings["callback_aes_key"] = json!(live::CALLBACK_AES_KEY);
    real
}

/// Listening by Stream, where DingTalk's clock is wrong by so many minutes.
fn by_dingtalks_clock(minutes: i64) -> Real {
    let real = streaming();
    real.server.with(|simulator| simulator.switches_mut().clock_offset_ms = minutes * 60_000);
    real
}

/// At this address, on a host whose requests reach the internet alone.
fn out_of_reach(address: &str) -> Real {
    let mut real = over(Real::over(Platform::new(real::engine_for_the_internet()), feihua()));
    for base in ["oapi_base", "api_base"] {
        real.settings[base] = json!(format!("https://{address}"));
    }
    real
}

fn real_proxies() -> Vec<Scene> {
    let (squid, tinyproxy, microsocks) = (proxies::squid(), proxies::tinyproxy(), proxies::microsocks());
    let wrong = "not-the-password";
    vec![
        Scene::of(WHOLE, &through(streaming(), "http", squid.address)),
        Scene::of("Squid, wrong password", &with_login(private(), "http", squid.address, wrong)),
        Scene::of("Squid, no password", &without_login(private(), "http", squid.address)),
        Scene::of("Squid, written with `https://`", &through(private(), "https", squid.address)),
        Scene::of("Squid, written with `socks5://`", &through(private(), "socks5", squid.address)),
        Scene::of("Tinyproxy, and changes by Stream", &through(streaming(), "http", tinyproxy.address)),
        Scene::of("Tinyproxy, wrong password", &with_login(private(), "http", tinyproxy.address, wrong)),
        Scene::of("Tinyproxy, no password", &without_login(private(), "http", tinyproxy.address)),
        Scene::of("microsocks, and changes by Stream", &through(streaming(), "socks5", microsocks.address)),
        Scene::of("microsocks, wrong password", &with_login(private(), "socks5", microsocks.address, wrong)),
        Scene::of("microsocks, no password", &without_login(private(), "socks5", microsocks.address)),
        Scene::of("microsocks, written with `http://`", &through(private(), "http", microsocks.address)),
    ]
}

fn odd_proxies() -> Vec<Scene> {
    let ntlm = OddProxy::asking_for(&["Negotiate", "NTLM"]);
    let unnamed = OddProxy::asking_for(&[]);
    let silent = OddProxy::saying(b"", Then::Stay);
    let closing = OddProxy::saying(b"", Then::Close);
    let garbage = OddProxy::saying(b"\x01\xfe\x02 something else\r\n", Then::Close);
    let answer = |head: &str| {
        let word = format!("HTTP/1.1 {head}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        OddProxy::saying(word.as_bytes(), Then::Close)
    };
    let forbidding = answer("403 Forbidden");
    let portal = answer("302 Found\r\nLocation: http://login.example.com/?from=10.0.0.5");
    let page = OddProxy::saying(b"HTTP/1.1 200 OK\r\n\r\n<html>Please log in</html>", Then::Stay);
    let nobody = SocketAddr::from(([127, 0, 0, 1], free_port()));
    let scene = |title, address| Scene::of(title, &through(private(), "http", address));
    vec![
        scene("A proxy that wants NTLM", ntlm.address()),
        scene("A proxy that does not say which login it wants", unnamed.address()),
        scene("A proxy that is silent", silent.address()),
        scene("A proxy that closes the connection", closing.address()),
        scene("A proxy that answers garbage", garbage.address()),
        scene("A proxy that forbids the target", forbidding.address()),
        scene("A proxy that leads to a log-in page", portal.address()),
        scene("A proxy that answers in the place of the target", page.address()),
        scene("Nobody there", nobody),
    ]
}

fn without_proxies() -> Vec<Scene> {
    vec![
        Scene::of("A private address, and changes by Stream", &streaming()),
        Scene::of("A private address that nobody allowed", &out_of_reach("192.168.3.4")),
        Scene::of("An address of a cloud's metadata", &out_of_reach("169.254.169.254")),
        Scene::of("A clock that is 16 minutes ahead, and pushes", &by_wrong_clock(16)),
        Scene::of("A clock that is 16 minutes behind, and pushes", &by_wrong_clock(-16)),
        Scene::of("A clock that is 5 minutes ahead, and pushes", &by_wrong_clock(5)),
        Scene::of("A clock that is 16 minutes ahead, and changes by Stream", &by_dingtalks_clock(-16)),
        Scene::of("A clock that is 16 minutes behind, and changes by Stream", &by_dingtalks_clock(16)),
    ]
}

/// What stands above the scenes.
const HEAD: &str = "# What a check says\n\n\
    `rollcall check`, and the button of the console, go from the settings over the proxy and each address to DingTalk \
    itself. Below is what they say where something is in the way, in both languages: the first list as a whole, of the \
    others what is about the way and what is not as it should be.\n\n\
    This page is what the tests saw: `UPDATE_EXPECT=1 cargo test --workspace --test all checklist` writes it anew.\n\n\
    A name and a password that a proxy refused are not sent again, whatever asks: an import, a schedule, events, \
    Stream. The source stands as stopped, with the reason, until its settings are changed, somebody resumes it, or \
    somebody starts an import or a check, each of which is one attempt.\n";

#[test]
fn every_sentence_is_as_the_documentation_shows_it() {
    let scenes = [real_proxies(), odd_proxies(), without_proxies()];
    let page: String = scenes.iter().flatten().map(|scene| format!("\n{}", scene.markdown())).collect();
    assert!(!page.contains("canary"), "a secret is in it");
    expect_file!["../../docs/check.md"].assert_eq(&format!("{HEAD}{page}"));
}

#[test]
fn a_wrong_password_costs_one_attempt_at_a_real_proxy_and_one_more_each_time_that_a_person_acts() {
    let squid = proxies::squid();
    let mut live =
        Live::over(with_login(streaming(), "http", squid.address, "not-the-password"), live::Way::Stream);
    live.follow();
    until("it stands as stopped", || live.following().stopped.is_some());
    let stopped = live.following().stopped.expect("it is");
    assert_eq!(stopped.failure.diagnosis.code, "proxy-auth-failed");
    until("the channel is refused", || {
        live.following().channel.is_some_and(|channel| channel.state == ChannelState::Refused)
    });
    assert_eq!(squid.n_refused(), 1);
    live.note(Note::Stopped(None));
    until("it is tried again", || squid.n_refused() == 2);
    until("it stands as stopped again", || live.following().stopped.is_some());
    let report =
        live.platform().wait(live.follower().sync(RunOptions::default())).expect("there is a run").report;
    assert_eq!(report.failure.expect("it failed").diagnosis.code, "proxy-auth-failed");
    live.unfollow();
    assert_eq!(squid.n_refused(), 3);
    assert_eq!(live.with(|simulator| simulator.trace().n_requests()), 0);
}

#[test]
fn a_check_of_a_source_that_listens_opens_no_second_channel() {
    let live = Live::started(feihua(), live::Way::Stream);
    let channel = |findings: &[Finding]| {
        let finding = findings.iter().find(|finding| finding.check == "channel").expect("it is checked");
        (finding.standing, finding.diagnosis.code.clone())
    };
    assert_eq!(channel(&live.real.check()), (Standing::Passed, "channel-in-use".to_owned()));
    assert_eq!(live.with(|simulator| simulator.events().n_connected()), 1);
}

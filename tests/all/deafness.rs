//! Whoever holds connections open without an account: what the built program hears meanwhile. Nothing here looks inside of it, so
//! any build of it can be tried.

use crate::harness::extra::{feihua, lasting_address, until};
use crate::harness::live::{self, app_key};
use crate::harness::program::{Lines, Office, Running};
use crate::harness::real::SOURCE;
use crate::harness::stalls::{From, Stall};
use crate::harness::visitor::{Answer, PASSWORD, Visitor, ask};
use rollcall_dingtalk_simulator::{AppEvents, Mutation};
use serde_json::json;
use std::net::SocketAddr;
use std::process::{Command, Stdio};

const SERVE: &str = "serve SOURCE DATA --listen 127.0.0.1:0 --format json";

/// A program at work, over one source that DingTalk calls.
struct Served {
    office: Office,
    serving: Running,
    lines: Lines,
    address: SocketAddr,
    setup: String,
}

impl Served {
    fn new(words: &str) -> Self {
        let office = office();
        let serving = office.start(words);
        Self::announced(office, serving)
    }

    fn announced(office: Office, mut serving: Running) -> Self {
        let lines = serving.read_lines();
        let announced = lines.wait_for("it serves", |line| line["what"] == "serving");
        let text = |member: &str| announced[member].as_str().expect("it is announced").to_owned();
        let (address, setup) = (text("address").parse().expect("it is an address"), text("setup"));
        lines.wait_for("the first import", |line| {
            line["what"] == "run" && line["run"]["state"] == "succeeded"
        });
        Self { office, serving, lines, address, setup }
    }

    /// A delivery is answered, if only by a refusal, and so is a question after health.
    #[track_caller]
    fn hears(&self, meanwhile: &str) {
        let forged = delivery(SOURCE);
        assert_eq!(ask(self.address, &forged).status, Some(403), "a delivery while {meanwhile}");
        let health = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
        assert_eq!(ask(self.address, health).status, Some(204), "health while {meanwhile}");
    }

    /// A change at DingTalk arrives.
    fn follows(&self, name: &str) {
        self.office.mutate(&Mutation::modify_user("xiaohong", &json!({ "name": name })));
        until("the change is there", || self.office.holds("xiaohong", name));
    }

    /// What it wrote for people.
    fn ends(self) -> String {
        self.serving.terminate();
        let ended = self.serving.end().with_code(0);
        self.lines.all();
        ended.stderr
    }
}

fn office() -> Office {
    let office = Office::new(feihua());
    office.write("source.toml", &office.source_file_for_callbacks());
    office
}

/// Something that no source has sent.
fn delivery(source: &str) -> String {
    format!(
        "POST /callbacks/{source} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}"
    )
}

/// Each way to hold a connection and do no more with it.
fn stalls(visitor: &mut Visitor) -> Vec<Stall> {
    let page = visitor.get("/sources").body;
    let style = page.split("href=\"").find(|rest| rest.starts_with("/assets/")).expect("it has a style");
    let style = style.split('"').next().expect("its address ends");
    let stalled = |name, words: String, is_answered| Stall { name, words, is_answered };
    let form = format!(
        "POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: rollcall-form={}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\ncsrf=",
        "A".repeat(43)
    );
    let file = format!(
        "POST /setup HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: rollcall-form={}\r\n\
         Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000\r\n\r\n--x\r\n",
        "A".repeat(43)
    );
    let pushed = delivery(SOURCE).replace("Content-Length: 2", "Content-Length: 9000");
    let ask = |path: &str, more: &str| format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{more}\r\n");
    vec![
        stalled("a form does not come", form, false),
        stalled("a file does not come", file, false),
        stalled("a delivery does not come whole", pushed, false),
        stalled("a head does not come whole", "GET /sources HTTP/1.1\r\nHos".to_owned(), false),
        stalled("nothing comes", String::new(), false),
        stalled("nothing more comes", ask("/healthz", ""), true),
        stalled("pages are watched", ask("/live/sources", &visitor.cookie_line()), true),
        stalled("answers are not read", ask(style, "").repeat(400), false),
    ]
}

#[test]
fn deliveries_and_health_and_pages_are_answered_whatever_512_connections_hold_open() {
    let served = Served::new(SERVE);
    let mut visitor = Visitor::set_up(served.address, &served.setup);
    let events = AppEvents::http(
        format!("http://{}/callbacks/{SOURCE}", served.address),
        live::CALLBACK_TOKEN,
        live::CALLBACK_AES_KEY,
    );
    served.office.server.set_events(&app_key(), events).expect("the program answers as it must");
    for stall in stalls(&mut visitor) {
        for from in [From::One, From::Many] {
            let meanwhile = format!("{}, from {from:?}", stall.name);
            let held = stall.hold(served.address, from);
            served.hears(&meanwhile);
            let page = visitor.get("/sources");
            assert_eq!(page.status, Some(200), "a page while {meanwhile}: {page:?}");
            drop(held);
        }
    }
    let held = stalls(&mut visitor)[0].hold(served.address, From::Many);
    served.follows("小红红");
    drop(held);
    served.ends();
}

#[test]
fn whoever_sends_a_form_and_never_ends_it_is_told_that_it_took_too_long() {
    let served = Served::new(SERVE);
    let mut visitor = Visitor::new(served.address);
    let csrf = visitor.get("/login").hidden("csrf");
    for (path, language, wanted) in
        [("/login", "en", "did not arrive in time"), ("/setup", "zh-CN", "未能及时送达")]
    {
        let answer = ask(
            served.address,
            &format!(
                "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Language: {language}\r\n{}\
                 Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\ncsrf={csrf}&",
                visitor.cookie_line()
            ),
        );
        assert_eq!(answer.status, Some(408), "{answer:?}");
        assert!(answer.body.contains(wanted), "{answer:?}");
    }
    served.ends();
}

#[test]
fn without_descriptors_whoever_waits_gives_way_and_the_log_says_so_once() {
    let office = office();
    let command = office.command(SERVE);
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "ulimit -n 100 && exec \"$0\" \"$@\""])
        .arg(command.get_program())
        .args(command.get_args());
    limited.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    limited.current_dir(command.get_current_dir().expect("it runs in the office's folder"));
    limited.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let served = Served::announced(office, Running::spawn(&mut limited));
    let silent = Stall { name: "nothing comes", words: String::new(), is_answered: false };
    let held = silent.hold(served.address, From::Many);
    served.hears("there are no descriptors");
    drop(held);
    let told = served.ends();
    assert_eq!(told.matches("connections could not be accepted").count(), 1, "{told}");
}

#[test]
fn a_browser_that_logged_in_before_gets_in_while_strangers_guess() {
    let served = Served::new(&format!("{SERVE} --trusted-proxy 127.0.0.1"));
    let mut known = Visitor::set_up(served.address, &served.setup);
    for n in 0..9 {
        let mut stranger = Visitor::new(served.address);
        stranger.address = format!("198.51.100.{n}");
        stranger.log_in("something that is wrong");
    }
    known.cookies.remove("rollcall-session");
    known.address = "203.0.113.7".to_owned();
    let mut unknown = Visitor::new(served.address);
    unknown.address = "203.0.113.8".to_owned();
    assert_eq!(unknown.log_in(PASSWORD).status, Some(429));
    assert_eq!(known.log_in(PASSWORD).status, Some(303));
    served.ends();
}

#[test]
fn what_a_source_tells_while_a_setting_is_wrong_is_kept_and_acted_on_once_it_is_right() {
    let office = office();
    let address = lasting_address();
    let words = format!("serve SOURCE DATA --listen {address} --format json");
    let serving = office.start(&words);
    let served = Served::announced(office, serving);
    let callback = format!("http://{}/callbacks/{SOURCE}", served.address);
    let events = AppEvents::http(&callback, live::CALLBACK_TOKEN, live::CALLBACK_AES_KEY);
    served.office.server.set_events(&app_key(), events).expect("the program answers as it must");
    served.serving.terminate();
    let Served { office, serving, lines, .. } = served;
    serving.end().with_code(0);
    lines.all();
    let right = office.source_file_for_callbacks();
    office.write("source.toml", &(right.clone() + "requests_per_second = 200\n"));
    let mut serving = office.start(&words);
    let lines = serving.read_lines();
    lines.wait_for("it serves", |line| line["what"] == "serving");
    office.mutate(&Mutation::modify_user("xiaohong", &json!({ "name": "小红红" })));
    until("the event is kept", || {
        let listed = office.run("events list NAME DATA --format json").with_code(0).json();
        listed["events"].as_array().is_some_and(|events| !events.is_empty())
    });
    assert!(!office.holds("xiaohong", "小红红"));
    serving.terminate();
    serving.end().with_code(0);
    lines.all();
    office.write("source.toml", &right);
    let mut serving = office.start(&words);
    let lines = serving.read_lines();
    lines.wait_for("it serves", |line| line["what"] == "serving");
    // The setting has stopped the acting, which a person has to clear.
    office.run("resume NAME DATA").with_code(0);
    until("the change is there", || office.holds("xiaohong", "小红红"));
    serving.terminate();
    serving.end().with_code(0);
    lines.all();
}

#[test]
fn by_the_answer_to_a_delivery_nobody_learns_which_sources_there_are() {
    let served = Served::new(SERVE);
    let large = format!("?{}", "q".repeat(9_000));
    for (method, query, length) in
        [("POST", "", 2), ("GET", "", 0), ("PUT", "?a=b", 2), ("POST", large.as_str(), 2)]
    {
        let answer = |source: &str| -> Answer {
            let body = "{}".get(..length).unwrap_or_default();
            let request = format!(
                "{method} /callbacks/{source}{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\n\
                 Connection: close\r\n\r\n{body}"
            );
            let Answer { status, head, body } = ask(served.address, &request);
            let head = head.lines().filter(|line| !line.starts_with("date: ")).collect();
            Answer { status, head, body }
        };
        let (known, unknown) = (answer(SOURCE), answer("nobody"));
        assert!(known.status.is_some() && known.status != Some(200), "{method}: {known:?}");
        assert_eq!(known, unknown, "{method}");
    }
    served.ends();
}

//! The program where something around it is not as it was meant: an address with a slash too many, a person who opens it, an
//! `http:` address, a channel that was away, removals that stopped and events that wait.

use super::{feihua, rename_user};
use crate::harness::extra::until;
use crate::harness::live::{CALLBACK_AES_KEY, CALLBACK_TOKEN, app_key, source};
use crate::harness::program::{Lines, Office};
use crate::harness::real::SOURCE;
use rollcall_dingtalk_simulator::{AppEvents, Fault, Mutation, Rule};
use rollcall_host::clock::{Clock, SystemClock};
use rollcall_host::inbox::{EventFilter, EventWay, Fate, Inbox, NewEvent, Settlement};
use rollcall_host::model::{Diagnosis, Failure, FailureKind, Key};
use rollcall_sqlite::SqliteStore;
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

/// How long the channel was away.
const OUTAGE_MS: i64 = 42_000;

const LIST_MEMBERS: &str = "/topapi/v2/user/list";

#[test]
fn a_callback_address_takes_deliveries_with_a_slash_too_many_and_tells_whoever_looks_what_it_is_for() {
    let office = Office::new(feihua());
    office.write("source.toml", &office.source_file_for_callbacks());
    let mut serving = office.start("serve SOURCE DATA --listen 127.0.0.1:0 --format json");
    let lines = serving.read_lines();
    let callback = callback(&lines);
    lines.wait_for("the first import", is_succeeded);
    let (base, _) = callback.split_once("/callbacks").expect("it is a callback address");
    let written = [format!("{callback}/"), format!("{base}//callbacks/{SOURCE}"), format!("{callback}//")];
    for (n, url) in written.iter().enumerate() {
        let events = AppEvents::http(url, CALLBACK_TOKEN, CALLBACK_AES_KEY);
        office.server.set_events(&app_key(), events).expect("the address answers as it must");
        let name = format!("小红 {n}");
        office.mutate(&rename_user("xiaohong", &name));
        until("the change is there", || office.holds("xiaohong", &name));
    }
    let address = base.trim_start_matches("http://");
    let known = format!("/callbacks/{SOURCE}");
    for (path, language, status, wanted) in [
        (known.as_str(), "en", 403, "tells of its changes"),
        (known.as_str(), "zh-CN", 403, "推送变更的回调地址"),
        ("/callbacks", "en", 404, "No source takes calls at this address"),
        ("/callbacks", "zh-CN", 404, "此地址不对应任何身份源"),
    ] {
        let (found, body) = looked_at(address, path, language);
        assert_eq!(found, status, "{path} {language}: {body}");
        assert!(body.contains(wanted), "{path} {language}: {body}");
    }
    serving.terminate();
    serving.end().with_code(0);
    lines.all();
}

#[test]
fn callbacks_that_have_an_address_of_their_own_arrive_there_and_nowhere_else() {
    let office = Office::new(feihua());
    office.write("source.toml", &office.source_file_for_callbacks());
    let mut serving =
        office.start("serve SOURCE DATA --listen 127.0.0.1:0 --callbacks-listen 127.0.0.1:0 --format json");
    let lines = serving.read_lines();
    let callback = callback(&lines);
    let announced = lines.wait_for("it serves", |line| line["what"] == "serving");
    let [console, apart] =
        ["address", "callbacks_address"].map(|name| announced[name].as_str().expect("it is one"));
    assert_eq!(callback, format!("http://{apart}/callbacks/{SOURCE}"));
    lines.wait_for("the first import", is_succeeded);
    let events = AppEvents::http(&callback, CALLBACK_TOKEN, CALLBACK_AES_KEY);
    office.server.set_events(&app_key(), events).expect("the address answers as it must");
    office.mutate(&rename_user("xiaohong", "小红红"));
    until("the change is there", || office.holds("xiaohong", "小红红"));
    let known = format!("/callbacks/{SOURCE}");
    for (address, path, language, status, wanted) in [
        (console, known.as_str(), "en", 404, format!("taken at http://{apart}/callbacks/ alone")),
        (console, known.as_str(), "zh-CN", 404, format!("回调只在 http://{apart}/callbacks/ 接收")),
        (apart, known.as_str(), "en", 403, "tells of its changes".to_owned()),
        (apart, "/healthz", "en", 204, String::new()),
        (apart, "/login", "en", 404, String::new()),
        (apart, "/api/v1/sources", "en", 404, String::new()),
        (console, "/healthz", "en", 204, String::new()),
    ] {
        let (found, body) = looked_at(address, path, language);
        assert_eq!(found, status, "{address}{path} {language}: {body}");
        assert!(body.contains(&wanted), "{address}{path} {language}: {body}");
    }
    serving.terminate();
    serving.end().with_code(0);
    lines.all();
}

#[test]
fn an_address_that_begins_with_http_is_told_where_a_source_is_to_call_it_and_nowhere_else() {
    let office = Office::new(feihua());
    let served = |language: &str, url: &str| {
        let words =
            format!("serve SOURCE DATA --listen 127.0.0.1:0 --public-url {url} --language {language}");
        let mut serving = office.start(&words);
        let lines = serving.read_lines();
        until("it serves", || lines.text().contains(url));
        serving.terminate();
        serving.end().with_code(0);
        lines.all_text()
    };
    let wanted =
        [("en", "begins with http: sources on the internet often refuse"), ("zh-CN", "以 http 开头")];
    office.write("source.toml", &office.source_file_for_callbacks());
    for (language, wanted) in wanted {
        let told = served(language, "http://id.example.com");
        assert!(told.contains(wanted), "{told}");
        let told = served(language, "https://id.example.com");
        assert!(!told.contains(wanted), "{told}");
    }
    office.write("source.toml", &office.source_file_for_stream());
    for (language, wanted) in wanted {
        let told = served(language, "http://id.example.com");
        assert!(!told.contains(wanted), "{told}");
    }
}

#[test]
fn an_event_that_was_lost_while_the_channel_was_away_is_made_up_for_by_a_full_run() {
    let office = Office::new(feihua());
    office.write("source.toml", &office.source_file_for_stream());
    office.server.set_events(&app_key(), AppEvents::Stream).expect("nobody has to answer");
    let mut serving = office.start("serve SOURCE DATA --listen 127.0.0.1:0 --format json");
    let lines = serving.read_lines();
    lines.wait_for("the first import", is_succeeded);
    lines.wait_for("it listens", is_connected);
    serving.terminate();
    serving.end().with_code(0);
    lines.all();
    office.server.with(|simulator| simulator.switches_mut().events.drop_percent = 100);
    office.mutate(&rename_user("xiaohong", "小红红"));
    office.listened_last(OUTAGE_MS);
    let mut serving = office.start("serve SOURCE DATA --listen 127.0.0.1:0 --format json");
    let lines = serving.read_lines();
    lines.wait_for("it listens again", is_connected);
    let run = lines.wait_for("everything is read", is_succeeded);
    assert_eq!(run["events"].as_array().map(Vec::len), Some(0), "nobody told of it: {run:#}");
    assert!(office.holds("xiaohong", "小红红"));
    serving.terminate();
    serving.end().with_code(0);
    lines.all();
}

#[test]
fn the_status_says_since_when_nobody_is_removed_and_which_events_wait() {
    let office = Office::new(feihua());
    office.run("sync SOURCE DATA").with_code(0);
    office.mutate(&Mutation::RemoveUser { userid: "xiaohong".into() });
    office.server.with(|simulator| {
        let hidden =
            Fault::Errcode { code: 50_004, message: "请求的部门id不在授权范围内".to_owned() };
        simulator.inject(Rule::new(hidden).on_path(LIST_MEMBERS).with_param("dept_id", 5002).always());
    });
    for _ in 0..2 {
        let ended = office.run("sync SOURCE DATA --format json");
        assert_eq!(ended.json()["run"]["state"], "partial", "{ended:?}");
    }
    let told = || office.run("status NAME DATA --format json").with_code(0).json();
    let stopped = &told()["removals_stopped"];
    assert_eq!(stopped["code"], "removals-stopped");
    let facts = stopped["facts"].as_array().expect("it has facts");
    assert!(facts.iter().any(|fact| fact[0] == "since_run" && fact[1] == "2"), "{stopped:#}");
    in_store(&office, wait_in_vain);
    assert_eq!(told()["unfinished"][0]["failure"]["diagnosis"]["code"], "source-silent");
    for (language, wanted) in [
        (
            "en",
            [
                "nobody and nothing is removed by this run",
                "(run 2)",
                "Tried in vain so far",
                "user_modify_org",
            ],
        ),
        ("zh-CN", ["本次运行不会删除任何对象", "第 2 次运行", "已尝试但尚未完成", "user_modify_org"]),
    ] {
        let status = office.run(&format!("status NAME DATA --language {language}")).with_code(0).stdout;
        for wanted in wanted {
            assert!(status.contains(wanted), "{wanted:?} is not in {status}");
        }
    }
}

/// Keep an event about Xiaoli that was tried once, in vain.
async fn wait_in_vain(store: &SqliteStore) {
    let now = SystemClock.now();
    let event = NewEvent {
        id: "in-vain".to_owned(),
        kind: "user_modify_org".to_owned(),
        payload: r#"{"users":["xiaoli"]}"#.to_owned(),
        born_at: None,
        subjects: vec![Key { resource_type: "User".to_owned(), external_id: "xiaoli".to_owned() }],
        arrived_at: now,
        way: EventWay::Callback,
    };
    store.store(&source(), &[event]).await.expect("the store answers");
    let kept = store.events(&source(), &EventFilter::default(), None, 1).await;
    let number = kept.expect("the store answers")[0].number;
    let silent = Diagnosis::new("source-silent", "the source did not answer");
    let failure = Failure::new(FailureKind::Unavailable, silent);
    let fate = Fate::Again { due_at: now, counts: true, failure };
    let settlement = Settlement { number, run: None, at: now, fate };
    store.settle(&source(), &[settlement]).await.expect("the store answers");
}

/// What a person's browser gets: the status, and the text.
fn looked_at(address: &str, path: &str, language: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).expect("it listens");
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: {address}\r\naccept: text/html\r\naccept-language: {language}\r\n\
         connection: close\r\n\r\n"
    )
    .expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers in UTF-8");
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    let (_, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
    (status.expect("an answer has a status"), body.to_owned())
}

fn callback(lines: &Lines) -> String {
    let announced = lines.wait_for("it serves", |line| line["what"] == "serving");
    announced["sources"][0]["callback"].as_str().expect("the source has a callback").to_owned()
}

fn is_succeeded(line: &Value) -> bool {
    line["what"] == "run" && line["run"]["state"] == "succeeded"
}

fn is_connected(line: &Value) -> bool {
    line["what"] == "channel" && line["channel"]["state"] == "connected"
}

fn in_store(office: &Office, act: impl AsyncFnOnce(&SqliteStore)) {
    let store = SqliteStore::open(&office.path("data/rollcall.db")).expect("the database opens");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime can be had");
    runtime.block_on(act(&store));
}

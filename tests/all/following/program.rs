//! The program follows two sources at once, one by each way, and is looked into and told things meanwhile.

use super::{feihua, rename_user};
use crate::companies::APP_SECRET;
use crate::harness::PROXY_PASSWORD;
use crate::harness::extra::until;
use crate::harness::live::{CALLBACK_AES_KEY, CALLBACK_TOKEN, app_key, source};
use crate::harness::program::{Lines, Office};
use crate::harness::real::SOURCE;
use rollcall_dingtalk_simulator::AppEvents;
use rollcall_host::clock::{Clock, SystemClock};
use rollcall_host::inbox::{EventFilter, EventWay, Fate, Inbox, NewEvent, Settlement};
use rollcall_host::model::{Diagnosis, Failure, FailureKind, Key};
use rollcall_sqlite::SqliteStore;
use serde_json::{Value, json};

const BRANCH: &str = "branch-office";

#[test]
fn two_sources_are_served_one_by_push_and_one_by_stream_until_a_signal_ends_it_in_good_order() {
    let (head, branch) = (Office::new(feihua()), Office::new(feihua()));
    head.write("source.toml", &head.source_file_for_callbacks());
    branch.write("source.toml", &branch_file(&branch));
    branch.server.set_events(&app_key(), AppEvents::Stream).expect("nobody has to answer");
    let branch_path = branch.path("source.toml");
    let words =
        format!("serve SOURCE --source {} DATA --listen 127.0.0.1:0 --format json", branch_path.display());
    let mut serving = head.start(&words);
    let lines = serving.read_lines();
    let announced = lines.wait_for("it serves", |line| line["what"] == "serving");
    let sources = announced["sources"].as_array().expect("they are listed");
    let of_head = sources.iter().find(|source| source["source"] == SOURCE).expect("each source is listed");
    let callback = of_head["callback"].as_str().expect("each source has a callback");
    let events = AppEvents::http(callback, CALLBACK_TOKEN, CALLBACK_AES_KEY);
    head.server.set_events(&app_key(), events).expect("the program answers as it must");
    for name in [SOURCE, BRANCH] {
        lines.wait_for("the first import", |line| is_run(line, name) && line["run"]["state"] == "succeeded");
    }
    until("the channel is open", || branch.server.with(|simulator| simulator.events().n_connected()) == 1);
    for office in [&head, &branch] {
        office.mutate(&rename_user("xiaohong", "小红红"));
    }
    let by_push = batch(&lines, SOURCE);
    let by_stream = batch(&lines, BRANCH);
    for (run, trigger) in [(&by_push, "event"), (&by_stream, "stream")] {
        assert_eq!((&run["run"]["trigger"], &run["run"]["state"]), (&json!(trigger), &json!("succeeded")));
        assert_eq!(run["events"][0]["kind"], "user_modify_org");
        assert!(run["events"][0]["took_ms"].is_u64(), "{run:#}");
        assert_eq!(run["changes"][0]["key"]["external_id"], "xiaohong", "{run:#}");
    }
    looked_into(&head, &by_push);
    paused_and_resumed(&head);
    let refreshed = head.run("refresh SOURCE DATA --user xiaohong --format json").with_code(0).json();
    assert_eq!(refreshed["objects"][0]["result"], "unchanged");
    head.run("sync SOURCE DATA").with_code(0);
    serving.terminate();
    let ended = serving.end().with_code(0);
    assert!(ended.stderr.contains("stopping"), "{ended:?}");
    let all = lines.all();
    no_secret_in(&format!("{all:?}{}{}", ended.stderr, kept(&head)));
    let last_channel = all.iter().rfind(|line| line["what"] == "channel" && line["source"] == BRANCH);
    assert_eq!(last_channel.map(|line| &line["channel"]["state"]), Some(&json!("closed")));
    let status = head.run("status NAME DATA --format json").with_code(0).json();
    assert_eq!(status["counts"]["waiting"], 0);
}

#[test]
fn an_event_that_was_given_up_is_listed_with_its_reason_and_tried_again_on_demand() {
    let office = Office::new(feihua());
    office.write("source.toml", &office.source_file_for_callbacks());
    office.run("sync SOURCE DATA").with_code(0);
    office.mutate(&rename_user("xiaohong", "小红红"));
    give_up_an_event(&office);
    let mut serving = office.start("serve SOURCE DATA --listen 127.0.0.1:0 --format json");
    let lines = serving.read_lines();
    lines.wait_for("it serves", |line| line["what"] == "serving");
    let listed = office.run("events list NAME DATA --state failed").with_code(0).stdout;
    assert!(listed.contains("user_modify_org") && listed.contains("the source did not answer"), "{listed}");
    let retried = office.run("events retry NAME DATA --format json").with_code(0).json();
    assert_eq!(retried, json!({ "source": SOURCE, "n": 1 }));
    let run = batch(&lines, SOURCE);
    assert_eq!(run["changes"][0]["key"]["external_id"], "xiaohong", "{run:#}");
    let none = office.run("events list NAME DATA --state failed --format json").with_code(0).json();
    assert_eq!(none["events"], json!([]));
    serving.terminate();
    serving.end().with_code(0);
    lines.all();
}

/// An event about Xiaohong that was tried for the last time.
fn give_up_an_event(office: &Office) {
    let store = SqliteStore::open(&office.path("data/rollcall.db")).expect("the database opens");
    let now = SystemClock.now();
    let event = NewEvent {
        id: "given-up".to_owned(),
        kind: "user_modify_org".to_owned(),
        payload: r#"{"users":["xiaohong"]}"#.to_owned(),
        born_at: None,
        subjects: vec![Key { resource_type: "User".to_owned(), external_id: "xiaohong".to_owned() }],
        arrived_at: now,
        way: EventWay::Callback,
    };
    let failure =
        Failure::new(FailureKind::Unavailable, Diagnosis::new("source-silent", "the source did not answer"));
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime can be had");
    runtime.block_on(async {
        store.store(&source(), &[event]).await.expect("the store answers");
        let kept =
            store.events(&source(), &EventFilter::default(), None, 1).await.expect("the store answers");
        let fate = Fate::Failed { failure };
        let settlement = Settlement { number: kept[0].number, run: None, at: now, fate };
        store.settle(&source(), &[settlement]).await.expect("the store answers");
    });
}

/// `history`, `events list` and `status` tell of the batch, for people and for programs.
fn looked_into(office: &Office, by_push: &Value) {
    let run = by_push["run"]["id"].as_str().expect("a run has an id");
    let shown = office.run(&format!("history {run} NAME DATA")).with_code(0).stdout;
    assert!(shown.contains("user_modify_org") && shown.contains("after it happened"), "{shown}");
    let listed = office.run("events list NAME DATA --format json").with_code(0).json();
    assert_eq!(listed["events"].as_array().map(Vec::len), Some(1));
    assert_eq!((&listed["events"][0]["run"], &listed["events"][0]["state"]), (&json!(run), &json!("done")));
    let status = office.run("status NAME DATA --format json").with_code(0).json();
    assert_eq!(status["counts"], json!({ "waiting": 0, "done": 1, "failed": 0 }));
    let status = office.run("status NAME DATA").with_code(0).stdout;
    assert!(!status.is_empty() && !status.contains(CALLBACK_TOKEN), "{status}");
}

fn paused_and_resumed(office: &Office) {
    for (word, is_paused) in [("pause", true), ("resume", false)] {
        office.run(&format!("{word} NAME DATA")).with_code(0);
        let status = office.run("status NAME DATA --format json").with_code(0).json();
        assert_eq!(status["following"]["is_paused"], is_paused, "{word}");
    }
}

#[track_caller]
fn no_secret_in(text: &str) {
    for secret in [CALLBACK_TOKEN, CALLBACK_AES_KEY, APP_SECRET, PROXY_PASSWORD] {
        assert!(!text.contains(secret), "{secret} is told or kept");
    }
}

/// The database and what lies beside it, as far as it is text.
fn kept(office: &Office) -> String {
    let files = std::fs::read_dir(office.path("data")).expect("the folder can be read");
    let paths = files.map(|file| file.expect("it can be read").path()).filter(|path| path.is_file());
    paths
        .map(|path| String::from_utf8_lossy(&std::fs::read(path).expect("it can be read")).into_owned())
        .collect()
}

/// The first run that acted on events.
#[track_caller]
fn batch(lines: &Lines, source: &str) -> Value {
    let has_events = |line: &Value| line["events"].as_array().is_some_and(|events| !events.is_empty());
    lines.wait_for("a batch of events", |line| is_run(line, source) && has_events(line))
}

fn is_run(line: &Value, source: &str) -> bool {
    line["what"] == "run" && line["source"] == source
}

fn branch_file(office: &Office) -> String {
    office.source_file_for_stream().replace(&format!("\"{SOURCE}\""), &format!("\"{BRANCH}\""))
}

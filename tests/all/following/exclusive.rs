//! Two sources of one application: each event goes to one listener, so one source listens and the other says why it does not,
//! until it may.

use super::{feihua, rename_user};
use crate::companies::APP_KEY;
use crate::harness::extra::{told, until};
use crate::harness::live::{Live, Way};
use crate::harness::program::Office;
use crate::harness::real::SOURCE;
use expect_test::expect;
use rollcall_dingtalk_simulator::ServerHandle;
use rollcall_host::history::{History, Run, RunState};
use rollcall_host::inbox::{ChannelNote, ChannelState, EventFilter, Inbox, InboxEvent};
use rollcall_host::model::SourceName;
use rollcall_host::{FollowOptions, Follower, RunOptions, Source};
use serde_json::{Value, json};

const BRANCH: &str = "branch-office";

#[test]
fn the_second_source_of_an_application_opens_no_channel_until_the_first_is_let_go() {
    let mut live = Live::started(feihua(), Way::Stream);
    let branch = Branch::follow(&live);
    until("the second is imported", || branch.runs(&live).iter().any(|run| run.state == RunState::Succeeded));
    until("it says that it does not listen", || branch.stands(&live) == Some(ChannelState::Taken));
    let diagnosis = branch.note(&live).and_then(|note| note.diagnosis).expect("it says why");
    expect![[r#"
        channel-taken
            source head-office listens already, and no two sources may share "dingtalk stream dingsimappkey0000001", so this one does not
              -> Full imports go on. To hear of changes here, too, give each source an application of its own. When the other is not followed any more, this one listens by itself.
            来源 head-office 已在监听，而 "dingtalk stream dingsimappkey0000001" 只能由一个来源使用，因此本来源不建立通道
              -> 全量导入照常进行。如需在此也接收变更，请为每个来源使用各自的应用。另一个来源不再跟随后，本来源会自动开始监听。
    "#]]
    .assert_eq(&told(&diagnosis));
    live.change(&rename_user("xiaohong", "小红红"));
    live.assert_in_line();
    assert_eq!((live.events().len(), branch.events(&live).len()), (1, 0));
    let asked = live.platform().wait(branch.follower.sync(RunOptions::default())).expect("there is a run");
    assert_eq!((asked.report.state, asked.report.counters.updated), (RunState::Succeeded, 1));
    until("a full run frees nothing", || branch.stands(&live) == Some(ChannelState::Taken));
    assert_eq!(n_connected(live.server()), 1);
    live.unfollow();
    until("the second listens", || branch.stands(&live) == Some(ChannelState::Connected));
    live.real.mutate(&rename_user("xiaoming", "小明明"));
    until("it hears of the change", || branch.events(&live).len() == 1);
    assert_eq!(live.events().len(), 1);
    live.platform().wait(branch.follower.stop());
}

#[test]
fn the_program_lets_the_first_by_name_listen_and_says_so_of_the_second_everywhere() {
    let office = Office::new(feihua());
    office.write("source.toml", &file(&office, SOURCE));
    office.write("branch.toml", &file(&office, BRANCH));
    let mut serving =
        office.start("serve SOURCE --source branch.toml DATA --listen 127.0.0.1:0 --format json --verbose");
    let lines = serving.read_lines();
    let is_channel = |line: &Value, source: &str, state: &str| {
        line["what"] == "channel" && line["source"] == source && line["channel"]["state"] == state
    };
    lines.wait_for("the first listens", |line| is_channel(line, BRANCH, "connected"));
    let taken = lines.wait_for("the second does not", |line| is_channel(line, SOURCE, "taken"));
    let diagnosis = &taken["channel"]["diagnosis"];
    assert_eq!(
        (&diagnosis["code"], &diagnosis["facts"][0]),
        (&json!("channel-taken"), &json!(["source", BRANCH]))
    );
    lines.wait_for("the second is imported", |line| {
        line["what"] == "run" && line["source"] == SOURCE && line["run"]["state"] == "succeeded"
    });
    assert_eq!(n_connected(&office.server), 1);
    for (language, wanted) in [
        ("en", ["taken by another source", "source branch-office listens already"]),
        ("zh-CN", ["已被其他来源占用", "来源 branch-office 已在监听"]),
    ] {
        // What is told is kept a moment later, and told again at each attempt.
        let status = || office.run(&format!("status NAME DATA --language {language}")).with_code(0).stdout;
        until(wanted[0], || wanted.iter().all(|wanted| status().contains(wanted)));
    }
    serving.terminate();
    let ended = serving.end().with_code(0);
    assert!(ended.stderr.contains("another source has what the two may not share"), "{ended:?}");
    lines.all();
}

#[test]
fn a_check_warns_of_another_source_of_the_same_application_and_of_no_other() {
    let office = Office::new(feihua());
    office.write("source.toml", &file(&office, SOURCE));
    office.write("branch.toml", &file(&office, BRANCH));
    office.write("quiet.toml", &file(&office, "quiet").replace("\"stream\"", "\"off\""));
    let found = |words: &str| {
        let checked = office.run(&format!("check SOURCE --format json {words}")).with_code(0).json();
        let findings = checked["findings"].as_array().expect("they are listed").clone();
        let of_this = findings.into_iter().filter(|finding| finding["check"] == "exclusive");
        of_this
            .map(|finding| json!([finding["standing"], finding["diagnosis"]["message"]]))
            .collect::<Vec<_>>()
    };
    let message = format!(
        "source {BRANCH} has \"dingtalk stream {APP_KEY}\", too, and only one of them can listen to changes"
    );
    assert_eq!(found("--beside quiet.toml --beside branch.toml"), [json!(["warning", message])]);
    assert_eq!(
        found("--beside quiet.toml --beside source.toml"),
        [Value::Null; 0],
        "it is not beside itself"
    );
    let told = office.run("check SOURCE --beside branch.toml --language zh-CN").with_code(0).stdout;
    assert!(told.contains("来源 branch-office 也使用"), "{told}");
}

/// Another source of the same application, on the same host.
struct Branch {
    follower: Follower,
}

impl Branch {
    fn follow(live: &Live) -> Self {
        let (host, inbox) = (live.platform().host.clone(), live.inbox.clone());
        let first = live.real.source();
        let connector = first.connector().clone();
        let source = Source::new(branch(), connector, live.real.settings.clone(), live.real.egress.clone());
        let follower = Follower::start(host, inbox, source, FollowOptions::default());
        Self { follower: live.platform().wait(follower).expect("the inbox answers") }
    }

    fn note(&self, live: &Live) -> Option<ChannelNote> {
        live.platform().wait(self.follower.status()).expect("the inbox answers").following.channel
    }

    fn stands(&self, live: &Live) -> Option<ChannelState> {
        self.note(live).map(|note| note.state)
    }

    fn runs(&self, live: &Live) -> Vec<Run> {
        let store = &live.platform().store;
        live.platform().wait(store.runs(self.follower.name(), None, u32::MAX)).expect("the store answers")
    }

    fn events(&self, live: &Live) -> Vec<InboxEvent> {
        let (store, all) = (&live.platform().store, EventFilter::default());
        let events = store.events(self.follower.name(), &all, None, u32::MAX);
        live.platform().wait(events).expect("the store answers")
    }
}

fn branch() -> SourceName {
    SourceName::new(BRANCH).expect("the name is one")
}

fn file(office: &Office, name: &str) -> String {
    office.source_file().replace(&format!("\"{SOURCE}\""), &format!("\"{name}\"")) + "events = \"stream\"\n"
}

fn n_connected(server: &ServerHandle) -> usize {
    server.with(|simulator| simulator.events().n_connected())
}

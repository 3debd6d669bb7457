//! A connector that misbehaves ends its own run with a clear word, and nothing else: the same host runs a good one right
//! after.

mod floods;

use crate::companies;
use crate::harness::built;
use crate::harness::proxies::free_port;
use crate::harness::real::{self, Platform, Real, engine_with};
use expect_test::{Expect, expect};
use rollcall_dingtalk_simulator::{ProxyOptions, Server, ServerHandle, ServerOptions, Simulator};
use rollcall_host::egress::Egress;
use rollcall_host::history::{History, RunState};
use rollcall_host::model::{RunId, Severity, SourceName, Standing};
use rollcall_host::observe::Observer;
use rollcall_host::{Cancel, Connector, EngineOptions, RunOptions, RunReport, Source};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

#[test]
fn a_panic() {
    check(
        json!({ "behaviour": "panic" }),
        expect![[r#"
            failed
            Other connector-panicked
            the connector panicked: tests/hostile/src/lib.rs:79:20:
            the hostile connector panics on purpose
            连接器内部出错而中止：connector panicked: tests/hostile/src/lib.rs:79:20:
            the hostile connector panics on purpose
            Run again; if it happens again, report it to the connector's author with this message. What was imported until then is right and stays.
            请重新运行；如果再次出现，请将此信息反馈给连接器作者。此前已导入的内容正确并会保留。
            Counters { read: 0, created: 0, updated: 0, unchanged: 0, skipped: 0, rejected: 0, deactivated: 0, deleted: 0, kept: 0, held: 0 }
        "#]],
    );
}

#[test]
fn an_endless_loop() {
    check_on(
        &Stage::impatient(),
        json!({ "behaviour": "loop" }),
        expect![[r#"
        failed
        Host connector-out-of-time
        the connector computed for more than 1 s without pause
        连接器连续计算的时间超过限制：connector computed for more than 1 s without pause
        Run again; if it happens again, report it to the connector's author with this message. What was imported until then is right and stays.
        请重新运行；如果再次出现，请将此信息反馈给连接器作者。此前已导入的内容正确并会保留。
        Counters { read: 0, created: 0, updated: 0, unchanged: 0, skipped: 0, rejected: 0, deactivated: 0, deleted: 0, kept: 0, held: 0 }
    "#]],
    );
}

#[test]
fn a_memory_hog() {
    check(
        json!({ "behaviour": "memory" }),
        expect![[r#"
        failed
        Host connector-out-of-memory
        the connector needed more than its 400 MiB of memory
        连接器需要的内存超过限制：connector needed more than its 400 MiB of memory
        Raise the host's memory limit for connectors, or report it to the connector's author.
        请调高主机为连接器设置的内存上限，或反馈给连接器作者。
        Counters { read: 0, created: 0, updated: 0, unchanged: 0, skipped: 0, rejected: 0, deactivated: 0, deleted: 0, kept: 0, held: 0 }
    "#]],
    );
}

#[test]
fn an_endless_recursion() {
    check(
        json!({ "behaviour": "recursion" }),
        expect![[r#"
        failed
        Other connector-trapped
        the connector trapped: wasm trap: out of bounds memory access
        连接器执行了不允许的操作而中止：connector trapped: wasm trap: out of bounds memory access
        Run again; if it happens again, report it to the connector's author with this message. What was imported until then is right and stays.
        请重新运行；如果再次出现，请将此信息反馈给连接器作者。此前已导入的内容正确并会保留。
        Counters { read: 0, created: 0, updated: 0, unchanged: 0, skipped: 0, rejected: 0, deactivated: 0, deleted: 0, kept: 0, held: 0 }
    "#]],
    );
}

#[test]
fn more_entries_than_may_cross() {
    check(
        json!({ "behaviour": "entries" }),
        expect![[r#"
        failed
        Other connector-too-much-data
        the connector exchanged more than 64 MiB with the host in one call
        连接器与主机单次交换的数据超过限制：connector exchanged more than 64 MiB with the host in one call
        Run again; if it happens again, report it to the connector's author with this message. What was imported until then is right and stays.
        请重新运行；如果再次出现，请将此信息反馈给连接器作者。此前已导入的内容正确并会保留。
        Counters { read: 0, created: 0, updated: 0, unchanged: 0, skipped: 0, rejected: 0, deactivated: 0, deleted: 0, kept: 0, held: 0 }
    "#]],
    );
}

#[test]
fn more_requests_than_may_be_outstanding() {
    check(
        json!({ "behaviour": "requests", "url": "https://granted.example/" }),
        expect![[r#"
        failed
        Other connector-broke-contract
        the connector broke the contract: it left more than 4096 results untaken
        连接器违反了接口约定：connector broke the contract: it left more than 4096 results untaken
        Run again; if it happens again, report it to the connector's author with this message. What was imported until then is right and stays.
        请重新运行；如果再次出现，请将此信息反馈给连接器作者。此前已导入的内容正确并会保留。
        Counters { read: 0, created: 0, updated: 0, unchanged: 0, skipped: 0, rejected: 0, deactivated: 0, deleted: 0, kept: 0, held: 0 }
    "#]],
    );
}

#[test]
fn a_document_beyond_all_measure() {
    check(
        json!({ "behaviour": "document" }),
        expect![[r#"
        failed
        Other connector-too-much-data
        the connector exchanged more than 64 MiB with the host in one call
        连接器与主机单次交换的数据超过限制：connector exchanged more than 64 MiB with the host in one call
        Run again; if it happens again, report it to the connector's author with this message. What was imported until then is right and stays.
        请重新运行；如果再次出现，请将此信息反馈给连接器作者。此前已导入的内容正确并会保留。
        Counters { read: 0, created: 0, updated: 0, unchanged: 0, skipped: 0, rejected: 0, deactivated: 0, deleted: 0, kept: 0, held: 0 }
    "#]],
    );
}

#[test]
fn an_origin_that_nobody_granted() {
    check(
        json!({ "behaviour": "denied", "url": "https://elsewhere.example/" }),
        expect![[r#"
        failed
        Host origin-not-granted
        origin "https://elsewhere.example" is not granted to this source; nothing was sent there
        未授权此来源访问 "https://elsewhere.example"，未向其发送任何内容
        Add the origin to the source's `allow` list, if the connector is meant to reach it.
        如果连接器确实需要访问该地址，请把它加入来源的 `allow` 列表。
        Counters { read: 0, created: 0, updated: 0, unchanged: 0, skipped: 0, rejected: 0, deactivated: 0, deleted: 0, kept: 0, held: 0 }
    "#]],
    );
}

#[test]
fn an_origin_in_disguise() {
    for url in [
        "https://granted.example@elsewhere.example/",
        "https://granted.example.elsewhere.example/",
        "https://granted.example:444/",
        "http://granted.example/",
        "file:///etc/passwd",
        "https://127.0.0.1/",
        "",
    ] {
        let stage = Stage::new();
        let report = stage.run(json!({ "behaviour": "denied", "url": url }));
        let code = report.failure.map(|failure| failure.diagnosis.code).unwrap_or_default();
        assert!(["origin-not-granted", "request-invalid"].contains(&code.as_str()), "{url:?}: {code}");
    }
}

#[test]
fn tickets_that_were_never_given() {
    check(
        json!({ "behaviour": "forged-tickets" }),
        expect![[r#"
        failed
        Other forged
        3 of 3 refused, apply refused: true
        3 of 3 refused, apply refused: true
        -
        -
        Counters { read: 0, created: 0, updated: 0, unchanged: 0, skipped: 0, rejected: 0, deactivated: 0, deleted: 0, kept: 0, held: 0 }
    "#]],
    );
}

#[test]
fn departures_without_a_witness() {
    let stage = Stage::new();
    let real = Real::new(companies::branches(8));
    let (source, n_people) = (real.source(), companies::branches(8).users().len());
    assert_eq!(stage.platform.sync(&source, RunOptions::default()).state, RunState::Succeeded);
    let before = stage.platform.documents(real::SOURCE);
    let hostile = stage.source(real::SOURCE, json!({ "behaviour": "no-evidence" }));
    let report = stage.platform.sync(&hostile, RunOptions::default());
    assert_eq!(report.state, RunState::Partial);
    assert_eq!(report.counters.kept, u64::try_from(n_people).expect("it is a small number"));
    assert_eq!(stage.platform.documents(real::SOURCE), before);
    assert!(stage.codes(&report.run).contains(&"removal-without-evidence".to_owned()));
}

#[test]
fn a_summary_that_lies() {
    check(
        json!({ "behaviour": "lying-summary" }),
        expect![[r#"
        partial
        Error "" the connector says it read 7 objects, and 2 are accounted for (counters-inconsistent); Report it to the connector's author. What was imported is right; the counts are not.
        Counters { read: 7, created: 0, updated: 0, unchanged: 1, skipped: 1, rejected: 0, deactivated: 0, deleted: 0, kept: 0, held: 0 }
    "#]],
    );
}

#[test]
fn what_a_program_has_around_it_elsewhere_is_not_there() {
    check(
        json!({ "behaviour": "surroundings" }),
        expect![[r#"
        failed
        Other surroundings
        variables 0
        arguments 0
        read Err(NotFound)
        write Err(NotFound)
        list Err(NotFound)
        connect Err(PermissionDenied)
        listen Err(PermissionDenied)
        send Err(PermissionDenied)
        resolve Err(PermissionDenied)
        input Ok(0)
        output Ok(())
        clock off by 0 s
        time goes on: true
        variables 0
        arguments 0
        read Err(NotFound)
        write Err(NotFound)
        list Err(NotFound)
        connect Err(PermissionDenied)
        listen Err(PermissionDenied)
        send Err(PermissionDenied)
        resolve Err(PermissionDenied)
        input Ok(0)
        output Ok(())
        clock off by 0 s
        time goes on: true
        -
        -
        Counters { read: 0, created: 0, updated: 0, unchanged: 0, skipped: 0, rejected: 0, deactivated: 0, deleted: 0, kept: 0, held: 0 }
    "#]],
    );
}

#[test]
fn a_program_that_ends_itself() {
    check(
        json!({ "behaviour": "exit" }),
        expect![[r#"
        failed
        Other connector-panicked
        the connector panicked: it says so 钉钉, and has no end of line
        it ended itself
        连接器内部出错而中止：connector panicked: it says so 钉钉, and has no end of line
        it ended itself
        Run again; if it happens again, report it to the connector's author with this message. What was imported until then is right and stays.
        请重新运行；如果再次出现，请将此信息反馈给连接器作者。此前已导入的内容正确并会保留。
        Counters { read: 0, created: 0, updated: 0, unchanged: 0, skipped: 0, rejected: 0, deactivated: 0, deleted: 0, kept: 0, held: 0 }
    "#]],
    );
}

#[test]
fn last_words_that_are_no_text() {
    let stage = Stage::new();
    let report = stage.run(json!({ "behaviour": "bad-words" }));
    let said = report.failure.expect("it dies").diagnosis.message;
    assert!(said.contains("????钉 and ????\n"), "{}", &said[..80]);
    assert!(said.ends_with("x end"), "{}", &said[said.len() - 80..]);
    stage.assert_alive();
}

#[test]
fn hash_maps_have_another_seed_each_time_whoever_closed_them_off() {
    for name in ["hostile", "hostile-open"] {
        let mut stage = Stage::new();
        stage.hostile = stage.platform.load(&built::component(name));
        let seeds: BTreeSet<String> = (0..4)
            .map(|_| {
                let report = stage.run(json!({ "behaviour": "hash" }));
                report.failure.expect("it says so by failing").diagnosis.message[..16].to_owned()
            })
            .collect();
        assert_eq!(seeds.len(), 4, "{name}: {seeds:?}");
    }
}

#[test]
fn what_a_toolchain_asks_for_is_shown_and_closed() {
    let stage = Stage::new();
    let imports = |name: &str| {
        let connector = stage.platform.load(&built::component(name));
        (connector.imports().to_vec(), connector.closed_imports().to_vec())
    };
    let (granted, closed) = imports("hostile-open");
    assert!(closed.iter().any(|import| import.starts_with("wasi:filesystem/types@")), "{closed:?}");
    assert!(closed.iter().any(|import| import.starts_with("wasi:sockets/tcp@")), "{closed:?}");
    assert_eq!(imports("hostile"), (granted, Vec::new()));
}

#[test]
fn documents_that_are_none() {
    check(
        json!({ "behaviour": "reject" }),
        expect![[r#"
            partial
            Error "0" the connector's object is invalid: its document is no json: EOF while parsing a value at line 1 column 0 (object-invalid)
            Error "1" the connector's object is invalid: its document is no json object (object-invalid)
            Error "2" the connector's object is invalid: its document is no json: EOF while parsing an object at line 1 column 1 (object-invalid)
            Error "3" the connector's object is invalid: its document names no `schemas` (at /schemas) (object-invalid)
            Error "4" the connector's object is invalid: the `externalId` of its document is not its external id (at /externalId) (object-invalid)
            Counters { read: 6, created: 1, updated: 0, unchanged: 0, skipped: 0, rejected: 5, deactivated: 0, deleted: 0, kept: 0, held: 0 }
        "#]],
    );
}

#[test]
fn a_behaviour_that_nobody_knows() {
    check(
        json!({ "behaviour": "anything" }),
        expect![[r#"
            failed
            Other connector-panicked
            the connector panicked: tests/hostile/src/lib.rs:115:46:
            unknown behaviour "anything"
            连接器内部出错而中止：connector panicked: tests/hostile/src/lib.rs:115:46:
            unknown behaviour "anything"
            Run again; if it happens again, report it to the connector's author with this message. What was imported until then is right and stays.
            请重新运行；如果再次出现，请将此信息反馈给连接器作者。此前已导入的内容正确并会保留。
            Counters { read: 0, created: 0, updated: 0, unchanged: 0, skipped: 0, rejected: 0, deactivated: 0, deleted: 0, kept: 0, held: 0 }
        "#]],
    );
}

#[test]
fn a_sleep_of_an_hour_ends_when_someone_cancels() {
    let stage = Stage::new();
    let cancel = Cancel::new();
    let observer = Arc::new(CancelOnceOpened(cancel.clone()));
    let options = RunOptions { cancel, observer, ..RunOptions::default() };
    let source = stage.source("hostile", json!({ "behaviour": "sleep" }));
    let report = stage.platform.sync(&source, options);
    assert_eq!((report.state, report.failure), (RunState::Cancelled, None));
    stage.assert_alive();
}

#[test]
fn an_endless_loop_beside_a_good_run_does_not_hold_it() {
    let real = Real::new(companies::branches(8));
    let stage = Stage::impatient();
    let hostile = stage.source("hostile", json!({ "behaviour": "loop" }));
    let (bad, good) = stage.platform.wait(async {
        let bad = stage.platform.host.sync(&hostile, RunOptions::default());
        let source = real.source();
        let good = stage.platform.host.sync(&source, RunOptions::default());
        tokio::join!(bad, good)
    });
    assert_eq!(bad.expect("there is a run").state, RunState::Failed);
    assert_eq!(good.expect("there is a run").state, RunState::Succeeded);
}

#[test]
fn a_check_survives_it_too() {
    let stage = Stage::new();
    let (platform, server) = (&stage.platform, granted());
    let name = SourceName::new("hostile").expect("the name is one");
    let ca_pem = Some(server.ca_pem().as_bytes().to_vec());
    let egress = Egress { proxy: Some(real::proxy(&server)), ca_pem, allow: None };
    let source = Source::new(name, stage.hostile.clone(), json!({ "behaviour": "panic" }), egress);
    let findings = platform.wait(platform.host.check(&source));
    let last = findings.last().expect("there are findings");
    let told = (last.check.as_str(), last.standing, last.diagnosis.code.as_str());
    assert_eq!(told, ("connector", Standing::Failed, "connector-panicked"), "{findings:?}");
    stage.assert_alive();
}

/// A host and the connector that misbehaves, as a toolchain leaves it by default: the host closes it off.
struct Stage {
    platform: Platform,
    hostile: Connector,
}

impl Stage {
    /// With so much memory that a machine has it, and so much time that a busy one comes to the end of the memory.
    fn new() -> Self {
        Self::with(EngineOptions { memory_limit_bytes: 400 << 20, ..EngineOptions::default() })
    }

    /// For a connector that never ends.
    fn impatient() -> Self {
        Self::with(EngineOptions { cpu_limit: Duration::from_secs(1), ..EngineOptions::default() })
    }

    fn with(options: EngineOptions) -> Self {
        let platform = Platform::new(engine_with(options));
        let hostile = platform.load(&built::component("hostile-open"));
        Self { platform, hostile }
    }

    fn source(&self, name: &str, settings: Value) -> Source {
        let name = SourceName::new(name).expect("the name is one");
        // The origin that it is granted has no address: nothing of these tests leaves this machine.
        let proxy = format!("http://127.0.0.1:{}", free_port()).parse().expect("it is a URL");
        let egress = Egress { proxy: Some(proxy), ..Egress::default() };
        Source::new(name, self.hostile.clone(), settings, egress)
    }

    fn run(&self, settings: Value) -> RunReport {
        self.platform.sync(&self.source("hostile", settings), RunOptions::default())
    }

    fn codes(&self, run: &RunId) -> Vec<String> {
        let entries = self.platform.entries(run, Severity::Info);
        entries.into_iter().map(|entry| entry.diagnosis.code).collect()
    }

    /// A good run in the same process, right after.
    #[track_caller]
    fn assert_alive(&self) {
        let real = Real::new(companies::branches(4));
        let report = self.platform.sync(&real.source(), RunOptions::default());
        assert_eq!(report.state, RunState::Succeeded, "{report:?}");
    }
}

/// The origin that the hostile connector asks for, behind a proxy.
fn granted() -> ServerHandle {
    let host = "granted.example".to_owned();
    let https = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
    let proxy = ProxyOptions { hosts: [(host.clone(), https)].into(), ..ProxyOptions::open() };
    let simulator = Simulator::new(companies::branches(4));
    let options =
        ServerOptions { https, host_names: vec![host], control: None, ..ServerOptions::new(simulator) };
    Server::start(options.with_proxy(proxy)).expect("loopback ports and a certificate can be had")
}

struct CancelOnceOpened(Cancel);

impl Observer for CancelOnceOpened {
    fn opened(&self, _run: &RunId) {
        self.0.cancel();
    }
}

#[track_caller]
fn check(settings: Value, expected: Expect) {
    check_on(&Stage::new(), settings, expected);
}

#[track_caller]
fn check_on(stage: &Stage, settings: Value, expected: Expect) {
    let report = stage.run(settings);
    let row = stage.platform.row(&report.run);
    assert_eq!((row.state, &row.failure, row.counters), (report.state, &report.failure, report.counters));
    let mut text = format!("{}\n", report.state);
    if let Some(failure) = &report.failure {
        let (en, zh) = (failure.diagnosis.localized("en"), failure.diagnosis.localized("zh-CN"));
        let remedies = [en, zh].map(|text| text.remedy.unwrap_or("-").to_owned()).join("\n");
        let code = &failure.diagnosis.code;
        text += &format!("{:?} {code}\n{}\n{}\n{remedies}\n", failure.kind, en.message, zh.message);
    }
    for entry in stage.platform.entries(&report.run, Severity::Info) {
        let subject = entry.subject.map(|key| key.external_id).unwrap_or_default();
        text += &format!("{:?} {subject:?} {}\n", entry.severity, entry.diagnosis);
    }
    text += &format!("{:?}\n", report.counters);
    expected.assert_eq(&text);
    stage.assert_alive();
    assert!(stage.platform.wait(stage.platform.store.run(&report.run)).is_ok());
}

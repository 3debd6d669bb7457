//! What one host refuses, the other refuses: the kit's host in memory and the real one are asked the same, and neither is
//! laxer. A connector that was only ever tested natively meets no refusal in production that its tests would have hidden.

use crate::harness::built;
use crate::harness::real::{Platform, engine};
use async_trait::async_trait;
use bytes::Bytes;
use hyper::StatusCode;
use hyper::http::{self, HeaderMap};
use rollcall_host::egress::testing::Responder;
use rollcall_host::egress::{Egress, Fault, Response};
use rollcall_host::history::RunState;
use rollcall_host::model::{Diagnosis, Key, SourceName};
use rollcall_host::{Connector, RunOptions, RunReport, Source};
use rollcall_kit::Host as _;
use rollcall_kit::testing::{Reply, TestHost};
use rollcall_misuse::{Case, HEARD, call, cases, hold};
use rollcall_rules::reach::Export;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

#[test]
fn neither_host_takes_what_the_other_refuses() {
    let real = RealHost::new();
    let mut differences = String::new();
    for (n, case) in cases().iter().enumerate() {
        let answers = [in_memory(case), real.ask(n, case)];
        if answers.iter().any(|answer| *answer != case.expected) {
            let [memory, real] = answers;
            let Case { name, within, expected, .. } = case;
            let within = within.as_str();
            let _ = writeln!(
                differences,
                "{name} ({within})\n    should be: {expected}\n    in memory: {memory}\n    for real:  {real}"
            );
        }
    }
    assert!(differences.is_empty(), "{differences}");
}

#[test]
fn each_case_has_a_name_of_its_own() {
    let names: BTreeSet<String> = cases().into_iter().map(|case| case.name).collect();
    assert_eq!(names.len(), cases().len());
}

/// What the host in memory says.
fn in_memory(case: &Case) -> String {
    let host = TestHost::new(|_, _| Reply::json("{}"));
    host.entered(call(Export::Sync));
    hold(&*host);
    host.entered(call(case.within));
    let answer = catch_unwind(AssertUnwindSafe(|| case.ask(&*host)));
    answer.unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<String>().map_or("", String::as_str);
        // "… (code): …"
        let code = words.split(['(', ')']).nth(1).unwrap_or(words);
        format!("ended {code}")
    })
}

/// The real host, over the component that asks.
struct RealHost {
    platform: Platform,
    connector: Connector,
}

impl RealHost {
    fn new() -> Self {
        let platform = Platform::new(engine());
        let connector = platform.load(&built::component("misuse"));
        Self { platform, connector }
    }

    /// What it says, to a source of the case's own.
    fn ask(&self, n: usize, case: &Case) -> String {
        let Self { platform, .. } = self;
        let held = platform.sync(&self.source(n, json!({})), RunOptions::default());
        assert_eq!((held.state, held.counters.created), (RunState::Succeeded, 2), "{held:?}");
        let source = self.source(n, json!({ "case": case.name }));
        match case.within {
            Export::Sync => heard(platform.sync(&source, RunOptions::default())),
            Export::Refresh => {
                let keys = vec![Key::new("User", "held")];
                let report = platform.wait(platform.host.refresh(&source, keys, RunOptions::default()));
                heard(report.expect("there is a run"))
            }
            Export::Validate | Export::Check => {
                let findings = platform.wait(platform.host.check(&source));
                let failed = findings.into_iter().find(|finding| is_answer(&finding.diagnosis.code));
                said(failed.expect("the connector ends with something").diagnosis)
            }
            Export::Describe
            | Export::Receive
            | Export::Handle
            | Export::FetchEvents
            | Export::OpenChannel
            | Export::Frame => panic!("no case is asked from {}", case.within.as_str()),
        }
    }

    fn source(&self, n: usize, settings: Value) -> Source {
        let name = SourceName::new(format!("case-{n}")).expect("the name is one");
        let source = Source::new(name, self.connector.clone(), settings, Egress::default());
        self.platform.host.answer(&source, Arc::new(Empty)).expect("there is no certificate to refuse");
        source
    }
}

fn is_answer(code: &str) -> bool {
    code == HEARD || code.starts_with("connector-")
}

#[track_caller]
fn heard(report: RunReport) -> String {
    said(report.failure.expect("a case ends with a failure").diagnosis)
}

fn said(Diagnosis { code, message, .. }: Diagnosis) -> String {
    if code == HEARD { message } else { format!("ended {code}") }
}

/// Answers every request with an empty object.
#[derive(Debug)]
struct Empty;

#[async_trait]
impl Responder for Empty {
    async fn respond(&self, _request: http::Request<Bytes>) -> Result<Response, Fault> {
        Ok(Response { status: StatusCode::OK, headers: HeaderMap::new(), body: Bytes::from_static(b"{}") })
    }
}

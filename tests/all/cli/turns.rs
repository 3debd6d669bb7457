//! One run at a time, and how it is stopped.

use super::{a_day_s_changes, check, imported, mutate};
use crate::harness::extra;
use crate::harness::program::{Office, Running};
use expect_test::expect;
use rollcall_dingtalk_simulator::{Fault, Rule};
use serde_json::{Value, json};

/// An import whose requests from the fifth on are never answered.
fn stuck(office: &Office) -> Running {
    let hang = Rule::new(Fault::Hang { for_ms: 600_000 }).nth(5).always();
    let n_before = office.server.with(|simulator| {
        simulator.inject(hang);
        simulator.trace().n_requests()
    });
    let running = office.start("sync SOURCE DATA");
    let n_asked = || office.server.with(|simulator| simulator.trace().n_requests()) - n_before;
    extra::until("the run is in the middle", || 5 <= n_asked());
    running
}

#[test]
fn a_signal_stops_a_run_in_good_order() {
    let office = imported();
    mutate(&office, a_day_s_changes());
    let n_before = n_people(&office);
    let running = stuck(&office);
    running.interrupt();
    let ended = running.end();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("stopping in good order"), "{ended:?}");
    let runs = office.run("history --format json NAME DATA").with_code(0).json();
    assert_eq!((&runs["runs"][0]["state"], &runs["runs"][0]["failure"]), (&json!("cancelled"), &Value::Null));
    assert_eq!(n_people(&office), n_before, "a cancelled run took somebody away");
}

fn n_people(office: &Office) -> Value {
    office.run("directory tree --format json NAME DATA").with_code(0).json()["n_people"].clone()
}

#[test]
fn a_second_run_is_refused_and_told_which_one_is_at_work() {
    let office = imported();
    let first = stuck(&office);
    check(
        &office,
        "sync SOURCE DATA",
        expect![[r#"
            exit 1
            --- stdout
            --- stderr
            run 2 of this source is at work; waiting for it
            ✗ run 2 of this source is still at work (source-busy)
              → wait until it has ended, or stop it
        "#]],
    );
    check(
        &office,
        "sync --language zh-CN SOURCE DATA",
        expect![[r#"
            exit 1
            --- stdout
            --- stderr
            该来源的第 2 次运行正在进行，等待其结束
            ✗ 该来源的第 2 次运行尚未结束 (source-busy)
              → 请等它结束，或先将其停止
        "#]],
    );
    let refused = office.run("sync --format json SOURCE DATA").with_code(1).json();
    assert_eq!(refused["errors"][0]["code"], "source-busy");
    // Looking is no run.
    office.run("directory tree NAME DATA").with_code(0);
    first.interrupt();
    first.end();
    office.server.with(|simulator| simulator.clear_faults());
    office.run("sync --format json SOURCE DATA").with_code(0);
}

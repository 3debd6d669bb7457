//! Events that come while everything is being read: they wait for the run, and what they brought is the last word.

use super::{add_department, feihua, rename_user};
use crate::harness::extra::until;
use crate::harness::live::{Live, Way};
use rollcall_dingtalk_simulator::Mutation;
use rollcall_host::RunOptions;
use rollcall_host::history::RunState;
use rollcall_host::inbox::EventState;

/// How long each answer of the simulator takes: when its first listing is asked for, a run still waits for that answer and
/// others after it, while four pushes take milliseconds.
const DELAY_MS: u64 = 1000;

#[test]
fn events_that_come_during_a_full_run_are_acted_on_after_it_by_http_push() {
    during_a_full_run(Way::Http);
}

#[test]
fn events_that_come_during_a_full_run_are_acted_on_after_it_by_stream() {
    during_a_full_run(Way::Stream);
}

fn during_a_full_run(way: Way) {
    let live = Live::started(feihua(), way);
    live.with(|simulator| {
        simulator.switches_mut().delay_ms = DELAY_MS;
        simulator.trace_mut().clear();
    });
    let follower = live.follower().clone();
    let asked = live.platform().spawn(async move { follower.sync(RunOptions::default()).await });
    // Some of it is read, and then changes.
    until("a listing is asked for", || {
        live.with(|simulator| simulator.trace().of("/topapi/v2/department/listsub").requests) != 0
    });
    for mutation in [
        rename_user("xiaohong", "小红红"),
        rename_user("xiaoli", "小丽丽"),
        add_department(5004, "Legal", 1),
        Mutation::RemoveUser { userid: "xiaogang".into() },
    ] {
        live.real.mutate(&mutation);
    }
    until("every event is acknowledged", || live.with(|simulator| simulator.events().n_pending()) == 0);
    let running = live.status().running.expect("the full run is still under way");
    assert_eq!(live.events().iter().filter(|event| event.state == EventState::Waiting).count(), 4);
    let asked = live.platform().wait(asked).expect("it does not panic").expect("there is a run");
    assert_eq!((&asked.report.run, asked.report.state), (&running, RunState::Succeeded));
    live.with(|simulator| simulator.switches_mut().delay_ms = 0);
    live.settled();
    live.assert_in_line();
    // Not by the full run, which had read some of them before they changed.
    for event in live.events() {
        assert_eq!(event.state, EventState::Done);
        assert_ne!(event.run.as_ref(), Some(&running), "{event:?}");
    }
}

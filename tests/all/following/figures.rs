//! What a host counts of a source, for whoever draws curves of it.

use super::{feihua, rename_user};
use crate::companies;
use crate::expectation::{View, assert_same};
use crate::harness::extra;
use crate::harness::live::{Live, Way, app_key, source};
use crate::harness::real::Real;
use rollcall_dingtalk_simulator::{HandMadePush, Mutation};
use rollcall_host::figures::{RequestOutcome, SourceFigures};
use rollcall_host::history::RunState;

#[test]
fn requests_calls_and_events_of_a_followed_source_are_counted() {
    let live = Live::started(feihua(), Way::Http);
    live.change(&rename_user("xiaohong", "Little Red"));
    let n_events = u64::try_from(live.events().len()).expect("they are few");
    let figures = || live.platform().host.figures().remove(&source()).expect("the source has figures");
    // They are counted right after they are told to be done.
    extra::until("the events are counted", || n_events <= figures().events_since_arrival.n);
    // What was missed is asked for beside all else, and counted once it is answered.
    extra::until("what was missed was asked for", || figures().calls.contains_key("fetch-events"));
    let figures = figures();
    let SourceFigures { requests, calls, events_since_birth, events_since_arrival, deliveries, .. } =
        &figures;
    assert!(requests.iter().all(|requests| requests.outcome == RequestOutcome::Success), "{requests:?}");
    assert!(requests.iter().any(|requests| requests.bucket.is_some()), "{requests:?}");
    let died: Vec<_> = calls.iter().filter(|(_, calls)| 0 < calls.n_died).collect();
    assert!(died.is_empty(), "{died:?}");
    let called: Vec<_> = calls.keys().copied().collect();
    assert_eq!(called, ["fetch-events", "handle", "receive", "sync", "validate"]);
    assert_eq!(calls.get("sync").map(|calls| calls.spent.n), Some(1));
    let idle_or_busy =
        calls.iter().filter(|(_, calls)| !(1..calls.spent.total_us).contains(&calls.computed_us));
    assert_eq!(idle_or_busy.collect::<Vec<_>>(), [], "each computed, and for less time than it took");
    assert!((1 << 20..512 << 20).contains(&figures.peak_memory_bytes), "{figures:?}");
    assert_eq!((events_since_birth.n, events_since_arrival.n), (n_events, n_events));
    assert_eq!((deliveries.n_refused, deliveries.n_later), (0, 0));
    assert!(n_events <= deliveries.n_kept, "{deliveries:?}");
}

#[test]
fn each_answer_that_asks_for_fewer_requests_is_counted_and_holds_back_all_that_would_be_refused_like_it() {
    let mut company = companies::branches(40);
    company.apply(&Mutation::SetQps { app_key: app_key(), qps: 8 }).expect("it has this application");
    let mut real = Real::new(company.clone());
    // More than twice as many as DingTalk takes.
    real.settings["requests_per_second"] = 20.into();
    assert_eq!(real.sync().state, RunState::Succeeded);
    assert_same(&real.documents(), &View::of(&company).documents());
    let throttles = real.platform.host.figures().remove(&source()).expect("it has figures").throttles;
    let n_told: u64 = throttles.values().map(|throttles| throttles.n).sum();
    let n_throttled = real.server.with(|simulator| simulator.trace().n_throttled());
    assert_eq!((n_told, 0 < n_told), (n_throttled, true), "{throttles:?}");
    assert!(throttles.values().all(|throttles| 0 < throttles.total_us), "{throttles:?}");
}

#[test]
fn a_forged_delivery_is_counted_as_refused() {
    let live = Live::started(feihua(), Way::Http);
    let before = live.platform().host.figures().remove(&source()).expect("the source has figures");
    let pushed = live.server().push_by_hand(&app_key(), &HandMadePush::WrongSignature);
    assert!(pushed.is_ok(), "{pushed:?}");
    let after = live.platform().host.figures().remove(&source()).expect("the source has figures");
    assert_eq!(after.deliveries.n_refused - before.deliveries.n_refused, 1);
}

//! Nobody takes deliveries for a while, or they cannot be kept: nothing is lost.

use super::between::Between;
use super::{feihua, rename_user};
use crate::harness::extra::until;
use crate::harness::live::{Live, Way};
use rollcall_dingtalk_simulator::{AttemptEnd, Fate, Mutation, User};
use rollcall_host::error::StoreError;
use rollcall_host::history::{RunState, Trigger};
use rollcall_host::inbox::{EventState, EventWay};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

const FAILED_RESULT: &str = "/call_back/get_call_back_failed_result";

#[test]
fn what_failed_during_an_outage_is_fetched_and_each_batch_is_kept_before_the_next_is_asked_for() {
    let mut live = Live::started(feihua(), Way::Http);
    live.unfollow();
    live.with(|simulator| simulator.switches_mut().events.time_permille = 1);
    // Two events each: more than the 200 that DingTalk answers at once.
    for n in 0..110 {
        let user = User::new(format!("new{n:03}"), format!("New {n}")).in_departments([5002]);
        live.real.mutate(&Mutation::AddUser(Box::new(user)));
    }
    until("every push has failed for the last time", || {
        live.with(|simulator| simulator.events().n_pending()) == 0
    });
    live.with(|simulator| simulator.trace_mut().clear());
    let asked = note_what_is_kept(&mut live);
    live.follow();
    until("everything has arrived", || live.events().len() == 220);
    live.settled();
    live.assert_in_line();
    // Where the simulator stood as each batch came to be kept: the first one was still on its list.
    assert_eq!(*asked.lock().expect("nobody panicked"), [(200, 200), (20, 20)]);
    let n_asked = live.with(|simulator| simulator.trace().of(FAILED_RESULT).requests);
    assert_eq!(n_asked, 2);
    for event in live.events() {
        assert_eq!((event.event.way, event.state), (EventWay::Missed, EventState::Done));
    }
    for run in live.rows().split_off(1) {
        assert_eq!((run.trigger, run.state), (Trigger::Event, RunState::Succeeded), "{run:?}");
    }
}

/// Of each batch that is kept: how many events it has, and how many the simulator would still answer again.
type Asked = Arc<Mutex<Vec<(usize, usize)>>>;

fn note_what_is_kept(live: &mut Live) -> Asked {
    let asked = Asked::default();
    let (noted, server) = (Arc::clone(&asked), Arc::clone(&live.real.server));
    live.inbox = Between::over(Arc::clone(&live.inbox), move |events| {
        let is_listed = |fate| matches!(fate, Fate::Listed);
        let n_listed = server.with(|simulator| {
            simulator.events().deliveries().filter(|delivery| is_listed(delivery.fate)).count()
        });
        noted.lock().expect("nobody panicked").push((events.len(), n_listed));
        Ok(())
    });
    asked
}

#[test]
fn a_push_that_cannot_be_kept_is_not_acknowledged_and_comes_again() {
    check_not_kept(Way::Http, &AttemptEnd::Refused("status 503 instead of 200".to_owned()));
}

#[test]
fn a_frame_that_cannot_be_kept_is_asked_for_later_and_comes_again() {
    check_not_kept(Way::Stream, &AttemptEnd::Later);
}

/// The inbox fails once, while an event comes.
#[track_caller]
fn check_not_kept(way: Way, first_end: &AttemptEnd) {
    let mut live = Live::new(feihua(), way);
    let has_failed = AtomicBool::new(false);
    live.inbox = Between::over(Arc::clone(&live.inbox), move |_| {
        if has_failed.swap(true, Ordering::SeqCst) {
            return Ok(());
        }
        Err(StoreError::message("the disk is full"))
    });
    live.with(|simulator| simulator.switches_mut().events.time_permille = 10);
    live.follow();
    live.subscribe();
    live.imported();
    live.change(&rename_user("xiaohong", "小红红"));
    live.assert_in_line();
    let ends: Vec<Vec<AttemptEnd>> = live.with(|simulator| {
        let ends = |delivery: &rollcall_dingtalk_simulator::Delivery| {
            delivery.attempts.iter().map(|attempt| attempt.end.clone()).collect()
        };
        simulator.events().deliveries().map(ends).collect()
    });
    assert_eq!(ends, [vec![first_end.clone(), AttemptEnd::Acknowledged]]);
    let states: Vec<_> = live.events().iter().map(|event| event.state).collect();
    assert_eq!(states, [EventState::Done]);
}

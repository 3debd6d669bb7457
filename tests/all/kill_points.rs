//! A follower that is killed between any two steps of receiving, keeping, acknowledging, acting and settling: the next one
//! loses nothing that was acknowledged, and applies nothing twice or wrongly.
//!
//! Each point is killed at in a process of its own (`follow-until`); a point that is not reached is a failure.

use crate::followed::protocol::{Point, Said, Stop};
use crate::followed::{Followed, Process, Way};
use crate::harness::extra;
use rollcall_dingtalk_simulator::{Department, Mutation, User};
use rollcall_host::history::RunState;
use serde_json::json;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// Longest time from a new process to rest.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn killed_at_any_point_of_a_callback_nothing_is_lost_and_nothing_done_twice() {
    sweep(Work::Events(Way::Callback));
}

#[test]
fn killed_at_any_point_of_a_stream_nothing_is_lost_and_nothing_done_twice() {
    sweep(Work::Events(Way::Stream));
}

#[test]
fn killed_at_any_point_of_a_full_run_while_events_arrive_nothing_is_lost_and_nothing_done_twice() {
    sweep(Work::FullRun);
}

#[test]
fn killed_again_at_the_same_point_while_it_recovers_nothing_is_lost_and_nothing_done_twice() {
    // What waits after the first death is acted on by the next process, which comes by these again.
    let points = [
        Point::BeforeDue,
        Point::BeforeOpen,
        Point::AfterOpen,
        Point::BeforeClose,
        Point::AfterClose,
        Point::BeforeSettle,
    ];
    for way in [Way::Callback, Way::Stream] {
        for point in points {
            check(Work::Events(way), Stop { point, visit: 1 }, 3);
        }
    }
}

#[test]
fn every_point_is_killed_at() {
    let works = [Work::Events(Way::Callback), Work::Events(Way::Stream), Work::FullRun];
    let unvisited: Vec<Point> = Point::ALL
        .into_iter()
        .filter(|point| works.iter().all(|work| work.visits(*point).is_empty()))
        .collect();
    assert_eq!(unvisited, []);
}

/// What is going on when the process dies.
#[derive(Debug, Clone, Copy)]
enum Work {
    /// Events come, and nothing else.
    Events(Way),
    /// A full run has begun; events come by Stream and are kept before it compares with what is held.
    FullRun,
}

impl Work {
    /// At which visits of a point the process dies.
    fn visits(self, point: Point) -> &'static [u64] {
        let of_a_callback = matches!(self, Self::Events(Way::Callback));
        let of_events = matches!(self, Self::Events(_));
        match point {
            Point::Received | Point::BeforeReply | Point::AfterReply if of_a_callback => &[1, 2, 3, 5],
            Point::Received | Point::BeforeReply | Point::AfterReply => &[],
            // Several deliveries or frames may be kept at once, so that no second visit is certain.
            Point::BeforeKeep | Point::AfterKeep => &[1],
            Point::BeforeSettleAll | Point::AfterSettleAll if of_events => &[],
            Point::BeforeDue
            | Point::BeforeOpen
            | Point::AfterOpen
            | Point::BeforeApply
            | Point::AfterApply
            | Point::BeforeClose
            | Point::AfterClose
            | Point::BeforeSettle
            | Point::AfterSettle
            | Point::BeforeSettleAll
            | Point::AfterSettleAll => &[1],
        }
    }

    /// Whether the process dies in the middle of a run.
    const fn has_a_row_open_at(self, point: Point) -> bool {
        match point {
            Point::AfterOpen | Point::BeforeApply | Point::AfterApply | Point::BeforeClose => true,
            Point::BeforeKeep | Point::AfterKeep => matches!(self, Self::FullRun),
            Point::Received
            | Point::BeforeReply
            | Point::AfterReply
            | Point::BeforeDue
            | Point::BeforeOpen
            | Point::AfterClose
            | Point::BeforeSettle
            | Point::AfterSettle
            | Point::BeforeSettleAll
            | Point::AfterSettleAll => false,
        }
    }

    fn way(self) -> Way {
        match self {
            Self::Events(way) => way,
            Self::FullRun => Way::Stream,
        }
    }
}

/// Kill at each point that this work comes by.
fn sweep(work: Work) {
    let began = Instant::now();
    let mut n_killed = 0;
    for point in Point::ALL {
        for visit in work.visits(point) {
            check(work, Stop { point, visit: *visit }, 1);
            n_killed += 1;
        }
    }
    println!("{work:?}: killed at {n_killed} points in {:.1} s", began.elapsed().as_secs_f64());
}

/// Die so often at the same point, recover, and compare everything.
#[track_caller]
fn check(work: Work, stop: Stop, n_deaths: usize) {
    let began = Instant::now();
    let followed = Followed::new(extra::feihua(), work.way());
    kill(work, stop, &followed);
    assert_dead(work, stop, &followed, 1);
    for n in 2..=n_deaths {
        let process = followed.start(Some(stop), false);
        process.stands_at(stop.point);
        process.kill();
        assert_dead(work, stop, &followed, n);
    }

    let mut process = followed.start(None, false);
    followed.real.server.set_pushing_paused(false);
    if matches!(work, Work::FullRun) {
        // A person whose import was interrupted asks again.
        process.sync();
        assert_eq!(synced(&process), "succeeded");
    }
    followed.settle(PATIENCE);
    followed.assert_accounted_for();
    followed.assert_in_line();
    followed.assert_records_add_up();
    println!("{work:?}, {stop:?}, {n_deaths} times: {} ms", began.elapsed().as_millis());
}

/// Work until the point is reached, and die there.
fn kill(work: Work, stop: Stop, followed: &Followed) {
    let holds_full_runs = matches!(work, Work::FullRun);
    let mut process = followed.start(Some(stop), holds_full_runs);
    if holds_full_runs {
        // Nobody is told of these: the full run alone can find them.
        unseen(followed);
        process.sync();
        match process.hear("the full run waits for events") {
            Said::Holding => {}
            said @ (Said::Following { .. } | Said::At(_) | Said::Synced { .. }) => {
                assert_eq!(said, Said::At(stop.point));
                return die(process, followed);
            }
        }
    }
    changes().iter().for_each(|mutation| followed.real.mutate(mutation));
    process.stands_at(stop.point);
    if stop.visit == 1 && is_before_acknowledgement(stop.point) {
        assert_eq!(followed.acknowledged().len(), 0, "acknowledged before {:?}", stop.point);
    }
    if stop.point == Point::AfterReply {
        followed.until("the event is acknowledged", |simulator| simulator.events().n_acknowledged() != 0);
    }
    die(process, followed);
}

fn die(process: Process, followed: &Followed) {
    followed.real.server.set_pushing_paused(true);
    process.kill();
}

/// What holds as soon as the process is dead, for the `n`th time, with no other one there.
#[track_caller]
fn assert_dead(work: Work, stop: Stop, followed: &Followed, n: usize) {
    assert_eq!(followed.not_kept(), BTreeSet::new(), "acknowledged and lost at {stop:?}");
    let runs = followed.runs();
    let of = |state| runs.iter().filter(|run| run.state == state).count();
    assert_eq!(of(RunState::Running), 0);
    let expected = if work.has_a_row_open_at(stop.point) { n } else { 0 };
    // What was kept before this point may be acted on already, or not yet.
    let may_act = usize::from(1 < stop.visit || is_after_keeping(stop.point));
    let interrupted = of(RunState::Interrupted);
    assert!((expected..=expected + may_act).contains(&interrupted), "{interrupted} runs read interrupted");
}

/// Whether an event was kept before this point by one who does not wait for it to be acted on.
const fn is_after_keeping(point: Point) -> bool {
    matches!(point, Point::BeforeReply | Point::AfterReply)
}

/// Whether a source that was answered before this point was answered too early.
const fn is_before_acknowledgement(point: Point) -> bool {
    matches!(point, Point::Received | Point::BeforeKeep | Point::AfterKeep | Point::BeforeReply)
}

#[track_caller]
fn synced(process: &Process) -> String {
    match process.hear("the full run has ended") {
        Said::Synced { state, .. } => state,
        said @ (Said::Following { .. } | Said::At(_) | Said::Holding) => {
            panic!("{said:?} instead of the end of a full run")
        }
    }
}

/// One of each kind, with departments before and after the people in them.
fn changes() -> Vec<Mutation> {
    vec![
        Mutation::AddDepartment(Box::new(Department::new(5004, "Legal", 5002))),
        Mutation::AddUser(Box::new(User::new("xiaoli", "小李").in_departments([5004, 5001]))),
        Mutation::RenameDepartment { dept_id: 5003.into(), name: "Production Research".to_owned() },
        Mutation::MoveUser { userid: "laobai".into(), dept_ids: vec![5004.into()] },
        Mutation::modify_user("xiaohong", &json!({ "name": "小红红", "title": "Lead" })),
        Mutation::RemoveUser { userid: "anna".into() },
    ]
}

fn unseen(followed: &Followed) {
    followed.real.server.with(|simulator| simulator.switches_mut().events.drop_percent = 100);
    let renamed = Mutation::RenameDepartment { dept_id: 5001.into(), name: "Research".to_owned() };
    followed.real.mutate(&renamed);
    followed.real.mutate(&Mutation::modify_user("anna", &json!({ "title": "Leaving" })));
    followed.real.server.with(|simulator| simulator.switches_mut().events.drop_percent = 0);
}

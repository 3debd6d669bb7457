//! A company in uproar: thousands of changes at random, pushed twice, out of order and not at all, while full runs go on.
//!
//! Events alone cannot keep up with what was never pushed; the next full run makes up for it, and says how much it was.

use crate::companies::{CORP_ID, app};
use crate::followed::protocol::Said;
use crate::followed::{Followed, Process, Way};
use rollcall_dingtalk_simulator::{
    Company, Department, DepartmentId, Fate, Loss, Mutation, Simulator, User, UserId,
};
use rollcall_host::history::{Run, RunState, Trigger};
use rollcall_host::model::RunId;
use serde_json::json;
use std::thread;
use std::time::{Duration, Instant};

/// Longest time from the last change to rest.
const PATIENCE: Duration = Duration::from_secs(600);

/// Changes that are made at one moment.
const BURST: usize = 250;

#[test]
fn ten_thousand_changes_by_stream_while_full_runs_go_on_end_as_the_company_is() {
    check(Uproar { way: Way::Stream, seed: 2026, n_changes: 10_000 });
}

#[test]
fn two_thousand_changes_by_callback_while_full_runs_go_on_end_as_the_company_is() {
    check(Uproar { way: Way::Callback, seed: 11, n_changes: 2_000 });
}

struct Uproar {
    way: Way,
    seed: u64,
    n_changes: usize,
}

#[track_caller]
fn check(uproar: Uproar) {
    let Uproar { way, seed, n_changes } = uproar;
    let followed = Followed::new(company(), way);
    let mut process = followed.start(None, false);
    followed.real.server.with(|simulator| {
        let events = &mut simulator.switches_mut().events;
        events.duplicate_percent = 10;
        events.drop_percent = 5;
        events.reorder_window_ms = 200;
        simulator.trace_mut().clear();
    });

    let began = Instant::now();
    let mut changes = Changes::new(seed);
    let n_runs = followed.runs().len();
    let mut during = Vec::new();
    wave(&followed, &mut changes, n_changes * 3 / 10);
    for nth in 1..=2 {
        process.sync();
        // The next changes are made while it is under way.
        followed.until_full_run(nth);
        wave(&followed, &mut changes, n_changes * 3 / 10);
        during.push(full_run(&process));
    }
    // Of the last ones no full run knows, and nothing that is still to be read: the next run must find what is lost.
    followed.settle(PATIENCE);
    wave(&followed, &mut changes, n_changes - n_changes * 3 / 10 * 3);
    let made_s = began.elapsed().as_secs_f64();
    followed.settle(PATIENCE);
    let settled_s = began.elapsed().as_secs_f64();
    followed.assert_accounted_for();

    process.sync();
    let last = full_run(&process);
    let row = followed.real.platform.row(&last);
    assert_eq!((row.state, row.trigger), (RunState::Succeeded, Trigger::Manual), "{:?}", row.failure);
    followed.assert_in_line();
    followed.assert_accounted_for();
    let records = followed.assert_records_add_up();
    // Held departures make the follower owe itself a full run, which finds what else was lost and leaves them for this one.
    let drift = row.counters.created + row.counters.updated + row.counters.deactivated + row.counters.deleted;
    assert!(0 < drift, "of every twenty events one was lost, and nothing was missed: {:?}", row.counters);
    report(
        &followed,
        &[
            ("changes", n_changes),
            ("refused by the simulator", changes.n_refused),
            ("runs", followed.runs().len() - n_runs),
            ("change records", records.len()),
            ("drift", usize::try_from(drift).expect("it is a small number")),
        ],
    );
    println!(
        "  changes made in {made_s:.1} s, settled at {settled_s:.1} s, reconciled at {:.1} s",
        began.elapsed().as_secs_f64()
    );
    for run in during {
        let row = followed.real.platform.row(&run);
        assert!(0 < n_arrived_during(&followed, &row), "no event arrived while {row:?} was under way");
        println!("  full run meanwhile: {:?} {:?}", row.state, row.counters);
    }
    println!("  reconciliation: {:?}", row.counters);
}

/// Make so many changes, a burst of them at a time.
fn wave(followed: &Followed, changes: &mut Changes, n: usize) {
    for made in (0..n).step_by(BURST) {
        followed.real.server.with(|simulator| {
            for _ in 0..BURST.min(n - made) {
                changes.make_one(simulator);
            }
        });
        // The next moment is another one.
        thread::sleep(Duration::from_millis(2));
    }
}

/// The next full run that ends.
#[track_caller]
fn full_run(process: &Process) -> RunId {
    match process.hear_within("a full run has ended", PATIENCE) {
        Said::Synced { run, .. } => RunId::new(run),
        said @ (Said::Following { .. } | Said::At(_) | Said::Holding) => {
            panic!("{said:?} instead of the end of a full run")
        }
    }
}

/// Events that arrived while a run was under way.
fn n_arrived_during(followed: &Followed, run: &Run) -> usize {
    let end = run.finished_at.expect("it has ended");
    let arrivals = followed.inbox().into_iter().map(|event| event.event.arrived_at);
    arrivals.filter(|arrived_at| (run.started_at..end).contains(arrived_at)).count()
}

/// What it came to, for the record.
fn report(followed: &Followed, figures: &[(&str, usize)]) {
    println!("chaos by {:?}:", followed.way);
    for (what, n) in figures {
        println!("  {what}: {n}");
    }
    let (n_events, n_deliveries, n_dropped, n_requests) = followed.real.server.with(|simulator| {
        let events = simulator.events();
        let dropped = events.deliveries().filter(|delivery| delivery.fate == Fate::Lost(Loss::Dropped));
        (events.made().count(), events.deliveries().len(), dropped.count(), simulator.trace().n_requests())
    });
    println!(
        "  events: {n_events}, deliveries: {n_deliveries}, dropped: {n_dropped}, requests: {n_requests}"
    );
    let batches: Vec<_> = followed
        .runs()
        .into_iter()
        .filter(|run| matches!(run.trigger, Trigger::Event | Trigger::Stream))
        .collect();
    let ms = |run: &Run| run.finished_at.map_or(0, |end| end.unix_ms() - run.started_at.unix_ms());
    let of = |state| batches.iter().filter(|run| run.state == state).count();
    println!(
        "  batches: {}, of them held {}, partial {}, failed {}; {} ms in all",
        batches.len(),
        of(RunState::Held),
        of(RunState::Partial),
        of(RunState::Failed),
        batches.iter().map(ms).sum::<i64>()
    );
    println!(
        "  requests by path: {:?}",
        followed.real.server.with(|simulator| simulator.trace().counts().clone())
    );
}

/// 60 departments in three levels, and 300 people.
fn company() -> Company {
    let id = |n: i64| 700_000_000 + n;
    let department = |n: i64| {
        let parent = if n < 6 { 1 } else { id((n - 6) / 6) };
        Department::new(id(n), format!("Department {n}"), parent)
    };
    let user = |n: i64| {
        let mut user = User::new(format!("person{n:03}"), format!("Person {n}"));
        user.mobile = Some(format!("139{n:08}"));
        user.title = Some(format!("Engineer {}", n % 5));
        user.in_departments([id(n % 60)])
    };
    let company = Company::builder(CORP_ID, "Uproar").app(app());
    let company = (0..60).map(department).fold(company, |company, one| company.department(one));
    (0..300).map(user).fold(company, |company, one| company.user(one)).build().expect("it is consistent")
}

/// Changes that look random and are the same for the same seed.
struct Changes {
    state: u64,
    n_added: u64,
    n_refused: usize,
}

impl Changes {
    const fn new(seed: u64) -> Self {
        Self { state: seed, n_added: 0, n_refused: 0 }
    }

    /// Make one that the company's rules allow.
    fn make_one(&mut self, simulator: &mut Simulator) {
        loop {
            let mutation = self.draw(simulator.company());
            match simulator.mutate(&mutation) {
                Ok(_) => return,
                Err(_) => self.n_refused += 1,
            }
        }
    }

    /// People come and go ten times as often as departments, and change more often still. There are never fewer than at
    /// the beginning minus a quarter, nor many more.
    fn draw(&mut self, company: &Company) -> Mutation {
        let people: Vec<UserId> = company.users().map(|user| user.userid.clone()).collect();
        let departments: Vec<DepartmentId> = company
            .departments()
            .map(|department| department.dept_id)
            .filter(|id| *id != DepartmentId::ROOT)
            .collect();
        let has_many_people = 300 < people.len();
        let has_many_departments = 60 < departments.len();
        match self.below(100) {
            0..3 if has_many_departments => Mutation::RemoveDepartment { dept_id: *self.pick(&departments) },
            0..6 if !has_many_departments => self.new_department(&departments),
            0..12 => Mutation::MoveDepartment {
                dept_id: *self.pick(&departments),
                parent_id: *self.pick(&departments),
            },
            12..25 => Mutation::RenameDepartment {
                dept_id: *self.pick(&departments),
                name: format!("Department {}", self.below(1_000)),
            },
            25..35 if has_many_people => Mutation::RemoveUser { userid: self.pick(&people).clone() },
            25..35 => self.new_person(&departments),
            35..55 => Mutation::MoveUser {
                userid: self.pick(&people).clone(),
                dept_ids: vec![*self.pick(&departments), *self.pick(&departments)],
            },
            _ => self.modified(&people),
        }
    }

    fn new_department(&mut self, departments: &[DepartmentId]) -> Mutation {
        let parent = if self.below(2) == 0 { DepartmentId::ROOT } else { *self.pick(departments) };
        self.n_added += 1;
        let name = format!("New department {}", self.n_added);
        Mutation::AddDepartment(Box::new(Department::new(
            800_000_000 + i64::try_from(self.n_added).expect("it is a small number"),
            name,
            parent.number(),
        )))
    }

    fn new_person(&mut self, departments: &[DepartmentId]) -> Mutation {
        self.n_added += 1;
        let user = User::new(format!("new{:05}", self.n_added), format!("New person {}", self.n_added));
        Mutation::AddUser(Box::new(user.in_departments([self.pick(departments).number()])))
    }

    fn modified(&mut self, people: &[UserId]) -> Mutation {
        let userid = self.pick(people).clone();
        let value = self.below(1_000);
        let patch = match self.below(5) {
            0 => json!({ "name": format!("Person {value}") }),
            1 => json!({ "title": format!("Engineer {value}") }),
            2 => json!({ "job_number": value.to_string(), "telephone": format!("8{value:03}") }),
            3 => json!({ "org_email": format!("{userid}.{value}@uproar.example") }),
            _ => json!({ "work_place": format!("Room {value}"), "hide_mobile": value.is_multiple_of(2) }),
        };
        Mutation::modify_user(userid, &patch)
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let n = u64::try_from(from.len()).expect("it is a small number");
        &from[usize::try_from(self.below(n)).expect("it is a small number")]
    }

    /// A number less than `bound`, by SplitMix64.
    fn below(&mut self, bound: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.state ^ (self.state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % bound
    }
}

//! The fault sweep once more in small, over real sockets: what breaks on the way breaks nothing on the platform.

use crate::companies;
use crate::expectation::{Documents, View};
use crate::harness::real::Real;
use rollcall_dingtalk_simulator::{Company, Fault, Mutation, Rule, UserId};
use rollcall_host::RunReport;
use rollcall_host::history::RunState;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Runs under way at once: nearly all of their time is waiting for a back-off.
const AT_ONCE: usize = 12;

#[test]
fn what_passes_on_the_way_leaves_no_trace() {
    let faults = [
        Fault::Reset,
        Fault::Hang { for_ms: 50 },
        Fault::TruncatedBody,
        Fault::TruncatedJson,
        Fault::EmptyBody,
        Fault::HttpStatus { status: 502 },
        Fault::HttpStatus { status: 429 },
        Fault::Html,
        Fault::AppTooFast,
        Fault::RevokeTokens,
    ];
    let n_requests = n_requests();
    // Each response meets two of them, and each of them meets a fifth of the responses.
    let cases: Vec<(Fault, u64)> = (1..=n_requests)
        .flat_map(|nth| (0..2).map(move |half| (nth, half)))
        .map(|(nth, half)| {
            let number = usize::try_from(nth + half * 5).expect("it is a small number");
            (faults[number % faults.len()].clone(), nth)
        })
        .collect();
    let n_cases = sweep(&cases, |fault, nth| {
        let (report, documents) = run(Rule::new(fault.clone()).nth(nth));
        let is_right = report.state == RunState::Succeeded && documents == truth();
        is_right.then_some(()).ok_or_else(|| format!("{fault:?} at {nth}: {report:?}"))
    });
    println!("{n_requests} responses, {n_cases} cases");
}

#[test]
fn what_stays_broken_is_told_and_deletes_nothing() {
    let paths = ["/topapi/v2/department/listsub", "/topapi/v2/user/list", "/topapi/v2/user/get"];
    let faults = [
        Fault::Errcode { code: 60_019, message: "从部门查询人员失败".to_owned() },
        Fault::ListMissing,
        Fault::WrongTypes,
    ];
    let cases: Vec<(Fault, u64)> =
        faults.iter().flat_map(|fault| (0..3).map(move |path| (fault.clone(), path))).collect();
    sweep(&cases, |fault, path| {
        let path = paths[usize::try_from(path).expect("it is a small number")];
        let (report, documents) = run(Rule::new(fault.clone()).on_path(path).always());
        let gone = !documents.contains_key(&("User".to_owned(), LEAVER.to_owned()));
        // A list that is missing is no fault of an answer without one.
        let harmless = report.state == RunState::Succeeded && documents == truth();
        let honest = matches!(report.state, RunState::Partial | RunState::Failed) && !gone;
        (harmless || honest).then_some(()).ok_or_else(|| format!("{fault:?} of {path}: {report:?}"))
    });
}

/// Who has left between the two imports.
const LEAVER: &str = "b001p0";

fn company() -> Company {
    companies::branches(6)
}

fn truth() -> Documents {
    let mut company = company();
    company.apply(&leaves()).expect("the person is there");
    View::of(&company).documents()
}

fn leaves() -> Mutation {
    Mutation::RemoveUser { userid: UserId::from(LEAVER) }
}

/// Import, let someone leave, import again with a fault.
fn run(rule: Rule) -> (RunReport, Documents) {
    let real = imported();
    real.server.with(|simulator| simulator.inject(rule));
    (real.sync(), real.documents())
}

fn n_requests() -> u64 {
    let real = imported();
    real.server.with(|simulator| simulator.trace_mut().clear());
    real.sync();
    real.server.with(|simulator| simulator.trace().n_requests())
}

fn imported() -> Real {
    let mut real = Real::new(company());
    real.settings["requests_per_second"] = 60.into();
    assert_eq!(real.sync().state, RunState::Succeeded);
    real.mutate(&leaves());
    real
}

#[track_caller]
fn sweep(cases: &[(Fault, u64)], case: impl Fn(&Fault, u64) -> Result<(), String> + Sync) -> usize {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut wrong = Vec::new();
        while let Some((fault, number)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            wrong.extend(case(fault, *number).err());
        }
        wrong
    };
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no case panics")).collect()
    });
    assert!(wrong.is_empty(), "{} of {} cases are wrong:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    cases.len()
}

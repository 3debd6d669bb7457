//! The organisation is dissolved, or the application disabled: nothing is deleted, events wait, a person lets it go on.

use super::{feihua, rename_user};
use crate::harness::extra::until;
use crate::harness::live::{Live, Way, app_key};
use rollcall_dingtalk_simulator::{CompanyStatus, Fate, Fault, Mutation, Rule, Simulator};
use rollcall_host::history::RunState;
use rollcall_host::inbox::{EventState, Note};

#[test]
fn a_dissolved_organisation_stops_the_source_by_http_push() {
    dissolved(Way::Http);
}

#[test]
fn a_dissolved_organisation_stops_the_source_by_stream() {
    dissolved(Way::Stream);
}

fn dissolved(way: Way) {
    let live = Live::started(feihua(), way);
    let before = live.real.documents();
    live.real.mutate(&Mutation::SetCompanyStatus { status: CompanyStatus::Gone });
    until("the source is stopped", || live.following().stopped.is_some());
    let stopped = live.following().stopped.expect("it is stopped");
    assert_eq!(stopped.failure.diagnosis.code, "organization-dissolved");
    live.real.mutate(&rename_user("xiaohong", "小红红"));
    until("both events are kept", || states(&live) == [EventState::Waiting, EventState::Waiting]);
    until("both are acknowledged", || fates(&live) == [Fate::Acknowledged, Fate::Acknowledged]);
    assert_eq!(live.real.documents(), before);
    live.real.mutate(&Mutation::SetCompanyStatus { status: CompanyStatus::Active });
    assert_eq!(live.sync().state, RunState::Succeeded);
    live.settled();
    assert_eq!((live.following().stopped, states(&live)), (None, vec![EventState::Done; 2]));
    live.assert_in_line();
    live.change(&rename_user("xiaoli", "小丽丽"));
    live.assert_in_line();
}

#[test]
fn a_person_who_resumes_a_restored_organisation_is_believed() {
    let live = Live::started(feihua(), Way::Http);
    live.real.mutate(&Mutation::SetCompanyStatus { status: CompanyStatus::Gone });
    until("the source is stopped", || live.following().stopped.is_some());
    live.real.mutate(&Mutation::SetCompanyStatus { status: CompanyStatus::Active });
    live.note(Note::Stopped(None));
    live.change(&rename_user("xiaohong", "小红红"));
    assert_eq!(live.following().stopped, None);
    live.assert_in_line();
}

#[test]
fn a_disabled_application_stops_the_source_until_a_person_resumes_it() {
    let live = Live::started(feihua(), Way::Http);
    let before = live.real.documents();
    let set_enabled = |enabled| Mutation::SetAppEnabled { app_key: app_key(), enabled };
    // Disabled between the event and the question about what it names.
    live.with(|simulator| {
        simulator
            .inject(Rule::new(Fault::Mutate(Box::new(set_enabled(false)))).on_path("/topapi/v2/user/get"));
    });
    live.real.mutate(&rename_user("xiaohong", "小红红"));
    until("the source is stopped", || live.following().stopped.is_some());
    assert_eq!(states(&live), [EventState::Waiting]);
    assert_eq!(fates(&live), [Fate::Acknowledged]);
    assert_eq!(live.real.documents(), before);
    assert_eq!(live.rows().pop().map(|run| run.state), Some(RunState::Failed));
    live.real.mutate(&set_enabled(true));
    // Still stopped: what comes is kept, and waits.
    live.real.mutate(&rename_user("xiaoli", "小丽丽"));
    until("the event is acknowledged", || fates(&live) == [Fate::Acknowledged; 2]);
    assert_eq!(states(&live), [EventState::Waiting; 2]);
    live.note(Note::Stopped(None));
    live.settled();
    assert_eq!((live.following().stopped, states(&live)), (None, vec![EventState::Done; 2]));
    live.assert_in_line();
}

#[test]
fn a_permission_that_came_back_lets_the_source_go_on_after_an_import_that_left_something_out() {
    let live = Live::started(feihua(), Way::Http);
    let missing = Fault::Wrapped { code: 60011, message: "没有调用该接口的权限".to_owned() };
    live.with(|simulator| simulator.inject(Rule::new(missing).on_path("/topapi/v2/user/get").always()));
    live.real.mutate(&rename_user("xiaohong", "小红红"));
    until("the source is stopped", || live.following().stopped.is_some());
    live.with(|simulator| {
        simulator.clear_faults();
        let odd = Fault::Errcode { code: 7, message: "nobody knows".to_owned() };
        simulator.inject(Rule::new(odd).on_path("/topapi/v2/user/list").always());
    });
    assert_eq!(live.sync().state, RunState::Partial);
    live.with(Simulator::clear_faults);
    until("the source goes on", || live.following().stopped.is_none());
    live.settled();
    assert_eq!(states(&live), [EventState::Done]);
    live.change(&rename_user("xiaoli", "小丽丽"));
    live.assert_in_line();
}

fn states(live: &Live) -> Vec<EventState> {
    live.events().iter().map(|event| event.state).collect()
}

fn fates(live: &Live) -> Vec<Fate> {
    live.with(|simulator| simulator.events().deliveries().map(|delivery| delivery.fate).collect())
}

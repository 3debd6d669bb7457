//! What passes is asked again, and what one event names and nobody can answer waits alone.

use super::{By, bring_in_line, bring_wholly_in_line, followed, leaves};
use crate::companies;
use crate::harness::pair::{Pair, both};
use rollcall_dingtalk_simulator::{Department, DepartmentId, Fault, Mutation, Rule};
use serde_json::json;

const DEPARTMENT: &str = "/topapi/v2/department/get";

both! {
    what_dingtalk_calls_its_own_fault_is_asked_again_wherever_it_comes,
    what_only_one_event_names_costs_no_other_event,
    it_is_forgotten_once_it_can_be_read_or_everything_was,
}

fn what_dingtalk_calls_its_own_fault_is_asked_again_wherever_it_comes<P: Pair>() {
    let bodies = [
        r#"{"errcode":88,"sub_code":"isp.top-remote-connection-timeout"}"#,
        r#"{"errcode":88,"sub_code":"40104"}"#,
        r#"{"errcode":"88","sub_code":40014}"#,
        r#"{"errcode":500,"errmsg":"e"}"#,
        r#"{"errcode":15,"sub_code":"isp.unknown-error"}"#,
    ];
    let paths = [
        "/auth/scopes",
        "/topapi/v2/department/listsub",
        "/topapi/v2/user/list",
        "/topapi/v2/user/get",
        DEPARTMENT,
    ];
    for passing in bodies {
        let pair = P::imported_before(companies::branches(20));
        pair.mutate(&leaves("b003p0"));
        let body = || passing.to_owned();
        pair.with(|simulator| {
            for path in paths {
                let content_type = "application/json".to_owned();
                let fault = Fault::Body { status: 200, content_type, body: body() };
                simulator.inject(Rule::new(fault).on_path(path));
            }
        });
        pair.import();
        pair.assert_as_the_company_is();
        assert_eq!(pair.take_complaints(), [], "{passing}");
    }
}

/// What is told of a department that nobody holds.
#[derive(Clone, Copy, Debug)]
enum Told {
    /// That it is new.
    Added,
    /// That it is another one now; that it was new, nobody heard.
    Modified,
}

/// A department that nobody holds, and that is refused whatever is tried.
fn with_a_department_that_cannot_be_read<P: Pair>(told: Told) -> P {
    let pair = followed::<P>(companies::branches(20));
    let refused = Fault::Errcode { code: 60_123, message: "无效的部门id".to_owned() };
    let refused = Rule::new(refused).on_path(DEPARTMENT).with_param("dept_id", 99);
    pair.with(|simulator| simulator.inject(refused.always()));
    let lose = |percent| pair.with(|simulator| simulator.switches_mut().events.drop_percent = percent);
    if matches!(told, Told::Modified) {
        lose(100);
    }
    pair.mutate(&Mutation::AddDepartment(Box::new(Department::new(99, "Odd", 1))));
    if matches!(told, Told::Modified) {
        lose(0);
        pair.mutate(&Mutation::RenameDepartment { dept_id: DepartmentId::new(99), name: "Odder".to_owned() });
    }
    pair
}

fn what_only_one_event_names_costs_no_other_event<P: Pair>() {
    for told in [Told::Added, Told::Modified] {
        costs_no_other_event::<P>(told);
    }
}

fn costs_no_other_event<P: Pair>(told: Told) {
    let pair = with_a_department_that_cannot_be_read::<P>(told);
    pair.mutate(&Mutation::modify_user("b001p0", &json!({ "title": "Head" })));
    assert!(!bring_in_line(&pair, By::Events).complete, "the event of the department is given up");
    let title = |id: &str| super::of_person(&pair, id, "/title");
    assert_eq!(title("b001p0"), "Head");
    for (n, id) in ["b002p0", "b003p1", "b001p0"].into_iter().enumerate() {
        pair.mutate(&Mutation::modify_user(id, &json!({ "title": format!("Head {n}") })));
        let given_up = pair.with(|simulator| simulator.trace().of(DEPARTMENT).requests);
        bring_in_line(&pair, By::Events);
        assert_eq!(title(id), format!("Head {n}"));
        let asked = pair.with(|simulator| simulator.trace().of(DEPARTMENT).requests);
        assert!(asked <= given_up + 5, "nobody asks for what was given up: {given_up} {asked}");
    }
}

fn it_is_forgotten_once_it_can_be_read_or_everything_was<P: Pair>() {
    for renames in [true, false] {
        let pair = with_a_department_that_cannot_be_read::<P>(Told::Added);
        assert!(!bring_in_line(&pair, By::Events).complete);
        pair.with(|simulator| simulator.clear_faults());
        if renames {
            let dept_id = DepartmentId::new(99);
            pair.mutate(&Mutation::RenameDepartment { dept_id, name: "Even".to_owned() });
            bring_in_line(&pair, By::Events);
        } else {
            bring_wholly_in_line(&pair, By::FullRun);
        }
        pair.assert_as_the_company_is();
        assert_eq!(pair.storage().keys().filter(|key| key.contains("unfinished")).count(), 0);
    }
}

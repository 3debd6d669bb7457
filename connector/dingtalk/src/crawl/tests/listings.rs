//! What is below a department, where its listing is not as DingTalk describes it.

use super::{check, feihua};
use crate::testing::{Question, World, accepted, directory, ending, log, run};
use expect_test::expect;
use rollcall_kit::testing::Reply;
use serde_json::{Value, json};

/// The company in which what is below the root is listed like this.
fn listing(result: &Value) -> World {
    let body = accepted(result).to_string();
    feihua().fault(move |question: &Question, _| {
        question.is("department/listsub", "1").then(|| Reply::json(body.clone()))
    })
}

#[test]
fn a_list_within_an_object_is_asked_for_by_ids() {
    let children = json!([{"dept_id": 2, "parent_id": 1, "name": "R&D"}]);
    let whole = {
        let host = feihua().into_host();
        run(&host).unwrap();
        directory(&host)
    };
    for result in
        [json!({"dept_list": children}), json!({"list": children}), json!({"dept_list": []}), json!(true)]
    {
        let host = listing(&result).into_host();
        let ran = run(&host);
        assert_eq!((ending(&ran).as_str(), directory(&host)), ("complete", whole.clone()), "{result}");
        assert_eq!(log(&host), "warning departments-asked-about Department 1\n", "{result}");
    }
}

#[test]
fn an_element_that_is_no_department_by_its_ids_either_costs_itself_alone() {
    check(
        listing(&json!([
            {"dept_id": 2, "parent_id": 1, "name": "R&D"},
            {"dept_id": 3, "parent_id": 1, "name": "Operations"},
            {"dept_id": "?", "parent_id": 1, "name": "Odd"},
        ])),
        &expect![[r#"
            complete
            Department 1 Feihua
            Department 2 R&D < 1
            Department 3 Operations < 1
            Department 4 Kernel < 2
            User a A in 1:10
            User b B in 2:20 3:30
            User c C in 4:40
            warning department-not-understood Department 1
        "#]],
    );
}

#[test]
fn an_element_without_a_readable_id_is_found_by_its_ids() {
    check(
        listing(&json!([{"dept_id": 2, "parent_id": 1, "name": "R&D"}, {"dept_id": "?", "parent_id": 1}])),
        &expect![[r#"
            complete
            Department 1 Feihua
            Department 2 R&D < 1
            Department 3 Operations < 1
            Department 4 Kernel < 2
            User a A in 1:10
            User b B in 2:20 3:30
            User c C in 4:40
            warning departments-asked-about Department 1
        "#]],
    );
}

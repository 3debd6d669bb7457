//! Departments, and lists of them and of their people: what is odd about one costs nobody else a place, and an answer that
//! says nothing, or is about another department, takes nothing away.

use super::{By, WAYS, bring_wholly_in_line, department, followed, leaves, odd};
use crate::companies::{self, branch};
use crate::expectation::{Documents, View, assert_same};
use crate::harness::odd::Odd;
use crate::harness::pair::{Pair, both};
use rollcall_dingtalk_simulator::{Department, DepartmentId, Fault, Mutation, Rule};
use rollcall_kit::testing::Reply;
use serde_json::{Value, json};

const LIST_MEMBERS: &str = "/topapi/v2/user/list";
const LIST_DEPARTMENTS: &str = "/topapi/v2/department/listsub";
const LIST_DEPARTMENT_IDS: &str = "/topapi/v2/department/listsubid";
const DEPARTMENT: &str = "/topapi/v2/department/get";
const PERSON: &str = "/topapi/v2/user/get";

both! {
    a_department_without_a_name_is_there_with_all_below_it,
    a_department_whose_id_cannot_be_read_is_found_by_its_id,
    nobody_is_in_twenty_departments_that_say_so_in_any_way,
    a_list_of_departments_that_says_nothing_is_asked_for_by_ids,
    a_subtree_that_nothing_tells_of_is_kept_and_said,
    an_answer_about_another_department_takes_nobody_away,
    what_is_answered_about_another_object_costs_that_object,
    departments_that_name_each_other_as_parents_stay_where_they_are,
}

fn a_department_without_a_name_is_there_with_all_below_it<P: Pair>() {
    let nameless: [(Odd, &str); 4] = [
        (Odd::default().with("700000000", "name", "null"), "department-without-name"),
        (Odd::default().with("700000000", "name", "\"\""), "department-without-name"),
        (Odd::default().without("700000000", "name"), "department-without-name"),
        (Odd::default().with("700000000", "name", "{}"), "member-not-understood"),
    ];
    for (name, code) in nameless {
        let pair = P::new(companies::branches(20));
        odd(&pair, name.clone());
        pair.import();
        let mut expected = as_the_company_is(&pair);
        let top = expected.get_mut(&department(700_000_000)).and_then(Value::as_object_mut);
        top.expect("there is the department").remove("displayName");
        assert_same(&pair.documents(), &expected);
        assert_eq!(pair.take_complaints(), [(code.to_owned(), 1)]);
        for by in WAYS {
            let pair = followed::<P>(companies::branches(20));
            let before = pair.documents();
            pair.mutate(&Mutation::RenameDepartment { dept_id: branch(0), name: "Renamed".to_owned() });
            odd(&pair, name.clone());
            bring_wholly_in_line(&pair, by);
            assert_same(&pair.documents(), &before);
        }
    }
}

fn a_department_whose_id_cannot_be_read_is_found_by_its_id<P: Pair>() {
    for id in ["{}", "null", "\"x\"", "1.5"] {
        let pair = P::new(companies::branches(20));
        pair.instead(move |_, answer| {
            let listed = answer.path == LIST_DEPARTMENTS;
            listed.then(|| Odd::default().with("700000001", "dept_id", id).instead_of(answer)).flatten()
        });
        pair.import();
        pair.assert_as_the_company_is();
        assert_eq!(pair.take_complaints(), [("departments-asked-about".to_owned(), 1)], "{id}");
    }
}

fn nobody_is_in_twenty_departments_that_say_so_in_any_way<P: Pair>() {
    let mut company = companies::crowd(20);
    for id in 10..30 {
        let added = Mutation::AddDepartment(Box::new(Department::new(id, format!("Empty {id}"), 1)));
        company.apply(&added).expect("the department is possible");
    }
    let plain = P::new(company.clone());
    plain.import();
    let ways = [r#"{"has_more":false}"#, r#"{"list":null}"#, r#"{"list":{}}"#, "{}", "[]", "null", "\"\""];
    for way in ways {
        let pair = P::new(company.clone());
        pair.instead(move |_, answer| {
            let is_empty = answer.path == LIST_MEMBERS && !answer.text.contains("userid");
            is_empty.then(|| Reply::json(format!(r#"{{"errcode":0,"errmsg":"ok","result":{way}}}"#)))
        });
        pair.import();
        pair.assert_as_the_company_is();
        assert_eq!(pair.take_complaints(), [], "{way}");
        assert_eq!(pair.n_requests(), plain.n_requests(), "nothing is asked twice: {way}");
    }
}

fn a_list_of_departments_that_says_nothing_is_asked_for_by_ids<P: Pair>() {
    for fault in [Fault::ResultNull, Fault::ResultMissing, body(&json!({ "dept_list": [] }))] {
        // One that has children, one that has none, and all of them.
        for id in [Some(700_000_000), Some(700_000_019), None] {
            let silent = Rule::new(fault.clone()).on_path(LIST_DEPARTMENTS).always();
            let silent = id.map_or(silent.clone(), |id| silent.with_param("dept_id", id));
            let pair = P::new(companies::branches(20));
            pair.with(|simulator| simulator.inject(silent));
            pair.import();
            pair.assert_as_the_company_is();
            // Who left goes all the same.
            pair.mutate(&leaves("b003p0"));
            pair.import();
            pair.assert_as_the_company_is();
        }
    }
}

fn a_subtree_that_nothing_tells_of_is_kept_and_said<P: Pair>() {
    for by in [LIST_DEPARTMENTS, LIST_DEPARTMENT_IDS] {
        let pair = P::imported(companies::branches(20));
        pair.mutate(&leaves("b003p0"));
        let before = pair.documents();
        pair.with(|simulator| {
            for path in [LIST_DEPARTMENTS, by] {
                let rule = Rule::new(Fault::ResultNull).on_path(path).with_param("dept_id", 700_000_000);
                simulator.inject(rule.always());
            }
        });
        let is_lost = by == LIST_DEPARTMENT_IDS;
        assert_eq!(pair.sync().complete, !is_lost);
        if is_lost {
            assert_same(&pair.documents(), &before);
            let complaints = pair.take_complaints();
            assert!(complaints.contains(&("departments-unknown".to_owned(), 1)), "{complaints:?}");
            assert!(complaints.contains(&("removals-stopped".to_owned(), 1)), "{complaints:?}");
        }
        pair.with(|simulator| simulator.clear_faults());
        pair.import();
        pair.assert_as_the_company_is();
    }
}

fn an_answer_about_another_department_takes_nobody_away<P: Pair>() {
    let of_branch_0 = json!({ "has_more": false, "list": [
        { "userid": "b000p0", "name": "Person 0.0", "dept_id_list": [700_000_000] },
        { "userid": "b000p1", "name": "Person 0.1", "dept_id_list": [700_000_000, 700_000_005] },
    ] });
    let of_branch_1 = json!({ "has_more": false, "list": [
        { "userid": "b001p0", "name": "Person 1.0", "dept_id_list": ["700000001"] },
    ] });
    let below_branch_0 = json!([{ "dept_id": 700_000_008, "name": "Branch 8", "parent_id": 700_000_000 }]);
    let wrong = [
        (LIST_MEMBERS, 700_000_005, &of_branch_0),
        (LIST_MEMBERS, 700_000_005, &of_branch_1),
        (LIST_DEPARTMENTS, 700_000_001, &below_branch_0),
        (LIST_DEPARTMENTS, 700_000_019, &below_branch_0),
    ];
    for (path, id, answer) in wrong {
        let cached = body(answer);
        // In a first import, and in one that would miss people.
        for pair in [P::new(companies::branches(20)), P::imported(companies::branches(20))] {
            let before = pair.documents();
            let rule = Rule::new(cached.clone()).on_path(path).with_param("dept_id", id);
            pair.with(|simulator| simulator.inject(rule.always()));
            assert!(!pair.sync().complete, "{path} {id}: {answer}");
            let complaints = pair.take_complaints();
            assert!(complaints.contains(&("answer-not-understood".to_owned(), 1)), "{complaints:?}");
            if !before.is_empty() {
                assert_same(&pair.documents(), &before);
            }
            pair.with(|simulator| simulator.clear_faults());
            pair.import();
            pair.assert_as_the_company_is();
        }
    }
}

fn what_is_answered_about_another_object_costs_that_object<P: Pair>() {
    let person = json!({ "userid": "b000p0", "name": "Somebody else", "dept_id_list": [1] });
    let department = json!({ "dept_id": 700_000_000, "name": "Another", "parent_id": 1 });
    let wrong = [
        (PERSON, "userid", json!("b001p0"), person),
        (DEPARTMENT, "dept_id", json!(700_000_001), department),
    ];
    for (path, param, id, answer) in wrong {
        let pair = followed::<P>(companies::branches(20));
        let before = pair.documents();
        pair.mutate(&Mutation::RenameDepartment { dept_id: branch(1), name: "Renamed".to_owned() });
        pair.mutate(&Mutation::modify_user("b001p0", &json!({ "title": "Renamed" })));
        pair.mutate(&Mutation::modify_user("b002p0", &json!({ "title": "Another" })));
        let rule = Rule::new(body(&answer)).on_path(path).with_param(param, id.clone());
        pair.with(|simulator| simulator.inject(rule.always()));
        bring_wholly_in_line(&pair, By::Events);
        let mut expected = as_the_company_is(&pair);
        let key = match path {
            PERSON => super::person("b001p0"),
            _ => super::department(700_000_001),
        };
        expected.insert(key.clone(), before[&key].clone());
        assert_same(&pair.documents(), &expected);
        assert_eq!(pair.take_complaints(), [("answer-not-understood".to_owned(), 1)], "{path}");
        pair.with(|simulator| simulator.clear_faults());
        pair.import();
        pair.assert_as_the_company_is();
    }
}

fn departments_that_name_each_other_as_parents_stay_where_they_are<P: Pair>() {
    let pair = followed::<P>(companies::branches(20));
    let (below, above) = below_another(&pair.documents());
    odd(&pair, Odd::default().with(&above.to_string(), "parent_id", below.to_string()));
    for (id, name) in [(above, "Above"), (below, "Below")] {
        let (dept_id, name) = (DepartmentId::new(id), name.to_owned());
        pair.mutate(&Mutation::RenameDepartment { dept_id, name });
    }
    bring_wholly_in_line(&pair, By::Events);
    pair.assert_as_the_company_is();
    assert_eq!(pair.take_complaints(), [("departments-in-a-ring".to_owned(), 2)]);
    pair.honest();
    bring_wholly_in_line(&pair, By::FullRun);
    pair.assert_as_the_company_is();
}

/// A department that is not directly below the root, and the one that it is below.
fn below_another(documents: &Documents) -> (i64, i64) {
    let ids = documents.iter().filter_map(|((_, id), document)| {
        Some((id.parse().ok()?, document["parent"]["value"].as_str()?.parse().ok()?))
    });
    ids.into_iter().find(|(_, above)| *above != 1).expect("the company has three levels")
}

fn body(result: &Value) -> Fault {
    let body = json!({ "errcode": 0, "errmsg": "ok", "result": result }).to_string();
    Fault::Body { status: 200, content_type: "application/json".to_owned(), body }
}

fn as_the_company_is(pair: &impl Pair) -> Documents {
    View::of(&pair.company()).documents()
}

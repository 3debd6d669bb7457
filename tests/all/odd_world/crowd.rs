//! Two hundred people of whom thirty are odd, each in another way, and three odd departments, while five leave, five lose
//! their title and five join: exactly that happens.

use super::{WAYS, bring_wholly_in_line, department, followed, leaves, person};
use crate::companies::{self, CORP_ID, app};
use crate::expectation::{Documents, View, assert_same};
use crate::harness::odd::Odd;
use crate::harness::pair::{Pair, both};
use rollcall_dingtalk_simulator::{Company, Department, DepartmentId, Mutation, User};
use rollcall_kit::{Key, Severity};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::ops::Range;

both! {
    of_two_hundred_people_with_thirty_odd_ones_exactly_those_leave_who_left,
}

const N_PEOPLE: usize = 200;
const LEFT: Range<usize> = 100..105;
const EMPTIED: Range<usize> = 110..115;
const JOINED: Range<usize> = N_PEOPLE..N_PEOPLE + 5;

/// What a member of somebody says, and which attributes have another value than the company's for it.
type Way = (&'static str, &'static [u8], &'static [(&'static str, &'static str)]);

/// The person of the same number is odd in this way.
const PEOPLE: [Way; 30] = [
    ("name", b"null", &[]),
    ("name", b"[\"x\"]", &[]),
    ("name", b"\"x\\ud83d\"", &[("/displayName", "x\u{fffd}"), ("/name/formatted", "x\u{fffd}")]),
    ("unionid", b"{}", &[]),
    ("avatar", b"[]", &[]),
    ("avatar", b"7", &[("/photos/0/value", "7")]),
    ("state_code", b"[]", &[]),
    ("mobile", b"\"no phone\"", &[]),
    ("mobile", b"true", &[]),
    ("hide_mobile", b"\"maybe\"", &[]),
    ("hide_mobile", b"\"1\"", &[]),
    ("telephone", b"8612", &[("/phoneNumbers/1/value", "8612")]),
    ("telephone", b"false", &[]),
    ("job_number", b"12345", &[(EMPLOYEE_NUMBER, "12345")]),
    ("job_number", b"\"7\xed\xa0\xbd\"", &[(EMPLOYEE_NUMBER, "7\u{fffd}")]),
    ("title", b"{\"zh\":1}", &[]),
    ("title", b"\"a\\u0000b\"", &[("/title", "a\u{fffd}b")]),
    ("email", b"[]", &[]),
    ("org_email", b"\" x@corp.example\"", &[("/emails/0/value", "x@corp.example")]),
    ("org_email", b"7", &[("/emails/0/value", "7")]),
    ("work_place", b"\"a\x01\"", &[(WORK_PLACE, "a\u{fffd}")]),
    ("work_place", b"\"\xff\"", &[(WORK_PLACE, "\u{fffd}")]),
    ("extension", b"[{\"canary\":1}]", &[]),
    ("dept_id_list", b"\"x\"", &[]),
    ("dept_id_list", b"null", &[]),
    ("hired_date", b"\"soon\"", &[]),
    ("hired_date", b"\"1999-12-31 08:00:00\"", &[(HIRED_DATE, "1999-12-31")]),
    ("active", b"\"maybe\"", &[]),
    ("admin", b"{}", &[]),
    ("boss", b"\"TRUE\"", &[]),
];

const EMPLOYEE_NUMBER: &str = "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/employeeNumber";
const WORK_PLACE: &str = "/urn:rollcall:dingtalk:2.0:User/workPlace";
const HIRED_DATE: &str = "/urn:rollcall:dingtalk:2.0:User/hiredDate";

/// Without a name; found by its id and without a word of where it hangs; with a flag that is none.
const DEPARTMENTS: [i64; 3] = [500_000_002, 500_000_003, 500_000_004];

fn id(n: usize) -> String {
    format!("p{n:03}")
}

fn somebody(n: usize) -> User {
    let department = 500_000_002 + i64::try_from(n % 8).expect("it is small");
    let user = User::new(id(n), format!("Person {n}")).in_departments([department]);
    User { job_number: Some(n.to_string()), ..companies::full(user, &format!("1360000{n:04}")) }
}

fn company() -> Company {
    let company = Company::builder(CORP_ID, "Crowd").app(app());
    let company = (500_000_002..500_000_010)
        .fold(company, |company, id| company.department(Department::new(id, format!("D{id}"), 1)));
    let company = (0..N_PEOPLE).fold(company, |company, n| company.user(somebody(n)));
    company.build().expect("the company is consistent")
}

/// Everybody who is odd changes as well, or no event would name them.
fn change(pair: &impl Pair) {
    for n in 0..PEOPLE.len() {
        pair.mutate(&Mutation::modify_user(id(n), &json!({ "remark": "changed" })));
    }
    for dept_id in DEPARTMENTS.map(DepartmentId::new) {
        pair.mutate(&Mutation::modify_department(dept_id.number(), &json!({ "auto_add_user": true })));
    }
    LEFT.for_each(|n| pair.mutate(&leaves(&id(n))));
    EMPTIED.for_each(|n| pair.mutate(&Mutation::modify_user(id(n), &json!({ "title": null }))));
    JOINED.for_each(|n| pair.mutate(&Mutation::AddUser(Box::new(somebody(n)))));
}

fn make_odd(pair: &impl Pair) {
    let [nameless, unplaced, flagged] = DEPARTMENTS.map(|id| id.to_string());
    let everywhere = (0..)
        .zip(PEOPLE)
        .fold(Odd::default(), |odd, (n, (member, written, _))| odd.with(&id(n), member, written));
    let everywhere = everywhere.with(&nameless, "name", "null").with(&unplaced, "parent_id", "null").with(
        &flagged,
        "auto_add_user",
        "{\"no\":\"flag\"}",
    );
    // By its id alone it can be asked for, so that answer has to tell it.
    let listed = everywhere.clone().with(&unplaced, "dept_id", "[3]");
    pair.instead(move |_, answer| match answer.path.ends_with("/listsub") {
        true => listed.instead_of(answer),
        false => everywhere.instead_of(answer),
    });
}

/// As the company is, but for what odd members say otherwise.
fn expected(pair: &impl Pair) -> Documents {
    let mut documents = View::of(&pair.company()).documents();
    for (n, (_, _, attributes)) in (0..).zip(PEOPLE) {
        let document = documents.get_mut(&person(&id(n))).expect("nobody who is odd has left");
        for (pointer, value) in attributes {
            *document.pointer_mut(pointer).expect("everybody has everything") = json!(value);
        }
    }
    let flagged = documents.get_mut(&department(DEPARTMENTS[2])).expect("no department is gone");
    let flag = flagged.pointer_mut("/urn:rollcall:dingtalk:2.0:Department/autoAddUser");
    *flag.expect("every department has it") = Value::Bool(false);
    documents
}

fn of_two_hundred_people_with_thirty_odd_ones_exactly_those_leave_who_left<P: Pair>() {
    for by in WAYS {
        let pair = followed::<P>(company());
        change(&pair);
        make_odd(&pair);
        bring_wholly_in_line(&pair, by);
        assert_same(&pair.documents(), &expected(&pair));
        assert_eq!(pair.take_proposed(), [], "{by:?}");
        let told = pair.take_told();
        assert!(told.iter().all(|(severity, ..)| *severity != Severity::Error), "{by:?}: {told:#?}");
        let warned = told.into_iter().filter(|(severity, ..)| *severity == Severity::Warning);
        let about: BTreeSet<Key> = warned.filter_map(|(_, subject, _)| subject).collect();
        let people = (0..PEOPLE.len()).map(|n| Key::new("User", id(n)));
        let departments = DEPARTMENTS.into_iter().chain([1]).map(|id| Key::new("Department", id.to_string()));
        assert!(about.is_subset(&people.chain(departments).collect()), "{by:?}: {about:?}");
        // And nothing of it stays once nothing is odd any more.
        pair.honest();
        pair.import();
        pair.assert_as_the_company_is();
    }
}

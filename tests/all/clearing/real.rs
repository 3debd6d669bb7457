//! The same through everything real: what was emptied at the source is gone from SQLite, attribute by attribute, and the
//! next run is quiet.

use crate::companies;
use crate::expectation::{Documents, View, assert_same};
use crate::harness::extra;
use crate::harness::program::Office;
use crate::harness::real::Real;
use rollcall_dingtalk::DingTalk;
use rollcall_dingtalk_simulator::{Company, CorpId, Department, ExclusiveAccount, Mutation, User, UserId};
use rollcall_host::history::{Counters, RunState};
use rollcall_host::model::Severity;
use rollcall_kit::{AttributePath, Connector as _, Optional, Schema};
use serde_json::{Value, json};

/// Who loses nothing. What nobody has any more is kept, because it may be hidden.
const KEEPER: &str = "keeps";
/// The department that loses nothing. Those after it lose an attribute each, in the order of their schema.
const KEEPING_DEPARTMENT: i64 = 870_000_000;

#[test]
fn every_attribute_that_is_emptied_is_cleared_and_then_all_is_quiet() {
    let mut real = Real::new(everyone_full());
    real.settings["details"] = json!(true);
    real.settings["person_details"] = json!(true);
    assert_eq!(real.sync().state, RunState::Succeeded);
    let before = real.documents();
    let losing = losing();
    for loss in &losing {
        assert!(loss.is_assigned(&before), "{loss:?} is there to be lost");
        real.mutate(&loss.mutation());
    }
    let report = real.sync();
    let complaints = real.platform.entries(&report.run, Severity::Warning);
    assert_eq!((report.state, complaints), (RunState::Succeeded, vec![]));
    let after = real.documents();
    let still_there: Vec<_> = losing.iter().filter(|loss| loss.is_assigned(&after)).collect();
    assert!(still_there.is_empty(), "not cleared: {still_there:?}");
    let company = real.server.with(|simulator| simulator.company().clone());
    assert_same(&after, &View { details: true, ..View::of(&company) }.documents());
    assert_eq!(real.platform.changes(&report.run).len(), losing.len());
    assert_quiet(&real);
}

#[test]
fn the_program_clears_what_one_person_no_longer_has() {
    let office = Office::new(extra::feihua());
    office.run("sync SOURCE DATA").with_code(0);
    let emptied = Mutation::modify_user("xiaohong", &json!({ "mobile": null, "state_code": null }));
    office.server.with(|simulator| simulator.mutate(&emptied)).expect("the mutation is possible");
    let report = office.run("sync --format json SOURCE DATA").with_code(0).json();
    assert_eq!(report["run"]["counters"]["updated"], 1, "{report:#}");
    let company = office.server.with(|simulator| simulator.company().clone());
    assert_eq!(office.run("directory export NAME DATA").with_code(0).stdout, View::of(&company).export());
    let next = office.run("sync --format json SOURCE DATA").with_code(0).json();
    assert_eq!(next["run"]["counters"]["unchanged"], next["run"]["counters"]["read"], "{next:#}");
}

/// An object and the attribute that it loses, as everybody else keeps it.
#[derive(Debug)]
struct Loss {
    resource_type: &'static str,
    external_id: String,
    optional: &'static Optional,
}

/// Each optional attribute of the connector's schemas, lost by an object of its own.
fn losing() -> Vec<Loss> {
    let of_schema = |schema: &'static Schema| {
        let loss = move |(optional, n): (&'static Optional, i64)| {
            let external_id = match schema.resource_type {
                "User" => losing_person(optional),
                "Department" => (KEEPING_DEPARTMENT + n).to_string(),
                other => panic!("the simulator has no {other}"),
            };
            Loss { resource_type: schema.resource_type, external_id, optional }
        };
        schema.optional.iter().zip(1..).map(loss)
    };
    DingTalk::SCHEMAS.iter().flat_map(of_schema).collect()
}

impl Loss {
    fn mutation(&self) -> Mutation {
        match self.resource_type {
            "User" => Mutation::modify_user(self.external_id.as_str(), &emptied(self.optional.name)),
            _ => {
                let id = self.external_id.parse().expect("a department's id is a number");
                Mutation::modify_department(id, &emptied(self.optional.name))
            }
        }
    }

    fn is_assigned(&self, documents: &Documents) -> bool {
        let document = &documents[&(self.resource_type.to_owned(), self.external_id.clone())];
        match self.optional.place {
            AttributePath::Member(path) => {
                let value = path.iter().try_fold(document, |value, name| value.get(name));
                value.is_some()
            }
            AttributePath::Element(attribute, kind) => {
                let elements = document.get(attribute).and_then(Value::as_array);
                elements.is_some_and(|elements| elements.iter().any(|element| element["type"] == kind))
            }
        }
    }
}

/// How the simulator's company loses the field of this name.
fn emptied(field: &str) -> Value {
    let mut account = json!(account());
    match field {
        "mobile" => json!({ "mobile": null, "state_code": null }),
        "exclusive_account_type" => {
            account[field] = json!("");
            json!({ "exclusive_account": account })
        }
        _ if account.get(field).is_some() => {
            account[field] = Value::Null;
            json!({ "exclusive_account": account })
        }
        _ => json!({ field: null }),
    }
}

/// A person for each optional attribute of people, a department for each of departments, and one of each besides; all of
/// them have everything.
fn everyone_full() -> Company {
    let mut company = Company::builder(companies::CORP_ID, "Full").app(companies::app());
    for schema in DingTalk::SCHEMAS {
        for (n, optional) in (1..).zip(schema.optional) {
            company = match schema.resource_type {
                "User" => company.user(full_person(&losing_person(optional), n)),
                _ => company.department(full_department(KEEPING_DEPARTMENT + n)),
            };
        }
    }
    let company = company.user(full_person(KEEPER, 0)).department(full_department(KEEPING_DEPARTMENT));
    company.build().expect("the company is consistent")
}

fn losing_person(optional: &Optional) -> String {
    format!("loses-{}", optional.name)
}

fn full_person(userid: &str, n: i64) -> User {
    let user = companies::full(User::new(userid, format!("Person {n}")), &format!("1360000{n:04}"));
    User { manager_userid: Some(UserId::from(KEEPER)), exclusive_account: Some(account()), ..user }
}

fn account() -> ExclusiveAccount {
    ExclusiveAccount {
        exclusive_account_type: "sso".to_owned(),
        login_id: Some("login@corp".to_owned()),
        nickname: Some("Nick".to_owned()),
        exclusive_account_corp_id: Some(CorpId::from("dingother")),
        exclusive_account_corp_name: Some("Other".to_owned()),
    }
}

fn full_department(id: i64) -> Department {
    let text = |text: &str| Some(text.to_owned());
    Department {
        source_identifier: text("source"),
        tags: text(r#"{"stage":"grade"}"#),
        ext: text(r#"{"faceCount":"47"}"#),
        dept_group_chat_id: text("chatcd94"),
        org_dept_owner: Some(UserId::from(KEEPER)),
        brief: "Brief".to_owned(),
        extention: text(r#"{"faceCount":"47"}"#),
        telephone: text("010-8612"),
        code: text("D-1"),
        ..Department::new(id, format!("Full {id}"), 1)
    }
}

#[track_caller]
fn assert_quiet(real: &Real) {
    let held = real.documents();
    let report = real.sync();
    let n_read = report.counters.read;
    let expected = Counters { read: n_read, unchanged: n_read, ..Counters::default() };
    assert_eq!((report.state, report.counters), (RunState::Succeeded, expected));
    assert_eq!(real.platform.changes(&report.run), []);
    assert_eq!(real.documents(), held);
}

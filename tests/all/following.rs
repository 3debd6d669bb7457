//! A source that is followed: what changes at DingTalk arrives by events alone, whatever happens on the way.
//!
//! Not here: what only virtual time shows, such as a connection that is silent for a minute; the host's own tests do.

mod between;
mod changes;
mod deliveries;
mod departures;
mod exclusive;
mod figures;
mod full_run;
mod outage;
mod program;
mod served;
mod spaced;
mod stopped;
mod stream;
mod undo;
mod way;

use crate::companies::{CORP_ID, app};
use crate::harness::live::Live;
use rollcall_dingtalk_simulator::{Company, Department, Mutation, User};
use rollcall_host::history::{ChangeRecord, Run};
use rollcall_host::inbox::InboxEvent;
use serde_json::json;

/// The company of the product's walk-through: three departments, four people.
pub(crate) fn feihua() -> Company {
    let person = |id: &str, name: &str, mobile: &str| {
        let mut user = User::new(id, name);
        user.mobile = Some(mobile.to_owned());
        user.title = Some("Engineer".to_owned());
        user
    };
    Company::builder(CORP_ID, "飞花")
        .app(app())
        .department(Department::new(5001, "R&D", 1))
        .department(Department::new(5002, "Operations", 1))
        .department(Department::new(5003, "Commercialization", 1))
        .user(person("xiaohong", "小红", "13800000001").in_departments([5001]))
        .user(person("xiaoming", "小明", "13800000002").in_departments([5001, 5003]))
        .user(person("xiaoli", "小丽", "13800000003").in_departments([5002]))
        .user(person("xiaogang", "小刚", "13800000004").in_departments([5003]))
        .build()
        .expect("the company is consistent")
}

fn add_department(id: i64, name: &str, parent: i64) -> Mutation {
    Mutation::AddDepartment(Box::new(Department::new(id, name, parent)))
}

fn rename_user(id: &str, name: &str) -> Mutation {
    Mutation::modify_user(id, &json!({ "name": name }))
}

/// The events of some runs, and their changes, a line each, without what differs from time to time: pushes that are under
/// way at once overtake each other.
fn told(live: &Live, runs: &[Run]) -> String {
    let mut events: Vec<_> = runs.iter().flat_map(|run| live.events_of(&run.id)).map(event_line).collect();
    events.sort();
    let changes = runs.iter().flat_map(|run| live.platform().changes(&run.id)).map(change_line);
    events.into_iter().chain(changes).collect()
}

fn event_line(InboxEvent { event, .. }: InboxEvent) -> String {
    let subjects: Vec<_> = event.subjects.iter().map(|key| key.external_id.as_str()).collect();
    format!("{} {}\n", event.kind, subjects.join(" "))
}

fn change_line(ChangeRecord { action, key, .. }: ChangeRecord) -> String {
    format!("    {action:?} {} {}\n", key.resource_type, key.external_id)
}

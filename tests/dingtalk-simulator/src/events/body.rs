//! An event as a receiver reads it: two shapes for HTTP, one for Stream, one for the failed list.

use serde_json::{Map, Value, json};

use super::event::{Event, EventIds, EventKind};
use crate::switches::{ChangeTime, DiffInfoShape, EventShape, EventSwitches};

/// What is encrypted and pushed.
pub(super) fn pushed(event: &Event, switches: &EventSwitches) -> Value {
    match switches.shape {
        EventShape::A => shape_a(event, switches.change_time),
        EventShape::B => shape_b(event, switches),
    }
}

/// The object that a Stream frame carries as text.
pub(super) fn streamed(event: &Event, switches: &EventSwitches) -> Value {
    let mut fields = small_ids(event);
    match event.kind {
        EventKind::UserAddOrg | EventKind::UserModifyOrg | EventKind::UserLeaveOrg => {
            fields.insert("timeStamp".to_owned(), json!(event.born_at_ms.to_string()));
            fields.insert("eventId".to_owned(), json!(event.event_id));
            add_operator(&mut fields, "optStaffId", event);
        }
        EventKind::OrgAdminAdd | EventKind::OrgAdminRemove => {
            fields.insert("timeStamp".to_owned(), json!(event.born_at_ms.to_string()));
        }
        // Captured and documented without any other key.
        EventKind::UserActiveOrg
        | EventKind::OrgDeptCreate
        | EventKind::OrgDeptModify
        | EventKind::OrgDeptRemove
        | EventKind::OrgChange
        | EventKind::OrgRemove
        | EventKind::LabelUserChange => {}
    }
    add_diff_info(&mut fields, event, switches);
    Value::Object(fields)
}

/// An element of the failed list: the type is a key too, and everything in it has small letters.
pub(super) fn failed(event: &Event) -> Value {
    let mut inner = Map::new();
    for (name, value) in small_ids(event) {
        inner.insert(name.to_ascii_lowercase(), value);
    }
    inner.insert("corpid".to_owned(), json!(event.corp_id));
    let kind = event.kind.as_str();
    json!({ kind: inner, "call_back_tag": kind, "event_time": event.born_at_ms })
}

fn shape_a(event: &Event, change_time: ChangeTime) -> Value {
    let at_ms = match change_time {
        ChangeTime::Milliseconds => event.born_at_ms,
        ChangeTime::FullSecond => event.born_at_ms / 1000 * 1000,
    };
    let mut fields = Map::new();
    fields.insert("CorpId".to_owned(), json!(event.corp_id));
    fields.insert("EventType".to_owned(), json!(event.kind.as_str()));
    fields.insert("TimeStamp".to_owned(), json!(at_ms.to_string()));
    match &event.ids {
        EventIds::Users(userids) => {
            fields.insert("UserId".to_owned(), json!(userids));
            add_operator(&mut fields, "OptStaffId", event);
        }
        EventIds::Departments(dept_ids) => {
            fields.insert("DeptId".to_owned(), json!(dept_ids));
        }
        EventIds::Labels { users, labels, action } => {
            fields.insert("UserIdList".to_owned(), json!(users));
            fields.insert("LabelIdList".to_owned(), json!(labels));
            fields.insert("action".to_owned(), json!(action.word()));
        }
        EventIds::Company => {}
    }
    Value::Object(fields)
}

fn shape_b(event: &Event, switches: &EventSwitches) -> Value {
    let mut fields = small_ids(event);
    fields.insert("EventType".to_owned(), json!(event.kind.as_str()));
    fields.insert("EventTime".to_owned(), json!(event.born_at_ms));
    fields.insert("CorpId".to_owned(), json!(event.corp_id));
    fields.insert("BizId".to_owned(), json!(format!("1{}", event.born_at_ms)));
    fields.insert("eventId".to_owned(), json!(event.event_id));
    fields.insert("timeStamp".to_owned(), json!(event.born_at_ms.to_string()));
    if matches!(event.ids, EventIds::Users(_)) {
        add_operator(&mut fields, "optStaffId", event);
    }
    add_diff_info(&mut fields, event, switches);
    Value::Object(fields)
}

fn small_ids(event: &Event) -> Map<String, Value> {
    let mut fields = Map::new();
    match &event.ids {
        EventIds::Users(userids) => {
            fields.insert("userId".to_owned(), json!(userids));
        }
        EventIds::Departments(dept_ids) => {
            fields.insert("deptId".to_owned(), json!(dept_ids));
        }
        EventIds::Labels { users, labels, action } => {
            fields.insert("userIdList".to_owned(), json!(users));
            fields.insert("labelIdList".to_owned(), json!(labels));
            fields.insert("action".to_owned(), json!(action.word()));
        }
        EventIds::Company => {}
    }
    fields
}

fn add_operator(fields: &mut Map<String, Value>, name: &str, event: &Event) {
    if let Some(userid) = &event.opt_staff_id {
        fields.insert(name.to_owned(), json!(userid));
    }
}

fn add_diff_info(fields: &mut Map<String, Value>, event: &Event, switches: &EventSwitches) {
    let Some(diff_info) = &event.diff_info else { return };
    let written = match switches.diff_info {
        DiffInfoShape::Array => json!([diff_info]),
        DiffInfoShape::Object => json!(diff_info),
        DiffInfoShape::Missing => return,
    };
    fields.insert("diffInfo".to_owned(), written);
}

//! `call_back/get_call_back_failed_result`: deliveries that DingTalk has given up. Each call forgets what the one before
//! answered, so nothing in an answer may be lost: what cannot be understood becomes an event that says so.
//!
//! An answer that is lost on its way is lost for good; the schedule's full run heals that.

use super::push::{self, Push};
use crate::wire::Misread;
use crate::wire::envelope::Accepted;
use crate::wire::lenient::{Flag, Odd, Raw};
use rollcall_kit::live::{Event, Fetched};
use serde_json::{Map, Value};

/// Read the answer, which has no `result`.
pub(crate) fn missed(accepted: Accepted<'_>) -> Result<Fetched, Misread> {
    let mut whole = accepted.whole()?;
    let list = whole.raw("failed_list").map_or(Ok(None), Raw::page_elements);
    let list = list.map_err(|Odd| Misread("expected a list in failed_list".to_owned()))?.unwrap_or_default();
    // Without a single delivery there is nothing that asking again could forget.
    let more = whole.flag("has_more") == Some(Flag(true)) && !list.is_empty();
    let events = list.iter().flat_map(|item| events(item)).collect();
    Ok(Fetched { events, cursor: None, more })
}

/// `{"user_add_org": {"userid": […], "corpid": "…"}, "call_back_tag": "user_add_org", "event_time": 1606126433000}`.
fn events(item: &str) -> Vec<Event> {
    let Ok(mut members) = serde_json::from_str::<Map<String, Value>>(item) else {
        return vec![push::unreadable(item)];
    };
    let Some(Value::String(kind)) = members.remove("call_back_tag") else {
        return vec![push::unreadable(item)];
    };
    let mut inner = match members.remove(&kind) {
        Some(Value::Object(inner)) => inner,
        _ => Map::new(),
    };
    if let Some(time) = members.remove("event_time") {
        inner.entry("event_time").or_insert(time);
    }
    push::events(Push { kind: &kind, id: None, members: &inner, whole: item })
}

#[cfg(test)]
mod tests {
    use super::missed;
    use crate::wire::envelope::Accepted;
    use expect_test::{Expect, expect};
    use std::fmt::Write;

    #[track_caller]
    fn check(body: &str, expected: &Expect) {
        let missed = missed(Accepted { whole: body, result: None, is_mended: false }).unwrap();
        let mut told = format!("more: {}\n", missed.more);
        for event in missed.events {
            let _ = writeln!(told, "{} {}", event.id, event.payload);
        }
        expected.assert_eq(&told);
    }

    #[test]
    fn failed_deliveries_become_events() {
        check(
            r#"{"errcode":0,"errmsg":"ok","failed_list":[
                {"user_add_org":{"userid":["zhangsan"],"corpid":"ding1"},"call_back_tag":"user_add_org","event_time":1606126433000},
                {"org_dept_remove":{"deptid":["3",2],"corpid":"ding1"},"call_back_tag":"org_dept_remove","event_time":"1606126433001"},
                {"bpms_task_change":{"corpid":"ding1"},"call_back_tag":"bpms_task_change","event_time":1606126433002},
                {"org_change":{"corpid":"ding1"},"call_back_tag":"org_change"}
            ],"has_more":true}"#,
            &expect![[r#"
                more: true
                user_add_org/b245f3f8a0a2baa49f97cddf664ad823 {"users":["zhangsan"],"at_ms":1606126433000}
                org_dept_remove/e65ca41de08141247fef7dcb59fad531 {"departments":[2,3],"at_ms":1606126433001}
                org_change/633928043dda9f3b8a2f4f2ff9278f13 {}
            "#]],
        );
    }

    #[test]
    fn an_empty_list_is_the_end_whatever_it_says() {
        check(
            r#"{"errcode":0,"failed_list":[],"has_more":true}"#,
            &expect![[r#"
            more: false
        "#]],
        );
        check(
            r#"{"errcode":0,"has_more":false}"#,
            &expect![[r#"
            more: false
        "#]],
        );
    }

    #[test]
    fn what_cannot_be_understood_is_not_lost() {
        check(
            r#"{"failed_list":[7,{"event_time":1},{"call_back_tag":"user_add_org","user_add_org":"?"}],"has_more":false}"#,
            &expect![[r#"
                more: false
                unreadable/22f36339ae3058eeaf19a52949cfb9eb {"unclear":true}
                unreadable/bbf6a9e06bcc8c1120bc62fbbf012db9 {"unclear":true}
                user_add_org/d7618f2fdc2ef255878c5bed1d7db3dc {}
            "#]],
        );
    }
}

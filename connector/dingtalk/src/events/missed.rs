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

/// Read the answer of this moment, which has no `result`.
pub(crate) fn missed(accepted: Accepted<'_>, now_ms: u64) -> Result<Fetched, Misread> {
    let mut whole = accepted.whole()?;
    let list = whole.raw("failed_list").map_or(Ok(None), Raw::page_elements);
    let list = list.map_err(|Odd| Misread("expected a list in failed_list".to_owned()))?.unwrap_or_default();
    // Without a single delivery there is nothing that asking again could forget.
    let more = whole.flag("has_more") == Some(Flag(true)) && !list.is_empty();
    let delivery = |n: usize, item: &str| format!("{now_ms} {n} {item}");
    let events = list.iter().enumerate().flat_map(|(n, item)| events(item, &delivery(n, item))).collect();
    Ok(Fetched { events, cursor: None, more })
}

/// `{"user_add_org": {"userid": […], "corpid": "…"}, "call_back_tag": "user_add_org", "event_time": 1606126433000}`.
fn events(item: &str, delivery: &str) -> Vec<Event> {
    let Ok(mut members) = serde_json::from_str::<Map<String, Value>>(item) else {
        return vec![push::unreadable(item)];
    };
    let tag = members.remove("call_back_tag");
    let kind = tag.as_ref().and_then(Value::as_str).map(push::kind_of).filter(|kind| !kind.is_empty());
    let Some(kind) = kind else { return vec![push::unreadable(item)] };
    let named = members.keys().find(|name| push::kind_of(name) == kind).cloned();
    let mut inner = match named.and_then(|name| members.remove(&name)) {
        Some(Value::Object(inner)) => inner,
        _ => Map::new(),
    };
    if let Some(time) = members.remove("event_time") {
        inner.entry("event_time").or_insert(time);
    }
    push::events(Push { kind: &kind, id: None, members: &inner, delivery })
}

#[cfg(test)]
mod tests {
    use super::missed;
    use crate::wire::envelope::Accepted;
    use expect_test::{Expect, expect};
    use std::fmt::Write;

    #[track_caller]
    fn check(body: &str, expected: &Expect) {
        let missed =
            missed(Accepted { whole: body, result: None, is_mended: false }, 1_700_000_000_000).unwrap();
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
                user_add_org/41d81aa8c10e75f7397c0fed5ec0521d {"users":["zhangsan"],"at_ms":1606126433000}
                org_dept_remove/e65ca41de08141247fef7dcb59fad531 {"departments":[2,3],"at_ms":1606126433001}
                org_change/6db08da377dcf63f4902abacd2cf2b58 {}
            "#]],
        );
    }

    #[test]
    fn a_tag_is_known_whatever_stands_around_it() {
        check(
            r#"{"failed_list":[{"user_add_org":{"userid":["zhangsan"]},"call_back_tag":" User_Add_Org ","event_time":1606126433001},
                {"call_back_tag":" "}]}"#,
            &expect![[r#"
                more: false
                user_add_org/50167b4137418a006ee35726f626f172 {"users":["zhangsan"],"at_ms":1606126433001}
                unreadable/dcffd1f4aba35aed6e6fd602e3396108 {"unclear":true}
            "#]],
        );
    }

    #[test]
    fn two_changes_in_one_second_are_two_events_in_one_answer_and_in_two() {
        let item = r#"{"user_modify_org":{"userid":["u1"]},"call_back_tag":"user_modify_org","event_time":1606126433000}"#;
        let body = format!(r#"{{"failed_list":[{item},{item}]}}"#);
        let ids = |now_ms| {
            let fetched = missed(Accepted { whole: &body, result: None, is_mended: false }, now_ms).unwrap();
            fetched.events.into_iter().map(|event| event.id)
        };
        let told: std::collections::BTreeSet<String> = ids(1).chain(ids(2)).collect();
        assert_eq!(told.len(), 4, "{told:?}");
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
                user_add_org/857ed869a584aa992c0b6dd5ddf580bc {}
            "#]],
        );
    }
}

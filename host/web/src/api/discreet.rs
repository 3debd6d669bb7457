//! What a token gets to see that may only read: what happened, and not what the answer of a source looked like. Diagnoses quote
//! answers, so that whoever manages a source can mend it; a source may have been led to a place whose answers are not for
//! everybody.
//!
//! One layer around all operations, so that none can forget it. Not here: people and departments, which are what there is to read.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::problem::Problem;
use crate::visitor::Visitor;

/// What stands where an answer was quoted.
const LEFT_OUT: &str = "…";

/// Facts that this host knows by itself, or that are codes. Any other may be a part of an answer.
const OWN_FACTS: [&str; 14] = [
    "api",
    "attribute",
    "errcode",
    "host",
    "limit",
    "n",
    "origin",
    "proxy",
    "resource_type",
    "run",
    "setting",
    "source",
    "status",
    "waited_s",
];

/// Documents, which are read as they are.
const DOCUMENTS: [&str; 3] = ["before", "after", "document"];

/// Leave out of an answer what is not for this visitor.
pub(super) async fn to_readers(request: Request, next: Next) -> Response {
    let visitor = request.extensions().get::<Visitor>();
    let may_see_all = visitor.is_none_or(|visitor| visitor.who.may_manage());
    let response = next.run(request).await;
    let is_json = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    if may_see_all || !is_json {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let discreet = match to_bytes(body, usize::MAX).await {
        Ok(bytes) => serde_json::from_slice::<Value>(&bytes).map_err(|error| Problem::failed(&error)),
        Err(error) => Err(Problem::failed(&error)),
    };
    match discreet {
        Ok(mut value) => {
            leave_out(&mut value);
            head.headers.remove(CONTENT_LENGTH);
            Response::from_parts(head, Body::from(value.to_string()))
        }
        Err(problem) => problem.into_response(),
    }
}

/// Leave quotes out of every diagnosis, and the words of the source out of what it said about who left.
fn leave_out(value: &mut Value) {
    if is_diagnosis(value) {
        leave_out_of_diagnosis(value);
        return;
    }
    match value {
        Value::Array(items) => items.iter_mut().for_each(leave_out),
        Value::Object(_) => {
            tell_discreetly(value, "witness", true);
            let members = value.as_object_mut().into_iter().flatten();
            let rest = members.filter(|(name, _)| !DOCUMENTS.contains(&name.as_str()));
            rest.for_each(|(_, value)| leave_out(value));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn leave_out_of_diagnosis(diagnosis: &mut Value) {
    tell_discreetly(diagnosis, "message", true);
    tell_discreetly(diagnosis, "remedy", false);
    let translations = diagnosis.get_mut("translations").and_then(Value::as_array_mut);
    for translation in translations.into_iter().flatten() {
        tell_discreetly(translation, "message", true);
        tell_discreetly(translation, "remedy", false);
    }
    if let Some(facts) = diagnosis.get_mut("facts").and_then(Value::as_array_mut) {
        let name = |fact: &Value| fact.get("name").and_then(Value::as_str).map(str::to_owned);
        facts.retain(|fact| name(fact).is_some_and(|name| OWN_FACTS.contains(&name.as_str())));
    }
}

fn is_diagnosis(value: &Value) -> bool {
    let is_text = |name: &str| value.get(name).is_some_and(Value::is_string);
    is_text("code") && is_text("message") && value.get("facts").is_some_and(Value::is_array)
}

/// What is told in a member, if it is a text.
fn tell_discreetly(holder: &mut Value, name: &str, has_tail: bool) {
    if let Some(Value::String(text)) = holder.get_mut(name) {
        *text = without_quotes(text, has_tail);
    }
}

/// A sentence without what stands in quotes, and, where it may have such a tail, without what follows a colon: there the words of
/// others stand.
fn without_quotes(text: &str, has_tail: bool) -> String {
    let mut shown = String::new();
    let mut rest = text.chars().peekable();
    while let Some(char) = rest.next() {
        shown.push(char);
        let is_tail = char == '：' || (char == ':' && rest.peek().is_none_or(|next| next.is_whitespace()));
        if has_tail && is_tail {
            shown.push_str(if char == ':' { " …" } else { LEFT_OUT });
            return shown;
        }
        if let Some(end) = end_of_quote(char) {
            shown.push_str(LEFT_OUT);
            let mut is_escaped = false;
            for char in rest.by_ref() {
                if char == end && !is_escaped {
                    shown.push(end);
                    break;
                }
                is_escaped = char == '\\' && !is_escaped;
            }
        }
    }
    shown
}

const fn end_of_quote(begin: char) -> Option<char> {
    match begin {
        '"' => Some('"'),
        '“' => Some('”'),
        '「' => Some('」'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_quoted_or_stands_behind_a_colon_is_left_out() {
        for (told, discreet) in [
            (
                r#"this is not JSON; it begins with "root:x:0:0 \" \\""#,
                r#"this is not JSON; it begins with "…""#,
            ),
            ("这不是 JSON，开头是 “root”。", "这不是 JSON，开头是 “…”。"),
            ("the source refused /people: 60003: no such", "the source refused /people: …"),
            ("来源拒绝了 /people：内部数据", "来源拒绝了 /people：…"),
            ("it begins with \"cut off", "it begins with \"…"),
            ("http://proxy:3128 does not answer", "http://proxy:3128 does not answer"),
            ("it ends like this:", "it ends like this: …"),
        ] {
            assert_eq!(without_quotes(told, true), discreet);
        }
        assert_eq!(without_quotes("Enter it: \"secret\" there", false), "Enter it: \"…\" there");
    }

    #[test]
    fn every_diagnosis_is_discreet_and_documents_are_as_they_are() {
        let told = |message: &str| {
            json!({
                "code": "x", "message": message, "remedy": "copy \"a\"",
                "translations": [{"language": "zh-CN", "message": "开头是 \"a\"", "remedy": "复制 \"a\""}],
                "facts": [{"name": "errcode", "value": "7"}, {"name": "body", "value": "canary"}],
            })
        };
        let discreet = json!({
            "code": "x", "message": "it begins with \"…\"", "remedy": "copy \"…\"",
            "translations": [{"language": "zh-CN", "message": "开头是 \"…\"", "remedy": "复制 \"…\""}],
            "facts": [{"name": "errcode", "value": "7"}],
        });
        let document = json!({"displayName": "\"a\": b", "code": "x", "message": "\"a\"", "facts": []});
        let list = |diagnosis: Value, witness: &str| {
            json!({"items": [
                {"failure": {"diagnosis": diagnosis}, "before": document, "after": document, "witness": witness},
            ]})
        };
        let mut value = list(told("it begins with \"canary\""), "60121: canary");
        leave_out(&mut value);
        assert_eq!(value, list(discreet, "60121: …"));
    }
}

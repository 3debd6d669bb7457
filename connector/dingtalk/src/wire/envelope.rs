//! What surrounds every answer of the old API, and what an answer without it means. Whether a refusal passes is said in
//! `reaction`.

use super::lenient::{self, Whole};
use rollcall_kit::Response;
use serde::Deserialize;
use serde_json::value::RawValue;

/// An answer, told apart by whether it can be read and what it says.
#[derive(Debug)]
pub(crate) enum Answer<'a> {
    /// `errcode` 0.
    Accepted(Accepted<'a>),
    /// Any other `errcode`.
    Refused(Refusal),
    /// No envelope: a gateway's page, half a body, or a block.
    Unreadable(Unreadable),
}

/// The body of an accepted request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Accepted<'a> {
    /// All of it; the older calls put their answer beside `errcode`.
    pub(crate) whole: &'a str,
    /// The member `result`, as JSON.
    pub(crate) result: Option<&'a str>,
}

/// DingTalk says no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// `sub_code` when `errcode` only says that the gateway refused, else `errcode`.
    pub(crate) code: i64,
    /// `sub_code` as it was sent; empty when it was not.
    pub(crate) sub_code: String,
    /// DingTalk's words.
    pub(crate) text: String,
    /// What DingTalk's support asks for.
    pub(crate) request_id: Option<String>,
}

/// What came instead of an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// A status that says that something in between failed or is overloaded.
    Status(u16),
    /// Anything that is not an envelope.
    NoEnvelope(u16),
    /// DingTalk has blocked the caller's address for a while.
    Blocked,
}

/// The gateway's way to say that another code follows in `sub_code`.
const GATEWAY: i64 = 88;

/// What a bare status 401 means.
///
/// Source: the official table has 40014 for a token that is not honoured.
const TOKEN_REFUSED: i64 = 40_014;

#[derive(Deserialize)]
struct Envelope<'a> {
    errcode: Whole,
    #[serde(default, deserialize_with = "lenient::text")]
    errmsg: Option<String>,
    #[serde(default, deserialize_with = "lenient::name")]
    sub_code: String,
    #[serde(default, deserialize_with = "lenient::text")]
    sub_msg: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    request_id: Option<String>,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
}

/// Open a response.
pub(crate) fn open(response: &Response) -> Answer<'_> {
    let status = response.status;
    let body = std::str::from_utf8(response.body.as_bytes()).unwrap_or_default();
    match serde_json::from_str::<Envelope<'_>>(body) {
        Ok(envelope) if envelope.errcode != Whole(0) => Answer::Refused(envelope.into()),
        Ok(envelope) if (200..300).contains(&status) => {
            Answer::Accepted(Accepted { whole: body, result: envelope.result.map(RawValue::get) })
        }
        Ok(_) | Err(_) if status == 401 => Answer::Refused(Refusal {
            code: TOKEN_REFUSED,
            sub_code: String::new(),
            text: "HTTP 401".to_owned(),
            request_id: None,
        }),
        Ok(_) => Answer::Unreadable(Unreadable::Status(status)),
        Err(_) if is_block(body) => Answer::Unreadable(Unreadable::Blocked),
        Err(_) if (200..300).contains(&status) => Answer::Unreadable(Unreadable::NoEnvelope(status)),
        Err(_) => Answer::Unreadable(Unreadable::Status(status)),
    }
}

impl From<Envelope<'_>> for Refusal {
    fn from(envelope: Envelope<'_>) -> Self {
        let Envelope { errcode: Whole(errcode), errmsg, sub_code, sub_msg, request_id, .. } = envelope;
        let errmsg = errmsg.unwrap_or_default();
        let sub_code = if sub_code.is_empty() { sub_code_within(&errmsg) } else { sub_code };
        let code = if errcode == GATEWAY { sub_code.parse().unwrap_or(errcode) } else { errcode };
        Self { code, sub_code, text: sub_msg.unwrap_or(errmsg), request_id }
    }
}

/// Some answers carry the code only in their text: `ding talk error[subcode=60011,submsg=…]`.
fn sub_code_within(errmsg: &str) -> String {
    let after = errmsg.split_once("subcode=").map_or("", |(_, after)| after);
    after.chars().take_while(char::is_ascii_digit).collect()
}

/// `{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"…"}`.
fn is_block(body: &str) -> bool {
    #[derive(Deserialize)]
    struct Block {
        punish: String,
    }
    serde_json::from_str::<Block>(body).is_ok_and(|block| !block.punish.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Answer, open};
    use expect_test::{Expect, expect};
    use proptest::prelude::{any, prop, proptest};
    use rollcall_kit::{Body, Response};

    fn response(status: u16, body: &str) -> Response {
        Response { status, headers: Vec::new(), body: Body::Text(body.to_owned()) }
    }

    #[track_caller]
    fn check(status: u16, body: &str, expected: &Expect) {
        let response = response(status, body);
        let told = match open(&response) {
            Answer::Accepted(accepted) => format!("accepted {}", accepted.result.unwrap_or("-")),
            Answer::Refused(refusal) => format!("{} {:?} {:?}", refusal.code, refusal.sub_code, refusal.text),
            Answer::Unreadable(what) => format!("{what:?}"),
        };
        expected.assert_eq(&told);
    }

    #[test]
    fn a_result_is_handed_on_as_it_is() {
        check(200, r#"{"errcode":0,"result":[ 1 ],"request_id":"r"}"#, &expect!["accepted [ 1 ]"]);
        check(200, r#"{"errcode":"0","errmsg":"ok","auth_org_scopes":{}}"#, &expect!["accepted -"]);
    }

    #[test]
    fn the_gateway_s_code_is_the_one_in_sub_code() {
        check(
            200,
            r#"{"errcode":88,"sub_code":"60011","sub_msg":"没有权限","errmsg":"ding talk error[subcode=60011,submsg=没有权限]"}"#,
            &expect![[r#"60011 "60011" "没有权限""#]],
        );
        check(
            200,
            r#"{"errcode":88,"errmsg":"ding talk error[subcode=40014,submsg=不合法的access_token]"}"#,
            &expect![[r#"40014 "40014" "ding talk error[subcode=40014,submsg=不合法的access_token]""#]],
        );
    }

    #[test]
    fn a_gateway_without_a_code_stays_the_gateway() {
        check(
            200,
            r#"{"errcode":88,"sub_code":"","errmsg":"ding talk error"}"#,
            &expect![[r#"88 "" "ding talk error""#]],
        );
        check(
            200,
            r#"{"errcode":15,"sub_code":"isp.top-remote-connection-timeout","errmsg":"e"}"#,
            &expect![[r#"15 "isp.top-remote-connection-timeout" "e""#]],
        );
    }

    #[test]
    fn what_is_no_envelope_is_unreadable() {
        check(200, "<html>login</html>", &expect!["NoEnvelope(200)"]);
        check(200, r#"{"errcode":0,"result":[{"dept_id":2"#, &expect!["NoEnvelope(200)"]);
        check(200, r#"{"result":[]}"#, &expect!["NoEnvelope(200)"]);
        check(502, "<html>bad gateway</html>", &expect!["Status(502)"]);
        check(500, r#"{"errcode":0}"#, &expect!["Status(500)"]);
        check(
            200,
            r#"{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"u"}"#,
            &expect!["Blocked"],
        );
        check(401, "", &expect![[r#"40014 "" "HTTP 401""#]]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_answer_of_some_kind(status in any::<u16>(), bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let response = Response { status, headers: Vec::new(), body: Body::Bytes(bytes) };
            let _ = open(&response);
        }
    }
}

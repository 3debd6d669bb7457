//! What surrounds every answer of either API, and what an answer without it means. Whether a refusal passes is said in
//! `reaction`.

use super::Misread;
use super::body::BodyText;
use super::lenient::{ObjectMembers, Odd, Raw, Whole, whole};
use crate::api::Dialect;

/// An answer, told apart by whether it can be read and what it says.
#[derive(Debug)]
pub(crate) enum Answer<'a> {
    /// `errcode` 0; of the new API, a status that says so.
    Accepted(Accepted<'a>),
    /// Any other `errcode`; of the new API, a `code`.
    Refused(ApiRefusal),
    /// No envelope: a gateway's page, half a body, or a block.
    Unreadable(Unreadable),
}

/// The body of an accepted request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Accepted<'a> {
    /// All of it: the older calls put their answer beside `errcode`, and the new API surrounds it with nothing.
    pub(crate) whole: &'a str,
    /// The member `result`, as JSON.
    pub(crate) result: Option<&'a str>,
    /// Whether characters of the body were replaced.
    pub(crate) is_mended: bool,
}

/// DingTalk says no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiRefusal {
    /// Of the response.
    pub(crate) status: u16,
    /// `sub_code` when `errcode` only says that the gateway refused, else `errcode`; none where the new API has a word
    /// instead.
    pub(crate) code: Option<i64>,
    /// What is said in a word: `sub_code` of the old API and `code` of the new one, as sent; empty when it was not.
    pub(crate) word: String,
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

/// The gateway's ways to say that another code follows in `sub_code`.
const GATEWAY: [i64; 2] = [88, 15];

/// What a bare status 401 means.
///
/// Source: the official table has 40014 for a token that is not honoured.
const TOKEN_REFUSED: i64 = 40_014;

/// Open a response whose body is this.
pub(crate) fn open<'a>(dialect: Dialect, status: u16, body: &'a BodyText<'_>) -> Answer<'a> {
    let raw = Raw { json: body.text.trim(), is_mended: body.is_mended };
    let is_good = (200..300).contains(&status);
    if let Some((errcode, accepted)) = envelope(raw) {
        if errcode != Whole(0) {
            return Answer::Refused(ApiRefusal::read(status, errcode, accepted));
        }
        if is_good {
            return Answer::Accepted(accepted);
        }
    } else if let Some(refusal) = ApiRefusal::named(status, raw) {
        // A gateway may answer for the old API in the words of the new one.
        return Answer::Refused(refusal);
    } else if dialect == Dialect::New
        && is_good
        && !is_block(raw)
        && raw.members().is_ok_and(|members| members.is_some())
    {
        return Answer::Accepted(Accepted { whole: raw.json, result: None, is_mended: raw.is_mended });
    }
    match status {
        401 => Answer::Refused(ApiRefusal {
            status,
            code: Some(TOKEN_REFUSED),
            word: String::new(),
            text: "HTTP 401".to_owned(),
            request_id: None,
        }),
        _ if is_block(raw) => Answer::Unreadable(Unreadable::Blocked),
        _ if is_good => Answer::Unreadable(Unreadable::NoEnvelope(status)),
        _ => Answer::Unreadable(Unreadable::Status(status)),
    }
}

/// What is refused or accepted, if it is an envelope at all.
fn envelope(raw: Raw<'_>) -> Option<(Whole, Accepted<'_>)> {
    let mut members = raw.members().ok().flatten()?;
    let errcode = members.whole("errcode")?;
    let result = members.raw("result").map(|result| result.json);
    Some((errcode, Accepted { whole: raw.json, result, is_mended: raw.is_mended }))
}

impl<'a> Accepted<'a> {
    /// The member `result`; none if it is not there or is null.
    pub(crate) fn result(self) -> Option<Raw<'a>> {
        self.result.filter(|json| !matches!(*json, "null" | "\"\"")).map(|json| self.raw(json))
    }

    /// The members of `result`.
    ///
    /// # Errors
    /// When it is no object.
    pub(crate) fn object(self) -> Result<ObjectMembers<'a>, Misread> {
        let members = self.result().and_then(|result| result.members().ok().flatten());
        members.ok_or_else(|| Misread::expected("an object in result"))
    }

    /// The members beside `errcode`, where the older calls put their answer.
    ///
    /// # Errors
    /// Never, as it was opened.
    pub(crate) fn whole(self) -> Result<ObjectMembers<'a>, Misread> {
        self.raw(self.whole).members().ok().flatten().ok_or_else(|| Misread::expected("an object"))
    }

    /// A list of ids in `result`, which may be left out where there are none.
    ///
    /// # Errors
    /// When one of them cannot be read, or there is no `result`.
    pub(crate) fn id_list<T>(
        self,
        name: &str,
        read: impl Fn(Raw<'_>) -> Result<Option<T>, Odd>,
    ) -> Result<Vec<T>, Misread> {
        let result = self.result().ok_or_else(|| Misread::expected("a result"))?;
        let members = result.members().map_err(|Odd| Misread::expected("an object in result"))?;
        let Some(mut members) = members else { return Ok(Vec::new()) };
        members.list(name, read).ok_or_else(|| Misread(format!("expected a list of ids in {name}")))
    }

    fn raw(self, json: &'a str) -> Raw<'a> {
        Raw { json, is_mended: self.is_mended }
    }
}

impl ApiRefusal {
    fn read(status: u16, Whole(errcode): Whole, accepted: Accepted<'_>) -> Self {
        let text = |name: &str| accepted.whole().ok().and_then(|mut members| members.text(name));
        let errmsg = text("errmsg").unwrap_or_default();
        let says_something = |word: &String| !["", "0"].contains(&word.trim());
        let word = text("sub_code").filter(says_something).unwrap_or_else(|| sub_code_within(&errmsg));
        let is_wrapped = GATEWAY.contains(&errcode);
        let code = if is_wrapped { whole(word.trim()).map_or(errcode, |Whole(code)| code) } else { errcode };
        let words = text("sub_msg").unwrap_or(errmsg);
        Self { status, code: Some(code), word, text: words, request_id: text("request_id") }
    }

    /// A refusal of the new API: `{"code":"Forbidden.AccessDenied…","message":"…","requestid":"…"}`.
    fn named(status: u16, raw: Raw<'_>) -> Option<Self> {
        let mut members = raw.members().ok().flatten()?;
        let word = members.text("code").filter(|word| !is_success(status, word))?;
        let code = word.trim().parse().ok();
        let text = members.text("message").unwrap_or_default();
        let scopes = members.object("accessdenieddetail", |detail| {
            detail.list("requiredScopes", |raw| raw.text()).unwrap_or_default()
        });
        let text = match scopes.filter(|scopes| !scopes.is_empty()) {
            // As the old API says it.
            Some(scopes) => format!("{text}, {{requiredScopes=[{}]}}", scopes.join(",")),
            None => text,
        };
        Some(Self { status, code, word, text, request_id: members.text("requestid") })
    }
}

/// Whether `code` says that all is well, as gateways write it beside what was asked for; none of these words is a refusal's.
fn is_success(status: u16, code: &str) -> bool {
    match code.trim().to_ascii_lowercase().as_str() {
        "" | "0" => true,
        "200" | "ok" | "success" => (200..300).contains(&status),
        _ => false,
    }
}

/// Some answers carry the code only in their text: `ding talk error[subcode=60011,submsg=…]`.
fn sub_code_within(errmsg: &str) -> String {
    let after = errmsg.split_once("subcode=").map_or("", |(_, after)| after);
    after.split([',', ']']).next().unwrap_or_default().trim().to_owned()
}

/// `{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"…"}`.
fn is_block(raw: Raw<'_>) -> bool {
    let members = raw.members().ok().flatten();
    members.is_some_and(|mut members| members.text("punish").is_some())
}

#[cfg(test)]
mod tests {
    use super::{Answer, ApiRefusal, Dialect, open};
    use crate::wire::body::BodyText;
    use expect_test::{Expect, expect};
    use proptest::prelude::{any, prop, proptest};

    #[track_caller]
    fn check(status: u16, body: &str, expected: &Expect) {
        check_of(Dialect::Old, status, body, expected);
    }

    #[track_caller]
    fn check_new(status: u16, body: &str, expected: &Expect) {
        check_of(Dialect::New, status, body, expected);
    }

    #[track_caller]
    fn check_of(dialect: Dialect, status: u16, body: &str, expected: &Expect) {
        let body = BodyText::of(body.as_bytes());
        let told = match open(dialect, status, &body) {
            Answer::Accepted(accepted) => format!("accepted {}", accepted.result.unwrap_or("-")),
            Answer::Refused(ApiRefusal { code, word, text, .. }) => {
                let code = code.map_or_else(|| "-".to_owned(), |code| code.to_string());
                format!("{code} {word:?} {text:?}")
            }
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
    fn a_code_that_says_that_all_is_well_is_no_refusal() {
        for code in
            [r#""200""#, "200", r#""OK""#, r#""ok""#, r#"" Success ""#, r#""0""#, "0", r#""""#, "null"]
        {
            let body = format!(r#"{{"code":{code},"accessToken":"t"}}"#);
            check_new(200, &body, &expect!["accepted -"]);
        }
        check_new(400, r#"{"code":"200","message":"m"}"#, &expect![[r#"200 "200" "m""#]]);
        check_new(200, r#"{"code":"okay","message":"m"}"#, &expect![[r#"- "okay" "m""#]]);
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
    fn a_code_of_the_gateway_is_found_in_every_form() {
        check(200, r#"{"errcode":"88","sub_code":60011.0}"#, &expect![[r#"60011 "60011.0" """#]]);
        check(
            200,
            r#"{"errcode":88,"sub_code":" ","errmsg":"ding talk error[subcode= 60011 ,submsg=x]"}"#,
            &expect![[r#"60011 "60011" "ding talk error[subcode= 60011 ,submsg=x]""#]],
        );
        check(200, r#"{"errcode":88,"sub_code":"0"}"#, &expect![[r#"88 "" """#]]);
        check(
            200,
            r#"{"errcode":88,"errmsg":"ding talk error[subcode=isv.missing-parameter,submsg=x]"}"#,
            &expect![[
                r#"88 "isv.missing-parameter" "ding talk error[subcode=isv.missing-parameter,submsg=x]""#
            ]],
        );
    }

    #[test]
    fn the_old_api_may_refuse_in_the_words_of_the_new_one() {
        for status in [200, 400] {
            check(
                status,
                r#"{"code":"InvalidAuthentication","message":"不合法的access_token","requestid":"r"}"#,
                &expect![[r#"- "InvalidAuthentication" "不合法的access_token""#]],
            );
        }
        check(404, r#"{"code":"404","message":"no route"}"#, &expect![[r#"404 "404" "no route""#]]);
        check(403, "{}", &expect!["Status(403)"]);
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

    #[test]
    fn the_new_api_says_by_its_status_whether_it_accepts() {
        check_new(200, r#"{"accessToken":"t","expireIn":7200}"#, &expect!["accepted -"]);
        check_new(201, r#"{"code":0,"disable":true}"#, &expect!["accepted -"]);
        check_new(200, r#"{"errcode":0,"disable":true}"#, &expect!["accepted -"]);
        check_new(200, "[]", &expect!["NoEnvelope(200)"]);
        check_new(200, "<html>login</html>", &expect!["NoEnvelope(200)"]);
        check_new(200, "null", &expect!["NoEnvelope(200)"]);
        check_new(400, "{}", &expect!["Status(400)"]);
        check_new(502, "<html>bad gateway</html>", &expect!["Status(502)"]);
        check_new(
            200,
            r#"{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"u"}"#,
            &expect!["Blocked"],
        );
    }

    #[test]
    fn the_new_api_refuses_in_a_word() {
        check_new(
            400,
            r#"{"requestid":"r","code":"invalidClientIdOrSecret","message":"无效的clientId或者clientSecret"}"#,
            &expect![[r#"- "invalidClientIdOrSecret" "无效的clientId或者clientSecret""#]],
        );
        check_new(200, r#"{"code":"system.busy","message":"m"}"#, &expect![[r#"- "system.busy" "m""#]]);
        check_new(400, r#"{"code":40096,"message":"m"}"#, &expect![[r#"40096 "40096" "m""#]]);
        check_new(404, r#"{"errcode":404,"errmsg":"e"}"#, &expect![[r#"404 "" "e""#]]);
        check_new(
            403,
            r#"{"code":"Forbidden","message":"m","accessdenieddetail":{"requiredScopes":["Contact.User.Read"]}}"#,
            &expect![[r#"- "Forbidden" "m, {requiredScopes=[Contact.User.Read]}""#]],
        );
        check_new(401, "", &expect![[r#"40014 "" "HTTP 401""#]]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_answer_of_some_kind(status in any::<u16>(), bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            for dialect in [Dialect::Old, Dialect::New] {
                let _ = open(dialect, status, &BodyText::of(&bytes));
            }
        }
    }
}

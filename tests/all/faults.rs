//! What can come back instead of an answer: every fault of the fact sheet, and lies that no sheet names.
//!
//! Not here: which answer is replaced, and what must follow from it (`fault_sweep`, `reactions`).

use rollcall_kit::testing::Reply;
use rollcall_kit::{Body, FaultKind, Response};
use serde_json::{Value, json};
use std::sync::Arc;

/// What must follow when one response is replaced by a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consequence {
    /// It passes: the run asks again and ends as if nothing had been.
    None,
    /// The run may ask again, leave something unread and say so, or end with a failure; it may not pretend.
    Honest,
    /// It cannot be told from the truth: nothing may be lost all the same.
    Harmless,
    /// It says something else than the truth in a form that can be read: these attributes of what it is about have this
    /// value, as JSON, and nothing else is other than it should be.
    Says { attributes: &'static [&'static str], value: &'static str },
    /// These attributes of what it is about cannot be read. They are as before, a new object has none, and it is told; nothing
    /// else is other than it should be.
    Costs { attributes: &'static [&'static str] },
    /// What stands beside each department of a person cannot be read, and is left out of the list with a word.
    CostsBesideDepartments,
    /// Whoever it is about cannot be told by name, and is left as before with a word about where they stand.
    CostsKeys,
}

type Make = dyn Fn(&Answer) -> Option<Reply> + Send + Sync;

/// One way in which one response can be wrong.
#[derive(Clone)]
pub(crate) struct Fault {
    pub(crate) name: String,
    consequence: Consequence,
    make: Arc<Make>,
}

/// The answer that a fault takes the place of.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// Of the request: `/topapi/v2/user/list`.
    pub(crate) path: String,
    /// The body as it should have been.
    pub(crate) text: String,
}

impl Answer {
    fn body(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }
}

impl Fault {
    /// What must follow when it comes instead of an answer to `path`.
    pub(crate) fn consequence(&self, path: &str) -> Consequence {
        let renews = RENEWING.iter().any(|code| self.name.ends_with(code));
        // What another token mends is no way to refuse the token itself.
        if renews && path == TOKEN { Consequence::Honest } else { self.consequence }
    }

    /// Whether it is what DingTalk says of an object that is gone or out of sight. Where nothing but that object is asked
    /// about, it cannot be told from the truth.
    pub(crate) fn denies_the_object(&self) -> bool {
        DENYING.contains(&self.name.as_str())
    }

    /// What comes back instead; none where the fault makes no sense.
    pub(crate) fn instead_of(&self, answer: &Answer) -> Option<Reply> {
        (self.make)(answer)
    }

    fn always(name: impl Into<String>, consequence: Consequence, reply: &Reply) -> Self {
        let reply = reply.clone();
        Self { name: name.into(), consequence, make: Arc::new(move |_| Some(reply.clone())) }
    }

    /// The right answer, changed; a change that changes nothing makes no sense.
    fn changed(name: &str, consequence: Consequence, change: fn(&Answer, &mut Value)) -> Self {
        let make = move |answer: &Answer| {
            let whole = answer.body();
            let mut body = whole.clone();
            change(answer, &mut body);
            (body != whole).then(|| Reply::json(body.to_string()))
        };
        Self { name: name.to_owned(), consequence, make: Arc::new(make) }
    }
}

/// All of them.
pub(crate) fn all() -> Vec<Fault> {
    let mut all = codes();
    all.extend(words());
    all.extend(transport());
    all.extend(shapes());
    all
}

const TOKEN: &str = "/v1.0/oauth2/accessToken";

/// What a name becomes.
const NAMES: &[&str] = &["/displayName", "/name/formatted"];
/// Where the departments of a person stand.
const DEPARTMENTS: &[&str] = &["/urn:rollcall:scim:schemas:extension:2.0:User/departments"];

/// Codes that another token mends.
const RENEWING: [&str; 8] = ["40104", "40014", "42001", "40001", "41001", "33001", "60011", "43007"];

/// Codes that say of an object that there is none, or none to be seen.
const DENYING: [&str; 8] = ["33012", "40009", "50002", "50004", "60003", "60111", "60120", "60121"];

/// Codes that the gateway wraps: `(code, text)`.
const GATEWAY: [(&str, &str); 17] = [
    ("40014", "不合法的access_token"),
    ("42001", "access_token超时"),
    ("40104", "access_token失效"),
    (
        "60011",
        "应用尚未开通所需的权限：[qyapi_get_department_list]，点击链接申请并开通即可：https://open-dev.dingtalk.com/appscope/apply?content=dingxxx%23qyapi_get_department_list, {requiredScopes=[qyapi_get_department_list]}",
    ),
    ("60020", "访问ip不在白名单之中,request ip=14.153.172.241 appKey(ding-example)"),
    ("90001", "您的服务器调用钉钉开放平台所有接口的请求都被暂时禁用了"),
    (
        "90002",
        "当前所有钉钉应用调用该接口次数过多，超出了该接口承受的最大qps，请求被暂时限制了，建议错开整点时刻调用该接口, apiPath(dingtalk.oapi.v2.department.listsub), 从 2026-01-01 08:00:00 到 2026-01-01 08:00:00 请求总次数超过 1200 次, 限制将在 2026-01-01 08:00:03 结束.",
    ),
    ("90003", "限制"),
    ("90004", "限制"),
    ("90005", "限制"),
    ("90006", "限制"),
    ("90018", "当前应用调用该接口次数过多，超出了该接口承受的最大qps，请求被暂时限制了"),
    ("90020", "本月调用量已用完"),
    ("40000", "access_token is blank"),
    ("22", "不合法ApiName，ApiName = dingtalk.oapi.v2.user.notexist"),
    ("isp.top-remote-connection-timeout", "调用后端服务超时"),
    ("isp.unknown-error", "未知错误"),
];

/// Codes that come bare.
const BARE: [(i64, &str); 28] = [
    (-1, "系统繁忙"),
    (500, "系统错误"),
    (400_001, "系统错误"),
    (40_001, "获取access_token时Secret错误"),
    (41_001, "缺少access_token参数"),
    (33_001, "无效的企业ID"),
    (40_096, "不合法的appKey或appSecret"),
    (40_089, "不合法的corpid或corpsecret"),
    (40_035, "不合法的参数"),
    (400_002, "无效的参数"),
    (40_068, "不合法的偏移量"),
    (40_069, "不合法的分页大小"),
    (43_001, "需要GET请求"),
    (43_002, "需要POST请求"),
    (43_007, "需要授权"),
    (50_002, "请求的员工userid不在授权范围内"),
    (50_004, "请求的部门id不在授权范围内"),
    (60_003, "部门不存在"),
    (40_009, "不合法的部门id"),
    (33_012, "无效的USERID"),
    (60_121, "找不到该用户"),
    (60_111, "UserID不存在"),
    (60_120, "用户已停用"),
    (60_019, "从部门查询人员失败"),
    (50_003, "应用已停用"),
    (50_005, "企业已禁用"),
    (70_001, "企业不存在或者已经被解散"),
    (52_010, "无效的corpid"),
];

fn codes() -> Vec<Fault> {
    let passes =
        ["40014", "42001", "40104", "60011", "90001", "90002", "90003", "90004", "90005", "90006", "90018"];
    let passes = |code: &str| passes.contains(&code) || code.starts_with("isp.");
    let gateway = GATEWAY.map(|(code, text)| {
        let consequence = if passes(code) { Consequence::None } else { Consequence::Honest };
        let body = json!({
            "errcode": 88,
            "errmsg": format!("ding talk error[subcode={code},submsg={text}]"),
            "sub_code": code,
            "sub_msg": text,
            "request_id": "15r4hp9k1x3a7",
        });
        Fault::always(format!("88/{code}"), consequence, &Reply::json(body.to_string()))
    });
    let passes = [-1, 500, 400_001, 40_001, 41_001, 33_001, 43_007, 60_019];
    let bare = BARE.map(|(code, text)| {
        let consequence = if passes.contains(&code) { Consequence::None } else { Consequence::Honest };
        let body = json!({ "errcode": code, "errmsg": text, "request_id": "16lzmj9nqoklx" });
        Fault::always(code.to_string(), consequence, &Reply::json(body.to_string()))
    });
    let passing = [
        (
            "88/empty",
            json!({"errcode":88,"errmsg":"ding talk error[subcode=,submsg=]","sub_code":"","sub_msg":"","request_id":"a"}),
        ),
        (
            "15",
            json!({"errcode":15,"errmsg":"Remote service error","sub_code":"isp.top-remote-connection-timeout","sub_msg":"调用后端服务超时","request_id":"a"}),
        ),
        (
            "subcode-in-text",
            json!({"errcode":88,"errmsg":"ding talk error[subcode=90018,submsg=too fast]","request_id":"a"}),
        ),
    ];
    let passing =
        passing.map(|(name, body)| Fault::always(name, Consequence::None, &Reply::json(body.to_string())));
    let unknown = json!({ "errcode": 123_456_789, "errmsg": "未知", "request_id": "a" });
    let unknown = Fault::always("unknown-code", Consequence::Honest, &Reply::json(unknown.to_string()));
    gateway.into_iter().chain(bare).chain(passing).chain([unknown]).collect()
}

/// The refusals of the new API, in the place of its answers alone.
fn words() -> Vec<Fault> {
    use Consequence::{Honest, None};
    let words = [
        (400, "invalidClientIdOrSecret", Honest),
        (400, "MissingParameter", Honest),
        (401, "authFailed", Honest),
        (400, "InvalidAuthentication", Honest),
        (403, "Forbidden.AccessDenied", Honest),
        (403, "Forbidden.AccessDenied.AccessTokenPermissionDenied", Honest),
        (403, "Forbidden.AccessDenied.IpNotInWhiteList", Honest),
        (403, "Forbidden.AccessDenied.ApiCountLimitForOrg", Honest),
        (403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", None),
        (403, "Forbidden.AccessDenied.QpsLimitForApi", None),
        (403, "Forbidden.AccessDenied.QpmLimitForAppkeyAndApi", None),
        (429, "unheardOf", None),
        (500, "unknownError", None),
        (400, "unheardOf", Honest),
        (404, "unheardOf", Honest),
    ];
    let fault = |(status, word, consequence): (u16, &str, Consequence)| {
        let body = json!({ "requestid": "e64a", "code": word, "message": "…" }).to_string();
        let reply = Reply::After(1, Response { status, headers: Vec::new(), body: Body::Text(body) });
        let make = move |answer: &Answer| answer.path.starts_with("/v1.0/").then(|| reply.clone());
        Fault { name: format!("{status}/{word}"), consequence, make: Arc::new(make) }
    };
    words.map(fault).into()
}

fn transport() -> Vec<Fault> {
    let html = "<html><head><title>Bad Gateway</title></head><body>nginx</body></html>";
    let status = |status: u16| {
        let headers = vec![("content-type".to_owned(), "text/html".to_owned())];
        Reply::After(1, Response { status, headers, body: Body::Text(html.to_owned()) })
    };
    let busy = |status: u16| {
        let body = Body::Text(r#"{"code":"system.busy","message":"系统繁忙","requestid":"a"}"#.to_owned());
        Reply::After(1, Response { status, headers: Vec::new(), body })
    };
    let statuses = [500, 502, 503, 504, 429].map(|code| (format!("http-{code}"), status(code)));
    let busies = [500, 429].map(|code| (format!("busy-{code}"), busy(code)));
    let named = [
        ("html-200", status(200)),
        ("punish", Reply::json(r#"{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"6f1c"}"#)),
        ("empty-body", Reply::json("")),
        (
            "not-utf-8",
            Reply::After(
                1,
                Response { status: 200, headers: Vec::new(), body: Body::Bytes(vec![0xff, 0xfe, 0x7b]) },
            ),
        ),
        ("reset", Reply::Fail(FaultKind::Interrupted)),
        ("not-sent", Reply::Fail(FaultKind::NotSent)),
        ("hang", Reply::Hang),
    ];
    let named = named.map(|(name, reply)| (name.to_owned(), reply));
    let all = statuses.into_iter().chain(busies).chain(named);
    let mut all: Vec<Fault> =
        all.map(|(name, reply)| Fault::always(name, Consequence::None, &reply)).collect();
    all.push(truncated());
    all.push(Fault::always("too-large", Consequence::Honest, &Reply::Fail(FaultKind::TooLarge)));
    all.push(Fault::always("denied", Consequence::Honest, &Reply::Fail(FaultKind::Denied)));
    all
}

fn truncated() -> Fault {
    let make = |answer: &Answer| {
        let half = answer.text.floor_char_boundary(answer.text.len() / 2);
        Some(Reply::json(&answer.text[..half]))
    };
    Fault { name: "truncated-json".to_owned(), consequence: Consequence::None, make: Arc::new(make) }
}

/// Answers that are JSON, say `errcode` 0, and are not what they should be.
fn shapes() -> Vec<Fault> {
    use Consequence::{Costs, CostsBesideDepartments, CostsKeys, Harmless, Honest, Says};
    let seven = Says { attributes: NAMES, value: r#""7""# };
    let names = Costs { attributes: NAMES };
    let departments = Costs { attributes: DEPARTMENTS };
    vec![
        Fault::always("json-null", Honest, &Reply::json("null")),
        Fault::always("json-list", Honest, &Reply::json("[]")),
        Fault::always("no-errcode", Honest, &Reply::json("{}")),
        Fault::always("result-missing", Harmless, &Reply::json(r#"{"errcode":0,"errmsg":"ok"}"#)),
        Fault::always("result-null", Harmless, &Reply::json(r#"{"errcode":0,"errmsg":"ok","result":null}"#)),
        Fault::always("result-text", Honest, &Reply::json(r#"{"errcode":0,"errmsg":"ok","result":"x"}"#)),
        Fault::always("result-number", Honest, &Reply::json(r#"{"errcode":0,"errmsg":"ok","result":7}"#)),
        Fault::changed("errcode-text", Honest, |_, body| body["errcode"] = json!("broken")),
        Fault::changed("ids-as-floats", Honest, |_, body| replace_ids(body, &json!(1.5))),
        Fault::changed("ids-as-objects", Honest, |_, body| replace_ids(body, &json!({}))),
        Fault::changed("nothing-beside-departments", CostsBesideDepartments, |_, body| {
            let lists = BESIDE.map(|name| format!("/result/{name}"));
            for list in lists {
                body.pointer_mut(&list).into_iter().for_each(|list| take(list, "dept_id"));
            }
        }),
        Fault::changed("names-as-numbers", seven, |_, body| replace(body, "name", &json!(7))),
        Fault::changed("names-as-lists", names, |_, body| replace(body, "name", &json!(["Li"]))),
        Fault::changed("names-missing", names, |_, body| take(body, "name")),
        Fault::changed("userids-missing", CostsKeys, |_, body| take(body, "userid")),
        Fault::changed("departments-of-people-missing", departments, |_, body| take(body, "dept_id_list")),
        // Nobody is one of the things that it says.
        Fault::changed("list-missing", Harmless, |_, body| take(body, "list")),
        Fault::changed("has-more-missing", Honest, |_, body| take(body, "has_more")),
        Fault::changed("has-more-for-ever", Honest, |answer, body| {
            if answer.path.ends_with("user/list") {
                body["result"]["has_more"] = json!(true);
                body["result"]["next_cursor"] = json!(0);
            }
        }),
        Fault::changed("has-more-without-cursor", Honest, |answer, body| {
            if answer.path.ends_with("user/list") {
                body["result"]["has_more"] = json!(true);
                take(body, "next_cursor");
            }
        }),
        Fault::changed("token-missing", Honest, |_, body| {
            take(body, "access_token");
            take(body, "accessToken");
        }),
        Fault::changed("scopes-missing", Honest, |_, body| take(body, "auth_org_scopes")),
        Fault::changed("no-sub-departments", Harmless, |answer, body| {
            if answer.path.ends_with("listsub") {
                body["result"] = json!([]);
            }
        }),
        Fault::changed("no-people", Harmless, |answer, body| {
            if answer.path.ends_with("user/list") {
                body["result"] = json!({ "has_more": false, "list": [] });
            }
        }),
        Fault::changed("an-end-too-early", Harmless, |_, body| replace(body, "has_more", &json!(false))),
        Fault::changed("one-person-less", Harmless, |_, body| {
            body.pointer_mut("/result/list").and_then(Value::as_array_mut).and_then(Vec::pop);
        }),
        Fault::changed("one-department-less", Harmless, |answer, body| {
            if answer.path.ends_with("listsub") {
                body["result"].as_array_mut().and_then(Vec::pop);
            }
        }),
        Fault::changed("a-negative-department", Harmless, |answer, body| {
            if let (true, Some(list)) = (answer.path.ends_with("listsub"), body["result"].as_array_mut()) {
                list.push(json!({ "dept_id": -7, "name": "家校通讯录", "parent_id": 1 }));
            }
        }),
    ]
}

/// What stands beside each department of a person.
const BESIDE: [&str; 3] = ["dept_order_list", "leader_in_dept", "dept_position_list"];

/// Give every id of a department another value, but where it says only beside which one something stands.
fn replace_ids(body: &mut Value, with: &Value) {
    let whole = body.clone();
    replace(body, "dept_id", with);
    for name in BESIDE {
        if let Some(list) = whole["result"].get(name) {
            body["result"][name] = list.clone();
        }
    }
}

/// Give every member of this name, at any depth, another value.
fn replace(value: &mut Value, name: &str, with: &Value) {
    visit(value, &mut |members| {
        if let Some(member) = members.get_mut(name) {
            *member = with.clone();
        }
    });
}

/// Take every member of this name away, at any depth.
fn take(value: &mut Value, name: &str) {
    visit(value, &mut |members| drop(members.remove(name)));
}

fn visit(value: &mut Value, with: &mut impl FnMut(&mut serde_json::Map<String, Value>)) {
    match value {
        Value::Object(members) => {
            with(members);
            members.values_mut().for_each(|member| visit(member, with));
        }
        Value::Array(elements) => elements.iter_mut().for_each(|element| visit(element, with)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

//! What DingTalk answers, structure by structure, and where in an answer each is.

use serde_json::{Map, Value};

/// How it comes to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// In a full reading without details.
    Reading,
    /// In a full reading with details.
    Details,
    /// In a full reading that asks about accounts.
    Accounts,
    /// In a full reading whose token comes by the old interface.
    OldToken,
    /// For an event about this object.
    Event,
}

/// An object of an answer.
pub(super) struct Structure {
    pub(super) name: &'static str,
    pub(super) way: Way,
    /// The call, and what it is asked about.
    pub(super) question: (&'static str, &'static str),
    /// Leads to the object, from the whole body.
    pub(super) find: fn(&mut Value) -> Option<&mut Value>,
    pub(super) members: &'static [&'static str],
    /// Of these, an odd one leaves more unknown than itself: what is read, removed or held then is said by the table.
    pub(super) carrying: &'static [&'static str],
}

impl Structure {
    /// The object in this body.
    pub(super) fn object<'a>(&self, body: &'a mut Value) -> Option<&'a mut Map<String, Value>> {
        (self.find)(body)?.as_object_mut()
    }
}

const PERSON: &[&str] = &[
    "userid",
    "unionid",
    "name",
    "avatar",
    "state_code",
    "mobile",
    "hide_mobile",
    "telephone",
    "job_number",
    "title",
    "email",
    "org_email",
    "work_place",
    "remark",
    "extension",
    "dept_id_list",
    "hired_date",
    "active",
    "admin",
    "boss",
    "exclusive_account",
    "exclusive_account_type",
    "exclusive_account_corp_id",
    "exclusive_account_corp_name",
    "login_id",
    "nickname",
];

const LISTED_PERSON: &[&str] = &["dept_order", "leader"];

const DETAILED_PERSON: &[&str] = &[
    "dept_order_list",
    "leader_in_dept",
    "dept_position_list",
    "manager_userid",
    "role_list",
    "real_authed",
    "senior",
    "union_emp_ext",
    "extension_i18n",
    "org_email_type",
    "create_time",
];

const DEPARTMENT: &[&str] = &[
    "dept_id",
    "parent_id",
    "name",
    "create_dept_group",
    "auto_add_user",
    "source_identifier",
    "tags",
    "ext",
    "from_union_org",
];

const DETAILED_DEPARTMENT: &[&str] = &[
    "order",
    "dept_manager_userid_list",
    "auto_approve_apply",
    "group_contain_sub_dept",
    "hide_dept",
    "outer_dept",
    "emp_apply_join_dept",
    "dept_group_chat_id",
    "org_dept_owner",
    "dept_permits",
    "outer_permit_depts",
    "user_permits",
    "outer_permit_users",
    "brief",
    "extention",
    "telephone",
    "code",
    "hide_scene_config",
    "outer_scene_config",
    "union_dept_ext",
];

const SCENES: &[&str] = &["active", "chatbox_subtitle", "node_list", "profile", "search"];

const ENVELOPE: &[&str] = &["errcode", "errmsg", "request_id", "result"];

fn whole(body: &mut Value) -> Option<&mut Value> {
    Some(body)
}

fn result(body: &mut Value) -> Option<&mut Value> {
    body.get_mut("result")
}

fn scopes(body: &mut Value) -> Option<&mut Value> {
    body.get_mut("auth_org_scopes")
}

fn listed_person(body: &mut Value) -> Option<&mut Value> {
    let list = body.pointer_mut("/result/list")?.as_array_mut()?;
    list.iter_mut().find(|person| person["userid"] == "a")
}

fn listed_department(body: &mut Value) -> Option<&mut Value> {
    body.get_mut("result")?.as_array_mut()?.iter_mut().find(|department| department["dept_id"] == 2)
}

macro_rules! inside {
    ($pointer:literal) => {
        |body| body.pointer_mut($pointer)
    };
}

const LIST: (&str, &str) = ("user/list", "2");
const PERSON_GET: (&str, &str) = ("user/get", "a");
const DEPARTMENT_GET: (&str, &str) = ("department/get", "2");
const CHILDREN: (&str, &str) = ("department/listsub", "1");

macro_rules! structure {
    ($name:literal, $way:ident, $question:expr, $find:expr, $members:expr) => {
        structure!($name, $way, $question, $find, $members, &[])
    };
    ($name:literal, $way:ident, $question:expr, $find:expr, $members:expr, $carrying:expr) => {
        Structure {
            name: $name,
            way: Way::$way,
            question: $question,
            find: $find,
            members: $members,
            carrying: $carrying,
        }
    };
}

/// All of them.
pub(super) static STRUCTURES: [Structure; 36] = [
    structure!("a person of `user/list`", Reading, LIST, listed_person, PERSON),
    structure!("a person of `user/list`, in it", Reading, LIST, listed_person, LISTED_PERSON),
    structure!("a person of `user/get`", Details, PERSON_GET, result, PERSON),
    structure!("details of a person", Details, PERSON_GET, result, DETAILED_PERSON),
    structure!("a person of an event", Event, PERSON_GET, result, PERSON),
    structure!("details of a person of an event", Event, PERSON_GET, result, DETAILED_PERSON),
    structure!(
        "`dept_order_list`",
        Details,
        PERSON_GET,
        inside!("/result/dept_order_list/0"),
        &["dept_id", "order"]
    ),
    structure!(
        "`leader_in_dept`",
        Details,
        PERSON_GET,
        inside!("/result/leader_in_dept/0"),
        &["dept_id", "leader"]
    ),
    structure!(
        "`dept_position_list`",
        Details,
        PERSON_GET,
        inside!("/result/dept_position_list/0"),
        &["dept_id", "title", "work_place", "is_main"]
    ),
    structure!(
        "`role_list`",
        Details,
        PERSON_GET,
        inside!("/result/role_list/0"),
        &["id", "name", "group_name"]
    ),
    structure!(
        "`union_emp_ext`",
        Details,
        PERSON_GET,
        inside!("/result/union_emp_ext"),
        &["userid", "corp_id", "union_emp_map_list"]
    ),
    structure!(
        "`union_emp_map_list`",
        Details,
        PERSON_GET,
        inside!("/result/union_emp_ext/union_emp_map_list/0"),
        &["userid", "corp_id"]
    ),
    structure!("a department of `listsub`", Reading, CHILDREN, listed_department, DEPARTMENT, &["dept_id"]),
    structure!("a department of `department/get`", Details, DEPARTMENT_GET, result, DEPARTMENT),
    structure!("details of a department", Details, DEPARTMENT_GET, result, DETAILED_DEPARTMENT),
    structure!("a department of an event", Event, DEPARTMENT_GET, result, DEPARTMENT),
    structure!("details of a department of an event", Event, DEPARTMENT_GET, result, DETAILED_DEPARTMENT),
    structure!("`hide_scene_config`", Details, DEPARTMENT_GET, inside!("/result/hide_scene_config"), SCENES),
    structure!(
        "`outer_scene_config`",
        Details,
        DEPARTMENT_GET,
        inside!("/result/outer_scene_config"),
        SCENES
    ),
    structure!(
        "`union_dept_ext`",
        Details,
        DEPARTMENT_GET,
        inside!("/result/union_dept_ext"),
        &["corp_id", "dept_id"]
    ),
    structure!(
        "the root, `department/get`",
        Reading,
        ("department/get", "1"),
        result,
        DEPARTMENT,
        &["dept_id"]
    ),
    structure!(
        "a page of `user/list`",
        Reading,
        LIST,
        result,
        &["has_more", "next_cursor", "list"],
        &["has_more", "list"]
    ),
    structure!("the answer of `user/list`", Reading, LIST, whole, ENVELOPE, &["errcode", "result"]),
    structure!("the answer of `listsub`", Reading, CHILDREN, whole, ENVELOPE, &["errcode", "result"]),
    structure!("the answer of `user/get`", Details, PERSON_GET, whole, ENVELOPE, &["errcode"]),
    structure!("the answer of `user/get` for an event", Event, PERSON_GET, whole, ENVELOPE, &["errcode"]),
    structure!("the answer of `department/get`", Details, DEPARTMENT_GET, whole, ENVELOPE, &["errcode"]),
    structure!(
        "the answer of `department/get` for an event",
        Event,
        DEPARTMENT_GET,
        whole,
        ENVELOPE,
        &["errcode"]
    ),
    structure!(
        "the answer of `auth/scopes`",
        Reading,
        ("auth/scopes", ""),
        whole,
        &["errcode", "errmsg", "auth_org_scopes"],
        &["errcode", "auth_org_scopes"]
    ),
    structure!(
        "`auth_org_scopes`",
        Reading,
        ("auth/scopes", ""),
        scopes,
        &["authed_dept", "authed_user"],
        &["authed_dept", "authed_user"]
    ),
    structure!(
        "the answer of `orgAccounts/status`",
        Accounts,
        ("orgAccounts/status", "a"),
        whole,
        &["disable"]
    ),
    structure!(
        "the answer of `accessToken`",
        Reading,
        ("oauth2/accessToken", ""),
        whole,
        &["accessToken", "expireIn"],
        &["accessToken", "expireIn"]
    ),
    structure!(
        "the answer of `gettoken`",
        OldToken,
        ("/gettoken", ""),
        whole,
        &["errcode", "errmsg", "access_token", "expires_in"],
        &["errcode", "access_token", "expires_in"]
    ),
    structure!(
        "`listsubid`, where `listsub` says nothing",
        Reading,
        ("department/listsubid", "1"),
        result,
        &["dept_id_list"],
        &["dept_id_list"]
    ),
    structure!(
        "`listparentbydept` of a department of an event",
        Event,
        ("department/listparentbydept", "2"),
        result,
        &["parent_id_list"],
        &["parent_id_list"]
    ),
    structure!(
        "the answer of `listparentbydept`",
        Event,
        ("department/listparentbydept", "2"),
        whole,
        ENVELOPE,
        &["errcode", "result"]
    ),
];

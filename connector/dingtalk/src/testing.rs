//! A tiny DingTalk for native tests: departments and people in memory, answered in the old API's own words, with a place
//! to put other answers first. Limits, permissions and paging quirks of the real one are the simulator's.

use crate::DingTalk;
use crate::wire::DepartmentId;
use crate::wire::departments::{self, Details, WireDepartment};
use crate::wire::envelope::Accepted;
use crate::wire::users::{self, User};
use http::Uri;
use rollcall_kit::connector::{check, refresh, sync};
use rollcall_kit::ports::{Body, Request, Response};
use rollcall_kit::testing::{Reply, TestHost};
use rollcall_kit::{Entry, Failure, Finding, Key, Severity, Summary};
use rollcall_rules::vocabulary::schema;
use serde_json::{Map, Value, json};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::rc::Rc;

pub(crate) const SECRET: &str = "canary-secret";
pub(crate) const TOKEN: &str = "canary-token";

/// The path of a [`Question`] that asks for it.
pub(crate) const TOKEN_PATH: &str = "oauth2/accessToken";

/// One request as DingTalk sees it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Question {
    pub(crate) path: String,
    pub(crate) body: String,
    pub(crate) token: String,
}

impl Question {
    pub(crate) fn of(request: &Request) -> Self {
        let url: Uri = request.url.parse().unwrap();
        let query: BTreeMap<_, _> =
            form_urlencoded::parse(url.query().unwrap_or_default().as_bytes()).into_owned().collect();
        let body = match query.get("userId") {
            Some(id) => json!({"userId": id}).to_string(),
            None => std::str::from_utf8(request.body.as_bytes()).unwrap().to_owned(),
        };
        let mut pairs = form_urlencoded::parse(url.query().unwrap_or_default().as_bytes());
        let token = pairs.find(|(name, _)| name == "access_token").map(|(_, token)| token.into_owned());
        let header = request.headers.iter().find(|(name, _)| name == "x-acs-dingtalk-access-token");
        let token = token.or_else(|| header.map(|(_, token)| token.clone()));
        Self {
            path: url
                .path()
                .rsplit('/')
                .take(2)
                .collect::<Vec<_>>()
                .into_iter()
                .rev()
                .collect::<Vec<_>>()
                .join("/"),
            body,
            token: token.unwrap_or_default(),
        }
    }

    /// The member of its body that says what it is about.
    pub(crate) fn id(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        let id = [&body["dept_id"], &body["userid"], &body["userId"]].into_iter().find(|id| !id.is_null());
        id.map(|id| id.as_str().map_or(id.to_string(), str::to_owned)).unwrap_or_default()
    }

    pub(crate) fn is(&self, path: &str, id: &str) -> bool {
        self.path == path && self.id() == id
    }
}

type Fault = Box<dyn FnMut(&Question, usize) -> Option<Reply>>;

/// A company and what its application may see.
#[derive(Default)]
pub(crate) struct World {
    departments: BTreeMap<i64, Map<String, Value>>,
    users: BTreeMap<String, Map<String, Value>>,
    memberships: BTreeMap<String, BTreeMap<i64, i64>>,
    disabled: BTreeSet<String>,
    pub(crate) authed_dept: Vec<i64>,
    pub(crate) authed_user: Vec<String>,
    fault: Option<Fault>,
    asked: Rc<RefCell<Vec<Question>>>,
}

impl World {
    /// A company of one root that is all visible.
    pub(crate) fn new() -> Self {
        Self { authed_dept: vec![1], ..Self::default() }.department(1, 0, "Feihua")
    }

    pub(crate) fn department(self, id: i64, parent: i64, name: &str) -> Self {
        self.department_with(id, parent, name, &json!({}))
    }

    pub(crate) fn department_with(mut self, id: i64, parent: i64, name: &str, more: &Value) -> Self {
        let mut fields =
            json!({"dept_id": id, "parent_id": parent, "name": name}).as_object().unwrap().clone();
        fields.extend(more.as_object().unwrap().clone());
        self.departments.insert(id, fields);
        self
    }

    /// A person in these departments; the order in each is its id times ten.
    pub(crate) fn user(self, id: &str, departments: &[i64]) -> Self {
        self.user_with(id, departments, &json!({}))
    }

    pub(crate) fn user_with(mut self, id: &str, departments: &[i64], more: &Value) -> Self {
        let mut fields =
            json!({"userid": id, "name": id.to_uppercase(), "dept_id_list": departments, "active": true})
                .as_object()
                .unwrap()
                .clone();
        fields.extend(more.as_object().unwrap().clone());
        self.users.insert(id.to_owned(), fields);
        self.memberships.insert(id.to_owned(), departments.iter().map(|id| (*id, *id * 10)).collect());
        self
    }

    /// Somebody whose account is the company's, and whether it is disabled.
    pub(crate) fn account(mut self, id: &str, departments: &[i64], is_disabled: bool) -> Self {
        if is_disabled {
            self.disabled.insert(id.to_owned());
        }
        self.user_with(id, departments, &json!({"exclusive_account": true}))
    }

    pub(crate) fn without_user(mut self, id: &str) -> Self {
        self.users.remove(id);
        self.memberships.remove(id);
        self
    }

    pub(crate) fn without_department(mut self, id: i64) -> Self {
        self.departments.remove(&id);
        self
    }

    pub(crate) fn seeing(mut self, departments: &[i64], users: &[&str]) -> Self {
        self.authed_dept = departments.to_vec();
        self.authed_user = users.iter().map(|id| (*id).to_owned()).collect();
        self
    }

    /// Answers that come before the world's own; it is told how often the same was asked before.
    pub(crate) fn fault(mut self, fault: impl FnMut(&Question, usize) -> Option<Reply> + 'static) -> Self {
        self.fault = Some(Box::new(fault));
        self
    }

    /// Every question, in order.
    pub(crate) fn asked(&self) -> Rc<RefCell<Vec<Question>>> {
        Rc::clone(&self.asked)
    }

    pub(crate) fn into_host(self) -> Rc<TestHost> {
        TestHost::new(self.into_answers())
    }

    pub(crate) fn into_answers(mut self) -> impl FnMut(u64, &Request) -> Reply + 'static {
        let mut n_asked = BTreeMap::<Question, usize>::new();
        move |_, request| {
            // What a check asks about an organisation.
            if request.url.ends_with("/token") {
                return Reply::json(r#"{"access_token":"t","expires_in":7200}"#);
            }
            let question = Question::of(request);
            let n_asked = n_asked.entry(question.clone()).or_insert(0);
            let n_before = std::mem::replace(n_asked, *n_asked + 1);
            self.asked.borrow_mut().push(question.clone());
            let fault = self.fault.as_mut().and_then(|fault| fault(&question, n_before));
            fault.unwrap_or_else(|| Reply::json(self.answer(&question).to_string()))
        }
    }

    fn answer(&self, question: &Question) -> Value {
        let id = question.id();
        let department = id.parse().unwrap_or(0);
        match question.path.as_str() {
            TOKEN_PATH => json!({"accessToken": TOKEN, "expireIn": 7200}),
            "/gettoken" => json!({"errcode": 0, "access_token": TOKEN, "expires_in": 7200}),
            "auth/scopes" => json!({"errcode": 0, "errmsg": "ok", "auth_org_scopes":
                {"authed_dept": self.authed_dept, "authed_user": self.authed_user}}),
            _ if question.token != TOKEN => refusal(40014, "不合法的access_token"),
            "orgAccounts/status" => json!({"disable": self.disabled.contains(&id)}),
            "user/get" => match self.users.get(&id) {
                Some(user) => accepted(&self.single(&id, user)),
                None => refusal(60121, "找不到该用户"),
            },
            _ if !self.departments.contains_key(&department) => refusal(60003, "部门不存在"),
            "department/get" => accepted(&json!(self.departments[&department])),
            "department/listsub" => accepted(&self.children(department)),
            "department/listsubid" => accepted(&json!({"dept_id_list": self.child_ids(department)})),
            "user/listid" => accepted(&json!({"userid_list": self.member_ids(department)})),
            "department/listparentbydept" => accepted(&json!({"parent_id_list": self.chain(department)})),
            "user/list" => accepted(&self.page(department, question)),
            other => panic!("no such path: {other}"),
        }
    }

    fn single(&self, id: &str, user: &Map<String, Value>) -> Value {
        let mut user = user.clone();
        let memberships = &self.memberships[id];
        user.insert(
            "dept_order_list".to_owned(),
            memberships.iter().map(|(id, order)| json!({"dept_id": id, "order": order})).collect(),
        );
        user.insert(
            "leader_in_dept".to_owned(),
            memberships.keys().map(|id| json!({"dept_id": id, "leader": false})).collect(),
        );
        Value::Object(user)
    }

    fn children(&self, parent: i64) -> Value {
        self.departments
            .values()
            .filter(|fields| fields["parent_id"] == parent)
            .cloned()
            .map(Value::Object)
            .collect()
    }

    fn child_ids(&self, parent: i64) -> Vec<i64> {
        let below = self.departments.iter().filter(|(_, fields)| fields["parent_id"] == parent);
        below.map(|(id, _)| *id).collect()
    }

    fn member_ids(&self, department: i64) -> Vec<&String> {
        self.memberships.iter().filter(|(_, of)| of.contains_key(&department)).map(|(id, _)| id).collect()
    }

    fn chain(&self, id: i64) -> Vec<i64> {
        let parent = |id: &i64| self.departments.get(id)?["parent_id"].as_i64().filter(|parent| *parent != 0);
        // Departments may name each other as parents.
        std::iter::successors(Some(id), parent).take(self.departments.len().max(1)).collect()
    }

    fn page(&self, department: i64, question: &Question) -> Value {
        let body: Value = serde_json::from_str(&question.body).unwrap();
        let (cursor, size) = (body["cursor"].as_u64().unwrap(), body["size"].as_u64().unwrap());
        let mut members = Vec::new();
        for (id, user) in &self.users {
            if let Some(order) = self.memberships[id].get(&department) {
                let mut user = user.clone();
                user.insert("dept_order".to_owned(), json!(order));
                user.insert("leader".to_owned(), json!(false));
                members.push(Value::Object(user));
            }
        }
        let (from, to) = (usize::try_from(cursor).unwrap(), usize::try_from(cursor + size).unwrap());
        let list = &members[from.min(members.len())..to.min(members.len())];
        match to < members.len() {
            true => json!({"has_more": true, "next_cursor": to, "list": list}),
            false => json!({"has_more": false, "list": list}),
        }
    }
}

pub(crate) fn accepted(result: &Value) -> Value {
    json!({"errcode": 0, "errmsg": "ok", "result": result, "request_id": "r1"})
}

pub(crate) fn refusal(code: i64, text: &str) -> Value {
    json!({"errcode": code, "errmsg": text, "request_id": "r2"})
}

/// A reply that refuses.
pub(crate) fn refused(code: i64, text: &str) -> Reply {
    Reply::json(refusal(code, text).to_string())
}

/// A reply of the new API that refuses.
pub(crate) fn denied(status: u16, code: &str, text: &str) -> Reply {
    page(status, &json!({"requestid": "r3", "code": code, "message": text}).to_string())
}

/// A reply with a status and a body that are not DingTalk's.
pub(crate) fn page(status: u16, body: &str) -> Reply {
    Reply::After(1, Response { status, headers: Vec::new(), body: Body::Text(body.to_owned()) })
}

pub(crate) fn settings() -> Value {
    json!({"corp_id": "ding1", "app_key": "key", "app_secret": SECRET})
}

pub(crate) fn settings_with_details() -> Value {
    let mut settings = settings();
    settings["details"] = json!(true);
    settings["person_details"] = json!(true);
    settings
}

/// A person as DingTalk describes one.
pub(crate) fn user_of(fields: &Value) -> User {
    let result = json!({"has_more": false, "list": [fields]}).to_string();
    let accepted = Accepted { whole: &result, result: Some(&result), is_mended: false };
    // The department that lists them is among theirs, or there is none that could be another.
    let listed_by = fields["dept_id_list"][0].as_i64().unwrap_or(1);
    users::page(accepted, DepartmentId(listed_by), 0).unwrap().users.items.remove(0)
}

/// A department as DingTalk describes one, and what only `department/get` says of it.
pub(crate) fn department_of(fields: &Value) -> (WireDepartment, Details) {
    let result = fields.to_string();
    let accepted = Accepted { whole: &result, result: Some(&result), is_mended: false };
    departments::department(accepted, DepartmentId(fields["dept_id"].as_i64().unwrap())).unwrap()
}

/// A full run.
pub(crate) fn run(host: &Rc<TestHost>) -> Result<Summary, Failure> {
    sync::<DingTalk>(host.clone(), &host.seal::<DingTalk>(&settings()))
}

/// A full run that asks for details.
pub(crate) fn run_with_details(host: &Rc<TestHost>) -> Result<Summary, Failure> {
    sync::<DingTalk>(host.clone(), &host.seal::<DingTalk>(&settings_with_details()))
}

/// Just these objects.
pub(crate) fn run_for(host: &Rc<TestHost>, keys: &[(&str, &str)]) -> Result<Summary, Failure> {
    let keys: Vec<Key> = keys.iter().map(|(resource_type, id)| Key::new(resource_type, *id)).collect();
    refresh::<DingTalk>(host.clone(), &host.seal::<DingTalk>(&settings()), &keys)
}

/// The checklist.
pub(crate) fn run_check(host: &Rc<TestHost>) -> Vec<Finding> {
    check::<DingTalk>(host.clone(), &host.seal::<DingTalk>(&settings()))
}

/// What the platform holds, a line an object: `Department 2 R&D < 1`, `User u U in 2:20 3:30`.
pub(crate) fn directory(host: &TestHost) -> String {
    let mut lines = String::new();
    for (key, stored) in host.objects().iter() {
        let document = &stored.document;
        let name = document["displayName"].as_str().unwrap_or("-");
        let _ = write!(lines, "{} {} {name}", key.resource_type, key.external_id);
        if let Some(parent) = document["parent"]["value"].as_str() {
            let _ = write!(lines, " < {parent}");
        }
        if let Some(departments) = document[schema::ORGANISATION_USER]["departments"].as_array() {
            lines.push_str(" in");
            for department in departments {
                let text = |name: &str| department[name].as_str().unwrap_or("?");
                let _ = write!(lines, " {}:{}", text("value"), text("order"));
            }
        }
        lines.push('\n');
    }
    lines
}

/// The log, a line an entry: `warning department-skipped Department -7`.
pub(crate) fn log(host: &TestHost) -> String {
    let mut lines = String::new();
    for Entry { severity, subject, diagnosis, .. } in host.take_entries() {
        let severity = match severity {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        let _ = write!(lines, "{severity} {}", diagnosis.code);
        if let Some(Key { resource_type, external_id }) = subject {
            let _ = write!(lines, " {resource_type} {external_id}");
        }
        lines.push('\n');
    }
    lines
}

/// How a run ended, in a word or two.
pub(crate) fn ending(run: &Result<Summary, Failure>) -> String {
    match run {
        Ok(summary) if summary.complete => "complete".to_owned(),
        Ok(_) => "partial".to_owned(),
        Err(Failure::Settings(why)) => format!("settings: {}", why.code),
        Err(Failure::Permission(why)) => format!("permission: {}", why.code),
        Err(Failure::Unavailable(why, _)) => format!("unavailable: {}", why.code),
        Err(Failure::Protocol(why)) => format!("protocol: {}", why.code),
        Err(Failure::Host(why)) => format!("host: {}", why.code),
        Err(Failure::Other(why)) => format!("other: {}", why.code),
    }
}

//! From DingTalk's words to SCIM's: each field has one place. Which people and departments there are is `crawl`'s part.

pub(crate) mod date;
pub(crate) mod department;
pub(crate) mod extension;
pub(crate) mod phone;
pub(crate) mod user;

use crate::wire::lenient::{Flag, Whole};
use rollcall_kit::{Optional, Schema};
use rollcall_rules::vocabulary::{resource_type, schema};
use serde_json::{Map, Value};

/// The resource types, parents first.
pub(crate) const SCHEMAS: &[Schema] = &[DEPARTMENT, USER];

/// What a department is.
pub(crate) const DEPARTMENT: Schema = Schema {
    resource_type: resource_type::DEPARTMENT,
    identity: None,
    optional: &[
        Optional::member("source_identifier", &[DINGTALK_DEPARTMENT, "sourceIdentifier"]),
        Optional::member("tags", &[DINGTALK_DEPARTMENT, "tags"]),
        Optional::member("ext", &[DINGTALK_DEPARTMENT, "ext"]),
        Optional::member("dept_group_chat_id", &[DINGTALK_DEPARTMENT, "deptGroupChatId"]),
        Optional::member("org_dept_owner", &[DINGTALK_DEPARTMENT, "orgDeptOwner"]),
        Optional::member("brief", &[DINGTALK_DEPARTMENT, "brief"]),
        Optional::member("extention", &[DINGTALK_DEPARTMENT, "extention"]),
        Optional::member("telephone", &[DINGTALK_DEPARTMENT, "telephone"]),
        Optional::member("code", &[DINGTALK_DEPARTMENT, "code"]),
    ],
};

/// What a person is.
pub(crate) const USER: Schema = Schema {
    resource_type: resource_type::USER,
    // A userid that was given to a newcomer has another unionid.
    identity: Some("urn:rollcall:dingtalk:2.0:User:unionid"),
    optional: &[
        Optional::member("title", &["title"]),
        Optional::element("mobile", "phoneNumbers", "mobile"),
        Optional::element("telephone", "phoneNumbers", "work"),
        Optional::element("org_email", "emails", "work"),
        Optional::element("email", "emails", "other"),
        Optional::element("avatar", "photos", "photo"),
        Optional::member("job_number", &[schema::ENTERPRISE_USER, "employeeNumber"]),
        Optional::member("manager_userid", &[schema::ENTERPRISE_USER, "manager"]),
        Optional::member("hired_date", &[DINGTALK_USER, "hiredDate"]),
        Optional::member("work_place", &[DINGTALK_USER, "workPlace"]),
        Optional::member("remark", &[DINGTALK_USER, "remark"]),
        Optional::member("extension", &[DINGTALK_USER, "extension"]),
        Optional::member("login_id", &[DINGTALK_USER, "loginId"]),
        Optional::member("nickname", &[DINGTALK_USER, "nickname"]),
        Optional::member("exclusive_account_type", &[DINGTALK_USER, "exclusiveAccountType"]),
        Optional::member("exclusive_account_corp_id", &[DINGTALK_USER, "exclusiveAccountCorpId"]),
        Optional::member("exclusive_account_corp_name", &[DINGTALK_USER, "exclusiveAccountCorpName"]),
        Optional::member("org_email_type", &[DINGTALK_USER, "orgEmailType"]),
        Optional::member("extension_i18n", &[DINGTALK_USER, "extensionI18n"]),
    ],
};

const DINGTALK_USER: &str = "urn:rollcall:dingtalk:2.0:User";
const DINGTALK_DEPARTMENT: &str = "urn:rollcall:dingtalk:2.0:Department";

/// An object under construction: a member without a value is left out, because absent means unknown.
#[derive(Debug, Default)]
struct Object(Map<String, Value>);

impl Object {
    fn with(mut self, name: &str, value: Option<impl Into<Value>>) -> Self {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value.into());
        }
        self
    }

    fn text(self, name: &str, text: Option<&String>) -> Self {
        self.with(name, text.map(String::as_str))
    }

    fn flag(self, name: &str, flag: Option<Flag>) -> Self {
        self.with(name, flag.map(|Flag(flag)| flag))
    }

    /// A number that readers in JavaScript would round, as text.
    fn digits(self, name: &str, number: Option<Whole>) -> Self {
        self.with(name, number.map(|Whole(number)| number.to_string()))
    }

    /// A member that is only there when something is in it.
    fn filled(self, name: &str, object: Self) -> Self {
        self.with(name, (!object.0.is_empty()).then_some(object))
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(object.0)
    }
}

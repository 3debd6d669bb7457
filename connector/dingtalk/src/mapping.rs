//! From DingTalk's words to SCIM's: each field has one place. Which people and departments there are is `crawl`'s part.

pub(crate) mod department;
mod doubts;
pub(crate) mod extension;
pub(crate) mod phone;
pub(crate) mod user;

use crate::wire::lenient::{Flag, Whole};
use rollcall_kit::{Optional, Reference, Schema};
use rollcall_rules::vocabulary::{resource_type, schema};
use serde_json::{Map, Value};

/// How an account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Account {
    /// In use, as far as anybody asks.
    Enabled,
    Disabled,
    /// It could not be told.
    Unknown,
}

/// The resource types, parents first.
pub(crate) const SCHEMAS: &[Schema] = &[DEPARTMENT, USER];

/// The field permission 企业员工手机号信息: `mobile` and `state_code`.
const MOBILE: &str = "fieldMobile";

/// The field permission 邮箱等个人信息: `email`, `org_email`, `work_place`, `remark` and `extension`.
const PERSONAL: &str = "fieldEmail";

/// What a department is. No field permission is about departments: whoever sees one sees all of it.
pub(crate) const DEPARTMENT: Schema = Schema {
    resource_type: resource_type::DEPARTMENT,
    identity: None,
    optional: &[
        Optional::member("source_identifier", &[DINGTALK_DEPARTMENT, "sourceIdentifier"]).open(),
        Optional::member("tags", &[DINGTALK_DEPARTMENT, "tags"]).open(),
        Optional::member("ext", &[DINGTALK_DEPARTMENT, "ext"]).open(),
        Optional::member("dept_group_chat_id", &[DINGTALK_DEPARTMENT, "deptGroupChatId"]).open(),
        Optional::member("org_dept_owner", &[DINGTALK_DEPARTMENT, "orgDeptOwner"]).open(),
        Optional::member("brief", &[DINGTALK_DEPARTMENT, "brief"]).open(),
        Optional::member("extention", &[DINGTALK_DEPARTMENT, "extention"]).open(),
        Optional::member("telephone", &[DINGTALK_DEPARTMENT, "telephone"]).open(),
        Optional::member("code", &[DINGTALK_DEPARTMENT, "code"]).open(),
    ],
    // A parent is settled before a department is given. Managers are not declared: a department would wait for people, who are
    // put after their departments. So one who has left is named for as long as DingTalk names them.
    references: &[],
};

/// What a person is.
///
/// An internal application is shown most fields without any field permission, so one of them that is missing from a
/// person's own reading is empty. Of `org_email_type` and `extension_i18n` DingTalk does not say what they take.
pub(crate) const USER: Schema = Schema {
    resource_type: resource_type::USER,
    // A userid that was given to a newcomer has another unionid.
    identity: Some("urn:rollcall:dingtalk:2.0:User:unionid"),
    optional: &[
        Optional::member("title", &["title"]).open(),
        Optional::element("mobile", "phoneNumbers", "mobile").behind(MOBILE),
        Optional::element("telephone", "phoneNumbers", "work").open(),
        Optional::element("org_email", "emails", "work").behind(PERSONAL),
        Optional::element("email", "emails", "other").behind(PERSONAL),
        Optional::element("avatar", "photos", "photo").open(),
        Optional::member("job_number", &[schema::ENTERPRISE_USER, "employeeNumber"]).open(),
        Optional::member("manager_userid", &[schema::ENTERPRISE_USER, "manager"]).open(),
        Optional::member("hired_date", &[DINGTALK_USER, "hiredDate"]).open(),
        Optional::member("work_place", &[DINGTALK_USER, "workPlace"]).behind(PERSONAL),
        Optional::member("remark", &[DINGTALK_USER, "remark"]).behind(PERSONAL),
        Optional::member("extension", &[DINGTALK_USER, "extension"]).behind(PERSONAL),
        Optional::member("login_id", &[DINGTALK_USER, "loginId"]).open(),
        Optional::member("nickname", &[DINGTALK_USER, "nickname"]).open(),
        Optional::member("exclusive_account_type", &[DINGTALK_USER, "exclusiveAccountType"]).open(),
        Optional::member("exclusive_account_corp_id", &[DINGTALK_USER, "exclusiveAccountCorpId"]).open(),
        Optional::member("exclusive_account_corp_name", &[DINGTALK_USER, "exclusiveAccountCorpName"]).open(),
        Optional::member("org_email_type", &[DINGTALK_USER, "orgEmailType"]),
        Optional::member("extension_i18n", &[DINGTALK_USER, "extensionI18n"]),
    ],
    references: &[Reference::naming(
        "manager_userid",
        &[schema::ENTERPRISE_USER, "manager"],
        resource_type::USER,
    )],
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

#[cfg(test)]
mod tests;

//! What the platform must hold after a full import, computed from the simulator's state alone: it shares no line with the
//! connector, and reads the mapping from its description, so that a slip has to be made twice to pass.
//!
//! Not here: how an application comes to see what it sees; that is the simulator's business and the connector's.

use rollcall_dingtalk_simulator::{
    App, Company, Department, DepartmentId, Membership, Role, SceneConfig, User, UserId,
};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const USER: &str = "urn:rollcall:scim:schemas:extension:2.0:User";
const DEPARTMENT: &str = "urn:rollcall:scim:schemas:2.0:Department";
const DINGTALK_USER: &str = "urn:rollcall:dingtalk:2.0:User";
const DINGTALK_DEPARTMENT: &str = "urn:rollcall:dingtalk:2.0:Department";

/// By resource type and external id.
pub(crate) type Documents = BTreeMap<(String, String), Value>;

/// One application's view of a company.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) company: &'a Company,
    pub(crate) app: &'a App,
    /// The connector's setting of that name.
    pub(crate) details: bool,
}

impl<'a> View<'a> {
    /// The view of the company's only application.
    pub(crate) fn of(company: &'a Company) -> Self {
        Self { company, app: company.apps().first().expect("the company has an application"), details: false }
    }

    /// What the platform holds after an import into nothing.
    pub(crate) fn documents(self) -> Documents {
        let departments = self.departments().map(|id| {
            let department = self.company.department(id).expect("visible departments exist");
            (("Department".to_owned(), id.to_string()), self.department(department))
        });
        let people =
            self.people().map(|user| (("User".to_owned(), user.userid.to_string()), self.user(user)));
        departments.chain(people).collect()
    }

    /// What `rollcall directory export` prints after an import into nothing.
    pub(crate) fn export(self) -> String {
        export(&self.documents())
    }

    /// How many people and departments it sees.
    pub(crate) fn len(self) -> u64 {
        u64::try_from(self.departments().count() + self.people().count()).expect("it is a small number")
    }

    /// The departments that the application sees.
    pub(crate) fn departments(self) -> impl Iterator<Item = DepartmentId> {
        let authorised: BTreeSet<DepartmentId> = self.app.scope.authed_dept.iter().copied().collect();
        let parents: BTreeMap<DepartmentId, Option<DepartmentId>> =
            self.company.departments().map(|department| (department.dept_id, department.parent_id)).collect();
        let visible = move |id: &DepartmentId| {
            let up = |id: &DepartmentId| parents.get(id).copied().flatten();
            std::iter::successors(Some(*id), up).any(|above| authorised.contains(&above))
        };
        self.company.departments().map(|department| department.dept_id).filter(move |id| visible(id))
    }

    /// The people that the application sees.
    pub(crate) fn people(self) -> impl Iterator<Item = &'a User> {
        let visible: BTreeSet<DepartmentId> = self.departments().collect();
        self.company.users().filter(move |user| {
            user.memberships.iter().any(|membership| visible.contains(&membership.dept_id))
                || self.app.scope.authed_user.contains(&user.userid)
        })
    }

    /// One department's document.
    pub(crate) fn department(self, department: &Department) -> Value {
        let id = department.dept_id;
        let mut document = json!({
            "schemas": [DEPARTMENT, DINGTALK_DEPARTMENT],
            "externalId": id.to_string(),
            "displayName": department.name,
        });
        let parent = department.parent_id.filter(|parent| self.departments().any(|id| id == *parent));
        put(&mut document, "parent", parent.map(|parent| json!({ "value": parent.to_string() })));
        if self.details {
            let managers = &department.dept_manager_userid_list;
            let order = department.order.unwrap_or(id.number());
            put(&mut document, "order", Some(json!(order.to_string())));
            put(&mut document, "managers", Some(references(managers.iter().map(ToString::to_string))));
        }
        document[DINGTALK_DEPARTMENT] = self.department_extension(department);
        document
    }

    fn department_extension(self, department: &Department) -> Value {
        // Only a listing by the parent shows `ext`; a top is not listed by anything that the application sees.
        let is_listed = department.parent_id.is_some_and(|parent| self.departments().any(|id| id == parent));
        let mut own = json!({
            "createDeptGroup": department.create_dept_group,
            "autoAddUser": department.auto_add_user,
        });
        put(&mut own, "sourceIdentifier", text(department.source_identifier.as_deref()));
        put(&mut own, "tags", text(department.tags.as_deref()));
        put(&mut own, "ext", text(department.ext.as_deref()).filter(|_| is_listed));
        put(&mut own, "fromUnionOrg", department.from_union_org.map(Value::Bool));
        if self.details {
            with_department_details(&mut own, department);
        }
        own
    }

    /// One person's document.
    pub(crate) fn user(self, user: &User) -> Value {
        // No document may hold U+0000.
        let mut document = json!({
            "schemas": [CORE, ENTERPRISE, USER, DINGTALK_USER],
            "externalId": user.userid.to_string(),
            "userName": user.userid.to_string(),
            "displayName": kept(&user.name),
            "name": { "formatted": kept(&user.name) },
            "active": true,
        });
        put(&mut document, "title", text(user.title.as_deref()));
        put(&mut document, "emails", self.emails(user));
        put(&mut document, "phoneNumbers", self.phone_numbers(user));
        put(
            &mut document,
            "photos",
            text(user.avatar.as_deref()).map(|avatar| json!([typed("photo", &avatar)])),
        );
        put(&mut document, ENTERPRISE, self.enterprise(user));
        document[USER] = json!({ "departments": self.memberships(user) });
        document[DINGTALK_USER] = self.user_extension(user);
        document
    }

    fn emails(self, user: &User) -> Option<Value> {
        let personal = self.app.field_permissions.personal;
        let of_work = text(user.org_email.as_deref()).map(|value| typed("work", &value));
        let other = text(user.email.as_deref()).map(|value| typed("other", &value));
        let all: Vec<Value> = of_work.into_iter().chain(other).filter(|_| personal).collect();
        (!all.is_empty()).then(|| json!(all))
    }

    fn phone_numbers(self, user: &User) -> Option<Value> {
        let visible = self.app.field_permissions.mobile;
        let mobile = user.mobile.as_deref().filter(|mobile| visible && !mobile.is_empty());
        let mobile = mobile.map(|mobile| e164(user.state_code.as_deref().unwrap_or_default(), mobile));
        let mobile = mobile.map(|value| typed("mobile", &json!(value)));
        let of_work = text(user.telephone.as_deref()).map(|value| typed("work", &value));
        let all: Vec<Value> = mobile.into_iter().chain(of_work).collect();
        (!all.is_empty()).then(|| json!(all))
    }

    fn memberships(self, user: &User) -> Value {
        let visible: BTreeSet<DepartmentId> = self.departments().collect();
        let mut of_user: Vec<&Membership> =
            user.memberships.iter().filter(|membership| visible.contains(&membership.dept_id)).collect();
        of_user.sort_by_key(|membership| membership.dept_id.number());
        let one = |membership: &&Membership| {
            let mut one = json!({
                "value": membership.dept_id.to_string(),
                "order": membership.order.to_string(),
                "leader": membership.leader,
            });
            if self.details {
                put(&mut one, "title", text(membership.title.as_deref()));
                put(&mut one, "workPlace", text(membership.work_place.as_deref()));
                put(&mut one, "primary", membership.is_main.filter(|is_main| *is_main).map(Value::Bool));
            }
            one
        };
        json!(of_user.iter().map(one).collect::<Vec<_>>())
    }

    fn enterprise(self, user: &User) -> Option<Value> {
        let mut enterprise = json!({});
        put(&mut enterprise, "employeeNumber", text(user.job_number.as_deref()));
        if self.details {
            let manager = user.manager_userid.as_ref().map(|manager| json!({ "value": manager.to_string() }));
            put(&mut enterprise, "manager", manager);
        }
        Some(enterprise).filter(|enterprise| enterprise != &json!({}))
    }

    fn user_extension(self, user: &User) -> Value {
        let mut own = json!({
            "unionid": user.unionid.to_string(),
            "activated": user.active,
            "admin": user.admin,
            "boss": user.boss,
            "hideMobile": user.hide_mobile,
            "exclusiveAccount": user.exclusive_account.is_some(),
        });
        put(&mut own, "hiredDate", user.hired_date.map(|unix_ms| json!(beijing_day(unix_ms))));
        if self.app.field_permissions.personal {
            put(&mut own, "workPlace", text(user.work_place.as_deref()));
            put(&mut own, "remark", text(user.remark.as_deref()));
            put(&mut own, "extension", text(user.extension.as_deref()).map(|text| fields_or_text(&text)));
        }
        if let Some(account) = &user.exclusive_account {
            put(&mut own, "exclusiveAccountType", text(Some(&account.exclusive_account_type)));
            put(&mut own, "loginId", text(account.login_id.as_deref()));
            put(&mut own, "nickname", text(account.nickname.as_deref()));
            let corp_id = account.exclusive_account_corp_id.as_ref().map(ToString::to_string);
            put(&mut own, "exclusiveAccountCorpId", text(corp_id.as_deref()));
            put(&mut own, "exclusiveAccountCorpName", text(account.exclusive_account_corp_name.as_deref()));
        }
        if self.details {
            put(&mut own, "realAuthed", Some(json!(user.real_authed)));
            put(&mut own, "senior", Some(json!(user.senior)));
            put(&mut own, "roles", Some(roles(user)));
            put(&mut own, "orgEmailType", text(user.org_email_type.as_deref()));
            put(&mut own, "createTime", text(user.create_time.as_deref()));
            let i18n = Some(user.extension_i18n.as_deref()).filter(|_| self.app.field_permissions.personal);
            put(&mut own, "extensionI18n", i18n.and_then(text));
        }
        own
    }
}

/// What `rollcall directory export` prints of these: departments with parents first, then people, each in order of id.
pub(crate) fn export(documents: &Documents) -> String {
    let of_type = |wanted: &'static str| documents.iter().filter(move |((kind, _), _)| kind == wanted);
    let depth = |document: &Value| {
        let up = |document: &&Value| {
            let parent = document["parent"]["value"].as_str()?.to_owned();
            documents.get(&("Department".to_owned(), parent))
        };
        std::iter::successors(Some(document), up).count()
    };
    let mut departments: Vec<_> = of_type("Department").collect();
    departments.sort_by_key(|((_, id), document)| (depth(document), id.clone()));
    let lines = departments.into_iter().chain(of_type("User")).map(|(_, document)| format!("{document}\n"));
    lines.collect()
}

/// The first document that differs, and where, says more than two long texts.
#[track_caller]
pub(crate) fn assert_same(found: &Documents, expected: &Documents) {
    let keys: BTreeSet<_> = found.keys().chain(expected.keys()).collect();
    for key in keys {
        let (found, expected) = (found.get::<(String, String)>(key), expected.get::<(String, String)>(key));
        let lines = |document: Option<&Value>| document.map(|document| format!("{document:#}"));
        if let (Some(found), Some(expected)) = (lines(found), lines(expected)) {
            let differing = found.lines().zip(expected.lines()).find(|(found, expected)| found != expected);
            assert_eq!(found, expected, "{key:?}: {differing:?}");
        }
        assert_eq!(found, expected, "{key:?}");
    }
    assert_eq!(export(found), export(expected));
}

fn put(document: &mut Value, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        document[name] = value;
    }
}

/// Nothing for what is absent or empty, which mean the same.
fn text(text: Option<&str>) -> Option<Value> {
    text.filter(|text| !text.is_empty()).map(|text| json!(kept(text)))
}

/// A text as platforms keep it: U+0000 is what no store takes.
fn kept(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

fn typed(kind: &str, value: &Value) -> Value {
    json!({ "type": kind, "value": value })
}

fn references(ids: impl Iterator<Item = String>) -> Value {
    ids.map(|id| json!({ "value": id })).collect()
}

/// The company's own fields by name, each value as text; what is no JSON object stays as it is.
fn fields_or_text(text: &Value) -> Value {
    let parsed: Option<Map<String, Value>> = serde_json::from_str(text.as_str().unwrap_or_default()).ok();
    let field = |(name, value): (String, Value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        json!({ "name": name, "value": value })
    };
    parsed.map_or_else(|| text.clone(), |fields| fields.into_iter().map(field).collect())
}

fn roles(user: &User) -> Value {
    let mut roles: Vec<_> = user.roles.iter().collect();
    roles.sort_by_key(|role| role.id);
    let one = |role: &Role| json!({ "id": role.id.to_string(), "name": role.name, "group": role.group_name });
    roles.into_iter().map(one).collect()
}

fn with_department_details(own: &mut Value, department: &Department) {
    let numbers = |ids: &[DepartmentId]| {
        let ids: BTreeSet<i64> = ids.iter().map(|id| id.number()).collect();
        Some(ids.into_iter().map(|id| json!(id.to_string())).collect::<Value>())
    };
    let names = |ids: &[UserId]| {
        let ids: BTreeSet<String> = ids.iter().map(ToString::to_string).collect();
        Some(json!(ids))
    };
    put(own, "autoApproveApply", Some(json!(department.auto_approve_apply)));
    put(own, "groupContainSubDept", Some(json!(department.group_contain_sub_dept)));
    put(own, "hideDept", Some(json!(department.hide_dept)));
    put(own, "outerDept", Some(json!(department.outer_dept)));
    put(own, "empApplyJoinDept", Some(json!(department.emp_apply_join_dept)));
    put(own, "deptGroupChatId", text(department.dept_group_chat_id.as_deref()));
    put(own, "orgDeptOwner", department.org_dept_owner.as_ref().map(|owner| json!(owner.to_string())));
    put(own, "deptPermits", numbers(&department.dept_permits));
    put(own, "outerPermitDepts", numbers(&department.outer_permit_depts));
    put(own, "userPermits", names(&department.user_permits));
    put(own, "outerPermitUsers", names(&department.outer_permit_users));
    put(own, "brief", text(Some(&department.brief)));
    put(own, "extention", text(department.extention.as_deref()));
    put(own, "telephone", text(department.telephone.as_deref()));
    put(own, "code", text(department.code.as_deref()));
    put(own, "hideSceneConfig", department.hide_scene_config.map(scenes));
    put(own, "outerSceneConfig", department.outer_scene_config.map(scenes));
    let union = department.union_dept_ext.as_ref();
    let union = union
        .map(|there| json!({ "corpId": there.corp_id.to_string(), "deptId": there.dept_id.to_string() }));
    put(own, "unionDeptExt", union);
}

fn scenes(scenes: SceneConfig) -> Value {
    json!({
        "active": scenes.active,
        "chatboxSubtitle": scenes.chatbox_subtitle,
        "nodeList": scenes.node_list,
        "profile": scenes.profile,
        "search": scenes.search,
    })
}

/// Country code and number without what people write between digits; a number of mainland China may lack its code.
fn e164(state_code: &str, mobile: &str) -> String {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    match (digits(state_code), digits(mobile)) {
        (none, number) if none.is_empty() && number.len() == 11 => format!("+86{number}"),
        (none, _) if none.is_empty() => mobile.to_owned(),
        (country, number) => format!("+{country}{number}"),
    }
}

/// Milliseconds since 1970 UTC to a day in Beijing by counting years and months: slow, plain, and nobody else's code.
fn beijing_day(unix_ms: i64) -> String {
    let days = (unix_ms + 28_800_000).div_euclid(86_400_000);
    let is_leap = |year: i64| (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let days_of = |year: i64, month: i64| match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let (mut year, mut month, mut day) = (1970, 1, days);
    while day < 0 {
        (year, month) = if month == 1 { (year - 1, 12) } else { (year, month - 1) };
        day += days_of(year, month);
    }
    while days_of(year, month) <= day {
        day -= days_of(year, month);
        (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    }
    format!("{year:04}-{month:02}-{:02}", day + 1)
}

#[test]
fn the_calendar_of_the_expectation_knows_leap_years() {
    let moments = [-28_800_001, 0, 951_782_400_000, 1_597_507_200_000, 1_709_222_399_999, 1_798_732_800_000];
    let expected = ["1969-12-31", "1970-01-01", "2000-02-29", "2020-08-16", "2024-02-29", "2027-01-01"];
    assert_eq!(moments.map(beijing_day), expected);
}

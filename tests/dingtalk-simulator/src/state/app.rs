//! An application of a company: its key and secret, and what the console lets it see; its tokens are elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::subscription::AppEvents;
use crate::events::EventKind;
use crate::ids::{AppKey, DepartmentId, UserId};

/// The permission points that the simulator's calls ask for.
pub mod permission {
    /// `auth/scopes`; every application has it from the start.
    pub const BASE: &str = "qyapi_base";
    /// Everything about departments.
    pub const DEPARTMENT_LIST: &str = "qyapi_get_department_list";
    /// The members of a department.
    pub const DEPARTMENT_MEMBER: &str = "qyapi_get_department_member";
    /// One person, and the ids of the people of a department.
    pub const MEMBER: &str = "qyapi_get_member";
    /// A person by mobile number.
    pub const MEMBER_BY_MOBILE: &str = "qyapi_get_member_by_mobile";

    /// New API: the name of the company.
    pub const ORGANIZATION: &str = "Contact.Org.Read";

    /// New API: the accounts that the company owns, to read and to write.
    pub const ORG_ACCOUNTS: &str = "Contact.OrgAccountSecurity.ReadWrite";

    /// All of the above.
    pub const ALL: [&str; 7] =
        [BASE, DEPARTMENT_LIST, DEPARTMENT_MEMBER, MEMBER, MEMBER_BY_MOBILE, ORGANIZATION, ORG_ACCOUNTS];
}

/// Calls a second that the standard edition allows an application on one interface.
///
/// Source: DingTalk, "call frequency limits" (20; 60 with the paid extension).
const STANDARD_QPS: u32 = 20;

/// An internal application ("企业内部应用").
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct App {
    /// Client ID.
    pub app_key: AppKey,
    /// Client Secret.
    pub app_secret: AppSecret,
    /// False once somebody disabled the application in the console: 50003.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Permission points granted, see [`permission`].
    #[serde(default = "all_permissions")]
    pub permissions: BTreeSet<String>,
    /// Fields of people that the application may read.
    #[serde(default)]
    pub field_permissions: FieldPermissions,
    /// Which part of the company it sees.
    #[serde(default)]
    pub scope: Scope,
    /// Caller addresses allowed, `*` standing for the rest (`1.2.3.*`); what an empty list means is a switch.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ip_whitelist: Vec<String>,
    /// Calls a second on one interface; 0 = unlimited.
    #[serde(default = "standard_qps")]
    pub qps: u32,
    /// Exceptions to `qps`, by path.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub qps_by_path: BTreeMap<String, u32>,
    /// How it gets its events.
    #[serde(default, skip_serializing_if = "is_off")]
    pub events: AppEvents,
}

impl App {
    /// An application that may read the whole company from anywhere.
    #[must_use]
    pub fn new(app_key: impl Into<AppKey>, app_secret: impl Into<AppSecret>) -> Self {
        Self {
            app_key: app_key.into(),
            app_secret: app_secret.into(),
            enabled: true,
            permissions: all_permissions(),
            field_permissions: FieldPermissions::default(),
            scope: Scope::default(),
            ip_whitelist: Vec::new(),
            qps: STANDARD_QPS,
            qps_by_path: BTreeMap::new(),
            events: AppEvents::Off,
        }
    }

    /// The same, getting its events this way.
    #[must_use]
    pub fn with_events(mut self, events: AppEvents) -> Self {
        self.events = events;
        self
    }

    /// Whether events of this kind are sent to it at all. What lies outside its scope is sent as well.
    #[must_use]
    pub fn events_wanted(&self, kind: EventKind) -> bool {
        self.enabled
            && match &self.events {
                AppEvents::Off => false,
                AppEvents::Http(http) => !http.is_registered() || http.call_back_tags.contains(kind.as_str()),
                AppEvents::Stream => true,
            }
    }

    /// Calls a second allowed on `path`; 0 = unlimited.
    #[must_use]
    pub fn qps_of(&self, path: &str) -> u32 {
        self.qps_by_path.get(path).copied().unwrap_or(self.qps)
    }

    /// Whether `address` is named by the list, which an empty list never does.
    #[must_use]
    pub fn names_address(&self, address: IpAddr) -> bool {
        let address = address.to_string();
        self.ip_whitelist.iter().any(|pattern| matches_address(pattern, &address))
    }
}

/// Field permissions of the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldPermissions {
    /// 企业员工手机号信息: `mobile`, `state_code`.
    pub mobile: bool,
    /// 邮箱等个人信息: `email`, `org_email`, `work_place`, `remark`, `extension`.
    pub personal: bool,
}

impl Default for FieldPermissions {
    fn default() -> Self {
        Self { mobile: true, personal: true }
    }
}

/// The part of the company an application sees ("授权范围").
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// Departments, each with all that is below it. They may be nested in one another.
    #[serde(default)]
    pub authed_dept: Vec<DepartmentId>,
    /// Single people.
    #[serde(default)]
    pub authed_user: Vec<UserId>,
}

impl Scope {
    /// These departments and nobody else.
    #[must_use]
    pub fn departments(ids: impl IntoIterator<Item = i64>) -> Self {
        Self { authed_dept: ids.into_iter().map(DepartmentId::new).collect(), authed_user: Vec::new() }
    }

    /// Nothing at all: what a mis-configured application has.
    #[must_use]
    pub const fn empty() -> Self {
        Self { authed_dept: Vec::new(), authed_user: Vec::new() }
    }
}

impl Default for Scope {
    /// The whole company.
    fn default() -> Self {
        Self { authed_dept: vec![DepartmentId::ROOT], authed_user: Vec::new() }
    }
}

/// A Client Secret. Its `Debug` form hides it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AppSecret(String);

impl AppSecret {
    /// The secret itself, to be typed into a connector's settings.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<&str> for AppSecret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for AppSecret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for AppSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AppSecret(…)")
    }
}

fn matches_address(pattern: &str, address: &str) -> bool {
    match pattern.split_once('*') {
        Some((before, after)) => {
            address.len() >= before.len().saturating_add(after.len())
                && address.starts_with(before)
                && address.ends_with(after)
        }
        None => pattern == address,
    }
}

const fn is_off(events: &AppEvents) -> bool {
    matches!(events, AppEvents::Off)
}

const fn yes() -> bool {
    true
}

const fn standard_qps() -> u32 {
    STANDARD_QPS
}

fn all_permissions() -> BTreeSet<String> {
    permission::ALL.into_iter().map(str::to_owned).collect()
}

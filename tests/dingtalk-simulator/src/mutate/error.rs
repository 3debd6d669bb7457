//! Why a change is refused, with the number DingTalk's writing API gives where it has one.

use crate::ids::{AppKey, CorpId, DepartmentId, UserId};

/// Which rule of the directory forbids a mutation.
#[derive(Debug, thiserror::Error)]
pub enum MutationError {
    /// 60003.
    #[error("department {0} does not exist (60003)")]
    UnknownDepartment(DepartmentId),
    /// The number is taken.
    #[error("department {0} exists already")]
    DepartmentInUse(DepartmentId),
    /// 60021.
    #[error("department {parent_id} already has a child named {name:?} (60021)")]
    DuplicateSiblingName {
        /// The parent of both.
        parent_id: DepartmentId,
        /// The name.
        name: String,
    },
    /// A name outside 1 to 64 characters, or with a character that DingTalk forbids.
    #[error("department name {0:?} must be 1 to 64 characters without `-`, `,` and `，`")]
    BadDepartmentName(String),
    /// 60007, 60018.
    #[error(
        "the root department cannot be renamed, moved or removed; rename the company instead (60018, 60007)"
    )]
    RootDepartment,
    /// The tree would no longer be one.
    #[error("department {dept_id} cannot move under {parent_id}, which lies inside it")]
    Cycle {
        /// What was to be moved.
        dept_id: DepartmentId,
        /// Where to.
        parent_id: DepartmentId,
    },
    /// 60121.
    #[error("user {it:?} does not exist (60121)", it = .0.as_str())]
    UnknownUser(UserId),
    /// The userid is taken.
    #[error("user {it:?} exists already", it = .0.as_str())]
    UserInUse(UserId),
    /// A userid outside 1 to 64 characters: 33012.
    #[error("userid {it:?} must be 1 to 64 characters (33012)", it = .0.as_str())]
    BadUserId(UserId),
    /// Everybody is somewhere.
    #[error("user {it:?} must be in at least one department", it = .0.as_str())]
    NoDepartment(UserId),
    /// Once is enough.
    #[error("user {userid:?} is put into department {dept_id} twice", userid = .userid.as_str())]
    DuplicateMembership {
        /// The person.
        userid: UserId,
        /// The department named twice.
        dept_id: DepartmentId,
    },
    /// Mobile numbers are unique in a company.
    #[error("mobile of user {it:?} belongs to user {other:?} already", it = .0.as_str(), other = .1.as_str())]
    MobileInUse(UserId, UserId),
    /// Union ids are unique.
    #[error("unionid of user {it:?} belongs to user {other:?} already", it = .0.as_str(), other = .1.as_str())]
    UnionIdInUse(UserId, UserId),
    /// An id or a parent is not changed by a patch.
    #[error("patch of {subject:?} must leave `{field}` as it is; there is a mutation of its own for it")]
    FixedField {
        /// What was to be patched.
        subject: String,
        /// The attribute.
        field: &'static str,
    },
    /// The patch makes no valid record.
    #[error("patch of {subject:?} does not fit: {source}")]
    BadPatch {
        /// What was to be patched.
        subject: String,
        /// What JSON says about it.
        source: serde_json::Error,
    },
    /// No such company.
    #[error("company {it:?} does not exist in this simulator", it = .0.as_str())]
    UnknownCompany(CorpId),
    /// No such application.
    #[error("application {it:?} does not exist in this company", it = .0.as_str())]
    UnknownApp(AppKey),
    /// The Client ID is taken.
    #[error("application {it:?} exists already", it = .0.as_str())]
    AppKeyInUse(AppKey),
    /// Settings of events that the console would not save, or that do not fit what is asked.
    #[error("events of application {it:?}: {why}", it = .app_key.as_str())]
    BadEvents {
        /// The application.
        app_key: AppKey,
        /// What is wrong.
        why: &'static str,
    },
}

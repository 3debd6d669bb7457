//! A company: its applications, its tree of departments, its people; reading only, every change goes through `mutate`.

pub(crate) mod app;
mod company;
mod department;
mod file;
mod subscription;
mod user;

pub use app::{App, AppSecret, FieldPermissions, Scope, permission};
pub(crate) use company::MemberOrder;
pub use company::{Company, CompanyStatus};
pub use department::{Department, SceneConfig, UnionDepartment};
pub use file::CompanyBuilder;
pub use subscription::{AppEvents, HttpEvents};
pub use user::{ExclusiveAccount, Membership, Role, User};

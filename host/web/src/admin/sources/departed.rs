//! What becomes of people who left, by the word for it in settings.

use rollcall_host::DepartedUsers;

/// The name in the database and in a form.
pub(crate) const fn departed_name(departed: DepartedUsers) -> &'static str {
    match departed {
        DepartedUsers::Deactivate => "deactivate",
        DepartedUsers::Delete => "delete",
    }
}

/// What this name stands for.
pub(crate) fn departed_named(name: &str) -> Option<DepartedUsers> {
    [DepartedUsers::Deactivate, DepartedUsers::Delete].into_iter().find(|rule| departed_name(*rule) == name)
}

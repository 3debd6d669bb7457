//! Accounts: the first one, and what is kept of each password.
//!
//! Not here: which passwords are taken (`passwords`).

use rollcall_admin::NewAccount;

use super::audit::Entry;
use super::secret::Digest;
use crate::database::DatabaseError;
use crate::services::Services as Console;

/// The most characters of a name.
///
/// 64. Why: any name or e-mail address of a person, and a page shows it whole.
pub(crate) const MAX_NAME_CHARS: usize = 64;

/// A name as it is kept: without spaces around it. None if it cannot be one.
pub(crate) fn name(entered: &str) -> Option<String> {
    let name = entered.trim();
    let is_good =
        !name.is_empty() && name.chars().count() <= MAX_NAME_CHARS && !name.chars().any(char::is_control);
    is_good.then(|| name.to_owned())
}

/// Whether there is an account.
pub(crate) async fn is_any(console: &Console) -> Result<bool, DatabaseError> {
    console.database().is_any_account().await
}

/// What is kept of the password of this name.
pub(crate) async fn password(console: &Console, name: &str) -> Result<Option<String>, DatabaseError> {
    console.database().password_of(name).await
}

/// Create the first account. False if there is one already.
pub(crate) async fn create_first(
    console: &Console,
    name: &str,
    password: String,
    entry: Entry,
) -> Result<bool, DatabaseError> {
    let account = NewAccount { name: name.to_owned(), password };
    console.database().create_first_account(&account, console.now(), &entry).await
}

/// Set another password, and end all sessions but this one.
pub(crate) async fn change_password(
    console: &Console,
    name: &str,
    password: String,
    kept: Digest,
) -> Result<(), DatabaseError> {
    console.database().change_password(name, &password, console.now(), &kept).await
}

//! Accounts: the first one, and what is kept of each password.
//!
//! Not here: which passwords are taken (`passwords`).

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::audit::{self, Entry};
use super::secret::Digest;
use super::sessions;
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
    let sql = "SELECT EXISTS (SELECT 1 FROM account)";
    console.database().read(move |connection| connection.query_row(sql, [], |row| row.get(0))).await
}

/// What is kept of the password of this name.
pub(crate) async fn password(console: &Console, name: &str) -> Result<Option<String>, DatabaseError> {
    let name = name.to_owned();
    let read = move |connection: &Connection| {
        let sql = "SELECT password FROM account WHERE name = ?1";
        connection.query_row(sql, [name], |row| row.get(0)).optional()
    };
    console.database().read(read).await
}

/// Create the first account. False if there is one already.
pub(crate) async fn create_first(
    console: &Console,
    name: &str,
    password: String,
    entry: Entry,
) -> Result<bool, DatabaseError> {
    let (name, now) = (name.to_owned(), console.now());
    let create = move |connection: &Transaction<'_>| {
        let n_created = connection.execute(
            "INSERT INTO account (name, password, created_at, changed_at)
             SELECT ?1, ?2, ?3, ?3 WHERE NOT EXISTS (SELECT 1 FROM account)",
            params![name, password, now.unix_ms()],
        )?;
        if n_created == 1 {
            audit::insert(connection, now, &entry)?;
        }
        Ok(n_created == 1)
    };
    console.database().write(create).await
}

/// Set another password, and end all sessions but this one.
pub(crate) async fn change_password(
    console: &Console,
    name: &str,
    password: String,
    kept: Digest,
) -> Result<(), DatabaseError> {
    let (name, now) = (name.to_owned(), console.now().unix_ms());
    let change = move |connection: &Transaction<'_>| {
        let sql = "UPDATE account SET password = ?2, changed_at = ?3 WHERE name = ?1";
        connection.execute(sql, params![name, password, now])?;
        sessions::others(connection, &name, &kept)?;
        Ok(())
    };
    console.database().write(change).await
}

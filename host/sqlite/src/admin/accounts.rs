//! Accounts in SQLite.

use async_trait::async_trait;
use rollcall_admin::{Accounts, AuditEntry, DatabaseError, Digest, NewAccount};
use rollcall_host::model::Timestamp;
use rusqlite::{OptionalExtension as _, params};

use super::{SqliteAdmin, audit, sessions};

#[async_trait]
impl Accounts for SqliteAdmin {
    async fn is_any_account(&self) -> Result<bool, DatabaseError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM account)";
        self.read(move |connection| connection.query_row(sql, [], |row| row.get(0))).await
    }

    async fn password_of(&self, account: &str) -> Result<Option<String>, DatabaseError> {
        let account = account.to_owned();
        let sql = "SELECT password FROM account WHERE name = ?1";
        self.read(move |connection| connection.query_row(sql, [account], |row| row.get(0)).optional()).await
    }

    async fn create_first_account(
        &self,
        account: &NewAccount,
        now: Timestamp,
        entry: &AuditEntry,
    ) -> Result<bool, DatabaseError> {
        let (NewAccount { name, password }, entry) = (account.clone(), entry.clone());
        self.write(move |transaction| {
            let n_created = transaction.execute(
                "INSERT INTO account (name, password, created_at, changed_at)
                 SELECT ?1, ?2, ?3, ?3 WHERE NOT EXISTS (SELECT 1 FROM account)",
                params![name, password, now.unix_ms()],
            )?;
            if n_created == 1 {
                audit::insert(transaction, now, &entry)?;
            }
            Ok(n_created == 1)
        })
        .await
    }

    async fn change_password(
        &self,
        account: &str,
        password: &str,
        now: Timestamp,
        kept: &Digest,
    ) -> Result<(), DatabaseError> {
        let (account, password, kept) = (account.to_owned(), password.to_owned(), *kept);
        self.write(move |transaction| {
            let sql = "UPDATE account SET password = ?2, changed_at = ?3 WHERE name = ?1";
            transaction.execute(sql, params![account, password, now.unix_ms()])?;
            sessions::end_others(transaction, &account, &kept).map(drop)
        })
        .await
    }
}

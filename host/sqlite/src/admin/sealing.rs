//! What is known of the key, in SQLite.

use async_trait::async_trait;
use rollcall_admin::{DatabaseError, KeyCheck, KeyState};
use rusqlite::{Connection, OptionalExtension as _};

use super::SqliteAdmin;

#[async_trait]
impl KeyCheck for SqliteAdmin {
    async fn key_state(&self) -> Result<KeyState, DatabaseError> {
        self.read(|connection| select(&*connection.unchecked_transaction()?)).await
    }

    async fn set_probe(&self, known: Option<&[u8]>, probe: &[u8]) -> Result<bool, DatabaseError> {
        let (known, probe) = (known.map(<[u8]>::to_vec), probe.to_vec());
        self.write(move |transaction| {
            let may_set = select(transaction)? == KeyState { has_secrets: false, probe: known };
            if may_set {
                let sql =
                    "INSERT INTO sealing (one, probe) VALUES (1, ?1) ON CONFLICT (one) DO UPDATE SET probe = ?1";
                transaction.execute(sql, [probe])?;
            }
            Ok(may_set)
        })
        .await
    }
}

fn select(connection: &Connection) -> rusqlite::Result<KeyState> {
    let sql = "SELECT EXISTS (SELECT 1 FROM source) OR EXISTS (SELECT 1 FROM webhook)";
    let has_secrets = connection.query_row(sql, [], |row| row.get(0))?;
    let probe = connection.query_row("SELECT probe FROM sealing", [], |row| row.get(0)).optional()?;
    Ok(KeyState { has_secrets, probe })
}

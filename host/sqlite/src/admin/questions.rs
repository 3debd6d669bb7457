//! Questions about objects in SQLite.

use async_trait::async_trait;
use rollcall_admin::{DatabaseError, Question, Questions};
use rollcall_host::model::{Key, RunId, SourceName, Timestamp};
use rusqlite::{Row, Transaction, params};

use super::SqliteAdmin;

#[async_trait]
impl Questions for SqliteAdmin {
    async fn record_question(
        &self,
        source: &SourceName,
        key: &Key,
        question: &Question,
        at_most: u32,
    ) -> Result<(), DatabaseError> {
        let (source, key, question) = (source.clone(), key.clone(), question.clone());
        self.write(move |transaction| {
            insert(transaction, &source, &key, &question)?;
            keep(transaction, &source, &key, at_most)
        })
        .await
    }

    async fn questions_about(
        &self,
        source: &SourceName,
        key: &Key,
        limit: u32,
    ) -> Result<Vec<Question>, DatabaseError> {
        let (source, key) = (source.clone(), key.clone());
        self.read(move |connection| {
            connection
                .prepare_cached(
                    "SELECT run, who, at FROM question WHERE source = ?1 AND resource_type = ?2 AND external_id = ?3
                     ORDER BY number DESC LIMIT ?4",
                )?
                .query_map(params![source.as_str(), key.resource_type, key.external_id, limit], read)?
                .collect()
        })
        .await
    }
}

fn insert(
    transaction: &Transaction<'_>,
    source: &SourceName,
    key: &Key,
    question: &Question,
) -> rusqlite::Result<()> {
    let Key { resource_type, external_id } = key;
    let Question { run, who, at } = question;
    transaction
        .execute(
            "INSERT INTO question (source, resource_type, external_id, run, who, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![source.as_str(), resource_type, external_id, run.as_str(), who, at.unix_ms()],
        )
        .map(drop)
}

/// Of the questions about an object, leave the newest.
fn keep(transaction: &Transaction<'_>, source: &SourceName, key: &Key, at_most: u32) -> rusqlite::Result<()> {
    transaction
        .execute(
            "DELETE FROM question WHERE number IN (
               SELECT number FROM question WHERE source = ?1 AND resource_type = ?2 AND external_id = ?3
               ORDER BY number DESC LIMIT -1 OFFSET ?4)",
            params![source.as_str(), key.resource_type, key.external_id, at_most],
        )
        .map(drop)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Question> {
    Ok(Question {
        run: RunId::new(row.get::<_, String>(0)?),
        who: row.get(1)?,
        at: Timestamp::from_unix_ms(row.get(2)?),
    })
}

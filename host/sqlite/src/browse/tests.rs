//! What is in which column, and by which index a question is answered. What any store finds is in the suite of stores.

mod conditions;
mod runs;

use rollcall_host::model::Timestamp;
use rollcall_rules::vocabulary::resource_type::USER;
use serde_json::json;

use super::*;
use crate::testing::{TemporaryStore, again, department, import, person, person_document, source, write};
use rollcall_host::directory::{Action, Write};

const ALL: Page = Page { offset: 0, limit: 100 };

fn someone(id: &str, name: &str, more: &serde_json::Value) -> Write {
    let mut document = person_document(id, name, &[]);
    for (attribute, value) in more.as_object().unwrap() {
        document[attribute] = value.clone();
    }
    write(Action::Created, Key::new(USER, id), document)
}

/// 王小红, 李小明, a percent sign and an underscore.
async fn a_company() -> TemporaryStore {
    let store = TemporaryStore::new();
    let people = [
        someone("U1", "王小红", &json!({"title": "工程师", "phoneNumbers": [{"value": "+86-13800138000"}]})),
        someone("u2", "李小明", &json!({"userName": "Li.Ming", "emails": [{"value": "Li@Example.com"}]})),
        someone("u3", "100% wool", &json!({})),
        someone("u4", "under_score", &json!({"active": false})),
        department("d1", None),
    ];
    import(&store, "a", &people).await;
    store
}

#[tokio::test]
async fn a_change_moves_when_the_object_changed_and_nothing_else_does() {
    let store = TemporaryStore::new();
    let one = person("1", "x", &[]);
    let first = import(&store, "a", std::slice::from_ref(&one)).await;
    let set = "UPDATE object SET created_at = 5, changed_at = 7";
    let backdate = |transaction: rusqlite::Transaction<'_>| {
        transaction.execute(set, ())?;
        Ok(transaction.commit()?)
    };
    let object = async || store.object(&source("a"), &one.key).await.unwrap().unwrap();
    let at = Timestamp::from_unix_ms;
    store.connections.write(crate::database::Urgency::Now, backdate).await.unwrap();
    let last = import(&store, "a", &[again(&one, Action::Unchanged)]).await;
    let unchanged = object().await;
    assert_eq!((unchanged.created_at, unchanged.changed_at), (at(5), at(7)));
    assert_eq!((unchanged.first_run, unchanged.last_run), (first, last));
    import(&store, "a", std::slice::from_ref(&one)).await;
    assert_eq!(object().await.changed_at, at(7));
    import(&store, "a", &[again(&one, Action::Deactivated)]).await;
    let departed = object().await;
    assert_eq!((departed.created_at, departed.departed_at), (at(5), Some(departed.changed_at)));
}

/// How SQLite goes about a question.
async fn plan(question: &'static str) -> String {
    let store = TemporaryStore::new();
    let steps = store.connections.read(move |connection| {
        let mut explained = connection.prepare(&format!("EXPLAIN QUERY PLAN {question}"))?;
        explained.raw_query().mapped(|row| row.get::<_, String>(3)).collect::<rusqlite::Result<Vec<_>>>()
    });
    steps.await.unwrap().join("; ")
}

#[tokio::test]
async fn what_has_an_index_of_its_own_is_answered_by_it() {
    for (question, expected) in [
        (
            "SELECT number FROM change INDEXED BY change_traits
             WHERE run = ? AND number > ? AND refusal_code IS NULL AND action = ? ORDER BY number LIMIT ?",
            "SEARCH change USING COVERING INDEX change_traits (run=? AND number>?)",
        ),
        (
            "SELECT number, folded FROM change_text
             WHERE run = ? AND number > ? AND refusal_code IS NULL AND action = ? ORDER BY number",
            "SEARCH change_text USING PRIMARY KEY (run=? AND number>?)",
        ),
        (
            "SELECT id, folded FROM listing WHERE +resource_type = ? AND source = ?
             ORDER BY source, resource_type, id",
            "SEARCH listing USING PRIMARY KEY (source=?)",
        ),
        (
            "SELECT id, folded FROM listing WHERE +resource_type = ? ORDER BY source, resource_type, id",
            "SCAN listing",
        ),
        (
            "SELECT id FROM listing INDEXED BY listing_in_order WHERE modified_at >= ? AND resource_type = ?
             ORDER BY source, resource_type, id LIMIT ? OFFSET ?",
            "SEARCH listing USING COVERING INDEX listing_in_order (resource_type=?)",
        ),
        (
            "SELECT id FROM listing INDEXED BY listing_external_id WHERE external_id = ? AND resource_type = ?
             ORDER BY source, resource_type, id LIMIT ? OFFSET ?",
            "SEARCH listing USING COVERING INDEX listing_external_id (resource_type=? AND external_id=?)",
        ),
        (
            "SELECT id FROM listing INDEXED BY listing_login WHERE login = ? AND resource_type = ?
             ORDER BY source, resource_type, id LIMIT ? OFFSET ?",
            "SEARCH listing USING COVERING INDEX listing_login (resource_type=? AND login=?)",
        ),
        (
            "SELECT department, count(*), sum(is_only) FROM membership WHERE source = ?1 GROUP BY department",
            "SEARCH membership USING COVERING INDEX membership_in_order (source=?)",
        ),
        (
            "SELECT person FROM membership WHERE source = ?1 AND department = ?2
             ORDER BY position, name, person LIMIT ?3 OFFSET ?4",
            "SEARCH membership USING COVERING INDEX membership_in_order (source=? AND department=?)",
        ),
        (
            "SELECT severity, code, count(*) FROM entry INDEXED BY entry_traits WHERE run = ?1
             GROUP BY severity, code",
            "SEARCH entry USING COVERING INDEX entry_traits (run=?)",
        ),
    ] {
        assert_eq!(plan(question).await, expected, "{question}");
    }
}

//! What is found, and what is not.

mod about;
mod conditions;
mod runs;

use rollcall_browse::{Attribute, Test};
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

async fn ids(store: &TemporaryStore, text: &str) -> Vec<String> {
    let query = ObjectQuery { text: text.to_owned(), ..ObjectQuery::default() };
    let found = store.search(None, &query, ALL).await.unwrap();
    found.items.into_iter().map(|object| object.key.external_id).collect()
}

#[tokio::test]
async fn two_characters_of_a_chinese_name_find_it() {
    assert_eq!(ids(&a_company().await, "小红").await, ["U1"]);
}

#[tokio::test]
async fn a_part_of_a_phone_number_an_address_or_an_id_finds_its_owner_in_either_case() {
    let store = a_company().await;
    for (text, id) in [("0138", "U1"), ("LI@EX", "u2"), ("ming", "u2"), ("u1", "U1"), ("工程", "U1")] {
        assert_eq!(ids(&store, text).await, [id], "{text:?}");
    }
}

#[tokio::test]
async fn every_word_must_be_somewhere() {
    let store = a_company().await;
    assert_eq!(ids(&store, " 小 \t工程 ").await, ["U1"]);
    assert_eq!(ids(&store, "小 工程 ming").await, [""; 0]);
}

#[tokio::test]
async fn wildcards_quotes_and_separators_are_letters_like_any_other() {
    let store = a_company().await;
    assert_eq!(ids(&store, "%").await, ["u3"]);
    assert_eq!(ids(&store, "r_s").await, ["u4"]);
    for text in ["'", "\"", "*", "\u{1f}", "') OR 1 --", "\0"] {
        let expected = if text.trim_matches(char::is_control).is_empty() { 5 } else { 0 };
        assert_eq!(ids(&store, text).await.len(), expected, "{text:?}");
    }
}

#[tokio::test]
async fn what_is_found_is_in_order_of_name_and_page_by_page() {
    let store = a_company().await;
    let query = ObjectQuery { resource_type: Some(USER.to_owned()), ..ObjectQuery::default() };
    let found = store.search(Some(&source("a")), &query, Page { offset: 1, limit: 2 }).await.unwrap();
    let names: Vec<_> = found.items.iter().map(|object| object.name.as_str()).collect();
    assert_eq!((found.total, names), (4, vec!["under_score", "李小明"]));
}

#[tokio::test]
async fn a_search_is_told_apart_by_resource_type_and_by_departure() {
    let store = a_company().await;
    import(&store, "a", &[again(&person("U1", "王小红", &[]), Action::Deactivated)]).await;
    let find = async |resource_type: &str, departed| {
        let resource_type = Some(resource_type.to_owned());
        let query = ObjectQuery { resource_type, departed, text: String::new() };
        store.search(None, &query, ALL).await.unwrap().total
    };
    let found = [
        find("User", None).await,
        find("User", Some(true)).await,
        find("User", Some(false)).await,
        find("Department", Some(false)).await,
    ];
    assert_eq!(found, [4, 1, 3, 1]);
}

#[tokio::test]
async fn two_sources_never_meet() {
    let store = TemporaryStore::new();
    import(&store, "a", &[department("1", None), person("p", "in a", &["1"])]).await;
    import(&store, "b", &[person("p", "in b", &["1"]), person("q", "in b too", &[])]).await;
    let names = |listed: Listed| listed.items.into_iter().map(|object| object.name).collect::<Vec<_>>();
    let (a, b) = (source("a"), source("b"));
    let query = ObjectQuery { text: "in".to_owned(), ..ObjectQuery::default() };
    assert_eq!(names(store.search(Some(&a), &query, ALL).await.unwrap()), ["in a"]);
    assert_eq!(names(store.people_of(&a, Some("1"), ALL).await.unwrap()), ["in a"]);
    assert_eq!(names(store.people_of(&a, None, ALL).await.unwrap()), [""; 0]);
    assert_eq!(names(store.people_of(&b, None, ALL).await.unwrap()), ["in b", "in b too"]);
    let counts = store.object_counts(&a).await.unwrap();
    let count = |resource_type: &str, n_present| ObjectCount {
        resource_type: resource_type.to_owned(),
        n_present,
        n_departed: 0,
    };
    assert_eq!(counts, [count("Department", 1), count("User", 1)]);
    assert_eq!(store.outline(&b).await.unwrap().n_departments, 0);
}

#[tokio::test]
async fn people_of_a_department_are_in_its_order_then_by_name() {
    let store = TemporaryStore::new();
    let member = |id: &str, name: &str, membership: serde_json::Value| {
        let departments = json!({"departments": [membership, {"value": "8"}]});
        someone(id, name, &json!({"urn:rollcall:scim:schemas:extension:2.0:User": departments}))
    };
    let people = [
        member("1", "last", json!({"value": "7"})),
        member("2", "b", json!({"value": "7", "order": "10"})),
        member("3", "a", json!({"value": "7", "order": "10", "leader": true})),
        member("4", "first", json!({"value": "7", "order": "9"})),
    ];
    import(&store, "a", &people).await;
    import(&store, "a", &[again(&people[3], Action::Deactivated)]).await;
    let listed = store.people_of(&source("a"), Some("7"), Page { offset: 0, limit: 2 }).await.unwrap();
    let told: Vec<_> =
        listed.items.iter().map(|o| (o.name.as_str(), o.leader, o.departments.join(" "))).collect();
    assert_eq!(listed.total, 3);
    assert_eq!(told, [("a", Some(true), "7 8".to_owned()), ("b", Some(false), "7 8".to_owned())]);
    let members = store.members_of(&source("a"), "7", Page { offset: 1, limit: 9 }).await.unwrap();
    let names: Vec<_> = members.items.iter().map(|m| (m.external_id.as_str(), m.name.as_str())).collect();
    assert_eq!((members.total, names), (3, vec![("2", "b"), ("1", "last")]));
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

#[tokio::test]
async fn nothing_of_another_source_answers_whatever_is_asked() {
    let store = a_company().await;
    import(&store, "b", &[someone("U1", "王", &json!({}))]).await;
    import(&store, "c", &[someone("u9", "王", &json!({}))]).await;
    let of = |names: &[&str]| Within::Only(names.iter().map(|name| source(name)).collect());
    let all = Condition::always;
    let of_a = Condition::Of(Attribute::Source, Test::Equals("a".to_owned()));
    let table = [
        (of(&["b"]), all(), "b:U1"),
        (of(&["b", "c"]), all(), "b:U1 c:u9"),
        (of(&["b", "c"]), of_a, ""),
        (of(&["nobody"]), all(), ""),
        (of(&[]), all(), ""),
    ];
    for (within, condition, expected) in table {
        let Sifted::Page { total, objects } = store.sift(USER, &within, &condition, ALL).await.unwrap()
        else {
            panic!("nothing of it is unclear");
        };
        let named = |whole: &WholeObject| format!("{}:{}", whole.source, whole.key.external_id);
        let found = store.objects_numbered(objects).await.unwrap();
        let ids: Vec<_> = found.iter().flatten().map(named).collect();
        assert_eq!((&*ids.join(" "), total), (expected, u64::try_from(ids.len()).unwrap()), "{within:?}");
    }
}

#[tokio::test]
async fn ids_that_differ_in_letter_case_alone_are_found_by_each_other() {
    let store = a_company().await;
    let more = ["u1", "ÜBER", "über", "u11"].map(|id| someone(id, "王", &json!({})));
    import(&store, "a", &more).await;
    import(&store, "b", &[someone("U2", "王", &json!({}))]).await;
    for (id, others) in
        [("U1", vec!["u1"]), ("u1", vec!["U1"]), ("über", vec!["ÜBER"]), ("u2", vec![]), ("D1", vec![])]
    {
        let found = store.differing_in_case(&source("a"), &Key::new(USER, id)).await.unwrap();
        assert_eq!(found, others, "{id}");
    }
}

#[tokio::test]
async fn people_whom_others_name_are_told_with_whether_they_left() {
    let store = a_company().await;
    let gone = someone("u2", "李小明", &json!({}));
    import(&store, "a", &[again(&gone, Action::Deactivated)]).await;
    let ids = ["U1", "u1", "u2", "d1", "nobody"].map(str::to_owned).to_vec();
    let known = store.people_named(&source("a"), ids).await.unwrap();
    let known: Vec<_> =
        known.iter().map(|(id, named)| (id.as_str(), named.name.as_str(), named.departed)).collect();
    assert_eq!(known, [("U1", "王小红", false), ("u2", "李小明", true)]);
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

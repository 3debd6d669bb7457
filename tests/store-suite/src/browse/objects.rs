//! Which objects are found, and which are not.

use rollcall_browse::{
    Attribute, Condition, Listed, ObjectCount, ObjectQuery, Page, Sifted, Store, Test, WholeObject, Within,
};
use rollcall_host::directory::Action;
use rollcall_host::model::Key;
use rollcall_rules::vocabulary::resource_type::USER;
use serde_json::json;

use crate::given::{ALL, a_company, again, department, import, person, someone, source};

async fn ids<S: Store>(store: &S, text: &str) -> Vec<String> {
    let query = ObjectQuery { text: text.to_owned(), ..ObjectQuery::default() };
    let found = store.search(None, &query, ALL).await.unwrap();
    found.items.into_iter().map(|object| object.key.external_id).collect()
}

pub async fn two_characters_of_a_chinese_name_find_it<S: Store>(store: &S) {
    a_company(store).await;
    assert_eq!(ids(store, "小红").await, ["U1"]);
}

pub async fn a_part_of_a_phone_number_an_address_or_an_id_finds_its_owner_in_either_case<S: Store>(
    store: &S,
) {
    a_company(store).await;
    for (text, id) in [("0138", "U1"), ("LI@EX", "u2"), ("ming", "u2"), ("u1", "U1"), ("工程", "U1")] {
        assert_eq!(ids(store, text).await, [id], "{text:?}");
    }
}

pub async fn every_word_must_be_somewhere<S: Store>(store: &S) {
    a_company(store).await;
    assert_eq!(ids(store, " 小 \t工程 ").await, ["U1"]);
    assert_eq!(ids(store, "小 工程 ming").await, [""; 0]);
}

pub async fn wildcards_quotes_and_separators_are_letters_like_any_other<S: Store>(store: &S) {
    a_company(store).await;
    assert_eq!(ids(store, "%").await, ["u3"]);
    assert_eq!(ids(store, "r_s").await, ["u4"]);
    for text in ["'", "\"", "*", "\u{1f}", "') OR 1 --", "\0"] {
        let expected = if text.trim_matches(char::is_control).is_empty() { 5 } else { 0 };
        assert_eq!(ids(store, text).await.len(), expected, "{text:?}");
    }
}

pub async fn what_is_found_is_in_order_of_name_and_page_by_page<S: Store>(store: &S) {
    a_company(store).await;
    let query = ObjectQuery { resource_type: Some(USER.to_owned()), ..ObjectQuery::default() };
    let found = store.search(Some(&source("a")), &query, Page { offset: 1, limit: 2 }).await.unwrap();
    let names: Vec<_> = found.items.iter().map(|object| object.name.as_str()).collect();
    assert_eq!((found.total, names), (4, vec!["under_score", "李小明"]));
}

pub async fn a_search_is_told_apart_by_resource_type_and_by_departure<S: Store>(store: &S) {
    a_company(store).await;
    import(store, "a", &[again(&person("U1", "王小红", &[]), Action::Deactivated)]).await;
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

pub async fn two_sources_never_meet<S: Store>(store: &S) {
    import(store, "a", &[department("1", None), person("p", "in a", &["1"])]).await;
    import(store, "b", &[person("p", "in b", &["1"]), person("q", "in b too", &[])]).await;
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

pub async fn people_of_a_department_are_in_its_order_then_by_name<S: Store>(store: &S) {
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
    import(store, "a", &people).await;
    import(store, "a", &[again(&people[3], Action::Deactivated)]).await;
    let listed = store.people_of(&source("a"), Some("7"), Page { offset: 0, limit: 2 }).await.unwrap();
    let told: Vec<_> =
        listed.items.iter().map(|o| (o.name.as_str(), o.leader, o.departments.join(" "))).collect();
    assert_eq!(listed.total, 3);
    assert_eq!(told, [("a", Some(true), "7 8".to_owned()), ("b", Some(false), "7 8".to_owned())]);
    let members = store.members_of(&source("a"), "7", Page { offset: 1, limit: 9 }).await.unwrap();
    let names: Vec<_> = members.items.iter().map(|m| (m.external_id.as_str(), m.name.as_str())).collect();
    assert_eq!((members.total, names), (3, vec![("2", "b"), ("1", "last")]));
}

pub async fn nothing_of_another_source_answers_whatever_is_asked<S: Store>(store: &S) {
    a_company(store).await;
    import(store, "b", &[someone("U1", "王", &json!({}))]).await;
    import(store, "c", &[someone("u9", "王", &json!({}))]).await;
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

pub async fn ids_that_differ_in_letter_case_alone_are_found_by_each_other<S: Store>(store: &S) {
    a_company(store).await;
    let more = ["u1", "ÜBER", "über", "u11"].map(|id| someone(id, "王", &json!({})));
    import(store, "a", &more).await;
    import(store, "b", &[someone("U2", "王", &json!({}))]).await;
    for (id, others) in
        [("U1", vec!["u1"]), ("u1", vec!["U1"]), ("über", vec!["ÜBER"]), ("u2", vec![]), ("D1", vec![])]
    {
        let found = store.differing_in_case(&source("a"), &Key::new(USER, id)).await.unwrap();
        assert_eq!(found, others, "{id}");
    }
}

pub async fn people_whom_others_name_are_told_with_whether_they_left<S: Store>(store: &S) {
    a_company(store).await;
    let gone = someone("u2", "李小明", &json!({}));
    import(store, "a", &[again(&gone, Action::Deactivated)]).await;
    let ids = ["U1", "u1", "u2", "d1", "nobody"].map(str::to_owned).to_vec();
    let known = store.people_named(&source("a"), ids).await.unwrap();
    let known: Vec<_> =
        known.iter().map(|(id, named)| (id.as_str(), named.name.as_str(), named.departed)).collect();
    assert_eq!(known, [("U1", "王小红", false), ("u2", "李小明", true)]);
}

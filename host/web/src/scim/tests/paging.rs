//! Whether a client meets everybody, however it goes from page to page.

use std::collections::BTreeSet;

use rollcall_host::directory::Action;
use serde_json::{Value, json};

use super::Directories;

const N_PEOPLE: usize = 1_300;

/// A source with so many people, all of them in one of two departments.
async fn crowd() -> Directories {
    let directories = Directories::empty().await;
    let people: Vec<(String, Value)> = (0..N_PEOPLE)
        .map(|n| {
            let department = if n % 2 == 0 { "1" } else { "2" };
            let own = json!({"departments": [{"value": department}]});
            let id = format!("p{n:04}");
            (id.clone(), json!({"userName": id, "urn:rollcall:scim:schemas:extension:2.0:User": own}))
        })
        .collect();
    let mut objects = vec![
        ("Department", "1", json!({"displayName": "one", "parent": null})),
        ("Department", "2", json!({"displayName": "two", "parent": {"value": "1"}})),
    ];
    objects.extend(people.iter().map(|(id, document)| ("User", id.as_str(), document.clone())));
    for some in objects.chunks(200) {
        directories.put("hq", Action::Created, some).await;
    }
    directories
}

/// What a client has seen that begins at 1 and goes on so far after each page, until it has been to all that the first page
/// says there is.
async fn seen(
    directories: &Directories,
    path: &str,
    count: Option<usize>,
    step: impl Fn(&Value) -> usize,
) -> Vec<String> {
    let (mut seen, mut at) = (Vec::new(), 1);
    loop {
        let count = count.map(|count| format!("&count={count}")).unwrap_or_default();
        let page = directories.get(&format!("{path}?startIndex={at}{count}")).await.body;
        let ids =
            page["Resources"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned());
        seen.extend(ids);
        at += step(&page);
        if usize::try_from(page["totalResults"].as_u64().unwrap()).unwrap() < at {
            return seen;
        }
    }
}

fn number(page: &Value, name: &str) -> usize {
    usize::try_from(page[name].as_u64().unwrap()).unwrap()
}

#[tokio::test]
async fn a_client_meets_everybody_once_whether_it_steps_by_what_it_asked_for_or_by_what_it_got() {
    let directories = crowd().await;
    for (path, n) in [("/Users", N_PEOPLE), ("", N_PEOPLE + 2), ("/Groups", 2)] {
        for count in [7 * 31, 200, 500, 501, 1_000, 100_000, 9_000_000] {
            let asked = seen(&directories, path, Some(count), |_| count).await;
            let got = seen(&directories, path, Some(count), |page| number(page, "itemsPerPage")).await;
            assert_eq!((asked.len(), asked.iter().collect::<BTreeSet<_>>().len()), (n, n), "{path} {count}");
            assert_eq!(asked, got, "{path} {count}");
        }
        let unasked =
            seen(&directories, path, None, |page| page["Resources"].as_array().unwrap().len()).await;
        assert_eq!(unasked.iter().collect::<BTreeSet<_>>().len(), n, "{path}");
    }
}

#[tokio::test]
async fn a_long_list_says_of_itself_what_a_short_one_does() {
    let directories = crowd().await;
    for (query, n, start) in [
        ("", 1_300, 1),
        ("?count=", 1_300, 1),
        ("?count=200", 200, 1),
        ("?startIndex=101", 1_200, 101),
        ("?count=0", 0, 1),
        ("?count=-1", 0, 1),
        ("?startIndex=0&count=5", 5, 1),
        ("?startIndex=1299&count=500", 2, 1_299),
        ("?startIndex=1301&count=500", 0, 1_301),
        ("?startIndex=99999999999999999999&count=9", 0, i64::MAX),
        ("?count=1300", 1_300, 1),
        ("?startIndex=2&count=1100", 1_100, 2),
        ("?count=100000", 1_300, 1),
    ] {
        let page = directories.get(&format!("/Users{query}")).await.body;
        let said: Vec<&String> = page.as_object().unwrap().keys().collect();
        assert_eq!(said, ["Resources", "itemsPerPage", "schemas", "startIndex", "totalResults"], "{query}");
        assert_eq!(page["Resources"].as_array().unwrap().len(), n, "{query}");
        assert_eq!(
            (&page["itemsPerPage"], &page["totalResults"], &page["startIndex"]),
            (&json!(n), &json!(N_PEOPLE), &json!(start)),
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_long_list_is_told_in_parts_and_with_the_same_in_it() {
    let directories = crowd().await;
    let whole = directories.get("?count=100000").await;
    // Its length is not known before it is read.
    assert_eq!(whole.header("content-length"), "");
    assert_eq!(whole.header("content-type"), "application/scim+json");
    let resources = whole.body["Resources"].as_array().unwrap();
    for at in [0, 499, 500, 501, 999, 1_000, 1_299, 1_300, 1_301] {
        let alone = directories.get(&format!("?startIndex={}&count=1", at + 1)).await.body;
        assert_eq!(alone["Resources"][0], resources[at], "{at}");
    }
    let members: usize = (1_300..1_302).map(|at| resources[at]["members"].as_array().unwrap().len()).sum();
    // The department below is a member of the one above.
    assert_eq!(members, N_PEOPLE + 1);
}

#[tokio::test]
async fn groups_with_more_text_than_a_part_may_have_are_all_told() {
    let directories = Directories::empty().await;
    let long = "长".repeat(200_000);
    let departments: Vec<String> = (0..9).map(|n| format!("d{n}")).collect();
    let objects: Vec<_> = departments
        .iter()
        .map(|id| ("Department", id.as_str(), json!({"displayName": id, "parent": null, "note": long})))
        .collect();
    directories.put("hq", Action::Created, &objects).await;
    let people = [("User", "li", json!({"userName": "li"}))];
    directories.put("hq", Action::Created, &people).await;
    let groups = directories.get("/Groups?count=50").await;
    assert_eq!(groups.each("displayName"), departments);
    let everything = directories.get("?count=50").await;
    assert_eq!(everything.body["itemsPerPage"], json!(10));
}

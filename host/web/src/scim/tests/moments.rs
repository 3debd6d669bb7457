//! When a resource says that it was last modified, however it came to be told otherwise.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rollcall_host::model::Timestamp;

use super::*;

/// By location: the version of a resource, and when it was last modified.
type Told = BTreeMap<String, (String, Timestamp)>;

async fn told(directories: &Directories) -> Told {
    let mut told = Told::new();
    for endpoint in ["/Users", "/Groups"] {
        for resource in directories.get(endpoint).await.body["Resources"].as_array().unwrap() {
            let meta = &resource["meta"];
            let text = |name: &str| meta[name].as_str().unwrap().to_owned();
            let at = serde_json::from_value(meta["lastModified"].clone()).unwrap();
            told.insert(text("location"), (text("version"), at));
        }
    }
    told
}

#[tokio::test]
async fn a_group_that_somebody_left_for_another_one_is_modified_as_that_one_is() {
    let directories = Directories::new().await;
    let before = told(&directories).await;
    let moved = json!({
        "userName": "lisi", "displayName": "李四", "active": true,
        "urn:rollcall:scim:schemas:extension:2.0:User": {"departments": [{"value": "1"}]},
    });
    directories.put("hq", Action::Updated, &[("User", "li", moved)]).await;
    let after = told(&directories).await;
    let modified: Vec<&str> = after
        .iter()
        .filter(|(location, (version, at))| {
            let (version_before, at_before) = &before[*location];
            assert_eq!(version == version_before, at == at_before, "{location}");
            at_before < at
        })
        .map(|(location, _)| location.rsplit_once('/').unwrap().1)
        .collect();
    assert_eq!(modified, [hq("1"), hq("2"), hq("li")]);
    let since = before[&format!("http://127.0.0.1:8630/scim/v2/Groups/{}", hq("2"))].1;
    let path = format!("/Groups?filter=meta.lastModified%20gt%20%22{since}%22");
    assert_eq!(directories.get(&path).await.body["totalResults"], json!(2));
}

/// A write of a person or a department of few, who stand in each other's way.
fn write() -> impl Strategy<Value = Write> {
    let action = prop::sample::select(vec![
        Action::Created,
        Action::Updated,
        Action::Restored,
        Action::Deactivated,
        Action::Deleted,
    ]);
    let id = || prop::sample::select(vec!["1", "2", "3", "4"]);
    let name = prop::sample::select(vec!["x", "y"]);
    let several = prop::collection::vec(id(), 0..3);
    (any::<bool>(), action, id(), name, (several, id(), id()), any::<bool>()).prop_map(
        |(is_person, action, id, name, (several, one, order), is_newcomer)| {
            let links: Vec<_> = several.iter().map(|id| json!({"value": id, "order": order})).collect();
            let document = if is_person {
                json!({
                    "displayName": name,
                    "urn:rollcall:scim:schemas:extension:2.0:User": {"departments": links},
                    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": one}},
                })
            } else {
                json!({"displayName": name, "parent": {"value": one}, "order": order, "managers": links})
            };
            let kind = if is_person { "User" } else { "Department" };
            Write {
                key: Key::new(kind, id),
                action,
                version: "1".to_owned(),
                before: None,
                after: (action != Action::Deleted).then(|| document.into()),
                witness: is_newcomer.then(|| "somebody else".to_owned()),
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_told_otherwise_after_a_write_was_modified_later(
        writes in prop::collection::vec(prop::collection::vec(write(), 1..3), 1..12)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let directories = Directories { bench: Bench::new().await };
            let run = directories.put("hq", Action::Created, &[]).await;
            let source = SourceName::new("hq").unwrap();
            let mut before = Told::new();
            for batch in &writes {
                Directory::store(&*directories.bench.store, &source, &run, batch).await.unwrap();
                let after = told(&directories).await;
                for (location, (version, at)) in &after {
                    let Some((version_before, at_before)) = before.get(location) else { continue };
                    assert!(at_before <= at, "{location} after {batch:?}");
                    assert!(version == version_before || at_before != at, "{location} after {batch:?}");
                }
                before = after;
            }
        });
    }
}

//! Whom a person names, and who is named like somebody else.

use std::collections::BTreeSet;

use super::*;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const OWN: &str = "urn:rollcall:scim:schemas:extension:2.0:User";
const OWN_DEPARTMENT: &str = "urn:rollcall:scim:schemas:2.0:Department";

fn person(name: &str, departments: &[(&str, bool)], manager: Option<&str>) -> Value {
    let departments: Vec<Value> = departments
        .iter()
        .map(|(id, is_primary)| match is_primary {
            true => json!({"value": id, "primary": true}),
            false => json!({"value": id}),
        })
        .collect();
    let mut person = json!({"displayName": name, (OWN): {"departments": departments}});
    if let Some(manager) = manager {
        person[ENTERPRISE] = json!({"manager": {"value": manager}});
    }
    person
}

/// People and departments that name each other, some that left, and some that nobody ever held.
async fn tangled() -> Directories {
    let directories = Directories::new().await;
    let department = |name: &str, parent: &str, managers: &[&str]| {
        let managers: Vec<Value> = managers.iter().map(|id| json!({"value": id})).collect();
        json!({"displayName": name, "parent": {"value": parent}, "managers": managers})
    };
    let all = [
        ("Department", "10", department("财务", "1", &["boss", "gone", "nobody"])),
        ("Department", "11", department("外包", "nowhere", &["nobody"])),
        ("Department", "12", department("旧部", "1", &["boss"])),
        ("Department", "13", department("环", "13", &[])),
        ("User", "boss", person("老板", &[("10", false)], None)),
        ("User", "gone", person("前任", &[("10", true), ("12", false)], Some("boss"))),
        ("User", "a", person("甲", &[("10", false), ("11", true)], Some("boss"))),
        ("User", "b", person("乙", &[("nowhere", true), ("10", false)], Some("gone"))),
        ("User", "c", person("丙", &[("10", false), ("12", false)], Some("nobody"))),
        ("User", "d", person("丁", &[("12", true), ("12", false)], Some("d"))),
        ("User", "e", person("戊", &[], None)),
    ];
    directories.put("hq", Action::Created, &all).await;
    let left = all.iter().filter(|(_, id, _)| ["gone", "12"].contains(id));
    directories.put("hq", Action::Deactivated, &left.cloned().collect::<Vec<_>>()).await;
    directories
}

/// Every reference in a resource: where it leads to, and the id of what it names.
fn references(value: &Value) -> Vec<(String, Option<String>)> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match value {
        Value::Object(members) => {
            let own = [members.get("$ref"), members.get("location")].into_iter().flatten();
            let own = own.filter_map(text).map(|to| (to, members.get("value").and_then(text)));
            own.chain(members.values().flat_map(references)).collect()
        }
        Value::Array(values) => values.iter().flat_map(references).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

#[tokio::test]
async fn whatever_a_resource_refers_to_answers() {
    let directories = tangled().await;
    let root = "http://127.0.0.1:8630/scim/v2";
    let mut led_to = BTreeSet::new();
    for base in ["", "/sources/hq"] {
        let all = directories.get(&format!("{base}?count=200")).await.body;
        assert_eq!(all["totalResults"], all["itemsPerPage"]);
        for resource in all["Resources"].as_array().unwrap() {
            for (to, id) in references(resource) {
                let path = to.strip_prefix(&format!("{root}{base}/")).map(|rest| format!("{base}/{rest}"));
                let answer = directories.get(&path.unwrap()).await;
                assert_eq!(answer.status, StatusCode::OK, "{to} of {resource}");
                assert_eq!(answer.body["meta"]["location"], json!(to));
                assert!(id.is_none_or(|id| answer.body["id"] == json!(id)), "{to} of {resource}");
                led_to.insert(to);
            }
        }
    }
    let is_meant = |id: &str| led_to.iter().any(|to| to.ends_with(&hq(id)));
    assert!(
        is_meant("boss") && is_meant("gone") && !is_meant("nobody") && !is_meant("nowhere"),
        "{led_to:?}"
    );
}

#[tokio::test]
async fn a_person_has_the_manager_and_the_main_department_that_are_there() {
    let directories = tangled().await;
    let boss = json!({
        "value": hq("boss"), "$ref": format!("http://127.0.0.1:8630/scim/v2/Users/{}", hq("boss")),
        "displayName": "老板",
    });
    for (id, department, manager) in [
        ("boss", json!("财务"), Value::Null),
        ("a", json!("外包"), boss.clone()),
        ("gone", Value::Null, boss),
        ("b", Value::Null, Value::Null),
        ("c", Value::Null, Value::Null),
        ("e", Value::Null, Value::Null),
    ] {
        let person = directories.get(&format!("/Users/{}", hq(id))).await.body;
        let told = &person[ENTERPRISE];
        assert_eq!((&told["department"], &told["manager"]), (&department, &manager), "{id}");
        let is_declared = person["schemas"].as_array().unwrap().contains(&json!(ENTERPRISE));
        assert_eq!(is_declared, !told.is_null(), "{id}");
    }
    let department = directories.get(&format!("/Groups/{}", hq("11"))).await.body;
    assert_eq!(department[OWN_DEPARTMENT]["parent"], json!({"value": hq("nowhere")}));
    assert_eq!(department[OWN_DEPARTMENT]["managers"], json!([{"value": hq("nobody")}]));
}

#[tokio::test]
async fn ids_that_differ_in_letter_case_alone_are_two_people_everywhere() {
    let directories = Directories::new().await;
    let named = |id: &str, manager: &str| {
        let mut person = person("张三", &[("2", false)], Some(manager));
        person["userName"] = json!(id);
        person
    };
    let both = [
        ("User", "ZhangSan", named("ZhangSan", "zhangsan")),
        ("User", "zhangsan", named("zhangsan", "ZhangSan")),
    ];
    directories.put("hq", Action::Created, &both).await;
    assert_ne!(hq("ZhangSan").to_lowercase(), hq("zhangsan").to_lowercase());
    for (id, manager) in [("ZhangSan", "zhangsan"), ("zhangsan", "ZhangSan")] {
        let person = directories.get(&format!("/Users/{}", hq(id))).await.body;
        assert_eq!((&person["externalId"], &person["userName"]), (&json!(id), &json!(id)));
        assert_eq!(person[ENTERPRISE]["manager"]["value"], json!(hq(manager)));
        let exact = directories.get(&format!("/Users?filter=externalId%20eq%20%22{id}%22")).await;
        assert_eq!(exact.each("id"), [hq(id)]);
        let ignoring = directories.get(&format!("/Users?filter=userName%20eq%20%22{id}%22")).await;
        let found: BTreeSet<_> = ignoring.each("externalId").into_iter().collect();
        assert!(found.contains("ZhangSan") && found.contains("zhangsan"), "{found:?}");
    }
    let members = directories.get(&format!("/Groups/{}", hq("2"))).await.body["members"].clone();
    for id in ["ZhangSan", "zhangsan"] {
        assert!(
            members.as_array().unwrap().iter().any(|member| member["value"] == json!(hq(id))),
            "{members}"
        );
    }
    let second = &both[1..];
    directories.put("hq", Action::Deactivated, second).await;
    for (id, is_active) in [("ZhangSan", true), ("zhangsan", false)] {
        let person = directories.get(&format!("/Users/{}", hq(id))).await;
        assert_eq!(person.body["active"], json!(is_active), "{id}");
    }
}

#[tokio::test]
async fn an_attribute_of_an_extension_is_asked_for_without_its_urn_in_any_case() {
    let directories = Directories::new().await;
    let own = "urn:rollcall:scim:schemas:extension:2.0:User";
    let department = "urn:rollcall:scim:schemas:2.0:Department";
    for (path, extension, names) in [
        ("/Users?attributes=SOURCE", own, vec!["source"]),
        ("/Users?attributes=departments.value,userName", own, vec!["departments"]),
        ("/Users?excludedAttributes=source", own, vec!["departments"]),
        ("/Groups?attributes=Parent", department, vec!["parent"]),
        ("/Groups?excludedAttributes=parent,members", department, vec!["source"]),
        ("?attributes=parent,departments&startIndex=5", department, vec!["parent"]),
    ] {
        let listed = directories.get(path).await.body;
        let last = listed["Resources"].as_array().unwrap().last().unwrap();
        let told: Vec<&String> = last[extension].as_object().unwrap().keys().collect();
        assert_eq!(told, names, "{path}");
    }
}

#[tokio::test]
async fn two_departments_whose_ids_differ_in_letter_case_have_their_own_members() {
    let directories = Directories::new().await;
    let all = [
        ("Department", "RD", json!({"displayName": "研发一"})),
        ("Department", "rd", json!({"displayName": "研发二"})),
        ("User", "one", person("甲", &[("RD", false)], None)),
        ("User", "two", person("乙", &[("rd", false)], None)),
    ];
    directories.put("hq", Action::Created, &all).await;
    for (id, member) in [("RD", "one"), ("rd", "two")] {
        let group = directories.get(&format!("/Groups/{}", hq(id))).await.body;
        assert_eq!(group["members"].as_array().unwrap().len(), 1, "{id}");
        assert_eq!(group["members"][0]["value"], json!(hq(member)));
    }
}

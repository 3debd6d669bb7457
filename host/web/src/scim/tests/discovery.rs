//! Whether the service is as it says of itself: everything that is told is described, everything that is described can be
//! told, and what is said to be supported is.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use rollcall_host::directory::Action;
use serde_json::{Map, Value, json};
use url::Url;

use super::{Directories, hq};
use crate::scim::schemas::{ENTERPRISE_USER, ROLLCALL_USER};

/// What every resource has, and no schema describes. Source: RFC 7643, section 3.1.
const COMMON: [&str; 4] = ["schemas", "id", "externalId", "meta"];

const OWN: &str = "urn:example:2.0:Own";

/// A value for every attribute that a schema describes.
fn filled(attributes: &Value) -> Map<String, Value> {
    let one = |attribute: &Value| match attribute["type"].as_str().unwrap() {
        "boolean" => json!(true),
        "reference" => json!("https://example.com/it"),
        "complex" => Value::Object(filled(&attribute["subAttributes"])),
        "string" => attribute["canonicalValues"].get(0).cloned().unwrap_or_else(|| json!("it@example.com")),
        other => panic!("{other}"),
    };
    let several = |attribute: &Value| match attribute["multiValued"].as_bool().unwrap() {
        true => json!([one(attribute)]),
        false => one(attribute),
    };
    let attributes = attributes.as_array().unwrap().iter();
    attributes.map(|known| (known["name"].as_str().unwrap().to_owned(), several(known))).collect()
}

/// That all of this is described, and of the type that is said; and which attributes are there.
fn check(told: &Map<String, Value>, attributes: &Value, path: &str, found: &mut BTreeSet<String>) {
    for (name, value) in told {
        let path = format!("{path}{name}");
        let attribute = attributes.as_array().unwrap().iter().find(|known| known["name"] == json!(name));
        let attribute = attribute.unwrap_or_else(|| panic!("{path} is told and described nowhere"));
        assert_eq!(value.is_array(), attribute["multiValued"] == json!(true), "{path}");
        for one in value.as_array().unwrap_or(&vec![value.clone()]) {
            let is_of_type = match attribute["type"].as_str().unwrap() {
                "boolean" => one.is_boolean(),
                "string" => one.is_string(),
                "reference" => one.as_str().is_some_and(|text| Url::parse(text).is_ok()),
                "complex" => one.is_object(),
                other => panic!("{path} is of the type {other}"),
            };
            assert!(is_of_type, "{path} is {one}");
            if let Some(members) = one.as_object() {
                check(members, &attribute["subAttributes"], &format!("{path}."), found);
            }
        }
        found.insert(path);
    }
}

fn described(attributes: &Value, path: &str, all: &mut BTreeSet<String>) {
    for attribute in attributes.as_array().unwrap() {
        let path = format!("{path}{}", attribute["name"].as_str().unwrap());
        if let Some(parts) = attribute.get("subAttributes") {
            described(parts, &format!("{path}."), all);
        }
        all.insert(path);
    }
}

/// Somebody and something of whom everything is known that a schema describes, and more.
async fn directories(schema: &impl Fn(&str) -> Value, core: &str) -> Directories {
    let directories = Directories::empty().await;
    let mut person = filled(&schema(core)["attributes"]);
    person.insert("shoeSize".to_owned(), json!(43));
    person.insert(OWN.to_owned(), json!({"hired": "2020-01-01"}));
    for extension in [ENTERPRISE_USER, ROLLCALL_USER] {
        person.insert(extension.to_owned(), Value::Object(filled(&schema(extension)["attributes"])));
    }
    person[ENTERPRISE_USER]["manager"] = json!({"value": "boss"});
    person[ROLLCALL_USER]["departments"][0]["value"] = json!("2");
    let department = json!({
        "displayName": "研发", "parent": {"value": "1"}, "order": "1", "managers": [{"value": "boss"}],
        "floor": 3, (OWN): {"room": "7"},
    });
    let boss = json!({"userName": "boss", "displayName": "Lao Bai"});
    let objects = [
        ("Department", "1", json!({"displayName": "总部", "parent": null})),
        ("Department", "2", department),
        ("Department", "3", json!({"displayName": "前端", "parent": {"value": "2"}})),
        ("User", "boss", boss),
        ("User", "li", Value::Object(person)),
        ("User", "bare", json!({})),
    ];
    directories.put("hq", Action::Created, &objects).await;
    directories
}

#[tokio::test]
async fn what_is_told_is_described_and_what_is_described_can_be_told() {
    let published = Directories::empty().await.get("/Schemas").await.body;
    let schema = |id: &str| {
        let found = published["Resources"].as_array().unwrap().iter().find(|one| one["id"] == json!(id));
        found.unwrap().clone()
    };
    let types = Directories::empty().await.get("/ResourceTypes").await.body;
    for kind in types["Resources"].as_array().unwrap() {
        let core = kind["schema"].as_str().unwrap();
        let directories = directories(&schema, super::super::schemas::CORE_USER).await;
        let (mut found, mut wanted) = (BTreeSet::new(), BTreeSet::new());
        let extensions = kind["schemaExtensions"].as_array().unwrap();
        let extensions: Vec<&str> = extensions.iter().map(|one| one["schema"].as_str().unwrap()).collect();
        let listed = directories.get(kind["endpoint"].as_str().unwrap()).await.body;
        for resource in listed["Resources"].as_array().unwrap() {
            let mut own = resource.as_object().unwrap().clone();
            for name in COMMON {
                assert!(own.remove(name).is_some(), "{name} is missing");
            }
            let mut schemas = vec![json!(core)];
            for extension in &extensions {
                let Some(members) = own.remove(*extension) else { continue };
                schemas.push(json!(extension));
                let path = format!("{extension}:");
                check(members.as_object().unwrap(), &schema(extension)["attributes"], &path, &mut found);
            }
            assert_eq!(resource["schemas"], Value::Array(schemas));
            check(&own, &schema(core)["attributes"], "", &mut found);
        }
        described(&schema(core)["attributes"], "", &mut wanted);
        for extension in extensions {
            described(&schema(extension)["attributes"], &format!("{extension}:"), &mut wanted);
        }
        assert_eq!(wanted.difference(&found).collect::<Vec<_>>(), Vec::<&String>::new());
    }
}

#[tokio::test]
async fn every_attribute_is_described_as_scim_has_it() {
    fn look(attributes: &Value) {
        for attribute in attributes.as_array().unwrap() {
            assert!(attribute["description"].as_str().is_some_and(|text| !text.is_empty()), "{attribute}");
            assert_eq!(
                (&attribute["mutability"], &attribute["returned"]),
                (&json!("readOnly"), &json!("default"))
            );
            let kind = attribute["type"].as_str().unwrap();
            let is_text = ["string", "reference"].contains(&kind);
            assert_eq!(attribute.get("caseExact").is_some(), is_text, "{attribute}");
            assert_eq!(attribute.get("uniqueness").is_some(), is_text, "{attribute}");
            assert_eq!(attribute.get("referenceTypes").is_some(), kind == "reference", "{attribute}");
            assert_eq!(attribute.get("subAttributes").is_some(), kind == "complex", "{attribute}");
            attribute.get("subAttributes").iter().for_each(|parts| look(parts));
        }
    }
    for schema in Directories::empty().await.get("/Schemas").await.body["Resources"].as_array().unwrap() {
        look(&schema["attributes"]);
    }
}

#[tokio::test]
async fn whatever_describes_the_service_stands_where_it_says_it_stands() {
    let directories = Directories::empty().await;
    let base = "http://127.0.0.1:8630/scim/v2";
    for path in ["/Schemas", "/ResourceTypes"] {
        for one in directories.get(path).await.body["Resources"].as_array().unwrap() {
            let location = one["meta"]["location"].as_str().unwrap().strip_prefix(base).unwrap();
            assert_eq!(directories.get(location).await.body, *one);
        }
    }
    let config = directories.get("/ServiceProviderConfig").await.body;
    assert_eq!(config["meta"]["location"], json!(format!("{base}/ServiceProviderConfig")));
}

#[tokio::test]
async fn what_the_service_says_it_can_do_it_does_and_nothing_else() {
    let directories = Directories::new().await;
    let config = directories.get("/ServiceProviderConfig").await.body;
    let supported: Vec<&String> = config
        .as_object()
        .unwrap()
        .iter()
        .filter(|(_, value)| value["supported"] == json!(true))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(supported, ["etag", "filter"]);
    assert_eq!(config["filter"]["maxResults"], json!(1_000_000));
    let paging = &config["pagination"];
    assert_eq!((&paging["index"], &paging["cursor"]), (&json!(true), &json!(false)));
    assert_eq!(
        (&paging["defaultPageSize"], &paging["maxPageSize"]),
        (&json!(1_000_000), &config["filter"]["maxResults"])
    );
    assert_eq!(directories.get("/Users?cursor&count=1").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(config["authenticationSchemes"][0]["type"], json!("oauthbearertoken"));
    let found = directories.get("/Users?filter=userName%20eq%20%22wangwu%22").await;
    assert_eq!(found.each("userName"), ["wangwu"]);
    let path = format!("/Users/{}", hq("li"));
    assert_ne!(directories.get(&path).await.header("etag"), "");
    for (method, path) in [(Method::PATCH, &*path), (Method::POST, "/Bulk")] {
        let refused = directories.ask(method.clone(), path, &[], "{}").await;
        assert_eq!(refused.status, StatusCode::NOT_IMPLEMENTED, "{method}");
    }
    // Not supported, and so passed over: the order is the one that it always is.
    let sorted = directories.get("/Users?sortBy=userName&sortOrder=descending").await;
    assert_eq!(sorted.each("id"), directories.get("/Users").await.each("id"));
}

//! The addresses of single sources, what a token for some of them reads, and what a source's administrator chose.

use std::collections::BTreeSet;

use rollcall_browse::Within;
use serde_json::Map;

use super::*;
use crate::face::{ScimFace, ScimNames, ScimUserNames};
use crate::sources::{configured, kept};
use crate::visitor::{TokenScope, Who};

fn source(name: &str) -> SourceName {
    SourceName::new(name).unwrap()
}

/// A program whose token reads these sources alone.
fn limited_to(sources: &[&str]) -> Visitor {
    let within = Within::Only(sources.iter().map(|name| source(name)).collect());
    let who = Who::Token { id: 1, name: "reader".to_owned(), scope: TokenScope::Read, within };
    Visitor { who, ..administrator(Language::English) }
}

/// Every text that begins like an address of the service.
fn addresses(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) if text.contains("/scim/v2") => vec![text.clone()],
        Value::Array(values) => values.iter().flat_map(addresses).collect(),
        Value::Object(members) => members.values().flat_map(addresses).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

#[tokio::test]
async fn a_source_or_a_person_whose_name_is_no_text_is_not_there() {
    let directories = Directories::new().await;
    for path in [
        "/sources/%ff/Users",
        "/sources/hq%ff/Groups",
        "/sources/%c3%28",
        "/sources/%ff/ServiceProviderConfig",
        "/Users/%ff",
        "/Groups/%C0%80",
        "/sources/hq/Users/%ff",
    ] {
        assert_eq!(directories.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn at_the_address_of_a_source_there_is_nothing_of_another() {
    let directories = Directories::new().await;
    let branch = id_of(&source("branch"), "li", 0);
    for (path, total) in [
        ("/sources/hq/Users", 3),
        ("/sources/branch/Users", 1),
        ("/sources/branch/Groups", 0),
        ("/sources/branch", 1),
        ("/sources/hq/Users?filter=userName%20eq%20%22lisi%22", 1),
        ("/sources/hq/Users?filter=source%20eq%20%22branch%22", 0),
        ("/sources/hq/Users?filter=userName%20pr&count=0", 3),
    ] {
        let found = directories.get(path).await;
        assert_eq!((found.status, &found.body["totalResults"]), (StatusCode::OK, &json!(total)), "{path}");
    }
    let filter = format!("/sources/hq/Users?filter=id%20eq%20%22{branch}%22");
    assert_eq!(directories.get(&filter).await.body["totalResults"], json!(0));
    assert_eq!(directories.get(&format!("/sources/branch/Users/{branch}")).await.status, StatusCode::OK);
    for path in [
        format!("/sources/hq/Users/{branch}"),
        format!("/sources/branch/Users/{}", hq("li")),
        format!("/sources/branch/Groups/{}", hq("1")),
    ] {
        assert_eq!(directories.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let search = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]}).to_string();
    let media_type = [("content-type", "application/scim+json")];
    for path in ["/sources/branch/.search", "/sources/branch/Users/.search"] {
        let found = directories.ask(Method::POST, path, &media_type, &search).await;
        assert_eq!(found.each("id"), [branch.as_str()], "{path}");
    }
}

#[tokio::test]
async fn every_location_stays_below_the_address_that_was_asked() {
    let directories = Directories::new().await;
    let id = hq("1");
    for below in [
        "/sources/hq",
        "/sources/hq/Users",
        "/sources/hq/Groups",
        &format!("/sources/hq/Groups/{id}"),
        "/sources/hq/Schemas",
        "/sources/hq/ResourceTypes",
        "/sources/hq/ResourceTypes/User",
        "/sources/hq/ServiceProviderConfig",
    ] {
        let answer = directories.get(below).await;
        let told = addresses(&answer.body);
        assert!(!told.is_empty(), "{below}");
        for address in told {
            assert!(address.starts_with("http://127.0.0.1:8630/scim/v2/sources/hq/"), "{below}: {address}");
        }
    }
    let whole = directories.get("/Users").await.body;
    assert!(addresses(&whole).iter().all(|address| !address.contains("/sources/")));
}

#[tokio::test]
async fn below_the_address_of_a_source_that_is_not_there_there_is_nothing() {
    let directories = Directories::new().await;
    for name in ["nobody", "HQ", "h%20q", "%00", "..", "a.b"] {
        for path in ["", "/Users", "/Groups/x", "/Schemas", "/ServiceProviderConfig", "/ResourceTypes/User"] {
            let path = format!("/sources/{name}{path}");
            let answer = directories.get(&path).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            assert_eq!(answer.header("content-type"), "application/scim+json", "{path}");
        }
    }
    assert_eq!(directories.get("/sources").await.status, StatusCode::NOT_FOUND);
    assert_eq!(directories.get("/sources/hq/Nonsense").await.status, StatusCode::NOT_FOUND);
    for (name, status) in [("hq", StatusCode::NOT_IMPLEMENTED), ("nobody", StatusCode::NOT_FOUND)] {
        let path = format!("/sources/{name}/Users");
        assert_eq!(directories.ask(Method::POST, &path, &[], "{}").await.status, status, "{path}");
    }
}

#[tokio::test]
async fn nobody_reads_at_the_address_of_a_source_without_being_known() {
    let directories = Directories::new().await;
    let mut routes = routes().with_state(directories.bench.console.clone());
    for path in ["", "/Users", "/Groups/hq.MQ", "/Schemas", "/Nonsense", "/ServiceProviderConfig", "/Me"] {
        for name in ["hq", "nobody"] {
            let uri = format!("{PATH}/sources/{name}{path}");
            let request = Request::builder().uri(&uri).body(Body::empty()).unwrap();
            assert_eq!(routes.call(request).await.unwrap().status(), StatusCode::UNAUTHORIZED, "{uri}");
        }
    }
}

#[tokio::test]
async fn a_token_for_some_sources_hears_of_no_other() {
    let directories = Directories::new().await;
    directories.put("annex", Action::Created, &[("User", "li", json!({"userName": "lisi"}))]).await;
    let get =
        async |visitor: &Visitor, path: &str| directories.ask_as(visitor, Method::GET, path, &[], "").await;
    let branch = id_of(&source("branch"), "li", 0);
    let one = limited_to(&["branch"]);
    for (path, total) in [
        ("/Users", 1),
        ("/Groups", 0),
        ("", 1),
        ("/Users?count=0", 1),
        ("/Users?filter=userName%20eq%20%22lisi%22", 1),
        ("/Users?filter=source%20eq%20%22hq%22", 0),
        ("/sources/branch/Users", 1),
    ] {
        let found = get(&one, path).await;
        assert_eq!((found.status, &found.body["totalResults"]), (StatusCode::OK, &json!(total)), "{path}");
    }
    assert_eq!(get(&one, &format!("/Users/{branch}")).await.status, StatusCode::OK);
    for path in [
        format!("/Users/{}", hq("li")),
        format!("/Groups/{}", hq("1")),
        "/sources/hq/Users".to_owned(),
        "/sources/hq/Schemas".to_owned(),
        format!("/sources/hq/Users/{}", hq("li")),
        format!("/sources/branch/Users/{}", hq("li")),
    ] {
        let answer = get(&one, &path).await;
        let nobody = get(&one, "/Users/nobody").await;
        assert_eq!((answer.status, &answer.body), (StatusCode::NOT_FOUND, &nobody.body), "{path}");
    }
    let two = get(&limited_to(&["branch", "annex"]), "/Users").await;
    assert_eq!((two.body["totalResults"].clone(), two.each("userName")), (json!(2), vec!["lisi", "lisi"]));
    assert_eq!(get(&limited_to(&["nobody"]), "/Users").await.body["totalResults"], json!(0));
    assert_eq!(get(&limited_to(&[]), "").await.body["totalResults"], json!(0));
    for path in ["/Schemas", "/ResourceTypes", "/ServiceProviderConfig"] {
        assert_eq!(get(&one, path).await.status, StatusCode::OK, "{path}");
    }
}

/// Have a source told like this. Its connector is not there, so nothing else becomes of it.
async fn choose(directories: &Directories, name: &str, face: ScimFace) {
    let configured = configured::Configured {
        name: source(name),
        connector: "blake3:00".to_owned(),
        settings: Map::new(),
        proxy: None,
        ca_pem: None,
        allow: Vec::new(),
        timing: None,
        departed: rollcall_host::DepartedUsers::Deactivate,
        face,
        is_followed: false,
        secret: BTreeSet::new(),
        trust: None,
    };
    let console = &directories.bench.console;
    kept::keep(console.services().database(), console.services().key(), &configured, NOW).await.unwrap();
    console.take_up().await.unwrap();
}

#[tokio::test]
async fn people_of_a_source_are_told_as_its_administrator_chose() {
    let directories = Directories::new().await;
    let face = ScimFace { names: ScimNames::Split, user_names: ScimUserNames::WithSource };
    choose(&directories, "hq", face).await;
    let person = directories.get(&format!("/Users/{}", hq("li"))).await.body;
    assert_eq!(person["userName"], json!("lisi@hq"));
    assert_eq!(person["name"], json!({"formatted": "李四", "familyName": "李", "givenName": "四"}));
    assert_eq!(person["externalId"], json!("li"));
    let other = directories.get("/sources/branch/Users").await;
    assert_eq!(other.each("userName"), ["lisi"]);
    let all = directories.get("/Users").await;
    let names: BTreeSet<_> = all.each("userName").into_iter().collect();
    assert_eq!(names.len(), 4, "{names:?}");
    for (filter, found) in [
        ("userName%20eq%20%22LiSi@hq%22", vec!["lisi@hq"]),
        ("userName%20eq%20%22lisi%22", vec!["lisi"]),
        ("userName%20eq%20%22lisi@branch%22", vec![]),
        ("userName%20sw%20%22lisi%22", vec!["lisi", "lisi@hq"]),
        (
            "userName%20ew%20%22@HQ%22%20and%20not%20(userName%20eq%20%22wangwu@hq%22)",
            vec!["zhangsan@hq", "lisi@hq"],
        ),
    ] {
        let answer = directories.get(&format!("/Users?filter={filter}")).await;
        assert_eq!(answer.each("userName"), found, "{filter}");
    }
}

#[tokio::test]
async fn a_filter_finds_user_names_as_they_are_told() {
    let directories = Directories::new().await;
    let face = ScimFace { user_names: ScimUserNames::WithSource, ..ScimFace::default() };
    choose(&directories, "hq", face).await;
    for (base, filter, total) in [
        ("", "userName eq \"lisi@branch\"", 0),
        ("", "userName ne \"lisi@hq\"", 3),
        ("", "not (userName eq \"lisi@hq\")", 3),
        ("", "userName co \"i@h\"", 1),
        ("", "userName gt \"lisi\"", 3),
        ("", "userName pr", 4),
        ("", "userName eq \"lisi@hq\" or userName eq \"lisi\"", 2),
        ("/sources/hq", "userName eq \"LISI@hq\"", 1),
        ("/sources/hq", "userName eq \"lisi\"", 0),
        ("/sources/hq", "userName ne \"lisi\"", 3),
        ("/sources/branch", "userName eq \"lisi\"", 1),
    ] {
        let found = directories.get(&format!("{base}/Users?filter={}", crate::paths::segment(filter))).await;
        let n = found.body["Resources"].as_array().map(Vec::len);
        assert_eq!((&found.body["totalResults"], n), (&json!(total), Some(total)), "{base} {filter}");
    }
}

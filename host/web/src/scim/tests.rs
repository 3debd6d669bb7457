//! What a SCIM client gets.

mod discovery;
mod face;
mod filters;
mod moments;
mod paging;
mod polling;

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use rollcall_host::directory::{Action, Directory, Write};
use rollcall_host::document::Document;
use rollcall_host::history::{ConnectorIdentity, NewRun, Opened, RunKind, Trigger};
use rollcall_host::model::{Key, RunId, SourceName};
use rollcall_words::Language;
use serde_json::json;
use tower_service::Service;

mod people;
mod sources;

use super::*;
use crate::scim::id::id_of;
use crate::testing::{Bench, NOW, administrator};

/// What was answered.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// What this member is of each resource on the page.
    fn each(&self, name: &str) -> Vec<&str> {
        let resources = self.body["Resources"].as_array().unwrap();
        resources.iter().map(|one| one[name].as_str().unwrap_or_default()).collect()
    }
}

/// Two sources: `hq` with departments 1 above 2 and three people, `branch` with one person.
pub(crate) struct Directories {
    pub(crate) bench: Bench,
}

impl Directories {
    /// None yet.
    async fn empty() -> Self {
        Self { bench: Bench::new().await }
    }

    pub(crate) async fn new() -> Self {
        let directories = Self::empty().await;
        let in_department = |id: &str, name: &str, department: &str| {
            json!({
                "userName": id, "displayName": name, "active": true, "emails": [{"value": format!("{id}@hq.example")}],
                "urn:rollcall:scim:schemas:extension:2.0:User": {"departments": [{"value": department}]},
            })
        };
        let hq = [
            ("Department", "1", json!({"displayName": "总部", "parent": null})),
            ("Department", "2", json!({"displayName": "研发 <R&D>", "parent": {"value": "1"}})),
            ("User", "zhang/san%", in_department("zhangsan", "张三", "2")),
            ("User", "li", in_department("lisi", "李四", "2")),
            ("User", "wang", in_department("wangwu", "王五", "1")),
        ];
        directories.put("hq", Action::Created, &hq).await;
        directories.put("branch", Action::Created, &[("User", "li", json!({"userName": "lisi"}))]).await;
        directories
    }

    /// Write these in a run of the source's own, the one that is open.
    pub(crate) async fn put(&self, source: &str, action: Action, objects: &[(&str, &str, Value)]) -> RunId {
        let source = SourceName::new(source).unwrap();
        let run = NewRun {
            source: source.clone(),
            kind: RunKind::Full,
            trigger: Trigger::Manual,
            dry_run: false,
            attended: false,
            connector: ConnectorIdentity {
                id: "test".to_owned(),
                version: "1.0.0".to_owned(),
                digest: "blake3:0".to_owned(),
            },
            started_at: NOW,
        };
        let run = match self.bench.store.open_run(&run).await.unwrap() {
            Opened::Run(run) | Opened::Busy(run) => run,
        };
        let write = |(resource_type, id, document): &(&str, &str, Value)| Write {
            key: Key::new(*resource_type, *id),
            action,
            version: "1".to_owned(),
            before: None,
            after: Some(document.clone().into()),
            witness: None,
        };
        let writes: Vec<_> = objects.iter().map(write).collect();
        Directory::store(&*self.bench.store, &source, &run, &writes).await.unwrap();
        run
    }

    async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.ask_as(&administrator(Language::English), method, path, headers, body).await
    }

    async fn ask_as(
        &self,
        visitor: &Visitor,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("{PATH}{path}"));
        request = request.header(header::HOST, "hr.example");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::from(body.to_owned())).unwrap();
        request.extensions_mut().insert(visitor.reader);
        request.extensions_mut().insert(visitor.clone());
        let mut routes = routes().with_state(self.bench.console.clone());
        let (head, body) = routes.call(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() };
        Answer { status: head.status, headers: head.headers, body }
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[], "").await
    }
}

fn hq(external_id: &str) -> String {
    id_of(&SourceName::new("hq").unwrap(), external_id, 0)
}

#[tokio::test]
async fn people_of_all_sources_are_users_and_departments_are_groups() {
    let directories = Directories::new().await;
    let users = directories.get("/Users").await;
    assert_eq!(users.header("content-type"), "application/scim+json");
    assert_eq!(users.body["totalResults"], json!(4));
    assert_eq!(users.each("userName"), ["lisi", "zhangsan", "lisi", "wangwu"]);
    let groups = directories.get("/Groups").await;
    assert_eq!(groups.each("displayName"), ["总部", "研发 <R&D>"]);
    let both = directories.get("?startIndex=4&count=2").await;
    assert_eq!(
        (both.body["totalResults"].clone(), both.each("displayName")),
        (json!(6), vec!["王五", "总部"])
    );
}

#[tokio::test]
async fn a_group_has_its_people_and_the_groups_below_and_a_user_has_its_groups() {
    let directories = Directories::new().await;
    let group = directories.get(&format!("/Groups/{}", hq("1"))).await;
    let named = |kind: &str, id: &str, display: &str, of: &str| {
        let location = format!("http://127.0.0.1:8630/scim/v2/{of}/{id}");
        json!({"value": id, "$ref": location, "display": display, "type": kind})
    };
    let members = json!([
        named("User", &hq("wang"), "王五", "Users"),
        named("Group", &hq("2"), "研发 <R&D>", "Groups")
    ]);
    assert_eq!(group.body["members"], members);
    let user = directories.get(&format!("/Users/{}", hq("zhang/san%"))).await;
    assert_eq!(user.body["groups"], json!([named("direct", &hq("2"), "研发 <R&D>", "Groups")]));
    assert_eq!(user.body["externalId"], json!("zhang/san%"));
}

#[tokio::test]
async fn a_filter_finds_whom_it_describes() {
    let directories = Directories::new().await;
    for (path, found) in [
        ("/Users?filter=userName%20eq%20%22LISI%22", 2),
        ("/Users?filter=emails%20co%20%22@hq%22%20and%20active%20eq%20true", 3),
        ("/Users?filter=source%20eq%20%22branch%22", 1),
        ("/Users?filter=displayName%20co%20%22%E5%BC%A0%22", 1),
        ("/Users?filter=id%20eq%20%22nobody%22", 0),
        ("/Groups?filter=displayName%20eq%20%22%E6%80%BB%E9%83%A8%22", 1),
        ("?filter=userName%20pr", 4),
        ("?filter=userName%20ne%20%22lisi%22", 4),
        ("/Users?filter=userName%20eq%20%22lisi%22%20or%20userName%20eq%20%22wangwu%22", 3),
        (
            "/Users?filter=emails%5Btype%20eq%20%22home%22%5D.value%20pr%20or%20emails.value%20sw%20%22LI%22",
            1,
        ),
        ("/Users?filter=active%20eq%20%22True%22", 4),
        ("/Users?filter=meta.lastModified%20gt%20%222000-01-01T00:00:00Z%22", 4),
        ("/Users?filter=meta.lastModified%20le%20%222000-01-01T00:00:00Z%22", 0),
        ("/Groups?filter=members.display%20eq%20%22%E7%8E%8B%E4%BA%94%22", 1),
    ] {
        assert_eq!(directories.get(path).await.body["totalResults"], json!(found), "{path}");
    }
}

#[tokio::test]
async fn a_person_who_left_stays_readable_and_is_inactive() {
    let directories = Directories::new().await;
    directories
        .put("hq", Action::Deactivated, &[("User", "li", json!({"userName": "lisi", "active": false}))])
        .await;
    let user = directories.get(&format!("/Users/{}", hq("li"))).await;
    assert_eq!((user.status, &user.body["active"]), (StatusCode::OK, &json!(false)));
    let group = directories.get(&format!("/Groups/{}", hq("2"))).await;
    assert_eq!(group.body["members"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_version_that_the_client_has_is_not_sent_again_until_it_changes() {
    let directories = Directories::new().await;
    let path = format!("/Groups/{}", hq("2"));
    let version = directories.get(&path).await.header("etag").to_owned();
    let again = directories.ask(Method::GET, &path, &[("if-none-match", &version)], "").await;
    assert_eq!((again.status, again.body), (StatusCode::NOT_MODIFIED, Value::Null));
    directories.put("hq", Action::Deactivated, &[("User", "li", json!({"active": false}))]).await;
    let changed = directories.ask(Method::GET, &path, &[("if-none-match", &version)], "").await;
    assert_eq!(changed.status, StatusCode::OK);
}

#[tokio::test]
async fn members_that_nobody_wants_are_not_read() {
    let directories = Directories::new().await;
    let groups = directories.get("/Groups?excludedAttributes=members").await;
    assert_eq!(groups.body["Resources"][1]["members"], Value::Null);
    assert_eq!(groups.body["Resources"][1]["meta"]["version"], Value::Null);
    let names = directories.get("/Groups?attributes=displayName").await;
    assert_eq!(
        names.body["Resources"][0].as_object().unwrap().keys().collect::<Vec<_>>(),
        ["displayName", "id", "schemas"]
    );
}

#[tokio::test]
async fn a_search_is_a_list_whose_parameters_are_in_the_body() {
    let directories = Directories::new().await;
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "filter": "userName eq \"wangwu\"", "attributes": ["userName"],
    });
    let json = [("content-type", "application/scim+json")];
    for path in ["/.search", "/Users/.search"] {
        let found = directories.ask(Method::POST, path, &json, &body.to_string()).await;
        assert_eq!((found.status, found.each("userName")), (StatusCode::OK, vec!["wangwu"]), "{path}");
    }
}

#[tokio::test]
async fn whatever_is_refused_is_a_scim_error() {
    let directories = Directories::new().await;
    let json = [("content-type", "application/scim+json")];
    for (method, path, body, status, scim_type) in [
        (Method::GET, "/Users?filter=userName", "", 400, json!("invalidFilter")),
        (Method::GET, "/Users?filter=colour%20pr%20or%20id%20pr", "", 400, json!("invalidFilter")),
        (Method::GET, "/Users?startIndex=x", "", 400, json!("invalidValue")),
        (Method::GET, "/Users?count=1&count=2", "", 400, json!("invalidValue")),
        (Method::POST, "/Users/.search", "{", 400, json!("invalidSyntax")),
        (Method::GET, "/Users/nobody", "", 404, Value::Null),
        (Method::GET, "/Users/hq.bm9ib2R5", "", 404, Value::Null),
        (Method::GET, "/Nonsense", "", 404, Value::Null),
        (Method::GET, "/Schemas/urn:nonsense", "", 404, Value::Null),
        (Method::GET, "/Schemas?filter=id%20pr", "", 403, Value::Null),
        (Method::POST, "/Schemas", "{}", 405, Value::Null),
        (Method::POST, "/Users", "{}", 501, Value::Null),
        (Method::PATCH, "/Groups/hq.MQ", "{}", 501, Value::Null),
        (Method::DELETE, "/Users/hq.MQ", "", 501, Value::Null),
        (Method::POST, "/Bulk", "{}", 501, Value::Null),
        (Method::GET, "/Me", "", 501, Value::Null),
    ] {
        let refused = directories.ask(method.clone(), path, &json, body).await;
        assert_eq!(refused.status.as_u16(), status, "{method} {path}");
        assert_eq!(refused.header("content-type"), "application/scim+json", "{method} {path}");
        assert_eq!(refused.body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
        assert_eq!(refused.body["status"], json!(status.to_string()), "{method} {path}");
        assert_eq!(refused.body["scimType"], scim_type, "{method} {path}");
    }
}

#[tokio::test]
async fn every_schema_that_a_resource_type_names_is_published() {
    let directories = Directories::new().await;
    let types = directories.get("/ResourceTypes").await.body;
    let schemas = directories.get("/Schemas").await;
    let published = schemas.each("id");
    for kind in types["Resources"].as_array().unwrap() {
        let extensions = kind["schemaExtensions"].as_array().unwrap().iter().map(|one| &one["schema"]);
        for schema in [&kind["schema"]].into_iter().chain(extensions) {
            assert!(published.contains(&schema.as_str().unwrap()), "{schema}");
            assert_eq!(
                directories.get(&format!("/Schemas/{}", schema.as_str().unwrap())).await.status,
                StatusCode::OK
            );
        }
    }
}

#[tokio::test]
async fn nobody_reads_without_being_known() {
    let directories = Directories::new().await;
    let mut routes = routes().with_state(directories.bench.console.clone());
    for path in ["/Users", "/Groups/hq.MQ", "/Schemas", "/Nonsense", "/ServiceProviderConfig"] {
        let request = Request::builder().uri(format!("{PATH}{path}")).body(Body::empty()).unwrap();
        assert_eq!(routes.call(request).await.unwrap().status(), StatusCode::UNAUTHORIZED, "{path}");
    }
}

#[tokio::test]
async fn somebody_who_got_the_id_of_another_person_is_another_resource() {
    let directories = Directories::new().await;
    let run = directories.put("hq", Action::Updated, &[]).await;
    let source = SourceName::new("hq").unwrap();
    let write = |action, after: Option<Value>| Write {
        key: Key::new("User", "li"),
        action,
        version: "2".to_owned(),
        before: None,
        after: after.map(Document::from),
        witness: Some("the source gave this id to somebody else".to_owned()),
    };
    let newcomer = json!({
        "userName": "newcomer",
        "urn:rollcall:scim:schemas:extension:2.0:User": {"departments": [{"value": "2"}]},
    });
    let writes = [write(Action::Deleted, None), write(Action::Created, Some(newcomer))];
    Directory::store(&*directories.bench.store, &source, &run, &writes).await.unwrap();
    let (first, second) = (hq("li"), id_of(&source, "li", run.as_str().parse().unwrap()));
    assert_eq!(directories.get(&format!("/Users/{first}")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(directories.get(&format!("/Users/{second}")).await.body["userName"], json!("newcomer"));
    for (id, n) in [(&first, 0), (&second, 1)] {
        let found = directories.get(&format!("/Users?filter=id%20eq%20%22{id}%22")).await;
        assert_eq!(found.body["totalResults"], json!(n), "{id}");
    }
    let members = directories.get(&format!("/Groups/{}", hq("2"))).await.body["members"].clone();
    let ids: Vec<&str> = members.as_array().unwrap().iter().filter_map(|one| one["value"].as_str()).collect();
    assert!(ids.contains(&second.as_str()) && !ids.contains(&first.as_str()), "{ids:?}");
}

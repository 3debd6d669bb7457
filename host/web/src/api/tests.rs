//! What a program gets.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use expect_test::expect;
use http_body_util::BodyExt;
use rollcall_browse::Within;
use rollcall_host::directory::Action;
use rollcall_words::Language;
use serde_json::{Value, json};
use tower_service::Service;

use super::*;
use crate::scim::tests::Directories;
use crate::testing::administrator;
use crate::visitor::{TokenScope, Who};

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

    fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    fn each(&self, pointer: &str) -> Vec<&str> {
        let items = self.body["items"].as_array().unwrap();
        items.iter().map(|item| item.pointer(pointer).and_then(Value::as_str).unwrap_or_default()).collect()
    }
}

fn reading() -> Visitor {
    let who = Who::Token { id: 1, name: "reader".to_owned(), scope: TokenScope::Read, within: Within::All };
    Visitor { who, ..administrator(Language::English) }
}

async fn ask(console: &Console, visitor: Option<Visitor>, method: Method, path: &str, body: &str) -> Answer {
    let request =
        Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, "application/json");
    let mut request = request.body(Body::from(body.to_owned())).unwrap();
    if let Some(visitor) = visitor {
        request.extensions_mut().insert(visitor.reader);
        request.extensions_mut().insert(visitor);
    }
    let (head, body) = routes().with_state(console.clone()).call(request).await.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() };
    Answer { status: head.status, headers: head.headers, body }
}

async fn get(directories: &Directories, path: &str) -> Answer {
    let visitor = administrator(Language::English);
    ask(&directories.bench.console, Some(visitor), Method::GET, &format!("{PATH}{path}"), "").await
}

fn document() -> Value {
    document::finished(operations().into_openapi())
}

/// Method, path and what is said of it.
fn each_operation(document: &Value) -> Vec<(String, String, Value)> {
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            all.push((method.to_uppercase(), path.clone(), operation.clone()));
        }
    }
    all
}

/// Where everything that is referred to stands.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|value| references(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| references(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_operation_says_what_it_is_for_and_how_it_can_fail() {
    let document = document();
    let mut ids = BTreeSet::new();
    for (method, path, operation) in each_operation(&document) {
        let named = format!("{method} {path}");
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{named}");
        assert!(!operation["summary"].as_str().unwrap().is_empty(), "{named}");
        let refusals =
            if method == "GET" { vec!["401", "404", "500"] } else { vec!["401", "403", "409", "500"] };
        for status in refusals {
            let problem =
                &operation["responses"][status]["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(problem, "#/components/schemas/ProblemDetails", "{named} {status}");
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(!parameter["description"].as_str().unwrap_or_default().is_empty(), "{named} {parameter}");
        }
    }
    assert!(20 < ids.len());
}

#[test]
fn whatever_the_document_refers_to_is_in_it() {
    let document = document();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(!found.is_empty());
    for reference in found {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
}

#[test]
fn the_document_says_how_to_be_known() {
    let document = document();
    assert_eq!(document["security"], json!([{"bearer": []}]));
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
}

#[tokio::test]
async fn nobody_does_anything_without_being_known_and_a_reader_changes_nothing() {
    let directories = Directories::new().await;
    for (method, path, _) in each_operation(&document()) {
        let (method, filled) = (Method::from_bytes(method.as_bytes()).unwrap(), path.replace(['{', '}'], ""));
        let path = format!("{PATH}{filled}?q=a");
        let console = &directories.bench.console;
        let unknown = ask(console, None, method.clone(), &path, "{}").await;
        assert_eq!(unknown.status, StatusCode::UNAUTHORIZED, "{method} {path}");
        assert_eq!(unknown.header("www-authenticate"), "Bearer", "{method} {path}");
        if method != Method::GET {
            let refused = ask(console, Some(reading()), method.clone(), &path, "{}").await;
            assert_eq!(
                (refused.status, refused.code()),
                (StatusCode::FORBIDDEN, "read-only"),
                "{method} {path}"
            );
        }
    }
}

#[tokio::test]
async fn who_administers_is_told_to_those_who_may_manage_alone() {
    let directories = Directories::new().await;
    let console = &directories.bench.console;
    let path = format!("{PATH}/audit");
    let refused = ask(console, Some(reading()), Method::GET, &path, "").await;
    assert_eq!((refused.status, refused.code()), (StatusCode::FORBIDDEN, "forbidden"));
    let manager = administrator(Language::English);
    assert_eq!(ask(console, Some(manager), Method::GET, &path, "").await.status, StatusCode::OK);
}

#[tokio::test]
async fn whatever_is_refused_is_told_as_problem_details() {
    let directories = Directories::new().await;
    let run = directories.put("hq", Action::Created, &[]).await;
    let console = &directories.bench.console;
    let [entries, cancel] = [format!("/runs/{run}/entries?severity=bad"), format!("/runs/{run}/cancel")];
    let long = format!("/objects?q={}", "x".repeat(201));
    for (method, path, body, status, code) in [
        (Method::GET, "/nonsense", "", 404, "not-found"),
        (Method::GET, "/sources/none", "", 404, "not-found"),
        (Method::GET, "/sources/%20", "", 404, "not-found"),
        (Method::GET, "/runs/none", "", 404, "not-found"),
        (Method::GET, "/runs/-1", "", 404, "not-found"),
        (Method::GET, "/runs/99999999999999999999", "", 404, "not-found"),
        (Method::GET, "/sources/hq/objects/User/nobody", "", 404, "not-found"),
        (Method::DELETE, "/runs", "", 405, "method-not-allowed"),
        (Method::GET, "/runs?colour=red", "", 400, "query-not-valid"),
        (Method::GET, "/runs?kind=red", "", 400, "query-not-valid"),
        (Method::GET, "/runs?limit=0", "", 400, "limit-out-of-range"),
        (Method::GET, "/runs?limit=201", "", 400, "limit-out-of-range"),
        (Method::GET, "/runs?cursor=nonsense", "", 400, "cursor-not-valid"),
        (Method::GET, entries.as_str(), "", 400, "query-not-valid"),
        (Method::GET, long.as_str(), "", 400, "text-too-long"),
        (Method::POST, "/sources", "{", 400, "body-not-valid"),
        (Method::POST, "/sources", "{}", 422, "body-not-valid"),
        (Method::POST, "/sources/hq/events/retry", "[]", 422, "body-not-valid"),
        (Method::POST, "/sources/hq/events/retry", r#"{"numbers": null}"#, 422, "body-not-valid"),
        (Method::POST, "/sources/hq/events/retry", r#"{"numbers": [0]}"#, 422, "body-not-valid"),
        (Method::GET, "/objects?resource_type=", "", 400, "parameter-not-valid"),
        (Method::POST, cancel.as_str(), "", 409, "run-not-under-way"),
    ] {
        let visitor = administrator(Language::English);
        let refused = ask(console, Some(visitor), method.clone(), &format!("{PATH}{path}"), body).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (status, code), "{method} {path}");
        assert_eq!(refused.header("content-type"), "application/problem+json", "{method} {path}");
        assert_eq!(refused.body["type"], json!(format!("/api/problems/{code}")));
        assert_eq!(refused.body["status"], json!(status));
    }
}

#[tokio::test]
async fn a_problem_is_told_in_the_language_of_whoever_asks() {
    let directories = Directories::new().await;
    let path = format!("{PATH}/nonsense");
    let refused =
        ask(&directories.bench.console, Some(administrator(Language::Chinese)), Method::GET, &path, "").await;
    assert_eq!(refused.body["detail"], json!("此地址下没有内容"));
}

#[tokio::test]
async fn what_is_too_large_is_refused() {
    let directories = Directories::new().await;
    let body = format!("\"{}\"", "x".repeat(MAX_BODY_BYTES));
    let visitor = Some(administrator(Language::English));
    let refused =
        ask(&directories.bench.console, visitor, Method::POST, &format!("{PATH}/sources"), &body).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
}

/// The schema that is meant, where it refers to another one or may be null as well.
fn meant<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let reference = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    let choices = schema["oneOf"].as_array();
    let chosen = choices.and_then(|choices| choices.iter().find(|choice| choice["type"] != "null"));
    match reference.and_then(|reference| document.pointer(reference)).or(chosen) {
        Some(other) => meant(document, other),
        None => schema,
    }
}

/// A value with everything in it that its schema has.
fn example(document: &Value, schema: &Value) -> Value {
    let schema = meant(document, schema);
    let kind = schema["type"].as_array().map_or(&schema["type"], |kinds| &kinds[0]);
    match kind.as_str() {
        Some("object") => {
            let properties = schema["properties"].as_object().into_iter().flatten();
            properties.map(|(name, schema)| (name.clone(), example(document, schema))).collect()
        }
        Some("array") => json!([example(document, &schema["items"])]),
        Some("integer") => json!(1),
        Some("boolean") => json!(true),
        Some(_) | None => schema["enum"].get(0).cloned().unwrap_or_else(|| json!("x")),
    }
}

/// Where every object stands, itself included.
fn objects(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.push(at.to_owned());
            members.iter().for_each(|(name, value)| objects(value, &format!("{at}/{name}"), found));
        }
        Value::Array(values) => {
            values.iter().enumerate().for_each(|(n, value)| objects(value, &format!("{at}/{n}"), found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[tokio::test]
async fn a_list_is_taken_for_no_object_anywhere_in_a_body() {
    let (bench, document) = (crate::testing::Bench::new().await, document());
    let mut tried = String::new();
    for (method, path, operation) in each_operation(&document) {
        let content = operation["requestBody"]["content"].as_object().into_iter().flatten();
        for (_, content) in content {
            let body = example(&document, &content["schema"]);
            let mut places = Vec::new();
            objects(&body, "", &mut places);
            for place in places {
                let mut wrong = body.clone();
                *wrong.pointer_mut(&place).unwrap() = json!([]);
                let (method, path) =
                    (method.parse().unwrap(), format!("{PATH}{}", path.replace(['{', '}'], "")));
                let administrator = Some(administrator(Language::English));
                let answer = ask(&bench.console, administrator, method, &path, &wrong.to_string()).await;
                let told = &answer.body["errors"][0]["pointer"];
                assert_eq!((answer.status.as_u16(), told), (422, &json!(place)), "{operation}");
                writeln!(tried, "{} {place:?}", operation["operationId"].as_str().unwrap()).unwrap();
            }
        }
    }
    expect![[r#"
        approveRun ""
        approveRun "/keys/0"
        declineRun ""
        declineRun "/keys/0"
        undoRun ""
        addSource ""
        addSource "/proxy"
        addSource "/schedule"
        addSource "/scim"
        addSource "/settings"
        changeSource ""
        retryEvents ""
        refreshObjects ""
        refreshObjects "/keys/0"
        startRun ""
    "#]]
    .assert_eq(&tried);
}

#[tokio::test]
async fn a_list_is_read_page_by_page_to_its_end() {
    let directories = Directories::new().await;
    let run = directories.put("hq", Action::Updated, &[("User", "li", json!({"displayName": "李四"}))]).await;
    let (mut seen, mut path) = (Vec::new(), format!("/runs/{run}/changes?limit=4"));
    loop {
        let page = get(&directories, &path).await;
        seen.extend(page.each("/key/external_id").into_iter().map(str::to_owned));
        let Some(next) = page.body["next"].as_str() else { break };
        path = format!("/runs/{run}/changes?limit=4&cursor={next}");
    }
    assert_eq!(seen, ["1", "2", "zhang/san%", "li", "wang", "li"]);
}

#[tokio::test]
async fn a_person_is_told_with_their_trail_and_so_is_one_who_is_gone() {
    let directories = Directories::new().await;
    let person = get(&directories, "/sources/hq/objects/User/zhang%2Fsan%25").await;
    assert_eq!(person.body["held"]["document"]["displayName"], json!("张三"));
    assert_eq!(person.body["trail"][0]["change"]["action"], json!("created"));
    directories.put("hq", Action::Deleted, &[("User", "zhang/san%", Value::Null)]).await;
    let gone = get(&directories, "/sources/hq/objects/User/zhang%2Fsan%25").await;
    assert_eq!((gone.status, &gone.body["held"]), (StatusCode::OK, &Value::Null));
    assert_eq!(gone.body["trail"][0]["change"]["action"], json!("deleted"));
    let why = get(&directories, "/why?q=zhang").await;
    assert_eq!(why.body["once_known"][0]["key"]["external_id"], json!("zhang/san%"));
}

#[tokio::test]
async fn people_and_departments_of_all_sources_are_found_by_their_words() {
    let directories = Directories::new().await;
    let found = get(&directories, "/objects?q=%E6%9D%8E%20hq.example").await;
    assert_eq!((found.each("/name"), &found.body["total"]), (vec!["李四"], &json!(1)));
    let departments = get(&directories, "/objects?resource_type=Department&source=hq").await;
    assert_eq!(departments.each("/name").len(), 2);
}

#[tokio::test]
async fn a_run_is_told_with_its_state_and_counted() {
    let directories = Directories::new().await;
    let run = directories.put("hq", Action::Created, &[]).await;
    let told = get(&directories, &format!("/runs/{run}")).await;
    assert_eq!((&told.body["source"], &told.body["kind"]), (&json!("hq"), &json!("full")));
    let summary = get(&directories, &format!("/runs/{run}/summary")).await;
    assert_eq!(summary.body["changes"][1]["n"], json!(3));
    assert_eq!(get(&directories, "/runs?source=hq").await.each("/source"), ["hq"]);
    assert!(get(&directories, "/runs?source=hq&dry_run=true").await.each("/id").is_empty());
}

#[tokio::test]
async fn people_read_every_operation_in_both_languages() {
    let directories = Directories::new().await;
    for language in [Language::English, Language::Chinese] {
        let pages = pages().with_state(directories.bench.console.clone());
        let page = crate::testing::ask(pages, &administrator(language), Method::GET, "/api", "").await;
        assert_eq!(page.status, StatusCode::OK);
        for (_, path, operation) in each_operation(&document()) {
            let id = operation["operationId"].as_str().unwrap();
            assert!(page.body.contains(&format!("id=\"{id}\"")), "{id}");
            assert!(page.body.contains(&format!("{PATH}{path}")), "{path}");
        }
    }
}

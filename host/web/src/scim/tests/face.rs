//! The service as programs meet it: behind the gate, at every address that somebody may enter, with and without a token.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower_service::Service;

use super::{Answer, Directories, hq};
use crate::identity;
use crate::testing::NOW;

const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
const BEARER: &str = "Bearer realm=\"rollcall\"";

impl Directories {
    /// Ask everything that the console answers, as it is served.
    async fn meet(&self, method: &Method, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        // A name that nobody knows: programs are not asked for one.
        request = request.header(header::HOST, "directory.internal");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let (head, body) = self.bench.console.routes().call(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() };
        Answer { status: head.status, headers: head.headers, body }
    }
}

impl Answer {
    /// What it must be whatever it says: of SCIM's kind, and no way to a page.
    #[track_caller]
    fn is_of_scim(&self, about: &str) {
        assert_eq!(self.header("content-type"), "application/scim+json", "{about}");
        assert_eq!(self.header("location"), "", "{about}");
        let status = self.status.as_u16();
        if 400 <= status && self.body != Value::Null {
            let said = (&self.body["schemas"], &self.body["status"]);
            assert_eq!(said, (&json!([ERROR]), &json!(status.to_string())), "{about}");
            assert!(self.body["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{about}");
        }
    }
}

/// How people and programs write addresses of the service, and what is answered to whoever is known.
fn addresses() -> Vec<(String, u16)> {
    let id = hq("li");
    let encoded = id.replace('.', "%2E");
    let mut addresses: Vec<(String, u16)> = [
        ("/scim", 200),
        ("/scim/", 200),
        ("/Scim", 200),
        ("/scim/v2", 200),
        ("/scim/v2/", 200),
        ("/scim/v2.0/", 200),
        ("/scim/v2/Users", 200),
        ("/scim/v2/Users/", 200),
        ("/scim/v2//Users", 200),
        ("//scim/v2/Users", 200),
        ("/scim/Users", 200),
        ("/scim/v2/users", 200),
        ("/scim/v2/GROUPS?count=1", 200),
        ("/scim/v2/%55sers", 200),
        ("/scim/v2/Users/?count=1&startIndex=1", 200),
        ("/scim/v2/serviceproviderconfig", 200),
        ("/scim/ServiceProviderConfig/", 200),
        ("/scim/v2/resourcetypes/user", 200),
        ("/scim/v2/Schemas/URN:IETF:PARAMS:SCIM:SCHEMAS:CORE:2.0:USER", 200),
        ("/scim/v2/Schemas/urn%3Aietf%3Aparams%3Ascim%3Aschemas%3Acore%3A2.0%3AGroup", 200),
        ("/scim/v1/Users", 400),
        ("/scim/v1", 400),
        ("/scim/v3/", 400),
        ("/scim/v2/User", 404),
        ("/scim/v2/Users/nobody", 404),
        ("/scim/v2/Users/%FF", 404),
        ("/scim/v2/Users/../Groups", 404),
        ("/scim/v2/v2/Users", 404),
        ("/scim/nonsense", 404),
        ("/scim/v2/nonsense/", 404),
        ("/scim/v2/index.html", 404),
        ("/scim/v2/login", 404),
        ("/scim%2fv2/Users", 404),
        ("/%2FScim%2F", 404),
        ("/scim/v2/sources/nobody/Users", 404),
        ("/scim/v2/sources/nobody/Nonsense", 404),
    ]
    .map(|(path, status)| (path.to_owned(), status))
    .to_vec();
    for (path, status) in [
        (format!("/scim/v2/Users/{id}/"), 200),
        (format!("/scim/v2/users//{id}"), 200),
        (format!("/scim/Users/{encoded}"), 200),
        (format!("/scim/v2/Users/{id}/groups"), 404),
        (format!("/scim/v2/Groups/{id}"), 404),
    ] {
        addresses.push((path, status));
    }
    addresses
}

#[tokio::test]
async fn every_address_is_answered_in_the_words_of_scim_to_whoever_is_known() {
    let directories = Directories::new().await;
    let (_, token) = identity::read_token(directories.bench.console.services(), None).await;
    let bearer = [("authorization", &*format!("Bearer {token}"))];
    for (path, status) in addresses() {
        for method in [Method::GET, Method::HEAD] {
            let answer = directories.meet(&method, &path, &bearer, "").await;
            assert_eq!(answer.status.as_u16(), status, "{method} {path}");
            answer.is_of_scim(&format!("{method} {path}"));
        }
        let options = directories.meet(&Method::OPTIONS, &path, &bearer, "").await;
        if status == 200 || path.contains("/Users/nobody") || path.contains(&format!("/Groups/{}", hq("li")))
        {
            let said = (options.status, options.header("allow"), &options.body);
            assert_eq!(said, (StatusCode::NO_CONTENT, "GET, HEAD, OPTIONS", &Value::Null), "{path}");
        } else {
            assert_eq!(options.status.as_u16(), status, "{path}");
            options.is_of_scim(&path);
        }
    }
}

#[tokio::test]
async fn at_every_address_whoever_is_not_known_hears_that_a_token_is_wanted() {
    let directories = Directories::new().await;
    let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"];
    for (path, _) in addresses() {
        for method in methods.map(|method| method.parse::<Method>().unwrap()) {
            let refused = directories.meet(&method, &path, &[], "").await;
            assert_eq!(
                (refused.status, refused.header("www-authenticate")),
                (StatusCode::UNAUTHORIZED, BEARER),
                "{method} {path}"
            );
            refused.is_of_scim(&format!("{method} {path}"));
        }
    }
}

#[tokio::test]
async fn what_is_no_valid_token_is_answered_as_if_there_were_none() {
    let directories = Directories::new().await;
    let console = &directories.bench.console;
    let in_an_hour = NOW.unix_ms() + 60 * 60 * 1000;
    let (_, short) = identity::read_token(
        console.services(),
        Some(rollcall_host::model::Timestamp::from_unix_ms(in_an_hour)),
    )
    .await;
    let (revoked_id, revoked) = identity::read_token(console.services(), None).await;
    let (_, good) = identity::read_token(console.services(), None).await;
    identity::revoke_token(console.services(), revoked_id).await;
    directories.bench.pass(Duration::from_secs(60 * 60));
    let answers = async |authorization: String| {
        let headers = [("authorization", &*authorization)];
        directories.meet(&Method::GET, "/scim/v2/Users", &headers, "").await
    };
    for authorization in [
        String::new(),
        "Bearer".to_owned(),
        "Bearer rct_wrong".to_owned(),
        "Basic YTpi".to_owned(),
        "non-token".to_owned(),
        good.clone(),
        format!("Bearer {}", good.to_uppercase()),
        format!("Bearer {short}"),
        format!("Bearer {revoked}"),
    ] {
        let refused = answers(authorization.clone()).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{authorization}");
        assert_eq!(refused.header("www-authenticate"), BEARER, "{authorization}");
        refused.is_of_scim(&authorization);
    }
    for authorization in [format!("bearer {good}"), format!("BEARER  {good} ")] {
        assert_eq!(answers(authorization.clone()).await.status, StatusCode::OK, "{authorization}");
    }
}

#[tokio::test]
async fn whatever_a_client_accepts_it_gets_json_and_never_a_page() {
    let directories = Directories::new().await;
    let (_, token) = identity::read_token(directories.bench.console.services(), None).await;
    let bearer = format!("Bearer {token}");
    for (accept, kind) in [
        ("", "application/scim+json"),
        ("text/html,application/xhtml+xml", "application/scim+json"),
        ("application/scim+json;q=0.9", "application/scim+json"),
        ("*/*", "application/scim+json"),
        ("application/json", "application/json"),
        ("application/scim+json;q=0.1, application/json", "application/json"),
        ("application/json;q=0, application/scim+json;q=0", "application/scim+json"),
    ] {
        for (path, status) in [("/scim/v2/Users", 200), ("/scim/v2/Nonsense", 404)] {
            let headers = [("authorization", &*bearer), ("accept", accept)];
            let answer = directories.meet(&Method::GET, path, &headers, "").await;
            assert_eq!((answer.status.as_u16(), answer.header("content-type")), (status, kind), "{accept}");
            assert!(answer.body["schemas"].is_array(), "{accept}");
        }
    }
}

#[tokio::test]
async fn what_would_write_is_not_supported_and_any_other_method_is_not_allowed() {
    let directories = Directories::new().await;
    let (_, token) = identity::read_token(directories.bench.console.services(), None).await;
    let bearer = [("authorization", &*format!("Bearer {token}"))];
    for path in ["/scim/v2/Users/", "/scim/groups", "/scim/v2/Users/hq.bGk", "/scim"] {
        for (method, status) in [("POST", 501), ("PUT", 501), ("PATCH", 501), ("DELETE", 501), ("BREW", 405)]
        {
            let refused = directories.meet(&method.parse().unwrap(), path, &bearer, "{}").await;
            assert_eq!(refused.status.as_u16(), status, "{method} {path}");
            assert_eq!(refused.header("allow"), "GET, HEAD, OPTIONS", "{method} {path}");
            refused.is_of_scim(path);
        }
    }
}

#[tokio::test]
async fn every_address_says_by_which_methods_something_is_done_there() {
    let directories = Directories::new().await;
    let (_, token) = identity::read_token(directories.bench.console.services(), None).await;
    let bearer = [("authorization", &*format!("Bearer {token}"))];
    for (path, allow, other, status) in [
        ("/Users", "GET, HEAD, OPTIONS", "PUT", 501),
        ("/Schemas", "GET, HEAD, OPTIONS", "PUT", 405),
        ("/ResourceTypes/User", "GET, HEAD, OPTIONS", "DELETE", 405),
        ("/ServiceProviderConfig", "GET, HEAD, OPTIONS", "POST", 405),
        ("/Users/.search", "POST, OPTIONS", "GET", 405),
        ("/.search", "POST, OPTIONS", "DELETE", 405),
        ("/Bulk", "OPTIONS", "GET", 405),
        ("/Me", "OPTIONS", "PATCH", 501),
        ("/Me", "OPTIONS", "BREW", 405),
    ] {
        for base in ["/scim/v2", "/scim/v2/sources/hq"] {
            let path = format!("{base}{path}");
            let options = directories.meet(&Method::OPTIONS, &path, &bearer, "").await;
            assert_eq!((options.status.as_u16(), options.header("allow")), (204, allow), "{path}");
            let refused = directories.meet(&other.parse().unwrap(), &path, &bearer, "{}").await;
            assert_eq!((refused.status.as_u16(), refused.header("allow")), (status, allow), "{other} {path}");
            refused.is_of_scim(&path);
        }
    }
    for (method, path) in [(Method::POST, "/scim/v2/Bulk"), (Method::GET, "/scim/v2/Me")] {
        assert_eq!(directories.meet(&method, path, &bearer, "{}").await.status, StatusCode::NOT_IMPLEMENTED);
    }
}

#[tokio::test]
async fn below_a_source_that_is_not_there_there_is_nothing_by_whatever_method() {
    let directories = Directories::new().await;
    let (_, token) = identity::read_token(directories.bench.console.services(), None).await;
    let bearer = [("authorization", &*format!("Bearer {token}"))];
    for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"] {
        let method: Method = method.parse().unwrap();
        for path in
            ["", "/Users", "/Groups/hq.MQ", "/.search", "/Users/.search", "/Schemas", "/Bulk", "/Me", "/No"]
        {
            let path = format!("/scim/v2/sources/nobody{path}");
            let answer = directories.meet(&method, &path, &bearer, "{}").await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {path}");
            answer.is_of_scim(&path);
            assert_eq!(
                directories.meet(&method, &path, &[], "{}").await.status,
                StatusCode::UNAUTHORIZED,
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn whoever_keeps_an_answer_is_told_what_it_depends_on() {
    let directories = Directories::new().await;
    let (_, token) = identity::read_token(directories.bench.console.services(), None).await;
    let bearer = ("authorization", &*format!("Bearer {token}"));
    let id = hq("li");
    let one = format!("/scim/v2/Users/{id}");
    let version = directories.meet(&Method::GET, &one, &[bearer], "").await.header("etag").to_owned();
    for (path, headers, status) in [
        ("/scim/v2/Users", vec![bearer], 200),
        (&*one, vec![bearer, ("if-none-match", &*version)], 304),
        ("/scim/v2/Nonsense", vec![bearer], 404),
        ("/scim/v2/Users", vec![], 401),
    ] {
        let answer = directories.meet(&Method::GET, path, &headers, "").await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        assert_eq!(answer.header("vary"), "Accept, Accept-Language, Authorization, Cookie", "{path}");
    }
}

#[tokio::test]
async fn another_version_is_refused_by_the_name_that_scim_has_for_that() {
    let directories = Directories::new().await;
    let (_, token) = identity::read_token(directories.bench.console.services(), None).await;
    let headers = [("authorization", &*format!("Bearer {token}")), ("accept-language", "zh-CN")];
    let refused = directories.meet(&Method::GET, "/scim/v1/Users", &headers, "").await;
    assert_eq!(refused.body["scimType"], json!("invalidVers"));
    assert_eq!(
        refused.body["detail"],
        json!("此处只支持 SCIM 2.0; 请将服务地址设置为以 /scim/v2 结尾的地址")
    );
}

#[tokio::test]
async fn a_search_is_read_in_any_case_and_as_whatever_media_type_it_is_sent() {
    let directories = Directories::new().await;
    let (_, token) = identity::read_token(directories.bench.console.services(), None).await;
    let bearer = format!("Bearer {token}");
    let body =
        json!({"Filter": "userName eq \"wangwu\"", "COUNT": "5", "startIndex": "", "attributes": "userName"});
    for kind in [
        "application/scim+json",
        "application/json; charset=utf-8",
        "Application/SCIM+JSON;charset=UTF-8",
        "application/x-www-form-urlencoded",
    ] {
        let headers = [("authorization", &*bearer), ("content-type", kind)];
        for path in ["/scim/v2/.search", "/scim/v2/Users/.search", "/scim/users/.Search/"] {
            let found = directories.meet(&Method::POST, path, &headers, &body.to_string()).await;
            assert_eq!(
                (found.status, found.each("userName")),
                (StatusCode::OK, vec!["wangwu"]),
                "{kind} {path}"
            );
            assert_eq!(found.body["Resources"][0]["active"], Value::Null);
        }
    }
    let long = format!("{{\"filter\": \"{}\"}}", "x".repeat(70_000));
    let headers = [("authorization", &*bearer)];
    let refused = directories.meet(&Method::POST, "/scim/v2/Users/.search", &headers, &long).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    refused.is_of_scim("a search that is too long");
}

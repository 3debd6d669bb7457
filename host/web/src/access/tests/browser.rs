//! A browser as far as the console cares: it keeps cookies, and sends the forms that it was given.

use std::collections::BTreeMap;
use std::net::IpAddr;

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use axum::response::Response;
use http_body_util::BodyExt as _;
use tower_service::Service as _;
use url::form_urlencoded;

use crate::listener::Arrival;
use crate::testing::Bench;

/// A password that is taken.
pub(super) const PASSWORD: &str = "correct horse battery";

/// A browser with its cookies.
pub(super) struct Browser<'a> {
    pub(super) bench: &'a Bench,
    pub(super) cookies: BTreeMap<String, String>,
    pub(super) address: IpAddr,
    pub(super) is_tls: bool,
    pub(super) host: &'static str,
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The status, and where it leads.
    pub(super) fn leads(&self) -> (u16, Option<&str>) {
        (self.status.as_u16(), self.header("location"))
    }

    /// The value of a hidden field.
    #[track_caller]
    pub(super) fn hidden(&self, name: &str) -> String {
        let marker = format!("name=\"{name}\" value=\"");
        let (_, rest) = self.body.split_once(&marker).unwrap_or_else(|| panic!("{name}: {}", self.body));
        rest.split('"').next().unwrap().to_owned()
    }
}

impl<'a> Browser<'a> {
    pub(super) fn new(bench: &'a Bench) -> Self {
        let address = "127.0.0.1".parse().unwrap();
        Self { bench, cookies: BTreeMap::new(), address, is_tls: false, host: "127.0.0.1:8630" }
    }

    /// One that is logged in as the first account, "admin".
    pub(super) async fn set_up(bench: &'a Bench) -> Self {
        let mut browser = Self::new(bench);
        let link = bench.console.setup_path().await.unwrap().unwrap();
        let form = browser.get(&link).await;
        let (csrf, token) = (form.hidden("csrf"), form.hidden("token"));
        let fields = [
            ("csrf", &*csrf),
            ("token", &token),
            ("name", "admin"),
            ("password", PASSWORD),
            ("again", PASSWORD),
        ];
        let answer = browser.post("/setup", &fields).await;
        assert_eq!(answer.leads(), (303, Some("/")), "{}", answer.body);
        browser
    }

    /// Another one of the same console that logs in as "admin".
    pub(super) async fn logged_in(bench: &'a Bench) -> Self {
        let mut browser = Self::new(bench);
        let answer = browser.log_in("admin", PASSWORD).await;
        assert_eq!(answer.leads(), (303, Some("/")));
        browser
    }

    pub(super) async fn log_in(&mut self, name: &str, password: &str) -> Answer {
        let csrf = self.get("/login").await.hidden("csrf");
        self.post("/login", &[("csrf", &csrf), ("name", name), ("password", password)]).await
    }

    /// The token of this session's forms.
    pub(super) async fn csrf(&mut self) -> String {
        self.get("/settings/account").await.hidden("csrf")
    }

    pub(super) async fn get(&mut self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[], String::new()).await
    }

    pub(super) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let media_type = ("content-type", "application/x-www-form-urlencoded");
        self.ask(Method::POST, path, &[media_type], body).await
    }

    pub(super) async fn ask(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Answer {
        let (head, body) = self.send(method, path, headers, body).await.into_parts();
        self.keep(&head.headers);
        let body = body.collect().await.unwrap().to_bytes();
        let body = String::from_utf8(body.to_vec()).unwrap();
        Answer { status: head.status, headers: head.headers, body }
    }

    /// What is answered, which may go on for long.
    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Response {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, self.host);
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::from(body)).unwrap();
        request.extensions_mut().insert(Arrival { peer: self.address, is_tls: self.is_tls });
        self.bench.console.routes().call(request).await.unwrap()
    }

    fn keep(&mut self, headers: &HeaderMap) {
        for cookie in headers.get_all(header::SET_COOKIE) {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

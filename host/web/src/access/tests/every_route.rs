//! Every route that there is, asked without a session and without the token of its form. They are read from the sources, so
//! that one that is added tomorrow is asked too.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use axum::http::Method;

use super::Browser;
use crate::scim;
use crate::testing::Bench;

/// What needs nobody to be known, and why.
const OPEN: [(&str, &str); 10] = [
    ("/healthz", "a supervisor asks, and hears nothing but that the program lives"),
    ("/readyz", "a supervisor asks, and hears nothing but that it can work"),
    ("/callbacks", "whoever looks hears that no source is there"),
    ("/callbacks/{source}", "the connector proves who delivers"),
    ("/callbacks/{source}/{*rest}", "whoever looks hears that no source is there"),
    ("/login", "the door"),
    ("/setup", "the door of the first; its link is a secret"),
    ("/preferences", "a reader's own cookies"),
    ("STYLE", "the same for everybody"),
    ("SCRIPT", "the same for everybody"),
];

/// Call back with every source file of this crate but its tests.
pub(super) fn sources(each: &mut impl FnMut(&Path, &str)) {
    fn walk(folder: &Path, each: &mut impl FnMut(&Path, &str)) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let is_test = path.file_stem().is_some_and(|stem| stem == "tests" || stem == "testing");
            if path.is_dir() && !is_test {
                walk(&path, each);
            } else if path.extension().is_some_and(|extension| extension == "rs") && !is_test {
                let text = fs::read_to_string(&path).unwrap();
                // Tests that stand in the file itself stand at its end; a line that names a file of tests may be anywhere.
                each(&path, text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default());
            }
        }
    }
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), each);
}

/// The path of each `.route(…)` and of each operation of the API, and their methods.
fn routes() -> BTreeSet<(String, Vec<Method>)> {
    let mut found = BTreeSet::new();
    sources(&mut |file, text| {
        for call in text.split(".route(").skip(1) {
            let (path, rest) = call.split_once(',').unwrap();
            // Up to the next route, which the split has found, or the end of the expression.
            let handlers = rest.split(';').next().unwrap().split("\n}").next().unwrap();
            found.insert((absolute(file, &written(path.trim())), named(handlers)));
        }
        for operation in text.split("#[utoipa::path(").skip(1) {
            let (method, rest) = operation.split_once(',').unwrap();
            let path = rest.split("path = \"").nth(1).unwrap().split('"').next().unwrap();
            found.insert((absolute(file, path), named(&format!("{}(", method.trim()))));
        }
    });
    found
}

/// What stands in a file of SCIM or of the API is nested below its path.
fn absolute(file: &Path, path: &str) -> String {
    let file = file.to_string_lossy().replace('\\', "/");
    let base = match file.split_once("/src/").map(|(_, within)| within).unwrap() {
        within if within.starts_with("scim") && !path.starts_with("/scim") => scim::PATH,
        within if within.starts_with("api") && !path.starts_with("/api") => "/api/v1",
        _ => return path.to_owned(),
    };
    // The root of what is nested is asked for without a slash at its end.
    format!("{base}{}", path.trim_end_matches('/'))
}

/// The path that this expression is. One with a variable for its beginning stands for the first of all.
fn written(expression: &str) -> String {
    if expression == "kind.endpoint()" {
        return "/Users".to_owned();
    }
    match expression.strip_prefix("&format!(\"") {
        Some(format) => {
            format.replacen("{}", "/Users", 1).replace("{{", "{").replace("}}", "}").replace('"', "")
        }
        None => expression.trim_matches('"').to_owned(),
    }
}

/// The methods that are called by their names.
fn named(handlers: &str) -> Vec<Method> {
    let methods = [
        // Whatever the method, there is one handler; GET stands for all.
        ("any(", Method::GET),
        ("get(", Method::GET),
        ("post(", Method::POST),
        ("put(", Method::PUT),
        ("patch(", Method::PATCH),
        ("delete(", Method::DELETE),
    ];
    let is_called = |name: &str| {
        let mut before = handlers.match_indices(name).map(|(place, _)| handlers[..place].chars().next_back());
        before.any(|before| before.is_none_or(|before| !before.is_alphanumeric() && before != '_'))
    };
    methods.into_iter().filter(|(name, _)| is_called(name)).map(|(_, method)| method).collect()
}

fn is_open(path: &str) -> bool {
    OPEN.iter().any(|(open, _)| *open == path)
}

pub(super) fn closed() -> impl Iterator<Item = (String, Vec<Method>)> {
    routes().into_iter().filter(|(path, _)| !is_open(path)).map(|(path, methods)| (filled(&path), methods))
}

/// The path with something in place of its variables.
fn filled(path: &str) -> String {
    let segment = |segment: &str| if segment.starts_with('{') { "1".to_owned() } else { segment.to_owned() };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

fn is_for_programs(path: &str) -> bool {
    path.starts_with("/api/v1") || path.starts_with("/scim/") || path == "/metrics"
}

#[test]
fn routes_are_found_in_the_sources() {
    let found = routes();
    assert!(found.contains(&("/settings/tokens".to_owned(), vec![Method::GET, Method::POST])), "{found:?}");
    assert!(found.contains(&("/scim/v2/Users/{id}".to_owned(), vec![Method::GET])), "{found:?}");
    assert!(found.contains(&("/runs/{run}/cancel".to_owned(), vec![Method::POST])), "{found:?}");
    assert!(found.contains(&("/sources/{source}/live".to_owned(), vec![Method::GET])), "{found:?}");
    let unclear = |(path, methods): &&(String, Vec<Method>)| {
        methods.is_empty() || path.contains([' ', '"', '(']) || !(path.starts_with('/') || is_open(path))
    };
    assert_eq!(found.iter().filter(unclear).collect::<Vec<_>>(), Vec::<&(String, Vec<Method>)>::new());
}

#[tokio::test]
async fn without_a_session_every_route_leads_to_the_log_in_or_is_unauthorized() {
    let bench = Bench::new().await;
    Browser::set_up(&bench).await;
    for (path, methods) in closed() {
        for method in methods {
            let answer = Browser::new(&bench).ask(method.clone(), &path, &[], String::new()).await;
            if is_for_programs(&path) {
                assert_eq!(answer.status, 401, "{method} {path}");
                assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"rollcall\""), "{path}");
            } else {
                let leads_to = answer.header("location").unwrap_or_default();
                assert_eq!(answer.status, 303, "{method} {path}");
                assert!(leads_to.starts_with("/login"), "{method} {path} leads to {leads_to}");
            }
        }
    }
}

#[tokio::test]
async fn without_its_token_every_form_is_refused() {
    let bench = Bench::new().await;
    let mut browser = Browser::set_up(&bench).await;
    let wrong = "csrf=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let doors = ["/login", "/setup"].map(|path| (path.to_owned(), vec![Method::POST]));
    for (path, methods) in closed().chain(doors) {
        for method in methods.into_iter().filter(|method| *method != Method::GET) {
            for body in ["", wrong] {
                let media_type = ("content-type", "application/x-www-form-urlencoded");
                let answer = browser.ask(method.clone(), &path, &[media_type], body.to_owned()).await;
                assert_eq!(answer.status, 403, "{method} {path} {body:?}");
            }
        }
    }
}

//! `directory.propose-clearings`.

use crate::{Case, both, key, keys, said, wrong_keys};
use rollcall_kit::Host;
use rollcall_kit::model::{Clearing, Diagnosis, Key};
use rollcall_rules::reach::Export;

const TITLE: &str = r#"{"title":null}"#;

pub(crate) fn cases() -> Vec<Case> {
    let attribute = |name: String, expected: &str| {
        Case::new(format!("propose to clear an attribute of {} bytes", name.len()), expected, move |host| {
            propose(host, clearing(&name, TITLE, vec![key("held")]))
        })
    };
    let document = |how: &str, document: String, expected: &str| {
        Case::new(format!("propose to clear by a document {how}"), expected, move |host| {
            propose(host, clearing("title", &document, vec![key("held")]))
        })
    };
    let of_keys = |n: usize, expected: &str| {
        Case::new(format!("propose to clear an attribute of {n} people"), expected, move |host| {
            propose(host, clearing("title", TITLE, keys(n)))
        })
    };
    let long = format!(r#"{{"title":null,"{}":null}}"#, "x".repeat(1024));
    let cases = vec![
        Case::new("propose nothing", "accepted", |host| said(host.propose_clearings(Vec::new()))),
        attribute(String::new(), "request-invalid"),
        attribute("a".repeat(64), "accepted"),
        attribute("a".repeat(65), "request-invalid"),
        document("that unassigns", TITLE.to_owned(), "accepted"),
        document("that is empty", String::new(), "request-invalid"),
        document("that is no object", "[]".to_owned(), "request-invalid"),
        document(
            "that names somebody",
            r#"{"externalId":"held","title":null}"#.to_owned(),
            "request-invalid",
        ),
        document("of more than 1 KiB", long, "request-invalid"),
        document("that assigns", r#"{"title":"Chief"}"#.to_owned(), "accepted"),
        document("with a fraction", r#"{"title":0.5}"#.to_owned(), "accepted"),
        document("without the schemas that must stay", r#"{"schemas":null}"#.to_owned(), "object-invalid"),
        of_keys(0, "accepted"),
        of_keys(1000, "accepted"),
        of_keys(1001, "request-invalid"),
        Case::new("propose to clear attributes of 1001 people in all", "request-invalid", |host| {
            let clearings = [clearing("title", TITLE, keys(1000)), clearing("other", TITLE, keys(1))];
            said(host.propose_clearings(clearings.into()))
        }),
        Case::new("propose to clear 100 attributes of one person", "accepted", |host| attributes(host, 100)),
        Case::new("propose to clear 101 attributes of one person", "request-invalid", |host| {
            attributes(host, 101)
        }),
        Case::new(
            "propose to clear 101 attributes, one after the other",
            "accepted; request-invalid",
            |host| both(attributes(host, 100), propose(host, clearing("one more", TITLE, vec![key("held")]))),
        ),
        Case::new("propose to clear 101 attributes that nobody has", "accepted", |host| {
            let one = |n: usize| clearing(&format!("a{n}"), TITLE, vec![key("nobody")]);
            said(host.propose_clearings((0..101).map(one).collect()))
        }),
        Case::new("propose in a refresh", "accepted", |host| {
            propose(host, clearing("title", TITLE, vec![key("held")]))
        })
        .within(Export::Refresh),
        Case::new("propose too much in a refresh", "request-invalid", |host| {
            propose(host, clearing("title", TITLE, keys(1001)))
        })
        .within(Export::Refresh),
    ];
    let wrong = wrong_keys().into_iter().map(|(how, key)| {
        Case::new(format!("propose to clear an attribute of a key {how}"), "request-invalid", move |host| {
            propose(host, clearing("title", TITLE, vec![key.clone()]))
        })
    });
    cases.into_iter().chain(wrong).collect()
}

fn attributes(host: &dyn Host, n: usize) -> String {
    let one = |n: usize| clearing(&format!("a{n}"), TITLE, vec![key("held")]);
    said(host.propose_clearings((0..n).map(one).collect()))
}

fn propose(host: &dyn Host, clearing: Clearing) -> String {
    said(host.propose_clearings(vec![clearing]))
}

fn clearing(attribute: &str, document: &str, keys: Vec<Key>) -> Clearing {
    let reason = Diagnosis::new("not-proven", "it is not proven", "未经证实");
    Clearing { attribute: attribute.to_owned(), document: document.to_owned(), keys, reason }
}

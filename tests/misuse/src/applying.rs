//! `directory.begin-apply` and `directory.take-applied`.

use crate::{Case, applied, both, key, outcomes, person, put, put_person, said, wait_for_all, wrong_keys};
use rollcall_kit::model::{Change, DirectoryObject, Key, Removal};
use rollcall_rules::reach::Export;
use serde_json::{Value, json};

pub(crate) fn cases() -> Vec<Case> {
    [batches(), tickets(), objects(), documents(), removals()].into_iter().flatten().collect()
}

fn batches() -> Vec<Case> {
    let people = |n: usize| (0..n).map(|n| put_person(&n.to_string())).collect::<Vec<_>>();
    vec![
        Case::new("apply nothing", "", |host| applied(host, Vec::new())),
        Case::new("apply 1000 changes", "1000 applied", move |host| applied(host, people(1000))),
        Case::new("apply 1001 changes, none of them", "request-invalid; nobody", move |host| {
            let refused = applied(host, people(1001));
            let found = host.find_inventory(&[key("0")]).map(|found| found.into_iter().flatten().count());
            both(refused, if found == Ok(0) { "nobody".to_owned() } else { format!("{found:?}") })
        }),
        Case::new("apply what fits and what does not", "applied, object-invalid, applied", |host| {
            applied(host, vec![put_person("a"), put("User", "b", "{}".to_owned()), put_person("c")])
        }),
        Case::new("apply one person twice in a batch", "2 applied", |host| {
            applied(host, vec![put_person("a"), put_person("a")])
        }),
        Case::new("apply more than may cross", "ended connector-too-much-data", |host| {
            let document = || format!(r#"{{"externalId":"big","title":"{}"}}"#, "x".repeat(250 << 10));
            applied(host, (0..300).map(|n| put("User", &n.to_string(), document())).collect())
        }),
    ]
}

fn tickets() -> Vec<Case> {
    vec![
        Case::new("take outcomes that were never begun", "request-invalid", |host| {
            said(host.take_applied(12_345))
        }),
        Case::new("take outcomes before they are ready", "request-invalid; applied", |host| {
            let ticket = host.begin_apply(vec![put_person("a")]);
            let early = said(host.take_applied(ticket));
            wait_for_all(host);
            both(early, outcomes(host.take_applied(ticket)))
        }),
        Case::new("take outcomes twice", "applied; request-invalid", |host| {
            let ticket = host.begin_apply(vec![put_person("a")]);
            wait_for_all(host);
            both(outcomes(host.take_applied(ticket)), said(host.take_applied(ticket)))
        }),
        Case::new("take the outcomes of a timer", "request-invalid", |host| {
            let ticket = host.begin_timer(1);
            wait_for_all(host);
            said(host.take_applied(ticket))
        }),
    ]
}

fn objects() -> Vec<Case> {
    let version = |how: &str, version: &str, expected: &str| {
        let version = version.to_owned();
        Case::new(format!("put a version {how}"), expected, move |host| {
            let (key, document) = (key("a"), person("a").to_string());
            applied(host, vec![Change::Put(DirectoryObject { key, version: version.clone(), document })])
        })
    };
    let cases = vec![
        version("that is empty", "", "object-invalid"),
        version("of 128 bytes", &"v".repeat(128), "applied"),
        version("of 129 bytes", &"v".repeat(129), "object-invalid"),
        version("that is not ascii", "版", "object-invalid"),
    ];
    let wrong = wrong_keys().into_iter().map(|(how, key)| {
        Case::new(format!("put a key {how}"), "object-invalid", move |host| {
            let document = person(&key.external_id).to_string();
            let object = DirectoryObject { key: key.clone(), version: "1".to_owned(), document };
            applied(host, vec![Change::Put(object)])
        })
    });
    cases.into_iter().chain(wrong).collect()
}

fn documents() -> Vec<Case> {
    let nested = |depth: usize| (1..depth).fold(json!({}), |inner, _| json!({ "a": inner }));
    let with = |member: Value| json!({ "schemas": ["urn:x"], "externalId": "a", "x": member });
    let wrong = [
        ("that is empty", String::new()),
        ("that is no json", "{".to_owned()),
        ("that is no object", "[]".to_owned()),
        ("of somebody else", person("b").to_string()),
        ("without an external id", json!({"schemas": ["urn:x"]}).to_string()),
        ("without schemas", json!({"externalId": "a"}).to_string()),
        ("with no schema", json!({"externalId": "a", "schemas": []}).to_string()),
        ("with an empty schema", json!({"externalId": "a", "schemas": [""]}).to_string()),
        ("with a fraction", with(json!(0.5)).to_string()),
        ("with a number of 2^53", with(json!(1_u64 << 53)).to_string()),
        ("with a null character", with(json!("\0")).to_string()),
        ("nested 33 deep", with(nested(32)).to_string()),
        ("of more than 256 KiB", with(json!("x".repeat(256 << 10))).to_string()),
    ];
    let right = [
        ("nested 32 deep", with(nested(31)).to_string()),
        ("with the largest number", with(json!((1_u64 << 53) - 1)).to_string()),
    ];
    let case = |expected: &'static str| {
        move |(how, document): (&str, String)| {
            Case::new(format!("put a document {how}"), expected, move |host| {
                applied(host, vec![put("User", "a", document.clone())])
            })
        }
    };
    let of_held = [
        ("unassign a title of somebody who is held", json!({"externalId": "held", "title": null}), "applied"),
        (
            "unassign the schemas of somebody who is held",
            json!({"externalId": "held", "schemas": null}),
            "object-invalid",
        ),
    ];
    let of_held = of_held.into_iter().map(|(name, document, expected)| {
        Case::new(name, expected, move |host| applied(host, vec![put("User", "held", document.to_string())]))
    });
    let (wrong, right) =
        (wrong.into_iter().map(case("object-invalid")), right.into_iter().map(case("applied")));
    wrong.chain(right).chain(of_held).collect()
}

fn removals() -> Vec<Case> {
    let remove = |key: Key, evidence: &str| Change::Remove(Removal { key, evidence: evidence.to_owned() });
    let refresh = |name: &str, evidence: String, expected: &str| {
        let ask = move |host: &dyn rollcall_kit::Host| applied(host, vec![remove(key("held"), &evidence)]);
        Case::new(format!("remove in a refresh {name}"), expected, ask).within(Export::Refresh)
    };
    let cases = vec![
        Case::new("remove in a full reading", "removal-while-reading", move |host| {
            applied(host, vec![remove(key("held"), "404: gone")])
        }),
        refresh("with evidence", "404: gone".to_owned(), "applied"),
        refresh("without evidence", String::new(), "removal-without-evidence"),
        refresh("with blank evidence", " \n".to_owned(), "removal-without-evidence"),
        refresh("with evidence of 1 KiB", "e".repeat(1024), "applied"),
        refresh("with evidence of more", "e".repeat(1025), "object-invalid"),
        Case::new("remove in a refresh who is not held", "applied", move |host| {
            applied(host, vec![remove(key("nobody"), "404: gone")])
        })
        .within(Export::Refresh),
        Case::new("put and remove in a refresh", "2 applied", move |host| {
            applied(host, vec![put_person("held"), remove(key("held"), "404: gone")])
        })
        .within(Export::Refresh),
    ];
    let wrong = wrong_keys().into_iter().map(|(how, key)| {
        Case::new(format!("remove in a refresh a key {how}"), "object-invalid", move |host| {
            applied(host, vec![remove(key.clone(), "404: gone")])
        })
        .within(Export::Refresh)
    });
    cases.into_iter().chain(wrong).collect()
}

//! The vectors that other languages pass (`wit/vectors`), passed here too, so that they cannot drift.

use serde_json::Value;

use crate::counters::{self, Counters};
use crate::document::{Violation, canonical, check_held, merge, read};
use crate::emptied::{self, Answer, Evidence, FieldState, Gate, GatedField};
use crate::identity::{Identity, Notation, verdict};
use crate::nesting::is_too_deep;
use crate::sealed::settings::unfit;
use crate::sealed::{Outgoing, Payload, Seal, Seals, Token};

/// A list of one file, never empty.
fn list(text: &str, name: &str) -> Vec<Value> {
    let mut file: Value = serde_json::from_str(text).unwrap();
    let Value::Array(cases) = file[name].take() else { panic!("no list {name:?}") };
    assert!(!cases.is_empty(), "{name}");
    cases
}

fn text<'a>(case: &'a Value, name: &str) -> &'a str {
    case[name].as_str().unwrap_or_else(|| panic!("no text {name:?} in {case}"))
}

fn number(case: &Value, name: &str) -> u64 {
    case[name].as_u64().unwrap_or_else(|| panic!("no number {name:?} in {case}"))
}

fn flag(case: &Value, name: &str) -> bool {
    case[name].as_bool().unwrap_or_else(|| panic!("no flag {name:?} in {case}"))
}

#[test]
fn merging() {
    for case in list(include_str!("../../vectors/merge.json"), "cases") {
        let merged = merge(case.get("held"), &case["incoming"]);
        assert_eq!(merged, case["merged"], "{}", case["name"]);
        assert_eq!(merge(Some(&merged), &case["incoming"]), merged, "twice: {}", case["name"]);
    }
}

/// The whole of a text in parts.
fn whole(parts: &Value) -> String {
    let part = |part: &Value| match part.as_str() {
        Some(text) => text.to_owned(),
        None => text(part, "repeat").repeat(usize::try_from(number(part, "times")).unwrap()),
    };
    parts.as_array().unwrap().iter().map(part).collect()
}

fn breaks(result: Result<(), Violation>) -> Value {
    match result {
        Ok(()) => Value::Null,
        Err(Violation { rule, pointer, .. }) => {
            serde_json::json!({ "rule": rule.code(), "pointer": pointer })
        }
    }
}

#[test]
fn checking_documents() {
    let vectors = include_str!("../../vectors/document-check.json");
    for case in list(vectors, "cases") {
        let read = read(&whole(&case["text"]), text(&case, "externalId"));
        assert_eq!(breaks(read.map(drop)), case["breaks"], "{}", case["name"]);
    }
    for case in list(vectors, "held") {
        assert_eq!(breaks(check_held(&case["document"])), case["breaks"], "{}", case["name"]);
    }
}

#[test]
fn nesting_of_responses() {
    for case in list(include_str!("../../vectors/nesting.json"), "cases") {
        assert_eq!(is_too_deep(whole(&case["body"]).as_bytes()), flag(&case, "tooDeep"), "{}", case["name"]);
    }
}

#[test]
fn canonical_texts() {
    for case in list(include_str!("../../vectors/canonical.json"), "cases") {
        assert_eq!(canonical(&case["document"]), text(&case, "text"), "{}", case["name"]);
    }
}

#[test]
fn counters_that_add_up() {
    for case in list(include_str!("../../vectors/counters.json"), "cases") {
        let count = |name: &str| number(&case["counters"], name);
        let counters = Counters {
            read: count("read"),
            created: count("created"),
            updated: count("updated"),
            unchanged: count("unchanged"),
            skipped: count("skipped"),
            rejected: count("rejected"),
        };
        assert_eq!(counters::accounted(&counters), number(&case, "accounted"), "{}", case["name"]);
        assert_eq!(counters::check(&counters).is_ok(), flag(&case, "addsUp"), "{}", case["name"]);
    }
}

fn shown(identity: Identity) -> Value {
    match identity {
        Identity::Unknown => serde_json::json!({ "kind": "unknown" }),
        Identity::Same => serde_json::json!({ "kind": "same" }),
        Identity::SamePerson { from, to, by } => {
            serde_json::json!({ "kind": "same-person", "from": from, "to": to, "by": by.code() })
        }
        Identity::SomebodyElse { from, to } => {
            serde_json::json!({ "kind": "somebody-else", "from": from, "to": to })
        }
    }
}

#[test]
fn identities() {
    let vectors = include_str!("../../vectors/identity.json");
    for case in list(vectors, "cases") {
        let attribute: Notation = text(&case, "attribute").parse().unwrap();
        assert_eq!(
            shown(verdict(&case["held"], &case["incoming"], &attribute)),
            case["verdict"],
            "{}",
            case["name"]
        );
    }
    for notation in list(vectors, "notAttributes") {
        assert!(notation.as_str().unwrap().parse::<Notation>().is_err(), "{notation}");
    }
}

fn gate(field: &Value) -> Gate<'_> {
    match (field["gate"].as_str(), flag(field, "isOpen")) {
        (Some(permission), false) => Gate::Permission(permission),
        (None, true) => Gate::Open,
        (None, false) => Gate::Unknown,
        (Some(_), true) => panic!("open and behind a permission: {field}"),
    }
}

#[test]
fn emptied_fields() {
    let vectors = include_str!("../../vectors/emptied.json");
    for case in list(vectors, "cases") {
        let state = FieldState::ALL.into_iter().find(|state| state.code() == case["field"]).unwrap();
        let answer = Answer::ALL.into_iter().find(|answer| answer.code() == case["answer"]).unwrap();
        let evidence = Evidence {
            is_complete: flag(&case, "isComplete"),
            n_others: number(&case, "others"),
            gate_shown: flag(&case, "gateShown"),
            empty_is_explicit: flag(&case, "emptyIsExplicit"),
        };
        assert_eq!(emptied::meaning(state, answer, &evidence).code(), text(&case, "meaning"), "{case}");
    }
    for case in list(vectors, "guard") {
        let meaning = emptied::guard(number(&case, "losing"), number(&case, "keeping"));
        assert_eq!(meaning.code(), text(&case, "meaning"), "{case}");
    }
    for case in list(vectors, "eventGuard") {
        let meaning = emptied::guard_event(number(&case, "losing"));
        assert_eq!(meaning.code(), text(&case, "meaning"), "{case}");
    }
    let fields = list(vectors, "fields");
    let fields: Vec<_> =
        fields.iter().map(|field| GatedField { name: text(field, "name"), gate: gate(field) }).collect();
    for case in list(vectors, "gates") {
        let present = case["present"].as_array().unwrap();
        let shown =
            emptied::shows_gate(&fields, text(&case, "field"), |name| present.iter().any(|one| one == name));
        assert_eq!(shown, flag(&case, "shown"), "{case}");
    }
}

const SEALED: &str = include_str!("../../vectors/sealed.json");

fn texts(case: &Value, name: &str) -> Vec<String> {
    let texts = case[name].as_array().unwrap_or_else(|| panic!("no list {name:?} in {case}"));
    texts.iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// The one secret of a case.
fn seals(case: &Value, origins: Vec<String>) -> Seals {
    let (setting, token) = ("/secret".to_owned(), Token::new([0; 16]));
    let origins = origins.into_iter().collect();
    Seals::new(vec![Seal { setting, token, secret: text(case, "secret").to_owned(), origins }])
}

fn outgoing(request: &Value) -> Outgoing {
    let header = |header: &Value| {
        let [name, value] = header.as_array().unwrap().as_slice() else { panic!("{header} is no pair") };
        (name.as_str().unwrap().to_owned(), value.as_str().unwrap().to_owned())
    };
    Outgoing {
        method: text(request, "method").to_owned(),
        url: text(request, "url").to_owned(),
        headers: request["headers"].as_array().unwrap().iter().map(header).collect(),
        body: Payload::Text(text(request, "body").to_owned()),
    }
}

#[test]
fn sealed_secrets_in_a_request() {
    let file: Value = serde_json::from_str(SEALED).unwrap();
    assert_eq!(file["token"], Token::new([0; 16]).as_str());
    for case in list(SEALED, "fill") {
        let filled =
            seals(&case, texts(&case, "origins")).fill(outgoing(&case["request"]), text(&case, "origin"));
        match case["refused"].as_str() {
            Some(code) => assert_eq!(filled.unwrap_err().code(), code, "{}", case["name"]),
            None => assert!(filled.unwrap() == outgoing(&case["filled"]), "{}", case["name"]),
        }
    }
}

#[test]
fn sealed_secrets_in_a_response() {
    for case in list(SEALED, "scrub") {
        let response = text(&case, "response").as_bytes();
        let seen = seals(&case, Vec::new()).scrub(response).unwrap_or_else(|| response.to_vec());
        assert_eq!(String::from_utf8(seen).unwrap(), text(&case, "seen"), "{}", case["name"]);
    }
}

#[test]
fn sealed_secrets_that_are_unfit() {
    let file: Value = serde_json::from_str(SEALED).unwrap();
    for case in list(SEALED, "unfit") {
        let problem = |unfit: crate::sealed::settings::Unfit| serde_json::json!({"setting": unfit.setting, "code": unfit.how.code()});
        let found: Vec<Value> = unfit(&file["schema"], &case["settings"]).into_iter().map(problem).collect();
        assert_eq!(Value::from(found), case["problems"], "{}", case["name"]);
    }
}

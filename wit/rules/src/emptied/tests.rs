//! What an emptied field means. The cases of `wit/vectors/emptied.json` stand there.

use proptest::prelude::*;
use serde_json::json;

use super::{
    Answer, Evidence, FieldState, Gate, GatedField, Meaning, guard, guard_event, is_proven, meaning,
    shows_gate,
};

const COMPLETE: Evidence =
    Evidence { is_complete: true, n_others: 0, gate_shown: false, empty_is_explicit: false };

/// The meaning of a field that is absent, `null` and `""`, in this order.
fn meanings(answer: Answer, evidence: Evidence) -> [Meaning; 3] {
    FieldState::ALL.map(|state| meaning(state, answer, &evidence))
}

#[test]
fn what_is_not_proven_waits_in_a_full_reading_and_is_unknown_in_an_event() {
    assert_eq!(meanings(Answer::Page, COMPLETE), [Meaning::Held; 3]);
    assert_eq!(meanings(Answer::Own, COMPLETE), [Meaning::Held; 3]);
    assert_eq!(meanings(Answer::Event, Evidence::default()), [Meaning::Unknown; 3]);
}

#[test]
fn what_others_have_can_be_seen() {
    let evidence = Evidence { n_others: 1, ..COMPLETE };
    assert_eq!(meanings(Answer::Page, evidence), [Meaning::Cleared; 3]);
    assert_eq!(meanings(Answer::Own, evidence), [Meaning::Cleared; 3]);
}

#[test]
fn others_prove_nothing_in_what_was_not_read_to_its_end() {
    let evidence = Evidence { n_others: 1000, is_complete: false, ..COMPLETE };
    assert_eq!(meanings(Answer::Page, evidence), [Meaning::Unknown; 3]);
    assert_eq!(meanings(Answer::Own, evidence), [Meaning::Unknown; 3]);
    assert_eq!(meanings(Answer::Event, evidence), [Meaning::Unknown; 3]);
}

#[test]
fn a_field_behind_the_same_permission_proves_it_in_an_own_reading_and_not_in_a_list() {
    let evidence = Evidence { gate_shown: true, ..COMPLETE };
    assert_eq!(meanings(Answer::Page, evidence), [Meaning::Held; 3]);
    assert_eq!(meanings(Answer::Own, evidence), [Meaning::Cleared; 3]);
    let event = Evidence { gate_shown: true, ..Evidence::default() };
    assert_eq!(meanings(Answer::Event, event), [Meaning::Cleared; 3]);
}

#[test]
fn null_and_an_empty_text_are_proof_only_where_the_source_vows_it() {
    let evidence = Evidence { empty_is_explicit: true, ..Evidence::default() };
    for answer in Answer::ALL {
        assert_eq!(
            meanings(answer, evidence),
            [Meaning::Unknown, Meaning::Cleared, Meaning::Cleared],
            "{answer:?}"
        );
    }
}

#[test]
fn a_state_is_read_from_a_value() {
    assert_eq!(FieldState::of(None), Some(FieldState::Absent));
    assert_eq!(FieldState::of(Some(&json!(null))), Some(FieldState::Null));
    assert_eq!(FieldState::of(Some(&json!(""))), Some(FieldState::Empty));
    for value in [json!(" "), json!(0), json!(false), json!([]), json!({})] {
        assert_eq!(FieldState::of(Some(&value)), None, "{value}");
    }
}

const FIELDS: [GatedField<'static>; 7] = [
    GatedField { name: "mobile", gate: Gate::Permission("phone") },
    GatedField { name: "country_code", gate: Gate::Permission("phone") },
    GatedField { name: "email", gate: Gate::Permission("personal") },
    GatedField { name: "title", gate: Gate::Unknown },
    GatedField { name: "nickname", gate: Gate::Unknown },
    GatedField { name: "job_number", gate: Gate::Open },
    GatedField { name: "avatar", gate: Gate::Open },
];

#[test]
fn only_another_field_of_the_same_permission_shows_it() {
    let shows = |field: &str, present: &[&str]| shows_gate(&FIELDS, field, |name| present.contains(&name));
    assert!(shows("mobile", &["country_code"]));
    assert!(!shows("mobile", &["mobile"]), "itself");
    assert!(!shows("mobile", &["email", "title"]), "another permission, and none");
    assert!(!shows("title", &["nickname"]), "nobody knows what either takes");
    assert!(!shows("title", &["avatar"]), "what takes nothing proves nothing else");
    assert!(!shows("unheard-of", &["mobile", "country_code", "email"]));
}

#[test]
fn what_takes_no_permission_would_be_seen_wherever_its_object_is() {
    assert!(shows_gate(&FIELDS, "job_number", |_| false));
}

#[test]
fn many_in_one_batch_of_events_are_held_and_the_last_one_is_not() {
    assert_eq!([1, 5, 6].map(guard_event), [Meaning::Cleared, Meaning::Cleared, Meaning::Held]);
}

#[test]
fn a_few_of_many_are_cleared() {
    assert_eq!(guard(5, 1), Meaning::Cleared);
    assert_eq!(guard(6, 113), Meaning::Held, "6 of 119");
    assert_eq!(guard(6, 114), Meaning::Cleared, "6 of 120 are 5 %");
    assert_eq!(guard(5000, 95_000), Meaning::Cleared);
    assert_eq!(guard(5001, 94_999), Meaning::Held);
}

#[test]
fn the_last_who_has_it_is_held() {
    assert_eq!(guard(1, 0), Meaning::Held);
}

/// The rows of the table in `docs/emptied-fields.md`: the answer, what proves it, in which answer and with what evidence.
const ROWS: [(&str, &str, Answer, Evidence); 11] = [
    (
        "a page of a list, in a complete import",
        "others have it",
        Answer::Page,
        Evidence { n_others: 1, ..COMPLETE },
    ),
    ("a page of a list, in a complete import", "none", Answer::Page, COMPLETE),
    (
        "its own reading, in a complete import",
        "others have it",
        Answer::Own,
        Evidence { n_others: 1, ..COMPLETE },
    ),
    (
        "its own reading, in a complete import",
        "it takes no permission, or the answer shows another field of the same",
        Answer::Own,
        Evidence { gate_shown: true, ..COMPLETE },
    ),
    ("its own reading, in a complete import", "none", Answer::Own, COMPLETE),
    (
        "an import that is not complete",
        "others have it",
        Answer::Page,
        Evidence { n_others: 1, is_complete: false, ..COMPLETE },
    ),
    ("an import that is not complete", "none", Answer::Page, Evidence { is_complete: false, ..COMPLETE }),
    (
        "its own reading, for an event",
        "it takes no permission, or the answer shows another field of the same",
        Answer::Event,
        Evidence { gate_shown: true, is_complete: false, ..COMPLETE },
    ),
    ("its own reading, for an event", "none", Answer::Event, Evidence { is_complete: false, ..COMPLETE }),
    (
        "an answer of a complete import",
        "the source's vow",
        Answer::Page,
        Evidence { empty_is_explicit: true, ..COMPLETE },
    ),
    (
        "its own reading, for an event",
        "the source's vow",
        Answer::Event,
        Evidence { empty_is_explicit: true, is_complete: false, ..COMPLETE },
    ),
];

#[test]
fn the_table_of_the_documentation_says_what_is_done() {
    let row = |(answer, proof, of, evidence): (&str, &str, Answer, Evidence)| {
        let [absent, null, empty] = meanings(of, evidence).map(Meaning::code);
        format!("| {answer} | {proof} | {absent} | {null} | {empty} |\n")
    };
    let table: String = ROWS.into_iter().map(row).collect();
    let document = include_str!("../../../../docs/emptied-fields.md");
    let (_, after) = document.split_once("by a test. -->\n").expect("the table has a beginning");
    let (found, _) = after.split_once("<!-- The end of the table. -->").expect("the table has an end");
    let found: String = found.lines().skip(2).map(|line| format!("{line}\n")).collect();
    assert_eq!(found, table, "in docs/emptied-fields.md should stand:\n{table}");
}

proptest! {
    #[test]
    fn nothing_is_cleared_without_proof(
        complete in any::<bool>(), n_others in 0_u64..3, gate_shown in any::<bool>(), empty_is_explicit in any::<bool>(),
    ) {
        let evidence = Evidence { is_complete: complete, n_others, gate_shown, empty_is_explicit };
        for (state, answer) in FieldState::ALL.into_iter().flat_map(|state| Answer::ALL.map(|answer| (state, answer))) {
            let is_cleared = meaning(state, answer, &evidence) == Meaning::Cleared;
            prop_assert_eq!(is_cleared, is_proven(state, answer, &evidence));
            // Knowing more never takes a proof away.
            let more = Evidence { is_complete: true, n_others: 1, gate_shown: true, ..evidence };
            prop_assert!(!is_cleared || is_proven(state, answer, &more));
        }
    }

    #[test]
    fn more_who_lose_it_are_never_safer(n_losing in 1_u64..300, n_keeping in 0_u64..3000) {
        prop_assert!(guard(n_losing, n_keeping) == Meaning::Cleared || guard(n_losing + 1, n_keeping) == Meaning::Held);
    }
}

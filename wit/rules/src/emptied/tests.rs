//! What an emptied field means. The cases of `wit/vectors/emptied.json` stand there.

use proptest::prelude::*;
use serde_json::json;

use super::{Answer, Evidence, FieldState, GatedField, Meaning, guard, is_proven, meaning, shows_gate};

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

const FIELDS: [GatedField<'static>; 5] = [
    GatedField { name: "mobile", gate: Some("phone") },
    GatedField { name: "country_code", gate: Some("phone") },
    GatedField { name: "email", gate: Some("personal") },
    GatedField { name: "title", gate: None },
    GatedField { name: "nickname", gate: None },
];

#[test]
fn only_another_field_of_the_same_permission_shows_it() {
    let shows = |field: &str, present: &[&str]| shows_gate(&FIELDS, field, |name| present.contains(&name));
    assert!(shows("mobile", &["country_code"]));
    assert!(!shows("mobile", &["mobile"]), "itself");
    assert!(!shows("mobile", &["email", "title"]), "another permission, and none");
    assert!(!shows("title", &["nickname"]), "neither is behind a permission that is known");
    assert!(!shows("unheard-of", &["mobile", "country_code", "email"]));
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

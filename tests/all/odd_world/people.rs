//! Members of people: what says the same is the same, what says nothing costs itself, and nobody else.

use super::{WAYS, bring_wholly_in_line, department, followed, leaves, odd, of_person, person};
use crate::companies;
use crate::expectation::{View, assert_same};
use crate::harness::odd::Odd;
use crate::harness::pair::{Pair, both};
use rollcall_dingtalk_simulator::{DepartmentId, Mutation};
use serde_json::{Value, json};

both! {
    a_value_in_another_form_is_that_value,
    members_that_say_nothing_cost_themselves_and_who_left_goes,
    a_character_that_is_none_costs_that_character,
    inside_of_the_company_s_own_fields_it_costs_no_more,
    one_odd_flag_of_each_of_seventeen_is_that_flag,
    a_day_is_a_day_in_beijing,
    phone_numbers_are_right_or_as_they_were_written,
    blanks_around_an_address_are_nobody_s,
}

const DINGTALK: &str = "/urn:rollcall:dingtalk:2.0:User";

fn a_value_in_another_form_is_that_value<P: Pair>() {
    for by in WAYS {
        let pair = followed::<P>(companies::crowd(100));
        pair.mutate(&Mutation::modify_user("c00007", &json!({ "job_number": "12345", "title": "7" })));
        pair.mutate(&Mutation::modify_user("c00008", &json!({ "hired_date": 1_597_507_200_000_i64 })));
        pair.mutate(&leaves("c00050"));
        let forms = Odd::default()
            .with("c00007", "job_number", "12345")
            .with("c00007", "title", "7")
            .with("c00007", "hired_date", "\"\"")
            .with("c00007", "hide_mobile", "0")
            .with("c00007", "active", "\"TRUE\"")
            .with("c00007", "remark", "null")
            .with("c00007", "dept_id_list", "[\"600000001\"]")
            .with("c00008", "hired_date", "\"1597507200000\"")
            .with("c00008", "admin", "\"0\"")
            .with("c00008", "dept_id_list", "600000001");
        odd(&pair, forms);
        bring_wholly_in_line(&pair, by);
        pair.assert_as_the_company_is();
        assert_eq!(pair.take_complaints(), [], "{by:?}");
    }
}

fn members_that_say_nothing_cost_themselves_and_who_left_goes<P: Pair>() {
    for by in WAYS {
        let pair = followed::<P>(companies::crowd(100));
        let mut expected = pair.documents();
        pair.mutate(&Mutation::modify_user("c00007", &json!({ "title": "Lead", "job_number": "1" })));
        pair.mutate(&leaves("c00050"));
        let nothing = Odd::default()
            .with("c00007", "job_number", "[7]")
            .with("c00007", "title", "{\"zh\":\"Lead\"}")
            .with("c00007", "hired_date", "\"soon\"")
            .with("c00007", "hide_mobile", "\"maybe\"")
            .with("c00007", "admin", "{}")
            .with("c00007", "org_email", "true");
        odd(&pair, nothing);
        bring_wholly_in_line(&pair, by);
        expected.remove(&person("c00050"));
        assert_same(&pair.documents(), &expected);
        assert_eq!(pair.take_complaints(), [("member-not-understood".to_owned(), 6)], "{by:?}");
        // What was odd is no news once it is not.
        pair.honest();
        pair.import();
        pair.assert_as_the_company_is();
    }
}

/// What is no character, as it stands in the middle of a text, and by how many it is replaced.
const NO_CHARACTERS: [(&[u8], usize); 6] =
    [(b"\\ud83d", 1), (b"\xed\xa0\xbd", 1), (b"\xff\xfe", 2), (b"\x01", 1), (b"\\u0000", 1), (b"\x00", 1)];

fn a_character_that_is_none_costs_that_character<P: Pair>() {
    for by in WAYS {
        let pair = followed::<P>(companies::crowd(100));
        for (n, (bad, n_marks)) in NO_CHARACTERS.into_iter().enumerate() {
            let text = [b"\"x", bad, b"y\""].concat();
            pair.mutate(&Mutation::modify_user("c00007", &json!({ "title": format!("Title {n}") })));
            let dept_id = DepartmentId::new(600_000_001);
            pair.mutate(&Mutation::RenameDepartment { dept_id, name: format!("Crowd {n}") });
            odd(&pair, Odd::default().with("c00007", "title", text.clone()).with("600000001", "name", text));
            bring_wholly_in_line(&pair, by);
            let marked = json!(format!("x{}y", "\u{fffd}".repeat(n_marks)));
            assert_eq!(of_person(&pair, "c00007", "/title"), marked, "{by:?} {bad:?}");
            let documents = pair.documents();
            assert_eq!(documents[&department(600_000_001)]["displayName"], marked, "{by:?} {bad:?}");
            assert_eq!(documents.len(), 102);
            assert_eq!(pair.take_complaints(), [("characters-replaced".to_owned(), 2)], "{by:?} {bad:?}");
        }
    }
}

fn inside_of_the_company_s_own_fields_it_costs_no_more<P: Pair>() {
    for by in WAYS {
        let pair = followed::<P>(companies::crowd(20));
        let fields = r#"{"hobby":"x\u0000\ud83dy","age":"24"}"#;
        pair.mutate(&Mutation::modify_user("c00007", &json!({ "extension": fields })));
        bring_wholly_in_line(&pair, by);
        let held = of_person(&pair, "c00007", &format!("{DINGTALK}/extension"));
        let expected = json!([
            { "name": "age", "value": "24" },
            { "name": "hobby", "value": "x\u{fffd}\u{fffd}y" },
        ]);
        assert_eq!(held, expected, "{by:?}");
        assert_eq!(pair.take_complaints(), [("characters-replaced".to_owned(), 1)], "{by:?}");
    }
}

fn one_odd_flag_of_each_of_seventeen_is_that_flag<P: Pair>() {
    let pair = P::imported(companies::crowd(200));
    pair.set_details(true);
    let ids = (0..17).map(|n| format!("c{n:05}"));
    let flags = ids.clone().fold(Odd::default(), |odd, id| {
        odd.with(&id, "senior", "\"perhaps\"").with(&id, "role_list", "[{\"id\":[]}]")
    });
    odd(&pair, flags);
    pair.import();
    let company = pair.company();
    let mut expected = View { details: true, ..View::of(&company) }.documents();
    for id in ids {
        let own = expected.get_mut(&person(&id)).and_then(|document| document.pointer_mut(DINGTALK));
        let own = own.and_then(Value::as_object_mut).expect("everybody has attributes of DingTalk's");
        own.remove("senior");
        own.remove("roles");
    }
    assert_same(&pair.documents(), &expected);
}

fn a_day_is_a_day_in_beijing<P: Pair>() {
    let days = [
        ("1597507200000", "2020-08-16"),
        ("\"1597507200000\"", "2020-08-16"),
        // A second before midnight there, and midnight.
        ("1597507199000", "2020-08-15"),
        ("1597593600000", "2020-08-17"),
        ("\"2020-08-16\"", "2020-08-16"),
        ("\"2020-08-16 00:00:00\"", "2020-08-16"),
        ("1.5975072E12", "2020-08-16"),
    ];
    shown::<P>("hired_date", &format!("{DINGTALK}/hiredDate"), &days);
}

fn phone_numbers_are_right_or_as_they_were_written<P: Pair>() {
    let numbers = [
        ("852", "00727344", "00727344", Some("phone-doubtful")),
        ("44", "07400123456", "+447400123456", None),
        ("44", "+44 (0)7400 123456", "+447400123456", None),
        ("86", "18513027676", "+8618513027676", None),
        ("86", "\u{202d}185 1302 7676\u{202c}", "+8618513027676", None),
        ("86", "1851302767", "1851302767", Some("phone-doubtful")),
        ("1", "4155552671", "+14155552671", None),
        ("", "51234567", "51234567", Some("phone-without-country")),
    ];
    for by in WAYS {
        let pair = followed::<P>(companies::crowd(20));
        for (state_code, mobile, expected, told) in numbers {
            let patch = json!({ "state_code": state_code, "mobile": mobile });
            pair.mutate(&Mutation::modify_user("c00007", &patch));
            bring_wholly_in_line(&pair, by);
            let held = of_person(&pair, "c00007", "/phoneNumbers/0/value");
            assert_eq!(held, expected, "{by:?} {state_code} {mobile}");
            let told = told.map(|code| (code.to_owned(), 1));
            assert_eq!(pair.take_complaints(), Vec::from_iter(told), "{by:?} {state_code} {mobile}");
        }
    }
}

fn blanks_around_an_address_are_nobody_s<P: Pair>() {
    let addresses = [
        ("\" u0@x.example \"", "u0@x.example"),
        ("\"\\tu1@x.example\\r\\n\"", "u1@x.example"),
        ("\"\\u3000u2@x.example\\u00a0\"", "u2@x.example"),
        ("\"\\ufeffu3@x.example\\u200b\"", "u3@x.example"),
    ];
    shown::<P>("org_email", "/emails/0/value", &addresses);
    shown::<P>("email", "/emails/1/value", &addresses);
}

/// One after the other, these forms of a member are these values of an attribute, and nothing is said of any.
fn shown<P: Pair>(member: &'static str, pointer: &str, forms: &[(&str, &str)]) {
    for by in WAYS {
        let pair = followed::<P>(companies::crowd(20));
        for (n, (written, expected)) in forms.iter().enumerate() {
            // Something of them has to change, or no event would name them.
            pair.mutate(&Mutation::modify_user("c00007", &json!({ "remark": format!("{n}") })));
            odd(&pair, Odd::default().with("c00007", member, *written));
            bring_wholly_in_line(&pair, by);
            assert_eq!(of_person(&pair, "c00007", pointer), *expected, "{by:?} {written}");
            assert_eq!(pair.take_complaints(), [], "{by:?} {written}");
        }
    }
}

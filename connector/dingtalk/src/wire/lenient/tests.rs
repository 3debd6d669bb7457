//! Every form of a value, and what its reader makes of it.

use super::{Flag, ObjectMembers, Odd, Oddities, Raw, Whole, is_blank};
use crate::wire::{DepartmentId, UserId};
use proptest::prelude::{any, proptest};

fn raw(json: &str) -> Raw<'_> {
    Raw { json, is_mended: false }
}

fn members(json: &str) -> ObjectMembers<'_> {
    raw(json).members().unwrap().unwrap()
}

#[test]
fn whole_numbers_are_exact_and_may_be_quoted() {
    for text in ["176220178909140513", r#""176220178909140513""#, r#"" 176220178909140513 ""#] {
        assert_eq!(raw(text).whole(), Ok(Some(Whole(176_220_178_909_140_513))), "{text}");
    }
    let read = |text| raw(text).whole();
    let seven = Ok(Some(Whole(7)));
    assert_eq!(
        ["\"\"", "null", "7", "-7", "7.0", "0.7E1", r#""7.00""#].map(read),
        [Ok(None), Ok(None), seven, Ok(Some(Whole(-7))), seven, seven, seven]
    );
}

#[test]
fn what_was_rounded_is_no_whole_number() {
    for text in [
        "1.7622017890914051e17",
        "1.5",
        r#""1.5""#,
        "18446744073709551615",
        "99999999999999999999",
        "true",
        "{}",
        "[]",
        "[7]",
        "\"x\"",
        "\" \"",
        "\"NaN\"",
        "\"inf\"",
        "1e400",
    ] {
        assert_eq!(raw(text).whole(), Err(Odd), "{text}");
    }
}

#[test]
fn a_flag_is_read_in_every_form_that_says_the_same() {
    for text in ["true", "1", "1.0", r#""true""#, r#""TRUE""#, r#"" True ""#, r#""1""#] {
        assert_eq!(raw(text).flag(), Ok(Some(Flag(true))), "{text}");
    }
    for text in ["false", "0", r#""false""#, r#""0""#] {
        assert_eq!(raw(text).flag(), Ok(Some(Flag(false))), "{text}");
    }
    assert_eq!(["null", "\"\""].map(|text| raw(text).flag()), [Ok(None), Ok(None)]);
    for text in ["2", r#""yes""#, "[]", "{}", "[true]"] {
        assert_eq!(raw(text).flag(), Err(Odd), "{text}");
    }
}

#[test]
fn a_number_is_a_text_digit_by_digit() {
    let read = |text| raw(text).text().map(Option::unwrap_or_default);
    assert_eq!(
        ["12345", "1.50", "176220178909140513999", "\"a\"", "\"\"", "null"].map(read),
        ["12345", "1.50", "176220178909140513999", "a", "", ""].map(|text| Ok(text.to_owned()))
    );
    let long = format!("{:?}", "x".repeat(300_000));
    for text in ["true", "[]", "{}", "[\"a\"]", long.as_str()] {
        assert_eq!(raw(text).text(), Err(Odd));
    }
}

#[test]
fn an_object_inside_of_a_text_is_mended_and_any_other_text_is_as_it_is() {
    let table = [
        (r#"{"a":"b"}"#, r#"{"a":"b"}"#, false),
        (r#"{"a":"\ud83d"}"#, "{\"a\":\"\u{fffd}\"}", true),
        ("{\"a\":\"x\ny\"}", "{\"a\":\"x\u{fffd}y\"}", true),
        (r#"{"a":"\u0000"}"#, r#"{"a":"\u0000"}"#, true),
        (r#"{"\u0000":1}"#, r#"{"\u0000":1}"#, true),
        ("{游泳\n\\q", "{游泳\n\\q", false),
        (r#"["\ud83d"]"#, r#"["\ud83d"]"#, false),
    ];
    for (text, expected, is_replaced) in table {
        let json = serde_json::json!({ "m": text }).to_string();
        let mut members = members(&json);
        assert_eq!(members.embedded("m").as_deref(), Some(expected), "{text}");
        assert_eq!(members.oddities().replaced.contains("m"), is_replaced, "{text}");
    }
}

#[test]
fn marks_that_show_nothing_are_blank() {
    let blank = " \t\n\u{a0}\u{3000}\u{200b}\u{202d}\u{202c}\u{2069}\u{feff}";
    assert!(blank.chars().all(is_blank) && !"a0-\u{fffd}中".chars().any(is_blank));
}

#[test]
fn a_date_is_the_day_in_beijing() {
    let read = |text: &str| raw(text).date().map(|day| day.map(|day| day.to_string()));
    let day = |day: &str| Ok(Some(day.to_owned()));
    // Midnight in Beijing, a minute before, and what is written.
    assert_eq!(
        [
            "1597507200000",
            "1597507199999",
            r#""1597507200000""#,
            r#""2020-08-16""#,
            r#""2020-08-16 00:00:00""#,
            r#""2020-08-15T16:00:00.000Z""#,
            r#""2020-08-15T16:00:00.000+0000""#,
            r#""2020-08-15 16:00:00+00:00""#,
            r#""2020-08-16T00:00:00+08:00""#,
            r#""20200816""#,
            "20200816",
            "0"
        ]
        .map(read),
        [
            day("2020-08-16"),
            day("2020-08-15"),
            day("2020-08-16"),
            day("2020-08-16"),
            day("2020-08-16"),
            day("2020-08-16"),
            day("2020-08-16"),
            day("2020-08-16"),
            day("2020-08-16"),
            day("2020-08-16"),
            day("2020-08-16"),
            day("1970-01-01")
        ]
    );
    // Seconds are no milliseconds, and a time of which the place cannot be read is none.
    for text in [
        "1597507200",
        r#""1597507200""#,
        "7",
        "-1",
        r#""2020-08-15T16:00:00 +x""#,
        r#""2020-08-16T25:00:00Z""#,
    ] {
        assert_eq!(read(text), Err(Odd), "{text}");
    }
    for text in ["9223372036854775807", "-99999999999999", r#""soon""#, r#""20xx-xx-xx""#, "true", "[]"] {
        assert_eq!(read(text), Err(Odd), "{text}");
    }
    assert_eq!(["null", "\"\""].map(read), [Ok(None), Ok(None)]);
}

#[test]
fn an_id_may_be_a_number_and_is_whole_or_none() {
    assert_eq!(raw("1829").user_id(), Ok(UserId::new("1829")));
    assert_eq!(raw("\"a\"").user_id(), Ok(UserId::new("a")));
    for text in ["1829.0", "1.829e3", r#"" 1829 ""#, "\"\u{feff}1829\u{3000}\""] {
        assert_eq!(raw(text).user_id(), Ok(UserId::new("1829")), "{text}");
    }
    assert_eq!(raw("18293148161178525999").user_id(), Ok(UserId::new("18293148161178525999")));
    for text in ["1829.5", "1.8293148161178524E16", "\" \""] {
        assert_eq!(raw(text).user_id(), Err(Odd), "{text}");
    }
    assert_eq!(raw(r#""3""#).department_id(), Ok(Some(DepartmentId(3))));
    let long = format!("{:?}", "x".repeat(257));
    for text in ["true", "{}", "[\"a\"]", r#""a\u0000""#, long.as_str()] {
        assert_eq!(raw(text).user_id(), Err(Odd), "{text}");
    }
    assert_eq!(Raw { json: "\"a\u{fffd}\"", is_mended: true }.user_id(), Err(Odd));
    assert_eq!(raw("\"a\u{fffd}\"").user_id(), Ok(UserId::new("a\u{fffd}")));
}

#[test]
fn a_list_is_read_as_a_whole_or_not_at_all() {
    let read = |json| {
        raw(json)
            .list(|raw| raw.whole())
            .map(|list| list.map(|list| list.into_iter().map(|Whole(n)| n).collect()))
    };
    let list = |list: &[i64]| Ok(Some(list.to_vec()));
    assert_eq!(
        ["[2,\"3\"]", "[]", "{}", "5", "\"5\"", r#""[2, 3]""#].map(read),
        [list(&[2, 3]), list(&[]), list(&[]), list(&[5]), list(&[5]), list(&[2, 3])]
    );
    assert_eq!(["null", "\"\""].map(read), [Ok(None), Ok(None)]);
    for json in ["[2,null]", "[2,{}]", "true", r#"{"a":1}"#, "\"[2\"", "\"x\""] {
        assert_eq!(read(json), Err(Odd), "{json}");
    }
}

#[test]
fn what_cannot_be_read_is_noted_by_its_name_and_costs_no_other_member() {
    let mut members =
        members(r#"{"a":[7],"b":"b\u0000","c":{"d":{},"e":true},"f":[{"g":1},{"g":{}},7],"h":1}"#);
    assert_eq!(
        (members.text("a"), members.text("b"), members.text("h")),
        (None, Some("b\u{fffd}".to_owned()), Some("1".to_owned()))
    );
    let inner = members.object("c", |inner| (inner.text("d"), inner.flag("e")));
    assert_eq!(inner, Some((None, Some(Flag(true)))));
    assert_eq!(members.each("f", |one| Some(one.whole("g"))), [Some(Whole(1)), None]);
    assert_eq!(
        (members.list("absent", |raw| raw.text()), members.list("c", |raw| raw.text())),
        (Some(vec![]), None)
    );
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let expected = Oddities { unread: names(&["a", "c", "c.d", "f", "f.g"]), replaced: names(&["b"]) };
    assert_eq!(members.oddities(), expected);
}

#[test]
fn a_member_that_is_nested_without_end_costs_itself() {
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    let json = format!(r#"{{"a":{deep},"b":"b"}}"#);
    let mut members = members(&json);
    assert_eq!((members.text("a"), members.text("b")), (None, Some("b".to_owned())));
}

proptest! {
    #[test]
    fn no_reader_panics(json in any::<String>()) {
        let raw = raw(&json);
        let _ = (raw.text(), raw.whole(), raw.flag(), raw.date(), raw.user_id(), raw.list(|raw| raw.text()), raw.members().is_ok());
    }
}

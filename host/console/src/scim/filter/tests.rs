//! What is a filter, what it means, and what is said of what is none.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn path(text: &str) -> Path {
    Path::parse(text).unwrap()
}

fn compare(name: &str, operator: Operator, value: Value) -> Filter {
    Filter::Compare(path(name), operator, value)
}

#[test]
fn a_condition_names_an_attribute_an_operator_and_a_value() {
    for (text, filter) in [
        ("userName eq \"zhangsan\"", compare("userName", Operator::Equals, json!("zhangsan"))),
        ("USERNAME EQ \"zhangsan\"", compare("username", Operator::Equals, json!("zhangsan"))),
        ("  emails.value\tco \"@b\" ", compare("emails.value", Operator::Contains, json!("@b"))),
        (
            "displayName eq \"\\u5f20 \\\"三\\\"\"",
            compare("displayName", Operator::Equals, json!("张 \"三\"")),
        ),
        ("active eq true", compare("active", Operator::Equals, json!(true))),
        ("x ge 1.5", compare("x", Operator::GreaterOrEquals, json!(1.5))),
        ("title pr", Filter::Present(path("title"))),
        ("a eq \"(and) or [not]\"", compare("a", Operator::Equals, json!("(and) or [not]"))),
    ] {
        assert_eq!(Filter::parse(text), Ok(filter), "{text}");
    }
}

#[test]
fn and_binds_more_than_or_and_parentheses_more_than_both() {
    let [a, b, c] = ["a", "b", "c"].map(|name| Filter::Present(path(name)));
    for (text, filter) in [
        ("a pr or b pr and c pr", Filter::Or(vec![a.clone(), Filter::And(vec![b.clone(), c.clone()])])),
        ("(a pr or b pr) and c pr", Filter::And(vec![Filter::Or(vec![a.clone(), b.clone()]), c.clone()])),
        ("not (a pr)and b pr", Filter::And(vec![Filter::Not(Box::new(a.clone())), b.clone()])),
        ("a[b pr and c pr]", Filter::OfOne(path("a"), Box::new(Filter::And(vec![b, c])))),
        ("((a pr))", a),
    ] {
        assert_eq!(Filter::parse(text), Ok(filter), "{text}");
    }
}

#[test]
fn what_is_wrong_is_said_with_what_should_stand_there() {
    for (text, complaint) in [
        ("", "filter ends where an attribute, \"not\" or \"(\" should follow"),
        ("userName", "filter ends where an operator such as eq, co or pr should follow"),
        ("userName like \"x\"", "filter has \"like\" where an operator such as eq, co or pr should stand"),
        (
            "userName eq zhangsan",
            "filter has \"zhangsan\" where a value: a text in double quotes, a number, true, false or null should \
             stand",
        ),
        ("userName eq \"zhang", "filter has a text that does not end, or is not written as in JSON"),
        ("a pr b pr", "filter has \"b\" where its end, \"and\" or \"or\" should stand"),
        ("(a pr", "filter ends where \")\" should follow"),
        ("not a pr", "filter has \"a\" where \"(\" should stand"),
        ("姓名 pr", "filter names \"姓名\", which can be no attribute"),
        ("a pr and", "filter ends where an attribute, \"not\" or \"(\" should follow"),
    ] {
        assert_eq!(
            Filter::parse(text).map_err(|error| error.to_string()),
            Err(complaint.to_owned()),
            "{text}"
        );
    }
}

#[test]
fn a_filter_that_would_exhaust_the_reader_is_refused() {
    let deep = "(".repeat(1000);
    assert_eq!(Filter::parse(&deep), Err(FilterError::TooDeep));
    let long = format!("a eq \"{}\"", "x".repeat(MAX_FILTER_BYTES));
    assert_eq!(Filter::parse(&long), Err(FilterError::TooLong { found: long.len() }));
}

/// A filter as RFC 7644 writes it, with every parenthesis that may be there.
fn print(filter: &Filter) -> String {
    let joined = |filters: &[Filter], word: &str| {
        filters.iter().map(|one| format!("({})", print(one))).collect::<Vec<_>>().join(word)
    };
    match filter {
        Filter::Present(path) => format!("{} pr", name(path)),
        Filter::Compare(path, operator, value) => format!("{} {} {value}", name(path), operator.as_str()),
        Filter::And(all) => joined(all, " and "),
        Filter::Or(any) => joined(any, " or "),
        Filter::Not(one) => format!("not ({})", print(one)),
        Filter::OfOne(path, one) => format!("{}[{}]", name(path), print(one)),
    }
}

fn name(path: &Path) -> String {
    let Path { schema, name, part } = path;
    let schema = schema.map(|schema| format!("{schema}:")).unwrap_or_default();
    let part = part.as_ref().map(|part| format!(".{part}")).unwrap_or_default();
    format!("{schema}{}{part}", name.as_deref().unwrap_or_default())
}

/// Words of filters in any order, as hardly any other text is one.
fn words() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        "[a-z]{1,3}",
        Just("userName".to_owned()),
        Just("urn:ietf:params:scim:schemas:core:2.0:User:name.familyName".to_owned()),
        proptest::sample::select(vec![
            "eq", "co", "pr", "and", "or", "not", "(", ")", "[", "]", "null", "-1.5e3"
        ])
        .prop_map(str::to_owned),
        ".{0,5}".prop_map(|text| Value::String(text).to_string()),
    ];
    proptest::collection::vec(word, 0..12).prop_map(|words| words.join(" "))
}

fn attribute() -> impl Strategy<Value = Path> {
    proptest::sample::select(vec![
        "userName",
        "name.familyName",
        "$ref",
        "urn:ietf:params:scim:schemas:core:2.0:User:x-y",
    ])
    .prop_map(path)
}

fn condition() -> impl Strategy<Value = Filter> {
    let operator = proptest::sample::select(Operator::ALL.map(|(operator, _)| operator).to_vec());
    let value = prop_oneof![
        ".{0,9}".prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
    ];
    prop_oneof![
        attribute().prop_map(Filter::Present),
        (attribute(), operator, value)
            .prop_map(|(path, operator, value)| Filter::Compare(path, operator, value)),
    ]
}

fn filter() -> impl Strategy<Value = Filter> {
    condition().prop_recursive(4, 16, 3, |inner| {
        let several = proptest::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            several.clone().prop_map(Filter::And),
            several.prop_map(Filter::Or),
            inner.clone().prop_map(|one| Filter::Not(Box::new(one))),
            (attribute(), inner).prop_map(|(path, one)| Filter::OfOne(path, Box::new(one))),
        ]
    })
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in prop_oneof![".{0,60}", words()]) {
        match Filter::parse(&text) {
            Ok(read) => prop_assert_eq!(Filter::parse(&print(&read)), Ok(read)),
            Err(refused) => prop_assert!(refused.to_string().starts_with("filter ")),
        }
    }

    #[test]
    fn what_is_written_is_read_as_it_was_meant(filter in filter()) {
        prop_assert_eq!(Filter::parse(&print(&filter)), Ok(filter));
    }
}

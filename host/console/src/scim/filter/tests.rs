//! What is a filter, what it means, and what is said of what is none.

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

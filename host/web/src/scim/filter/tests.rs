//! What is a filter, what it means, and what is said of what is none.

use proptest::prelude::*;

use super::*;

fn path(text: &str) -> Path {
    Path::parse(text).unwrap()
}

fn target(name: &str) -> Target {
    Target { path: path(name), of_those: None }
}

fn compare(name: &str, operator: Operator, value: Literal) -> Filter {
    Filter::Compare(target(name), operator, value)
}

fn text(text: &str) -> Literal {
    Literal::Text(text.to_owned())
}

#[test]
fn a_condition_names_an_attribute_an_operator_and_a_value() {
    for (written, filter) in [
        ("userName eq \"zhangsan\"", compare("userName", Operator::Equals, text("zhangsan"))),
        ("USERNAME EQ \"zhangsan\"", compare("USERNAME", Operator::Equals, text("zhangsan"))),
        ("  emails.value\tco   \"@b\" ", compare("emails.value", Operator::Contains, text("@b"))),
        (
            "displayName eq \"\\u5f20 \\\"三\\\"\"",
            compare("displayName", Operator::Equals, text("张 \"三\"")),
        ),
        ("active eq true", compare("active", Operator::Equals, Literal::Flag(true))),
        ("active eq False", compare("active", Operator::Equals, Literal::Flag(false))),
        ("title eq NULL", compare("title", Operator::Equals, Literal::Null)),
        ("x ge 1.50", compare("x", Operator::GreaterOrEquals, Literal::Number("1.50".to_owned()))),
        ("title pr", Filter::Present(target("title"))),
        ("a eq \"(and) or [not]\"", compare("a", Operator::Equals, text("(and) or [not]"))),
    ] {
        assert_eq!(Filter::parse(written), Ok(filter), "{written}");
    }
}

#[test]
fn a_part_of_what_brackets_choose_is_compared_as_entra_writes_it() {
    let is_work = |name: &str| Some(Box::new(compare(name, Operator::Equals, text("work"))));
    let of_work =
        |name: &str, whole: &str| Target { path: path(&format!("{whole}.value")), of_those: is_work(name) };
    for (written, filter) in [
        (
            "emails[type eq \"work\"].value eq \"a@b\"",
            Filter::Compare(of_work("type", "emails"), Operator::Equals, text("a@b")),
        ),
        ("Emails[Type EQ \"work\"].value PR", Filter::Present(of_work("Type", "Emails"))),
        ("emails[type eq \"work\"]", Filter::OfOne(path("emails"), is_work("type").unwrap())),
    ] {
        assert_eq!(Filter::parse(written), Ok(filter), "{written}");
    }
}

#[test]
fn and_binds_more_than_or_and_parentheses_more_than_both() {
    let [a, b, c] = ["a", "b", "c"].map(|name| Filter::Present(target(name)));
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
        ("userName eq'x'", "filter has \"eq'x'\" where an operator such as eq, co or pr should stand"),
        ("userNameeq \"x\"", "filter has \"x\" where an operator such as eq, co or pr should stand"),
        ("a[b pr].c.d pr", "filter names \"a[].c.d\", which can be no attribute"),
        ("a.b[c pr].d pr", "filter names \"a.b[].d\", which can be no attribute"),
        ("a[b pr] pr", "filter has \"pr\" where its end, \"and\" or \"or\" should stand"),
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
        Filter::Present(target) => format!("{} pr", looked_at(target)),
        Filter::Compare(target, operator, value) => {
            format!("{} {} {}", looked_at(target), operator.as_str(), literal(value))
        }
        Filter::And(all) => joined(all, " and "),
        Filter::Or(any) => joined(any, " or "),
        Filter::Not(one) => format!("not ({})", print(one)),
        Filter::OfOne(path, one) => format!("{path}[{}]", print(one)),
    }
}

fn looked_at(target: &Target) -> String {
    let Some(those) = &target.of_those else { return target.path.to_string() };
    let whole = target.path.whole();
    format!("{whole}[{}].{}", print(those), target.path.part.as_deref().unwrap_or_default())
}

fn literal(value: &Literal) -> String {
    match value {
        Literal::Text(text) => serde_json::Value::from(text.as_str()).to_string(),
        Literal::Number(number) => number.clone(),
        Literal::Flag(flag) => flag.to_string(),
        Literal::Null => "null".to_owned(),
    }
}

/// Words of filters in any order, as hardly any other text is one.
fn words() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        "[a-z]{1,3}",
        Just("userName".to_owned()),
        Just("urn:ietf:params:scim:schemas:core:2.0:User:name.familyName".to_owned()),
        proptest::sample::select(vec![
            "eq", "co", "pr", "and", "or", "not", "(", ")", "[", "]", "].value", "null", "True", "-1.5e3"
        ])
        .prop_map(str::to_owned),
        ".{0,5}".prop_map(|text| serde_json::Value::from(text).to_string()),
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

fn value() -> impl Strategy<Value = Literal> {
    prop_oneof![
        ".{0,9}".prop_map(Literal::Text),
        any::<i64>().prop_map(|number| Literal::Number(number.to_string())),
        any::<bool>().prop_map(Literal::Flag),
        Just(Literal::Null),
    ]
}

fn condition(target: BoxedStrategy<Target>) -> impl Strategy<Value = Filter> {
    let operator = proptest::sample::select(Operator::ALL.map(|(operator, _)| operator).to_vec());
    prop_oneof![
        target.clone().prop_map(Filter::Present),
        (target, operator, value())
            .prop_map(|(target, operator, value)| Filter::Compare(target, operator, value)),
    ]
}

fn filter() -> impl Strategy<Value = Filter> {
    let plain = attribute().prop_map(|path| Target { path, of_those: None }).boxed();
    condition(plain).prop_recursive(4, 16, 3, |inner| {
        let whole =
            proptest::sample::select(vec!["emails", "urn:ietf:params:scim:schemas:core:2.0:User:x-y"]);
        let chosen = (whole, inner.clone()).prop_map(|(name, those)| Target {
            path: path(&format!("{name}.value")),
            of_those: Some(Box::new(those)),
        });
        let several = proptest::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            several.clone().prop_map(Filter::And),
            several.prop_map(Filter::Or),
            inner.clone().prop_map(|one| Filter::Not(Box::new(one))),
            (attribute(), inner).prop_map(|(path, one)| Filter::OfOne(path, Box::new(one))),
            condition(chosen.boxed()),
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

//! Settings: every problem at once, no secret repeated.

use super::{Delimiter, RosterSource, SCHEMA, Settings};
use expect_test::{Expect, expect};
use rollcall_kit::EventDelivery;
use serde_json::Value;

#[track_caller]
fn check(settings: &str, expected: &Expect) {
    let shown = match Settings::parse(settings) {
        Ok(settings) => {
            let plan = settings.plan();
            let origins: Vec<&str> = plan.origins.iter().map(|origin| origin.origin.as_str()).collect();
            format!("{settings:?}\n{origins:?}")
        }
        Err(problems) => {
            let line = |problem: &rollcall_kit::Diagnosis| {
                let message = &problem.message;
                let pointer = problem.setting.as_deref().unwrap_or("?");
                format!("{pointer}: {} | {}", message.en, message.zh)
            };
            problems.iter().map(line).collect::<Vec<_>>().join("\n")
        }
    };
    expected.assert_eq(&shown);
}

#[test]
fn one_url_is_a_json_roster() {
    check(
        r#"{"url":" https://hr.example/a/roster.json?key=canary "}"#,
        &expect![[r#"
        Settings { source: Json(Address("https://hr.example/a/roster.json")), authorization: None, webhook: None }
        ["https://hr.example"]"#]],
    );
}

#[test]
fn two_urls_are_a_csv_roster() {
    check(
        r#"{"departments_url":"https://a.example/d.csv","people_url":"http://b.example:8080/p.csv","delimiter":"\t",
            "authorization":"Bearer canary"}"#,
        &expect![[r#"
            Settings { source: Csv { departments: Address("https://a.example/d.csv"), people: Address("http://b.example:8080/p.csv"), delimiter: Tab }, authorization: Some(Authorization(…)), webhook: None }
            ["http://b.example:8080", "https://a.example"]"#]],
    );
}

#[test]
fn files_of_one_server_need_one_origin() {
    check(
        r#"{"departments_url":"https://a.example/d.csv","people_url":"https://a.example:443/p.csv","url":""}"#,
        &expect![[r#"
            Settings { source: Csv { departments: Address("https://a.example/d.csv"), people: Address("https://a.example/p.csv"), delimiter: Comma }, authorization: None, webhook: None }
            ["https://a.example"]"#]],
    );
}

#[test]
fn an_address_is_sent_as_a_browser_would_send_it() {
    let sent = |url: &str| {
        let settings = serde_json::json!({ "url": url }).to_string();
        Settings::parse(&settings).ok().map(|settings| match settings.source {
            RosterSource::Json(address) => (address.url(), address.origin),
            RosterSource::Csv { .. } => panic!("one URL is JSON"),
        })
    };
    let expected = |url: &str, origin: &str| Some((url.to_owned(), origin.to_owned()));
    assert_eq!(
        sent("https://OA.example:443/导出/花名册.json?key=a b#top"),
        expected(
            "https://oa.example/%E5%AF%BC%E5%87%BA/%E8%8A%B1%E5%90%8D%E5%86%8C.json?key=a%20b",
            "https://oa.example"
        )
    );
    assert_eq!(sent("http://[::1]:8080"), expected("http://[::1]:8080/", "http://[::1]:8080"));
    for wrong in ["https://花名册.example/", "https://", "https:///r.json", "roster.json", "file:///r.json"]
    {
        assert_eq!(sent(wrong), None, "{wrong}");
    }
}

#[test]
fn no_url_at_all_is_a_problem() {
    check(
        r#"{"url":null,"people_url":""}"#,
        &expect!["/url: no address of a roster is set | 没有填写花名册的地址"],
    );
}

#[test]
fn half_a_pair_is_a_problem_of_the_other_half() {
    check(
        r#"{"people_url":"https://a.example/p.csv"}"#,
        &expect![
            "/departments_url: `people_url` is set and `departments_url` is not | 已填写 people_url，但没有填写 departments_url"
        ],
    );
    check(
        r#"{"departments_url":"https://a.example/d.csv"}"#,
        &expect![
            "/people_url: `departments_url` is set and `people_url` is not | 已填写 departments_url，但没有填写 people_url"
        ],
    );
}

#[test]
fn both_formats_are_a_problem() {
    check(
        r#"{"url":"https://a.example/","departments_url":"https://a.example/d.csv","people_url":"https://a.example/p.csv"}"#,
        &expect![
            "/url: `url` is for a JSON roster, `departments_url` and `people_url` are for CSV files; both are set | url 用于 JSON 花名册，departments_url 和 people_url 用于 CSV 文件，两者不能同时填写"
        ],
    );
}

#[test]
fn every_problem_is_told_at_once_and_no_value_repeated() {
    check(
        r#"{"url":"ftp://a.example/","delimiter":"::","authorization":["canary"],"colour":"red","people_url":7}"#,
        &expect![[r#"
            /colour: setting "colour" is not known | 未知的配置项 "colour"
            /url: this is not an address that begins with https:// or http:// | 这不是以 https:// 或 http:// 开头的地址
            /people_url: setting `people_url` must be a text | 配置项 people_url 必须是文本
            /delimiter: the delimiter must be a comma, a semicolon, a vertical bar or a tab | 分隔符必须是逗号、分号、竖线或制表符
            /authorization: setting `authorization` must be a text | 配置项 authorization 必须是文本"#]],
    );
}

#[test]
fn a_token_of_the_webhook_is_long_and_turns_callbacks_on() {
    let delivery = |token: &Value| {
        let settings = serde_json::json!({ "url": "https://a.example/", "webhook_token": token }).to_string();
        Settings::parse(&settings).map(|settings| settings.plan().event_delivery)
    };
    for nothing in [Value::Null, "".into(), "  ".into()] {
        assert_eq!(delivery(&nothing), Ok(EventDelivery::None), "{nothing}");
    }
    assert_eq!(delivery(&" canary-token-5f2c ".into()), Ok(EventDelivery::Callbacks));
    for wrong in ["canary-short-15", "canary with blanks", "canary-not-ascii-é"] {
        let problems = delivery(&wrong.into()).expect_err("it is wrong");
        let [problem] = problems.try_into().expect("it is one");
        assert_eq!(
            (problem.code.as_str(), problem.setting.as_deref()),
            ("not-a-token", Some("/webhook_token"))
        );
        assert!(!format!("{problem:?}").contains("canary"), "{problem:?}");
    }
}

#[test]
fn a_password_belongs_into_its_own_setting() {
    check(
        r#"{"url":"https://user:canary@a.example/"}"#,
        &expect!["/url: the address holds a user name or password | 地址中包含用户名或密码"],
    );
}

#[test]
fn what_is_not_an_object_is_one_problem() {
    check("[]", &expect![": the settings are not a JSON object | 配置不是一个 JSON 对象"]);
    check("", &expect![": the settings are not a JSON object | 配置不是一个 JSON 对象"]);
}

#[test]
fn the_schema_describes_every_setting_in_its_place_and_in_both_languages() {
    let schema: Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    let properties = schema["properties"].as_object().expect("it has properties");
    let mut names: Vec<&str> = properties.keys().map(String::as_str).collect();
    names.sort_by_key(|name| properties[*name]["x-order"].as_u64().expect("each has its place"));
    assert_eq!(names, super::NAMES);
    for (name, property) in properties {
        for member in ["title", "description", "x-title-zh-CN", "x-description-zh-CN"] {
            assert!(property[member].is_string(), "{name} lacks {member}");
        }
    }
}

#[test]
fn the_authorization_goes_to_every_file_and_is_planned_only_where_there_is_one() {
    let plan = |settings: &str| Settings::parse(settings).expect("they are right").plan();
    let files = r#""departments_url":"https://a.example/d","people_url":"https://b.example/p""#;
    assert_eq!(plan(&format!("{{{files}}}")).secrets, []);
    let [used] =
        plan(&format!(r#"{{{files},"authorization":"sealed-x"}}"#)).secrets.try_into().expect("it is one");
    assert_eq!(
        (used.setting.as_str(), used.origins),
        ("/authorization", vec!["https://a.example".to_owned(), "https://b.example".to_owned()])
    );
}

#[test]
fn the_schema_offers_just_the_delimiters_that_are_understood() {
    let schema: Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    let offered = schema["properties"]["delimiter"]["enum"].as_array().expect("it is a list");
    let understood = offered.iter().map(|delimiter| {
        let settings = serde_json::json!({
            "departments_url": "https://a.example/d", "people_url": "https://a.example/p", "delimiter": delimiter,
        });
        match Settings::parse(&settings.to_string()).expect("it is offered").source {
            RosterSource::Csv { delimiter, .. } => delimiter,
            RosterSource::Json(_) => panic!("a pair is CSV"),
        }
    });
    let expected = [Delimiter::Comma, Delimiter::Comma, Delimiter::Semicolon, Delimiter::Bar, Delimiter::Tab];
    assert_eq!(understood.collect::<Vec<_>>(), expected);
}

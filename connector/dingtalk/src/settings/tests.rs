//! Every way in which settings can be wrong, and that all of them are said at once.

use super::Settings;
use expect_test::{Expect, expect};
use serde_json::{Value, json};

#[track_caller]
fn check(settings: &Value, expected: &Expect) {
    let told = match Settings::parse(&settings.to_string()) {
        Ok(settings) => format!("{settings:?}"),
        Err(problems) => {
            let line = |problem: &rollcall_kit::Diagnosis| {
                let pointer = problem.setting.as_deref().unwrap_or("?");
                format!("{pointer} {}\n", problem.code)
            };
            problems.iter().map(line).collect()
        }
    };
    expected.assert_eq(&told);
}

#[test]
fn three_settings_are_enough_and_the_secret_stays_out_of_debug_forms() {
    check(
        &json!({"corp_id": "ding1", "app_key": "k", "app_secret": "s"}),
        &expect![[
            r#"Settings { corp_id: "ding1", app_key: "k", details: false, person_details: false, account_status: false, leave_out_branches: false, requests_per_second: 15, oapi_base: "https://oapi.dingtalk.com", api_base: "https://api.dingtalk.com", stream_base: None, token_interface: Auto, events: Off, .. }"#
        ]],
    );
}

#[test]
fn all_problems_are_told_at_once() {
    check(
        &json!({
            "corp_id": " ding1",
            "app_key": "  ",
            "details": "yes",
            "requests_per_second": 61,
            "oapi_base": "ftp://oapi.dingtalk.com",
            "api_base": 7,
            "app/secret": "s",
        }),
        &expect![[r#"
            /corp_id setting-has-white-space
            /app_key setting-missing
            /app_secret setting-missing
            /details setting-wrong-type
            /requests_per_second setting-out-of-range
            /oapi_base setting-not-an-origin
            /api_base setting-wrong-type
            /app~1secret setting-unknown
        "#]],
    );
}

#[test]
fn a_character_that_cannot_be_seen_is_a_problem_of_its_setting() {
    for unseen in ['\u{ad}', '\u{200b}', '\u{200d}', '\u{2060}', '\u{feff}', '\u{202e}', '\u{a0}', '\u{7}'] {
        let (corp_id, app_key) = (format!("ding1{unseen}"), format!("{unseen}k"));
        check(
            &json!({"corp_id": corp_id, "app_key": app_key, "app_secret": "s"}),
            &expect![[r#"
                /corp_id setting-has-white-space
                /app_key setting-has-white-space
            "#]],
        );
    }
}

#[test]
fn an_address_is_a_host_alone() {
    for text in ["https://h/path", "https://u@h", "https://h?q", "https://h#f", "h", "", "https://", "data:x"]
    {
        let settings = json!({"corp_id": "c", "app_key": "k", "app_secret": "s", "oapi_base": text});
        assert!(Settings::parse(&settings.to_string()).is_err(), "{text:?}");
    }
}

#[test]
fn a_rate_is_a_whole_number_from_1_to_60() {
    for (rate, good) in [
        (json!(0), false),
        (json!(1), true),
        (json!(60), true),
        (json!(61), false),
        (json!(1.5), false),
        (json!("15"), false),
    ] {
        let settings =
            json!({"corp_id": "c", "app_key": "k", "app_secret": "s", "requests_per_second": rate});
        assert_eq!(Settings::parse(&settings.to_string()).is_ok(), good, "{rate}");
    }
}

#[test]
fn what_is_no_object_is_one_problem() {
    for text in ["", "[]", "null", "{"] {
        assert_eq!(Settings::parse(text).map_err(|problems| problems.len()), Err(1), "{text:?}");
    }
}

#[test]
fn a_sealed_secret_is_a_text_and_all_else_about_it_is_for_the_host_to_say() {
    let settings = |secret: Value| json!({"corp_id": "c", "app_key": "k", "app_secret": secret});
    for token in ["sealed-abc", "a b", &"x".repeat(300)] {
        assert!(Settings::parse(&settings(json!(token)).to_string()).is_ok(), "{token}");
    }
    check(&settings(json!("  ")), &expect!["/app_secret setting-missing\n"]);
    check(&settings(json!(7)), &expect!["/app_secret setting-wrong-type\n"]);
}

#[test]
fn a_secret_is_never_repeated() {
    let settings = json!({"corp_id": ["canary"], "app_key": " canary", "app_secret": ["canary"], "details": "canary",
        "requests_per_second": "canary", "oapi_base": "canary", "api_base": "https://canary@h"});
    let problems = Settings::parse(&settings.to_string()).unwrap_err();
    assert!(problems.len() == 7 && !format!("{problems:?}").contains("canary"), "{problems:?}");
}

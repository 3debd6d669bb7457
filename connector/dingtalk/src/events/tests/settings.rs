//! How changes are to arrive, as the settings say it.

use super::{AES_KEY, CALLBACK_TOKEN, settings_with};
use crate::settings::Settings;
use expect_test::{Expect, expect};
use serde_json::{Value, json};

#[track_caller]
fn check_settings(more: &Value, expected: &Expect) {
    let told = match Settings::parse(&settings_with(more)) {
        Ok(settings) => format!("{:?}", settings.events),
        Err(problems) => {
            let told = problems
                .iter()
                .map(|problem| format!("{} {}", problem.setting.as_deref().unwrap_or("?"), problem.code));
            told.collect::<Vec<_>>().join("\n")
        }
    };
    expected.assert_eq(&told);
}

#[test]
fn changes_arrive_in_the_way_that_the_settings_say() {
    check_settings(&json!({}), &expect!["Off"]);
    check_settings(&json!({"events": "off"}), &expect!["Off"]);
    check_settings(&json!({"events": "stream"}), &expect!["Stream"]);
    check_settings(
        &json!({"events": "http", "callback_token": CALLBACK_TOKEN, "callback_aes_key": AES_KEY}),
        &expect!["Http(Callback { .. })"],
    );
}

#[test]
fn what_http_needs_may_stay_where_it_is_not_used() {
    check_settings(
        &json!({"events": "stream", "callback_token": CALLBACK_TOKEN, "callback_aes_key": AES_KEY}),
        &expect!["Stream"],
    );
    check_settings(&json!({"callback_token": "", "callback_aes_key": null}), &expect!["Off"]);
}

#[test]
fn a_way_that_is_not_one_or_lacks_its_secrets_is_refused() {
    check_settings(&json!({"events": "websocket"}), &expect!["/events setting-wrong-type"]);
    check_settings(&json!({"events": true}), &expect!["/events setting-wrong-type"]);
    check_settings(
        &json!({"events": "http"}),
        &expect![[r#"
        /callback_token setting-missing
        /callback_aes_key setting-missing"#]],
    );
    check_settings(
        &json!({"events": "http", "callback_token": "", "callback_aes_key": null}),
        &expect![[r#"
            /callback_token setting-missing
            /callback_aes_key setting-missing"#]],
    );
    check_settings(
        &json!({"events": "http", "callback_token": "ab", "callback_aes_key": "abc"}),
        &expect![[r#"
            /callback_token setting-wrong-type
            /callback_aes_key setting-wrong-type"#]],
    );
    check_settings(
        &json!({"callback_token": "with space", "callback_aes_key": 7}),
        &expect![[r#"
        /callback_token setting-wrong-type
        /callback_aes_key setting-wrong-type"#]],
    );
}

#[test]
fn deliveries_are_taken_whatever_is_wrong_with_settings_that_they_do_not_need() {
    let http = json!({"events": "http", "callback_token": CALLBACK_TOKEN, "callback_aes_key": AES_KEY});
    let taken = |more: &Value| {
        let mut merged = http.clone();
        let members = merged.as_object_mut().expect("it is an object");
        members.extend(more.as_object().expect("it is one, too").clone());
        Settings::parse_for_deliveries(&settings_with(&merged))
            .map(|settings| format!("{:?}", settings.events))
    };
    for wrong in [
        json!({}),
        json!({"requests_per_second": 200}),
        json!({"app_secret": null}),
        json!({"oapi_base": "nowhere", "stream_base": 7}),
        json!({"details": "perhaps", "no_such_setting": true}),
    ] {
        assert_eq!(taken(&wrong).as_deref(), Ok("Http(Callback { .. })"), "{wrong}");
    }
    for wrong in [
        json!({"corp_id": ""}),
        json!({"app_key": null}),
        json!({"events": "websocket"}),
        json!({"callback_token": "a b"}),
        json!({"callback_aes_key": "short"}),
    ] {
        assert!(taken(&wrong).is_err(), "{wrong}");
    }
    assert!(Settings::parse_for_deliveries("[]").is_err());
}

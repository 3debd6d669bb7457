//! From a schema to a form and back, and what is said of wrong input.

use rollcall_host::DepartedUsers;
use rollcall_host::model::Diagnosis;
use rollcall_words::Language;
use serde_json::json;

use super::*;
use crate::face::{ScimNames, ScimUserNames};
use crate::sources::schema;
use crate::sources::trust::{Cleared, Trust, Why};
use crate::testing::{NOW, administrator};

/// What every form sends.
const ALWAYS: [(&str, &str); 2] = [("/name", "head-office"), ("/departed", "deactivate")];

fn fields() -> Vec<Field> {
    schema::fields(&json!({
        "required": ["key", "secret"],
        "properties": {
            "key": {"type": "string", "title": "Key", "x-title-zh-CN": "钥匙"},
            "secret": {"type": "string", "writeOnly": true},
            "token": {"type": "string", "writeOnly": true},
            "n": {"type": "integer", "default": 15},
            "details": {"type": "boolean", "default": true},
            "delimiter": {"type": "string", "enum": ["", ",", "\t"], "default": ","},
            "areas": {"type": "array", "items": {"type": "string"}},
            "more": {"type": "object"},
            "a/b~c": {"type": "string"},
        },
    }))
}

fn entered(pairs: &[(&str, &str)]) -> SourceForm {
    let all = ALWAYS.iter().chain(pairs);
    SourceForm::sent(all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
}

fn configured(pairs: &[(&str, &str)], before: Option<&Configured>) -> Configured {
    entered(pairs).draft("blake3:00", &fields(), before).whole().unwrap()
}

#[track_caller]
fn complaints(pairs: &[(&str, &str)]) -> Vec<String> {
    let wrong = entered(pairs).draft("blake3:00", &fields(), None).whole().unwrap_err();
    wrong.into_iter().map(|complaint| complaint.pointer).collect()
}

fn before() -> Configured {
    let pairs = [
        ("/settings/key", "k1"),
        ("/settings/secret", "hunter2"),
        ("/settings/token", "hunter3"),
        ("/egress/proxy/url", "http://proxy:3128"),
        ("/egress/proxy/user", "me"),
        ("/egress/proxy/password", "hunter4"),
    ];
    Configured { is_followed: true, ..configured(&pairs, None) }
}

#[test]
fn each_setting_becomes_a_value_of_its_type_and_what_is_empty_is_left_out() {
    let settings = configured(
        &[
            ("/settings/key", " k1 "),
            ("/settings/secret", "hunter2"),
            ("/settings/n", "20"),
            ("/settings/delimiter", "\t"),
            ("/settings/areas", "north\r\n\r\n south "),
            ("/settings/more", r#"{"x": [1]}"#),
            ("/settings/a~1b~0c", "odd"),
        ],
        None,
    )
    .settings;
    let expected = json!({
        "key": "k1", "secret": "hunter2", "n": 20, "details": false, "delimiter": "\t", "areas": ["north", "south"],
        "more": {"x": [1]}, "a/b~c": "odd",
    });
    assert_eq!(Value::Object(settings), expected);
}

#[test]
fn whatever_cannot_be_read_is_complained_about_at_its_own_field_all_at_once() {
    let pairs = [
        ("/name", "Head Office"),
        ("/departed", "exile"),
        ("/settings/n", "many"),
        ("/settings/more", "{"),
        ("/egress/proxy/user", "me"),
        ("/schedule/cron", "30 3 * * *"),
        ("/schedule/jitter", "soon"),
    ];
    let pointers =
        ["/name", "/departed", "/settings/more", "/settings/n", "/egress/proxy/url", "/schedule/jitter"];
    assert_eq!(complaints(&pairs), pointers);
}

#[test]
fn what_can_be_read_beside_what_cannot_is_kept_to_be_judged_as_well() {
    let pairs = [
        ("/name", "Head Office"),
        ("/settings/key", "k1"),
        ("/settings/n", "many"),
        ("/schedule/cron", "nightly"),
        ("/schedule/jitter", "soon"),
        ("/egress/proxy/url", "proxy"),
    ];
    let draft = entered(&pairs).draft("blake3:00", &fields(), None);
    assert_eq!(draft.settings.get("key"), Some(&json!("k1")));
    let timing = Timing { cron: "nightly".to_owned(), time_zone: None, jitter_s: 0 };
    assert_eq!(draft.timing, Some(timing));
    assert_eq!(draft.proxy.map(|proxy| proxy.url).as_deref(), Some("proxy"));
}

#[test]
fn how_people_are_told_over_scim_is_chosen_and_stays_where_the_form_does_not_say() {
    let chosen = [("/scim/names", "split"), ("/scim/user_names", "with-source")];
    let face = ScimFace { names: ScimNames::Split, user_names: ScimUserNames::WithSource };
    let before = configured(&chosen, None);
    assert_eq!((before.face, configured(&[], None).face), (face, ScimFace::default()));
    assert_eq!(configured(&[], Some(&before)).face, face);
    let shown = SourceForm::configured_before(&before, &fields());
    assert_eq!((shown.raw("/scim/names"), shown.raw("/scim/user_names")), ("split", "with-source"));
    let wrong = [("/scim/names", "initials"), ("/scim/user_names", "short")];
    assert_eq!(complaints(&wrong), ["/scim/names", "/scim/user_names"]);
}

#[test]
fn the_name_of_the_form_itself_is_no_name_of_a_source() {
    assert_eq!(complaints(&[("/name", "new")]), ["/name"]);
}

#[test]
fn a_secret_that_is_left_empty_is_kept_and_so_are_the_name_and_whether_it_is_followed() {
    let after = configured(
        &[
            ("/name", "another"),
            ("/settings/key", "k2"),
            ("/settings/secret", ""),
            ("/egress/proxy/url", "http://proxy:3128"),
            ("/egress/proxy/user", "me"),
        ],
        Some(&before()),
    );
    assert_eq!(after.name.as_str(), "head-office");
    assert!(after.is_followed);
    assert_eq!(after.settings.get("secret"), Some(&json!("hunter2")));
    assert_eq!(after.settings.get("token"), Some(&json!("hunter3")));
    assert_eq!(after.proxy, before().proxy);
}

#[test]
fn a_secret_is_replaced_by_another_one_and_forgotten_when_that_is_asked() {
    let pairs = [("/settings/secret", "new-one"), ("forget:/settings/token", "on")];
    let settings = configured(&pairs, Some(&before())).settings;
    assert_eq!(settings.get("secret"), Some(&json!("new-one")));
    assert_eq!(settings.get("token"), None);
}

/// Which of the secrets are new by what was entered.
fn given(pairs: &[(&str, &str)]) -> [bool; 3] {
    let draft = entered(pairs).draft("blake3:00", &fields(), Some(&before()));
    ["/settings/secret", "/settings/token", "/egress/proxy/password"].map(|pointer| draft.given.has(pointer))
}

#[test]
fn a_secret_is_new_when_something_is_entered_or_it_is_forgotten_and_not_by_blanks() {
    assert_eq!(given(&[]), [false; 3]);
    assert_eq!(given(&[("/settings/secret", " \t"), ("/settings/token", "")]), [false; 3]);
    assert_eq!(given(&[("/settings/secret", "new"), ("/egress/proxy/password", " ")]), [true, false, true]);
    assert_eq!(
        given(&[("forget:/settings/token", "on"), ("forget:/egress/proxy/password", "on")]),
        [false, true, true]
    );
}

#[test]
fn only_the_file_whose_digest_was_shown_is_confirmed() {
    let is_confirmed = |digest: &str| {
        let entered = entered(&[("confirmed-connector", digest)]);
        entered.draft("blake3:00", &fields(), Some(&before())).is_connector_confirmed
    };
    assert_eq!(["blake3:00", "blake3:01", "", "on"].map(is_confirmed), [true, false, false, false]);
}

#[test]
fn a_secret_that_was_taken_away_is_asked_for_at_its_field_with_where_it_went() {
    let cleared = Cleared {
        pointer: "/settings/token".to_owned(),
        why: Why::Origin,
        was: vec!["https://api.example.com".to_owned()],
        would: vec!["http://127.0.0.1:9".to_owned()],
    };
    let mut before = before();
    before.settings.remove("token");
    before.trust = Some(Trust { held: Vec::new(), cleared: vec![cleared] });
    for (language, told) in [
        (
            Language::English,
            "Enter it again: it was sent to https://api.example.com until now, and would be sent to http://127.0.0.1:9",
        ),
        (
            Language::Chinese,
            "请重新填写：此前它发送到 https://api.example.com，修改后将发送到 http://127.0.0.1:9",
        ),
    ] {
        let html = drawn(&entered(&[]), &[], Some(&before), language);
        assert!(html.contains(told), "{html}");
        // It is not needed, so a person may say that there is to be none.
        assert!(html.contains(r#"name="forget:/settings/token""#), "{html}");
    }
}

#[test]
fn a_form_of_what_is_configured_says_the_same_again() {
    let fields = fields();
    let before = Configured {
        departed: DepartedUsers::Delete,
        timing: Some(Timing { cron: "0 3 * * *".to_owned(), time_zone: None, jitter_s: 600 }),
        ..before()
    };
    let again =
        SourceForm::configured_before(&before, &fields).draft("blake3:00", &fields, Some(&before)).whole();
    // What was left out has its default now, which is the same to the connector.
    let mut expected = before;
    expected.settings.insert("n".to_owned(), json!(15));
    expected.settings.insert("delimiter".to_owned(), json!(","));
    assert_eq!(again.unwrap(), expected);
}

#[test]
fn the_usual_schedule_is_said_to_be_due_next() {
    let usual = SourceForm::usual("roster", &fields());
    assert_eq!(usual.next_run_at(NOW).unwrap().to_string(), "2026-01-01T19:30:00Z");
}

fn drawn(
    entered: &SourceForm,
    wrong: &[Complaint],
    before: Option<&Configured>,
    language: Language,
) -> String {
    let (visitor, fields) = (administrator(language), fields());
    let sheet =
        Sheet { visitor: &visitor, fields: &fields, entered, complaints: wrong, before, next_run_at: None };
    format!("{}{}", summary(&visitor, &fields, wrong).into_string(), sheet.draw().into_string())
}

#[test]
fn no_secret_is_ever_in_a_form() {
    let sent = entered(&[
        ("/settings/secret", "hunter2"),
        ("/settings/token", "hunter3"),
        ("/egress/proxy/password", "hunter4"),
    ]);
    let shown = SourceForm::configured_before(&before(), &fields());
    for entered in [sent, shown] {
        let wrong = [crate::sources::complaints::not_json("/settings/key")];
        let html = drawn(&entered, &wrong, Some(&before()), Language::English);
        assert!(!html.contains("hunter"), "{html}");
    }
}

#[test]
fn a_complaint_is_at_its_field_and_the_summary_leads_there() {
    let wrong = [crate::sources::complaints::not_json("/settings/key")];
    let html = drawn(&entered(&[]), &wrong, None, Language::Chinese);
    assert!(html.contains(r##"<a href="#/settings/key">钥匙</a>"##), "{html}");
    assert!(html.contains(r#"<p class="wrong" id="/settings/key:wrong">此项应为 JSON</p>"#), "{html}");
    assert!(html.contains(r#"aria-describedby="/settings/key:wrong""#), "{html}");
}

#[test]
fn what_would_be_right_is_told_behind_what_is_wrong() {
    let diagnosis = Diagnosis::new("missing", "setting \"key\" is missing")
        .with_remedy("copy it")
        .in_chinese("缺少设置 key", "请复制");
    let wrong = [Complaint { pointer: "/settings/key".to_owned(), diagnosis }];
    for (language, told) in [
        (Language::English, "Setting &quot;key&quot; is missing; copy it"),
        (Language::Chinese, "缺少设置 key；请复制"),
    ] {
        let html = drawn(&entered(&[]), &wrong, None, language);
        assert!(html.contains(&format!(r#"<p class="wrong" id="/settings/key:wrong">{told}</p>"#)), "{html}");
    }
}

#[test]
fn what_was_entered_comes_back_as_text_and_never_as_markup() {
    let html = drawn(&entered(&[("/settings/key", r#""><script>"#)]), &[], None, Language::English);
    assert!(html.contains("&quot;&gt;&lt;script&gt;"), "{html}");
    assert!(!html.contains("<script"), "{html}");
}

#[test]
fn a_new_secret_is_required_and_one_that_is_kept_is_not() {
    let new = drawn(&entered(&[]), &[], None, Language::English);
    let kept = drawn(&entered(&[]), &[], Some(&before()), Language::English);
    let required = r#"type="password" id="/settings/secret" name="/settings/secret" required"#;
    assert_eq!((new.contains(required), kept.contains(required)), (true, false));
}

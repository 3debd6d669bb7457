//! What a connector sees instead of a secret, and what is said of a secret that it cannot see.

use expect_test::{Expect, expect};
use rollcall_rules::sealed::Place;
use serde_json::json;

use super::*;

fn schema() -> Value {
    json!({
        "required": ["secret"],
        "properties": {
            "secret": {
                "type": "string", "writeOnly": true, "x-sealed": true, "pattern": "^\\S+$", "maxLength": 16,
                "description": "Console > your application > Client Secret.",
                "x-description-zh-CN": "控制台 > 您的应用 > Client Secret。",
            },
            "header": {"type": "string", "writeOnly": true, "x-sealed": true},
            "known": {"type": "string", "writeOnly": true},
        },
    })
}

fn used(setting: &str, origins: &[&str]) -> SecretUse {
    let origins = origins.iter().map(|origin| (*origin).to_owned()).collect();
    SecretUse { setting: setting.to_owned(), origins }
}

fn sealed(settings: &Value, uses: &[SecretUse]) -> SealedCall {
    let secrets = Secrets::of(&schema(), settings, None);
    SealedCall::new(&schema(), settings, secrets, uses, &Mint::new().unwrap())
}

#[track_caller]
fn check_problems(settings: &Value, expected: &Expect) {
    let secrets = Secrets::of(&schema(), settings, None);
    let line = |problem: Problem| {
        let Problem { pointer, diagnosis } = problem;
        let (english, chinese) = (diagnosis.localized("en"), diagnosis.localized("zh-CN"));
        let remedy = |remedy: Option<&str>| remedy.unwrap_or("-").to_owned();
        format!(
            "{pointer} {}: {} {} | {} {}\n",
            diagnosis.code,
            english.message,
            remedy(english.remedy),
            chinese.message,
            remedy(chinese.remedy)
        )
    };
    let told: String = problems(&schema(), settings, &secrets).into_iter().map(line).collect();
    assert!(!told.contains("t0ps3"), "{told}");
    expected.assert_eq(&told);
}

#[test]
fn a_connector_sees_another_token_each_call_and_never_the_secret() {
    let settings = json!({"secret": "t0ps3cret", "known": "seen", "key": "k"});
    let mint = Mint::new().unwrap();
    let see = || SealedCall::new(&schema(), &settings, Secrets::default(), &[], &mint).settings;
    let (one, other) = (see(), see());
    assert_ne!(one, other);
    for shown in [one, other] {
        assert!(!shown.contains("t0ps3cret"), "{shown}");
        let shown: Value = serde_json::from_str(&shown).unwrap();
        assert_eq!((&shown["known"], &shown["key"]), (&json!("seen"), &json!("k")));
        assert!(shown["secret"].as_str().unwrap().starts_with("sealed-"), "{shown}");
    }
}

#[test]
fn two_hosts_make_different_tokens() {
    let tokens: BTreeSet<Token> = (0..8).map(|_| Mint::new().unwrap().token()).collect();
    assert_eq!(tokens.len(), 8);
}

#[test]
fn a_secret_goes_where_its_uses_say_and_one_without_goes_nowhere() {
    let settings = json!({"secret": "t0ps3cret", "header": "Bearer t0ps3cret-too"});
    let uses = [
        used("/secret", &["https://a.example:443", "http://b.example:80"]),
        used("/secret", &["https://c.example:8443", "no origin"]),
        used("/another", &["https://d.example"]),
    ];
    let sealed = sealed(&settings, &uses);
    let told: Vec<(&str, Vec<&String>)> =
        sealed.seals.iter().map(|seal| (seal.setting.as_str(), seal.origins.iter().collect())).collect();
    assert_eq!(told[0], ("/header", vec![]));
    assert_eq!(told[1].0, "/secret");
    assert_eq!(told[1].1, ["http://b.example", "https://a.example", "https://c.example:8443"]);
}

#[test]
fn a_connector_that_says_a_token_is_blacked_out_as_if_it_had_said_the_secret() {
    let sealed = sealed(&json!({"secret": "t0ps3cret"}), &[]);
    let token = sealed.seals.iter().next().unwrap().token.clone();
    assert_eq!(sealed.secrets.black_out(&format!("{token} t0ps3cret")), "[secret] [secret]");
}

#[test]
fn what_is_wrong_with_a_secret_is_told_with_the_way_to_mend_it() {
    check_problems(
        &json!({}),
        &expect![[r#"
        /secret secret-empty: setting "secret" is missing Enter it. Console > your application > Client Secret. | 缺少配置项 "secret" 请填写。控制台 > 您的应用 > Client Secret。
    "#]],
    );
    check_problems(
        &json!({"secret": "t0ps3 cret", "header": "t0ps3\ncret"}),
        &expect![[r#"
        /header secret-has-blanks: setting "header" contains white space or an invisible character Copy it again without what surrounds it. | 配置项 "header" 含有空格或不可见字符 请重新复制，不要带上前后的内容。
        /secret secret-has-blanks: setting "secret" contains white space or an invisible character Copy it again without what surrounds it. | 配置项 "secret" 含有空格或不可见字符 请重新复制，不要带上前后的内容。
    "#]],
    );
    check_problems(
        &json!({"secret": ["t0ps3cret"], "header": 7}),
        &expect![[r#"
        /header secret-not-a-text: setting "header" must be a text Enter it as a text. | 配置项 "header" 必须是文本 请填写文本。
        /secret secret-not-a-text: setting "secret" must be a text Enter it as a text. Console > your application > Client Secret. | 配置项 "secret" 必须是文本 请填写文本。控制台 > 您的应用 > Client Secret。
    "#]],
    );
    check_problems(
        &json!({"secret": "t0ps3cret-t0ps3cret"}),
        &expect![[r#"
        /secret secret-too-long: setting "secret" is longer than 16 characters Copy it again. Console > your application > Client Secret. | 配置项 "secret" 超过 16 个字符 请重新复制。控制台 > 您的应用 > Client Secret。
    "#]],
    );
    check_problems(&json!({"secret": "t0ps3cret", "header": "Bearer t0ps3cret", "known": " "}), &expect![""]);
}

#[test]
fn each_problem_is_told_once_and_the_hosts_word_counts_for_a_sealed_secret() {
    let problem = |pointer: &str, code: &str| Problem {
        pointer: pointer.to_owned(),
        diagnosis: Diagnosis::new(code, "it is wrong"),
    };
    let of_connector = ["/key", "/secret", "", "/secret", "/key"].map(|pointer| problem(pointer, "odd"));
    let of_host = ["/header", "/secret"].map(|pointer| problem(pointer, "secret-empty"));
    let all = merged(of_connector.to_vec(), of_host.to_vec());
    let told: Vec<(&str, &str)> =
        all.iter().map(|problem| (problem.pointer.as_str(), problem.diagnosis.code.as_str())).collect();
    let expected = [
        ("/key", "odd"),
        ("/secret", "secret-empty"),
        ("", "odd"),
        ("/key", "odd"),
        ("/header", "secret-empty"),
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_connector_that_would_misuse_a_secret_is_told_how_in_two_languages() {
    let origin: Origin = "https://api.example.com".parse().unwrap();
    let setting = || "/secret".to_owned();
    let cases = [
        (Misuse::Misplaced { setting: setting(), place: Place::Address }, "secret-misplaced"),
        (Misuse::NotForOrigin { setting: setting() }, "secret-not-for-origin"),
        (Misuse::NotForHeader { setting: setting() }, "secret-not-for-header"),
    ];
    for (misuse, code) in cases {
        let Fault { kind, diagnosis } = denied(misuse, &origin);
        assert_eq!((kind, diagnosis.code.as_str()), (FaultKind::Denied, code));
        assert_eq!(diagnosis.fact("setting"), Some("/secret"));
        assert!(diagnosis.localized("zh-CN").remedy.is_some() && diagnosis.localized("en").remedy.is_some());
    }
}

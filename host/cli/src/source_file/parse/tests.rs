//! What is said about a wrong source file, and that nothing in it is repeated.

use expect_test::{Expect, expect};

use super::*;

const WHOLE: &str = r#"
name = "head-office"
connector = "example.wasm"
departed = "delete"

[egress]
proxy = { url = "http://proxy:3128", username = "u", password = { env = "PROXY_PASSWORD" } }
ca = "ca.pem"
allow = ["https://api.example.com"]

[settings]
key = "k"
secret = { file = "secret.txt" }
numbers = [1, 0xff, 18446744073709551615, 1.5, { env = "N" }]
nested = { env = "a", other = true }
"#;

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "the macro `expect!` is written at the call")]
fn check(text: &str, expected: Expect) {
    let complaints = parse(text).err().unwrap_or_default();
    let lines: Vec<_> = complaints
        .iter()
        .map(|complaint| {
            let Sentence { english, chinese } = &complaint.sentence;
            format!("{} {english}\n    {chinese}\n", complaint.place)
        })
        .collect();
    expected.assert_eq(&lines.concat());
}

#[test]
fn a_whole_file_is_read_without_a_complaint() {
    check(WHOLE, expect![""]);
}

#[test]
fn an_unknown_key_is_told_with_its_place_and_the_known_ones() {
    check(
        "name = \"a\"\nconnector = \"b\"\nshedule = 1\n[egress]\n  proxi = \"http://secret@proxy\"\n",
        expect![[r#"
            3:1 unknown key `shedule` in the first part of the file; the keys there are `name`, `connector`, `departed`, `egress`, `schedule`, `scim`, `settings`
                文件开头部分中没有名为 `shedule` 的键；可用的键有 `name`, `connector`, `departed`, `egress`, `schedule`, `scim`, `settings`
            5:3 unknown key `proxi` in [egress]; the keys there are `proxy`, `ca`, `allow`
                [egress] 表中没有名为 `proxi` 的键；可用的键有 `proxy`, `ca`, `allow`
        "#]],
    );
}

#[test]
fn every_wrong_type_is_told_at_once_with_what_was_expected() {
    check(
        "name = 1\nconnector = true\ndeparted = []\n[egress]\nproxy = 3128\nca = 1979-05-27\nallow = \"https://a\"\n[settings]\nwhen = 1979-05-27\nmuch = inf\nmany = 99999999999999999999\n",
        expect![[r#"
            1:8 `name` must be a string, { env = "NAME" } or { file = "PATH" }, found an integer
                `name` 应为字符串、{ env = "变量名" } 或 { file = "路径" }，实际为整数
            2:13 `connector` must be a string, { env = "NAME" } or { file = "PATH" }, found a boolean
                `connector` 应为字符串、{ env = "变量名" } 或 { file = "路径" }，实际为布尔值
            3:12 `departed` must be a string, { env = "NAME" } or { file = "PATH" }, found an array
                `departed` 应为字符串、{ env = "变量名" } 或 { file = "路径" }，实际为数组
            5:9 `egress.proxy` must be a URL, or a table of `url`, `username` and `password`, found an integer
                `egress.proxy` 应为代理的 URL，或包含 `url`、`username`、`password` 的表，实际为整数
            6:6 `egress.ca` must be a string, { env = "NAME" } or { file = "PATH" }, found a date or time
                `egress.ca` 应为字符串、{ env = "变量名" } 或 { file = "路径" }，实际为日期或时间
            7:9 `egress.allow` must be an array of origins such as ["https://api.example.com"], found a string
                `egress.allow` 应为由源（origin）组成的数组，例如 ["https://api.example.com"]，实际为字符串
            9:8 `settings.when` must be a string, a number, a boolean, an array or a table, found a date or time
                `settings.when` 应为字符串、数字、布尔值、数组或表，实际为日期或时间
            10:8 `settings.much` must be a finite number of at most 64 bits
                `settings.much` 应为有限的、不超过 64 位的数
            11:8 `settings.many` must be a finite number of at most 64 bits
                `settings.many` 应为有限的、不超过 64 位的数
        "#]],
    );
}

#[test]
fn a_missing_key_is_told() {
    check(
        "[egress]\nproxy = { username = { env = \"A\" } }\n",
        expect![[r#"
        1:1 `name` is missing; it must be a string, { env = "NAME" } or { file = "PATH" }
            缺少 `name`，它应为字符串、{ env = "变量名" } 或 { file = "路径" }
        1:1 `connector` is missing; it must be a string, { env = "NAME" } or { file = "PATH" }
            缺少 `connector`，它应为字符串、{ env = "变量名" } 或 { file = "路径" }
        2:9 `egress.proxy.url` is missing; it must be a string, { env = "NAME" } or { file = "PATH" }
            缺少 `egress.proxy.url`，它应为字符串、{ env = "变量名" } 或 { file = "路径" }
    "#]],
    );
}

#[test]
fn an_indirection_with_another_key_is_none() {
    check(
        "name = { env = \"A\", default = \"geheim\" }\nconnector = { path = \"geheim\" }\n",
        expect![[r#"
        1:8 `name` must be a string, { env = "NAME" } or { file = "PATH" }, found a table
            `name` 应为字符串、{ env = "变量名" } 或 { file = "路径" }，实际为表
        2:13 `connector` must be a string, { env = "NAME" } or { file = "PATH" }, found a table
            `connector` 应为字符串、{ env = "变量名" } 或 { file = "路径" }，实际为表
    "#]],
    );
}

#[test]
fn columns_count_characters() {
    check(
        "name = \"a\"\nconnector = \"b\"\nsettings = { \"密钥\" = 1979-05-27 }\n",
        expect![[r#"
        3:21 `settings.密钥` must be a string, a number, a boolean, an array or a table, found a date or time
            `settings.密钥` 应为字符串、数字、布尔值、数组或表，实际为日期或时间
    "#]],
    );
}

#[test]
fn a_file_that_is_not_toml_is_told_without_repeating_it() {
    check(
        "name = \"a\"\napp_secret = geheim\n",
        expect![[r#"
        2:14 not valid TOML: string values must be quoted, expected literal string
            不是合法的 TOML：string values must be quoted, expected literal string
    "#]],
    );
    check(
        "name = \"a\"\napp_secret = \"geheim\n",
        expect![[r#"
        2:21 not valid TOML: invalid basic string, expected `"`
            不是合法的 TOML：invalid basic string, expected `"`
    "#]],
    );
    check(
        "name = \"a\"\nname = \"geheim\"\n",
        expect![[r#"
        2:1 not valid TOML: duplicate key
            不是合法的 TOML：duplicate key
    "#]],
    );
}

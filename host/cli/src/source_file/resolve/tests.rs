//! What a source file's values come to.

use std::ffi::OsString;
use std::time::Duration;

use expect_test::{Expect, expect};
use rollcall_host::DepartedUsers;
use rollcall_host::egress::Proxy;
use rollcall_host::follow::Schedule;
use rollcall_web::{ScimFace, ScimNames, ScimUserNames};
use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::source_file::parse;

/// A folder with files to point to, and an environment.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret.txt"), "from the file\r\n").unwrap();
        std::fs::write(folder.path().join("ca.pem"), certificate()).unwrap();
        std::fs::write(folder.path().join("bytes"), b"\xff").unwrap();
        Self { folder }
    }

    fn resolve(&self, text: &str) -> Result<Configured, Vec<FileComplaint>> {
        let variable = |name: &str| match name {
            "SET" => Ok("from the environment".to_owned()),
            "PROXY" => Ok("socks5://u:p%40ss@proxy:1080".to_owned()),
            "BINARY" => Err(VarError::NotUnicode(OsString::new())),
            _ => Err(VarError::NotPresent),
        };
        let written = parse(text).map_err(|_| "a complaint about the text").unwrap();
        written.resolve(&Surroundings { folder: self.folder.path(), variable: &variable })
    }

    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "the macro `expect!` is written at the call")]
    fn check_complaints(&self, text: &str, expected: Expect) {
        let complaints = self.resolve(text).err().unwrap_or_default();
        let folder = self.folder.path().display().to_string();
        let lines: Vec<_> = complaints
            .iter()
            .map(|complaint| {
                let Sentence { english, chinese } = &complaint.sentence;
                format!("{} {english}\n    {chinese}\n", complaint.place).replace(&folder, "FOLDER")
            })
            .collect();
        expected.assert_eq(&lines.concat());
    }
}

/// A certificate authority, in PEM.
fn certificate() -> String {
    let key = rcgen::KeyPair::generate().unwrap();
    rcgen::CertificateParams::new([]).unwrap().self_signed(&key).unwrap().pem()
}

fn configured(text: &str) -> Configured {
    Place::new().resolve(text).map_err(|complaints| format!("{complaints:?}")).unwrap()
}

#[test]
fn settings_keep_their_types_and_get_their_secrets() {
    let configured = configured(
        r#"
        name = "a"
        connector = "example.wasm"
        [settings]
        text = "t"
        env = { env = "SET" }
        file = { file = "secret.txt" }
        list = [1, -1, 18446744073709551615, 1.5, true, { env = "SET" }]
        nested = { deeper = { x = { file = "secret.txt" }, y = 0xff } }
        both = { env = "SET", other = "o" }
        "#,
    );
    assert_eq!(
        configured.settings,
        json!({
            "text": "t",
            "env": "from the environment",
            "file": "from the file",
            "list": [1, -1, 18_446_744_073_709_551_615_u64, 1.5, true, "from the environment"],
            "nested": {"deeper": {"x": "from the file", "y": 255}},
            "both": {"env": "SET", "other": "o"},
        })
    );
}

#[test]
fn a_file_without_settings_has_none() {
    assert_eq!(configured("name = \"a\"\nconnector = \"b\"").settings, json!({}));
}

#[test]
fn paths_begin_at_the_file() {
    let place = Place::new();
    let configured = place.resolve("name = \"a\"\nconnector = \"b/c.wasm\"").map_err(|_| "").unwrap();
    assert_eq!(configured.connector, place.folder.path().join("b/c.wasm"));
}

#[test]
fn people_who_left_are_deactivated_unless_the_file_says_otherwise() {
    assert_eq!(configured("name = \"a\"\nconnector = \"b\"").departed, DepartedUsers::Deactivate);
    assert_eq!(
        configured("name = \"a\"\nconnector = \"b\"\ndeparted = \"delete\"").departed,
        DepartedUsers::Delete
    );
}

#[test]
fn people_are_told_over_scim_in_the_usual_way_unless_the_file_says_otherwise() {
    assert_eq!(configured("name = \"a\"\nconnector = \"b\"").face, ScimFace::default());
    let scim = "scim = { names = \"split\", user_names = \"with-source\" }";
    assert_eq!(
        configured(&format!("name = \"a\"\nconnector = \"b\"\n{scim}")).face,
        ScimFace { names: ScimNames::Split, user_names: ScimUserNames::WithSource }
    );
}

#[test]
fn a_proxy_is_a_url_or_a_table() {
    let proxy = |text: &str| {
        configured(&format!("name = \"a\"\nconnector = \"b\"\negress.proxy = {text}")).egress.proxy.unwrap()
    };
    let expected: Proxy = "socks5://u:p%40ss@proxy:1080".parse().unwrap();
    assert_eq!(proxy(r#"{ env = "PROXY" }"#), expected);
    assert_eq!(proxy(r#"{ url = "socks5://proxy:1080", username = "u", password = "p@ss" }"#), expected);
    assert_eq!(proxy(r#"{ url = { env = "PROXY" } }"#), expected);
    assert_eq!(proxy(r#""socks5://u:p%40ss@proxy:1080""#), expected);
}

#[test]
fn certificates_are_in_place_or_at_a_path() {
    let place = Place::new();
    let ca = |text: &str| {
        let configured = place.resolve(&format!("name = \"a\"\nconnector = \"b\"\negress.ca = {text}"));
        String::from_utf8(configured.map_err(|_| "").unwrap().egress.ca_pem.unwrap()).unwrap()
    };
    let pem = std::fs::read_to_string(place.folder.path().join("ca.pem")).unwrap();
    assert_eq!(ca(r#""ca.pem""#), pem);
    assert_eq!(ca(r#"{ file = "ca.pem" }"#), pem.trim_end());
    assert_eq!(ca(&format!("{pem:?}")), pem);
}

#[test]
fn a_certificate_that_cannot_be_used_is_told() {
    Place::new().check_complaints(
        "name = \"a\"\nconnector = \"b\"\negress.ca = \"-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----\\n\"\n",
        expect![[r#"
            3:13 `egress.ca`: ca file must hold at least one usable certificate: invalid peer certificate: BadEncoding; paste the authority's certificate in PEM form, from BEGIN CERTIFICATE to END CERTIFICATE
                配置项 `egress.ca`：其中没有可用的 CA 证书；请粘贴 PEM 格式的 CA 证书，从 BEGIN CERTIFICATE 到 END CERTIFICATE
        "#]],
    );
}

#[test]
fn a_password_without_a_name_is_told() {
    Place::new().check_complaints(
        "name = \"a\"\nconnector = \"b\"\negress.proxy = { url = \"http://p\", password = \"geheim\" }\n",
        expect![[r#"
            3:16 `egress.proxy.username`: a password needs a name to log in with
                配置项 `egress.proxy.username`：填写密码时还需填写用户名
        "#]],
    );
}

#[test]
fn a_time_that_is_too_long_is_told() {
    Place::new().check_complaints(
        "name = \"a\"\nconnector = \"b\"\nschedule = { cron = \"0 0 * * *\", jitter = \"25h\" }\n",
        expect![[r#"
            3:43 `schedule.jitter`: a run may begin at most 24 hours later
                配置项 `schedule.jitter`：随机延迟最多为 24 小时
        "#]],
    );
}

#[test]
fn a_schedule_is_a_cron_expression_with_what_it_needs() {
    let schedule = |text: &str| {
        let configured = configured(&format!("name = \"a\"\nconnector = \"b\"\n{text}"));
        configured.schedule.map(|schedule| format!("{schedule:?}"))
    };
    assert_eq!(schedule(""), None);
    let expected = |zone, jitter| Some(format!("{:?}", Schedule::parse("30 2 * * *", zone, jitter).unwrap()));
    assert_eq!(schedule("schedule.cron = \"30 2 * * *\""), expected(None, Duration::ZERO));
    assert_eq!(
        schedule("[schedule]\ncron = \"30 2 * * *\"\ntime_zone = \"Asia/Shanghai\"\njitter = \"10m\""),
        expected(Some("Asia/Shanghai"), Duration::from_secs(600))
    );
}

#[test]
fn a_wrong_schedule_is_told_with_its_place() {
    Place::new().check_complaints(
        "name = \"a\"\nconnector = \"b\"\n[schedule]\ncron = \"daily\"\ntime_zone = \"\"\njitter = \"10\"\n",
        expect![[r#"
            4:8 `schedule.cron`: a schedule is a cron expression of five fields, minute, hour, day of month, month and day of week, such as 30 3 * * *
                配置项 `schedule.cron`：应为五段的 cron 表达式：分、时、日、月、星期，例如 30 3 * * *
            5:13 `schedule.time_zone`: there is no such time zone; write a name of the IANA database, such as Asia/Shanghai
                配置项 `schedule.time_zone`：没有这个时区，请填写 IANA 时区名，例如 Asia/Shanghai
            6:10 `schedule.jitter` must be a time such as "90s", "10m" or "1h"
                `schedule.jitter` 应为时长，例如 "90s"、"10m" 或 "1h"
        "#]],
    );
}

#[test]
fn an_empty_list_of_origins_grants_none() {
    assert_eq!(configured("name = \"a\"\nconnector = \"b\"\negress.allow = []").egress.allow, Some(vec![]));
    assert_eq!(configured("name = \"a\"\nconnector = \"b\"").egress.allow, None);
}

#[test]
fn everything_missing_is_told_by_name_and_at_once() {
    Place::new().check_complaints(
        r#"name = { env = "NAME" }
connector = { file = "nowhere.txt" }
egress.ca = "nowhere.pem"
egress.proxy = { url = "http://proxy", username = { env = "BINARY" }, password = { file = "bytes" } }
[settings]
list = [{ env = "ABSENT" }]
endless = { file = "/dev/zero" }
"#,
        expect![[r#"
            1:8 `name` is to come from the environment variable NAME, which is not set
                `name` 取自环境变量 NAME，但该变量未设置
            2:13 `connector` is to come from the file FOLDER/nowhere.txt, which cannot be read: No such file or directory (os error 2)
                `connector` 取自文件 FOLDER/nowhere.txt，但无法读取：No such file or directory (os error 2)
            3:13 `egress.ca` is to come from the file FOLDER/nowhere.pem, which cannot be read: No such file or directory (os error 2)
                `egress.ca` 取自文件 FOLDER/nowhere.pem，但无法读取：No such file or directory (os error 2)
            4:51 `egress.proxy.username` is to come from the environment variable BINARY, which is not UTF-8
                `egress.proxy.username` 取自环境变量 BINARY，但其内容不是 UTF-8 文本
            4:82 `egress.proxy.password` is to come from the file FOLDER/bytes, which cannot be read: stream did not contain valid UTF-8
                `egress.proxy.password` 取自文件 FOLDER/bytes，但无法读取：stream did not contain valid UTF-8
            6:9 `settings.list[0]` is to come from the environment variable ABSENT, which is not set
                `settings.list[0]` 取自环境变量 ABSENT，但该变量未设置
            7:11 `settings.endless` is to come from the file /dev/zero, which is larger than 1048576 bytes
                `settings.endless` 取自文件 /dev/zero，但该文件超过 1048576 字节
        "#]],
    );
}

#[test]
fn a_wrong_value_is_told_without_repeating_it() {
    Place::new().check_complaints(
        r#"name = "Geheim"
connector = "b"
departed = "geheim"
scim = { names = "geheim", user_names = "geheim" }
[egress]
proxy = "geheim"
allow = ["https://api.example.com/geheim", "ftp://geheim"]
"#,
        expect![[r#"
            1:8 `name`: the name must be 1 to 64 lower-case letters, digits and hyphens, and not begin with a hyphen
                配置项 `name`：名称应为 1 到 64 个小写字母、数字或连字符，且不能以连字符开头
            3:12 `departed`: choose what becomes of people who left: deactivate or delete
                配置项 `departed`：请选择离职人员的处理方式：deactivate（停用）或 delete（删除）
            4:18 `scim.names`: choose what becomes of whole names over SCIM: whole or split
                配置项 `scim.names`：请选择 SCIM 中姓名的处理方式：whole（不拆分）或 split（拆分）
            4:41 `scim.user_names`: choose the user names over SCIM: plain or with-source
                配置项 `scim.user_names`：请选择 SCIM 中的用户名：plain（原样）或 with-source（附加身份源名称）
            6:9 `egress.proxy.url`: the proxy must be a whole URL, such as http://proxy.example.com:3128
                配置项 `egress.proxy.url`：代理应为完整的网址，例如 http://proxy.example.com:3128
            7:10 `egress.allow[0]`: an address must be https://host or https://host:port, without a path or a password
                配置项 `egress.allow[0]`：地址应为 https://主机 或 https://主机:端口，不能带路径或密码
            7:44 `egress.allow[1]`: an address must be https://host or https://host:port, without a path or a password
                配置项 `egress.allow[1]`：地址应为 https://主机 或 https://主机:端口，不能带路径或密码
        "#]],
    );
    for proxy in [
        "ftp://u:geheim@proxy",
        "geheim:password@proxy:3128",
        "http://u:geheim@proxy/path",
        "http://u:%ff@proxy",
    ] {
        let text = format!("name = \"a\"\nconnector = \"b\"\negress.proxy = \"{proxy}\"");
        let complaints = Place::new().resolve(&text).err().unwrap();
        assert!(!format!("{complaints:?}").contains("geheim"), "{complaints:?}");
    }
}

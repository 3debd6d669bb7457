//! What nobody may ever read again: the secret, the tokens, the proxy's password. Looked for in everything that good and bad
//! runs print or keep.

use crate::companies::APP_SECRET;
use crate::harness::extra;
use crate::harness::program::{Ended, Office};
use crate::harness::real::Real;
use crate::harness::{PROXY_PASSWORD, PROXY_USER};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rollcall_dingtalk_simulator::{Fault, Rule};
use rollcall_host::history::RunState;
use std::fs;
use std::path::Path;

/// A secret that does not work, and is one all the same.
const WRONG_SECRET: &str = "canary-wrong-secret-b1946ac92492d234";
/// The same of the proxy.
const WRONG_PASSWORD: &str = "canary-wrong-password-6f2c41d0a7";

const LIST_MEMBERS: &str = "/topapi/v2/user/list";
const TOKEN: &str = "/v1.0/oauth2/accessToken";

/// Everything that one office said.
struct Said {
    office: Office,
    needles: Vec<String>,
    texts: Vec<(String, String)>,
}

impl Said {
    fn new() -> Self {
        let password = |password: &str| STANDARD.encode(format!("{PROXY_USER}:{password}"));
        let needles = [APP_SECRET, WRONG_SECRET, PROXY_PASSWORD, WRONG_PASSWORD].map(str::to_owned);
        let encoded = [password(PROXY_PASSWORD), password(WRONG_PASSWORD)];
        let needles = needles.into_iter().chain(encoded).collect();
        Self { office: Office::new(extra::feihua()), needles, texts: Vec::new() }
    }

    /// Run it, and keep what it says.
    fn run(&mut self, words: &str) -> Option<i32> {
        let ended = self.office.run(words);
        self.keep(words, ended)
    }

    fn run_with_password(&mut self, words: &str, password: &str) -> Option<i32> {
        let mut command = self.office.command(words);
        let output = command.env("PROXY_PASSWORD", password).output().expect("the program starts");
        self.keep(words, output.into())
    }

    fn keep(&mut self, words: &str, ended: Ended) -> Option<i32> {
        self.needles.extend(extra::tokens(&self.office.server));
        let code = ended.code;
        self.texts.push((words.to_owned(), format!("{ended:?}")));
        code
    }

    /// The next answer on this path is this.
    fn inject(&self, rule: Rule) {
        self.office.server.with(|simulator| simulator.inject(rule));
    }

    fn honest(&self) {
        self.office.server.with(|simulator| simulator.clear_faults());
    }

    /// Everything that a person can look up afterwards, in both formats.
    fn look_up(&mut self) {
        let runs = self.office.run("history --format json NAME DATA").json();
        let n_runs = runs["runs"].as_array().expect("it is a list").len();
        for format in ["text", "json"] {
            for command in ["history --all", "directory tree", "directory export"] {
                self.run(&format!("{command} --verbose --format {format} NAME DATA"));
            }
            for run in 1..=n_runs {
                self.run(&format!("history {run} --all --verbose --format {format} NAME DATA"));
            }
        }
    }

    #[track_caller]
    fn assert_discreet(&self) {
        for (words, text) in &self.texts {
            assert_without(&self.needles, text.as_bytes(), words);
        }
        let n_files = assert_files_without(&self.needles, &self.office.path("data"));
        // A database at rest has no log beside it: there are it and what was compiled.
        assert!(2 <= n_files, "only {n_files} files were looked through");
    }
}

#[test]
fn good_runs_say_and_keep_no_secret() {
    let mut said = Said::new();
    for words in [
        "check --verbose SOURCE",
        "sync --verbose --format json --dry-run SOURCE DATA",
        "sync --verbose SOURCE DATA",
        "sync --verbose --format json SOURCE DATA",
    ] {
        assert_eq!(said.run(words), Some(0), "{words}");
    }
    said.look_up();
    said.assert_discreet();
}

#[test]
fn a_dingtalk_that_repeats_secret_and_token_is_not_repeated() {
    let mut said = Said::new();
    said.run("sync --format json SOURCE DATA");
    let [token, _] = extra::tokens(&said.office.server);
    // Before there is a token, DingTalk can only repeat what it was sent to get one.
    let heard = [
        (LIST_MEMBERS, format!("{APP_SECRET} {token} {PROXY_PASSWORD}")),
        (TOKEN, format!("{APP_SECRET} {PROXY_PASSWORD}")),
    ];
    for (path, repeated) in heard {
        for code in [123_456, 60_011, 60_020, 40_014, 90_020] {
            let fault = Fault::Wrapped { code, message: format!("unheard of: {repeated}") };
            said.inject(Rule::new(fault).on_path(path).always());
            assert_ne!(said.run("sync --verbose SOURCE DATA"), Some(0), "{code} {path}");
            said.honest();
        }
    }
    let fault = Fault::Wrapped { code: 60_011, message: format!("unheard of: {APP_SECRET} {token}") };
    said.inject(Rule::new(fault).on_path(LIST_MEMBERS).always());
    assert_eq!(said.run("check --verbose --format json SOURCE"), Some(1));
    said.honest();
    said.look_up();
    assert!(
        said.texts.iter().any(|(_, text)| text.contains("unheard of")),
        "its words were not quoted at all"
    );
    said.assert_discreet();
}

#[test]
fn broken_connections_say_nothing_of_the_request() {
    let mut said = Said::new();
    for (fault, path) in
        [(Fault::Reset, TOKEN), (Fault::Html, LIST_MEMBERS), (Fault::TruncatedBody, LIST_MEMBERS)]
    {
        said.inject(Rule::new(fault).on_path(path));
        assert_eq!(said.run("sync --verbose SOURCE DATA"), Some(0));
        said.honest();
    }
    said.look_up();
    said.assert_discreet();
}

#[test]
fn a_wrong_secret_is_not_repeated() {
    let mut said = Said::new();
    said.office.write("secret.txt", WRONG_SECRET);
    let message = format!("不合法的appSecret: {WRONG_SECRET}");
    said.inject(Rule::new(Fault::Errcode { code: 40_096, message }).on_path(TOKEN).nth(2).times(1));
    for words in
        ["sync --verbose SOURCE DATA", "sync --verbose --format json SOURCE DATA", "check --verbose SOURCE"]
    {
        assert_eq!(said.run(words), Some(1), "{words}");
    }
    said.look_up();
    said.assert_discreet();
}

#[test]
fn a_wrong_proxy_password_is_not_repeated() {
    let mut said = Said::new();
    for words in ["sync --verbose SOURCE DATA", "sync --verbose --format json SOURCE DATA"] {
        assert_eq!(said.run_with_password(words, WRONG_PASSWORD), Some(1), "{words}");
    }
    said.look_up();
    said.assert_discreet();
}

#[test]
fn a_source_file_that_is_wrong_where_a_secret_stands_does_not_show_it() {
    let mut said = Said::new();
    let good = said.office.source_file();
    let secret = r#"app_secret = { file = "secret.txt" }"#;
    for wrong in [
        format!("app_secret = \"{APP_SECRET}"),
        format!("app_secret = {APP_SECRET}"),
        format!("app_secret = [\"{APP_SECRET}\"]"),
        format!("app_secret = {{ fil = \"{APP_SECRET}\" }}"),
        format!("app_secret = \"{APP_SECRET}\"\napp_secret = \"{APP_SECRET}\""),
        format!("app_secret = \"{APP_SECRET}\"\napp_key = 7"),
    ] {
        said.office.write("source.toml", &good.replace(secret, &wrong));
        assert_ne!(said.run("check --verbose --format json SOURCE"), Some(0), "{wrong}");
        assert_ne!(said.run("sync --verbose SOURCE DATA"), Some(0), "{wrong}");
    }
    for (words, text) in &said.texts {
        assert_without(&said.needles, text.as_bytes(), words);
    }
}

#[test]
fn debug_output_shows_no_secret() {
    let real = Real::new(extra::feihua());
    let report = real.sync();
    assert_eq!(report.state, RunState::Succeeded);
    let source = real.source();
    let findings = real.check();
    let row = real.platform.row(&report.run);
    let (egress, host, store) = (&real.egress, &real.platform.host, &real.platform.store);
    let text = format!(
        "{source:?} {source:#?} {egress:?} {egress:#?} {host:?} {host:#?} {store:?} {report:?} {row:?} {findings:?} {:?}",
        source.connector()
    );
    let mut needles: Vec<String> = [APP_SECRET, PROXY_PASSWORD].map(str::to_owned).into();
    needles.extend(extra::tokens(&real.server));
    assert_without(&needles, text.as_bytes(), "Debug");
}

#[track_caller]
pub(crate) fn assert_without(needles: &[String], text: &[u8], place: &str) {
    for needle in needles {
        let found = text.windows(needle.len()).any(|window| window == needle.as_bytes());
        assert!(!found, "{needle} stands in the output of {place}:\n{}", String::from_utf8_lossy(text));
    }
}

/// In every file below; how many there are.
#[track_caller]
pub(crate) fn assert_files_without(needles: &[String], folder: &Path) -> usize {
    let mut n_files = 0;
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            // Compiled code is the same for every source.
            n_files += if path.ends_with("cache") { 0 } else { assert_files_without(needles, &path) };
            continue;
        }
        assert_without(needles, &fs::read(&path).expect("the file can be read"), &path.display().to_string());
        n_files += 1;
    }
    n_files
}

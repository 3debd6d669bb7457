//! The program as a shell sees it: arguments, exit codes, stdout and stderr.
//!
//! What is deliberately not here: flows with a real component; those are in the workspace's own tests.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "clippy takes only functions marked #[test] for tests"
)]

use std::path::Path;
use std::process::{Command, Output, Stdio};

use expect_test::{Expect, expect};
use rollcall_host::directory::{Action, Directory, Write};
use rollcall_host::document::Document;
use rollcall_host::history::{
    ConnectorIdentity, Counters, History, NewRun, Opened, RunEnd, RunKind, RunState, Trigger,
};
use rollcall_host::model::{
    Diagnosis, Entry, Failure, FailureKind, Key, RunId, Severity, SourceName, Timestamp,
};
use rollcall_sqlite::SqliteStore;
use serde_json::{Value, json};
use tempfile::TempDir;

/// The program in an environment of its own: no locale, no colours, UTC.
fn rollcall(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rollcall"));
    command.args(arguments).env_clear().env("TZ", "UTC").stdin(Stdio::null());
    command
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "the macro `expect!` is written at the call")]
fn check(mut command: Command, folder: &Path, expected: Expect) {
    let Output { status, stdout, stderr } = command.current_dir(folder).output().unwrap();
    let section = |name: &str, bytes: Vec<u8>| {
        let text = String::from_utf8(bytes).unwrap().replace(folder.to_str().unwrap(), "FOLDER");
        if text.is_empty() { String::new() } else { format!("--- {name}\n{text}") }
    };
    let (stdout, stderr) = (section("stdout", stdout), section("stderr", stderr));
    expected.assert_eq(&format!("exit {}\n{stdout}{stderr}", status.code().unwrap()));
}

fn source() -> SourceName {
    SourceName::new("head-office").unwrap()
}

async fn open_run(store: &SqliteStore) -> RunId {
    let run = NewRun {
        source: source(),
        kind: RunKind::Full,
        trigger: Trigger::Manual,
        dry_run: false,
        attended: false,
        connector: ConnectorIdentity {
            id: "example".to_owned(),
            version: "1.2.3".to_owned(),
            digest: "blake3:00".to_owned(),
        },
        started_at: Timestamp::from_unix_ms(1_700_000_000_000),
    };
    match store.open_run(&run).await.unwrap() {
        Opened::Run(run) => run,
        Opened::Busy(run) => panic!("run {run} is at work"),
    }
}

fn write(action: Action, key: Key, before: Option<Document>, after: Option<Document>) -> Write {
    Write { key, action, version: "v1".to_owned(), before, after, witness: None }
}

fn department(id: &str, name: &str, parent: Option<&str>) -> Write {
    let mut document = json!({"displayName": name, "externalId": id});
    if let (Some(parent), Some(members)) = (parent, document.as_object_mut()) {
        members.insert("parent".to_owned(), json!({"value": parent}));
    }
    write(Action::Created, Key::new("Department", id), None, Some(document.into()))
}

fn user(id: &str, name: &str, departments: &[&str]) -> Write {
    let departments: Vec<_> = departments.iter().map(|id| json!({"value": id})).collect();
    let document = json!({
        "displayName": name,
        "externalId": id,
        "urn:rollcall:scim:schemas:extension:2.0:User": {"departments": departments},
    });
    write(Action::Created, Key::new("User", id), None, Some(document.into()))
}

fn end(state: RunState, counters: Counters, failure: Option<Failure>) -> RunEnd {
    let finished_at = Timestamp::from_unix_ms(1_700_000_001_500);
    RunEnd { state, counters, failure, n_entries_dropped: 0, finished_at, scope: None, proof: None }
}

/// A folder `data` with an import, a partial run that renames someone, and a failed run.
#[tokio::main(flavor = "current_thread")]
async fn with_data() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    let store = SqliteStore::open(&folder.path().join("data/rollcall.db")).unwrap();

    let import = open_run(&store).await;
    let writes = [
        department("9", "Feihua", None),
        department("2", "R&D", Some("9")),
        user("u2", "小红", &["2"]),
        user("u1", "Anna", &["9", "2"]),
    ];
    store.store(&source(), &import, &writes).await.unwrap();
    let counters = Counters { read: 4, created: 4, ..Counters::default() };
    store.close_run(&import, &end(RunState::Succeeded, counters, None)).await.unwrap();

    let partial = open_run(&store).await;
    let [.., xiaohong, _] = &writes;
    let before = xiaohong.after.clone();
    let after = user("u2", "小红红", &["2"]).after;
    let renamed = write(Action::Updated, Key::new("User", "u2"), before, after);
    store.store(&source(), &partial, &[renamed]).await.unwrap();
    let entry = Entry {
        severity: Severity::Error,
        subject: Some(Key::new("Department", "2")),
        subject_name: Some("R&D".to_owned()),
        diagnosis: Diagnosis::new("page-lost", "a page could not be read")
            .with_remedy("run it again")
            .in_chinese("有一页无法读取", "请重新运行")
            .with_fact("status", "502"),
    };
    store.record_entries(&partial, &[entry]).await.unwrap();
    let counters = Counters { read: 1, updated: 1, ..Counters::default() };
    store.close_run(&partial, &end(RunState::Partial, counters, None)).await.unwrap();

    let failed = open_run(&store).await;
    let diagnosis = Diagnosis::new("secret-wrong", "the secret is wrong").in_chinese("密钥错误", "");
    let failure = Failure::new(FailureKind::Settings, diagnosis);
    store.close_run(&failed, &end(RunState::Failed, Counters::default(), Some(failure))).await.unwrap();
    folder
}

const HELD: [&str; 4] = ["--source", "head-office", "--data", "data"];

fn held(arguments: &[&str]) -> Command {
    rollcall(&[arguments, &HELD].concat())
}

// Usage.

#[test]
fn no_command_is_a_usage_error() {
    let folder = tempfile::tempdir().unwrap();
    let output = rollcall(&[]).current_dir(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("Usage: rollcall"));
}

#[test]
fn an_unknown_argument_is_a_usage_error() {
    let folder = tempfile::tempdir().unwrap();
    check(
        rollcall(&["sync", "--source", "s.toml", "--date", "d"]),
        folder.path(),
        expect![[r#"
        exit 2
        --- stderr
        error: unexpected argument '--date' found

        Usage: rollcall sync --source <SOURCE.toml> --data <DIR>

        For more information, try '--help'.
    "#]],
    );
}

#[test]
fn a_missing_argument_is_a_usage_error() {
    let folder = tempfile::tempdir().unwrap();
    check(
        rollcall(&["sync", "--source", "s.toml"]),
        folder.path(),
        expect![[r#"
        exit 2
        --- stderr
        error: the following required arguments were not provided:
          --data <DIR>

        Usage: rollcall sync --source <SOURCE.toml> --data <DIR>

        For more information, try '--help'.
    "#]],
    );
}

#[test]
fn help_is_no_error_and_tells_the_exit_codes() {
    let folder = tempfile::tempdir().unwrap();
    let output = rollcall(&["--help"]).current_dir(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8(output.stdout).unwrap().contains("  3  partial: something was not read"));
}

#[test]
fn help_is_in_the_language_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["sync", "--help", "--language", "zh-CN"][..], &["--language=zh-CN", "sync", "-h"]] {
        let output = rollcall(arguments).current_dir(folder.path()).output().unwrap();
        let help = String::from_utf8(output.stdout).unwrap();
        assert!(help.starts_with("导入来源的组织，或其中的变化。"), "{help}");
    }
}

// Source files.

#[test]
fn a_source_file_that_is_not_there_is_told() {
    let folder = tempfile::tempdir().unwrap();
    check(
        rollcall(&["check", "--source", "s.toml"]),
        folder.path(),
        expect![[r#"
        exit 2
        --- stderr
        x the source file s.toml cannot be read: No such file or directory (os error 2) (source-file-unreadable)
    "#]],
    );
}

#[test]
fn a_wrong_source_file_is_told_with_file_line_and_column() {
    let folder = tempfile::tempdir().unwrap();
    let text = "name = \"a\"\nconnector = 1\n\n[egress]\nproxi = \"http://u:geheim@proxy\"\n";
    std::fs::write(folder.path().join("s.toml"), text).unwrap();
    check(
        rollcall(&["check", "--source", "s.toml"]),
        folder.path(),
        expect![[r#"
        exit 2
        --- stderr
        x s.toml:2:13: `connector` must be a string, { env = "NAME" } or { file = "PATH" }, found an integer (source-file-invalid)
        x s.toml:5:1: unknown key `proxi` in [egress]; the keys there are `proxy`, `ca`, `allow` (source-file-invalid)
    "#]],
    );
    check(
        rollcall(&["--language", "zh-CN", "check", "--source", "s.toml"]),
        folder.path(),
        expect![[r#"
        exit 2
        --- stderr
        x s.toml:2:13 处：`connector` 应为字符串、{ env = "变量名" } 或 { file = "路径" }，实际为整数 (source-file-invalid)
        x s.toml:5:1 处：[egress] 表中没有名为 `proxi` 的键；可用的键有 `proxy`, `ca`, `allow` (source-file-invalid)
    "#]],
    );
    check(
        rollcall(&["check", "--source", "s.toml", "--format", "json"]),
        folder.path(),
        expect![[r#"
        exit 2
        --- stdout
        {
          "errors": [
            {
              "code": "source-file-invalid",
              "message": "s.toml:2:13: `connector` must be a string, { env = \"NAME\" } or { file = \"PATH\" }, found an integer",
              "translations": [
                {
                  "language": "zh-CN",
                  "message": "s.toml:2:13 处：`connector` 应为字符串、{ env = \"变量名\" } 或 { file = \"路径\" }，实际为整数"
                }
              ]
            },
            {
              "code": "source-file-invalid",
              "message": "s.toml:5:1: unknown key `proxi` in [egress]; the keys there are `proxy`, `ca`, `allow`",
              "translations": [
                {
                  "language": "zh-CN",
                  "message": "s.toml:5:1 处：[egress] 表中没有名为 `proxi` 的键；可用的键有 `proxy`, `ca`, `allow`"
                }
              ]
            }
          ]
        }
    "#]],
    );
}

#[test]
fn a_variable_that_is_not_set_is_told_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let text = "name = \"a\"\nconnector = \"c.wasm\"\nsettings.secret = { env = \"EXAMPLE_SECRET\" }\n";
    std::fs::write(folder.path().join("s.toml"), text).unwrap();
    check(
        rollcall(&["sync", "--source", "s.toml", "--data", "d"]),
        folder.path(),
        expect![[r#"
        exit 2
        --- stderr
        x s.toml:3:19: `settings.secret` is to come from the environment variable EXAMPLE_SECRET, which is not set (source-file-invalid)
    "#]],
    );
    assert!(!folder.path().join("d").exists());
}

#[test]
fn a_connector_that_is_not_there_is_told() {
    let folder = tempfile::tempdir().unwrap();
    check(
        rollcall(&["connector", "inspect", "c.wasm"]),
        folder.path(),
        expect![[r#"
        exit 1
        --- stderr
        x the connector c.wasm cannot be read: No such file or directory (os error 2) (connector-unreadable)
    "#]],
    );
}

#[test]
fn a_connector_that_is_no_component_is_told() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("c.wasm"), "geheim").unwrap();
    check(
        rollcall(&["connector", "inspect", "c.wasm"]),
        folder.path(),
        expect![[r#"
            exit 1
            --- stderr
            x the file is not WebAssembly (connector-invalid)
              -> choose the file that the connector's author published: a WebAssembly component, built for wasm32-wasip2
              detail:  it is not a component: magic header not detected: bad magic number - expected=[ 0x0, 0x61, 0x73, 0x6d, ] actual=[ 0x67, 0x65, 0x68, 0x65, ] (at offset 0x0)
        "#]],
    );
}

// What is held.

#[test]
fn a_folder_without_data_is_told_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    check(
        held(&["directory", "tree"]),
        folder.path(),
        expect![[r#"
        exit 2
        --- stderr
        x there is no data in data (no-data)
          -> import a source into it with `rollcall sync`, or give another `--data`
    "#]],
    );
    assert!(!folder.path().join("data").exists());
}

#[test]
fn an_unknown_source_is_told_with_the_known_ones() {
    let folder = with_data();
    check(
        rollcall(&["history", "--source", "branch", "--data", "data"]),
        folder.path(),
        expect![[r#"
        exit 2
        --- stderr
        x data holds nothing of a source named branch (unknown-source)
          -> the sources there are: head-office
    "#]],
    );
    check(
        rollcall(&["history", "--source", "s.toml", "--data", "data"]),
        folder.path(),
        expect![[r#"
        exit 2
        --- stderr
        x `--source` must be 1 to 64 lower-case letters, digits and hyphens, and not start with a hyphen (source-name-invalid)
          -> give the name that stands in the source file, not the path of the file
    "#]],
    );
}

#[test]
fn an_unknown_run_is_told() {
    let folder = with_data();
    check(
        held(&["history", "77"]),
        folder.path(),
        expect![[r#"
        exit 2
        --- stderr
        x source head-office has no run 77 (unknown-run)
          -> leave the number out to list the runs
    "#]],
    );
}

#[test]
fn whoever_lets_a_source_go_on_that_was_not_held_back_is_told_so() {
    let folder = with_data();
    let expected = |text: &str| format!("exit 0\n--- stdout\n{text}\n");
    let said = [
        (held(&["resume"]), "head-office was neither paused nor stopped"),
        (held(&["pause"]), "the schedule of head-office is held back until `rollcall resume`"),
        (held(&["resume"]), "head-office goes on"),
    ];
    for (mut command, text) in said {
        let Output { status, stdout, .. } = command.current_dir(folder.path()).output().unwrap();
        let stdout = String::from_utf8(stdout).unwrap();
        assert_eq!(format!("exit {}\n--- stdout\n{stdout}", status.code().unwrap()), expected(text));
    }
}

#[test]
fn an_approval_needs_the_run_that_is_meant() {
    let folder = tempfile::tempdir().unwrap();
    check(
        rollcall(&["approve", "--source", "s.toml", "--data", "data"]),
        folder.path(),
        expect![[r#"
        exit 2
        --- stderr
        error: the following required arguments were not provided:
          <RUN>

        Usage: rollcall approve --source <SOURCE.toml> --data <DIR> <RUN>

        For more information, try '--help'.
    "#]],
    );
    check(
        rollcall(&["approve", "7", "--source", "s.toml", "--data", "data"]),
        folder.path(),
        expect![[r#"
            exit 2
            --- stderr
            x the source file s.toml cannot be read: No such file or directory (os error 2) (source-file-unreadable)
        "#]],
    );
}

#[test]
fn the_tree_shows_people_in_each_of_their_departments() {
    let folder = with_data();
    let mut command = held(&["directory", "tree"]);
    command.env("LANG", "zh_CN.UTF-8");
    check(
        command,
        folder.path(),
        expect![[r#"
        exit 0
        --- stdout
        Feihua [9] 直属 1 人，共 2 人
        ├─ Anna [u1]
        └─ R&D [2] 2 人
           ├─ Anna [u1]
           └─ 小红红 [u2]

        共 2 个部门，2 人
    "#]],
    );
}

#[test]
fn the_export_is_the_documents_with_parents_first() {
    let folder = with_data();
    check(
        held(&["directory", "export"]),
        folder.path(),
        expect![[r#"
        exit 0
        --- stdout
        {"displayName":"Feihua","externalId":"9"}
        {"displayName":"R&D","externalId":"2","parent":{"value":"9"}}
        {"displayName":"Anna","externalId":"u1","urn:rollcall:scim:schemas:extension:2.0:User":{"departments":[{"value":"9"},{"value":"2"}]}}
        {"displayName":"小红红","externalId":"u2","urn:rollcall:scim:schemas:extension:2.0:User":{"departments":[{"value":"2"}]}}
    "#]],
    );
}

#[test]
fn the_history_lists_runs_newest_first() {
    let folder = with_data();
    check(
        held(&["history"]),
        folder.path(),
        expect![[r#"
            exit 0
            --- stdout
            run  started              what    trigger  state       took  read  created  updated  unchanged  skipped  rejected  deactivated  deleted  kept  held
              3  2023-11-14 22:13:20  import  manual   failed     1.5 s     0        0        0          0        0         0            0        0     0     0
                x the secret is wrong (secret-wrong)
              2  2023-11-14 22:13:20  import  manual   partial    1.5 s     1        0        1          0        0         0            0        0     0     0
              1  2023-11-14 22:13:20  import  manual   succeeded  1.5 s     4        4        0          0        0         0            0        0     0     0
        "#]],
    );
}

#[test]
fn a_run_shows_its_log_and_each_change() {
    let folder = with_data();
    check(
        held(&["history", "2"]),
        folder.path(),
        expect![[r#"
            exit 0
            --- stdout
            Run 2 of head-office
              state        partial
              started      2023-11-14 22:13:20 +00:00
              took         1.5 s
              what         import
              trigger      manual
              connector    example 1.2.3 (blake3:00)
              read         1
              created      0
              updated      1
              unchanged    0
              skipped      0
              rejected     0
              deactivated  0
              deleted      0
              kept         0
              held         0

            Log
            x Department "2" R&D: a page could not be read (page-lost)
                -> run it again
                status:  502

            Changes
            updated User "u2" 小红
                displayName  "小红" -> "小红红"
        "#]],
    );
}

#[test]
fn a_run_as_json_is_one_value() {
    let folder = with_data();
    let output = held(&["history", "2", "--format", "json"]).current_dir(folder.path()).output().unwrap();
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    expect![[r#"
        {
          "changes": [
            {
              "action": "updated",
              "attributes": [
                {
                  "after": "小红红",
                  "before": "小红",
                  "path": "displayName"
                }
              ],
              "key": {
                "external_id": "u2",
                "resource_type": "User"
              },
              "name": "小红",
              "number": 1,
              "refusal": null,
              "witness": null
            }
          ],
          "decisions": [],
          "entries": [
            {
              "diagnosis": {
                "code": "page-lost",
                "facts": [
                  [
                    "status",
                    "502"
                  ]
                ],
                "message": "a page could not be read",
                "remedy": "run it again",
                "translations": [
                  {
                    "language": "zh-CN",
                    "message": "有一页无法读取",
                    "remedy": "请重新运行"
                  }
                ]
              },
              "number": 1,
              "severity": "error",
              "subject": {
                "external_id": "2",
                "resource_type": "Department"
              },
              "subject_name": "R&D"
            }
          ],
          "events": [],
          "run": {
            "connector": {
              "digest": "blake3:00",
              "id": "example",
              "version": "1.2.3"
            },
            "counters": {
              "created": 0,
              "deactivated": 0,
              "deleted": 0,
              "held": 0,
              "kept": 0,
              "read": 1,
              "rejected": 0,
              "skipped": 0,
              "unchanged": 0,
              "updated": 1
            },
            "dry_run": false,
            "failure": null,
            "finished_at": "2023-11-14T22:13:21.5Z",
            "id": "2",
            "kind": "full",
            "n_entries_dropped": 0,
            "progress": null,
            "source": "head-office",
            "started_at": "2023-11-14T22:13:20Z",
            "state": "partial",
            "trigger": "manual"
          }
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&value).unwrap());
}

#[test]
fn lists_as_json_are_one_value_each() {
    let folder = with_data();
    for (arguments, members) in [
        (&["history"][..], &["runs", "source"][..]),
        (&["directory", "tree"], &["departments", "n_people", "people_without_department", "source"]),
    ] {
        let output =
            held(&[arguments, &["--format", "json"]].concat()).current_dir(folder.path()).output().unwrap();
        let value: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(value.as_object().unwrap().keys().collect::<Vec<_>>(), members);
    }
}

#[cfg(unix)]
#[test]
fn nobody_reading_on_is_no_failure() {
    let folder = with_data();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let status = held(&["directory", "export"]).current_dir(folder.path()).stdout(writer).status().unwrap();
    assert_eq!(status.code(), Some(0));
}

//! The whole of the command line, on real parts: exit codes, dry runs, signals, both formats, both languages.

mod approvals;
mod turns;

use crate::companies;
use crate::expectation::View;
use crate::harness::built;
use crate::harness::extra;
use crate::harness::program::{Ended, Office};
use crate::harness::real;
use expect_test::{Expect, expect};
use rollcall_dingtalk_simulator::{Department, Fault, Mutation, Rule};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

const LIST_MEMBERS: &str = "/topapi/v2/user/list";

/// The small company, imported.
fn imported() -> Office {
    let office = Office::new(extra::feihua());
    office.run("sync --format json SOURCE DATA").with_code(0);
    office
}

fn mutate(office: &Office, mutations: impl IntoIterator<Item = Mutation>) {
    for mutation in mutations {
        office.server.with(|simulator| simulator.mutate(&mutation)).expect("the mutation is possible");
    }
}

/// One of everything that can happen.
fn a_day_s_changes() -> [Mutation; 5] {
    [
        Mutation::AddDepartment(Box::new(Department::new(5004, "Legal", 1))),
        Mutation::RenameDepartment { dept_id: 5001.into(), name: "Production Research".to_owned() },
        Mutation::modify_user("xiaohong", &json!({ "name": "小红红" })),
        Mutation::RemoveUser { userid: "laobai".into() },
        Mutation::RemoveDepartment { dept_id: 5002.into() },
    ]
}

/// Let one department's members never be read.
fn hide_members(office: &Office, dept_id: i64) {
    let fault = Fault::Errcode { code: 50_004, message: "请求的部门id不在授权范围内".to_owned() };
    let rule = Rule::new(fault).on_path(LIST_MEMBERS).with_param("dept_id", dept_id).always();
    office.server.with(|simulator| simulator.inject(rule));
}

/// The beginnings of lines that say how far an import was when somebody looked.
const PROGRESS: [&str; 8] =
    ["reading:", "confirming:", "removing:", "undoing:", "读取中", "确认中", "移除中", "撤销中"];

/// What differs from one time to the next has the same name every time, and how far an import was is left out.
fn steady(office: &Office, text: &str) -> String {
    let proxy = office.server.proxy_addr().expect("there is a proxy").to_string();
    let text = text.replace(&proxy, "PROXY");
    let lines = text.lines().filter(|line| !PROGRESS.iter().any(|beginning| line.starts_with(beginning)));
    lines.map(|line| steady_line(line) + "\n").collect()
}

/// Columns are as wide as what stands in them, so a line with something unsteady has single blanks.
fn steady_line(line: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut is_steady = !line.starts_with("run  started");
    for word in line.split_whitespace() {
        let name = name_of(word, words.last().map_or("", String::as_str));
        is_steady &= name.is_none();
        if name.as_ref().is_some_and(|name| name.starts_with("SPAN")) {
            words.pop();
        }
        words.push(name.unwrap_or_else(|| word.to_owned()));
    }
    let indent: String = line.chars().take_while(|c| *c == ' ').collect();
    if is_steady { line.to_owned() } else { indent + &words.join(" ") }
}

/// What an unsteady word is called, given the word before it.
fn name_of(word: &str, before: &str) -> Option<String> {
    let shape: String = word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let unit = word.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
    let is_span = matches!(unit, "ms" | "s")
        && before.trim_start_matches(|c: char| !c.is_ascii_digit()).parse::<f64>().is_ok();
    match shape.as_str() {
        "0000-00-00" => Some("DATE".to_owned()),
        "00:00:00" => Some("TIME".to_owned()),
        _ if word.starts_with("(blake3:") => Some("(DIGEST)".to_owned()),
        _ if before == "request_id:" => Some("ID".to_owned()),
        _ if is_span => Some(word.replace(unit, "SPAN")),
        _ => None,
    }
}

#[track_caller]
fn check(office: &Office, words: &str, expected: Expect) {
    let Ended { code, stdout, stderr } = office.run(words);
    let code = code.expect("no signal ended it");
    let text = format!("exit {code}\n--- stdout\n{stdout}--- stderr\n{stderr}");
    expected.assert_eq(&steady(office, &text));
}

// What it says.

#[test]
fn an_import_and_what_can_be_looked_up_afterwards() {
    let office = Office::new(extra::feihua());
    check(
        &office,
        "sync SOURCE DATA",
        expect![[r#"
        exit 0
        --- stdout
        Run 1 of head-office: succeeded after SPAN; 7 read, 7 created
        More: rollcall history 1 --source head-office --data data
        --- stderr
    "#]],
    );
    check(
        &office,
        "directory tree NAME DATA",
        expect![[r#"
        exit 0
        --- stdout
        飞花 [1] 1 person, 3 in all
        ├─ Anna [anna]
        ├─ Operations [5002] 1 person
        │  └─ 老白 [laobai]
        └─ R&D [5001] 1 person, 2 in all
           ├─ 老白 [laobai]
           └─ Platform [5003] 1 person
              └─ 小红 [xiaohong]

        4 departments, 3 people
        --- stderr
    "#]],
    );
    mutate(&office, a_day_s_changes());
    check(
        &office,
        "sync --language zh-CN SOURCE DATA",
        expect![[r#"
        exit 0
        --- stdout
        来源 head-office 第 2 次运行：成功，耗时 SPAN；读取 6 个，新建 1 个，更新 2 个，未变 3 个，停用 1 个，删除 1 个
        详情：rollcall history 2 --source head-office --data data
        --- stderr
    "#]],
    );
    check(
        &office,
        "history NAME DATA",
        expect![[r#"
            exit 0
            --- stdout
            run started what trigger state took read created updated unchanged skipped rejected deactivated deleted kept held
              2 DATE TIME import manual succeeded SPAN 6 1 2 3 0 0 1 1 0 0
              1 DATE TIME import manual succeeded SPAN 7 7 0 0 0 0 0 0 0 0
            --- stderr
        "#]],
    );
    check(
        &office,
        "history 2 NAME DATA",
        expect![[r#"
            exit 0
            --- stdout
            Run 2 of head-office
              state        succeeded
              started DATE TIME +00:00
              took SPAN
              what         import
              trigger      manual
              connector dingtalk 0.1.0 (DIGEST)
              read         6
              created      1
              updated      2
              unchanged    3
              skipped      0
              rejected     0
              deactivated  1
              deleted      1
              kept         0
              held         0

            What it can show for itself
              read         4 departments and 2 people
              lists        8 lists, read to the end
              view         everything
              view before  everything
              removed      1 department and 1 person

            Log
            · read 4 departments and 2 people, from 8 lists, 8 of them to the end (reading-covered)
                Department:  4
                User:        2
                lists:       8/8
                scope:       whole

            Changes
            updated Department "5001" R&D
                displayName  "R&D" → "Production Research"
            created Department "5004" Legal
            updated User "xiaohong" 小红
                displayName  "小红" → "小红红"
                name.formatted  "小红" → "小红红"
            deactivated User "laobai" 老白
                the source said: 60121: 找不到该用户
                active  true → false
            deleted Department "5002" Operations
                the source said: 60003: 部门不存在
            --- stderr
        "#]],
    );
    check(
        &office,
        "history 2 --language zh-CN NAME DATA",
        expect![[r#"
            exit 0
            --- stdout
            来源 head-office 的第 2 次运行
              状态      成功
              开始时间 DATE TIME +00:00
              耗时 SPAN
              内容      全量导入
              触发方式  手动
              连接器 dingtalk 0.1.0 (DIGEST)
              读取      6
              新建      1
              更新      2
              未变      3
              跳过      0
              拒绝      0
              停用      1
              删除      1
              保留      0
              待确认    0

            运行依据
              已读取          4 个部门、2 人
              列表            8 个，全部读取完整
              可见范围        全部
              此前的可见范围  全部
              已移除          1 个部门和 1 人

            日志
            · 已读取 4 个部门、2 人；共 8 个列表，其中 8 个读取完整 (reading-covered)
                Department:  4
                User:        2
                lists:       8/8
                scope:       whole

            变更
            更新 Department "5001" R&D
                displayName  "R&D" → "Production Research"
            新建 Department "5004" Legal
            更新 User "xiaohong" 小红
                displayName  "小红" → "小红红"
                name.formatted  "小红" → "小红红"
            停用 User "laobai" 老白
                来源答复：60121: 找不到该用户
                active  true → false
            删除 Department "5002" Operations
                来源答复：60003: 部门不存在
            --- stderr
        "#]],
    );
    check(
        &office,
        "directory tree --language zh-CN NAME DATA",
        expect![[r#"
        exit 0
        --- stdout
        飞花 [1] 直属 1 人，共 2 人
        ├─ Anna [anna]
        ├─ Legal [5004] 0 人
        └─ Production Research [5001] 直属 0 人，共 1 人
           └─ Platform [5003] 1 人
              └─ 小红红 [xiaohong]

        共 4 个部门，2 人
        --- stderr
    "#]],
    );
    let company = office.server.with(|simulator| simulator.company().clone());
    assert_eq!(office.run("directory export NAME DATA").with_code(0).stdout, View::of(&company).export());
}

#[test]
fn a_check_with_everything_right_and_one_with_a_wrong_secret() {
    let office = Office::new(extra::feihua());
    check(
        &office,
        "check SOURCE",
        expect![[r#"
            exit 0
            --- stdout
            ✓ settings         the settings are valid and lead to https://oapi.dingtalk.com, https://api.dingtalk.com
            ✓ proxy            proxy http://PROXY answers
            ✓ proxy-password   proxy http://PROXY accepts the name and password
            ✓ origin           https://oapi.dingtalk.com answers with TLS
            ✓ origin           https://api.dingtalk.com answers with TLS
            ✓ clock            this host's clock agrees with that of https://api.dingtalk.com
            ✓ settings         the settings are complete and well-formed
            ✓ token            DingTalk accepts app_key and app_secret
            ✓ address          DingTalk accepts requests from this address
            ✓ scope            the application may see the whole organization
            ✓ department-list  departments can be listed; 2 are directly below the first one
            ✓ member-list      the members of departments can be listed; 2 were looked at
            ✓ member-read      single people can be read
            ✓ mobile-field     2 of 2 people show a mobile number
            ✓ personal-fields  2 of 2 people show an e-mail address, work place, remark or extension field
            ✓ corp-id          DingTalk confirms that the application belongs to corp_id

            16 passed, 0 to look at, 0 failed, 0 not tried
            --- stderr
        "#]],
    );
    office.write("secret.txt", "not-the-secret");
    check(
        &office,
        "check SOURCE --language zh-CN",
        expect![[r#"
            exit 1
            --- stdout
            ✓ settings        设置有效，将访问 https://oapi.dingtalk.com, https://api.dingtalk.com
            ✓ proxy           代理服务器 http://PROXY 可以连接
            ✓ proxy-password  代理服务器 http://PROXY 接受所给的用户名和密码
            ✓ origin          https://oapi.dingtalk.com 可以访问，TLS 连接正常
            ✓ origin          https://api.dingtalk.com 可以访问，TLS 连接正常
            ✓ clock           本机时钟与 https://api.dingtalk.com 一致
            ✓ settings        配置完整且格式正确
            ✗ token           钉钉不接受 app_key 与 app_secret：invalidClientIdOrSecret: 无效的clientId或者clientSecret (credentials-wrong)
                              → 请在钉钉开发者后台 > 您的应用 > 凭证与基础信息 中重新复制 Client ID 与 Client Secret，注意区分大小写
                              setting:     /app_secret
                              code:        invalidClientIdOrSecret
                              request_id: ID
                              api:         /v1.0/oauth2/accessToken
                              file:        source.toml:11:14
            - address, scope, department-list, member-list, member-read, mobile-field, personal-fields, corp-id
                未检查“从该出口 IP 访问”
                未检查“读取授权范围”
                未检查“读取部门列表”
                未检查“读取部门成员”
                未检查“读取单个成员”
                未检查“读取手机号”
                未检查“读取邮箱等个人信息”
                未检查“核对 corp_id”

            通过 7 项，需留意 0 项，失败 1 项，未检查 8 项
            --- stderr
        "#]],
    );
}

#[test]
fn a_failed_import() {
    let office = Office::new(extra::feihua());
    office.write("secret.txt", "not-the-secret");
    check(
        &office,
        "sync SOURCE DATA",
        expect![[r#"
            exit 1
            --- stdout
            Run 1 of head-office: failed after SPAN; nothing read
            ✗ DingTalk does not accept app_key and app_secret: invalidClientIdOrSecret: 无效的clientId或者clientSecret (credentials-wrong)
              → copy Client ID and Client Secret again from DingTalk's developer console > your application > Credentials and Basic Information (凭证与基础信息); upper and lower case matter
              setting:     /app_secret
              code:        invalidClientIdOrSecret
              request_id: ID
              api:         /v1.0/oauth2/accessToken
              file:        source.toml:11:14
            More: rollcall history 1 --source head-office --data data
            --- stderr
        "#]],
    );
    check(
        &office,
        "sync --language zh-CN SOURCE DATA",
        expect![[r#"
            exit 1
            --- stdout
            来源 head-office 第 2 次运行：失败，耗时 SPAN；未读取任何对象
            ✗ 钉钉不接受 app_key 与 app_secret：invalidClientIdOrSecret: 无效的clientId或者clientSecret (credentials-wrong)
              → 请在钉钉开发者后台 > 您的应用 > 凭证与基础信息 中重新复制 Client ID 与 Client Secret，注意区分大小写
              setting:     /app_secret
              code:        invalidClientIdOrSecret
              request_id: ID
              api:         /v1.0/oauth2/accessToken
              file:        source.toml:11:14
            详情：rollcall history 2 --source head-office --data data
            --- stderr
        "#]],
    );
}

#[test]
fn a_partial_import() {
    let office = imported();
    hide_members(&office, 5003);
    check(
        &office,
        "sync SOURCE DATA",
        expect![[r#"
        exit 3
        --- stdout
        Run 2 of head-office: partial after SPAN; 6 read, 6 unchanged
        ✗ Department "5003": outside of what the application may see: 50004: 请求的部门id不在授权范围内 (not-visible)
            → in DingTalk's developer console > your application, set Permission Management (权限管理) > Contacts permission scope (通讯录权限 > 授权范围) to all staff, and publish a version whose visible range (可使用范围) is all staff
            errcode:     50004
            request_id: ID
            api:         /topapi/v2/user/list
        In the log: errors 1, warnings 1
        More: rollcall history 2 --source head-office --data data
        --- stderr
    "#]],
    );
}

#[test]
fn a_source_file_that_is_wrong() {
    let office = Office::new(extra::feihua());
    let text = office.source_file().replace("[settings]", "[settings]\ndetails = \"yes\"\ncolour = \"red\"");
    office.write("source.toml", &text);
    check(
        &office,
        "sync SOURCE DATA",
        expect![[r#"
        exit 1
        --- stdout
        Run 1 of head-office: failed after SPAN; nothing read
        ✗ 2 settings are wrong: /details: setting "details" must be true or false; /colour: setting "colour" is not one of this connector's (settings-invalid)
          → Correct these settings, then run again.
        More: rollcall history 1 --source head-office --data data
        --- stderr
    "#]],
    );
    office.write("source.toml", &office.source_file().replace("connector =", "conector ="));
    check(
        &office,
        "sync SOURCE DATA",
        expect![[r#"
            exit 2
            --- stdout
            --- stderr
            ✗ source.toml:1:1: `connector` is missing; it must be a string, { env = "NAME" } or { file = "PATH" } (source-file-invalid)
            ✗ source.toml:2:1: unknown key `conector` in the first part of the file; the keys there are `name`, `connector`, `departed`, `egress`, `schedule`, `scim`, `settings` (source-file-invalid)
        "#]],
    );
}

// Connectors of other people.

#[test]
fn a_connector_as_its_toolchain_left_it_is_closed_into_another_file_or_its_own() {
    let office = Office::new(companies::branches(8));
    let open = built::component("hostile-open").display().to_string();
    let closed = |file: &str| {
        let told = office.run(&format!("connector inspect --format json {file}")).with_code(0).json();
        told["closed_imports"].as_array().expect("it is a list").len()
    };
    assert!(10 < closed(&open), "{}", closed(&open));
    let said = office.run(&format!("connector seal {open} --output sealed.wasm")).with_code(0).stdout;
    assert!(said.starts_with("sealed.wasm is "), "{said}");
    assert_eq!(closed("sealed.wasm"), 0);
    let said = office.run("connector seal sealed.wasm --output sealed.wasm").with_code(0).stdout;
    assert_eq!(said, "sealed.wasm asks for the contract alone; sealed.wasm is the same\n");
    office.run("connector seal source.toml --output x.wasm").with_code(1);
    office.run("connector seal sealed.wasm --output no/such/folder/x.wasm").with_code(1);
}

#[test]
fn a_connector_that_was_looked_at_once_is_compiled_for_its_user_unless_others_could_write_there() {
    let office = Office::new(companies::branches(8));
    let inspect = format!("connector inspect {}", built::component("dingtalk").display());
    let (home, caches) = (office.path("home"), office.path("caches"));
    let kept = |folder: PathBuf| -> Vec<_> {
        let files = fs::read_dir(folder).expect("it is there").map(|file| file.expect("it can be read"));
        files.map(|file| (file.path(), file.metadata().and_then(|found| found.modified()).ok())).collect()
    };
    let run = |words: &str, variable: &str, folder: &Path| {
        let ended: Ended = office.command(words).env(variable, folder).output().expect("it starts").into();
        ended.with_code(0)
    };
    run(&inspect, "XDG_CACHE_HOME", &caches);
    let compiled = kept(caches.join("rollcall"));
    assert_eq!(compiled.len(), 1);
    run(&inspect, "XDG_CACHE_HOME", &caches);
    run("check SOURCE", "XDG_CACHE_HOME", &caches);
    assert_eq!(kept(caches.join("rollcall")), compiled);
    run(&inspect, "HOME", &home);
    assert_eq!(kept(home.join(".cache/rollcall")).len(), 1);
    let shared = fs::Permissions::from_mode(0o777);
    fs::set_permissions(caches.join("rollcall"), shared).expect("the folder is ours");
    fs::remove_file(&compiled[0].0).expect("the file is ours");
    run(&inspect, "XDG_CACHE_HOME", &caches);
    assert_eq!(kept(caches.join("rollcall")), []);
}

// Both formats.

#[test]
fn every_command_writes_one_json_value() {
    let office = imported();
    mutate(&office, a_day_s_changes());
    let inspect = format!("connector inspect --format json {}", built::component("dingtalk").display());
    let keys = |words: &str| -> Vec<String> {
        let value = office.run(words).with_code(0).json();
        value.as_object().expect("it is an object").keys().cloned().collect()
    };
    assert_eq!(keys(&inspect), ["closed_imports", "descriptor", "digest", "file", "imports"]);
    let open = built::component("hostile-open");
    let seal = format!("connector seal --format json {} --output sealed.wasm", open.display());
    assert_eq!(keys(&seal), ["closed_imports", "file", "output"]);
    assert_eq!(keys("check --format json SOURCE"), ["connector", "findings", "passed", "source"]);
    assert_eq!(keys("sync --dry-run --format json SOURCE DATA"), ["n_errors", "n_warnings", "run"]);
    assert_eq!(keys("sync --format json SOURCE DATA"), ["n_errors", "n_warnings", "run"]);
    assert_eq!(keys("history --format json NAME DATA"), ["runs", "source"]);
    assert_eq!(
        keys("history 3 --format json NAME DATA"),
        ["changes", "decisions", "entries", "events", "run"]
    );
    assert_eq!(
        keys("directory tree --format json NAME DATA"),
        ["departments", "n_people", "people_without_department", "source"]
    );
    let export = office.run("directory export --format json NAME DATA").with_code(0).stdout;
    for line in export.lines() {
        assert!(serde_json::from_str::<Value>(line).is_ok_and(|document| document.is_object()), "{line}");
    }
}

#[test]
fn a_failure_is_one_json_value_too() {
    let office = Office::new(extra::feihua());
    office.write("secret.txt", "not-the-secret");
    let report = office.run("sync --format json SOURCE DATA").with_code(1).json();
    assert_eq!(report["run"]["failure"]["diagnosis"]["code"], "credentials-wrong");
    let checked = office.run("check --format json SOURCE").with_code(1).json();
    assert_eq!(checked["passed"], false);
}

// What a person decides about a run.

#[test]
fn what_an_undo_leaves_as_it_is_is_told_at_once() {
    let office = imported();
    mutate(&office, [Mutation::modify_user("xiaohong", &json!({ "name": "小红红" }))]);
    office.run("sync --format json SOURCE DATA").with_code(0);
    check(
        &office,
        "undo 1 --allow-removals 7 SOURCE DATA",
        expect![[r#"
        exit 3
        --- stdout
        Run 3 of head-office: partial after SPAN; 2 deactivated, 4 deleted, 1 kept
        ✗ User "xiaohong": User "xiaohong" stays as it is: it was changed after the run that is undone (changed-since)
            → Undo the later run first, or change the object by hand.
        In the log: errors 1, warnings 0
        More: rollcall history 3 --source head-office --data data
        --- stderr
    "#]],
    );
}

// Dry runs.

#[test]
fn a_dry_run_writes_its_row_alone_and_says_what_the_real_one_then_does() {
    let office = imported();
    let before = held(&office);
    mutate(&office, a_day_s_changes());
    let dry = office.run("sync --dry-run --format json SOURCE DATA").with_code(0).json();
    assert_eq!(held(&office), before);
    let real = office.run("sync --format json SOURCE DATA").with_code(0).json();
    assert_ne!(held(&office), before);
    assert_eq!((&dry["run"]["dry_run"], &real["run"]["dry_run"]), (&json!(true), &json!(false)));
    assert_eq!(dry["run"]["counters"], real["run"]["counters"]);
    let changes = |run: u32| {
        office.run(&format!("history {run} --format json NAME DATA")).with_code(0).json()["changes"].clone()
    };
    let (dry, real) = (sorted(changes(2)), sorted(changes(3)));
    assert_eq!(dry, real);
    assert_eq!(dry.len(), 5);
}

#[test]
fn a_dry_run_into_nothing_leaves_nothing_but_its_row() {
    let office = Office::new(extra::feihua());
    let dry = office.run("sync --dry-run --format json SOURCE DATA").with_code(0).json();
    assert_eq!(dry["run"]["counters"]["created"], 7);
    assert_eq!(office.run("directory export NAME DATA").with_code(0).stdout, "");
    assert_eq!(
        office.run("history --format json NAME DATA").json()["runs"].as_array().map(Vec::len),
        Some(1)
    );
}

fn held(office: &Office) -> String {
    extra::kept(office, real::SOURCE)
}

/// Changes in an order of their own: people arrive as their departments are read, whatever comes first.
fn sorted(changes: Value) -> Vec<String> {
    let Value::Array(changes) = changes else { panic!("the changes are a list") };
    let without_number = |mut change: Value| {
        change.as_object_mut().expect("a change is an object").remove("number");
        change.to_string()
    };
    let mut changes: Vec<String> = changes.into_iter().map(without_number).collect();
    changes.sort();
    changes
}

// Folders.

#[test]
fn a_data_folder_that_others_may_write_to_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let office = Office::new(extra::feihua());
    let cache = office.path("data/cache");
    fs::set_permissions(&cache, fs::Permissions::from_mode(0o777)).expect("it is ours");
    let refused = office.run("sync --format json SOURCE DATA").with_code(1).json();
    assert_eq!(refused["errors"][0]["code"], "cache-not-private");
}

#[test]
fn a_large_company_s_tree_ends_with_its_sums() {
    let office = Office::new(companies::branches(4));
    office.run("sync --format json SOURCE DATA").with_code(0);
    let tree = office.run("directory tree NAME DATA").with_code(0).stdout;
    let company = office.server.with(|simulator| simulator.company().clone());
    let (n_departments, n_people) = (company.departments().len(), company.users().len());
    assert_eq!(tree.lines().last(), Some(format!("{n_departments} departments, {n_people} people").as_str()));
}

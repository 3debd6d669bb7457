//! What an administrator sees before an import.

use super::{Bench, status};
use crate::Roster;
use expect_test::{Expect, expect};
use rollcall_kit::connector;
use std::fmt::Write;

#[track_caller]
fn check(bench: &Bench, expected: &Expect) {
    let mut lines = String::new();
    for finding in connector::check::<Roster>(bench.host.clone(), bench.settings) {
        let (check, message) = (&finding.check, &finding.diagnosis.message);
        writeln!(lines, "{:?} {check}: {} | {}", finding.status, message.en, message.zh)
            .expect("a string takes everything");
    }
    expected.assert_eq(&lines);
    assert_eq!(bench.host.take_changes(), []);
}

#[test]
fn a_roster_that_is_right_passes_with_its_counts() {
    check(
        &Bench::csv("id,name,parent\nrd,R&D,\n", "id,name,departments\n7,Hong,rd\n"),
        &expect![[r#"
            Passed transport: no secret crosses the network in the clear | 没有明文传输的机密
            Passed roster: it can be imported; departments: 1, people: 1 | 可以导入：1 个部门，1 名人员
            Passed rows: every row is right | 所有行均正确
        "#]],
    );
}

#[test]
fn rows_that_are_wrong_are_listed() {
    check(
        &Bench::csv("id,name,parent\nrd,R&D,rd\n", "id,name,departments\n7,,rd\n8,Bai,ops\n"),
        &expect![[r#"
            Passed transport: no secret crosses the network in the clear | 没有明文传输的机密
            Passed roster: it can be imported; departments: 1, people: 1 | 可以导入：1 个部门，1 名人员
            Warning rows: the roster has 2 errors; until they are mended nobody is removed and nothing is cleared | 花名册有 2 处错误；修正之前不会停用任何人员，也不会清空任何值
            Warning row: p.csv, line 2, column name: a value is required | p.csv 第 2 行 name 列：不能为空
            Warning row: d.csv, line 2, column parent: department "rd" is its own ancestor | d.csv 第 2 行 parent 列：部门 "rd" 是自己的上级
            Warning row: p.csv, line 3, column departments: "ops" is not in the roster | p.csv 第 3 行 departments 列：花名册中没有 "ops"
        "#]],
    );
}

#[test]
fn no_more_rows_are_listed_than_fit_on_a_screen() {
    let people: String = (0..100).map(|n| format!("{n},,\n")).collect();
    let bench = Bench::csv("id,name,parent\n", &format!("id,name,departments\n{people}"));
    let findings = connector::check::<Roster>(bench.host.clone(), bench.settings);
    let rows = findings.iter().filter(|finding| finding.check == "row").count();
    assert_eq!(rows, crate::limits::MAX_FINDINGS);
}

#[test]
fn a_server_that_refuses_fails_the_check() {
    let bench = Bench::new(super::JSON);
    bench.serve("https://hr.example/roster.json", status(401, ""));
    check(
        &bench,
        &expect![[r#"
        Passed transport: no secret crosses the network in the clear | 没有明文传输的机密
        Failed roster: roster.json: the server refuses to hand it out (status 401) | roster.json：服务器拒绝提供该文件（状态码 401）
        Skipped rows: the rows were not looked at, because the roster could not be read | 未检查花名册的各行：花名册未能读取
    "#]],
    );
}

#[test]
fn a_secret_over_http_is_a_warning() {
    let mut bench = Bench::new(super::JSON);
    bench.settings = r#"{"url":"http://hr.example/r.json","authorization":"Bearer canary"}"#;
    bench.serve("http://hr.example/r.json", status(200, r#"{"departments":[],"people":[]}"#));
    check(
        &bench,
        &expect![[r#"
            Warning transport: the authorization is sent over http, where anyone on the way can read it | 授权信息通过 http 明文发送，途中任何人都能读取
            Passed roster: it can be imported; departments: 0, people: 0 | 可以导入：0 个部门，0 名人员
            Warning rows: the roster has 1 error; until it is mended nobody is removed and nothing is cleared | 花名册有 1 处错误；修正之前不会停用任何人员，也不会清空任何值
            Warning row: r.json: no people are listed | r.json：没有列出任何人员
        "#]],
    );
}

#[test]
fn http_without_a_secret_is_no_warning() {
    let mut bench = Bench::new(super::JSON);
    bench.settings = r#"{"url":"http://hr.example/r.json"}"#;
    let people = r#"{"departments":[],"people":[{"id":"7","name":"Hong","departments":[]}]}"#;
    bench.serve("http://hr.example/r.json", status(200, people));
    check(
        &bench,
        &expect![[r#"
        Passed transport: no secret crosses the network in the clear | 没有明文传输的机密
        Passed roster: it can be imported; departments: 0, people: 1 | 可以导入：0 个部门，1 名人员
        Passed rows: every row is right | 所有行均正确
    "#]],
    );
}

#[test]
fn settings_that_are_wrong_are_found_before_anything_is_sent() {
    let mut bench = Bench::new(super::JSON);
    bench.settings = r#"{"url":"hr.example"}"#;
    check(
        &bench,
        &expect![[r#"
        Failed settings: this is not an address that begins with https:// or http:// | 这不是以 https:// 或 http:// 开头的地址
    "#]],
    );
}

#[test]
fn a_reference_that_leads_nowhere_is_a_warning_with_its_place() {
    let bench = Bench::csv(
        "id,name,parent\nrd,R&D,gone\n",
        "id,name,departments,manager\n7,Hong,rd;old,9\n8,Bai,rd,7\n",
    );
    check(
        &bench,
        &expect![[r#"
        Passed transport: no secret crosses the network in the clear | 没有明文传输的机密
        Passed roster: it can be imported; departments: 1, people: 2 | 可以导入：1 个部门，2 名人员
        Warning rows: 3 references lead to what is not in the roster; those rows are imported without that | 有 3 处引用所指的行不在花名册中；导入这些行时去掉该引用
        Warning row: d.csv, line 2, column parent: "gone" is not in the roster | d.csv 第 2 行 parent 列：花名册中没有 "gone"
        Warning row: p.csv, line 2, column departments: "old" is not in the roster | p.csv 第 2 行 departments 列：花名册中没有 "old"
        Warning row: p.csv, line 2, column manager: "9" is not in the roster | p.csv 第 2 行 manager 列：花名册中没有 "9"
    "#]],
    );
}

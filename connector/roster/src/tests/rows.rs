//! Rows and what they say about each other, whatever they hold.

use crate::contents::Contents;
use crate::fetch::Text;
use crate::place::File;
use crate::row::{Person, Reference};
use crate::settings::Delimiter;
use crate::{csv_file, json_file};
use expect_test::{Expect, expect};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rollcall_kit::{Body, Failure};
use std::collections::BTreeSet;

fn file(name: &str) -> File {
    File::new("https://hr.example", &format!("/{name}"))
}

fn read_csv(delimiter: Delimiter, departments: &str, people: &str) -> Result<Contents, Failure> {
    let (d, p) = (file("d.csv"), file("p.csv"));
    let departments = Text::new(&d, Body::Text(departments.to_owned()))?;
    let people = Text::new(&p, Body::Text(people.to_owned()))?;
    csv_file::read(delimiter, (&d, &departments), (&p, &people))
}

fn read_json(document: &str) -> Result<Contents, Failure> {
    let file = file("r.json");
    json_file::read(&file, &Text::new(&file, Body::Text(document.to_owned()))?)
}

fn people(people: &str) -> Contents {
    read_csv(Delimiter::Comma, "id,name,parent\n", people).expect("both files can be read")
}

/// Errors of one person, by the cells of their row.
#[track_caller]
fn check(cells: &str, expected: &Expect) {
    let head = "id,name,departments,email,mobile,title,employee_number,manager";
    let contents = people(&format!("{head}\n{cells}\n"));
    let shown = |entry: &rollcall_kit::Entry| {
        let message = &entry.diagnosis.message;
        format!("{} | {}", message.en, message.zh)
    };
    let lines: Vec<String> = contents.entries.iter().map(shown).collect();
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn a_right_row_has_no_errors() {
    check("7,Hong,,h@f.example,+86 (138) 0000-0007,Lead,E-7,7", &expect![[""]]);
}

#[test]
fn an_address_without_a_name_or_a_domain_is_an_error() {
    check(
        "7,Hong,,@f.example,,,,",
        &expect![[
            r#"p.csv, line 2, column email: "@f.example" is not an e-mail address | p.csv 第 2 行 email 列："@f.example" 不是邮箱地址"#
        ]],
    );
    check(
        "7,Hong,,h@,,,,",
        &expect![[
            r#"p.csv, line 2, column email: "h@" is not an e-mail address | p.csv 第 2 行 email 列："h@" 不是邮箱地址"#
        ]],
    );
    check(
        "7,Hong,,h h@f.example,,,,",
        &expect![[
            r#"p.csv, line 2, column email: "h h@f.example" is not an e-mail address | p.csv 第 2 行 email 列："h h@f.example" 不是邮箱地址"#
        ]],
    );
}

#[test]
fn a_number_that_a_spreadsheet_rounded_is_an_error() {
    check(
        "7,Hong,,,1.38E+10,,,",
        &expect![[
            r#"p.csv, line 2, column mobile: "1.38E+10" is not a telephone number; if a spreadsheet rounded it, format the column as text | p.csv 第 2 行 mobile 列："1.38E+10" 不是电话号码；如果是表格软件改写了数字，请把该列设为文本格式后重新导出"#
        ]],
    );
}

#[test]
fn a_value_longer_than_any_is_an_error_that_does_not_repeat_it() {
    check(
        &format!("7,Hong,,,,{},,", "x".repeat(1025)),
        &expect![
            "p.csv, line 2, column title: the value has 1025 bytes, at most 1024 are allowed | p.csv 第 2 行 title 列：值有 1025 字节，最多 1024 字节"
        ],
    );
    check(
        &format!("{},Hong,,,,,,", "x".repeat(257)),
        &expect![
            "p.csv, line 2, column id: the value has 257 bytes, at most 256 are allowed | p.csv 第 2 行 id 列：值有 257 字节，最多 256 字节"
        ],
    );
}

#[test]
fn a_person_in_too_many_departments_is_an_error() {
    let ids: Vec<String> = (0..=crate::limits::MAX_DEPARTMENTS).map(|id| id.to_string()).collect();
    check(
        &format!("7,Hong,{},,,,,", ids.join(";")),
        &expect![
            "p.csv, line 2, column departments: 501 departments, at most 500 | p.csv 第 2 行 departments 列：501 个部门，最多 500 个"
        ],
    );
}

#[test]
fn a_quotation_mark_inside_a_value_must_be_doubled() {
    check(
        "7,Hong,,,,5\" pipes,,",
        &expect![
            "p.csv, line 2: a quotation mark is not closed, or one inside a value is not doubled | p.csv 第 2 行：引号没有闭合，或值中的引号没有写成两个"
        ],
    );
}

#[test]
fn lines_are_counted_as_an_editor_counts_them() {
    for end in ["\n", "\r\n", "\r"] {
        let text = ["id,name,departments", "7,A,", "", "", "8,\"B", "b\",", "9,,"].join(end);
        let lines: Vec<u64> = people(&text)
            .entries
            .iter()
            .flat_map(|entry| &entry.diagnosis.facts)
            .filter(|(name, _)| name == "line")
            .filter_map(|(_, line)| line.parse().ok())
            .collect();
        assert_eq!(lines, [5, 7], "{end:?}");
    }
}

#[test]
fn every_delimiter_divides_columns() {
    let delimiters =
        [(Delimiter::Comma, ","), (Delimiter::Semicolon, ";"), (Delimiter::Tab, "\t"), (Delimiter::Bar, "|")];
    for (delimiter, sign) in delimiters {
        let departments = format!("id{sign}name{sign}parent\na{sign}A{sign}\nb{sign}B{sign}\n");
        let people = format!("id{sign}name{sign}departments\n7{sign}Hong{sign}\"a;b\"\n");
        let contents = read_csv(delimiter, &departments, &people).expect("both files can be read");
        let both = Some(BTreeSet::from(["a".to_owned(), "b".to_owned()]));
        assert_eq!(
            contents.people.iter().map(|it| it.departments.clone()).collect::<Vec<_>>(),
            [both],
            "{sign:?}"
        );
    }
}

#[test]
fn a_column_twice_is_refused() {
    let failure = read_csv(Delimiter::Comma, "id,name,parent\n", "id,name,Name,departments\n").err();
    let message = failure.map(|failure| failure.diagnosis().message.en.clone());
    assert_eq!(message.as_deref(), Some("p.csv: column name stands in the header twice"));
}

#[test]
fn a_chain_of_departments_may_be_as_long_as_the_roster() {
    let n = 20_000;
    let rows: String = (1..=n)
        .rev()
        .map(|id| format!("{id},D,{}\n", if id == 1 { String::new() } else { (id - 1).to_string() }))
        .collect();
    let contents =
        read_csv(Delimiter::Comma, &format!("id,name,parent\n{rows}"), "id,name,departments\n7,A,\n")
            .expect("both files can be read");
    let order: Vec<String> = contents.departments.iter().map(|department| department.id.clone()).collect();
    assert_eq!(order, (1..=n).map(|id| id.to_string()).collect::<Vec<_>>());
}

#[test]
fn a_cycle_of_departments_may_be_as_long_as_the_roster() {
    let n = 20_000;
    let rows: String = (0..n).map(|id| format!("{id},D,{}\n", (id + 1) % n)).collect();
    let contents =
        read_csv(Delimiter::Comma, &format!("id,name,parent\n{rows}"), "id,name,departments\n7,A,\n")
            .expect("both files can be read");
    assert_eq!((contents.departments.len(), contents.n_errors()), (n, n));
}

proptest! {
    // The same rows every time.
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_a_csv_writer_writes_reads_back(
        rows in proptest::collection::btree_map("[a-z0-9\"',;| 中é]{1,8}", "[ -~中é]{1,12}", 1..8),
    ) {
        let rows: Vec<(String, String)> = rows
            .into_iter()
            .map(|(id, name)| (id.trim().to_owned(), name.trim().to_owned()))
            .filter(|(id, name)| !id.is_empty() && !name.is_empty())
            .collect();
        let distinct: BTreeSet<&String> = rows.iter().map(|(id, _)| id).collect();
        prop_assume!(!rows.is_empty() && distinct.len() == rows.len());
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["id", "name", "departments"]).expect("memory takes everything");
        for (id, name) in &rows {
            writer.write_record([id, name, ""]).expect("memory takes everything");
        }
        let text = String::from_utf8(writer.into_inner().expect("it is flushed")).expect("it was UTF-8");
        let contents = people(&text);
        let found = contents.people.into_iter().map(|Person { id, name, .. }| (id, name)).collect::<Vec<_>>();
        prop_assert_eq!((found, contents.entries), (rows, Vec::new()));
    }

    #[test]
    fn every_department_comes_once_and_after_its_parent(parents in proptest::collection::vec(0_usize..16, 1..16)) {
        let n = parents.len();
        // A parent of 15 is the top; others may be missing, or on a cycle.
        let rows = parents.iter().enumerate().map(|(id, parent)| {
            format!("{id},D,{}\n", if *parent == 15 { String::new() } else { parent.to_string() })
        });
        let departments = format!("id,name,parent\n{}", rows.collect::<String>());
        let contents = read_csv(Delimiter::Comma, &departments, "id,name,departments\n7,A,\n").expect("it can be read");
        let mut before = BTreeSet::new();
        for department in &contents.departments {
            if let Reference::To(parent) = &department.parent {
                let is_listed = parent.parse::<usize>().expect("ids are numbers") < n;
                prop_assert!(before.contains(parent) || !is_listed, "{:?} before its parent", department.id);
            }
            prop_assert!(before.insert(department.id.clone()), "{:?} twice", department.id);
        }
        prop_assert_eq!(before.len(), n);
    }

    #[test]
    fn no_text_is_a_panic_and_every_error_has_its_place(text in "(?s).{0,200}", cells in "[a7,;\"\n\r\t ]{0,60}") {
        let csv = format!("id,name,departments\n{cells}");
        let json = format!(r#"{{"departments":[{{"id":1,"name":"A"}}],"people":[{{"id":{text}}}]}}"#);
        let tries = [read_csv(Delimiter::Comma, &text, &text), read_json(&text), Ok(people(&csv)), read_json(&json)];
        for contents in tries.into_iter().flatten() {
            for entry in &contents.entries {
                prop_assert!(entry.diagnosis.facts.iter().any(|(name, _)| name == "file"), "{:?}", entry);
            }
        }
    }
}

//! The page of all codes: crate by crate, in each by who can do something about it.

use std::fmt::Write as _;

use super::register::{Entry, Register};

const HEAD: &str = "\
# Error codes · 错误代码

For whoever meets a code of a connector or of the contract's rules, in the console, in a log, in an answer of the API or in their program: what it says, and what to do.
The codes of the host, of the web and of the command line are not here yet; what they say stands where they are told.
It is written by `cargo xtask errors` from the files `codes.rs`; what stands in braces is filled in.
Codes are stable ([compatibility](compatibility.md)); sentences and remedies may become better.

本页列出连接器和接口约定规则的代码及处理办法；宿主、控制台和命令行自己的代码尚未列入。花括号中的内容在运行时填入。
";

/// Who can do something, as the register names them and as they are called, in the order of the page.
const ACTORS: [(&str, &str); 7] = [
    ("Administrator", "Who sets up sources · 平台管理员"),
    ("SourceAdministrator", "Who administers the source · 数据源管理员"),
    ("Operator", "Who runs the machine · 运维人员"),
    ("Caller", "Who made the request · 调用方"),
    ("ConnectorAuthor", "Who wrote the connector · 连接器作者"),
    ("HostAuthor", "Who wrote the host · 宿主作者"),
    ("Nobody", "Nobody has to · 无需处理"),
];

/// The page as it is written.
pub(super) fn page(registers: &[Register]) -> String {
    let mut page = HEAD.to_owned();
    for register in registers {
        page += &format!("\n## `{}`\n", register.of);
        for (actor, called) in ACTORS {
            let mut entries: Vec<&Entry> =
                register.entries.iter().filter(|entry| entry.actor == actor).collect();
            entries.sort_by(|a, b| a.code.cmp(&b.code));
            if !entries.is_empty() {
                page +=
                    &format!("\n### {called}\n\n| code | what it says | what to do |\n| --- | --- | --- |\n");
                entries.iter().for_each(|entry| row(&mut page, entry));
            }
        }
    }
    page
}

fn row(page: &mut String, entry: &Entry) {
    let remedy = entry.remedy.as_ref().map_or_else(String::new, |(english, chinese)| both(english, chinese));
    let said = both(&entry.english, &entry.chinese);
    // Writing into a text cannot fail.
    let _ = writeln!(page, "| `{}` | {said} | {remedy} |", entry.code);
}

/// In a cell, one below the other; the same in both languages is told once.
fn both(english: &str, chinese: &str) -> String {
    let cell = |text: &str| text.replace('|', "\\|").replace('<', "&lt;").replace('\n', " ");
    match english == chinese {
        true => cell(english),
        false => format!("{}<br>{}", cell(english), cell(chinese)),
    }
}

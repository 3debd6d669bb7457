//! `cargo xtask errors`: `docs/errors.md`, joined from the registers of all crates.
//!
//! Not here: that each code of a crate stands once, which the compiler holds (`wit/rules/src/register.rs`).

mod page;
mod register;

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context as _, Result};

use self::register::{Register, read};
use crate::finding::{self, Finding};
use crate::say;
use crate::tidy::{self, File};
use crate::workspace::Workspace;

pub(crate) const HELP: &str = "\
cargo xtask errors

Write docs/errors.md: every code that the crates say something with, by who can do something about it, with its
sentence and its remedy in both languages, from the files codes.rs.

  --check    write nothing, and fail where the page is not what the registers say (`cargo xtask tidy` does the same)";

/// The page.
const PAGE: &str = "docs/errors.md";

/// The name of a file that has a register.
const REGISTER: &str = "/codes.rs";

/// What becomes part of a connector. Its codes travel with it, so two connectors may say different things with the same one.
const CONNECTORS: &str = "connector/";

const READABLE: &str = "a register of codes can be read";
const CURRENT: &str = "docs/errors.md is what the registers say";
const ONCE: &str = "a code of the host or of the contract's rules stands in one register";
const CHINESE: &str = "a sentence in Chinese has Chinese in it";

/// Write the page, or only compare it.
///
/// # Errors
///
/// When a rule is broken, or the page cannot be written.
pub(crate) fn run(workspace: &Workspace, check_alone: bool) -> Result<()> {
    let files = tidy::files(workspace)?;
    if check_alone {
        return finding::report("errors", &check(&files));
    }
    let (registers, findings) = registers(&files);
    finding::report("errors", &findings)?;
    fs::write(workspace.root.join(PAGE), page::page(&registers))
        .with_context(|| format!("cannot write {PAGE}"))?;
    let n: usize = registers.iter().map(|register| register.entries.len()).sum();
    say::note(&format!("{PAGE} has {n} codes of {} crates", registers.len()));
    Ok(())
}

/// What breaks a rule, the page that is out of date included.
pub(crate) fn check(files: &[File]) -> Vec<Finding> {
    let (registers, mut findings) = registers(files);
    let written = files.iter().find(|file| file.path == PAGE).map_or("", |file| file.text.as_str());
    if !registers.is_empty() && findings.is_empty() && written != page::page(&registers) {
        findings.push(Finding::new(PAGE, CURRENT, "write it anew: cargo xtask errors"));
    }
    findings
}

/// The registers in the order of their crates, and what is wrong with them.
fn registers(files: &[File]) -> (Vec<Register>, Vec<Finding>) {
    let (mut registers, mut findings) = (Vec::new(), Vec::new());
    for file in files.iter().filter(|file| file.path.ends_with(REGISTER) && !file.path.starts_with("xtask/"))
    {
        match read(&file.path, &file.text) {
            Ok(register) => registers.push(register),
            Err(why) => findings.push(Finding::new(file.path.as_str(), READABLE, format!("mend it: {why}"))),
        }
    }
    registers.sort_by(|a, b| a.of.cmp(&b.of));
    findings.extend(twice(&registers));
    findings.extend(untranslated(&registers));
    (registers, findings)
}

fn twice(registers: &[Register]) -> Vec<Finding> {
    let mut first: BTreeMap<&str, &str> = BTreeMap::new();
    let travels = |register: &&Register| register.of.starts_with(CONNECTORS);
    let mut findings = Vec::new();
    for register in registers.iter().filter(|register| !travels(register)) {
        for entry in &register.entries {
            if let Some(there) = first.insert(&entry.code, &register.of) {
                let mend = format!(
                    "{:?} stands in {there} already: give this meaning a code of its own",
                    entry.code
                );
                findings.push(Finding::new(register.path.as_str(), ONCE, mend));
            }
        }
    }
    findings
}

fn untranslated(registers: &[Register]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for register in registers {
        for entry in &register.entries {
            let texts = [Some(&entry.chinese), entry.remedy.as_ref().map(|(_, chinese)| chinese)];
            if texts.into_iter().flatten().any(|text| !is_chinese(text)) {
                let mend = format!("say {:?} in Chinese, too", entry.code);
                findings.push(Finding::new(register.path.as_str(), CHINESE, mend));
            }
        }
    }
    findings
}

/// Whether it has a Chinese character, or is nothing but what is filled in.
fn is_chinese(text: &str) -> bool {
    let is_hole = text.starts_with('{') && text.ends_with('}');
    is_hole || text.chars().any(|c| ('\u{3000}'..'\u{a000}').contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    const A: &str = r#"rollcall_rules::codes! { Told;
        "disk-full" by Operator: fn disk_full(n) { "no room for {n:?} bytes", "没有 {n:?} 字节的空间", "make room", "请清理磁盘" }
    }"#;

    #[test]
    fn a_page_that_is_not_what_the_registers_say_is_found() {
        let register = file("host/a/src/codes.rs", A);
        let found = |files: &[File]| finding::lines(&check(files), |finding| finding.rule);
        assert_eq!(found(std::slice::from_ref(&register)), [format!("{PAGE} {CURRENT}")]);
        let page = page::page(&registers(std::slice::from_ref(&register)).0);
        assert_eq!(found(&[register, file(PAGE, &page)]), Vec::<String>::new());
    }

    #[test]
    fn a_code_that_two_crates_of_the_host_say_something_with_is_found_and_one_of_two_connectors_is_not() {
        let places = |paths: &[&str]| {
            let files: Vec<File> = paths.iter().map(|path| file(path, A)).collect();
            finding::lines(&registers(&files).1, |finding| finding.rule)
        };
        assert_eq!(
            places(&["host/a/src/codes.rs", "host/b/src/codes.rs"]),
            [format!("host/b/src/codes.rs {ONCE}")]
        );
        assert_eq!(
            places(&["connector/a/src/codes.rs", "connector/b/src/codes.rs", "host/a/src/codes.rs"]),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_sentence_without_chinese_is_found() {
        let text = A.replace("请清理磁盘", "make room");
        let findings = registers(&[file("host/a/src/codes.rs", &text)]).1;
        assert_eq!(
            finding::lines(&findings, |finding| finding.rule),
            [format!("host/a/src/codes.rs {CHINESE}")]
        );
    }

    #[test]
    fn a_register_that_cannot_be_read_is_found() {
        let findings = registers(&[file("host/a/src/codes.rs", "codes! { Told; \"x\" }")]).1;
        assert_eq!(
            finding::lines(&findings, |finding| finding.rule),
            [format!("host/a/src/codes.rs {READABLE}")]
        );
    }
}

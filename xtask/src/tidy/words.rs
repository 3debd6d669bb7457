//! Rules about words that must not stand in a part of the repository: the name of a connector in a neutral part, our crates in the
//! simulator, and a path of somebody's machine anywhere.

use super::File;
use super::lexer;
use crate::finding::Finding;

const NEUTRAL: &str = "the neutral parts name no connector";
const APART: &str = "the simulator shares no code with connector or host";
const NO_MACHINE: &str = "no path of somebody's machine";

/// The parts that know no connector by name.
const NEUTRAL_FOLDERS: [&str; 5] = ["host", "connector/kit", "connector/guest", "wit/rules", "wit/vectors"];

/// The names, lower case, in the spellings people use. Found inside longer words too.
const CONNECTORS: [&str; 9] =
    ["dingtalk", "ding-talk", "ding_talk", "dingding", "钉钉", "feishu", "飞书", "wecom", "企业微信"];

/// Top folders that are one machine's habit. Written in halves, so that this file keeps its own rule.
const MACHINE: [&str; 3] = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/t", "mp/")];

const SIMULATOR: &str = "tests/dingtalk-simulator";

/// All rules of this file.
pub(super) fn check(file: &File) -> Vec<Finding> {
    let mut findings = machine_paths(file);
    if NEUTRAL_FOLDERS.iter().any(|folder| file.is_below(folder)) {
        findings.extend(connectors_named(file));
    }
    if file.is_below(SIMULATOR) && file.is_rust() {
        findings.extend(crates_of_ours(file));
    }
    findings
}

fn connectors_named(file: &File) -> Vec<Finding> {
    let in_path = CONNECTORS.iter().find(|name| file.path.to_lowercase().contains(*name));
    let in_path = in_path.map(|name| {
        Finding::new(
            file.path.as_str(),
            NEUTRAL,
            format!("rename it without {name:?}, or move it to its connector"),
        )
    });
    let in_text = file.lines().filter_map(|(number, line)| {
        let line = line.to_lowercase();
        let name = CONNECTORS.iter().find(|name| line.contains(*name))?;
        let mend = format!("say it without {name:?}, or move it to its connector");
        Some(Finding::at(&file.path, number, NEUTRAL, mend))
    });
    in_path.into_iter().chain(in_text).collect()
}

fn crates_of_ours(file: &File) -> Vec<Finding> {
    let code = lexer::parts(&file.text).code;
    let mut findings = Vec::new();
    for (index, line) in code.lines().enumerate() {
        let shares = line.match_indices("rollcall_").any(|(at, _)| {
            line.get(at..).is_some_and(|name| !name.starts_with("rollcall_dingtalk_simulator"))
        });
        if shares {
            let mend = "write it anew here: a shared mistake would cancel itself out";
            findings.push(Finding::at(&file.path, index + 1, APART, mend));
        }
    }
    findings
}

fn machine_paths(file: &File) -> Vec<Finding> {
    file.lines()
        .filter_map(|(number, line)| {
            let found = MACHINE.iter().find(|path| begins_a_path(line, path))?;
            let mend = format!("say it without {found}: a path from the repository's root, or the system's own way to a temporary folder");
            Some(Finding::at(&file.path, number, NO_MACHINE, mend))
        })
        .collect()
}

/// Whether it stands where a path begins, and not in the middle of a longer one or of a URL.
fn begins_a_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        before.is_none_or(|c| !c.is_alphanumeric() && !"._-~}*".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding;

    #[track_caller]
    fn check_text(path: &str, text: &str, expected: &[&str]) {
        let file = File { path: path.to_owned(), text: text.to_owned() };
        assert_eq!(finding::lines(&check(&file), |finding| finding.rule), expected);
    }

    #[test]
    fn a_connector_named_in_the_host_is_found_in_any_spelling() {
        for word in ["DingTalk", "dingtalk.wasm", "DING-TALK", "钉钉", "Feishu", "WeCom"] {
            check_text(
                "host/cli/Cargo.toml",
                &format!("a\n{word}"),
                &["host/cli/Cargo.toml:2 the neutral parts name no connector"],
            );
        }
    }

    #[test]
    fn a_file_of_the_host_named_after_a_connector_is_found() {
        check_text(
            "host/cli/tests/dingtalk.rs",
            "",
            &["host/cli/tests/dingtalk.rs the neutral parts name no connector"],
        );
    }

    #[test]
    fn the_kit_is_neutral_and_the_connector_is_not() {
        let rule = "the neutral parts name no connector";
        check_text("connector/kit/src/a.rs", "dingtalk", &[&format!("connector/kit/src/a.rs:1 {rule}")]);
        check_text("connector/dingtalk/src/a.rs", "dingtalk", &[]);
        check_text("hostile/a.rs", "dingtalk", &[]);
    }

    #[test]
    fn the_simulator_using_a_crate_of_ours_is_found() {
        check_text(
            "tests/dingtalk-simulator/src/a.rs",
            "use rollcall_dingtalk_simulator::x;\nuse rollcall_kit::y;",
            &["tests/dingtalk-simulator/src/a.rs:2 the simulator shares no code with connector or host"],
        );
    }

    #[test]
    fn the_simulator_naming_the_connector_crate_is_found() {
        check_text(
            "tests/dingtalk-simulator/src/a.rs",
            "rollcall_dingtalk::wire",
            &["tests/dingtalk-simulator/src/a.rs:1 the simulator shares no code with connector or host"],
        );
    }

    #[test]
    fn a_path_of_a_machine_is_found() {
        for path in MACHINE {
            check_text(
                "docs/a.md",
                &format!("see\n`{path}x`"),
                &["docs/a.md:2 no path of somebody's machine"],
            );
        }
    }

    #[test]
    fn a_longer_path_and_a_url_are_not_a_machines() {
        check_text("docs/a.md", concat!("https://example.org/wo", "rk/x target/t", "mp/y"), &[]);
    }
}

//! Rules about documents: links lead somewhere, and every interface of the contract is explained in the architecture.

use std::collections::BTreeSet;

use super::File;
use crate::finding::Finding;

const ALIVE: &str = "a link leads to a file that is there";
const EXPLAINED: &str = "docs/architecture.md explains every interface of the contract";

const ARCHITECTURE: &str = "docs/architecture.md";

/// Relative links to nothing. Links to the network are not followed: the check needs none.
pub(super) fn dead_links(file: &File, paths: &BTreeSet<&str>) -> Vec<Finding> {
    let mut fenced = false;
    let mut findings = Vec::new();
    for (number, line) in file.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        for link in links(line) {
            if let Some(path) = resolve(&file.path, &link).filter(|path| !exists(path, paths)) {
                let mend = format!("{link:?} leads to {path:?}, which git does not know; correct the link");
                findings.push(Finding::at(&file.path, number, ALIVE, mend));
            }
        }
    }
    findings
}

/// Each `wit/NAME.wit` with an interface must be named, as `` `NAME` `` or by its file name.
pub(super) fn interfaces_without_a_row(files: &[File]) -> Vec<Finding> {
    let text = files.iter().find(|file| file.path == ARCHITECTURE).map_or("", |file| file.text.as_str());
    files
        .iter()
        .filter(|file| file.text.lines().any(|line| line.starts_with("interface ")))
        .filter_map(|file| {
            let name =
                file.path.strip_prefix("wit/")?.strip_suffix(".wit").filter(|name| !name.contains('/'))?;
            let named = text.contains(&format!("`{name}`")) || text.contains(&format!("{name}.wit"));
            let mend =
                format!("add a row for `{name}` to {ARCHITECTURE}: what it is for and who implements it");
            (!named).then(|| Finding::new(file.path.as_str(), EXPLAINED, mend))
        })
        .collect()
}

/// What is between `](` and `)`, and after `]: ` at a line's beginning; code spans are left out.
fn links(line: &str) -> Vec<String> {
    let prose: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
    let inline = prose.split("](").skip(1).filter_map(|after| Some(after.split_once(')')?.0.to_owned()));
    let definition = prose.starts_with('[').then(|| prose.split_once("]: ")).flatten();
    inline
        .chain(definition.map(|(_, target)| target.to_owned()))
        .filter_map(|target| Some(target.split_whitespace().next()?.trim_matches(['<', '>']).to_owned()))
        .collect()
}

/// The link as a path from the root; nothing for a link to the network or within the page.
fn resolve(from: &str, link: &str) -> Option<String> {
    let target = link.split('#').next().unwrap_or_default();
    let scheme =
        target.split_once(':').is_some_and(|(scheme, _)| scheme.chars().all(|c| c.is_ascii_alphabetic()));
    if target.is_empty() || scheme {
        return None;
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            // Above the root there is nothing of ours: the path then names no file and is found.
            ".." if parts.last().is_none_or(|last| *last == "..") => parts.push(".."),
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// A file, or a folder with a file in it.
fn exists(path: &str, paths: &BTreeSet<&str>) -> bool {
    let below = format!("{path}/");
    path.is_empty()
        || paths.contains(path)
        || paths.range(below.as_str()..).next().is_some_and(|next| next.starts_with(&below))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let file = File { path: "docs/a.md".to_owned(), text: text.to_owned() };
        let paths = BTreeSet::from(["README.md", "docs/a.md", "docs/b.md", "wit/types.wit"]);
        let found: Vec<String> = dead_links(&file, &paths).into_iter().map(|finding| finding.mend).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn links_to_files_folders_and_places_pass() {
        check("[a](b.md), [b](../wit), [c](../wit/types.wit#key \"title\"), [d](#below), [e](../)", &[]);
    }

    #[test]
    fn links_to_the_network_are_not_followed() {
        check("[a](https://example.org/x.md) and <https://example.org> and [m](mailto:a@example.org)", &[]);
    }

    #[test]
    fn a_link_to_nothing_is_found() {
        check("[a](c.md)", &["\"c.md\" leads to \"docs/c.md\", which git does not know; correct the link"]);
    }

    #[test]
    fn a_link_out_of_the_repository_is_found() {
        check(
            "[a](../../b.md)",
            &["\"../../b.md\" leads to \"../b.md\", which git does not know; correct the link"],
        );
    }

    #[test]
    fn a_definition_to_nothing_is_found() {
        check("[a]: c.md", &["\"c.md\" leads to \"docs/c.md\", which git does not know; correct the link"]);
    }

    #[test]
    fn code_is_not_searched_for_links() {
        check("`[a](c.md)`\n```\n[a](c.md)\n```\n", &[]);
    }

    #[test]
    fn an_interface_that_the_architecture_does_not_name_is_found() {
        let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
        let files = [
            file("docs/architecture.md", "| `http` | ... |"),
            file("wit/http.wit", "interface http {}"),
            file("wit/world.wit", "world connector {}"),
            file("wit/tasks.wit", "interface tasks {}"),
            file("wit/published/0.1.0/old.wit", "interface old {}"),
        ];
        let mend = "add a row for `tasks` to docs/architecture.md: what it is for and who implements it";
        assert_eq!(interfaces_without_a_row(&files), [Finding::new("wit/tasks.wit", EXPLAINED, mend)]);
    }
}

//! The host's command line as the demo uses it: run before the reader's eyes for what it says, and once more with
//! `--format json` where the demo itself must know.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::outline::{self, Outline};
use crate::say;
use crate::shell;

/// The name of the source in the demo.
pub(super) const SOURCE: &str = "feihua";

/// How a command ended, by its documented exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Done,
    Failed,
}

impl Ending {
    const fn code(self) -> i32 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
        }
    }
}

/// A row of the history, as far as the demo looks at it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Run {
    pub(super) id: String,
    pub(super) state: String,
    pub(super) counters: Counters,
    pub(super) failure: Option<Failure>,
}

/// Why a run could not go on.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Failure {
    /// Who must act.
    pub(super) kind: String,
}

/// The list of runs, newest first.
#[derive(Deserialize)]
struct Runs {
    runs: Vec<Run>,
}

/// What one run did.
#[derive(Deserialize)]
struct Detail {
    changes: Vec<Change>,
}

#[derive(Deserialize)]
struct Change {
    key: Key,
    name: Option<String>,
    action: String,
    attributes: Vec<Attribute>,
}

#[derive(Deserialize)]
struct Key {
    resource_type: String,
    external_id: String,
}

#[derive(Deserialize)]
struct Attribute {
    path: String,
    before: Option<Value>,
    after: Option<Value>,
}

/// A run's counters, all of them, so that one too many is seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Counters {
    pub(super) read: u64,
    pub(super) created: u64,
    pub(super) updated: u64,
    pub(super) unchanged: u64,
    pub(super) skipped: u64,
    pub(super) rejected: u64,
    pub(super) deactivated: u64,
    pub(super) deleted: u64,
    pub(super) kept: u64,
}

/// The binary, and what each of its commands is given.
#[derive(Debug)]
pub(super) struct Rollcall {
    pub(super) root: PathBuf,
    /// As one would type it at the root.
    pub(super) binary: String,
    pub(super) source_file: String,
    pub(super) data: String,
    /// Names and values; the values are shown nowhere.
    pub(super) secrets: Vec<(&'static str, String)>,
}

impl Rollcall {
    /// `rollcall check`.
    pub(super) fn check(&self) -> Result<()> {
        self.show(&["check", "--source", &self.source_file], Ending::Done)
    }

    /// `rollcall sync`; the answer is the run it left in the history.
    pub(super) fn sync(&self, ending: Ending) -> Result<Run> {
        self.show(&["sync", "--source", &self.source_file, "--data", &self.data], ending)?;
        self.newest_run()
    }

    /// `rollcall history`, of one run or of all.
    pub(super) fn history(&self, run: Option<&Run>) -> Result<()> {
        let mut words = vec!["history"];
        words.extend(run.map(|run| run.id.as_str()));
        words.extend(self.of_source());
        self.show(&words, Ending::Done)
    }

    /// `rollcall directory tree`.
    pub(super) fn tree(&self) -> Result<()> {
        let words: Vec<&str> = ["directory", "tree"].into_iter().chain(self.of_source()).collect();
        self.show(&words, Ending::Done)
    }

    /// What the platform holds now, by `rollcall directory export`.
    pub(super) fn outline(&self) -> Result<Outline> {
        let words: Vec<&str> =
            ["directory", "export", "--departed"].into_iter().chain(self.of_source()).collect();
        outline::read(&shell::read(&mut self.command(&words))?)
    }

    /// What a run changed, a sentence each, for example `updated Department R&D: displayName "R&D" to "Research"`.
    pub(super) fn changes(&self, run: &Run) -> Result<Vec<String>> {
        let words: Vec<&str> = ["history", &run.id].into_iter().chain(self.of_source()).collect();
        let detail: Detail = self.json(&words)?;
        Ok(detail.changes.iter().map(sentence).collect())
    }

    fn newest_run(&self) -> Result<Run> {
        let words: Vec<&str> = ["history"].into_iter().chain(self.of_source()).collect();
        let Runs { runs } = self.json(&words)?;
        runs.into_iter().next().context("the history is empty after a run")
    }

    /// Run it silently, for what it says to programs.
    fn json<T: DeserializeOwned>(&self, words: &[&str]) -> Result<T> {
        let mut command = self.command(words);
        let answer = shell::read(command.args(["--format", "json"]))?;
        serde_json::from_str(&answer)
            .with_context(|| format!("`{}` answered something unknown: {answer}", shell::shown(&command)))
    }

    fn of_source(&self) -> [&str; 4] {
        ["--source", SOURCE, "--data", &self.data]
    }

    /// Run it before the reader's eyes.
    fn show(&self, words: &[&str], expected: Ending) -> Result<()> {
        let mut command = self.command(words);
        let shown = self.shown(words);
        say::command(&shown);
        let status = command.status().with_context(|| format!("`{shown}` cannot be started"))?;
        if status.code() != Some(expected.code()) {
            bail!("`{shown}` ended with {status}, expected {}", expected.code());
        }
        Ok(())
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(self.root.join(&self.binary));
        command.current_dir(&self.root).args(words).stdin(Stdio::null());
        // Nothing of the machine's may change what is shown.
        command.env_remove("RUST_LOG").env("LC_ALL", "C.UTF-8");
        command.envs(self.secrets.iter().map(|(name, value)| (name, value)));
        command
    }

    fn shown(&self, words: &[&str]) -> String {
        shell::shown(Command::new(&self.binary).args(words))
    }
}

/// Attributes only where the object was there before and still is: the others are the whole object.
fn sentence(change: &Change) -> String {
    let Change { key: Key { resource_type, external_id }, name, action, attributes } = change;
    let subject = format!("{action} {resource_type} {}", name.as_ref().unwrap_or(external_id));
    let [true, false] = [action == "updated", attributes.is_empty()] else { return subject };
    let value = |value: &Option<Value>| value.as_ref().map_or_else(|| "nothing".to_owned(), Value::to_string);
    let attributes = attributes
        .iter()
        .map(|Attribute { path, before, after }| format!("{path} {} to {}", value(before), value(after)));
    format!("{subject}: {}", attributes.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(change: &str, expected: &str) {
        assert_eq!(sentence(&serde_json::from_str(change).unwrap()), expected);
    }

    #[test]
    fn an_updated_object_is_told_by_its_attributes() {
        check(
            r#"{"number":1,"key":{"resource_type":"User","external_id":"a"},"name":"Li","action":"updated",
               "attributes":[{"path":"title","before":null,"after":"Boss"},{"path":"x","before":1,"after":2}]}"#,
            r#"updated User Li: title nothing to "Boss", x 1 to 2"#,
        );
    }

    #[test]
    fn a_new_object_is_told_by_its_name_alone() {
        check(
            r#"{"key":{"resource_type":"User","external_id":"a"},"name":"Li","action":"created",
               "attributes":[{"path":"title","before":null,"after":"Boss"}]}"#,
            "created User Li",
        );
    }
}

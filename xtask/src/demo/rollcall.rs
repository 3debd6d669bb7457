//! The host's command line as the demo uses it: run before the reader's eyes for what it says, and once more with
//! `--format json` where the demo itself must know.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::outline::{self, Outline};
use crate::say;
use crate::shell;

/// Why: everything arrives within a second or two; longer than this it does not arrive, and the demo must end.
const PATIENCE: Duration = Duration::from_secs(30);

/// Between two looks at what the platform holds.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);

/// How a command ended, by its documented exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
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
pub(crate) struct Run {
    pub(crate) id: String,
    /// What it read: "full", "events" or "refresh".
    pub(crate) kind: String,
    pub(crate) trigger: String,
    pub(crate) state: String,
    pub(crate) counters: Counters,
    pub(crate) failure: Option<Failure>,
}

/// Why a run could not go on.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Failure {
    /// Who must act.
    pub(crate) kind: String,
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
pub(crate) struct Counters {
    pub(crate) read: u64,
    pub(crate) created: u64,
    pub(crate) updated: u64,
    pub(crate) unchanged: u64,
    pub(crate) skipped: u64,
    pub(crate) rejected: u64,
    pub(crate) deactivated: u64,
    pub(crate) deleted: u64,
    pub(crate) kept: u64,
    pub(crate) held: u64,
}

impl Counters {
    /// Both together.
    pub(crate) const fn plus(self, other: &Self) -> Self {
        Self {
            read: self.read.saturating_add(other.read),
            created: self.created.saturating_add(other.created),
            updated: self.updated.saturating_add(other.updated),
            unchanged: self.unchanged.saturating_add(other.unchanged),
            skipped: self.skipped.saturating_add(other.skipped),
            rejected: self.rejected.saturating_add(other.rejected),
            deactivated: self.deactivated.saturating_add(other.deactivated),
            deleted: self.deleted.saturating_add(other.deleted),
            kept: self.kept.saturating_add(other.kept),
            held: self.held.saturating_add(other.held),
        }
    }

    /// Whether anything came, changed or went.
    pub(crate) const fn changed(&self) -> bool {
        0 < self.created || 0 < self.updated || 0 < self.deactivated || 0 < self.deleted
    }
}

/// The list of events.
#[derive(Deserialize)]
struct Events {
    events: Vec<Event>,
}

#[derive(Deserialize)]
struct Event {
    kind: String,
    took_ms: Option<u64>,
}

/// What waits to be acted on, of `rollcall status`.
#[derive(Deserialize)]
struct Status {
    counts: Counts,
}

#[derive(Deserialize)]
struct Counts {
    waiting: u64,
    failed: u64,
}

/// The binary, and what each of its commands is given.
#[derive(Clone, Debug)]
pub(crate) struct Rollcall {
    pub(crate) root: PathBuf,
    /// As one would type it at the root.
    pub(crate) binary: String,
    pub(crate) data: String,
    /// Names and values; the values are shown nowhere.
    pub(crate) secrets: Vec<(&'static str, String)>,
}

/// One source, as the binary knows it.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) rollcall: Rollcall,
    pub(crate) name: &'static str,
    /// The key of its application.
    pub(crate) app_key: String,
    /// As one would type it at the root.
    pub(crate) file: String,
    /// What the history calls the way in which its changes arrive.
    pub(crate) trigger: &'static str,
}

impl Source {
    /// `rollcall check`.
    pub(crate) fn check(&self) -> Result<()> {
        self.rollcall.show(&["check", "--source", &self.file], Ending::Done)
    }

    /// `rollcall sync`; the answer is the run it left in the history.
    pub(crate) fn sync(&self, ending: Ending) -> Result<Run> {
        self.rollcall.show(&["sync", "--source", &self.file, "--data", &self.rollcall.data], ending)?;
        self.runs()?.into_iter().next().context("the history is empty after a run")
    }

    /// `rollcall history`, of one run or of all.
    pub(crate) fn history(&self, run: Option<&Run>) -> Result<()> {
        let mut words = vec!["history"];
        words.extend(run.map(|run| run.id.as_str()));
        words.extend(self.in_data());
        self.rollcall.show(&words, Ending::Done)
    }

    /// `rollcall directory tree`.
    pub(crate) fn tree(&self) -> Result<()> {
        let words: Vec<&str> = ["directory", "tree"].into_iter().chain(self.in_data()).collect();
        self.rollcall.show(&words, Ending::Done)
    }

    /// `rollcall status`.
    pub(crate) fn status(&self) -> Result<()> {
        let words: Vec<&str> = ["status"].into_iter().chain(self.in_data()).collect();
        self.rollcall.show(&words, Ending::Done)
    }

    /// What the platform holds now, by `rollcall directory export`.
    pub(crate) fn outline(&self) -> Result<Outline> {
        let words: Vec<&str> =
            ["directory", "export", "--departed"].into_iter().chain(self.in_data()).collect();
        outline::read(&shell::read(&mut self.rollcall.command(&words))?)
    }

    /// What a run changed, a sentence each, for example `updated Department R&D: displayName "R&D" to "Research"`.
    pub(crate) fn changes(&self, run: &Run) -> Result<Vec<String>> {
        let words: Vec<&str> = ["history", &run.id].into_iter().chain(self.in_data()).collect();
        let detail: Detail = self.rollcall.json(&words)?;
        Ok(detail.changes.iter().map(sentence).collect())
    }

    /// The rows of the history, newest first.
    pub(crate) fn runs(&self) -> Result<Vec<Run>> {
        let words: Vec<&str> = ["history"].into_iter().chain(self.in_data()).collect();
        Ok(self.rollcall.json::<Runs>(&words)?.runs)
    }

    /// From the birth of each event of this kind until its change was stored, in milliseconds, by `rollcall events list`.
    ///
    /// # Errors
    ///
    /// When one of them is not settled.
    pub(crate) fn took_ms(&self, kind: &str) -> Result<Vec<u64>> {
        let of_kind = self.events()?.into_iter().filter(|event| event.kind == kind);
        of_kind.map(|event| event.took_ms.context("an event is not settled")).collect()
    }

    /// How many events of this kind are kept.
    pub(crate) fn n_events(&self, kind: &str) -> Result<usize> {
        Ok(self.events()?.iter().filter(|event| event.kind == kind).count())
    }

    fn events(&self) -> Result<Vec<Event>> {
        let words: Vec<&str> = ["events", "list", "--all"].into_iter().chain(self.in_data()).collect();
        Ok(self.rollcall.json::<Events>(&words)?.events)
    }

    /// The newest run that read everything; none when nothing is known of the source yet.
    pub(crate) fn import(&self) -> Result<Option<Run>> {
        if !self.is_known() {
            return Ok(None);
        }
        Ok(self.runs()?.into_iter().find(|run| run.kind == "full"))
    }

    /// Wait until the platform holds this and nothing waits to be acted on. The rows that are new since `known`, oldest
    /// first.
    ///
    /// # Errors
    ///
    /// When it does not come to that.
    pub(crate) fn arrived(&self, expected: &Outline, known: &[Run]) -> Result<Vec<Run>> {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            if self.is_known() && self.outline()? == *expected && self.is_at_rest()? {
                let is_new = |run: &Run| known.iter().all(|known| known.id != run.id);
                let mut runs: Vec<Run> = self.runs()?.into_iter().filter(is_new).collect();
                runs.reverse();
                return Ok(runs);
            }
            thread::sleep(LOOK_INTERVAL);
        }
        bail!(
            "after {} s the platform does not hold what it must (-) or more (+) from {}: {:#?}",
            PATIENCE.as_secs(),
            self.name,
            outline::difference(expected, &self.outline()?)
        )
    }

    /// A source is known from its first run on.
    fn is_known(&self) -> bool {
        let words: Vec<&str> = ["history"].into_iter().chain(self.in_data()).collect();
        self.rollcall.root.join(&self.rollcall.data).join("rollcall.db").exists()
            && shell::read(self.rollcall.command(&words).args(["--format", "json"])).is_ok()
    }

    fn is_at_rest(&self) -> Result<bool> {
        let words: Vec<&str> = ["status"].into_iter().chain(self.in_data()).collect();
        let Status { counts } = self.rollcall.json(&words)?;
        if 0 < counts.failed {
            bail!("{} events of {} were given up", counts.failed, self.name);
        }
        Ok(counts.waiting == 0 && self.runs()?.iter().all(|run| run.state != "running"))
    }

    fn in_data(&self) -> [&str; 4] {
        ["--source", self.name, "--data", &self.rollcall.data]
    }
}

impl Rollcall {
    /// Run it silently, for what it says to programs.
    fn json<T: DeserializeOwned>(&self, words: &[&str]) -> Result<T> {
        let mut command = self.command(words);
        let answer = shell::read(command.args(["--format", "json"]))?;
        serde_json::from_str(&answer)
            .with_context(|| format!("`{}` answered something unknown: {answer}", shell::shown(&command)))
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

    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(self.root.join(&self.binary));
        command.current_dir(&self.root).args(on_this_machine(words)).stdin(Stdio::null());
        // Nothing of the machine's may change what is shown.
        command.env_remove("RUST_LOG").env("LC_ALL", "C.UTF-8");
        command.envs(self.secrets.iter().map(|(name, value)| (name, value)));
        command
    }

    pub(crate) fn shown(&self, words: &[&str]) -> String {
        shell::shown(Command::new(&self.binary).args(on_this_machine(words)))
    }
}

/// The same words of a command that asks sources for something, whose world is on this machine.
fn on_this_machine<'w>(words: &[&'w str]) -> Vec<&'w str> {
    let dials = words.first().is_some_and(|command| ["check", "sync", "serve"].contains(command));
    words.iter().copied().chain(dials.then_some("--allow-private-addresses")).collect()
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

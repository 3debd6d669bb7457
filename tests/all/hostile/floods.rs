//! A connector that never has enough, of the disk, of the memory or of whoever reads, gets as much as an honest one needs, and
//! the rest of the host goes on. What the built program does is tried over any build, with today's connector.

use super::Stage;
use crate::following::feihua;
use crate::harness::built;
use crate::harness::program::{Ended, Office};
use rollcall_host::history::{Counters, RunState};
use rollcall_host::model::{Progress, Severity};
use rollcall_host::observe::Observer;
use rollcall_host::{Cancel, EngineOptions, RunOptions, RunReport};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// An import of a source that floods, by the built program.
fn imported(behaviour: &str, n: usize, words: &str) -> (Office, Ended) {
    let office = Office::new(feihua());
    let connector = built::todays_component("hostile");
    office.write(
        "hostile.toml",
        &format!(
            "name = \"hostile\"\nconnector = \"{}\"\n[settings]\nbehaviour = \"{behaviour}\"\nn = \"{n}\"\n",
            connector.display()
        ),
    );
    let ended = office.run(&format!("sync --source hostile.toml DATA {words}"));
    (office, ended)
}

#[track_caller]
fn failed_as_too_large(ended: Ended) -> Value {
    let run = ended.with_code(1).json()["run"].clone();
    let failure = &run["failure"];
    assert_eq!(failure["diagnosis"]["code"], "run-too-large", "{run:#}");
    assert!(failure["diagnosis"]["remedy"].is_string(), "{run:#}");
    run
}

fn n_exported(office: &Office) -> usize {
    office.run("directory export --source hostile DATA").with_code(0).stdout.lines().count()
}

#[test]
fn a_program_ends_an_import_that_puts_one_object_again_and_again() {
    let (office, ended) = imported("put-again", 2000, "--format json");
    let run = failed_as_too_large(ended);
    assert_eq!((&run["counters"]["created"], n_exported(&office)), (&json!(1), 1));
}

#[test]
fn a_program_ends_an_import_that_writes_without_an_end_and_keeps_what_was_there() {
    let (office, ended) = imported("put-large", 800, "--format json");
    let run = failed_as_too_large(ended);
    let told = run["failure"]["diagnosis"]["message"].as_str().expect("it is told");
    assert!(told.contains("256 MiB about 10 objects"), "{told}");
    assert_eq!((&run["counters"]["created"], n_exported(&office)), (&json!(10), 10));
}

/// Have the runs so far have written so much, as the database counts them.
fn wrote_lately(database: &Path, n_bytes: u64) {
    let database = rusqlite::Connection::open(database).expect("the database opens");
    let n_bytes = i64::try_from(n_bytes).expect("it is a number of bytes");
    let updated = database.execute("UPDATE run SET written_bytes = ?1", [n_bytes]).expect("it is written");
    assert_eq!(updated, 1);
}

#[test]
fn a_program_ends_imports_that_each_write_little_and_too_much_together() {
    let (office, ended) = imported("put-large", 20, "--format json");
    ended.with_code(0);
    let again = |expected_code: i32| {
        let ended = office.run("sync --source hostile.toml DATA --format json").with_code(expected_code);
        ended.json()["run"].clone()
    };
    // 1 GiB, and 128 KiB for each of the ten that are held: the first of its large documents is too much.
    wrote_lately(&office.path("data/rollcall.db"), (1 << 30) + (1 << 20));
    let run = again(1);
    let failure = &run["failure"]["diagnosis"];
    assert_eq!(failure["code"], "source-too-large", "{run:#}");
    let told = failure["message"].as_str().expect("it is told");
    assert!(told.contains("more than 1025 MiB within 7 days"), "{told}");
    assert_eq!(run["counters"]["updated"], 0, "{run:#}");
    assert_eq!(n_exported(&office), 10);
}

#[test]
fn a_source_that_wrote_too_much_is_not_read_until_a_person_is_at_it() {
    let stage = Stage::new();
    let sync = |options| flood(&stage, "put-large", 20, options);
    assert_eq!(sync(RunOptions::default()).state, RunState::Succeeded);
    wrote_lately(&stage.platform.folder().join("rollcall.db"), 2 << 30);
    let refused = sync(RunOptions { dry_run: true, attended: true, ..RunOptions::default() });
    let failure = refused.failure.expect("a preview decides nothing").diagnosis;
    assert_eq!((failure.code.as_str(), refused.counters.read), ("source-too-large", 0));
    let [english, chinese] = ["en", "zh-CN"].map(|language| failure.localized(language));
    assert!(english.remedy.is_some_and(|remedy| remedy.contains("start an import yourself")), "{english:?}");
    assert!(chinese.remedy.is_some_and(|remedy| remedy.contains("手动导入")), "{chinese:?}");
    let attended = sync(RunOptions { attended: true, ..RunOptions::default() });
    assert_eq!((attended.state, attended.counters.updated), (RunState::Succeeded, 10));
    // What was written before is not counted any more.
    assert_eq!(sync(RunOptions::default()).state, RunState::Succeeded);
}

#[test]
fn a_program_keeps_so_many_bytes_of_entries_and_counts_the_rest() {
    let (_, ended) = imported("entries-large", 200, "--format json");
    let run = ended.with_code(0).json()["run"].clone();
    let n_dropped = run["n_entries_dropped"].as_u64().expect("it is a number");
    assert!((100..200).contains(&n_dropped), "{n_dropped} of 200 were not kept");
}

#[test]
fn a_program_writes_a_few_lines_of_a_flood_of_progress() {
    let (_, ended) = imported("progress", 300_000, "");
    let n_lines = ended.stderr.lines().count();
    assert!((1..600).contains(&n_lines), "{n_lines} lines");
    ended.with_code(0);
}

/// How far a run is, as an observer hears it; and it is cancelled as soon as it says this.
struct Heard {
    phases: Mutex<Vec<String>>,
    cancel_at: &'static str,
    cancel: Cancel,
}

impl Heard {
    fn new(cancel_at: &'static str) -> Arc<Self> {
        Arc::new(Self { phases: Mutex::default(), cancel_at, cancel: Cancel::new() })
    }

    fn options(self: &Arc<Self>) -> RunOptions {
        RunOptions { observer: self.clone(), cancel: self.cancel.clone(), ..RunOptions::default() }
    }
}

impl Observer for Heard {
    fn progress(&self, progress: Option<&Progress>, _counters: &Counters) {
        let phase = progress.map(|progress| progress.phase.clone()).unwrap_or_default();
        if phase == self.cancel_at {
            self.cancel.cancel();
        }
        self.phases.lock().expect("nobody panics").push(phase);
    }
}

fn flood(stage: &Stage, behaviour: &str, n: usize, options: RunOptions) -> RunReport {
    let source = stage.source("hostile", json!({ "behaviour": behaviour, "n": n.to_string() }));
    stage.platform.sync(&source, options)
}

#[test]
fn a_run_that_wrote_as_much_as_it_may_says_so_in_both_languages() {
    let stage = Stage::new();
    let report = flood(&stage, "put-again", 2000, RunOptions::default());
    let failure = report.failure.expect("it was ended");
    let [english, chinese] = ["en", "zh-CN"].map(|language| failure.diagnosis.localized(language));
    assert_eq!(
        english.message,
        "the run was ended because it changed User \"again\" more than 100 times; what it had written stays"
    );
    assert!(chinese.message.starts_with("本次运行对 User \"again\" 的改动超过 100 次"), "{chinese:?}");
    assert!(english.remedy.is_some() && chinese.remedy.is_some());
    // As new, and a hundred times again.
    assert_eq!(stage.platform.changes(&report.run).len(), 101);
    stage.assert_alive();
}

#[test]
fn a_preview_is_held_to_the_same() {
    let stage = Stage::new();
    let options = RunOptions { dry_run: true, ..RunOptions::default() };
    let report = flood(&stage, "put-again", 2000, options);
    assert_eq!(report.failure.map(|failure| failure.diagnosis.code).as_deref(), Some("run-too-large"));
    assert_eq!(stage.platform.documents("hostile").len(), 0);
}

#[test]
fn of_a_flood_of_progress_an_observer_hears_the_first_and_the_last() {
    let stage = Stage::new();
    let heard = Heard::new("never");
    let report = flood(&stage, "progress", 300_000, heard.options());
    assert_eq!(report.state, RunState::Succeeded);
    let phases = heard.phases.lock().expect("nobody panics").clone();
    assert!(phases.len() < 600, "{} times", phases.len());
    assert_eq!((phases[0].as_str(), phases[phases.len() - 1].as_str()), ("one thing", "another"));
}

#[test]
fn connectors_together_have_so_much_memory_and_what_one_leaves_another_takes() {
    let stage = Stage::with(EngineOptions { memory_budget_bytes: 96 << 20, ..EngineOptions::default() });
    let hoard = |name: &str| stage.source(name, json!({ "behaviour": "hoard", "n": "60" }));
    let (first, second) = (hoard("first"), hoard("second"));
    let (held, refused) = stage.platform.wait(async {
        let heard = Heard::new("never");
        let first = stage.platform.host.sync(&first, heard.options());
        let second = async {
            while heard.phases.lock().expect("nobody panics").is_empty() {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
            let refused = stage.platform.host.sync(&second, RunOptions::default()).await;
            heard.cancel.cancel();
            refused
        };
        tokio::join!(first, second)
    });
    assert_eq!(held.expect("there is a run").state, RunState::Cancelled);
    let failure = refused.expect("there is a run").failure.expect("it had no memory");
    assert_eq!(failure.diagnosis.code, "host-out-of-memory", "{failure:?}");
    assert!(failure.diagnosis.localized("zh-CN").remedy.is_some());
    let now = Heard::new("hoarding");
    let report = stage.platform.sync(&second, now.options());
    assert_eq!(report.state, RunState::Cancelled, "{report:?}");
    assert!(stage.platform.entries(&report.run, Severity::Error).is_empty());
}

//! How long whoever pushes waits for the answer while a full run goes on. The pushes are made by the simulator, and sent and
//! timed here, so that the simulator's own work is in no figure.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, anyhow, bail};
use serde_json::{Value, json};

use super::table::{Row, Table};
use super::{disk, imports};
use crate::components::Profile;
use crate::demo::{self, Lines, Run, Scene, SealedPush, Serving, Source, Way};
use crate::say;
use crate::workspace::Workspace;

/// What is imported, as the simulator's `--company` wants it: 1,200 departments and 12,000 people.
const COMPANY: &str = "generated:1:1200:12000";

/// So many requests a second may be made of DingTalk, as a line of the settings.
///
/// 60. Why: the import lasts some 20 s, in which a thousand events are pushed.
const REQUESTS_PER_SECOND: &str = "requests_per_second = 60\n";

/// Time between two pushes.
///
/// 20 ms. Why: a company of this size in uproar; and no push waits for the answer to the one before.
const PAUSE: Duration = Duration::from_millis(20);

/// The kind of event that is pushed.
const KIND: &str = "user_modify_org";

/// From connecting until the answer was read.
///
/// # Errors
///
/// When something cannot be built or started, a push that was acknowledged was not kept, or the import fails.
pub(super) fn measure(workspace: &Workspace, folder: &Path) -> Result<Table> {
    let scene = Scene::open(workspace, folder, Profile::Release, COMPANY)?;
    let application = scene.simulator.application()?;
    let rollcall = scene.rollcall(&[(Way::Push, &application)]);
    let source = scene.source(&rollcall, "large-push", (Way::Push, &application), REQUESTS_PER_SECOND)?;
    // What is measured is not how an import copes with limits.
    scene.simulator.change_quietly(&json!({"set_qps": {"app_key": source.app_key, "qps": 0}}))?;
    let serving = Serving::start(std::slice::from_ref(&source), Lines::Hidden)?;
    demo::subscribe(&source, &scene.simulator, &serving)?;
    say::head(&format!("Push one event every {} ms while the import goes on", PAUSE.as_millis()));
    let began = Instant::now();
    let next = |n: u64| -> Result<SealedPush> {
        scene.simulator.sealed_push(&source.app_key, &message(&application.corp_id, n)?)
    };
    let Measured { run, answers, disk } = while_it_imports(&source, folder, next)?;
    let n_acknowledged = answers.iter().filter(|answer| answer.status == 200).count();
    say::note(&format!(
        "the import read {} objects in {:.1} s; {} events were pushed, {n_acknowledged} of them acknowledged",
        run.counters.read,
        began.elapsed().as_secs_f64(),
        answers.len()
    ));
    serving.stop()?;
    let n_kept = source.n_events(KIND)?;
    // What was kept and not acknowledged in time is sent again, and known then.
    if n_kept < n_acknowledged {
        bail!("{n_acknowledged} pushes were acknowledged and {n_kept} were kept");
    }
    let took = answers.into_iter().map(|answer| answer.took).collect();
    let title = "From sending a push until its answer was there, while an import went on";
    Ok(Table {
        title,
        rows: vec![Row { name: source.name, took }, Row { name: "disk alone", took: disk }],
        limit: None,
    })
}

struct Measured {
    run: Run,
    answers: Vec<Answer>,
    disk: Vec<Duration>,
}

/// Send pushes until the import is over.
fn while_it_imports(
    source: &Source,
    folder: &Path,
    next: impl Fn(u64) -> Result<SealedPush>,
) -> Result<Measured> {
    let is_over = AtomicBool::new(false);
    thread::scope(|threads| {
        let import = threads.spawn(|| {
            let ended = imports::ended(source, None);
            is_over.store(true, Ordering::Relaxed);
            ended
        });
        let disk = threads.spawn(|| disk::watch(folder, &is_over));
        let mut sent = Vec::new();
        let mut due = Instant::now();
        for n in 0.. {
            if is_over.load(Ordering::Relaxed) {
                break;
            }
            let push = next(n)?;
            sent.push(threads.spawn(move || send(&push)));
            due += PAUSE;
            thread::sleep(due.saturating_duration_since(Instant::now()));
        }
        let answers = sent.into_iter().map(joined).collect::<Result<_>>()?;
        Ok(Measured { run: joined(import)?, answers, disk: joined(disk)? })
    })
}

fn joined<T>(thread: ScopedJoinHandle<'_, Result<T>>) -> Result<T> {
    thread.join().map_err(|_| anyhow!("a thread of the measurement panicked"))?
}

/// What came of one push.
struct Answer {
    status: u16,
    /// How long it waited.
    took: Duration,
}

fn send(SealedPush { url, body }: &SealedPush) -> Result<Answer> {
    let began = Instant::now();
    let status = demo::post(url, body)?;
    Ok(Answer { status, took: began.elapsed() })
}

/// Each about somebody else, so that none is a repeat.
fn message(corp_id: &str, n: u64) -> Result<Value> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).context("this machine's clock is before 1970")?;
    Ok(json!({
        "EventType": KIND,
        "CorpId": corp_id,
        "UserId": [format!("nobody{n}")],
        "TimeStamp": now.as_millis().to_string(),
        "eventId": format!("event{n}"),
    }))
}

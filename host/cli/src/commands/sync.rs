//! `rollcall sync`, `approve` and `undo`: one run of a source, watched. `rollcall refresh` makes its own through here.
//!
//! JSON: `{"run", "n_warnings", "n_errors"}`, `run` as in `rollcall history`; of `undo` also `first_refusals`; of a run that holds
//! something, `removals`: the number with which it is approved.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rollcall_host::cancel::Cancel;
use rollcall_host::egress::Reach;
use rollcall_host::engine::{Engine, EngineOptions};
use rollcall_host::history::{History, Run, RunKind, RunState};
use rollcall_host::host::Host;
use rollcall_host::inbox::{Inbox, Note};
use rollcall_host::model::{Entry, Failure, Key, RunId};
use rollcall_host::run::{Removals, RunOptions};
use rollcall_host::source::Source;
use rollcall_host::{Approving, Identities, Which};
use rollcall_sqlite::SqliteStore;
use serde::Serialize;

use super::confirm::{self, HeldRun};
use crate::args::{Approve, Format};
use crate::data;
use crate::exit::{self, Exit, Stop};
use crate::messages;
use crate::progress::{ProgressLine, ProgressStyle};
use crate::screen::Screen;
use crate::signals;
use crate::source_file::{Configured, Places};
use crate::view::{self, changes, runs};
use crate::watch::{Log, Watch};

/// How long an import waits for a source that is busy.
///
/// 10 s. Why: a batch of events is over by then; whoever meets a full run would rather know.
const SYNC_WAIT: Duration = Duration::from_secs(10);

/// How long a refresh waits.
///
/// 2 s. Why: whoever asks about one object wants an answer now.
const REFRESH_WAIT: Duration = Duration::from_secs(2);

/// How an import is made.
#[derive(Clone, Copy)]
pub(crate) struct Import<'a> {
    /// The folder that holds what is imported.
    pub(crate) data: &'a Path,
    /// How far its requests may reach.
    pub(crate) reach: Reach,
    /// Whether it only records what it would do.
    pub(crate) dry_run: bool,
    /// What may leave beyond what is usual.
    pub(crate) removals: Removals,
    /// What is brought in line, or put back.
    pub(crate) what: What<'a>,
    /// Whether there are logs on stderr, beside which no line can be redrawn.
    pub(crate) logs: bool,
}

/// What a run is about.
#[derive(Clone, Copy)]
pub(crate) enum What<'a> {
    /// Everything that the source has.
    Everything,
    /// These objects.
    Objects(&'a [Key]),
    /// What a run held is asked about again.
    Approve(&'a Approve),
    /// What this run changed is put back.
    Undo(&'a RunId),
}

/// An import that was made.
pub(super) struct Imported {
    pub(super) store: Arc<SqliteStore>,
    pub(super) host: Host,
    pub(super) source: Source,
    /// The name of the source's file.
    file: String,
    pub(super) run: Run,
    pub(super) log: Log,
}

/// How a run went, for programs.
#[derive(Serialize)]
struct SyncReport<'a> {
    run: &'a Run,
    n_warnings: u64,
    n_errors: u64,
    /// Of a run that holds something, how many objects would be removed if it is approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    removals: Option<u64>,
    /// Of an undo, what could not be put back.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_refusals: Option<&'a [Entry]>,
}

/// Import a source and show how it went.
pub(crate) async fn sync(screen: &Screen, configured: Configured, import: &Import<'_>) -> Result<Exit, Stop> {
    let imported = self::import(screen, configured, import).await?;
    let held = HeldRun::of(&imported).await?;
    let Imported { store, run, log, .. } = &imported;
    let has_read = matches!(run.state, RunState::Succeeded | RunState::Partial | RunState::Held);
    if has_read && run.kind == RunKind::Full && !run.dry_run {
        // Whatever had stopped the source is over, or whoever follows it finds that it is not.
        store.note(&run.source, &Note::Stopped(None)).await?;
    }
    match screen.format {
        Format::Json => {
            let Log { n_warnings, n_errors, first_errors } = log;
            let first_refusals = (run.kind == RunKind::Undo).then_some(first_errors.as_slice());
            let removals = held.as_ref().map(HeldRun::n_removals);
            screen.json(&SyncReport {
                run,
                n_warnings: *n_warnings,
                n_errors: *n_errors,
                removals,
                first_refusals,
            })?;
        }
        Format::Text => screen.lines(summary(screen, run, log, import.data))?,
    }
    match held {
        Some(held) if screen.format == Format::Text => decide(screen, &imported, import, &held).await,
        Some(_) | None => Ok(exit_of(run.state)),
    }
}

/// Say how a person decides about what a run held, and on a terminal ask at once.
async fn decide(
    screen: &Screen,
    imported: &Imported,
    import: &Import<'_>,
    held: &HeldRun,
) -> Result<Exit, Stop> {
    let run = &imported.run;
    let can_ask = held.can_be_asked_about() && confirm::is_on_terminal();
    let confirmed = if can_ask { confirm::ask(screen, &held.would_leave)? } else { None };
    let Some(n) = confirmed else {
        screen.lines(held.how_to_decide(&imported.file, import, run, screen))?;
        return Ok(exit_of(run.state));
    };
    let (run, which) = (run.id.clone(), Which::Waiting);
    let approve = Approve { run, which, identities: Identities::Weigh, confirm: Some(n) };
    let import = Import { what: What::Approve(&approve), removals: Removals::Weigh, ..*import };
    let (id, log) = watched(screen, &imported.host, &imported.source, &import).await?;
    let run = row(&imported.store, &imported.source, &id).await?;
    screen.lines(summary(screen, &run, &log, import.data))?;
    Ok(exit_of(run.state))
}

/// Import from a source, watched.
pub(super) async fn import(
    screen: &Screen,
    configured: Configured,
    import: &Import<'_>,
) -> Result<Imported, Stop> {
    let store = Arc::new(data::open_or_create(import.data)?);
    let options = EngineOptions {
        cache_dir: Some(data::cache(import.data)),
        reach: import.reach,
        ..EngineOptions::default()
    };
    let places = configured.places.clone();
    let engine = Engine::new(options)?;
    let source = super::source::load(&engine, configured).await?;
    let host = Host::new(engine, store.clone(), store.clone(), store.clone());
    let (id, log) = watched(screen, &host, &source, import).await?;
    let run = located(row(&store, &source, &id).await?, &places);
    Ok(Imported { store, host, source, file: places.file().to_owned(), run, log })
}

async fn row(store: &SqliteStore, source: &Source, id: &RunId) -> Result<Run, Stop> {
    store.run(id).await?.ok_or_else(|| {
        Stop::failed(exit::diagnosis("unknown-run", &messages::unknown_run(id, source.name())))
    })
}

/// Make the run, showing its progress and listening for signals.
async fn watched(
    screen: &Screen,
    host: &Host,
    source: &Source,
    import: &Import<'_>,
) -> Result<(RunId, Log), Stop> {
    let reader = screen.reader;
    let cancel = Cancel::new();
    let otherwise = match screen.format {
        Format::Json => ProgressStyle::Silent,
        Format::Text => ProgressStyle::Lines,
    };
    let way = ProgressStyle::for_stderr(import.logs, otherwise);
    let line_break = if way == ProgressStyle::Redraw { "\n" } else { "" };
    signals::listen(cancel.clone(), move || signals::tell_stopping(&reader, line_break))?;
    let approving = match import.what {
        What::Approve(approve) => confirm::approving(screen, host, source, approve).await?,
        What::Everything | What::Objects(_) | What::Undo(_) => Approving::default(),
    };
    let watch = Watch::begin(ProgressLine::new(reader, way));
    let observer = watch.observer();
    let wait = match import.what {
        What::Everything | What::Approve(_) | What::Undo(_) => SYNC_WAIT,
        What::Objects(_) => REFRESH_WAIT,
    };
    let Import { dry_run, removals, .. } = *import;
    let attended = confirm::is_on_terminal();
    let options = RunOptions { dry_run, removals, observer, cancel, wait, attended, ..RunOptions::default() };
    let report = match import.what {
        What::Everything => host.sync(source, options).await,
        What::Objects(keys) => host.refresh(source, keys.to_vec(), options).await,
        What::Approve(approve) => host.approve(source, &approve.run, approving, options).await,
        What::Undo(run) => host.undo(source, run, options).await,
    };
    let log = watch.end();
    Ok((report?.run, log))
}

/// The same run, whose failure says where in the source file a wrong setting stands.
fn located(run: Run, places: &Places) -> Run {
    let located = |failure: Failure| Failure { diagnosis: places.locate(failure.diagnosis), ..failure };
    Run { failure: run.failure.map(located), ..run }
}

/// How it went, and where to read more.
pub(super) fn summary(screen: &Screen, run: &Run, log: &Log, data: &Path) -> Vec<String> {
    let reader = &screen.reader;
    let cross = reader.sign("✗", "x");
    let mut lines = vec![runs::summary(run, reader)];
    if let Some(failure) = &run.failure {
        let told = view::diagnosis::lines(&failure.diagnosis, reader).join("\n");
        lines.push(format!("{cross} {told}"));
    }
    lines.extend(log.first_errors.iter().flat_map(|error| changes::entry(error, reader)));
    if 0 < log.n_warnings || 0 < log.n_errors {
        lines.push(messages::log_sum(log.n_errors, log.n_warnings).to(reader.language).to_owned());
    }
    let command = format!("rollcall history {} --source {} --data {}", run.id, run.source, quoted(data));
    lines.push(messages::where_to_read(command).to(reader.language).to_owned());
    lines
}

/// A path as a POSIX shell takes it.
pub(super) fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if path.chars().all(is_plain) { path } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

/// What the shell is told.
pub(super) fn exit_of(state: RunState) -> Exit {
    match state {
        RunState::Succeeded => Exit::Done,
        RunState::Partial => Exit::Partial,
        RunState::Held => Exit::Held,
        RunState::Running | RunState::Failed | RunState::Cancelled | RunState::Interrupted => Exit::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_quoted_where_a_shell_would_split_it() {
        assert_eq!(quoted(Path::new("/data/a-b_c.d")), "/data/a-b_c.d");
        assert_eq!(quoted(Path::new("it's here")), r"'it'\''s here'");
    }
}

//! How a source stands: what a list and its own page show, and what the API answers.
//!
//! Not here: how it is drawn.

use rollcall_browse::RunFilter;
use rollcall_host::history::{Run, RunKind, RunState};
use rollcall_host::inbox::{Following, InboxCounts};
use rollcall_host::model::{Diagnosis, SourceName, Timestamp};
use rollcall_host::proof::LeftOut;
use serde::Serialize;

use super::checks::Check;
use super::entry::{ConfiguredIn, SourceEntry};
use super::held::HeldRemovals;
use super::under_way::Unheard;
use crate::admin_error::AdminError;
use crate::services::Services;
use crate::sources::Sources;

/// Runs that are looked through for the last full one that has ended, and for the last that could tell what the view of its
/// source leaves out.
///
/// 20. Why: at most one of them is still under way, and a source of which so many in a row could not be read says so itself.
const FULL_RUNS: u32 = 20;

/// How a source stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct SourceStatus {
    pub(crate) name: SourceName,
    /// Where it is configured.
    pub(crate) origin: ConfiguredIn,
    /// Which connector it has; none when that cannot be loaded.
    pub(crate) connector: Option<ConnectorName>,
    pub(crate) state: State,
    /// Why it is broken.
    pub(crate) diagnosis: Option<Diagnosis>,
    /// Origins that an administrator has still to confirm.
    pub(crate) unconfirmed_origins: Vec<String>,
    /// Secrets that must be entered again, by the pointer of their fields.
    pub(crate) cleared: Vec<String>,
    /// Whether it has a schedule.
    pub(crate) has_schedule: bool,
    pub(crate) following: Following,
    pub(crate) events: InboxCounts,
    /// What is under way, with its progress.
    pub(crate) running: Option<Run>,
    /// The last full run that has ended and was no rehearsal.
    pub(crate) last_full_run: Option<Run>,
    /// Runs of which something waits for an administrator, newest first.
    pub(crate) held_runs: Vec<Run>,
    /// What its view leaves out of what is held here, if anything.
    pub(crate) left_out: Option<LeftOut>,
    /// What the newest of them would remove, if anything.
    pub(crate) would_leave: Option<Diagnosis>,
    /// Why what was last asked of it came to no run, if whoever asked was not told.
    pub(crate) unheard: Option<Unheard>,
    /// The latest check since the source was changed.
    pub(crate) check: Option<Check>,
}

/// What can be expected of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum State {
    /// It is followed.
    Followed,
    /// It was stopped and waits for an administrator.
    Stopped,
    /// It is configured, and an administrator has still to say that it be followed.
    Idle,
    /// An administrator has still to confirm where it may go.
    Unconfirmed,
    /// Secrets of it were taken away, because they would go elsewhere, and must be entered again.
    SecretsCleared,
    /// It cannot be used.
    Broken,
}

/// Which connector a source has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ConnectorName {
    pub(crate) id: String,
    /// What a person calls the source, in English.
    pub(crate) name: String,
    /// The same in other languages.
    pub(crate) names: Vec<(String, String)>,
    pub(crate) version: String,
    pub(crate) digest: String,
    /// Whether it can hear of changes as they happen.
    pub(crate) is_live: bool,
}

impl ConnectorName {
    /// What it is called in this language.
    pub(crate) fn localized(&self, language: &str) -> &str {
        let named = self.names.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(language));
        named.map_or(&self.name, |(_, name)| name)
    }
}

impl SourceStatus {
    /// When it is imported next. What is noted of a source that is not followed any more says nothing.
    pub(crate) fn next_run_at(&self) -> Option<Timestamp> {
        self.following.next_run_at.filter(|_| self.has_schedule)
    }

    /// Whether something waits for an administrator.
    pub(crate) fn is_held(&self) -> bool {
        !self.held_runs.is_empty()
    }
}

/// How this source stands.
pub(crate) async fn of(sources: &Sources, name: &SourceName) -> Result<SourceStatus, AdminError> {
    let entry = sources.entry(name).ok_or_else(AdminError::not_found)?;
    of_entry(sources, entry).await
}

/// How all of them stand, in order of name.
pub(crate) async fn of_all(sources: &Sources) -> Result<Vec<SourceStatus>, AdminError> {
    let mut all = Vec::new();
    for entry in sources.entries() {
        all.push(of_entry(sources, entry).await?);
    }
    Ok(all)
}

async fn of_entry(sources: &Sources, entry: SourceEntry) -> Result<SourceStatus, AdminError> {
    let (name, store) = (entry.name().clone(), sources.services().store());
    let following = store.following(&name).await?;
    let of_this = RunFilter { source: Some(name.clone()), ..RunFilter::default() };
    let running = RunFilter { state: Some(RunState::Running), ..of_this };
    let (full_runs, held_runs) =
        (full_runs(sources.services(), &name).await?, held_runs(sources.services(), &name).await?);
    Ok(SourceStatus {
        origin: entry.origin(),
        connector: entry.source().map(connector_name),
        state: state(&entry, &following),
        diagnosis: diagnosis(&entry),
        unconfirmed_origins: unconfirmed(&entry),
        cleared: cleared(&entry),
        has_schedule: matches!(&entry, SourceEntry::Followed(known) if known.schedule.is_some()),
        events: store.counts(&name).await?,
        running: store.runs_where(&running, None, 1).await?.pop(),
        would_leave: would_leave(sources.services(), held_runs.first()).await?,
        held_runs,
        left_out: LeftOut::by(&full_runs),
        last_full_run: full_runs.into_iter().find(|run| run.state != RunState::Running),
        unheard: sources.unheard(&name),
        check: sources.checked(&name),
        following,
        name,
    })
}

/// What the view of a source leaves out of what is held here, if anything.
pub(crate) async fn left_out(services: &Services, name: &SourceName) -> Result<Option<LeftOut>, AdminError> {
    Ok(LeftOut::by(&full_runs(services, name).await?))
}

/// The newest full runs that were no rehearsal, newest first.
async fn full_runs(services: &Services, name: &SourceName) -> Result<Vec<Run>, AdminError> {
    let (kind, dry_run) = (Some(RunKind::Full), Some(false));
    let full = RunFilter { source: Some(name.clone()), kind, dry_run, ..RunFilter::default() };
    Ok(services.store().runs_where(&full, None, FULL_RUNS).await?)
}

/// What this run would remove, if anything.
async fn would_leave(services: &Services, held: Option<&Run>) -> Result<Option<Diagnosis>, AdminError> {
    let Some(run) = held else { return Ok(None) };
    let held = HeldRemovals::of(services, run).await?;
    Ok(held.map(|held| held.would_leave).filter(|would_leave| 0 < would_leave.n()).map(|told| told.told()))
}

/// The host goes through the history for it, so it is asked only where there is anything to find.
async fn held_runs(services: &Services, name: &SourceName) -> Result<Vec<Run>, AdminError> {
    let state = Some(RunState::Held);
    let held = RunFilter { source: Some(name.clone()), state, dry_run: Some(false), ..RunFilter::default() };
    if services.store().runs_where(&held, None, 1).await?.is_empty() {
        return Ok(Vec::new());
    }
    Ok(services.host().held_runs(name).await?)
}

fn state(entry: &SourceEntry, following: &Following) -> State {
    match entry {
        SourceEntry::Followed(_) if following.stopped.is_some() => State::Stopped,
        SourceEntry::Followed(_) => State::Followed,
        SourceEntry::Idle(idle) if idle.unconfirmed.is_empty() => State::Idle,
        SourceEntry::Idle(_) => State::Unconfirmed,
        SourceEntry::Broken(broken) if !broken.cleared.is_empty() => State::SecretsCleared,
        SourceEntry::Broken(_) => State::Broken,
    }
}

fn cleared(entry: &SourceEntry) -> Vec<String> {
    match entry {
        SourceEntry::Broken(broken) => broken.cleared.iter().map(|cleared| cleared.pointer.clone()).collect(),
        SourceEntry::Followed(_) | SourceEntry::Idle(_) => Vec::new(),
    }
}

fn diagnosis(entry: &SourceEntry) -> Option<Diagnosis> {
    match entry {
        SourceEntry::Broken(broken) => Some(broken.diagnosis.clone()),
        SourceEntry::Followed(_) | SourceEntry::Idle(_) => None,
    }
}

fn unconfirmed(entry: &SourceEntry) -> Vec<String> {
    match entry {
        SourceEntry::Idle(idle) => idle.unconfirmed.iter().map(ToString::to_string).collect(),
        SourceEntry::Followed(_) | SourceEntry::Broken(_) => Vec::new(),
    }
}

fn connector_name(source: &rollcall_host::Source) -> ConnectorName {
    let connector = source.connector();
    let (descriptor, identity) = (connector.descriptor(), connector.identity());
    ConnectorName {
        id: identity.id.clone(),
        name: descriptor.name.clone(),
        names: descriptor.names.clone(),
        version: identity.version.clone(),
        digest: identity.digest.clone(),
        is_live: connector.is_live(),
    }
}

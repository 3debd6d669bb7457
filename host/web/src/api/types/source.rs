//! Sources: how they stand, what was checked, which connectors there are.

use rollcall_host::inbox::{ChannelState, Following, InboxCounts};
use rollcall_host::model::{Finding, RunId, SourceName, Standing, Timestamp};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::proof::LeftOut;
use super::{DiagnosisBody, FailureBody, Run};
use crate::api::pointer::in_the_body;
use crate::api::shape;
use crate::sources::shelf::OnShelf;
use crate::sources::standing::{self, State};
use crate::sources::{ConfiguredIn, Unheard, checks};

/// A source and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Source {
    /// Its name.
    #[schema(value_type = shape::SourceName)]
    name: SourceName,
    /// Where it is configured; one from a file is changed there.
    #[schema(value_type = shape::Origin)]
    configured_in: ConfiguredIn,
    /// Its connector; none when it cannot be loaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    connector: Option<ConnectorInUse>,
    /// How it stands.
    #[schema(value_type = shape::SourceState)]
    state: State,
    /// Why it cannot be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    diagnosis: Option<DiagnosisBody>,
    /// Why it was stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped: Option<StoppedNote>,
    /// Where its settings lead, and nobody confirmed that it may.
    unconfirmed_origins: Vec<String>,
    /// Secrets that were taken away, because they would have gone elsewhere, or through something else, than they were entered
    /// for: JSON pointers into `Configuration`. Until each is given again, or is `null`, nothing is asked of the source.
    cleared: Vec<String>,
    /// Whether full runs are due by a schedule.
    has_schedule: bool,
    /// Whether a person holds the schedule back.
    is_paused: bool,
    /// When the next full run is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    next_run_at: Option<Timestamp>,
    /// How the channel stands by which it hears of changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<Channel>,
    /// How many events there are.
    events: EventCounts,
    /// Deliveries that were refused, ever.
    n_refused_deliveries: u64,
    /// The run that is under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    running: Option<Run>,
    /// The last full run that ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_full_run: Option<Run>,
    /// Runs of which something waits for an approval, newest first.
    #[schema(value_type = Vec<String>)]
    held_runs: Vec<RunId>,
    /// What its view leaves out of what is held here, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<LeftOut>,
    /// What the newest of them would remove, in a sentence. None where nothing would be.
    #[serde(skip_serializing_if = "Option::is_none")]
    would_leave: Option<DiagnosisBody>,
    /// Why what was last asked of it came to no run, if that turned out after the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_refusal: Option<Refusal>,
}

/// That something was asked for and could not be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Refusal {
    /// When that was found.
    #[schema(value_type = shape::Moment)]
    at: Timestamp,
    /// Why.
    diagnosis: DiagnosisBody,
}

/// The connector of a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ConnectorInUse {
    /// Its id.
    id: String,
    /// What people call what it connects.
    name: String,
    /// Its version.
    version: String,
    /// The digest of its file.
    digest: String,
    /// Whether it hears of changes.
    is_live: bool,
}

/// Why nothing is acted on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct StoppedNote {
    /// Since when.
    #[schema(value_type = shape::Moment)]
    at: Timestamp,
    /// Why, and what to do.
    failure: FailureBody,
}

/// How a channel stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Channel {
    /// How.
    #[schema(value_type = shape::ChannelState)]
    state: ChannelState,
    /// Since when.
    #[schema(value_type = shape::Moment)]
    since: Timestamp,
    /// Why it is not connected, where there is a reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    diagnosis: Option<DiagnosisBody>,
}

/// Events by how they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct EventCounts {
    /// To be acted on.
    waiting: u64,
    /// Brought in line.
    done: u64,
    /// Given up.
    failed: u64,
}

/// A checklist. It is made in the background: ask again until it has finished.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Check {
    /// When it began.
    #[schema(value_type = shape::Moment)]
    started_at: Timestamp,
    /// When it ended; none while it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    finished_at: Option<Timestamp>,
    /// Whether nothing failed; none while it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    has_passed: Option<bool>,
    /// What was found, in the order of the checks.
    findings: Vec<Found>,
}

/// One line of a checklist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Found {
    /// What was checked; a stable name.
    check: String,
    /// How it ended.
    #[schema(value_type = shape::Standing)]
    standing: Standing,
    /// What was found, and what to do.
    diagnosis: DiagnosisBody,
}

/// A connector that a source can be made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Connector)]
pub(crate) struct ConnectorListing {
    /// The name of its file.
    file: String,
    /// Who it is; none when it cannot be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    usable: Option<UsableConnector>,
    /// Why it cannot be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    diagnosis: Option<DiagnosisBody>,
}

/// Who a connector is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct UsableConnector {
    /// Its id.
    id: String,
    /// What people call what it connects.
    name: String,
    /// Its version.
    version: String,
    /// The digest of its file, by which a source names it.
    digest: String,
    /// JSON Schema of its settings.
    #[schema(value_type = Object)]
    settings_schema: Value,
}

impl From<standing::SourceStatus> for Source {
    fn from(standing: standing::SourceStatus) -> Self {
        let standing::SourceStatus {
            name,
            origin,
            connector,
            state,
            diagnosis,
            unconfirmed_origins,
            cleared,
            has_schedule,
            following,
            events,
            running,
            last_full_run,
            held_runs,
            left_out,
            would_leave,
            unheard,
            check: _,
        } = standing;
        let Following { is_paused, stopped, channel, next_run_at, n_refused, .. } = following;
        let InboxCounts { waiting, done, failed } = events;
        Self {
            name,
            configured_in: origin,
            connector: connector.map(ConnectorInUse::from),
            state,
            diagnosis: diagnosis.map(DiagnosisBody::from),
            stopped: stopped.map(|stopped| StoppedNote { at: stopped.at, failure: stopped.failure.into() }),
            unconfirmed_origins,
            cleared: cleared.into_iter().map(in_the_body).collect(),
            has_schedule,
            is_paused,
            next_run_at,
            channel: channel.map(|note| Channel {
                state: note.state,
                since: note.since,
                diagnosis: note.diagnosis.map(DiagnosisBody::from),
            }),
            events: EventCounts { waiting, done, failed },
            n_refused_deliveries: n_refused,
            running: running.map(Run::from),
            last_full_run: last_full_run.map(Run::from),
            last_refusal: unheard
                .map(|Unheard { at, diagnosis }| Refusal { at, diagnosis: diagnosis.into() }),
            held_runs: held_runs.into_iter().map(|run| run.id).collect(),
            left_out: left_out.map(LeftOut::from),
            would_leave: would_leave.map(DiagnosisBody::from),
        }
    }
}

impl From<standing::ConnectorName> for ConnectorInUse {
    fn from(named: standing::ConnectorName) -> Self {
        let standing::ConnectorName { id, name, names: _, version, digest, is_live } = named;
        Self { id, name, version, digest, is_live }
    }
}

impl From<checks::Check> for Check {
    fn from(check: checks::Check) -> Self {
        let (started_at, outcome) = (check.started_at, check.outcome);
        let found =
            |Finding { check, standing, diagnosis }| Found { check, standing, diagnosis: diagnosis.into() };
        match outcome {
            Some(outcome) => Self {
                started_at,
                finished_at: Some(outcome.finished_at),
                has_passed: Some(outcome.has_passed),
                findings: outcome.findings.into_iter().map(found).collect(),
            },
            None => Self { started_at, finished_at: None, has_passed: None, findings: Vec::new() },
        }
    }
}

impl From<OnShelf> for ConnectorListing {
    fn from(on_shelf: OnShelf) -> Self {
        let OnShelf { file, inspected } = on_shelf;
        match inspected {
            Ok(connector) => {
                let (descriptor, identity) = (connector.descriptor(), connector.identity());
                let usable = UsableConnector {
                    id: identity.id.clone(),
                    name: descriptor.name.clone(),
                    version: identity.version.clone(),
                    digest: identity.digest.clone(),
                    settings_schema: descriptor.settings_schema.clone(),
                };
                Self { file, usable: Some(usable), diagnosis: None }
            }
            Err(diagnosis) => Self { file, usable: None, diagnosis: Some(diagnosis.into()) },
        }
    }
}

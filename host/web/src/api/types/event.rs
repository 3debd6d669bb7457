//! What a source pushed.

use rollcall_host::inbox::{EventState, EventWay, InboxEvent, NewEvent};
use rollcall_host::model::{RunId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::{FailureBody, ObjectKey};
use crate::api::shape;

/// An event, without its payload: that is the connector's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Event {
    /// Its place in the inbox of its source.
    pub(crate) number: u64,
    /// Equal for repeats of the same notice.
    id: String,
    /// What happened, in the source's own words.
    kind: String,
    /// How it reached this host.
    #[schema(value_type = shape::EventWay)]
    way: EventWay,
    /// What it names.
    subjects: Vec<ObjectKey>,
    /// When it happened, as the source says.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    born_at: Option<Timestamp>,
    /// When it reached this host.
    #[schema(value_type = shape::Moment)]
    arrived_at: Timestamp,
    /// How it stands.
    #[schema(value_type = shape::EventState)]
    state: EventState,
    /// How often it was tried in vain.
    n_attempts: u32,
    /// For one that waits: not before this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    due_at: Option<Timestamp>,
    /// The last run that tried it, or the one that covered it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    run: Option<RunId>,
    /// When it was settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    settled_at: Option<Timestamp>,
    /// Why the last attempt failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<FailureBody>,
}

impl From<InboxEvent> for Event {
    fn from(event: InboxEvent) -> Self {
        let InboxEvent { number, event, state, n_attempts, due_at, run, settled_at, failure } = event;
        let NewEvent { id, kind, payload: _, born_at, subjects, arrived_at, way } = event;
        let subjects = subjects.into_iter().map(ObjectKey::from).collect();
        let failure = failure.map(FailureBody::from);
        Self {
            number,
            id,
            kind,
            way,
            subjects,
            born_at,
            arrived_at,
            state,
            n_attempts,
            due_at,
            run,
            settled_at,
            failure,
        }
    }
}

//! Schemas of values that the host's own types write: words of a list, moments, names, ids.
//!
//! Not here: objects, which `types` describes where they are written.

use rollcall_host::directory::Action;
use rollcall_host::history::{RunKind, RunState, Trigger};
use rollcall_host::inbox::{ChannelState, EventState, EventWay};
use rollcall_host::model::{FailureKind, Severity, Standing};
use serde::Serialize;
use utoipa::openapi::schema::{KnownFormat, Schema, SchemaFormat, Type};
use utoipa::openapi::{Array, Object, ObjectBuilder};

use crate::sources::Origin;
use crate::sources::standing::State;

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// Words as they are written, so that the list cannot name one that is never written.
fn one_of<T: Serialize>(words: impl IntoIterator<Item = T>) -> Object {
    let written = words.into_iter().filter_map(|word| serde_json::to_value(word).ok());
    text().enum_values(Some(written)).build()
}

pub(crate) fn run_state() -> Object {
    one_of([
        RunState::Running,
        RunState::Succeeded,
        RunState::Partial,
        RunState::Failed,
        RunState::Held,
        RunState::Cancelled,
        RunState::Interrupted,
    ])
}

pub(crate) fn run_kind() -> Object {
    one_of([RunKind::Full, RunKind::Refresh, RunKind::Events])
}

pub(crate) fn trigger() -> Object {
    one_of([Trigger::Manual, Trigger::Schedule, Trigger::Event, Trigger::Stream, Trigger::Approval])
}

pub(crate) fn action() -> Object {
    one_of([
        Action::Created,
        Action::Updated,
        Action::Restored,
        Action::Unchanged,
        Action::Deactivated,
        Action::Deleted,
    ])
}

pub(crate) fn severity() -> Object {
    one_of([Severity::Info, Severity::Warning, Severity::Error])
}

pub(crate) fn outcome() -> Object {
    one_of(["applied", "refused"])
}

pub(crate) fn failure_kind() -> Object {
    one_of([
        FailureKind::Settings,
        FailureKind::Permission,
        FailureKind::Unavailable,
        FailureKind::Protocol,
        FailureKind::Host,
        FailureKind::Other,
    ])
}

pub(crate) fn standing() -> Object {
    one_of([Standing::Passed, Standing::Warning, Standing::Failed, Standing::Skipped])
}

pub(crate) fn source_state() -> Object {
    one_of([State::Followed, State::Stopped, State::Idle, State::Unconfirmed, State::Broken])
}

pub(crate) fn origin() -> Object {
    one_of([Origin::File, Origin::Console])
}

pub(crate) fn channel_state() -> Object {
    one_of([
        ChannelState::Off,
        ChannelState::Connecting,
        ChannelState::Connected,
        ChannelState::Waiting,
        ChannelState::Refused,
        ChannelState::Closed,
    ])
}

pub(crate) fn event_state() -> Object {
    one_of([EventState::Waiting, EventState::Done, EventState::Failed])
}

pub(crate) fn event_way() -> Object {
    one_of([EventWay::Callback, EventWay::Stream, EventWay::Missed])
}

pub(crate) fn departed_users() -> Object {
    one_of(["deactivate", "delete"])
}

/// RFC 3339, in UTC.
pub(crate) fn moment() -> Object {
    text().format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))).build()
}

/// As `SourceName` has it.
pub(crate) fn source_name() -> Object {
    text().pattern(Some("^[a-z0-9][a-z0-9-]{0,63}$")).build()
}

/// Opaque to a client.
pub(crate) fn run_id() -> Object {
    text().min_length(Some(1)).max_length(Some(32)).build()
}

/// An id that a source gave. Source: the contract, `types.key`.
pub(crate) fn external_id() -> Object {
    text().min_length(Some(1)).max_length(Some(256)).build()
}

/// A resource type. Source: the contract, `types.key`.
pub(crate) fn resource_type() -> Object {
    text().min_length(Some(1)).max_length(Some(64)).build()
}

/// Numbers of a list.
pub(crate) fn numbers() -> Array {
    let number = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1_i32)).build();
    Array::new(Schema::Object(number))
}

/// Whatever JSON object another one wrote.
pub(crate) fn document() -> Object {
    ObjectBuilder::new().schema_type(Type::Object).build()
}

/// A place in a list.
pub(crate) fn cursor() -> Object {
    text().min_length(Some(1)).max_length(Some(512)).build()
}

/// How many items of a list.
pub(crate) fn limit() -> Object {
    let limit = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1_i32));
    limit.maximum(Some(f64::from(super::page::MAX_LIMIT))).default(Some(super::page::DEFAULT_LIMIT.into())).build()
}

/// What is looked for.
pub(crate) fn words() -> Object {
    text().max_length(Some(super::page::MAX_TEXT_CHARS)).build()
}

//! Schemas of values that the host's own types write: words of a list, moments, names, ids.
//!
//! Not here: objects, which `types` describes where they are written.

use rollcall_host::{decision, directory, history, inbox, model, proof};
use serde::Serialize;
use utoipa::openapi::schema::{KnownFormat, Schema, SchemaFormat, Type};
use utoipa::openapi::{Array, Object, ObjectBuilder, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::face;
use crate::sources::{self, standing};

/// The longest id of a run.
pub(super) const MAX_RUN_ID_CHARS: usize = 32;

/// The longest resource type. Source: the contract, `types.key`.
pub(super) const MAX_RESOURCE_TYPE_CHARS: usize = 64;

/// The longest id that a source gives. Source: the contract, `types.key`.
pub(super) const MAX_EXTERNAL_ID_CHARS: usize = 256;

/// Give schemas names, so that a field can be said to have one.
macro_rules! shapes {
    ($($name:ident = $schema:ident),* $(,)?) => {
        $(
            #[doc = concat!("What `", stringify!($schema), "` describes.")]
            #[derive(Debug)]
            pub(crate) enum $name {}

            impl PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    RefOr::T($schema().into())
                }
            }

            impl ToSchema for $name {}
        )*
    };
}

shapes! {
    RunState = run_state,
    RunKind = run_kind,
    Trigger = trigger,
    Action = action,
    Severity = severity,
    Outcome = outcome,
    FailureKind = failure_kind,
    Standing = standing,
    SourceState = source_state,
    Origin = origin,
    ChannelState = channel_state,
    EventState = event_state,
    EventWay = event_way,
    DepartedUsers = departed_users,
    ScimNames = scim_names,
    ScimUserNames = scim_user_names,
    Identities = identities,
    Narrowing = narrowing,
    Verdict = verdict,
    Moment = moment,
    SourceName = source_name,
    RunId = run_id,
    ExternalId = external_id,
    ResourceType = resource_type,
    Numbers = numbers,
    Document = document,
    Cursor = cursor,
    Limit = limit,
    Words = words,
    Code = code,
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// Words as they are written, so that the list cannot name one that is never written.
fn one_of<T: Serialize>(words: impl IntoIterator<Item = T>) -> Object {
    let written = words.into_iter().filter_map(|word| serde_json::to_value(word).ok());
    text().enum_values(Some(written)).build()
}

fn run_state() -> Object {
    one_of([
        history::RunState::Running,
        history::RunState::Succeeded,
        history::RunState::Partial,
        history::RunState::Failed,
        history::RunState::Held,
        history::RunState::Cancelled,
        history::RunState::Interrupted,
    ])
}

fn run_kind() -> Object {
    one_of([
        history::RunKind::Full,
        history::RunKind::Refresh,
        history::RunKind::Events,
        history::RunKind::Undo,
    ])
}

fn trigger() -> Object {
    one_of([
        history::Trigger::Manual,
        history::Trigger::Schedule,
        history::Trigger::Event,
        history::Trigger::Stream,
        history::Trigger::Approval,
    ])
}

fn action() -> Object {
    one_of([
        directory::Action::Created,
        directory::Action::Updated,
        directory::Action::Restored,
        directory::Action::Unchanged,
        directory::Action::Deactivated,
        directory::Action::Deleted,
    ])
}

fn severity() -> Object {
    one_of([model::Severity::Info, model::Severity::Warning, model::Severity::Error])
}

fn outcome() -> Object {
    one_of([
        rollcall_browse::ChangeOutcome::Applied,
        rollcall_browse::ChangeOutcome::Held,
        rollcall_browse::ChangeOutcome::Refused,
    ])
}

fn failure_kind() -> Object {
    one_of([
        model::FailureKind::Settings,
        model::FailureKind::Permission,
        model::FailureKind::Unavailable,
        model::FailureKind::Protocol,
        model::FailureKind::Host,
        model::FailureKind::Other,
    ])
}

fn standing() -> Object {
    one_of([
        model::Standing::Passed,
        model::Standing::Warning,
        model::Standing::Failed,
        model::Standing::Skipped,
    ])
}

fn source_state() -> Object {
    one_of([
        standing::State::Followed,
        standing::State::Stopped,
        standing::State::Idle,
        standing::State::Unconfirmed,
        standing::State::SecretsCleared,
        standing::State::Broken,
    ])
}

fn origin() -> Object {
    one_of([sources::ConfiguredIn::File, sources::ConfiguredIn::Console])
}

fn channel_state() -> Object {
    one_of([
        inbox::ChannelState::Off,
        inbox::ChannelState::Connecting,
        inbox::ChannelState::Connected,
        inbox::ChannelState::Waiting,
        inbox::ChannelState::Refused,
        inbox::ChannelState::Taken,
        inbox::ChannelState::Closed,
    ])
}

fn event_state() -> Object {
    one_of([inbox::EventState::Waiting, inbox::EventState::Done, inbox::EventState::Failed])
}

fn event_way() -> Object {
    one_of([inbox::EventWay::Callback, inbox::EventWay::Stream, inbox::EventWay::Missed])
}

fn departed_users() -> Object {
    one_of(["deactivate", "delete"])
}

fn scim_names() -> Object {
    one_of(face::ScimNames::ALL)
}

fn scim_user_names() -> Object {
    one_of(face::ScimUserNames::ALL)
}

/// The answers about ids that belong to somebody else now, and none.
fn identities() -> Object {
    one_of(["weigh", "same-people", "other-people"])
}

fn narrowing() -> Object {
    one_of([proof::Narrowing::Held, proof::Narrowing::Approved, proof::Narrowing::Declined])
}

fn verdict() -> Object {
    one_of([decision::Verdict::Approved, decision::Verdict::Declined, decision::Verdict::Over])
}

/// RFC 3339, in UTC.
fn moment() -> Object {
    text().format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))).build()
}

/// As `SourceName` has it.
fn source_name() -> Object {
    text().pattern(Some("^[a-z0-9][a-z0-9-]{0,63}$")).build()
}

/// Opaque to a client.
fn run_id() -> Object {
    text().min_length(Some(1)).max_length(Some(MAX_RUN_ID_CHARS)).build()
}

/// An id that a source gave.
fn external_id() -> Object {
    text().min_length(Some(1)).max_length(Some(MAX_EXTERNAL_ID_CHARS)).build()
}

/// A resource type.
fn resource_type() -> Object {
    text().min_length(Some(1)).max_length(Some(MAX_RESOURCE_TYPE_CHARS)).build()
}

/// Numbers of a list.
fn numbers() -> Array {
    let number = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1_i32)).build();
    Array::new(Schema::Object(number))
}

/// Whatever JSON object another one wrote.
fn document() -> Object {
    ObjectBuilder::new().schema_type(Type::Object).build()
}

/// A place in a list.
fn cursor() -> Object {
    text().min_length(Some(1)).max_length(Some(512)).build()
}

/// How many items of a list.
fn limit() -> Object {
    let limit = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1_i32));
    limit
        .maximum(Some(f64::from(super::page::MAX_LIMIT)))
        .default(Some(super::page::DEFAULT_LIMIT.into()))
        .build()
}

/// What programs know a thing that went wrong by.
fn code() -> Object {
    text().min_length(Some(1)).max_length(Some(super::page::MAX_TEXT_CHARS)).build()
}

/// What is looked for.
fn words() -> Object {
    text().max_length(Some(super::page::MAX_TEXT_CHARS)).build()
}

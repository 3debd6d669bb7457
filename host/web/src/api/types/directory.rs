//! People and departments, their trails, and who did what.

use rollcall_browse::{self, ListedObject, OutlineDepartment, TrailRun, WholeObject};
use rollcall_host::history::{RunKind, RunState, Trigger};
use rollcall_host::model::{RunId, SourceName, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Change, Event, LogEntry, ObjectKey};
use crate::api::shape;
use crate::identity::audit::Recorded;

/// A department in the tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Department {
    /// Its id at the source.
    external_id: String,
    /// What people call it.
    display_name: String,
    /// The id of the department above.
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<String>,
    /// People in the department itself.
    n_people: u64,
    /// People in it or below, each counted once.
    n_people_in_all: u64,
    /// Departments right below it.
    n_children: u32,
    /// Why it stands at the top although it has a parent: `parent-not-held` or `circular`.
    #[serde(skip_serializing_if = "Option::is_none")]
    stray: Option<String>,
}

/// What a list tells of a person or department.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Listing {
    /// Where it comes from.
    #[schema(value_type = shape::SourceName)]
    source: SourceName,
    /// Which object.
    key: ObjectKey,
    /// What people call it.
    name: String,
    /// What a person logs in as.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_name: Option<String>,
    /// E-mail addresses.
    emails: Vec<String>,
    /// Phone numbers.
    phones: Vec<String>,
    /// A person's title.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// Whether it left the source and was kept.
    departed: bool,
    /// The ids of a person's departments.
    departments: Vec<String>,
    /// When it was created here.
    #[schema(value_type = shape::Moment)]
    created_at: Timestamp,
    /// When it last became different.
    #[schema(value_type = shape::Moment)]
    changed_at: Timestamp,
}

/// A person or department whole, with what is held and where it came from.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Imported {
    /// Where it comes from.
    #[schema(value_type = shape::SourceName)]
    source: SourceName,
    /// Which object.
    key: ObjectKey,
    /// What is held of it; none when nothing is, though the history knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<Held>,
    /// What happened to it, newest first.
    trail: Vec<TrailStep>,
    /// What logs say about it, newest first.
    entries: Vec<EntryAbout>,
    /// Events that name it, newest first.
    events: Vec<Event>,
}

/// What is held of an object.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Held {
    /// Its SCIM document.
    #[schema(value_type = Object)]
    document: Value,
    /// When it left the source, if it did and was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    departed_at: Option<Timestamp>,
    /// When it was created here.
    #[schema(value_type = shape::Moment)]
    created_at: Timestamp,
    /// When it last became different.
    #[schema(value_type = shape::Moment)]
    changed_at: Timestamp,
    /// The run that created it.
    #[schema(value_type = String)]
    first_run: RunId,
    /// The run that last wrote it.
    #[schema(value_type = String)]
    last_run: RunId,
}

/// What happened to an object in one run.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct TrailStep {
    /// In which run.
    #[schema(value_type = String)]
    run: RunId,
    /// What that run read.
    #[schema(value_type = shape::RunKind)]
    kind: RunKind,
    /// Why it started.
    #[schema(value_type = shape::Trigger)]
    trigger: Trigger,
    /// Whether it only recorded what it would do.
    dry_run: bool,
    /// How it stands.
    #[schema(value_type = shape::RunState)]
    state: RunState,
    /// When it started.
    #[schema(value_type = shape::Moment)]
    started_at: Timestamp,
    /// What happened.
    change: Change,
}

/// An entry of a log about an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct EntryAbout {
    /// Of which run.
    #[schema(value_type = String)]
    run: RunId,
    /// When that started.
    #[schema(value_type = shape::Moment)]
    started_at: Timestamp,
    /// The entry.
    entry: LogEntry,
}

/// Who answers to a text, and who once did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Why {
    /// Those that are held, the first of them; ask for one to read its trail.
    pub(crate) held: Vec<Listing>,
    /// How many are held in all.
    pub(crate) n_held: u64,
    /// Those that are not, though the history names them: deleted, refused, left out.
    pub(crate) once_known: Vec<OnceKnown>,
}

/// What is not held, though the history names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct OnceKnown {
    /// Where it comes from.
    #[schema(value_type = shape::SourceName)]
    source: SourceName,
    /// Which object.
    key: ObjectKey,
    /// What it was called.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The newest run that says something of it.
    #[schema(value_type = String)]
    last_run: RunId,
    /// When that started.
    #[schema(value_type = shape::Moment)]
    last_run_at: Timestamp,
}

/// What somebody did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Audited {
    /// Its place in the log.
    pub(crate) number: i64,
    /// When.
    #[schema(value_type = shape::Moment)]
    at: Timestamp,
    /// The name of an account or a token; empty before anyone was known.
    who: String,
    /// How they were known: `session`, `token` or `setup`.
    way: String,
    /// What they did; a stable name.
    action: String,
    /// What it was done to.
    subject: String,
    /// More about it.
    #[schema(value_type = Object)]
    detail: Value,
    /// The client's address; empty when it was not known.
    address: String,
}

impl From<&OutlineDepartment> for Department {
    fn from(department: &OutlineDepartment) -> Self {
        let OutlineDepartment {
            external_id,
            display_name,
            parent,
            depth: _,
            n_people,
            n_people_in_all,
            n_children,
            stray,
        } = department.clone();
        let word = stray.and_then(|stray| serde_json::to_value(stray).ok());
        let stray = word.as_ref().and_then(Value::as_str).map(str::to_owned);
        Self { external_id, display_name, parent, n_people, n_people_in_all, n_children, stray }
    }
}

impl From<ListedObject> for Listing {
    fn from(listed: ListedObject) -> Self {
        let ListedObject {
            source,
            key,
            name,
            user_name,
            emails,
            phones,
            title,
            departed,
            created_at,
            changed_at,
            departments,
            leader: _,
        } = listed;
        let key = key.into();
        Self {
            source,
            key,
            name,
            user_name,
            emails,
            phones,
            title,
            departed,
            departments,
            created_at,
            changed_at,
        }
    }
}

impl Imported {
    /// What there is to tell; none when nothing is held or known.
    pub(crate) fn of(
        source: SourceName,
        key: ObjectKey,
        held: Option<WholeObject>,
        trail: Vec<rollcall_browse::TrailStep>,
        entries: Vec<rollcall_browse::EntryAbout>,
        events: Vec<Event>,
    ) -> Option<Self> {
        let is_known = held.is_some() || !trail.is_empty() || !entries.is_empty() || !events.is_empty();
        is_known.then(|| Self {
            source,
            key,
            held: held.map(Held::from),
            trail: trail.into_iter().map(TrailStep::from).collect(),
            entries: entries.into_iter().map(EntryAbout::from).collect(),
            events,
        })
    }
}

impl From<WholeObject> for Held {
    fn from(whole: WholeObject) -> Self {
        let WholeObject { held, departed_at, created_at, changed_at, first_run, last_run, .. } = whole;
        Self {
            document: held.document.into_value(),
            departed_at,
            created_at,
            changed_at,
            first_run,
            last_run,
        }
    }
}

impl From<rollcall_browse::TrailStep> for TrailStep {
    fn from(step: rollcall_browse::TrailStep) -> Self {
        let TrailRun { id, kind, trigger, dry_run, state, started_at, connector: _ } = step.run;
        Self { run: id, kind, trigger, dry_run, state, started_at, change: step.change.into() }
    }
}

impl From<rollcall_browse::EntryAbout> for EntryAbout {
    fn from(about: rollcall_browse::EntryAbout) -> Self {
        Self { run: about.run, started_at: about.started_at, entry: about.entry.into() }
    }
}

impl From<rollcall_browse::OnceKnown> for OnceKnown {
    fn from(known: rollcall_browse::OnceKnown) -> Self {
        let rollcall_browse::OnceKnown { source, key, name, last_run, last_run_at } = known;
        Self { source, key: key.into(), name, last_run, last_run_at }
    }
}

impl From<Recorded> for Audited {
    fn from(recorded: Recorded) -> Self {
        let Recorded { number, at, who, way, action, subject, detail, address } = recorded;
        // It was written as an object; were it none, it would still be told as it is.
        let read = serde_json::from_str(&detail).ok().filter(Value::is_object);
        let detail = read.unwrap_or_else(|| json!({"text": detail}));
        Self { number, at, who, way, action, subject, detail, address }
    }
}

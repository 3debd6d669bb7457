//! What the program works with: names that are names, and a source with everything in place.

use std::path::{Path, PathBuf};

use rollcall_host::egress::Reach;
use rollcall_host::inbox::EventState;
use rollcall_host::model::{Key, RunId, SourceName};
use rollcall_host::{Identities, Removals, Which};
use rollcall_rules::vocabulary::resource_type;
use time::UtcOffset;

use super::{
    Format, LowArgs, LowCommand, LowConnector, LowDirectory, LowEventState, LowEvents, LowIdentities,
    Serving, SomeOfHeld, SourceInData,
};
use crate::exit::{Exit, Stop, diagnosis, diagnosis_with_remedy};
use crate::held::SourceInventory;
use crate::messages;
use crate::source_file::{self, Configured, FileComplaint, Surroundings};
use crate::view::Audience;
use rollcall_words::{Language, is_unicode};

/// The command line, resolved. Not `Debug`: a source's settings hold secrets.
pub(crate) struct HiArgs {
    /// What to do.
    pub(crate) task: Task,
    /// How to write the result.
    pub(crate) format: Format,
    /// For whom.
    pub(crate) reader: Audience,
    /// Whether to log what happens.
    pub(crate) verbose: bool,
}

/// What to do.
pub(crate) enum Task {
    Inspect { file: PathBuf },
    Seal { file: PathBuf, output: PathBuf },
    Check { source: Configured, beside: Vec<Configured>, reach: Reach },
    Sync { source: Configured, data: PathBuf, reach: Reach, dry_run: bool, removals: Removals },
    Refresh { source: Configured, data: PathBuf, reach: Reach, keys: Vec<Key>, removals: Removals },
    Approve { approve: Approve, source: Configured, data: PathBuf, reach: Reach },
    Decline { run: RunId, which: Which, reason: String, held: SourceInventory },
    Undo { run: RunId, source: Configured, data: PathBuf, dry_run: bool, removals: Removals },
    Serve(Box<Serving>),
    Status { held: SourceInventory },
    ListEvents { held: SourceInventory, state: Option<EventState>, all: bool },
    RetryEvents { held: SourceInventory, numbers: Vec<u64> },
    Pause { held: SourceInventory },
    Resume { held: SourceInventory },
    ListRuns { held: SourceInventory, all: bool },
    ShowRun { run: RunId, held: SourceInventory, all: bool },
    Tree { held: SourceInventory, departed: bool },
    Export { held: SourceInventory, departed: bool },
}

/// What a person approves.
pub(crate) struct Approve {
    pub(crate) run: RunId,
    pub(crate) which: Which,
    /// What they answer about ids that belong to somebody else now.
    pub(crate) identities: Identities,
    /// How many objects would be removed, as they say.
    pub(crate) confirm: Option<u64>,
}

impl LowArgs {
    /// For whom to write, from what was typed and the environment. `offset` is the reader's time.
    pub(crate) fn reader(&self, offset: UtcOffset) -> Audience {
        let variable = |name: &str| std::env::var(name).ok();
        let language = self.language.unwrap_or_else(|| Language::of_environment(variable));
        Audience { language, unicode: is_unicode(variable), offset }
    }
}

impl HiArgs {
    /// Look up everything that the command line points to.
    ///
    /// # Errors
    ///
    /// When a source file or something that it points to is missing or wrong, or a name is none.
    pub(crate) fn resolve(low: LowArgs, reader: Audience) -> Result<Self, Stop> {
        let task = match low.command {
            LowCommand::Connector(LowConnector::Inspect { file }) => Task::Inspect { file },
            LowCommand::Connector(LowConnector::Seal { file, output }) => Task::Seal { file, output },
            LowCommand::Check { source, reach, beside } => {
                let (source, beside) = (configured(&source.source)?, all_configured(&beside)?);
                Task::Check { source, beside, reach: reach.reach() }
            }
            LowCommand::Sync { source, data, reach, dry_run, allow_removals } => {
                let (source, removals) = (configured(&source.source)?, removals(allow_removals));
                Task::Sync { source, data: data.data, reach: reach.reach(), dry_run, removals }
            }
            LowCommand::Refresh { source, data, reach, user, department, allow_removals } => {
                let (source, removals) = (configured(&source.source)?, removals(allow_removals));
                let (keys, reach) = (keys(user, department).collect(), reach.reach());
                Task::Refresh { source, data: data.data, reach, keys, removals }
            }
            LowCommand::Approve { run, confirm, some, who, source, data, reach } => {
                let (run, which, identities) = (RunId::new(run), which(some), identities(who));
                let approve = Approve { run, which, identities, confirm };
                let (source, reach) = (configured(&source.source)?, reach.reach());
                Task::Approve { approve, source, data: data.data, reach }
            }
            LowCommand::Decline { run, reason, some, source } => {
                Task::Decline { run: RunId::new(run), which: which(some), reason, held: held(source)? }
            }
            LowCommand::Undo { run, source, data, dry_run, allow_removals } => {
                let (source, removals) = (configured(&source.source)?, removals(allow_removals));
                Task::Undo { run: RunId::new(run), source, data: data.data, dry_run, removals }
            }
            LowCommand::Serve(low) => {
                let sources = all_configured(&low.source)?;
                Task::Serve(Box::new(low.with(sources)))
            }
            LowCommand::Status { source } => Task::Status { held: held(source)? },
            LowCommand::Events(LowEvents::List { source, state, all }) => {
                Task::ListEvents { held: held(source)?, state: state.map(event_state), all }
            }
            LowCommand::Events(LowEvents::Retry { number, source }) => {
                Task::RetryEvents { held: held(source)?, numbers: number }
            }
            LowCommand::Pause { source } => Task::Pause { held: held(source)? },
            LowCommand::Resume { source } => Task::Resume { held: held(source)? },
            LowCommand::History { run: None, source, all } => Task::ListRuns { held: held(source)?, all },
            LowCommand::History { run: Some(run), source, all } => {
                Task::ShowRun { run: RunId::new(run), held: held(source)?, all }
            }
            LowCommand::Directory(LowDirectory::Tree { source, departed }) => {
                Task::Tree { held: held(source)?, departed }
            }
            LowCommand::Directory(LowDirectory::Export { source, departed }) => {
                Task::Export { held: held(source)?, departed }
            }
        };
        Ok(Self { task, format: low.format, reader, verbose: low.verbose })
    }
}

fn removals(allowed: Option<u64>) -> Removals {
    allowed.map_or(Removals::Weigh, Removals::AtMost)
}

/// Departments first, as the people in them name them.
fn keys(users: Vec<String>, departments: Vec<String>) -> impl Iterator<Item = Key> {
    let departments = departments.into_iter().map(|id| Key::new(resource_type::DEPARTMENT, id));
    departments.chain(users.into_iter().map(|id| Key::new(resource_type::USER, id)))
}

fn which(SomeOfHeld { user, department }: SomeOfHeld) -> Which {
    if user.is_empty() && department.is_empty() {
        return Which::Waiting;
    }
    Which::These(keys(user, department).collect())
}

const fn identities(who: Option<LowIdentities>) -> Identities {
    match who {
        None => Identities::Weigh,
        Some(LowIdentities::SamePeople) => Identities::SamePeople,
        Some(LowIdentities::OtherPeople) => Identities::OtherPeople,
    }
}

const fn event_state(state: LowEventState) -> EventState {
    match state {
        LowEventState::Waiting => EventState::Waiting,
        LowEventState::Done => EventState::Done,
        LowEventState::Failed => EventState::Failed,
    }
}

fn held(low: SourceInData) -> Result<SourceInventory, Stop> {
    let SourceInData { source, data } = low;
    let invalid = || {
        let sentence = messages::bad_name("--source");
        Stop::usage(diagnosis_with_remedy("source-name-invalid", &sentence, &messages::name_not_file()))
    };
    Ok(SourceInventory { source: SourceName::new(source).map_err(|_| invalid())?, data })
}

fn all_configured(paths: &[PathBuf]) -> Result<Vec<Configured>, Stop> {
    paths.iter().map(|path| configured(path)).collect()
}

fn configured(path: &Path) -> Result<Configured, Stop> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        let sentence = messages::source_file_unreadable(path.display(), error);
        Stop::usage(diagnosis("source-file-unreadable", &sentence))
    })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let surroundings = Surroundings { folder, variable: &|name| std::env::var(name) };
    let configured = source_file::parse(&text)
        .and_then(|written| written.resolve(&surroundings))
        .map_err(|complaints| wrong(path, &complaints))?;
    Ok(Configured { places: configured.places.in_file(path.display().to_string()), ..configured })
}

fn wrong(path: &Path, complaints: &[FileComplaint]) -> Stop {
    let path = path.display();
    let problems = complaints.iter().map(|FileComplaint { place, sentence }| {
        diagnosis("source-file-invalid", &messages::at_place(format!("{path}:{place}"), sentence.clone()))
    });
    Stop::Problems(Exit::Usage, problems.collect())
}

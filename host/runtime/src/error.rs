//! Errors that an embedder meets: a store that failed, a component that cannot be loaded, a guest that died.
//!
//! Not here: what a connector says about its source; that is a [`Failure`](crate::model::Failure).

mod load;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

pub use self::load::{LoadError, NoComponent};
use crate::leaving::WouldLeave;
use crate::limits::APPROVAL_LIFETIME;
use crate::model::{Key, RunId};

/// What a store of the platform ([`Directory`](crate::directory::Directory),
/// [`Storage`](crate::storage::Storage), [`History`](crate::history::History),
/// [`Inbox`](crate::inbox::Inbox)) could not do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A write would make the bucket of a source larger than it may be. Nothing was written.
    #[error("storage would exceed {limit_bytes} bytes; delete entries or store less")]
    Full {
        /// The most a bucket may hold.
        limit_bytes: u64,
    },
    /// Anything else: the disk, the database, the network to it.
    #[error("store failed: {0}")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// A failure of the store itself, with its cause.
    pub fn failed(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Failed(cause.into())
    }

    /// A failure of the store itself, told in words.
    pub fn message(text: impl fmt::Display) -> Self {
        Self::Failed(text.to_string().into())
    }
}

/// Why the engine cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// This machine or this build cannot run components.
    #[error("engine cannot start: {0}")]
    Start(String),
    /// The folder for compiled code cannot be made or read.
    #[error("cache folder {path:?} cannot be used: {cause}")]
    Cache {
        /// The folder.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// Others own the folder for compiled code or may write to it, so its files could be anyone's.
    #[error(
        "other users can write to cache folder {path:?}; run this as its owner, and let nobody else write there (chmod 700)"
    )]
    CacheNotPrivate {
        /// The folder.
        path: PathBuf,
    },
}

/// How a connector's code died, without an answer. Its store is gone with it; the next call starts afresh.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GuestError {
    /// It computed too long without asking anything of the host, or in all.
    #[error("connector computed for more than {} s{}", limit.as_secs(), if *in_all { "" } else { " without pause" })]
    OutOfTime {
        /// The limit.
        limit: Duration,
        /// Whether it is the limit of the whole call.
        in_all: bool,
    },
    /// It did not come to an end.
    #[error("connector did not finish within {} s", limit.as_secs())]
    Overdue {
        /// The limit.
        limit: Duration,
    },
    /// It wanted more memory than it may have.
    #[error("connector needed more than its {} MiB of memory", limit_bytes >> 20)]
    OutOfMemory {
        /// The limit.
        limit_bytes: usize,
    },
    /// It wanted memory when all calls of this host together had what they may have.
    #[error("connector needed more memory than was left of the {} MiB that all at work have together", limit_bytes >> 20)]
    OutOfSharedMemory {
        /// The limit.
        limit_bytes: usize,
    },
    /// It gave up by itself.
    #[error("connector panicked: {message}")]
    Panicked {
        /// What it wrote before it died.
        message: String,
    },
    /// Its code did something that WebAssembly forbids, or ended itself.
    #[error("connector trapped: {reason}")]
    Trapped {
        /// What.
        reason: String,
    },
    /// It handed over, or asked for, more at once than may cross.
    #[error("connector exchanged more than {} MiB with the host in one call", limit_bytes >> 20)]
    TooMuchData {
        /// The limit.
        limit_bytes: usize,
    },
    /// It broke the contract in a way that has no answer.
    #[error("connector broke the contract: {what}")]
    BrokeContract {
        /// How.
        what: String,
    },
    /// It had more written than one run may.
    #[error("connector had more written than one run may")]
    Overran,
    /// It was cancelled and did not end in time.
    #[error("connector did not end within {} s after it was cancelled", grace.as_secs())]
    NotStopping {
        /// The time it had.
        grace: Duration,
    },
    /// The host could not do its part; not the connector's fault.
    #[error("host failed: {what}")]
    Host {
        /// What failed.
        what: String,
    },
}

/// Why there was no run at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// Another run of the source is under way.
    #[error("source is busy with run {run}; wait for it or cancel it")]
    Busy {
        /// Which.
        run: RunId,
    },
    /// What was to be done about a run cannot be: the source has no run of this id.
    #[error("source has no run {run}; look at its history for the one that is meant")]
    NoSuchRun {
        /// The id that was given.
        run: RunId,
    },
    /// There is nothing to approve: the run did not end as held, or was a dry one.
    #[error("run {run} holds nothing that waits to be approved")]
    NothingHeld {
        /// Which.
        run: RunId,
    },
    /// The run holds ids that belong to somebody else now, and whoever approves it did not say whether these are the same
    /// people or others.
    #[error(
        "run {run} holds ids that belong to somebody else now; say whether they are the same people or other people"
    )]
    IdentitiesUnanswered {
        /// Which.
        run: RunId,
    },
    /// The run would remove objects, and whoever approves it did not confirm how many, or said another number.
    #[error("{}", unconfirmed(run, would_leave, *confirmed))]
    RemovalsUnconfirmed {
        /// Which.
        run: RunId,
        /// What would be removed.
        would_leave: WouldLeave,
        /// The number that was said.
        confirmed: Option<u64>,
    },
    /// To undo the run would remove more than is removed without a person's number.
    #[error("{}", undo_unconfirmed(run, would_leave, *allowed))]
    UndoUnconfirmed {
        /// Which.
        run: RunId,
        /// What would be removed.
        would_leave: WouldLeave,
        /// How many whoever asked for it allowed.
        allowed: Option<u64>,
    },
    /// What a run held is approved or declined within
    /// [`APPROVAL_LIFETIME`].
    #[error(
        "what run {run} held is of more than {} days ago; import again, and decide about what is held then",
        APPROVAL_LIFETIME.as_secs() / SECONDS_OF_A_DAY
    )]
    ApprovalExpired {
        /// Which.
        run: RunId,
    },
    /// An object was chosen that the run does not hold.
    #[error("run {run} does not hold {key}; look at what it holds")]
    NotAmongHeld {
        /// Which.
        run: RunId,
        /// The object.
        key: Key,
    },
    /// Objects were chosen of a run that holds a smaller scope.
    #[error("run {run} holds a smaller view of the source, about which a person decides as a whole")]
    NotInParts {
        /// Which.
        run: RunId,
    },
    /// Whoever declines gave no reason, or one that is too long.
    #[error("the reason has {n_chars} characters; it must have 1 to {limit}")]
    ReasonNotValid {
        /// How many it has.
        n_chars: usize,
        /// The most.
        limit: usize,
    },
    /// A run that is under way cannot be undone.
    #[error("run {run} is under way; cancel it or wait for it, then undo it")]
    StillRunning {
        /// Which.
        run: RunId,
    },
    /// A dry run changed nothing.
    #[error("run {run} was a dry run and changed nothing that could be undone")]
    NothingToUndo {
        /// Which.
        run: RunId,
    },
    /// More objects were to be refreshed than one run may.
    #[error("{n} keys are more than the {limit} of one refresh; refresh them in parts, or import everything")]
    TooManyKeys {
        /// How many were given.
        n: usize,
        /// The most.
        limit: usize,
    },
    /// The history cannot be written. What a run did until then stays, and its row reads `interrupted`.
    #[error("history cannot be written: {0}")]
    History(#[source] StoreError),
    /// The history cannot be read, so it is not known what the run has to do.
    #[error("history cannot be read: {0}")]
    HistoryUnread(#[source] StoreError),
    /// The source is not followed any more, so nothing of it is run by this follower.
    #[error("source is not followed any more; follow it again, or run it by itself")]
    NotFollowed,
    /// So much was asked of a followed source that this ask could not be taken.
    #[error("{limit} runs wait for the source already; wait for some of them")]
    TooManyAsks {
        /// The most that wait.
        limit: usize,
    },
    /// The task of the run died, which is a defect of the host.
    #[error("run ended unexpectedly: {0}")]
    Died(String),
}

const SECONDS_OF_A_DAY: u64 = 24 * 3600;

fn unconfirmed(run: &RunId, would_leave: &WouldLeave, confirmed: Option<u64>) -> String {
    let (told, n) = (would_leave.told().message, would_leave.n());
    match confirmed {
        None => format!("to approve run {run}, confirm the number {n}: {told}"),
        Some(confirmed) => format!("run {run} was confirmed with {confirmed}, and it is {n}: {told}"),
    }
}

fn undo_unconfirmed(run: &RunId, would_leave: &WouldLeave, allowed: Option<u64>) -> String {
    let (told, n) = (would_leave.told().message, would_leave.n());
    match allowed {
        None => format!("to undo run {run}, confirm the number {n}: {told}"),
        Some(allowed) => format!("to undo run {run} may remove {allowed}, and it is {n}: {told}"),
    }
}

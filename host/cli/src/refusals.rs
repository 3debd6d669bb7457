//! What the host's errors are called in both languages.
//!
//! What is deliberately not here: a connector's own failures, which come as diagnoses in both languages.

use rollcall_console::ConsoleError;
use rollcall_host::error::{EngineError, LoadError, RunError, StoreError};

use crate::exit::{Stop, diagnosis, diagnosis_with_remedy};
use crate::messages;

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::failed(diagnosis("store-failed", &messages::store_failed(error)))
    }
}

impl From<EngineError> for Stop {
    fn from(error: EngineError) -> Self {
        Self::failed(match &error {
            EngineError::Cache { path, cause } => {
                diagnosis("cache-unusable", &messages::cache_unusable(path.display(), cause))
            }
            EngineError::CacheNotPrivate { path } => diagnosis_with_remedy(
                "cache-not-private",
                &messages::cache_not_private(path.display()),
                &messages::cache_not_private_remedy(path.display()),
            ),
            EngineError::Start(_) | _ => diagnosis("engine-unusable", &messages::engine_unusable(&error)),
        })
    }
}

impl From<LoadError> for Stop {
    fn from(error: LoadError) -> Self {
        Self::failed(error.diagnosis())
    }
}

impl From<ConsoleError> for Stop {
    fn from(error: ConsoleError) -> Self {
        match error {
            ConsoleError::Store(error) => error.into(),
            ConsoleError::NamedTwice { name } => {
                Self::usage(diagnosis("source-named-twice", &messages::source_named_twice(name)))
            }
            ConsoleError::Sealing(error) => {
                Self::failed(diagnosis("key-unusable", &messages::key_unusable(error)))
            }
            ConsoleError::Database(error) => {
                Self::failed(diagnosis("console-unusable", &messages::console_unusable(error)))
            }
            error @ (ConsoleError::NoRandomness(_) | _) => {
                Self::failed(diagnosis("console-unusable", &messages::console_unusable(error)))
            }
        }
    }
}

impl From<RunError> for Stop {
    fn from(error: RunError) -> Self {
        if let RunError::IdentitiesUnanswered { run } = &error {
            return Self::usage(diagnosis_with_remedy(
                "identities-unanswered",
                &messages::identities_unanswered(run),
                &messages::identities_answers(),
            ));
        }
        Self::failed(match &error {
            RunError::Busy { run } => diagnosis_with_remedy(
                "source-busy",
                &messages::source_busy(run),
                &messages::source_busy_remedy(),
            ),
            RunError::History(cause) => diagnosis("history-unwritable", &messages::history_unwritable(cause)),
            RunError::NoSuchRun { run } => diagnosis("unknown-run", &messages::no_such_run(run)),
            RunError::NothingHeld { run } => diagnosis("nothing-held", &messages::nothing_held(run)),
            RunError::StillRunning { run } => diagnosis("run-under-way", &messages::still_running(run)),
            RunError::NothingToUndo { run } => diagnosis("nothing-to-undo", &messages::nothing_to_undo(run)),
            RunError::TooManyKeys { .. } | RunError::Died(_) | _ => {
                diagnosis("run-died", &messages::run_died(&error))
            }
        })
    }
}

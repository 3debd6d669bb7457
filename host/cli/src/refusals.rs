//! What the host's errors are called in both languages.
//!
//! What is deliberately not here: a connector's own failures, which come as diagnoses in both languages.

use rollcall_host::approval::WouldLeave;
use rollcall_host::error::{EngineError, LoadError, RunError, StoreError};
use rollcall_web::ConsoleError;

use crate::exit::{Stop, diagnosis, diagnosis_with_remedy};
use crate::messages;
use rollcall_host::model::Diagnosis;
use rollcall_words::Sentence;

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
        if let Some(wrong) = undecided(&error) {
            return Self::usage(wrong);
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

/// Why what a person decides about a run is not taken: something of their command has to be another.
fn undecided(error: &RunError) -> Option<Diagnosis> {
    Some(match error {
        RunError::RemovalsUnconfirmed { run, would_leave, confirmed } => {
            let (told, n) = (told(would_leave), would_leave.n());
            let sentence = match confirmed {
                None => messages::removals_unconfirmed(run, told, n),
                Some(confirmed) => messages::removals_misconfirmed(run, told, n, confirmed),
            };
            diagnosis_with_remedy("removals-unconfirmed", &sentence, &messages::confirm_the_number(n))
        }
        RunError::UndoUnconfirmed { run, would_leave, allowed } => {
            let (told, n) = (told(would_leave), would_leave.n());
            let sentence = match allowed {
                None => messages::undo_unconfirmed(run, told, n),
                Some(allowed) => messages::undo_misconfirmed(run, told, n, allowed),
            };
            diagnosis_with_remedy("undo-unconfirmed", &sentence, &messages::allow_the_number(n))
        }
        RunError::ApprovalExpired { run } => diagnosis_with_remedy(
            "approval-expired",
            &messages::approval_expired(run),
            &messages::approval_expired_remedy(),
        ),
        RunError::NotAmongHeld { run, key } => {
            diagnosis("not-among-held", &messages::not_among_held(run, key))
        }
        RunError::NotInParts { run } => diagnosis("not-in-parts", &messages::not_in_parts(run)),
        RunError::ReasonNotValid { n_chars, limit } => {
            diagnosis("reason-not-valid", &messages::reason_not_valid(n_chars, limit))
        }
        RunError::Busy { .. }
        | RunError::NoSuchRun { .. }
        | RunError::NothingHeld { .. }
        | RunError::IdentitiesUnanswered { .. }
        | RunError::StillRunning { .. }
        | RunError::NothingToUndo { .. }
        | RunError::TooManyKeys { .. }
        | RunError::History(_)
        | RunError::HistoryUnread(_)
        | RunError::NotFollowed
        | RunError::TooManyAsks { .. }
        | RunError::Died(_)
        | _ => return None,
    })
}

fn told(would_leave: &WouldLeave) -> Sentence {
    let told = would_leave.told();
    Sentence { english: told.message.clone(), chinese: told.localized("zh-CN").message.to_owned() }
}

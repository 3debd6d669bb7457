//! Which runs of this process have their source to themselves, by a file lock that dies with the process.
//!
//! What is deliberately not here: the rows. Whoever asks here holds the right to write to the database, so that a claim
//! and the row that says so change together.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::database::lock;
use rollcall_host::limits::RUN_BEAT_INTERVAL;
use rollcall_host::model::SourceName;

/// How long a run of this process may be silent before another may take its source.
///
/// Three beats. Why: only a run whose task was dropped without closing its row is silent for so long; one of a dead
/// process is known by its lock, at once.
const PATIENCE: Duration = RUN_BEAT_INTERVAL.saturating_mul(3);

/// The claims of one store.
#[derive(Debug)]
pub(super) struct Claims {
    database: PathBuf,
    patience: Duration,
    kept: Mutex<BTreeMap<i64, ClaimFile>>,
}

/// The right to run one source, for as long as it lives.
#[derive(Debug)]
pub(super) struct Claim {
    locked: File,
}

impl Drop for Claim {
    fn drop(&mut self) {
        // Closing alone would leave the lock to a child that another thread is about to start: until the child runs its
        // own program, it has a copy of every open file. If this fails, closing is what is left to try.
        let _unlocked = self.locked.unlock();
    }
}

#[derive(Debug)]
struct ClaimFile {
    claim: Claim,
    beaten_at: Instant,
}

impl Claims {
    /// Claims as lock files beside this database.
    pub(super) fn beside(database: &Path) -> Self {
        Self { database: database.to_owned(), patience: PATIENCE, kept: Mutex::default() }
    }

    /// Claim a source whose row says that `running` is at work; none when that is so.
    pub(super) fn claim(&self, source: &SourceName, running: Option<i64>) -> io::Result<Option<Claim>> {
        let abandoned = running.and_then(|run| self.take_abandoned(run));
        abandoned.map_or_else(|| self.try_lock(source), |claim| Ok(Some(claim)))
    }

    /// Keep a claim for a run, until it is released.
    pub(super) fn keep(&self, run: i64, claim: Claim) {
        lock(&self.kept).insert(run, ClaimFile { claim, beaten_at: Instant::now() });
    }

    /// Note that a run of this process is alive.
    pub(super) fn beat(&self, run: i64) {
        if let Some(kept) = lock(&self.kept).get_mut(&run) {
            kept.beaten_at = Instant::now();
        }
    }

    /// Give up the claim of a run, if it is one of this process.
    pub(super) fn release(&self, run: i64) {
        lock(&self.kept).remove(&run);
    }

    fn take_abandoned(&self, run: i64) -> Option<Claim> {
        let mut kept = lock(&self.kept);
        let silent = kept.get(&run)?.beaten_at.elapsed();
        if silent < self.patience { None } else { kept.remove(&run).map(|kept| kept.claim) }
    }

    fn try_lock(&self, source: &SourceName) -> io::Result<Option<Claim>> {
        let file = File::options().create(true).truncate(false).write(true).open(self.path(source))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Claim { locked: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn path(&self, source: &SourceName) -> PathBuf {
        let mut path = self.database.clone().into_os_string();
        path.push(format!("-run-{source}.lock"));
        path.into()
    }

    /// Claims that take a silent run for abandoned at once.
    #[cfg(test)]
    pub(super) fn impatient(database: &Path) -> Self {
        Self { patience: Duration::ZERO, ..Self::beside(database) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_of_the_file_in_a_child_does_not_keep_the_source() {
        let folder = tempfile::tempdir().unwrap();
        let claims = Claims::beside(&folder.path().join("rollcall.db"));
        let source = SourceName::new("a").unwrap();
        let claim = claims.claim(&source, None).unwrap().unwrap();
        let _copy = claim.locked.try_clone().unwrap();
        assert!(claims.claim(&source, None).unwrap().is_none());
        drop(claim);
        assert!(claims.claim(&source, None).unwrap().is_some());
    }
}

//! Which `rollcall serve` has a data folder: one at a time, by a file lock that dies with its process.
//!
//! What the file says is for people: who has the folder, and since when. Only the lock decides, so that what a program left
//! that was killed keeps nobody out. Commands beside `serve` need no such right: whatever they share with it, the database gives
//! to one at a time.

use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::Path;

use rollcall_host::model::Timestamp;
use serde::{Deserialize, Serialize};

/// Most bytes of the file that are read.
///
/// 4 KiB. Why: a URL, a name and two numbers are below 1 KiB; what is longer nobody of ours wrote.
const MAX_BYTES: u64 = 4 << 10;

/// The right to serve a data folder, for as long as it lives.
#[derive(Debug)]
pub(crate) struct Tenancy {
    locked: File,
    tenant: Tenant,
}

/// Who has a data folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tenant {
    /// The id of its process.
    pub(crate) process: u32,
    /// The machine or container in which it runs, where the system says.
    pub(crate) machine: Option<String>,
    /// When it began.
    pub(crate) since: Timestamp,
    /// Where it is reached, once it is.
    pub(crate) url: Option<String>,
}

/// Why a data folder cannot be had.
#[derive(Debug)]
pub(crate) enum NotTaken {
    /// Another program has it; who, as far as it has written that down.
    Held(Option<Tenant>),
    /// It cannot be used.
    Unusable(io::Error),
}

impl From<io::Error> for NotTaken {
    fn from(error: io::Error) -> Self {
        Self::Unusable(error)
    }
}

impl Tenancy {
    /// Take the folder, which is created if it is not there.
    pub(crate) fn take(folder: &Path, now: Timestamp) -> Result<Self, NotTaken> {
        std::fs::create_dir_all(folder)?;
        let path = folder.join("serve.lock");
        let mut file = File::options().create(true).truncate(false).read(true).write(true).open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(NotTaken::Held(told(&mut file))),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        let tenant = Tenant { process: std::process::id(), machine: machine(), since: now, url: None };
        let mut tenancy = Self { locked: file, tenant };
        tenancy.tell();
        Ok(tenancy)
    }

    /// Write down where this program is reached.
    pub(crate) fn reached_at(&mut self, url: String) {
        self.tenant.url = Some(url);
        self.tell();
    }

    /// The lock is had whether or not this can be written.
    fn tell(&mut self) {
        let written = serde_json::to_string(&self.tenant).map_err(io::Error::from).and_then(|text| {
            self.locked.set_len(0)?;
            self.locked.rewind()?;
            self.locked.write_all(text.as_bytes())
        });
        if let Err(error) = written {
            tracing::warn!(%error, "who serves the data folder could not be written down");
        }
    }
}

impl Drop for Tenancy {
    fn drop(&mut self) {
        // Closing alone would leave the lock to a child that another thread is about to start. If this fails, closing is what is
        // left to try.
        let _unlocked = self.locked.unlock();
    }
}

/// Who has the folder; none where it is not written down, or not yet.
fn told(file: &mut File) -> Option<Tenant> {
    let mut text = String::new();
    file.take(MAX_BYTES).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

fn machine() -> Option<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_000_000);

    #[test]
    fn a_folder_has_one_tenant_who_says_who_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let mut tenancy = Tenancy::take(&folder.path().join("new"), NOW).unwrap();
        tenancy.reached_at("http://127.0.0.1:8630".to_owned());
        let refused =
            Tenancy::take(&folder.path().join("new"), Timestamp::from_unix_ms(2_000_000)).unwrap_err();
        let NotTaken::Held(Some(tenant)) = refused else { panic!("{refused:?}") };
        assert_eq!(tenant, tenancy.tenant);
        assert_eq!((tenant.process, tenant.since), (std::process::id(), NOW));
        assert_eq!(tenant.url.as_deref(), Some("http://127.0.0.1:8630"));
    }

    #[test]
    fn what_is_left_of_another_tenant_keeps_nobody_out() {
        let folder = tempfile::tempdir().unwrap();
        drop(Tenancy::take(folder.path(), NOW).unwrap());
        assert!(folder.path().join("serve.lock").exists());
        let again = Tenancy::take(folder.path(), NOW).unwrap();
        let written = std::fs::read_to_string(folder.path().join("serve.lock")).unwrap();
        assert_eq!(serde_json::from_str::<Tenant>(&written).unwrap(), again.tenant);
    }

    #[test]
    fn a_tenant_of_whom_nothing_can_be_read_has_the_folder_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let tenancy = Tenancy::take(folder.path(), NOW).unwrap();
        for text in ["", "{", "{\"process\": -1}", "\u{0}"] {
            std::fs::write(folder.path().join("serve.lock"), text).unwrap();
            let refused = Tenancy::take(folder.path(), NOW).unwrap_err();
            assert!(matches!(refused, NotTaken::Held(None)), "{text:?}: {refused:?}");
        }
        drop(tenancy);
    }
}

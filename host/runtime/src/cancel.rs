//! How a person stops what is under way: a flag that can be waited for.
//!
//! Not here: what stopping means; a run decides that (`run`), a waiting connector learns it (`capabilities::tasks`).

use std::fmt;

use tokio::sync::watch;

/// A handle that stops a run. Clones are the same handle.
#[derive(Clone)]
pub struct Cancel {
    flag: watch::Sender<bool>,
}

impl Cancel {
    /// A handle that has not been used.
    #[must_use]
    pub fn new() -> Self {
        Self { flag: watch::Sender::new(false) }
    }

    /// Ask to stop. Asking twice is asking once.
    pub fn cancel(&self) {
        self.flag.send_replace(true);
    }

    /// Whether someone asked to stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        *self.flag.borrow()
    }

    /// Waits until someone asks to stop.
    pub async fn cancelled(&self) {
        let mut flag = self.flag.subscribe();
        // The sender lives in `self`, so this cannot end by its absence.
        let _asked = flag.wait_for(|asked| *asked).await;
    }

    /// A guard that asks to stop when it is dropped.
    pub(crate) fn on_drop(&self) -> CancelOnDrop {
        CancelOnDrop { cancel: self.clone() }
    }
}

impl Default for Cancel {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Cancel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cancel").field("is_cancelled", &self.is_cancelled()).finish()
    }
}

/// Asks to stop when it is dropped.
#[derive(Debug)]
pub(crate) struct CancelOnDrop {
    cancel: Cancel,
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

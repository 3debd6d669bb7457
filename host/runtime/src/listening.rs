//! Which sources listen over a channel now, so that a check opens no second one beside it: a source that has two may push to
//! either.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::model::SourceName;

/// How many channels of each source are open.
#[derive(Debug, Clone, Default)]
pub(crate) struct Listening(Arc<Mutex<BTreeMap<SourceName, usize>>>);

/// An open channel; dropped, it is one no more.
#[derive(Debug)]
pub(crate) struct OpenChannel {
    listening: Listening,
    source: SourceName,
}

impl Listening {
    /// A channel of this source is open as long as this is kept.
    pub(crate) fn opened(&self, source: &SourceName) -> OpenChannel {
        *self.open().entry(source.clone()).or_default() += 1;
        OpenChannel { listening: self.clone(), source: source.clone() }
    }

    /// Whether a channel of this source is open.
    pub(crate) fn is_listening(&self, source: &SourceName) -> bool {
        self.open().contains_key(source)
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<SourceName, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for OpenChannel {
    fn drop(&mut self) {
        let mut open = self.listening.open();
        if let Some(n) = open.get_mut(&self.source) {
            *n = n.saturating_sub(1);
        }
        open.retain(|_, n| 0 < *n);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_listens_until_the_last_of_its_channels_is_closed() {
        let (listening, source) = (Listening::default(), SourceName::new("head-office").unwrap());
        let (first, second) = (listening.opened(&source), listening.opened(&source));
        assert!(!listening.is_listening(&SourceName::new("branch").unwrap()));
        drop(first);
        assert!(listening.is_listening(&source));
        drop(second);
        assert!(!listening.is_listening(&source));
    }
}

//! Absence is not a removal: what a complete reading no longer found is asked about, one by one, before it is removed. What
//! the platform holds out of the view could not be found, and is neither asked about nor removed.

use super::outbox::wrong_number;
use super::{Reading, count};
use crate::codes;
use crate::counted::numbered;
use crate::limits::{FIND_BATCH, MAX_HIDDEN_TOLD, MAX_LOOKUPS_IN_FLIGHT};
use crate::lookup::Lookup;
use crate::model::{Container, Coverage, Diagnosis, Entry, Failure, Key, Removal, Severity};
use crate::pool::crawl;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

impl Reading {
    /// Ask about every object that is held and was not seen. What turns out to be there is put; what cannot be asked
    /// about makes the reading incomplete.
    pub(super) async fn confirm_absences(
        &self,
        look_up: &impl AsyncFn(&Key) -> Lookup,
    ) -> Result<Vec<Removal>, Failure> {
        let absent = self.absent();
        if self.nothing_was_seen() && !absent.is_empty() {
            self.incomplete(Entry::new(Severity::Error, nothing_seen(absent.len())));
            return Ok(Vec::new());
        }
        let absent = self.in_view(absent).await?;
        let total = count(absent.iter());
        let done = Cell::new(0);
        let (hidden, odd) = (RefCell::new(BTreeMap::new()), RefCell::new(BTreeMap::new()));
        let removals = RefCell::new(Vec::new());
        let (done, removals_ref, hidden_ref, odd_ref) = (&done, &removals, &hidden, &odd);
        crawl(absent, MAX_LOOKUPS_IN_FLIGHT, |key| async move {
            match self.ask_once(&key, look_up).await {
                Lookup::Gone(evidence) => removals_ref.borrow_mut().push(Removal::new(key, evidence)),
                // It moved while the reading went on, from a page not yet read to one already read.
                Lookup::Present(draft) => self.put(*draft).await?,
                Lookup::Hidden(why) => drop(hidden_ref.borrow_mut().insert(key, why)),
                // It costs itself: of everybody else there is an answer, and nobody goes without one.
                Lookup::NotUnderstood(why) => drop(odd_ref.borrow_mut().insert(key, why)),
                Lookup::Unknown(failure) => {
                    self.incomplete(Entry::about(Severity::Error, &key, None, failure.diagnosis().clone()));
                }
            }
            done.set(done.get() + 1);
            self.context.report("confirming", done.get(), Some(total));
            Ok::<_, Failure>(Vec::new())
        })
        .await?;
        self.tell_each_or_how_many(&hidden.into_inner(), many_hidden);
        self.tell_each_or_how_many(&odd.into_inner(), many_not_understood);
        let mut removals = removals.into_inner();
        removals.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(removals)
    }

    /// Say what this reading would have removed if it were complete: that nobody leaves is worth a sentence.
    pub(super) async fn tell_kept_absences(&self) -> Result<(), Failure> {
        let why = self.incomplete.borrow().clone();
        let Some(why) = why.filter(|_| !self.nothing_was_seen()) else { return Ok(()) };
        let n_absent = self.in_view(self.absent()).await?.len();
        if 0 < n_absent {
            self.context.record(Entry::new(Severity::Warning, absences_kept(n_absent, &why)));
        }
        Ok(())
    }

    /// Those of the absent that the view shows where the platform has them. Of a view of everything, that is all of them.
    async fn in_view(&self, absent: Vec<Key>) -> Result<Vec<Key>, Failure> {
        if self.is_whole.get() || absent.is_empty() {
            return Ok(absent);
        }
        // Where things hang is known once what was read of them has arrived.
        self.outbox.drain().await?;
        let mut in_view = Vec::with_capacity(absent.len());
        for keys in absent.chunks(FIND_BATCH) {
            let found = self.context.host().find_inventory(keys).map_err(Failure::Host)?;
            in_view.extend(
                keys.iter().zip(found).filter(|(_, found)| found.is_some()).map(|(key, _)| key.clone()),
            );
        }
        Ok(in_view)
    }

    /// Say what is held and stays though it was not seen: one by one where they are few, and of many how many.
    fn tell_each_or_how_many(
        &self,
        kept: &BTreeMap<Key, Diagnosis>,
        many: impl Fn(u64, &Diagnosis) -> Diagnosis,
    ) {
        if kept.len() <= MAX_HIDDEN_TOLD {
            for (key, why) in kept {
                self.context.record(Entry::about(Severity::Warning, key, None, why.clone()));
            }
            return;
        }
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for key in kept.keys() {
            *counts.entry(&key.resource_type).or_default() += 1;
        }
        if let Some(example) = kept.values().next() {
            let told = many(count(kept.keys()), example);
            let told =
                counts.iter().fold(told, |told, (resource_type, n)| told.fact(resource_type, n.to_string()));
            self.context.record(Entry::new(Severity::Warning, told));
        }
    }

    /// The one door through which a full reading removes.
    pub(super) fn remove(&self, removals: Vec<Removal>) -> Result<(), Failure> {
        let total = count(removals.iter());
        self.context.report("removing", 0, Some(total));
        let n_removals = removals.len();
        let outcomes = self.context.host().remove_missing(removals).map_err(Failure::Host)?;
        // Why it refused any of them, or holds them, the host has recorded.
        if outcomes.len() != n_removals {
            return Err(Failure::Host(wrong_number(n_removals, outcomes.len())));
        }
        self.context.report("removing", total, Some(total));
        Ok(())
    }

    fn absent(&self) -> Vec<Key> {
        let kinds = self.kinds.borrow();
        let skipped = self.skipped.borrow();
        let mut absent = Vec::new();
        for kind in kinds.iter() {
            let unseen = kind.objects.iter().filter(|(_, known)| known.seen.is_none());
            let keys = unseen.map(|(id, _)| Key::new(kind.schema.resource_type, id.as_str()));
            absent.extend(keys.filter(|key| !skipped.contains(key)));
        }
        absent
    }

    fn nothing_was_seen(&self) -> bool {
        self.kinds.borrow().iter().all(|kind| kind.objects.values().all(|known| known.seen.is_none()))
    }

    /// What was read, type by type, and from which lists.
    pub(super) fn coverage(&self) -> Vec<Coverage> {
        let mut containers: BTreeMap<&str, Vec<Container>> = BTreeMap::new();
        for ((resource_type, _), container) in self.containers.take() {
            containers.entry(resource_type).or_default().push(container);
        }
        let kinds = self.kinds.borrow();
        let coverage = kinds.iter().map(|kind| Coverage {
            resource_type: kind.schema.resource_type.to_owned(),
            read: count(kind.objects.values().filter(|known| known.seen.is_some())),
            expected: kind.expected,
            containers: containers.remove(kind.schema.resource_type).unwrap_or_default(),
        });
        coverage.collect()
    }
}

fn many_not_understood(n: u64, example: &Diagnosis) -> Diagnosis {
    codes::objects_not_understood(n, &example.message)
}

fn many_hidden(n: u64, example: &Diagnosis) -> Diagnosis {
    codes::objects_not_visible(n, &example.message)
}

fn absences_kept(n_absent: usize, why: &Diagnosis) -> Diagnosis {
    let diagnosis = codes::removals_stopped(numbered(n_absent, "object was", "objects were"), &why.message);
    diagnosis.fact("because", why.code.as_str())
}

fn nothing_seen(n_held: usize) -> Diagnosis {
    codes::nothing_read(numbered(n_held, "object", "objects"))
}

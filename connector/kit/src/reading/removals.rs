//! Absence is not a removal: what a complete reading no longer found is asked about, one by one, before it is removed.

use super::outbox::wrong_number;
use super::{Reading, count};
use crate::connector::Lookup;
use crate::limits::MAX_LOOKUPS_IN_FLIGHT;
use crate::model::{Container, Coverage, Diagnosis, Entry, Failure, Key, Removal, Severity};
use crate::pool::crawl;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

impl Reading {
    /// Ask about every object that is held and was not seen. What turns out to be there is put; what cannot be asked
    /// about makes the reading incomplete.
    pub(super) async fn confirm_absences(
        &self,
        look_up: impl AsyncFn(&Key) -> Lookup,
    ) -> Result<Vec<Removal>, Failure> {
        let absent = self.absent();
        if self.nothing_was_seen() && !absent.is_empty() {
            self.incomplete(Entry::new(Severity::Error, nothing_seen(absent.len())));
            return Ok(Vec::new());
        }
        let total = count(absent.iter());
        let done = Cell::new(0);
        let removals = RefCell::new(Vec::new());
        let (done, departures_ref, look_up) = (&done, &removals, &look_up);
        crawl(absent, MAX_LOOKUPS_IN_FLIGHT, |key| async move {
            let lookup = look_up(&key).await;
            let removal = self.judge(key, lookup).await?;
            departures_ref.borrow_mut().extend(removal);
            done.set(done.get() + 1);
            self.context.report("confirming", done.get(), Some(total));
            Ok::<_, Failure>(Vec::new())
        })
        .await?;
        let mut removals = removals.into_inner();
        removals.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(removals)
    }

    async fn judge(&self, key: Key, lookup: Lookup) -> Result<Option<Removal>, Failure> {
        match lookup {
            Lookup::Gone(evidence) => return Ok(Some(Removal::new(key, evidence))),
            // It moved while the reading went on, from a page not yet read to one already read.
            Lookup::Present(draft) => self.put(*draft).await?,
            Lookup::Hidden(why) => self.context.record(Entry::about(Severity::Warning, &key, None, why)),
            Lookup::Unknown(failure) => {
                self.incomplete(Entry::about(Severity::Error, &key, None, failure.diagnosis().clone()));
            }
        }
        Ok(None)
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

fn nothing_seen(n_held: usize) -> Diagnosis {
    Diagnosis::new(
        "nothing-read",
        format!(
            "the source showed nothing at all, while the platform holds {n_held} objects; nothing is removed"
        ),
        format!("数据源没有返回任何对象，而平台上已有 {n_held} 个；不会删除任何对象"),
    )
    .remedy(
        "check what the application is allowed to see, then import again",
        "请检查应用的可见范围，然后重新导入",
    )
}

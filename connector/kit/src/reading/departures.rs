//! Absence is not a departure: what a complete reading no longer found is asked about, one by one, before it is retired.

use super::outbox::wrong_number;
use super::{Reading, count};
use crate::connector::Sighting;
use crate::limits::MAX_WITNESSES_IN_FLIGHT;
use crate::model::{Census, Departure, Diagnosis, Entry, Failure, Key, Severity, Verdict};
use crate::pool::crawl;
use std::cell::{Cell, RefCell};

impl Reading {
    /// Ask about every object that is held and was not seen. What turns out to be there is put; what cannot be asked
    /// about makes the reading incomplete.
    pub(super) async fn confirm_absences(
        &self,
        look: impl AsyncFn(&Key) -> Sighting,
    ) -> Result<Vec<Departure>, Failure> {
        let absent = self.absent();
        if self.nothing_was_seen() && !absent.is_empty() {
            self.incomplete(Entry::new(Severity::Error, nothing_seen(absent.len())));
            return Ok(Vec::new());
        }
        let total = count(absent.iter());
        let done = Cell::new(0);
        let departures = RefCell::new(Vec::new());
        let (done, departures_ref, look) = (&done, &departures, &look);
        crawl(absent, MAX_WITNESSES_IN_FLIGHT, |key| async move {
            let sighting = look(&key).await;
            let departure = self.judge(key, sighting).await?;
            departures_ref.borrow_mut().extend(departure);
            done.set(done.get() + 1);
            self.context.report("confirming", done.get(), Some(total));
            Ok::<_, Failure>(Vec::new())
        })
        .await?;
        let mut departures = departures.into_inner();
        departures.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(departures)
    }

    async fn judge(&self, key: Key, sighting: Sighting) -> Result<Option<Departure>, Failure> {
        match sighting {
            Sighting::Gone(witness) => return Ok(Some(Departure::new(key, witness))),
            // It moved while the reading went on, from a page not yet read to one already read.
            Sighting::Present(draft) => self.put(*draft).await?,
            Sighting::Hidden(why) => self.context.record(Entry::about(Severity::Warning, &key, None, why)),
            Sighting::Unknown(failure) => {
                self.incomplete(Entry::about(Severity::Error, &key, None, failure.diagnosis().clone()));
            }
        }
        Ok(None)
    }

    /// The one door through which a full reading deletes.
    pub(super) fn retire(&self, scope: &str, departures: Vec<Departure>) -> Result<(), Failure> {
        let total = count(departures.iter());
        self.context.report("retiring", 0, Some(total));
        let n_departures = departures.len();
        match self.context.host().retire(self.census(scope), departures).map_err(Failure::Host)? {
            Verdict::Applied(outcomes) if outcomes.len() != n_departures => {
                return Err(Failure::Host(wrong_number(n_departures, outcomes.len())));
            }
            // The host has recorded why it refused any of them, or holds all of them.
            Verdict::Applied(_) | Verdict::Held(_) => {}
        }
        self.context.report("retiring", total, Some(total));
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

    fn census(&self, scope: &str) -> Vec<Census> {
        let kinds = self.kinds.borrow();
        let census = kinds.iter().map(|kind| Census {
            resource_type: kind.schema.resource_type.to_owned(),
            read: count(kind.objects.values().filter(|known| known.seen.is_some())),
            expected: None,
            scope: scope.to_owned(),
        });
        census.collect()
    }
}

fn nothing_seen(n_held: usize) -> Diagnosis {
    Diagnosis::new(
        "nothing-read",
        format!(
            "the source showed nothing at all, while the platform holds {n_held} objects; nothing is retired"
        ),
        format!("数据源没有返回任何对象，而平台上已有 {n_held} 个；不会删除任何对象"),
    )
    .remedy(
        "check what the application is allowed to see, then import again",
        "请检查应用的可见范围，然后重新导入",
    )
}

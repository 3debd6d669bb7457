//! Clearing is a small removal: an optional attribute is taken from an object only when the whole source was read, the
//! same attribute was seen on others, and not too many would lose it at once.

use super::outbox::Outbox;
use super::{Fate, Kind, Known, Reading, Seen};
use crate::document::{OptionalSet, Version, canonical, unassigned, unassigning};
use crate::limits::CLEARING_BATCH;
use crate::model::{Change, Clearing, Diagnosis, DirectoryObject, Failure, Key};
use rollcall_rules::emptied::{Meaning, guard};

impl Reading {
    /// Put what was cleared. Returns what may have been, for a person to decide.
    pub(super) async fn clear(&self) -> Result<Vec<Clearing>, Failure> {
        self.outbox.drain().await?;
        let (puts, unproven) = {
            let mut kinds = self.kinds.borrow_mut();
            let mut gathered = (Vec::new(), Vec::new());
            for kind in kinds.iter_mut() {
                let (cleared, unproven) = kind.clearable();
                gathered.0.extend(kind.clear(cleared, &self.outbox));
                gathered.1.extend(unproven);
            }
            gathered
        };
        for put in puts {
            self.outbox.push(Change::Put(put)).await?;
        }
        Ok(unproven)
    }

    /// Hand over what is not proven, so many objects a call as the contract carries.
    pub(super) fn propose(&self, unproven: Vec<Clearing>) -> Result<(), Failure> {
        for clearing in unproven {
            for keys in clearing.keys.chunks(CLEARING_BATCH) {
                let part = Clearing { keys: keys.to_vec(), ..clearing.clone() };
                self.context.host().propose_clearings(vec![part]).map_err(Failure::Host)?;
            }
        }
        Ok(())
    }
}

impl Kind {
    /// Which attributes may be cleared, and which of them must wait for a person.
    fn clearable(&self) -> (OptionalSet, Vec<Clearing>) {
        let mut cleared = OptionalSet::default();
        let mut unproven = Vec::new();
        for (index, (optional, &n_with)) in self.schema.optional.iter().zip(&self.n_with).enumerate() {
            let n_losing = super::count(self.seen().filter(|seen| seen.losing().contains(index)));
            let reason = match guard(n_losing, n_with) {
                _ if n_losing == 0 => continue,
                Meaning::Cleared => {
                    cleared.insert(index);
                    continue;
                }
                Meaning::Held | Meaning::Unknown if n_with == 0 => seen_on_nobody(optional.name, n_losing),
                Meaning::Held | Meaning::Unknown => too_many(optional.name, n_losing, n_with),
            };
            unproven.push(self.unproven(index, reason));
        }
        (cleared, unproven)
    }

    /// The clearing of one attribute from everybody who may have lost it.
    fn unproven(&self, index: usize, reason: Diagnosis) -> Clearing {
        let loses = |known: &Known| known.seen.as_ref().is_some_and(|seen| seen.losing().contains(index));
        let losing = self.objects.iter().filter(|(_, known)| loses(known));
        Clearing {
            attribute: self
                .schema
                .optional
                .get(index)
                .map(|optional| optional.name.to_owned())
                .unwrap_or_default(),
            document: canonical(&unassigned(self.schema, OptionalSet::of(index))),
            keys: losing.map(|(id, _)| Key::new(self.schema.resource_type, id.as_str())).collect(),
            reason,
        }
    }

    fn clear(&mut self, cleared: OptionalSet, outbox: &Outbox) -> Vec<DirectoryObject> {
        let mut puts = Vec::new();
        for (id, known) in &mut self.objects {
            let Some(seen) = &mut known.seen else { continue };
            let losing = seen.losing().and(cleared);
            let key = Key::new(self.schema.resource_type, id.as_str());
            // The version says that the whole document is there, so a document that was refused cannot be followed by it.
            if losing.is_empty() || outbox.has_refused(&key) {
                continue;
            }
            seen.version = Version { given: seen.version.given.without(losing), ..seen.version };
            seen.fate = Fate::Put;
            let document = canonical(&unassigning(self.schema, &key, losing));
            puts.push(DirectoryObject { key, version: seen.version.to_string(), document });
        }
        puts
    }

    fn seen(&self) -> impl Iterator<Item = &Seen> {
        self.objects.values().filter_map(|known| known.seen.as_ref())
    }
}

impl Seen {
    /// What the platform holds from this source and the source no longer says.
    fn losing(&self) -> OptionalSet {
        self.version.given.and(self.lacking)
    }
}

fn seen_on_nobody(name: &str, n_losing: u64) -> Diagnosis {
    Diagnosis::new(
        "attribute-not-visible",
        format!("{name} was seen on nobody; what the platform holds for up to {n_losing} objects is kept"),
        format!("没有读到任何对象的 {name}；平台上最多 {n_losing} 个对象的现有值已保留"),
    )
    .remedy(
        "if it should be visible, check the application's field permissions",
        "如果本应可见，请检查应用的字段权限",
    )
    .fact("attribute", name)
}

fn too_many(name: &str, n_losing: u64, n_with: u64) -> Diagnosis {
    Diagnosis::new(
        "clearing-kept",
        format!("{n_losing} objects would lose {name} at once, {n_with} still have it; the values are kept"),
        format!("将有 {n_losing} 个对象同时失去 {name}，仍有 {n_with} 个对象具有该值；现有值已保留"),
    )
    .remedy(
        "check whether a permission or the scope was narrowed at the source",
        "请检查数据源一侧的权限或可见范围是否被缩小",
    )
    .fact("attribute", name)
}

//! Clearing is a small removal: an optional attribute is taken from an object only where the reading proves that it is
//! empty, and not from too many at once. What that means is said in [`rollcall_rules::emptied`]; what is not proven, or too
//! much, is handed over for a person to decide.

use super::outbox::Outbox;
use super::{Fate, KnownObject, KnownType, Reading, SeenObject};
use crate::codes;
use crate::counted::{counted, numbered};
use crate::document::{OptionalSet, Version, canonical, unassigned, unassigning};
use crate::limits::CLEARING_BATCH;
use crate::model::{Change, Clearing, Diagnosis, DirectoryObject, Failure, Key, Text};
use rollcall_rules::emptied::{Answer, Evidence, FieldState, Meaning, guard, guard_event, meaning};
use std::collections::BTreeMap;

/// What the own reading of each object would show if it had a value.
pub(super) type Visible = BTreeMap<Key, OptionalSet>;

/// What is to be cleared of each object of a resource type, and what a person has to decide.
#[derive(Debug, Default)]
struct Judgement {
    cleared: BTreeMap<String, OptionalSet>,
    unproven: Vec<Clearing>,
}

impl Reading {
    /// Put what a complete full reading shows to be empty. Returns what may be, for a person to decide.
    pub(super) async fn clear(&self) -> Result<Vec<Clearing>, Failure> {
        self.clear_as(KnownType::judge_by_others).await
    }

    /// Put what the own readings of single objects show to be empty. Returns what may be, for a person to decide.
    pub(super) async fn clear_visible(&self, visible: &Visible) -> Result<Vec<Clearing>, Failure> {
        self.clear_as(|kind| kind.judge_by_own(visible)).await
    }

    async fn clear_as(&self, judge: impl Fn(&KnownType) -> Judgement) -> Result<Vec<Clearing>, Failure> {
        self.outbox.drain().await?;
        let (puts, unproven) = {
            let mut kinds = self.kinds.borrow_mut();
            let mut gathered = (Vec::new(), Vec::new());
            for kind in kinds.iter_mut() {
                let Judgement { cleared, unproven } = judge(kind);
                gathered.0.extend(kind.clear(&cleared, &self.outbox));
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

impl Judgement {
    fn clear(&mut self, ids: &[&str], index: usize) {
        for id in ids {
            let cleared = self.cleared.entry((*id).to_owned()).or_default();
            cleared.insert(index);
        }
    }
}

impl KnownType {
    /// Judge by what others were seen with, in a complete full reading.
    fn judge_by_others(&self) -> Judgement {
        let mut judgement = Judgement::default();
        for (index, (optional, &n_with)) in self.schema.optional.iter().zip(&self.n_with).enumerate() {
            let losing = self.losing(index);
            if losing.is_empty() {
                continue;
            }
            let n_losing = super::count(losing.iter());
            let evidence = Evidence { is_complete: true, n_others: n_with, ..Evidence::default() };
            match meaning(FieldState::Absent, Answer::Page, &evidence) {
                Meaning::Cleared if guard(n_losing, n_with) == Meaning::Cleared => {
                    judgement.clear(&losing, index);
                }
                Meaning::Cleared => {
                    let reason = too_many(optional.name, n_losing, n_with);
                    judgement.unproven.push(self.unproven(index, &losing, reason));
                }
                Meaning::Held | Meaning::Unknown => {
                    let reason = seen_on_nobody(optional.name, n_losing);
                    judgement.unproven.push(self.unproven(index, &losing, reason));
                }
            }
        }
        judgement
    }

    /// Judge by what each object's own reading would have shown.
    fn judge_by_own(&self, visible: &Visible) -> Judgement {
        let mut judgement = Judgement::default();
        for (index, optional) in self.schema.optional.iter().enumerate() {
            let is_proven = |id: &&str| {
                let seen = visible.get(&Key::new(self.schema.resource_type, *id));
                let gate_shown = seen.is_some_and(|seen| seen.contains(index));
                let evidence = Evidence { gate_shown, ..Evidence::default() };
                meaning(FieldState::Absent, Answer::Event, &evidence) == Meaning::Cleared
            };
            let (proven, unproven): (Vec<&str>, Vec<&str>) =
                self.losing(index).into_iter().partition(is_proven);
            let n_proven = super::count(proven.iter());
            match guard_event(n_proven) {
                Meaning::Cleared => judgement.clear(&proven, index),
                Meaning::Held | Meaning::Unknown => {
                    let reason = too_many_in_events(optional.name, n_proven);
                    judgement.unproven.push(self.unproven(index, &proven, reason));
                }
            }
            if !unproven.is_empty() {
                let reason = not_proven(optional.name);
                judgement.unproven.push(self.unproven(index, &unproven, reason));
            }
        }
        judgement
    }

    /// Whoever would lose this attribute.
    fn losing(&self, index: usize) -> Vec<&str> {
        let loses =
            |known: &KnownObject| known.seen.as_ref().is_some_and(|seen| seen.losing().contains(index));
        self.objects.iter().filter(|(_, known)| loses(known)).map(|(id, _)| id.as_str()).collect()
    }

    /// The clearing of one attribute from everybody who may have lost it.
    fn unproven(&self, index: usize, losing: &[&str], reason: Diagnosis) -> Clearing {
        let optional = self.schema.optional.get(index);
        Clearing {
            attribute: optional.map(|optional| optional.name.to_owned()).unwrap_or_default(),
            document: canonical(&unassigned(self.schema, OptionalSet::of(index))),
            keys: losing.iter().map(|id| Key::new(self.schema.resource_type, *id)).collect(),
            reason,
        }
    }

    fn clear(&mut self, cleared: &BTreeMap<String, OptionalSet>, outbox: &Outbox) -> Vec<DirectoryObject> {
        let mut puts = Vec::new();
        for (id, &cleared) in cleared {
            let Some(seen) = self.objects.get_mut(id).and_then(|known| known.seen.as_mut()) else { continue };
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
}

impl SeenObject {
    /// What the platform holds from this source and the source no longer says.
    fn losing(&self) -> OptionalSet {
        self.version.given.and(self.lacking)
    }
}

fn seen_on_nobody(name: &str, n_losing: u64) -> Diagnosis {
    codes::attribute_not_visible(name, numbered(n_losing, "object", "objects")).fact("attribute", name)
}

fn too_many(name: &str, n_losing: u64, n_with: u64) -> Diagnosis {
    let whose = Text::new(counted(n_losing, "object", "objects"), format!("将有 {n_losing} 个对象"));
    let others = counted(n_with, "still has", "still have");
    let others = Text::new(format!(", {others} it"), format!("，仍有 {n_with} 个对象具有该值"));
    codes::clearing_kept(whose, name, others).fact("attribute", name)
}

fn too_many_in_events(name: &str, n_losing: u64) -> Diagnosis {
    let objects = counted(n_losing, "object", "objects");
    let whose =
        Text::new(format!("{objects} of one batch of events"), format!("同一批事件中有 {n_losing} 个对象将"));
    codes::clearing_kept(whose, name, "").fact("attribute", name)
}

fn not_proven(name: &str) -> Diagnosis {
    codes::clearing_not_proven(name).fact("attribute", name)
}

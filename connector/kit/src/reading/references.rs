//! What objects say of each other. An object that names another waits until that one was given. What nothing has brought is
//! asked about, each once: what is there is put first, what is gone is taken out of whatever names it, and where the source
//! does not tell, the platform keeps what it holds there. No reference to what is gone makes a reading incomplete.

mod words;

use super::Reading;
use crate::document::{Draft, Schema};
use crate::limits::{MAX_LOOKUPS_IN_FLIGHT, MAX_REFERENCES_ASKED, MAX_REFERENCES_TOLD, MAX_WAITING};
use crate::lookup::Lookup;
use crate::model::{Diagnosis, Entry, Failure, Key, Severity};
use crate::pool::crawl;
use crate::reference::{Order, Reference};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

/// How much of the source a reading is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// All of it: what it does not bring is not there, until the source says otherwise.
    Everything,
    /// Some objects: what the platform holds besides them is not in question.
    Single,
}

/// What is known of references while a reading goes on.
#[derive(Debug)]
pub(super) struct References {
    extent: Cell<Extent>,
    /// Objects that wait for one that they name.
    waiting: RefCell<BTreeMap<Key, Draft>>,
    /// Who waits, by what is waited for.
    waiters: RefCell<BTreeMap<Key, BTreeSet<Key>>>,
    /// What the source said about what it did not bring.
    answers: RefCell<BTreeMap<Key, Absence>>,
    n_asked: Cell<usize>,
    n_told: Cell<usize>,
    /// Objects that name something that could not be asked about.
    unfinished: RefCell<BTreeMap<Key, Failure>>,
}

/// Why an object is not there to be named.
#[derive(Debug, Clone)]
enum Absence {
    Gone(String),
    Hidden(Diagnosis),
    NotUnderstood(Diagnosis),
    Unknown(Failure),
    /// Too many were named, or it was no time to ask.
    NotAsked,
}

impl References {
    pub(super) fn new(extent: Extent) -> Self {
        Self {
            extent: Cell::new(extent),
            waiting: RefCell::default(),
            waiters: RefCell::default(),
            answers: RefCell::default(),
            n_asked: Cell::new(0),
            n_told: Cell::new(0),
            unfinished: RefCell::default(),
        }
    }

    /// Objects that are not as the source has them, because something that they name could not be asked about.
    pub(super) fn take_unfinished(&self) -> BTreeMap<Key, Failure> {
        self.unfinished.take()
    }

    fn waits(&self, key: &Key) -> bool {
        self.waiting.borrow().contains_key(key)
    }

    fn wait(&self, draft: Draft, missing: impl Iterator<Item = Key>) {
        let mut waiters = self.waiters.borrow_mut();
        for target in missing {
            waiters.entry(target).or_default().insert(draft.key.clone());
        }
        self.waiting.borrow_mut().insert(draft.key.clone(), draft);
    }

    fn answer(&self, key: &Key, answer: Absence) {
        self.answers.borrow_mut().insert(key.clone(), answer);
    }
}

impl Reading {
    /// Put an object and whoever waited for it, or let it wait for what it names.
    pub(super) async fn put_or_wait(&self, draft: Draft) -> Result<(), Failure> {
        let key = draft.key.clone();
        // What is given twice counts as it was given last.
        self.references.waiting.borrow_mut().remove(&key);
        self.deliver_or_wait(draft).await?;
        self.release(key).await
    }

    async fn deliver_or_wait(&self, draft: Draft) -> Result<(), Failure> {
        let missing = self.missing_of(&draft)?;
        if missing.is_empty() {
            return self.deliver(draft).await;
        }
        if MAX_WAITING <= self.references.waiting.borrow().len() {
            // What is only named may come later.
            let hung = missing.into_iter().filter(|(_, order)| *order == Order::After);
            hung.for_each(|(target, _)| self.references.answer(&target, Absence::NotAsked));
            return self.deliver(draft).await;
        }
        self.references.wait(draft, missing.into_iter().map(|(target, _)| target));
        Ok(())
    }

    /// Let go on who waited for this, and who waited for them.
    async fn release(&self, key: Key) -> Result<(), Failure> {
        let mut settled = vec![key];
        while let Some(key) = settled.pop() {
            let waiters = self.references.waiters.borrow_mut().remove(&key).unwrap_or_default();
            for waiter in waiters {
                let Some(draft) = self.references.waiting.borrow_mut().remove(&waiter) else { continue };
                self.deliver_or_wait(draft).await?;
                if !self.references.waits(&waiter) {
                    settled.push(waiter);
                }
            }
        }
        Ok(())
    }

    /// Ask about everything that is waited for, until nobody waits. What the source brings may name more.
    pub(super) async fn settle_references(
        &self,
        look_up: &impl AsyncFn(&Key) -> Lookup,
    ) -> Result<(), Failure> {
        loop {
            let awaited = self.awaited();
            if awaited.is_empty() && !self.break_a_circle().await? {
                return Ok(());
            }
            if self.references.extent.get() == Extent::Single {
                self.find(&awaited)?;
            }
            for (target, lookup) in self.ask_about(&awaited, look_up).await? {
                self.take_answer(target, lookup).await?;
            }
            for target in awaited {
                self.release(target).await?;
            }
        }
    }

    /// Put whoever waits without asking about anything: the source could not be read on.
    pub(super) async fn put_waiting_unasked(&self) -> Result<(), Failure> {
        // What was not read yet is no less there than before.
        self.references.extent.set(Extent::Single);
        loop {
            let awaited = self.awaited();
            if awaited.is_empty() && !self.break_a_circle().await? {
                return Ok(());
            }
            for target in awaited {
                if !self.is_there(&target) {
                    self.references.answer(&target, Absence::NotAsked);
                }
                self.release(target).await?;
            }
        }
    }

    /// What the source says about this object; what it said before, if it was asked.
    pub(super) async fn ask_once(&self, key: &Key, look_up: &impl AsyncFn(&Key) -> Lookup) -> Lookup {
        let answer = self.references.answers.borrow().get(key).cloned();
        let lookup = match answer {
            Some(Absence::Gone(evidence)) => return Lookup::Gone(evidence),
            Some(Absence::Hidden(why)) => return Lookup::Hidden(why),
            Some(Absence::NotUnderstood(why)) => return Lookup::NotUnderstood(why),
            Some(Absence::Unknown(failure)) => return Lookup::Unknown(failure),
            Some(Absence::NotAsked) | None => look_up(key).await,
        };
        self.remember(key, &lookup);
        lookup
    }

    /// Keep an answer for whatever names the object.
    pub(super) fn remember(&self, key: &Key, lookup: &Lookup) {
        let answer = match lookup {
            Lookup::Present(_) => return,
            Lookup::Gone(evidence) => Absence::Gone(evidence.clone()),
            Lookup::Hidden(why) => Absence::Hidden(why.clone()),
            Lookup::NotUnderstood(why) => Absence::NotUnderstood(why.clone()),
            Lookup::Unknown(failure) => Absence::Unknown(failure.clone()),
        };
        self.references.answer(key, answer);
    }

    /// Say how many references lead nowhere beside those that were told one by one.
    pub(super) fn tell_further_references(&self) {
        let n_further = self.references.n_told.get().saturating_sub(MAX_REFERENCES_TOLD);
        if 0 < n_further {
            self.context.record(Entry::new(Severity::Warning, words::further(n_further)));
        }
    }

    async fn ask_about(
        &self,
        awaited: &[Key],
        look_up: &impl AsyncFn(&Key) -> Lookup,
    ) -> Result<BTreeMap<Key, Option<Lookup>>, Failure> {
        let n_left = MAX_REFERENCES_ASKED.saturating_sub(self.references.n_asked.get());
        let unknown = awaited.iter().filter(|target| !self.is_there(target));
        let mut asked: Vec<Key> = unknown.cloned().collect();
        let beyond = asked.split_off(n_left.min(asked.len()));
        self.references.n_asked.set(self.references.n_asked.get() + asked.len());
        let lookups = RefCell::new(BTreeMap::new());
        let gathered = &lookups;
        crawl(asked, MAX_LOOKUPS_IN_FLIGHT, |key| async move {
            let lookup = self.ask_once(&key, look_up).await;
            gathered.borrow_mut().insert(key, Some(lookup));
            Ok::<_, Failure>(Vec::new())
        })
        .await?;
        let mut lookups = lookups.into_inner();
        lookups.extend(beyond.into_iter().map(|key| (key, None)));
        Ok(lookups)
    }

    async fn take_answer(&self, target: Key, lookup: Option<Lookup>) -> Result<(), Failure> {
        match lookup {
            Some(Lookup::Present(draft)) => {
                self.put_or_wait(*draft).await?;
                // An answer about something else says nothing about this.
                if !self.is_there(&target) && !self.references.waits(&target) {
                    self.references.answer(&target, Absence::NotAsked);
                }
            }
            Some(Lookup::Unknown(failure)) => {
                let why = failure.diagnosis().clone();
                self.incomplete(Entry::about(Severity::Error, &target, None, why));
            }
            Some(Lookup::Gone(_) | Lookup::Hidden(_) | Lookup::NotUnderstood(_)) => {}
            None => self.references.answer(&target, Absence::NotAsked),
        }
        Ok(())
    }

    /// What is waited for and does not wait itself.
    fn awaited(&self) -> Vec<Key> {
        let waiters = self.references.waiters.borrow();
        waiters.keys().filter(|target| !self.references.waits(target)).cloned().collect()
    }

    /// Objects that wait for each other would do so for ever: the first is put as it is. Whether there was any.
    async fn break_a_circle(&self) -> Result<bool, Failure> {
        let Some((key, draft)) = self.references.waiting.borrow_mut().pop_first() else { return Ok(false) };
        self.deliver(draft).await?;
        self.release(key).await?;
        Ok(true)
    }

    /// What an object names that was not given, and of which nothing is known yet, and whether it must be put first.
    fn missing_of(&self, draft: &Draft) -> Result<Vec<(Key, Order)>, Failure> {
        let schema = self.schema(&draft.key)?;
        let mut missing = Vec::new();
        for reference in schema.references {
            let targets = targets(reference, draft).filter(|target| *target != draft.key);
            let targets = targets.filter(|target| self.is_missing(target, reference.order));
            missing.extend(targets.map(|target| (target, reference.order)));
        }
        Ok(missing)
    }

    fn is_missing(&self, target: &Key, order: Order) -> bool {
        let is_given = order == Order::Any && self.references.waits(target);
        let is_answered = self.references.answers.borrow().contains_key(target);
        !is_given && !is_answered && !self.is_there(target) && self.schema(target).is_ok()
    }

    /// Whether what is named is there for all that this reading knows.
    fn is_there(&self, target: &Key) -> bool {
        let is_held = self.references.extent.get() == Extent::Single && self.holds(target);
        is_held || self.has_seen(target) || self.skipped.borrow().contains(target)
    }

    /// Put an object, without what it names that is not there.
    async fn deliver(&self, draft: Draft) -> Result<(), Failure> {
        if self.references.answers.borrow().is_empty() {
            return self.put_now(draft).await;
        }
        let schema = self.schema(&draft.key)?;
        let mut document = draft.document.clone();
        for reference in schema.references {
            let mut is_clear = true;
            for target in targets(reference, &draft) {
                let Some(answer) = self.answer_about(&target) else { continue };
                is_clear &= matches!(answer, Absence::Gone(_));
                self.tell_reference(&draft, reference, &target, &answer);
            }
            if is_clear {
                reference
                    .drop_gone(&mut document, |id| self.answer_about(&Key::new(reference.to, id)).is_some());
            } else {
                reference.leave_out(&mut document);
            }
        }
        let draft = if document == draft.document { draft } else { draft.retold(schema, document) };
        self.put_now(draft).await
    }

    /// What the source said about what is named, unless it is there.
    fn answer_about(&self, target: &Key) -> Option<Absence> {
        let answer = self.references.answers.borrow().get(target).cloned();
        answer.filter(|answer| matches!(answer, Absence::Gone(_)) || !self.is_there(target))
    }

    fn tell_reference(&self, draft: &Draft, reference: &Reference, target: &Key, answer: &Absence) {
        if let Absence::Unknown(failure) = answer {
            self.references.unfinished.borrow_mut().insert(draft.key.clone(), failure.clone());
        }
        let n_told = self.references.n_told.get();
        self.references.n_told.set(n_told + 1);
        if n_told < MAX_REFERENCES_TOLD {
            let why = words::why(reference, target, answer);
            self.context.record(Entry::about(Severity::Warning, &draft.key, Some(&draft.name), why));
        }
    }

    fn schema(&self, key: &Key) -> Result<&'static Schema, Failure> {
        self.with_kind(&key.resource_type, |kind| kind.schema)
    }
}

fn targets<'d>(reference: &'d Reference, draft: &'d Draft) -> impl Iterator<Item = Key> + use<'d> {
    reference.ids(&draft.document).into_iter().map(|id| Key::new(reference.to, id))
}

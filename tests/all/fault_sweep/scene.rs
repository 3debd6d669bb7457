//! One run, and what must hold of it whichever response is replaced by whichever fault.

use super::leaves::{leaves, paths};
use crate::expectation::{Documents, View, assert_same};
use crate::faults::{self, Answer, Consequence, Fault};
use crate::harness::pair::{Ended, Pair, subscribed};
use rollcall_dingtalk_simulator::{Company, Mutation, Simulator};
use rollcall_kit::Key;
use serde_json::Value;
use std::any::type_name;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// Virtual time after which a run is said to hang, in milliseconds.
///
/// Why: five attempts at 20 s each with 1-2-4-8 s between them are two minutes; a block of DingTalk's lasts five.
const MAX_RUN_MS: u64 = 15 * 60_000;

/// Failing cases that are told in full.
const MAX_TOLD: usize = 10;

/// Cases of a scene that a pair takes in a test run if each takes long; `ROLLCALL_SWEEP=whole` makes it all of them.
///
/// Why: with all scenes some 400, which take half a minute.
const SAMPLE: usize = 80;

/// The same, if each is quick.
///
/// Why: of 560 to 17,000 cases, which take minutes, those of every fault in the place of some responses.
const QUICK_SAMPLE: usize = 1500;

/// What a run has to do.
pub(super) struct Work {
    /// What has happened since the last import.
    pub(super) meanwhile: Vec<Mutation>,
    /// Whether it asks for the details of departments and people.
    pub(super) details: bool,
}

/// What is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    Everything,
    /// What events name.
    Events,
}

/// A company, and what a platform holds of it that is not as the company is.
pub(super) struct Scene<P: Pair> {
    simulator: Simulator,
    extent: Extent,
    details: bool,
    kept: P::Kept,
    before: Documents,
    /// What a run without faults leaves.
    after: Documents,
    /// What a run without faults is answered, in order.
    answers: Vec<Answer>,
    /// Digests of what runs have left and the next run has mended.
    mended: Mutex<BTreeSet<u64>>,
}

impl<P: Pair> Scene<P> {
    /// Nothing was imported yet.
    pub(super) fn first_import(company: Company) -> Self {
        let simulator = Simulator::new(company);
        let kept = P::over(simulator.clone()).keep();
        let before = Documents::new();
        Self::new(simulator, kept, before, (Extent::Everything, false))
    }

    /// Everything was imported before the last changes.
    pub(super) fn after_an_import(company: Company, work: Work) -> Self {
        Self::after(P::new(company), work, Extent::Everything)
    }

    /// Everything was imported, and the source pushes the changes since then.
    pub(super) fn batch_of_events(company: Company, meanwhile: Vec<Mutation>) -> Self {
        let pair = P::new(company);
        pair.mutate(&subscribed());
        Self::after(pair, Work { meanwhile, details: false }, Extent::Events)
    }

    fn after(pair: P, work: Work, extent: Extent) -> Self {
        pair.set_details(work.details);
        pair.import();
        let before = pair.documents();
        for mutation in &work.meanwhile {
            pair.mutate(mutation);
        }
        let simulator = pair.with(|simulator| simulator.clone());
        let scene = Self::new(simulator, pair.keep(), before, (extent, work.details));
        assert_eq!(scene.before == scene.after, work.meanwhile.is_empty(), "a change is something to do");
        scene
    }

    fn new(
        simulator: Simulator,
        kept: P::Kept,
        before: Documents,
        (extent, details): (Extent, bool),
    ) -> Self {
        let (after, answers, mended) = (Documents::new(), Vec::new(), Mutex::default());
        let scene = Self { simulator, extent, details, kept, before, after, answers, mended };
        let pair = scene.resume();
        let answers = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&answers);
        pair.instead(move |_, answer| {
            heard.lock().expect("nobody panics").push(answer.clone());
            None
        });
        let ended = scene.run(&pair);
        assert!(ended.complete, "{ended:?}: {:#?}", pair.take_told());
        let expected = View { details, ..View::of(scene.simulator.company()) };
        assert_same(&pair.documents(), &expected.documents());
        let answers = std::mem::take(&mut *answers.lock().expect("nobody panics"));
        Self { after: pair.documents(), answers, ..scene }
    }

    fn resume(&self) -> P {
        let pair = P::resume(&self.kept, self.simulator.clone());
        pair.set_details(self.details);
        if self.extent == Extent::Events {
            pair.set_events();
        }
        pair
    }

    fn run(&self, pair: &P) -> Ended {
        match self.extent {
            Extent::Everything => pair.sync(),
            Extent::Events => pair.follow(),
        }
    }

    /// Take every case, or the sample of them.
    #[track_caller]
    pub(super) fn sweep(&self) {
        let faults = faults::all();
        let cases = self.cases(&faults);
        let (next, n_taken) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let work = || {
            let mut wrong = Vec::new();
            while let Some((fault, nth)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                match self.case(fault, *nth) {
                    Ok(applies) => {
                        n_taken.fetch_add(usize::from(applies), Ordering::Relaxed);
                    }
                    Err(why) => wrong.push(format!("{} instead of response {nth}: {why}", fault.name)),
                }
            }
            wrong
        };
        let wrong: Vec<String> = std::thread::scope(|scope| {
            let threads = [scope.spawn(work), scope.spawn(work)];
            threads.into_iter().flat_map(|thread| thread.join().expect("no case panics")).collect()
        });
        let n_left = self.mended.lock().expect("no case panics").len();
        let n_taken = n_taken.into_inner();
        println!(
            "{}: {} faults, {} responses, {} cases, {} wrong, {n_left} states left and mended",
            type_name::<P>(),
            faults.len(),
            self.answers.len(),
            n_taken,
            wrong.len(),
        );
        assert!(0 < n_taken, "no fault was put in the place of any response");
        let told = wrong.iter().take(MAX_TOLD).cloned().collect::<Vec<_>>().join("\n");
        assert!(wrong.is_empty(), "{} cases are wrong, among them:\n{told}", wrong.len());
    }

    /// Each fault instead of each response in whose place it makes sense; of these a sample, the same every time, unless it is
    /// to be the whole.
    fn cases<'f>(&self, faults: &'f [Fault]) -> Vec<(&'f Fault, u64)> {
        let of_fault = |fault: &'f Fault| {
            let responses = (1..).zip(&self.answers);
            responses
                .filter(|(_, answer)| fault.instead_of(answer).is_some())
                .map(move |(nth, _)| (fault, nth))
        };
        let mut cases: Vec<_> = faults.iter().flat_map(of_fault).collect();
        if std::env::var("ROLLCALL_SWEEP").as_deref() != Ok("whole") {
            cases.sort_by_cached_key(|(fault, nth)| digest(&(&fault.name, nth)));
            cases.truncate(if P::IS_QUICK { QUICK_SAMPLE } else { SAMPLE });
        }
        cases
    }

    /// Whether the fault applies to that response; or what is wrong with what followed.
    fn case(&self, fault: &Fault, nth: u64) -> Result<bool, String> {
        let pair = self.resume();
        let began_ms = pair.now_ms();
        let replaced = Arc::new(Mutex::new(None));
        let (instead, path) = (fault.clone(), Arc::clone(&replaced));
        pair.instead(move |number, answer| {
            let reply = (number == nth).then(|| instead.instead_of(answer)).flatten()?;
            *path.lock().expect("nobody panics") = Some(answer.path.clone());
            Some(reply)
        });
        let ended = self.run(&pair);
        let Some(path) = replaced.lock().expect("nobody panics").take() else { return Ok(false) };
        let (took_ms, n_requests) = (pair.now_ms() - began_ms, pair.n_requests());
        let n_answers = u64::try_from(self.answers.len()).expect("it is a small number");
        if MAX_RUN_MS < took_ms || 3 * n_answers + 50 < n_requests {
            return Err(format!("{n_requests} requests and {took_ms} ms"));
        }
        if !ended.complete || !self.differences(&pair).is_empty() {
            // Of what an event names, DingTalk's own word about it is all that there is; a full run knows better.
            if self.extent == Extent::Everything || !fault.denies_the_object() {
                let consequence = fault.consequence(&path);
                self.nothing_lost(&pair, ended.complete, consequence)?;
                self.followed(consequence, &pair, &ended)?;
            }
            self.mended(&pair)?;
        }
        Ok(true)
    }

    /// After a run that is not just as it should be: only who has really left is gone, of a reading of everything only after
    /// a complete one; no field is gone that the truth still has; every value is the one of before, the one of now, or the
    /// one that the fault says.
    fn nothing_lost(&self, pair: &P, complete: bool, consequence: Consequence) -> Result<(), String> {
        // What an event names is judged by its own reading.
        let complete = complete || self.extent == Extent::Events;
        let now = pair.documents();
        for (key, before) in &self.before {
            let truth = self.after.get(key);
            match now.get(key) {
                None if truth.is_some() => return Err(format!("{key:?} was deleted and is still there")),
                None if !complete => return Err(format!("{key:?} was deleted by an incomplete run")),
                None => {}
                Some(now) if now == before => {}
                Some(now) => {
                    for path in paths(before).difference(&paths(now)) {
                        let cleared = truth.is_some_and(|truth| !paths(truth).contains(path));
                        if !(complete && cleared) {
                            return Err(format!("{key:?} lost {path:?}, complete: {complete}"));
                        }
                    }
                }
            }
        }
        for (key, now) in &now {
            let known: BTreeSet<_> =
                [&self.before, &self.after].iter().filter_map(|all| all.get(key)).flat_map(leaves).collect();
            let truth = self.after.get(key);
            let mut odd = leaves(now).into_iter().filter(|leaf| !known.contains(leaf));
            if let Some(odd) = odd.find(|leaf| !may_have(consequence, leaf, truth)) {
                return Err(format!("{key:?} has {odd:?}, which it never had"));
            }
        }
        Ok(())
    }

    fn followed(&self, consequence: Consequence, pair: &P, ended: &Ended) -> Result<(), String> {
        match consequence {
            Consequence::None => Err(format!("it does not pass: {ended:?}, {:?}", pair.take_told())),
            Consequence::Honest if ended.complete => self.same_but_for_who_was_left(pair, false),
            Consequence::CostsKeys if ended.complete => self.same_but_for_who_was_left(pair, true),
            Consequence::Says { .. } | Consequence::Costs { .. } | Consequence::CostsBesideDepartments => {
                self.same_but_for_what_is_odd(consequence, pair, ended)
            }
            Consequence::Honest | Consequence::Harmless | Consequence::CostsKeys => Ok(()),
        }
    }

    /// Who cannot be asked about is left as before, with a word about it, or, if it is not known who, about anything.
    fn same_but_for_who_was_left(&self, pair: &P, is_nameless: bool) -> Result<(), String> {
        let told = pair.take_told_about();
        let now = pair.documents();
        let is_told = |key: &(String, String)| {
            told.contains(&Key::new(key.0.as_str(), key.1.as_str())) || (is_nameless && !told.is_empty())
        };
        let left = |key: &(String, String)| now.get(key) == self.before.get(key) && is_told(key);
        let differences: Vec<_> = self.differences(pair).into_iter().filter(|key| !left(key)).collect();
        if differences.is_empty() {
            Ok(())
        } else {
            Err(format!("it says complete, and is not: {differences:?}"))
        }
    }

    /// It is a whole reading, in which nobody is other than they should be but in what is odd.
    fn same_but_for_what_is_odd(
        &self,
        consequence: Consequence,
        pair: &P,
        ended: &Ended,
    ) -> Result<(), String> {
        if !ended.complete {
            return Err(format!("an odd member costs more than itself: {ended:?}, {:?}", pair.take_told()));
        }
        let told = pair.take_told_about();
        let now = pair.documents();
        for key in self.differences(pair) {
            let (Some(now), Some(truth)) = (now.get(&key), self.after.get(&key)) else {
                return Err(format!("{key:?} is held, or is there, and not both"));
            };
            let (now, should) = (leaves(now), leaves(truth));
            let mut others = now.symmetric_difference(&should);
            if let Some(other) = others.find(|leaf| !may_differ(consequence, leaf, truth)) {
                return Err(format!("{key:?} is other than it should be in {other:?}"));
            }
            let is_read = matches!(consequence, Consequence::Says { .. });
            if !is_read && !told.contains(&Key::new(key.0.as_str(), key.1.as_str())) {
                return Err(format!("nothing is told of {key:?}"));
            }
        }
        Ok(())
    }

    /// The next run mends what this one left. Few of the things that can be left are new, and nothing else passes from
    /// one run to the next, so what was mended once is not tried again.
    fn mended(&self, pair: &P) -> Result<(), String> {
        let left = left(pair);
        if self.mended.lock().expect("no case panics").contains(&left) {
            return Ok(());
        }
        pair.honest();
        let ended = pair.sync();
        let differences = self.differences(pair);
        if ended.complete && differences.is_empty() {
            self.mended.lock().expect("no case panics").insert(left);
            return Ok(());
        }
        Err(format!("the next run does not mend it: {ended:?}, {differences:?}"))
    }

    fn differences(&self, pair: &P) -> Vec<(String, String)> {
        let now = pair.documents();
        let keys: BTreeSet<_> = now.keys().chain(self.after.keys()).collect();
        keys.into_iter().filter(|key| now.get(*key) != self.after.get(*key)).cloned().collect()
    }
}

/// Whether a document may have this because of the fault, although it never had it.
fn may_have(consequence: Consequence, (path, leaf): &(String, String), truth: Option<&Value>) -> bool {
    match consequence {
        Consequence::Says { attributes, value } => attributes.contains(&path.as_str()) && leaf == value,
        Consequence::CostsBesideDepartments => {
            truth.and_then(|truth| truth.pointer(path)).is_some_and(|list| is_part_of(leaf, list))
        }
        Consequence::None
        | Consequence::Honest
        | Consequence::Harmless
        | Consequence::Costs { .. }
        | Consequence::CostsKeys => false,
    }
}

/// Whether a document may have this because of the fault, or not have it.
fn may_differ(consequence: Consequence, leaf: &(String, String), truth: &Value) -> bool {
    let path = leaf.0.as_str();
    match consequence {
        Consequence::Says { attributes, .. } | Consequence::Costs { attributes } => {
            attributes.contains(&path)
        }
        Consequence::CostsBesideDepartments => {
            truth.pointer(path).is_some_and(|list| *list.to_string() == leaf.1)
                || may_have(consequence, leaf, Some(truth))
        }
        Consequence::None | Consequence::Honest | Consequence::Harmless | Consequence::CostsKeys => false,
    }
}

/// Whether this is a list of the same departments, with nothing beside them that does not stand there.
fn is_part_of(leaf: &str, departments: &Value) -> bool {
    let (Ok(Value::Array(now)), Value::Array(departments)) = (serde_json::from_str(leaf), departments) else {
        return false;
    };
    let is_part = |(now, whole): (&Value, &Value)| {
        let members = now.as_object().into_iter().flatten();
        now["value"] == whole["value"]
            && members.into_iter().all(|(name, value)| whole.get(name) == Some(value))
    };
    now.len() == departments.len() && now.iter().zip(departments).all(is_part)
}

/// A digest of all that a run leaves behind: what the platform holds and what the connector keeps.
fn left(pair: &impl Pair) -> u64 {
    let held: Vec<(_, _, String)> = pair
        .held()
        .into_iter()
        .map(|(key, (version, document)): (_, (String, Value))| (key, version, document.to_string()))
        .collect();
    digest(&(held, pair.storage()))
}

fn digest(of: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

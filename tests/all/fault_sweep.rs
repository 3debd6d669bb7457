//! Each single response of a run, replaced in turn by each fault: nothing is lost, nothing is blanked, nothing hangs, and
//! a run that could not read everything never says that it did.

use crate::companies::{self, branch};
use crate::expectation::{View, assert_same};
use crate::faults::{self, Consequence, Fault};
use crate::harness::native::Native;
use rollcall_dingtalk_simulator::{Company, Mutation, Scope, Simulator, User, UserId};
use rollcall_kit::testing::Stored;
use rollcall_kit::{Area, Failure, Host, Key, Summary};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Virtual time after which a run is said to hang, in milliseconds.
///
/// Why: five attempts at 20 s each with 1-2-4-8 s between them are two minutes; a block of DingTalk's lasts five.
const MAX_RUN_MS: u64 = 15 * 60_000;

/// Failing cases that are told in full.
const MAX_TOLD: usize = 10;

#[test]
fn no_single_fault_deletes_blanks_hangs_or_pretends() {
    Scene::new(companies::branches(100), false).sweep(&faults::all());
}

#[test]
fn no_single_fault_does_so_with_details_and_a_part_of_the_company() {
    let mut company = companies::crowded_branches(30, 9);
    let scope = Scope {
        authed_dept: [0, 1, 9].map(branch).to_vec(),
        authed_user: vec![UserId::from("b005p0"), UserId::from("b006p1")],
    };
    let app_key = company.apps()[0].app_key.clone();
    company.apply(&Mutation::SetScope { app_key, scope }).expect("the scope is possible");
    Scene::new(company, true).sweep(&faults::all());
}

/// What happens between the two imports.
fn meanwhile() -> Vec<Mutation> {
    let leaves = |userid: &str| Mutation::RemoveUser { userid: UserId::from(userid) };
    vec![
        leaves("b000p0"),
        leaves("b004p1"),
        leaves("crowd007"),
        leaves("b025p0"),
        leaves("b025p1"),
        Mutation::RemoveDepartment { dept_id: branch(25) },
        Mutation::RenameDepartment { dept_id: branch(9), name: "Renamed".to_owned() },
        Mutation::MoveDepartment { dept_id: branch(16), parent_id: branch(1) },
        Mutation::modify_user("b001p0", &json!({ "title": null })),
        Mutation::modify_user("b001p1", &json!({ "mobile": null, "state_code": null })),
        Mutation::modify_user("b008p0", &json!({ "title": "Director", "org_email": "" })),
        Mutation::MoveUser { userid: UserId::from("b008p1"), dept_ids: vec![branch(8), branch(0)] },
        Mutation::AddUser(Box::new(User::new("newcomer", "Newcomer").in_departments([700_000_001]))),
    ]
}

/// What the platform holds.
type Objects = BTreeMap<Key, Stored>;

/// A company that was imported and has changed since.
struct Scene {
    /// After the changes.
    simulator: Simulator,
    details: bool,
    before: Objects,
    /// What a run without faults leaves.
    after: Objects,
    /// How many requests that takes.
    n_requests: u64,
    /// Digests of what runs have left and the next run has mended.
    mended: Mutex<BTreeSet<u64>>,
}

impl Scene {
    fn new(company: Company, details: bool) -> Self {
        let native = Native::new(company);
        native.set_details(details);
        native.import();
        let before = native.host.objects().clone();
        for mutation in meanwhile() {
            native.mutate(&mutation);
        }
        let simulator = native.with(|simulator| simulator.clone());
        native.import();
        let expected = View { details, ..View::of(simulator.company()) };
        assert_same(&native.documents(), &expected.documents());
        let after = native.host.objects().clone();
        assert_ne!(before, after);
        Self { simulator, details, before, after, n_requests: native.n_requests(), mended: Mutex::default() }
    }

    fn sweep(&self, faults: &[Fault]) {
        let (next, n_cases) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let work = || {
            let mut wrong = Vec::new();
            while let Some(fault) = faults.get(next.fetch_add(1, Ordering::Relaxed)) {
                for nth in 1..=self.n_requests {
                    match self.case(fault, nth) {
                        Ok(applies) => {
                            n_cases.fetch_add(usize::from(applies), Ordering::Relaxed);
                        }
                        Err(why) => wrong.push(format!("{} instead of response {nth}: {why}", fault.name)),
                    }
                }
            }
            wrong
        };
        let wrong: Vec<String> = std::thread::scope(|scope| {
            let threads = [scope.spawn(work), scope.spawn(work)];
            threads.into_iter().flat_map(|thread| thread.join().expect("no case panics")).collect()
        });
        let n_left = self.mended.lock().expect("no case panics").len();
        println!(
            "{} faults, {} responses, {} cases, {n_left} states left and mended",
            faults.len(),
            self.n_requests,
            n_cases.into_inner(),
        );
        let told = wrong.iter().take(MAX_TOLD).cloned().collect::<Vec<_>>().join("\n");
        assert!(wrong.is_empty(), "{} cases are wrong, among them:\n{told}", wrong.len());
    }

    /// Whether the fault applies to that response; or what is wrong with what followed.
    fn case(&self, fault: &Fault, nth: u64) -> Result<bool, String> {
        let native = Native::over(self.simulator.clone());
        native.set_details(self.details);
        native.host.set_objects(self.before.clone());
        let began_ms = native.host.now_ms();
        let replaced = Rc::new(RefCell::new(None));
        let (instead, path) = (fault.clone(), Rc::clone(&replaced));
        native.instead(move |number, answer| {
            let reply = (number == nth).then(|| instead.instead_of(answer)).flatten()?;
            *path.borrow_mut() = Some(answer.path.clone());
            Some(reply)
        });
        let result = native.sync();
        let Some(path) = replaced.take() else { return Ok(false) };
        let took_ms = native.host.now_ms() - began_ms;
        if MAX_RUN_MS < took_ms || 3 * self.n_requests + 50 < native.n_requests() {
            return Err(format!("{} requests and {took_ms} ms", native.n_requests()));
        }
        let complete = result.as_ref().is_ok_and(|summary| summary.complete);
        if !complete || !self.differences(&native).is_empty() {
            self.nothing_lost(&native, complete)?;
            self.followed(fault.consequence(&path), &native, &result)?;
            self.mended(&native)?;
        }
        Ok(true)
    }

    /// After a run that is not just as it should be: only who has really left is gone, and only after a complete reading; no field is gone that the truth still has;
    /// every value is the one of before or the one of now.
    fn nothing_lost(&self, native: &Native, complete: bool) -> Result<(), String> {
        let now = native.host.objects();
        for (key, before) in &self.before {
            let truth = self.after.get(key);
            match now.get(key) {
                None if truth.is_some() => return Err(format!("{key:?} was deleted and is still there")),
                None if !complete => return Err(format!("{key:?} was deleted by an incomplete run")),
                None => {}
                Some(now) if now.document == before.document => {}
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
        for (key, now) in now.iter() {
            if self.after.get(key).is_some_and(|truth| truth.document == now.document) {
                continue;
            }
            let known = [self.before.get(key), self.after.get(key)].map(|document| document.map(leaves));
            let is_known =
                |leaf| known.iter().flatten().any(|leaves| leaves.contains::<(String, String)>(leaf));
            if let Some(odd) = leaves(now).iter().find(|leaf| !is_known(leaf)) {
                return Err(format!("{key:?} has {odd:?}, which it never had"));
            }
        }
        Ok(())
    }

    fn followed(
        &self,
        consequence: Consequence,
        native: &Native,
        result: &Result<Summary, Failure>,
    ) -> Result<(), String> {
        let complete = result.as_ref().is_ok_and(|summary| summary.complete);
        match consequence {
            Consequence::None => Err(format!("it does not pass: {result:?}")),
            Consequence::Honest if complete => self.same_but_for_who_was_left(native),
            Consequence::Honest | Consequence::Harmless => Ok(()),
        }
    }

    /// Who cannot be asked about is left as before, with a word about it.
    fn same_but_for_who_was_left(&self, native: &Native) -> Result<(), String> {
        let entries = native.host.take_entries();
        let told: BTreeSet<Key> = entries.into_iter().filter_map(|entry| entry.subject).collect();
        let now = native.host.objects();
        let left = |key: &Key| document(&now, key) == document(&self.before, key) && told.contains(key);
        let differences: Vec<_> = self.differences(native).into_iter().filter(|key| !left(key)).collect();
        if differences.is_empty() {
            Ok(())
        } else {
            Err(format!("it says complete, and is not: {differences:?}"))
        }
    }

    /// The next run mends what this one left. Few of the things that can be left are new, and nothing else passes from
    /// one run to the next, so what was mended once is not tried again.
    fn mended(&self, native: &Native) -> Result<(), String> {
        let left = left(native);
        if self.mended.lock().expect("no case panics").contains(&left) {
            return Ok(());
        }
        native.honest();
        let result = native.sync();
        let differences = self.differences(native);
        if result.as_ref().is_ok_and(|summary| summary.complete) && differences.is_empty() {
            self.mended.lock().expect("no case panics").insert(left);
            return Ok(());
        }
        Err(format!("the next run does not mend it: {result:?}, {differences:?}"))
    }

    fn differences(&self, native: &Native) -> Vec<Key> {
        let now = native.host.objects();
        let keys: BTreeSet<_> = now.keys().chain(self.after.keys()).collect();
        keys.into_iter().filter(|key| document(&now, key) != document(&self.after, key)).cloned().collect()
    }
}

/// A digest of all that a run leaves behind: what the platform holds and what the connector keeps.
fn left(native: &Native) -> u64 {
    let mut hasher = DefaultHasher::new();
    for (key, Stored { version, document }) in native.host.objects().iter() {
        (&key.resource_type, &key.external_id, version, document.to_string()).hash(&mut hasher);
    }
    native.host.storage(Area::Durable).hash(&mut hasher);
    hasher.finish()
}

fn document<'o>(objects: &'o Objects, key: &Key) -> Option<&'o Value> {
    objects.get(key).map(|object| &object.document)
}

/// Where the document says something: members, and of the arrays whose elements have a type these elements.
fn paths(object: &Stored) -> BTreeSet<String> {
    leaves(object).into_iter().map(|(path, _)| path).collect()
}

fn leaves(object: &Stored) -> BTreeSet<(String, String)> {
    let mut leaves = BTreeSet::new();
    gather(&object.document, String::new(), &mut leaves);
    leaves
}

fn gather(value: &Value, path: String, leaves: &mut BTreeSet<(String, String)>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                gather(member, format!("{path}/{name}"), leaves);
            }
        }
        Value::Array(elements) if elements.iter().any(|element| element.get("type").is_some()) => {
            for element in elements {
                leaves.insert((format!("{path}/{}", element["type"]), element["value"].to_string()));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            leaves.insert((path, value.to_string()));
        }
    }
}

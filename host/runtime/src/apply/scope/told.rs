//! What is said of a scope that is smaller than before.

use std::collections::BTreeSet;

use crate::amount::{amounts, amounts_in_chinese};
use crate::apply::StepKind;
use crate::awaiting::SCOPE_HELD;
use crate::directory::Write;
use crate::model::{Counts, Diagnosis, Entry, Key, Scope, Severity, count};
use crate::proof::{are_objects, keys};

/// The code of a smaller scope that a person approved.
const NARROWED: &str = "scope-narrowed";

/// The code of a scope that is as it was, and does not show all that the platform holds.
const UNFOLLOWED: &str = "objects-not-followed";

/// The fact by which an approval knows the scope: its [`Scope::digest`].
pub(crate) const SCOPE: &str = "scope";

/// How a scope is smaller than the last one.
#[derive(Debug)]
pub(super) struct Narrowed {
    /// Whether the last one was of everything.
    pub(super) was_whole: bool,
    /// What is no longer in it, where the last one was of parts.
    pub(super) lost: BTreeSet<Key>,
    /// What is in it.
    pub(super) scope: Scope,
    /// Whether a person approved it.
    pub(super) is_approved: bool,
}

/// The fact by which an approval knows how many of a resource type would leave, before the name of the type.
pub(crate) const LEAVING: &str = "leaving ";

/// What is held because of it, by resource type.
#[derive(Debug, Default)]
pub(super) struct HeldByType {
    /// Objects that would be taken out of departments.
    displaced: Counts,
    /// Objects that would leave.
    leaving: Counts,
}

impl HeldByType {
    pub(super) fn add(&mut self, write: &Write) {
        let counts = match StepKind::of(write.action) {
            StepKind::Departure => &mut self.leaving,
            StepKind::Put => &mut self.displaced,
        };
        count(counts, &write.key);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.displaced.is_empty() && self.leaving.is_empty()
    }
}

impl Narrowed {
    /// What the log of the run says, once; `unfollowed` is out of the scope.
    pub(super) fn entry(&self, held: &HeldByType, unfollowed: &Counts) -> Entry {
        let (mut less, mut less_in_chinese) = self.less();
        if !unfollowed.is_empty() {
            let (are, objects) = are_objects(unfollowed);
            less.push_str(&format!("; {are} no longer followed"));
            less_in_chinese.push_str(&format!("；不再跟随 {objects}"));
        }
        let (severity, diagnosis) = if self.is_approved {
            let said = format!("{less}, as someone approved");
            let chinese = format!("{less_in_chinese}（已批准）");
            (Severity::Info, Diagnosis::new(NARROWED, said).in_chinese(chinese, ""))
        } else {
            let (what, what_in_chinese) = kept(held);
            let diagnosis = Diagnosis::new(SCOPE_HELD, format!("{less}; {what}"))
                .with_remedy(LOOK)
                .in_chinese(format!("{less_in_chinese}；{what_in_chinese}"), LOOK_CHINESE);
            (Severity::Error, diagnosis)
        };
        let diagnosis = with_unfollowed(diagnosis.with_fact(SCOPE, self.scope.digest()), unfollowed);
        let diagnosis = held.leaving.iter().fold(diagnosis, |diagnosis, (resource_type, n)| {
            diagnosis.with_fact(format!("{LEAVING}{resource_type}"), n.to_string())
        });
        Entry { severity, subject: None, subject_name: None, diagnosis }
    }

    fn less(&self) -> (String, String) {
        let (now, now_in_chinese) = keys(self.scope.parts.iter());
        if self.was_whole {
            return (
                format!("the application sees less than before: {now} instead of everything"),
                format!("应用可见范围比之前小：之前为全部，现在只有 {now_in_chinese}"),
            );
        }
        let (lost, lost_in_chinese) = keys(self.lost.iter());
        (
            format!("the application sees less than before: no longer {lost}"),
            format!("应用可见范围比之前小：不再包括 {lost_in_chinese}"),
        )
    }
}

/// What the log of a run says of a scope that leaves out what the platform holds, as it did before.
pub(super) fn unfollowed(unfollowed: &Counts) -> Entry {
    let (are, objects) = are_objects(unfollowed);
    let english = format!("{are} out of sight of the application, and not followed");
    let chinese = format!("应用看不到 {objects}，不跟随其变化");
    let diagnosis = Diagnosis::new(UNFOLLOWED, english).in_chinese(chinese, "");
    let diagnosis = with_unfollowed(diagnosis, unfollowed);
    Entry { severity: Severity::Info, subject: None, subject_name: None, diagnosis }
}

fn with_unfollowed(diagnosis: Diagnosis, unfollowed: &Counts) -> Diagnosis {
    unfollowed.iter().fold(diagnosis, |diagnosis, (resource_type, n)| {
        diagnosis.with_fact(resource_type.as_str(), n.to_string())
    })
}

/// What of it waits.
fn kept(held: &HeldByType) -> (String, String) {
    let (mut english, mut chinese) = (Vec::new(), Vec::new());
    if !held.displaced.is_empty() {
        english.push(format!(
            "{} would be taken out of departments that it no longer sees",
            amounts(&held.displaced)
        ));
        chinese.push(format!("{}将移出不再可见的部门", amounts_in_chinese(&held.displaced)));
    }
    if !held.leaving.is_empty() {
        english.push(format!("{} that it no longer sees would leave", amounts(&held.leaving)));
        chinese.push(format!("不再可见的 {}将离开", amounts_in_chinese(&held.leaving)));
    }
    if english.is_empty() {
        return ("what it no longer shows stays as it is".to_owned(), "不再可见的内容保持不变".to_owned());
    }
    (
        format!("{}, which waits for a person", english.join(", and ")),
        format!("{}，等待人工确认", chinese.join("，")),
    )
}

/// Why one object stays as it is.
pub(super) fn held_of_one(write: &Write) -> Diagnosis {
    let key = &write.key;
    let (english, chinese) = match StepKind::of(write.action) {
        StepKind::Departure => (
            format!("{key} stays: the application no longer sees where it is"),
            format!("{key} 予以保留：应用已无法看到其所在位置"),
        ),
        StepKind::Put => (
            format!("{key} stays as it is: the application no longer sees a department that it is in"),
            format!("{key} 保持不变：应用已无法看到其所在的某个部门"),
        ),
    };
    Diagnosis::new(SCOPE_HELD, english).with_remedy(LOOK).in_chinese(chinese, LOOK_CHINESE)
}

const LOOK: &str = "If that is a mistake, let the application see again what it saw, then import again. If it is meant, approve \
                    the run.";
const LOOK_CHINESE: &str = "如果并非有意，请恢复应用的可见范围，然后重新导入；如果确属有意，请批准该次运行。";

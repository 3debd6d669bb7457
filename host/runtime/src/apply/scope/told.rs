//! What is said of a scope that is smaller than before.

use std::collections::BTreeSet;

use crate::amount::{amounts, amounts_in_chinese};
use crate::apply::Kind;
use crate::directory::Write;
use crate::guard::{Counts, SCOPE_HELD, count, counted};
use crate::model::{Diagnosis, Entry, Key, Scope, Severity};

/// The code of a smaller scope that a person approved.
const NARROWED: &str = "scope-narrowed";

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
pub(super) struct Held {
    /// Objects that would be taken out of departments.
    displaced: Counts,
    /// Objects that would leave.
    leaving: Counts,
}

impl Held {
    pub(super) fn add(&mut self, write: &Write) {
        let counts = match Kind::of(write.action) {
            Kind::Departure => &mut self.leaving,
            Kind::Put => &mut self.displaced,
        };
        count(counts, &write.key);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.displaced.is_empty() && self.leaving.is_empty()
    }
}

impl Narrowed {
    /// What the log of the run says, once.
    pub(super) fn entry(&self, held: &Held) -> Entry {
        let (less, less_in_chinese) = self.less();
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
        let diagnosis = diagnosis.with_fact(SCOPE, self.scope.digest());
        let diagnosis = held.leaving.iter().fold(diagnosis, |diagnosis, (resource_type, n)| {
            diagnosis.with_fact(format!("{LEAVING}{resource_type}"), n.to_string())
        });
        Entry { severity, subject: None, subject_name: None, diagnosis }
    }

    fn less(&self) -> (String, String) {
        let (now, now_in_chinese) = told_keys(self.scope.parts.iter());
        if self.was_whole {
            return (
                format!("the application sees less than before: {now} instead of everything"),
                format!("应用可见范围比之前小：之前为全部，现在只有 {now_in_chinese}"),
            );
        }
        let (lost, lost_in_chinese) = told_keys(self.lost.iter());
        (
            format!("the application sees less than before: no longer {lost}"),
            format!("应用可见范围比之前小：不再包括 {lost_in_chinese}"),
        )
    }
}

/// What of it waits.
fn kept(held: &Held) -> (String, String) {
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
    let (english, chinese) = match Kind::of(write.action) {
        Kind::Departure => (
            format!("{key} stays: the application no longer sees where it is"),
            format!("{key} 予以保留：应用已无法看到其所在位置"),
        ),
        Kind::Put => (
            format!("{key} stays as it is: the application no longer sees a department that it is in"),
            format!("{key} 保持不变：应用已无法看到其所在的某个部门"),
        ),
    };
    Diagnosis::new(SCOPE_HELD, english).with_remedy(LOOK).in_chinese(chinese, LOOK_CHINESE)
}

/// Ids that are told of a list.
const N_TOLD: usize = 3;

/// So many of what, and the first of them.
fn told_keys<'k>(keys: impl ExactSizeIterator<Item = &'k Key> + Clone) -> (String, String) {
    let n_keys = keys.len();
    let counts = counted(keys.clone());
    let mut ids: Vec<&str> = keys.take(N_TOLD).map(|key| key.external_id.as_str()).collect();
    if N_TOLD < n_keys {
        ids.push("…");
    }
    (
        format!("{} ({})", amounts(&counts), ids.join(", ")),
        format!("{}（{}）", amounts_in_chinese(&counts), ids.join("、")),
    )
}

const LOOK: &str = "If that is a mistake, let the application see again what it saw, then import again. If it is meant, approve \
                    the run.";
const LOOK_CHINESE: &str = "如果并非有意，请恢复应用的可见范围，然后重新导入；如果确属有意，请批准该次运行。";

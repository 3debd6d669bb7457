//! What a reading has said about members, so that what is odd about everybody is not said of each.

use crate::limits::MAX_ODD_TOLD;
use crate::messages::crawl as say;
use crate::wire::UserId;
use rollcall_kit::{Context, Diagnosis, Entry, Key, Severity};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Something that is said of objects: their resource type, its code and its facts.
type Saying = (String, String, Vec<(String, String)>);

/// What was said of how many.
#[derive(Debug, Default)]
pub(super) struct ToldCounts {
    counts: RefCell<BTreeMap<Saying, u64>>,
    /// People's ids without their case.
    ids: RefCell<BTreeMap<String, UserId>>,
}

impl ToldCounts {
    /// Whether to say this of this object, too.
    pub(super) fn is_worth_a_line(&self, key: &Key, doubt: &Diagnosis) -> bool {
        let mut counts = self.counts.borrow_mut();
        let what = (key.resource_type.clone(), doubt.code.clone(), doubt.facts.clone());
        let n = counts.entry(what).or_default();
        *n += 1;
        *n <= MAX_ODD_TOLD
    }

    /// Someone whose id differs from this one in nothing but upper and lower case.
    pub(super) fn namesake(&self, id: &UserId) -> Option<UserId> {
        let folded = id.as_str().to_lowercase();
        let mut ids = self.ids.borrow_mut();
        let before = ids.entry(folded).or_insert_with(|| id.clone());
        (before != id).then(|| before.clone())
    }

    /// Say of how many others what was said of enough.
    pub(super) fn tell_rest(&self, context: &Context) {
        for ((resource_type, code, facts), n) in self.counts.borrow().iter() {
            let n_rest = n.saturating_sub(MAX_ODD_TOLD);
            if 0 < n_rest {
                let diagnosis = say::said_of_others(code, n_rest, resource_type);
                let diagnosis =
                    facts.iter().fold(diagnosis, |diagnosis, (name, value)| diagnosis.fact(name, value));
                context.record(Entry::new(Severity::Warning, diagnosis));
            }
        }
    }
}

//! Rules: which requests a fault meets, and how often.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Fault;
use crate::request::Params;

/// A fault and when it happens. As JSON: `{"fault":"reset","path":"/topapi/v2/user/list","nth":3}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// What happens.
    pub fault: Fault,
    /// When.
    #[serde(flatten)]
    pub when: When,
}

/// Which requests a rule meets. The default is the next request, once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct When {
    /// Only requests to this path; none = to any.
    pub path: Option<String>,
    /// Only requests with these parameters; numbers and their strings are the same.
    pub params: BTreeMap<String, Value>,
    /// The first of those requests that is met, counted from 1 and from the moment the rule was added.
    pub nth: u64,
    /// How many are met from there on; none (null) = all.
    pub times: Option<u64>,
}

impl Default for When {
    fn default() -> Self {
        Self { path: None, params: BTreeMap::new(), nth: 1, times: Some(1) }
    }
}

impl Rule {
    /// The fault meets the next request, once.
    #[must_use]
    pub fn new(fault: Fault) -> Self {
        Self { fault, when: When::default() }
    }

    /// Only requests to this path.
    #[must_use]
    pub fn on_path(mut self, path: impl Into<String>) -> Self {
        self.when.path = Some(path.into());
        self
    }

    /// Only requests with this parameter, wherever it stands.
    #[must_use]
    pub fn with_param(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.when.params.insert(name.into(), value.into());
        self
    }

    /// Begins with the `nth` of the requests it is about, counted from 1.
    #[must_use]
    pub const fn nth(mut self, nth: u64) -> Self {
        self.when.nth = nth;
        self
    }

    /// Meets so many requests.
    #[must_use]
    pub const fn times(mut self, times: u64) -> Self {
        self.when.times = Some(times);
        self
    }

    /// Never ends.
    #[must_use]
    pub const fn always(mut self) -> Self {
        self.when.times = None;
        self
    }
}

/// All rules, each with the number of requests it was about so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults {
    rules: Vec<(Rule, u64)>,
}

impl Faults {
    pub(crate) fn add(&mut self, rule: Rule) {
        self.rules.push((rule, 0));
    }

    pub(crate) fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter().map(|(rule, _)| rule)
    }

    /// The faults that meet this request, in the order of their rules.
    pub(crate) fn fire(&mut self, path: &str, params: &Params) -> Vec<Fault> {
        let mut fired = Vec::new();
        for (rule, n_seen) in &mut self.rules {
            if !rule.when.is_about(path, params) {
                continue;
            }
            *n_seen = n_seen.saturating_add(1);
            if rule.when.meets(*n_seen) {
                fired.push(rule.fault.clone());
            }
        }
        fired
    }
}

impl When {
    fn is_about(&self, path: &str, params: &Params) -> bool {
        self.path.as_deref().is_none_or(|wanted| wanted == path)
            && self.params.iter().all(|(name, value)| params.equals(name, value))
    }

    fn meets(&self, n_seen: u64) -> bool {
        let ends = self.times.map_or(u64::MAX, |times| self.nth.saturating_add(times));
        self.nth <= n_seen && n_seen < ends
    }
}

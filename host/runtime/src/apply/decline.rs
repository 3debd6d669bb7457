//! Keeps what a person declined, as long as the source says the same, and notes what it no longer says.
//!
//! Not here: what was declined (`decision`).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::state::Answered;
use super::{Apply, ApplyOutcome, Planned, PlannedStep, RunExtent, StepKind};
use crate::amount::{amounts, amounts_in_chinese};
use crate::awaiting::DECLINED;
use crate::decision::{Decision, Matter};
use crate::directory::Write;
use crate::model::{Counts, Diagnosis, Entry, Key, Severity, count};

impl Apply {
    /// Let stay what a person said is to stay.
    pub(super) fn keep_declined(&mut self, planned: &mut [Planned]) {
        if self.destination.declined.is_empty() {
            return;
        }
        for planned in planned {
            if let Some((matter, kind)) = self.declined_step(planned) {
                planned.step = PlannedStep::Decline(kind);
                self.forget_change(&planned.key);
                self.answered.met.insert(matter);
            }
        }
    }

    fn declined_step(&mut self, planned: &Planned) -> Option<(Matter, StepKind)> {
        let key = &planned.key;
        let (matter, kind) = match &planned.step {
            PlannedStep::Write(write) if StepKind::of(write.action) == StepKind::Departure => {
                (Matter::Departure { key: key.clone() }, StepKind::Departure)
            }
            PlannedStep::Replace(replacement) if !replacement.had_left => {
                (Matter::Replacement { key: key.clone() }, StepKind::Put)
            }
            PlannedStep::HoldUnseen { write, .. } => (self.scope_matter()?, StepKind::of(write.action)),
            PlannedStep::Write(_) | PlannedStep::Nothing(StepKind::Put) => {
                self.is_back(key);
                return None;
            }
            PlannedStep::Nothing(StepKind::Departure)
            | PlannedStep::Replace(_)
            | PlannedStep::Refuse(..)
            | PlannedStep::Hold(..)
            | PlannedStep::HoldReplacement { .. }
            | PlannedStep::Decline(_)
            | PlannedStep::Wait => return None,
        };
        let is_kept = self.destination.declined.covers(&matter) && !self.is_approved(key);
        is_kept.then_some((matter, kind))
    }

    /// Whoever is read again has not left.
    fn is_back(&mut self, key: &Key) {
        let matter = Matter::Departure { key: key.clone() };
        if self.destination.declined.covers(&matter) {
            self.answered.back.insert(matter);
        }
    }

    fn scope_matter(&self) -> Option<Matter> {
        Some(Matter::Scope { digest: self.compared.scope()?.digest() })
    }

    /// Whether a person declined the scope with which the source is read.
    pub(super) fn is_scope_declined(&self) -> bool {
        self.scope_matter().is_some_and(|matter| self.destination.declined.covers(&matter))
    }

    /// Those of these clearings that nobody declined.
    pub(super) fn undeclined(&mut self, document: &str, writes: Vec<Write>) -> Vec<Write> {
        let matter =
            |write: &Write| Matter::Clearing { key: write.key.clone(), document: document.to_owned() };
        let declined = Arc::clone(&self.destination.declined);
        let (kept, others): (Vec<_>, Vec<_>) =
            writes.into_iter().partition(|write| declined.covers(&matter(write)));
        self.answered.met.extend(kept.iter().map(matter));
        others
    }

    /// Count one that stays because a person said so.
    pub(super) fn declined(&mut self, kind: StepKind, key: &Key) -> ApplyOutcome {
        match kind {
            StepKind::Departure => {
                self.ledger.declined();
                self.fates.kept(key, DECLINED);
            }
            StepKind::Put => self.ledger.left_waiting(key),
        }
        ApplyOutcome::Held(None)
    }

    /// Tell what stays because a person declined, one entry a decision, and note what the source no longer says: of a whole
    /// reading everything that was not met, otherwise who was read again.
    pub(super) async fn conclude_declined(&mut self, is_whole: bool) {
        if self.destination.declined.is_empty() {
            return;
        }
        let declined = Arc::clone(&self.destination.declined);
        if self.compared.is_held()
            && let Some(matter) = self.scope_matter().filter(|matter| declined.covers(matter))
        {
            self.answered.met.insert(matter);
        }
        // What is out of sight is not missed for that reason, and nobody can tell whether it is back.
        let sees_all = is_whole
            && self.destination.extent == RunExtent::Full
            && self.compared.scope().is_some_and(|scope| scope.whole);
        let Answered { met, back } = std::mem::take(&mut self.answered);
        for matter in declined.matters() {
            if back.contains(matter) || (sees_all && !met.contains(matter)) {
                self.ledger.is_over(matter.clone());
            }
        }
        let mut told: BTreeMap<usize, (&Decision, Vec<&Matter>)> = BTreeMap::new();
        for matter in &met {
            if let Some((place, decision)) = declined.by(matter) {
                told.entry(place).or_insert_with(|| (decision, Vec::new())).1.push(matter);
            }
        }
        let entries: Vec<_> = told.values().map(|(decision, matters)| entry(decision, matters)).collect();
        if let Err(error) = self.destination.recorder.entries_always(&entries).await {
            self.failed(&error);
        }
    }
}

fn entry(decision: &Decision, matters: &[&Matter]) -> Entry {
    let Decision { run, at, by, reason, .. } = decision;
    let at = at.to_string();
    let (day, reason) = (day(&at), reason.as_deref().unwrap_or("-"));
    let counts = matters.iter().filter_map(|matter| matter.key()).fold(Counts::new(), |mut counts, key| {
        count(&mut counts, key);
        counts
    });
    let are_departures = matters.iter().all(|matter| matches!(matter, Matter::Departure { .. }));
    let (english, chinese) = if counts.is_empty() {
        (
            format!(
                "what is out of sight stays as it is because {by} declined the smaller view on {day}: {reason}"
            ),
            format!("{by} 于 {day} 拒绝了变小的可见范围，不再可见的内容保持不变：{reason}"),
        )
    } else if are_departures {
        let stay = if counts.values().sum::<u64>() == 1 { "stays" } else { "stay" };
        (
            format!("{} {stay} because {by} declined their removal on {day}: {reason}", amounts(&counts)),
            format!("{by} 于 {day} 拒绝移除 {}，予以保留：{reason}", amounts_in_chinese(&counts)),
        )
    } else {
        (
            format!(
                "what run {run} held of {} stays as it is because {by} declined it on {day}: {reason}",
                amounts(&counts)
            ),
            format!(
                "{by} 于 {day} 拒绝了第 {run} 次运行中 {}的待确认变更，保持不变：{reason}",
                amounts_in_chinese(&counts)
            ),
        )
    };
    let diagnosis = Diagnosis::new(DECLINED, english)
        .with_remedy("If they are to go after all, approve them on the page of that run, or wait: it holds for 90 days.")
        .in_chinese(chinese, "如果仍需执行，请在该次运行的页面上批准；此决定的有效期为 90 天。")
        .with_fact("held_run", run.as_str())
        .with_fact("by", by.as_str())
        .with_fact("at", at.as_str());
    let diagnosis = counts.iter().fold(diagnosis, |diagnosis, (resource_type, n)| {
        diagnosis.with_fact(resource_type.as_str(), n.to_string())
    });
    Entry { severity: Severity::Info, subject: None, subject_name: None, diagnosis }
}

/// The day of a moment of RFC 3339.
fn day(at: &str) -> &str {
    at.split('T').next().unwrap_or(at)
}

#[cfg(test)]
mod tests;

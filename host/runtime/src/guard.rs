//! How much may leave before it waits for a person, whoever starts the run.
//!
//! What a source says may be right and still be a disaster: a department moved by mistake, an application whose scope was
//! cut. Nobody knows that before the source was read, so no run is trusted for who started it. What is let through is what is
//! usual, what a person confirmed with its number after they saw it, and what whoever starts a run says may leave at most.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::amount::{amounts, amounts_in_chinese, times};
use crate::awaiting::{ALL_HELD, COVERAGE_HELD, IDENTITIES_HELD, IDENTITY_HELD, ONE_HELD};
use crate::directory::{Action, Directory};
use crate::error::StoreError;
use crate::history::{ChangeRecord, History, Run, RunKind, RunState, Trigger};
use crate::leaving::{Leaving, WouldLeave};
use crate::limits::{DEPARTURE_WINDOW, MAX_HOLDINGS};
use crate::model::{Counts, Coverage, Diagnosis, Key, RunId, SourceName, Timestamp, count};
use crate::options::Removals;

/// What a run is weighed with: its departures, and what it writes.
#[derive(Clone)]
pub(crate) struct Scales {
    pub(crate) history: Arc<dyn History>,
    pub(crate) now: Timestamp,
    pub(crate) permitted: Permitted,
    /// Bytes that the runs of the source wrote lately, which count towards what this one may write.
    pub(crate) written_before: u64,
}

/// What may leave beyond what is usual.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Permitted {
    /// Nothing.
    #[default]
    Nothing,
    /// Whatever it is, if it is no more than this in all.
    AtMost(u64),
    /// What a person approved, and nothing else.
    These(BTreeSet<Key>),
}

impl From<Removals> for Permitted {
    fn from(removals: Removals) -> Self {
        match removals {
            Removals::Weigh => Self::Nothing,
            Removals::AtMost(n) => Self::AtMost(n),
        }
    }
}

impl WouldLeave {
    /// These, out of what the directory holds.
    ///
    /// # Errors
    ///
    /// When the directory fails.
    pub(crate) async fn of(
        directory: &dyn Directory,
        source: &SourceName,
        counts: &Counts,
    ) -> Result<Self, StoreError> {
        let mut of_types = Vec::with_capacity(counts.len());
        for (resource_type, n_leaving) in counts.iter().filter(|(_, n)| 0 < **n) {
            // Some of them may be gone by another way since they were counted.
            let n_known = known(directory, source, resource_type).await?.max(*n_leaving);
            of_types.push(Leaving { resource_type: resource_type.clone(), n_leaving: *n_leaving, n_known });
        }
        Ok(Self { of_types })
    }

    /// These, which have left, out of what the directory held with them.
    async fn of_those_left(
        directory: &dyn Directory,
        source: &SourceName,
        counts: &Counts,
    ) -> Result<Self, StoreError> {
        let mut of_types = Vec::with_capacity(counts.len());
        for (resource_type, n_left) in counts {
            let n_known = known(directory, source, resource_type).await?.saturating_add(*n_left);
            of_types.push(Leaving { resource_type: resource_type.clone(), n_leaving: *n_left, n_known });
        }
        Ok(Self { of_types })
    }
}

/// Why a full run removes nothing, where this left lately.
pub(crate) fn all_held(leaving: &WouldLeave, lately: &Counts) -> Diagnosis {
    let (english, chinese) = leaving.shares();
    let (english, chinese) = if leaving.is_suspicious() {
        (
            format!(
                "{english} are gone from the source, which is too many to remove unseen; all of them stay"
            ),
            format!("来源中已不存在：{chinese}；数量过多，在人工确认之前全部保留"),
        )
    } else {
        let (before, before_chinese) = (amounts(lately), amounts_in_chinese(lately));
        (
            format!(
                "{english} are gone from the source, and {before} left within the last hour, which together is too many to \
                 remove unseen; all that are still here stay"
            ),
            format!(
                "来源中已不存在：{chinese}；最近一小时内已移除 {before_chinese}，合计数量过多，尚未移除的在人工确认之前全部保留"
            ),
        )
    };
    let diagnosis = Diagnosis::new(ALL_HELD, english).with_remedy(LOOK).in_chinese(chinese, LOOK_CHINESE);
    leaving.with_facts(diagnosis)
}

/// What is wrong with a reading that says it is complete.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Uncovered {
    /// Lists that were not read to their end.
    pub(crate) n_open: u64,
    /// Objects that the source says there are, and that were neither read nor found to have left.
    pub(crate) n_missing: u64,
}

impl Uncovered {
    /// What a reading did not cover, where so many objects of each resource type would leave.
    pub(crate) fn of(coverage: &[Coverage], leaving: &Counts) -> Self {
        coverage.iter().fold(Self::default(), |sum, covered| {
            let n_leaving = leaving.get(&covered.resource_type).copied().unwrap_or_default();
            let short = |expected: Option<u64>, read: u64| expected.unwrap_or(read).saturating_sub(read);
            let lists = covered.containers.iter();
            let of_lists = lists.clone().map(|list| short(list.expected, list.listed));
            let of_lists = of_lists.fold(0, u64::saturating_add);
            // Who left while it was read is missing from a number that was asked for before.
            let n_missing = short(covered.expected, covered.read).max(of_lists).saturating_sub(n_leaving);
            let n_open = u64::try_from(lists.filter(|list| !list.closed).count()).unwrap_or(u64::MAX);
            Self {
                n_open: sum.n_open.saturating_add(n_open),
                n_missing: sum.n_missing.saturating_add(n_missing),
            }
        })
    }

    /// Why nothing of what would leave is removed for want of being seen; none where all was covered.
    pub(crate) fn held(self, leaving: &WouldLeave) -> Option<Diagnosis> {
        let Self { n_open, n_missing } = self;
        let (english, chinese) = match (n_open, n_missing) {
            (0, 0) => return None,
            (0, n) => (
                format!(
                    "by its own words the source has {} more than were read",
                    times(n, "object", "objects")
                ),
                format!("来源称还有 {n} 个对象未被读取"),
            ),
            (1, _) => (
                "a list of the source was not read to its end".to_owned(),
                "来源的 1 个列表未读取完整".to_owned(),
            ),
            (n, _) => (
                format!("{n} lists of the source were not read to their end"),
                format!("来源的 {n} 个列表未读取完整"),
            ),
        };
        let diagnosis = Diagnosis::new(
            COVERAGE_HELD,
            format!("{english}, so that what was not seen may still be there; all of it stays"),
        )
        .with_remedy(READ_AGAIN)
        .in_chinese(format!("{chinese}，未见到的对象可能仍在；全部保留"), READ_AGAIN_CHINESE);
        let diagnosis =
            diagnosis.with_fact("open_lists", n_open.to_string()).with_fact("missing", n_missing.to_string());
        Some(leaving.with_facts(diagnosis))
    }
}

/// Why one object stays although an event says that it left, and the source confirms it.
pub(crate) fn one_held(key: &Key, allowance: u64) -> Diagnosis {
    Diagnosis::new(
        ONE_HELD,
        format!(
            "{key} is gone from the source and stays: unseen, at most {allowance} of its kind may leave in an hour"
        ),
    )
    .with_remedy(LOOK)
    .in_chinese(format!("来源中已不存在 {key}，但仍予保留：未经人工确认，一小时内最多移除 {allowance} 个同类对象"), LOOK_CHINESE)
    .with_fact("allowance", allowance.to_string())
}

/// Why who is behind a key stays although the source gave it to somebody else.
pub(crate) fn identity_held(key: &Key, evidence: &str) -> Diagnosis {
    Diagnosis::new(
        IDENTITY_HELD,
        format!("{key} stays as it is until a person says who it is, one of too many: {evidence}"),
    )
    .with_remedy(ANSWER)
    .in_chinese(format!("{key} 暂不改动，等待人工确认是谁（同类数量过多）：{evidence}"), ANSWER_CHINESE)
}

/// Why nothing of those is changed whose keys belong to somebody else now, by resource type.
pub(crate) fn identities_held(n_held: &Counts) -> Diagnosis {
    let (english, chinese) = (amounts(n_held), amounts_in_chinese(n_held));
    let diagnosis = Diagnosis::new(
        IDENTITIES_HELD,
        format!(
            "the ids of {english} now belong to somebody else at the source, which is too many to replace unseen; nothing of \
             them was changed"
        ),
    )
    .with_remedy(ANSWER)
    .in_chinese(
        format!("来源中 {chinese}的 ID 现在属于别人；数量过多，在人工确认之前未做任何改动"),
        ANSWER_CHINESE,
    );
    n_held.iter().fold(diagnosis, |diagnosis, (resource_type, n)| {
        diagnosis.with_fact(resource_type.as_str(), n.to_string())
    })
}

const ANSWER: &str = "Look at them in the history, then approve the run with one of two answers: they are the same people under \
                      new ids (`same-people`), and go on with all they have; or they are other people (`other-people`), and who \
                      was there leaves.";
const ANSWER_CHINESE: &str = "请在运行历史中查看，然后批准该次运行，并从两个答案中选一个：同一批人换了新的身份标识\
                              （same-people），保留其全部信息；或者是另一批人（other-people），原来的人离开。";

const READ_AGAIN: &str = "Import again. If it says the same, look at what would leave in the history, and approve the run if that is \
                          right.";
const READ_AGAIN_CHINESE: &str =
    "请重新导入。如果仍是同样的提示，请在运行历史中查看将要离开的对象，确认无误后批准该次运行。";

const LOOK: &str = "Look at them in the history. If they are right, approve the run and confirm how many they are: the source is \
                    asked about each of them once more. If they are not, decline it with a reason, and they stay.";
const LOOK_CHINESE: &str = "请在运行历史中逐一查看。如果确实已离开，请批准该次运行并确认数量，届时会再次向来源逐一确认；如果不对，请拒绝并\
                            说明原因，这些对象会保留。";

/// How many objects are held of a resource type, departed ones not counted.
///
/// # Errors
///
/// When the directory fails.
pub(crate) async fn known(
    directory: &dyn Directory,
    source: &SourceName,
    resource_type: &str,
) -> Result<u64, StoreError> {
    let (mut n_known, mut after) = (0_usize, None);
    loop {
        let page = directory.holdings(source, resource_type, after.as_deref(), MAX_HOLDINGS).await?;
        n_known = n_known.saturating_add(page.len());
        match page.last() {
            Some(last) if usize::try_from(MAX_HOLDINGS).is_ok_and(|full| full <= page.len()) => {
                after = Some(last.external_id.clone());
            }
            Some(_) | None => return Ok(u64::try_from(n_known).unwrap_or(u64::MAX)),
        }
    }
}

/// What left within the last hour without a person's number, whoever asked for it. Runs that died are counted by what they
/// had changed. What a person approved is not counted, nor is what a full run or an undo removed with a number: it was more than
/// either removes without one.
///
/// # Errors
///
/// When a store fails.
pub(crate) async fn departed_lately(
    history: &dyn History,
    directory: &dyn Directory,
    source: &SourceName,
    now: Timestamp,
) -> Result<Counts, StoreError> {
    let since = now.before(DEPARTURE_WINDOW);
    let mut counts = Counts::new();
    let mut before: Option<RunId> = None;
    loop {
        let page = history.runs(source, before.as_ref(), PAGE).await?;
        for run in &page {
            if ended_at(run) < since {
                return Ok(counts);
            }
            for (resource_type, n) in unconfirmed(history, directory, run).await? {
                let counted = counts.entry(resource_type).or_default();
                *counted = counted.saturating_add(n);
            }
        }
        match page.last() {
            Some(last) => before = Some(last.id.clone()),
            None => return Ok(counts),
        }
    }
}

/// What left by a run without a person's number.
async fn unconfirmed(
    history: &dyn History,
    directory: &dyn Directory,
    run: &Run,
) -> Result<Counts, StoreError> {
    if !may_have_departures(run) {
        return Ok(Counts::new());
    }
    let counts = departures(history, &run.id).await?;
    match run.kind {
        RunKind::Events | RunKind::Refresh => Ok(counts),
        RunKind::Full | RunKind::Undo => {
            let left = WouldLeave::of_those_left(directory, &run.source, &counts).await?;
            Ok(if left.is_suspicious() { Counts::new() } else { counts })
        }
    }
}

/// Runs, and changes, that are read at once.
const PAGE: u32 = 1000;

/// A run that is under way, this one, has not ended before anything.
fn ended_at(run: &Run) -> Timestamp {
    run.finished_at.unwrap_or(Timestamp::from_unix_ms(i64::MAX))
}

fn may_have_departures(run: &Run) -> bool {
    // The counters of a run that died are as of its last beat, and more may have left after it.
    let is_counted = run.state != RunState::Interrupted;
    let is_none = is_counted && run.counters.deactivated == 0 && run.counters.deleted == 0;
    !run.dry_run && run.trigger != Trigger::Approval && !is_none
}

async fn departures(history: &dyn History, run: &RunId) -> Result<Counts, StoreError> {
    let (mut counts, mut after) = (Counts::new(), None);
    loop {
        let page = history.changes(run, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(counts) };
        after = Some(last.number);
        for change in page.iter().map(|numbered| &numbered.item).filter(|change| is_departure(change)) {
            count(&mut counts, &change.key);
        }
    }
}

fn is_departure(change: &ChangeRecord) -> bool {
    matches!(change.action, Action::Deactivated | Action::Deleted) && change.refusal.is_none()
}

#[cfg(test)]
mod tests;

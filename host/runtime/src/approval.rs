//! What a run held and a person decides about: which objects the source is asked about again, what is not to be done, and which
//! held runs still wait.
//!
//! An approval is no order to remove or to clear: the source is asked once more about each object, and who or what is back
//! stays. Not here: how much is held (`guard`), and what becomes of what was declined (`apply::decline`). A held run about which
//! nobody decides stays as it is, and so do its objects, until the next full run asks about them by itself.

mod declining;
mod held_back;
mod waiting;

use std::collections::BTreeSet;
use std::sync::Arc;

pub(crate) use self::declining::decline;
pub use self::held_back::HeldBack;
pub(crate) use self::waiting::waiting;
use crate::apply::Identities;
use crate::awaiting::IDENTITIES_HELD;
use crate::clearing::Approved;
use crate::clock::Clock;
use crate::decision::{Decision, Declined, Matter, Verdict};
use crate::directory::Directory;
use crate::error::{RunError, StoreError};
use crate::guard::Permitted;
use crate::history::{History, Run, RunState};
use crate::limits::{APPROVAL_LIFETIME, DECLINED_FOR};
use crate::model::{Diagnosis, Entry, Key, RunId, Severity, SourceName, Timestamp};

/// What a person says who approves what a run held.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Approving {
    /// How many objects would be removed, as they were told: [`WouldLeave::n`](crate::approval::WouldLeave::n) of
    /// [`Host::would_leave`](crate::Host::would_leave). None only where nothing would.
    pub removals: Option<u64>,
    /// What of it.
    pub which: Which,
    /// What they answer about ids that belong to somebody else now.
    pub identities: Identities,
    /// Who they are, for people to read.
    pub by: String,
}

/// What of that which a run held.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Which {
    /// All of it that nobody has decided about.
    #[default]
    Waiting,
    /// What it held of these objects. The rest waits on.
    These(BTreeSet<Key>),
}

pub use crate::leaving::{Leaving, WouldLeave};

/// The stores and the clock, from which it is known what a person decides about.
#[derive(Clone)]
pub(crate) struct Stand {
    pub(crate) directory: Arc<dyn Directory>,
    pub(crate) history: Arc<dyn History>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// What a person approves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Approval {
    /// The run that held it.
    pub(crate) held: RunId,
    /// What it held; none when not all of it is recorded, and only reading everything finds it.
    pub(crate) keys: Option<Vec<Key>>,
    /// Which values may be cleared.
    pub(crate) clearings: Approved,
    /// What they answer about ids that belong to somebody else now.
    pub(crate) identities: Identities,
    /// The digest of the scope that they approve, where it was smaller than before.
    pub(crate) scope: Option<String>,
    /// What may be removed.
    pub(crate) permitted: Permitted,
    /// About what they decide; none for everything of a run that held more than is recorded.
    pub(crate) about: Option<BTreeSet<Matter>>,
    /// Whether they chose some of it.
    pub(crate) is_in_part: bool,
    /// Who they are.
    pub(crate) by: String,
}

/// Records that are read at once.
const PAGE: u32 = 1000;

const CODE: &str = "departures-approved";
const HELD_RUN: &str = "held_run";

/// The fact of an approval of some of what a run held. Which, its decision says.
const IN_PART: &str = "in_part";

impl Approval {
    /// What the approval of this run asks about.
    ///
    /// # Errors
    ///
    /// When it is no run of the source, holds nothing or nothing of what is chosen, ended too long ago, holds identities about
    /// which nothing is answered, another number would be removed than was confirmed, or a store cannot be read.
    pub(crate) async fn of(
        stand: &Stand,
        source: &SourceName,
        run: &RunId,
        approving: Approving,
    ) -> Result<Self, RunError> {
        let Approving { removals, which, identities, by } = approving;
        let row = held_run(&*stand.history, source, run).await?;
        let is_in_part = matches!(which, Which::These(_));
        let held_back = chosen(stand, &row, which).await?;
        if is_expired(&row, stand.clock.now()) && !is_declined(stand, &row, &held_back).await? {
            return Err(RunError::ApprovalExpired { run: row.id });
        }
        let holds_identities = held_back.holds_identities()
            || (!held_back.is_whole()
                && holds_identities(&*stand.history, run).await.map_err(RunError::HistoryUnread)?);
        if identities == Identities::Weigh && holds_identities {
            return Err(RunError::IdentitiesUnanswered { run: run.clone() });
        }
        let counts = held_back.removals(identities);
        let would_leave =
            WouldLeave::of(&*stand.directory, source, &counts).await.map_err(RunError::HistoryUnread)?;
        if removals.unwrap_or_default() != would_leave.n() {
            return Err(RunError::RemovalsUnconfirmed { run: run.clone(), would_leave, confirmed: removals });
        }
        let clearings = held_back.approved(&*stand.history, run).await.map_err(RunError::HistoryUnread)?;
        let permitted = held_back.permitted(identities, would_leave.n());
        let (keys, about) = (held_back.keys(), held_back.matters());
        let scope = held_back.into_scope();
        Ok(Self { held: run.clone(), keys, clearings, identities, scope, permitted, about, is_in_part, by })
    }

    /// What is written down once it was done.
    pub(crate) fn decision(&self, source: &SourceName, at: Timestamp) -> Decision {
        Decision {
            source: source.clone(),
            run: self.held.clone(),
            at,
            by: self.by.clone(),
            verdict: Verdict::Approved,
            about: self.about.clone(),
            reason: None,
        }
    }

    /// What the log of the approving run begins with, by which it is known what it settles.
    pub(crate) fn entry(&self) -> Entry {
        let held = &self.held;
        let (what, what_in_chinese) = match &self.keys {
            Some(keys) if keys.len() == 1 => ("1 object".to_owned(), "1 个对象".to_owned()),
            Some(keys) => (format!("{} objects", keys.len()), format!("{} 个对象", keys.len())),
            None => ("everything".to_owned(), "全部对象".to_owned()),
        };
        let (who, who_in_chinese) = match self.by.as_str() {
            "" => ("someone", ""),
            by => (by, by),
        };
        let diagnosis = Diagnosis::new(
            CODE,
            format!(
                "{who} approved what run {held} held; the source is asked about {what} again, and who or what is back \
                 stays"
            ),
        )
        .in_chinese(
            format!("{who_in_chinese}已批准第 {held} 次运行中待确认的变更；将再次向来源确认{what_in_chinese}，仍在来源中的会保留"),
            "",
        )
        .with_fact(HELD_RUN, held.as_str());
        let diagnosis = if self.is_in_part { diagnosis.with_fact(IN_PART, "yes") } else { diagnosis };
        let diagnosis = match self.identities {
            Identities::Weigh => diagnosis,
            answer @ (Identities::SamePeople | Identities::OtherPeople) => {
                diagnosis.with_fact("identities", answer.as_str())
            }
        };
        Entry { severity: Severity::Info, subject: None, subject_name: None, diagnosis }
    }
}

/// The row of a run that held something.
///
/// # Errors
///
/// When it is no run of the source, holds nothing, or the history cannot be read.
async fn held_run(history: &dyn History, source: &SourceName, run: &RunId) -> Result<Run, RunError> {
    let row = history.run(run).await.map_err(RunError::HistoryUnread)?;
    let row =
        row.filter(|row| row.source == *source).ok_or_else(|| RunError::NoSuchRun { run: run.clone() })?;
    if holds(&row) { Ok(row) } else { Err(RunError::NothingHeld { run: row.id }) }
}

/// What a run held of that which was chosen.
async fn chosen(stand: &Stand, run: &Run, which: Which) -> Result<HeldBack, RunError> {
    let history = &*stand.history;
    let held_back = HeldBack::of(history, run).await.map_err(RunError::HistoryUnread)?;
    match which {
        Which::Waiting => {
            let decided = decided(history, run, stand.clock.now()).await.map_err(RunError::HistoryUnread)?;
            let waiting = held_back.clone().without(&decided.matters);
            // What was approved before may be asked about again; what was declined only by choosing it, and a scope is chosen
            // with its run.
            let may_be_all = !decided.is_declined || held_back.holds_scope();
            match (waiting.is_empty(), may_be_all) {
                (false, _) => Ok(waiting),
                (true, true) => Ok(held_back),
                (true, false) => Err(RunError::NothingHeld { run: run.id.clone() }),
            }
        }
        Which::These(_) if held_back.holds_scope() => Err(RunError::NotInParts { run: run.id.clone() }),
        Which::These(keys) => held_back.of_these(&run.id, &keys),
    }
}

/// What a run holds back for a person.
///
/// # Errors
///
/// When it is no run of the source, holds nothing, or the history cannot be read.
pub(crate) async fn held_back(
    stand: &Stand,
    source: &SourceName,
    run: &RunId,
    which: Which,
) -> Result<HeldBack, RunError> {
    let row = held_run(&*stand.history, source, run).await?;
    chosen(stand, &row, which).await
}

/// What was decided about what one run held.
#[derive(Debug, Default)]
struct Decided {
    matters: BTreeSet<Matter>,
    /// Whether any of it was declined.
    is_declined: bool,
    /// Whether it was decided about as a whole, though it held more than is recorded.
    is_settled: bool,
}

async fn decided(history: &dyn History, run: &Run, now: Timestamp) -> Result<Decided, StoreError> {
    let decisions = history.decisions(&run.source, now.before(DECLINED_FOR)).await?;
    let mut decided = Decided::default();
    for Decision { verdict, about, .. } in decisions.into_iter().filter(|known| known.run == run.id) {
        decided.is_declined |= verdict == Verdict::Declined;
        match about {
            Some(about) => decided.matters.extend(about),
            None => decided.is_settled = true,
        }
    }
    Ok(decided)
}

/// Whether all of this stays because somebody declined it. They may think better of it as long as that keeps, because no later run
/// holds it anew.
async fn is_declined(stand: &Stand, run: &Run, held_back: &HeldBack) -> Result<bool, RunError> {
    let since = stand.clock.now().before(DECLINED_FOR);
    let decisions = stand.history.decisions(&run.source, since).await.map_err(RunError::HistoryUnread)?;
    let declined = Declined::after(decisions);
    let is_all = |matters: BTreeSet<Matter>| {
        !matters.is_empty() && matters.iter().all(|matter| declined.covers(matter))
    };
    Ok(held_back.matters().is_some_and(is_all))
}

/// A run that held something, for somebody to decide about.
pub(crate) fn holds(run: &Run) -> bool {
    run.state == RunState::Held && !run.dry_run
}

/// Whether what it held may not be approved any more.
pub(crate) fn is_expired(run: &Run, now: Timestamp) -> bool {
    run.finished_at.unwrap_or(run.started_at) < now.before(APPROVAL_LIFETIME)
}

/// Whether a run held ids that belong to somebody else now.
///
/// # Errors
///
/// When the history cannot be read.
pub(crate) async fn holds_identities(history: &dyn History, run: &RunId) -> Result<bool, StoreError> {
    let mut after = None;
    loop {
        let page = history.entries(run, Severity::Error, after, PAGE).await?;
        if page.iter().any(|entry| entry.item.diagnosis.code == IDENTITIES_HELD) {
            return Ok(true);
        }
        match page.last() {
            Some(last) => after = Some(last.number),
            None => return Ok(false),
        }
    }
}

#[cfg(test)]
mod tests;

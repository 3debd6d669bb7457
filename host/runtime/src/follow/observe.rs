//! How an embedder watches a source that is followed.
//!
//! Not here: what is kept of it (`inbox`, `history`).

use crate::history::{Counters, Trigger};
use crate::inbox::{ChannelNote, Refused, Settlement, Stopped};
use crate::model::{Entry, Progress, RunId};
use crate::run::RunReport;

/// Is told what happens while a source is followed. Each method must return at once.
///
/// # Examples
///
/// Wake whoever shows a source when one of its runs has ended.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/company.in"));
/// use rollcall_host::follow::{FollowObserver, RunEnded};
/// use rollcall_host::history::RunState;
/// use rollcall_host::{FollowOptions, Follower, RunOptions};
/// use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
///
/// struct Wake {
///     ended: UnboundedSender<RunState>,
/// }
///
/// impl FollowObserver for Wake {
///     fn run_ended(&self, ended: &RunEnded) {
///         // Nobody may be looking any more.
///         let _ = self.ended.send(ended.report.state);
///     }
/// }
///
/// # fn main() -> Result<(), Failed> { run(async {
/// # let company = Company::new()?;
/// # let (host, source) = company.host().await?;
/// # let inbox = company.store.clone();
/// let (ended, mut states) = unbounded_channel();
/// let options = FollowOptions { observer: Arc::new(Wake { ended }), ..FollowOptions::default() };
/// let follower = Follower::start(host, inbox, source, options).await?;
/// follower.sync(RunOptions::default()).await?;
/// assert_eq!(states.recv().await, Some(RunState::Succeeded));
/// # Ok(()) }) }
/// ```
pub trait FollowObserver: Send + Sync {
    /// Events were kept that were not known before; they are acted on a moment later.
    fn kept(&self, n_events: u64) {
        let _ = n_events;
    }

    /// A run has its row in the history.
    fn run_opened(&self, run: &RunId, trigger: Trigger) {
        let _ = (run, trigger);
    }

    /// A run has come further, whoever started it. `progress` is what the connector last said; none if it has said nothing
    /// yet. As often as batches are applied and connectors report: dozens a second.
    fn run_progress(&self, run: &RunId, progress: Option<&Progress>, counters: &Counters) {
        let _ = (run, progress, counters);
    }

    /// The log of a run has another entry.
    fn run_entry(&self, run: &RunId, entry: &Entry) {
        let _ = (run, entry);
    }

    /// A run ended: a full one, a batch of events, or a refresh.
    fn run_ended(&self, ended: &RunEnded) {
        let _ = ended;
    }

    /// The channel stands otherwise than before.
    fn channel(&self, note: &ChannelNote) {
        let _ = note;
    }

    /// Nothing is acted on any more, for this reason; or, with none, again.
    fn stopped(&self, stopped: Option<&Stopped>) {
        let _ = stopped;
    }

    /// So many deliveries were refused since the last time, the last one like this. At most once a second.
    fn refused(&self, n: u64, last: &Refused) {
        let _ = (n, last);
    }
}

/// Watches nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unfollowed;

impl FollowObserver for Unfollowed {}

/// How a run of a followed source ended.
#[derive(Debug, Clone)]
pub struct RunEnded {
    /// As its row says.
    pub report: RunReport,
    /// Why it started.
    pub trigger: Trigger,
    /// What became of the events it tried; empty unless it was a batch of events.
    pub settlements: Vec<Settlement>,
    /// Events that a full run covered, because they had arrived before it started.
    pub n_covered: u64,
}

//! How an embedder watches a run while it is under way.
//!
//! Not here: what is kept of it (`history`).

use crate::history::Counters;
use crate::model::{Entry, Progress, RunId};

/// Is told what happens in a run. Called on the run's own threads, so each method must return at once.
///
/// # Examples
///
/// Keep what a run's log says while the run is under way.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/company.in"));
/// use std::sync::Mutex;
///
/// use rollcall_host::RunOptions;
/// use rollcall_host::model::{Entry, RunId};
/// use rollcall_host::observe::Observer;
///
/// #[derive(Default)]
/// struct Told {
///     lines: Mutex<Vec<String>>,
/// }
///
/// impl Told {
///     fn say(&self, line: String) {
///         self.lines.lock().expect("nobody panics with it").push(line);
///     }
/// }
///
/// impl Observer for Told {
///     fn opened(&self, run: &RunId) {
///         self.say(format!("run {run}"));
///     }
///
///     fn entry(&self, entry: &Entry) {
///         self.say(entry.diagnosis.message.clone());
///     }
/// }
///
/// # fn main() -> Result<(), Failed> { run(async {
/// # let company = Company::new()?;
/// # let (host, source) = company.host().await?;
/// let told = Arc::new(Told::default());
/// let options = RunOptions { observer: told.clone(), ..RunOptions::default() };
/// let report = host.sync(&source, options).await?;
/// assert_eq!(told.lines.lock().expect("nobody panics with it")[0], format!("run {}", report.run));
/// # Ok(()) }) }
/// ```
pub trait Observer: Send + Sync {
    /// The source is busy with this run, and the new one waits for it ([`RunOptions::wait`](crate::RunOptions::wait)).
    fn waiting(&self, busy_with: &RunId) {
        let _ = busy_with;
    }

    /// The run has its row in the history.
    fn opened(&self, run: &RunId) {
        let _ = run;
    }

    /// The run has come further. `progress` is what the connector last said; none if it has said nothing yet.
    fn progress(&self, progress: Option<&Progress>, counters: &Counters) {
        let _ = (progress, counters);
    }

    /// The run's log has another entry.
    fn entry(&self, entry: &Entry) {
        let _ = entry;
    }
}

/// Watches nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl Observer for Unobserved {}

//! Starting a run for somebody who then wants to see it: it goes on by itself, and its page is shown as soon as there is
//! one.

use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rollcall_host::error::RunError;
use rollcall_host::model::RunId;
use rollcall_host::observe::Observer;
use rollcall_host::run::{RunOptions, RunReport};
use tokio::sync::oneshot;
use tokio::time::sleep;

use crate::problem::Problem;

/// How long somebody waits for the row of a run that they started.
///
/// 3 s. Why: a source that is free opens it at once; whoever has to wait for another run is better shown that one.
const PATIENCE: Duration = Duration::from_secs(3);

/// What came of starting a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Started {
    /// It is under way, or over already.
    Run(RunId),
    /// It waits for the source to be free.
    Waits,
}

/// Start a run, which goes on whoever goes away.
///
/// # Errors
///
/// When it could not be started.
pub(crate) async fn start<F>(run: impl FnOnce(RunOptions) -> F) -> Result<Started, Problem>
where
    F: Future<Output = Result<RunReport, RunError>> + Send + 'static,
{
    let (teller, opened) = oneshot::channel();
    let observer = Arc::new(TellsOnce { teller: Mutex::new(Some(teller)) });
    let running = tokio::spawn(run(RunOptions { observer, ..RunOptions::default() }));
    let mut running = pin!(running);
    tokio::select! {
        biased;
        Ok(run) = opened => Ok(Started::Run(run)),
        ended = &mut running => match ended {
            Ok(report) => Ok(Started::Run(report?.run)),
            Err(error) => Err(Problem::failed(&error)),
        },
        () = sleep(PATIENCE) => Ok(Started::Waits),
    }
}

/// Tells when the run has its row.
struct TellsOnce {
    teller: Mutex<Option<oneshot::Sender<RunId>>>,
}

impl Observer for TellsOnce {
    fn opened(&self, run: &RunId) {
        let teller = self.teller.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(teller) = teller {
            // Nobody listens any more if it took long.
            let _told = teller.send(run.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use rollcall_host::history::{Counters, RunState};

    use super::*;
    use crate::testing::NOW;

    fn report(run: RunId) -> RunReport {
        RunReport {
            run,
            state: RunState::Succeeded,
            counters: Counters::default(),
            failure: None,
            n_entries_dropped: 0,
            started_at: NOW,
            finished_at: NOW,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_is_shown_as_soon_as_it_has_its_row_and_goes_on() {
        let (ended, has_ended) = oneshot::channel();
        let started = start(|options| async move {
            options.observer.opened(&RunId::new("7"));
            sleep(Duration::from_secs(60)).await;
            ended.send(()).unwrap();
            Ok(report(RunId::new("7")))
        });
        assert_eq!(started.await, Ok(Started::Run(RunId::new("7"))));
        has_ended.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_that_joined_another_is_found_when_it_ends() {
        let started = start(|_| async { Ok(report(RunId::new("8"))) });
        assert_eq!(started.await, Ok(Started::Run(RunId::new("8"))));
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_whose_source_is_busy_is_not_waited_for() {
        let started = start(|_| async {
            sleep(Duration::from_secs(60)).await;
            Ok(report(RunId::new("9")))
        });
        assert_eq!(started.await, Ok(Started::Waits));
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_that_cannot_start_says_why() {
        let started = start(|_| async { Err(RunError::NotFollowed) });
        assert_eq!(started.await.unwrap_err().diagnosis.code, "not-followed");
    }
}

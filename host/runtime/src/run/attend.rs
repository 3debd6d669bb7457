//! What goes on beside a run: signs of life for the history, and listening for whoever wants to stop it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::task::JoinSet;
use tokio::time::{Instant, interval};
use tracing::Instrument as _;

use crate::cancel::Cancel;
use crate::history::{Beat, Counters, History};
use crate::limits::{PROGRESS_INTERVAL, RUN_BEAT_INTERVAL};
use crate::model::{Progress, RunId};
use crate::recorder::Recorder;

/// The tasks beside a run.
pub(super) struct Attendants {
    tasks: JoinSet<()>,
    history: Arc<dyn History>,
    is_lost: Arc<AtomicBool>,
}

impl Attendants {
    /// Keep the run alive in the history, and let `asked` lead to `stop`.
    pub(super) fn start(
        history: &Arc<dyn History>,
        run: &RunId,
        recorder: &Arc<Recorder>,
        asked: Cancel,
        stop: Cancel,
    ) -> Self {
        let is_lost = Arc::new(AtomicBool::new(false));
        let heart = Heart {
            history: Arc::clone(history),
            run: run.clone(),
            recorder: Arc::clone(recorder),
            stop: stop.clone(),
            is_lost: Arc::clone(&is_lost),
        };
        let mut tasks = JoinSet::new();
        tasks.spawn(heart.keep_beating().in_current_span());
        tasks.spawn(async move {
            asked.cancelled().await;
            stop.cancel();
        });
        Self { tasks, history: Arc::clone(history), is_lost }
    }

    /// End them, with a last report of progress. Whether the run lost its source meanwhile.
    pub(super) async fn stop(mut self, run: &RunId, recorder: &Recorder) -> bool {
        self.tasks.shutdown().await;
        recorder.catch_up();
        if self.is_lost.load(Ordering::Relaxed) {
            return true;
        }
        match self.history.beat(run, recorder.last_progress().as_ref(), &recorder.counters()).await {
            Ok(beat) => beat == Beat::Lost,
            Err(error) => {
                // Closing the row comes next and fails loudly, if it does.
                tracing::warn!(%run, %error, "progress could not be recorded");
                false
            }
        }
    }
}

struct Heart {
    history: Arc<dyn History>,
    run: RunId,
    recorder: Arc<Recorder>,
    stop: Cancel,
    is_lost: Arc<AtomicBool>,
}

impl Heart {
    async fn keep_beating(self) {
        let mut ticks = interval(PROGRESS_INTERVAL);
        let (mut last_beat, mut known) = (Instant::now(), (None, Counters::default()));
        loop {
            ticks.tick().await;
            self.recorder.catch_up();
            let standing = (self.recorder.last_progress(), self.recorder.counters());
            if standing == known && last_beat.elapsed() < RUN_BEAT_INTERVAL {
                continue;
            }
            last_beat = Instant::now();
            if self.beat(standing.0.as_ref(), &standing.1).await {
                known = standing;
            }
        }
    }

    /// Whether it was recorded.
    async fn beat(&self, progress: Option<&Progress>, counters: &Counters) -> bool {
        match self.history.beat(&self.run, progress, counters).await {
            Ok(Beat::Running) => true,
            Ok(Beat::Lost) => {
                tracing::error!(run = %self.run, "the run lost its source to another one and stops");
                self.is_lost.store(true, Ordering::Relaxed);
                self.stop.cancel();
                false
            }
            Err(error) => {
                tracing::warn!(run = %self.run, %error, "progress could not be recorded");
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::sleep;

    use super::*;
    use crate::observe::Unobserved;
    use crate::testing::MemoryStore;

    struct Bench {
        store: Arc<MemoryStore>,
        recorder: Arc<Recorder>,
        asked: Cancel,
        stop: Cancel,
    }

    fn run() -> RunId {
        RunId::new("1")
    }

    fn start() -> (Bench, Attendants) {
        let store = Arc::<MemoryStore>::default();
        let history: Arc<dyn History> = store.clone();
        let recorder = Arc::new(Recorder::of_run(store.clone(), run(), Arc::new(Unobserved)));
        let (asked, stop) = (Cancel::new(), Cancel::new());
        let attendants = Attendants::start(&history, &run(), &recorder, asked.clone(), stop.clone());
        (Bench { store, recorder, asked, stop }, attendants)
    }

    fn progress(done: u64) -> Progress {
        Progress { phase: "reading".to_owned(), done, total: None }
    }

    fn reported(bench: &Bench) -> Vec<Option<u64>> {
        bench
            .store
            .state()
            .beats
            .iter()
            .map(|(progress, _)| progress.as_ref().map(|progress| progress.done))
            .collect()
    }

    #[tokio::test(start_paused = true)]
    async fn progress_is_written_at_most_once_a_second_and_the_last_one_always() {
        let (bench, attendants) = start();
        sleep(Duration::from_millis(60)).await;
        for done in 1..=25 {
            sleep(Duration::from_millis(100)).await;
            bench.recorder.report(progress(done));
        }
        attendants.stop(&run(), &bench.recorder).await;
        assert_eq!(reported(&bench), [Some(9), Some(19), Some(25)]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_run_did_is_written_within_a_second_whether_or_not_its_connector_tells_progress() {
        let (bench, attendants) = start();
        let counted = |read| Counters { read, created: read, ..Counters::default() };
        sleep(Duration::from_millis(60)).await;
        bench.recorder.count(counted(200));
        sleep(PROGRESS_INTERVAL).await;
        bench.recorder.count(counted(400));
        attendants.stop(&run(), &bench.recorder).await;
        let beats: Vec<Counters> = bench.store.state().beats.iter().map(|(_, counters)| *counters).collect();
        assert_eq!(beats, [counted(200), counted(400)]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_without_progress_still_gives_signs_of_life() {
        let (bench, attendants) = start();
        sleep(RUN_BEAT_INTERVAL * 3 + PROGRESS_INTERVAL / 2).await;
        assert_eq!(reported(&bench), [None; 3]);
        assert!(!attendants.stop(&run(), &bench.recorder).await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_that_lost_its_source_is_stopped() {
        let (bench, attendants) = start();
        bench.store.state().is_lost = true;
        tokio::time::timeout(RUN_BEAT_INTERVAL * 2, bench.stop.cancelled()).await.unwrap();
        assert!(attendants.stop(&run(), &bench.recorder).await);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_asks_stops_the_run_and_no_other() {
        let (bench, attendants) = start();
        let (other, other_attendants) = start();
        bench.asked.cancel();
        bench.stop.cancelled().await;
        assert!(!other.stop.is_cancelled());
        attendants.stop(&run(), &bench.recorder).await;
        other_attendants.stop(&run(), &other.recorder).await;
    }
}

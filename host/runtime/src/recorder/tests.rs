//! What a run's record keeps of what its connector says, and how often an observer hears how far it is.

use std::time::Duration;

use tokio::time::sleep;

use super::*;
use crate::model::Diagnosis;
use crate::testing::MemoryStore;

/// What an observer heard, as how much was done.
#[derive(Default)]
struct Heard(Mutex<Vec<u64>>);

impl Observer for Heard {
    fn progress(&self, progress: Option<&Progress>, counters: &Counters) {
        self.0.lock().unwrap().push(progress.map_or(counters.read, |progress| progress.done));
    }
}

fn observed() -> (Recorder, Arc<Heard>) {
    let heard = Arc::<Heard>::default();
    (Recorder::of_nothing(heard.clone()), heard)
}

fn progress(phase: &str, done: u64) -> Progress {
    Progress { phase: phase.to_owned(), done, total: None }
}

#[tokio::test(start_paused = true)]
async fn an_observer_is_told_at_once_and_then_once_a_second_however_often_a_connector_reports() {
    let (recorder, heard) = observed();
    for done in 0..4000 {
        recorder.report(progress(["reading", "removing"][usize::try_from(done % 2).unwrap()], done));
        sleep(Duration::from_millis(1)).await;
    }
    recorder.catch_up();
    recorder.catch_up();
    assert_eq!(*heard.0.lock().unwrap(), [0, 1000, 2000, 3000, 3999]);
}

#[tokio::test(start_paused = true)]
async fn counters_are_told_as_seldom() {
    let (recorder, heard) = observed();
    for read in 0..100 {
        recorder.count(Counters { read, ..Counters::default() });
    }
    recorder.catch_up();
    assert_eq!(*heard.0.lock().unwrap(), [0, 99]);
}

fn entry(message_bytes: usize) -> Entry {
    let diagnosis = Diagnosis::new("much", "x".repeat(message_bytes));
    Entry { severity: Severity::Info, subject: None, subject_name: None, diagnosis }
}

#[tokio::test]
async fn of_large_entries_as_many_are_kept_as_a_run_has_room_for_and_the_rest_is_counted() {
    const N: usize = 100;
    let store = Arc::<MemoryStore>::default();
    let observer = Arc::new(crate::observe::Unobserved);
    let recorder = Recorder::of_run(store.clone(), RunId::new("1"), observer);
    let size = MAX_ENTRY_BYTES_PER_RUN / N;
    for _ in 0..N {
        recorder.entries(vec![entry(size); 2]).await.unwrap();
    }
    // Beside its message each has a code.
    assert_eq!(store.state().entries.len(), N - 1);
    assert_eq!(recorder.n_entries_dropped(), 101);
    recorder.entries_always(&[entry(size)]).await.unwrap();
    assert_eq!(store.state().entries.len(), N, "what no flood may displace");
}

#[test]
fn every_text_of_an_entry_counts() {
    let diagnosis = Diagnosis::new("12", "345").with_remedy("6").with_fact("78", "9").in_chinese("10", "1");
    let key = crate::model::Key::new("234", "5");
    let entry =
        Entry { severity: Severity::Info, subject: Some(key), subject_name: Some("6".to_owned()), diagnosis };
    let language = "zh-CN".len();
    assert_eq!(entry.n_bytes(), 9 + 3 + 4 + 1 + language);
}

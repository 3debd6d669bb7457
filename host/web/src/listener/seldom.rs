//! A line of the log that would be written over and over: it is written at once, and then now and then with how often it was so.

use tokio::time::Instant;

use crate::limits::LOG_PAUSE;

/// When it was written last, and how often there was reason to since.
#[derive(Debug, Default)]
pub(super) struct Seldom {
    told_at: Option<Instant>,
    n: u64,
}

impl Seldom {
    /// There is reason to write it. `line` is given how often there was, this time included, since it was written last.
    pub(super) fn tell(&mut self, line: impl FnOnce(u64)) {
        self.n = self.n.saturating_add(1);
        if self.told_at.is_some_and(|told_at| told_at.elapsed() < LOG_PAUSE) {
            return;
        }
        self.told_at = Some(Instant::now());
        line(std::mem::take(&mut self.n));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_happens_ten_times_a_second_is_told_once_a_minute_with_how_often_it_was() {
        let (mut seldom, mut told) = (Seldom::default(), Vec::new());
        for _ in 0..1_500 {
            seldom.tell(|n| told.push(n));
            tokio::time::advance(std::time::Duration::from_millis(100)).await;
        }
        assert_eq!(told, [1, 600, 600]);
    }
}

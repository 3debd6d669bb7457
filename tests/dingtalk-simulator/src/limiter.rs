//! Counting the calls of an application on an interface; the limit itself belongs to the application.

use std::collections::{BTreeMap, VecDeque};

use crate::ids::AppKey;
use crate::switches::RateWindow;

/// Length of a window. Source: DingTalk, "call frequency limits".
const WINDOW_MS: u64 = 1000;

/// Times of the calls let through lately.
#[derive(Clone, Debug, Default)]
pub(crate) struct Limiter {
    calls: BTreeMap<(AppKey, &'static str), VecDeque<u64>>,
}

impl Limiter {
    /// Lets a call through, or says when the window that is full ends.
    pub(crate) fn admit(
        &mut self,
        caller: (AppKey, &'static str),
        limit: u32,
        window: RateWindow,
        now_ms: u64,
    ) -> Result<(), u64> {
        let Ok(limit @ 1..) = usize::try_from(limit) else { return Ok(()) };
        let calls = self.calls.entry(caller).or_default();
        let starts_at = match window {
            RateWindow::CalendarSecond => now_ms.saturating_sub(now_ms % WINDOW_MS),
            RateWindow::Sliding => now_ms.saturating_add(1).saturating_sub(WINDOW_MS),
        };
        while calls.front().is_some_and(|called| *called < starts_at) {
            calls.pop_front();
        }
        match (calls.len() < limit, calls.front()) {
            (false, Some(first)) => Err(match window {
                RateWindow::CalendarSecond => starts_at.saturating_add(WINDOW_MS),
                RateWindow::Sliding => first.saturating_add(WINDOW_MS),
            }),
            (_, _) => {
                calls.push_back(now_ms);
                Ok(())
            }
        }
    }
}

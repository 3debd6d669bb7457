//! The time of day, as a parameter: what history rows say and what a guest sees.
//!
//! Not here: waiting. Timers and deadlines run on tokio's clock, which a test can pause.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::model::Timestamp;

/// Says what time it is.
///
/// # Examples
///
/// A clock that stands still, for a test of what rows say.
///
/// ```
/// use std::sync::Arc;
///
/// use rollcall_host::EngineOptions;
/// use rollcall_host::clock::Clock;
/// use rollcall_host::model::Timestamp;
///
/// #[derive(Debug)]
/// struct Stopped;
///
/// impl Clock for Stopped {
///     fn now(&self) -> Timestamp {
///         Timestamp::from_unix_ms(1_700_000_000_000)
///     }
/// }
///
/// let options = EngineOptions { clock: Arc::new(Stopped), ..EngineOptions::default() };
/// assert_eq!(options.clock.now(), options.clock.now());
/// ```
pub trait Clock: Send + Sync + fmt::Debug {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        Timestamp::from_unix_ms(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
    }
}

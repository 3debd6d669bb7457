//! Imports that a measurement waits for.

use std::thread;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::demo::{Run, Source};

/// Between two looks at whether the import goes on.
const LOOK_INTERVAL: Duration = Duration::from_millis(500);

/// Wait for the end of the import after this one, or of the first; it must succeed.
///
/// # Errors
///
/// When it does not.
pub(super) fn ended(source: &Source, last: Option<&Run>) -> Result<Run> {
    let is_next = |run: &Run| last.is_none_or(|last| last.id != run.id);
    loop {
        if let Some(run) = source.import()?.filter(|run| is_next(run) && run.state != "running") {
            if run.state != "succeeded" {
                bail!("the import is {:?}; it must succeed", run.state);
            }
            return Ok(run);
        }
        thread::sleep(LOOK_INTERVAL);
    }
}

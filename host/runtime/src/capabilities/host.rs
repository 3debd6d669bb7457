//! What a program otherwise takes from its surroundings: the time, randomness, and a place for its log.
//!
//! Every function of a connector has these, the offline ones included. Not here: the same by way of WASI (`wasi`).

use crate::bindings::rollcall::connector::host as wit;
use crate::convert::Reader;
use crate::error::GuestError;
use crate::guest::Guest;
use crate::limits::{MAX_LOG_LINE_BYTES, MAX_RANDOM_BYTES};

impl wit::Host for Guest {
    fn now_ms(&mut self) -> wasmtime::Result<u64> {
        self.asked();
        // A clock before 1970 is a broken one; the contract has no way to say so.
        Ok(u64::try_from(self.clock().now().unix_ms()).unwrap_or(0))
    }

    fn random(&mut self, length: u32) -> wasmtime::Result<Vec<u8>> {
        self.asked();
        let length = usize::try_from(length.min(MAX_RANDOM_BYTES)).unwrap_or_default();
        let mut bytes = vec![0; length];
        let failed = |error: getrandom::Error| GuestError::Host { what: error.to_string() };
        getrandom::fill(&mut bytes).map_err(failed)?;
        Ok(bytes)
    }

    fn log(&mut self, level: wit::LogLevel, message: String) -> wasmtime::Result<()> {
        self.asked();
        let line = Reader { secrets: self.secrets() }.text(&message, MAX_LOG_LINE_BYTES);
        match level {
            wit::LogLevel::Error => {
                tracing::error!(target: "connector", "{line}");
                self.keep_last_words(line);
            }
            wit::LogLevel::Warning => tracing::warn!(target: "connector", "{line}"),
            wit::LogLevel::Info => tracing::info!(target: "connector", "{line}"),
            wit::LogLevel::Debug => tracing::debug!(target: "connector", "{line}"),
        }
        Ok(())
    }
}

//! What a program otherwise takes from its surroundings: the time, randomness, and a place for its log.
//!
//! Every function of a connector has these, the offline ones included. Not here: the same as WASI's, which a
//! component that asks for them has sealed into it (`rollcall_seal`).

use super::guest::Guest;
use crate::bindings::rollcall::connector::host as wit;
use crate::convert::GuestReader;
use crate::error::GuestError;
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
        let line = GuestReader { secrets: self.secrets() }.text(&message, MAX_LOG_LINE_BYTES);
        match level {
            wit::LogLevel::Error => {
                tracing::error!(target: "connector", "{line}");
                self.keep_last_words(&line);
            }
            wit::LogLevel::Warning => tracing::warn!(target: "connector", "{line}"),
            wit::LogLevel::Info => tracing::info!(target: "connector", "{line}"),
            wit::LogLevel::Debug => tracing::debug!(target: "connector", "{line}"),
        }
        self.logged();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rollcall_rules::reach::{Capability, Export};
    use serde_json::json;

    use super::wit::Host as _;
    use super::*;
    use crate::clock::Clock;
    use crate::engine::{Engine, EngineOptions};
    use crate::limits::LAST_WORDS_BYTES;
    use crate::model::Timestamp;
    use crate::secrets::Secrets;

    #[derive(Debug)]
    struct At(i64);

    impl Clock for At {
        fn now(&self) -> Timestamp {
            Timestamp::from_unix_ms(self.0)
        }
    }

    /// A guest in a function that is offline.
    fn guest(now_ms: i64) -> Guest {
        let options = EngineOptions { clock: Arc::new(At(now_ms)), ..EngineOptions::default() };
        let schema = json!({"properties": {"secret": {"writeOnly": true}}});
        let secrets = Secrets::of(&schema, &json!({"secret": "hunter2"}), None);
        let engine = Engine::new(options).unwrap();
        Guest::new(&engine, Export::Validate, &secrets, None)
    }

    #[test]
    fn an_offline_function_has_the_hosts_clock_and_nothing_that_reaches_out() {
        let mut guest = guest(1_700_000_000_123);
        assert_eq!(guest.now_ms().unwrap(), 1_700_000_000_123);
        let refused = guest.session(Capability::Storage, "storage.get").err().unwrap();
        let what = "it called \"storage.get\" from a function that is offline".to_owned();
        assert_eq!(refused, GuestError::BrokeContract { what });
    }

    #[test]
    fn random_bytes_are_as_many_as_asked_for_up_to_the_limit_and_never_the_same() {
        let mut guest = guest(0);
        assert_eq!(guest.random(0).unwrap().len(), 0);
        assert_eq!(guest.random(u32::MAX).unwrap().len(), 1024);
        assert_ne!(guest.random(16).unwrap(), guest.random(16).unwrap());
    }

    #[test]
    fn what_it_said_last_is_kept_for_whoever_asks_how_it_died_without_the_secrets() {
        let mut guest = guest(0);
        assert_eq!(guest.last_words(), None);
        guest.log(wit::LogLevel::Error, "first".to_owned()).unwrap();
        guest.log(wit::LogLevel::Error, "hunter2 is no number".to_owned()).unwrap();
        guest.log(wit::LogLevel::Warning, "never mind".to_owned()).unwrap();
        assert_eq!(guest.last_words(), Some("first\n[secret] is no number"));
        // It went on after that.
        guest.now_ms().unwrap();
        assert_eq!(guest.last_words(), None);
        guest.log(wit::LogLevel::Error, "x".repeat(MAX_LOG_LINE_BYTES + 1)).unwrap();
        assert_eq!(guest.last_words().unwrap().len(), MAX_LOG_LINE_BYTES);
        for _ in 0..LAST_WORDS_BYTES {
            guest.log(wit::LogLevel::Error, "and another".to_owned()).unwrap();
        }
        assert_eq!(guest.last_words().unwrap().len(), LAST_WORDS_BYTES);
    }
}

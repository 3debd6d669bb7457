//! What belongs to one call of a connector: its bounds, and what it may reach.
//!
//! Not here: what each capability does (`capabilities`).

use std::sync::Arc;

use rollcall_rules::reach::{Capability, Export};

use super::Session;
use crate::clock::Clock;
use crate::engine::{CpuMeter, Engine, MemoryMeter, Metered};
use crate::error::GuestError;
use crate::limits::LAST_WORDS_BYTES;
use crate::secrets::Secrets;

/// The data of a store.
pub(crate) struct Guest {
    memory: MemoryMeter,
    cpu: CpuMeter,
    export: Export,
    clock: Arc<dyn Clock>,
    secrets: Secrets,
    /// The end of what it logged as errors without asking anything else since.
    last_words: String,
    session: Option<Session>,
}

impl Guest {
    /// A guest in this function of its, which may reach what the session gives, or nothing at all.
    pub(crate) fn new(engine: &Engine, export: Export, secrets: &Secrets, session: Option<Session>) -> Self {
        Self {
            memory: engine.memory_meter(),
            cpu: engine.cpu_meter(),
            export,
            clock: Arc::clone(engine.clock()),
            secrets: secrets.clone(),
            last_words: String::new(),
            session,
        }
    }

    /// What a capability needs, when the guest asks for it by this function of the contract.
    pub(crate) fn session(
        &mut self,
        capability: Capability,
        function: &'static str,
    ) -> Result<&mut Session, GuestError> {
        self.asked();
        let broke = |what: String| GuestError::BrokeContract { what };
        self.export.check(capability, function).map_err(|refused| broke(refused.to_string()))?;
        let unplaced = || broke(format!("it called {function:?} where there is no source"));
        self.session.as_mut().ok_or_else(unplaced)
    }

    /// The guest asked something of the host.
    pub(crate) fn asked(&mut self) {
        self.cpu.asked();
        self.last_words.clear();
    }

    /// The guest goes on after it waited for a capability.
    pub(crate) fn resumed(&mut self) {
        self.cpu.resumed();
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    pub(crate) fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// The guest logged something, which is no step further.
    pub(crate) fn logged(&mut self) {
        self.cpu.asked();
    }

    /// What a death will be told by, if nothing else is asked before it: an uncaught error's words come line by line.
    pub(crate) fn keep_last_words(&mut self, line: &str) {
        if !self.last_words.is_empty() {
            self.last_words.push('\n');
        }
        self.last_words.push_str(line);
        let surplus = self.last_words.len().saturating_sub(LAST_WORDS_BYTES);
        self.last_words.drain(..self.last_words.ceil_char_boundary(surplus));
    }

    /// The end of what it logged as errors without asking anything else since; none if that is nothing.
    pub(crate) fn last_words(&self) -> Option<&str> {
        (!self.last_words.is_empty()).then_some(self.last_words.as_str())
    }
}

impl Metered for Guest {
    fn memory(&mut self) -> &mut MemoryMeter {
        &mut self.memory
    }

    fn cpu(&mut self) -> &mut CpuMeter {
        &mut self.cpu
    }
}

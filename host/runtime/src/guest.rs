//! What belongs to one call of a connector: its bounds, its WASI, and what it may reach.
//!
//! Not here: what each capability does (`capabilities`).

use std::sync::Arc;
use std::time::Duration;

use rollcall_rules::reach::{Capability, Export};
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{HostWallClock, WasiCtx, WasiCtxView, WasiView};

use crate::capabilities::Session;
use crate::clock::Clock;
use crate::engine::{CpuMeter, Engine, MemoryMeter, Metered, StderrTail};
use crate::error::GuestError;
use crate::secrets::Secrets;

/// The data of a store.
pub(crate) struct Guest {
    memory: MemoryMeter,
    cpu: CpuMeter,
    wasi: WasiCtx,
    table: ResourceTable,
    export: Export,
    clock: Arc<dyn Clock>,
    secrets: Secrets,
    /// The last line that it logged as an error.
    last_words: Option<String>,
    session: Option<Session>,
}

impl Guest {
    /// A guest in this function of its, which may reach what the session gives, or nothing at all.
    pub(crate) fn new(
        engine: &Engine,
        stderr: &StderrTail,
        export: Export,
        secrets: &Secrets,
        session: Option<Session>,
    ) -> Self {
        // Empty but for what is named: no files, no sockets, no environment, no arguments.
        let wasi = WasiCtx::builder()
            .stderr(stderr.clone())
            .wall_clock(GuestClock(Arc::clone(engine.clock())))
            .allow_blocking_current_thread(false)
            .build();
        Self {
            memory: engine.memory_meter(),
            cpu: engine.cpu_meter(),
            wasi,
            table: ResourceTable::new(),
            export,
            clock: Arc::clone(engine.clock()),
            secrets: secrets.clone(),
            last_words: None,
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

    /// What a death will be told by.
    pub(crate) fn keep_last_words(&mut self, line: String) {
        self.last_words = Some(line);
    }

    /// The last line that it logged as an error.
    pub(crate) fn last_words(&self) -> Option<&str> {
        self.last_words.as_deref()
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

impl WasiView for Guest {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

#[derive(Debug)]
struct GuestClock(Arc<dyn Clock>);

impl HostWallClock for GuestClock {
    fn resolution(&self) -> Duration {
        Duration::from_millis(1)
    }

    fn now(&self) -> Duration {
        // A clock before 1970 is a broken one; WASI has no way to say so.
        Duration::from_millis(u64::try_from(self.0.now().unix_ms()).unwrap_or(0))
    }
}

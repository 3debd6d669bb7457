//! What belongs to one call of a connector: its bounds, its WASI, and what it may reach.
//!
//! Not here: what each capability does (`capabilities`).

use std::sync::Arc;
use std::time::Duration;

use wasmtime::component::ResourceTable;
use wasmtime_wasi::{HostWallClock, WasiCtx, WasiCtxView, WasiView};

use crate::capabilities::Session;
use crate::clock::Clock;
use crate::engine::{CpuMeter, Engine, MemoryMeter, Metered, StderrTail};
use crate::error::GuestError;

/// The data of a store.
pub(crate) struct Guest {
    memory: MemoryMeter,
    cpu: CpuMeter,
    wasi: WasiCtx,
    table: ResourceTable,
    session: Option<Session>,
}

impl Guest {
    /// A guest that may reach what the session gives, or nothing at all.
    pub(crate) fn new(engine: &Engine, stderr: &StderrTail, session: Option<Session>) -> Self {
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
            session,
        }
    }

    /// What a capability needs, when the guest asks for it. An offline function has no capability to ask for.
    pub(crate) fn session(&mut self, function: &str) -> Result<&mut Session, GuestError> {
        self.cpu.asked();
        self.session.as_mut().ok_or_else(|| GuestError::BrokeContract {
            what: format!("it called {function:?} from a function that is offline"),
        })
    }

    /// The guest goes on after it waited for a capability.
    pub(crate) fn resumed(&mut self) {
        self.cpu.resumed();
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

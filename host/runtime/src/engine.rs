//! Runs components: one engine a process, with compiled code kept on disk and a bound on everything a guest may use.
//!
//! Not here: what a guest may call (`capabilities`), what its functions mean (`connector`).

mod budget;
mod cache;
mod machine;
mod meter;
mod ticker;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rollcall_seal::{CannotSeal, Sealed};
use wasmtime::component::Component;
use wasmtime::{Config, Store, UpdateDeadline};

pub(crate) use self::budget::{Budget, Share};
use self::cache::Cache;
pub(crate) use self::meter::{CpuLimits, CpuMeter, MemoryMeter, within};
use self::ticker::{Busy, Ticker};
use crate::bindings::CONTRACT;
use crate::clock::{Clock, SystemClock};
use crate::egress::Reach;
use crate::error::{EngineError, LoadError, NoComponent};
use crate::limits::{
    CALL_STACK_BYTES, CPU_LIMIT, CPU_LIMIT_PER_CALL, CROSSING_BYTES, GUEST_STACK_BYTES, MEMORY_BUDGET_BYTES,
    MEMORY_LIMIT_BYTES,
};
use crate::sealed::Mint;

/// What an embedder may choose about its engine.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// Where compiled code is kept; nowhere if none. It must be writable by nobody else, because what is in it runs
    /// outside the sandbox.
    pub cache_dir: Option<PathBuf>,
    /// Most memory of one call, in bytes.
    pub memory_limit_bytes: usize,
    /// Most memory of all calls together, in bytes: of connectors, of changes that wait to be applied, and of previews. A call
    /// that would need more fails, and the others go on. Half of the machine's unless chosen, and at most 4 GiB.
    pub memory_budget_bytes: usize,
    /// Time a guest may compute without asking anything of the host.
    pub cpu_limit: Duration,
    /// Time a guest may compute in one call.
    pub cpu_limit_per_call: Duration,
    /// What time guests see and history rows say.
    pub clock: Arc<dyn Clock>,
    /// How far the requests of its sources may reach: the internet alone, unless a source is meant to be on this machine or in a
    /// private network.
    pub reach: Reach,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            cache_dir: None,
            memory_limit_bytes: MEMORY_LIMIT_BYTES,
            memory_budget_bytes: usual_budget(machine::memory_bytes()),
            cpu_limit: CPU_LIMIT,
            cpu_limit_per_call: CPU_LIMIT_PER_CALL,
            clock: Arc::new(SystemClock),
            reach: Reach::default(),
        }
    }
}

/// Runs components. Clones are the same engine.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<EngineParts>,
}

struct EngineParts {
    wasmtime: wasmtime::Engine,
    ticker: Ticker,
    cache: Option<Cache>,
    options: EngineOptions,
    budget: Budget,
    mint: Mint,
}

impl Engine {
    /// An engine with these options.
    ///
    /// # Errors
    ///
    /// When the machine cannot run components, or the cache folder cannot be used safely.
    pub fn new(options: EngineOptions) -> Result<Self, EngineError> {
        Self::with_config(options, &config())
    }

    /// The same with memories of the caller's own making, so that a test can look at all that a guest ever held. They are
    /// bounded by checks and not by what lies behind them, so they may be any bytes, and are slower.
    ///
    /// # Errors
    ///
    /// As [`Engine::new`].
    #[cfg(feature = "testing")]
    pub fn with_memories(
        options: EngineOptions,
        memories: Arc<dyn wasmtime::MemoryCreator>,
    ) -> Result<Self, EngineError> {
        let mut config = config();
        config.memory_reservation(0).memory_guard_size(0).memory_may_move(true);
        // Whoever maps an image into a memory has to have mapped the memory.
        config.memory_init_cow(false).with_host_memory(memories);
        Self::with_config(options, &config)
    }

    fn with_config(options: EngineOptions, config: &Config) -> Result<Self, EngineError> {
        let start = |cause: wasmtime::Error| EngineError::Start(format!("{cause:#}"));
        let wasmtime = wasmtime::Engine::new(config).map_err(start)?;
        let ticker = Ticker::start(wasmtime.weak()).map_err(|cause| EngineError::Start(cause.to_string()))?;
        let cache = options.cache_dir.as_deref().map(|dir| Cache::open(dir, &wasmtime)).transpose()?;
        let mint = Mint::new().map_err(|cause| EngineError::Start(cause.to_string()))?;
        let budget = Budget::new(options.memory_budget_bytes);
        Ok(Self { inner: Arc::new(EngineParts { wasmtime, ticker, cache, options, budget, mint }) })
    }

    pub(crate) fn wasmtime(&self) -> &wasmtime::Engine {
        &self.inner.wasmtime
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.inner.options.clock
    }

    pub(crate) fn reach(&self) -> Reach {
        self.inner.options.reach
    }

    pub(crate) fn mint(&self) -> &Mint {
        &self.inner.mint
    }

    /// The compiled form of a component, from the cache where it has one. Takes a while, so not for an async thread.
    pub(crate) fn compile(&self, bytes: &[u8], digest: &blake3::Hash) -> Result<Component, LoadError> {
        if let Some(component) =
            self.inner.cache.as_ref().and_then(|cache| cache.kept(&self.inner.wasmtime, digest))
        {
            return Ok(component);
        }
        let sealed = sealed_bytes(bytes)?;
        match &self.inner.cache {
            None => Component::new(&self.inner.wasmtime, &sealed.bytes),
            Some(cache) => cache.made(&self.inner.wasmtime, &sealed.bytes, digest),
        }
        .map_err(|cause| invalid(bytes, &cause))
    }

    /// A fresh store, with all bounds in place. The guard must live as long as a guest computes in it.
    pub(crate) fn store<T: Metered>(&self, data: T) -> (Store<T>, Busy) {
        let mut store = Store::new(&self.inner.wasmtime, data);
        store.limiter(|data| data.memory());
        store.set_hostcall_fuel(CROSSING_BYTES);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|mut context| {
            context.data_mut().cpu().tick()?;
            Ok(UpdateDeadline::Yield(1))
        });
        (store, self.inner.ticker.busy())
    }

    pub(crate) fn memory_meter(&self) -> MemoryMeter {
        MemoryMeter::new(self.inner.options.memory_limit_bytes, self.memory_share())
    }

    /// A share of the memory that all calls have together.
    pub(crate) fn memory_share(&self) -> Share {
        self.inner.budget.share()
    }

    pub(crate) fn cpu_meter(&self) -> CpuMeter {
        let EngineOptions { cpu_limit, cpu_limit_per_call, .. } = &self.inner.options;
        CpuMeter::new(CpuLimits { between_calls: *cpu_limit, in_all: *cpu_limit_per_call })
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("options", &self.inner.options).finish_non_exhaustive()
    }
}

/// What a store's data must have, so that the engine can bound it.
pub(crate) trait Metered: Send + 'static {
    fn memory(&mut self) -> &mut MemoryMeter;
    fn cpu(&mut self) -> &mut CpuMeter;
}

/// What all calls may have together on a machine with so much memory.
fn usual_budget(machine_bytes: Option<usize>) -> usize {
    machine_bytes.map_or(MEMORY_BUDGET_BYTES, |bytes| bytes / 2).min(MEMORY_BUDGET_BYTES)
}

fn config() -> Config {
    let mut config = Config::new();
    config.wasm_component_model(true);
    // The contract has one suspending import and no async functions; without this, a call costs a third.
    config.concurrency_support(false);
    config.epoch_interruption(true);
    config.max_wasm_stack(GUEST_STACK_BYTES);
    config.async_stack_size(CALL_STACK_BYTES);
    config
}

fn invalid(bytes: &[u8], cause: &wasmtime::Error) -> LoadError {
    let what = match rollcall_seal::is_asynchronous(bytes) {
        true => NoComponent::Asynchronous,
        false => NoComponent::of(bytes),
    };
    LoadError::Invalid { what, detail: in_one_line(&format!("{cause:#}")) }
}

/// A component without what it asks for beside the contract.
pub(crate) fn sealed_bytes(bytes: &[u8]) -> Result<Sealed, LoadError> {
    rollcall_seal::seal(bytes).map_err(|cause| unsealed(bytes, cause))
}

/// What keeps a component from being closed off.
fn unsealed(bytes: &[u8], cause: CannotSeal) -> LoadError {
    let detail = in_one_line(&cause.to_string());
    match cause {
        CannotSeal::Foreign(import) => {
            LoadError::ImportNotGranted { import, why: "it is neither the contract's nor WASI's" }
        }
        CannotSeal::Asynchronous(_) => LoadError::Invalid { what: NoComponent::Asynchronous, detail },
        CannotSeal::NotAComponent(_) => LoadError::Invalid { what: NoComponent::of(bytes), detail },
        CannotSeal::Unfit(_) => LoadError::Incompatible { contract: CONTRACT, cause: detail },
    }
}

/// Some of what it quotes comes in a line each.
pub(crate) fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_calls_together_have_half_of_a_small_machine_and_never_more_than_the_limit() {
        assert_eq!(usual_budget(Some(1 << 30)), 512 << 20);
        assert_eq!(usual_budget(Some(1 << 40)), MEMORY_BUDGET_BYTES);
        assert_eq!(usual_budget(None), MEMORY_BUDGET_BYTES);
    }
}

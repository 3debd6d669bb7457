//! The thread that advances the engine's epoch while a guest is at work, and sleeps while none is.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use wasmtime::EngineWeak;

use crate::limits::EPOCH_TICK;

/// Advances an engine's epoch; ends with it.
pub(super) struct Ticker {
    shared: Arc<TickerParts>,
}

/// Says that a guest is at work, until dropped.
pub(crate) struct Busy {
    shared: Arc<TickerParts>,
}

impl Ticker {
    pub(super) fn start(engine: EngineWeak) -> io::Result<Self> {
        let shared = Arc::new(TickerParts::default());
        let of_thread = Arc::clone(&shared);
        thread::Builder::new().name("rollcall-epoch".to_owned()).spawn(move || tick(&engine, &of_thread))?;
        Ok(Self { shared })
    }

    pub(super) fn busy(&self) -> Busy {
        self.shared.lock().n_busy += 1;
        self.shared.changed.notify_one();
        Busy { shared: Arc::clone(&self.shared) }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.lock().is_over = true;
        self.shared.changed.notify_one();
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.shared.lock().n_busy -= 1;
    }
}

#[derive(Default)]
struct TickerParts {
    state: Mutex<TickerState>,
    changed: Condvar,
}

#[derive(Default)]
struct TickerState {
    n_busy: usize,
    is_over: bool,
}

impl TickerParts {
    fn lock(&self) -> MutexGuard<'_, TickerState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn tick(engine: &EngineWeak, shared: &TickerParts) {
    loop {
        let idle = |state: &mut TickerState| state.n_busy == 0 && !state.is_over;
        let state = shared.changed.wait_while(shared.lock(), idle).unwrap_or_else(PoisonError::into_inner);
        if state.is_over {
            return;
        }
        drop(state);
        thread::sleep(EPOCH_TICK);
        let Some(engine) = engine.upgrade() else { return };
        engine.increment_epoch();
    }
}

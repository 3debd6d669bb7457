//! Memories of guests that outlive them, so that a test can search all that a connector ever held: after a call ends, and
//! after a memory that grew has moved.

#![expect(
    unsafe_code,
    reason = "wasmtime takes memories from whoever promises how they behave, and from nobody else"
)]

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use wasmtime::{LinearMemory, MemoryCreator, MemoryType};

/// Atomic, because who searches them and who writes to them have nothing in common but the address.
type Bytes = Arc<[AtomicU8]>;

/// All memories that were ever made, or moved to.
#[derive(Default)]
pub(crate) struct Memories {
    all: Arc<Mutex<Vec<Bytes>>>,
}

impl Memories {
    /// In how many memories these bytes stand.
    pub(crate) fn n_with(&self, needle: &str) -> usize {
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner).clone();
        all.iter().filter(|memory| has(memory, needle.as_bytes())).count()
    }

    /// How many there are.
    pub(crate) fn n(&self) -> usize {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

fn has(memory: &[AtomicU8], needle: &[u8]) -> bool {
    let is_at = |window: &[AtomicU8]| {
        window.iter().zip(needle).all(|(held, wanted)| held.load(Ordering::Relaxed) == *wanted)
    };
    memory.windows(needle.len()).any(is_at)
}

// SAFETY: each memory is zero at first, has its own bytes, and moves them only when it grows; `rollcall_host::Engine::with_memories` asks for
// neither a reservation nor a guard.
unsafe impl MemoryCreator for Memories {
    fn new_memory(
        &self,
        _kind: MemoryType,
        minimum: usize,
        _maximum: Option<usize>,
        _reserved: Option<usize>,
        guard: usize,
    ) -> Result<Box<dyn LinearMemory>, String> {
        if guard != 0 {
            return Err(format!("a guard of {guard} bytes was not asked for"));
        }
        let mut memory = Kept { bytes: Arc::default(), n_bytes: 0, all: Arc::clone(&self.all) };
        memory.grow(minimum);
        Ok(Box::new(memory))
    }
}

/// One memory.
struct Kept {
    bytes: Bytes,
    /// How many of them the guest may use.
    n_bytes: usize,
    all: Arc<Mutex<Vec<Bytes>>>,
}

impl Kept {
    fn grow(&mut self, n_bytes: usize) {
        if self.bytes.len() < n_bytes {
            // Room for more, so that not every step moves it.
            let room = n_bytes.max(2 * self.bytes.len());
            let held = self.bytes.iter().map(|byte| byte.load(Ordering::Relaxed));
            let moved: Bytes = held.chain(std::iter::repeat(0)).take(room).map(AtomicU8::new).collect();
            self.all.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&moved));
            self.bytes = moved;
        }
        self.n_bytes = n_bytes;
    }
}

// SAFETY: the pointer is that of the bytes, which stay where they are until it grows, and may be written through a shared
// reference because they are atomic.
unsafe impl LinearMemory for Kept {
    fn byte_size(&self) -> usize {
        self.n_bytes
    }

    fn byte_capacity(&self) -> usize {
        self.bytes.len()
    }

    fn grow_to(&mut self, new_size: usize) -> wasmtime::Result<()> {
        self.grow(new_size);
        Ok(())
    }

    fn as_ptr(&self) -> *mut u8 {
        self.bytes.as_ptr().cast::<u8>().cast_mut()
    }
}

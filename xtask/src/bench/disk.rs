//! How long the disk takes for the least that a store must ask of it, at the same time: what no host could be faster than.

use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

/// What is written: a page, as SQLite does.
const PAGE: [u8; 4096] = [b'x'; 4096];

/// Time between two writes.
///
/// 100 ms. Why: seldom enough to leave the disk to whoever is measured.
const PAUSE: Duration = Duration::from_millis(100);

/// Write a page over and over until it is enough, and take the time of each until it is durable.
///
/// # Errors
///
/// When the folder cannot be written to.
pub(super) fn watch(folder: &Path, is_enough: &AtomicBool) -> Result<Vec<Duration>> {
    let path = folder.join("disk.tmp");
    let mut file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    let mut took = Vec::new();
    while !is_enough.load(Ordering::Relaxed) {
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&PAGE)?;
        let began = Instant::now();
        file.sync_all()?;
        took.push(began.elapsed());
        thread::sleep(PAUSE);
    }
    Ok(took)
}

//! Moving the write-ahead log into the file, beside whoever writes.
//!
//! SQLite would do it at the end of the commit that makes the log too long, and whoever commits, and whoever waits for them,
//! would wait for some ten megabytes to reach the disk. Not here: writing (`connections`).

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use rusqlite::Connection;
use tokio::sync;
use tokio::task;

use super::lock::lock;

/// Pages in the log after which they are moved.
///
/// 8000, some 32 MiB. Why: 200 writes change some 1000 pages of the indexes, which are those of the next 200 as well; moved
/// at SQLite's 1000 pages, each would be written to the file with every transaction.
const MAX_PAGES: u32 = 8000;

/// Pages in the log after which nobody may write until they are moved.
///
/// 32,000, some 128 MiB. Why: usually the log is moved between two writes, and the next one begins it anew; where others
/// never leave off, it must not grow for ever.
const TOO_MANY_PAGES: u32 = 4 * MAX_PAGES;

/// Times that what came meanwhile is moved, one after another.
///
/// Why: each takes a part of the time of the one before, and the last ones the few milliseconds that lie between two writes.
/// Where it was in vain, the next commit begins it again.
const MAX_PASSES: usize = 8;

/// How many pages are in the log, as the writer last saw it.
#[derive(Debug, Clone)]
pub(super) struct Logged(Arc<AtomicU32>);

impl Logged {
    /// Watch this connection, which no longer moves them itself.
    pub(super) fn of(writer: &mut Connection) -> rusqlite::Result<Self> {
        let n_pages = Arc::new(AtomicU32::new(0));
        let seen = Arc::clone(&n_pages);
        writer.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages| {
            seen.store(u32::try_from(pages).unwrap_or(0), Ordering::Relaxed);
            Ok(())
        }))?;
        Ok(Self(n_pages))
    }

    fn n_pages(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Moves the log of one file.
#[derive(Debug)]
pub(super) struct Checkpoints {
    logged: Logged,
    /// Its own connection, so that the writer is free meanwhile.
    mover: Mutex<Connection>,
    writer: Arc<sync::Mutex<Connection>>,
    is_under_way: AtomicBool,
}

impl Checkpoints {
    pub(super) fn new(mover: Connection, logged: Logged, writer: Arc<sync::Mutex<Connection>>) -> Self {
        Self { logged, mover: Mutex::new(mover), writer, is_under_way: AtomicBool::new(false) }
    }

    /// Begin, if the log is too long and nobody has begun; does not wait for the end. Within a runtime, on any thread.
    pub(super) fn begin_if_due(self: &Arc<Self>) {
        if self.logged.n_pages() < MAX_PAGES || self.is_under_way.swap(true, Ordering::AcqRel) {
            return;
        }
        let checkpoints = Arc::clone(self);
        task::spawn_blocking(move || {
            if let Err(error) = checkpoints.run() {
                // Nothing is lost: the log goes on growing, and the next commit begins this again.
                tracing::warn!(%error, "the write-ahead log could not be moved into the database file");
            }
            checkpoints.is_under_way.store(false, Ordering::Release);
        });
    }

    /// Until none is under way.
    #[cfg(test)]
    pub(super) async fn at_rest(&self) {
        while self.is_under_way.load(Ordering::Acquire) {
            task::yield_now().await;
        }
    }

    /// Move all of it, so that the next one writes at its beginning again: while others write, or else while they wait.
    fn run(&self) -> rusqlite::Result<()> {
        let mover = lock(&self.mover);
        for _ in 0..MAX_PASSES {
            match moved(&mover)? {
                Some(n_pages) if n_pages == self.logged.n_pages() => return Ok(()),
                Some(_) => {}
                // What it leaves, the next commit finds.
                None => break,
            }
        }
        if TOO_MANY_PAGES <= self.logged.n_pages() {
            let _nobody_writes = self.writer.blocking_lock();
            moved(&mover)?;
        }
        Ok(())
    }
}

/// Move what no reader still needs, and say how many pages of the log are moved; none while another program moves them.
fn moved(mover: &Connection) -> rusqlite::Result<Option<u32>> {
    // Passive: it waits for nobody. Whatever a reader needs stays until the next time.
    let n_pages: i64 = mover.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get(2))?;
    // -1 where it could not begin.
    Ok(u32::try_from(n_pages).ok())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::connections::{Connections, Urgency};
    use super::super::migrations::FileFormat;
    use super::*;

    const EMPTY: FileFormat = FileFormat { application_id: 7, versions: &[] };

    async fn write_pages(connections: &Connections, n_pages: u32) {
        let page = "x".repeat(4000);
        connections
            .write(Urgency::Bulk, move |transaction| {
                transaction.execute("CREATE TABLE IF NOT EXISTS page (content BLOB)", [])?;
                let mut insert = transaction.prepare("INSERT INTO page VALUES (?1)")?;
                for _ in 0..n_pages {
                    insert.execute([&page])?;
                }
                drop(insert);
                Ok(transaction.commit()?)
            })
            .await
            .unwrap();
    }

    fn log_bytes(path: &Path) -> u64 {
        std::fs::metadata(path.with_extension("db-wal")).unwrap().len()
    }

    #[tokio::test]
    async fn a_log_that_was_moved_is_written_from_its_beginning_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rollcall.db");
        let connections = Connections::open(&path, &EMPTY).unwrap();
        for _ in 0..6 {
            write_pages(&connections, MAX_PAGES).await;
            connections.checkpoints_at_rest().await;
        }
        let most = u64::from(MAX_PAGES) * 2 * 4096;
        assert!(log_bytes(&path) < most, "the log has {} bytes", log_bytes(&path));
    }

    /// Another program that moves the log, and waits for a reader in the middle of it.
    fn moving_elsewhere(path: &Path) -> std::thread::JoinHandle<()> {
        let other = Connection::open(path).unwrap();
        other.busy_timeout(std::time::Duration::from_secs(600)).unwrap();
        let is_busy =
            move || other.query_row("PRAGMA wal_checkpoint(RESTART)", [], |row| row.get::<_, bool>(0));
        // It does not wait for whoever else is moving it.
        std::thread::spawn(move || while is_busy().unwrap() {})
    }

    #[tokio::test]
    async fn a_log_that_another_program_is_moving_is_left_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rollcall.db");
        let connections = Connections::open(&path, &EMPTY).unwrap();
        write_pages(&connections, 1).await;
        let [reader, mover] = [(); 2].map(|()| Connection::open(&path).unwrap());
        reader.execute_batch("BEGIN; SELECT count(*) FROM page").unwrap();
        reader.query_row("SELECT count(*) FROM page", [], |_| Ok(())).unwrap();
        write_pages(&connections, 1).await;
        let elsewhere = moving_elsewhere(&path);
        while moved(&mover).unwrap().is_some() {
            std::thread::yield_now();
        }
        reader.execute_batch("COMMIT").unwrap();
        elsewhere.join().unwrap();
        assert!(moved(&mover).unwrap().is_some());
    }

    #[tokio::test]
    async fn a_short_log_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rollcall.db");
        let connections = Connections::open(&path, &EMPTY).unwrap();
        let before = std::fs::metadata(&path).unwrap().len();
        write_pages(&connections, 2000).await;
        connections.checkpoints_at_rest().await;
        assert_eq!(std::fs::metadata(&path).unwrap().len(), before);
    }
}

//! What any store promises, asked of those in SQLite.

use std::ops::Deref;

use tempfile::TempDir;

use crate::SqliteAdmin;
use crate::testing::TemporaryStore;

/// An administration store whose folder lives as long as it does.
struct TemporaryAdmin {
    admin: SqliteAdmin,
    _folder: TempDir,
}

impl TemporaryAdmin {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { admin: SqliteAdmin::open(&folder.path().join("console.db")).unwrap(), _folder: folder }
    }
}

impl Deref for TemporaryAdmin {
    type Target = SqliteAdmin;

    fn deref(&self) -> &SqliteAdmin {
        &self.admin
    }
}

rollcall_store_suite::storage_suite!(TemporaryStore::new());
rollcall_store_suite::directory_suite!(TemporaryStore::new());
rollcall_store_suite::history_suite!(TemporaryStore::new());
rollcall_store_suite::inbox_suite!(TemporaryStore::new());
rollcall_store_suite::browse_suite!(TemporaryStore::new());
rollcall_store_suite::admin_suite!(TemporaryAdmin::new());

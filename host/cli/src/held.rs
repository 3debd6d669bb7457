//! Which source a command is about, of which something is held, and where.

use std::path::PathBuf;

use rollcall_host::model::SourceName;

/// What is held from a source, and where.
pub(crate) struct SourceInventory {
    pub(crate) source: SourceName,
    pub(crate) data: PathBuf,
}

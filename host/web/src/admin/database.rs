//! The console's own database: who may do what, what is configured, what was done.
//!
//! Not here: where it is kept, which whoever opens the console chooses; and what was imported, which is the host's store.

use std::sync::Arc;

use rollcall_admin::AdminStore;
pub use rollcall_admin::DatabaseError;

/// The console's database. Clones are the same one.
pub(crate) type Database = Arc<dyn AdminStore>;

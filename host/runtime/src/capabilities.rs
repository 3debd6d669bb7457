//! What a connector may ask of its host: one file a capability, each with its state, what it does, and its share of the
//! contract, in this order.
//!
//! Not here: the world outside; each capability reaches it through something an embedder or an administrator gave.

pub(crate) mod directory;
pub(crate) mod guest;
mod history;
mod host;
pub(crate) mod http_client;
pub(crate) mod storage;
pub(crate) mod tasks;

use std::sync::Arc;

use wasmtime::component::{HasSelf, Linker};

use self::guest::Guest;
use crate::bindings;
use crate::convert::GuestReader;
use crate::figures::Meter;
use crate::recorder::Recorder;
use crate::secrets::Secrets;

/// One call: its settings, and its capabilities.
pub(crate) struct Session {
    /// As the connector sees them.
    pub(crate) settings: String,
    pub(crate) tasks: tasks::Tasks,
    pub(crate) http: http_client::Http,
    pub(crate) storage: storage::Bucket,
    pub(crate) directory: directory::Holdings,
    pub(crate) history: Arc<Recorder>,
    pub(crate) secrets: Arc<Secrets>,
    pub(crate) meter: Arc<Meter>,
}

impl Session {
    fn reader(&self) -> GuestReader<'_> {
        GuestReader { secrets: &self.secrets }
    }
}

/// Everything a connector may import, and nothing else.
pub(crate) fn linker(engine: &wasmtime::Engine) -> wasmtime::Result<Linker<Guest>> {
    let mut linker = Linker::new(engine);
    bindings::LiveConnector::add_to_linker::<_, HasSelf<Guest>>(&mut linker, |guest| guest)?;
    Ok(linker)
}

impl bindings::rollcall::connector::model::Host for Guest {}

//! What the parts of the console work with: the host, the stores, the key, the clock. It knows none of the parts.

use std::sync::Arc;

use rollcall_admin::AdminStore;
use rollcall_browse::Store;
use rollcall_host::cancel::Cancel;
use rollcall_host::engine::Engine;
use rollcall_host::host::Host;
use rollcall_host::model::Timestamp;

use crate::database::Database;
use crate::error::ConsoleError;
use crate::options::ConsoleOptions;
use crate::public_url::PublicUrl;
use crate::pulse::Pulse;
use crate::sealing::SealingKey;

/// All of it. Clones are the same one.
#[derive(Clone, Debug)]
pub(crate) struct Services {
    shared: Arc<ServicesParts>,
}

#[derive(Debug)]
struct ServicesParts {
    host: Host,
    store: Arc<dyn Store>,
    database: Database,
    key: SealingKey,
    pulse: Pulse,
    began_at: Timestamp,
    ending: Cancel,
    options: ConsoleOptions,
}

impl Services {
    /// Load the key, and put all of it together.
    ///
    /// # Errors
    ///
    /// When the database or the file of the key cannot be used.
    pub(crate) async fn open(
        engine: Engine,
        store: Arc<dyn Store>,
        database: Arc<dyn AdminStore>,
        options: ConsoleOptions,
    ) -> Result<Self, ConsoleError> {
        let key_file = options.key_file.clone().unwrap_or_else(|| options.data.join("console.key"));
        let key = SealingKey::load(key_file, &database).await?;
        let host = Host::new(engine, store.clone(), store.clone(), store.clone());
        let (pulse, began_at, ending) = (Pulse::default(), options.clock.now(), Cancel::new());
        let shared = ServicesParts { host, store, database, key, pulse, began_at, ending, options };
        Ok(Self { shared: Arc::new(shared) })
    }

    pub(crate) fn host(&self) -> &Host {
        &self.shared.host
    }

    pub(crate) fn store(&self) -> &Arc<dyn Store> {
        &self.shared.store
    }

    pub(crate) fn database(&self) -> &Database {
        &self.shared.database
    }

    /// Seals secrets that are kept in the database.
    pub(crate) fn key(&self) -> &SealingKey {
        &self.shared.key
    }

    /// Beats whenever something happened that a page may show.
    pub(crate) fn pulse(&self) -> &Pulse {
        &self.shared.pulse
    }

    /// When the program began.
    pub(crate) fn began_at(&self) -> Timestamp {
        self.shared.began_at
    }

    /// Cancelled when the program ends, for whatever would go on by itself.
    pub(crate) fn ending(&self) -> &Cancel {
        &self.shared.ending
    }

    pub(crate) fn options(&self) -> &ConsoleOptions {
        &self.shared.options
    }

    /// What callback addresses begin with.
    pub(crate) fn callbacks_url(&self) -> &PublicUrl {
        let options = self.options();
        options.callbacks_url.as_ref().unwrap_or(&options.public_url)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.shared.options.clock.now()
    }
}

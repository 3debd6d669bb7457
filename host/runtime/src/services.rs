//! What everything that is done with sources shares: the engine, the platform's stores, and what outlives a run.
//!
//! Not here: what an embedder does with it (`host`).

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::clock::Clock;
use crate::directory::Directory;
#[cfg(feature = "testing")]
use crate::egress::testing::Responder;
use crate::egress::{Client, Egress, InvalidCa, Reach, dial_diagnosis};
use crate::engine::Engine;
use crate::exclusive::Claims;
use crate::figures::{Meter, SourceFigures};
use crate::history::History;
use crate::listening::Listening;
use crate::memory::{Memories, Memory};
use crate::model::{Failure, FailureKind, SourceName};
use crate::source::Source;
use crate::storage::Storage;

/// What a host works with. Clones are the same.
#[derive(Clone)]
pub(crate) struct Services {
    inner: Arc<ServiceParts>,
}

struct ServiceParts {
    engine: Engine,
    directory: Arc<dyn Directory>,
    storage: Arc<dyn Storage>,
    history: Arc<dyn History>,
    /// One client a source, so that its rate limits and connections outlive a run.
    clients: Mutex<BTreeMap<SourceName, (Egress, Arc<Client>)>>,
    /// What connectors keep for as long as this process lives.
    memories: Memories,
    /// What the sources that are followed have for themselves alone.
    claims: Claims,
    /// Which sources listen over a channel.
    listening: Listening,
    /// One meter a source, which outlives its clients.
    meters: Mutex<BTreeMap<SourceName, Arc<Meter>>>,
}

impl Services {
    /// Over these stores.
    pub(crate) fn new(
        engine: Engine,
        directory: Arc<dyn Directory>,
        storage: Arc<dyn Storage>,
        history: Arc<dyn History>,
    ) -> Self {
        let inner = ServiceParts {
            engine,
            directory,
            storage,
            history,
            clients: Mutex::default(),
            memories: Memories::default(),
            claims: Claims::default(),
            listening: Listening::default(),
            meters: Mutex::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// How far requests may reach.
    pub(crate) fn reach(&self) -> Reach {
        self.inner.engine.reach()
    }

    /// What was counted of each source.
    pub(crate) fn figures(&self) -> BTreeMap<SourceName, SourceFigures> {
        let meters = self.inner.meters.lock().unwrap_or_else(PoisonError::into_inner);
        meters.iter().map(|(name, meter)| (name.clone(), meter.figures())).collect()
    }

    /// What counts for a source.
    pub(crate) fn meter(&self, source: &SourceName) -> Arc<Meter> {
        let mut meters = self.inner.meters.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(meters.entry(source.clone()).or_default())
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    pub(crate) fn directory(&self) -> &Arc<dyn Directory> {
        &self.inner.directory
    }

    pub(crate) fn storage(&self) -> &Arc<dyn Storage> {
        &self.inner.storage
    }

    pub(crate) fn history(&self) -> &Arc<dyn History> {
        &self.inner.history
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        self.inner.engine.clock()
    }

    pub(crate) fn claims(&self) -> &Claims {
        &self.inner.claims
    }

    pub(crate) fn listening(&self) -> &Listening {
        &self.inner.listening
    }

    /// What the connector of a source keeps for as long as this process lives.
    pub(crate) fn memory(&self, source: &Source) -> Arc<Memory> {
        self.inner.memories.of(source.name(), source.settings(), source.connector().identity())
    }

    /// Let the requests of a source be answered in process from now on, as long as its egress stays the same.
    ///
    /// # Errors
    ///
    /// [`InvalidCa`] when the CA file of its egress cannot be used.
    #[cfg(feature = "testing")]
    pub(crate) fn answer(&self, source: &Source, responder: Arc<dyn Responder>) -> Result<(), InvalidCa> {
        let client = self.new_client(source)?.answered_by(responder);
        let mut clients = self.inner.clients.lock().unwrap_or_else(PoisonError::into_inner);
        clients.insert(source.name().clone(), (source.egress().clone(), Arc::new(client)));
        Ok(())
    }

    /// Why no request of this source leaves any more: its proxy refused the name and the password, and asking again might
    /// lock the account.
    pub(crate) fn barred(&self, source: &Source) -> Option<Failure> {
        let refused = self.client(source).ok()?.dialer().login().refused()?;
        Some(Failure::new(FailureKind::Settings, dial_diagnosis(&refused)))
    }

    /// A person has acted: the proxy of this source is asked once more.
    pub(crate) fn unbar(&self, source: &Source) {
        // Without a client there is nothing that was refused.
        if let Ok(client) = self.client(source) {
            client.dialer().login().forgive();
        }
    }

    fn new_client(&self, source: &Source) -> Result<Client, InvalidCa> {
        Client::metered(source.egress(), self.reach(), self.meter(source.name()))
    }

    /// The client of a source: the one it has, unless its egress was changed.
    pub(crate) fn client(&self, source: &Source) -> Result<Arc<Client>, InvalidCa> {
        let mut clients = self.inner.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((egress, client)) = clients.get(source.name())
            && egress == source.egress()
        {
            return Ok(Arc::clone(client));
        }
        let client = Arc::new(self.new_client(source)?);
        clients.insert(source.name().clone(), (source.egress().clone(), Arc::clone(&client)));
        Ok(client)
    }
}

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Services").field("engine", &self.inner.engine).finish_non_exhaustive()
    }
}

//! The console as a whole: what its pages and its API share.
//!
//! Not here: what is served (`routes`).

use std::path::PathBuf;
use std::sync::Arc;

use futures_util::future::join_all;
use rollcall_admin::AdminStore;
use rollcall_browse::Store;
use rollcall_host::cancel::Cancel;
use rollcall_host::clock::Clock;
use rollcall_host::engine::Engine;
use rollcall_host::error::StoreError;
use rollcall_host::follow::{FollowObserver, Schedule};
use rollcall_host::grant::Origin;
use rollcall_host::host::Host;
use rollcall_host::model::{EventDelivery, SourceName, Timestamp};
use rollcall_host::source::Source;

use crate::database::{Database, DatabaseError};
use crate::identity::{self, Identity};
use crate::listener::{Network, PublicUrl};
use crate::live::Watching;
use crate::operations::{self, Tally};
use crate::pulse::Pulse;
use crate::scim::ScimFace;
use crate::sealing::{Key, SealingError};
use crate::sources::Sources;
use crate::sources::shelf::Shelf;
use crate::webhook;

/// Who else is told what happens to a source: given its name, an observer.
pub type Observe = Arc<dyn Fn(&SourceName) -> Arc<dyn FollowObserver> + Send + Sync>;

/// How a console is set up.
#[derive(Clone)]
pub struct ConsoleOptions {
    /// The folder of the file of its key, if none is named.
    pub data: PathBuf,
    /// The folder of the connectors that a source can be made of in the console. It need not be there.
    pub connectors: PathBuf,
    /// The file of the key that secrets are sealed with; `console.key` in that folder if none is named.
    pub key_file: Option<PathBuf>,
    /// Where people reach it: what links begin with, and callback addresses, unless those have another.
    pub public_url: PublicUrl,
    /// What callback addresses begin with, if deliveries are taken at an address of their own, by
    /// [`Console::callback_routes`]. Then [`Console::routes`] takes none.
    pub callbacks_url: Option<PublicUrl>,
    /// Proxies in front of it, which are believed about their clients.
    pub trusted_proxies: Vec<Network>,
    /// Origins that API tokens may allow a source to talk to. Any other is confirmed by a person in the console.
    pub allow_origins: Vec<Origin>,
    /// Who else is told what happens.
    pub observe: Observe,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for ConsoleOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConsoleOptions")
            .field("data", &self.data)
            .field("key_file", &self.key_file)
            .field("public_url", &self.public_url)
            .field("callbacks_url", &self.callbacks_url)
            .field("trusted_proxies", &self.trusted_proxies)
            .field("allow_origins", &self.allow_origins)
            .finish_non_exhaustive()
    }
}

/// Why a console cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConsoleError {
    /// Its database cannot be used.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// Secrets cannot be sealed or opened.
    #[error(transparent)]
    Sealing(#[from] SealingError),
    /// The system has no randomness.
    #[error("the system gave no random bytes: {0}")]
    NoRandomness(#[from] getrandom::Error),
    /// The host's store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Two sources have the same name.
    #[error("source {name:?} is configured twice; give each source a name of its own")]
    NamedTwice {
        /// The name.
        name: SourceName,
    },
}

/// The console. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Console {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    host: Host,
    store: Arc<dyn Store>,
    database: Database,
    key: Key,
    identity: Identity,
    sources: Sources,
    pulse: Pulse,
    watching: Watching,
    tally: Tally,
    began_at: Timestamp,
    ending: Cancel,
    options: ConsoleOptions,
}

/// A source that is followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowedSource {
    /// Its name.
    pub name: SourceName,
    /// When its next full run is due by its schedule.
    pub next_run_at: Option<Timestamp>,
    /// How it tells of its changes; none while its settings are wrong.
    pub event_delivery: Option<EventDelivery>,
}

impl Console {
    /// Open the console over these stores: what was imported, and what is configured and administered.
    ///
    /// # Errors
    ///
    /// When its database or the file of its key cannot be used.
    pub async fn open(
        engine: Engine,
        store: Arc<dyn Store>,
        database: Arc<dyn AdminStore>,
        options: ConsoleOptions,
    ) -> Result<Self, ConsoleError> {
        let key_file = options.key_file.clone().unwrap_or_else(|| options.data.join("console.key"));
        let key = Key::load(key_file, &database).await?;
        let host = Host::new(engine.clone(), store.clone(), store.clone(), store.clone());
        let sources = Sources::new(Shelf::new(engine.clone(), options.connectors.clone()));
        let (pulse, watching, ending) = (Pulse::default(), Watching::default(), Cancel::new());
        let (identity, tally, began_at) = (Identity::default(), Tally::default(), options.clock.now());
        let shared = Shared {
            host,
            store,
            database,
            key,
            identity,
            sources,
            pulse,
            watching,
            tally,
            began_at,
            ending,
            options,
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Follow a source that is configured elsewhere: in a file. Its people are told over SCIM as `face` says.
    ///
    /// # Errors
    ///
    /// When another source has its name, or the inbox cannot be read.
    pub async fn adopt(
        &self,
        source: Source,
        schedule: Option<Schedule>,
        face: ScimFace,
    ) -> Result<(), ConsoleError> {
        self.shared.sources.follow(self, source, schedule, face).await
    }

    /// Take up the sources that are configured in the console itself, after those that are configured elsewhere: a name
    /// that they have is theirs. A source that cannot be used is shown with the reason and keeps no other from being followed.
    /// From now on, runs that end are counted, and told to whoever wants to hear of them.
    ///
    /// # Errors
    ///
    /// When the console's database or the inbox cannot be read.
    pub async fn take_up(&self) -> Result<(), ConsoleError> {
        self.shared.sources.take_up(self).await?;
        tokio::spawn(operations::watch(self.clone()));
        tokio::spawn(webhook::send(self.clone()));
        Ok(())
    }

    /// The path where the first account is created, with a secret that is good once; another one each time it is asked for,
    /// and none if there is an account.
    ///
    /// # Errors
    ///
    /// When the console's database cannot be read, or the system has no randomness.
    pub async fn setup_path(&self) -> Result<Option<String>, ConsoleError> {
        identity::setup_path(self).await
    }

    /// Stop following, and end what is under way in good order.
    pub async fn stop(&self) {
        self.shared.ending.cancel();
        let followers: Vec<_> = self.sources().all().iter().map(|known| known.follower.clone()).collect();
        let stopped = join_all(followers.iter().map(rollcall_host::Follower::stop));
        tokio::join!(stopped, self.sources().end_asks());
    }

    /// The sources that are followed.
    ///
    /// # Errors
    ///
    /// When the inbox cannot be read.
    pub async fn followed(&self) -> Result<Vec<FollowedSource>, StoreError> {
        let mut followed = Vec::new();
        for known in self.sources().all() {
            let next_run_at = known.follower.status().await?.following.next_run_at;
            let event_delivery = known.follower.event_delivery();
            followed.push(FollowedSource { name: known.name().clone(), next_run_at, event_delivery });
        }
        Ok(followed)
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
    pub(crate) fn key(&self) -> &Key {
        &self.shared.key
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.shared.identity
    }

    pub(crate) fn sources(&self) -> &Sources {
        &self.shared.sources
    }

    /// Beats whenever something happened that a page may show.
    pub(crate) fn pulse(&self) -> &Pulse {
        &self.shared.pulse
    }

    /// The live pages that are open.
    pub(crate) fn watching(&self) -> &Watching {
        &self.shared.watching
    }

    /// The runs that ended since the program began.
    pub(crate) fn tally(&self) -> &Tally {
        &self.shared.tally
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

//! The console as a whole: its parts, put together, begun and ended.
//!
//! Not here: what is served (`routes`), and what its parts work with (`services`).

use std::sync::Arc;

use axum::extract::FromRef;
use futures_util::future::join_all;
use rollcall_admin::AdminStore;
use rollcall_browse::Store;
use rollcall_host::engine::Engine;
use rollcall_host::error::StoreError;
use rollcall_host::follow::Schedule;
use rollcall_host::model::{EventDelivery, SourceName, Timestamp};
use rollcall_host::source::Source;

use crate::endings::{self, Tally};
use crate::error::ConsoleError;
use crate::face::ScimFace;
use crate::identity::Identity;
use crate::live::Watching;
use crate::options::ConsoleOptions;
use crate::services::Services;
use crate::sources::{Shelf, Sources};
use crate::webhook;

/// The console. Clones are the same one.
///
/// Handlers do not take it: each asks for the part that it uses.
#[derive(Clone, Debug)]
pub struct Console {
    services: Services,
    sources: Sources,
    identity: Identity,
    watching: Watching,
    tally: Tally,
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
        let shelf = Shelf::new(engine.clone(), options.connectors.clone());
        let services = Services::open(engine, store, database, options).await?;
        let sources = Sources::new(services.clone(), shelf);
        let identity = Identity::new(services.clone());
        Ok(Self { services, sources, identity, watching: Watching::default(), tally: Tally::default() })
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
        self.sources.follow(source, schedule, face).await
    }

    /// Take up the sources that are configured in the console itself, after those that are configured elsewhere: a name
    /// that they have is theirs. A source that cannot be used is shown with the reason and keeps no other from being followed.
    /// From now on, runs that end are counted, and told to whoever wants to hear of them.
    ///
    /// # Errors
    ///
    /// When the console's database or the inbox cannot be read.
    pub async fn take_up(&self) -> Result<(), ConsoleError> {
        self.sources.take_up().await?;
        tokio::spawn(endings::watch(self.sources.clone(), self.tally.clone()));
        tokio::spawn(webhook::send(self.services.clone()));
        Ok(())
    }

    /// The path where the first account is created, with a secret that is good once; another one each time it is asked for,
    /// and none if there is an account.
    ///
    /// # Errors
    ///
    /// When the console's database cannot be read, or the system has no randomness.
    pub async fn setup_path(&self) -> Result<Option<String>, ConsoleError> {
        self.identity.setup_path().await
    }

    /// Stop following, and end what is under way in good order.
    pub async fn stop(&self) {
        self.services.ending().cancel();
        let followers: Vec<_> = self.sources.all().iter().map(|known| known.follower.clone()).collect();
        let stopped = join_all(followers.iter().map(rollcall_host::Follower::stop));
        tokio::join!(stopped, self.sources.end_asks());
    }

    /// The sources that are followed.
    ///
    /// # Errors
    ///
    /// When the inbox cannot be read.
    pub async fn followed(&self) -> Result<Vec<FollowedSource>, StoreError> {
        let mut followed = Vec::new();
        for known in self.sources.all() {
            let next_run_at = known.follower.status().await?.following.next_run_at;
            let event_delivery = known.follower.event_delivery();
            followed.push(FollowedSource { name: known.name().clone(), next_run_at, event_delivery });
        }
        Ok(followed)
    }

    pub(crate) fn services(&self) -> &Services {
        &self.services
    }
}

impl FromRef<Console> for Services {
    fn from_ref(console: &Console) -> Self {
        console.services.clone()
    }
}

impl FromRef<Console> for Sources {
    fn from_ref(console: &Console) -> Self {
        console.sources.clone()
    }
}

impl FromRef<Console> for Identity {
    fn from_ref(console: &Console) -> Self {
        console.identity.clone()
    }
}

impl FromRef<Console> for Watching {
    fn from_ref(console: &Console) -> Self {
        console.watching.clone()
    }
}

impl FromRef<Console> for Tally {
    fn from_ref(console: &Console) -> Self {
        console.tally.clone()
    }
}

/// What tests look at beside the routes.
#[cfg(test)]
impl Console {
    pub(crate) fn sources(&self) -> &Sources {
        &self.sources
    }

    pub(crate) fn tally(&self) -> &Tally {
        &self.tally
    }
}

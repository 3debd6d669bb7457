//! Puts the capabilities of one call together, over the real stores or over dry ones.

use std::sync::Arc;

use crate::apply::{Destination, Identities, RunExtent, Worker, scope};
use crate::cancel::Cancel;
use crate::capabilities::Session;
use crate::capabilities::directory::Holdings;
use crate::capabilities::http_client::Http;
use crate::capabilities::storage::Bucket;
use crate::capabilities::tasks::Tasks;
use crate::clearing::Approved;
use crate::decision::Declined;
use crate::directory::Directory;
use crate::dry_run::{DryDirectory, DryStorage};
use crate::guard::Scales;
use crate::model::RunId;
use crate::prepare::Prepared;
use crate::recorder::Recorder;
use crate::sealed::SealedCall;
use crate::services::Services;
use crate::source::Source;
use crate::storage::Storage;

/// What the capabilities of one call are made of.
pub(crate) struct Sessions<'a> {
    pub(crate) services: &'a Services,
    pub(crate) source: &'a Source,
    pub(crate) prepared: &'a Prepared,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) cancel: Cancel,
    pub(crate) is_dry: bool,
    /// What weighs departures; none in a call that is no run, and changes nothing.
    pub(crate) scales: Option<Scales>,
    /// What people declined.
    pub(crate) declined: Arc<Declined>,
    /// The clearings that a person started the run to approve.
    pub(crate) approved: Approved,
    /// What a person has answered about keys that belong to somebody else now.
    pub(crate) identities: Identities,
    /// With what views the call's own is compared.
    pub(crate) known_scopes: scope::EarlierScopes,
    /// Used once the call has written as much as it may.
    pub(crate) overrun: Cancel,
}

impl Sessions<'_> {
    /// For a call that reads everything.
    pub(crate) fn full(self, run: RunId) -> (Session, Worker) {
        self.build(run, RunExtent::Full)
    }

    /// For a call that reads some objects.
    pub(crate) fn some(self, run: RunId) -> (Session, Worker) {
        self.build(run, RunExtent::Some)
    }

    /// For a call that is no run: what it keeps for itself stays, and it changes nothing of the platform.
    pub(crate) fn aside(self) -> (Session, Worker) {
        let directory = Arc::new(self.dry_directory());
        let storage = Arc::clone(self.services.storage());
        // Such a call has no row, and a dry directory does not look at the run it is given.
        self.over(directory, storage, RunId::new("aside"), RunExtent::Some)
    }

    fn build(self, run: RunId, extent: RunExtent) -> (Session, Worker) {
        let (directory, storage) = self.stores();
        self.over(directory, storage, run, extent)
    }

    fn over(
        self,
        directory: Arc<dyn Directory>,
        storage: Arc<dyn Storage>,
        run: RunId,
        extent: RunExtent,
    ) -> (Session, Worker) {
        let Self {
            services,
            source,
            prepared,
            recorder,
            cancel,
            scales,
            declined,
            approved,
            identities,
            known_scopes,
            overrun,
            ..
        } = self;
        let destination = Destination {
            directory: Arc::clone(&directory),
            recorder: Arc::clone(&recorder),
            source: source.name().clone(),
            run,
            resource_types: source.connector().descriptor().type_names(),
            departed_users: source.departed_users(),
            extent,
            scales,
            declined,
            approved,
            identity_attributes: source.connector().descriptor().identity_attributes(),
            identities,
            known_scopes,
            overrun,
        };
        let (worker, handle) = Worker::start(destination, cancel.clone(), services.engine().memory_share());
        let SealedCall { settings, seals, secrets } = source.seal(&prepared.plan.secrets);
        let (client, grants) = (Arc::clone(&prepared.client), Arc::clone(&prepared.grants));
        let session = Session {
            settings,
            tasks: Tasks::new(cancel.clone()),
            http: Http { client, grants, seals },
            storage: Bucket { memory: services.memory(source), storage, source: source.name().clone() },
            directory: Holdings { directory, source: source.name().clone(), worker: handle, cancel, extent },
            history: recorder,
            secrets,
            meter: services.meter(source.name()),
        };
        (session, worker)
    }

    fn stores(&self) -> (Arc<dyn Directory>, Arc<dyn Storage>) {
        let (directory, storage) =
            (Arc::clone(self.services.directory()), Arc::clone(self.services.storage()));
        if self.is_dry {
            (Arc::new(self.dry_directory()), Arc::new(DryStorage::over(storage)))
        } else {
            (directory, storage)
        }
    }

    fn dry_directory(&self) -> DryDirectory {
        let memory = self.services.engine().memory_share();
        DryDirectory::over(Arc::clone(self.services.directory()), memory)
    }
}

//! Everything real: the simulator behind TLS and its proxy, the component, the host, SQLite in a folder of its own.

use super::memories::Memories;
use super::{PROXY_PASSWORD, PROXY_USER, built, serve, settings};
use crate::expectation::Documents;
use rollcall_browse::{Browse as _, HeldObject};
use rollcall_dingtalk_simulator::{Company, Mutation, ServerHandle};
use rollcall_host::egress::{Egress, Proxy, Reach};
use rollcall_host::error::RunError;
use rollcall_host::history::{ChangeRecord, History, Run};
use rollcall_host::model::{Entry, Finding, RunId, Severity, SourceName};
use rollcall_host::{
    Approving, Connector, Engine, EngineOptions, Host, Identities, RunOptions, RunReport, Source, Which,
};
use rollcall_sqlite::SqliteStore;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

/// What the source is called.
pub(crate) const SOURCE: &str = "head-office";

/// A host and one source of it. The DingTalk it talks to is its own.
pub(crate) struct Real {
    pub(crate) server: Arc<ServerHandle>,
    pub(crate) egress: Egress,
    pub(crate) settings: Value,
    pub(crate) platform: Platform,
    connector: Connector,
}

/// A host over a database in a folder of its own, and a runtime to run it.
pub(crate) struct Platform {
    folder: TempDir,
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) host: Host,
    engine: Engine,
    runtime: Runtime,
}

impl Real {
    /// Through the proxy, with everything as it should be.
    pub(crate) fn new(company: Company) -> Self {
        Self::over(Platform::new(engine()), company)
    }

    /// The same over a platform that may hold something already.
    pub(crate) fn over(platform: Platform, company: Company) -> Self {
        let server = Arc::new(serve(company));
        let egress = Egress {
            proxy: Some(proxy(&server).with_credentials(PROXY_USER, PROXY_PASSWORD)),
            ca_pem: Some(server.ca_pem().as_bytes().to_vec()),
            allow: None,
        };
        let connector = platform.load(&built::component("dingtalk"));
        Self { server, egress, settings: settings(), platform, connector }
    }

    /// The source as it is configured now.
    pub(crate) fn source(&self) -> Source {
        let name = SourceName::new(SOURCE).expect("the name is one");
        Source::new(name, self.connector.clone(), self.settings.clone(), self.egress.clone())
    }

    /// Import.
    pub(crate) fn sync(&self) -> RunReport {
        self.run(RunOptions::default())
    }

    /// Import, with these options.
    pub(crate) fn run(&self, options: RunOptions) -> RunReport {
        self.platform.sync(&self.source(), options)
    }

    /// Check the connection.
    pub(crate) fn check(&self) -> Vec<Finding> {
        self.platform.wait(self.platform.host.check(&self.source()))
    }

    /// Change the company.
    #[track_caller]
    pub(crate) fn mutate(&self, mutation: &Mutation) {
        self.server.with(|simulator| simulator.mutate(mutation)).expect("the mutation is possible");
    }

    /// What the platform holds and has not departed.
    pub(crate) fn documents(&self) -> Documents {
        self.platform.documents(SOURCE)
    }
}

impl Platform {
    /// Nothing imported yet.
    pub(crate) fn new(engine: Engine) -> Self {
        Self::in_folder(tempfile::tempdir().expect("a folder can be made"), engine)
    }

    /// With the database that is in this folder, if there is one.
    pub(crate) fn in_folder(folder: TempDir, engine: Engine) -> Self {
        let store = SqliteStore::open(&folder.path().join("rollcall.db")).expect("the database opens");
        let store = Arc::new(store);
        let host = Host::new(engine.clone(), store.clone(), store.clone(), store.clone());
        Self { folder, store, host, engine, runtime: runtime() }
    }

    /// The folder of its own, with all that it keeps.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The database, for another process.
    pub(crate) fn database(&self) -> PathBuf {
        self.folder.path().join("rollcall.db")
    }

    /// Wait for something of the host's.
    pub(crate) fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Let something of the host's go on meanwhile.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        self.runtime.spawn(future)
    }

    /// A loaded connector.
    pub(crate) fn load(&self, path: &Path) -> Connector {
        self.wait(self.engine.load(path)).expect("the component loads")
    }

    /// What somebody says who has read what a run would remove, and approves all of it.
    #[track_caller]
    pub(crate) fn confirming(&self, source: &SourceName, run: &RunId, identities: Identities) -> Approving {
        let asked = async {
            let held_back = self.host.held_back(source, run, Which::Waiting).await?;
            Ok::<_, RunError>(self.host.would_leave(source, &held_back, identities).await)
        };
        let would_leave = self.wait(asked).expect("it holds something").expect("the stores answer");
        Approving {
            removals: Some(would_leave.n()),
            which: Which::Waiting,
            identities,
            by: "anna".to_owned(),
        }
    }

    /// Import a source.
    pub(crate) fn sync(&self, source: &Source, options: RunOptions) -> RunReport {
        self.wait(self.host.sync(source, options)).expect("there is a run")
    }

    /// What is held from a source and has not departed.
    pub(crate) fn documents(&self, source: &str) -> Documents {
        let source = SourceName::new(source).expect("the name is one");
        let objects = self.objects(&source).into_iter().filter(|object| !object.held.departed);
        objects
            .map(|object| {
                ((object.key.resource_type, object.key.external_id), object.held.document.into_value())
            })
            .collect()
    }

    /// Everything that is held from a source at one moment.
    pub(crate) fn objects(&self, source: &SourceName) -> Vec<HeldObject> {
        // Within the runtime, as it begins to read at once.
        let snapshot =
            self.wait(async { self.store.snapshot(source, &["Department", "User"], 1000).rest().await });
        snapshot.expect("the store answers")
    }

    /// The row of a run.
    pub(crate) fn row(&self, run: &RunId) -> Run {
        self.wait(self.store.run(run)).expect("the store answers").expect("the run has a row")
    }

    /// The log of a run, from this severity on.
    pub(crate) fn entries(&self, run: &RunId, least: Severity) -> Vec<Entry> {
        let entries = self.wait(self.store.entries(run, least, None, u32::MAX)).expect("the store answers");
        entries.into_iter().map(|entry| entry.item).collect()
    }

    /// What a run changed.
    pub(crate) fn changes(&self, run: &RunId) -> Vec<ChangeRecord> {
        let changes = self.wait(self.store.changes(run, None, u32::MAX)).expect("the store answers");
        changes.into_iter().map(|change| change.item).collect()
    }
}

/// The proxy, without the name and password that it wants.
pub(crate) fn proxy(server: &ServerHandle) -> Proxy {
    let address = server.proxy_addr().expect("the simulator has a proxy");
    format!("http://{address}").parse().expect("it is a proxy's address")
}

/// One engine for all tests: compiling a component takes seconds.
pub(crate) fn engine() -> Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| engine_with(EngineOptions::default())).clone()
}

/// An engine as it is by itself: its requests reach the internet, and of this machine proxies alone.
pub(crate) fn engine_for_the_internet() -> Engine {
    let options = EngineOptions { cache_dir: Some(built::compiled()), ..EngineOptions::default() };
    Engine::new(options).expect("this machine runs components")
}

/// An engine whose guests keep what they hold in these memories. Its code is compiled by itself.
pub(crate) fn engine_over(memories: Arc<Memories>) -> Engine {
    let options = on_this_machine(EngineOptions::default());
    Engine::with_memories(options, memories).expect("this machine runs components")
}

/// An engine with other limits and the same compiled code.
pub(crate) fn engine_with(options: EngineOptions) -> Engine {
    Engine::new(on_this_machine(options)).expect("this machine runs components")
}

/// The same with what all tests have: compiled code that is kept, and a world that is on this machine.
fn on_this_machine(options: EngineOptions) -> EngineOptions {
    EngineOptions { cache_dir: Some(built::compiled()), reach: Reach::Private, ..options }
}

fn runtime() -> Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().expect("threads can be had")
}

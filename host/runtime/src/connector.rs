//! A loaded connector: who it is, and its functions, each called in a fresh store that is thrown away afterwards.
//!
//! Not here: what its calls may reach (`capabilities`), what their results lead to (`run`).

mod death;
mod descriptor;
mod exports;
mod imports;
mod live;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use rollcall_rules::reach::Export;
pub use rollcall_seal::Sealed as SealedComponent;
use serde_json::Value;
use tokio::task::JoinError;
use wasmtime::Store;
use wasmtime::component::{Component, Instance, InstancePre};

use self::imports::GrantedImports;
pub(crate) use self::live::{Fetched, FrameReaction, Handled, Notice, Opening, Received, Rhythm, Unfinished};
pub use crate::bindings::CONTRACT;
use crate::bindings::exports::rollcall::connector::events::GuestIndices as EventsIndices;
use crate::bindings::exports::rollcall::connector::identity_source::{Guest as Exports, GuestIndices};
use crate::bindings::rollcall::connector::model::Key as WitKey;
use crate::capabilities::guest::Guest;
use crate::capabilities::{self, Session};
use crate::convert::{self, GuestReader};
use crate::engine::{Engine, Metered, sealed_bytes, within};
use crate::error::{GuestError, LoadError, NoComponent};
use crate::figures::{Call, Meter};
use crate::history::ConnectorIdentity;
use crate::limits::{CALL_TIMEOUTS, MAX_COMPONENT_BYTES};
use crate::model::{Descriptor, Failure, Finding, Key, Plan, Problem, Summary};
use crate::sealed::{self, Mint, SealedCall};
use crate::secrets::Secrets;

/// A loaded connector. Clones are the same one.
#[derive(Clone)]
pub struct Connector {
    inner: Arc<LoadedConnector>,
}

struct LoadedConnector {
    code: Code,
    exports: GuestIndices,
    /// Where its `events` are, if it has any.
    events: Option<EventsIndices>,
    descriptor: Descriptor,
    identity: ConnectorIdentity,
    asked: GrantedImports,
}

/// What is instantiated for each call, and where.
struct Code {
    engine: Engine,
    pre: InstancePre<Guest>,
}

impl Engine {
    /// Load a connector from its file: read, verify what it imports, compile or take from the cache, ask who it is.
    ///
    /// # Errors
    ///
    /// [`LoadError`] says which of these failed and why.
    pub async fn load(&self, path: impl AsRef<Path>) -> Result<Connector, LoadError> {
        let path = path.as_ref().to_owned();
        let engine = self.clone();
        let compiled = tokio::task::spawn_blocking(move || compile(&engine, &path)).await;
        // The task neither panics by itself nor is it aborted.
        let died =
            |error: JoinError| LoadError::Invalid { what: NoComponent::Damaged, detail: error.to_string() };
        let compiled = compiled.map_err(died)??;
        Connector::new(self.clone(), compiled).await
    }
}

impl Connector {
    /// Who it is.
    #[must_use]
    pub fn descriptor(&self) -> &Descriptor {
        &self.inner.descriptor
    }

    /// Who it is, exactly: with the digest of its file.
    #[must_use]
    pub fn identity(&self) -> &ConnectorIdentity {
        &self.inner.identity
    }

    /// The capabilities that it asks for and is given, by name.
    #[must_use]
    pub fn imports(&self) -> &[String] {
        &self.inner.asked.granted
    }

    /// What its toolchain asks for beside them, by name, and what leads nowhere: files, sockets, streams.
    #[must_use]
    pub fn closed_imports(&self) -> &[String] {
        &self.inner.asked.closed
    }

    /// Whether it also follows its source: whether it exports `events`.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.inner.events.is_some()
    }

    /// Check settings offline: what they will need, or everything that is wrong with them.
    ///
    /// # Errors
    ///
    /// When the connector's code died.
    pub async fn validate(&self, settings: &Value) -> Result<Result<Plan, Vec<Problem>>, GuestError> {
        self.validate_metered(settings, &Meter::default()).await
    }

    /// The same, counted.
    pub(crate) async fn validate_metered(
        &self,
        settings: &Value,
        meter: &Meter,
    ) -> Result<Result<Plan, Vec<Problem>>, GuestError> {
        let schema = &self.inner.descriptor.settings_schema;
        let secrets = Secrets::of(schema, settings, None);
        let SealedCall { settings: shown, secrets, .. } =
            SealedCall::new(schema, settings, secrets, &[], self.mint());
        let call = self.call(
            Export::Validate,
            None,
            (&secrets, meter),
            CALL_TIMEOUTS.offline,
            move |exports, store| Box::pin(async move { exports.call_validate(store, &shown).await }),
        );
        let unfit = sealed::problems(schema, settings, &secrets);
        match call.await? {
            Ok(plan) if unfit.is_empty() => {
                descriptor::check_plan(convert::plan(plan), schema, &secrets).map(Ok)
            }
            Ok(_) => Ok(Err(unfit)),
            Err(invalid) => {
                let problems = GuestReader { secrets: &secrets }.problems(invalid.problems);
                Ok(Err(sealed::merged(problems, unfit)))
            }
        }
    }

    /// Check settings against the source itself.
    pub(crate) async fn check(&self, mut session: Session) -> Result<Vec<Finding>, GuestError> {
        let settings = std::mem::take(&mut session.settings);
        let secrets = Arc::clone(&session.secrets);
        let meter = Arc::clone(&session.meter);
        let call = self.call(
            Export::Check,
            Some(session),
            (&secrets, &meter),
            CALL_TIMEOUTS.check,
            move |exports, store| Box::pin(async move { exports.call_check(store, &settings).await }),
        );
        Ok(GuestReader { secrets: &secrets }.findings(call.await?))
    }

    /// Bring the directory in line with the source.
    pub(crate) async fn sync(
        &self,
        mut session: Session,
        checkpoint: Option<String>,
    ) -> Result<Result<Summary, Failure>, GuestError> {
        let settings = std::mem::take(&mut session.settings);
        let secrets = Arc::clone(&session.secrets);
        let meter = Arc::clone(&session.meter);
        let call = self.call(
            Export::Sync,
            Some(session),
            (&secrets, &meter),
            CALL_TIMEOUTS.import,
            move |exports, store| {
                Box::pin(async move { exports.call_sync(store, &settings, checkpoint.as_deref()).await })
            },
        );
        let result = call.await?;
        let reader = GuestReader { secrets: &secrets };
        Ok(result.map(|summary| reader.summary(summary)).map_err(|failure| reader.failure(failure)))
    }

    /// Bring just these objects in line.
    pub(crate) async fn refresh(
        &self,
        mut session: Session,
        keys: &[Key],
    ) -> Result<Result<Summary, Failure>, GuestError> {
        let settings = std::mem::take(&mut session.settings);
        let secrets = Arc::clone(&session.secrets);
        let keys: Vec<WitKey> = keys.iter().map(Into::into).collect();
        let meter = Arc::clone(&session.meter);
        let call = self.call(
            Export::Refresh,
            Some(session),
            (&secrets, &meter),
            CALL_TIMEOUTS.import,
            move |exports, store| {
                Box::pin(async move { exports.call_refresh(store, &settings, &keys).await })
            },
        );
        let result = call.await?;
        let reader = GuestReader { secrets: &secrets };
        Ok(result.map(|summary| reader.summary(summary)).map_err(|failure| reader.failure(failure)))
    }

    async fn new(engine: Engine, compiled: Compiled) -> Result<Self, LoadError> {
        let Compiled { component, digest, asked } = compiled;
        exports::verify(&component, engine.wasmtime())?;
        let incompatible = |cause: wasmtime::Error| LoadError::Incompatible {
            contract: CONTRACT,
            cause: format!("{cause:#}"),
        };
        let linker = capabilities::linker(engine.wasmtime()).map_err(incompatible)?;
        let pre = linker.instantiate_pre(&component).map_err(incompatible)?;
        let exports = GuestIndices::new(&pre).map_err(incompatible)?;
        let events = live::find(&pre).map_err(incompatible)?;
        let code = Code { engine, pre };
        let secrets = Secrets::default();
        let (session, meter, limit) = (None, &Meter::default(), CALL_TIMEOUTS.offline);
        let bounds = Bounds { export: Export::Describe, session, secrets: &secrets, meter, limit };
        let load = |store: &mut Store<Guest>, instance: &Instance| exports.load(store, instance);
        let described =
            code.call(load, bounds, |exports: &Exports, store| Box::pin(exports.call_describe(store)));
        let descriptor = descriptor::read(described.await.map_err(LoadError::Describe)?)?;
        let identity = ConnectorIdentity {
            id: descriptor.id.clone(),
            version: descriptor.version.clone(),
            digest: format!("blake3:{}", digest.to_hex()),
        };
        Ok(Self { inner: Arc::new(LoadedConnector { code, exports, events, descriptor, identity, asked }) })
    }

    /// Makes the tokens of its calls.
    pub(crate) fn mint(&self) -> &Mint {
        self.inner.code.engine.mint()
    }

    async fn call<T>(
        &self,
        export: Export,
        session: Option<Session>,
        (secrets, meter): (&Secrets, &Meter),
        limit: Duration,
        function: impl for<'a> FnOnce(&'a Exports, &'a mut Store<Guest>) -> Calling<'a, T> + Send,
    ) -> Result<T, GuestError> {
        let load = |store: &mut Store<Guest>, instance: &Instance| self.inner.exports.load(store, instance);
        self.inner.code.call(load, Bounds { export, session, secrets, meter, limit }, function).await
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").field("identity", &self.inner.identity).finish_non_exhaustive()
    }
}

type Calling<'a, T> = BoxFuture<'a, wasmtime::Result<T>>;

/// What one call is, may reach, must not say, where it is counted, and how long it may take.
struct Bounds<'a> {
    export: Export,
    session: Option<Session>,
    secrets: &'a Secrets,
    meter: &'a Meter,
    limit: Duration,
}

impl Code {
    /// Call one function in a store of its own. A store is never used again: after a trap it could not be, and
    /// otherwise nothing of one source may be found by the next.
    async fn call<E: Sync, T>(
        &self,
        load: impl FnOnce(&mut Store<Guest>, &Instance) -> wasmtime::Result<E> + Send,
        bounds: Bounds<'_>,
        function: impl for<'a> FnOnce(&'a E, &'a mut Store<Guest>) -> Calling<'a, T> + Send,
    ) -> Result<T, GuestError> {
        let Bounds { export, session, secrets, meter, limit } = bounds;
        let began = Instant::now();
        let (mut store, _busy) = self.engine.store(Guest::new(&self.engine, export, secrets, session));
        let (called, computed) = within(limit, async {
            let instance = self.pre.instantiate_async(&mut store).await?;
            store.data_mut().resumed();
            let exports = load(&mut store, &instance)?;
            function(&exports, &mut store).await
        })
        .await;
        let result = match called {
            Ok(Ok(result)) => Ok(result),
            Ok(Err(error)) => Err(death::cause(&error, store.data().last_words(), secrets)),
            Err(_) => Err(GuestError::Overdue { limit }),
        };
        let memory_bytes = store.data_mut().memory().used_bytes();
        let (took, has_died) = (began.elapsed(), result.is_err());
        meter.called(export.as_str(), &Call { took, computed, has_died, memory_bytes });
        result
    }
}

/// A connector's file, compiled.
struct Compiled {
    component: Component,
    digest: blake3::Hash,
    asked: GrantedImports,
}

/// The connector in a file without what its toolchain asks for beside the contract, for hosts that have no WASI. An [`Engine`]
/// does the same with whatever it loads.
///
/// # Errors
///
/// When the file cannot be read, is no component, or asks for what no connector is given.
pub fn sealed_component(path: impl AsRef<Path>) -> Result<SealedComponent, LoadError> {
    let bytes = read(path.as_ref())?;
    imports::verify(&bytes)?;
    sealed_bytes(&bytes)
}

fn compile(engine: &Engine, path: &Path) -> Result<Compiled, LoadError> {
    let bytes = read(path)?;
    let asked = imports::verify(&bytes)?;
    let digest = blake3::hash(&bytes);
    Ok(Compiled { component: engine.compile(&bytes, &digest)?, digest, asked })
}

fn read(path: &Path) -> Result<Vec<u8>, LoadError> {
    let failed = |cause| LoadError::Read { path: PathBuf::from(path), cause };
    let found_bytes = std::fs::metadata(path).map_err(failed)?.len();
    if MAX_COMPONENT_BYTES < found_bytes {
        return Err(LoadError::TooLarge { found_bytes, limit_bytes: MAX_COMPONENT_BYTES });
    }
    std::fs::read(path).map_err(failed)
}

//! The simulator behind sockets: its own thread, its own runtime, an HTTPS port and, if wanted, a control port and a proxy.
//!
//! The clock of this module is the only one the simulator ever sees.

mod body;
mod control;
mod https;
mod proxy;
mod pusher;
mod receiver;
mod saving;
mod stream;

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};

use crate::events::{HandMadePush, PushAnswer, PushRequest};
use crate::ids::AppKey;
use crate::mutate::MutationError;
use crate::request::PeerAddress;
use crate::simulator::Simulator;
use crate::state::AppEvents;
use crate::tls::{self, Identity, TlsError};

use self::receiver::Caller;
use self::stream::{Order, Streams};

pub use proxy::{ProxyCounts, ProxyMode, ProxyOptions};
pub use saving::SetEventsError;

/// Any free port of the loopback interface.
const ANY_LOOPBACK_PORT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// What to start.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// The state to serve.
    pub simulator: Simulator,
    /// Where both APIs listen.
    pub https: SocketAddr,
    /// Where the control API listens, which has no password and no TLS; none = no control API.
    pub control: Option<SocketAddr>,
    /// The forward proxy; none = no proxy.
    pub proxy: Option<ProxyOptions>,
    /// Names and addresses of the certificate.
    pub host_names: Vec<String>,
    /// Address that direct callers appear to have.
    pub direct_address: PeerAddress,
    /// Authority to trust when an event is pushed to an `https://` address, as PEM; none = only `http://` is pushed to.
    pub receiver_ca_pem: Option<String>,
}

impl ServerOptions {
    /// Everything on free loopback ports, without proxy.
    #[must_use]
    pub fn new(simulator: Simulator) -> Self {
        Self {
            simulator,
            https: ANY_LOOPBACK_PORT,
            control: Some(ANY_LOOPBACK_PORT),
            proxy: None,
            host_names: HOST_NAMES.map(str::to_owned).to_vec(),
            direct_address: PeerAddress::DIRECT,
            receiver_ca_pem: None,
        }
    }

    /// The same with a proxy on a free loopback port.
    #[must_use]
    pub fn with_proxy(mut self, proxy: ProxyOptions) -> Self {
        self.proxy = Some(proxy);
        self
    }
}

/// Names under which a client may reach the simulator.
const HOST_NAMES: [&str; 10] = [
    "oapi.dingtalk.com",
    "api.dingtalk.com",
    "wss-open-connection.dingtalk.com",
    "wss-open-connection-union.dingtalk.com",
    "oapi.dingtalk.io",
    "api.dingtalk.io",
    "wss-open-connection.dingtalk.io",
    "wss-open-connection-union.dingtalk.io",
    "localhost",
    "127.0.0.1",
];

/// Why nothing was started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A port is taken, or no loopback port at all.
    #[error("{what} cannot listen on {address}: {source}")]
    Listen {
        /// Which of the three.
        what: &'static str,
        /// Where it was to listen.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// No certificate.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// No thread or no runtime.
    #[error("server thread cannot start: {0}")]
    Thread(#[source] io::Error),
    /// The thread ended before it said anything.
    #[error("server thread ended before it was ready")]
    Lost,
}

/// Starts servers.
#[derive(Clone, Copy, Debug)]
pub struct Server;

impl Server {
    /// Starts a simulator; it is ready to answer when this returns.
    ///
    /// # Errors
    ///
    /// [`StartError`] if a port, a certificate or a thread cannot be had.
    pub fn start(options: ServerOptions) -> Result<ServerHandle, StartError> {
        let identity = tls::identity(&options.host_names)?;
        let ca_pem = identity.ca_pem.clone();
        let shared = Arc::new(Shared::new(&options)?);
        let (stop, stopped) = oneshot::channel();
        let (ready, started) = mpsc::channel();
        let served = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("dingtalk-simulator".to_owned())
            .spawn(move || run(&options, identity, served, &ready, stopped))
            .map_err(StartError::Thread)?;
        let Started { addresses, runtime } = started.recv().map_err(|_| StartError::Lost)??;
        Ok(ServerHandle { addresses, runtime, ca_pem, shared, stop: Some(stop), thread: Some(thread) })
    }
}

/// A running simulator. Dropping it stops it and closes every connection.
#[derive(Debug)]
pub struct ServerHandle {
    addresses: Addresses,
    runtime: tokio::runtime::Handle,
    ca_pem: String,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl ServerHandle {
    /// Where both APIs listen.
    #[must_use]
    pub const fn https_addr(&self) -> SocketAddr {
        self.addresses.https
    }

    /// Where the control API listens.
    #[must_use]
    pub const fn control_addr(&self) -> Option<SocketAddr> {
        self.addresses.control
    }

    /// Where the proxy listens.
    #[must_use]
    pub const fn proxy_addr(&self) -> Option<SocketAddr> {
        self.addresses.proxy
    }

    /// The authority that a client must trust, as PEM.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// Looks at the simulator, or changes it, between two requests. Events of a change are born now and pushed at once.
    pub fn with<T>(&self, look: impl FnOnce(&mut Simulator) -> T) -> T {
        let seen = look(&mut self.shared.simulator());
        self.shared.wake();
        seen
    }

    /// Chooses how an application gets its events. A URL is asked first, as the console does when settings are saved;
    /// meanwhile the calling thread waits, so that the receiver must be served by another.
    ///
    /// # Errors
    ///
    /// [`SetEventsError`] if there is no such application, the settings are not sound, or the URL does not answer as it
    /// must.
    pub fn set_events(&self, app_key: &AppKey, events: AppEvents) -> Result<(), SetEventsError> {
        let (shared, app_key) = (Arc::clone(&self.shared), app_key.clone());
        let set = self.on_server(async move { saving::set_events(&shared, app_key, events).await });
        set.unwrap_or(Err(SetEventsError::Stopped))
    }

    /// Sends an application's receiver a push made by hand, and gives its answer. The calling thread waits, see
    /// [`ServerHandle::set_events`].
    ///
    /// # Errors
    ///
    /// [`MutationError`] if there is no such application or it takes no pushes.
    pub fn push_by_hand(&self, app_key: &AppKey, how: &HandMadePush) -> Result<PushAnswer, MutationError> {
        let (shared, app_key, how) = (Arc::clone(&self.shared), app_key.clone(), how.clone());
        let answer = self.on_server(async move { saving::push_by_hand(&shared, &app_key, &how).await });
        answer.unwrap_or_else(|| Ok(PushAnswer::Unreachable("server has stopped".to_owned())))
    }

    /// Stops pushing events, or goes on.
    pub fn set_pushing_paused(&self, is_paused: bool) {
        self.with(|simulator| simulator.set_pushing_paused(is_paused));
    }

    /// Pushes now what waits, retries as well.
    pub fn push_all_now(&self) {
        self.shared.flush();
    }

    /// Sends this text as a frame on every Stream connection; what a client answers is heard as always.
    pub fn send_by_hand(&self, text: &str) {
        self.shared.streams.order_all(|| Order::Send(text.to_owned()));
    }

    /// Ends every Stream connection without a word.
    pub fn drop_streams(&self) {
        self.shared.streams.order_all(|| Order::Drop);
    }

    /// Tells every Stream client to open another connection; each ends about ten (scaled) seconds later.
    pub fn disconnect_streams(&self) {
        self.shared.streams.order_all(|| Order::Disconnect);
    }

    /// What the proxy has done so far.
    #[must_use]
    pub fn proxy_counts(&self) -> ProxyCounts {
        self.shared.proxy.counts()
    }

    /// How the proxy behaves from now on.
    pub fn set_proxy_mode(&self, mode: ProxyMode) {
        self.shared.proxy.set_mode(mode);
    }
}

impl ServerHandle {
    /// Does something on the server's thread and waits for it; none if the server is gone.
    fn on_server<T: Send + 'static>(&self, act: impl Future<Output = T> + Send + 'static) -> Option<T> {
        let (done, answer) = mpsc::channel();
        self.runtime.spawn(async move {
            // Nobody waits any more if the handle was dropped meanwhile.
            let _ = done.send(act.await);
        });
        answer.recv().ok()
    }
}

impl Drop for ServerHandle {
    fn drop(&mut self) {
        // Either fails only if the thread is gone already, and that is what is wanted.
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Addresses {
    https: SocketAddr,
    control: Option<SocketAddr>,
    proxy: Option<SocketAddr>,
}

/// What a thread that is up tells.
struct Started {
    addresses: Addresses,
    runtime: tokio::runtime::Handle,
}

/// What all connections share.
#[derive(Debug)]
struct Shared {
    simulator: Mutex<Simulator>,
    /// As it was started, for a reset.
    initial: Simulator,
    direct_address: PeerAddress,
    /// Callers that come through the proxy: its outgoing sockets, and the address they appear to have.
    proxied: Mutex<BTreeMap<SocketAddr, PeerAddress>>,
    proxy: proxy::State,
    streams: Streams,
    caller: Caller,
    /// Tells the pusher that something may be due.
    changed: Notify,
}

impl Shared {
    fn new(options: &ServerOptions) -> Result<Self, TlsError> {
        Ok(Self {
            simulator: Mutex::new(options.simulator.clone()),
            initial: options.simulator.clone(),
            direct_address: options.direct_address,
            proxied: Mutex::default(),
            proxy: proxy::State::default(),
            streams: Streams::default(),
            caller: Caller::new(options.receiver_ca_pem.as_deref())?,
            changed: Notify::new(),
        })
    }

    /// The state, which knows what time it is. A panic of a test between two requests leaves it as it was then, which
    /// is still one to serve.
    fn simulator(&self) -> MutexGuard<'_, Simulator> {
        let mut simulator = self.simulator.lock().unwrap_or_else(PoisonError::into_inner);
        simulator.advance_to(now_ms());
        simulator
    }

    /// Has the pusher look again.
    fn wake(&self) {
        self.changed.notify_one();
    }

    async fn woken(&self) {
        self.changed.notified().await;
    }

    fn flush(&self) {
        self.simulator().push_all_now(now_ms());
        self.wake();
    }

    /// Sends a push and gives what comes back in time.
    async fn post(&self, request: PushRequest) -> PushAnswer {
        let timeout_ms = self.simulator().switches().events.push_timeout_ms;
        self.caller.post(request, timeout_ms).await
    }

    fn proxied(&self) -> MutexGuard<'_, BTreeMap<SocketAddr, PeerAddress>> {
        self.proxied.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The address a caller appears to have.
    fn peer(&self, socket: SocketAddr) -> PeerAddress {
        self.proxied().get(&socket).copied().unwrap_or(self.direct_address)
    }
}

fn run(
    options: &ServerOptions,
    identity: Identity,
    shared: Arc<Shared>,
    ready: &mpsc::Sender<Result<Started, StartError>>,
    stopped: oneshot::Receiver<()>,
) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ = ready.send(Err(StartError::Thread(error)));
            return;
        }
    };
    let handle = runtime.handle().clone();
    // Dropping the runtime drops every task, and with them every connection.
    runtime.block_on(async move {
        let started = start_all(options, identity, shared).await;
        let started = started.map(|addresses| Started { addresses, runtime: handle });
        let is_up = started.is_ok();
        if ready.send(started).is_ok() && is_up {
            // An error means that the handle is gone, which is a reason to stop as well.
            let _ = stopped.await;
        }
    });
}

async fn start_all(
    options: &ServerOptions,
    identity: Identity,
    shared: Arc<Shared>,
) -> Result<Addresses, StartError> {
    let (https, https_addr) = listen("https", options.https).await?;
    tokio::spawn(pusher::run(Arc::clone(&shared)));
    tokio::spawn(https::serve(https, identity.config, Arc::clone(&shared)));
    let mut addresses = Addresses { https: https_addr, control: None, proxy: None };
    if let Some(address) = options.control {
        let (control, control_addr) = listen("control", address).await?;
        tokio::spawn(control::serve(control, Arc::clone(&shared)));
        addresses.control = Some(control_addr);
    }
    if let Some(proxy_options) = &options.proxy {
        let (proxy, proxy_addr) = listen("proxy", proxy_options.listen).await?;
        tokio::spawn(proxy::serve(proxy, proxy_options.clone(), https_addr, shared));
        addresses.proxy = Some(proxy_addr);
    }
    Ok(addresses)
}

async fn listen(what: &'static str, address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Listen { what, address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

/// Milliseconds since 1970; 0 on a machine whose clock says it is earlier.
fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

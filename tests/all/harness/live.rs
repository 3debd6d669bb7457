//! A source that is followed, on real parts: the simulator pushes to a callback address, or over a Stream through its proxy.
//!
//! Not here: the program that serves (`program`).

use super::extra::until;
use super::real::{Platform, Real, SOURCE};
use crate::companies::APP_KEY;
use crate::expectation::{Documents, View, assert_same};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rollcall_dingtalk_simulator::{
    AppEvents, AppKey, Company, Mutation, ServerHandle, SetEventsError, Simulator,
};
use rollcall_host::follow::{Delivery, Receipt, Status};
use rollcall_host::history::{History, Run, RunState, Trigger};
use rollcall_host::inbox::{EventFilter, Following, Inbox, InboxEvent, Note};
use rollcall_host::model::{RunId, SourceName};
use rollcall_host::{FollowOptions, Follower, RunOptions, RunReport};
use serde_json::json;
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

/// What pushes are signed with. Looked for where a run prints or keeps something.
pub(crate) const CALLBACK_TOKEN: &str = "canarycallbacktoken8d1f";
/// What pushes are encrypted with, likewise.
pub(crate) const CALLBACK_AES_KEY: &str = "canaryaeskey4f5g6h7j8k9lzxcvbnmqwertyuiop01";

/// Requests a second for each interface: as fast as the connector goes.
const REQUESTS_PER_SECOND: u32 = 60;

/// How changes come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Http,
    Stream,
}

impl Way {
    /// What batches of events are called in the history.
    pub(crate) const fn trigger(self) -> Trigger {
        match self {
            Self::Http => Trigger::Event,
            Self::Stream => Trigger::Stream,
        }
    }

    const fn setting(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Stream => "stream",
        }
    }
}

/// A source that is followed, or will be. Everything that is public may be changed before [`Live::follow`].
pub(crate) struct Live {
    follower: Option<Follower>,
    callback: Callback,
    pub(crate) way: Way,
    /// The platform's own, unless a test stands in between.
    pub(crate) inbox: Arc<dyn Inbox>,
    pub(crate) options: FollowOptions,
    // Last, because the runtime is in it.
    pub(crate) real: Real,
}

impl Live {
    /// Not followed yet, nothing imported; the application gets no events yet.
    pub(crate) fn new(company: Company, way: Way) -> Self {
        Self::over(Real::new(company), way)
    }

    /// The same over what is there.
    pub(crate) fn over(mut real: Real, way: Way) -> Self {
        real.settings["requests_per_second"] = REQUESTS_PER_SECOND.into();
        real.settings["events"] = way.setting().into();
        if way == Way::Http {
            real.settings["callback_token"] = json!(CALLBACK_TOKEN);
            real.settings["callback_aes_key"] = json!(CALLBACK_AES_KEY);
        }
        let inbox = real.platform.store.clone();
        let callback = Callback::new(&real.platform);
        Self { follower: None, callback, way, inbox, options: FollowOptions::default(), real }
    }

    /// The same with everything imported, everything that is pushed arriving, and nothing under way.
    #[track_caller]
    pub(crate) fn started(company: Company, way: Way) -> Self {
        let mut live = Self::new(company, way);
        live.follow();
        live.subscribe();
        live.imported();
        live
    }

    /// Begin to follow, or begin again.
    #[track_caller]
    pub(crate) fn follow(&mut self) {
        assert!(self.follower.is_none(), "the source is followed already");
        let host = self.real.platform.host.clone();
        let (source, options) = (self.real.source(), self.options.clone());
        let follower = Follower::start(host, Arc::clone(&self.inbox), source, options);
        let follower = self.real.platform.wait(follower).expect("the inbox answers");
        self.callback.lead_to(Some(follower.clone()));
        self.follower = Some(follower);
    }

    /// End in good order. Pushes find nobody.
    pub(crate) fn unfollow(&mut self) {
        self.callback.lead_to(None);
        if let Some(follower) = self.follower.take() {
            self.real.platform.wait(follower.stop());
        }
    }

    /// Choose this way for the application, as in the console, which asks the callback address.
    #[track_caller]
    pub(crate) fn subscribe(&self) {
        self.save_events().expect("the callback address answers as it must");
    }

    pub(crate) fn callback_url(&self) -> String {
        self.callback.url()
    }

    /// What the console says as this way is saved.
    pub(crate) fn save_events(&self) -> Result<(), SetEventsError> {
        let events = match self.way {
            Way::Http => AppEvents::http(self.callback_url(), CALLBACK_TOKEN, CALLBACK_AES_KEY),
            Way::Stream => AppEvents::Stream,
        };
        self.server().set_events(&app_key(), events)
    }

    /// Wait until the first import has succeeded and, with Stream, the simulator has a connection to push over.
    #[track_caller]
    pub(crate) fn imported(&self) {
        until("the first import succeeds", || self.rows().iter().any(|run| run.state == RunState::Succeeded));
        if self.way == Way::Stream {
            until("there is a connection", || self.with(|simulator| simulator.events().n_connected()) == 1);
        }
        self.settled();
    }

    /// Wait until everything that was to be pushed has its fate, no event waits, and no run is under way.
    #[track_caller]
    pub(crate) fn settled(&self) {
        until("everything is pushed", || self.with(|simulator| simulator.events().n_pending()) == 0);
        until("everything is acted on", || {
            let status = self.status();
            status.counts.waiting == 0 && status.running.is_none()
        });
    }

    /// Change the company, and wait until all of it has arrived.
    #[track_caller]
    pub(crate) fn change(&self, mutation: &Mutation) {
        self.real.mutate(mutation);
        self.settled();
    }

    pub(crate) fn server(&self) -> &ServerHandle {
        &self.real.server
    }

    pub(crate) fn platform(&self) -> &Platform {
        &self.real.platform
    }

    /// Look at the simulator, or change it.
    pub(crate) fn with<T>(&self, look: impl FnOnce(&mut Simulator) -> T) -> T {
        self.real.server.with(look)
    }

    #[track_caller]
    pub(crate) fn follower(&self) -> &Follower {
        self.follower.as_ref().expect("the source is followed")
    }

    #[track_caller]
    pub(crate) fn status(&self) -> Status {
        self.platform().wait(self.follower().status()).expect("the inbox answers")
    }

    /// What is known about following, as the follower has written it down.
    pub(crate) fn following(&self) -> Following {
        self.platform().wait(self.platform().store.following(&source())).expect("the store answers")
    }

    /// Write down what a person decided, as another program does.
    pub(crate) fn note(&self, note: Note) {
        self.platform().wait(self.platform().store.note(&source(), &note)).expect("the store answers");
    }

    /// Import by hand.
    #[track_caller]
    pub(crate) fn sync(&self) -> RunReport {
        let asked = self.platform().wait(self.follower().sync(RunOptions::default()));
        asked.expect("there is a run").report
    }

    /// All runs, oldest first.
    pub(crate) fn rows(&self) -> Vec<Run> {
        let runs = self.platform().wait(self.platform().store.runs(&source(), None, u32::MAX));
        let mut runs = runs.expect("the store answers");
        runs.reverse();
        runs
    }

    /// All events, oldest first.
    pub(crate) fn events(&self) -> Vec<InboxEvent> {
        self.events_like(&EventFilter::default())
    }

    /// The events that this run tried last, or covered; oldest first.
    pub(crate) fn events_of(&self, run: &RunId) -> Vec<InboxEvent> {
        self.events_like(&EventFilter { state: None, run: Some(run.clone()) })
    }

    fn events_like(&self, filter: &EventFilter) -> Vec<InboxEvent> {
        let events = self.platform().wait(self.platform().store.events(&source(), filter, None, u32::MAX));
        let mut events = events.expect("the store answers");
        events.reverse();
        events
    }

    /// What the platform must hold after a full import of what the simulator has now.
    pub(crate) fn expected(&self) -> Documents {
        let company = self.with(|simulator| simulator.company().clone());
        View::of(&company).documents()
    }

    /// The platform holds what the simulator has, byte for byte.
    #[track_caller]
    pub(crate) fn assert_in_line(&self) {
        assert_same(&self.real.documents(), &self.expected());
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.unfollow();
    }
}

pub(crate) fn source() -> SourceName {
    SourceName::new(SOURCE).expect("the name is one")
}

pub(crate) fn app_key() -> AppKey {
    AppKey::from(APP_KEY)
}

/// Who takes deliveries now.
type Receiver = Arc<Mutex<Option<Follower>>>;

/// A callback address on this machine. Like a gateway, it is there even while nobody is behind it, and then answers 502.
pub(crate) struct Callback {
    address: SocketAddr,
    receiver: Receiver,
    task: AbortHandle,
}

impl Callback {
    pub(crate) fn new(platform: &Platform) -> Self {
        let receiver = Receiver::default();
        let served = Arc::clone(&receiver);
        platform.wait(async {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
            let listener = listener.expect("a loopback port can be had");
            let address = listener.local_addr().expect("it is bound");
            Self { address, receiver, task: tokio::spawn(serve(listener, served)).abort_handle() }
        })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/callbacks/{SOURCE}", self.address)
    }

    pub(crate) fn lead_to(&self, follower: Option<Follower>) {
        *self.receiver.lock().unwrap_or_else(PoisonError::into_inner) = follower;
    }
}

impl Drop for Callback {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, receiver: Receiver) {
    loop {
        // A failed accept is the failure of one caller.
        let Ok((socket, _)) = listener.accept().await else { continue };
        let receiver = Arc::clone(&receiver);
        tokio::spawn(async move {
            let service = service_fn(|request| deliver(request, Arc::clone(&receiver)));
            // A connection that breaks is seen by the simulator, and by the test that looks there.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
        });
    }
}

async fn deliver(
    request: Request<Incoming>,
    receiver: Receiver,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let follower = receiver.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let Some(follower) = follower else { return Ok(response(502, &[], Vec::new())) };
    let (head, body) = request.into_parts();
    let Ok(body) = body.collect().await else { return Ok(response(400, &[], Vec::new())) };
    let header = |(name, value): (&hyper::header::HeaderName, &hyper::header::HeaderValue)| {
        (name.to_string(), value.to_str().unwrap_or_default().to_owned())
    };
    let delivery = Delivery {
        method: head.method.to_string(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers.iter().map(header).collect(),
        body: body.to_bytes().to_vec(),
    };
    let Receipt { status, headers, body } = follower.receive(delivery).await;
    Ok(response(status, &headers, body))
}

fn response(status: u16, headers: &[(String, String)], body: Vec<u8>) -> Response<Full<Bytes>> {
    let with =
        |built: hyper::http::response::Builder, (name, value): &(String, String)| built.header(name, value);
    let built = headers.iter().fold(Response::builder().status(status), with);
    built.body(Full::from(body)).expect("the host answers with what HTTP can say")
}

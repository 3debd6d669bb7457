//! The HTTPS port: reads a request, asks the core, sends the reply or enacts its fault.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{Request, Response};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;

use super::body::ReplyBody;
use super::stream::{self, Admitted};
use super::{Shared, now_ms};
use crate::reply::{HttpResponse, Outcome};
use crate::request::{ApiRequest, without_port};

/// Largest request body read. Why: no call of an address book needs more than a few hundred bytes.
const MAX_REQUEST_BYTES: usize = 1024 * 1024;

/// Why a connection ends without an answer.
#[derive(Debug, thiserror::Error)]
enum Cut {
    #[error("the reply is a reset")]
    Reset,
    #[error("the reply is the end of the connection")]
    Close,
}

/// Accepts connections for ever.
pub(super) async fn serve(listener: TcpListener, config: Arc<ServerConfig>, shared: Arc<Shared>) {
    let acceptor = TlsAcceptor::from(config);
    let n_open = Arc::new(AtomicUsize::new(0));
    loop {
        // A failed accept is the failure of one caller.
        let Ok((socket, peer)) = listener.accept().await else { continue };
        tokio::spawn(serve_connection(
            socket,
            peer,
            acceptor.clone(),
            Arc::clone(&shared),
            Arc::clone(&n_open),
        ));
    }
}

async fn serve_connection(
    socket: TcpStream,
    peer: SocketAddr,
    acceptor: TlsAcceptor,
    shared: Arc<Shared>,
    n_open: Arc<AtomicUsize>,
) {
    // Without it small answers wait for acknowledgements, and a figure of speed would measure that.
    let _ = socket.set_nodelay(true);
    // A client that does not trust the certificate ends here, which is its right.
    let Ok(tls) = acceptor.accept(socket).await else { return };
    let upgraded = Upgraded::default();
    let slot = upgraded.clone();
    let service = service_fn(move |request| {
        let context = Context { peer, shared: Arc::clone(&shared), upgraded: slot.clone() };
        Box::pin(answer(request, context, Arc::clone(&n_open)))
    });
    let mut connection =
        http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(tls), service);
    let ended = poll_fn(|cx| Pin::new(&mut connection).poll_without_shutdown(cx)).await;
    let parts = connection.into_parts();
    let io = parts.io.into_inner();
    if ended.is_err_and(|error| is_reset(&error)) {
        // Closing a socket that lingers for no time sends a reset.
        let _ = io.get_ref().0.set_zero_linger();
        return;
    }
    match upgraded.take() {
        Some(admitted) => stream::serve(admitted, io, parts.read_buf).await,
        None => end_politely(io).await,
    }
}

/// The WebSocket that a connection becomes after the answer that is being sent.
#[derive(Clone, Default)]
struct Upgraded(Arc<Mutex<Option<Admitted>>>);

impl Upgraded {
    fn put(&self, admitted: Admitted) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(admitted);
    }

    fn take(&self) -> Option<Admitted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// What an answer may need besides the request.
struct Context {
    peer: SocketAddr,
    shared: Arc<Shared>,
    upgraded: Upgraded,
}

/// Sends TLS's farewell, so that the client sees an end and not a break. A client already gone does not mind.
async fn end_politely(mut io: tokio_rustls::server::TlsStream<TcpStream>) {
    let _ = tokio::io::AsyncWriteExt::shutdown(&mut io).await;
}

fn is_reset(error: &hyper::Error) -> bool {
    let source = std::error::Error::source(error).and_then(|source| source.downcast_ref::<Cut>());
    matches!(source, Some(Cut::Reset))
}

async fn answer(
    request: Request<Incoming>,
    context: Context,
    n_open: Arc<AtomicUsize>,
) -> Result<Response<ReplyBody>, Cut> {
    let open = Open::begin(n_open);
    let request = match read(request).await {
        Ok(request) => request,
        Err(response) => return Ok(response),
    };
    let Context { peer, shared, upgraded } = context;
    if request.path == stream::PATH && stream::is_upgrade(&request.headers) {
        return Ok(match stream::admit(&request, &shared) {
            Ok((response, admitted)) => {
                upgraded.put(admitted);
                response
            }
            Err(refused) => written(&refused, ReplyBody::whole(refused.body.clone())),
        });
    }
    ask_receiver(&request, &shared).await;
    let reply = {
        // Looked up now and not on accept: the proxy says who calls before the client can send anything.
        let address = shared.peer(peer);
        let mut simulator = shared.simulator();
        simulator.trace_mut().note_concurrency(open.n_open());
        simulator.respond(now_ms(), address, &request)
    };
    // A fault may have changed the company.
    shared.wake();
    sleep(Duration::from_millis(reply.delay_ms)).await;
    match reply.outcome {
        Outcome::Response(response) => Ok(written(&response, ReplyBody::whole(response.body.clone()))),
        Outcome::Truncated { response, keep_bytes } => {
            Ok(written(&response, ReplyBody::broken_off(response.body.clone(), keep_bytes)))
        }
        Outcome::Reset => Err(Cut::Reset),
        Outcome::Hang { for_ms } => {
            sleep(Duration::from_millis(for_ms)).await;
            Err(Cut::Close)
        }
    }
}

/// Asks the URL that the request brings, if any, so that the core knows what to answer.
async fn ask_receiver(request: &ApiRequest, shared: &Shared) {
    let check = shared.simulator().wanted_check(now_ms(), request);
    if let Some(check) = check {
        let answer = shared.post(check.request().clone()).await;
        shared.simulator().note_check(&check, &answer);
    }
}

async fn read(request: Request<Incoming>) -> Result<ApiRequest, Response<ReplyBody>> {
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, MAX_REQUEST_BYTES).collect().await else {
        let text = "the request body broke off or is larger than the simulator reads";
        let response = HttpResponse::of(413, "text/plain;charset=utf-8", text);
        return Err(written(&response, ReplyBody::whole(response.body.clone())));
    };
    let host_header = head.headers.get(http::header::HOST).and_then(|host| host.to_str().ok());
    let host = head.uri.host().or(host_header).unwrap_or_default();
    Ok(ApiRequest {
        host: without_port(host).to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        method: head.method,
        headers: head.headers,
        body: body.to_bytes(),
    })
}

fn written(response: &HttpResponse, body: ReplyBody) -> Response<ReplyBody> {
    let mut written = Response::new(body);
    *written.status_mut() =
        http::StatusCode::from_u16(response.status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in &response.headers {
        if let Ok(value) = http::HeaderValue::from_str(value) {
            written.headers_mut().insert(*name, value);
        }
    }
    written
}

/// Counts a request while it is open.
struct Open(Arc<AtomicUsize>);

impl Open {
    fn begin(n_open: Arc<AtomicUsize>) -> Self {
        n_open.fetch_add(1, Ordering::Relaxed);
        Self(n_open)
    }

    fn n_open(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

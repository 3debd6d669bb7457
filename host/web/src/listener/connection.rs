//! One connection from its handshake to its end, and each request on it: given a place, answered, and told of while it waits
//! for its other end.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Request, Response, header};
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::Watcher;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tower_service::Service as _;

use super::class::Class;
use super::client::{Arrival, client};
use super::refusal;
use super::register::Wait;
use super::seat::{Seat, TakenSeat};
use super::socket::Socket;
use crate::network::{Network, counted_as};

use crate::limits::HEAD_TIMEOUT;

/// What serves a connection.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) routes: Router,
    pub(super) tls: Option<TlsAcceptor>,
    pub(super) trusted: Arc<[Network]>,
}

impl Server {
    /// Answer what is asked on a connection, until it is closed or has to go.
    pub(super) async fn serve(
        self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        (seat, arrival): (Arc<Seat>, Arrival),
        watcher: Watcher,
    ) {
        let socket = Socket::new(stream, Arc::clone(&seat));
        let answering =
            Answering { routes: self.routes, seat: Arc::clone(&seat), arrival, trusted: self.trusted };
        let served = async {
            match self.tls {
                None => answering.all(socket, watcher).await,
                Some(tls) => match timeout(HEAD_TIMEOUT, tls.accept(socket)).await {
                    Ok(Ok(stream)) => answering.all(stream, watcher).await,
                    // A client that speaks no TLS, or does not like the certificate, is its own affair.
                    Ok(Err(error)) => tracing::debug!(%error, "a handshake failed"),
                    Err(_) => tracing::debug!("a handshake took too long"),
                },
            }
        };
        tokio::select! {
            () = served => {}
            () = seat.has_to_go() => tracing::debug!(peer = %arrival.peer, "a connection that waited gave way"),
        }
    }
}

/// What answers the requests of a connection.
#[derive(Clone)]
struct Answering {
    routes: Router,
    seat: Arc<Seat>,
    arrival: Arrival,
    trusted: Arc<[Network]>,
}

impl Answering {
    async fn all(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, watcher: Watcher) {
        let service = service_fn(move |request| self.clone().answer(request));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .serve_connection(TokioIo::new(stream), service);
        // A client that broke off is its own affair.
        if let Err(error) = watcher.watch(connection).await {
            tracing::debug!(%error, "a connection broke");
        }
    }

    async fn answer(mut self, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
        let class = Class::of(request.uri().path());
        let asker = client(self.arrival, &self.trusted, request.headers()).address;
        let asker = counted_as(asker.unwrap_or(self.arrival.peer));
        let Some(place) = self.seat.place(class, asker) else {
            return Ok(refusal::no_place(class, request.uri().path(), request.headers()));
        };
        let seat = Arc::clone(&self.seat);
        let mut request = request.map(|inner| Body::new(Arriving { inner, seat, waits: false }));
        request.extensions_mut().insert(self.arrival);
        let response = self.routes.call(request).await?;
        if is_stream(&response) {
            place.streams();
        }
        Ok(response.map(|inner| Body::new(AnswerBody { inner, _place: place })))
    }
}

/// Whether an answer goes on for as long as somebody watches.
fn is_stream(response: &Response<Body>) -> bool {
    let stream = HeaderValue::from_static("text/event-stream");
    response.headers().get(header::CONTENT_TYPE) == Some(&stream)
}

/// The body of a request, which says when it does not come.
struct Arriving {
    inner: Incoming,
    seat: Arc<Seat>,
    waits: bool,
}

impl Arriving {
    fn waits(&mut self, waits: bool) {
        match (self.waits, waits) {
            (false, true) => self.seat.waits_for_body(),
            (true, false) => self.seat.goes_on(Wait::Body),
            (false, false) | (true, true) => {}
        }
        self.waits = waits;
    }
}

impl HttpBody for Arriving {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(context);
        self.waits(polled.is_pending());
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// Whoever gives up on a body waits for it no more.
impl Drop for Arriving {
    fn drop(&mut self) {
        self.waits(false);
    }
}

/// The body of an answer, which has its place until it is sent.
struct AnswerBody {
    inner: Body,
    _place: TakenSeat,
}

impl HttpBody for AnswerBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.inner).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

//! A web server for callbacks, one request a connection, so that the end of a connection is the end of its reply.

use crate::protocol::Point;
use crate::stand::Stand;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rollcall_host::follow::{Delivery, Follower, Receipt};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};

/// Take deliveries for as long as the program runs. Where.
pub(crate) async fn serve(follower: Follower, stand: Arc<Stand>) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a loopback port can be had");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move {
        loop {
            let (stream, _peer) = listener.accept().await.expect("connections can be taken");
            tokio::spawn(serve_one(stream, follower.clone(), Arc::clone(&stand)));
        }
    });
    address
}

async fn serve_one(stream: TcpStream, follower: Follower, stand: Arc<Stand>) {
    let service = service_fn(|request| answer(request, &follower, &stand));
    let connection =
        http1::Builder::new().keep_alive(false).serve_connection(TokioIo::new(stream), service).await;
    // A source that broke off has read no reply.
    if connection.is_ok() {
        stand.at(Point::AfterReply).await;
    }
}

async fn answer(
    request: Request<Incoming>,
    follower: &Follower,
    stand: &Stand,
) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes().to_vec();
    let text = |value: &hyper::header::HeaderValue| value.to_str().ok().map(str::to_owned);
    let headers = head.headers.iter().filter_map(|(name, value)| Some((name.to_string(), text(value)?)));
    let query = head.uri.query().unwrap_or_default().to_owned();
    let method = head.method.to_string();
    let delivery = Delivery { method, query, headers: headers.collect(), body };
    stand.at(Point::Received).await;
    let receipt = follower.receive(delivery).await;
    stand.at(Point::BeforeReply).await;
    Ok(written(receipt))
}

fn written(receipt: Receipt) -> Response<Full<Bytes>> {
    let mut response = Response::builder().status(receipt.status);
    for (name, value) in receipt.headers {
        response = response.header(name, value);
    }
    response.body(Full::from(receipt.body)).expect("a connector's receipt is a response")
}

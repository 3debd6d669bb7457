//! Deliveries to the callback address: understood, kept, and only then acknowledged.
//!
//! Not here: the web server that takes them.

use std::fmt;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::followed::Followed;
use super::together::Together;
use crate::connector::Received;
use crate::limits::{
    DELIVERY_TIMEOUT, MAX_CONCURRENT_DELIVERIES, MAX_DELIVERY_BYTES, MAX_DELIVERY_QUERY_BYTES,
};
use crate::model::Diagnosis;

/// One HTTP request of a source to its callback address.
#[derive(Clone)]
pub struct Delivery {
    /// The method: GET or POST, as a rule.
    pub method: String,
    /// The query, without the question mark, as received.
    pub query: String,
    /// Names in any case, and values. Those that are the host's (cookies, credentials, what a reverse proxy adds) are not
    /// handed over to the connector.
    pub headers: Vec<(String, String)>,
    /// As received, at most [`MAX_DELIVERY_BYTES`].
    pub body: Vec<u8>,
}

/// Its size alone: the rest is signed, and may be about people.
impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery").field("n_bytes", &self.body.len()).finish_non_exhaustive()
    }
}

/// What to answer to a delivery: as it is, at once.
#[derive(Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The status code.
    pub status: u16,
    /// Headers to send, and no others of the web server's own with these names.
    pub headers: Vec<(String, String)>,
    /// Body to send.
    pub body: Vec<u8>,
}

/// Its status alone.
impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receipt")
            .field("status", &self.status)
            .field("n_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

impl Receipt {
    /// What whoever sent something wrong gets, whatever was wrong with it. A web server does well to answer in the same way
    /// where there is no source, or names of sources can be told by it.
    pub const REFUSED: Self = Self::bare(403);
    /// The source should send it again.
    const LATER: Self = Self::bare(503);
    /// What whoever sent too much gets.
    pub const TOO_LARGE: Self = Self::bare(413);

    const fn bare(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }
}

/// Takes the deliveries of one source.
pub(super) struct Receiver {
    turns: Semaphore,
    together: Arc<Together>,
}

impl Receiver {
    pub(super) fn new() -> Self {
        Self { turns: Semaphore::new(MAX_CONCURRENT_DELIVERIES), together: Arc::default() }
    }

    /// Answer one delivery in time.
    pub(super) async fn receive(&self, followed: &Arc<Followed>, delivery: Delivery) -> Receipt {
        if MAX_DELIVERY_BYTES < delivery.body.len() {
            return refuse(followed, too_large(delivery.body.len()), Receipt::TOO_LARGE);
        }
        if MAX_DELIVERY_QUERY_BYTES < delivery.query.len() {
            return refuse(followed, query_too_large(delivery.query.len()), Receipt::TOO_LARGE);
        }
        let Ok(_turn) = self.turns.try_acquire() else {
            tracing::warn!(source = %followed.name(), "too many deliveries at once; the source sends them again");
            return later(followed);
        };
        timeout(DELIVERY_TIMEOUT, self.understood(followed, delivery)).await.unwrap_or_else(|_late| {
            tracing::warn!(source = %followed.name(), "a delivery was not kept in time; the source sends it again");
            later(followed)
        })
    }

    async fn understood(&self, followed: &Arc<Followed>, delivery: Delivery) -> Receipt {
        let Received { status, content_type, body, notices } = match followed.upstream.receive(delivery).await
        {
            Ok(received) => received,
            // Also what kills the connector: another answer would show how far it came.
            Err(diagnosis) => return refuse(followed, diagnosis, Receipt::REFUSED),
        };
        match self.together.keep(followed, notices).await {
            true => {
                followed.meter.delivery_kept();
                Receipt { status, headers: headers(content_type), body: body.into_bytes() }
            }
            false => later(followed),
        }
    }
}

fn later(followed: &Followed) -> Receipt {
    followed.meter.delivery_later();
    Receipt::LATER
}

fn refuse(followed: &Followed, diagnosis: Diagnosis, receipt: Receipt) -> Receipt {
    followed.refuse(diagnosis);
    receipt
}

/// What every answer carries: whatever a connector writes, no browser takes it for a page of this host.
fn headers(content_type: &str) -> Vec<(String, String)> {
    [
        ("content-type", content_type),
        ("content-security-policy", "sandbox; default-src 'none'"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

fn query_too_large(n_bytes: usize) -> Diagnosis {
    Diagnosis::new(
        "delivery-too-large",
        format!("the query of a delivery has {n_bytes} bytes, more than {MAX_DELIVERY_QUERY_BYTES}"),
    )
    .with_remedy("Look who sends to the callback address; the source itself never sends this much.")
    .in_chinese(
        format!("推送请求的查询参数为 {n_bytes} 字节，超过 {MAX_DELIVERY_QUERY_BYTES} 字节的上限"),
        "请检查是谁在向回调地址发送请求；来源本身不会发送这么大的内容。",
    )
}

fn too_large(n_bytes: usize) -> Diagnosis {
    Diagnosis::new(
        "delivery-too-large",
        format!("a delivery has {n_bytes} bytes, more than the {MAX_DELIVERY_BYTES} it may have"),
    )
    .with_remedy("Look who sends to the callback address; the source itself never sends this much.")
    .in_chinese(
        format!("推送内容为 {n_bytes} 字节，超过 {MAX_DELIVERY_BYTES} 字节的上限"),
        "请检查是谁在向回调地址发送请求；来源本身不会发送这么大的内容。",
    )
}

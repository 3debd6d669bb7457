//! Deliveries to the callback address: understood, kept, and only then acknowledged.
//!
//! Not here: the web server that takes them.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::delivery::{Delivery, Receipt};
use super::followed::Followed;
use super::together::Together;
use crate::connector::Received;
use crate::limits::{
    DELIVERY_TIMEOUT, MAX_CONCURRENT_DELIVERIES, MAX_DELIVERY_BYTES, MAX_DELIVERY_QUERY_BYTES,
};
use crate::model::Diagnosis;

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

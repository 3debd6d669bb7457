//! Pushes what is due: asks the core, sends, tells the core what came back.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::sleep;

use super::stream::Order;
use super::{Shared, now_ms};
use crate::simulator::Push;

/// Pushes open at one time. Why: enough to show a receiver that they overlap, few enough to keep nearly their order.
const MAX_IN_FLIGHT: usize = 8;

/// Pushes for ever.
pub(super) async fn run(shared: Arc<Shared>) {
    let permits = Arc::new(Semaphore::new(MAX_IN_FLIGHT));
    loop {
        let Ok(permit) = Arc::clone(&permits).acquire_owned().await else { return };
        match next(&shared).await {
            Push::Http { delivery_id, request } => {
                let shared = Arc::clone(&shared);
                tokio::spawn(async move {
                    let answer = shared.post(request).await;
                    shared.simulator().conclude_push(delivery_id, now_ms(), &answer);
                    shared.wake();
                    drop(permit);
                });
            }
            // A connection that ended meanwhile sends nothing, and the core will miss the ack.
            Push::Stream { connection_id, frame, .. } => {
                shared.streams.order(connection_id, Order::Send(frame))
            }
        }
    }
}

async fn next(shared: &Shared) -> Push {
    loop {
        let (push, at_ms) = {
            let mut simulator = shared.simulator();
            (simulator.next_push(now_ms()), simulator.next_push_at_ms())
        };
        if let Some(push) = push {
            return push;
        }
        tokio::select! {
            () = shared.woken() => {}
            () = until(at_ms) => {}
        }
    }
}

async fn until(at_ms: Option<u64>) {
    match at_ms {
        Some(at_ms) => sleep(Duration::from_millis(at_ms.saturating_sub(now_ms()))).await,
        None => std::future::pending().await,
    }
}

//! How long the body of a request may take to arrive, whoever sends it and whatever reads it.
//!
//! Not here: how large it may be; whatever reads it says so. Bodies of deliveries have less time (`callbacks`).

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use rollcall_host::model::Diagnosis;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::limits::{BODY_BYTES_PER_SECOND, BODY_TIMEOUT};
use crate::problem::Problem;

/// Stands around whole groups of routes, within what draws their problems: let no body take longer than it may. Whatever is
/// made of one that broke off for that reason, the answer is that it took too long.
pub(crate) async fn in_time(request: Request, next: Next) -> Response {
    let is_late = Arc::new(AtomicBool::new(false));
    let request = request.map(|inner| Body::new(Timed::new(inner, Arc::clone(&is_late))));
    let response = next.run(request).await;
    let is_refusal = response.status().is_client_error() || response.status().is_server_error();
    if is_refusal && is_late.load(Ordering::Relaxed) { too_slow().into_response() } else { response }
}

fn too_slow() -> Problem {
    let diagnosis = Diagnosis::new("body-too-slow", "what was sent did not arrive in time")
        .with_remedy("send it again; if it stays like this, look into the connection to the server")
        .in_chinese("提交的内容未能及时送达", "请重新提交；如果一直如此，请检查到服务器的网络连接");
    Problem::new(StatusCode::REQUEST_TIMEOUT, diagnosis)
}

/// The time is over.
#[derive(Debug, thiserror::Error)]
#[error("the body did not arrive in time")]
struct TookTooLong;

/// A body with its time.
struct Timed {
    inner: Body,
    began_at: Instant,
    n_bytes: u64,
    /// Made when it is waited for.
    alarm: Option<Pin<Box<Sleep>>>,
    is_late: Arc<AtomicBool>,
}

impl Timed {
    fn new(inner: Body, is_late: Arc<AtomicBool>) -> Self {
        Self { inner, began_at: Instant::now(), n_bytes: 0, alarm: None, is_late }
    }

    /// Until when it may take, as things stand.
    fn deadline(&self) -> Instant {
        let earned = Duration::from_secs(self.n_bytes / BODY_BYTES_PER_SECOND);
        let time = BODY_TIMEOUT.saturating_add(earned);
        self.began_at.checked_add(time).unwrap_or(self.began_at)
    }

    /// Nothing has come: whether it may still.
    fn waits(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let deadline = self.deadline();
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if alarm.deadline() != deadline {
            alarm.as_mut().reset(deadline);
        }
        alarm.as_mut().poll(context)
    }
}

impl HttpBody for Timed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            let n_bytes = frame.data_ref().map_or(0, |data| u64::try_from(data.len()).unwrap_or(u64::MAX));
            self.n_bytes = self.n_bytes.saturating_add(n_bytes);
        }
        if polled.is_pending() && self.waits(context).is_ready() {
            self.is_late.store(true, Ordering::Relaxed);
            return Poll::Ready(Some(Err(axum::Error::new(TookTooLong))));
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use axum::Router;
    use axum::middleware::from_fn;
    use axum::routing::post;
    use futures_util::stream::{self, StreamExt as _};
    use tokio::time::sleep;
    use tower_service::Service as _;

    use super::*;

    /// What comes of a body of so many pieces of so many bytes, one each so many milliseconds.
    async fn sent(n_pieces: usize, n_bytes: usize, pause_ms: u64) -> (StatusCode, Duration) {
        let mut routes = Router::new()
            .route("/", post(async |body: Bytes| body.len().to_string()))
            .layer(axum::extract::DefaultBodyLimit::disable())
            .layer(from_fn(in_time));
        let pieces = stream::iter(0..n_pieces).then(move |_| async move {
            sleep(Duration::from_millis(pause_ms)).await;
            Ok::<_, Infallible>(Bytes::from(vec![0; n_bytes]))
        });
        let request = Request::post("/").body(Body::from_stream(pieces)).unwrap();
        let began_at = Instant::now();
        let response = routes.call(request).await.unwrap();
        (response.status(), began_at.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_comes_goes_on_and_one_that_does_not_is_waited_for_no_longer_than_it_may_take() {
        assert_eq!(sent(9, 1, 1_000).await.0, StatusCode::OK);
        // A byte now and then earns nothing.
        assert_eq!(sent(1_000, 1, 1_000).await, (StatusCode::REQUEST_TIMEOUT, BODY_TIMEOUT));
        assert_eq!(sent(1, 1, 3_600_000).await, (StatusCode::REQUEST_TIMEOUT, BODY_TIMEOUT));
    }

    #[tokio::test(start_paused = true)]
    async fn a_large_body_over_a_slow_line_may_take_as_long_as_it_goes_on() {
        assert_eq!(sent(60, 64 * 1024, 1_000).await.0, StatusCode::OK);
        assert_eq!(sent(60, 16 * 1024, 1_000).await.0, StatusCode::REQUEST_TIMEOUT);
    }
}

//! Has what changes something done to its end, whether or not somebody waits for the answer: whoever goes away leaves nothing half
//! done, and nothing that was done out of the audit log.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::problem::Problem;

/// Stands around whole groups of routes, so that no handler can forget it.
pub(crate) async fn to_the_end(request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let answered = tokio::spawn(next.run(request)).await;
    answered.unwrap_or_else(|died| Problem::failed(&died).into_response())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use axum::Router;
    use axum::body::Body;
    use axum::http::Method;
    use axum::middleware::from_fn;
    use axum::routing::any;
    use tokio::sync::Notify;
    use tokio::time::timeout;
    use tower_service::Service as _;

    use super::*;

    /// Ask, go away once the work has begun, let it go on, and see whether it ended.
    async fn ends(method: Method) -> bool {
        let (begun, go_on, done) =
            (Arc::<Notify>::default(), Arc::<Notify>::default(), Arc::<Notify>::default());
        let work = {
            let (begun, go_on, done) = (Arc::clone(&begun), Arc::clone(&go_on), Arc::clone(&done));
            async move || {
                begun.notify_one();
                go_on.notified().await;
                done.notify_one();
            }
        };
        let mut routes: Router = Router::new().route("/", any(work)).layer(from_fn(to_the_end));
        let request = Request::builder().method(method).uri("/").body(Body::empty()).unwrap();
        let asked = tokio::spawn(routes.call(request));
        begun.notified().await;
        asked.abort();
        assert!(asked.await.unwrap_err().is_cancelled());
        go_on.notify_one();
        timeout(Duration::from_secs(60), done.notified()).await.is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn what_changes_something_is_done_although_whoever_asked_is_gone_and_reading_ends_with_them() {
        for method in [Method::POST, Method::PATCH, Method::DELETE] {
            assert!(ends(method.clone()).await, "{method}");
        }
        assert!(!ends(Method::GET).await);
    }
}

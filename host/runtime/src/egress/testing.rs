//! Answers in process, in place of proxy, network and source: whole flows in virtual time, the same every time.
//!
//! Grants, rate limits, time limits and figures stay the host's own. What is left out (connections, TLS, the proxy, how a
//! body travels) is tested over sockets.

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;

use super::{Fault, Response};

/// Answers the requests of one source.
#[async_trait]
pub trait Responder: Send + Sync + fmt::Debug {
    /// What comes back for a request as it would leave. It may take as long as it likes; the host gives it up in time.
    ///
    /// # Errors
    ///
    /// When no response comes back.
    async fn respond(&self, request: http::Request<Bytes>) -> Result<Response, Fault>;
}

//! Names become addresses.
//!
//! One trait, so that a test decides what a name means. Not here: which of the addresses may be dialled (`reach`).

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use tokio::time::Instant;

use crate::limits::PROXIED_NAME_KNOWN;

/// Whoever knows the addresses of names.
#[async_trait]
pub(crate) trait Resolver: Send + Sync + fmt::Debug {
    /// The addresses of a name, or the address itself if it is one.
    ///
    /// # Errors
    ///
    /// When nobody knows the name.
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>>;
}

/// The operating system's own.
#[derive(Debug)]
pub(super) struct System;

#[async_trait]
impl Resolver for System {
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok(tokio::net::lookup_host((host, port)).await?.collect())
    }
}

/// Names that a proxy may be asked for, because a look at them was taken a moment ago. There are no more of them than origins
/// are granted.
#[derive(Debug, Default)]
pub(super) struct LookedAt {
    names: Mutex<BTreeMap<String, Instant>>,
}

impl LookedAt {
    pub(super) fn has(&self, name: &str) -> bool {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.get(name).is_some_and(|at| at.elapsed() < PROXIED_NAME_KNOWN)
    }

    pub(super) fn note(&self, name: &str) {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.insert(name.to_owned(), Instant::now());
    }
}

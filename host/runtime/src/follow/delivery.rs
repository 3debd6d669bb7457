//! One HTTP request of a source to its callback address, and what to answer.
//!
//! Not here: how it is answered (`receive`).

use std::fmt;

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
    /// As received, at most [`MAX_DELIVERY_BYTES`](crate::limits::MAX_DELIVERY_BYTES).
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
    pub(super) const LATER: Self = Self::bare(503);
    /// What whoever sent too much gets.
    pub const TOO_LARGE: Self = Self::bare(413);

    const fn bare(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }
}

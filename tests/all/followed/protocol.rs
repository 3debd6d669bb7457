//! What a test and the program `follow-until` say to one another: an order, then a line for everything that happens.
//!
//! Both include this file; it is no library, because only these two ever read it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::PathBuf;

macro_rules! points {
    ($($(#[$doc:meta])* $point:ident,)+) => {
        /// A step between two others, at which the program can be told to stand still.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub(crate) enum Point {
            $($(#[$doc])* $point,)+
        }

        #[cfg(test)]
        impl Point {
            /// All of them.
            pub(crate) const ALL: [Self; [$(stringify!($point)),+].len()] = [$(Self::$point),+];
        }

        // The program is checked as a test, too, and has no use for the list.
        #[cfg(test)]
        const _: &[Point] = &Point::ALL;
    };
}

points! {
    /// A delivery is read and not handed to the follower yet.
    Received,
    /// Events are about to be kept.
    BeforeKeep,
    /// Events are kept and not acknowledged yet.
    AfterKeep,
    /// The receipt is made and not written yet.
    BeforeReply,
    /// The receipt is written.
    AfterReply,
    /// Events are kept, acknowledged or about to be, and about to be read for a batch.
    BeforeDue,
    /// A row is about to be opened.
    BeforeOpen,
    /// The row is open.
    AfterOpen,
    /// Changes are about to be written to the directory.
    BeforeApply,
    /// They are written.
    AfterApply,
    /// The row is about to be closed.
    BeforeClose,
    /// It is closed, and its events are not settled.
    AfterClose,
    /// The events of a batch are about to be settled.
    BeforeSettle,
    /// They are settled.
    AfterSettle,
    /// The events that a full run covers are about to be settled.
    BeforeSettleAll,
    /// They are settled.
    AfterSettleAll,
}

/// What the program does; the first line that it reads, because it has secrets in it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) source: String,
    pub(crate) database: PathBuf,
    pub(crate) component: PathBuf,
    /// Where compiled components are kept.
    pub(crate) compiled: PathBuf,
    pub(crate) settings: Value,
    pub(crate) proxy: String,
    pub(crate) proxy_user: String,
    pub(crate) proxy_password: String,
    pub(crate) ca_pem: String,
    pub(crate) stop_at: Option<Stop>,
    /// A full run stands still, before it compares with what is held, until events have been kept.
    pub(crate) holds_full_runs: bool,
}

/// Where to stand still for ever.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Stop {
    pub(crate) point: Point,
    /// At the first visit, the second, …
    pub(crate) visit: u64,
}

/// What a test asks of the program later, a line each.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) enum Wish {
    /// Import everything, as if by hand.
    Sync,
}

/// What the program says, a line each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Said {
    /// Callbacks are taken at this address, and the source is followed.
    Following { callbacks: String },
    /// It stands still for ever.
    At(Point),
    /// A full run waits for events.
    Holding,
    /// A full run that was asked for ended like this.
    Synced { run: String, state: String },
}

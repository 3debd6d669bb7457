//! One event on its way to one application: its tries and its fate.

use serde::{Deserialize, Serialize};

use super::event::EventId;
use super::stream::ConnectionId;
use crate::ids::AppKey;

/// One delivery; a duplicate of an event is a delivery of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeliveryId(pub u64);

/// An event for one application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// 1, 2, 3, … in the order of making.
    pub delivery_id: DeliveryId,
    /// What is delivered.
    pub event_id: EventId,
    /// To whom.
    pub app_key: AppKey,
    /// Made by the switch that makes duplicates.
    pub is_duplicate: bool,
    /// When it was to be pushed first, in milliseconds since 1970.
    pub first_due_ms: u64,
    /// All tries, in their order.
    pub attempts: Vec<Attempt>,
    /// Where it stands.
    pub fate: Fate,
}

/// One try.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Milliseconds since 1970.
    pub at_ms: u64,
    /// Which way.
    pub way: Way,
    /// How it ended.
    pub end: AttemptEnd,
}

/// The way of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// A POST.
    Http,
    /// A frame on this connection.
    Stream(ConnectionId),
    /// A frame, had there been a connection.
    StreamWithoutConnection,
}

/// How a try ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptEnd {
    /// Not yet.
    Open,
    /// The receiver has it.
    Acknowledged,
    /// The receiver wants it later.
    Later,
    /// The receiver answered something else.
    Refused(String),
    /// No answer in time.
    TimedOut,
    /// Nobody there.
    Unreachable(String),
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// To be pushed at this time, in milliseconds since 1970.
    Waiting {
        /// When.
        due_ms: u64,
    },
    /// Pushed, not answered yet.
    InFlight,
    /// The receiver has it.
    Acknowledged,
    /// All tries are used up; the failed list has it from this time on.
    Failed {
        /// Milliseconds since 1970.
        listed_from_ms: u64,
    },
    /// The latest call of the failed list returned it; the next one deletes it.
    Listed,
    /// It was returned by the failed list and deleted.
    Collected,
    /// The application will never see it.
    Lost(Loss),
}

/// Why an application will never see an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// The switch that drops events chose it.
    Dropped,
    /// The application was not connected for too long.
    NotConnected,
    /// All tries of Stream are used up.
    TriesUsedUp,
    /// The application has its events switched off, does not ask for this type, or is disabled.
    NotWanted,
}

impl Fate {
    /// Whether something will still happen to it by itself.
    #[must_use]
    pub const fn is_pending(self) -> bool {
        match self {
            Self::Waiting { .. } | Self::InFlight => true,
            Self::Acknowledged | Self::Failed { .. } | Self::Listed | Self::Collected | Self::Lost(_) => {
                false
            }
        }
    }
}

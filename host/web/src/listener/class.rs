//! What kind of request it is, by its path, and how many of each kind are answered at once: so that no kind takes the places of
//! another one.

use crate::limits::{
    MAX_LIVE_PAGES, PLACES_OF_CALLBACKS, PLACES_OF_DOORS, PLACES_OF_HEALTH, PLACES_OF_PAGES,
    PLACES_OF_PROGRAMS,
};
use crate::scim;

/// The kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Deliveries of sources.
    Callbacks,
    /// What a supervisor asks.
    Health,
    /// Of those who are not known yet.
    Doors,
    /// What people read, and what they send from there.
    Pages,
    /// What programs ask.
    Programs,
    /// Answers that go on for as long as somebody watches.
    Streams,
}

impl Class {
    /// Of a request for this path, whoever asks.
    pub(super) fn of(path: &str) -> Self {
        let mut segments = path.split('/').filter(|segment| !segment.is_empty());
        match (segments.next().unwrap_or_default(), segments.next()) {
            ("callbacks", _) => Self::Callbacks,
            ("healthz" | "readyz", None) => Self::Health,
            ("login" | "setup" | "preferences", _) => Self::Doors,
            // What stands at `/api` itself is for people to read.
            ("api", Some(_)) | ("metrics", None) => Self::Programs,
            _ if scim::is_of_service(path) => Self::Programs,
            _ => Self::Pages,
        }
    }

    /// How many are answered at once.
    pub(super) const fn places(self) -> usize {
        match self {
            Self::Callbacks => PLACES_OF_CALLBACKS,
            Self::Health => PLACES_OF_HEALTH,
            Self::Doors => PLACES_OF_DOORS,
            Self::Pages => PLACES_OF_PAGES,
            Self::Programs => PLACES_OF_PROGRAMS,
            Self::Streams => MAX_LIVE_PAGES,
        }
    }

    /// How many of one address. A source calls from few addresses, and all of them may be behind one proxy.
    pub(super) const fn places_of_one_address(self) -> usize {
        match self {
            Self::Callbacks | Self::Streams => self.places(),
            Self::Health | Self::Doors | Self::Pages | Self::Programs => self.places() / 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_told_by_its_path_as_the_routes_take_it() {
        for (path, class) in [
            ("/callbacks/hr", Class::Callbacks),
            ("//callbacks//hr/", Class::Callbacks),
            ("/callbacks", Class::Callbacks),
            ("/healthz", Class::Health),
            ("/readyz", Class::Health),
            ("/healthz/more", Class::Pages),
            ("/login", Class::Doors),
            ("/setup", Class::Doors),
            ("/preferences", Class::Doors),
            ("/api/v1/sources", Class::Programs),
            ("/scim/v2", Class::Programs),
            ("//Scim/Users/", Class::Programs),
            ("/metrics", Class::Programs),
            ("/api", Class::Pages),
            ("/", Class::Pages),
            ("/sources/callbacks", Class::Pages),
            ("/callbacksx/hr", Class::Pages),
            ("/nowhere", Class::Pages),
        ] {
            assert_eq!(Class::of(path), class, "{path}");
        }
    }
}

//! The names DingTalk gives to things, each its own type; none is checked here, the simulator must be able to hold bad ones.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A department: an int64, usually of 8 to 10 digits; 1 is the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DepartmentId(i64);

impl DepartmentId {
    /// The root department, which is the company itself.
    pub const ROOT: Self = Self(1);

    /// In a department to be added: "give it an unused id".
    pub const UNASSIGNED: Self = Self(0);

    /// The department with this number.
    #[must_use]
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// The number as it is written on the wire.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }
}

impl From<i64> for DepartmentId {
    fn from(number: i64) -> Self {
        Self(number)
    }
}

impl fmt::Display for DepartmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The id written like this.
            #[must_use]
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The id as it is written on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

text_id! {
    /// A company: `ding` and a run of hexadecimal digits.
    CorpId
}
text_id! {
    /// An application; the console calls it Client ID.
    AppKey
}
text_id! {
    /// A person inside one company, at most 64 characters, never changed.
    UserId
}
text_id! {
    /// The same person across the companies of one developer account.
    UnionId
}

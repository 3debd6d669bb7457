//! Who does something, as far as it is proven: an account or a token, and what it may do.
//!
//! Not here: how it is proven, and how whoever asks likes to read.

use std::net::IpAddr;

pub(crate) use rollcall_admin::TokenScope;
use rollcall_browse::Within;

/// Who does something, and from where: what the audit log is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Actor<'a> {
    pub(crate) who: &'a Who,
    /// None where the program that embeds the console does not tell.
    pub(crate) address: Option<IpAddr>,
}

/// Who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// An administrator with a session.
    Administrator {
        /// Their name.
        name: String,
    },
    /// A program with a token.
    Token {
        /// Its number.
        id: i64,
        /// What its administrator called it.
        name: String,
        /// What it may do.
        scope: TokenScope,
        /// The sources that it may read. If they are not all, it reads by SCIM alone.
        within: Within,
    },
}

impl Who {
    /// What people call them: the name of an account or of a token.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Administrator { name } | Self::Token { name, .. } => name,
        }
    }

    /// Whether it is a person, who confirms what no program may.
    pub(crate) const fn is_person(&self) -> bool {
        matches!(self, Self::Administrator { .. })
    }

    /// The sources that they may read.
    pub(crate) fn within(&self) -> Within {
        match self {
            Self::Administrator { .. } => Within::All,
            Self::Token { within, .. } => within.clone(),
        }
    }

    /// Whether they may use what is not told apart by sources.
    pub(crate) fn may_read_all(&self) -> bool {
        self.within() == Within::All
    }

    /// Whether they may change something.
    pub(crate) const fn may_manage(&self) -> bool {
        match self {
            Self::Administrator { .. } => true,
            Self::Token { scope, .. } => matches!(scope, TokenScope::Manage),
        }
    }
}

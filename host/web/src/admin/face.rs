//! How the people of a source are told over SCIM: what its administrator chose.
//!
//! Nothing of it changes what is imported. Not here: where it is kept (`sources`).

use rollcall_host::model::SourceName;
use serde::{Deserialize, Serialize};

/// How people of a source are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct ScimFace {
    /// What becomes of a name that the source tells whole.
    pub names: ScimNames,
    /// What people log in as.
    pub user_names: ScimUserNames,
}

/// What becomes of a name that the source tells whole, without its parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScimNames {
    /// The whole of it is the family name.
    #[default]
    Whole,
    /// A Chinese name is divided behind its surname, where that is sure; any other is the family name.
    Split,
}

/// What people log in as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScimUserNames {
    /// What the source says. People of two sources may have the same.
    #[default]
    Plain,
    /// The same, and the source's name behind it (`zhangsan@head-office`): unique among all sources that have this.
    WithSource,
}

/// Between a user name and the source's name.
pub(crate) const AT: char = '@';

impl ScimNames {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Whole, Self::Split];

    /// The word for it in settings.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Split => "split",
        }
    }

    /// The one with this word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|names| names.as_str() == word)
    }
}

impl ScimUserNames {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Plain, Self::WithSource];

    /// The word for it in settings.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::WithSource => "with-source",
        }
    }

    /// The one with this word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|names| names.as_str() == word)
    }
}

impl ScimFace {
    /// What somebody of this source logs in as, of whom the source says this.
    pub(crate) fn user_name(self, plain: &str, source: &SourceName) -> String {
        match self.user_names {
            ScimUserNames::Plain => plain.to_owned(),
            ScimUserNames::WithSource => format!("{plain}{AT}{source}"),
        }
    }
}

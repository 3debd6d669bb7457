//! What a full run can show for itself, and what the view of a source leaves out.

use std::collections::BTreeMap;

use rollcall_host::model::{RunId, Timestamp};
use rollcall_host::proof;
use serde::Serialize;
use utoipa::ToSchema;

use super::ObjectKey;
use crate::api::shape;

/// What a full run can show for itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Proof {
    /// Whether everything was read.
    is_complete: bool,
    /// What was read; empty where the reading came to no end.
    read: Vec<ReadOfType>,
    /// The lists that it was read from.
    lists: Lists,
    /// With what view.
    view: View,
    /// With what view it was read before.
    #[serde(skip_serializing_if = "Option::is_none")]
    view_before: Option<View>,
    /// What has become of the view's being smaller than before, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::Narrowing>)]
    narrowing: Option<proof::Narrowing>,
    /// What left.
    removed: Vec<OfType>,
    /// What would have left and did not.
    kept: Vec<Kept>,
    /// What is held here and the view does not show: it was not asked about, and stays.
    unfollowed: Vec<OfType>,
    /// Since when the view has left something out.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Since>,
}

/// What was read of one resource type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ReadOfType {
    /// Of which objects.
    resource_type: String,
    /// How many.
    read: u64,
    /// How many the source itself says there are, where it can say.
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<u64>,
}

/// The lists of a source that were read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Lists {
    /// How many.
    n: u64,
    /// How many of them were read to their end.
    n_closed: u64,
    /// Some of those that were not.
    open: Vec<OpenList>,
}

/// A list that was not read to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct OpenList {
    /// Of which objects.
    resource_type: String,
    /// What it is the list of.
    of: ObjectKey,
}

/// With what view a source was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct View {
    /// Whether it was of everything.
    whole: bool,
    /// Of how many parts it was otherwise.
    n_parts: Vec<OfType>,
    /// Some of them.
    parts: Vec<ObjectKey>,
}

/// What would have left, and did not for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Kept {
    /// The code of that reason.
    because: String,
    /// How many.
    n: Vec<OfType>,
}

/// How many objects of one resource type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct OfType {
    /// Of which.
    resource_type: String,
    /// How many.
    n: u64,
}

/// Since when something has been so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Since {
    /// The first run that found it so.
    #[schema(value_type = String)]
    run: RunId,
    /// When that began.
    #[schema(value_type = shape::Moment)]
    at: Timestamp,
}

/// What the view of a source leaves out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct LeftOut {
    /// Whether that waits for a person. Otherwise one has approved it, or it was always so.
    waits: bool,
    /// The same as one sentence in English.
    message: String,
    /// Objects that are held here and not followed.
    n_unfollowed: u64,
    /// The same by resource type.
    unfollowed: Vec<OfType>,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Since>,
}

fn of_types(counts: BTreeMap<String, u64>) -> Vec<OfType> {
    counts.into_iter().map(|(resource_type, n)| OfType { resource_type, n }).collect()
}

fn keys(keys: Vec<rollcall_host::model::Key>) -> Vec<ObjectKey> {
    keys.into_iter().map(ObjectKey::from).collect()
}

impl From<proof::Proof> for Proof {
    fn from(proof: proof::Proof) -> Self {
        let proof::Proof {
            is_complete,
            read,
            lists,
            view,
            view_before,
            narrowing,
            removed,
            kept,
            unfollowed,
            since,
        } = proof;
        let proof::Lists { n, n_closed, open } = lists;
        let read = read.into_iter().map(|proof::Read { resource_type, read, expected }| ReadOfType {
            resource_type,
            read,
            expected,
        });
        let kept = kept.into_iter().map(|proof::Retained { because, n }| Kept { because, n: of_types(n) });
        Self {
            is_complete,
            read: read.collect(),
            lists: Lists { n, n_closed, open: open.into_iter().map(OpenList::from).collect() },
            view: view.into(),
            view_before: view_before.map(View::from),
            narrowing,
            removed: of_types(removed),
            kept: kept.collect(),
            unfollowed: of_types(unfollowed),
            since: since.map(Since::from),
        }
    }
}

impl From<proof::OpenList> for OpenList {
    fn from(list: proof::OpenList) -> Self {
        let proof::OpenList { resource_type, of } = list;
        Self { resource_type, of: of.into() }
    }
}

impl From<proof::View> for View {
    fn from(view: proof::View) -> Self {
        let proof::View { whole, n_parts, parts } = view;
        Self { whole, n_parts: of_types(n_parts), parts: keys(parts) }
    }
}

impl From<proof::Since> for Since {
    fn from(since: proof::Since) -> Self {
        let proof::Since { run, at } = since;
        Self { run, at }
    }
}

impl From<proof::LeftOut> for LeftOut {
    fn from(left_out: proof::LeftOut) -> Self {
        let (message, n_unfollowed) = (left_out.told().english, left_out.n_unfollowed());
        let proof::LeftOut { waits, unfollowed, since } = left_out;
        Self { waits, message, n_unfollowed, unfollowed: of_types(unfollowed), since: since.map(Since::from) }
    }
}

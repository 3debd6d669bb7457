//! Objects as they are looked up: whole, or as a list shows them.

use rollcall_host::directory::Held;
use rollcall_host::model::{Key, RunId, SourceName, Timestamp};
use serde::Serialize;

use crate::features::Features;

/// Which objects are looked for; everything that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ObjectQuery {
    /// Those of this resource type.
    pub resource_type: Option<String>,
    /// Those that left the source and were kept, or those that did not.
    pub departed: Option<bool>,
    /// Each word between white space is part of the name, user name, title, id, an e-mail address or a phone number.
    pub text: String,
}

/// A part of a long list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Page {
    /// How many come before it.
    pub offset: u64,
    /// How many it has at most.
    pub limit: u32,
}

/// A page of objects.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// How many there are on all pages.
    pub total: u64,
    /// Those on this page, in order.
    pub items: Vec<ListedObject>,
}

/// What a list shows of an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedObject {
    /// Where it comes from.
    pub source: SourceName,
    /// Which object.
    pub key: Key,
    /// What people call it, or else its id.
    pub name: String,
    /// What it logs in as.
    pub user_name: Option<String>,
    /// Its e-mail addresses.
    pub emails: Vec<String>,
    /// Its phone numbers.
    pub phones: Vec<String>,
    /// A person's title.
    pub title: Option<String>,
    /// Whether it left the source and was kept.
    pub departed: bool,
    /// When it was created here.
    pub created_at: Timestamp,
    /// When its document, or whether it had departed, last became different.
    pub changed_at: Timestamp,
    /// The ids of the departments that a person is in, or was when they departed; whether or not they are held.
    pub departments: Vec<String>,
    /// Whether the person leads the department that was asked for; none when none was.
    pub leader: Option<bool>,
}

impl From<WholeObject> for ListedObject {
    fn from(whole: WholeObject) -> Self {
        let Features { name, user_name, emails, phones, title, memberships, .. } =
            Features::of(&whole.key.external_id, &whole.held.document);
        Self {
            source: whole.source,
            key: whole.key,
            name,
            user_name,
            emails,
            phones,
            title,
            departed: whole.held.departed,
            created_at: whole.created_at,
            changed_at: whole.changed_at,
            departments: memberships.into_iter().map(|membership| membership.department).collect(),
            leader: None,
        }
    }
}

/// An object with all that is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WholeObject {
    /// Where it comes from.
    pub source: SourceName,
    /// Which object.
    pub key: Key,
    /// What is held of it.
    #[serde(flatten)]
    pub held: Held,
    /// When it left the source and was kept.
    pub departed_at: Option<Timestamp>,
    /// When it was created here.
    pub created_at: Timestamp,
    /// When its document, or whether it had departed, last became different.
    pub changed_at: Timestamp,
    /// When what is told of it last became different: with itself, and with those that are told of with it, as the members
    /// of a department are, and the names of a person's departments. A later one of an object is a later moment.
    pub modified_at: Timestamp,
    /// The run that created it.
    pub first_run: RunId,
    /// The run that last wrote it, be it only its version.
    pub last_run: RunId,
    /// The run in which the source's id became theirs, where it was somebody else's before; otherwise 0. An id and a tenure
    /// are one object and never another.
    pub tenure: u64,
}

/// One object as it is held, with its id: what an administrator's tools list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldObject {
    /// Which object.
    pub key: Key,
    /// What is held of it.
    #[serde(flatten)]
    pub held: Held,
}

/// How many objects of a resource type there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ObjectCount {
    /// Which resource type.
    pub resource_type: String,
    /// Those at the source.
    pub n_present: u64,
    /// Those that left it and were kept.
    pub n_departed: u64,
}

//! People and departments as SCIM resources: of a document, what a schema describes; ids of others as SCIM's own, with
//! where they are.

mod contacts;
mod enterprise;
mod group;
mod name;
mod own;
mod surnames;
mod user;

use std::collections::BTreeMap;

use rollcall_browse::{Named, Outline, WholeObject};
use rollcall_host::model::{Key, SourceName, Timestamp};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::macros::format_description;

pub(crate) use self::group::group;
pub(crate) use self::user::user;
use super::id::id_of;
use super::schemas::{Attribute, ENTERPRISE_USER, ScimResourceType, fit_all};
use crate::face::ScimFace;

/// A resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resource {
    pub(crate) members: Map<String, Value>,
    /// A weak entity tag; none when not all of the resource was read.
    pub(crate) version: Option<String>,
}

/// An object among others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    /// The address of the service.
    pub(crate) base: &'a str,
    pub(crate) object: &'a WholeObject,
    /// The departments of its source.
    pub(crate) outline: &'a Outline,
    /// The tenures of its source.
    pub(crate) tenures: &'a BTreeMap<Key, u64>,
    /// Those of its source that are held whom it names ([`people_named_by`]), by their ids.
    pub(crate) people: &'a BTreeMap<String, Named>,
    /// How people of its source are told.
    pub(crate) face: ScimFace,
}

/// The ids of the people whom an object names beside its members: a person's manager, the managers of a department.
pub(crate) fn people_named_by(object: &WholeObject) -> Vec<String> {
    let document = &object.held.document;
    let manager = document.get(ENTERPRISE_USER).and_then(|enterprise| enterprise.get("manager"));
    let managers = document.get("managers").and_then(Value::as_array).into_iter().flatten();
    let ids = manager.into_iter().chain(managers).filter_map(|named| named.get("value")?.as_str());
    ids.map(str::to_owned).collect()
}

/// Whether everything of a resource was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    Whole,
    Part,
}

impl Subject<'_> {
    fn source(&self) -> &SourceName {
        &self.object.source
    }

    fn external_id(&self) -> &str {
        &self.object.key.external_id
    }

    fn document(&self) -> Option<&Map<String, Value>> {
        self.object.held.document.as_object()
    }

    /// What the core schema and the extensions describe, as the document has it.
    fn described(&self, kind: ScimResourceType) -> Map<String, Value> {
        let Some(document) = self.document() else { return Map::new() };
        let mut members = fit_all(kind.schema().attributes, document);
        for extension in kind.extensions() {
            let fitting = document.get(extension.id).and_then(Value::as_object);
            let fitting = fitting.map(|own| fit_all(extension.attributes, own)).unwrap_or_default();
            insert_unless_empty(&mut members, extension.id, Value::Object(fitting));
        }
        members
    }

    /// How a resource names another one of the same source.
    fn link(&self, kind: ScimResourceType, external_id: &str) -> Map<String, Value> {
        let key = Key::new(kind.stored(), external_id);
        let tenure = self.tenures.get(&key).copied().unwrap_or_default();
        let id = id_of(self.source(), external_id, tenure);
        let location = location(self.base, kind, &id);
        Map::from_iter([("value".to_owned(), id.into()), ("$ref".to_owned(), location.into())])
    }

    /// A value that names another object by the source's own id, as SCIM names it, and with where that is if it is held.
    fn relinked(&self, kind: ScimResourceType, mut value: Value) -> Value {
        let named = value.get("value").and_then(Value::as_str).map(str::to_owned);
        if let (Some(id), Some(members)) = (named, value.as_object_mut()) {
            members.extend(self.link(kind, &id));
            if !self.is_held(kind, &id) {
                members.remove("$ref");
            }
        }
        value
    }

    /// Whether an object that is named here can be read.
    fn is_held(&self, kind: ScimResourceType, external_id: &str) -> bool {
        match kind {
            ScimResourceType::User => self.people.contains_key(external_id),
            ScimResourceType::Group => self.outline.department(external_id).is_some(),
        }
    }

    /// Add what every resource has.
    fn finish(&self, kind: ScimResourceType, mut members: Map<String, Value>, extent: Extent) -> Resource {
        let id = id_of(self.source(), self.external_id(), self.object.tenure);
        let extensions = kind.extensions().iter().map(|extension| extension.id);
        let schemas: Vec<&str> =
            [kind.schema().id].into_iter().chain(extensions.filter(|id| members.contains_key(*id))).collect();
        members.insert("schemas".to_owned(), schemas.into());
        members.insert("externalId".to_owned(), self.external_id().into());
        members.insert("id".to_owned(), id.as_str().into());
        let version = (extent == Extent::Whole).then(|| version(&members));
        let mut meta = json!({
            "resourceType": kind.name(),
            "created": moment(self.object.created_at),
            "lastModified": moment(self.object.modified_at),
            "location": location(self.base, kind, &id),
        });
        if let (Some(version), Some(meta)) = (&version, meta.as_object_mut()) {
            meta.insert("version".to_owned(), version.as_str().into());
        }
        members.insert("meta".to_owned(), meta);
        Resource { members, version }
    }
}

/// To the millisecond, which is always written, so that moments are in order as text as well.
fn moment(at: Timestamp) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    let nanos = i128::from(at.unix_ms()).saturating_mul(1_000_000);
    let moment = OffsetDateTime::from_unix_timestamp_nanos(nanos).ok();
    // No clock is beyond the year 9999, which cannot be written so.
    moment.and_then(|moment| moment.format(format).ok()).unwrap_or_else(|| at.to_string())
}

fn location(base: &str, kind: ScimResourceType, id: &str) -> String {
    format!("{base}{}/{id}", kind.endpoint())
}

/// Weak, because a client may have asked for a part.
fn version(members: &Map<String, Value>) -> String {
    let digest = Sha256::digest(Value::Object(members.clone()).to_string());
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("W/\"{hex}\"")
}

/// The description of an attribute of an extension.
fn attribute_of(kind: ScimResourceType, schema: &str, name: &str) -> Option<&'static Attribute> {
    let extension = kind.extensions().iter().find(|extension| extension.id == schema)?;
    extension.attributes.iter().find(|attribute| attribute.name == name)
}

fn insert_unless_empty(members: &mut Map<String, Value>, name: &str, value: Value) {
    let is_empty = match &value {
        Value::Array(values) => values.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Null => true,
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    };
    if !is_empty {
        members.insert(name.to_owned(), value);
    }
}

#[cfg(test)]
mod tests;

//! What there is to read, as SCIM describes itself (RFC 7643, sections 5 to 7): resource types, and every attribute of
//! theirs.
//!
//! What is described here is what `resource` lets out, no more: an attribute of a document that no schema has is told
//! under `sourceAttributes`.

use serde_json::{Value, json};

mod attribute;
mod common;
mod group;
mod user;

pub(crate) use attribute::{Attribute, ValueKind, fit_all};
pub(crate) use common::COMMON;
pub(crate) use rollcall_rules::vocabulary::schema::{
    DEPARTMENT as ROLLCALL_DEPARTMENT, ENTERPRISE_USER, ORGANISATION_USER as ROLLCALL_USER, USER as CORE_USER,
};

use rollcall_rules::vocabulary::resource_type;

use super::limits::MAX_RESULTS;
use super::path::Path;

/// The schema of a group.
pub(crate) const CORE_GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// A schema.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) id: &'static str,
    name: &'static str,
    description: &'static str,
    pub(crate) attributes: &'static [Attribute],
}

/// The two kinds of resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScimResourceType {
    /// A person.
    User,
    /// A department.
    Group,
}

impl ScimResourceType {
    pub(crate) const ALL: [Self; 2] = [Self::User, Self::Group];

    /// A list of it alone.
    pub(crate) const fn alone(self) -> &'static [Self] {
        match self {
            Self::User => &[Self::User],
            Self::Group => &[Self::Group],
        }
    }

    /// Its name in SCIM.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::User => resource_type::USER,
            Self::Group => "Group",
        }
    }

    /// Its name in the store. Source: the contract.
    pub(crate) const fn stored(self) -> &'static str {
        match self {
            Self::User => resource_type::USER,
            Self::Group => resource_type::DEPARTMENT,
        }
    }

    /// Where its resources are, below the base.
    pub(crate) const fn endpoint(self) -> &'static str {
        match self {
            Self::User => "/Users",
            Self::Group => "/Groups",
        }
    }

    /// Its core schema.
    pub(crate) const fn schema(self) -> &'static Schema {
        match self {
            Self::User => &user::CORE,
            Self::Group => &group::CORE,
        }
    }

    /// The schemas that extend it.
    pub(crate) const fn extensions(self) -> &'static [Schema] {
        match self {
            Self::User => user::EXTENSIONS,
            Self::Group => group::EXTENSIONS,
        }
    }

    /// Which extension of this type an attribute is of; none for one of the core schema, and for one that nothing has. Without a
    /// schema it may be of any of them, the core one first.
    pub(crate) fn extension_of(self, path: &Path) -> Option<&'static str> {
        let is_in = |attributes: &[Attribute]| {
            let is_it = |name: &str| attributes.iter().any(|known| known.name.eq_ignore_ascii_case(name));
            path.name.as_deref().is_none_or(is_it)
        };
        let core = self.schema();
        match path.schema {
            Some(schema) => (schema != core.id).then_some(schema),
            None if is_in(COMMON) || is_in(core.attributes) => None,
            None => self.extensions().iter().find(|one| is_in(one.attributes)).map(|one| one.id),
        }
    }

    const fn description(self) -> &'static str {
        match self {
            Self::User => "People, from all sources.",
            Self::Group => "Departments, from all sources.",
        }
    }

    fn to_json(self, base: &str) -> Value {
        let extensions: Vec<Value> =
            self.extensions().iter().map(|schema| json!({"schema": schema.id, "required": false})).collect();
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
            "id": self.name(),
            "name": self.name(),
            "description": self.description(),
            "endpoint": self.endpoint(),
            "schema": self.schema().id,
            "schemaExtensions": extensions,
            "meta": {"resourceType": "ResourceType", "location": format!("{base}/ResourceTypes/{}", self.name())},
        })
    }
}

impl Schema {
    fn to_json(&self, base: &str) -> Value {
        let attributes: Vec<Value> = self.attributes.iter().copied().map(Attribute::to_json).collect();
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "attributes": attributes,
            "meta": {"resourceType": "Schema", "location": format!("{base}/Schemas/{}", self.id)},
        })
    }
}

/// What only one source knows of an object, in a shape that can be described without knowing the source.
const fn attribute_of_source() -> Attribute {
    const PARTS: &[Attribute] = &[
        Attribute::text("schema", "The URN of the source's own schema; empty for none.").exact(),
        Attribute::text("name", "The attribute's name.").exact(),
        Attribute::text("value", "Its value: text as it is, anything else as JSON.").exact(),
    ];
    Attribute::complex("sourceAttributes", PARTS, "What only this source knows, as names and values.").list()
}

/// Every schema.
pub(crate) fn all() -> impl Iterator<Item = &'static Schema> {
    ScimResourceType::ALL.into_iter().flat_map(|kind| [kind.schema()].into_iter().chain(kind.extensions()))
}

/// The resource types.
pub(crate) fn resource_types(base: &str) -> Vec<Value> {
    ScimResourceType::ALL.into_iter().map(|kind| kind.to_json(base)).collect()
}

/// The schemas.
pub(crate) fn schemas(base: &str) -> Vec<Value> {
    all().map(|schema| schema.to_json(base)).collect()
}

/// What this service can do.
pub(crate) fn service_provider_config(base: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": {"supported": false},
        "bulk": {"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": true, "maxResults": MAX_RESULTS},
        // Source: RFC 9865, section 4.
        "pagination": {
            "cursor": false,
            "index": true,
            "defaultPaginationMethod": "index",
            "defaultPageSize": MAX_RESULTS,
            "maxPageSize": MAX_RESULTS,
        },
        "changePassword": {"supported": false},
        "sort": {"supported": false},
        "etag": {"supported": true},
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "API token",
            "description": "A token with read scope, made in the console under settings, as bearer (RFC 6750).",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "primary": true,
        }],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": format!("{base}/ServiceProviderConfig"),
        },
    })
}

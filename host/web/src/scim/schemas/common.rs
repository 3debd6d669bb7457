//! The attributes that every resource has, whatever its schema (RFC 7643, sections 3 and 3.1). No schema lists them.

use super::attribute::Attribute;

/// As they are told.
pub(crate) const COMMON: &[Attribute] = &[
    Attribute::text("schemas", "The schemas that describe the resource.").required().list(),
    Attribute::text("id", "The id here.").required().exact(),
    Attribute::text("externalId", "The id at the source.").exact(),
    Attribute::complex("meta", META, "What is known of the resource itself."),
];

const META: &[Attribute] = &[
    Attribute::text("resourceType", "The name of the resource type.").exact(),
    Attribute::moment("created", "When it was first imported."),
    Attribute::moment("lastModified", "When what is told of it last became different."),
    Attribute::reference("location", &["User", "Group"], "Where it is."),
    Attribute::text("version", "The entity tag of what is told of it.").exact(),
];

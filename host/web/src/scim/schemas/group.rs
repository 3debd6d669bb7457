//! The attributes of a department: RFC 7643, section 4.2, and ours.

use super::attribute::Attribute;
use super::{CORE_GROUP, ROLLCALL_DEPARTMENT, Schema};

pub(super) const CORE: Schema = Schema {
    id: CORE_GROUP,
    name: "Group",
    description: "A department of a source.",
    attributes: &[
        Attribute::text("displayName", "What people call the department.").required(),
        Attribute::complex("members", MEMBERS, "Who and what is right below it. All of them, however many.")
            .list(),
    ],
};

pub(super) const EXTENSIONS: &[Schema] = &[Schema {
    id: ROLLCALL_DEPARTMENT,
    name: "Department",
    description: "Where a department comes from, and where it stands.",
    attributes: &[
        Attribute::text("source", "The name of the source.").required().exact(),
        Attribute::complex("parent", PARENT, "The department above; none at the top."),
        Attribute::text("order", "A decimal number: siblings with a smaller one come first."),
        Attribute::complex("managers", MANAGERS, "Who manages it.").list(),
        super::attribute_of_source(),
    ],
}];

const MEMBERS: &[Attribute] = &[
    Attribute::text("value", "The id of the member.").exact(),
    Attribute::reference("$ref", &["User", "Group"], "Where the member is."),
    Attribute::text("display", "What people call the member."),
    Attribute::text("type", "What the member is.").usually(&["User", "Group"]),
];

const PARENT: &[Attribute] = &[
    Attribute::text("value", "The id of the department above.").exact(),
    Attribute::reference("$ref", &["Group"], "Where it is, if it was imported."),
];

const MANAGERS: &[Attribute] = &[
    Attribute::text("value", "The id of the manager.").exact(),
    Attribute::reference("$ref", &["User"], "Where the manager is, if they were imported."),
];

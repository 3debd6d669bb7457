//! The attributes of a person: RFC 7643, sections 4.1 and 4.3, without those that only a client would write, and ours.

use super::attribute::Attribute;
use super::{CORE_USER, ENTERPRISE_USER, ROLLCALL_USER, Schema};

pub(super) const CORE: Schema = Schema {
    id: CORE_USER,
    name: "User",
    description: "A person of a source.",
    attributes: &[
        Attribute::text(
            "userName",
            "What the person logs in as. Unique within a source; with its setting, among all.",
        )
        .required(),
        Attribute::complex("name", NAME, "The parts of the person's name."),
        Attribute::text("displayName", "What people call the person, or else the user name.").required(),
        Attribute::text("nickName", "What the person is called casually."),
        Attribute::reference("profileUrl", &["external"], "A page about the person."),
        Attribute::text("title", "The person's title."),
        Attribute::text("userType", "What the person is to the organisation."),
        Attribute::text("preferredLanguage", "The languages that the person prefers."),
        Attribute::text("locale", "How dates, numbers and the like are written for the person."),
        Attribute::text("timezone", "The person's time zone."),
        Attribute::flag("active", "False for a person who left the source and is kept."),
        Attribute::complex("emails", VALUES, "E-mail addresses, one of them primary.").list(),
        Attribute::complex("phoneNumbers", VALUES, "Phone numbers, one of them primary.").list(),
        Attribute::complex("ims", VALUES, "Addresses for instant messages.").list(),
        Attribute::complex("photos", PHOTOS, "Pictures.").list(),
        Attribute::complex("addresses", ADDRESSES, "Postal addresses.").list(),
        Attribute::complex("groups", GROUPS, "The departments that the person is in.").list(),
        Attribute::complex("entitlements", VALUES, "What the person is entitled to.").list(),
        Attribute::complex("roles", VALUES, "The person's roles.").list(),
    ],
};

pub(super) const EXTENSIONS: &[Schema] = &[
    Schema {
        id: ENTERPRISE_USER,
        name: "EnterpriseUser",
        description: "What an enterprise knows of a person.",
        attributes: &[
            Attribute::text("employeeNumber", "The number that the organisation gave the person."),
            Attribute::text("costCenter", "A cost centre."),
            Attribute::text("organization", "An organisation."),
            Attribute::text("division", "A division."),
            Attribute::text("department", "The person's main department, by name."),
            Attribute::complex(
                "manager",
                MANAGER,
                "The person's manager, if they are in the directory and have not left.",
            ),
        ],
    },
    Schema {
        id: ROLLCALL_USER,
        name: "ImportedUser",
        description: "Where a person comes from, and what they are in each department.",
        attributes: &[
            Attribute::text("source", "The name of the source.").required().exact(),
            Attribute::complex("departments", DEPARTMENTS, "What the person is in each department.").list(),
            super::attribute_of_source(),
        ],
    },
];

const NAME: &[Attribute] = &[
    Attribute::text("formatted", "The whole name, as the source says it."),
    Attribute::text(
        "familyName",
        "The family name; the whole name where the source does not tell them apart.",
    ),
    Attribute::text("givenName", "The given name; empty where the source does not tell them apart."),
    Attribute::text("middleName", "The middle names."),
    Attribute::text("honorificPrefix", "A prefix."),
    Attribute::text("honorificSuffix", "A suffix."),
];

const VALUES: &[Attribute] = &[
    Attribute::text("value", "The value."),
    Attribute::text("display", "The value for people to read."),
    Attribute::text("type", "What it is used for.").usually(&["work", "home", "mobile", "other"]),
    Attribute::flag("primary", "Whether it is the preferred one."),
];

const PHOTOS: &[Attribute] = &[
    Attribute::reference("value", &["external"], "Where the picture is."),
    Attribute::text("display", "What it shows."),
    Attribute::text("type", "How large it is.").usually(&["photo", "thumbnail"]),
    Attribute::flag("primary", "Whether it is the preferred one."),
];

const ADDRESSES: &[Attribute] = &[
    Attribute::text("formatted", "The whole address."),
    Attribute::text("streetAddress", "Street and number."),
    Attribute::text("locality", "The town."),
    Attribute::text("region", "The province."),
    Attribute::text("postalCode", "The postal code."),
    Attribute::text("country", "The country."),
    Attribute::text("type", "What it is used for.").usually(&["work", "home", "other"]),
    Attribute::flag("primary", "Whether it is the preferred one."),
];

const GROUPS: &[Attribute] = &[
    Attribute::text("value", "The id of the department.").exact(),
    Attribute::reference("$ref", &["Group"], "Where the department is."),
    Attribute::text("display", "What people call the department."),
    Attribute::text("type", "Always direct: departments above are not told.").usually(&["direct"]),
];

const MANAGER: &[Attribute] = &[
    Attribute::text("value", "The id of the manager.").exact(),
    Attribute::reference("$ref", &["User"], "Where the manager is."),
    Attribute::text("displayName", "What people call the manager."),
];

const DEPARTMENTS: &[Attribute] = &[
    Attribute::text("value", "The id of the department.").exact(),
    Attribute::reference("$ref", &["Group"], "Where the department is, if it was imported."),
    Attribute::flag("primary", "Whether it is the person's main department."),
    Attribute::flag("leader", "Whether the person leads it."),
    Attribute::text("order", "A decimal number: where the person stands in it."),
    Attribute::text("title", "The person's title in it."),
    Attribute::text("workPlace", "Where the person works for it."),
];

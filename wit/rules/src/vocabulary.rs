//! The names that both halves spell: resource types, schemas and attributes, and the one code of an entry that a host reads.
//!
//! Not here: what only one source knows, whose schemas are named in its connector; and what only one half says, such as
//! the messages of SCIM's protocol.

/// The code of the entry by which a full reading says that nobody and nothing is removed by it, and why. A host adds since when
/// that has been so.
pub const REMOVALS_STOPPED: &str = "removals-stopped";

/// Resource types: what a key's `resource-type` may be.
pub mod resource_type {
    /// People. Source: RFC 7643, section 4.1.
    pub const USER: &str = "User";

    /// Departments, and whatever else an organisation calls its units.
    pub const DEPARTMENT: &str = "Department";

    /// Both, parents first: the order in which a source is read.
    pub const ALL: [&str; 2] = [DEPARTMENT, USER];
}

/// Schemas: what a document's `schemas` may name.
pub mod schema {
    /// A person. Source: RFC 7643, section 4.1.
    pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

    /// What an enterprise knows of a person besides. Source: RFC 7643, section 4.3.
    pub const ENTERPRISE_USER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    /// Where a person stands in the organisation. Source: the contract, `model.directory-object`.
    pub const ORGANISATION_USER: &str = "urn:rollcall:scim:schemas:extension:2.0:User";

    /// A department. Source: the contract, `model.directory-object`.
    pub const DEPARTMENT: &str = "urn:rollcall:scim:schemas:2.0:Department";

    /// Those whose attributes stand at the top of a document. Those of every other schema stand under its URN.
    pub const CORE: [&str; 2] = [USER, DEPARTMENT];
}

/// Attributes of documents, by their SCIM names.
pub mod attribute {
    /// Which schemas the document follows.
    pub const SCHEMAS: &str = "schemas";

    /// The id that the source gave the object.
    pub const EXTERNAL_ID: &str = "externalId";

    /// What a person calls the object.
    pub const DISPLAY_NAME: &str = "displayName";

    /// The parts of a person's name.
    pub const NAME: &str = "name";

    /// Of [`NAME`]: the whole of it.
    pub const FORMATTED: &str = "formatted";

    /// Whether a person may sign in.
    pub const ACTIVE: &str = "active";

    /// A person's e-mail addresses, told apart by [`TYPE`].
    pub const EMAILS: &str = "emails";

    /// A person's telephone numbers, told apart by [`TYPE`].
    pub const PHONE_NUMBERS: &str = "phoneNumbers";

    /// A person's pictures, told apart by [`TYPE`].
    pub const PHOTOS: &str = "photos";

    /// What an element of a multi-valued attribute is.
    pub const TYPE: &str = "type";

    /// What an element of a multi-valued attribute, or a reference, says.
    pub const VALUE: &str = "value";

    /// The [`TYPE`] of a mobile telephone number.
    pub const MOBILE: &str = "mobile";

    /// Under [`super::schema::ENTERPRISE_USER`]: the number that the employer gave a person.
    pub const EMPLOYEE_NUMBER: &str = "employeeNumber";

    /// Under [`super::schema::ENTERPRISE_USER`]: whom a person reports to.
    pub const MANAGER: &str = "manager";

    /// Under [`super::schema::ORGANISATION_USER`]: the departments that a person is in.
    pub const DEPARTMENTS: &str = "departments";

    /// Of a department: the department above it.
    pub const PARENT: &str = "parent";

    /// Of a department or a membership: its place among its siblings, a decimal text.
    pub const ORDER: &str = "order";

    /// Of a department: the people who lead it.
    pub const MANAGERS: &str = "managers";

    /// The attributes whose elements are told apart by their `type`.
    ///
    /// Only at the top of a document: an extension's attribute of the same name is an array like any other.
    pub const TYPED: [&str; 3] = [EMAILS, PHONE_NUMBERS, PHOTOS];
}

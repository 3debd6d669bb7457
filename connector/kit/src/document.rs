//! What a connector says about one object, and the version that tells whether it differs from what the platform holds.
//!
//! An attribute that a source leaves out may be empty or may be hidden. Such attributes are *optional*: a [`Draft`]
//! either has them or lacks them and says which it would have shown, and only [`crate::reading::Reading`] decides whether
//! lacking one clears it.

use crate::limits::MAX_OPTIONAL;
use crate::model::Key;
use crate::reference::Reference;
use rollcall_rules::document::replace_null_characters;
use rollcall_rules::emptied::{Gate, GatedField, shows_gate};
use rollcall_rules::vocabulary::attribute;
use serde_json::{Map, Value};
use std::fmt;

pub use rollcall_rules::document::canonical_members as canonical;

/// One resource type of a connector.
#[derive(Debug)]
pub struct Schema {
    /// A SCIM resource type.
    pub resource_type: &'static str,
    /// The attribute, in SCIM's notation, that tells who stands behind a key; none where keys are never reused.
    pub identity: Option<&'static str>,
    /// Attributes that the source leaves out when they are empty, and when it may not show them.
    ///
    /// Only ever append to it: versions that platforms hold name an attribute by its index.
    pub optional: &'static [Optional],
    /// Members that name other objects. Whatever they name and no reading brings is asked about, and what turns out to be gone is
    /// taken out. Members that are not listed are passed on as they are.
    pub references: &'static [Reference],
}

/// An attribute that a source may leave out.
#[derive(Debug)]
pub struct Optional {
    /// What a person calls it, and its place in a log.
    pub name: &'static str,
    /// Where it stands.
    pub place: AttributePath,
    /// What the application needs to see it, beside the object that it is of.
    pub gate: Gate<'static>,
}

/// Where an optional attribute stands in a document.
#[derive(Debug, Clone, Copy)]
pub enum AttributePath {
    /// A member, by the names that lead to it: `["title"]`, or an extension's URN and a name.
    Member(&'static [&'static str]),
    /// The element of a multi-valued attribute that has this `type`: "phoneNumbers" and "mobile".
    Element(&'static str, &'static str),
}

impl Optional {
    /// A member of the document.
    #[must_use]
    pub const fn member(name: &'static str, path: &'static [&'static str]) -> Self {
        Self { name, place: AttributePath::Member(path), gate: Gate::Unknown }
    }

    /// An element of `emails`, `phoneNumbers` or `photos`.
    #[must_use]
    pub const fn element(name: &'static str, attribute: &'static str, kind: &'static str) -> Self {
        Self { name, place: AttributePath::Element(attribute, kind), gate: Gate::Unknown }
    }

    /// The same, seen only with this permission. An answer that shows another attribute behind it proves that one which is
    /// left out is empty.
    #[must_use]
    pub const fn behind(self, permission: &'static str) -> Self {
        Self { gate: Gate::Permission(permission), ..self }
    }

    /// The same, seen by every application that sees the object: left out of the object's own reading, it is empty.
    #[must_use]
    pub const fn open(self) -> Self {
        Self { gate: Gate::Open, ..self }
    }
}

/// A set of optional attributes, by their index in [`Schema::optional`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OptionalSet(u32);

impl OptionalSet {
    /// All attributes of a schema.
    #[must_use]
    pub fn all(schema: &Schema) -> Self {
        let mut all = Self::default();
        (0..schema.optional.len()).for_each(|index| all.insert(index));
        all
    }

    /// The attribute at this index alone.
    #[must_use]
    pub fn of(index: usize) -> Self {
        let mut one = Self::default();
        one.insert(index);
        one
    }

    /// Add the attribute at this index; an index of [`MAX_OPTIONAL`] or more is no attribute.
    pub fn insert(&mut self, index: usize) {
        if index < MAX_OPTIONAL {
            self.0 |= 1 << index;
        }
    }

    /// Whether the attribute at this index is in it.
    #[must_use]
    pub fn contains(self, index: usize) -> bool {
        index < MAX_OPTIONAL && self.0 & (1 << index) != 0
    }

    /// What is in both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in either.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in this and not in the other.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// What a connector says about one object, as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Which object.
    pub key: Key,
    /// What a person calls it.
    pub name: String,
    /// The SCIM document.
    pub document: Map<String, Value>,
    /// The optional attributes that were left out.
    pub lacking: OptionalSet,
    /// The optional attributes that the document says to have no value, `null` above all.
    pub unassigned: OptionalSet,
    /// The optional attributes that this answer could not show, whatever their value: neither there nor lacking.
    pub untold: OptionalSet,
    /// Permissions of attributes that the answer shows by something that is no attribute itself.
    pub shown: Vec<&'static str>,
}

impl Draft {
    /// Lacking what of `schema` the document does not assign. U+0000, which no document may hold, becomes U+FFFD.
    #[must_use]
    pub fn new(schema: &Schema, key: Key, name: &str, mut document: Map<String, Value>) -> Self {
        replace_null_characters(&mut document);
        let (lacking, unassigned) = without_value(schema, &document);
        let name = name.to_owned();
        Self { key, name, document, lacking, unassigned, untold: OptionalSet::default(), shown: Vec::new() }
    }

    /// The same, knowing that the answer it was made from could not show these attributes, by their names. One that the
    /// document assigns all the same was told.
    #[must_use]
    pub fn without_word_of(mut self, schema: &Schema, names: &[&str]) -> Self {
        for (index, optional) in schema.optional.iter().enumerate() {
            if names.contains(&optional.name) && self.lacking.contains(index) {
                self.untold.insert(index);
            }
        }
        self.lacking = self.lacking.without(self.untold);
        self
    }

    /// The same with a document that says less: what is now `null` has no value, and what was taken out is not told.
    pub(crate) fn retold(mut self, schema: &Schema, document: Map<String, Value>) -> Self {
        let before = self.lacking.or(self.untold);
        let (missing, unassigned) = without_value(schema, &document);
        self.untold = self.untold.or(missing.without(before));
        self.unassigned = unassigned;
        self.document = document;
        self
    }

    /// The same, knowing that the answer shows what only an application with these permissions sees, and that no attribute
    /// says so.
    #[must_use]
    pub fn showing(mut self, permissions: impl IntoIterator<Item = &'static str>) -> Self {
        self.shown.extend(permissions);
        self
    }

    /// The optional attributes that the answer would show if they had a value. Of those, one that is lacking is empty.
    #[must_use]
    pub fn visible(&self, schema: &Schema) -> OptionalSet {
        let given = self.given(schema);
        let fields: Vec<GatedField<'_>> = schema
            .optional
            .iter()
            .map(|Optional { name, gate, .. }| GatedField { name, gate: *gate })
            .collect();
        let has_value = |name: &str| {
            let index = schema.optional.iter().position(|optional| optional.name == name);
            index.is_some_and(|index| given.contains(index))
        };
        let mut visible = OptionalSet::default();
        for (index, Optional { name, gate, .. }) in schema.optional.iter().enumerate() {
            let is_shown = matches!(gate, Gate::Permission(permission) if self.shown.contains(permission));
            if is_shown || shows_gate(&fields, name, has_value) {
                visible.insert(index);
            }
        }
        visible
    }

    /// The optional attributes that the document gives a value.
    #[must_use]
    pub fn given(&self, schema: &Schema) -> OptionalSet {
        OptionalSet::all(schema).without(self.lacking).without(self.unassigned).without(self.untold)
    }
}

/// What the platform was told last: a digest of the document, and the optional attributes that it holds from this source.
///
/// Only what is given can be cleared. What someone else wrote on the platform, or what an attribute held before the
/// connector knew it, is not the source's to take away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    /// The first half of a BLAKE3 digest of the canonical document.
    pub digest: [u8; 16],
    /// What the platform holds from this source, whether or not the source still says it.
    pub given: OptionalSet,
}

impl Version {
    /// The version of a document in its canonical form.
    #[must_use]
    pub fn of(canonical: &str, given: OptionalSet) -> Self {
        let mut digest = [0; 16];
        for (to, from) in digest.iter_mut().zip(blake3::hash(canonical.as_bytes()).as_bytes()) {
            *to = *from;
        }
        Self { digest, given }
    }

    /// Read what a host returned; none for a text that this kit never wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (hex, mask) = text.split_once('.')?;
        if hex.len() != 32 || !hex.bytes().chain(mask.bytes()).all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let digest = u128::from_str_radix(hex, 16).ok()?.to_be_bytes();
        Some(Self { digest, given: OptionalSet(u32::from_str_radix(mask, 16).ok()?) })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}.{:x}", u128::from_be_bytes(self.digest), self.given.0)
    }
}

/// A document of this object that says nothing but that these attributes are unassigned.
#[must_use]
pub fn unassigning(schema: &Schema, key: &Key, cleared: OptionalSet) -> Map<String, Value> {
    let mut document = unassigned(schema, cleared);
    document.insert("externalId".to_owned(), Value::String(key.external_id.clone()));
    document
}

/// The same of any object.
#[must_use]
pub fn unassigned(schema: &Schema, cleared: OptionalSet) -> Map<String, Value> {
    let mut document = Map::new();
    for (index, optional) in schema.optional.iter().enumerate() {
        if cleared.contains(index) {
            unassign(&mut document, optional.place);
        }
    }
    document
}

/// What a document says about an optional attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    /// It has this value.
    Value,
    /// It has none: `null`, an empty text, a list or an object without anything in it (RFC 7643, section 2.5). Nobody was
    /// seen with the attribute because of that.
    Unassigned,
    /// Nothing: it is left out.
    Nothing,
}

impl Said {
    fn of(value: Option<&Value>) -> Self {
        let is_empty = match value {
            None => return Self::Nothing,
            Some(Value::Null) => true,
            Some(Value::String(text)) => text.is_empty(),
            Some(Value::Array(elements)) => elements.is_empty(),
            Some(Value::Object(members)) => members.is_empty(),
            Some(Value::Bool(_) | Value::Number(_)) => false,
        };
        if is_empty { Self::Unassigned } else { Self::Value }
    }
}

/// The optional attributes that a document leaves out, and those that it says to have no value.
fn without_value(schema: &Schema, document: &Map<String, Value>) -> (OptionalSet, OptionalSet) {
    let (mut missing, mut unassigned) = (OptionalSet::default(), OptionalSet::default());
    for (index, optional) in schema.optional.iter().enumerate() {
        match said(document, optional.place) {
            Said::Value => {}
            Said::Unassigned => unassigned.insert(index),
            Said::Nothing => missing.insert(index),
        }
    }
    (missing, unassigned)
}

fn said(document: &Map<String, Value>, place: AttributePath) -> Said {
    match place {
        AttributePath::Member([name]) => Said::of(document.get(*name)),
        AttributePath::Member([name, rest @ ..]) => match document.get(*name) {
            Some(Value::Object(inner)) => said(inner, AttributePath::Member(rest)),
            // What stands above it was unassigned, and it with that.
            outer => Said::of(outer),
        },
        AttributePath::Member([]) => Said::Nothing,
        AttributePath::Element(name, kind) => match document.get(name) {
            Some(Value::Null) => Said::Unassigned,
            elements => {
                let elements = elements.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
                let is_it =
                    |element: &&Value| element.get(attribute::TYPE).and_then(Value::as_str) == Some(kind);
                // Of several of one type the last counts, as in a merge.
                elements
                    .iter()
                    .rfind(is_it)
                    .map_or(Said::Nothing, |element| Said::of(element.get(attribute::VALUE)))
            }
        },
    }
}

fn unassign(document: &mut Map<String, Value>, place: AttributePath) {
    match place {
        AttributePath::Member([name]) => {
            document.insert((*name).to_owned(), Value::Null);
        }
        AttributePath::Member([name, rest @ ..]) => {
            let inner = document.entry(*name).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                unassign(inner, AttributePath::Member(rest));
            }
        }
        AttributePath::Member([]) => {}
        AttributePath::Element(attribute, kind) => {
            let elements = document.entry(attribute).or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(elements) = elements {
                elements.push(serde_json::json!({ "type": kind, "value": null }));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Draft, Optional, OptionalSet, Schema, Version, canonical, unassigning};
    use crate::model::Key;
    use serde_json::{Map, Value, json};

    const SCHEMA: Schema = Schema {
        resource_type: "User",
        identity: None,
        optional: &[
            Optional::member("title", &["title"]),
            Optional::element("mobile", "phoneNumbers", "mobile"),
            Optional::element("telephone", "phoneNumbers", "work"),
        ],
        references: &[],
    };

    fn object(value: Value) -> Map<String, Value> {
        if let Value::Object(map) = value { map } else { panic!("not an object: {value}") }
    }

    fn draft(document: Value) -> Draft {
        Draft::new(&SCHEMA, Key::new("User", "u"), "U", object(document))
    }

    fn names(of: OptionalSet) -> Vec<&'static str> {
        let optional = SCHEMA.optional.iter().enumerate();
        optional.filter(|(index, _)| of.contains(*index)).map(|(_, optional)| optional.name).collect()
    }

    fn lacking(document: Value) -> Vec<&'static str> {
        names(draft(document).lacking)
    }

    #[test]
    fn what_has_no_value_is_neither_given_nor_lacking() {
        for nothing in [json!(null), json!(""), json!([]), json!({})] {
            let draft = draft(json!({"title": nothing, "phoneNumbers": [
                {"type": "mobile", "value": "+86"}, {"type": "mobile", "value": nothing}, {"type": "work", "value": "1"},
            ]}));
            assert_eq!(names(draft.unassigned), ["title", "mobile"], "{nothing}");
            assert_eq!(names(draft.given(&SCHEMA)), ["telephone"], "{nothing}");
        }
        assert_eq!(
            names(draft(json!({"title": false, "phoneNumbers": null})).unassigned),
            ["mobile", "telephone"]
        );
    }

    const GATED: Schema = Schema {
        resource_type: "User",
        identity: None,
        optional: &[
            Optional::member("title", &["title"]).open(),
            Optional::element("mobile", "phoneNumbers", "mobile").behind("phone"),
            Optional::element("work", "emails", "work").behind("personal"),
            Optional::element("home", "emails", "home").behind("personal"),
            Optional::member("nickName", &["nickName"]),
        ],
        references: &[],
    };

    fn gated(document: Value) -> Draft {
        Draft::new(&GATED, Key::new("User", "u"), "U", object(document))
    }

    #[track_caller]
    fn check_visible(draft: &Draft, expected: &[&str]) {
        let visible = draft.visible(&GATED);
        let optional = GATED.optional.iter().enumerate().filter(|(index, _)| visible.contains(*index));
        assert_eq!(optional.map(|(_, optional)| optional.name).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn an_answer_would_show_what_takes_no_permission_or_one_that_another_attribute_shows() {
        check_visible(&gated(json!({})), &["title"]);
        check_visible(&gated(json!({"emails": [{"type": "home", "value": "h"}]})), &["title", "work"]);
        check_visible(&gated(json!({"emails": [{"type": "home", "value": null}]})), &["title"]);
        check_visible(&gated(json!({"nickName": "N"})), &["title"]);
        check_visible(&gated(json!({})).showing(["phone"]), &["title", "mobile"]);
    }

    #[test]
    fn what_an_answer_could_not_show_shows_no_permission_either() {
        let told = gated(json!({})).without_word_of(&GATED, &["home"]);
        check_visible(&told, &["title"]);
    }

    #[test]
    fn what_is_no_character_is_replaced() {
        assert_eq!(draft(json!({"title": "a\u{0}b"})).document["title"], "a\u{FFFD}b");
    }

    #[test]
    fn a_draft_lacks_what_its_document_leaves_out() {
        assert_eq!(
            lacking(json!({"phoneNumbers":[{"type":"mobile","value":"+86"}]})),
            ["title", "telephone"]
        );
        assert_eq!(lacking(json!({"title":"x","phoneNumbers":[]})), ["mobile", "telephone"]);
    }

    #[test]
    fn a_version_reads_back_as_it_was_written() {
        let mut given = OptionalSet::default();
        given.insert(0);
        given.insert(31);
        let version = Version::of("{}", given);
        assert_eq!(Version::parse(&version.to_string()), Some(version));
    }

    #[test]
    fn a_version_of_someone_else_is_no_version() {
        for text in
            ["", "1", "xyz.0", "+0000000000000000000000000000000.0", "00000000000000000000000000000000.-1"]
        {
            assert_eq!(Version::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn canonical_text_is_sorted_and_keeps_integers_exact() {
        let document = object(json!({"b":176220178909140512_i64,"a":{"z":1,"y":2}}));
        assert_eq!(canonical(&document), r#"{"a":{"y":2,"z":1},"b":176220178909140512}"#);
    }

    #[test]
    fn fragments_of_one_array_are_gathered() {
        let mut cleared = OptionalSet::default();
        cleared.insert(1);
        cleared.insert(2);
        let document = unassigning(&SCHEMA, &Key::new("User", "u"), cleared);
        assert_eq!(
            Value::Object(document),
            json!({"externalId":"u","phoneNumbers":[{"type":"mobile","value":null},{"type":"work","value":null}]})
        );
    }
}

//! The forms in which a member may come.

/// What no log may repeat.
pub(super) const CANARY: &str = "canary";

/// One form.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) name: &'static str,
    pub(super) value: Written,
}

/// What stands in the place of the member's value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Written {
    /// The member is not there.
    Missing,
    /// These bytes.
    Bytes(&'static [u8]),
    /// A text of 300 KB.
    Long,
    /// What stood there, in a body that begins with a byte-order mark.
    AfterMark,
}

impl Form {
    /// Whom it names where an id may stand.
    pub(super) fn id(&self) -> Option<&'static str> {
        let Written::Bytes(bytes) = self.value else { return None };
        let json = std::str::from_utf8(bytes).ok()?;
        let id = json.trim_matches('"');
        // Neither a bare word nor a fraction is one, and what is odd in a text makes it nobody's.
        let is_written = json.starts_with(|char: char| char == '"' || char.is_ascii_digit());
        let is_plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        (is_written && is_plain && !id.is_empty()).then_some(id)
    }
}

const fn form(name: &'static str, json: &'static [u8]) -> Form {
    Form { name, value: Written::Bytes(json) }
}

/// All of them.
pub(super) const FORMS: &[Form] = &[
    Form { name: "missing", value: Written::Missing },
    form("`null`", b"null"),
    form("`\"\"`", b"\"\""),
    form("number", b"47110815"),
    form("number in a text", b"\"47110815\""),
    form("fraction", b"4711.5"),
    form("text", b"\"canary-1\""),
    form("`true`", b"true"),
    form("`1`", b"1"),
    form("`\"TRUE\"`", b"\"TRUE\""),
    form("list", b"[{\"canary\":\"canary\"}]"),
    form("object", b"{\"canary\":\"canary\"}"),
    form("half a surrogate", b"\"canary\\ud83d\""),
    form("the same in bytes", b"\"canary\xed\xa0\xbd\""),
    form("not UTF-8", b"\"canary\xff\""),
    form("control character", b"\"canary\n\""),
    form("U+0000", b"\"canary\\u0000\""),
    Form { name: "300 KB", value: Written::Long },
    Form { name: "byte-order mark", value: Written::AfterMark },
];

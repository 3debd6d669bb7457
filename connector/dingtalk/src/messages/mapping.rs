//! What is said about a field that cannot be mapped. The field's content is a person's and is not repeated.

use crate::codes;
use rollcall_kit::Diagnosis;

/// A member in a form that its reader does not know. Only its name is told.
pub(crate) fn member_not_understood(member: &str) -> Diagnosis {
    codes::member_not_understood(member).fact("member", member)
}

/// A text with bytes or halves of characters in it that are none.
pub(crate) fn characters_replaced(member: &str) -> Diagnosis {
    codes::characters_replaced(member).fact("member", member)
}

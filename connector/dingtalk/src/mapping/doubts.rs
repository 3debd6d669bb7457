//! What of an object could not be mapped. Such a member is left out, and yet it is not lacking: DingTalk does hold something,
//! so the platform keeps what it has.

use crate::messages::mapping as say;
use crate::wire::lenient::Oddities;
use rollcall_kit::{Diagnosis, Draft, Schema};

/// Members of which nothing is known, and what to say about them.
#[derive(Debug, Default)]
pub(super) struct Doubts {
    unknown: Vec<String>,
    pub(super) diagnoses: Vec<Diagnosis>,
}

impl Doubts {
    /// This member is not known, and that is why.
    pub(super) fn about(&mut self, member: &str, diagnosis: Diagnosis) {
        self.unknown(member);
        self.diagnoses.push(diagnosis);
    }

    /// This member is not known, and why was said.
    pub(super) fn unknown(&mut self, member: &str) {
        self.unknown.push(member.to_owned());
    }

    /// What could not be read of those members that this answer is asked for.
    pub(super) fn about_members(&mut self, oddities: &Oddities, is_wanted: impl Fn(&str) -> bool) {
        let Oddities { unread, replaced } = oddities;
        let wanted = |name: &&String| is_wanted(name.split('.').next().unwrap_or_default());
        for name in unread.iter().filter(wanted) {
            self.about(name, say::member_not_understood(name));
        }
        self.diagnoses.extend(replaced.iter().filter(wanted).map(|name| say::characters_replaced(name)));
    }

    /// The draft that knows of them.
    pub(super) fn applied(&self, draft: Draft, schema: &Schema) -> Draft {
        let names: Vec<&str> = self.unknown.iter().map(String::as_str).collect();
        draft.without_word_of(schema, &names)
    }
}

//! What an emptied field means: cleared, held for a person, or unknown.
//!
//! Sources leave a field out when it is empty, and many leave it out as well when the application may not see it. So a
//! field without a value is first of all a question: *is it proven that this reading could have seen one?*
//!
//! | The field is | and the answer is | proven | not proven |
//! | --- | --- | --- | --- |
//! | absent, `null` or `""` | a page of a list | cleared | held |
//! | absent, `null` or `""` | the object's own reading | cleared | held |
//! | absent, `null` or `""` | the own reading for an event | cleared | unknown |
//!
//! Three rows and not nine, because absent, `null` and `""` are the same: none of them is a value that was seen, and a
//! source that hides a field may well write it as `null`. [`FieldState`] tells them apart for the one case where that is
//! not so, a source that vows to write `null` for "empty" alone ([`Evidence::empty_is_explicit`]).
//!
//! | Proof | a page of a list | the object's own reading | the own reading for an event |
//! | --- | --- | --- | --- |
//! | others have it, in a complete full reading | yes | yes | – |
//! | the permission that it is behind is shown, by another field or because it needs none | – | yes | yes |
//! | `null` or `""`, and the source vows to mean "empty" by it | yes | yes | yes |
//!
//! In an event there is nobody else to compare with, so what its answer does not prove is unknown there: nothing changes, and
//! the next full reading decides. An incomplete full reading proves nothing by others, and what it does not prove is unknown,
//! too.
//!
//! Many at once, or the last one, are more likely a lost permission than an office cleared in one night, whatever each
//! of them proves: [`guard`] holds them. In an event nobody knows who else has it, so only many are held: [`guard_event`].
//!
//! Pure, and not here: whether the platform holds the attribute at all, and whether this source gave it. What the platform
//! does not hold is never cleared.

/// How a field of an answer has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldState {
    /// It is not in the answer.
    Absent,
    /// It is there as `null`.
    Null,
    /// It is there as an empty text.
    Empty,
}

impl FieldState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Absent, Self::Null, Self::Empty];

    /// How a JSON value, or its absence, has no value; none where it has one. A text of blanks is one: it was typed in.
    #[must_use]
    pub fn of(value: Option<&serde_json::Value>) -> Option<Self> {
        match value {
            None => Some(Self::Absent),
            Some(serde_json::Value::Null) => Some(Self::Null),
            Some(serde_json::Value::String(text)) if text.is_empty() => Some(Self::Empty),
            Some(_) => None,
        }
    }

    /// Its stable name, which the vectors use.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Null => "null",
            Self::Empty => "empty",
        }
    }
}

/// Which answer of the source it was missing from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A page of a list, in a full reading.
    Page,
    /// The object's own reading, in a full reading.
    Own,
    /// The object's own reading, because an event or a person named it.
    Event,
}

impl Answer {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Page, Self::Own, Self::Event];

    /// Its stable name, which the vectors use.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Own => "own",
            Self::Event => "event",
        }
    }
}

/// What is known besides about whether this reading could have seen a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Whether the full reading that it belongs to is complete; false for an event.
    pub is_complete: bool,
    /// How many other objects this reading saw with a value there.
    pub n_others: u64,
    /// Whether this very answer shows that the permission which the field is behind is given ([`shows_gate`]).
    pub gate_shown: bool,
    /// Whether the source vows to write `null` or `""` where there is nothing, and never where it hides something.
    pub empty_is_explicit: bool,
}

/// What a field without a value means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// It was emptied: unassign it.
    Cleared,
    /// It may have been emptied: keep it, and let a person decide.
    Held,
    /// The answer does not say: keep it, and let the next complete reading decide.
    Unknown,
}

impl Meaning {
    /// Its stable name, which the vectors use.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Cleared => "cleared",
            Self::Held => "held",
            Self::Unknown => "unknown",
        }
    }
}

/// What an application needs to see a field, beside the object that it is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate<'a> {
    /// Nobody knows: no other field proves anything.
    Unknown,
    /// Nothing: an answer that shows the object shows the field.
    Open,
    /// This permission.
    Permission(&'a str),
}

/// A field of an answer and what it takes to see it, as a connector's schema says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GatedField<'a> {
    /// The field.
    pub name: &'a str,
    /// What it takes.
    pub gate: Gate<'a>,
}

/// What a field without a value means: the first table above.
#[must_use]
pub fn meaning(state: FieldState, answer: Answer, evidence: &Evidence) -> Meaning {
    match answer {
        _ if is_proven(state, answer, evidence) => Meaning::Cleared,
        Answer::Page | Answer::Own if evidence.is_complete => Meaning::Held,
        Answer::Page | Answer::Own | Answer::Event => Meaning::Unknown,
    }
}

/// Whether this reading could have seen a value, had there been one: the second table above.
#[must_use]
pub fn is_proven(state: FieldState, answer: Answer, evidence: &Evidence) -> bool {
    let by_others = evidence.is_complete && 0 < evidence.n_others;
    let by_word = evidence.empty_is_explicit && state != FieldState::Absent;
    let by_gate = evidence.gate_shown;
    by_word
        || match answer {
            Answer::Page => by_others,
            Answer::Own => by_others || by_gate,
            Answer::Event => by_gate,
        }
}

/// Whether an answer shows that `field` would be seen in it, had it a value: because that takes no permission, or because
/// another field has a value that takes the same. `has_value` says of which fields there is one, `null` and `""` being none.
#[must_use]
pub fn shows_gate(fields: &[GatedField<'_>], field: &str, has_value: impl Fn(&str) -> bool) -> bool {
    let Some(GatedField { gate, .. }) = fields.iter().find(|one| one.name == field) else { return false };
    match gate {
        Gate::Unknown => false,
        Gate::Open => true,
        Gate::Permission(_) => {
            fields.iter().any(|one| one.name != field && one.gate == *gate && has_value(one.name))
        }
    }
}

/// Clearings of one attribute in one full reading, or one batch of events, that pass without a look at their share.
///
/// 5 objects. Why: in a small company five cleared telephones are an ordinary week.
pub const CLEARING_FLOOR: u64 = 5;

/// Clearings of one attribute, in percent of those who had it, above which they wait for a person.
///
/// 5 %. Why: the same share as the guard for departures; above it a lost permission is the likelier explanation.
pub const CLEARING_SHARE_PERCENT: u64 = 5;

/// What becomes of the clearings of one attribute that a complete full reading proves, taken together: `n_losing` would
/// lose it, and `n_keeping` were seen with it.
///
/// [`Meaning::Cleared`] for a few of many; [`Meaning::Held`] when nobody would have it any more, or too many would lose it
/// at once.
#[must_use]
pub fn guard(n_losing: u64, n_keeping: u64) -> Meaning {
    let n_had = n_losing.saturating_add(n_keeping);
    let is_few = n_losing <= CLEARING_FLOOR
        || n_losing.saturating_mul(100) <= n_had.saturating_mul(CLEARING_SHARE_PERCENT);
    if 0 < n_keeping && is_few { Meaning::Cleared } else { Meaning::Held }
}

/// The same of the clearings of one attribute that the events of one batch prove. What others have is not known here, so the
/// last one is as good as any other.
#[must_use]
pub fn guard_event(n_losing: u64) -> Meaning {
    if n_losing <= CLEARING_FLOOR { Meaning::Cleared } else { Meaning::Held }
}

#[cfg(test)]
mod tests;

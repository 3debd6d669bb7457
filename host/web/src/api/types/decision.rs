//! What a run holds, and what was decided about it.

use rollcall_host::model::{RunId, Timestamp};
use rollcall_host::{approval, decision};
use serde::Serialize;
use utoipa::ToSchema;

use super::{DiagnosisBody, ObjectKey};
use crate::api::shape;

/// What a run holds for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct HeldBack {
    /// How many objects would be removed: the number that an approval needs, where ids belong to somebody else now with the
    /// answer `other-people`.
    removals: u64,
    /// The same with the answer `same-people`.
    removals_if_same_people: u64,
    /// By resource type, out of how many.
    of_types: Vec<Leaving>,
    /// The same in a sentence.
    told: DiagnosisBody,
    /// How much is held of what, in a sentence.
    holds: DiagnosisBody,
    /// Whether an approval reads everything once more.
    reads_everything: bool,
    /// What was decided so far.
    decisions: Vec<Decision>,
}

/// What would leave of one resource type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Leaving {
    /// Of which.
    resource_type: String,
    /// How many would leave.
    n_leaving: u64,
    /// How many are held, those included.
    n_known: u64,
}

/// What somebody decided about what a run held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Decision {
    /// The run that held it.
    #[schema(value_type = String)]
    run: RunId,
    /// When.
    #[schema(value_type = shape::Moment)]
    at: Timestamp,
    /// Who: the name of an account, of a token, or of the user of the command line.
    by: String,
    /// What.
    #[schema(value_type = shape::Verdict)]
    verdict: decision::Verdict,
    /// About which objects. None for all of a run that held more than is recorded one by one, or a smaller scope.
    #[serde(skip_serializing_if = "Option::is_none")]
    keys: Option<Vec<ObjectKey>>,
    /// Why it was declined.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl HeldBack {
    pub(crate) fn new(
        held_back: &approval::HeldBack,
        would_leave: &approval::WouldLeave,
        if_same_people: &approval::WouldLeave,
        decisions: Vec<Decision>,
    ) -> Self {
        let of_types = would_leave.of_types().iter().map(|leaving| Leaving {
            resource_type: leaving.resource_type.clone(),
            n_leaving: leaving.n_leaving,
            n_known: leaving.n_known,
        });
        Self {
            removals: would_leave.n(),
            removals_if_same_people: if_same_people.n(),
            of_types: of_types.collect(),
            told: would_leave.told().into(),
            holds: held_back.told().into(),
            reads_everything: held_back.reads_everything(),
            decisions,
        }
    }
}

impl From<decision::Decision> for Decision {
    fn from(decision: decision::Decision) -> Self {
        let decision::Decision { source: _, run, at, by, verdict, about, reason } = decision;
        let keys: Vec<ObjectKey> =
            about.iter().flatten().filter_map(|matter| matter.key().cloned()).map(ObjectKey::from).collect();
        let keys = Some(keys).filter(|keys| !keys.is_empty());
        Self { run, at, by, verdict, keys, reason }
    }
}

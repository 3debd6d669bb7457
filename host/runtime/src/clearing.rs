//! Values that a reading does not prove to be gone: what is said of them while they wait for a person, and which of them a
//! person approved.
//!
//! Pure. Not here: what is done about them (`apply::clear`), and when a reading proves it, which is a connector's.

use std::collections::BTreeSet;

use crate::amount::{amounts, amounts_in_chinese};
use crate::awaiting::CLEARING_HELD;
use crate::history::ChangeRecord;
use crate::limits::MAX_FACTS;
use crate::model::{Counts, Diagnosis, Entry, Key, Severity};

/// The code of what only a full reading can decide.
const UNDECIDED: &str = "clearing-undecided";

const ATTRIBUTE: &str = "attribute";
const DOCUMENT: &str = "clears";
const REASON: &str = "reason";

/// What would be cleared, of whomever.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ClearedAttribute {
    /// What a person calls it.
    pub(crate) name: String,
    /// The document that would unassign it, as canonical text.
    pub(crate) document: String,
}

/// Which clearings a person approved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Approved {
    /// None, as in every run that is no approval.
    #[default]
    Nothing,
    /// Each of these objects by this document.
    Each(BTreeSet<(Key, String)>),
    /// Any object by one of these documents: more waited than is recorded one by one.
    Any(BTreeSet<String>),
}

impl Approved {
    pub(crate) fn covers(&self, key: &Key, document: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::Each(pairs) => pairs.contains(&(key.clone(), document.to_owned())),
            Self::Any(documents) => documents.contains(document),
        }
    }
}

impl ClearedAttribute {
    /// Why the value of one object waits.
    pub(crate) fn held_of_one(&self, reason: &Diagnosis) -> Diagnosis {
        let (name, chinese) = (&self.name, reason.localized("zh-CN").message);
        self.diagnosis(reason, format!("`{name}` may be gone: {}", reason.message))
            .in_chinese(format!("`{name}` 可能已清空：{chinese}"), LOOK_CHINESE)
    }

    /// What the log says of all objects of a run whose values wait.
    pub(crate) fn entry(&self, objects: &Counts, reason: &Diagnosis) -> Entry {
        let (name, chinese) = (&self.name, reason.localized("zh-CN").message);
        let (who, who_in_chinese) = (amounts(objects), amounts_in_chinese(objects));
        let said = format!("{who} may have lost `{name}`: {}; approve it or leave it", reason.message);
        let diagnosis = self.diagnosis(reason, said).in_chinese(
            format!("{who_in_chinese}可能已没有 `{name}`：{chinese}；请批准，或保持不变"),
            LOOK_CHINESE,
        );
        let diagnosis = with_amounts(diagnosis, objects);
        Entry { severity: Severity::Warning, subject: None, subject_name: None, diagnosis }
    }

    /// What the log says of values that the reading of some objects does not prove to be gone.
    pub(crate) fn note(&self, objects: &Counts, reason: &Diagnosis) -> Entry {
        let (name, chinese) = (&self.name, reason.localized("zh-CN").message);
        let (who, who_in_chinese) = (amounts(objects), amounts_in_chinese(objects));
        let diagnosis = Diagnosis::new(
            UNDECIDED,
            format!("{who} may have lost `{name}`: {}; the next full import decides", reason.message),
        )
        .in_chinese(format!("{who_in_chinese}可能已没有 `{name}`：{chinese}；由下一次全量导入判定"), "")
        .with_fact(ATTRIBUTE, name.as_str())
        .with_fact(REASON, reason.code.as_str());
        let diagnosis = with_amounts(diagnosis, objects);
        Entry { severity: Severity::Info, subject: None, subject_name: None, diagnosis }
    }

    /// What waits, by what was said of it.
    pub(crate) fn of(diagnosis: &Diagnosis) -> Option<Self> {
        let fact = |name| diagnosis.fact(name).map(str::to_owned);
        let (name, document) = (fact(ATTRIBUTE)?, fact(DOCUMENT)?);
        (diagnosis.code == CLEARING_HELD).then_some(Self { name, document })
    }

    /// The connector's own facts behind those that this host reads again.
    fn diagnosis(&self, reason: &Diagnosis, said: String) -> Diagnosis {
        let own = [ATTRIBUTE, DOCUMENT, REASON];
        let others = reason.facts.iter().filter(|(name, _)| !own.contains(&name.as_str()));
        let diagnosis = Diagnosis::new(CLEARING_HELD, said)
            .with_remedy(LOOK)
            .with_fact(ATTRIBUTE, self.name.as_str())
            .with_fact(DOCUMENT, self.document.as_str())
            .with_fact(REASON, reason.code.as_str());
        others
            .take(MAX_FACTS.saturating_sub(own.len()))
            .fold(diagnosis, |diagnosis, (name, value)| diagnosis.with_fact(name.as_str(), value.as_str()))
    }
}

impl ChangeRecord {
    /// The name of the attribute that this change would clear, when that waits for a person.
    #[must_use]
    pub fn waiting_attribute(&self) -> Option<&str> {
        let refusal = self.refusal.as_ref().filter(|refusal| refusal.code == CLEARING_HELD)?;
        refusal.fact(ATTRIBUTE)
    }
}

const LOOK: &str = "Look at them in the history. If they are right, approve the run: the source is asked about each of them once \
                    more, and what is there again stays. If not, leave it; everything stays as it is.";
const LOOK_CHINESE: &str = "请在运行历史中查看；如果确实已清空，请批准该次运行：会再次向来源逐一确认，重新出现的值予以保留。否则无需操作，一切保持不变。";

/// The same with a fact for each resource type: how many.
fn with_amounts(diagnosis: Diagnosis, objects: &Counts) -> Diagnosis {
    objects.iter().fold(diagnosis, |diagnosis, (resource_type, n)| {
        diagnosis.with_fact(resource_type.as_str(), n.to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work_place() -> ClearedAttribute {
        ClearedAttribute { name: "work_place".to_owned(), document: r#"{"x":null}"#.to_owned() }
    }

    fn reason() -> Diagnosis {
        Diagnosis::new("too-many", "44 still have it")
            .in_chinese("仍有 44 人具有该值", "")
            .with_fact("left", "44")
    }

    #[test]
    fn what_waits_is_told_with_how_many_why_and_what_to_do() {
        let objects = Counts::from([("Department".to_owned(), 1), ("User".to_owned(), 6)]);
        let told = work_place().entry(&objects, &reason()).diagnosis;
        assert_eq!(
            told.message,
            "1 department and 6 people may have lost `work_place`: 44 still have it; approve it or leave it"
        );
        assert_eq!(
            told.localized("zh-CN").message,
            "1 个部门和 6 人可能已没有 `work_place`：仍有 44 人具有该值；请批准，或保持不变"
        );
        assert!(told.remedy.as_ref().is_some_and(|remedy| remedy.contains("approve the run")));
        assert_eq!(
            (told.fact("left"), told.fact("reason"), told.fact("User")),
            (Some("44"), Some("too-many"), Some("6"))
        );
    }

    #[test]
    fn what_was_said_of_one_object_tells_what_would_be_cleared() {
        let told = work_place().held_of_one(&reason());
        assert_eq!(told.message, "`work_place` may be gone: 44 still have it");
        assert_eq!(ClearedAttribute::of(&told), Some(work_place()));
        assert_eq!(ClearedAttribute::of(&Diagnosis { code: "departure-held".to_owned(), ..told }), None);
    }

    #[test]
    fn a_reason_with_facts_of_the_same_names_changes_nothing_of_what_would_be_cleared() {
        let forged = reason().with_fact("clears", r#"{"y":null}"#).with_fact("attribute", "mobile");
        assert_eq!(ClearedAttribute::of(&work_place().held_of_one(&forged)), Some(work_place()));
    }

    #[test]
    fn an_approval_covers_what_was_held_and_nothing_else() {
        let (key, document) = (Key::new("User", "a"), r#"{"x":null}"#);
        let each = Approved::Each(BTreeSet::from([(key.clone(), document.to_owned())]));
        let any = Approved::Any(BTreeSet::from([document.to_owned()]));
        let other = Key::new("User", "b");
        let covers = |approved: &Approved| {
            [(&key, document), (&other, document), (&key, r#"{"y":null}"#)]
                .map(|(key, text)| approved.covers(key, text))
        };
        assert_eq!(
            [covers(&Approved::Nothing), covers(&each), covers(&any)],
            [[false; 3], [true, false, false], [true, true, false]]
        );
    }
}

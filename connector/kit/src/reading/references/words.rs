//! What a person is told of a reference that leads nowhere.

use super::Absence;
use crate::codes;
use crate::counted::counted;
use crate::model::{Diagnosis, Key, Text};
use crate::reference::Reference;
use rollcall_rules::vocabulary::resource_type;

/// Why an object is put without what it names, or keeps what the platform holds there.
pub(super) fn why(reference: &Reference, target: &Key, answer: &Absence) -> Diagnosis {
    let (member, object) = (reference.name, named(target));
    let diagnosis = match answer {
        Absence::Gone(evidence) => codes::reference_gone(member, object, evidence),
        Absence::Hidden(why) | Absence::NotUnderstood(why) => not_clear(member, &object, why),
        Absence::Unknown(failure) => not_clear(member, &object, failure.diagnosis()),
        Absence::NotAsked => {
            let unasked = Text::new(", and the source was not asked about it", "，也未向数据源查询；");
            codes::reference_not_clear(member, object, unasked, "")
        }
    };
    diagnosis.fact("member", member).fact("names", &*target.external_id)
}

/// How many more there are.
pub(super) fn further(n: usize) -> Diagnosis {
    let further = counted(n, "more reference leads", "more references lead");
    codes::references_not_clear(Text::new(further, n.to_string()))
}

fn not_clear(member: &str, object: &Text, why: &Diagnosis) -> Diagnosis {
    let Text { en, zh } = &why.message;
    let said = Text::new(format!(". About it the source says: {en}"), format!("。数据源对其的答复：{zh}"));
    codes::reference_not_clear(member, object, Text::new("", "，"), said).fact("because", why.code.as_str())
}

fn named(target: &Key) -> Text {
    let id = &target.external_id;
    match target.resource_type.as_str() {
        resource_type::DEPARTMENT => Text::new(format!("department {id:?}"), format!("部门 {id:?} ")),
        resource_type::USER => Text::new(format!("person {id:?}"), format!("人员 {id:?} ")),
        other => Text::new(format!("{other} {id:?}"), format!(" {other} {id:?} ")),
    }
}

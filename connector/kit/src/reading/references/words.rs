//! What a person is told of a reference that leads nowhere.

use super::Answer;
use crate::counted::counted;
use crate::model::{Diagnosis, Key};
use crate::reference::Reference;
use rollcall_rules::vocabulary::resource_type;

/// Why an object is put without what it names, or keeps what the platform holds there.
pub(super) fn why(reference: &Reference, target: &Key, answer: &Answer) -> Diagnosis {
    let (member, (en, zh)) = (reference.name, named(target));
    let diagnosis = match answer {
        Answer::Gone(evidence) => Diagnosis::new(
            "reference-gone",
            format!("{member} names {en}, which is gone ({evidence}); the reference is left out"),
            format!("{member} 引用的{zh}已不存在（{evidence}），已去掉该引用"),
        )
        .remedy("correct it at the source", "请在数据源中更正"),
        Answer::Hidden(why) | Answer::NotUnderstood(why) => not_clear(member, (&en, &zh), why),
        Answer::Unknown(failure) => not_clear(member, (&en, &zh), failure.diagnosis()),
        Answer::NotAsked => Diagnosis::new(
            "reference-not-clear",
            format!(
                "{member} names {en}, which was not read, and the source was not asked about it; the platform keeps what it holds there"
            ),
            format!("{member} 引用的{zh}没有读到，也未向数据源查询；平台保留现有值"),
        ),
    };
    diagnosis.fact("member", member).fact("names", &*target.external_id)
}

/// How many more there are.
pub(super) fn further(n: usize) -> Diagnosis {
    let en = counted(n, "more reference leads", "more references lead");
    Diagnosis::new(
        "references-not-clear",
        format!("{en} to something that was not found, too"),
        format!("另有 {n} 处引用所指的对象没有找到"),
    )
}

fn not_clear(member: &str, (en, zh): (&str, &str), why: &Diagnosis) -> Diagnosis {
    let told = Diagnosis::new(
        "reference-not-clear",
        format!(
            "{member} names {en}, which was not read; the platform keeps what it holds there. About it the source says: {}",
            why.message.en
        ),
        format!("{member} 引用的{zh}没有读到，平台保留现有值。数据源对其的答复：{}", why.message.zh),
    );
    told.fact("because", why.code.as_str())
}

fn named(target: &Key) -> (String, String) {
    let id = &target.external_id;
    match target.resource_type.as_str() {
        resource_type::DEPARTMENT => (format!("department {id:?}"), format!("部门 {id:?} ")),
        resource_type::USER => (format!("person {id:?}"), format!("人员 {id:?} ")),
        other => (format!("{other} {id:?}"), format!(" {other} {id:?} ")),
    }
}

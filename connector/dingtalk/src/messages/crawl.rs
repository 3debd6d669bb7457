//! What the log of a reading says about single departments and people, and why a reading cannot begin.

use super::{answered, quoted};
use crate::codes;
use crate::wire::envelope::ApiRefusal;
use crate::wire::{DepartmentId, UserId};
use rollcall_kit::{Diagnosis, Text, numbered};

pub(crate) fn no_top_visible(hidden: &Diagnosis) -> Diagnosis {
    let mut diagnosis = codes::scope_not_readable();
    diagnosis.facts.clone_from(&hidden.facts);
    diagnosis
}

/// These departments name each the next as their parent, and the last one the first; whether the platform has the first.
pub(crate) fn departments_in_a_ring(ring: &[DepartmentId], is_held: bool) -> Diagnosis {
    let way: Vec<String> = ring.iter().chain(ring.first()).map(ToString::to_string).collect();
    let (follows, in_chinese) = match is_held {
        true => ("it stays where it is", "保持原有位置"),
        false => ("it is not brought in until they are right", "在上级关系修正之前不会导入"),
    };
    codes::departments_in_a_ring(
        Text::new(way.join(" is below "), way.join(" → ")),
        Text::new(follows, in_chinese),
    )
}

pub(crate) fn department_departed(refusal: &ApiRefusal) -> Diagnosis {
    let diagnosis = codes::department_departed(quoted(refusal));
    answered(diagnosis, refusal)
}

pub(crate) fn authorised_department_gone(refusal: &ApiRefusal) -> Diagnosis {
    let diagnosis = codes::authorised_department_gone(quoted(refusal));
    answered(diagnosis, refusal)
}

pub(crate) fn department_contradicted(refusal: &ApiRefusal) -> Diagnosis {
    let diagnosis = codes::department_contradicted(quoted(refusal));
    answered(diagnosis, refusal)
}

/// Elements of a listing that are none of the departments below it, as far as their ids tell.
pub(crate) fn departments_not_read(n_departments: usize) -> Diagnosis {
    codes::department_not_understood(numbered(n_departments, "has", "have"))
}

/// People of a listing of whom nobody can tell who they are.
pub(crate) fn people_not_read(n_people: usize) -> Diagnosis {
    codes::person_not_understood(numbered(n_people, "has", "have"))
}

/// Nothing that was asked tells what is below it.
pub(crate) fn departments_unknown(why: &Diagnosis) -> Diagnosis {
    let mut diagnosis = codes::departments_unknown(&why.message);
    diagnosis.facts.clone_from(&why.facts);
    diagnosis
}

/// Two people whom a reader that does not tell cases apart would take for one.
pub(crate) fn id_differs_in_case(other: &UserId) -> Diagnosis {
    let other = other.as_str();
    codes::id_differs_in_case(other)
}

/// What was said of single objects is true of others, too.
pub(crate) fn said_of_others(code: &str, n_objects: u64, resource_type: &str) -> Diagnosis {
    Diagnosis::new(
        code,
        format!("the same is true of others of type {resource_type}, {n_objects} in all"),
        format!("另有 {n_objects} 个 {resource_type} 对象存在同样的问题"),
    )
}

pub(crate) fn too_many_pages(n_pages: u32) -> Diagnosis {
    codes::too_many_pages(numbered(n_pages, "page", "pages"))
}

pub(crate) fn person_gone_meanwhile(refusal: &ApiRefusal) -> Diagnosis {
    let diagnosis = codes::person_gone_meanwhile(quoted(refusal));
    answered(diagnosis, refusal)
}

pub(crate) fn people_kept(n_people: u64) -> Diagnosis {
    codes::people_kept(numbered(n_people, "person is", "people are"))
}

pub(crate) fn memberships_not_visible(n_memberships: u64) -> Diagnosis {
    codes::memberships_not_visible(numbered(n_memberships, "membership", "memberships"))
}

pub(crate) fn branches_left_out(n: usize) -> Diagnosis {
    codes::branches_left_out(numbered(n, "department", "departments")).fact("n", n.to_string())
}

/// What the removal of someone or something of a branch rests on, once a person has approved it.
pub(crate) const OF_A_BRANCH: &str = "leave_out_branches: of a branch organisation (from_union_org)";

/// It could not be told of some people whether their accounts are disabled.
pub(crate) fn accounts_unknown(n: u64, why: &Diagnosis) -> Diagnosis {
    let diagnosis =
        codes::accounts_unknown(numbered(n, "enterprise account", "enterprise accounts"), &why.message);
    let diagnosis = match &why.remedy {
        Some(remedy) => diagnosis.remedy(remedy.en.clone(), remedy.zh.clone()),
        None => diagnosis,
    };
    diagnosis.fact("because", why.code.as_str())
}

pub(crate) fn calls_throttled(n_calls: u64) -> Diagnosis {
    codes::calls_throttled(numbered(n_calls, "call", "calls"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_dingtalk_contradicts_can_be_reported_to_it() {
        let refusal = ApiRefusal {
            status: 200,
            code: Some(60003),
            word: String::new(),
            text: "部门不存在".to_owned(),
            request_id: Some("16l4ew3d47pdp".to_owned()),
        };
        let facts = [("errcode", "60003"), ("request_id", "16l4ew3d47pdp")];
        let facts = facts.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(department_contradicted(&refusal).facts, facts);
    }
}

//! What the log of a reading says about single departments and people, and why a reading cannot begin.

use super::{SCOPE_EN, SCOPE_ZH, answered, quoted};
use crate::wire::envelope::Refusal;
use crate::wire::{DepartmentId, UserId};
use rollcall_kit::{Diagnosis, counted};

pub(crate) fn scope_empty() -> Diagnosis {
    Diagnosis::new(
        "scope-empty",
        "the application may see no department and nobody",
        "应用的通讯录授权范围为空，看不到任何部门和成员",
    )
    .remedy(SCOPE_EN, SCOPE_ZH)
}

pub(crate) fn no_top_visible(hidden: &Diagnosis) -> Diagnosis {
    let mut diagnosis = Diagnosis::new(
        "scope-not-readable",
        "DingTalk says which departments the application may see, and then shows none of them",
        "钉钉给出了应用的授权范围，但其中的部门都无法读取",
    )
    .remedy(SCOPE_EN, SCOPE_ZH);
    diagnosis.facts.clone_from(&hidden.facts);
    diagnosis
}

pub(crate) fn department_skipped() -> Diagnosis {
    Diagnosis::new(
        "department-skipped",
        "a home-school or alumni book and not a department; it is left out",
        "这是家校或校友通讯录，不是部门，已略过",
    )
}

pub(crate) fn department_in_a_circle(parent: DepartmentId) -> Diagnosis {
    Diagnosis::new(
        "department-in-a-circle",
        format!("listed below department {parent}, which is itself below it; not followed again"),
        format!("它出现在部门 {parent} 之下，而后者又在它之下；不再重复读取"),
    )
    .remedy("report this to DingTalk's support", "请反馈给钉钉客服")
}

/// These departments name each the next as their parent, and the last one the first; whether the platform has the first.
pub(crate) fn departments_in_a_ring(ring: &[DepartmentId], is_held: bool) -> Diagnosis {
    let way: Vec<String> = ring.iter().chain(ring.first()).map(ToString::to_string).collect();
    let (follows, in_chinese) = match is_held {
        true => ("it stays where it is", "保持原有位置"),
        false => ("it is not brought in until they are right", "在上级关系修正之前不会导入"),
    };
    Diagnosis::new(
        "departments-in-a-ring",
        format!("its parents lead back to it: {}; {follows}", way.join(" is below ")),
        format!("其上级部门形成循环：{}（后者为前者的上级），{in_chinese}", way.join(" → ")),
    )
    .remedy(
        "look at these departments in DingTalk's admin console; if they are right there, report this to DingTalk's support",
        "请在钉钉管理后台核对这些部门；如果后台显示正常，请反馈给钉钉客服",
    )
}

pub(crate) fn department_listed_elsewhere(listed: DepartmentId, claimed: DepartmentId) -> Diagnosis {
    Diagnosis::new(
        "department-listed-elsewhere",
        format!(
            "listed below department {listed} although it names {claimed} as its parent; the listing is followed"
        ),
        format!("它列在部门 {listed} 之下，自身却标明上级为 {claimed}；以列表为准"),
    )
}

pub(crate) fn department_moved(from: DepartmentId, to: DepartmentId) -> Diagnosis {
    Diagnosis::new(
        "department-moved",
        format!("moved from below department {from} to below {to} during the reading"),
        format!("读取期间从部门 {from} 之下移到了 {to} 之下"),
    )
}

pub(crate) fn department_departed(refusal: &Refusal) -> Diagnosis {
    let diagnosis = Diagnosis::new(
        "department-departed",
        format!("deleted during the reading: {}", quoted(refusal)),
        format!("读取期间已被删除：{}", quoted(refusal)),
    );
    answered(diagnosis, refusal)
}

pub(crate) fn authorised_department_gone(refusal: &Refusal) -> Diagnosis {
    let diagnosis = Diagnosis::new(
        "authorised-department-gone",
        format!("the application is authorised for it, and it does not exist: {}", quoted(refusal)),
        format!("应用的授权范围中有该部门，但它已不存在：{}", quoted(refusal)),
    )
    .remedy(SCOPE_EN, SCOPE_ZH);
    answered(diagnosis, refusal)
}

pub(crate) fn department_contradicted(refusal: &Refusal) -> Diagnosis {
    let diagnosis = Diagnosis::new(
        "department-contradicted",
        format!("listed by its parent, and yet DingTalk says that it is not there: {}", quoted(refusal)),
        format!("上级部门中列有该部门，钉钉却称其不存在：{}", quoted(refusal)),
    )
    .remedy(
        "import again; if it stays, report it to DingTalk's support",
        "请重新导入；如果一直如此，请反馈给钉钉客服",
    );
    answered(diagnosis, refusal)
}

/// Elements of a listing that are none of the departments below it, as far as their ids tell.
pub(crate) fn departments_not_read(n_departments: usize) -> Diagnosis {
    Diagnosis::new(
        "department-not-understood",
        format!(
            "of what is listed below it, {} no id that can be read, and the ids of the departments below it name nothing else; it is left out",
            counted(n_departments, "has", "have")
        ),
        format!("列在其下的内容中有 {n_departments} 项的 ID 无法读取，而按 ID 查询没有其他下级部门，已略过"),
    )
    .remedy("report this to the connector's author", "请反馈给连接器的作者")
}

/// People of a listing of whom nobody can tell who they are.
pub(crate) fn people_not_read(n_people: usize) -> Diagnosis {
    Diagnosis::new(
        "person-not-understood",
        format!(
            "of the people listed in it, {} no userid that can be read; whoever that is stays as before",
            counted(n_people, "has", "have")
        ),
        format!("该部门列出的成员中有 {n_people} 名的 userid 无法读取，保持原样"),
    )
    .remedy("report this to the connector's author", "请反馈给连接器的作者")
}

/// The listing of a department does not say whether there are any below it, and by their ids there are.
pub(crate) fn departments_asked_about(n_departments: usize) -> Diagnosis {
    Diagnosis::new(
        "departments-asked-about",
        format!(
            "the list of what is below it lacks departments that DingTalk names by their ids; each of those, {n_departments} in all, was asked about"
        ),
        format!("其下级部门列表缺少 {n_departments} 个部门，已按部门 ID 逐个读取"),
    )
}

/// Nothing that was asked tells what is below it.
pub(crate) fn departments_unknown(why: &Diagnosis) -> Diagnosis {
    let mut diagnosis = Diagnosis::new(
        "departments-unknown",
        format!("DingTalk does not say which departments are below it, nor by their ids: {}", why.message.en),
        format!("钉钉没有返回其下级部门，按 ID 查询也没有结果：{}", why.message.zh),
    )
    .remedy("import again", "请重新导入");
    diagnosis.facts.clone_from(&why.facts);
    diagnosis
}

/// Two people whom a reader that does not tell cases apart would take for one.
pub(crate) fn id_differs_in_case(other: &UserId) -> Diagnosis {
    let other = other.as_str();
    Diagnosis::new(
        "id-differs-in-case",
        format!("the userid differs from that of {other} in nothing but upper and lower case; both are kept, and programs that compare without case take them for one"),
        format!("userid 与 {other} 仅大小写不同；两者都已保留，但不区分大小写的程序会将其视为同一人"),
    )
    .remedy("give one of them another userid in DingTalk", "请在钉钉中为其中一人更换 userid")
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
    Diagnosis::new(
        "too-many-pages",
        format!(
            "DingTalk has listed {} of members and promises more; the rest is not read",
            counted(n_pages, "page", "pages")
        ),
        format!("钉钉已返回 {n_pages} 页成员且仍有后续，其余不再读取"),
    )
    .remedy("report this to the connector's author", "请反馈给连接器的作者")
}

pub(crate) fn too_many_empty_pages(n_pages: u32) -> Diagnosis {
    Diagnosis::new(
        "too-many-empty-pages",
        format!("DingTalk has listed {n_pages} pages in a row with nobody on them and promises more; the rest is not read"),
        format!("钉钉已连续返回 {n_pages} 个空页且仍称有后续，其余不再读取"),
    )
    .remedy(
        "import again; if it happens again, check what stands between this host and DingTalk, and report it to DingTalk's support",
        "请重新导入；如果再次出现，请检查本机与钉钉之间的代理和网关，并反馈给钉钉客服",
    )
}

pub(crate) fn person_gone_meanwhile(refusal: &Refusal) -> Diagnosis {
    let diagnosis = Diagnosis::new(
        "person-gone-meanwhile",
        format!("named by DingTalk, and no longer there when asked about: {}", quoted(refusal)),
        format!("钉钉曾列出该成员，查询时已不存在：{}", quoted(refusal)),
    );
    answered(diagnosis, refusal)
}

pub(crate) fn people_kept(n_people: u64) -> Diagnosis {
    Diagnosis::new(
        "people-kept",
        format!(
            "{} left as before, because not all of their departments could be read",
            counted(n_people, "person is", "people are")
        ),
        format!("有 {n_people} 名成员的部门未能全部读取，保持原样"),
    )
}

pub(crate) fn memberships_not_visible(n_memberships: u64) -> Diagnosis {
    Diagnosis::new(
        "memberships-not-visible",
        format!(
            "left out: {} in departments that the application may not see",
            counted(n_memberships, "membership", "memberships")
        ),
        format!("有 {n_memberships} 条所属部门关系指向应用不可见的部门，已略过"),
    )
}

/// Why a department of a branch that is held is no longer read.
pub(crate) fn branch_left_out() -> Diagnosis {
    Diagnosis::new(
        "branch-left-out",
        "it comes from a branch organisation, which these settings leave out; it stays with all below it until a person approves \
         that they leave",
        "该部门来自下级组织，按当前配置不再导入；在有人批准之前，它和所有下级部门均予以保留",
    )
    .remedy(
        "look at what would leave in the history, and approve the run; or turn leave_out_branches off again",
        "请在运行历史中查看将要离开的对象，然后批准该次运行；或者关闭 leave_out_branches",
    )
}

/// Why the uppermost department of a branch, and all below it, wait for a person.
pub(crate) fn branch_ended() -> Diagnosis {
    Diagnosis::new(
        "branch-ended",
        "it came from a branch organisation and is not there any more: the link to that organisation has ended, it seems; it stays \
         with all below it until a person approves that they leave",
        "该部门来自下级组织，现在已不存在，与该组织的关联似乎已经解除；在有人批准之前，它和所有下级部门均予以保留",
    )
    .remedy(
        "look at what would leave in the history, and approve the run if the link was meant to end",
        "请在运行历史中查看将要离开的对象；如果确实解除了关联，请批准该次运行",
    )
}

/// What is left out on purpose.
pub(crate) fn branch_unclear() -> Diagnosis {
    Diagnosis::new(
        "branch-unclear",
        "whether the department is of a branch organisation cannot be read (from_union_org); it was not imported before, and is \
         left out with all below it",
        "无法读取该部门是否属于上下级组织中的下级组织（from_union_org）；此前未导入，因此连同其下级一并不导入",
    )
    .remedy(
        "import again; if it happens again, report it to DingTalk's support, or switch off leave_out_branches",
        "请重新导入；如果再次出现，请反馈给钉钉客服，或关闭 leave_out_branches",
    )
}

pub(crate) fn branches_left_out(n: usize) -> Diagnosis {
    Diagnosis::new(
        "branches-left-out",
        format!(
            "left out, with all below: {} of branch organisations",
            counted(n, "department", "departments")
        ),
        format!("按配置未导入下级组织的 {n} 个部门（含所有下级部门）"),
    )
    .fact("n", n.to_string())
}

/// What the removal of someone or something of a branch rests on, once a person has approved it.
pub(crate) const OF_A_BRANCH: &str = "leave_out_branches: of a branch organisation (from_union_org)";

/// It could not be told of some people whether their accounts are disabled.
pub(crate) fn accounts_unknown(n: u64, why: &Diagnosis) -> Diagnosis {
    let diagnosis = Diagnosis::new(
        "accounts-unknown",
        format!(
            "of {} it could not be told whether they are disabled; `active` stays as it was. The first time, because {}",
            counted(n, "enterprise account", "enterprise accounts"),
            why.message.en
        ),
        format!("有 {n} 个企业账号未能确认是否已停用，`active` 保持原样。首个原因：{}", why.message.zh),
    );
    let diagnosis = match &why.remedy {
        Some(remedy) => diagnosis.remedy(remedy.en.clone(), remedy.zh.clone()),
        None => diagnosis,
    };
    diagnosis.fact("because", why.code.as_str())
}

pub(crate) fn calls_throttled(n_calls: u64) -> Diagnosis {
    Diagnosis::new(
        "calls-throttled",
        format!(
            "DingTalk refused {} for coming too fast, and was asked again later",
            counted(n_calls, "call", "calls")
        ),
        format!("钉钉因调用过快拒绝了 {n_calls} 次请求，均已在稍后重试"),
    )
    .remedy(
        "if this slows imports down, lower requests_per_second, and keep other programs from using the same application at the same time",
        "如果因此导入变慢，请调低 requests_per_second，并避免其他程序同时使用同一应用",
    )
}

pub(crate) fn department_not_read_yet(department: DepartmentId) -> Diagnosis {
    Diagnosis::new(
        "department-not-read-yet",
        format!("now in department {department}, which this reading has not seen; it is left as it is"),
        format!("现位于部门 {department}，而本次读取没有见到该部门，保持原样"),
    )
    .remedy("import again", "请重新导入")
}

pub(crate) fn department_not_listed() -> Diagnosis {
    Diagnosis::new(
        "department-not-listed",
        "people name it and it is visible, and yet no department listed it: it is new, or moved during the reading",
        "有成员属于该部门且应用可见，但没有任何上级部门列出它：它是新建的，或在读取期间被移动",
    )
    .remedy("import again", "请重新导入")
}

pub(crate) fn not_an_id() -> Diagnosis {
    Diagnosis::new("not-an-id", "not an id that DingTalk could have given", "这不是钉钉可能给出的 ID")
        .remedy("remove the object on the platform if nobody needs it", "如果不再需要，请在平台上删除该对象")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_dingtalk_contradicts_can_be_reported_to_it() {
        let refusal = Refusal {
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

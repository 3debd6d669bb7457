//! What is said about a field that cannot be mapped. The field's content is a person's and is not repeated.

use rollcall_kit::Diagnosis;

pub(crate) fn phone_not_understood() -> Diagnosis {
    Diagnosis::new(
        "phone-not-understood",
        "the mobile number in DingTalk is not a telephone number; what the platform holds is kept",
        "钉钉中的手机号不是有效的电话号码，平台上的现有值保持不变",
    )
    .remedy("correct the number in DingTalk", "请在钉钉中更正该号码")
}

pub(crate) fn phone_doubtful() -> Diagnosis {
    Diagnosis::new(
        "phone-doubtful",
        "the mobile number in DingTalk is not one of the country that its code names; it is taken over as it is written",
        "钉钉中的手机号不符合其国家（地区）代码的号码规则，已按原样导入",
    )
    .remedy("correct the number or its country code in DingTalk", "请在钉钉中更正该号码或其国家（地区）代码")
}

pub(crate) fn phone_without_country() -> Diagnosis {
    Diagnosis::new(
        "phone-without-country",
        "the mobile number in DingTalk has no country code and is not a number of mainland China; it is taken over as it is",
        "钉钉中的手机号没有国家（地区）代码，也不是中国大陆号码，已按原样导入",
    )
}

/// A member in a form that its reader does not know. Only its name is told.
pub(crate) fn member_not_understood(member: &str) -> Diagnosis {
    Diagnosis::new(
        "member-not-understood",
        format!(
            "DingTalk sent {member:?} in a form that is not known here; what the platform holds of it is kept"
        ),
        format!("钉钉返回的 {member:?} 格式无法识别，平台上的现有值保持不变"),
    )
    .remedy(
        "correct it in DingTalk, or report this to the connector's author",
        "请在钉钉中更正，或反馈给连接器的作者",
    )
    .fact("member", member)
}

/// A text with bytes or halves of characters in it that are none.
pub(crate) fn characters_replaced(member: &str) -> Diagnosis {
    Diagnosis::new(
        "characters-replaced",
        format!("{member:?} holds characters that cannot be read; each was replaced by U+FFFD"),
        format!("{member:?} 中有无法识别的字符，均已替换为 U+FFFD"),
    )
    .remedy("write it anew in DingTalk", "请在钉钉中重新填写")
    .fact("member", member)
}

pub(crate) fn department_without_name() -> Diagnosis {
    Diagnosis::new(
        "department-without-name",
        "DingTalk shows no name of the department; it is kept by its id",
        "钉钉没有返回该部门的名称，以部门 ID 保留",
    )
    .remedy("name it in DingTalk", "请在钉钉中填写名称")
}

pub(crate) fn person_without_name() -> Diagnosis {
    Diagnosis::new(
        "person-without-name",
        "DingTalk shows no name of the person, who is kept by the user id",
        "钉钉没有返回该人员的姓名，以用户 ID 保留",
    )
    .remedy("enter the name in DingTalk", "请在钉钉中填写姓名")
}

pub(crate) fn person_without_departments() -> Diagnosis {
    Diagnosis::new(
        "person-without-departments",
        "DingTalk does not say which departments the person belongs to; what the platform holds of them is kept",
        "钉钉没有返回该人员所属的部门，平台上的现有值保持不变",
    )
    .remedy(
        "look up the person in DingTalk; the next full import reads who is in each department",
        "请在钉钉中查看该人员；下次全量导入会读取各部门的成员",
    )
}

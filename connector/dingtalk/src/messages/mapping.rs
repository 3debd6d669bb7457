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

pub(crate) fn phone_without_country() -> Diagnosis {
    Diagnosis::new(
        "phone-without-country",
        "the mobile number in DingTalk has no country code and is not a number of mainland China; it is taken over as it is",
        "钉钉中的手机号没有国家（地区）代码，也不是中国大陆号码，已按原样导入",
    )
}

pub(crate) fn date_not_understood() -> Diagnosis {
    Diagnosis::new(
        "date-not-understood",
        "the date of entry in DingTalk is outside the years 0 to 9999; what the platform holds is kept",
        "钉钉中的入职日期超出可表示的范围，平台上的现有值保持不变",
    )
    .remedy("correct the date in DingTalk", "请在钉钉中更正该日期")
}

//! Names of departments and people, invented; none belongs to anybody.

use crate::random::Random;

pub(super) const DEPARTMENTS: [&str; 28] = [
    "市场部",
    "研发中心",
    "平台产品部",
    "人力资源部",
    "财务部",
    "法务部",
    "销售一部",
    "销售二部",
    "华东大区",
    "华南大区",
    "客户成功部",
    "测试组",
    "前端组",
    "后端组",
    "数据智能部",
    "行政部",
    "采购部",
    "仓储物流部",
    "Engineering",
    "Finance & Tax",
    "People Operations",
    "Site Reliability",
    "Design Studio",
    "Growth (APAC)",
    "Solutions Architects",
    "Office of the CTO",
    "Legal",
    "Support L2",
];

pub(super) const TITLES: [&str; 10] = [
    "技术总监",
    "高级工程师",
    "产品经理",
    "会计",
    "Staff Engineer",
    "Account Manager",
    "实习生",
    "区域经理",
    "UI 设计师",
    "Head of Finance",
];

pub(super) const PLACES: [&str; 6] =
    ["未来park", "杭州·西溪", "上海 张江", "Shenzhen Bay", "Hong Kong", "北京 望京"];

const SURNAMES: [(&str, &str); 16] = [
    ("王", "wang"),
    ("李", "li"),
    ("张", "zhang"),
    ("刘", "liu"),
    ("陈", "chen"),
    ("杨", "yang"),
    ("赵", "zhao"),
    ("黄", "huang"),
    ("周", "zhou"),
    ("吴", "wu"),
    ("欧阳", "ouyang"),
    ("林", "lin"),
    ("郑", "zheng"),
    ("梁", "liang"),
    ("宋", "song"),
    ("司马", "sima"),
];

const GIVEN: [(&str, &str); 20] = [
    ("伟", "wei"),
    ("芳", "fang"),
    ("娜", "na"),
    ("敏", "min"),
    ("静", "jing"),
    ("强", "qiang"),
    ("磊", "lei"),
    ("洋", "yang"),
    ("艳", "yan"),
    ("勇", "yong"),
    ("子涵", "zihan"),
    ("梓萱", "zixuan"),
    ("浩然", "haoran"),
    ("思远", "siyuan"),
    ("雨桐", "yutong"),
    ("晓峰", "xiaofeng"),
    ("建国", "jianguo"),
    ("丽华", "lihua"),
    ("𠮷", "ji"),
    ("一诺", "yinuo"),
];

const ENGLISH: [&str; 12] = [
    "Grace Miller",
    "Noah O'Brien",
    "Ava Martin",
    "Liam Smith",
    "Zoë Becker",
    "Mateo García",
    "Priya Nair",
    "Kenji Sato",
    "Olga Petrova",
    "Thomas Müller",
    "Chloé Dubois",
    "Samuel Osei",
];

/// A name, and something to make addresses of.
pub(super) struct PersonName {
    pub(super) written: String,
    pub(super) latin: String,
}

/// Mostly Chinese, some English, one in twenty both.
pub(super) fn person(random: &mut Random) -> PersonName {
    let (surname, surname_latin) = random.pick(&SURNAMES).copied().unwrap_or_default();
    let (given, given_latin) = random.pick(&GIVEN).copied().unwrap_or_default();
    let english = random.pick(&ENGLISH).copied().unwrap_or_default();
    let chinese_latin = format!("{given_latin}.{surname_latin}");
    match random.below(20) {
        0..14 => PersonName { written: format!("{surname}{given}"), latin: chinese_latin },
        14 => PersonName { written: format!("{surname}{given} ({english})"), latin: chinese_latin },
        _ => {
            let letters = english.chars().filter(char::is_ascii_alphabetic);
            PersonName { written: english.to_owned(), latin: letters.collect::<String>().to_lowercase() }
        }
    }
}

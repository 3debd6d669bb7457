//! A person's name in parts.
//!
//! A source that has the parts is believed. Of a name that is told whole, the parts are a matter of the source's setting, and
//! never guessed: what cannot be divided for sure is the family name.

use serde_json::{Map, Value};

use super::surnames::is_compound;
use crate::face::ScimNames;

/// What a client reads under `name`; nothing when nobody says what the person is called.
///
/// `told` is what the document has there, `display_name` what it says that people call the person.
pub(super) fn name(told: Option<&Value>, display_name: Option<&str>, names: ScimNames) -> Option<Value> {
    let mut name = told.and_then(Value::as_object).cloned().unwrap_or_default();
    name.retain(|_, value| value.as_str().is_some_and(|text| !text.trim().is_empty()));
    let part = |part: &str| name.get(part).and_then(Value::as_str).map(|text| text.trim().to_owned());
    let (family, given) = (part("familyName"), part("givenName"));
    let whole = part("formatted").or_else(|| display_name.map(|text| text.trim().to_owned()));
    let whole = whole.filter(|text| !text.is_empty()).or_else(|| joined(family.as_deref(), given.as_deref()));
    let whole = whole?;
    let (family, given) = match (family, given) {
        (None, None) => parts(&whole, names),
        (family, given) => (family.unwrap_or_default(), given.unwrap_or_default()),
    };
    // Both are always there, because clients do without an empty one, and not without one that is missing.
    for (part, text) in [("formatted", whole), ("familyName", family), ("givenName", given)] {
        name.insert(part.to_owned(), text.into());
    }
    Some(Value::Object(name))
}

/// The family name and the given name of a whole one.
fn parts(whole: &str, names: ScimNames) -> (String, String) {
    let divided = match names {
        ScimNames::Whole => None,
        ScimNames::Split => divided(whole),
    };
    divided.map_or_else(
        || (whole.to_owned(), String::new()),
        |(family, given)| (family.to_owned(), given.to_owned()),
    )
}

/// A Chinese name of two or three characters, or of four after a surname of two. Everything else, such as 阿卜杜拉·买买提, 陈方安生,
/// 张三(外包) or John Smith, stays whole, and so does a surname of two characters alone.
fn divided(whole: &str) -> Option<(&str, &str)> {
    if !whole.chars().all(is_ideograph) {
        return None;
    }
    let after = |n_chars: usize| {
        whole.char_indices().nth(n_chars).and_then(|(place, _)| whole.split_at_checked(place))
    };
    let compound =
        whole.char_indices().nth(2).map_or(whole, |(place, _)| whole.get(..place).unwrap_or(whole));
    match (whole.chars().count(), is_compound(compound)) {
        (3 | 4, true) => after(2),
        (2 | 3, false) => after(1),
        (_, _) => None,
    }
}

/// Source: Unicode, the blocks of CJK unified and compatibility ideographs.
const fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// As it is written: Chinese names begin with the family name and have no blank.
fn joined(family: Option<&str>, given: Option<&str>) -> Option<String> {
    match (family, given) {
        (Some(family), Some(given)) if family.chars().chain(given.chars()).all(is_ideograph) => {
            Some(format!("{family}{given}"))
        }
        (Some(family), Some(given)) => Some(format!("{given} {family}")),
        (Some(only), None) | (None, Some(only)) => Some(only.to_owned()),
        (None, None) => None,
    }
}

/// The members of a name that are told here, for whoever takes them out of a document.
pub(super) fn set(members: &mut Map<String, Value>, names: ScimNames) {
    let display_name = members.get("displayName").and_then(Value::as_str);
    match name(members.get("name"), display_name, names) {
        Some(name) => drop(members.insert("name".to_owned(), name)),
        None => drop(members.remove("name")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(names: ScimNames, whole: &str, family: &str, given: &str) {
        let told = name(Some(&json!({"formatted": whole})), Some("called otherwise"), names);
        assert_eq!(told, Some(json!({"formatted": whole, "familyName": family, "givenName": given})));
    }

    #[test]
    fn a_whole_name_is_the_family_name_unless_it_is_to_be_divided() {
        for whole in ["张三", "欧阳小红", "John Smith"] {
            check(ScimNames::Whole, whole, whole, "");
        }
    }

    #[test]
    fn a_chinese_name_is_divided_behind_its_surname() {
        for (whole, family, given) in [
            ("张三", "张", "三"),
            ("王小红", "王", "小红"),
            ("欧阳修", "欧阳", "修"),
            ("歐陽修", "歐陽", "修"),
            ("司马相如", "司马", "相如"),
            ("令狐冲", "令狐", "冲"),
            ("\u{20bb7}田一", "\u{20bb7}", "田一"),
        ] {
            check(ScimNames::Split, whole, family, given);
        }
    }

    #[test]
    fn a_name_that_cannot_be_divided_for_sure_stays_whole() {
        for whole in [
            "欧阳",
            "张",
            "陈方安生",
            "爱新觉罗溥仪",
            "司马小红花",
            "阿卜杜拉·买买提",
            "张三(外包)",
            "张三（外包）",
            "张 三",
            "John Smith",
            "Li",
            "李Tom",
            "たなか",
            "张三1",
        ] {
            check(ScimNames::Split, whole, whole, "");
        }
    }

    #[test]
    fn a_source_that_has_the_parts_is_believed() {
        let told = json!({"familyName": "司", "givenName": "马", "honorificPrefix": "Dr."});
        let expected =
            json!({"formatted": "司马", "familyName": "司", "givenName": "马", "honorificPrefix": "Dr."});
        for names in [ScimNames::Whole, ScimNames::Split] {
            assert_eq!(name(Some(&told), None, names), Some(expected.clone()));
        }
        let latin = json!({"familyName": "Smith", "givenName": "John"});
        let told = name(Some(&latin), None, ScimNames::Split);
        assert_eq!(told.unwrap()["formatted"], json!("John Smith"));
        let only_given = name(Some(&json!({"givenName": "小红"})), Some("王小红"), ScimNames::Split);
        let expected = json!({"formatted": "王小红", "familyName": "", "givenName": "小红"});
        assert_eq!(only_given, Some(expected));
    }

    #[test]
    fn whoever_has_no_name_is_called_by_what_people_call_them_and_otherwise_has_none() {
        let expected = json!({"formatted": "张三", "familyName": "张三", "givenName": ""});
        assert_eq!(name(None, Some(" 张三 "), ScimNames::Whole), Some(expected));
        for told in [json!(null), json!("张三"), json!({}), json!({"formatted": " ", "familyName": 7})] {
            assert_eq!(name(Some(&told), Some(" "), ScimNames::Split), None, "{told}");
        }
    }
}

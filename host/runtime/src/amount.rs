//! How many objects of what, in people's words: "15 departments and 56 people".

use rollcall_rules::vocabulary::resource_type::{DEPARTMENT, USER};

use crate::guard::Counts;

/// So many of a kind of object, in English and in Chinese: a text before Chinese words needs no blank behind it.
pub(crate) fn amount(resource_type: &str, n: u64) -> (String, String) {
    match resource_type {
        USER => (times(n, "person", "people"), format!("{n} 人")),
        DEPARTMENT => (times(n, "department", "departments"), format!("{n} 个部门")),
        other => (format!("{n} × {other}"), format!("{n} 个 {other} ")),
    }
}

/// So many out of all there are.
pub(crate) fn share(resource_type: &str, n: u64, n_all: u64) -> (String, String) {
    let (all, all_in_chinese) = amount(resource_type, n_all);
    let (_, part_in_chinese) = amount(resource_type, n);
    (format!("{n} of {all}"), format!("{part_in_chinese}（共 {all_in_chinese}）"))
}

/// So many people, departments and others.
pub(crate) fn amounts(objects: &Counts) -> String {
    list(objects.iter().map(|(resource_type, n)| amount(resource_type, *n).0).collect())
}

/// The same in Chinese.
pub(crate) fn amounts_in_chinese(objects: &Counts) -> String {
    let amounts: Vec<_> = objects.iter().map(|(resource_type, n)| amount(resource_type, *n).1).collect();
    amounts.join("和 ")
}

/// So many of a thing that has these names.
pub(crate) fn times(n: u64, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

/// "a", "a and b", "a, b and c".
pub(crate) fn list(mut items: Vec<String>) -> String {
    match items.pop() {
        Some(last) if !items.is_empty() => format!("{} and {last}", items.join(", ")),
        last => last.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_a_kind_is_one_person_and_one_department() {
        assert_eq!(amount(USER, 1), ("1 person".to_owned(), "1 人".to_owned()));
        assert_eq!(amount(DEPARTMENT, 1), ("1 department".to_owned(), "1 个部门".to_owned()));
        assert_eq!(amount(USER, 0).0, "0 people");
        assert_eq!(amount("Device", 2), ("2 × Device".to_owned(), "2 个 Device ".to_owned()));
    }

    #[test]
    fn amounts_are_listed_with_an_and_before_the_last() {
        let counts = |types: &[&str]| types.iter().map(|name| ((*name).to_owned(), 2)).collect();
        assert_eq!(amounts(&counts(&[])), "");
        assert_eq!(amounts(&counts(&[USER])), "2 people");
        assert_eq!(amounts(&counts(&[DEPARTMENT, "Device", USER])), "2 departments, 2 × Device and 2 people");
    }

    #[test]
    fn a_share_says_out_of_how_many() {
        assert_eq!(share(USER, 8, 39), ("8 of 39 people".to_owned(), "8 人（共 39 人）".to_owned()));
        assert_eq!(share(USER, 1, 1).0, "1 of 1 person");
    }
}

//! How many objects of what, in people's words: "15 departments and 56 people".

use rollcall_rules::vocabulary::resource_type::{DEPARTMENT, USER};

use crate::model::Counts;

/// So many of a kind of object, in English and in Chinese: a text before Chinese words needs no blank behind it.
pub(crate) fn amount(resource_type: &str, n: u64) -> (String, String) {
    match resource_type {
        USER => (times(n, "person", "people"), format!("{} 人", grouped(n))),
        DEPARTMENT => (times(n, "department", "departments"), format!("{} 个部门", grouped(n))),
        other => (format!("{} × {other}", grouped(n)), format!("{} 个 {other} ", grouped(n))),
    }
}

/// So many out of all there are.
pub(crate) fn share(resource_type: &str, n: u64, n_all: u64) -> (String, String) {
    let (all, all_in_chinese) = amount(resource_type, n_all);
    let (_, part_in_chinese) = amount(resource_type, n);
    (format!("{} of {all}", grouped(n)), format!("{part_in_chinese}（共 {all_in_chinese}）"))
}

/// So many out of all there are, and how much of them that is where it is weighed by that: departments go one at a time.
pub(crate) fn weighed_share(resource_type: &str, n: u64, n_all: u64) -> (String, String) {
    let (english, chinese) = share(resource_type, n, n_all);
    if resource_type == DEPARTMENT || n_all == 0 {
        return (english, chinese);
    }
    let percent = percent(n, n_all);
    let (_, all) = amount(resource_type, n_all);
    let (_, part) = amount(resource_type, n);
    (format!("{english} ({percent} %)"), format!("{part}（共 {all}，占 {percent}%）"))
}

/// How many hundredths one number is of another, with one decimal, rounded to the nearest.
fn percent(n: u64, n_all: u64) -> String {
    let (n, n_all) = (u128::from(n), u128::from(n_all.max(1)));
    let thousandths = (n * 2000 + n_all) / (n_all * 2);
    format!("{}.{}", thousandths / 10, thousandths % 10)
}

/// A number as people read it: "4,296".
pub(crate) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut told = String::with_capacity(digits.len().saturating_add(digits.len() / 3));
    for (place, digit) in digits.chars().enumerate() {
        if 0 < place && (digits.len() - place).is_multiple_of(3) {
            told.push(',');
        }
        told.push(digit);
    }
    told
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
    if n == 1 { format!("1 {one}") } else { format!("{} {many}", grouped(n)) }
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

    #[test]
    fn what_is_weighed_by_its_share_says_how_much_that_is() {
        assert_eq!(
            weighed_share(USER, 796, 4296),
            ("796 of 4,296 people (18.5 %)".to_owned(), "796 人（共 4,296 人，占 18.5%）".to_owned())
        );
        assert_eq!(weighed_share(DEPARTMENT, 3, 120).0, "3 of 120 departments");
        assert_eq!(weighed_share(USER, 0, 0).0, "0 of 0 people");
    }

    #[test]
    fn shares_are_rounded_to_the_nearest_tenth_of_a_hundredth() {
        let told = [(1, 3), (2, 3), (1, 2000), (1, 2001), (999, 1000), (7, 7), (u64::MAX, u64::MAX)];
        let told = told.map(|(n, all)| percent(n, all));
        assert_eq!(told, ["33.3", "66.7", "0.1", "0.0", "99.9", "100.0", "100.0"]);
    }

    #[test]
    fn thousands_are_told_apart() {
        let told = [0, 7, 999, 1000, 99_999, 1_234_567].map(grouped);
        assert_eq!(told, ["0", "7", "999", "1,000", "99,999", "1,234,567"]);
    }
}

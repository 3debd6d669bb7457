//! Numbers of things in English, where one has another name than several. Chinese needs none of it.

use crate::model::Text;
use std::fmt::Display;

/// So many of a thing with these names: "1 person", "0 people".
#[must_use]
pub fn counted<N: Copy + Display + PartialEq + From<u8>>(n: N, one: &str, several: &str) -> String {
    if n == N::from(1) { format!("1 {one}") } else { format!("{n} {several}") }
}

/// The same for a sentence in both languages: in Chinese it is the number alone, and the sentence has the thing.
#[must_use]
pub fn numbered<N: Copy + Display + PartialEq + From<u8>>(n: N, one: &str, several: &str) -> Text {
    Text::new(counted(n, one, several), n.to_string())
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn one_has_another_name_than_several_and_than_none() {
        let people = |n: u64| counted(n, "person", "people");
        assert_eq!([people(0), people(1), people(2)], ["0 people", "1 person", "2 people"]);
    }
}

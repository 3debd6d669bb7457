//! What a published contract promises to those who were built against it. The reading is done in `contract`.

use super::contract::{Contract, Item, Version};
use crate::finding::Finding;

const KEPT: &str = "what was published is never changed";
const FROZEN: &str = "a published version is never added to";
const LATER: &str = "what is new says so";

/// Compare a published copy with the contract as it is now.
///
/// A version that does not link with the published one (0.2 with 0.1) owes it nothing.
pub(super) fn compare(published: &Contract, now: &Contract) -> Vec<Finding> {
    if !links(published.version(), now.version()) {
        return Vec::new();
    }
    let kept = published.items().iter().filter_map(|(path, old)| changed(path, old, now));
    let added = now.items().iter().filter(|(path, _)| !published.items().contains_key(*path));
    kept.chain(added.filter_map(|(path, new)| added_wrongly(path, new, published.version(), now.version())))
        .collect()
}

/// Wasmtime's rule: the same major version; while that is 0, the same minor one too.
fn links(published: Version, now: Version) -> bool {
    published.major == now.major && (now.major != 0 || published.minor == now.minor)
}

fn changed(path: &str, old: &Item, now: &Contract) -> Option<Finding> {
    match now.items().get(path) {
        None => {
            Some(Finding::new(old.place.clone(), KEPT, format!("`{path}` is gone; put it back as it was")))
        }
        Some(new) if new.shape != old.shape => Some(Finding::new(
            new.place.clone(),
            KEPT,
            format!(
                "`{path}` was `{}`, is `{}`; leave it and add something new beside it",
                old.shape, new.shape
            ),
        )),
        Some(new) if new.since != old.since => Some(Finding::new(
            new.place.clone(),
            KEPT,
            format!("`{path}` was there since {}; say so", shown(old.since)),
        )),
        Some(_) => None,
    }
}

fn added_wrongly(path: &str, new: &Item, published: Version, now: Version) -> Option<Finding> {
    if published == now {
        let mend = format!("`{path}` is not in the published {published}; raise the package's version first");
        return Some(Finding::new(new.place.clone(), FROZEN, mend));
    }
    // An item without any `@since` was found already, by the contract's own check.
    let since = new.since?;
    (since <= published).then(|| {
        let mend =
            format!("`{path}` is not in the published {published}, and says it was there since {since}");
        Finding::new(new.place.clone(), LATER, mend)
    })
}

fn shown(version: Option<Version>) -> String {
    version.map_or_else(|| "an unnamed version".to_owned(), |version| version.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::contract::parse;
    use super::*;

    const BEFORE: &str = "\
package a:b@0.1.0;
/// D.
@since(version = 0.1.0)
interface i {
  /// D.
  @since(version = 0.1.0)
  record r {
    /// D.
    a: u8,
  }
  /// D.
  @since(version = 0.1.0)
  f: func(x: r) -> string;
}
/// D.
@since(version = 0.1.0)
world w {
  @since(version = 0.1.0)
  export i;
}
";

    fn read(text: &str) -> Contract {
        parse(&[("wit/all.wit".to_owned(), text.to_owned())]).unwrap()
    }

    /// What is found when `from` becomes `to` in the published contract, under another version.
    #[track_caller]
    fn check(version: &str, from: &str, to: &str, expected: &[&str]) {
        assert!(BEFORE.contains(from), "{from:?} is not in the contract");
        let after = BEFORE.replacen("a:b@0.1.0", &format!("a:b@{version}"), 1).replacen(from, to, 1);
        let found = compare(&read(BEFORE), &read(&after));
        let found: Vec<String> =
            found.into_iter().map(|finding| format!("{}: {}", finding.rule, finding.mend)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_same_contract_keeps_its_promise() {
        check("0.1.0", "", "", &[]);
    }

    #[test]
    fn better_words_change_nothing() {
        check("0.1.0", "/// D.", "/// A better description.", &[]);
    }

    #[test]
    fn a_new_function_in_a_later_version_is_an_addition() {
        check(
            "0.1.1",
            "  f: func",
            "  g: func();\n  /// D.\n  @since(version = 0.1.0)\n  f: func",
            &["what is new says so: `i/g` is not in the published 0.1.0, and says it was there since 0.1.0"],
        );
        check(
            "0.1.1",
            "interface i {",
            "interface i {\n  /// D.\n  @since(version = 0.1.1)\n  g: func();",
            &[],
        );
    }

    #[test]
    fn a_new_function_in_the_published_version_is_refused() {
        check(
            "0.1.0",
            "interface i {",
            "interface i {\n  /// D.\n  @since(version = 0.1.0)\n  g: func();",
            &["a published version is never added to: `i/g` is not in the published 0.1.0; \
             raise the package's version first"],
        );
    }

    #[test]
    fn a_field_more_is_a_change() {
        check(
            "0.1.1",
            "a: u8,",
            "a: u8,\n    /// D.\n    b: u8,",
            &["what was published is never changed: `i/r` was `record<a: u8>`, is `record<a: u8, b: u8>`; \
             leave it and add something new beside it"],
        );
    }

    #[test]
    fn another_parameter_is_a_change() {
        check(
            "0.1.1",
            "func(x: r)",
            "func(x: r, y: u8)",
            &[
                "what was published is never changed: `i/f` was `func(x: r) -> string`, is `func(x: r, y: u8) -> string`; \
             leave it and add something new beside it",
            ],
        );
    }

    #[test]
    fn an_item_that_is_gone_is_found_where_it_was() {
        check(
            "0.1.1",
            "  f: func",
            "  h: func",
            &[
                "what was published is never changed: `i/f` is gone; put it back as it was",
                "what is new says so: `i/h` is not in the published 0.1.0, and says it was there since 0.1.0",
            ],
        );
    }

    #[test]
    fn an_export_more_is_a_change_of_the_world() {
        check(
            "0.1.1",
            "world w {",
            "interface j {}\n/// D.\n@since(version = 0.1.0)\nworld w {\n  export j;",
            &[
                "what was published is never changed: `world w` was `world that exports i`, is `world that exports i, j`; \
             leave it and add something new beside it",
                "what is new says so: `j` is not in the published 0.1.0, and says it was there since 0.1.0",
            ],
        );
    }

    #[test]
    fn a_version_that_does_not_link_may_change_everything() {
        check("0.2.0", "  f: func", "  h: func", &[]);
    }
}

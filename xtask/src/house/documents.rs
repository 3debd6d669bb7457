//! How often the host's code parses or writes a document: the places that do, which says how many ways there are and not how
//! often each is gone.

use serde::Serialize;

use super::facts::{Facts, Import, Mention, Sort};

/// Functions of `serde_json` that parse a text.
const PARSE: [&str; 3] = ["from_str", "from_slice", "from_reader"];

/// Functions of `serde_json` that write a text for a program; the indented ones are for people.
const WRITE: [&str; 3] = ["to_string", "to_vec", "to_writer"];

/// Places of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Documents {
    pub(super) parsed: usize,
    pub(super) written: usize,
    /// Places that make the one text of a document.
    pub(super) canonical: usize,
}

/// The places in these modules.
pub(super) fn documents(facts: &[Facts]) -> Documents {
    let mut found = Documents::default();
    for facts in facts {
        found.canonical += facts.canonical.len();
        for mention in facts.mentions.iter().filter(|mention| matches!(mention.sort, Sort::Any | Sort::Value))
        {
            found.canonical += usize::from(mention.path.last().is_some_and(|name| name == "canonical"));
            let function = of_serde_json(facts, mention);
            found.parsed += usize::from(function.is_some_and(|name| PARSE.contains(&name)));
            found.written += usize::from(function.is_some_and(|name| WRITE.contains(&name)));
        }
    }
    found
}

/// The function of `serde_json` that is meant, by its path or by an import of it.
fn of_serde_json<'f>(facts: &'f Facts, mention: &'f Mention) -> Option<&'f str> {
    let of_crate = |path: &'f [String]| match path {
        [of, name] if of == "serde_json" => Some(name.as_str()),
        _ => None,
    };
    let imported = |name: &String| {
        let is_it = |import: &&Import| import.name.as_ref() == Some(name);
        facts.imports.iter().filter(is_it).find_map(|import| of_crate(&import.path))
    };
    match mention.path.as_slice() {
        [name] => imported(name),
        path => of_crate(path),
    }
}

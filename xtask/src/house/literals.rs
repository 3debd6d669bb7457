//! Error codes that are spelled where they are used instead of in a register, and those that mean two things.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::facts::{Call, Code, Definition, Facts, Sort, is_code};
use super::scopes::{Scopes, Target};
use super::source::Crate;

/// The file that has a crate's codes in one table.
const REGISTER: &str = "codes.rs";

/// The field of a record that has the code; a record with it counts as a call.
pub(super) const FIELD: &str = "code";

/// A code where something is said with it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Said {
    pub(super) code: String,
    /// Where the literal is: at the call, or at the constant.
    pub(super) spelled: String,
    /// Where it is said.
    pub(super) place: String,
    /// The sentence, if it stands in the call.
    pub(super) text: Option<String>,
}

/// A code that is said in other words in another place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Ambiguous {
    pub(super) code: String,
    /// Each place with its sentence.
    pub(super) said: Vec<String>,
}

/// What is said with a code in this crate, outside of its register.
pub(super) fn said(found: &Crate, facts: &[Facts], scopes: &Scopes<'_>) -> BTreeSet<Said> {
    let mut said = BTreeSet::new();
    for (index, (module, own)) in found.modules.iter().zip(facts).enumerate() {
        let file = found.files.get(module.file).map_or("", |file| file.path.as_str());
        for call in own.calls.iter().filter(|call| is_builder(call)) {
            let place = format!("{file}:{}", call.line);
            let Some((code, spelled)) = spelled(call, &place, index, found, facts, scopes) else { continue };
            if !is_in_register(&spelled) {
                said.insert(Said { code, spelled, place, text: call.text.clone() });
            }
        }
    }
    said
}

/// Whether what is called takes a code: it makes a diagnosis or a refusal, it takes a sentence as well, or it is a constructor that
/// is given a literal of that shape.
fn is_builder(call: &Call) -> bool {
    let is_constructor = 1 < call.of.len() && call.of.last().is_some_and(|name| name == "new");
    let is_of = |name: &String| name == "Diagnosis" || name == "Refusal";
    let makes = call.of.iter().rev().skip(1).any(is_of)
        || call.of.last().is_some_and(|name| name.starts_with("diagnosis") || name == FIELD);
    makes || call.text.is_some() || (is_constructor && matches!(call.code, Code::Literal(_)))
}

/// The code and where it is written.
fn spelled(
    call: &Call,
    place: &str,
    module: usize,
    found: &Crate,
    facts: &[Facts],
    scopes: &Scopes<'_>,
) -> Option<(String, String)> {
    let path = match &call.code {
        Code::Literal(code) => return Some((code.clone(), place.to_owned())),
        Code::Path(path) => path,
    };
    scopes.resolve(module, path, Sort::Value).into_iter().find_map(|target| {
        let Target::Item(module, name) = target else { return None };
        let is_it = |definition: &&Definition| definition.name == name;
        let constant = facts.get(module)?.definitions.iter().find(is_it)?;
        let code = constant.text.clone().filter(|text| is_code(text))?;
        let file = found.files.get(found.modules.get(module)?.file)?;
        Some((code, format!("{}:{}", file.path, constant.line)))
    })
}

fn is_in_register(place: &str) -> bool {
    let file = place.rsplit_once(':').map_or(place, |(file, _)| file);
    file.rsplit('/').next() == Some(REGISTER)
}

/// The literals, each as its place and the code.
pub(super) fn spellings(said: &BTreeSet<Said>) -> BTreeSet<String> {
    said.iter().map(|said| format!("{} {}", said.spelled, said.code)).collect()
}

/// The codes that different sentences are said with.
pub(super) fn ambiguous<'s>(said: impl Iterator<Item = &'s Said>) -> Vec<Ambiguous> {
    let mut codes: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for said in said {
        if let Some(text) = &said.text {
            codes.entry(&said.code).or_default().push((text, &said.place));
        }
    }
    codes.retain(|_, said| said.iter().map(|(text, _)| text).collect::<BTreeSet<_>>().len() != 1);
    let shown =
        |said: Vec<(&str, &str)>| said.iter().map(|(text, place)| format!("{place} {text:?}")).collect();
    codes.into_iter().map(|(code, said)| Ambiguous { code: code.to_owned(), said: shown(said) }).collect()
}

//! User names that are told with the name of their source behind them, while the store keeps them without.

use rollcall_host::model::SourceName;
use rollcall_host::sqlite::{Attribute, Condition, Test};

use crate::scim::face::AT;

/// The same condition where the user names of these sources are told with their source.
pub(crate) fn as_told(condition: Condition, sources: &[&SourceName]) -> Condition {
    let all = |conditions: Vec<Condition>| conditions.into_iter().map(|one| as_told(one, sources)).collect();
    match condition {
        Condition::Of(Attribute::UserName, Test::Equals(text)) => is(&text, sources),
        Condition::Of(Attribute::UserName, test @ Test::Present) => Condition::Of(Attribute::UserName, test),
        Condition::Of(Attribute::UserName, _) => Condition::Unclear,
        Condition::All(conditions) => Condition::All(all(conditions)),
        Condition::Any(conditions) => Condition::Any(all(conditions)),
        Condition::Not(condition) => Condition::Not(Box::new(as_told(*condition, sources))),
        other @ (Condition::Of(..) | Condition::Unclear) => other,
    }
}

/// It is this one, as it is told.
fn is(text: &str, sources: &[&SourceName]) -> Condition {
    let of = |source: &SourceName| Condition::Of(Attribute::Source, Test::Equals(source.as_str().to_owned()));
    let named = |text: &str| Condition::Of(Attribute::UserName, Test::Equals(text.to_owned()));
    let with_source = sources.iter().filter_map(|source| {
        let plain = text.strip_suffix(source.as_str())?.strip_suffix(AT)?;
        Some(Condition::All(vec![of(source), named(plain)]))
    });
    let elsewhere =
        Condition::Not(Box::new(Condition::Any(sources.iter().map(|source| of(source)).collect())));
    let plain = Condition::All(vec![named(text), elsewhere]);
    Condition::Any(with_source.chain([plain]).collect())
}

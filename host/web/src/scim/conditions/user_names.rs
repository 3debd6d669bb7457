//! User names that are told with the name of their source behind them, while the store keeps them without.

use std::collections::BTreeSet;

use rollcall_browse::{Attribute, Condition, Test};
use rollcall_host::model::SourceName;

use crate::face::AT;

/// The sources that answer whoever asks, by how their user names are told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct WithSource {
    /// Those of which they are told with the source's name.
    pub(crate) sources: BTreeSet<SourceName>,
    /// Whether there are others.
    pub(crate) has_others: bool,
}

impl WithSource {
    /// The same condition on user names as they are told.
    pub(crate) fn as_told(&self, condition: Condition) -> Condition {
        if self.sources.is_empty() {
            return condition;
        }
        let all = |conditions: Vec<Condition>| conditions.into_iter().map(|one| self.as_told(one)).collect();
        match condition {
            Condition::Of(Attribute::UserName, Test::Equals(text)) => self.is(&text),
            // The source's name is there in any case.
            Condition::Of(Attribute::UserName, Test::Present) => Condition::Any(vec![
                Condition::Of(Attribute::UserName, Test::Present),
                self.are_with_source(),
            ]),
            Condition::Of(Attribute::UserName, _) => Condition::Unclear,
            Condition::All(conditions) => Condition::All(all(conditions)),
            Condition::Any(conditions) => Condition::Any(all(conditions)),
            Condition::Not(condition) => Condition::Not(Box::new(self.as_told(*condition))),
            other @ (Condition::Of(..) | Condition::Unclear) => other,
        }
    }

    /// It is this one, as it is told. What stands behind the last sign says of which source somebody would be; where all have that,
    /// an index answers.
    fn is(&self, text: &str) -> Condition {
        let named = text.rsplit_once(AT).and_then(|(login, source)| {
            let source = self.sources.iter().find(|known| known.as_str() == source)?;
            Some(Condition::All(vec![of(source), login_is(login)]))
        });
        let elsewhere = self
            .has_others
            .then(|| Condition::All(vec![login_is(text), Condition::Not(Box::new(self.are_with_source()))]));
        match (named, elsewhere) {
            (Some(named), None) => named,
            (None, Some(elsewhere)) => elsewhere,
            (Some(named), Some(elsewhere)) => Condition::Any(vec![named, elsewhere]),
            (None, None) => Condition::never(),
        }
    }

    fn are_with_source(&self) -> Condition {
        Condition::Any(self.sources.iter().map(of).collect())
    }
}

fn of(source: &SourceName) -> Condition {
    Condition::Of(Attribute::Source, Test::Equals(source.as_str().to_owned()))
}

fn login_is(text: &str) -> Condition {
    Condition::Of(Attribute::UserName, Test::Equals(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hq() -> SourceName {
        SourceName::new("hq").unwrap()
    }

    fn equals(has_others: bool, text: &str) -> Condition {
        WithSource { sources: BTreeSet::from([hq()]), has_others }.as_told(login_is(text))
    }

    #[test]
    fn where_every_name_has_its_source_behind_it_one_source_is_asked_by_its_index() {
        let expected = |login: &str| Condition::All(vec![of(&hq()), login_is(login)]);
        assert_eq!(equals(false, "li@hq"), expected("li"));
        assert_eq!(equals(false, "li@example.com@hq"), expected("li@example.com"));
        for nobody in ["li", "li@branch", "hq", "@"] {
            assert_eq!(equals(false, nobody), Condition::never(), "{nobody}");
        }
    }

    #[test]
    fn where_some_have_it_the_others_are_asked_as_before() {
        let elsewhere = |text: &str| {
            let of_hq = Condition::Any(vec![of(&hq())]);
            Condition::All(vec![login_is(text), Condition::Not(Box::new(of_hq))])
        };
        assert_eq!(equals(true, "li"), elsewhere("li"));
        let named = Condition::All(vec![of(&hq()), login_is("li")]);
        assert_eq!(equals(true, "li@hq"), Condition::Any(vec![named, elsewhere("li@hq")]));
    }

    #[test]
    fn where_none_has_it_nothing_is_asked_otherwise() {
        assert_eq!(WithSource::default().as_told(login_is("li@hq")), login_is("li@hq"));
    }
}

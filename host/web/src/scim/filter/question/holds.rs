//! Whether what is asked holds of a resource as it is told (RFC 7644, section 3.4.2.2).

use rollcall_browse::words::fold;
use serde_json::{Map, Value};

use super::super::Operator;
use super::super::instant::instant;
use super::{Operand, ResourceFilter, ValuePath};

/// How many values were looked at for one request.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Effort(u64);

/// The most values that are looked at for one request.
///
/// 20,000,000. Why: some 5 s of one core; 100,000 people and a filter of 100 conditions take half of it.
const MAX_EFFORT: u64 = 20_000_000;

impl Effort {
    /// Whether no more should be done for whoever asks.
    pub(crate) const fn is_too_much(self) -> bool {
        MAX_EFFORT < self.0
    }

    #[cfg(test)]
    pub(super) const fn spent(self) -> u64 {
        self.0
    }

    fn spend(&mut self) {
        self.0 = self.0.saturating_add(1);
    }
}

impl ResourceFilter {
    /// Whether it holds of a resource, or of the parts of a value.
    pub(crate) fn holds(&self, of: &Map<String, Value>, effort: &mut Effort) -> bool {
        match self {
            Self::Present(place) => place.values(of, effort).into_iter().any(is_present),
            Self::Compare(place, operator, operand) => {
                let values = place.values(of, effort);
                // What is not there is not the same as anything.
                (values.is_empty() && *operator == Operator::NotEquals)
                    || values.into_iter().any(|value| compares(value, *operator, operand))
            }
            Self::All(all) => all.iter().all(|one| one.holds(of, effort)),
            Self::Any(any) => any.iter().any(|one| one.holds(of, effort)),
            Self::Not(one) => !one.holds(of, effort),
            Self::OfOne(place, one) => {
                let values = place.values(of, effort);
                values.into_iter().filter_map(Value::as_object).any(|value| one.holds(value, effort))
            }
        }
    }
}

impl ResourceFilter {
    /// Whether it looks at an attribute of the core schema, or at this part of it.
    pub(crate) fn looks_at(&self, name: &str, part: Option<&str>) -> bool {
        match self {
            Self::Present(place) | Self::Compare(place, ..) | Self::OfOne(place, _) => {
                let is_whole = place.part.is_none() || place.of_those.is_some();
                let is_part = is_whole || part.is_none() || place.part == part;
                place.extension.is_none() && place.name == name && is_part
            }
            Self::All(questions) | Self::Any(questions) => {
                questions.iter().any(|question| question.looks_at(name, part))
            }
            Self::Not(question) => question.looks_at(name, part),
        }
    }
}

impl ValuePath {
    /// The values that stand there.
    fn values<'v>(&self, of: &'v Map<String, Value>, effort: &mut Effort) -> Vec<&'v Value> {
        let within = match self.extension {
            Some(extension) => of.get(extension).and_then(Value::as_object),
            None => Some(of),
        };
        let mut values = each(within.and_then(|within| within.get(self.name)));
        if let Some(question) = &self.of_those {
            values.retain(|value| value.as_object().is_some_and(|value| question.holds(value, effort)));
        }
        if let Some(part) = self.part {
            values = values.into_iter().flat_map(|value| each(value.get(part))).collect();
        }
        values.iter().for_each(|_| effort.spend());
        effort.spend();
        values
    }
}

/// The values of an attribute, however many it has.
fn each(value: Option<&Value>) -> Vec<&Value> {
    match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(values)) => values.iter().collect(),
        Some(value @ (Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_))) => {
            vec![value]
        }
    }
}

fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(_) | Value::Number(_) => true,
        Value::String(text) => !text.is_empty(),
        Value::Array(values) => values.iter().any(is_present),
        Value::Object(members) => members.values().any(is_present),
    }
}

fn compares(value: &Value, operator: Operator, operand: &Operand) -> bool {
    let told = value.as_str();
    match operand {
        Operand::Exact(text) => told.is_some_and(|told| of_texts(told, operator, text)),
        Operand::Folded(text) => told.is_some_and(|told| of_texts(&fold(told), operator, text)),
        Operand::Flag(flag) => value.as_bool().is_some_and(|told| in_order(&told, operator, flag)),
        Operand::Moment(moment) => {
            told.and_then(instant).is_some_and(|told| in_order(&told, operator, moment))
        }
    }
}

fn of_texts(told: &str, operator: Operator, text: &str) -> bool {
    match operator {
        Operator::Contains => told.contains(text),
        Operator::StartsWith => told.starts_with(text),
        Operator::EndsWith => told.ends_with(text),
        Operator::Equals
        | Operator::NotEquals
        | Operator::Greater
        | Operator::GreaterOrEquals
        | Operator::Less
        | Operator::LessOrEquals => in_order(told, operator, text),
    }
}

fn in_order<T: Ord + ?Sized>(told: &T, operator: Operator, value: &T) -> bool {
    match operator {
        Operator::Equals => told == value,
        Operator::NotEquals => told != value,
        Operator::Greater => value < told,
        Operator::GreaterOrEquals => value <= told,
        Operator::Less => told < value,
        Operator::LessOrEquals => told <= value,
        // Of text alone, and not here.
        Operator::Contains | Operator::StartsWith | Operator::EndsWith => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_more_than_may_be_looked_at_is_too_much() {
        let place = ValuePath { extension: None, name: "title", part: None, of_those: None };
        let resource = json!({});
        let mut effort = Effort(MAX_EFFORT - 1);
        let mut look = || {
            ResourceFilter::Present(place.clone()).holds(resource.as_object().unwrap(), &mut effort);
            effort.is_too_much()
        };
        assert_eq!([look(), look()], [false, true]);
    }
}

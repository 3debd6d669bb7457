//! What the platform holds, as short sentences: read from `rollcall directory export`, compared whole with what the story expects.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail};
use rollcall_rules::vocabulary::schema::{DEPARTMENT, ORGANISATION_USER as USER_EXTENSION};
use serde_json::Value;

/// For example `department R&D in Feihua` and `person Xiaohong in R&D`.
pub(crate) type Outline = BTreeSet<String>;

/// Read an export: one SCIM document a line.
///
/// # Errors
///
/// When a line is no SCIM document, or names a department that is not there.
pub(crate) fn read(export: &str) -> Result<Outline> {
    let documents = export
        .lines()
        .map(|line| {
            serde_json::from_str(line)
                .with_context(|| format!("the export has a line that is no JSON: {line:?}"))
        })
        .collect::<Result<Vec<Value>>>()?;
    let mut names = BTreeMap::new();
    for document in documents.iter().filter(|document| is_department(document)) {
        names.insert(text(document, "externalId")?, text(document, "displayName")?);
    }
    documents.iter().map(|document| sentence(document, &names)).collect()
}

/// What `now` has more (`+`) and less (`-`) than `before`.
pub(crate) fn difference(before: &Outline, now: &Outline) -> Vec<String> {
    let less = before.difference(now).map(|line| format!("- {line}"));
    let more = now.difference(before).map(|line| format!("+ {line}"));
    less.chain(more).collect()
}

fn sentence(document: &Value, names: &BTreeMap<&str, &str>) -> Result<String> {
    let name = text(document, "displayName")?;
    if is_department(document) {
        return Ok(match document.pointer("/parent/value").and_then(Value::as_str) {
            None => format!("department {name}"),
            Some(parent) => format!("department {name} in {}", named(names, parent)?),
        });
    }
    if document.get("active") == Some(&Value::Bool(false)) {
        return Ok(format!("person {name}, deactivated"));
    }
    let departments = document.get(USER_EXTENSION).and_then(|extension| extension.get("departments"));
    let mut within = BTreeSet::new();
    for department in departments.and_then(Value::as_array).into_iter().flatten() {
        within.insert(named(names, text(department, "value")?)?);
    }
    Ok(format!("person {name} in {}", within.into_iter().collect::<Vec<_>>().join(" and ")))
}

fn is_department(document: &Value) -> bool {
    document
        .get("schemas")
        .and_then(Value::as_array)
        .is_some_and(|schemas| schemas.iter().any(|schema| schema == DEPARTMENT))
}

fn text<'a>(document: &'a Value, attribute: &str) -> Result<&'a str> {
    document
        .get(attribute)
        .and_then(Value::as_str)
        .with_context(|| format!("the export has a document without {attribute}: {document}"))
}

fn named<'a>(names: &BTreeMap<&str, &'a str>, id: &str) -> Result<&'a str> {
    match names.get(id) {
        Some(name) => Ok(name),
        None => bail!("the export names department {id:?}, which is not in it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPORT: &str = r#"{"schemas":["urn:rollcall:scim:schemas:2.0:Department"],"externalId":"1","displayName":"Feihua","parent":null}
{"schemas":["urn:rollcall:scim:schemas:2.0:Department"],"externalId":"2","displayName":"R&D","parent":{"value":"1"}}
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"externalId":"a","displayName":"Li","active":true,"urn:rollcall:scim:schemas:extension:2.0:User":{"departments":[{"value":"2"},{"value":"1"}]}}
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"externalId":"b","displayName":"Wu","active":false}
"#;

    #[test]
    fn an_export_becomes_sentences() {
        let found: Vec<String> = read(EXPORT).unwrap().into_iter().collect();
        assert_eq!(
            found,
            [
                "department Feihua",
                "department R&D in Feihua",
                "person Li in Feihua and R&D",
                "person Wu, deactivated"
            ]
        );
    }

    #[test]
    fn a_department_that_is_not_there_is_refused() {
        let export = EXPORT.lines().skip(1).collect::<Vec<_>>().join("\n");
        let said = read(&export).unwrap_err().to_string();
        assert_eq!(said, "the export names department \"1\", which is not in it");
    }

    #[test]
    fn a_line_that_is_no_json_is_refused() {
        assert_eq!(read("done").unwrap_err().to_string(), "the export has a line that is no JSON: \"done\"");
    }

    #[test]
    fn the_difference_names_what_went_and_what_came() {
        let outline = |lines: &[&str]| lines.iter().map(|&line| line.to_owned()).collect::<Outline>();
        let found = difference(&outline(&["a", "b"]), &outline(&["b", "c"]));
        assert_eq!(found, ["- a", "+ c"]);
    }
}

//! Spoiling a true answer: its bytes, or its JSON. An answer that has no such part goes out as it is.

use serde_json::{Map, Value, json};

use super::Answered;
use crate::ids::DepartmentId;
use crate::reply::{HttpResponse, Outcome};
use crate::request::Params;
use crate::state::Company;

/// How a true answer is spoilt; each as the fault of the same name.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Spoil {
    TruncatedBody,
    TruncatedJson,
    EmptyBody,
    SameCursor,
    CursorMissing,
    ListMissing,
    ResultMissing,
    ResultNull,
    NegativeDepartments,
    Cycle,
    QuotedScalars,
    WrongTypes,
}

impl Spoil {
    pub(crate) fn apply(self, answered: Answered, company: &Company, params: &Params) -> Answered {
        let Outcome::Response(response) = answered.outcome else { return answered };
        let half = response.body.len() / 2;
        match self {
            Self::TruncatedBody => Answered {
                effect: "truncated".to_owned(),
                outcome: Outcome::Truncated { response, keep_bytes: half },
            },
            Self::TruncatedJson => Answered::response(
                "truncated",
                HttpResponse { body: response.body.slice(..half), ..response },
            ),
            Self::EmptyBody => {
                Answered::response("empty", HttpResponse { body: bytes::Bytes::new(), ..response })
            }
            Self::SameCursor
            | Self::CursorMissing
            | Self::ListMissing
            | Self::ResultMissing
            | Self::ResultNull
            | Self::NegativeDepartments
            | Self::Cycle
            | Self::QuotedScalars
            | Self::WrongTypes => {
                let mut body = response.json();
                self.edit(&mut body, company, params);
                Answered::response(
                    answered.effect,
                    HttpResponse { body: body.to_string().into(), ..response },
                )
            }
        }
    }

    fn edit(self, body: &mut Value, company: &Company, params: &Params) {
        match self {
            Self::TruncatedBody | Self::TruncatedJson | Self::EmptyBody => {}
            Self::SameCursor => edit_page(body, |page| {
                page.insert("has_more".to_owned(), json!(true));
                page.insert("next_cursor".to_owned(), json!(params.integer("cursor").unwrap_or(0)));
            }),
            Self::CursorMissing => edit_page(body, |page| {
                page.insert("has_more".to_owned(), json!(true));
                page.remove("next_cursor");
            }),
            Self::ListMissing => edit_page(body, |page| {
                page.remove("list");
            }),
            Self::ResultMissing => {
                body.as_object_mut().and_then(|fields| fields.remove("result"));
            }
            Self::ResultNull => edit_result(body, |result| *result = Value::Null),
            Self::NegativeDepartments => edit_departments(body, |list| list.extend(pseudo_departments())),
            Self::Cycle => edit_departments(body, |list| list.extend(parent_as_child(company, params))),
            Self::QuotedScalars => edit_result(body, quote_scalars),
            Self::WrongTypes => edit_result(body, lists_to_objects),
        }
    }
}

fn edit_result(body: &mut Value, edit: impl FnOnce(&mut Value)) {
    if let Some(result) = body.get_mut("result") {
        edit(result);
    }
}

fn edit_page(body: &mut Value, edit: impl FnOnce(&mut Map<String, Value>)) {
    let page = body.get_mut("result").and_then(Value::as_object_mut);
    if let Some(page) = page.filter(|page| page.contains_key("has_more")) {
        edit(page);
    }
}

fn edit_departments(body: &mut Value, edit: impl FnOnce(&mut Vec<Value>)) {
    if let Some(list) = body.get_mut("result").and_then(Value::as_array_mut) {
        edit(list);
    }
}

/// Home-school and alumni books. Captured in legacy answers.
fn pseudo_departments() -> [Value; 2] {
    [(-7, "家校通讯录"), (-1, "校友录")]
        .map(|(dept_id, name)| listed(DepartmentId::new(dept_id), name, DepartmentId::ROOT))
}

fn parent_as_child(company: &Company, params: &Params) -> Option<Value> {
    let asked = params.department("dept_id").unwrap_or(DepartmentId::ROOT);
    let shown = company.department(asked).and_then(|department| department.parent_id).unwrap_or(asked);
    company.department(shown).map(|department| listed(shown, &department.name, asked))
}

fn listed(dept_id: DepartmentId, name: &str, parent_id: DepartmentId) -> Value {
    json!({
        "auto_add_user": false,
        "create_dept_group": false,
        "dept_id": dept_id,
        "name": name,
        "parent_id": parent_id,
    })
}

fn quote_scalars(value: &mut Value) {
    match value {
        Value::Number(number) => *value = Value::String(number.to_string()),
        Value::Bool(truth) => *value = Value::String(truth.to_string()),
        Value::Array(elements) => elements.iter_mut().for_each(quote_scalars),
        Value::Object(fields) => fields.values_mut().for_each(quote_scalars),
        Value::Null | Value::String(_) => {}
    }
}

fn lists_to_objects(value: &mut Value) {
    match value {
        Value::Array(_) => *value = json!({ "0": "unexpected" }),
        Value::Object(fields) => fields.values_mut().for_each(lists_to_objects),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

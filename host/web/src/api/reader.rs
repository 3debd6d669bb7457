//! The document as a page that people read: every operation with its parameters and answers, and every type.
//!
//! Drawn from the document and from nothing else, so the two cannot differ. What the document says is English; the words
//! around it are the reader's.

mod words;

use std::sync::Arc;

use axum::Router;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use maud::{Markup, html};
use serde_json::{Map, Value};

use super::paths::{DOCUMENT, PATH};
use crate::console::Console;
use crate::page::{Page, Tab, Tone, badge, table};
use crate::visitor::{Preferences, Visitor};

/// The pages. They stand with what people read, so that nobody is asked for a token.
pub(super) fn routes(document: Arc<Value>) -> Router<Console> {
    let draw = move |visitor: Visitor| {
        let document = Arc::clone(&document);
        async move { page(&visitor, &document) }
    };
    Router::new().route("/api", get(draw)).route("/api/problems/{code}", get(about_problems))
}

fn page(visitor: &Visitor, document: &Value) -> Page {
    let reader = visitor.reader;
    let tags: Vec<&Value> = list(document, "tags").collect();
    let body = html! {
        section class="sheet" lang="en" {
            p { (text(member(document, "info"), "description")) }
            p lang=(reader.language.tag()) {
                a href=(DOCUMENT) download="openapi.json" { (reader.say(words::document())) }
                " · " a href="#problems" { (reader.say(words::problems())) }
                " · " a href="#types" { (reader.say(words::types())) }
            }
            ul {
                @for tag in &tags {
                    li { a href={ "#tag-" (text(tag, "name")) } { (text(tag, "name")) } " – " (text(tag, "description")) }
                }
            }
        }
        @for tag in &tags { (group(reader, document, text(tag, "name"))) }
        section class="sheet" {
            h2 id="problems" { (reader.say(words::problems())) }
            p { (reader.say(words::problems_explained())) }
            (schema(reader, "ProblemDetails", member(schemas(document), "ProblemDetails")))
        }
        section class="sheet" {
            h2 id="types" { (reader.say(words::types())) }
            @for (name, described) in members(schemas(document)) {
                @if name != "ProblemDetails" { (schema(reader, name, described)) }
            }
        }
    };
    Page::new(visitor, Tab::Settings, reader.say(words::title()), body)
}

fn schemas(document: &Value) -> &Value {
    member(member(document, "components"), "schemas")
}

/// The operations of one topic.
fn group(reader: Preferences, document: &Value, tag: &str) -> Markup {
    let is_of_tag = |operation: &Value| list(operation, "tags").any(|known| known.as_str() == Some(tag));
    html! {
        section class="sheet" {
            h2 id={ "tag-" (tag) } { (tag) }
            @for (path, methods) in members(member(document, "paths")) {
                @for (method, described) in members(methods) {
                    @if is_of_tag(described) { (operation(reader, method, path, described)) }
                }
            }
        }
    }
}

fn operation(reader: Preferences, method: &str, path: &str, described: &Value) -> Markup {
    let tone = match method {
        "get" => Tone::Good,
        "delete" => Tone::Bad,
        _ => Tone::Warning,
    };
    let parameters: Vec<&Value> = list(described, "parameters").collect();
    html! {
        details id=(text(described, "operationId")) {
            summary {
                (badge(tone, &method.to_uppercase())) " " code { (PATH) (path) } " " span lang="en" { (text(described, "summary")) }
            }
            @if !text(described, "description").is_empty() { p lang="en" { (text(described, "description")) } }
            @if !parameters.is_empty() { (parameter_table(reader, &parameters)) }
            @if let Some(body) = described.get("requestBody") {
                h4 { (reader.say(words::body())) }
                @for (media_type, content) in members(member(body, "content")) {
                    p { code { (media_type) } " " (kind(member(content, "schema"))) }
                }
            }
            (answer_table(reader, member(described, "responses")))
        }
    }
}

fn parameter_table(reader: Preferences, parameters: &[&Value]) -> Markup {
    let names = [words::name(), words::place(), words::kind(), words::meaning()];
    let rows = parameters.iter().map(|parameter| {
        [
            member_name(reader, text(parameter, "name"), is_true(parameter, "required")),
            html! { code { (text(parameter, "in")) } },
            kind(member(parameter, "schema")),
            meaning(parameter),
        ]
    });
    html! {
        h4 { (reader.say(words::parameters())) }
        div class="scroll" tabindex="0" { (table::table(&table::columns(reader, names), rows)) }
    }
}

fn answer_table(reader: Preferences, answers: &Value) -> Markup {
    let names = [words::status(), words::meaning(), words::kind()];
    let rows = members(answers).map(|(status, answer)| {
        let kinds = html! {
            @for (_, content) in members(member(answer, "content")) { (kind(member(content, "schema"))) }
        };
        [html! { code { (status) } }, meaning(answer), kinds]
    });
    html! {
        h4 { (reader.say(words::answers())) }
        div class="scroll" tabindex="0" { (table::table(&table::columns(reader, names), rows)) }
    }
}

fn member_name(reader: Preferences, name: &str, is_required: bool) -> Markup {
    html! {
        code { (name) }
        @if is_required { " " (reader.say(words::required())) }
    }
}

/// What something is for. The description of the interface has it in English alone.
fn meaning(described: &Value) -> Markup {
    let description = text(described, "description");
    html! { @if !description.is_empty() { span lang="en" { (description) } } }
}

/// A type and its members.
fn schema(reader: Preferences, name: &str, described: &Value) -> Markup {
    let required: Vec<&str> = list(described, "required").filter_map(Value::as_str).collect();
    let names = [words::name(), words::kind(), words::meaning()];
    let rows = members(member(described, "properties")).map(|(name, property)| {
        [member_name(reader, name, required.contains(&name.as_str())), kind(property), meaning(property)]
    });
    html! {
        h3 id={ "type-" (name) } { (name) }
        @if !text(described, "description").is_empty() { p lang="en" { (text(described, "description")) } }
        div class="scroll" tabindex="0" { (table::table(&table::columns(reader, names), rows)) }
    }
}

/// What a value is, in one line.
fn kind(schema: &Value) -> Markup {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next()) {
        return html! { a href={ "#type-" (name) } { (name) } };
    }
    let choices: Vec<&Value> = list(schema, "oneOf").filter(|one| text(one, "type") != "null").collect();
    if let [only] = choices.as_slice() {
        return kind(only);
    }
    let items = schema.get("items").filter(|items| items.is_object());
    html! {
        code { (type_name(schema)) }
        @if let Some(items) = items { " [" (kind(items)) "]" }
        @if let Some(format) = schema.get("format").and_then(Value::as_str) { " " (format) }
        @if let Some(bounds) = bounds(schema) { " " (bounds) }
        @for (n, word) in list(schema, "enum").enumerate() {
            @if n == 0 { ": " } @else { ", " }
            code { (word.as_str().unwrap_or_default()) }
        }
    }
}

fn type_name(schema: &Value) -> String {
    match schema.get("type") {
        Some(Value::String(name)) => name.clone(),
        Some(Value::Array(names)) => {
            let names: Vec<&str> =
                names.iter().filter_map(Value::as_str).filter(|name| *name != "null").collect();
            names.join(" | ")
        }
        _ => "any".to_owned(),
    }
}

/// The least and the most that it may be.
fn bounds(schema: &Value) -> Option<String> {
    let bound = |names: [&str; 3]| names.iter().find_map(|name| schema.get(name)).map(ToString::to_string);
    let least = bound(["minimum", "minLength", "minItems"]);
    let most = bound(["maximum", "maxLength", "maxItems"]);
    match (least, most) {
        (None, None) => None,
        (least, most) => Some(format!("{}–{}", least.unwrap_or_default(), most.unwrap_or_default())),
    }
}

fn member<'a>(value: &'a Value, name: &str) -> &'a Value {
    value.get(name).unwrap_or(&Value::Null)
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn is_true(value: &Value, name: &str) -> bool {
    value.get(name).and_then(Value::as_bool).unwrap_or(false)
}

/// What the type of a problem leads to.
async fn about_problems() -> Response {
    Redirect::to("/api#problems").into_response()
}

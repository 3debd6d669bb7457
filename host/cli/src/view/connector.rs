//! What a connector says about itself, and the settings that it wants.

use std::collections::BTreeMap;

use rollcall_host::model::Descriptor;
use serde_json::Value;

use super::Audience;
use super::layout::{Side, columns, plain};
use crate::messages;
use rollcall_words::Language;
use rollcall_words::Sentence;

/// What is known of a connector's file before any of its settings.
pub(crate) struct Inspected<'a> {
    /// Its own description.
    pub(crate) descriptor: &'a Descriptor,
    /// The file.
    pub(crate) path: &'a str,
    /// The digest of the file.
    pub(crate) digest: &'a str,
    /// What it asks of the host.
    pub(crate) imports: &'a [String],
    /// What its toolchain asks for beside that, which is closed off.
    pub(crate) closed: &'a [String],
}

/// The connector and a table of its settings.
pub(crate) fn lines(connector: &Inspected<'_>, reader: &Audience) -> Vec<String> {
    let to = |sentence: Sentence| sentence.to(reader.language).to_owned();
    let descriptor = connector.descriptor;
    let list = |items: &[String]| plain(&items.join(", "));
    let facts = [
        [to(messages::word_id()), plain(&format!("{} {}", descriptor.id, descriptor.version))],
        [to(messages::word_file()), plain(connector.path)],
        [to(messages::word_digest()), connector.digest.to_owned()],
        [to(messages::word_objects()), list(&descriptor.type_names())],
    ];
    let mut facts = facts.map(Vec::from).to_vec();
    for (word, imports) in
        [(messages::word_capabilities(), connector.imports), (messages::word_closed(), connector.closed)]
    {
        // The heading stands beside the first package only.
        let headings = std::iter::once(to(word)).chain(std::iter::repeat(String::new()));
        facts.extend(headings.zip(packages(imports)).map(|(heading, package)| vec![heading, package]));
    }
    let mut lines = vec![plain(name(descriptor, reader.language))];
    lines.extend(indented(&facts));
    lines.push(String::new());
    lines.push(to(messages::settings_title()));
    lines.extend(indented(&settings(&descriptor.settings_schema, reader)));
    lines
}

/// What a person calls the source.
pub(crate) fn name(descriptor: &Descriptor, language: Language) -> &str {
    let local = descriptor.names.iter().find(|(tag, _)| tag == language.tag());
    local.map_or(&descriptor.name, |(_, name)| name)
}

/// The interfaces of each package together: "wasi:clocks@0.2.6: monotonic-clock, wall-clock".
fn packages(imports: &[String]) -> Vec<String> {
    let mut packages: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for import in imports {
        let (path, version) = import.split_once('@').unwrap_or((import, ""));
        let (package, interface) = path.split_once('/').unwrap_or((path, ""));
        packages.entry(format!("{package}@{version}")).or_default().push(interface.to_owned());
    }
    packages
        .iter()
        .map(|(package, interfaces)| plain(&format!("{package}: {}", interfaces.join(", "))))
        .collect()
}

fn indented(rows: &[Vec<String>]) -> impl Iterator<Item = String> {
    columns(&[Side::Left; 4], rows).into_iter().map(|line| format!("  {line}"))
}

/// A row a property: its name, its type, whether it must be there, its title.
fn settings(schema: &Value, reader: &Audience) -> Vec<Vec<String>> {
    let required: Vec<_> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let row = |(name, property): (&String, &Value)| {
        let need = need(property, required.contains(&name.as_str()));
        let kind = property.get("type").and_then(Value::as_str).unwrap_or_default();
        vec![
            plain(name),
            plain(kind),
            need.to(reader.language).to_owned(),
            plain(title(property, reader.language)),
        ]
    };
    let place = |(name, property): (&String, &Value)| {
        let order = property.get("x-order").and_then(Value::as_i64).unwrap_or(i64::MAX);
        let place = required.iter().position(|known| known == name).unwrap_or(usize::MAX);
        (order, place)
    };
    let mut rows: Vec<_> = properties.map(|property| (place(property), row(property))).collect();
    // As the connector orders them; then the ones that must be there; otherwise by name.
    rows.sort_by_key(|(place, _)| *place);
    rows.into_iter().map(|(_, row)| row).collect()
}

fn need(property: &Value, required: bool) -> Sentence {
    let secret = property.get("writeOnly").and_then(Value::as_bool).unwrap_or(false);
    match (required, secret, property.get("default")) {
        (true, true, _) => messages::setting_required_secret(),
        (true, false, _) => messages::setting_required(),
        (false, true, _) => messages::setting_secret(),
        (false, false, Some(default)) => messages::setting_default(plain(&default.to_string())),
        (false, false, None) => messages::setting_optional(),
    }
}

fn title(property: &Value, language: Language) -> &str {
    let text = |key: &str| property.get(key).and_then(Value::as_str);
    let local = match language {
        Language::English => None,
        Language::Chinese => text("x-title-zh-CN"),
    };
    local.or_else(|| text("title")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use rollcall_host::model::ResourceType;
    use serde_json::json;

    use super::*;

    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "the macro `expect!` is written at the call")]
    fn check(reader: &Audience, expected: Expect) {
        let descriptor = Descriptor {
            id: "example".to_owned(),
            name: "Example".to_owned(),
            names: vec![("zh-CN".to_owned(), "示例".to_owned())],
            version: "1.2.3".to_owned(),
            settings_schema: json!({
                "required": ["key", "secret"],
                "properties": {
                    "base": {"type": "string", "title": "Address", "x-title-zh-CN": "地址", "default": "https://api.example.com"},
                    "details": {"type": "boolean", "title": "Details"},
                    "events": {"type": "string", "title": "Events", "x-order": 1},
                    "key": {"type": "string", "title": "Key", "x-title-zh-CN": "密钥标识"},
                    "secret": {"type": "string", "title": "Secret", "x-title-zh-CN": "密钥", "writeOnly": true},
                },
            }),
            resource_types: ["Department", "User"]
                .map(|name| ResourceType { name: name.to_owned(), identity_attribute: None })
                .to_vec(),
        };
        let connector = Inspected {
            descriptor: &descriptor,
            path: "example.wasm",
            digest: "blake3:00",
            imports: &["rollcall:connector/http@0.1.0".to_owned()],
            closed: &["wasi:clocks/wall-clock@0.2.6".to_owned(), "wasi:io/poll@0.2.6".to_owned()],
        };
        expected.assert_eq(&lines(&connector, reader).join("\n"));
    }

    #[test]
    fn a_connector_and_its_settings_are_told() {
        check(
            &Audience::ENGLISH,
            expect![[r#"
                Example
                  connector  example 1.2.3
                  file       example.wasm
                  digest     blake3:00
                  objects    Department, User
                  asks for   rollcall:connector@0.1.0: http
                  closed     wasi:clocks@0.2.6: wall-clock
                             wasi:io@0.2.6: poll

                Settings
                  events   string   optional                                  Events
                  key      string   required                                  Key
                  secret   string   required, secret                          Secret
                  base     string   optional, else "https://api.example.com"  Address
                  details  boolean  optional                                  Details"#]],
        );
    }

    #[test]
    fn it_reads_in_chinese() {
        check(
            &Audience::CHINESE,
            expect![[r#"
                示例
                  连接器      example 1.2.3
                  文件        example.wasm
                  摘要        blake3:00
                  对象类型    Department, User
                  请求的能力  rollcall:connector@0.1.0: http
                  已封闭      wasi:clocks@0.2.6: wall-clock
                              wasi:io@0.2.6: poll

                配置项
                  events   string   选填                                  Events
                  key      string   必填                                  密钥标识
                  secret   string   必填，保密                            密钥
                  base     string   选填，默认 "https://api.example.com"  地址
                  details  boolean  选填                                  Details"#]],
        );
    }
}

//! Where the source is to call, and which of its settings belong to that: what an administrator carries to and from the
//! source's own console.
//!
//! By convention a connector calls the setting that chooses how changes arrive `events`, and those of its callback
//! `callback_…`. Their help texts, which are the connector's, say where the values are found.

use maud::{Markup, html};
use rollcall_host::model::SourceName;
use rollcall_words::Language;
use serde_json::Value;

use super::words;
use crate::page;
use crate::public_url::PublicUrl;
use crate::visitor::Preferences;

/// One setting, as its connector explains it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Setting<'a> {
    name: &'a str,
    title: &'a str,
    help: Option<&'a str>,
    is_secret: bool,
}

/// The settings that say how changes arrive.
fn settings(schema: &Value, language: Language) -> Vec<Setting<'_>> {
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let is_meant = |name: &str| name == "events" || name.starts_with("callback_");
    properties
        .filter(|(name, _)| is_meant(name))
        .map(|(name, property)| Setting {
            name,
            title: localized(property, "title", language).unwrap_or(name),
            help: localized(property, "description", language),
            is_secret: property.get("writeOnly").and_then(Value::as_bool).unwrap_or_default(),
        })
        .collect()
}

fn localized<'a>(property: &'a Value, member: &str, language: Language) -> Option<&'a str> {
    let translated = property.get(format!("x-{member}-{}", language.tag()));
    translated.or_else(|| property.get(member)).and_then(Value::as_str)
}

/// The address with a button that copies it, and what is entered where.
pub(super) fn section(
    reader: Preferences,
    source: &SourceName,
    public_url: &PublicUrl,
    schema: &Value,
) -> Markup {
    let settings = settings(schema, reader.language);
    html! {
        section class="sheet" {
            h2 { (reader.say(words::callback())) }
            p { (reader.say(words::callback_told())) }
            p { (page::copyable(reader, &format!("{public_url}/callbacks/{source}"))) }
            @if !public_url.is_secure() {
                (page::notice(page::Tone::Warning, &html! { p { (reader.say(words::callback_insecure())) } }))
            }
            p class="soft" { (reader.say(words::callback_public())) }
            @if !settings.is_empty() {
                h3 { (reader.say(words::callback_settings())) }
                p {
                    (reader.say(words::callback_settings_told())) " "
                    a href={ "/sources/" (source) "/edit" } { (reader.say(words::edit_settings())) }
                }
                dl class="facts" { @for setting in &settings { (explained(reader, setting)) } }
            }
        }
    }
}

fn explained(reader: Preferences, setting: &Setting<'_>) -> Markup {
    html! {
        div {
            dt {
                (setting.title)
                @if setting.is_secret { " " (page::badge(page::Tone::Plain, &reader.say(words::secret()))) }
            }
            dd {
                code { (setting.name) }
                @if let Some(help) = setting.help { p { (help) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_address_is_under_the_public_url_and_can_be_copied() {
        let (source, public_url) =
            (SourceName::new("head-office").unwrap(), "https://id.example.com".parse().unwrap());
        let drawn = section(Preferences::default(), &source, &public_url, &json!({})).into_string();
        assert!(drawn.contains("data-copy=\"https://id.example.com/callbacks/head-office\""), "{drawn}");
    }

    #[test]
    fn an_address_that_sources_may_refuse_is_said_to_be_one() {
        let source = SourceName::new("head-office").unwrap();
        let drawn = |public_url: &str| {
            section(Preferences::default(), &source, &public_url.parse().unwrap(), &json!({})).into_string()
        };
        assert!(drawn("http://id.example.com").contains("This address begins with http:"));
        assert!(!drawn("https://id.example.com").contains("begins with http:"));
    }

    #[test]
    fn the_settings_of_the_callback_are_found_and_explained_in_the_readers_language() {
        let schema = json!({"properties": {
            "secret": {"writeOnly": true},
            "events": {"title": "Arrival", "x-title-zh-CN": "接收方式"},
            "callback_token": {
                "writeOnly": true, "title": "Token", "description": "found there", "x-description-zh-CN": "在那里",
            },
        }});
        let expected = [
            Setting { name: "callback_token", title: "Token", help: Some("在那里"), is_secret: true },
            Setting { name: "events", title: "接收方式", help: None, is_secret: false },
        ];
        let mut found = settings(&schema, Language::Chinese);
        found.sort_by_key(|setting| setting.name);
        assert_eq!(found, expected);
    }
}

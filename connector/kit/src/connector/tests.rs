//! The calls that a host makes, with a connector that does as its settings say.

use super::{Connector, Lookup, check, refresh, resource_types, sync, validate};
use crate::document::{Draft, Schema};
use crate::model::{CheckStatus, Descriptor, Diagnosis, Failure, Finding, Key, Plan, Scope, Text};
use crate::testing::{Reply, TestHost};
use crate::{Context, Reading};
use serde_json::{Map, json};
use std::rc::Rc;

const USER: Schema = Schema { resource_type: "User", identity: None, optional: &[], references: &[] };

/// Lists the letters of its settings as people; `!` is where it cannot go on, `?` waits for ever.
struct Letters(String);

impl Connector for Letters {
    const SCHEMAS: &'static [Schema] = &[USER];

    fn describe() -> Descriptor {
        Descriptor {
            id: "letters".to_owned(),
            name: Text::new("Letters", "字母"),
            version: "1.0.0".to_owned(),
            settings_schema: "{}".to_owned(),
            resource_types: resource_types(Self::SCHEMAS),
        }
    }

    fn configure(settings: &str) -> Result<(Self, Plan), Vec<Diagnosis>> {
        let wrong = settings.chars().filter(char::is_ascii_digit).map(|digit| {
            Diagnosis::new("digit", format!("{digit} is no letter"), "不是字母")
                .fact("found", "digit")
                .about_setting(format!("/{digit}"))
        });
        let wrong: Vec<Diagnosis> = wrong.collect();
        if wrong.is_empty() { Ok((Self(settings.to_owned()), Plan::default())) } else { Err(wrong) }
    }

    async fn check(&self, _: &Context) -> Vec<Finding> {
        if self.0.contains('?') {
            std::future::pending::<()>().await;
        }
        Vec::new()
    }

    async fn read_all(&self, _: &Context, reading: &Reading) -> Result<(), Failure> {
        reading.open(Scope::whole())?;
        for letter in self.0.chars() {
            if letter == '!' {
                return Err(Failure::Protocol(Diagnosis::new("mark", "a mark is no letter", "不是字母")));
            }
            reading.put(person(letter)).await?;
        }
        Ok(())
    }

    async fn look_up(&self, _: &Context, key: &Key) -> Lookup {
        match self.0.chars().find(|letter| key.external_id == letter.to_string()) {
            Some(letter) => Lookup::Present(Box::new(person(letter))),
            None => Lookup::Gone("404: no such letter".to_owned()),
        }
    }
}

fn person(letter: char) -> Draft {
    let mut document = Map::new();
    document.insert("schemas".to_owned(), json!(["urn:letter"]));
    document.insert("externalId".to_owned(), json!(letter));
    Draft::new(&USER, Key::new("User", letter), &letter.to_string(), document)
}

fn host() -> Rc<TestHost> {
    TestHost::new(|_, _| Reply::Hang)
}

fn ids(host: &TestHost) -> String {
    host.objects().keys().map(|key| key.external_id.clone()).collect()
}

#[test]
fn a_full_run_brings_the_platform_in_line() {
    let host = host();
    sync::<Letters>(host.clone(), "abc").expect("nothing stops it");
    sync::<Letters>(host.clone(), "bcd").expect("nothing stops it");
    assert_eq!(ids(&host), "bcd");
}

#[test]
fn a_run_that_cannot_go_on_leaves_what_it_read_and_takes_nothing_away() {
    let host = host();
    sync::<Letters>(host.clone(), "xyz").expect("nothing stops it");
    let failure = sync::<Letters>(host.clone(), "ab!c").expect_err("a mark stops it");
    assert_eq!((failure.diagnosis().code.as_str(), ids(&host).as_str()), ("mark", "abxyz"));
}

#[test]
fn a_refresh_touches_only_what_it_was_asked_about() {
    let host = host();
    sync::<Letters>(host.clone(), "abc").expect("nothing stops it");
    let keys = [Key::new("User", "a"), Key::new("User", "d")];
    refresh::<Letters>(host.clone(), "d", &keys).expect("nothing stops it");
    assert_eq!(ids(&host), "bcd");
}

#[test]
fn wrong_settings_fail_a_run_with_the_first_and_name_every_other() {
    let failure = sync::<Letters>(host(), "a1b2").expect_err("digits are wrong");
    let facts = |facts: &[(&str, &str)]| -> Vec<(String, String)> {
        facts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let Failure::Settings(diagnosis) = failure else { panic!("expected settings, found {failure:?}") };
    assert_eq!(diagnosis.message.en, "1 is no letter");
    assert_eq!(diagnosis.setting.as_deref(), Some("/1"));
    assert_eq!(diagnosis.facts, facts(&[("found", "digit"), ("setting", "/2")]));
}

#[test]
fn wrong_settings_are_a_failed_check_each() {
    let findings = check::<Letters>(host(), "a1b2");
    let shown: Vec<_> =
        findings.iter().map(|it| (it.check.as_str(), it.status, it.diagnosis.message.en.as_str())).collect();
    assert_eq!(
        shown,
        [
            ("settings", CheckStatus::Failed, "1 is no letter"),
            ("settings", CheckStatus::Failed, "2 is no letter"),
        ]
    );
}

#[test]
fn a_check_that_stalls_is_a_failed_check() {
    let findings = check::<Letters>(host(), "?");
    let shown: Vec<_> = findings.iter().map(|it| (it.status, it.diagnosis.code.as_str())).collect();
    assert_eq!(shown, [(CheckStatus::Failed, "connector-stalled")]);
}

#[test]
fn wrong_settings_do_not_validate() {
    let problems = validate::<Letters>("7").expect_err("a digit is wrong");
    assert_eq!(problems.iter().map(|problem| problem.setting.as_deref()).collect::<Vec<_>>(), [Some("/7")]);
}

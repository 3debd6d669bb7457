//! The log of a run: its entries, and each change with what was there before.

use rollcall_host::directory::Action;
use rollcall_host::history::{ChangeRecord, Numbered};
use rollcall_host::merge::{AttributeChange, attribute_changes};
use rollcall_host::model::{Entry, Key, Severity};
use serde_json::{Value, json};

use super::Audience;
use super::diagnosis::{details, headline};
use super::layout::plain;
use crate::messages;
use rollcall_words::Sentence;

/// One entry, and below it what to do and the facts.
pub(crate) fn entry(entry: &Entry, reader: &Audience) -> Vec<String> {
    let mark = match entry.severity {
        Severity::Info => reader.sign("·", "."),
        Severity::Warning => "!",
        Severity::Error => reader.sign("✗", "x"),
    };
    let subject =
        entry.subject.as_ref().map(|key| format!("{}: ", subject(key, entry.subject_name.as_deref())));
    let headline = headline(&entry.diagnosis, reader);
    let mut lines = vec![format!("{mark} {}{headline}", subject.unwrap_or_default())];
    lines.extend(details(&entry.diagnosis, reader).into_iter().map(|line| format!("    {line}")));
    lines
}

/// One change, and below it each attribute that differs, unless the whole object came or went.
pub(crate) fn change(change: &ChangeRecord, reader: &Audience) -> Vec<String> {
    let action = action(change.action);
    let told = match &change.refusal {
        Some(_) if change.is_held() => messages::would_be(action),
        Some(_) => messages::not_done(action),
        None => action,
    };
    let mut lines = vec![format!("{} {}", told.to(reader.language), subject(&change.key, called(change)))];
    let mut below = Vec::new();
    if let Some(refusal) = &change.refusal {
        let mark = if change.is_held() { "!" } else { reader.sign("✗", "x") };
        below.push(format!("{mark} {}", headline(refusal, reader)));
        below.extend(details(refusal, reader));
    }
    below.extend(change.witness.as_ref().map(|witness| {
        let witness = plain(witness);
        messages::witness(witness).to(reader.language).to_owned()
    }));
    below.extend(differences(change).iter().map(|difference| attribute(difference, reader)));
    lines.extend(below.into_iter().map(|line| format!("    {line}")));
    lines
}

/// One change for a program: with each attribute that differs.
pub(crate) fn json(change: &ChangeRecord) -> Value {
    let [before, after] =
        [&change.before, &change.after].map(|document| document.as_deref().unwrap_or(&Value::Null));
    json!({
        "key": change.key,
        "name": called(change),
        "action": change.action,
        "witness": change.witness,
        "refusal": change.refusal,
        "attributes": attribute_changes(before, after),
    })
}

/// The same with its place in the run.
pub(crate) fn numbered_json(change: &Numbered<ChangeRecord>) -> Value {
    let mut value = json(&change.item);
    if let Some(members) = value.as_object_mut() {
        members.insert("number".to_owned(), change.number.into());
    }
    value
}

/// What differs in an object that was there before and still is.
pub(crate) fn differences(change: &ChangeRecord) -> Vec<AttributeChange> {
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => attribute_changes(before, after),
        (None, _) | (_, None) => Vec::new(),
    }
}

/// What a person calls the object of a change: its name before it.
pub(crate) fn called(change: &ChangeRecord) -> Option<&str> {
    [&change.before, &change.after]
        .into_iter()
        .filter_map(Option::as_ref)
        .find_map(|document| document.get("displayName").and_then(Value::as_str))
}

/// An object by its kind, its id and its name.
pub(crate) fn subject(key: &Key, name: Option<&str>) -> String {
    let name = name.map(|name| format!(" {}", plain(name))).unwrap_or_default();
    format!("{} {}{name}", plain(&key.resource_type), Value::from(plain(&key.external_id)))
}

fn attribute(difference: &AttributeChange, reader: &Audience) -> String {
    let value = |value: &Option<Value>| {
        value.as_ref().map_or_else(|| "-".to_owned(), |value| plain(&value.to_string()))
    };
    let (before, after) = (value(&difference.before), value(&difference.after));
    format!("{}  {before} {} {after}", plain(&difference.path), reader.arrow())
}

fn action(action: Action) -> Sentence {
    match action {
        Action::Created => messages::word_created(),
        Action::Updated => messages::word_updated(),
        Action::Restored => messages::word_restored(),
        Action::Unchanged => messages::word_unchanged(),
        Action::Deactivated => messages::word_deactivated(),
        Action::Deleted => messages::word_deleted(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use rollcall_host::document::Document;
    use rollcall_host::model::Diagnosis;

    fn record(action: Action, before: Option<Value>, after: Option<Value>) -> ChangeRecord {
        let [before, after] = [before, after].map(|document| document.map(Document::from));
        ChangeRecord { key: Key::new("User", "u1"), action, before, after, witness: None, refusal: None }
    }

    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "the macro `expect!` is written at the call")]
    fn check(lines: Vec<Vec<String>>, expected: Expect) {
        expected.assert_eq(&lines.concat().join("\n"));
    }

    #[test]
    fn a_changed_object_shows_each_attribute_before_and_after() {
        let before = json!({"displayName": "小红", "title": "Engineer", "emails": [{"type": "work", "value": "a@example.com"}]});
        let after = json!({"displayName": "小红红", "emails": [{"type": "work", "value": "b@example.com"}], "active": true});
        let renamed = record(Action::Updated, Some(before), Some(after));
        check(
            vec![change(&renamed, &Audience::ENGLISH), change(&renamed, &Audience::ASCII)],
            expect![[r#"
            updated User "u1" 小红
                active  - → true
                displayName  "小红" → "小红红"
                emails[type eq "work"].value  "a@example.com" → "b@example.com"
                title  "Engineer" → -
            updated User "u1" 小红
                active  - -> true
                displayName  "小红" -> "小红红"
                emails[type eq "work"].value  "a@example.com" -> "b@example.com"
                title  "Engineer" -> -"#]],
        );
    }

    #[test]
    fn an_object_that_came_or_went_is_one_line_and_its_witness() {
        let document = json!({"displayName": "小红", "title": "Engineer"});
        let came = record(Action::Created, None, Some(document.clone()));
        let went = record(Action::Deleted, Some(document), None);
        let went = ChangeRecord { witness: Some("404: no such user".to_owned()), ..went };
        check(
            vec![change(&came, &Audience::ENGLISH), change(&went, &Audience::CHINESE)],
            expect![[r#"
            created User "u1" 小红
            删除 User "u1" 小红
                来源答复：404: no such user"#]],
        );
    }

    #[test]
    fn a_refused_change_says_why() {
        let refusal = Diagnosis::new("name-taken", "the name is taken").with_remedy("rename one of them");
        let refused =
            ChangeRecord { refusal: Some(refusal), ..record(Action::Created, None, Some(json!({}))) };
        check(
            vec![change(&refused, &Audience::ENGLISH)],
            expect![[r#"
            not created User "u1"
                ✗ the name is taken (name-taken)
                → rename one of them"#]],
        );
    }

    #[test]
    fn what_waits_for_a_person_is_not_told_as_if_it_had_happened() {
        let active = |active: bool| Some(json!({"displayName": "小红", "active": active}));
        let held = ChangeRecord {
            refusal: Some(Diagnosis::new("departure-held", "it stays").in_chinese("予以保留", "")),
            ..record(Action::Deactivated, active(true), active(false))
        };
        check(
            vec![change(&held, &Audience::ENGLISH), change(&held, &Audience::CHINESE)],
            expect![[r#"
            held: would be deactivated User "u1" 小红
                ! it stays (departure-held)
                active  true → false
            待确认：将停用 User "u1" 小红
                ! 予以保留 (departure-held)
                active  true → false"#]],
        );
    }

    #[test]
    fn an_entry_says_whom_it_is_about() {
        let diagnosis = Diagnosis::new("phone-kept", "the phone number was not visible and is kept")
            .with_remedy("grant the permission")
            .in_chinese("看不到手机号，已保留原值", "请授予权限")
            .with_fact("permission", "read-mobile");
        let about = Entry {
            severity: Severity::Warning,
            subject: Some(Key::new("User", "u1")),
            subject_name: Some("小红".to_owned()),
            diagnosis: diagnosis.clone(),
        };
        let general = Entry { severity: Severity::Error, subject: None, subject_name: None, diagnosis };
        check(
            vec![entry(&about, &Audience::CHINESE), entry(&general, &Audience::ENGLISH)],
            expect![[r#"
            ! User "u1" 小红: 看不到手机号，已保留原值 (phone-kept)
                → 请授予权限
                permission:  read-mobile
            ✗ the phone number was not visible and is kept (phone-kept)
                → grant the permission
                permission:  read-mobile"#]],
        );
    }
}

//! Between the kit's words and the generated ones, field by field. A destructuring `let` makes a forgotten field an error.

use crate::bindings::exports::rollcall::connector::identity_source as source;
use crate::bindings::rollcall::connector::{directory, history, host, http_client, model as wit, storage};
use rollcall_kit::model;
use rollcall_kit::ports;

/// The language of the kit's second text.
const CHINESE: &str = "zh-CN";

/// A key of the kit's for the host.
#[must_use]
pub fn key(key: model::Key) -> wit::Key {
    let model::Key { resource_type, external_id } = key;
    wit::Key { resource_type, external_id }
}

/// A key of the host's for the kit.
#[must_use]
pub fn key_in(key: wit::Key) -> model::Key {
    let wit::Key { resource_type, external_id } = key;
    model::Key { resource_type, external_id }
}

pub(crate) fn diagnosis(diagnosis: model::Diagnosis) -> wit::Diagnosis {
    let model::Diagnosis { code, message, remedy, facts, setting } = diagnosis;
    let (remedy_en, remedy_zh) = remedy.map(|text| (text.en, text.zh)).unzip();
    let chinese = wit::Translation { language: CHINESE.to_owned(), message: message.zh, remedy: remedy_zh };
    // A sentence in one language is no translation of itself.
    let translations = if chinese.message == message.en { Vec::new() } else { vec![chinese] };
    let facts = facts.into_iter().map(name_value).collect();
    wit::Diagnosis { code, message: message.en, remedy: remedy_en, translations, facts, setting }
}

pub(crate) fn diagnosis_in(diagnosis: wit::Diagnosis) -> model::Diagnosis {
    let wit::Diagnosis { code, message, remedy, translations, facts, setting } = diagnosis;
    let chinese = translations.into_iter().find(|translation| translation.language == CHINESE);
    let (message_zh, remedy_zh) =
        chinese.map_or((None, None), |translation| (Some(translation.message), translation.remedy));
    model::Diagnosis {
        code,
        remedy: remedy.map(|en| model::Text { zh: remedy_zh.unwrap_or_else(|| en.clone()), en }),
        message: model::Text { zh: message_zh.unwrap_or_else(|| message.clone()), en: message },
        facts: facts.into_iter().map(name_value_in).collect(),
        setting,
    }
}

/// A name and a value of the kit's for the host.
#[must_use]
pub fn name_value((name, value): (String, String)) -> wit::NameValue {
    wit::NameValue { name, value }
}

/// A name and a value of the host's for the kit.
#[must_use]
pub fn name_value_in(pair: wit::NameValue) -> (String, String) {
    let wit::NameValue { name, value } = pair;
    (name, value)
}

/// A body of the kit's for the host.
#[must_use]
pub fn body(body: ports::Body) -> wit::Body {
    match body {
        ports::Body::Text(text) => wit::Body::Text(text),
        ports::Body::Bytes(bytes) => wit::Body::Bytes(bytes),
    }
}

/// A body of the host's for the kit.
#[must_use]
pub fn body_in(body: wit::Body) -> ports::Body {
    match body {
        wit::Body::Text(text) => ports::Body::Text(text),
        wit::Body::Bytes(bytes) => ports::Body::Bytes(bytes),
    }
}

/// A failure of the kit's for the host.
#[must_use]
pub fn failure(failure: model::Failure) -> wit::Failure {
    let (kind, why, retry_after_ms) = match failure {
        model::Failure::Settings(why) => (wit::FailureKind::Settings, why, None),
        model::Failure::Permission(why) => (wit::FailureKind::Permission, why, None),
        model::Failure::Unavailable(why, wait_ms) => {
            (wit::FailureKind::Unavailable, why, wait_ms.map(saturated))
        }
        model::Failure::Protocol(why) => (wit::FailureKind::Protocol, why, None),
        model::Failure::Host(why) => (wit::FailureKind::Host, why, None),
        model::Failure::Other(why) => (wit::FailureKind::Other, why, None),
    };
    wit::Failure { kind, diagnosis: diagnosis(why), retry_after_ms }
}

pub(crate) fn descriptor(descriptor: model::Descriptor) -> source::Descriptor {
    let model::Descriptor { id, name, version, settings_schema, resource_types } = descriptor;
    let names = vec![source::LocalizedName { language: CHINESE.to_owned(), name: name.zh }];
    let resource_type = |resource_type| {
        let model::ResourceType { name, identity_attribute } = resource_type;
        source::ResourceType { name, identity_attribute }
    };
    let resource_types = resource_types.into_iter().map(resource_type).collect();
    source::Descriptor { id, name: name.en, names, version, settings_schema, resource_types }
}

/// What a connector of the kit's needs, for the host.
#[must_use]
pub fn plan(plan: model::Plan) -> source::Plan {
    let model::Plan { origins, limits, secrets, event_delivery, poll_interval_ms, exclusive } = plan;
    let origin = |origin| {
        let model::Origin { origin, optional } = origin;
        source::Origin { origin, optional }
    };
    let limit = |limit| {
        let model::RateLimit { bucket, requests, window_ms } = limit;
        source::RateLimit { bucket, requests, window_ms }
    };
    let secret = |secret| {
        let model::SecretUse { setting, origins } = secret;
        source::SecretUse { setting, origins }
    };
    source::Plan {
        origins: origins.into_iter().map(origin).collect(),
        limits: limits.into_iter().map(limit).collect(),
        secrets: secrets.into_iter().map(secret).collect(),
        event_delivery: match event_delivery {
            model::EventDelivery::None => source::EventDelivery::None,
            model::EventDelivery::Callbacks => source::EventDelivery::Callbacks,
            model::EventDelivery::Channel => source::EventDelivery::Channel,
        },
        poll_interval_ms,
        exclusive,
    }
}

/// What is wrong with settings, for the host.
#[must_use]
pub fn invalid_settings(problems: Vec<model::Diagnosis>) -> source::InvalidSettings {
    source::InvalidSettings { problems: problems.into_iter().map(diagnosis).collect() }
}

/// A finding of the kit's for the host.
#[must_use]
pub fn finding(finding: model::Finding) -> source::Finding {
    let model::Finding { check, status, diagnosis: why } = finding;
    let status = match status {
        model::CheckStatus::Passed => source::CheckStatus::Passed,
        model::CheckStatus::Warning => source::CheckStatus::Warning,
        model::CheckStatus::Failed => source::CheckStatus::Failed,
        model::CheckStatus::Skipped => source::CheckStatus::Skipped,
    };
    source::Finding { check, status, diagnosis: diagnosis(why) }
}

/// What a run of the kit's read, for the host.
#[must_use]
pub fn summary(summary: model::Summary) -> source::Summary {
    let model::Summary { read, unchanged, skipped, complete, incomplete_reason } = summary;
    source::Summary {
        read: saturated(read),
        unchanged: saturated(unchanged),
        skipped: saturated(skipped),
        complete,
        incomplete_reason: incomplete_reason.map(diagnosis),
    }
}

pub(crate) fn removal(removal: model::Removal) -> wit::Removal {
    let model::Removal { key: of, evidence } = removal;
    wit::Removal { key: key(of), evidence }
}

pub(crate) fn change(change: model::Change) -> wit::Change {
    match change {
        model::Change::Put(model::DirectoryObject { key: of, version, document }) => {
            wit::Change::Put(wit::DirectoryObject { key: key(of), version, document })
        }
        model::Change::Remove(gone) => wit::Change::Remove(removal(gone)),
    }
}

pub(crate) fn scope(scope: &model::Scope) -> directory::Scope {
    let model::Scope { whole, parts } = scope;
    directory::Scope { whole: *whole, parts: parts.iter().cloned().map(key).collect() }
}

pub(crate) fn coverage(coverage: model::Coverage) -> directory::Coverage {
    let model::Coverage { resource_type, read, expected, containers } = coverage;
    let container = |container| {
        let model::Container { key: of, closed, listed, expected } = container;
        let (listed, expected) = (saturated(listed), expected.map(saturated));
        directory::Container { key: key(of), closed, listed, expected }
    };
    directory::Coverage {
        resource_type,
        read: saturated(read),
        expected: expected.map(saturated),
        containers: containers.into_iter().map(container).collect(),
    }
}

pub(crate) fn clearing(clearing: model::Clearing) -> directory::Clearing {
    let model::Clearing { attribute, document, keys, reason } = clearing;
    let keys = keys.into_iter().map(key).collect();
    directory::Clearing { attribute, document, keys, reason: diagnosis(reason) }
}

pub(crate) fn inventory_item(item: directory::InventoryItem) -> model::InventoryItem {
    let directory::InventoryItem { external_id, version, already_read } = item;
    model::InventoryItem { external_id, version, already_read }
}

pub(crate) fn outcome(outcome: directory::Outcome) -> model::Outcome {
    let directory::Outcome { status, reason } = outcome;
    match status {
        directory::OutcomeStatus::Applied => model::Outcome::Applied,
        directory::OutcomeStatus::Held => model::Outcome::Held,
        directory::OutcomeStatus::Rejected => {
            model::Outcome::Rejected(reason.map_or_else(no_reason, diagnosis_in))
        }
    }
}

fn no_reason() -> model::Diagnosis {
    model::Diagnosis::new(
        "rejected",
        "the host refused a change and said no reason",
        "宿主拒绝了一项变更，但没有说明原因",
    )
}

pub(crate) fn progress(progress: model::Progress) -> history::Progress {
    let model::Progress { phase, done, total } = progress;
    history::Progress { phase, done: saturated(done), total: total.map(saturated) }
}

pub(crate) fn entry(entry: model::Entry) -> history::LogEntry {
    let model::Entry { severity, subject, subject_name, diagnosis: why } = entry;
    let severity = match severity {
        model::Severity::Info => history::Severity::Info,
        model::Severity::Warning => history::Severity::Warning,
        model::Severity::Error => history::Severity::Error,
    };
    history::LogEntry { severity, subject: subject.map(key), subject_name, diagnosis: diagnosis(why) }
}

pub(crate) fn request(request: ports::Request) -> http_client::HttpRequest {
    let ports::Request { method, url, headers, body: carried, bucket, timeout_ms } = request;
    let headers = headers.into_iter().map(name_value).collect();
    http_client::HttpRequest { method, url, headers, body: body(carried), bucket, timeout_ms }
}

pub(crate) fn response(
    result: Result<http_client::HttpResponse, http_client::Fault>,
) -> Result<ports::Response, ports::Fault> {
    match result {
        Ok(http_client::HttpResponse { status, headers, body }) => {
            let headers = headers.into_iter().map(name_value_in).collect();
            Ok(ports::Response { status, headers, body: body_in(body) })
        }
        Err(http_client::Fault { kind, diagnosis: why }) => {
            let kind = match kind {
                http_client::FaultKind::Denied => ports::FaultKind::Denied,
                http_client::FaultKind::ProxyUnreachable => ports::FaultKind::ProxyUnreachable,
                http_client::FaultKind::ProxyRefused => ports::FaultKind::ProxyRefused,
                http_client::FaultKind::Untrusted => ports::FaultKind::Untrusted,
                http_client::FaultKind::NotSent => ports::FaultKind::NotSent,
                http_client::FaultKind::TimedOut => ports::FaultKind::TimedOut,
                http_client::FaultKind::TooLarge => ports::FaultKind::TooLarge,
                http_client::FaultKind::Interrupted => ports::FaultKind::Interrupted,
                http_client::FaultKind::Cancelled => ports::FaultKind::Cancelled,
                http_client::FaultKind::Other => ports::FaultKind::Other,
            };
            Err(ports::Fault { kind, diagnosis: diagnosis_in(why) })
        }
    }
}

pub(crate) fn area(area: ports::Area) -> storage::Area {
    match area {
        ports::Area::Memory => storage::Area::Memory,
        ports::Area::Durable => storage::Area::Durable,
    }
}

pub(crate) fn entry_write((key, value): ports::EntryWrite) -> storage::EntryWrite {
    storage::EntryWrite { key, value }
}

pub(crate) fn log_level(level: ports::LogLevel) -> host::LogLevel {
    match level {
        ports::LogLevel::Error => host::LogLevel::Error,
        ports::LogLevel::Warning => host::LogLevel::Warning,
        ports::LogLevel::Info => host::LogLevel::Info,
        ports::LogLevel::Debug => host::LogLevel::Debug,
    }
}

/// A count as the contract carries it; no source has more than four thousand million of anything.
fn saturated(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

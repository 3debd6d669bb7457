//! Between the kit's words and the generated ones, field by field. A destructuring `let` makes a forgotten field an error.

use crate::bindings::exports::rollcall::connector::identity_source as source;
use crate::bindings::rollcall::connector::{directory, history, http, types};
use rollcall_kit::model;
use rollcall_kit::ports;

/// The language of the kit's second text.
const CHINESE: &str = "zh-CN";

/// A key of the kit's for the host.
#[must_use]
pub fn key(key: model::Key) -> types::Key {
    let model::Key { resource_type, external_id } = key;
    types::Key { resource_type, external_id }
}

/// A key of the host's for the kit.
#[must_use]
pub fn key_in(key: types::Key) -> model::Key {
    let types::Key { resource_type, external_id } = key;
    model::Key { resource_type, external_id }
}

pub(crate) fn diagnosis(diagnosis: model::Diagnosis) -> types::Diagnosis {
    let model::Diagnosis { code, message, remedy, facts } = diagnosis;
    let (remedy_en, remedy_zh) = remedy.map(|text| (text.en, text.zh)).unzip();
    let chinese = types::Translation { language: CHINESE.to_owned(), message: message.zh, remedy: remedy_zh };
    types::Diagnosis { code, message: message.en, remedy: remedy_en, translations: vec![chinese], facts }
}

pub(crate) fn diagnosis_in(diagnosis: types::Diagnosis) -> model::Diagnosis {
    let types::Diagnosis { code, message, remedy, translations, facts } = diagnosis;
    let chinese = translations.into_iter().find(|translation| translation.language == CHINESE);
    let (message_zh, remedy_zh) =
        chinese.map_or((None, None), |translation| (Some(translation.message), translation.remedy));
    model::Diagnosis {
        code,
        remedy: remedy.map(|en| model::Text { zh: remedy_zh.unwrap_or_else(|| en.clone()), en }),
        message: model::Text { zh: message_zh.unwrap_or_else(|| message.clone()), en: message },
        facts,
    }
}

/// A failure of the kit's for the host.
#[must_use]
pub fn failure(failure: model::Failure) -> types::Failure {
    match failure {
        model::Failure::Settings(why) => types::Failure::Settings(diagnosis(why)),
        model::Failure::Permission(why) => types::Failure::Permission(diagnosis(why)),
        model::Failure::Unavailable(why, wait_ms) => types::Failure::Unavailable((diagnosis(why), wait_ms)),
        model::Failure::Protocol(why) => types::Failure::Protocol(diagnosis(why)),
        model::Failure::Host(why) => types::Failure::Host(diagnosis(why)),
        model::Failure::Other(why) => types::Failure::Other(diagnosis(why)),
    }
}

pub(crate) fn descriptor(descriptor: model::Descriptor) -> source::Descriptor {
    let model::Descriptor { id, name, version, settings_schema, resource_types } = descriptor;
    let names = vec![(CHINESE.to_owned(), name.zh)];
    source::Descriptor { id, name: name.en, names, version, settings_schema, resource_types }
}

pub(crate) fn plan(plan: model::Plan) -> source::Plan {
    let model::Plan { origins, limits } = plan;
    let limit = |limit| {
        let model::RateLimit { bucket, requests, window_ms } = limit;
        source::RateLimit { bucket, requests, window_ms }
    };
    source::Plan { origins, limits: limits.into_iter().map(limit).collect() }
}

pub(crate) fn problem(problem: model::Problem) -> source::Problem {
    let model::Problem { pointer, diagnosis: why } = problem;
    source::Problem { pointer, diagnosis: diagnosis(why) }
}

pub(crate) fn finding(finding: model::Finding) -> source::Finding {
    let model::Finding { check, standing, diagnosis: why } = finding;
    let standing = match standing {
        model::Standing::Passed => source::Standing::Passed,
        model::Standing::Warning => source::Standing::Warning,
        model::Standing::Failed => source::Standing::Failed,
        model::Standing::Skipped => source::Standing::Skipped,
    };
    source::Finding { check, standing, diagnosis: diagnosis(why) }
}

pub(crate) fn summary(summary: model::Summary) -> source::Summary {
    let model::Summary { read, unchanged, skipped, complete } = summary;
    source::Summary { read, unchanged, skipped, complete }
}

pub(crate) fn departure(departure: model::Departure) -> types::Departure {
    let model::Departure { key: of, witness } = departure;
    types::Departure { key: key(of), witness }
}

pub(crate) fn change(change: model::Change) -> types::Change {
    match change {
        model::Change::Put(model::Object { key: of, version, document }) => {
            types::Change::Put(types::Object { key: key(of), version, document })
        }
        model::Change::Delete(gone) => types::Change::Delete(departure(gone)),
    }
}

pub(crate) fn census(census: model::Census) -> directory::Census {
    let model::Census { resource_type, read, expected, scope } = census;
    directory::Census { resource_type, read, expected, scope }
}

pub(crate) fn holding(holding: directory::Holding) -> model::Holding {
    let directory::Holding { external_id, version } = holding;
    model::Holding { external_id, version }
}

pub(crate) fn outcome(outcome: directory::Outcome) -> model::Outcome {
    match outcome {
        directory::Outcome::Applied => model::Outcome::Applied,
        directory::Outcome::Rejected(why) => model::Outcome::Rejected(diagnosis_in(why)),
    }
}

pub(crate) fn verdict(verdict: directory::Verdict) -> model::Verdict {
    match verdict {
        directory::Verdict::Applied(outcomes) => {
            model::Verdict::Applied(outcomes.into_iter().map(outcome).collect())
        }
        directory::Verdict::Held(why) => model::Verdict::Held(why),
    }
}

pub(crate) fn progress(progress: model::Progress) -> history::Progress {
    let model::Progress { phase, done, total } = progress;
    history::Progress { phase, done, total }
}

pub(crate) fn entry(entry: model::Entry) -> history::Entry {
    let model::Entry { severity, subject, subject_name, diagnosis: why } = entry;
    let severity = match severity {
        model::Severity::Info => history::Severity::Info,
        model::Severity::Warning => history::Severity::Warning,
        model::Severity::Error => history::Severity::Error,
    };
    history::Entry { severity, subject: subject.map(key), subject_name, diagnosis: diagnosis(why) }
}

pub(crate) fn request(request: ports::Request) -> http::Request {
    let ports::Request { method, url, headers, body, bucket, timeout_ms } = request;
    let body = match body {
        ports::Body::Empty => http::Body::Empty,
        ports::Body::Text(text) => http::Body::Text(text),
        ports::Body::Bytes(bytes) => http::Body::Bytes(bytes),
    };
    http::Request { method, url, headers, body, bucket, timeout_ms }
}

pub(crate) fn response(
    result: Result<http::Response, http::Error>,
) -> Result<ports::Response, ports::HttpError> {
    match result {
        Ok(http::Response { status, headers, body }) => {
            let body = match body {
                http::Body::Empty => ports::Body::Empty,
                http::Body::Text(text) => ports::Body::Text(text),
                http::Body::Bytes(bytes) => ports::Body::Bytes(bytes),
            };
            Ok(ports::Response { status, headers, body })
        }
        Err(http::Error { kind, diagnosis: why }) => {
            let kind = match kind {
                http::ErrorKind::Denied => ports::HttpErrorKind::Denied,
                http::ErrorKind::NotSent => ports::HttpErrorKind::NotSent,
                http::ErrorKind::TimedOut => ports::HttpErrorKind::TimedOut,
                http::ErrorKind::TooLarge => ports::HttpErrorKind::TooLarge,
                http::ErrorKind::Interrupted => ports::HttpErrorKind::Interrupted,
                http::ErrorKind::Cancelled => ports::HttpErrorKind::Cancelled,
                http::ErrorKind::Other => ports::HttpErrorKind::Other,
            };
            Err(ports::HttpError { kind, diagnosis: diagnosis_in(why) })
        }
    }
}

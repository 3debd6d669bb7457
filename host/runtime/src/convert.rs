//! Between the generated types of the contract and the host's own words.
//!
//! Everything a guest says is cut to the contract's sizes here, and its own secrets are blacked out, so that nothing
//! behind this file needs to. Not here: documents, which are data and are checked where they are applied.

use crate::bindings::exports::rollcall::connector::identity_source as guest;
use crate::bindings::rollcall::connector::{history as wit_history, model as wit};
use crate::limits::{MAX_CODE_BYTES, MAX_FACTS, MAX_FINDINGS, MAX_NAME_BYTES, MAX_TEXT_BYTES};
use crate::model::{
    Body, Diagnosis, Entry, EventDelivery, Failure, FailureKind, Finding, Key, Plan, PlannedOrigin, Problem,
    Progress, RateLimit, SecretUse, Severity, Standing, Summary, Translation,
};
use crate::secrets::Secrets;

/// Reads what a guest says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GuestReader<'a> {
    pub(crate) secrets: &'a Secrets,
}

impl GuestReader<'_> {
    pub(crate) fn failure(self, failure: wit::Failure) -> Failure {
        let wit::Failure { kind, diagnosis, retry_after_ms } = failure;
        let kind = match kind {
            wit::FailureKind::Other => FailureKind::Other,
            wit::FailureKind::Settings => FailureKind::Settings,
            wit::FailureKind::Permission => FailureKind::Permission,
            wit::FailureKind::Unavailable => FailureKind::Unavailable,
            wit::FailureKind::Protocol => FailureKind::Protocol,
            wit::FailureKind::Host => FailureKind::Host,
        };
        // It means something for a source that is busy alone.
        let retry_after_ms = retry_after_ms.filter(|_| kind == FailureKind::Unavailable).map(u64::from);
        Failure { kind, diagnosis: self.diagnosis(diagnosis), retry_after_ms }
    }

    pub(crate) fn findings(self, findings: Vec<guest::Finding>) -> Vec<Finding> {
        findings.into_iter().take(MAX_FINDINGS).map(|finding| self.finding(finding)).collect()
    }

    pub(crate) fn problems(self, problems: Vec<wit::Diagnosis>) -> Vec<Problem> {
        let problem = |mut problem: wit::Diagnosis| Problem {
            pointer: self.text(&problem.setting.take().unwrap_or_default(), MAX_TEXT_BYTES),
            diagnosis: self.diagnosis(problem),
        };
        problems.into_iter().take(MAX_FINDINGS).map(problem).collect()
    }

    pub(crate) fn entry(self, entry: wit_history::LogEntry) -> Entry {
        Entry {
            severity: match entry.severity {
                wit_history::Severity::Info => Severity::Info,
                wit_history::Severity::Warning => Severity::Warning,
                wit_history::Severity::Error => Severity::Error,
            },
            subject: entry.subject.map(|key| self.key(&key)),
            subject_name: entry.subject_name.map(|name| self.text(&name, MAX_NAME_BYTES)),
            diagnosis: self.diagnosis(entry.diagnosis),
        }
    }

    pub(crate) fn progress(self, progress: &wit_history::Progress) -> Progress {
        Progress {
            phase: self.text(&progress.phase, MAX_NAME_BYTES),
            done: progress.done.into(),
            total: progress.total.map(u64::from),
        }
    }

    pub(crate) fn summary(self, summary: guest::Summary) -> Summary {
        let guest::Summary { read, unchanged, skipped, complete, incomplete_reason } = summary;
        Summary {
            read: read.into(),
            unchanged: unchanged.into(),
            skipped: skipped.into(),
            complete,
            incomplete_reason: incomplete_reason.map(|why| self.diagnosis(why)),
        }
    }

    /// Cut and blacked out.
    pub(crate) fn text(self, text: &str, max_bytes: usize) -> String {
        cut(self.secrets.black_out(text), max_bytes)
    }

    fn finding(self, finding: guest::Finding) -> Finding {
        Finding {
            check: self.text(&finding.check, MAX_NAME_BYTES),
            standing: match finding.status {
                guest::CheckStatus::Passed => Standing::Passed,
                guest::CheckStatus::Warning => Standing::Warning,
                guest::CheckStatus::Failed => Standing::Failed,
                guest::CheckStatus::Skipped => Standing::Skipped,
            },
            diagnosis: self.diagnosis(finding.diagnosis),
        }
    }

    fn key(self, key: &wit::Key) -> Key {
        Key::new(self.text(&key.resource_type, MAX_NAME_BYTES), self.text(&key.external_id, MAX_NAME_BYTES))
    }

    /// A setting that it is about becomes a fact, which is how whoever reads it finds the setting.
    pub(crate) fn diagnosis(self, diagnosis: wit::Diagnosis) -> Diagnosis {
        let sentence = |text: &str| self.text(text, MAX_TEXT_BYTES);
        let translation = |translation: wit::Translation| Translation {
            language: self.text(&translation.language, MAX_CODE_BYTES),
            message: sentence(&translation.message),
            remedy: translation.remedy.as_deref().map(sentence),
        };
        let fact = |wit::NameValue { name, value }| (self.text(&name, MAX_NAME_BYTES), sentence(&value));
        let setting = diagnosis.setting.filter(|setting| !setting.is_empty());
        let setting = setting.map(|setting| (SETTING_FACT.to_owned(), sentence(&setting)));
        Diagnosis {
            code: self.text(&diagnosis.code, MAX_CODE_BYTES),
            message: sentence(&diagnosis.message),
            remedy: diagnosis.remedy.as_deref().map(sentence),
            translations: diagnosis.translations.into_iter().take(MAX_FACTS).map(translation).collect(),
            facts: diagnosis.facts.into_iter().take(MAX_FACTS).map(fact).chain(setting).collect(),
        }
    }
}

pub(crate) fn plan(plan: guest::Plan) -> Plan {
    let limit = |limit: guest::RateLimit| RateLimit {
        bucket: limit.bucket,
        requests: limit.requests,
        window_ms: limit.window_ms,
    };
    let origin =
        |guest::Origin { origin, optional }: guest::Origin| PlannedOrigin { origin, is_optional: optional };
    let secret = |guest::SecretUse { setting, origins }: guest::SecretUse| SecretUse { setting, origins };
    Plan {
        origins: plan.origins.into_iter().map(origin).collect(),
        limits: plan.limits.into_iter().map(limit).collect(),
        secrets: plan.secrets.into_iter().map(secret).collect(),
        event_delivery: match plan.event_delivery {
            guest::EventDelivery::None => EventDelivery::None,
            guest::EventDelivery::Callbacks => EventDelivery::Callbacks,
            guest::EventDelivery::Channel => EventDelivery::Channel,
        },
        poll_interval_ms: plan.poll_interval_ms,
        exclusive: plan.exclusive,
    }
}

/// The fact that names the setting which a diagnosis is about, as a JSON pointer.
pub(crate) const SETTING_FACT: &str = "setting";

impl From<wit::Body> for Body {
    fn from(body: wit::Body) -> Self {
        match body {
            wit::Body::Text(text) => Self::Text(text),
            wit::Body::Bytes(bytes) => Self::Bytes(bytes),
        }
    }
}

impl From<Body> for wit::Body {
    fn from(body: Body) -> Self {
        match body {
            Body::Text(text) => Self::Text(text),
            Body::Bytes(bytes) => Self::Bytes(bytes),
        }
    }
}

impl From<wit::Key> for Key {
    fn from(key: wit::Key) -> Self {
        Self { resource_type: key.resource_type, external_id: key.external_id }
    }
}

impl From<&Key> for wit::Key {
    fn from(key: &Key) -> Self {
        Self { resource_type: key.resource_type.clone(), external_id: key.external_id.clone() }
    }
}

impl From<Diagnosis> for wit::Diagnosis {
    fn from(diagnosis: Diagnosis) -> Self {
        let translation =
            |Translation { language, message, remedy }| wit::Translation { language, message, remedy };
        Self {
            code: diagnosis.code,
            message: diagnosis.message,
            remedy: diagnosis.remedy,
            translations: diagnosis.translations.into_iter().map(translation).collect(),
            facts: diagnosis.facts.into_iter().map(|(name, value)| wit::NameValue { name, value }).collect(),
            setting: None,
        }
    }
}

/// The text, or its beginning and an ellipsis, in at most so many bytes.
pub(crate) fn cut(mut text: String, max_bytes: usize) -> String {
    const ELLIPSIS: char = '…';
    if max_bytes < text.len() {
        text.truncate(text.floor_char_boundary(max_bytes.saturating_sub(ELLIPSIS.len_utf8())));
        text.push(ELLIPSIS);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(cut("部门名称".to_owned(), 12), "部门名称");
        assert_eq!(cut("部门名称".to_owned(), 11), "部门…");
        assert_eq!(cut("部门名称".to_owned(), 3), "…");
    }
}

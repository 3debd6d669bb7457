//! Between the generated types of the contract and the host's own words.
//!
//! Everything a guest says is cut to the contract's sizes here, and its own secrets are blacked out, so that nothing
//! behind this file needs to. Not here: documents, which are data and are checked where they are applied.

use crate::bindings::exports::rollcall::connector::identity_source as guest;
use crate::bindings::rollcall::connector::{history as wit_history, types as wit};
use crate::limits::{MAX_CODE_BYTES, MAX_FACTS, MAX_FINDINGS, MAX_NAME_BYTES, MAX_TEXT_BYTES};
use crate::model::{
    Diagnosis, Entry, Failure, FailureKind, Finding, Key, Plan, Problem, Progress, RateLimit, Severity,
    Standing, Summary, Translation,
};
use crate::secrets::Secrets;

/// Reads what a guest says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub(crate) secrets: &'a Secrets,
}

impl Reader<'_> {
    pub(crate) fn failure(self, failure: wit::Failure) -> Failure {
        let (kind, diagnosis, retry_after_ms) = match failure {
            wit::Failure::Settings(diagnosis) => (FailureKind::Settings, diagnosis, None),
            wit::Failure::Permission(diagnosis) => (FailureKind::Permission, diagnosis, None),
            wit::Failure::Unavailable((diagnosis, after_ms)) => {
                (FailureKind::Unavailable, diagnosis, after_ms)
            }
            wit::Failure::Protocol(diagnosis) => (FailureKind::Protocol, diagnosis, None),
            wit::Failure::Host(diagnosis) => (FailureKind::Host, diagnosis, None),
            wit::Failure::Other(diagnosis) => (FailureKind::Other, diagnosis, None),
        };
        Failure { kind, diagnosis: self.diagnosis(diagnosis), retry_after_ms }
    }

    pub(crate) fn findings(self, findings: Vec<guest::Finding>) -> Vec<Finding> {
        findings.into_iter().take(MAX_FINDINGS).map(|finding| self.finding(finding)).collect()
    }

    pub(crate) fn problems(self, problems: Vec<guest::Problem>) -> Vec<Problem> {
        let problem = |problem: guest::Problem| Problem {
            pointer: self.text(&problem.pointer, MAX_TEXT_BYTES),
            diagnosis: self.diagnosis(problem.diagnosis),
        };
        problems.into_iter().take(MAX_FINDINGS).map(problem).collect()
    }

    pub(crate) fn entry(self, entry: wit_history::Entry) -> Entry {
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
            done: progress.done,
            total: progress.total,
        }
    }

    /// Cut and blacked out.
    pub(crate) fn text(self, text: &str, max_bytes: usize) -> String {
        cut(self.secrets.black_out(text), max_bytes)
    }

    fn finding(self, finding: guest::Finding) -> Finding {
        Finding {
            check: self.text(&finding.check, MAX_NAME_BYTES),
            standing: match finding.standing {
                guest::Standing::Passed => Standing::Passed,
                guest::Standing::Warning => Standing::Warning,
                guest::Standing::Failed => Standing::Failed,
                guest::Standing::Skipped => Standing::Skipped,
            },
            diagnosis: self.diagnosis(finding.diagnosis),
        }
    }

    fn key(self, key: &wit::Key) -> Key {
        Key::new(self.text(&key.resource_type, MAX_NAME_BYTES), self.text(&key.external_id, MAX_NAME_BYTES))
    }

    fn diagnosis(self, diagnosis: wit::Diagnosis) -> Diagnosis {
        let sentence = |text: &str| self.text(text, MAX_TEXT_BYTES);
        let translation = |translation: wit::Translation| Translation {
            language: self.text(&translation.language, MAX_CODE_BYTES),
            message: sentence(&translation.message),
            remedy: translation.remedy.as_deref().map(sentence),
        };
        let fact = |(name, value): (String, String)| (self.text(&name, MAX_NAME_BYTES), sentence(&value));
        Diagnosis {
            code: self.text(&diagnosis.code, MAX_CODE_BYTES),
            message: sentence(&diagnosis.message),
            remedy: diagnosis.remedy.as_deref().map(sentence),
            translations: diagnosis.translations.into_iter().take(MAX_FACTS).map(translation).collect(),
            facts: diagnosis.facts.into_iter().take(MAX_FACTS).map(fact).collect(),
        }
    }
}

pub(crate) fn plan(plan: guest::Plan) -> Plan {
    let limit = |limit: guest::RateLimit| RateLimit {
        bucket: limit.bucket,
        requests: limit.requests,
        window_ms: limit.window_ms,
    };
    Plan { origins: plan.origins, limits: plan.limits.into_iter().map(limit).collect() }
}

pub(crate) fn summary(summary: guest::Summary) -> Summary {
    let guest::Summary { read, unchanged, skipped, complete } = summary;
    Summary { read, unchanged, skipped, complete }
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
            facts: diagnosis.facts,
        }
    }
}

/// The text, or its beginning and an ellipsis, in at most so many bytes.
fn cut(mut text: String, max_bytes: usize) -> String {
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

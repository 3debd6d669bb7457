//! The findings of a check, as a list to go through.

use std::iter;

use rollcall_host::model::{Finding, Standing};

use super::Audience;
use super::diagnosis::{details, headline};
use super::layout::{plain, width};
use crate::messages;

/// The list, and a line that sums it up. What is not as it should be is followed by what to do, and what was not tried
/// is named together at the end.
pub(crate) fn lines(findings: &[Finding], reader: &Audience) -> Vec<String> {
    let (skipped, tried): (Vec<_>, Vec<_>) =
        findings.iter().partition(|finding| finding.standing == Standing::Skipped);
    let widest = tried.iter().map(|finding| width(&plain(&finding.check))).max().unwrap_or(0);
    let mut lines: Vec<_> = tried.iter().flat_map(|finding| item(finding, widest, reader)).collect();
    lines.extend(not_tried(&skipped, reader));
    lines.push(String::new());
    lines.push(sum(findings).to(reader.language).to_owned());
    lines
}

fn item(finding: &Finding, widest: usize, reader: &Audience) -> Vec<String> {
    let check = plain(&finding.check);
    let blanks = " ".repeat(widest.saturating_sub(width(&check)));
    let standing = mark(finding.standing, reader);
    let diagnosis = &finding.diagnosis;
    match finding.standing {
        Standing::Passed | Standing::Skipped => {
            vec![format!("{standing} {check}{blanks}  {}", message(finding, reader))]
        }
        Standing::Warning | Standing::Failed => {
            let indent = " ".repeat(widest.saturating_add(4));
            let mut lines = vec![format!("{standing} {check}{blanks}  {}", headline(diagnosis, reader))];
            lines.extend(details(diagnosis, reader).into_iter().map(|line| format!("{indent}{line}")));
            lines
        }
    }
}

/// Their names in one line, and below it why, once each.
fn not_tried(skipped: &[&Finding], reader: &Audience) -> Vec<String> {
    let mut names: Vec<_> = skipped.iter().map(|finding| plain(&finding.check)).collect();
    names.dedup();
    if names.is_empty() {
        return Vec::new();
    }
    let mut reasons: Vec<_> = skipped.iter().map(|finding| message(finding, reader)).collect();
    reasons.dedup();
    let names = format!("{} {}", mark(Standing::Skipped, reader), names.join(", "));
    iter::once(names).chain(reasons.into_iter().map(|reason| format!("    {reason}"))).collect()
}

fn message(finding: &Finding, reader: &Audience) -> String {
    plain(finding.diagnosis.localized(reader.language.tag()).message)
}

const fn mark(standing: Standing, reader: &Audience) -> &'static str {
    match standing {
        Standing::Passed => reader.sign("✓", "+"),
        Standing::Warning => "!",
        Standing::Failed => reader.sign("✗", "x"),
        Standing::Skipped => "-",
    }
}

fn sum(findings: &[Finding]) -> rollcall_words::Sentence {
    let count = |standing| findings.iter().filter(|finding| finding.standing == standing).count();
    let [passed, warnings, failed, skipped] =
        [Standing::Passed, Standing::Warning, Standing::Failed, Standing::Skipped].map(count);
    messages::check_sum(passed, warnings, failed, skipped)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use rollcall_host::model::Diagnosis;

    use super::*;

    fn finding(check: &str, standing: Standing, diagnosis: Diagnosis) -> Finding {
        Finding { check: check.to_owned(), standing, diagnosis }
    }

    fn findings() -> Vec<Finding> {
        let wrong = Diagnosis::new("secret-wrong", "the secret is wrong")
            .with_remedy("copy it again")
            .in_chinese("密钥错误", "请重新复制密钥")
            .with_fact("code", "40001")
            .with_fact("request id", "r1");
        let part = Diagnosis::new("scope-part", "only a part is visible").in_chinese("只能看到一部分", "");
        let skipped = Diagnosis::new("skipped", "not tried").in_chinese("未检查", "");
        vec![
            finding("proxy", Standing::Passed, Diagnosis::new("ok", "answers").in_chinese("应答正常", "")),
            finding("scope", Standing::Warning, part),
            finding("member-list", Standing::Skipped, skipped.clone()),
            finding("token", Standing::Failed, wrong),
            finding("member-read", Standing::Skipped, skipped),
        ]
    }

    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "the macro `expect!` is written at the call")]
    fn check(reader: &Audience, expected: Expect) {
        expected.assert_eq(&lines(&findings(), reader).join("\n"));
    }

    #[test]
    fn a_failure_is_followed_by_its_remedy_and_facts() {
        check(
            &Audience::ENGLISH,
            expect![[r#"
            ✓ proxy  answers
            ! scope  only a part is visible (scope-part)
            ✗ token  the secret is wrong (secret-wrong)
                     → copy it again
                     code:        40001
                     request id:  r1
            - member-list, member-read
                not tried

            1 passed, 1 to look at, 1 failed, 2 not tried"#]],
        );
    }

    #[test]
    fn each_reason_why_something_was_not_tried_is_told_once() {
        let not_tried = |check, why| finding(check, Standing::Skipped, Diagnosis::new("not-tried", why));
        let findings = [
            not_tried("origin", "https://a.example was not tried"),
            not_tried("origin", "https://b.example was not tried"),
            not_tried("connector", "the source itself was not asked"),
            not_tried("token", "the source itself was not asked"),
        ];
        expect![[r#"
            - origin, connector, token
                https://a.example was not tried
                https://b.example was not tried
                the source itself was not asked

            0 passed, 0 to look at, 0 failed, 4 not tried"#]]
        .assert_eq(&lines(&findings, &Audience::ENGLISH).join("\n"));
    }

    #[test]
    fn it_reads_in_chinese() {
        check(
            &Audience::CHINESE,
            expect![[r#"
            ✓ proxy  应答正常
            ! scope  只能看到一部分 (scope-part)
            ✗ token  密钥错误 (secret-wrong)
                     → 请重新复制密钥
                     code:        40001
                     request id:  r1
            - member-list, member-read
                未检查

            通过 1 项，需留意 1 项，失败 1 项，未检查 2 项"#]],
        );
    }

    #[test]
    fn it_is_ascii_where_the_terminal_is() {
        check(
            &Audience::ASCII,
            expect![[r#"
            + proxy  answers
            ! scope  only a part is visible (scope-part)
            x token  the secret is wrong (secret-wrong)
                     -> copy it again
                     code:        40001
                     request id:  r1
            - member-list, member-read
                not tried

            1 passed, 1 to look at, 1 failed, 2 not tried"#]],
        );
    }
}

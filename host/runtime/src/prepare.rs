//! What a run and a check have in common before the connector may reach anything: settings, plan, grants, client.
//!
//! Not here: trying whether the way is free (`preflight`).

use std::sync::Arc;

use crate::convert::SETTING_FACT;
use crate::egress::{Client, InvalidCa};
use crate::error::GuestError;
use crate::grant::{Grants, NotGranted};
use crate::model::{Diagnosis, Failure, FailureKind, Plan, Problem};
use crate::refusal;
use crate::services::Services;
use crate::source::Source;

/// Everything that is needed to call a connector online.
pub(crate) struct Prepared {
    pub(crate) plan: Plan,
    pub(crate) grants: Arc<Grants>,
    pub(crate) client: Arc<Client>,
}

/// Why a connector is not called.
#[derive(Debug)]
pub(crate) enum Unprepared {
    Settings(Vec<Problem>),
    Guest(GuestError),
}

/// Validate the settings, decide the grants, and keep the plan's rate limits from now on.
pub(crate) async fn prepare(services: &Services, source: &Source) -> Result<Prepared, Unprepared> {
    let validated = source
        .connector()
        .validate_metered(source.settings(), &services.meter(source.name()))
        .await
        .map_err(Unprepared::Guest)?;
    let plan = validated.map_err(Unprepared::Settings)?;
    let allow = source.egress().allow.as_deref();
    let grants = Grants::decide(&plan.origins, allow)
        .map_err(|refused| Unprepared::Settings(refused.iter().map(not_granted).collect()))?;
    let client = services.client(source).map_err(|error| Unprepared::Settings(vec![invalid_ca(&error)]))?;
    client.limiter().keep(&plan.limits);
    Ok(Prepared { plan, grants: Arc::new(grants), client })
}

impl Unprepared {
    /// The failure of a run.
    pub(crate) fn into_failure(self) -> Failure {
        match self {
            Self::Guest(error) => refusal::guest(&error),
            Self::Settings(problems) => Failure::new(FailureKind::Settings, all_of(problems)),
        }
    }
}

/// One diagnosis for all problems: the only one, or a list of them.
fn all_of(problems: Vec<Problem>) -> Diagnosis {
    let problems = match <[Problem; 1]>::try_from(problems) {
        Ok([problem]) => return with_pointer(problem),
        Err(problems) => problems,
    };
    let list = |language: &str| {
        let line = |problem: &Problem| {
            let message = problem.diagnosis.localized(language).message;
            if problem.pointer.is_empty() {
                message.to_owned()
            } else {
                format!("{}: {message}", problem.pointer)
            }
        };
        problems.iter().map(line).collect::<Vec<_>>().join("; ")
    };
    let n = problems.len();
    let wrong = if n == 1 { "1 setting is wrong".to_owned() } else { format!("{n} settings are wrong") };
    Diagnosis::new("settings-invalid", format!("{wrong}: {}", list("en")))
        .with_remedy("Correct these settings, then run again.")
        .in_chinese(format!("有 {n} 项设置不正确：{}", list("zh-CN")), "请修改这些设置，然后重新运行。")
}

/// The diagnosis of a problem, with the setting it is about.
pub(crate) fn with_pointer(problem: Problem) -> Diagnosis {
    let Problem { pointer, diagnosis } = problem;
    if pointer.is_empty() { diagnosis } else { diagnosis.with_fact(SETTING_FACT, pointer) }
}

fn not_granted(refused: &NotGranted) -> Problem {
    let diagnosis = Diagnosis::new("origin-not-granted", refused.to_string());
    let diagnosis = match refused {
        NotGranted::NotAllowed(origin) | NotGranted::Unencrypted(origin) => diagnosis
            .with_remedy(
                "Add the origin to the source's `allow` list, or change the setting that leads there.",
            )
            .in_chinese(
                format!("这些设置需要访问 {origin}，但它不在来源的 `allow` 列表中"),
                "请把该地址加入来源的 `allow` 列表，或修改指向它的设置。",
            )
            .with_fact("origin", origin.to_string()),
        NotGranted::Invalid(_) => diagnosis
            .with_remedy("Check the addresses in the settings.")
            .in_chinese("连接器要求访问的地址无效", "请检查设置中的地址。"),
    };
    Problem { pointer: String::new(), diagnosis }
}

fn invalid_ca(error: &InvalidCa) -> Problem {
    let diagnosis = Diagnosis::new("ca-invalid", error.to_string())
        .with_remedy("Give a file with the authority's certificate in PEM form.")
        .in_chinese(format!("CA 证书文件无法使用：{error}"), "请提供 PEM 格式的 CA 证书文件。");
    Problem { pointer: String::new(), diagnosis }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(pointer: &str, message: &str, chinese: &str) -> Problem {
        let diagnosis = Diagnosis::new("missing", message).in_chinese(chinese, "");
        Problem { pointer: pointer.to_owned(), diagnosis }
    }

    #[test]
    fn a_single_problem_is_the_failure_and_names_its_setting() {
        let failure =
            Unprepared::Settings(vec![problem("/key", "key is missing", "缺少 key")]).into_failure();
        assert_eq!(failure.kind, FailureKind::Settings);
        assert_eq!(
            (failure.diagnosis.code.as_str(), failure.diagnosis.fact("setting")),
            ("missing", Some("/key"))
        );
    }

    #[test]
    fn several_problems_are_told_at_once_in_both_languages() {
        let problems = vec![problem("/key", "key is missing", "缺少 key"), problem("", "it is odd", "不对")];
        let diagnosis = Unprepared::Settings(problems).into_failure().diagnosis;
        assert_eq!(diagnosis.message, "2 settings are wrong: /key: key is missing; it is odd");
        assert_eq!(diagnosis.localized("zh").message, "有 2 项设置不正确：/key: 缺少 key; 不对");
    }
}

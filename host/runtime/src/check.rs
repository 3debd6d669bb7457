//! The checklist for an administrator: settings, then the way, then what the connector finds at the source.
//!
//! It leaves no history row and writes nothing: the connector sees the stores as in a dry run.

mod channel;
mod clock;
mod findings;

use std::sync::Arc;

use tokio::time::Instant;

use self::clock::Pushes;
use self::findings::{finding, host_failed};
use crate::apply::{Identities, scope};
use crate::cancel::Cancel;
use crate::clearing::Approved;
use crate::exclusive::shared;
use crate::model::{Diagnosis, EventDelivery, Finding, Plan, RunId, Standing};
use crate::observe::Unobserved;
use crate::preflight::{OriginToTry, done_without, preflight};
use crate::prepare::{Prepared, Unprepared, prepare, with_pointer};
use crate::recorder::Recorder;
use crate::refusal;
use crate::services::Services;
use crate::session::Sessions;
use crate::source::Source;

pub(crate) async fn check(services: &Services, source: &Source, others: &[Source]) -> Vec<Finding> {
    // Whoever checks wants to know how it stands now, and not what the proxy said of the password before.
    services.unbar(source);
    let prepared = match prepare(services, source).await {
        Ok(prepared) => prepared,
        Err(unprepared) => return settings_findings(unprepared),
    };
    let planned = prepared.plan.origins.iter().filter_map(|planned| {
        Some(OriginToTry { origin: planned.origin.parse().ok()?, is_optional: planned.is_optional })
    });
    let (granted, missing): (Vec<OriginToTry>, Vec<OriginToTry>) =
        planned.partition(|way| prepared.grants.permits(&way.origin));
    let mut findings = vec![settings_passed(&granted)];
    findings.extend(exclusive_finding(source, &prepared.plan, others).await);
    findings.extend(preflight(&prepared.client, &granted).await);
    findings.extend(missing.iter().map(|way| done_without(&way.origin)));
    if has_failed(&findings) {
        findings.push(connector_skipped());
        return findings;
    }
    let began = Instant::now();
    let found = connector_findings(services, source, &prepared).await;
    let event_delivery = prepared.plan.event_delivery;
    let pushes = pushes(source, event_delivery);
    findings.push(clock::compare(&prepared.client, &**services.clock(), began, pushes));
    let is_stopped = has_failed(&found);
    findings.extend(found);
    if source.connector().is_live() && event_delivery == EventDelivery::Channel {
        let session = || sessions(services, source, &prepared).some(RunId::new("check"));
        let opened = if is_stopped {
            Some(channel::not_tried())
        } else {
            channel::check(services, source, &prepared, session).await
        };
        findings.extend(opened);
    }
    findings
}

fn pushes(source: &Source, event_delivery: EventDelivery) -> Pushes {
    let is_signed =
        event_delivery == EventDelivery::Callbacks && source.connector().descriptor().has_signed_deliveries();
    if is_signed { Pushes::Signed } else { Pushes::Timeless }
}

fn has_failed(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.standing == Standing::Failed)
}

/// That another source has what this one may not share. Others whose settings are wrong have nothing.
async fn exclusive_finding(source: &Source, plan: &Plan, others: &[Source]) -> Option<Finding> {
    if plan.exclusive.is_empty() {
        return None;
    }
    let mut theirs = Vec::with_capacity(others.len());
    for other in others {
        if let Ok(Ok(plan)) = other.plan().await {
            theirs.push((other.name(), plan.exclusive));
        }
    }
    let theirs = theirs.iter().map(|(other, texts)| (*other, texts));
    shared(source.name(), &plan.exclusive, theirs).map(|shared| shared.finding())
}

async fn connector_findings(services: &Services, source: &Source, prepared: &Prepared) -> Vec<Finding> {
    // A check has no row, and a dry directory does not look at the run it is given.
    let (session, worker) = sessions(services, source, prepared).full(RunId::new("check"));
    let checked = source.connector().check(session).await;
    let finished = worker.finish().await;
    match (checked, finished) {
        (Ok(findings), Ok(_)) => findings,
        (Err(error), _) => vec![finding("connector", Standing::Failed, refusal::guest(&error).diagnosis)],
        (Ok(_), Err(error)) => vec![finding("connector", Standing::Failed, host_failed(&error))],
    }
}

fn sessions<'a>(services: &'a Services, source: &'a Source, prepared: &'a Prepared) -> Sessions<'a> {
    Sessions {
        services,
        source,
        prepared,
        recorder: Arc::new(Recorder::of_nothing(Arc::new(Unobserved))),
        cancel: Cancel::new(),
        is_dry: true,
        scales: None,
        declined: Arc::default(),
        approved: Approved::Nothing,
        identities: Identities::default(),
        known_scopes: scope::EarlierScopes::default(),
        overrun: Cancel::new(),
    }
}

fn settings_findings(unprepared: Unprepared) -> Vec<Finding> {
    match unprepared {
        Unprepared::Guest(error) => {
            vec![finding("connector", Standing::Failed, refusal::guest(&error).diagnosis)]
        }
        Unprepared::Settings(problems) => {
            let failed = problems
                .into_iter()
                .map(|problem| finding("settings", Standing::Failed, with_pointer(problem)));
            failed.chain([connector_skipped()]).collect()
        }
    }
}

fn settings_passed(ways: &[OriginToTry]) -> Finding {
    let list = ways.iter().map(|way| way.origin.to_string()).collect::<Vec<_>>().join(", ");
    let (english, chinese) = match ways {
        [] => ("the settings are valid".to_owned(), "设置有效".to_owned()),
        _ => (format!("the settings are valid and lead to {list}"), format!("设置有效，将访问 {list}")),
    };
    let diagnosis = Diagnosis::new("settings-valid", english).in_chinese(chinese, "");
    finding("settings", Standing::Passed, diagnosis)
}

fn connector_skipped() -> Finding {
    let diagnosis =
        Diagnosis::new("connector-not-tried", "the source itself was not asked; mend what failed first")
            .in_chinese("未检查来源本身，请先解决上面的问题", "");
    finding("connector", Standing::Skipped, diagnosis)
}

#[cfg(test)]
mod tests {
    use super::settings_passed;

    #[test]
    fn settings_that_lead_nowhere_are_valid_and_no_more_is_said() {
        let told = settings_passed(&[]).diagnosis;
        let in_chinese = told.localized("zh-CN").message.to_owned();
        assert_eq!((told.message.as_str(), in_chinese.as_str()), ("the settings are valid", "设置有效"));
    }
}

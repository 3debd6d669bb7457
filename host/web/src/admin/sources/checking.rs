//! Checking a source, and what was found last.
//!
//! Not here: what is checked; the host and its connectors know.

use rollcall_host::model::{Diagnosis, Finding, SourceName, Standing};

use super::changing::unusable;
use super::checks::Check;
use super::entry::SourceEntry;
use super::registry::Sources;
use crate::admin_error::AdminError;

impl Sources {
    /// The latest check of a source since it was last changed, or the program began.
    pub(crate) fn checked(&self, name: &SourceName) -> Option<Check> {
        self.state.checks.of(name)
    }

    /// Begin to check a source, unless it is being checked already. Changes nothing at the source or here.
    pub(crate) fn check(&self, name: &SourceName) -> Result<(), AdminError> {
        let source = match self.entry(name).ok_or_else(AdminError::not_found)? {
            SourceEntry::Followed(known) => known.source.clone(),
            SourceEntry::Idle(idle) => idle.source.clone(),
            SourceEntry::Broken(broken) => return Err(unusable(broken.diagnosis.clone())),
        };
        let Some(number) = self.state.checks.begin(name, self.services().now()) else { return Ok(()) };
        let others: Vec<_> = self.entries().iter().filter_map(SourceEntry::source).cloned().collect();
        let sources = self.clone();
        tokio::spawn(async move {
            let checked = tokio::spawn({
                let (host, source) = (sources.services().host().clone(), source.clone());
                async move { host.check_beside(&source, &others).await }
            });
            let findings = checked.await.unwrap_or_else(|died| vec![died_finding(&died)]);
            sources.state.checks.end(source.name(), number, findings, sources.services().now());
            sources.services().pulse().beat();
        });
        Ok(())
    }
}

fn died_finding(died: &tokio::task::JoinError) -> Finding {
    tracing::error!(error = %died, "a check died");
    let diagnosis = Diagnosis::new("check-died", "the check itself failed; this is a defect of the server")
        .with_remedy("look into the server's log")
        .in_chinese("检查本身出错，这是服务器的缺陷", "请查看服务器日志");
    Finding { check: "host".to_owned(), standing: Standing::Failed, diagnosis }
}

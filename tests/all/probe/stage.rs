//! A host over SQLite, the probe as a toolchain leaves it, which the host closes off, and its peer.

use crate::harness::built;
use crate::harness::real::{Platform, engine_with};
use rollcall_host::egress::{Egress, Proxy};
use rollcall_host::history::Counters;
use rollcall_host::model::{Finding, Key, Progress, Severity, SourceName};
use rollcall_host::observe::Observer;
use rollcall_host::{Cancel, Connector, EngineOptions, RunOptions, RunReport, Source};
use rollcall_probe::SECRET;
use rollcall_probe_peer::server;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

pub(super) const SOURCE: &str = "probed";

/// Where nobody listens: port 1 is below those that are given out.
const DEAD: &str = "http://127.0.0.1:1";

pub(super) struct Stage {
    pub(super) platform: Platform,
    /// The origin of the peer.
    pub(super) peer: String,
    connector: Connector,
}

impl Stage {
    pub(super) fn new() -> Self {
        Self::with(EngineOptions::default())
    }

    /// For a connector that never ends, or takes all there is.
    pub(super) fn impatient() -> Self {
        let options = EngineOptions {
            cpu_limit: Duration::from_secs(2),
            memory_limit_bytes: 400 << 20,
            ..EngineOptions::default()
        };
        Self::with(options)
    }

    fn with(options: EngineOptions) -> Self {
        let address = server::start(0).expect("a loopback port can be had");
        let platform = Platform::new(engine_with(options));
        let connector = platform.load(&built::component("probe-open"));
        Self { platform, peer: format!("http://{address}"), connector }
    }

    /// What the probe itself finds, and how the call ended if it did not.
    pub(super) fn check(&self, probe: &str) -> Vec<Finding> {
        let found = self.platform.wait(self.platform.host.check(&self.source(probe, None)));
        // The host's own come first.
        found
            .into_iter()
            .filter(|finding| {
                let code = finding.diagnosis.code.as_str();
                code.starts_with("promise-") || code.starts_with("probe-") || code.starts_with("connector-")
            })
            .collect()
    }

    pub(super) fn sync(&self, probe: &str) -> RunReport {
        self.platform.sync(&self.source(probe, None), RunOptions::default())
    }

    pub(super) fn sync_behind(&self, probe: &str, proxy: Proxy) -> RunReport {
        self.platform.sync(&self.source(probe, Some(proxy)), RunOptions::default())
    }

    pub(super) fn refresh(&self, probe: &str) -> RunReport {
        let (source, keys) = (self.source(probe, None), vec![Key::new("User", "1")]);
        let refreshed = self.platform.host.refresh(&source, keys, RunOptions::default());
        self.platform.wait(refreshed).expect("there is a run")
    }

    pub(super) fn cancelled(&self, observer: CancelOnceWaiting) -> RunReport {
        let cancel = observer.0.clone();
        let options = RunOptions { cancel, observer: Arc::new(observer), ..RunOptions::default() };
        self.platform.sync(&self.source("cancel", None), options)
    }

    /// Each promise that the run tells of must be kept, and there must be some.
    #[track_caller]
    pub(super) fn assert_kept(&self, report: &RunReport) {
        let entries = self.platform.entries(&report.run, Severity::Info);
        let told =
            entries.iter().filter(|entry| entry.diagnosis.facts.iter().any(|(name, _)| name == "stands-at"));
        let (kept, odd): (Vec<_>, Vec<_>) = told.partition(|entry| entry.severity == Severity::Info);
        assert!(odd.is_empty(), "{odd:#?}");
        assert!(!kept.is_empty(), "{report:?}");
        let names: BTreeSet<_> = kept.iter().map(|entry| &entry.diagnosis.code).collect();
        assert_eq!(names.len(), kept.len());
    }

    fn source(&self, probe: &str, proxy: Option<Proxy>) -> Source {
        let name = SourceName::new(SOURCE).expect("the name is one");
        let allow = [self.peer.as_str(), DEAD].map(|origin| origin.parse().expect("it is an origin"));
        let egress = Egress { proxy, ca_pem: None, allow: Some(allow.into()) };
        let settings = json!({"probe": probe, "peer": self.peer, "dead": DEAD, "secret": SECRET});
        Source::new(name, self.connector.clone(), settings, egress)
    }
}

/// Cancels once the probe says that it waits for that.
pub(super) struct CancelOnceWaiting(Cancel);

impl CancelOnceWaiting {
    pub(super) fn new() -> Self {
        Self(Cancel::new())
    }
}

impl Observer for CancelOnceWaiting {
    fn progress(&self, progress: Option<&Progress>, _counters: &Counters) {
        if progress.is_some_and(|progress| progress.phase == "waiting-to-be-cancelled") {
            self.0.cancel();
        }
    }
}

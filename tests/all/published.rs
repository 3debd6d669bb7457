//! A connector that was built when a version of the contract was published (`fixtures/published/VERSION/roster.wasm`), in
//! today's host. No build makes these files anew: they are what is out there.

use crate::companies;
use crate::harness::real::{Platform, Real};
use crate::swap::{roster, serve};
use rollcall_host::history::RunState;
use rollcall_host::model::SourceName;
use rollcall_host::{RunOptions, Source};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn a_connector_of_each_published_contract_imports_follows_and_is_quiet() {
    let real = Real::new(companies::branches(8));
    for version in published() {
        let name = format!("roster-{}", version.replace('.', "-"));
        let source = source(&real.platform, &real, &name, &component(&version));
        serve(&real.server, &roster(&["w1", "w2"]));
        let first = real.platform.sync(&source, RunOptions::default());
        assert_eq!((first.state, first.counters.created), (RunState::Succeeded, 3), "{version}");
        serve(&real.server, &roster(&["w2"]));
        let second = real.platform.sync(&source, RunOptions::default());
        assert_eq!((second.state, second.counters.deactivated), (RunState::Succeeded, 1), "{version}");
        let third = real.platform.sync(&source, RunOptions::default());
        assert_eq!((third.state, third.counters.unchanged), (RunState::Succeeded, 2), "{version}");
        assert_eq!(real.platform.changes(&third.run), [], "{version}");
        let documents = real.platform.documents(&name);
        let ids: Vec<&str> = documents.keys().map(|(_, id)| id.as_str()).collect();
        assert_eq!(ids, ["w", "w2"], "{version}");
    }
}

fn source(platform: &Platform, real: &Real, name: &str, component: &Path) -> Source {
    let name = SourceName::new(name).expect("the name is one");
    let settings = json!({ "url": "https://oapi.dingtalk.com/roster.json" });
    Source::new(name, platform.load(component), settings, real.egress.clone())
}

/// The versions of the contract that were published.
fn published() -> Vec<String> {
    let folders = fs::read_dir(root().join("../../wit/published")).expect("a contract was published");
    let names = folders.map(|folder| folder.expect("it can be read").file_name());
    let mut versions: Vec<String> = names.map(|name| name.into_string().expect("it is text")).collect();
    versions.sort();
    assert!(!versions.is_empty(), "nothing was published");
    versions
}

fn component(version: &str) -> PathBuf {
    let path = root().join("fixtures/published").join(version).join("roster.wasm");
    assert!(path.exists(), "{} is missing: keep a component of each published version", path.display());
    path
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

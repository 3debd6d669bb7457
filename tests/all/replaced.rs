//! A connector's file put in the place of another's: the same program runs it, and no other source notices.

use crate::harness::built;
use crate::harness::extra::{self, Web};
use crate::harness::program::{Ended, Office};
use crate::harness::real;
use serde_json::json;
use std::fs;

#[test]
fn a_dingtalk_in_the_place_of_a_roster_leaves_the_head_office_as_it_was() {
    let two = TwoSources::imported();
    let before = two.kept("head-office");
    two.put("dingtalk", "branch.wasm");

    // The settings are still a roster's: the new connector says so, and nothing happens.
    let refused = two.sync("branch.toml").with_code(1).json();
    assert_eq!(
        (&refused["run"]["connector"]["id"], &refused["run"]["state"]),
        (&json!("dingtalk"), &json!("failed"))
    );
    assert_eq!(two.kept("head-office"), before);

    // With settings of its own it imports, into its own source: the same people under other names of the platform's.
    let settings = two.office.source_file().replace("name = \"head-office\"", "name = \"branch\"");
    two.office.write("branch.toml", &settings);
    let imported = two.sync("branch.toml").json();
    assert_eq!(imported["run"]["connector"]["id"], "dingtalk");
    // One of the six people and departments has the id of one whom the roster named.
    assert_eq!(
        (&imported["run"]["counters"]["created"], &imported["run"]["counters"]["updated"]),
        (&json!(6), &json!(1))
    );
    assert_eq!(two.kept("head-office"), before);
}

#[test]
fn a_roster_in_the_place_of_a_dingtalk_leaves_the_branch_as_it_was() {
    let two = TwoSources::imported();
    let (head_office, branch) = (two.kept("head-office"), two.kept("branch"));
    two.put("roster", "head-office.wasm");
    let refused = two.sync("source.toml").with_code(1).json();
    assert_eq!(
        (&refused["run"]["connector"]["id"], &refused["run"]["state"]),
        (&json!("roster"), &json!("failed"))
    );
    assert_eq!((two.kept("head-office"), two.kept("branch")), (head_office, branch));
}

/// The office of [`Office`], whose source is DingTalk, with a branch whose source is a roster on a web server. Each has a
/// connector file of its own.
struct TwoSources {
    office: Office,
    _web: Web,
}

impl TwoSources {
    #[track_caller]
    fn imported() -> Self {
        // Into the cache that an office begins with.
        real::Platform::new(real::engine()).load(&built::component("roster"));
        let office = Office::new(extra::feihua());
        let web = Web::json(&json!({
            "departments": [{ "id": "hq", "name": "Branch" }],
            "people": [
                { "id": "7", "name": "Xiaolan", "email": "xiaolan@branch.example", "departments": ["hq"] },
                { "id": "xiaohong", "name": "Another Xiaohong", "departments": ["hq"] },
            ],
        }));
        let origin = web.origin();
        let branch = format!(
            "name = \"branch\"\nconnector = \"branch.wasm\"\n\n[egress]\nallow = [\"{origin}\"]\n\n\
             [settings]\nurl = \"{origin}/roster.json\"\n"
        );
        let component = built::component("dingtalk").display().to_string();
        office.write("branch.toml", &branch);
        office.write("source.toml", &office.source_file().replace(&component, "head-office.wasm"));
        let two = Self { office, _web: web };
        two.put("dingtalk", "head-office.wasm");
        two.put("roster", "branch.wasm");
        for file in ["source.toml", "branch.toml"] {
            assert_eq!(two.sync(file).with_code(0).json()["run"]["state"], "succeeded");
        }
        two
    }

    /// Put a connector where a source looks for its own.
    fn put(&self, component: &str, file: &str) {
        fs::copy(built::component(component), self.office.path(file)).expect("the folder can be written");
    }

    fn sync(&self, file: &str) -> Ended {
        self.office.run(&format!("sync --format json --source {file} DATA"))
    }

    #[track_caller]
    fn kept(&self, source: &str) -> String {
        extra::kept(&self.office, source)
    }
}

//! A sealed secret is used and never seen: nothing of it is in what a connector ever held in memory, nor on the disk, while
//! DingTalk gets it wherever it wants it.

use crate::companies::{APP_SECRET, CORP_ID};
use crate::harness::extra::feihua;
use crate::harness::live::{Live, Way};
use crate::harness::memories::Memories;
use crate::harness::real::{Platform, Real, engine_over};
use crate::secrets::{assert_files_without, assert_without};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use rollcall_dingtalk_simulator::{Fault, Mutation, Rule};
use rollcall_host::history::RunState;
use rollcall_host::model::{Severity, Standing};
use serde_json::json;
use std::sync::Arc;

/// How every token begins.
const TOKEN: &str = "sealed-";

/// A source whose connector's memories are kept.
fn watched() -> (Real, Arc<Memories>) {
    let memories = Arc::<Memories>::default();
    let platform = Platform::new(engine_over(Arc::clone(&memories)));
    (Real::over(platform, feihua()), memories)
}

/// The secret, as it is and in base64.
fn needles() -> Vec<String> {
    vec![APP_SECRET.to_owned(), STANDARD_NO_PAD.encode(APP_SECRET), URL_SAFE_NO_PAD.encode(APP_SECRET)]
}

/// No memory holds the secret, though each setting came there; nor does any file.
#[track_caller]
fn assert_unseen(real: &Real, memories: &Memories) {
    // If they were searched wrongly, these would not be found either.
    for seen in [CORP_ID, TOKEN] {
        assert!(0 < memories.n_with(seen), "{seen:?} is in none of {} memories", memories.n());
    }
    for needle in needles() {
        assert_eq!(memories.n_with(&needle), 0, "the secret is in memory");
    }
    // The database and what is written ahead of it.
    assert!(2 <= assert_files_without(&needles(), real.platform.folder()));
}

fn rename(name: &str) -> Mutation {
    Mutation::modify_user("xiaohong", &json!({ "name": name }))
}

#[test]
fn nothing_of_the_secret_is_in_a_connectors_memory_or_on_the_disk_after_a_check_an_import_and_events() {
    let (real, memories) = watched();
    assert!(real.check().iter().all(|finding| finding.standing != Standing::Failed));
    assert_eq!(real.sync().state, RunState::Succeeded);
    let mut live = Live::over(real, Way::Stream);
    live.follow();
    live.subscribe();
    live.imported();
    live.change(&rename("小红红"));
    live.assert_in_line();
    live.unfollow();
    assert_unseen(&live.real, &memories);
}

#[test]
fn a_person_who_is_called_like_the_secret_is_known_by_its_token() {
    let (real, memories) = watched();
    real.mutate(&rename(APP_SECRET));
    assert_eq!(real.sync().state, RunState::Succeeded);
    let documents = real.documents();
    let document = &documents[&("User".to_owned(), "xiaohong".to_owned())];
    let name = document["displayName"].as_str().expect("it is a text");
    assert!(name.starts_with(TOKEN), "{name}");
    assert_unseen(&real, &memories);
}

#[test]
fn a_dingtalk_that_repeats_the_secret_tells_it_to_nobody() {
    let (real, memories) = watched();
    let [_, base64, _] = <[String; 3]>::try_from(needles()).expect("they are three");
    let message = format!("unheard of: {APP_SECRET} {base64}");
    for code in [123_456, 40_096] {
        let fault = Fault::Wrapped { code, message: message.clone() };
        real.server.with(|simulator| {
            simulator.inject(Rule::new(fault).on_path("/v1.0/oauth2/accessToken").always())
        });
        let (report, findings) = (real.sync(), real.check());
        real.server.with(|simulator| simulator.clear_faults());
        let entries = real.platform.entries(&report.run, Severity::Info);
        let told = format!("{report:?} {:?} {entries:?} {findings:?}", real.platform.row(&report.run));
        assert!(told.contains("unheard of") && !told.contains(TOKEN), "{told}");
        assert_without(&needles(), told.as_bytes(), "a run");
    }
    assert_unseen(&real, &memories);
}

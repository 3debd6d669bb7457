//! What must end the call of a connector ends it, one call each, and the host goes on.

use super::stage::Stage;
use rollcall_host::history::RunState;
use rollcall_host::model::Standing;
use rollcall_probe::{Ending, WORDS, endings};
use rollcall_rules::reach::Export;

#[test]
fn each_call_that_must_end_ends_and_the_host_goes_on() {
    let stage = Stage::impatient();
    let mut went_on = Vec::new();
    for ending in endings() {
        let (code, message) = ended(&stage, &ending);
        let is_ended = code.starts_with("connector-");
        let has_words = !ending.name.starts_with("last-words") || message.contains(WORDS);
        if !is_ended || !has_words {
            went_on.push((ending.name, code, message));
        }
        assert_eq!(stage.sync("true-summary").state, RunState::Succeeded, "after {}", ending.name);
    }
    assert!(went_on.is_empty(), "{went_on:#?}");
}

/// The code and the words of the failure.
fn ended(stage: &Stage, ending: &Ending) -> (String, String) {
    let diagnosis = match ending.within {
        Export::Validate | Export::Check => {
            let found = stage.check(ending.name).pop().expect("there is a finding");
            assert_eq!(found.standing, Standing::Failed, "{found:?}");
            found.diagnosis
        }
        Export::Refresh => stage.refresh(ending.name).failure.expect("the call fails").diagnosis,
        Export::Sync => stage.sync(ending.name).failure.expect("the call fails").diagnosis,
        Export::Describe
        | Export::Receive
        | Export::Handle
        | Export::FetchEvents
        | Export::OpenChannel
        | Export::Frame => panic!("nothing ends in {}", ending.within.as_str()),
    };
    (diagnosis.code, diagnosis.message)
}

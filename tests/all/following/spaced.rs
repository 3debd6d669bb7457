//! Events one after the other: each costs the reading of whom it names, and nothing that the last one has asked already.

use super::feihua;
use crate::harness::pair::{Pair, both, subscribed};
use rollcall_dingtalk_simulator::Mutation;
use serde_json::json;

both! {
    forty_events_one_after_the_other_cost_forty_reads_and_one_token_and_scope,
}

fn forty_events_one_after_the_other_cost_forty_reads_and_one_token_and_scope<P: Pair>() {
    let pair = P::new(feihua());
    pair.set_events();
    pair.import();
    pair.mutate(&subscribed());
    let n_readings = requests(&pair, "/topapi/v2/user/get");
    for n in 0..40 {
        pair.mutate(&Mutation::modify_user("xiaohong", &json!({ "title": format!("Engineer {n}") })));
        assert!(pair.follow().complete);
        pair.assert_as_the_company_is();
        pair.advance(10_000);
    }
    // Token and scope are those of the import.
    let paths = ["/v1.0/oauth2/accessToken", "/auth/scopes", "/topapi/v2/user/get"];
    assert_eq!(paths.map(|path| requests(&pair, path)), [1, 1, n_readings + 40]);
}

fn requests(pair: &impl Pair, path: &str) -> u64 {
    pair.with(|simulator| simulator.trace().of(path).requests)
}

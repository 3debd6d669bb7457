//! Accounts that the company owns: whoever's is disabled is inactive, found by full readings and by whatever else changes
//! about them, and a refusal of it makes nobody anything.

use crate::companies;
use crate::harness::pair::{Pair, app_key, both, subscribed};
use rollcall_dingtalk_simulator::{
    Company, ExclusiveAccount, Fault, Mutation, Rule, User, UserId, permission,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const STATUS: &str = "/v1.0/contact/orgAccounts/status";

both! {
    a_disabled_account_is_inactive_until_it_is_enabled_again,
    a_disabled_account_is_found_when_an_event_names_its_person,
    a_refusal_makes_nobody_anything,
}

/// Two people with accounts of the company's among others.
fn company() -> Company {
    let mut company = companies::branches(3);
    for userid in ["ann", "ben"] {
        let account = ExclusiveAccount {
            exclusive_account_type: "sso".to_owned(),
            login_id: Some(userid.to_owned()),
            nickname: None,
            exclusive_account_corp_id: None,
            exclusive_account_corp_name: None,
        };
        let user = User { exclusive_account: Some(account), ..User::new(userid, userid) };
        company.apply(&Mutation::AddUser(Box::new(user))).expect("the person is possible");
    }
    company
}

fn disable(userid: &str, disabled: bool) -> Mutation {
    Mutation::SetAccountDisabled { userid: UserId::from(userid), disabled }
}

fn active(pair: &impl Pair) -> [Value; 3] {
    let documents = pair.documents();
    let of = |id: &str| documents[&("User".to_owned(), id.to_owned())]["active"].clone();
    ["ann", "ben", "b000p0"].map(of)
}

fn imported<P: Pair>() -> P {
    let pair = P::new(company());
    pair.set("account_status", true.into());
    pair.mutate(&disable("ben", true));
    assert!(pair.sync().complete);
    assert_eq!(active(&pair), [json!(true), json!(false), json!(true)]);
    pair
}

fn n_asked(pair: &impl Pair) -> u64 {
    pair.with(|simulator| simulator.trace().of(STATUS).requests)
}

fn a_disabled_account_is_inactive_until_it_is_enabled_again<P: Pair>() {
    let pair = imported::<P>();
    assert_eq!(n_asked(&pair), 2);
    pair.mutate(&disable("ben", false));
    assert!(pair.sync().complete);
    assert_eq!(active(&pair), [json!(true), json!(true), json!(true)]);
}

fn a_disabled_account_is_found_when_an_event_names_its_person<P: Pair>() {
    let pair = imported::<P>();
    pair.set_events();
    pair.mutate(&subscribed());
    pair.mutate(&disable("ann", true));
    pair.mutate(&Mutation::modify_user("ann", &json!({ "title": "Engineer" })));
    assert!(pair.follow().complete);
    assert_eq!(active(&pair), [json!(false), json!(false), json!(true)]);
}

fn a_refusal_makes_nobody_anything<P: Pair>() {
    let pair = imported::<P>();
    pair.mutate(&disable("ann", true));
    let others = permission::ALL.into_iter().filter(|point| *point != permission::ORG_ACCOUNTS);
    let permissions: BTreeSet<String> = others.map(str::to_owned).collect();
    pair.mutate(&Mutation::SetPermissions { app_key: app_key(), permissions });
    assert!(pair.sync().complete);
    assert_eq!(active(&pair), [json!(true), json!(false), json!(true)]);
    let permissions = permission::ALL.map(str::to_owned).into();
    pair.mutate(&Mutation::SetPermissions { app_key: app_key(), permissions });
    let fault = Fault::HttpStatus { status: 502 };
    pair.with(|simulator| simulator.inject(Rule::new(fault).on_path(STATUS).always()));
    assert!(pair.sync().complete);
    assert_eq!(active(&pair), [json!(true), json!(false), json!(true)]);
    pair.with(|simulator| simulator.clear_faults());
    assert!(pair.sync().complete);
    assert_eq!(active(&pair), [json!(false), json!(false), json!(true)]);
}

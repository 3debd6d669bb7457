//! The reading interfaces of the new API: the company's name, and the state of the accounts that it owns.

use serde_json::json;

use super::{Answer, Call, whole};
use crate::ids::UserId;
use crate::refusal::{self, Refusal};

/// Not verified. What other companies have is not simulated.
const AUTH_LEVEL: i64 = 0;

pub(super) fn organization(call: &Call<'_>) -> Result<Answer, Refusal> {
    let target = call.params.text("targetCorpId").ok_or_else(|| refusal::new_api_missing("targetCorpId"))?;
    match target == call.company.corp_id().as_str() {
        true => whole(&json!({ "orgName": call.company.name(), "authLevel": AUTH_LEVEL })),
        false => Err(refusal::new_api_unknown_corp()),
    }
}

/// Of somebody without such an account nothing is documented; it is refused here.
pub(super) fn account_status(call: &Call<'_>) -> Result<Answer, Refusal> {
    let userid = call.params.text("userId").ok_or_else(|| refusal::new_api_missing("userId"))?;
    let user = call.company.user(&UserId::from(userid)).filter(|user| user.exclusive_account.is_some());
    let user = user.ok_or_else(|| refusal::new_api_unfit("userId"))?;
    whole(&json!({ "disable": user.account_disabled }))
}

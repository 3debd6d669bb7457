//! `/v1.0/contact/organizations/authInfos`: the company's name; the one reading interface of the new API.

use serde_json::json;

use super::{Answer, Call, whole};
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

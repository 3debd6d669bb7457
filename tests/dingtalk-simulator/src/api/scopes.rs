//! `auth/scopes`: what the application may see.

use serde_json::json;

use super::{Answer, Call, whole};
use crate::refusal::Refusal;

/// Fields that every application reads, under their old names. Captured.
const ORDINARY_FIELDS: [&str; 10] = [
    "jobnumber",
    "isLeader",
    "name",
    "position",
    "isAdmin",
    "avatar",
    "department",
    "userid",
    "deviceId",
    "isHide",
];

pub(super) fn scopes(call: &Call<'_>) -> Result<Answer, Refusal> {
    let granted = call.app.field_permissions;
    let mut fields = ORDINARY_FIELDS.to_vec();
    if granted.mobile {
        fields.extend(["mobile", "stateCode"]);
    }
    if granted.personal {
        fields.extend(["email", "orgEmail", "workPlace", "remark", "extattr"]);
    }
    let body = json!({
        "errcode": 0,
        "errmsg": "ok",
        "condition_field": [],
        "auth_user_field": fields,
        "auth_org_scopes": {
            "authed_user": call.app.scope.authed_user,
            "authed_dept": call.app.scope.authed_dept,
        },
    });
    whole(&body)
}

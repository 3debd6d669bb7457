//! Who did what.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::Parameters;
use super::page::{self, Listed};
use super::refusals::ReadingAsManager;
use super::shape;
use super::types::Audited;
use crate::console::Console;
use crate::identity::audit::{self, Wanted};
use crate::problem::Problem;
use crate::services::Services;
use crate::visitor::Visitor;

pub(super) fn routes() -> OpenApiRouter<Console> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Which entries of the audit log.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct WhichAudited {
    /// Those of this action.
    #[param(required = false, value_type = shape::Words, inline)]
    action: Option<String>,
    /// Those by this account or token.
    #[param(required = false, value_type = shape::Words, inline)]
    who: Option<String>,
    /// The `next` of the page before.
    #[param(required = false, value_type = shape::Cursor, inline)]
    cursor: Option<String>,
    /// How many, at most.
    #[param(required = false, value_type = shape::Limit, inline)]
    limit: Option<u32>,
}

/// List who did what
///
/// Newest first: what was done in the console and through this API, and log-ins, with those that failed. It says who
/// administers, when and from where, so it needs the right to manage.
#[utoipa::path(get, path = "/audit", operation_id = "listAudit", tag = "Audit", params(WhichAudited),
    responses((status = 200, description = "A page of the audit log.", body = Listed<Audited>), ReadingAsManager))]
async fn list(
    visitor: Visitor,
    State(services): State<Services>,
    Parameters(which): Parameters<WhichAudited>,
) -> Result<Json<Listed<Audited>>, Problem> {
    const LIST: &str = "audit";
    if !visitor.who.may_manage() {
        return Err(Problem::forbidden());
    }
    let WhichAudited { action, who, cursor, limit } = which;
    let (limit, before) = (page::limit(limit)?, page::place(LIST, cursor.as_deref())?);
    let wanted = Wanted { action: page::text(action)?, who: page::text(who)?, before };
    let found = audit::entries(&services, wanted, limit.saturating_add(1)).await?;
    let entries = found.into_iter().map(Audited::from).collect();
    Ok(Json(Listed::cut(entries, limit, LIST, |entry| entry.number)))
}

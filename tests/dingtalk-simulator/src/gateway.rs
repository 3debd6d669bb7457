//! The checks between a request and an interface, in the gateway's order: token, address, permission, frequency.
//!
//! That the path is known was found out before; parameters, scope and existence are the interface's own.

use std::sync::Arc;

use crate::api;
use crate::beijing;
use crate::denial::{Denial, Dialect, Throttle};
use crate::ids::AppKey;
use crate::refusal::Refusal;
use crate::request::PeerAddress;
use crate::simulator::Simulator;
use crate::state::{App, Company, CompanyStatus};
use crate::switches::{EmptyWhitelist, ExpiredToken, Switches};
use crate::tokens::Origin;

/// What a call has to pass.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gate {
    pub(crate) path: &'static str,
    /// The permission point asked for.
    pub(crate) point: &'static str,
}

/// Lets a call with a token through, and says for whom.
pub(crate) fn admit(
    simulator: &mut Simulator,
    gate: Gate,
    token: Option<&str>,
    now_ms: u64,
    peer: PeerAddress,
) -> Result<(Arc<Company>, AppKey), Refusal> {
    let dialect = Dialect::of(gate.path, simulator.switches());
    check(simulator, (gate, dialect), token, now_ms, peer)
        .map_err(|denial| denial.refusal(dialect, simulator.switches()))
}

fn check(
    simulator: &mut Simulator,
    (gate, dialect): (Gate, Dialect),
    token: Option<&str>,
    now_ms: u64,
    peer: PeerAddress,
) -> Result<(Arc<Company>, AppKey), Denial> {
    let (company, app_key) = holder(simulator, dialect, token, now_ms)?;
    let app = company.app(&app_key).ok_or(Denial::TokenInvalid)?;
    served(&company, app)?;
    allowed_address(simulator.switches(), app, peer)?;
    let point = gate.point;
    if !app.permissions.contains(point) {
        return Err(Denial::Permission { point, app_key });
    }
    within_frequency(simulator, app, gate.path, now_ms)?;
    Ok((company, app_key))
}

fn holder(
    simulator: &Simulator,
    dialect: Dialect,
    token: Option<&str>,
    now_ms: u64,
) -> Result<(Arc<Company>, AppKey), Denial> {
    let token = token.filter(|token| !token.is_empty()).ok_or(Denial::TokenBlank)?;
    let issued = simulator.token(token).ok_or(Denial::TokenInvalid)?;
    let works_here = issued.origin == Origin::Ordinary || dialect == Dialect::New;
    match (now_ms < issued.expires_at_ms, works_here, simulator.switches().expired_token) {
        (true, true, _) => {}
        (false, _, ExpiredToken::Code42001) => return Err(Denial::TokenExpired),
        (false, _, ExpiredToken::Code40014) | (true, false, _) => return Err(Denial::TokenInvalid),
    }
    let company = simulator.company_of(&issued.holder.corp_id).ok_or(Denial::TokenInvalid)?;
    Ok((Arc::clone(company), issued.holder.app_key.clone()))
}

/// Whether DingTalk still serves the application and its company.
pub(crate) fn served(company: &Company, app: &App) -> Result<(), Denial> {
    match (company.status(), app.enabled) {
        (CompanyStatus::Active, true) => Ok(()),
        (CompanyStatus::Active, false) => Err(Denial::AppDisabled),
        (CompanyStatus::Disabled, _) => Err(Denial::CompanyDisabled),
        (CompanyStatus::Gone, _) => Err(Denial::CompanyGone),
    }
}

/// Whether the application may be called from this address.
pub(crate) fn allowed_address(switches: &Switches, app: &App, peer: PeerAddress) -> Result<(), Denial> {
    let is_allowed = match (app.ip_whitelist.is_empty(), switches.empty_whitelist) {
        (true, EmptyWhitelist::AllowAll) => true,
        (true, EmptyWhitelist::DenyAll) => false,
        (false, EmptyWhitelist::AllowAll | EmptyWhitelist::DenyAll) => app.names_address(peer.0),
    };
    match is_allowed {
        true => Ok(()),
        false => Err(Denial::Address { address: peer.0, app_key: app.app_key.clone() }),
    }
}

/// Counts the call, unless the application makes too many.
pub(crate) fn within_frequency(
    simulator: &mut Simulator,
    app: &App,
    path: &'static str,
    now_ms: u64,
) -> Result<(), Denial> {
    let counted = simulator.count_call(app, path, now_ms);
    counted.map_err(|ends_ms| Denial::AppTooFast(throttle(path, now_ms, ends_ms, app.qps_of(path))))
}

/// What a complaint made now says of a restriction that ends at `ends_ms`.
pub(crate) fn throttle(path: &str, now_ms: u64, ends_ms: u64, limit: u32) -> Throttle {
    Throttle {
        interface: api::interface_name(path),
        from: beijing::text(now_ms),
        until: beijing::text(now_ms),
        ends: beijing::text(ends_ms),
        limit,
    }
}

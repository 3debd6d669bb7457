//! The gate: finds out who asks, and lets nobody through who may not. It stands around whole groups of routes, so that no
//! handler can forget it.
//!
//! Not here: which routes are in which group (`routes`), and what each visitor may do beyond this.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use rollcall_host::model::Diagnosis;

use super::cookies::Cookie;
use super::csrf::{self, is_unsafe};
use super::entrance::known_host;
use crate::database::DatabaseError;
use crate::identity::secret::Secret;
use crate::identity::sessions::{self, Session};
use crate::identity::tokens;
use crate::listener::ClientAddress;
use crate::paths::segment;
use crate::problem::Problem;
use crate::services::Services;
use crate::visitor::{Preferences, Visitor, Who};

/// What a form carries along that is filled in before anybody is known. The same stands in a cookie.
#[derive(Clone)]
pub(crate) struct FormToken(pub(crate) String);

/// Around pages: they need a session, and every form its token.
pub(crate) async fn pages(
    State(services): State<Services>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    known_host(&services, &request)?;
    let cookie = session(&services, request.headers(), client(&request)).await?;
    let Some(session) = cookie else { return Ok(to_log_in(&request)) };
    let is_form = is_unsafe(request.method());
    let mut request = if is_form { csrf::proven(request, &session.csrf).await? } else { request };
    let who = Who::Administrator { name: session.account.clone() };
    let visitor = visitor(&request, who, session.csrf.clone());
    request.extensions_mut().insert(visitor);
    request.extensions_mut().insert(session);
    Ok(next.run(request).await)
}

/// Around log-in and set-up: nobody is known yet, and a form is known by a cookie that goes with it. A page of another site
/// can send the form, but neither read the cookie nor set it.
pub(crate) async fn doors(
    State(services): State<Services>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    known_host(&services, &request)?;
    let is_secure = client(&request).is_secure;
    let brought = Cookie::Form.read(request.headers(), is_secure).filter(|token| is_token(token));
    let (token, fresh) = match brought {
        Some(token) => (token.to_owned(), None),
        None if is_unsafe(request.method()) => return Err(csrf::outdated()),
        None => {
            let secret = Secret::fresh().map_err(|error| Problem::failed(&error))?;
            (secret.reveal().to_owned(), Cookie::Form.set(secret.reveal(), is_secure))
        }
    };
    let is_form = is_unsafe(request.method());
    let mut request = if is_form { csrf::proven(request, &token).await? } else { request };
    request.extensions_mut().insert(FormToken(token));
    let mut response = next.run(request).await;
    if let Some(cookie) = fresh {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Around what programs read and change: a token, or the session of a page whose script asks. What stands here is not told apart
/// by sources, so a token that may read only some of them uses none of it.
pub(crate) async fn programs(
    State(services): State<Services>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let (request, visitor) = program(&services, request).await?;
    if !visitor.who.may_read_all() {
        return Err(only_scim());
    }
    if is_unsafe(request.method()) && !visitor.who.may_manage() {
        return Err(read_only());
    }
    Ok(go_on(request, visitor, next).await)
}

/// Around what can only be read: for whoever may, and whatever the method, because a search is sent by POST. That nothing else
/// can be done is for the routes to say; a token that may manage could not do it either.
pub(crate) async fn readers(
    State(services): State<Services>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let (request, visitor) = program(&services, request).await?;
    Ok(go_on(request, visitor, next).await)
}

async fn program(services: &Services, request: Request) -> Result<(Request, Visitor), Problem> {
    let who = if request.headers().contains_key(header::AUTHORIZATION) {
        // No host is looked at: a page that got here by a name of its own has no token.
        by_token(services, request.headers()).await?
    } else {
        // Whoever brings nothing along is nobody, by whatever name they came.
        let is_secure = client(&request).is_secure;
        Cookie::Session.read(request.headers(), is_secure).ok_or_else(Problem::unauthorized)?;
        known_host(services, &request)?;
        by_session(services, request.headers(), request.method(), client(&request)).await?
    };
    let visitor = visitor(&request, who, String::new());
    Ok((request, visitor))
}

async fn go_on(mut request: Request, visitor: Visitor, next: Next) -> Response {
    request.extensions_mut().insert(visitor);
    next.run(request).await
}

/// The valid session of a request's cookie.
pub(crate) async fn session(
    services: &Services,
    headers: &HeaderMap,
    client: ClientAddress,
) -> Result<Option<Session>, DatabaseError> {
    match Cookie::Session.read(headers, client.is_secure) {
        Some(cookie) => sessions::proven(services, cookie).await,
        None => Ok(None),
    }
}

async fn by_token(services: &Services, headers: &HeaderMap) -> Result<Who, Problem> {
    let shown = bearer(headers).ok_or_else(Problem::unauthorized)?;
    let token = tokens::proven(services, shown).await?.ok_or_else(Problem::unauthorized)?;
    Ok(Who::Token { id: token.id, name: token.name, scope: token.scope, within: token.within })
}

async fn by_session(
    services: &Services,
    headers: &HeaderMap,
    method: &Method,
    client: ClientAddress,
) -> Result<Who, Problem> {
    let session = session(services, headers, client).await?.ok_or_else(Problem::unauthorized)?;
    if is_unsafe(method) && !csrf::has_header(headers, &session.csrf) {
        return Err(csrf::outdated());
    }
    Ok(Who::Administrator { name: session.account })
}

fn visitor(request: &Request, who: Who, csrf: String) -> Visitor {
    Visitor { who, reader: reader(request), csrf, address: client(request).address }
}

/// To the log-in, and from there back to where the reader wanted to go. What a form was to send cannot be sent again.
fn to_log_in(request: &Request) -> Response {
    let wanted = request.uri().path_and_query().filter(|_| request.method() == Method::GET);
    let wanted = wanted.map(ToString::to_string).filter(|wanted| wanted != "/");
    let next = wanted.map(|wanted| format!("?next={}", segment(&wanted))).unwrap_or_default();
    Redirect::to(&format!("/login{next}")).into_response()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = text.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// Whether a cookie is one of ours, and can stand in a page and a header again.
fn is_token(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

fn client(request: &Request) -> ClientAddress {
    request.extensions().get::<ClientAddress>().copied().unwrap_or_default()
}

fn reader(request: &Request) -> Preferences {
    request.extensions().get::<Preferences>().copied().unwrap_or_default()
}

fn only_scim() -> Problem {
    let diagnosis =
        Diagnosis::new("only-scim", "this token is limited to some sources, and reads by SCIM alone")
            .with_remedy("ask at /scim/v2, or use a token that is not limited to sources")
            .in_chinese("该令牌限定了身份源，只能用于 SCIM", "请访问 /scim/v2，或使用不限定身份源的令牌");
    Problem::new(StatusCode::FORBIDDEN, diagnosis)
}

fn read_only() -> Problem {
    let diagnosis = Diagnosis::new("read-only", "this token may read and not change anything")
        .with_remedy("use a token with the scope \"manage\"")
        .in_chinese("该令牌只能读取，不能修改", "请使用权限为“管理”的令牌");
    Problem::new(StatusCode::FORBIDDEN, diagnosis)
}

//! Asking twice does once: the answer to a request with a key is kept, and given again to the same request.
//!
//! Source: the IETF draft "The Idempotency-Key HTTP Header Field". Not here: what is done.

use axum::Json;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use rollcall_admin::{Claim, Claimed as Known, KeyOwner};
use rollcall_host::model::{Diagnosis, Timestamp};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa::IntoParams;

use crate::database::DatabaseError;
use crate::problem::Problem;
use crate::services::Services as Console;
use crate::visitor::{Visitor, Who};

/// How long an answer is kept.
///
/// 24 h. Why: whoever has not asked again within a day asks anew.
const KEPT_MS: i64 = 24 * 60 * 60 * 1000;

/// How long a request may be under way before it is taken for lost with its process.
///
/// 60 s. Why: a start is answered within some seconds, however busy the source is.
const UNDER_WAY_MS: i64 = 60 * 1000;

/// The longest key.
const MAX_KEY_CHARS: usize = 200;

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");

/// Tells an answer that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The header, as the document has it.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it is read from the headers by name; this describes it")]
pub(super) struct OnceKey {
    /// A text of the client's own, new for each start: the same request with the same key starts once, and is answered the
    /// same for a day.
    #[param(
        required = false,
        min_length = 1,
        max_length = 200,
        pattern = "^[!-~]{1,200}$",
        rename = "Idempotency-Key"
    )]
    idempotency_key: Option<String>,
}

/// Who asks for what.
pub(super) struct IdempotentRequest {
    who: String,
    /// None: they do not mind doing it twice.
    key: Option<String>,
    request: Vec<u8>,
}

impl IdempotentRequest {
    /// # Errors
    ///
    /// When the key is none.
    pub(super) fn new(visitor: &Visitor, headers: &HeaderMap, what: &Value) -> Result<Self, Problem> {
        let who = match &visitor.who {
            Who::Administrator { name } => format!("account:{name}"),
            Who::Token { id, .. } => format!("token:{id}"),
        };
        let key = headers.get(HEADER).map(key).transpose()?;
        Ok(Self { who, key, request: Sha256::digest(what.to_string()).to_vec() })
    }
}

fn key(value: &HeaderValue) -> Result<String, Problem> {
    let text = value.to_str().unwrap_or_default();
    let is_good =
        (1..=MAX_KEY_CHARS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    is_good.then(|| text.to_owned()).ok_or_else(|| {
        let message =
            format!("idempotency key must be 1 to {MAX_KEY_CHARS} printable ASCII characters without spaces");
        let diagnosis = Diagnosis::new("idempotency-key-not-valid", message)
            .in_chinese(format!("幂等键须为 1 到 {MAX_KEY_CHARS} 个不含空格的可打印 ASCII 字符"), "");
        Problem::new(StatusCode::BAD_REQUEST, diagnosis)
    })
}

/// Do something, unless it was done before with the same key; then only the answer is given again. It is done to its end
/// when whoever asked has gone. What failed was not done, and may be asked for again with the same key.
pub(super) async fn once<T: Serialize + Send + 'static>(
    console: &Console,
    asked: IdempotentRequest,
    work: impl Future<Output = Result<T, Problem>> + Send + 'static,
) -> Result<Response, Problem> {
    let IdempotentRequest { who, key: Some(key), request } = asked else {
        return Ok((StatusCode::ACCEPTED, Json(finish(work).await?)).into_response());
    };
    match claim(console, &who, &key, request).await? {
        Known::Other => return Err(used_for_another()),
        Known::UnderWay => return Err(under_way()),
        Known::Answered(answer) => return Ok(replay(answer)),
        Known::Fresh => {}
    }
    let console = console.clone();
    finish(async move {
        match work.await {
            Ok(done) => {
                // Types of ours: nothing that JSON could not say.
                let answer = serde_json::to_string(&done).unwrap_or_default();
                settle(&console, who, key, answer).await?;
                Ok((StatusCode::ACCEPTED, Json(done)).into_response())
            }
            Err(problem) => {
                release(&console, who, key).await?;
                Err(problem)
            }
        }
    })
    .await
}

async fn finish<T: Send + 'static>(
    work: impl Future<Output = Result<T, Problem>> + Send + 'static,
) -> Result<T, Problem> {
    tokio::spawn(work).await.unwrap_or_else(|died| Err(Problem::failed(&died)))
}

async fn claim(console: &Console, who: &str, key: &str, request: Vec<u8>) -> Result<Known, DatabaseError> {
    let now = console.now();
    let before = |ms: i64| Timestamp::from_unix_ms(now.unix_ms().saturating_sub(ms));
    let claim = Claim {
        owner: KeyOwner { who: who.to_owned(), key: key.to_owned() },
        request,
        now,
        kept_since: before(KEPT_MS),
        under_way_since: before(UNDER_WAY_MS),
    };
    console.database().claim_key(&claim).await
}

async fn settle(console: &Console, who: String, key: String, answer: String) -> Result<(), DatabaseError> {
    let status = StatusCode::ACCEPTED.as_u16();
    console.database().answer_key(&KeyOwner { who, key }, status, &answer).await
}

async fn release(console: &Console, who: String, key: String) -> Result<(), DatabaseError> {
    console.database().release_key(&KeyOwner { who, key }).await
}

fn replay(answer: String) -> Response {
    let json = HeaderValue::from_static("application/json");
    let mut response = (StatusCode::ACCEPTED, answer).into_response();
    response.headers_mut().insert(axum::http::header::CONTENT_TYPE, json);
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

fn used_for_another() -> Problem {
    let diagnosis =
        Diagnosis::new("idempotency-key-reused", "this idempotency key was used for another request")
            .with_remedy("use a new key for each thing that is to be done")
            .in_chinese("该幂等键已用于另一个请求", "请为每个操作使用新的键");
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, diagnosis)
}

fn under_way() -> Problem {
    let diagnosis = Diagnosis::new("idempotency-key-in-use", "the same request is under way")
        .with_remedy("wait for its answer, or ask again in a moment")
        .in_chinese("相同的请求正在处理", "请等待其结果，或稍后再试");
    Problem::new(StatusCode::CONFLICT, diagnosis)
}

#[cfg(test)]
mod tests;

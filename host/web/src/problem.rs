//! What went wrong with a request, for a person as a page and for a program as problem details (RFC 9457).
//!
//! Not here: what is wrong with a source, which is a diagnosis and part of an answer that went well.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use rollcall_host::error::{RunError, StoreError};
use rollcall_host::model::Diagnosis;

use crate::admin_error::{AdminError, ReasonKind};
use crate::database::DatabaseError;
use crate::sealing::SealingError;

/// Why a request was not done. Its diagnosis is for whoever asked; what they must not know is in the log alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    pub(crate) diagnosis: Box<Diagnosis>,
}

impl Problem {
    /// A problem with a diagnosis of its own.
    pub(crate) fn new(status: StatusCode, diagnosis: Diagnosis) -> Self {
        Self { status, diagnosis: Box::new(diagnosis) }
    }

    /// Nobody is known.
    pub(crate) fn unauthorized() -> Self {
        let diagnosis = Diagnosis::new("unauthorized", "this needs a token or a session that is valid")
            .with_remedy(
                "create a token in the settings of the console, and send it as \"Authorization: Bearer …\"",
            )
            .in_chinese(
                "此操作需要有效的令牌或会话",
                "请在控制台的设置中创建令牌，并以 “Authorization: Bearer …” 发送",
            );
        Self::new(StatusCode::UNAUTHORIZED, diagnosis)
    }

    /// There is no such thing.
    pub(crate) fn not_found() -> Self {
        AdminError::not_found().into()
    }

    /// Whoever asks may look and not change.
    pub(crate) fn forbidden() -> Self {
        let diagnosis = Diagnosis::new("forbidden", "this needs the right to manage, which you do not have")
            .with_remedy("ask an administrator, or use a token whose scope is `manage`")
            .in_chinese("您没有执行此操作所需的管理权限", "请联系管理员，或使用具有 manage 权限的令牌");
        Self::new(StatusCode::FORBIDDEN, diagnosis)
    }

    /// The host itself failed. The cause is logged and not told.
    pub(crate) fn failed(error: &dyn std::error::Error) -> Self {
        AdminError::failed(error).into()
    }
}

impl From<AdminError> for Problem {
    fn from(error: AdminError) -> Self {
        let status = match error.kind {
            ReasonKind::NotFound => StatusCode::NOT_FOUND,
            ReasonKind::Conflict => StatusCode::CONFLICT,
            ReasonKind::NotValid => StatusCode::UNPROCESSABLE_ENTITY,
            ReasonKind::TooMuch => StatusCode::TOO_MANY_REQUESTS,
            ReasonKind::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self { status, diagnosis: error.diagnosis }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        AdminError::from(error).into()
    }
}

impl From<DatabaseError> for Problem {
    fn from(error: DatabaseError) -> Self {
        AdminError::from(error).into()
    }
}

impl From<SealingError> for Problem {
    fn from(error: SealingError) -> Self {
        AdminError::from(error).into()
    }
}

impl From<RunError> for Problem {
    fn from(error: RunError) -> Self {
        AdminError::from(error).into()
    }
}

/// Without a body. Whoever stands around the handlers draws it: as a page (`page::problems`), or as problem details (`api`).
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

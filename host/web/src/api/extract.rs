//! What is taken out of requests, with a problem that says what is wrong where it cannot be.

use std::error::Error;
use std::fmt;
use std::iter::successors;
use std::marker::PhantomData;

use axum::body::HttpBody as _;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Json, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use rollcall_host::model::{Diagnosis, Problem as Complaint};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, DeserializeOwned, Deserializer, MapAccess};
use serde_path_to_error::Segment;

use super::details::Complaints;
use crate::problem::Problem;
use crate::visitor::Visitor;

/// Parts of the path.
#[derive(Debug)]
pub(crate) struct Segments<T>(pub(crate) T);

/// The query. A parameter that is not known is refused, because it would change nothing, and whoever sent it believes that
/// it does.
#[derive(Debug)]
pub(crate) struct Parameters<T>(pub(crate) T);

/// The body, as JSON.
#[derive(Debug)]
pub(crate) struct JsonBody<T>(pub(crate) T);

/// The body, as JSON, or what is meant where there is none.
#[derive(Debug)]
pub(crate) struct BodyIfAny<T>(pub(crate) T);

/// A visitor who may change something.
#[derive(Debug)]
pub(crate) struct Manager(pub(crate) Visitor);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Segments<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Path::<T>::from_request_parts(parts, state).await;
        read.map(|Path(segments)| Self(segments)).map_err(|error: PathRejection| {
            tracing::debug!(%error, "a path cannot be read");
            Problem::not_found()
        })
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Parameters<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Query::<T>::from_request_parts(parts, state).await;
        read.map(|Query(parameters)| Self(parameters)).map_err(|error: QueryRejection| {
            let diagnosis =
                Diagnosis::new("query-not-valid", format!("query cannot be read: {}", error.body_text()))
                    .with_remedy("look at the parameters of this operation at /api")
                    .in_chinese("无法读取查询参数", "请在 /api 查看该操作的参数")
                    .with_fact("reason", error.body_text());
            Problem::new(StatusCode::BAD_REQUEST, diagnosis)
        })
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Unread;

    async fn from_request(request: Request, state: &S) -> Result<Self, Unread> {
        let read = Json::<JsonObject<T>>::from_request(request, state).await;
        read.map(|Json(JsonObject(body))| Self(body)).map_err(|error: JsonRejection| {
            let diagnosis =
                Diagnosis::new("body-not-valid", format!("body cannot be read: {}", error.body_text()))
                    .with_remedy(
                        "send JSON with content type application/json, as this operation has it at /api",
                    )
                    .in_chinese("无法读取请求正文", "请以 application/json 发送 /api 中该操作所述的 JSON")
                    .with_fact("reason", error.body_text());
            Unread { problem: Problem::new(error.status(), diagnosis), at: place(&error) }
        })
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for BodyIfAny<T> {
    type Rejection = Unread;

    async fn from_request(request: Request, state: &S) -> Result<Self, Unread> {
        if request.body().is_end_stream() {
            return Ok(Self(T::default()));
        }
        JsonBody::from_request(request, state).await.map(|JsonBody(body)| Self(body))
    }
}

/// A body that is not what it should be.
#[derive(Debug)]
pub(crate) struct Unread {
    pub(crate) problem: Problem,
    /// Where in it, as a JSON pointer, if it is JSON.
    pub(crate) at: Option<String>,
}

impl From<Problem> for Unread {
    fn from(problem: Problem) -> Self {
        Self { problem, at: None }
    }
}

impl IntoResponse for Unread {
    fn into_response(self) -> Response {
        let complaint = |pointer| Complaint { pointer, diagnosis: Diagnosis::clone(&self.problem.diagnosis) };
        let complaints: Vec<_> = self.at.into_iter().map(complaint).collect();
        let mut response = self.problem.into_response();
        response.extensions_mut().insert(Complaints(complaints));
        response
    }
}

fn place(error: &JsonRejection) -> Option<String> {
    let first: Option<&(dyn Error + 'static)> = Some(error);
    let mut causes = successors(first, |&error| error.source());
    let tracked =
        causes.find_map(|error| error.downcast_ref::<serde_path_to_error::Error<serde_json::Error>>())?;
    // What is not JSON at all has no places.
    matches!(error, JsonRejection::JsonDataError(_)).then(|| pointer(tracked.path()))
}

/// A JSON pointer (RFC 6901).
pub(crate) fn pointer(path: &serde_path_to_error::Path) -> String {
    let segment = |segment: &Segment| match segment {
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Map { key } => Some(key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { .. } | Segment::Unknown => None,
    };
    path.iter().filter_map(segment).map(|segment| format!("/{segment}")).collect()
}

/// A value that was written as an object. Without this a list would do as well, its items being the members in their order, and
/// an empty one would be an object of which everything was left out.
struct JsonObject<T>(T);

impl<'de, T: DeserializeOwned> Deserialize<'de> for JsonObject<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor<T>(PhantomData<T>);

        impl<'de, T: DeserializeOwned> de::Visitor<'de> for MembersVisitor<T> {
            type Value = T;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(members))
            }
        }

        deserializer.deserialize_map(MembersVisitor(PhantomData)).map(JsonObject)
    }
}

/// For a member that is an object.
pub(crate) fn object_or_null<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let object: Option<JsonObject<T>> = Option::deserialize(deserializer)?;
    Ok(object.map(|JsonObject(object)| object))
}

/// The same, where nothing means the usual one.
pub(crate) fn object_or_default<'de, T: DeserializeOwned + Default, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    object_or_null(deserializer).map(Option::unwrap_or_default)
}

/// For a member that is a list of objects.
pub(crate) fn objects<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let objects: Vec<JsonObject<T>> = Vec::deserialize(deserializer)?;
    Ok(objects.into_iter().map(|JsonObject(object)| object).collect())
}

/// The same, for one that may be left out.
pub(crate) fn objects_if_any<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<T>>, D::Error> {
    let objects: Option<Vec<JsonObject<T>>> = Option::deserialize(deserializer)?;
    Ok(objects.map(|objects| objects.into_iter().map(|JsonObject(object)| object).collect()))
}

impl<S: Send + Sync> FromRequestParts<S> for Manager {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let known = Visitor::from_request_parts(parts, state).await;
        let visitor = known.map_err(|_| Problem::unauthorized())?;
        if visitor.who.may_manage() { Ok(Self(visitor)) } else { Err(may_not()) }
    }
}

fn may_not() -> Problem {
    let diagnosis = Diagnosis::new("read-only", "this token may read and not change anything")
        .with_remedy("use a token with the scope \"manage\"")
        .in_chinese("该令牌只能读取，不能修改", "请使用权限为“管理”的令牌");
    Problem::new(StatusCode::FORBIDDEN, diagnosis)
}

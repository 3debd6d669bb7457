//! Getting one file of a roster: the request, what its status means, and whether its body can be a roster at all.

use crate::codes;
use crate::limits::REQUEST_TIMEOUT_MS;
use crate::place::File;
use crate::redirect;
use crate::settings::{Address, Authorization};
use rollcall_kit::{Attempt, Body, Context, Diagnosis, Failure, Fault, FaultKind, Request, Response, retry};

/// Source: RFC 6585, section 4.
const TOO_MANY_REQUESTS: u16 = 429;

/// The text of a file: not empty, not a web page, without a byte order mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text(String);

impl Text {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// A text that can be a roster.
    ///
    /// # Errors
    /// [`Failure::Protocol`] when it cannot.
    pub(crate) fn new(file: &File, body: Body) -> Result<Self, Failure> {
        let text = match body {
            Body::Text(text) => text,
            Body::Bytes(bytes) => String::from_utf8(bytes).map_err(|why| {
                let sound = why.utf8_error().valid_up_to();
                not_utf8(file, why.as_bytes().get(..sound).unwrap_or_default())
            })?,
        };
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        let start = text.trim_start();
        if start.is_empty() {
            return Err(empty(file));
        }
        if start.starts_with('<') {
            return Err(web_page(file));
        }
        Ok(Self(text))
    }
}

/// Get a file, trying again while that can help.
///
/// # Errors
/// Named by who must act; see [`judge`].
pub(crate) async fn fetch(
    context: &Context,
    address: &Address,
    authorization: Option<&Authorization>,
) -> Result<Text, Failure> {
    let file = address.file();
    let mut request = Request::get(address.url())
        .header("accept", "application/json, text/csv, text/plain;q=0.9, */*;q=0.1")
        .timeout_ms(REQUEST_TIMEOUT_MS);
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization.value());
    }
    let once = async |attempt| match redirect::get(context, request.clone()).await {
        Ok(response) => {
            if response.status == TOO_MANY_REQUESTS {
                // The plan has no limits: nothing is asked often enough.
                context.throttled(None, 0);
            }
            judge(&file, response)
        }
        // Once more, for a proxy that is just being started.
        Err(error) if error.is_about_the_way() && !context.was_answered() && 0 < attempt => {
            Attempt::Stop(Failure::Unavailable(error.diagnosis, None))
        }
        Err(error) => unanswered(error),
    };
    let body = retry(context, once).await?;
    Text::new(&file, body)
}

/// What an answer means. A GET changes nothing, so whatever passes may be tried again.
fn judge(file: &File, response: Response) -> Attempt<Body> {
    let status = response.status;
    match status {
        200 => Attempt::Done(response.body),
        401 | 403 => Attempt::Stop(Failure::Permission(refused(file, status))),
        // It may be about to be replaced, and events that wait for it go on by themselves; 410 says that it is gone for good.
        404 => Attempt::Stop(Failure::Unavailable(not_found(file, status), None)),
        410 => Attempt::Stop(Failure::Settings(not_found(file, status))),
        408 | 425 | TOO_MANY_REQUESTS | 500..=599 => unavailable(file, status, retry_after_ms(&response)),
        _ => Attempt::Stop(Failure::Settings(unexpected(file, status))),
    }
}

fn unanswered(error: Fault) -> Attempt<Body> {
    let Fault { kind, diagnosis } = error;
    match kind {
        FaultKind::ProxyUnreachable
        | FaultKind::Untrusted
        | FaultKind::NotSent
        | FaultKind::TimedOut
        | FaultKind::Interrupted => Attempt::Again(Failure::Unavailable(diagnosis, None), None),
        // Trying again with the same password may lock the proxy's account.
        FaultKind::ProxyRefused
        | FaultKind::Denied
        | FaultKind::TooLarge
        | FaultKind::Cancelled
        | FaultKind::Other => Attempt::Stop(Failure::Host(diagnosis)),
    }
}

fn unavailable(file: &File, status: u16, wait_ms: Option<u64>) -> Attempt<Body> {
    let failure = Failure::Unavailable(busy(file, status), wait_ms);
    Attempt::Again(failure, wait_ms)
}

/// `Retry-After` in seconds. Its other form, a date, is left to the kit's own back-off.
fn retry_after_ms(response: &Response) -> Option<u64> {
    let (_, value) = response.headers.iter().find(|(name, _)| name == "retry-after")?;
    value.trim().parse::<u64>().ok().map(|seconds| seconds.saturating_mul(1_000))
}

fn refused(file: &File, status: u16) -> Diagnosis {
    with_status(file, codes::roster_refused(status), status)
}

fn not_found(file: &File, status: u16) -> Diagnosis {
    with_status(file, codes::roster_not_found(status), status)
}

fn busy(file: &File, status: u16) -> Diagnosis {
    with_status(file, codes::server_unavailable(status), status)
}

fn unexpected(file: &File, status: u16) -> Diagnosis {
    with_status(file, codes::unexpected_status(status), status)
}

fn with_status(file: &File, diagnosis: Diagnosis, status: u16) -> Diagnosis {
    file.about(diagnosis).fact("status", status.to_string())
}

fn empty(file: &File) -> Failure {
    Failure::Protocol(file.about(codes::roster_empty()))
}

fn web_page(file: &File) -> Failure {
    Failure::Protocol(file.about(codes::roster_is_a_web_page()))
}

fn not_utf8(file: &File, sound: &[u8]) -> Failure {
    let line = 1 + sound.iter().filter(|byte| **byte == b'\n').count();
    Failure::Protocol(file.about(codes::not_utf8(line)).fact("line", line.to_string()))
}

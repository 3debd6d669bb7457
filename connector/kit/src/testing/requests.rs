//! Requests on their way to the world.

use super::sealed::origin_of;
use super::under_way::{Done, crossing, too_large};
use super::{Reply, TestHost};
use crate::model::Diagnosis;
use crate::ports::{Fault, FaultKind, Request, Response, Ticket};
use rollcall_rules::bounds::{MAX_OUTSTANDING, MAX_RESPONSE_BODY_BYTES};
use rollcall_rules::refusal::Refusal;
use rollcall_rules::{nesting, request};

/// When a request is given up, in milliseconds, unless it asks for less.
///
/// Source: what the reference host does (`http-client.http-request`).
const REQUEST_TIMEOUT_MS: u64 = 60_000;

/// What becomes of a request, and after how many milliseconds.
type Answer = (u64, Result<Response, Fault>);

impl TestHost {
    pub(super) fn begin_requests(&self, requests: &[Request]) -> Vec<Ticket> {
        crossing(requests.iter().map(|request| request.url.len() + request.body.as_bytes().len()));
        let begin_one = |(place, request): (usize, &Request)| {
            self.n_requests.set(self.n_requests.get() + 1);
            let (delay_ms, result) = if MAX_OUTSTANDING <= place {
                refused(request::beyond_call(MAX_OUTSTANDING))
            } else if self.under_way.borrow().is_full() {
                refused(request::too_many(MAX_OUTSTANDING))
            } else {
                self.answer(request)
            };
            self.begin(delay_ms, Done::Response(result))
        };
        requests.iter().enumerate().map(begin_one).collect()
    }

    fn answer(&self, request: &Request) -> Answer {
        let is_granted = self.is_granted(&request.url);
        // One that will be denied keeps its tokens.
        let filled = if is_granted { self.filled(request) } else { Ok(request.clone()) };
        let request = match filled {
            Ok(request) => request,
            Err(misuse) => return (0, Err(http_error_as(FaultKind::Denied, misuse.code()))),
        };
        let headers = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let n_body_bytes = request.body.as_bytes().len();
        if let Err(refusal) = request::check(&request.method, &request.url, headers, n_body_bytes) {
            return refused(refusal);
        }
        if !is_granted {
            return (0, Err(http_error_as(FaultKind::Denied, "origin-not-granted")));
        }
        self.asked_of_world(&request)
    }

    fn asked_of_world(&self, request: &Request) -> Answer {
        let timeout_ms = request.timeout_ms.map_or(REQUEST_TIMEOUT_MS, u64::from).min(REQUEST_TIMEOUT_MS);
        let reply = (self.world.borrow_mut())(self.now_ms.get(), request);
        match reply {
            Reply::After(delay_ms, response) if delay_ms < timeout_ms => {
                let response = self.scrubbed(response);
                if MAX_RESPONSE_BODY_BYTES < response.body.as_bytes().len() {
                    return (delay_ms, Err(too_large("the response is larger than the host's limit")));
                }
                if nesting::is_too_deep(response.body.as_bytes()) {
                    return (delay_ms, Err(too_large("the response is nested too deep")));
                }
                (delay_ms, Ok(response))
            }
            Reply::After(..) | Reply::Hang => {
                (timeout_ms, Err(http_error_as(FaultKind::TimedOut, "test-fault")))
            }
            Reply::Fail(kind) => (0, Err(http_error_as(kind, "test-fault"))),
            Reply::FailAs(kind, code) => (0, Err(http_error_as(kind, code))),
        }
    }

    /// Whether the plan of the connector that is called names this origin.
    fn is_granted(&self, url: &str) -> bool {
        let under_way = self.under_way.borrow();
        let Some(origins) = under_way.origins() else { return true };
        origins.iter().any(|origin| origin_of(origin) == origin_of(url))
    }
}

fn refused(refusal: Refusal) -> Answer {
    (0, Err(Fault { kind: FaultKind::Other, diagnosis: refusal.into() }))
}

fn http_error_as(kind: FaultKind, code: &str) -> Fault {
    let diagnosis = Diagnosis::new(code, format!("the test says {kind:?}"), "测试注入的故障");
    Fault { kind, diagnosis }
}

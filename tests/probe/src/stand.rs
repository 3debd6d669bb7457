//! Where attempts stand: the host, the settings, and the few steps that most attempts take.

use crate::limits::MAX_NAMED;
use crate::promise::{Trouble, broken, untried};
use crate::{Settings, Surroundings};
use rollcall_kit::Host;
use rollcall_kit::ports::{Fault, FaultKind, Request, Response, Ticket};
use serde_json::Value;
use std::fmt;

/// Where attempts stand.
pub struct Stand<'h> {
    pub(crate) host: &'h dyn Host,
    pub(crate) settings: &'h Settings,
    pub(crate) surroundings: Option<&'h dyn Surroundings>,
}

impl fmt::Debug for Stand<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stand").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// What became of a request.
pub(crate) type Answer = Result<Response, Fault>;

impl<'h> Stand<'h> {
    /// Before this host; `surroundings` is what there is around the component, where somebody can look.
    #[must_use]
    pub fn new(
        host: &'h dyn Host,
        settings: &'h Settings,
        surroundings: Option<&'h dyn Surroundings>,
    ) -> Self {
        Self { host, settings, surroundings }
    }

    /// An address at the peer.
    pub(crate) fn peer(&self, path: &str) -> Result<String, Trouble> {
        match &self.settings.peer {
            Some(origin) => Ok(format!("{origin}{path}")),
            None => untried("it needs the setting `peer`"),
        }
    }

    /// A GET of the peer.
    pub(crate) fn get(&self, path: &str) -> Result<Request, Trouble> {
        Ok(Request::get(self.peer(path)?))
    }

    /// What becomes of one request.
    pub(crate) fn ask(&self, request: Request) -> Result<Answer, Trouble> {
        let mut answers = self.ask_all(vec![request])?;
        answers.pop().map_or_else(|| broken("a request has no result"), Ok)
    }

    /// What becomes of requests, in their order.
    pub(crate) fn ask_all(&self, requests: Vec<Request>) -> Result<Vec<Answer>, Trouble> {
        let tickets = self.begin_all(requests)?;
        self.wait_for(&tickets)?;
        self.take_all(&tickets)
    }

    /// Begin requests: a ticket for each.
    pub(crate) fn begin_all(&self, requests: Vec<Request>) -> Result<Vec<Ticket>, Trouble> {
        let n_begun = requests.len();
        let tickets = self.host.begin_http(requests);
        if tickets.len() != n_begun {
            return broken(format!("`begin` gave {} tickets for {n_begun} requests", tickets.len()));
        }
        Ok(tickets)
    }

    /// A result for each ticket.
    pub(crate) fn take_all(&self, tickets: &[Ticket]) -> Result<Vec<Answer>, Trouble> {
        let answers = self.host.take_http(tickets);
        if answers.len() != tickets.len() {
            return broken(format!("`take` gave {} results for {} tickets", answers.len(), tickets.len()));
        }
        Ok(answers)
    }

    /// Wait until all of these were named; every ticket that was, in order.
    pub(crate) fn wait_for(&self, tickets: &[Ticket]) -> Result<Vec<Ticket>, Trouble> {
        let mut named = Vec::new();
        while !tickets.iter().all(|ticket| named.contains(ticket)) {
            let ready = self.host.wait(1024);
            if ready.is_empty() {
                return broken("`wait` named nothing while something was outstanding");
            }
            named.extend(ready);
            in_bounds(named.len())?;
        }
        Ok(named)
    }

    /// Wait until nothing is outstanding.
    pub(crate) fn finish(&self) -> Result<(), Trouble> {
        let mut n_named = 0;
        loop {
            match self.host.wait(1024).len() {
                0 => return Ok(()),
                n => n_named += n,
            }
            in_bounds(n_named)?;
        }
    }

    /// The response to a request of this path at the peer.
    pub(crate) fn response(&self, path: &str) -> Result<Response, Trouble> {
        responded(self.ask(self.get(path)?)?)
    }

    /// What the peer says at this path, as JSON.
    pub(crate) fn json(&self, path: &str) -> Result<Value, Trouble> {
        parsed(&self.response(path)?)
    }

    /// How many requests of this path the peer has had.
    pub(crate) fn n_arrived(&self, path: &str) -> Result<u64, Trouble> {
        let told = self.json(&format!("/count?of={path}"))?;
        told.as_u64().map_or_else(|| untried("the peer is none: it does not count"), Ok)
    }
}

/// A host that names ever more tickets has lost count of them.
fn in_bounds(n_named: usize) -> Result<(), Trouble> {
    if n_named <= MAX_NAMED {
        Ok(())
    } else {
        broken(format!("`wait` named more than {MAX_NAMED} tickets, and goes on"))
    }
}

/// The response, where there should be one.
pub(crate) fn responded(answer: Answer) -> Result<Response, Trouble> {
    answer.or_else(|fault| broken(format!("the peer's answer did not come back: {}", told(&fault))))
}

/// The JSON of what the peer tells of a request.
pub(crate) fn parsed(response: &Response) -> Result<Value, Trouble> {
    let text = String::from_utf8_lossy(response.body.as_bytes()).into_owned();
    serde_json::from_str(&text).or_else(|_| {
        let beginning: String = text.chars().take(100).collect();
        broken(format!("the peer's answer of JSON arrived as {beginning:?}, status {}", response.status))
    })
}

/// A fault in a few words.
pub(crate) fn told(fault: &Fault) -> String {
    format!("fault `{}` ({})", name_of(fault.kind), fault.diagnosis.code)
}

/// What became of a request in a few words.
pub(crate) fn outcome_of(answer: &Answer) -> String {
    match answer {
        Ok(response) => format!("a response of status {}", response.status),
        Err(fault) => told(fault),
    }
}

/// The request must have come to this fault.
pub(crate) fn must_fail(what: &str, answer: &Answer, kind: FaultKind) -> Result<(), Trouble> {
    match answer {
        Err(fault) if fault.kind == kind => Ok(()),
        other => broken(format!("{what} came to {}, not to fault `{}`", outcome_of(other), name_of(kind))),
    }
}

/// The name of a kind in the contract.
pub(crate) const fn name_of(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Other => "other",
        FaultKind::Denied => "denied",
        FaultKind::ProxyUnreachable => "proxy-unreachable",
        FaultKind::ProxyRefused => "proxy-refused",
        FaultKind::Untrusted => "untrusted",
        FaultKind::NotSent => "not-sent",
        FaultKind::TimedOut => "timed-out",
        FaultKind::TooLarge => "too-large",
        FaultKind::Interrupted => "interrupted",
        FaultKind::Cancelled => "cancelled",
    }
}

/// A member of what was told; null where there is none.
pub(crate) fn member<'v>(told: &'v Value, name: &str) -> &'v Value {
    told.get(name).unwrap_or(&Value::Null)
}

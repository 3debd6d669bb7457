//! The proxy: never bypassed, and its faults told apart.

use crate::promise::Attempt;
use crate::stand::must_fail;
use crate::{Promise, Stand};
use rollcall_kit::ports::FaultKind;

pub(crate) const PROMISES: [Promise; 2] = [
    Promise {
        name: "dead-proxy",
        stands_at: "http-client.wit, fault-kind.proxy-unreachable; README.md, Requests",
        says: "behind a proxy that cannot be reached a request gets the fault `proxy-unreachable`: it is never bypassed",
        attempt: |stand| behind(stand, FaultKind::ProxyUnreachable),
    },
    Promise {
        name: "refusing-proxy",
        stands_at: "http-client.wit, fault-kind.proxy-refused; README.md, Requests",
        says: "behind a proxy that refuses a request gets the fault `proxy-refused`",
        attempt: |stand| behind(stand, FaultKind::ProxyRefused),
    },
];

/// Each of two, the second one for a host that gives up and goes straight.
fn behind(stand: &Stand<'_>, kind: FaultKind) -> Attempt {
    let first = stand.ask(stand.get("/echo")?)?;
    let second = stand.ask(stand.get("/echo")?)?;
    must_fail("a request", &first, kind)?;
    must_fail("the request after it", &second, kind)
}

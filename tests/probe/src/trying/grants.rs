//! Where requests may go.

use crate::promise::{Attempt, ensure, same};
use crate::settings::{ABSENT, FORBIDDEN};
use crate::stand::must_fail;
use crate::{Promise, Stand};
use rollcall_kit::ports::{FaultKind, Request};

pub(crate) const PROMISES: [Promise; 3] = [
    Promise {
        name: "ungranted-origin",
        stands_at: "http-client.wit, fault-kind.denied",
        says: "a request to an origin that is not granted gets the fault `denied`",
        attempt: ungranted,
    },
    Promise {
        name: "optional-origin",
        stands_at: "identity-source.wit, origin.optional; README.md, Requests",
        says: "an origin that the plan calls optional and nobody allowed is denied, and the call is made all the same",
        attempt: |stand| {
            must_fail("a request to it", &stand.ask(Request::get(format!("{ABSENT}/")))?, FaultKind::Denied)
        },
    },
    Promise {
        name: "redirect",
        stands_at: "http-client.wit, http-response; README.md, Requests",
        says: "a host follows no redirect: one is a response like any other",
        attempt: redirect,
    },
];

/// Another host, and the peer's own host by another scheme and another port.
fn ungranted(stand: &Stand<'_>) -> Attempt {
    let mut urls = vec![format!("{FORBIDDEN}/"), "http://elsewhere.invalid/".to_owned()];
    if let Ok(peer) = stand.peer("/") {
        urls.push(peer.replacen("http://", "https://", 1));
        urls.push(format!("{}2/", peer.trim_end_matches('/').trim_end_matches(|c: char| c.is_ascii_digit())));
        urls.push(peer.replacen("127.0.0.1", "localhost", 1));
    }
    for url in urls {
        must_fail(&format!("GET {url}"), &stand.ask(Request::get(url))?, FaultKind::Denied)?;
    }
    Ok(())
}

fn redirect(stand: &Stand<'_>) -> Attempt {
    let n_before = stand.n_arrived("/landed")?;
    let response = stand.response("/redirect")?;
    let n_landed = stand.n_arrived("/landed")? - n_before;
    ensure(n_landed == 0, || format!("it was followed: the place that it names had {n_landed} request"))?;
    same("the status of a redirect", &response.status, &302)?;
    let location = response.headers.iter().find(|(name, _)| name == "location");
    same("its `location`", &location.map(|(_, value)| value.as_str()), &Some("/landed"))
}

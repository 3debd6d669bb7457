//! What of a request arrives, and what is refused before it leaves.

use crate::promise::{Attempt, same};
use crate::stand::{member, must_fail, parsed, responded};
use crate::{Promise, Stand};
use rollcall_kit::ports::{Body, FaultKind, Request};
use serde_json::Value;

pub(crate) const PROMISES: [Promise; 7] = [
    Promise {
        name: "methods",
        stands_at: "http-client.wit, http-request.method",
        says: "GET, POST, PUT, PATCH, DELETE and HEAD arrive as they are",
        attempt: methods,
    },
    Promise {
        name: "other-methods",
        stands_at: "http-client.wit, http-request.method",
        says: "a request of another method gets the fault `other`",
        attempt: other_methods,
    },
    Promise {
        name: "headers-arrive",
        stands_at: "http-client.wit, http-request.headers",
        says: "headers arrive as they are given, a `user-agent` too",
        attempt: headers_arrive,
    },
    Promise {
        name: "headers-of-the-host",
        stands_at: "http-client.wit, http-request.headers; README.md, Requests",
        says: "a request that has a header of the host's own gets the fault `other`",
        attempt: headers_of_the_host,
    },
    Promise {
        name: "headers-that-are-none",
        stands_at: "http-client.wit, fault-kind.other",
        says: "a header with a line break is no header: its request gets the fault `other`, and nothing is smuggled",
        attempt: headers_that_are_none,
    },
    Promise {
        name: "bodies-arrive",
        stands_at: "http-client.wit, http-request.body; model.wit, body",
        says: "a body of text and one of bytes arrive byte for byte",
        attempt: bodies_arrive,
    },
    Promise {
        name: "urls-that-are-none",
        stands_at: "http-client.wit, http-request.url",
        says: "a URL that is not absolute, or has a name and password, gets the fault `other`",
        attempt: urls_that_are_none,
    },
];

/// The headers that are the host's own, as README.md lists them.
const OF_THE_HOST: [&str; 14] = [
    "host",
    "Content-Length",
    "accept-encoding",
    "expect",
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "Transfer-Encoding",
    "upgrade",
];

fn methods(stand: &Stand<'_>) -> Attempt {
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"] {
        let request = Request { method: method.to_owned(), ..stand.get("/echo")? };
        let response = responded(stand.ask(request)?)?;
        let found = response.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("x-method"));
        same(&format!("the method of a {method}"), &found.map(|(_, value)| value.as_str()), &Some(method))?;
    }
    Ok(())
}

fn other_methods(stand: &Stand<'_>) -> Attempt {
    for method in ["", "get", "OPTIONS", "TRACE", "CONNECT", "G ET"] {
        let request = Request { method: method.to_owned(), ..stand.get("/echo")? };
        must_fail(&format!("a request of method {method:?}"), &stand.ask(request)?, FaultKind::Other)?;
    }
    Ok(())
}

fn headers_arrive(stand: &Stand<'_>) -> Attempt {
    let given =
        [("user-agent", "a probe/1"), ("authorization", "Bearer a.b-c"), ("X-Own", "a,  b"), ("x-empty", "")];
    let request =
        given.iter().fold(stand.get("/echo")?, |request, (name, value)| request.header(name, *value));
    let told = parsed(&responded(stand.ask(request)?)?)?;
    for (name, value) in given {
        let name = name.to_ascii_lowercase();
        same(&format!("header {name:?}"), &headers(&told, &name), &vec![value])?;
    }
    let authority =
        stand.peer("")?.split_once("://").map(|(_, authority)| authority.to_owned()).unwrap_or_default();
    same("the host's own header \"host\"", &headers(&told, "host"), &vec![authority.as_str()])
}

fn headers_of_the_host(stand: &Stand<'_>) -> Attempt {
    for name in OF_THE_HOST {
        let request = stand.get("/echo")?.header(name, "1");
        must_fail(&format!("a request with a header {name:?}"), &stand.ask(request)?, FaultKind::Other)?;
    }
    Ok(())
}

fn headers_that_are_none(stand: &Stand<'_>) -> Attempt {
    let wrong = [
        ("x", "a\r\nx-smuggled: b"),
        ("x", "a\nb"),
        ("x y", "a"),
        ("x:", "a"),
        ("", "a"),
        ("x\r\nx-smuggled", "a"),
    ];
    for (name, value) in wrong {
        let request = stand.get("/echo")?.header(name, value);
        must_fail(
            &format!("a request with the header {name:?}: {value:?}"),
            &stand.ask(request)?,
            FaultKind::Other,
        )?;
    }
    Ok(())
}

fn bodies_arrive(stand: &Stand<'_>) -> Attempt {
    let bodies = [
        (Body::Text("飞\u{10000}\r\n".to_owned()), "e9a39ef09080800d0a"),
        (Body::Bytes(vec![0, 0xff, 0x80, 0x0a]), "00ff800a"),
        (Body::Text(String::new()), ""),
    ];
    for (body, hex) in bodies {
        let request = Request { method: "POST".to_owned(), body, ..stand.get("/echo")? };
        let told = parsed(&responded(stand.ask(request)?)?)?;
        same("the body that arrived, in hexadecimal,", &member(&told, "bodyHex").as_str(), &Some(hex))?;
    }
    Ok(())
}

fn urls_that_are_none(stand: &Stand<'_>) -> Attempt {
    let peer = stand.peer("")?;
    let with_password = peer.replacen("://", "://name:word@", 1);
    let relative = ["", "/echo", "127.0.0.1/echo", "http://"].map(str::to_owned);
    for url in relative.into_iter().chain([with_password]) {
        must_fail(&format!("GET {url:?}"), &stand.ask(Request::get(&url))?, FaultKind::Other)?;
    }
    Ok(())
}

/// Every value of a header that arrived.
fn headers<'t>(told: &'t Value, name: &str) -> Vec<&'t str> {
    let pairs = member(told, "headers").as_array().into_iter().flatten().filter_map(Value::as_array);
    let of_name = pairs.filter(|pair| pair.first().and_then(Value::as_str) == Some(name));
    of_name.filter_map(|pair| pair.get(1).and_then(Value::as_str)).collect()
}

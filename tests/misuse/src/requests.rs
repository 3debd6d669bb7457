//! `http-client`.

use crate::{Case, ORIGIN, both, faults, wait_for_all};
use rollcall_kit::Host;
use rollcall_kit::ports::{Body, Request};

const INVALID: &str = "Other request-invalid";

pub(crate) fn cases() -> Vec<Case> {
    [methods(), urls(), headers(), bodies(), tickets()].into_iter().flatten().collect()
}

fn methods() -> Vec<Case> {
    let method = |name: &'static str, expected: &str| {
        Case::new(format!("request by method {name:?}"), expected, move |host| {
            ask(host, Request { method: name.to_owned(), ..right() })
        })
    };
    let known = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"].map(|name| method(name, "200"));
    let others = ["", "get", "OPTIONS", "CONNECT", "TRACE", "G ET"].map(|name| method(name, INVALID));
    known.into_iter().chain(others).collect()
}

fn urls() -> Vec<Case> {
    let url = |how: &str, url: String, expected: &str| {
        Case::new(format!("request a url {how}"), expected, move |host| {
            ask(host, Request { url: url.clone(), ..right() })
        })
    };
    let denied = "Denied origin-not-granted";
    let padded = |n_bytes: usize| format!("{ORIGIN}/{}", "p".repeat(n_bytes - ORIGIN.len() - 1));
    vec![
        url("of the plan", ORIGIN.to_owned(), "200"),
        url("of the plan with its port", format!("{ORIGIN}:443/"), "200"),
        url("of the plan in capitals", format!("{}/", ORIGIN.to_uppercase()), "200"),
        url("of 8 KiB", padded(8 << 10), "200"),
        url("of more than 8 KiB", padded((8 << 10) + 1), INVALID),
        url("of another host", "https://elsewhere.example/".to_owned(), denied),
        url("of another port", format!("{ORIGIN}:8443/"), denied),
        url("of another scheme", "http://granted.example/".to_owned(), denied),
        url("of a host that only begins so", format!("{ORIGIN}.elsewhere.example/"), denied),
        url("with a name", "https://granted.example@elsewhere.example/".to_owned(), INVALID),
        url("with a name and password", "https://name:word@granted.example/".to_owned(), INVALID),
        url("that is empty", String::new(), INVALID),
        url("that is relative", "/path".to_owned(), INVALID),
        url("without a scheme", "granted.example/".to_owned(), INVALID),
        url("without a host", "https:///".to_owned(), INVALID),
        url("with a port that is none", format!("{ORIGIN}:port/"), INVALID),
        url("with a port beyond 65535", format!("{ORIGIN}:65536/"), INVALID),
    ]
}

fn headers() -> Vec<Case> {
    let header = |how: &str, name: &'static str, value: &'static str, expected: &str| {
        Case::new(format!("request with a header {how}"), expected, move |host| {
            ask(host, right().header(name, value))
        })
    };
    let many = |n: usize, expected: &str| {
        Case::new(format!("request with {n} headers"), expected, move |host| {
            ask(host, (0..n).fold(right(), |request, n| request.header(&format!("x-{n}"), "v")))
        })
    };
    let own = [
        "host",
        "Host",
        "content-length",
        "accept-encoding",
        "expect",
        "connection",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ];
    let own = own.map(|name| header(&format!("of the host's own: {name}"), name, "v", INVALID));
    let others = vec![
        many(64, "200"),
        many(65, INVALID),
        header("of its own", "user-agent", "a connector", "200"),
        header("without a name", "", "v", INVALID),
        header("with a blank in its name", "x y", "v", INVALID),
        header("with a colon in its name", "x:", "v", INVALID),
        header("with a name that is not ascii", "名", "v", INVALID),
        header("without a value", "x", "", "200"),
        header("with a tab in its value", "x", "a\tb", "200"),
        header("with a new line in its value", "x", "a\r\nb: c", INVALID),
        header("with a null character in its value", "x", "\0", INVALID),
        header("with a value that is not ascii", "x", "值", "200"),
    ];
    own.into_iter().chain(others).collect()
}

fn bodies() -> Vec<Case> {
    let body = |n_bytes: usize, expected: &str| {
        Case::new(format!("request with a body of {n_bytes} bytes"), expected, move |host| {
            ask(host, Request { method: "POST".to_owned(), body: Body::Text("b".repeat(n_bytes)), ..right() })
        })
    };
    vec![body(1 << 20, "200"), body((1 << 20) + 1, INVALID)]
}

fn tickets() -> Vec<Case> {
    let at_once = |n: usize, expected: &str| {
        Case::new(format!("begin {n} requests in a call"), expected, move |host| {
            ask_all(host, vec![right(); n])
        })
    };
    vec![
        at_once(0, ""),
        at_once(256, "256 200"),
        at_once(258, "256 200, 2 Other request-invalid"),
        Case::new("begin 257 requests in two calls", "256 200; Other request-invalid", |host| {
            let (first, more) = (host.begin_http(vec![right(); 256]), host.begin_http(vec![right()]));
            wait_for_all(host);
            both(faults(host.take_http(&first)), faults(host.take_http(&more)))
        }),
        Case::new("begin a request once others were named", "256 200; 200", |host| {
            let first = host.begin_http(vec![right(); 256]);
            wait_for_all(host);
            let more = host.begin_http(vec![right()]);
            wait_for_all(host);
            both(faults(host.take_http(&first)), faults(host.take_http(&more)))
        }),
        Case::new("begin requests beside timers and changes", "256 200", |host| {
            let _timers: Vec<_> = (0..10).map(|_| host.begin_timer(1)).collect();
            host.begin_apply(Vec::new());
            ask_all(host, vec![right(); 256])
        }),
        Case::new("take responses that were never begun", "2 Other request-invalid", |host| {
            faults(host.take_http(&[0, u32::MAX]))
        }),
        Case::new("take a response before it is ready", "Other request-invalid; 200", |host| {
            let tickets = host.begin_http(vec![right()]);
            let early = faults(host.take_http(&tickets));
            wait_for_all(host);
            both(early, faults(host.take_http(&tickets)))
        }),
        Case::new("take a response twice", "200; Other request-invalid", |host| {
            let tickets = host.begin_http(vec![right()]);
            wait_for_all(host);
            both(faults(host.take_http(&tickets)), faults(host.take_http(&tickets)))
        }),
        Case::new("take the response of changes", "Other request-invalid", |host| {
            let ticket = host.begin_apply(Vec::new());
            wait_for_all(host);
            faults(host.take_http(&[ticket]))
        }),
        Case::new("leave 4096 results untaken", "256 200", |host| left_untaken(host, 4096 - 256)),
        Case::new("leave more than 4096 results untaken", "ended connector-broke-contract", |host| {
            left_untaken(host, 4097 - 256)
        }),
    ]
}

/// Leave so many outcomes of changes, and begin requests beside them.
fn left_untaken(host: &dyn Host, n: usize) -> String {
    let _untaken: Vec<_> = (0..n).map(|_| host.begin_apply(Vec::new())).collect();
    ask_all(host, vec![right(); 256])
}

fn right() -> Request {
    Request::get(format!("{ORIGIN}/"))
}

fn ask(host: &dyn Host, request: Request) -> String {
    ask_all(host, vec![request])
}

fn ask_all(host: &dyn Host, requests: Vec<Request>) -> String {
    let tickets = host.begin_http(requests);
    wait_for_all(host);
    faults(host.take_http(&tickets))
}

//! What of a response comes back.

use crate::promise::{Attempt, same};
use crate::{Promise, Stand};
use rollcall_kit::ports::Body;

pub(crate) const PROMISES: [Promise; 4] = [
    Promise {
        name: "any-status",
        stands_at: "http-client.wit, fault",
        says: "a response of any status is no fault, and is asked for once",
        attempt: any_status,
    },
    Promise {
        name: "response-headers",
        stands_at: "http-client.wit, http-response.headers",
        says: "names of a response's headers are in lower case, values as they came",
        attempt: response_headers,
    },
    Promise {
        name: "decompressed",
        stands_at: "http-client.wit, http-response",
        says: "a response is decompressed",
        attempt: decompressed,
    },
    Promise {
        name: "text-as-text",
        stands_at: "model.wit, body",
        says: "bytes that are valid UTF-8 are handed over as text, whatever the content type says, and others as bytes",
        attempt: text_as_text,
    },
];

fn any_status(stand: &Stand<'_>) -> Attempt {
    let codes = [201, 204, 304, 400, 401, 404, 429, 500, 503];
    let n_before = stand.n_arrived("/status")?;
    for code in codes {
        same("the status of a response", &stand.response(&format!("/status?code={code}"))?.status, &code)?;
    }
    same("how often it was asked", &(stand.n_arrived("/status")? - n_before), &9)
}

fn response_headers(stand: &Stand<'_>) -> Attempt {
    let response = stand.response("/headers")?;
    let names = response.headers.iter().map(|(name, _)| name.as_str());
    let mixed: Vec<&str> = names.filter(|name| name.eq_ignore_ascii_case("x-mixed-case")).collect();
    same("the name of `X-Mixed-Case`", &mixed, &vec!["x-mixed-case"])?;
    let value = response.headers.iter().find(|(name, _)| name == "x-mixed-case");
    same("its value", &value.map(|(_, value)| value.as_str()), &Some("Kept As It Is"))
}

fn decompressed(stand: &Stand<'_>) -> Attempt {
    let response = stand.response("/packed")?;
    same("the body", &String::from_utf8_lossy(response.body.as_bytes()).as_ref(), &"the probe's peer")
}

fn text_as_text(stand: &Stand<'_>) -> Attempt {
    let form = |body: &Body| match body {
        Body::Text(_) => "text",
        Body::Bytes(_) => "bytes",
    };
    let text = stand.response("/text")?;
    same("the body of valid UTF-8", &form(&text.body), &"text")?;
    same("it", &text.body.as_bytes(), &"飞\u{10000}".as_bytes())?;
    let bytes = stand.response("/no-text")?;
    same("the body that is no UTF-8", &form(&bytes.body), &"bytes")?;
    same("it", &bytes.body.as_bytes(), &[0xff, 0xfe, 0x00, 0x80].as_slice())
}

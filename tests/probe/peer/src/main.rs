//! `probe-peer serve [PORT]` answers the probe's requests until it is killed; `probe-peer expected` prints what whoever runs
//! the probe must find.

use rollcall_probe::{
    ALONE, Expected, SECRET, endings, identity_documents, merge_documents, promises, reading_counters, told,
};
use rollcall_probe_peer::server;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process::ExitCode;
use std::thread;

/// The settings with which `sync` tells what it found.
const TOLD: [&str; 10] = [
    "reading",
    "merge",
    "documents",
    "identity-1",
    "identity-2",
    "identity-3",
    "open-after-put",
    "cancel",
    "dead-proxy",
    "refusing-proxy",
];

/// What it says to whoever does not know it.
const USAGE: &str = "usage: probe-peer serve [PORT] | probe-peer expected\n";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["expected"] => print(&expected()),
        ["serve"] => serve(0),
        ["serve", port] => match port.parse() {
            Ok(port) => serve(port),
            Err(_) => return wrong(),
        },
        _ => return wrong(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let told = writeln!(io::stderr(), "probe-peer: {error}");
            // Nobody is there to be told of that either.
            drop(told);
            ExitCode::FAILURE
        }
    }
}

fn wrong() -> ExitCode {
    let told = io::stderr().write_all(USAGE.as_bytes());
    drop(told);
    ExitCode::from(2)
}

fn serve(port: u16) -> io::Result<()> {
    let address = server::start(port)?;
    print(&json!({ "listening": format!("http://{address}") }))?;
    loop {
        thread::park();
    }
}

fn print(value: &Value) -> io::Result<()> {
    let mut output = io::stdout().lock();
    writeln!(output, "{value}")?;
    output.flush()
}

/// What must be found, for a program that runs the probe over any host.
fn expected() -> Value {
    let checks: Vec<&str> =
        promises().iter().map(|promise| promise.name).filter(|name| !ALONE.contains(name)).collect();
    let endings: Vec<Value> = endings()
        .iter()
        .map(|ending| json!({"probe": ending.name, "within": ending.within.as_str()}))
        .collect();
    let [first, second] = reading_counters();
    json!({
        "secret": SECRET,
        "told": TOLD.map(|probe| (probe, told(probe))).into_iter().collect::<BTreeMap<_, _>>(),
        "check": checks,
        "alone": ALONE,
        "endings": endings,
        "reading": [counters(&first), counters(&second)],
        "merge": documents(merge_documents()),
        "identity": identity_documents().map(documents),
    })
}

fn counters(expected: &Expected) -> Value {
    let Expected { read, created, updated, unchanged, rejected, removed } = expected;
    json!({
        "read": read, "created": created, "updated": updated, "unchanged": unchanged, "rejected": rejected,
        "removed": removed,
    })
}

fn documents(documents: Vec<(String, Value)>) -> Value {
    documents.into_iter().map(|(_, document)| document).collect()
}

//! A connector that misbehaves as its settings tell it to: `{"behaviour": "…"}`. Written against the bare bindings, because
//! the kit would not let it.

#![expect(unsafe_code, reason = "the canonical ABI's exports are generated")]
#![expect(clippy::panic, reason = "a panic is one of the things a host must survive")]

mod bindings {
    wit_bindgen::generate!({ path: "../../wit", world: "connector" });
}

mod floods;

use bindings::exports::rollcall::connector::identity_source as source;
use bindings::rollcall::connector::{directory, history, host, http_client, model, tasks};
use model::{Body, Change, Diagnosis, DirectoryObject, Failure, FailureKind, Key, Removal};
use source::{
    CheckStatus, Descriptor, EventDelivery, Finding, InvalidSettings, Origin, Plan, RateLimit, ResourceType,
    Summary,
};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::hint::black_box;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

struct Hostile;

impl source::Guest for Hostile {
    fn describe() -> Descriptor {
        Descriptor {
            id: "hostile".to_owned(),
            name: "Hostile".to_owned(),
            names: Vec::new(),
            version: "0.1.0".to_owned(),
            settings_schema:
                r#"{"type":"object","properties":{"behaviour":{"type":"string"},"url":{"type":"string"},"n":{"type":"string"}}}"#
                    .to_owned(),
            resource_types: ["Department", "User"].map(resource_type).to_vec(),
        }
    }

    fn validate(_settings: String) -> Result<Plan, InvalidSettings> {
        let limits = vec![RateLimit { bucket: "all".to_owned(), requests: 100, window_ms: 1000 }];
        let origin = Origin { origin: "https://granted.example".to_owned(), optional: false };
        Ok(Plan {
            origins: vec![origin],
            limits,
            secrets: Vec::new(),
            event_delivery: EventDelivery::None,
            poll_interval_ms: None,
            exclusive: Vec::new(),
        })
    }

    fn check(settings: String) -> Vec<Finding> {
        match misbehave(&settings) {
            Ok(_) => Vec::new(),
            Err(_) => vec![Finding {
                check: "hostile".to_owned(),
                status: CheckStatus::Failed,
                diagnosis: diagnosis("misbehaved", "it did what it was told"),
            }],
        }
    }

    fn sync(settings: String, _checkpoint: Option<String>) -> Result<Summary, Failure> {
        misbehave(&settings)
    }

    fn refresh(settings: String, _keys: Vec<Key>) -> Result<Summary, Failure> {
        misbehave(&settings)
    }
}

fn misbehave(settings: &str) -> Result<Summary, Failure> {
    let behaviour = setting(settings, "behaviour");
    match behaviour {
        "nothing" => {}
        "panic" => panic!("the hostile connector panics on purpose"),
        "last-words" => {
            host::log(host::LogLevel::Error, "these are its last words");
            std::process::abort()
        }
        "loop" => endless_loop(),
        "memory" => eat_memory(),
        "recursion" => {
            black_box(recurse(0));
        }
        "entries" => oversized_entries(),
        "requests" => oversized_requests(setting(settings, "url")),
        "document" => oversized_document(),
        "denied" => return denied(setting(settings, "url")),
        "forged-tickets" => return forged_tickets(),
        "sleep" => sleep_an_hour(),
        "no-evidence" => return remove_without_evidence(),
        "lying-summary" => return Ok(Summary { read: 7, unchanged: 1, skipped: 1, ..nothing_read() }),
        "reject" => return put_nonsense(),
        "hash" => return hash(),
        "surroundings" => return surroundings(),
        "exit" => {
            let words = "it says so \u{9489}\u{9489}, and has no end of line".as_bytes();
            std::io::stderr().write_all(words).unwrap_or_default();
            std::process::exit(3)
        }
        "bad-words" => {
            // No UTF-8, and a character in two writes.
            let mut stderr = std::io::stderr();
            let words: [&[u8]; 4] =
                [b"\xff\xed\xa0\x80\xe9\x92", b"\x89 and \xf4\x90\x80\x80\n", &[b'x'; 500], b" end\n"];
            words.iter().for_each(|words| stderr.write_all(words).unwrap_or_default());
            std::process::abort()
        }
        other => {
            let flooded = floods::flood(other, settings);
            return flooded.unwrap_or_else(|| panic!("unknown behaviour {other:?}"));
        }
    }
    Ok(nothing_read())
}

/// The text of a setting, without a JSON parser: `"name":"…"`.
fn setting<'s>(settings: &'s str, name: &str) -> &'s str {
    let mut parts = settings.split('"').skip_while(|part| *part != name);
    parts.nth(2).unwrap_or_default()
}

fn endless_loop() {
    let mut n = 0_u64;
    loop {
        n = black_box(n.wrapping_add(1));
    }
}

fn eat_memory() {
    let mut hoard: Vec<Vec<u8>> = Vec::new();
    loop {
        hoard.push(black_box(vec![1; 1 << 20]));
    }
}

#[expect(unconditional_recursion, reason = "this is what it is for")]
fn recurse(depth: u64) -> u64 {
    let frame = black_box([depth; 64]);
    recurse(depth + 1) + frame.iter().sum::<u64>()
}

fn oversized_entries() {
    let entry = history::LogEntry {
        severity: history::Severity::Info,
        subject: None,
        subject_name: None,
        diagnosis: diagnosis("much", &"x".repeat(1000)),
    };
    // Whatever the host says of it, the run goes on.
    let _ = history::record_entries(&vec![entry; 200_000]);
}

fn oversized_requests(url: &str) {
    let tickets = http_client::begin(&vec![request(url); 100_000]);
    while !tasks::wait(1000).is_empty() {}
    http_client::take(&tickets);
}

fn oversized_document() {
    let key = Key { resource_type: "User".to_owned(), external_id: "big".to_owned() };
    let document = format!(r#"{{"externalId":"big","displayName":"{}"}}"#, "x".repeat(64 << 20));
    directory::begin_apply(&[Change::Put(DirectoryObject { key, version: "1".to_owned(), document })]);
    while !tasks::wait(1).is_empty() {}
}

fn denied(url: &str) -> Result<Summary, Failure> {
    let tickets = http_client::begin(&[request(url)]);
    while !tasks::wait(1).is_empty() {}
    match http_client::take(&tickets).pop() {
        Some(Ok(response)) => {
            Err(failure(FailureKind::Other, diagnosis("answered", &response.status.to_string())))
        }
        Some(Err(error)) => Err(failure(FailureKind::Host, error.diagnosis)),
        None => Err(failure(FailureKind::Other, diagnosis("nothing", "no result"))),
    }
}

fn forged_tickets() -> Result<Summary, Failure> {
    let stolen = http_client::take(&[0, 1, u32::MAX]);
    let n_errors = stolen.iter().filter(|result| result.is_err()).count();
    let applied = directory::take_applied(12_345);
    let verdict = format!("{n_errors} of {} refused, apply refused: {}", stolen.len(), applied.is_err());
    Err(failure(FailureKind::Other, diagnosis("forged", &verdict)))
}

/// It says so first, so that whoever wants to stop it in its sleep knows when.
fn sleep_an_hour() {
    let progress = history::Progress { phase: "sleeping".to_owned(), done: 0, total: None };
    tasks::begin_timer(3_600_000);
    history::report(&progress);
    while !tasks::wait(1).is_empty() {}
}

fn remove_without_evidence() -> Result<Summary, Failure> {
    let all = directory::Scope { whole: true, parts: Vec::new() };
    directory::open_reading(&all).map_err(of_the_host)?;
    let inventory = directory::list_inventory("User", None, 1000).map_err(of_the_host)?;
    let key = |item: directory::InventoryItem| Key {
        resource_type: "User".to_owned(),
        external_id: item.external_id,
    };
    let removals: Vec<Removal> =
        inventory.into_iter().map(|item| Removal { key: key(item), evidence: String::new() }).collect();
    directory::close_reading(&[]).map_err(of_the_host)?;
    directory::remove_missing(&removals).map_err(of_the_host)?;
    Ok(nothing_read())
}

/// What a hash map's seed makes of nothing, as the failure's words.
fn hash() -> Result<Summary, Failure> {
    let of_nothing = RandomState::new().build_hasher().finish();
    let random = host::random(16);
    Err(failure(FailureKind::Other, diagnosis("hashed", &format!("{of_nothing:016x} {random:x?}"))))
}

/// What there is of what a program has around it elsewhere, as the failure's words.
fn surroundings() -> Result<Summary, Failure> {
    let now_ms = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let began = Instant::now();
    std::thread::sleep(Duration::from_millis(1));
    let clock = now_ms(SystemTime::now()).abs_diff(host::now_ms().into());
    let tried = [
        format!("variables {}", std::env::vars().count()),
        format!("arguments {}", std::env::args().count()),
        format!("read {:?}", std::fs::read("/etc/passwd").map_err(|error| error.kind())),
        format!("write {:?}", std::fs::write("x", "x").map_err(|error| error.kind())),
        format!("list {:?}", std::fs::read_dir("/").map(|_| ()).map_err(|error| error.kind())),
        format!(
            "connect {:?}",
            TcpStream::connect(("127.0.0.1", 80)).map(|_| ()).map_err(|error| error.kind())
        ),
        format!("listen {:?}", TcpListener::bind(("127.0.0.1", 0)).map(|_| ()).map_err(|error| error.kind())),
        format!("send {:?}", UdpSocket::bind(("127.0.0.1", 0)).map(|_| ()).map_err(|error| error.kind())),
        format!(
            "resolve {:?}",
            ("localhost", 80).to_socket_addrs().map(|_| ()).map_err(|error| error.kind())
        ),
        format!("input {:?}", std::io::stdin().read(&mut [0; 8]).map_err(|error| error.kind())),
        format!(
            "output {:?}",
            std::io::stdout().write_all(b"nobody hears this\n").map_err(|error| error.kind())
        ),
        format!("clock off by {} s", clock / 1000),
        format!("time goes on: {}", began <= Instant::now()),
    ];
    Err(failure(FailureKind::Other, diagnosis("surroundings", &tried.join("\n"))))
}

fn put_nonsense() -> Result<Summary, Failure> {
    let documents = [
        "",
        "[]",
        "{",
        r#"{"schemas":[],"externalId":"3"}"#,
        r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"externalId":"other"}"#,
        r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"externalId":"5","displayName":"Five"}"#,
    ];
    let put = |(n, document): (usize, &str)| {
        let key = Key { resource_type: "User".to_owned(), external_id: n.to_string() };
        Change::Put(DirectoryObject { key, version: "1".to_owned(), document: document.to_owned() })
    };
    let changes: Vec<Change> = documents.into_iter().enumerate().map(put).collect();
    let ticket = directory::begin_apply(&changes);
    while !tasks::wait(1).is_empty() {}
    directory::take_applied(ticket).map_err(of_the_host)?;
    Ok(Summary { read: 6, ..nothing_read() })
}

fn request(url: &str) -> http_client::HttpRequest {
    http_client::HttpRequest {
        method: "GET".to_owned(),
        url: url.to_owned(),
        headers: Vec::new(),
        body: Body::Text(String::new()),
        bucket: None,
        timeout_ms: None,
    }
}

fn diagnosis(code: &str, message: &str) -> Diagnosis {
    Diagnosis {
        code: code.to_owned(),
        message: message.to_owned(),
        remedy: None,
        translations: Vec::new(),
        facts: Vec::new(),
        setting: None,
    }
}

fn resource_type(name: &str) -> ResourceType {
    ResourceType { name: name.to_owned(), identity_attribute: None }
}

fn nothing_read() -> Summary {
    Summary { read: 0, unchanged: 0, skipped: 0, complete: true, incomplete_reason: None }
}

fn failure(kind: FailureKind, diagnosis: Diagnosis) -> Failure {
    Failure { kind, diagnosis, retry_after_ms: None }
}

fn of_the_host(diagnosis: Diagnosis) -> Failure {
    failure(FailureKind::Host, diagnosis)
}

bindings::export!(Hostile with_types_in bindings);

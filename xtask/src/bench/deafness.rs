//! How long deliveries and questions after health wait for their answers while others hold open as many connections as the
//! program takes, in each way that needs no work: and whichever of them is closed is opened again at once.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow};
use serde_json::json;
use socket2::{Domain, SockAddr, Socket, Type};

use super::imports;
use super::table::{Limit, Row, Table};
use super::visitor::{Visitor, between};
use crate::components::Profile;
use crate::demo::{self, Lines, Scene, Serving, Way};
use crate::say;
use crate::workspace::Workspace;

/// Connections that are held: as many as the program takes.
const N_HELD: u16 = 512;

/// Deliveries measured while each kind is held, and as many questions after health.
///
/// Why: the 99th percentile is then the second largest.
const N_TIMES: u64 = 100;

/// Time between two of them.
const PAUSE: Duration = Duration::from_millis(20);

/// What 99 of 100 answers are to take at most.
///
/// 2.5 s. Source: `docs/serving.md`; a source waits no longer.
const LIMIT: Limit = Limit { percent: 99, time: Duration::from_millis(2500) };

/// Between two looks at whether connections were closed.
const LOOK: Duration = Duration::from_millis(50);

/// Room for answers at the near end, so that those that are not read fill their way soon.
const RECEIVE_BYTES: usize = 4096;

/// How long a connection may take that comes at once on a quiet machine.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where connections come from.
#[derive(Clone, Copy, Debug)]
enum From {
    /// All from one address.
    One,
    /// Each from an address of its own, all of them on loopback.
    Many,
}

/// What is done on a connection before nothing more is.
struct Stall {
    /// In both forms: from one address, and from many.
    names: [&'static str; 2],
    words: String,
    /// Whether an answer is read first.
    is_answered: bool,
}

/// From connecting until the answer was read: of deliveries, and of questions after health.
///
/// # Errors
///
/// When something cannot be built or started, or nobody answers at all.
pub(super) fn measure(workspace: &Workspace, folder: &Path) -> Result<[Table; 2]> {
    let scene = Scene::open(workspace, folder, Profile::Release, "feihua")?;
    let application = scene.simulator.application()?;
    let rollcall = scene.rollcall(&[(Way::Push, &application)]);
    let source = scene.source(&rollcall, "feihua-push", (Way::Push, &application), "")?;
    let serving = Serving::start(std::slice::from_ref(&source), Lines::Hidden)?;
    imports::ended(&source, None)?;
    let mut visitor = Visitor::set_up(serving.address(), &serving.setup_path()?)?;
    demo::subscribe(&source, &scene.simulator, &serving)?;
    let server = serving.address().parse().context("the program's address is none")?;
    let callback = serving.callback(&source);
    // Signed afresh each time, and about nobody, so that none is a repeat and nothing is read again.
    let next = || scene.simulator.sealed_push(&source.app_key, &json!({"EventType": "check_in"}));
    let deliver = || -> Result<Duration> {
        let push = next()?;
        timed(|| demo::post(&push.url, &push.body), &callback)
    };
    let health = format!("http://{}/healthz", serving.address());
    let mut rows = (vec![measured("nothing", &deliver)?], vec![measured("nothing", &|| asked(&health))?]);
    for stall in stalls(&mut visitor)? {
        for (from, name) in [From::One, From::Many].into_iter().zip(stall.names) {
            say::head(&format!("Hold {N_HELD} connections: {name}"));
            let (deliveries, healths) = while_held(&stall, server, from, || {
                Ok((measured(name, &deliver)?, measured(name, &|| asked(&health))?))
            })?;
            rows.0.push(deliveries);
            rows.1.push(healths);
        }
    }
    serving.stop()?;
    Ok([
        Table {
            title: "From sending a delivery until its answer was there, while 512 connections were held",
            rows: rows.0,
            limit: Some(LIMIT),
        },
        Table { title: "The same of a question after health", rows: rows.1, limit: Some(LIMIT) },
    ])
}

/// Each way to hold a connection and do no more with it.
fn stalls(visitor: &mut Visitor) -> Result<Vec<Stall>> {
    let page = visitor.fetch("/sources")?.body;
    let style = between(&page, "href=\"/assets/", "\"").context("the page has no style")?;
    let ask = |path: &str, more: &str| format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{more}\r\n");
    let post = |path: &str, kind: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: rollcall-form={}\r\nContent-Type: {kind}\r\n\
             Content-Length: 100000\r\n\r\ncsrf=",
            "A".repeat(43)
        )
    };
    let stall = |names, words, is_answered| Stall { names, words, is_answered };
    let cookies = format!("Cookie: {}\r\n", visitor.cookies());
    Ok(vec![
        stall(["head, 1", "head, 512"], "GET /sources HTTP/1.1\r\nHos".to_owned(), false),
        stall(["body, 1", "body, 512"], post("/login", "application/x-www-form-urlencoded"), false),
        stall(["delivery, 1", "delivery, 512"], post("/callbacks/feihua-push", "application/json"), false),
        stall(["silence, 1", "silence, 512"], String::new(), false),
        stall(["idle, 1", "idle, 512"], ask("/healthz", ""), true),
        stall(["live pages, 1", "live pages, 512"], ask("/live/sources", &cookies), true),
        stall(["unread, 1", "unread, 512"], ask(&format!("/assets/{style}"), "").repeat(400), false),
    ])
}

fn measured(name: &'static str, once: &dyn Fn() -> Result<Duration>) -> Result<Row> {
    let mut took = Vec::new();
    for _ in 0..N_TIMES {
        took.push(once()?);
        thread::sleep(PAUSE);
    }
    Ok(Row { name, took })
}

fn timed(send: impl FnOnce() -> Result<u16>, what: &str) -> Result<Duration> {
    let began = Instant::now();
    let status = send()?;
    let took = began.elapsed();
    if status == 200 { Ok(took) } else { Err(anyhow!("{what} answered with {status}")) }
}

/// How long it takes to be told that the program lives.
fn asked(url: &str) -> Result<Duration> {
    let (address, path) = url
        .strip_prefix("http://")
        .and_then(|rest| rest.split_once('/'))
        .context("this is no address of ours")?;
    let request = format!("GET /{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let began = Instant::now();
    let answer = demo::exchange(address, &request)?;
    let took = began.elapsed();
    if answer.starts_with("HTTP/1.1 204") { Ok(took) } else { Err(anyhow!("{url} answered {answer:?}")) }
}

/// Do this while as many connections are held as the program takes.
fn while_held<T>(
    stall: &Stall,
    server: SocketAddr,
    from: From,
    work: impl FnOnce() -> Result<T>,
) -> Result<T> {
    let mut held = Vec::new();
    for n in 0..N_HELD {
        held.push((n, stall.open(server, from, n).with_context(|| format!("connection {n}"))?));
    }
    let is_over = AtomicBool::new(false);
    thread::scope(|threads| {
        let holding = threads.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                for (n, stream) in &mut held {
                    if is_closed(stream)
                        && let Ok(again) = stall.open(server, from, *n)
                    {
                        *stream = again;
                    }
                }
                thread::sleep(LOOK);
            }
        });
        let done = work();
        is_over.store(true, Ordering::Relaxed);
        holding.join().map_err(|_| anyhow!("a thread of the measurement panicked"))?;
        done
    })
}

impl Stall {
    fn open(&self, server: SocketAddr, from: From, n: u16) -> io::Result<TcpStream> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        socket.set_recv_buffer_size(RECEIVE_BYTES)?;
        socket.bind(&SockAddr::from(SocketAddr::from((from.address(n), 0))))?;
        socket.connect_timeout(&server.into(), PATIENCE)?;
        let mut stream = TcpStream::from(socket);
        stream.set_read_timeout(Some(PATIENCE))?;
        // It may be closed before it has come so far, and is opened again then.
        let _far = stream.write_all(self.words.as_bytes());
        if self.is_answered {
            let _read = stream.read(&mut [0; 1024]);
        }
        stream.set_nonblocking(true)?;
        Ok(stream)
    }
}

impl From {
    fn address(self, n: u16) -> Ipv4Addr {
        let [high, low] = n.to_be_bytes();
        match self {
            Self::One => Ipv4Addr::LOCALHOST,
            Self::Many => Ipv4Addr::new(127, 1, high, low.saturating_add(1)),
        }
    }
}

/// Whether the other end has closed it. What has come is not read.
fn is_closed(stream: &TcpStream) -> bool {
    match stream.peek(&mut [0]) {
        Ok(n_bytes) => n_bytes == 0,
        Err(error) => error.kind() != ErrorKind::WouldBlock,
    }
}

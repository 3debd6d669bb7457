//! What single topics need beside the rest: a small company, listeners, a web server for one file, waiting for an event.

use super::program::Office;
use crate::companies::{APP_KEY, APP_SECRET, CORP_ID, app};
use rollcall_browse::Browse as _;
use rollcall_dingtalk_simulator::{ApiRequest, Company, Department, PeerAddress, ServerHandle, User};
use rollcall_host::model::{Diagnosis, SourceName};
use rollcall_host::storage::Storage;
use rollcall_sqlite::SqliteStore;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Longest wait for something that always happens within a second.
const PATIENCE: Duration = Duration::from_secs(60);

/// Three departments and three people, one of whom is in two.
pub(crate) fn feihua() -> Company {
    let reachable = |id: &str, name: &str, mobile: &str| {
        let mut user = User::new(id, name);
        user.mobile = Some(mobile.to_owned());
        user.org_email = Some(format!("{id}@feihua.example"));
        user
    };
    Company::builder(CORP_ID, "飞花")
        .app(app())
        .department(Department::new(5001, "R&D", 1))
        .department(Department::new(5002, "Operations", 1))
        .department(Department::new(5003, "Platform", 5001))
        .user(reachable("xiaohong", "小红", "13800000001").in_departments([5003]))
        .user(reachable("laobai", "老白", "13800000002").in_departments([5001, 5002]))
        .user(reachable("anna", "Anna", "13800000003").in_departments([1]))
        .build()
        .expect("the company is consistent")
}

/// A diagnosis in both languages, with what to do.
pub(crate) fn told(diagnosis: &Diagnosis) -> String {
    let mut told = format!("{}\n", diagnosis.code);
    for language in ["en", "zh-CN"] {
        let localized = diagnosis.localized(language);
        let _ = writeln!(told, "    {}", localized.message);
        if let Some(remedy) = localized.remedy {
            let _ = writeln!(told, "      -> {remedy}");
        }
    }
    told
}

/// Everything that is kept of a source: what its export shows, the versions that it does not show, the connector's own
/// state.
#[track_caller]
pub(crate) fn kept(office: &Office, source: &str) -> String {
    let words = format!("directory export --departed --source {source} DATA");
    let export = office.run(&words).with_code(0).stdout;
    let name = SourceName::new(source).expect("the name is one");
    let store = SqliteStore::open(&office.path("data/rollcall.db")).expect("the database opens");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime can be had");
    runtime.block_on(async {
        let snapshot = store.snapshot(&name, &["Department", "User"], 1000);
        let objects = snapshot.rest().await.expect("the store answers");
        let state = store.scan(&name, "", None, u32::MAX).await.expect("the store answers");
        format!("{export}\n{objects:?}\n{state:?}")
    })
}

/// Wait until this is so.
#[track_caller]
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "it did not happen: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Tokens that the application has now: the old API's, and the unified one. Asking again gives the same, so a copy of the
/// simulator tells them and nobody notices.
pub(crate) fn tokens(server: &ServerHandle) -> [String; 2] {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970");
    let now_ms = u64::try_from(since.as_millis()).expect("it is before the year 500 million");
    let old = ApiRequest::get(&format!("/gettoken?appkey={APP_KEY}&appsecret={APP_SECRET}"));
    let credentials =
        json!({ "client_id": APP_KEY, "client_secret": APP_SECRET, "grant_type": "client_credentials" });
    let unified = ApiRequest::post(&format!("/v1.0/oauth2/{CORP_ID}/token")).json(&credentials);
    let mut copy = server.with(|simulator| simulator.clone());
    copy.clear_faults();
    [old, unified].map(|request| {
        let reply = copy.respond(now_ms, PeerAddress::PROXIED, &request);
        let body = reply.response().expect("a token call is answered").json();
        body["access_token"].as_str().unwrap_or_else(|| panic!("a token in {body}")).to_owned()
    })
}

/// Takes connections and never says a word.
pub(crate) struct Silent {
    listener: TcpListener,
}

impl Silent {
    pub(crate) fn new() -> Self {
        let listener = loopback();
        listener.set_nonblocking(true).expect("a socket can be told not to wait");
        Self { listener }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.listener.local_addr().expect("it is bound")
    }

    /// Connections since this was last asked: the system has taken them all, whether anyone asks or not.
    pub(crate) fn n_connections(&self) -> usize {
        std::iter::from_fn(|| self.listener.accept().ok()).count()
    }
}

/// A web server that answers every request with one response.
pub(crate) struct Web {
    address: SocketAddr,
    has_ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Web {
    /// A JSON document.
    pub(crate) fn json(document: &Value) -> Self {
        let body = document.to_string();
        let head = format!("content-type: application/json\r\ncontent-length: {}", body.len());
        Self::response(format!("HTTP/1.1 200 OK\r\n{head}\r\nconnection: close\r\n\r\n{body}"))
    }

    /// Somewhere else.
    pub(crate) fn redirect(to: &str) -> Self {
        let head = format!("location: {to}\r\ncontent-length: 0\r\nconnection: close");
        Self::response(format!("HTTP/1.1 302 Found\r\n{head}\r\n\r\n"))
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    fn response(response: String) -> Self {
        let listener = loopback();
        let address = listener.local_addr().expect("it is bound");
        let has_ended = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&has_ended);
        let serve = move || {
            for stream in listener.incoming().take_while(|_| !ended.load(Ordering::SeqCst)) {
                // A client that goes away has its reasons; the test will see them.
                let _ = stream.and_then(|stream| answer(stream, &response));
            }
        };
        Self { address, has_ended, thread: Some(thread::spawn(serve)) }
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.has_ended.store(true, Ordering::SeqCst);
        // The thread waits for a connection; this is the last.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn answer(mut stream: TcpStream, response: &str) -> std::io::Result<()> {
    let head = BufReader::new(stream.try_clone()?).lines();
    let _n_lines = head.map_while(Result::ok).take_while(|line| !line.is_empty()).count();
    stream.write_all(response.as_bytes())
}

fn loopback() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a loopback port can be had")
}

/// An address at which one program after the other can listen: its port is below those that the system gives to connections of its
/// own choice, so that nothing takes it in between.
pub(crate) fn lasting_address() -> SocketAddr {
    let first = 20_000 + u16::try_from(std::process::id() % 10_000).expect("it is small");
    let free = (first..32_768).find_map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok());
    free.and_then(|listener| listener.local_addr().ok()).expect("a port is free")
}

//! DingTalk's own Stream SDK for Python connects to the simulator and gets its events: proof that this is the protocol.
//!
//! It needs python3 with `venv`, and a package registry that pip is configured for. Without them it fails and says so.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::LazyLock;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rollcall_dingtalk_simulator::{
    AppEvents, Company, ConnectionState, FEIHUA_APP_KEY, FEIHUA_APP_SECRET, Mutation, Server, ServerHandle,
    ServerOptions, Simulator, User,
};
use serde_json::{Value, json};

/// The SDK and what it stands on, so that the test is the same tomorrow.
const PACKAGES: [&str; 4] =
    ["dingtalk-stream==0.24.3", "aiohttp==3.13.3", "requests==2.32.5", "websockets==15.0.1"];

/// So that a broken test ends; no test waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Settings of the surroundings that would lead the SDK around the simulator.
const PROXY_VARIABLES: [&str; 8] = [
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "ws_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "WSS_PROXY",
];

/// A Python with the SDK, made once and kept beside the build.
fn python() -> PathBuf {
    static MADE: LazyLock<PathBuf> = LazyLock::new(make_python);
    MADE.clone()
}

fn make_python() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("dingtalk-stream-sdk");
    let python = folder.join("bin").join("python");
    let stamp = folder.join("packages");
    let wanted = PACKAGES.join("\n");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return python;
    }
    let say = "install python3 with its venv module (Debian: apt install python3-venv)";
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder), say);
    let say = "pip must be able to reach a package registry; see `pip config list`";
    run(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PACKAGES), say);
    std::fs::write(&stamp, wanted).unwrap();
    python
}

#[track_caller]
fn run(command: &mut Command, say: &str) {
    match command.output() {
        Ok(output) if output.status.success() => {}
        Ok(output) => panic!("{say}: {}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => panic!("{say}: {error}"),
    }
}

/// The SDK, running our few lines.
struct Listener {
    child: Child,
    lines: Receiver<String>,
    _ca: tempfile::TempDir,
}

impl Listener {
    fn start(server: &ServerHandle) -> Self {
        let ca = tempfile::tempdir().unwrap();
        let ca_file = ca.path().join("ca.pem");
        std::fs::write(&ca_file, server.ca_pem()).unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/official_sdk/listen.py");
        let mut command = Command::new(python());
        for name in PROXY_VARIABLES {
            command.env_remove(name);
        }
        let endpoint = format!("https://localhost:{}", server.https_addr().port());
        let mut child = command
            .arg(script)
            .env("DINGTALK_OPENAPI_ENDPOINT", endpoint)
            .env("REQUESTS_CA_BUNDLE", &ca_file)
            .env("SSL_CERT_FILE", &ca_file)
            .env("CLIENT_ID", FEIHUA_APP_KEY)
            .env("CLIENT_SECRET", FEIHUA_APP_SECRET)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = lines_of(child.stdout.take().unwrap());
        Self { child, lines, _ca: ca }
    }

    /// Waits for the next event.
    #[track_caller]
    fn next(&self) -> Value {
        serde_json::from_str(&self.lines.recv_timeout(PATIENCE).unwrap()).unwrap()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn lines_of(stdout: ChildStdout) -> Receiver<String> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines() {
            // The SDK writes its log on standard output as well.
            let line = line.unwrap();
            if line.starts_with('{') && sender.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

fn start() -> ServerHandle {
    let mut simulator = Simulator::new(Company::feihua());
    let events = AppEvents::Stream;
    simulator.mutate(&Mutation::SetEvents { app_key: FEIHUA_APP_KEY.into(), events }).unwrap();
    Server::start(ServerOptions::new(simulator)).unwrap()
}

/// Waits until it is so.
#[track_caller]
fn until(server: &ServerHandle, is_so: impl Fn(&Simulator) -> bool) {
    let began = Instant::now();
    while !server.with(|simulator| is_so(simulator)) {
        assert!(began.elapsed() < PATIENCE, "it does not come about");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn the_official_sdk_gets_events_and_acknowledges_them() {
    let server = start();
    let listener = Listener::start(&server);
    until(&server, |simulator| simulator.events().n_connected() == 1);
    let mutate = |mutation: Mutation| server.with(|simulator| simulator.mutate(&mutation)).unwrap();
    mutate(Mutation::modify_user("xiaoli", &json!({ "name": "Xiaoli Two" })));
    mutate(Mutation::RenameDepartment { dept_id: 611_840_273.into(), name: "Research".to_owned() });

    let mut seen = [listener.next(), listener.next()];
    seen.sort_by_key(|event| event["type"].to_string());
    let [department, person] = seen;
    assert_eq!(
        (&department["type"], &department["data"]),
        (&json!("org_dept_modify"), &json!({ "deptId": [611_840_273] }))
    );
    assert_eq!((&person["type"], &person["data"]["userId"]), (&json!("user_modify_org"), &json!(["xiaoli"])));
    assert_eq!(person["data"]["diffInfo"][0]["curr"]["name"], "Xiaoli Two");
    until(&server, |simulator| simulator.events().n_acknowledged() == 2);
}

#[test]
fn the_official_sdk_echoes_pings_and_comes_back_after_a_disconnect() {
    let server = start();
    server.with(|simulator| {
        simulator.switches_mut().events.stream_ping_interval_ms = 10;
        simulator.switches_mut().events.time_permille = 0;
    });
    let listener = Listener::start(&server);
    until(&server, |simulator| simulator.events().connections().any(|one| 2 < one.n_pongs));
    server.disconnect_streams();
    let is_back = |simulator: &Simulator| {
        let mut connections = simulator.events().connections();
        connections.next().is_some_and(|one| one.state == ConnectionState::Closed)
            && connections.any(|one| one.state == ConnectionState::Open)
    };
    until(&server, is_back);
    let user = User::new("laowang", "Laowang");
    server.with(|simulator| simulator.mutate(&Mutation::AddUser(Box::new(user)))).unwrap();
    assert_eq!(listener.next()["data"]["userId"], json!(["laowang"]));
}

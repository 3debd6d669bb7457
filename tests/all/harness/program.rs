//! The built `rollcall`, run as a person would: a source file, a data folder, an environment with nothing in it.

use super::extra::until;
use super::live::{CALLBACK_AES_KEY, CALLBACK_TOKEN};
use super::{PROXY_PASSWORD, PROXY_USER, built, real, serve};
use crate::companies::{APP_KEY, APP_SECRET, CORP_ID};
use rollcall_dingtalk_simulator::{Company, Mutation, ServerHandle};
use rollcall_host::clock::{Clock, SystemClock};
use serde_json::Value;
use std::fmt;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};
use tempfile::TempDir;

/// A DingTalk, a source file that leads to it, and a folder for data.
pub(crate) struct Office {
    pub(crate) server: ServerHandle,
    folder: TempDir,
}

/// Commands that ask sources for something.
const DIALLING: [&str; 5] = ["check", "sync", "refresh", "approve", "serve"];

/// How the program ended.
pub(crate) struct Ended {
    /// None if a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Office {
    pub(crate) fn new(company: Company) -> Self {
        let office =
            Self { server: serve(company), folder: tempfile::tempdir().expect("a folder can be made") };
        office.write("ca.pem", office.server.ca_pem());
        office.write("secret.txt", APP_SECRET);
        office.write("source.toml", &office.source_file());
        fs::create_dir(office.path("data")).expect("the folder is new");
        // What another build compiles is its own.
        if !built::is_another() {
            warm(&office.path("data/cache"));
        }
        office
    }

    /// As the README says it: the secret in a file, the proxy's password in the environment.
    pub(crate) fn source_file(&self) -> String {
        let (connector, proxy) = (built::component("dingtalk"), real::proxy(&self.server));
        format!(
            r#"name = "{source}"
connector = "{connector}"

[egress]
proxy = {{ url = "{proxy}", username = "{PROXY_USER}", password = {{ env = "PROXY_PASSWORD" }} }}
ca = {{ file = "ca.pem" }}

[settings]
corp_id = "{CORP_ID}"
app_key = "{APP_KEY}"
app_secret = {{ file = "secret.txt" }}
"#,
            source = real::SOURCE,
            connector = connector.display(),
        )
    }

    /// The same source, which DingTalk calls when something changes.
    pub(crate) fn source_file_for_callbacks(&self) -> String {
        let settings = format!(
            "events = \"http\"\ncallback_token = \"{CALLBACK_TOKEN}\"\ncallback_aes_key = \"{CALLBACK_AES_KEY}\"\n"
        );
        self.source_file() + &settings
    }

    /// The same source, which listens to DingTalk's stream.
    pub(crate) fn source_file_for_stream(&self) -> String {
        self.source_file() + "events = \"stream\"\n"
    }

    /// Change something in DingTalk.
    #[track_caller]
    pub(crate) fn mutate(&self, mutation: &Mutation) {
        self.server.with(|simulator| simulator.mutate(mutation)).expect("the mutation is possible");
    }

    /// Whether what has this id is held by this name.
    pub(crate) fn holds(&self, id: &str, name: &str) -> bool {
        let exported = self.run("directory export NAME DATA").with_code(0).stdout;
        let mut documents =
            exported.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line is JSON"));
        documents.any(|document| document["externalId"] == id && document["displayName"] == name)
    }

    /// Have nobody listened for so long, as the database has it, while no program is at work. By hand, so that the program may be
    /// older than we are.
    pub(crate) fn listened_last(&self, ago_ms: i64) {
        let database = rusqlite::Connection::open(self.path("data/rollcall.db")).expect("the database opens");
        let heard_until = SystemClock.now().unix_ms() - ago_ms;
        let updated = database.execute("UPDATE following SET heard_until = ?1", [heard_until]);
        assert_eq!(updated.expect("it is written"), 1);
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("the folder can be written");
    }

    /// Run it to its end. `SOURCE`, `DATA` and `NAME` among the words stand for what they say.
    pub(crate) fn run(&self, words: &str) -> Ended {
        self.command(words).output().expect("the program starts").into()
    }

    /// Start it.
    pub(crate) fn start(&self, words: &str) -> Running {
        let mut command = self.command(words);
        Running::spawn(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()))
    }

    /// The program with these words, whose world is on this machine.
    pub(crate) fn command(&self, words: &str) -> Command {
        let mut command = self.command_for_the_internet(words);
        let dials = words.split_whitespace().any(|word| DIALLING.contains(&word));
        // An earlier build may not know it, and needs no word for this.
        if dials && !built::is_another() {
            command.arg("--allow-private-addresses");
        }
        command
    }

    /// The same as it is by itself: of this machine it reaches proxies alone.
    pub(crate) fn command_for_the_internet(&self, words: &str) -> Command {
        let mut command = Command::new(built::rollcall());
        command
            .env_clear()
            .env("LC_ALL", "en_US.UTF-8")
            .env("TZ", "UTC")
            .env("PROXY_PASSWORD", PROXY_PASSWORD);
        command.current_dir(self.folder.path());
        for word in words.split_whitespace() {
            match word {
                "SOURCE" => command.args(["--source", "source.toml"]),
                "DATA" => command.args(["--data", "data"]),
                "NAME" => command.args(["--source", real::SOURCE]),
                word => command.arg(word),
            };
        }
        command
    }
}

impl Ended {
    /// What it wrote for programs.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The same, if it ended like this.
    #[track_caller]
    pub(crate) fn with_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }
}

impl fmt::Debug for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit {:?}\n--- stdout\n{}\n--- stderr\n{}", self.code, self.stdout, self.stderr)
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program writes UTF-8");
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

/// The program at work. Dropped, it is killed.
pub(crate) struct Running {
    child: Child,
}

impl Running {
    /// Start it by this command.
    pub(crate) fn spawn(command: &mut Command) -> Self {
        Self { child: command.spawn().expect("the program starts") }
    }

    /// Press Ctrl-C.
    pub(crate) fn interrupt(&self) {
        self.signal("-INT");
    }

    /// Ask it to end, as a service manager does.
    pub(crate) fn terminate(&self) {
        self.signal("-TERM");
    }

    /// Read what it writes for programs as it comes; what it writes until its end is not in `end` any more.
    pub(crate) fn read_lines(&mut self) -> Lines {
        let stdout =
            BufReader::new(self.child.stdout.take().expect("stdout is a pipe, and nobody reads it yet"));
        let lines = Lines::default();
        let read = Arc::clone(&lines.read);
        let reader = thread::spawn(move || {
            for line in stdout.lines() {
                let line = line.expect("the program writes UTF-8");
                read.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            }
        });
        Lines { reader: Some(reader), ..lines }
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        let killed = Command::new("kill").args([signal, &pid]).status().expect("kill is there");
        assert!(killed.success());
    }

    /// Whether it has ended.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("it can be asked").is_some()
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kill it as an empty battery would.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it is still running");
        self.child.wait().expect("it has ended");
    }

    /// Wait for its end.
    pub(crate) fn end(mut self) -> Ended {
        let child = std::mem::replace(&mut self.child, already_ended());
        child.wait_with_output().expect("its output can be read").into()
    }
}

/// What a program at work has written, a JSON value a line.
#[derive(Default)]
pub(crate) struct Lines {
    read: Arc<Mutex<Vec<String>>>,
    reader: Option<JoinHandle<()>>,
}

impl Lines {
    /// All of them so far.
    #[track_caller]
    pub(crate) fn so_far(&self) -> Vec<Value> {
        let lines = self.read.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let value =
            |line: &String| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"));
        lines.iter().map(value).collect()
    }

    /// Wait for the first that is like this.
    #[track_caller]
    pub(crate) fn wait_for(&self, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let mut found = None;
        until(what, || {
            found = self.so_far().into_iter().find(|value| is_it(value));
            found.is_some()
        });
        found.expect("it was waited for")
    }

    /// All of them, once the program has ended.
    #[track_caller]
    pub(crate) fn all(mut self) -> Vec<Value> {
        self.read_to_the_end();
        self.so_far()
    }

    /// What it has written for people so far.
    pub(crate) fn text(&self) -> String {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).join("\n")
    }

    /// All that it wrote for people, once it has ended.
    pub(crate) fn all_text(mut self) -> String {
        self.read_to_the_end();
        self.text()
    }

    fn read_to_the_end(&mut self) {
        self.reader.take().expect("they are read").join().expect("the reader does not panic");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has usually ended by itself, which is what the errors say.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn already_ended() -> Child {
    Command::new("true").spawn().expect("true is there")
}

/// Compiled code from the tests' own cache, so that not every folder costs a compilation.
fn warm(cache: &Path) {
    static COMPILED: OnceLock<()> = OnceLock::new();
    COMPILED.get_or_init(|| {
        let loading = real::Platform::new(real::engine());
        loading.load(&built::component("dingtalk"));
    });
    copy(&built::compiled(), cache);
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).expect("the folder is new");
    fs::set_permissions(to, fs::metadata(from).expect("it is there").permissions()).expect("it is ours");
    for entry in fs::read_dir(from).expect("it can be read") {
        let entry = entry.expect("it can be read");
        let target = to.join(entry.file_name());
        if entry.path().extension().is_some_and(|extension| extension == "tmp") {
            // Another test is writing it, and will rename it.
        } else if entry.file_type().expect("it has a type").is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::hard_link(entry.path(), target).expect("both are in one file system");
        }
    }
}

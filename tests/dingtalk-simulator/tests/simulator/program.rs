//! The program: its one line, its arguments, its end.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};

use rollcall_dingtalk_simulator::{Company, GenerateOptions};
use serde_json::{Value, json};

use crate::support::client;
use crate::support::receiver::{AES_KEY, Receiver, TOKEN};

struct Program {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Program {
    fn start(arguments: &[&str]) -> Self {
        let mut child = command(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self { child, stdout }
    }

    fn addresses(&mut self) -> Value {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    /// Closes standard input and waits for the end.
    fn finish(mut self) -> (Option<i32>, String) {
        drop(self.child.stdin.take());
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap().code(), rest)
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dingtalk-simulator"));
    command.arg("serve").args(arguments);
    command
}

/// Name of the company, and how many people it has, as the program serves them.
fn served(arguments: &[&str]) -> (String, usize) {
    let mut program = Program::start(arguments);
    let control = program.addresses()["control"].as_str().unwrap().parse().unwrap();
    let company = client::json_of(&client::plain(control, &client::get("localhost", "/company")).unwrap());
    program.finish();
    (company["name"].as_str().unwrap().to_owned(), company["users"].as_array().unwrap().len())
}

/// What the program says when it refuses its arguments.
fn refusal(arguments: &[&str]) -> String {
    let output = command(arguments).stdin(Stdio::null()).output().unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn it_says_where_it_listens_and_ends_with_its_input() {
    let mut program = Program::start(&["--proxy", "127.0.0.1:0"]);
    let addresses = program.addresses();
    let is_bound =
        |name: &str| addresses[name].as_str().is_some_and(|address| address.starts_with("127.0.0.1:"));
    assert!(is_bound("https") && is_bound("control") && is_bound("proxy"), "{addresses}");
    assert_eq!(program.finish(), (Some(0), String::new()));
}

#[test]
fn it_writes_the_authority_that_clients_must_trust() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    let mut program = Program::start(&["--ca-out", path.to_str().unwrap()]);
    let https = program.addresses()["https"].as_str().unwrap().parse().unwrap();
    let ca_pem = std::fs::read_to_string(&path).unwrap();
    let answer =
        client::over_tls(https, &ca_pem, "localhost", &client::get("localhost", "/gettoken")).unwrap();
    assert_eq!(client::json_of(&answer)["errcode"], 40035);
}

#[test]
fn it_serves_feihua_unless_told_otherwise() {
    assert_eq!(served(&[]), ("Feihua".to_owned(), 4));
}

#[test]
fn it_serves_a_generated_company() {
    assert_eq!(served(&["--company", "generated:3:5:17"]), ("云帆科技 3".to_owned(), 17));
}

#[test]
fn it_serves_a_company_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("company.json");
    let options = GenerateOptions { n_users: 12, ..GenerateOptions::default() };
    std::fs::write(&path, json!(Company::generate(&options)).to_string()).unwrap();
    assert_eq!(served(&["--company", path.to_str().unwrap()]), ("云帆科技 1".to_owned(), 12));
}

#[test]
fn it_names_a_company_that_is_nothing() {
    assert!(refusal(&["--company", "feihau"]).contains("company \"feihau\" is neither `feihua` nor a file"));
}

#[test]
fn it_says_how_a_generated_company_is_written() {
    assert!(refusal(&["--company", "generated:1:2"]).contains("must be generated:SEED:DEPARTMENTS:USERS"));
}

#[test]
fn a_password_needs_a_user() {
    assert!(refusal(&["--proxy", "127.0.0.1:0", "--proxy-password", "p"]).contains("--proxy-user"));
}

#[test]
fn delay_and_frequency_are_arguments() {
    let mut program = Program::start(&["--delay-ms", "7", "--qps", "3"]);
    let control = program.addresses()["control"].as_str().unwrap().parse().unwrap();
    let get = |path: &str| client::json_of(&client::plain(control, &client::get("localhost", path)).unwrap());
    assert_eq!((&get("/switches")["delay_ms"], &get("/company")["apps"][0]["qps"]), (&json!(7), &json!(3)));
    program.finish();
}

#[test]
fn stream_is_an_argument() {
    let mut program = Program::start(&["--stream", "--event-time-permille", "10"]);
    let control = program.addresses()["control"].as_str().unwrap().parse().unwrap();
    let get = |path: &str| client::json_of(&client::plain(control, &client::get("localhost", path)).unwrap());
    assert_eq!(get("/company")["apps"][0]["events"], "stream");
    assert_eq!(get("/switches")["events"]["time_permille"], 10);
    program.finish();
}

#[test]
fn a_receiver_of_pushes_is_three_arguments() {
    let receiver = Receiver::start();
    let push = ["--push-url", &receiver.url(), "--push-token", TOKEN, "--push-aes-key", AES_KEY];
    let mut program = Program::start(&push);
    let control = program.addresses()["control"].as_str().unwrap().parse().unwrap();
    let resign = json!({ "remove_user": { "userid": "xiaoli" } }).to_string();
    client::plain(control, &client::post("localhost", "/mutations", &resign)).unwrap();
    assert_eq!(receiver.next_message()["EventType"], "user_leave_org");
    program.finish();
}

#[test]
fn a_receiver_needs_its_token() {
    assert!(refusal(&["--push-url", "http://127.0.0.1:9/"]).contains("--push-token"));
}

//! The HTTPS port: certificates, transport faults, concurrency.

use std::io::ErrorKind;

use rollcall_dingtalk_simulator::{Company, Fault, Rule, Server, ServerHandle, ServerOptions, Simulator};
use serde_json::json;

use crate::support::client;
use crate::support::feihua_token_url;

const HOST: &str = "oapi.dingtalk.com";

fn start() -> ServerHandle {
    Server::start(ServerOptions::new(Simulator::new(Company::feihua()))).unwrap()
}

fn ask(server: &ServerHandle, path: &str) -> std::io::Result<String> {
    client::over_tls(server.https_addr(), server.ca_pem(), HOST, &client::get(HOST, path))
}

#[test]
fn both_apis_answer_on_one_port_under_all_names() {
    let server = start();
    let statuses = ["oapi.dingtalk.com", "api.dingtalk.com", "localhost", "127.0.0.1"].map(|host| {
        let request = client::post(host, "/v1.0/oauth2/accessToken", "{}");
        let answer = client::over_tls(server.https_addr(), server.ca_pem(), host, &request).unwrap();
        answer.lines().next().unwrap().to_owned()
    });
    let (not_found, bad_request) = ("HTTP/1.1 404 Not Found", "HTTP/1.1 400 Bad Request");
    assert_eq!(statuses, [not_found, bad_request, bad_request, bad_request]);
}

#[test]
fn an_answer_has_the_content_type_of_dingtalk() {
    let answer = ask(&start(), &feihua_token_url()).unwrap();
    assert!(answer.contains("\r\ncontent-type: application/json;charset=UTF-8\r\n"), "{answer}");
    assert_eq!(client::json_of(&answer)["expires_in"], 7200);
}

#[test]
fn an_authority_of_another_start_is_not_trusted() {
    let (server, other) = (start(), start());
    let request = client::get(HOST, "/gettoken");
    let refused = client::over_tls(server.https_addr(), other.ca_pem(), HOST, &request).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidData);
}

#[test]
fn a_reset_arrives_as_one() {
    let server = start();
    server.with(|simulator| simulator.inject(Rule::new(Fault::Reset)));
    assert_eq!(ask(&server, "/gettoken").unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert!(ask(&server, "/gettoken").is_ok());
}

#[test]
fn a_truncated_body_is_shorter_than_announced() {
    let server = start();
    server.with(|simulator| simulator.inject(Rule::new(Fault::TruncatedBody)));
    let answer = ask(&server, &feihua_token_url()).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let announced = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    assert_eq!(announced.parse::<usize>().unwrap() / 2, body.len());
}

#[test]
fn a_hang_ends_without_an_answer() {
    let server = start();
    server.with(|simulator| simulator.inject(Rule::new(Fault::Hang { for_ms: 1 })));
    assert_eq!(ask(&server, "/gettoken").unwrap(), "");
}

#[test]
fn requests_open_at_one_time_are_counted() {
    let server = start();
    server.with(|simulator| simulator.inject(Rule::new(Fault::Hang { for_ms: 600_000 }).on_path("/hang")));
    let (address, ca_pem) = (server.https_addr(), server.ca_pem().to_owned());
    let hanging =
        std::thread::spawn(move || client::over_tls(address, &ca_pem, HOST, &client::get(HOST, "/hang")));
    while server.with(|simulator| simulator.trace().n_requests()) == 0 {
        std::thread::yield_now();
    }
    ask(&server, "/gettoken").unwrap();
    ask(&server, "/gettoken").unwrap();
    assert_eq!(server.with(|simulator| simulator.trace().max_concurrent()), 2);
    drop(server);
    assert!(hanging.join().unwrap().is_err(), "a stopped server closes what hangs");
}

#[test]
fn several_requests_share_a_connection() {
    let server = start();
    let once = format!("GET /gettoken HTTP/1.1\r\nHost: {HOST}\r\n\r\n");
    let request = format!("{once}{once}{}", client::get(HOST, "/gettoken"));
    let answer = client::over_tls(server.https_addr(), server.ca_pem(), HOST, &request).unwrap();
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 3);
}

#[test]
fn a_body_larger_than_any_call_needs_is_refused() {
    let server = start();
    let request = client::post(HOST, "/topapi/v2/user/get", &" ".repeat(2 * 1024 * 1024));
    // The server may close while the client still writes, and then there is no answer to read.
    let answer = client::over_tls(server.https_addr(), server.ca_pem(), HOST, &request);
    assert!(answer.map_or(true, |answer| answer.starts_with("HTTP/1.1 413 ")));
    assert_eq!(server.with(|simulator| simulator.trace().n_requests()), 0);
}

#[test]
fn a_state_changed_in_place_is_what_is_served() {
    let server = start();
    server.with(|simulator| simulator.switches_mut().token_life_s = 3);
    assert_eq!(client::json_of(&ask(&server, &feihua_token_url()).unwrap())["expires_in"], json!(3));
}

#[test]
fn nothing_listens_once_the_handle_is_gone() {
    let address = {
        let server = start();
        server.https_addr()
    };
    let refused = std::net::TcpStream::connect(address).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
}

#[test]
fn a_port_that_is_taken_is_named() {
    let server = start();
    let options =
        ServerOptions { https: server.https_addr(), ..ServerOptions::new(Simulator::new(Company::feihua())) };
    let refused = Server::start(options).unwrap_err().to_string();
    assert!(refused.starts_with(&format!("https cannot listen on {}: ", server.https_addr())), "{refused}");
}

//! `rollcall serve` as a shell sees it: which addresses it serves, and what it prints first.
//!
//! What is deliberately not here: what the console answers; its own tests ask it.

#![expect(clippy::unwrap_used, reason = "clippy takes only functions marked #[test] for tests")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use expect_test::{Expect, expect};
use serde_json::Value;
use tempfile::TempDir;

fn serve(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rollcall"));
    command.args(["serve", "--data", "data"]).args(arguments).env_clear().env("TZ", "UTC");
    command.stdin(Stdio::null()).current_dir(folder);
    command
}

/// A server that ends with the test.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Start it, and read its first line.
fn first_line(folder: &Path, arguments: &[&str]) -> (Serving, Value) {
    let arguments = [&["--listen", "127.0.0.1:0", "--format", "json"], arguments].concat();
    let mut serving = Serving(serve(folder, &arguments).stdout(Stdio::piped()).spawn().unwrap());
    let mut line = String::new();
    BufReader::new(serving.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (serving, serde_json::from_str(&line).unwrap())
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "the macro `expect!` is written at the call")]
fn refused(arguments: &[&str], expected: Expect) {
    let folder = TempDir::new().unwrap();
    let output = serve(folder.path(), arguments).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    expected.assert_eq(&format!("exit {}\n{said}", output.status.code().unwrap()));
}

#[test]
fn without_an_account_a_link_to_create_one_is_printed() {
    let folder = TempDir::new().unwrap();
    let (_serving, first) = first_line(folder.path(), &[]);
    let address = first["address"].as_str().unwrap();
    let setup = first["setup"].as_str().unwrap();
    assert_eq!(first["url"], format!("http://{address}"));
    let token = setup.strip_prefix(&format!("http://{address}/setup?token=")).unwrap();
    assert_eq!(token.len(), 43);
    assert_eq!(first["sources"], Value::Array(Vec::new()));
}

#[test]
fn links_begin_with_the_public_url() {
    let folder = TempDir::new().unwrap();
    let (_serving, first) = first_line(folder.path(), &["--public-url", "https://rollcall.example.com/"]);
    assert_eq!(first["url"], "https://rollcall.example.com");
    assert!(first["setup"].as_str().unwrap().starts_with("https://rollcall.example.com/setup?token="));
}

#[cfg(unix)]
#[test]
fn the_key_is_made_for_its_owner_alone_and_refused_when_others_can_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = TempDir::new().unwrap();
    drop(first_line(folder.path(), &["--key-file", "key"]));
    let key = folder.path().join("key");
    assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let output = serve(folder.path(), &["--listen", "127.0.0.1:0", "--key-file", "key"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("mode 644") && said.contains("chmod 600"), "{said}");
}

#[cfg(unix)]
#[test]
fn after_a_signal_the_data_folder_has_no_log_beside_a_database() {
    let folder = TempDir::new().unwrap();
    let (mut serving, first) = first_line(folder.path(), &[]);
    // Whatever asks about the store opens a connection that only reads.
    let mut ready = TcpStream::connect(first["address"].as_str().unwrap()).unwrap();
    ready.write_all(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    ready.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let pid = serving.0.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert_eq!(serving.0.wait().unwrap().code(), Some(0));
    let names = std::fs::read_dir(folder.path().join("data")).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let left: Vec<String> = names.filter(|name| name.contains(".db-")).collect();
    assert_eq!(left, [""; 0]);
}

#[test]
fn an_address_that_others_can_reach_is_not_served_in_the_clear() {
    refused(
        &["--listen", "0.0.0.0:0"],
        expect![[r#"
        exit 2
        x 0.0.0.0:0 can be reached from other machines, and passwords and personal data would cross the network in the clear (address-in-the-clear)
          -> give --tls-cert and --tls-key, or --trusted-proxy with the address of the reverse proxy that has the certificate; or listen at 127.0.0.1
    "#]],
    );
    refused(
        &["--listen", "0.0.0.0:0", "--language", "zh-CN"],
        expect![[r#"
        exit 2
        x 0.0.0.0:0 可从其他机器访问，密码和个人数据会以明文经过网络 (address-in-the-clear)
          -> 请指定 --tls-cert 和 --tls-key；或用 --trusted-proxy 指定带证书的反向代理的地址；或监听 127.0.0.1
    "#]],
    );
}

#[test]
fn what_sources_deliver_is_not_taken_in_the_clear_either() {
    refused(
        &["--listen", "127.0.0.1:0", "--callbacks-listen", "0.0.0.0:0"],
        expect![[r#"
        exit 2
        x 0.0.0.0:0 can be reached from other machines, and what sources deliver, with the tokens that some prove themselves by, would cross the network in the clear (address-in-the-clear)
          -> give --tls-cert and --tls-key, or --trusted-proxy with the address of the reverse proxy that has the certificate; or listen at 127.0.0.1
    "#]],
    );
}

#[test]
fn callbacks_are_told_at_the_url_that_sources_reach_their_own_address_at() {
    let folder = TempDir::new().unwrap();
    let apart = ["--callbacks-listen", "127.0.0.1:0", "--callbacks-public-url", "https://calls.example.com"];
    let (_serving, first) = first_line(folder.path(), &apart);
    assert_ne!(first["callbacks_address"], first["address"]);
    let address = first["callbacks_address"].as_str().unwrap();
    let mut asked = TcpStream::connect(address).unwrap();
    asked
        .write_all(b"GET /callbacks/x HTTP/1.1\r\nhost: calls.example.com\r\nconnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    asked.read_to_string(&mut answer).unwrap();
    // As a source's name that nobody has is answered anywhere.
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
    let (_serving, first) = first_line(TempDir::new().unwrap().path(), &[]);
    assert_eq!(first["callbacks_address"], Value::Null);
}

#[test]
fn a_certificate_that_cannot_be_read_is_named() {
    refused(
        &["--tls-cert", "none.pem", "--tls-key", "key.pem"],
        expect![[r#"
        exit 2
        x the certificate cannot be served: file "none.pem" must have a certificate in PEM: I/O error: No such file or directory (os error 2) (certificate-unusable)
    "#]],
    );
}

#[test]
fn what_is_no_network_and_no_url_is_refused_with_an_example() {
    refused(
        &["--trusted-proxy", "proxy.example.com"],
        expect![[r#"
        exit 2
        error: invalid value 'proxy.example.com' for '--trusted-proxy <ADDRESS[/BITS]>': network "proxy.example.com" must be an address, or an address and the number of its bits that count: 10.0.0.0/8

        For more information, try '--help'.
    "#]],
    );
    refused(
        &["--public-url", "rollcall.example.com"],
        expect![[r#"
        exit 2
        error: invalid value 'rollcall.example.com' for '--public-url <URL>': public URL "rollcall.example.com" must be http or https, a host and perhaps a port, and nothing after it: https://rollcall.example.com

        For more information, try '--help'.
    "#]],
    );
}

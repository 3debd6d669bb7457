//! A Stream client that does only what a test says.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use rollcall_dingtalk_simulator::{FEIHUA_APP_KEY, FEIHUA_APP_SECRET, ServerHandle};
use rustls::{ClientConnection, StreamOwned};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::protocol::Role;
use tokio_tungstenite::tungstenite::{Error, Message, WebSocket};

use super::client as http_client;

pub(crate) const OPEN: &str = "/v1.0/gateway/connections/open";

/// A key and the answer to it. Source: RFC 6455, section 1.3.
const SAMPLE_HANDSHAKE: (&str, &str) = ("dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");

pub(crate) struct StreamClient {
    socket: WebSocket<StreamOwned<ClientConnection, TcpStream>>,
}

/// What a client sends to get a ticket.
pub(crate) fn credentials() -> Value {
    json!({
        "clientId": FEIHUA_APP_KEY,
        "clientSecret": FEIHUA_APP_SECRET,
        "subscriptions": [{ "type": "EVENT", "topic": "*" }],
        "ua": "a-test/1.0",
    })
}

/// A whole response to a request for a ticket.
pub(crate) fn open(server: &ServerHandle, host: &str, body: &Value) -> String {
    let request = http_client::post(host, OPEN, &body.to_string());
    let name = host.split(':').next().unwrap();
    http_client::over_tls(server.https_addr(), server.ca_pem(), name, &request).unwrap()
}

pub(crate) fn ticket(server: &ServerHandle) -> String {
    let answer = http_client::json_of(&open(server, "api.dingtalk.com", &credentials()));
    answer["ticket"].as_str().unwrap().to_owned()
}

impl StreamClient {
    /// A client with a ticket of its own.
    pub(crate) fn connect(server: &ServerHandle) -> Self {
        Self::with_ticket(server, &ticket(server)).unwrap()
    }

    /// A client with this ticket; the error is the status that the server answered instead.
    pub(crate) fn with_ticket(server: &ServerHandle, ticket: &str) -> Result<Self, u16> {
        let host = "wss-open-connection.dingtalk.com";
        let mut stream = http_client::tls_stream(server.https_addr(), server.ca_pem(), host).unwrap();
        let (key, accept) = SAMPLE_HANDSHAKE;
        write!(
            stream,
            "GET /connect?ticket={ticket} HTTP/1.1\r\nHost: {host}:443\r\nConnection: Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
        )
        .unwrap();
        let head = read_head(&mut stream);
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        if status != 101 {
            return Err(status);
        }
        assert!(head.contains(accept), "{head}");
        Ok(Self { socket: WebSocket::from_raw_socket(stream, Role::Client, None) })
    }

    /// The next text frame; none when the connection is over.
    pub(crate) fn next(&mut self) -> Option<Value> {
        loop {
            match self.socket.read() {
                Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).unwrap()),
                Ok(_) => {}
                Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => panic!("nothing came"),
                Err(_) => return None,
            }
        }
    }

    /// The next text frame, if one comes soon.
    pub(crate) fn next_within(&mut self, patience: Duration) -> Option<Value> {
        self.socket.get_ref().sock.set_read_timeout(Some(patience)).unwrap();
        match self.socket.read() {
            Ok(Message::Text(text)) => Some(serde_json::from_str(&text).unwrap()),
            Ok(_) | Err(_) => None,
        }
    }

    pub(crate) fn ack(&mut self, frame: &Value, status: &str) {
        self.answer(frame, 200, &json!({ "status": status, "message": "" }).to_string());
    }

    pub(crate) fn answer(&mut self, frame: &Value, code: u16, data: &str) {
        let headers =
            json!({ "contentType": "application/json", "messageId": frame["headers"]["messageId"] });
        let answer = json!({ "code": code, "headers": headers, "message": "OK", "data": data });
        self.socket.send(Message::text(answer.to_string())).unwrap();
    }
}

/// What an event's frame carries.
pub(crate) fn data(frame: &Value) -> Value {
    serde_json::from_str(frame["data"].as_str().unwrap()).unwrap()
}

fn read_head(stream: &mut impl Read) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() != 0 {
        head.extend(byte);
    }
    String::from_utf8(head).unwrap()
}

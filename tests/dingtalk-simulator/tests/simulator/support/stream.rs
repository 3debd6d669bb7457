//! A Stream client that does only what a test says.

use std::io;
use std::net::TcpStream;
use std::time::Duration;

use rollcall_dingtalk_simulator::{FEIHUA_APP_KEY, FEIHUA_APP_SECRET, ServerHandle};
use rustls::{ClientConnection, StreamOwned};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{Error, HandshakeError, Message, WebSocket, client};

use super::client as http_client;

pub(crate) const OPEN: &str = "/v1.0/gateway/connections/open";

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
        let stream = http_client::tls_stream(server.https_addr(), server.ca_pem(), host).unwrap();
        match client(format!("wss://{host}:443/connect?ticket={ticket}"), stream) {
            Ok((socket, _)) => Ok(Self { socket }),
            Err(HandshakeError::Failure(Error::Http(response))) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
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

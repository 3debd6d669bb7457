//! A receiver of pushes on a thread of its own: keeps what it was sent, and answers as a test wants.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver as Channel, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rollcall_dingtalk_simulator::{AppEvents, CryptoError, FEIHUA_APP_KEY, Seal, Sealed};
use serde_json::{Value, json};
use url::Url;

pub(crate) const TOKEN: &str = "simToken2026";
pub(crate) const AES_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

/// So that a broken test ends; no test waits for it.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the receiver answers to one push.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// The encrypted `success`.
    Success,
    /// The encrypted `success` of somebody else.
    OtherOwner,
    /// A status and a body.
    Plain(u16, &'static str),
    /// Redirects to itself.
    Redirect,
    /// Nothing, on a connection that stays open.
    Never,
}

/// What the receiver was sent.
#[derive(Debug)]
pub(crate) struct Pushed {
    pub(crate) url: Url,
    pub(crate) body: String,
}

impl Pushed {
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        self.url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// The bytes inside, whichever names the query has.
    pub(crate) fn open(&self, seal: &Seal) -> Result<Vec<u8>, CryptoError> {
        let body: Value = serde_json::from_str(&self.body).unwrap();
        let text = |names: [&str; 2]| names.iter().find_map(|name| self.query(name)).unwrap();
        seal.open(&Sealed {
            encrypt: body["encrypt"].as_str().unwrap().to_owned(),
            timestamp: text(["timestamp", "timeStamp"]),
            nonce: text(["nonce"; 2]),
            signature: text(["msg_signature", "signature"]),
        })
    }

    /// The message inside.
    #[track_caller]
    pub(crate) fn message(&self, seal: &Seal) -> Value {
        serde_json::from_slice(&self.open(seal).unwrap()).unwrap()
    }
}

pub(crate) struct Receiver {
    address: SocketAddr,
    answers: Arc<Mutex<VecDeque<Answer>>>,
    pushed: Channel<Pushed>,
}

impl Receiver {
    /// A receiver that answers rightly.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let answers = Arc::new(Mutex::new(VecDeque::new()));
        let (sender, pushed) = channel();
        let next = Arc::clone(&answers);
        std::thread::spawn(move || {
            for socket in listener.incoming() {
                serve(socket.unwrap(), &next, &sender);
            }
        });
        Self { address, answers, pushed }
    }

    /// The next answers; after them it answers rightly again.
    pub(crate) fn answer(&self, answers: impl IntoIterator<Item = Answer>) {
        self.answers.lock().unwrap().extend(answers);
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook?tenant=7", self.address)
    }

    pub(crate) fn events(&self) -> AppEvents {
        AppEvents::http(self.url(), TOKEN, AES_KEY)
    }

    /// Waits for the next push.
    #[track_caller]
    pub(crate) fn next(&self) -> Pushed {
        self.pushed.recv_timeout(PATIENCE).unwrap()
    }

    /// Waits for the next push and opens it.
    #[track_caller]
    pub(crate) fn next_message(&self) -> Value {
        self.next().message(&seal())
    }
}

/// The seal of Feihua's application when it is set up in the console.
pub(crate) fn seal() -> Seal {
    Seal::new(TOKEN, AES_KEY, FEIHUA_APP_KEY).unwrap()
}

/// The body of a right answer.
pub(crate) fn success(seal: &Seal) -> Vec<u8> {
    let sealed = seal.seal("0123456789abcdef", "1700000000001", "answer01", "success");
    let answer = json!({
        "msg_signature": sealed.signature,
        "timeStamp": sealed.timestamp,
        "nonce": sealed.nonce,
        "encrypt": sealed.encrypt,
    });
    answer.to_string().into_bytes()
}

fn serve(mut socket: TcpStream, answers: &Mutex<VecDeque<Answer>>, sender: &Sender<Pushed>) {
    let pushed = read(&mut socket);
    let answer = answers.lock().unwrap().pop_front().unwrap_or(Answer::Success);
    // The test may be over.
    let _ = sender.send(pushed);
    let other = Seal::new(TOKEN, AES_KEY, "somebody").unwrap();
    let (status, extra, body) = match answer {
        Answer::Never => return std::mem::forget(socket),
        Answer::Success => (200, "", success(&seal())),
        Answer::OtherOwner => (200, "", success(&other)),
        Answer::Plain(status, body) => (status, "", body.as_bytes().to_vec()),
        Answer::Redirect => (302, "Location: /hook\r\n", Vec::new()),
    };
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status} Status\r\n{extra}Content-Length: {length}\r\nConnection: close\r\n\r\n");
    let _ = socket.write_all(&[head.as_bytes(), &body].concat());
}

fn read(socket: &mut TcpStream) -> Pushed {
    let mut reader = BufReader::new(socket);
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let target = line.split(' ').nth(1).unwrap().to_owned();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).unwrap();
        match header.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().unwrap();
            }
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let url = Url::parse(&format!("http://receiver{target}")).unwrap();
    Pushed { url, body: String::from_utf8(body).unwrap() }
}

// What the examples of this crate's documentation run over, in the real runtime: a company of one department and one person,
// which a web server of this machine has as one file, and a connector that was published for such files.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use rollcall_host::egress::{Egress, Reach};
use rollcall_host::model::SourceName;
use rollcall_host::{Engine, EngineOptions, Host, Source};
use rollcall_sqlite::SqliteStore;

type Failed = Box<dyn std::error::Error>;

/// What an embedder brings.
struct Company {
    /// The company is on this machine.
    reach: Reach,
    connector: std::path::PathBuf,
    settings: serde_json::Value,
    egress: Egress,
    store: Arc<SqliteStore>,
    _folder: tempfile::TempDir,
}

impl Company {
    fn new() -> Result<Self, Failed> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let origin = format!("http://{}", listener.local_addr()?);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                stream.and_then(answer).expect("a request is answered");
            }
        });
        let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/all/fixtures/published");
        let folder = tempfile::tempdir()?;
        Ok(Self {
            reach: Reach::Private,
            connector: format!("{fixtures}/0.1.0/roster.wasm").into(),
            settings: serde_json::json!({ "url": format!("{origin}/roster.json") }),
            egress: Egress { allow: Some(vec![origin.parse()?]), ..Egress::default() },
            store: Arc::new(SqliteStore::open(&folder.path().join("company.db"))?),
            _folder: folder,
        })
    }

    /// A host over its store, and the source.
    async fn host(&self) -> Result<(Host, Source), Failed> {
        let engine = Engine::new(EngineOptions { reach: self.reach, ..EngineOptions::default() })?;
        let connector = engine.load(&self.connector).await?;
        let host = Host::new(engine, self.store.clone(), self.store.clone(), self.store.clone());
        let name = SourceName::new("head-office")?;
        Ok((host, Source::new(name, connector, self.settings.clone(), self.egress.clone())))
    }
}

fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    let mut request = Vec::new();
    let mut some = [0; 1024];
    while !request.windows(4).any(|window| window == b"\r\n\r\n") {
        match stream.read(&mut some)? {
            0 => return Ok(()),
            n => request.extend_from_slice(&some[..n]),
        }
    }
    let body = r#"{"departments": [{"id": "w", "name": "Warehouse"}],
        "people": [{"id": "li", "name": "Li", "departments": ["w"]}]}"#;
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length:";
    write!(stream, "{head} {}\r\n\r\n{body}", body.len())
}

/// Run an example to its end, in the runtime that it needs.
fn run(example: impl Future<Output = Result<(), Failed>>) -> Result<(), Failed> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(example)
}

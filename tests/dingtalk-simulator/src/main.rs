//! The simulator as a program: reads its arguments, starts a server, says where it listens, and waits to be stopped.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, Parser, Subcommand};
use rollcall_dingtalk_simulator::{
    AppEvents, AppKey, Company, EventSwitches, GenerateOptions, Mutation, ProxyOptions, Server, ServerHandle,
    ServerOptions, Simulator, Switches,
};
use serde_json::json;

/// A DingTalk that runs on a laptop.
#[derive(Parser)]
#[command(name = "dingtalk-simulator")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve a company until standard input ends, or SIGTERM or ctrl-c arrives.
    Serve(Box<Serve>),
}

#[derive(Args)]
struct Serve {
    /// `feihua`, a JSON file, or `generated:SEED:DEPARTMENTS:USERS`.
    #[arg(long, default_value = "feihua")]
    company: String,
    /// Where both APIs listen.
    #[arg(long, default_value = "127.0.0.1:0")]
    https: SocketAddr,
    /// Where the control API listens, without password and without TLS.
    #[arg(long, default_value = "127.0.0.1:0")]
    control: SocketAddr,
    /// Where the forward proxy listens; no proxy if left out.
    #[arg(long)]
    proxy: Option<SocketAddr>,
    /// User that the proxy asks for.
    #[arg(long, requires = "proxy_password", requires = "proxy")]
    proxy_user: Option<String>,
    /// Password that the proxy asks for.
    #[arg(long, requires = "proxy_user")]
    proxy_password: Option<String>,
    /// Write the certificate authority that clients must trust to this file, as PEM.
    #[arg(long)]
    ca_out: Option<PathBuf>,
    /// Delay every answer by this many milliseconds.
    #[arg(long, default_value_t = 0)]
    delay_ms: u64,
    /// Calls a second that an application may make on one interface; 0 = unlimited.
    #[arg(long)]
    qps: Option<u32>,
    /// Every application gets its events by Stream.
    #[arg(long, conflicts_with = "push_url")]
    stream: bool,
    /// The first application gets its events by HTTP push to this loopback address, which is not asked first.
    #[arg(long, requires = "push_token", requires = "push_aes_key")]
    push_url: Option<String>,
    /// Token that signs pushes: 3 to 32 letters and digits.
    #[arg(long, requires = "push_url")]
    push_token: Option<String>,
    /// Key that encrypts pushes: 43 letters and digits.
    #[arg(long, requires = "push_url")]
    push_aes_key: Option<String>,
    /// Certificate authority, as PEM, that pushes to `https://` addresses trust.
    #[arg(long)]
    push_ca: Option<PathBuf>,
    /// Length of the waits between pushes of one event, in thousandths of DingTalk's.
    #[arg(long, default_value_t = 1000)]
    event_time_permille: u32,
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Serve(serve) => run(&serve),
    }
}

fn run(serve: &Serve) -> anyhow::Result<()> {
    let company = with_events(limited(load(&serve.company)?, serve.qps)?, serve)?;
    let events = EventSwitches { time_permille: serve.event_time_permille, ..EventSwitches::default() };
    let switches = Switches { delay_ms: serve.delay_ms, events, ..Switches::default() };
    let options = ServerOptions {
        https: serve.https,
        control: Some(serve.control),
        proxy: serve.proxy.map(|listen| proxy(listen, serve)),
        receiver_ca_pem: serve.push_ca.as_deref().map(read_text).transpose()?,
        ..ServerOptions::new(Simulator::new(company).with_switches(switches))
    };
    let server = Server::start(options)?;
    if let Some(path) = &serve.ca_out {
        std::fs::write(path, server.ca_pem()).with_context(|| format!("file {path:?} cannot be written"))?;
    }
    announce(&server)?;
    wait_for_the_end()
}

fn load(name: &str) -> anyhow::Result<Company> {
    if name == "feihua" {
        return Ok(Company::feihua());
    }
    match name.strip_prefix("generated:") {
        Some(numbers) => generated(numbers),
        None => from_file(Path::new(name)),
    }
}

fn generated(numbers: &str) -> anyhow::Result<Company> {
    let fields: Vec<&str> = numbers.split(':').collect();
    let [seed, n_departments, n_users] = fields.as_slice() else {
        bail!(
            "company \"generated:{numbers}\" must be generated:SEED:DEPARTMENTS:USERS, as in generated:1:100:1000"
        );
    };
    let options = GenerateOptions {
        seed: seed.parse().with_context(|| format!("seed {seed:?} must be a number"))?,
        n_departments: n_departments
            .parse()
            .with_context(|| format!("count {n_departments:?} must be a number"))?,
        n_users: n_users.parse().with_context(|| format!("count {n_users:?} must be a number"))?,
        ..GenerateOptions::default()
    };
    Ok(Company::generate(&options))
}

fn from_file(path: &Path) -> anyhow::Result<Company> {
    let text = std::fs::read(path)
        .with_context(|| format!("company {path:?} is neither `feihua` nor a file that can be read"))?;
    serde_json::from_slice(&text).with_context(|| format!("file {path:?} does not hold a company"))
}

fn limited(mut company: Company, qps: Option<u32>) -> anyhow::Result<Company> {
    let Some(qps) = qps else { return Ok(company) };
    let app_keys: Vec<AppKey> = company.apps().iter().map(|app| app.app_key.clone()).collect();
    for app_key in app_keys {
        company.apply(&Mutation::SetQps { app_key, qps })?;
    }
    Ok(company)
}

fn with_events(mut company: Company, serve: &Serve) -> anyhow::Result<Company> {
    let app_keys: Vec<AppKey> = company.apps().iter().map(|app| app.app_key.clone()).collect();
    let chosen: Vec<(AppKey, AppEvents)> = match (serve.stream, &serve.push_url) {
        (true, _) => app_keys.into_iter().map(|app_key| (app_key, AppEvents::Stream)).collect(),
        (false, Some(url)) => {
            let (token, aes_key) = serve.push_token.as_ref().zip(serve.push_aes_key.as_ref()).unzip();
            let text = |given: Option<&String>| given.cloned().unwrap_or_default();
            let push = AppEvents::http(url, text(token), text(aes_key));
            app_keys.into_iter().take(1).map(|app_key| (app_key, push.clone())).collect()
        }
        (false, None) => Vec::new(),
    };
    for (app_key, events) in chosen {
        company.apply(&Mutation::SetEvents { app_key, events })?;
    }
    Ok(company)
}

fn read_text(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("file {path:?} cannot be read"))
}

fn proxy(listen: SocketAddr, serve: &Serve) -> ProxyOptions {
    let credentials = serve.proxy_user.clone().zip(serve.proxy_password.clone());
    ProxyOptions { listen, credentials, ..ProxyOptions::open() }
}

/// One line of JSON on standard output: whoever started the program reads it and knows that everything is ready.
fn announce(server: &ServerHandle) -> anyhow::Result<()> {
    let line = json!({
        "https": server.https_addr(),
        "control": server.control_addr(),
        "proxy": server.proxy_addr(),
    });
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()?;
    Ok(())
}

/// Standard input ends when the parent does, however it dies: no orphan stays behind.
fn wait_for_the_end() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ended = runtime.block_on(async {
        let (closed, input_closed) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || {
            // An unreadable input has ended as well.
            let _ = std::io::stdin().lock().read_to_end(&mut Vec::new());
            let _ = closed.send(());
        });
        tokio::select! {
            _ = input_closed => Ok(()),
            signal = stop_signal() => signal,
        }
    });
    ended.context("signals cannot be waited for")
}

#[cfg(unix)]
async fn stop_signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        interrupted = tokio::signal::ctrl_c() => interrupted,
    }
}

#[cfg(not(unix))]
async fn stop_signal() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

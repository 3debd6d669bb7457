//! `rollcall serve` as a child process, whose lines are shown as they come. It is asked to stop as an administrator's system
//! would ask it, and held to ending in good order.

use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use super::rollcall::Source;
use crate::say;

/// Why: a debug build compiles the connector first, which takes some seconds on a slow machine.
const TIME_TO_LISTEN: Duration = Duration::from_secs(120);

/// Why: it finishes what is under way, which takes a moment.
const TIME_TO_STOP: Duration = Duration::from_secs(20);

/// Whether its lines are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lines {
    /// As they come.
    Shown,
    /// Read and not shown.
    Hidden,
}

/// A running server; dropping it ends it.
pub(crate) struct Serving {
    child: Child,
    lines: Option<JoinHandle<()>>,
    /// Its lines after the first.
    said: Receiver<String>,
    address: SocketAddr,
}

impl Serving {
    /// Start it for these sources, on a port that is free.
    ///
    /// # Errors
    ///
    /// When it cannot be started, or ends before it listens.
    pub(crate) fn start(sources: &[Source], shown: Lines) -> Result<Self> {
        let first = sources.first().context("there is no source to serve")?;
        let address = free_address()?;
        let listen = address.to_string();
        let mut words = vec!["serve", "--data", &first.rollcall.data, "--listen", &listen];
        for source in sources {
            words.extend(["--source", &source.file]);
        }
        say::command(&format!("{} &", first.rollcall.shown(&words)));
        let mut command = first.rollcall.command(&words);
        let mut child = command.stdout(Stdio::piped()).spawn().context("rollcall cannot be started")?;
        let (lines, said) = read_lines(&mut child, shown)?;
        let serving = Self { child, lines: Some(lines), said, address };
        if serving.said.recv_timeout(TIME_TO_LISTEN).is_err() {
            bail!("rollcall ended, or said nothing, before it listened");
        }
        Ok(serving)
    }

    /// Where it listens: `host:port`.
    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// The path and the query of the link that creates the first account, which it says once.
    ///
    /// # Errors
    ///
    /// When it says none.
    pub(crate) fn setup_path(&self) -> Result<String> {
        loop {
            let line = self.said.recv_timeout(TIME_TO_LISTEN).context("rollcall printed no set-up link")?;
            if let Some((_, token)) = line.split_once("/setup?") {
                return Ok(format!("/setup?{token}"));
            }
        }
    }

    /// Where a source delivers.
    pub(crate) fn callback(&self, source: &Source) -> String {
        format!("http://{}/callbacks/{}", self.address, source.name)
    }

    /// Ask it to stop, and wait until it has.
    ///
    /// # Errors
    ///
    /// When it does not, or not in good order.
    pub(crate) fn stop(mut self) -> Result<()> {
        let process = self.child.id().to_string();
        say::command(&format!("kill -TERM {process}"));
        let status = Command::new("kill").args(["-TERM", &process]).status().context("kill cannot be run")?;
        if !status.success() {
            bail!("rollcall was gone before it was asked to stop");
        }
        let asked = Instant::now();
        while asked.elapsed() < TIME_TO_STOP {
            if let Some(ended) = self.child.try_wait()? {
                self.lines.take().map(JoinHandle::join);
                if ended.success() {
                    return Ok(());
                }
                bail!("rollcall was asked to stop and ended with {ended}");
            }
            thread::sleep(Duration::from_millis(20));
        }
        bail!("rollcall did not stop within {} s", TIME_TO_STOP.as_secs())
    }
}

/// Ours, and of no use without the story.
impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Read its lines in a thread of their own; the receiver gets each.
fn read_lines(child: &mut Child, shown: Lines) -> Result<(JoinHandle<()>, Receiver<String>)> {
    let stdout = child.stdout.take().context("rollcall has no output")?;
    let (say, said) = mpsc::channel();
    let lines = thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if shown == Lines::Shown {
                say::quote(&line);
            }
            // Whoever dropped the other end wants no more of them.
            let _heard = say.send(line);
        }
    });
    Ok((lines, said))
}

/// A port that nobody has. Somebody may take it before it is used, and then the server says so.
fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no loopback port can be had")?;
    listener.local_addr().context("a port has no address")
}

//! The simulator as a child process: behind TLS and a forward proxy with a password, on ports of its own choice.
//! It is stopped by closing its standard input, and by its own handle if that is not enough; never by name.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde_json::{Value, json};

use super::control::Control;
use crate::say;
use crate::shell;
use crate::workspace::Workspace;

/// What the proxy wants to hear. They open nothing but the simulator's own proxy, for as long as it runs.
pub(crate) const PROXY_USER: &str = "rollcall";
pub(crate) const PROXY_PASSWORD: &str = "only-for-the-demo";

/// The application that is added to the company.
const SECOND_APP_KEY: &str = "dingfeihuadirectory2";
const SECOND_APP_SECRET: &str = "only-for-the-demo-as-well";

/// Why: it has nothing to do but close its sockets.
const TIME_TO_STOP: Duration = Duration::from_secs(5);

/// Where everything listens, as the simulator says it: `host:port` each.
#[derive(Clone, Debug, Deserialize)]
struct Ready {
    control: String,
    proxy: String,
}

/// What the company's application is called in DingTalk's console. Not `Debug`: it holds the AppSecret.
pub(crate) struct Application {
    pub(crate) corp_id: String,
    pub(crate) app_key: String,
    pub(crate) app_secret: String,
}

/// A push that is ready to be sent. Not `Debug`: its address is signed.
#[derive(Deserialize)]
pub(crate) struct SealedPush {
    pub(crate) url: String,
    pub(crate) body: String,
}

/// What the proxy has carried.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ProxyCounts {
    /// By `host:port`.
    pub(crate) tunnels: BTreeMap<String, u64>,
    /// Requests without the right password.
    pub(crate) unauthenticated: u64,
}

/// A running simulator; dropping it stops it.
#[derive(Debug)]
pub(crate) struct Simulator {
    child: Child,
    ready: Ready,
    control: Control,
}

impl Simulator {
    /// Start it with this company, and wait until it listens. It writes the authority to trust, and its log, to these files.
    ///
    /// # Errors
    ///
    /// When it cannot be started or ends before it says where it listens.
    pub(super) fn start(
        workspace: &Workspace,
        program: &Path,
        company: &str,
        (ca, log): (&Path, &Path),
    ) -> Result<Self> {
        let mut command = Command::new(program);
        command.current_dir(&workspace.root).args([
            "serve",
            "--company",
            company,
            "--control",
            "127.0.0.1:0",
            "--proxy",
            "127.0.0.1:0",
            "--proxy-user",
            PROXY_USER,
            "--proxy-password",
            PROXY_PASSWORD,
            "--ca-out",
        ]);
        command.arg(workspace.shown(ca));
        let shown = shell::shown(Command::new(workspace.shown(program)).args(command.get_args()));
        say::command(&format!("{shown} &"));
        let log = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().context("the simulator cannot be started")?;
        match listen(&mut child) {
            Ok((ready, control)) => Ok(Self { child, ready, control }),
            Err(error) => {
                stop(&mut child);
                Err(error)
            }
        }
    }

    /// Where the proxy is, as a URL.
    pub(crate) fn proxy_url(&self) -> String {
        format!("http://{}", self.ready.proxy)
    }

    /// The application that the company has.
    ///
    /// # Errors
    ///
    /// When the simulator does not answer, or has none.
    pub(crate) fn application(&self) -> Result<Application> {
        application(&self.company()?, 0)
    }

    /// Two applications of the company, because one gets its events in one way only: the one that is there, and another
    /// like it.
    ///
    /// # Errors
    ///
    /// When the simulator does not answer, or has no application.
    pub(crate) fn two_applications(&self) -> Result<[Application; 2]> {
        let mut company = self.company()?;
        let apps =
            company.get_mut("apps").and_then(Value::as_array_mut).context("the company has no apps")?;
        let mut second = apps.first().cloned().context("the company has no application")?;
        if let Some(second) = second.as_object_mut() {
            second.insert("app_key".to_owned(), SECOND_APP_KEY.into());
            second.insert("app_secret".to_owned(), SECOND_APP_SECRET.into());
        }
        apps.push(second);
        self.control.send("PUT", "/company", &company)?;
        Ok([application(&company, 0)?, application(&company, 1)?])
    }

    fn company(&self) -> Result<Value> {
        self.control.send("GET", "/company", &Value::Null)
    }

    /// A push for the receiver of an application, signed and encrypted, with this message inside. It is not sent.
    ///
    /// # Errors
    ///
    /// When the simulator refuses, because the application gets no pushes.
    pub(crate) fn sealed_push(&self, app_key: &str, message: &Value) -> Result<SealedPush> {
        let how = json!({"message": message.to_string()});
        let made = self.control.send("POST", &format!("/apps/{app_key}/sealed-push"), &how)?;
        serde_json::from_value(made).context("the simulator made no push")
    }

    /// Choose how an application gets its events, as its developer does in the console. A callback address is tried
    /// before it is saved.
    ///
    /// # Errors
    ///
    /// When the simulator refuses: for a callback address, because it did not answer the test event as it must.
    pub(crate) fn subscribe(&self, app_key: &str, way: &Value) -> Result<()> {
        self.control.send("POST", &format!("/apps/{app_key}/events"), way).map(drop)
    }

    /// What the proxy has carried until now.
    ///
    /// # Errors
    ///
    /// When the simulator does not answer.
    pub(crate) fn proxy_counts(&self) -> Result<ProxyCounts> {
        let answer = self.control.send("GET", "/proxy", &Value::Null)?;
        let counts = answer.get("counts").cloned().unwrap_or_default();
        serde_json::from_value(counts)
            .with_context(|| format!("the simulator's proxy counted something unknown: {answer}"))
    }

    /// Change the company, as somebody would in DingTalk's console.
    ///
    /// # Errors
    ///
    /// When the simulator refuses.
    pub(crate) fn change(&self, mutation: &Value) -> Result<()> {
        let url = format!("http://{}/mutations", self.ready.control);
        say::command(&shell::shown(Command::new("curl").arg("--data").arg(mutation.to_string()).arg(url)));
        self.change_quietly(mutation)
    }

    /// Give everybody a title, at once and without an event.
    ///
    /// # Errors
    ///
    /// When the simulator does not answer, or has a company without people.
    pub(crate) fn give_everybody_a_title(&self, title: &str) -> Result<()> {
        let mut company = self.company()?;
        let people = company.get_mut("users").and_then(Value::as_array_mut);
        for person in people.context("the company has no people")? {
            person.as_object_mut().context("a person is no object")?.insert("title".to_owned(), title.into());
        }
        self.control.send("PUT", "/company", &company).map(drop)
    }

    /// The same as [`Self::change`] without showing it.
    ///
    /// # Errors
    ///
    /// When the simulator refuses.
    pub(crate) fn change_quietly(&self, mutation: &Value) -> Result<()> {
        self.control.send("POST", "/mutations", mutation).map(drop)
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        stop(&mut self.child);
    }
}

fn application(company: &Value, place: usize) -> Result<Application> {
    let text = |path: &str| -> Result<String> {
        let found = company.pointer(path).and_then(Value::as_str);
        Ok(found.with_context(|| format!("the simulator's company has no {path}"))?.to_owned())
    };
    Ok(Application {
        corp_id: text("/corp_id")?,
        app_key: text(&format!("/apps/{place}/app_key"))?,
        app_secret: text(&format!("/apps/{place}/app_secret"))?,
    })
}

/// Wait for the line that says where it listens.
fn listen(child: &mut Child) -> Result<(Ready, Control)> {
    let stdout = child.stdout.take().context("the simulator has no output")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line).context("the simulator's output cannot be read")?;
    if line.is_empty() {
        bail!("the simulator ended before it listened; its log says why");
    }
    let ready: Ready = serde_json::from_str(&line)
        .with_context(|| format!("the simulator said something unknown: {line:?}"))?;
    let control = Control { address: ready.control.clone() };
    Ok((ready, control))
}

/// Ask, wait, insist. Nothing here can fail in a way that somebody could act on: the process is ours, and ends.
fn stop(child: &mut Child) {
    drop(child.stdin.take());
    let asked = Instant::now();
    while asked.elapsed() < TIME_TO_STOP {
        if !matches!(child.try_wait(), Ok(None)) {
            return;
        }
        thread::sleep(Duration::from_millis(20));
    }
    say::note(&format!("the simulator (process {}) does not stop by itself; ending it", child.id()));
    drop(child.kill());
    drop(child.wait());
}

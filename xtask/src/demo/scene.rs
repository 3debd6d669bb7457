//! Where a story plays: everything built, a simulator started, and sources configured as their administrator would, all of it
//! in a folder of its own. Nothing is served or imported here.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::json;

use super::rollcall::{Rollcall, Source};
use super::simulator::{Application, PROXY_PASSWORD, PROXY_USER, Simulator};
use super::story::{CALLBACK_AES_KEY, CALLBACK_TOKEN};
use crate::components::{self, Profile};
use crate::say;
use crate::workspace::Workspace;

/// The variables that the source files take their secrets from.
pub(super) const PUSH_SECRET: &str = "FEIHUA_PUSH_APP_SECRET";
const STREAM_SECRET: &str = "FEIHUA_STREAM_APP_SECRET";
const PROXY_SECRET: &str = "FEIHUA_PROXY_PASSWORD";
const TOKEN: &str = "FEIHUA_CALLBACK_TOKEN";
const AES_KEY: &str = "FEIHUA_CALLBACK_AES_KEY";

/// The file with the authority that signed the simulator's certificate.
const CA: &str = "ca.pem";

/// The company Feihua, and two sources that read it.
pub(crate) struct Stage {
    pub(crate) simulator: Simulator,
    /// One that is pushed to, and one that listens to a stream.
    pub(crate) sources: [Source; 2],
}

/// Build everything, start the simulator, and configure the same company twice, by two applications: one for each way in
/// which changes arrive.
///
/// # Errors
///
/// When something cannot be built or started.
pub(crate) fn stage(workspace: &Workspace, folder: &Path, profile: Profile) -> Result<Stage> {
    let scene = Scene::open(workspace, folder, profile, "feihua")?;
    let [push, stream] = scene.simulator.two_applications()?;
    let [push, stream] = [(Way::Push, &push), (Way::Stream, &stream)];
    let rollcall = scene.rollcall(&[push, stream]);
    let sources = [
        scene.source(&rollcall, "feihua-push", push, "")?,
        scene.source(&rollcall, "feihua-stream", stream, "")?,
    ];
    say::note("the secrets are in the environment");
    scene.simulator.subscribe(&stream.1.app_key, &json!("stream"))?;
    Ok(Stage { simulator: scene.simulator, sources })
}

/// How changes arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Push,
    Stream,
}

/// A simulator that runs, and a folder for what reads it.
pub(crate) struct Scene<'w> {
    workspace: &'w Workspace,
    folder: PathBuf,
    profile: Profile,
    pub(crate) simulator: Simulator,
}

impl<'w> Scene<'w> {
    /// Build everything, empty the folder, and start the simulator with a company as its `--company` names it.
    ///
    /// # Errors
    ///
    /// When something cannot be built or started.
    pub(crate) fn open(
        workspace: &'w Workspace,
        folder: &Path,
        profile: Profile,
        company: &str,
    ) -> Result<Self> {
        say::head("Build the connectors and the host");
        say::note("the first time this takes minutes: wasmtime, which runs the connectors, is in it");
        components::build(workspace)?;
        components::build_binaries(workspace, profile)?;

        say::head(&format!(
            "Start a DingTalk: the company {company}, behind TLS and a proxy with a password"
        ));
        empty(folder)?;
        let folder = folder.to_owned();
        let program = components::binary(workspace, profile, "dingtalk-simulator");
        let (ca, log) = (folder.join(CA), folder.join("simulator.log"));
        let simulator = Simulator::start(workspace, &program, company, (&ca, &log))?;
        Ok(Self { workspace, folder, profile, simulator })
    }

    /// The binary, and the secrets of these applications in its environment.
    pub(crate) fn rollcall(&self, applications: &[(Way, &Application)]) -> Rollcall {
        let app_secrets =
            applications.iter().map(|(way, application)| (way.secret(), application.app_secret.clone()));
        let others = [(PROXY_SECRET, PROXY_PASSWORD), (TOKEN, CALLBACK_TOKEN), (AES_KEY, CALLBACK_AES_KEY)];
        Rollcall {
            root: self.workspace.root.clone(),
            binary: self.workspace.shown(&components::binary(self.workspace, self.profile, "rollcall")),
            data: self.workspace.shown(&self.folder.join("data")),
            secrets: app_secrets.chain(others.map(|(name, value)| (name, value.to_owned()))).collect(),
        }
    }

    /// Write the file of a source, and show it; `more` are further lines of its settings.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub(crate) fn source(
        &self,
        rollcall: &Rollcall,
        name: &'static str,
        (way, application): (Way, &Application),
        more: &str,
    ) -> Result<Source> {
        let file = self.folder.join(format!("{name}.toml"));
        let text = self.source_file(name, way, application) + more;
        fs::write(&file, &text).with_context(|| format!("cannot write {}", file.display()))?;
        say::head(&format!("The source, as its administrator writes it: {}", self.workspace.shown(&file)));
        say::quote(&text);
        Ok(Source {
            rollcall: rollcall.clone(),
            name,
            app_key: application.app_key.clone(),
            file: self.workspace.shown(&file),
            trigger: way.trigger(),
        })
    }

    /// As short as for the real DingTalk, but for the authority that signed the simulator's certificate.
    fn source_file(&self, name: &str, way: Way, application: &Application) -> String {
        let Application { corp_id, app_key, .. } = application;
        format!(
            "name = {name}\n\
             connector = {connector}\n\
             \n\
             [egress]\n\
             proxy = {{ url = {proxy}, username = {user}, password = {{ env = \"{PROXY_SECRET}\" }} }}\n\
             ca = {ca}\n\
             \n\
             [schedule]\n\
             cron = \"30 3 * * *\"\n\
             time_zone = \"Asia/Shanghai\"\n\
             jitter = \"20m\"\n\
             \n\
             [settings]\n\
             corp_id = {corp_id}\n\
             app_key = {app_key}\n\
             app_secret = {{ env = \"{secret}\" }}\n\
             {events}",
            name = quoted(name),
            connector = quoted(&self.workspace.component("dingtalk").display().to_string()),
            proxy = quoted(&self.simulator.proxy_url()),
            user = quoted(PROXY_USER),
            ca = quoted(&self.folder.join(CA).display().to_string()),
            corp_id = quoted(corp_id),
            app_key = quoted(app_key),
            secret = way.secret(),
            events = way.settings(),
        )
    }
}

impl Way {
    /// The variable that has the AppSecret.
    const fn secret(self) -> &'static str {
        match self {
            Self::Push => PUSH_SECRET,
            Self::Stream => STREAM_SECRET,
        }
    }

    /// What the history calls it.
    const fn trigger(self) -> &'static str {
        match self {
            Self::Push => "event",
            Self::Stream => "stream",
        }
    }

    fn settings(self) -> String {
        match self {
            Self::Push => format!(
                "events = \"http\"\n\
                 callback_token = {{ env = \"{TOKEN}\" }}\n\
                 callback_aes_key = {{ env = \"{AES_KEY}\" }}\n"
            ),
            Self::Stream => "events = \"stream\"\n".to_owned(),
        }
    }
}

/// A TOML basic string. JSON's strings are that, for what is in these.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A folder with nothing in it.
fn empty(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("cannot empty {}", folder.display()));
        }
        Ok(()) | Err(_) => {}
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))
}

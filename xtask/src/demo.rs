//! `cargo xtask demo`: the whole main job before a person's eyes, against the simulator, and held to its outcome at every step.
//! It opens loopback ports only, writes below the target folder only, and ends by itself.

mod control;
mod outline;
mod rollcall;
mod serving;
mod simulator;
mod story;

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context as _, Result};

pub(crate) use self::rollcall::Source;
pub(crate) use self::serving::{Lines, Serving};
pub(crate) use self::simulator::Simulator;
pub(crate) use self::story::{feihua, subscribe};

use self::rollcall::Rollcall;
use self::simulator::{Application, PROXY_PASSWORD, PROXY_USER};
use self::story::{CALLBACK_AES_KEY, CALLBACK_TOKEN};
use crate::components;
use crate::say;
use crate::workspace::Workspace;

pub(crate) const HELP: &str = "\
cargo xtask demo

Get the wasm target, build the components, the host and the simulator (minutes the first time), start the simulator
behind TLS and a forward proxy with a password, and run the whole job: check, serve, import, the tree, the history;
then seven changes in DingTalk, each arriving by itself, by HTTP push in one source and by Stream in another, and
verified in both; and a run that fails. Ends with 0 if all of it held.
What it made stays in target/demo/ for a look.";

/// The variables that the source file takes its secrets from.
const PUSH_SECRET: &str = "FEIHUA_PUSH_APP_SECRET";
const STREAM_SECRET: &str = "FEIHUA_STREAM_APP_SECRET";
const PROXY_SECRET: &str = "FEIHUA_PROXY_PASSWORD";
const TOKEN: &str = "FEIHUA_CALLBACK_TOKEN";
const AES_KEY: &str = "FEIHUA_CALLBACK_AES_KEY";

/// # Errors
///
/// When something cannot be built or started, or the story does not hold.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let folder = workspace.target.join("demo");
    let Stage { simulator, sources } = stage(workspace, &folder)?;
    story::tell(&sources, &simulator)?;
    let [mut source, _] = sources;
    for (name, value) in &mut source.rollcall.secrets {
        if *name == PUSH_SECRET {
            "not-the-secret".clone_into(value);
        }
    }
    story::fail(&source)?;

    say::head("The story held");
    say::note(&format!("what it made is in {}", workspace.shown(&folder)));
    Ok(())
}

/// A DingTalk, and two sources that read it.
pub(crate) struct Stage {
    pub(crate) simulator: Simulator,
    /// One that is pushed to, and one that listens to a stream.
    pub(crate) sources: [Source; 2],
}

/// Build everything, start the simulator, and configure the sources, all of it in a folder that is emptied first.
pub(crate) fn stage(workspace: &Workspace, folder: &Path) -> Result<Stage> {
    say::head("Build the connectors and the host");
    say::note("the first time this takes minutes: wasmtime, which runs the connectors, is in it");
    components::build(workspace)?;
    components::build_binaries(workspace)?;

    say::head("Start a DingTalk: the company Feihua, behind TLS and a proxy with a password");
    empty(folder)?;
    let ca = folder.join("ca.pem");
    let simulator = Simulator::start(workspace, &ca, &folder.join("simulator.log"))?;
    let sources = configure(workspace, folder, &ca, &simulator)?;
    Ok(Stage { simulator, sources })
}

/// Write the source files and show them: the same company by two applications, one for each way in which changes arrive.
fn configure(workspace: &Workspace, folder: &Path, ca: &Path, simulator: &Simulator) -> Result<[Source; 2]> {
    let [push, stream] = simulator.two_applications()?;
    let rollcall = Rollcall {
        root: workspace.root.clone(),
        binary: workspace.shown(&components::binary(workspace, "rollcall")),
        data: workspace.shown(&folder.join("data")),
        secrets: vec![
            (PUSH_SECRET, push.app_secret.clone()),
            (STREAM_SECRET, stream.app_secret.clone()),
            (PROXY_SECRET, PROXY_PASSWORD.to_owned()),
            (TOKEN, CALLBACK_TOKEN.to_owned()),
            (AES_KEY, CALLBACK_AES_KEY.to_owned()),
        ],
    };
    let by_push = format!(
        "events = \"http\"\ncallback_token = {{ env = \"{TOKEN}\" }}\ncallback_aes_key = {{ env = \"{AES_KEY}\" }}\n"
    );
    let by_stream = "events = \"stream\"\n".to_owned();
    let write = |name: &'static str, trigger, secret, application: &Application, events: &str| {
        let file = folder.join(format!("{name}.toml"));
        let text = source_file(workspace, name, ca, &simulator.proxy_url(), application, secret) + events;
        fs::write(&file, &text).with_context(|| format!("cannot write {}", file.display()))?;
        say::head(&format!("The source, as its administrator writes it: {}", workspace.shown(&file)));
        say::quote(&text);
        Ok::<_, anyhow::Error>(Source {
            rollcall: rollcall.clone(),
            name,
            app_key: application.app_key.clone(),
            file: workspace.shown(&file),
            trigger,
        })
    };
    let sources = [
        write("feihua-push", "event", PUSH_SECRET, &push, &by_push)?,
        write("feihua-stream", "stream", STREAM_SECRET, &stream, &by_stream)?,
    ];
    say::note("the secrets are in the environment");
    simulator.subscribe(&stream.app_key, &serde_json::json!("stream"))?;
    Ok(sources)
}

/// As short as for the real DingTalk, but for the authority that signed the simulator's certificate.
fn source_file(
    workspace: &Workspace,
    name: &str,
    ca: &Path,
    proxy: &str,
    application: &Application,
    secret: &str,
) -> String {
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
         app_secret = {{ env = \"{secret}\" }}\n",
        name = quoted(name),
        connector = quoted(&workspace.component("dingtalk").display().to_string()),
        proxy = quoted(proxy),
        user = quoted(PROXY_USER),
        ca = quoted(&ca.display().to_string()),
        corp_id = quoted(corp_id),
        app_key = quoted(app_key),
    )
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

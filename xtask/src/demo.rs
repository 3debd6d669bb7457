//! `cargo xtask demo`: the whole main job before a person's eyes, against the simulator, and held to its outcome at every step.
//! It opens loopback ports only, writes below the target folder only, and ends by itself.

mod control;
mod outline;
mod rollcall;
mod simulator;
mod story;

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context as _, Result};

use self::rollcall::{Rollcall, SOURCE};
use self::simulator::{Application, PROXY_PASSWORD, PROXY_USER, Simulator};
use crate::components;
use crate::say;
use crate::workspace::Workspace;

pub(crate) const HELP: &str = "\
cargo xtask demo

Get the wasm target, build the components, the host and the simulator (minutes the first time), start the simulator
behind TLS and a forward proxy with a password, and run the whole job: check, import, the tree, the history,
seven changes each followed and verified, and a run that fails. Ends with 0 if all of it held.
What it made stays in target/demo/ for a look.";

/// The variables that the source file takes its secrets from.
const APP_SECRET: &str = "FEIHUA_APP_SECRET";
const PROXY_SECRET: &str = "FEIHUA_PROXY_PASSWORD";

/// # Errors
///
/// When something cannot be built or started, or the story does not hold.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    say::head("Build the connectors and the host");
    say::note("the first time this takes minutes: wasmtime, which runs the connectors, is in it");
    components::build(workspace)?;
    components::build_binaries(workspace)?;

    say::head("Start a DingTalk: the company Feihua, behind TLS and a proxy with a password");
    let folder = workspace.target.join("demo");
    empty(&folder)?;
    let ca = folder.join("ca.pem");
    let simulator = Simulator::start(workspace, &ca, &folder.join("simulator.log"))?;
    let rollcall = configure(workspace, &folder, &ca, &simulator)?;

    story::tell(&rollcall, &simulator)?;
    let wrong = "not-the-secret".to_owned();
    let secrets = vec![(APP_SECRET, wrong), (PROXY_SECRET, PROXY_PASSWORD.to_owned())];
    story::fail(&Rollcall { secrets, ..rollcall })?;

    say::head("The story held");
    say::note(&format!("what it made is in {}", workspace.shown(&folder)));
    Ok(())
}

/// Write the source file and show it.
fn configure(workspace: &Workspace, folder: &Path, ca: &Path, simulator: &Simulator) -> Result<Rollcall> {
    let application = simulator.application()?;
    let file = folder.join("feihua.toml");
    let text = source_file(workspace, ca, &simulator.proxy_url(), &application);
    fs::write(&file, &text).with_context(|| format!("cannot write {}", file.display()))?;
    say::head(&format!("The source, as its administrator writes it: {}", workspace.shown(&file)));
    say::quote(&text);
    say::note(&format!("{APP_SECRET} and {PROXY_SECRET} are in the environment"));
    Ok(Rollcall {
        root: workspace.root.clone(),
        binary: workspace.shown(&components::binary(workspace, "rollcall")),
        source_file: workspace.shown(&file),
        data: workspace.shown(&folder.join("data")),
        secrets: vec![(APP_SECRET, application.app_secret), (PROXY_SECRET, PROXY_PASSWORD.to_owned())],
    })
}

/// As short as for the real DingTalk, but for the authority that signed the simulator's certificate.
fn source_file(workspace: &Workspace, ca: &Path, proxy: &str, application: &Application) -> String {
    let Application { corp_id, app_key, .. } = application;
    format!(
        "name = {name}\n\
         connector = {connector}\n\
         \n\
         [egress]\n\
         proxy = {{ url = {proxy}, username = {user}, password = {{ env = \"{PROXY_SECRET}\" }} }}\n\
         ca = {ca}\n\
         \n\
         [settings]\n\
         corp_id = {corp_id}\n\
         app_key = {app_key}\n\
         app_secret = {{ env = \"{APP_SECRET}\" }}\n",
        name = quoted(SOURCE),
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

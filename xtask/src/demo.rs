//! `cargo xtask demo`: the whole main job before a person's eyes, against the simulator, and held to its outcome at every step.
//! It opens loopback ports only, writes below the target folder only, and ends by itself.

mod control;
mod outline;
mod rollcall;
mod scene;
mod serving;
mod simulator;
mod story;

use anyhow::Result;

pub(crate) use self::control::{exchange, post};
pub(crate) use self::rollcall::{Run, Source};
pub(crate) use self::scene::{Scene, Stage, Way, stage};
pub(crate) use self::serving::{Lines, Serving};
pub(crate) use self::simulator::SealedPush;
pub(crate) use self::story::{feihua, subscribe};

use self::scene::PUSH_SECRET;
use crate::components::Profile;
use crate::say;
use crate::workspace::Workspace;

pub(crate) const HELP: &str = "\
cargo xtask demo

Get the wasm target, build the components, the host and the simulator (minutes the first time), start the simulator
behind TLS and a forward proxy with a password, and run the whole job: check, serve, import, the tree, the history;
then seven changes in DingTalk, each arriving by itself, by HTTP push in one source and by Stream in another, and
verified in both; and a run that fails. Ends with 0 if all of it held.
What it made stays in target/demo/ for a look.";

/// # Errors
///
/// When something cannot be built or started, or the story does not hold.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let folder = workspace.target.join("demo");
    let Stage { simulator, sources } = stage(workspace, &folder, Profile::Dev)?;
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

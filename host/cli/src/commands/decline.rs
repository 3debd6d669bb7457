//! `rollcall decline`: what a run held is not to be done.
//!
//! JSON: `{"decision": {"source", "run", "at", "by", "verdict", "about", "reason"}}`; `about` is null for all of a run that held more
//! than is recorded one by one.

use std::sync::Arc;

use rollcall_host::Which;
use rollcall_host::model::RunId;
use serde_json::json;

use crate::args::{Format, SourceInventory};
use crate::data;
use crate::exit::{Exit, Stop};
use crate::messages;
use crate::screen::Screen;

/// Write down that it is declined.
pub(super) async fn decline(
    screen: &Screen,
    run: &RunId,
    which: Which,
    reason: &str,
    held: &SourceInventory,
) -> Result<Exit, Stop> {
    let store = Arc::new(data::open_for(&held.data, &held.source).await?);
    let host = data::host(store)?;
    let decision = host.decline(&held.source, run, which, reason, &user()).await?;
    match screen.format {
        Format::Json => screen.json(&json!({ "decision": decision }))?,
        Format::Text => {
            let said = match &decision.about {
                Some(about) => messages::declined(run, about.len()),
                None => messages::declined_whole(run),
            };
            screen.lines([said.to(screen.reader.language).to_owned()])?;
        }
    }
    Ok(Exit::Done)
}

/// Who sits at this machine, as far as the environment says.
pub(super) fn user() -> String {
    let known = ["SUDO_USER", "USER", "LOGNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    known.filter(|name| !name.is_empty()).unwrap_or_else(|| "rollcall".to_owned())
}

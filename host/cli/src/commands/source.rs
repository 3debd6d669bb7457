//! A configured source, with its connector loaded.

use rollcall_host::engine::{Engine, EngineOptions};
use rollcall_host::source::Source;

use crate::exit::Stop;
use crate::source_file::Configured;

/// Start an engine and load the connector of a source.
pub(crate) async fn load(options: EngineOptions, configured: Configured) -> Result<(Engine, Source), Stop> {
    let Configured { name, connector, departed, egress, settings, places: _, schedule: _ } = configured;
    let engine = Engine::new(options)?;
    let connector = engine.load(&connector).await?;
    let source = Source::new(name, connector, settings, egress).with_departed_users(departed);
    Ok((engine, source))
}

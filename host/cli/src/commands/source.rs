//! A configured source, with its connector loaded.

use rollcall_host::engine::Engine;
use rollcall_host::source::Source;

use crate::exit::Stop;
use crate::source_file::Configured;

/// The source that is configured, with its connector.
pub(crate) async fn load(engine: &Engine, configured: Configured) -> Result<Source, Stop> {
    let Configured { name, connector, departed, egress, settings, schedule: _, places: _, face: _ } =
        configured;
    let connector = engine.load(&connector).await?;
    Ok(Source::new(name, connector, settings, egress).with_departed_users(departed))
}

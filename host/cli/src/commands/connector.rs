//! `rollcall connector inspect`: who a connector is, before it gets a setting or a request.
//!
//! JSON: `{"file", "digest", "imports", "descriptor": {"id", "name", "names", "version", "settings_schema",
//! "resource_types"}}`.

use std::path::Path;

use rollcall_host::engine::{Engine, EngineOptions};
use serde_json::json;

use crate::args::Format;
use crate::exit::{Exit, Stop};
use crate::screen::Screen;
use crate::view::connector::{Inspected, lines};

/// Say what the connector in this file is.
pub(crate) async fn inspect(screen: &Screen, file: &Path) -> Result<Exit, Stop> {
    let connector = Engine::new(EngineOptions::default())?.load(file).await?;
    let path = file.display().to_string();
    match screen.format {
        Format::Json => screen.json(&json!({
            "file": path,
            "digest": connector.identity().digest,
            "imports": connector.imports(),
            "descriptor": connector.descriptor(),
        }))?,
        Format::Text => screen.lines(lines(
            &Inspected {
                descriptor: connector.descriptor(),
                path: &path,
                digest: &connector.identity().digest,
                imports: connector.imports(),
            },
            &screen.reader,
        ))?,
    }
    Ok(Exit::Done)
}

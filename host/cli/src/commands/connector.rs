//! `rollcall connector inspect`: who a connector is, before it gets a setting or a request. `rollcall connector seal`: the same
//! connector without what its toolchain asks for beside the contract.
//!
//! JSON of the first: `{"file", "digest", "imports", "closed_imports", "descriptor": {"id", "name", "names", "version",
//! "settings_schema", "resource_types"}}`; of the second: `{"file", "output", "closed_imports"}`.

use std::io::Write as _;
use std::path::Path;

use rollcall_host::egress::Reach;
use serde_json::json;

use crate::args::Format;
use crate::data;
use crate::exit::{Exit, Stop, diagnosis};
use crate::messages;
use crate::screen::Screen;
use crate::view::connector::{Inspected, lines};
use crate::view::layout::plain;

/// Say what the connector in this file is.
pub(crate) async fn inspect(screen: &Screen, file: &Path) -> Result<Exit, Stop> {
    let connector = data::engine_of_user(Reach::Public)?.load(file).await?;
    let path = file.display().to_string();
    match screen.format {
        Format::Json => screen.json(&json!({
            "file": path,
            "digest": connector.identity().digest,
            "imports": connector.imports(),
            "closed_imports": connector.closed_imports(),
            "descriptor": connector.descriptor(),
        }))?,
        Format::Text => screen.lines(lines(
            &Inspected {
                descriptor: connector.descriptor(),
                path: &path,
                digest: &connector.identity().digest,
                imports: connector.imports(),
                closed: connector.closed_imports(),
            },
            &screen.reader,
        ))?,
    }
    Ok(Exit::Done)
}

/// Write the connector in this file to another one, closed.
pub(crate) fn seal(screen: &Screen, file: &Path, output: &Path) -> Result<Exit, Stop> {
    let sealed = rollcall_host::connector::sealed_component(file)?;
    let not_written = |cause: std::io::Error| {
        let sentence = messages::connector_not_written(output.display(), cause);
        Stop::failed(diagnosis("connector-not-written", &sentence))
    };
    put(output, &sealed.bytes).map_err(not_written)?;
    let closed: Vec<&String> = sealed.closed.iter().collect();
    match screen.format {
        Format::Json => screen.json(&json!({
            "file": file.display().to_string(),
            "output": output.display().to_string(),
            "closed_imports": closed,
        }))?,
        Format::Text => {
            let (file, output) = (file.display(), output.display());
            let sentence = match closed.len() {
                0 => messages::sealed_already(file, output),
                n => messages::sealed(file, output, n),
            };
            screen.lines([plain(sentence.to(screen.reader.language))])?;
        }
    }
    Ok(Exit::Done)
}

/// Written aside and renamed: nobody ever reads half of it, and a file may be sealed in its own place.
fn put(place: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut aside = tempfile::NamedTempFile::new_in(folder)?;
    aside.write_all(bytes)?;
    aside.persist(place)?;
    Ok(())
}

//! `rollcall refresh`: single objects of a source, each read again, and what became of them.
//!
//! JSON: `{"run", "objects": […], "changes": […], "n_warnings", "n_errors"}`, `run` and the changes as in
//! `rollcall history`; an object has `key` and `result`: "changed", "unchanged", "absent" or "unknown".

use std::collections::BTreeMap;

use rollcall_host::directory::Directory;
use rollcall_host::history::{ChangeRecord, Numbered, RunState};
use rollcall_host::model::{Entry, Key, Severity};
use serde::Serialize;
use serde_json::{Value, json};

use super::history::{each_change, each_entry};
use super::sync::{Import, Imported, What, exit_of, import, summary};
use crate::args::Format;
use crate::exit::{Exit, Stop};
use crate::messages;
use crate::screen::Screen;
use crate::source_file::Configured;
use crate::view::changes;

/// What became of an object that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Became {
    /// There is a change of it.
    Changed,
    /// It is held as it was.
    Unchanged,
    /// It is not at the source, and was not held.
    Absent,
    /// It could not be read; the log says why.
    Unknown,
}

/// Bring these objects in line, and show what became of each.
pub(crate) async fn refresh(
    screen: &Screen,
    configured: Configured,
    asked: &Import<'_>,
) -> Result<Exit, Stop> {
    let imported = import(screen, configured, asked).await?;
    let keys = match asked.what {
        What::Objects(keys) => keys,
        What::Everything | What::Approve(_) | What::Undo(_) => &[],
    };
    let found = ObjectOutcomes::of(&imported, keys).await?;
    let Imported { run, log, .. } = &imported;
    match screen.format {
        Format::Json => screen.json(&json!({
            "run": run,
            "objects": found.objects.iter().map(|(key, result)| json!({"key": key, "result": result})).collect::<Vec<_>>(),
            "changes": found.changes.iter().map(changes::numbered_json).collect::<Vec<Value>>(),
            "n_warnings": log.n_warnings,
            "n_errors": log.n_errors,
        }))?,
        Format::Text => {
            screen.lines(found.lines(screen))?;
            screen.lines(summary(screen, run, log, asked.data))?;
        }
    }
    Ok(exit_of(run.state))
}

/// What a run did, by object.
struct ObjectOutcomes {
    objects: Vec<(Key, Became)>,
    changes: Vec<Numbered<ChangeRecord>>,
}

impl ObjectOutcomes {
    async fn of(imported: &Imported, keys: &[Key]) -> Result<Self, Stop> {
        let Imported { store, run, .. } = imported;
        let (mut changed, mut complaints) = (Vec::new(), BTreeMap::new());
        each_change(store, run, |change| {
            changed.push(change);
            Ok(())
        })
        .await?;
        each_entry(store, run, |entry| {
            note_complaint(&mut complaints, &entry.item);
            Ok(())
        })
        .await?;
        let held = store.load(&run.source, keys).await?;
        let is_whole = run.state == RunState::Succeeded;
        let became = |(key, held): (&Key, Option<rollcall_host::directory::Held>)| {
            let became = match held {
                _ if changed.iter().any(|change| change.item.key == *key) => Became::Changed,
                _ if complaints.contains_key(key) || !is_whole => Became::Unknown,
                Some(held) if !held.departed => Became::Unchanged,
                Some(_) | None => Became::Absent,
            };
            (key.clone(), became)
        };
        let objects = keys.iter().zip(held).map(became).collect();
        Ok(Self { objects, changes: changed })
    }

    fn lines(&self, screen: &Screen) -> Vec<String> {
        let reader = &screen.reader;
        let mut lines: Vec<String> =
            self.changes.iter().flat_map(|change| changes::change(&change.item, reader)).collect();
        for (key, became) in &self.objects {
            let object = changes::subject(key, None);
            let sentence = match became {
                Became::Changed => continue,
                Became::Unchanged => messages::object_unchanged(object),
                Became::Absent => messages::object_absent(object),
                Became::Unknown => messages::object_unknown(object),
            };
            lines.push(sentence.to(reader.language).to_owned());
        }
        lines
    }
}

/// Remember that the log has something to say about an object that may not be as the source has it.
fn note_complaint(complaints: &mut BTreeMap<Key, Severity>, entry: &Entry) {
    if let (Some(subject), true) = (&entry.subject, entry.severity == Severity::Error) {
        complaints.insert(subject.clone(), entry.severity);
    }
}

//! `rollcall directory`: what is held from a source, as a tree or as documents.
//!
//! JSON of the tree: `{"source", "departments": […], "people_without_department": […], "n_people"}`; a department comes
//! right before those below it and has `external_id`, `display_name`, `parent`, `order`, `depth`, `stray`, `people` and
//! `n_people_in_all`. The export is JSON lines whatever the format: each document as it is held, keys sorted. Either is of
//! one moment, also while a run writes.

use std::io::Write;

use rollcall_browse::Browse as _;
use rollcall_browse::HeldObject;
use rollcall_host::merge::canonical;
use rollcall_rules::vocabulary::resource_type;
use serde_json::{Map, Value, json};

use crate::args::{Format, SourceInventory};
use crate::data;
use crate::exit::{Exit, Stop};
use crate::organisation::Organisation;
use crate::screen::Screen;
use crate::view::tree;

/// Objects that are read at once.
///
/// Why: 1000 documents are a few MiB.
const PAGE: u32 = 1000;

/// Show the organisation from the top.
pub(crate) async fn show_tree(screen: &Screen, held: &SourceInventory, departed: bool) -> Result<Exit, Stop> {
    let store = data::open_for(&held.data, &held.source).await?;
    let objects = store.snapshot(&held.source, &resource_type::ALL, PAGE).rest().await?;
    let (departments, users) = by_type(objects, departed);
    let organisation = Organisation::new(&departments, &users);
    match screen.format {
        Format::Json => screen.json(&with_source(held, &organisation)?)?,
        Format::Text => screen.lines(tree::lines(&organisation, &screen.reader))?,
    }
    Ok(Exit::Done)
}

/// Write every document on its own line: departments by depth, then by external id; then people by external id.
pub(crate) async fn export(screen: &Screen, held: &SourceInventory, departed: bool) -> Result<Exit, Stop> {
    let store = data::open_for(&held.data, &held.source).await?;
    let mut snapshot = store.snapshot(&held.source, &resource_type::ALL, PAGE);
    let mut out = screen.writer();
    let mut departments = Vec::new();
    while let Some(page) = snapshot.next().await? {
        let (more, users) = by_type(page, departed);
        departments.extend(more);
        if !users.is_empty() {
            write_lines(&mut out, parents_first(std::mem::take(&mut departments)))?;
            write_lines(&mut out, users)?;
        }
    }
    write_lines(&mut out, parents_first(departments))?;
    out.flush()?;
    Ok(Exit::Done)
}

/// Departments and people, departed ones only if they are wanted.
fn by_type(objects: Vec<HeldObject>, departed: bool) -> (Vec<HeldObject>, Vec<HeldObject>) {
    let wanted = objects.into_iter().filter(|object| departed || !object.held.departed);
    wanted.partition(|object| object.key.resource_type == resource_type::DEPARTMENT)
}

fn write_lines(out: &mut impl Write, objects: Vec<HeldObject>) -> Result<(), Stop> {
    for object in objects {
        writeln!(out, "{}", canonical(&object.held.document))?;
    }
    Ok(())
}

fn with_source(held: &SourceInventory, organisation: &Organisation) -> Result<Value, Stop> {
    let mut value = Map::new();
    value.insert("source".to_owned(), json!(held.source));
    if let Value::Object(members) = serde_json::to_value(organisation)? {
        value.extend(members);
    }
    Ok(Value::Object(value))
}

fn parents_first(mut departments: Vec<HeldObject>) -> Vec<HeldObject> {
    let organisation = Organisation::new(&departments, &[]);
    let depths: std::collections::BTreeMap<_, _> = organisation
        .departments
        .into_iter()
        .map(|department| (department.external_id, department.depth))
        .collect();
    // Stable: within a depth they stay in the order of the store, which is that of external ids.
    departments.sort_by_key(|department| depths.get(&department.key.external_id).copied());
    departments
}

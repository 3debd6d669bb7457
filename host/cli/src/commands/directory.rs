//! `rollcall directory`: what is held from a source, as a tree or as documents.
//!
//! JSON of the tree: `{"source", "departments": […], "people_without_department": […], "n_people"}`; a department comes
//! right before those below it and has `external_id`, `display_name`, `parent`, `order`, `depth`, `stray`, `people` and
//! `n_people_in_all`. The export is JSON lines whatever the format: each document as it is held, keys sorted.

use std::io::Write;

use rollcall_host::merge::canonical;
use rollcall_host::sqlite::{HeldObject, SqliteStore};
use serde_json::{Map, Value, json};

use crate::args::{Format, Held};
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
pub(crate) async fn show_tree(screen: &Screen, held: &Held, departed: bool) -> Result<Exit, Stop> {
    let store = data::open_for(&held.data, &held.source).await?;
    let departments = all(&store, held, "Department", departed).await?;
    let users = all(&store, held, "User", departed).await?;
    let organisation = Organisation::new(&departments, &users);
    match screen.format {
        Format::Json => screen.json(&with_source(held, &organisation)?)?,
        Format::Text => screen.lines(tree::lines(&organisation, &screen.reader))?,
    }
    Ok(Exit::Done)
}

/// Write every document on its own line: departments by depth, then by external id; then people by external id.
pub(crate) async fn export(screen: &Screen, held: &Held, departed: bool) -> Result<Exit, Stop> {
    let store = data::open_for(&held.data, &held.source).await?;
    let departments = all(&store, held, "Department", departed).await?;
    let mut out = screen.writer();
    for department in parents_first(departments) {
        writeln!(out, "{}", canonical(&department.held.document))?;
    }
    each_page(&store, held, "User", |page| {
        for user in page.iter().filter(|user| departed || !user.held.departed) {
            writeln!(out, "{}", canonical(&user.held.document))?;
        }
        Ok(())
    })
    .await?;
    out.flush()?;
    Ok(Exit::Done)
}

fn with_source(held: &Held, organisation: &Organisation) -> Result<Value, Stop> {
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

async fn all(
    store: &SqliteStore,
    held: &Held,
    resource_type: &str,
    departed: bool,
) -> Result<Vec<HeldObject>, Stop> {
    let mut objects = Vec::new();
    each_page(store, held, resource_type, |page| {
        objects.extend(page.into_iter().filter(|object| departed || !object.held.departed));
        Ok(())
    })
    .await?;
    Ok(objects)
}

async fn each_page(
    store: &SqliteStore,
    held: &Held,
    resource_type: &str,
    mut act: impl FnMut(Vec<HeldObject>) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let mut after: Option<String> = None;
    loop {
        let page = store.objects(&held.source, resource_type, after.as_deref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.key.external_id.clone());
        act(page)?;
    }
}

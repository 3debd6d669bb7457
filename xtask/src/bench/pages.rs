//! How long pages take when the organisation is as large as one gets: asked one after another, as one person does.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::json;

use super::imports;
use super::table::{Limit, Row, Table};
use super::visitor::{Visitor, between};
use crate::components::Profile;
use crate::demo::{Lines, Scene, Serving, Way};
use crate::say;
use crate::workspace::Workspace;

/// What is imported, as the simulator's `--company` wants it: 10,000 departments and 100,000 people.
const COMPANY: &str = "generated:1:10000:100000";

/// So many requests a second may be made of DingTalk, as a line of the settings.
///
/// 60. Why: the most that the connector accepts, as it is not the import that is measured; it takes some minutes.
const REQUESTS_PER_SECOND: &str = "requests_per_second = 60\n";

/// How often each page is asked for.
///
/// Why: the 99th percentile is then the second largest.
const N_TIMES: usize = 100;

/// What 99 of 100 requests for a page are to take at most, as the server's part.
///
/// 100 ms. Why: what comes within that time is felt as immediate, with as much left for the network and the browser; this
/// visitor sits on the same machine.
const LIMIT: Limit = Limit { percent: 99, time: Duration::from_millis(100) };

/// What everybody is called once all are updated.
const TITLE: &str = "Measured";

/// What a search says that finds nobody.
const NOBODY: &str = "Nothing that was imported matches all of these words.";

/// What a run says of which no change is found.
const NO_CHANGE: &str = "No change is like this.";

/// Under which name the source is configured.
const SOURCE: &str = "large-stream";

/// From connecting until the page was read, after an import, with nothing else going on.
///
/// # Errors
///
/// When something cannot be built or started, the import fails, or a page does not come.
pub(super) fn measure(workspace: &Workspace, folder: &Path) -> Result<Table> {
    let scene = Scene::open(workspace, folder, Profile::Release, COMPANY)?;
    let application = scene.simulator.application()?;
    let rollcall = scene.rollcall(&[(Way::Stream, &application)]);
    let source = scene.source(&rollcall, SOURCE, (Way::Stream, &application), REQUESTS_PER_SECOND)?;
    scene.simulator.change_quietly(&json!({"set_qps": {"app_key": source.app_key, "qps": 0}}))?;
    let serving = Serving::start(std::slice::from_ref(&source), Lines::Hidden)?;
    say::head("Import 10,000 departments and 100,000 people, which takes some minutes");
    let run = imports::ended(&source, None)?;
    say::note(&format!("the import read {} objects", run.counters.read));
    let mut visitor = Visitor::set_up(serving.address(), &serving.setup_path()?)?;
    say::head("Give everybody another title, and import again");
    scene.simulator.give_everybody_a_title(TITLE)?;
    visitor.press(&format!("/sources/{SOURCE}"), &format!("/sources/{SOURCE}/import"))?;
    let update = imports::ended(&source, Some(&run))?;
    say::note(&format!("the import updated {} objects", update.counters.updated));
    say::head(&format!("Ask for each page {N_TIMES} times"));
    let pages = pages(&mut visitor, &run.id, &update.id)?;
    let rows = pages.iter().map(|page| measured(&mut visitor, page)).collect::<Result<_>>()?;
    serving.stop()?;
    let title = "From asking for a page until it was there, with 100,000 people";
    Ok(Table { title, rows, limit: Some(LIMIT) })
}

/// A page that is measured, and a word that it must have: an empty page is quick.
struct Page {
    name: &'static str,
    path: String,
    has: String,
}

fn pages(visitor: &mut Visitor, run: &str, update: &str) -> Result<Vec<Page>> {
    let of_source = format!("/sources/{SOURCE}");
    let tree = format!("{of_source}/organisation");
    let root = visitor.fetch(&tree)?.body;
    let id = between(&root, "?department=", "\"").context("the tree links to no department")?.to_owned();
    let department = format!("{tree}?department={id}");
    let inside = visitor.fetch(&department)?.body;
    let person = between(&inside, &format!("{of_source}/people/"), "\"")
        .with_context(|| format!("department {id} links to nobody"))?
        .to_owned();
    let page = |name, path: String, has: &str| Page { name, path, has: has.to_owned() };
    Ok(vec![
        page("sources", "/sources".to_owned(), SOURCE),
        page("overview", of_source.clone(), SOURCE),
        page("tree", tree.clone(), &id),
        page("department", department, &person),
        page("search name", format!("{tree}?q=%E7%8E%8B"), "/people/"),
        page("search two words", format!("{tree}?q=%E4%BC%9F%20%E6%9D%8E"), "/people/"),
        page("search phone", format!("{tree}?q=138"), "/people/"),
        page("search e-mail", format!("{tree}?q=.li."), "/people/"),
        page("search nothing", format!("{tree}?q=no-such-person"), NOBODY),
        page("person", format!("{of_source}/people/{person}"), &person),
        page("its department", format!("{of_source}/departments/{id}"), &id),
        page("why", format!("{of_source}/why?q={person}"), &person),
        page("history", "/history".to_owned(), "/runs/"),
        page("run", format!("/runs/{run}"), "/people/"),
        page("run, people", format!("/runs/{run}?type=User&action=created"), "/people/"),
        page("run, text", format!("/runs/{run}?q=%E7%8E%8B"), "/people/"),
        page("run, no such text", format!("/runs/{run}?q=no-such-person"), NO_CHANGE),
        page("updates", format!("/runs/{update}"), "/people/"),
        page("updates, text", format!("/runs/{update}?q=measured"), "/people/"),
        page("updates, none", format!("/runs/{update}?q=no-such-person"), NO_CHANGE),
        // In everybody's number, before and after, so that no change has it.
        page("updates, same", format!("/runs/{update}?q=%2B86"), NO_CHANGE),
        page("events", format!("{of_source}/events"), SOURCE),
    ])
}

fn measured(visitor: &mut Visitor, Page { name, path, has }: &Page) -> Result<Row> {
    let mut took = Vec::with_capacity(N_TIMES);
    for _ in 0..N_TIMES {
        let fetched = visitor.fetch(path)?;
        if !fetched.body.contains(has) {
            bail!("{path} does not show {has:?}");
        }
        took.push(fetched.took);
    }
    Ok(Row { name, took })
}

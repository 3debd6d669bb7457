//! How long SCIM takes when the organisation is as large as one gets: a program that reads page after page, and asks after
//! people as identity platforms do.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::imports;
use super::table::{Limit, Row, Table};
use super::visitor::Visitor;
use crate::components::Profile;
use crate::demo::{Lines, Scene, Serving, Way};
use crate::say;
use crate::workspace::Workspace;

/// What is imported, as the simulator's `--company` wants it: 1,000 departments and 100,000 people.
const COMPANY: &str = "generated:1:1000:100000";

/// So many requests a second may be made of DingTalk, as a line of the settings.
///
/// 60. Why: the most that the connector accepts, as it is not the import that is measured; it takes some minutes.
const REQUESTS_PER_SECOND: &str = "requests_per_second = 60\n";

/// How often each question is asked.
///
/// Why: the median is then certain to a few percent.
const N_TIMES: usize = 50;

/// What half of the requests are to take at most, where an index answers.
///
/// 50 ms. Why: a platform that provisions asks after each person; 100,000 of them are then an hour and a half at most.
const LIMIT: Limit = Limit { percent: 50, time: Duration::from_millis(50) };

/// Under which name the source is configured.
const SOURCE: &str = "large-stream";

/// From connecting until the answer was read, after an import, with nothing else going on: of what an index answers, and of
/// what everybody must be looked at for.
///
/// # Errors
///
/// When something cannot be built or started, the import fails, or an answer is not the one that was expected.
pub(super) fn measure(workspace: &Workspace, folder: &Path) -> Result<[Table; 2]> {
    let scene = Scene::open(workspace, folder, Profile::Release, COMPANY)?;
    let application = scene.simulator.application()?;
    let rollcall = scene.rollcall(&[(Way::Stream, &application)]);
    let source = scene.source(&rollcall, SOURCE, (Way::Stream, &application), REQUESTS_PER_SECOND)?;
    scene.simulator.change_quietly(&serde_json::json!({"set_qps": {"app_key": source.app_key, "qps": 0}}))?;
    let serving = Serving::start(std::slice::from_ref(&source), Lines::Hidden)?;
    say::head("Import 1,000 departments and 100,000 people, which takes some minutes");
    let run = imports::ended(&source, None)?;
    say::note(&format!("the import read {} objects", run.counters.read));
    let mut visitor = Visitor::set_up(serving.address(), &serving.setup_path()?)?;
    say::head(&format!("Ask each question {N_TIMES} times"));
    let ([indexed, looked_at], total) = questions(&mut visitor)?;
    let mut rows = |questions: &[Question]| -> Result<Vec<Row>> {
        questions.iter().map(|question| measured(&mut visitor, question, total)).collect()
    };
    let (indexed, looked_at) = (rows(&indexed)?, rows(&looked_at)?);
    serving.stop()?;
    Ok([
        Table {
            title: "From asking SCIM until the answer was there, with 100,000 people",
            rows: indexed,
            limit: Some(LIMIT),
        },
        Table { title: "The same, where everybody is looked at", rows: looked_at, limit: None },
    ])
}

/// What is asked, and how many it is to find.
struct Question {
    name: &'static str,
    path: String,
    finds: Finds,
}

#[derive(Clone, Copy)]
enum Finds {
    Everybody,
    One,
    Somebody,
}

/// Those that an index answers and others; and how many people there are.
fn questions(visitor: &mut Visitor) -> Result<([Vec<Question>; 2], u64)> {
    let page = fetch(visitor, "/scim/v2/Users?startIndex=90001&count=100")?;
    let total = page.get("totalResults").and_then(Value::as_u64).context("a list has no totalResults")?;
    let people = page.get("Resources").and_then(Value::as_array).context("a list has no Resources")?;
    let has_mail = |person: &&Value| person.pointer("/emails/0/value").is_some();
    let person = people.iter().find(has_mail).context("nobody on the page has an e-mail address")?;
    let of = |pointer: &str| -> Result<String> {
        let text = person.pointer(pointer).and_then(Value::as_str);
        Ok(text.with_context(|| format!("a person has no {pointer}"))?.to_owned())
    };
    // Whoever came last.
    let last = fetch(visitor, &format!("/scim/v2/Users?startIndex={total}&count=1"))?;
    let latest = last.pointer("/Resources/0/meta/lastModified").and_then(Value::as_str);
    let latest = latest.context("nobody was ever modified")?;
    let question = |name, path: String, finds| Question { name, path, finds };
    let filter = |name, filter: String, finds| {
        let escaped: String = form(&filter);
        question(name, format!("/scim/v2/Users?count=100&filter={escaped}"), finds)
    };
    let (mail, id) = (of("/emails/0/value")?, of("/id")?);
    let kind = of("/emails/0/type").unwrap_or_default();
    let indexed = vec![
        question("page", "/scim/v2/Users?count=100".to_owned(), Finds::Everybody),
        question("deep page", "/scim/v2/Users?startIndex=90001&count=100".to_owned(), Finds::Everybody),
        filter("userName eq", format!("userName eq \"{}\"", of("/userName")?), Finds::One),
        filter("externalId eq", format!("externalId eq \"{}\"", of("/externalId")?), Finds::One),
        filter("id eq", format!("id eq \"{id}\""), Finds::One),
        filter("modified, few", format!("meta.lastModified ge \"{latest}\""), Finds::Somebody),
        filter("modified, all", "meta.lastModified gt \"2000-01-01T00:00:00Z\"".to_owned(), Finds::Everybody),
    ];
    let looked_at = vec![
        filter(
            "emails[type].val",
            format!("emails[type eq \"{kind}\"].value eq \"{mail}\""),
            Finds::Somebody,
        ),
        filter("displayName co", "displayName co \"伟\"".to_owned(), Finds::Somebody),
        filter("name.formatted", "name.formatted sw \"王\"".to_owned(), Finds::Somebody),
    ];
    Ok(([indexed, looked_at], total))
}

fn measured(visitor: &mut Visitor, Question { name, path, finds }: &Question, total: u64) -> Result<Row> {
    let mut took = Vec::with_capacity(N_TIMES);
    for _ in 0..N_TIMES {
        let fetched = visitor.fetch(path)?;
        let answer: Value = serde_json::from_str(&fetched.body).context("SCIM did not answer with JSON")?;
        let n_found = answer.get("totalResults").and_then(Value::as_u64).unwrap_or_default();
        let is_expected = match finds {
            Finds::Everybody => n_found == total,
            Finds::One => n_found == 1,
            Finds::Somebody => (1..total).contains(&n_found),
        };
        if !is_expected {
            bail!("{path} finds {n_found} of {total}");
        }
        took.push(fetched.took);
    }
    Ok(Row { name, took })
}

fn fetch(visitor: &mut Visitor, path: &str) -> Result<Value> {
    serde_json::from_str(&visitor.fetch(path)?.body).with_context(|| format!("{path} is no JSON"))
}

/// A text as it stands in an address: every byte that is no letter or digit escaped.
fn form(text: &str) -> String {
    let escape = |byte: u8| {
        if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    text.bytes().map(escape).collect()
}

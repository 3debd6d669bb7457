//! The connector itself: how a roster answers each call of the host.

use crate::codes;
use crate::contents::{Contents, Identified};
use crate::fetch::{Text, fetch};
use crate::limits::MAX_FINDINGS;
use crate::mapping;
use crate::place::quoted;
use crate::row::RowKind;
use crate::settings::{RosterSource, SCHEMA, Settings};
use crate::{csv_file, json_file, webhook};
use futures_util::future::try_join;
use futures_util::lock::Mutex;
use rollcall_kit::connector::resource_types;
use rollcall_kit::live::{Delivery, Event, Handled, LiveConnector, Moment, Reaction, Receipt};
use rollcall_kit::reading::refresh_objects;
use rollcall_kit::{
    Body, CheckStatus, Connector, Context, Descriptor, Diagnosis, Entry, Failure, Finding, Key, Lookup, Plan,
    Reading, Schema, Scope, Severity, Text as Message, numbered,
};
use std::rc::Rc;

/// A roster behind a URL, with its settings.
#[derive(Debug)]
pub struct Roster {
    settings: Settings,
    /// What `look_up` answers from, read when it is first asked. A connector lives for one call of the host.
    latest: Mutex<Option<Result<Rc<Latest>, Failure>>>,
}

/// A roster to look things up in.
#[derive(Debug)]
struct Latest {
    /// Sorted by id.
    contents: Contents,
    /// The columns that prove that an empty value is one.
    columns: Vec<&'static str>,
}

impl Connector for Roster {
    const SCHEMAS: &'static [Schema] = mapping::SCHEMAS;

    fn describe() -> Descriptor {
        Descriptor {
            id: "roster".to_owned(),
            name: Message::new("Roster (CSV or JSON)", "花名册（CSV 或 JSON）"),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            settings_schema: SCHEMA.to_owned(),
            resource_types: resource_types(Self::SCHEMAS),
        }
    }

    fn configure(settings: &str) -> Result<(Self, Plan), Vec<Diagnosis>> {
        let settings = Settings::parse(settings)?;
        let plan = settings.plan();
        Ok((Self { settings, latest: Mutex::new(None) }, plan))
    }

    async fn check(&self, context: &Context) -> Vec<Finding> {
        let mut findings = vec![self.check_transport()];
        match self.read(context).await {
            Ok(contents) => findings.extend(check_contents(&contents)),
            Err(failure) => {
                findings.push(finding("roster", CheckStatus::Failed, failure.diagnosis().clone()));
                findings.push(finding("rows", CheckStatus::Skipped, not_read()));
            }
        }
        findings
    }

    async fn read_all(&self, context: &Context, reading: &Reading) -> Result<(), Failure> {
        let contents = self.read(context).await?;
        reading.open(Scope::whole())?;
        for entry in &contents.entries {
            match entry.severity {
                Severity::Error => reading.incomplete(entry.clone()),
                Severity::Warning | Severity::Info => context.record(entry.clone()),
            }
        }
        let drafts = contents.departments.iter().map(mapping::department);
        let drafts = drafts.chain(contents.people.iter().map(mapping::person));
        let total = count(contents.departments.len() + contents.people.len());
        for (done, draft) in (1..).zip(drafts) {
            reading.put(draft).await?;
            reading.progress(done, total);
        }
        Ok(())
    }

    async fn look_up(&self, context: &Context, key: &Key) -> Lookup {
        let Some(kind) = RowKind::of(&key.resource_type) else {
            return Lookup::Unknown(Failure::Other(not_a_kind(&key.resource_type)));
        };
        match self.latest(context).await {
            Ok(latest) => lookup(&latest, kind, &key.external_id),
            Err(failure) => Lookup::Unknown(failure),
        }
    }
}

impl LiveConnector for Roster {
    fn receive(&self, moment: Moment, delivery: &Delivery) -> Result<Receipt, Failure> {
        webhook::receive(self.settings.webhook.as_ref(), moment, delivery)
    }

    async fn handle(&self, context: &Context, events: &[Event]) -> Result<Handled, Failure> {
        let mut named = Vec::new();
        for event in events {
            match webhook::keys(event) {
                Some(keys) => named.push((event.id.clone(), keys)),
                None => context.record(Entry::new(Severity::Warning, webhook::unreadable(event))),
            }
        }
        let keys: Vec<Key> = named.iter().flat_map(|(_, keys)| keys).cloned().collect();
        if !keys.is_empty() {
            // Without a roster none of them can be brought in line.
            self.latest(context).await.map_err(later)?;
        }
        let look_up = async |key: &Key| self.look_up(context, key).await;
        Ok(refresh_objects(context, Self::SCHEMAS, &keys, look_up).await?.handled(named))
    }

    fn frame(&self, _state: &str, _message: &Body) -> Result<Reaction, Failure> {
        Err(webhook::no_channel())
    }
}

impl Roster {
    /// Read the roster anew.
    async fn read(&self, context: &Context) -> Result<Contents, Failure> {
        let authorization = self.settings.authorization.as_ref();
        match &self.settings.source {
            RosterSource::Json(address) => {
                let text = fetch(context, address, authorization).await?;
                json_file::read(&address.file(), &text)
            }
            RosterSource::Csv { departments, people, delimiter } => {
                let (first, second): (Text, Text) = try_join(
                    fetch(context, departments, authorization),
                    fetch(context, people, authorization),
                )
                .await?;
                csv_file::read(*delimiter, (&departments.file(), &first), (&people.file(), &second))
            }
        }
    }

    /// The roster as it was when `look_up` was first asked, sorted by id: read once, however many objects are asked about.
    async fn latest(&self, context: &Context) -> Result<Rc<Latest>, Failure> {
        let mut latest = self.latest.lock().await;
        if let Some(known) = &*latest {
            return known.clone();
        }
        let read = self.read(context).await.map(|contents| {
            let columns = mapping::columns(&contents);
            Rc::new(Latest { contents: contents.sorted_by_id(), columns })
        });
        *latest = Some(read.clone());
        read
    }

    fn check_transport(&self) -> Finding {
        if self.settings.exposes_authorization() {
            let why = codes::authorization_not_encrypted();
            return finding("transport", CheckStatus::Warning, why);
        }
        let why = codes::transport_fine();
        finding("transport", CheckStatus::Passed, why)
    }
}

fn lookup(Latest { contents, columns }: &Latest, kind: RowKind, id: &str) -> Lookup {
    let draft = match kind {
        RowKind::Departments => by_id(&contents.departments, id).map(mapping::department),
        RowKind::People => by_id(&contents.people, id).map(mapping::person),
    };
    match draft {
        Some(draft) => Lookup::Present(Box::new(draft.showing(columns.iter().copied()))),
        None if contents.is_whole() => Lookup::Gone("404: not in the roster".to_owned()),
        None => Lookup::Unknown(Failure::Unavailable(not_whole(contents.n_errors()), None)),
    }
}

/// Why events wait for a roster that cannot be read. None of them is to blame, so they are tried again together: whoever thinks
/// otherwise tries each alone, and reads the whole roster for each.
fn later(failure: Failure) -> Failure {
    match failure {
        Failure::Protocol(why) => Failure::Unavailable(why, None),
        other @ (Failure::Settings(_)
        | Failure::Permission(_)
        | Failure::Unavailable(..)
        | Failure::Host(_)
        | Failure::Other(_)) => other,
    }
}

fn by_id<'a, T: Identified>(sorted: &'a [T], id: &str) -> Option<&'a T> {
    let index = sorted.binary_search_by(|item| item.id().cmp(id)).ok()?;
    sorted.get(index)
}

fn check_contents(contents: &Contents) -> Vec<Finding> {
    let (n_departments, n_people) = (contents.departments.len(), contents.people.len());
    let counts = codes::roster_read(n_departments, n_people);
    let rows = match (contents.n_errors(), contents.dangling.len()) {
        (0, 0) => finding("rows", CheckStatus::Passed, codes::rows_fine()),
        (0, n_dangling) => finding("rows", CheckStatus::Warning, dangling(n_dangling)),
        (n_errors, _) => finding("rows", CheckStatus::Warning, not_whole(n_errors)),
    };
    let mut findings = vec![finding("roster", CheckStatus::Passed, counts), rows];
    let shown = contents.entries.iter().chain(&contents.dangling).take(MAX_FINDINGS);
    findings.extend(shown.map(|entry| finding("row", CheckStatus::Warning, entry.diagnosis.clone())));
    findings
}

fn finding(check: &str, status: CheckStatus, diagnosis: Diagnosis) -> Finding {
    Finding { check: check.to_owned(), status, diagnosis }
}

fn not_read() -> Diagnosis {
    codes::rows_not_checked()
}

fn not_whole(n_errors: usize) -> Diagnosis {
    let errors = numbered(n_errors, "error; until it is", "errors; until they are");
    codes::roster_not_whole(errors)
}

fn dangling(n: usize) -> Diagnosis {
    codes::references_unknown(numbered(n, "reference leads", "references lead"))
}

fn not_a_kind(resource_type: &str) -> Diagnosis {
    let shown = quoted(resource_type);
    codes::not_in_a_roster(shown)
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

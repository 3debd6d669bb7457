//! The connector itself: how a roster answers each call of the host.

use crate::contents::{Contents, Identified};
use crate::fetch::{Text, fetch};
use crate::limits::MAX_FINDINGS;
use crate::mapping;
use crate::place::quoted;
use crate::row::Kind;
use crate::settings::{SCHEMA, Settings, Source};
use crate::{csv_file, json_file};
use futures_util::future::try_join;
use futures_util::lock::Mutex;
use rollcall_kit::{
    Connector, Context, Descriptor, Diagnosis, Failure, Finding, Key, Plan, Problem, Reading, Schema,
    Severity, Sighting, Standing, Text as Message,
};
use std::rc::Rc;

/// A roster behind a URL, with its settings.
#[derive(Debug)]
pub struct Roster {
    settings: Settings,
    /// What `look` answers from, read when it is first asked. A connector lives for one call of the host.
    latest: Mutex<Option<Result<Rc<Contents>, Failure>>>,
}

impl Connector for Roster {
    const SCHEMAS: &'static [Schema] = mapping::SCHEMAS;

    fn describe() -> Descriptor {
        Descriptor {
            id: "roster".to_owned(),
            name: Message::new("Roster (CSV or JSON)", "花名册（CSV 或 JSON）"),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            settings_schema: SCHEMA.to_owned(),
            resource_types: Self::SCHEMAS.iter().map(|schema| schema.resource_type.to_owned()).collect(),
        }
    }

    fn configure(settings: &str) -> Result<(Self, Plan), Vec<Problem>> {
        let settings = Settings::parse(settings)?;
        let plan = settings.plan();
        Ok((Self { settings, latest: Mutex::new(None) }, plan))
    }

    async fn check(&self, context: &Context) -> Vec<Finding> {
        let mut findings = vec![self.check_transport()];
        match self.read(context).await {
            Ok(contents) => findings.extend(check_contents(&contents)),
            Err(failure) => {
                findings.push(finding("roster", Standing::Failed, failure.diagnosis().clone()));
                findings.push(finding("rows", Standing::Skipped, not_read()));
            }
        }
        findings
    }

    async fn read_all(&self, context: &Context, reading: &Reading) -> Result<String, Failure> {
        let contents = self.read(context).await?;
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
        Ok(self.scope())
    }

    async fn look(&self, context: &Context, key: &Key) -> Sighting {
        let Some(kind) = Kind::of(&key.resource_type) else {
            return Sighting::Unknown(Failure::Other(not_a_kind(&key.resource_type)));
        };
        match self.latest(context).await {
            Ok(contents) => sighting(&contents, kind, &key.external_id),
            Err(failure) => Sighting::Unknown(failure),
        }
    }
}

impl Roster {
    /// Read the roster anew.
    async fn read(&self, context: &Context) -> Result<Contents, Failure> {
        let authorization = self.settings.authorization.as_ref();
        match &self.settings.source {
            Source::Json(address) => {
                let text = fetch(context, address, authorization).await?;
                json_file::read(&address.file(), &text)
            }
            Source::Csv { departments, people, delimiter } => {
                let (first, second): (Text, Text) = try_join(
                    fetch(context, departments, authorization),
                    fetch(context, people, authorization),
                )
                .await?;
                csv_file::read(*delimiter, (&departments.file(), &first), (&people.file(), &second))
            }
        }
    }

    /// The roster as it was when `look` was first asked, sorted by id: read once, however many objects are asked about.
    async fn latest(&self, context: &Context) -> Result<Rc<Contents>, Failure> {
        let mut latest = self.latest.lock().await;
        if let Some(known) = &*latest {
            return known.clone();
        }
        let read = self.read(context).await.map(|contents| Rc::new(contents.sorted_by_id()));
        *latest = Some(read.clone());
        read
    }

    /// The addresses without what may be secret in them: another file is another view.
    fn scope(&self) -> String {
        let addresses = self.settings.addresses().map(|address| address.file().address().to_owned());
        addresses.collect::<Vec<_>>().join(" ")
    }

    fn check_transport(&self) -> Finding {
        if self.settings.exposes_authorization() {
            let why = Diagnosis::new(
                "authorization-not-encrypted",
                "the authorization is sent over http, where anyone on the way can read it",
                "授权信息通过 http 明文发送，途中任何人都能读取",
            )
            .remedy("use an https address", "请使用 https 地址");
            return finding("transport", Standing::Warning, why);
        }
        let why = Diagnosis::new(
            "transport-fine",
            "no secret crosses the network in the clear",
            "没有明文传输的机密",
        );
        finding("transport", Standing::Passed, why)
    }
}

fn sighting(contents: &Contents, kind: Kind, id: &str) -> Sighting {
    let draft = match kind {
        Kind::Departments => by_id(&contents.departments, id).map(mapping::department),
        Kind::People => by_id(&contents.people, id).map(mapping::person),
    };
    match draft {
        Some(draft) => Sighting::Present(Box::new(draft)),
        None if contents.is_whole() => Sighting::Gone("404: not in the roster".to_owned()),
        None => Sighting::Unknown(Failure::Protocol(not_whole(contents.n_errors()))),
    }
}

fn by_id<'a, T: Identified>(sorted: &'a [T], id: &str) -> Option<&'a T> {
    let index = sorted.binary_search_by(|item| item.id().cmp(id)).ok()?;
    sorted.get(index)
}

fn check_contents(contents: &Contents) -> Vec<Finding> {
    let (n_departments, n_people) = (contents.departments.len(), contents.people.len());
    let counts = Diagnosis::new(
        "roster-read",
        format!("it can be imported; departments: {n_departments}, people: {n_people}"),
        format!("可以导入：{n_departments} 个部门，{n_people} 名人员"),
    );
    let rows = match contents.n_errors() {
        0 => finding(
            "rows",
            Standing::Passed,
            Diagnosis::new("rows-fine", "every row is right", "所有行均正确"),
        ),
        n_errors => finding("rows", Standing::Warning, not_whole(n_errors)),
    };
    let mut findings = vec![finding("roster", Standing::Passed, counts), rows];
    let shown = contents.entries.iter().take(MAX_FINDINGS);
    findings.extend(shown.map(|entry| finding("row", Standing::Warning, entry.diagnosis.clone())));
    findings
}

fn finding(check: &str, standing: Standing, diagnosis: Diagnosis) -> Finding {
    Finding { check: check.to_owned(), standing, diagnosis }
}

fn not_read() -> Diagnosis {
    Diagnosis::new(
        "rows-not-checked",
        "the rows were not looked at, because the roster could not be read",
        "未检查花名册的各行：花名册未能读取",
    )
}

fn not_whole(n_errors: usize) -> Diagnosis {
    Diagnosis::new(
        "roster-not-whole",
        format!(
            "the roster has {n_errors} errors; until they are mended nobody is retired and nothing is cleared"
        ),
        format!("花名册有 {n_errors} 处错误；修正之前不会停用任何人员，也不会清空任何值"),
    )
    .remedy("correct the rows that are named", "请修正所列出的行")
}

fn not_a_kind(resource_type: &str) -> Diagnosis {
    let shown = quoted(resource_type);
    Diagnosis::new(
        "not-in-a-roster",
        format!("a roster has no objects of type {shown}"),
        format!("花名册中没有 {shown} 类型的对象"),
    )
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

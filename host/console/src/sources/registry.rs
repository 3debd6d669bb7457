//! Sources that are configured in the console: taken up at the start, added, changed, confirmed, followed, removed.
//!
//! One change at a time, and each to its end even when whoever asked has gone. A change is kept before it takes effect, so a
//! program that dies meanwhile begins with it. Not here: the forms.

use std::sync::Arc;

use axum::http::StatusCode;
use rollcall_host::grant::Origin as WebOrigin;
use rollcall_host::model::{Diagnosis, SourceName};
use rollcall_host::{Connector, Source};

use super::configured::{Complaint, Configured, Draft, Outline, Understood};
use super::kept::{self, Unreadable};
use super::{Broken, Entry, Idle, Origin, Sources, begin, complaints, schema};
use crate::console::{Console, ConsoleError};
use crate::database::DatabaseError;
use crate::problem::Problem;

/// Why a configuration was not taken.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Refused {
    /// These are wrong.
    Complaints(Vec<Complaint>),
    /// It was not even looked at, or could not be kept.
    Problem(Problem),
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<ConsoleError> for Refused {
    fn from(error: ConsoleError) -> Self {
        Self::Problem(error.into())
    }
}

impl From<DatabaseError> for Refused {
    fn from(error: DatabaseError) -> Self {
        Self::Problem(error.into())
    }
}

impl Sources {
    /// Take up what is configured in the console. A source that cannot be used is listed with the reason and keeps no other
    /// from being followed.
    pub(crate) async fn take_up(&self, console: &Console) -> Result<(), ConsoleError> {
        let _alone = self.changing.lock().await;
        for configured in kept::all(console.database(), console.key()).await? {
            let name = configured.as_ref().map_or_else(|broken| &broken.name, |configured| &configured.name);
            if self.entry(name).is_some() {
                tracing::warn!(source = %name, "the source is configured in a file, so the console's own is left alone");
                continue;
            }
            let entry = match configured {
                Ok(configured) => self.found(console, &configured).await?,
                Err(unreadable) => broken(unreadable, None),
            };
            self.put(entry);
        }
        Ok(())
    }

    /// What is configured of a source of the console, with its secrets.
    pub(crate) async fn configured(
        &self,
        console: &Console,
        name: &SourceName,
    ) -> Result<Result<Configured, Unreadable>, Problem> {
        let entry = self.entry(name).ok_or_else(Problem::not_found)?;
        if entry.origin() == Origin::File {
            return Err(in_a_file(name));
        }
        kept::named(console.database(), console.key(), name).await?.ok_or_else(Problem::not_found)
    }

    /// Add a source, and say what it is called. It is not followed until an administrator says so.
    pub(crate) async fn add(&self, console: &Console, mut draft: Draft) -> Result<SourceName, Refused> {
        let _alone = self.changing.lock().await;
        if draft.name.as_ref().is_some_and(|name| self.entry(name).is_some()) {
            draft.complaints.push(complaints::name_taken());
        }
        self.take(console, draft.within(console.host().reach()), None).await
    }

    /// Put this in the place of what was configured of a source. One that was followed is followed again.
    pub(crate) async fn change(
        &self,
        console: &Console,
        name: &SourceName,
        mut draft: Draft,
    ) -> Result<(), Refused> {
        let _alone = self.changing.lock().await;
        let entry = self.entry(name).ok_or_else(Problem::not_found)?;
        if entry.origin() == Origin::File {
            return Err(in_a_file(name).into());
        }
        if draft.name.as_ref().is_some_and(|other| other != name) {
            draft.complaints.push(complaints::name_stays());
        }
        self.take(console, draft.within(console.host().reach()), Some(entry)).await.map(drop)
    }

    /// Confirm that a source may talk to these origins: all that its settings lead to must be among them, and none that is named by
    /// an address may be out of reach.
    pub(crate) async fn confirm(
        &self,
        console: &Console,
        name: &SourceName,
        origins: Vec<WebOrigin>,
    ) -> Result<(), Refused> {
        let out_of_reach = complaints::out_of_reach(console.host().reach(), &origins);
        if !out_of_reach.is_empty() {
            return Err(Refused::Complaints(out_of_reach));
        }
        self.reconfigure(console, name, |configured| configured.allow = origins).await
    }

    /// Follow a source from now on, or no more.
    pub(crate) async fn set_followed(
        &self,
        console: &Console,
        name: &SourceName,
        is_followed: bool,
    ) -> Result<(), Refused> {
        self.reconfigure(console, name, |configured| configured.is_followed = is_followed).await
    }

    /// Forget a source. What was imported from it stays, and so does its history.
    pub(crate) async fn remove(&self, console: &Console, name: &SourceName) -> Result<(), Problem> {
        let _alone = self.changing.lock().await;
        let entry = self.entry(name).ok_or_else(Problem::not_found)?;
        if entry.origin() == Origin::File {
            return Err(in_a_file(name));
        }
        kept::forget(console.database(), name).await?;
        end(&entry).await;
        self.checks.forget(name);
        self.drop_entry(name);
        console.pulse().beat();
        Ok(())
    }

    async fn reconfigure(
        &self,
        console: &Console,
        name: &SourceName,
        change: impl FnOnce(&mut Configured) + Send,
    ) -> Result<(), Refused> {
        let _alone = self.changing.lock().await;
        let mut configured =
            self.configured(console, name).await?.map_err(|broken| unusable(broken.diagnosis))?;
        change(&mut configured);
        let before = self.entry(name);
        self.take(console, configured.into(), before).await.map(drop)
    }

    /// Keep a configuration that holds together, and let it take effect in the place of what there was.
    async fn take(
        &self,
        console: &Console,
        draft: Draft,
        before: Option<Entry>,
    ) -> Result<SourceName, Refused> {
        let connector = self.connector(&draft.connector, before.as_ref()).await;
        let (configured, understood) = draft.understand(connector).await.map_err(Refused::Complaints)?;
        let secret = schema::secrets(&understood.source.connector().descriptor().settings_schema);
        kept::keep(console.database(), console.key(), &configured, &secret, console.now()).await?;
        if let Some(before) = &before {
            end(before).await;
        }
        self.checks.forget(&configured.name);
        let settled = settled(console, &configured, understood).await.map_err(Problem::from);
        // What was followed until now is not any more, whether or not it could be followed anew.
        let failed = |problem: &Problem| unusable_entry(&configured, Diagnosis::clone(&problem.diagnosis));
        self.put(settled.as_ref().map_or_else(failed, Entry::clone));
        console.pulse().beat();
        Ok(settled.map(|_| configured.name)?)
    }

    /// The connector of this digest: the one that the source runs on, even if its file has gone meanwhile, or one of the
    /// shelf.
    async fn connector(&self, digest: &str, before: Option<&Entry>) -> Option<Connector> {
        let known = before.and_then(Entry::source).map(Source::connector);
        match known.filter(|known| known.identity().digest == digest) {
            Some(known) => Some(known.clone()),
            None => self.shelf.find(digest).await,
        }
    }

    /// What is taken up of a configuration that was kept: whatever is wrong with it now is its own affair.
    async fn found(&self, console: &Console, configured: &Configured) -> Result<Entry, ConsoleError> {
        let Some(connector) = self.shelf.find(&configured.connector).await else {
            let missing = complaints::connector_missing(&configured.connector);
            return Ok(unusable_entry(configured, missing.diagnosis));
        };
        match configured.understand(connector).await {
            Ok(understood) => settled(console, configured, understood).await,
            Err(wrong) => Ok(unusable_entry(configured, complaints::all_of(wrong))),
        }
    }
}

/// What comes of a configuration that holds together: it is followed, or waits for an administrator.
async fn settled(
    console: &Console,
    configured: &Configured,
    understood: Understood,
) -> Result<Entry, ConsoleError> {
    let Understood { source, schedule, unconfirmed, needed: _ } = understood;
    let outline = configured.outline();
    if configured.is_followed && unconfirmed.is_empty() {
        return Ok(Entry::Followed(begin(console, source, schedule, Some(outline)).await?));
    }
    Ok(Entry::Idle(Arc::new(Idle { source, unconfirmed, outline })))
}

/// Do something to its end, whether or not somebody waits for it: a browser that goes away must not leave a source half
/// changed.
pub(crate) async fn to_the_end<T, E>(
    work: impl Future<Output = Result<T, E>> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<Problem> + Send + 'static,
{
    tokio::spawn(work).await.unwrap_or_else(|died| Err(Problem::failed(&died).into()))
}

/// What a connector is, as a person who is to choose it would ask.
pub(crate) fn name_of(connector: &Connector, language: &str) -> String {
    let descriptor = connector.descriptor();
    let named = descriptor.names.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(language));
    named.map_or_else(|| descriptor.name.clone(), |(_, name)| name.clone())
}

async fn end(entry: &Entry) {
    if let Entry::Followed(known) = entry {
        known.follower.stop().await;
    }
}

fn unusable_entry(configured: &Configured, diagnosis: Diagnosis) -> Entry {
    broken(Unreadable { name: configured.name.clone(), diagnosis }, Some(configured.outline()))
}

fn broken(unreadable: Unreadable, outline: Option<Outline>) -> Entry {
    let Unreadable { name, diagnosis } = unreadable;
    tracing::warn!(source = %name, code = diagnosis.code, "a source of the console cannot be used");
    Entry::Broken(Arc::new(Broken { name, diagnosis, outline }))
}

/// The source cannot be used as it is.
pub(crate) fn unusable(diagnosis: Diagnosis) -> Problem {
    Problem::new(StatusCode::CONFLICT, diagnosis)
}

/// The source is not the console's to change.
pub(crate) fn in_a_file(name: &SourceName) -> Problem {
    let diagnosis = Diagnosis::new(
        "source-in-a-file",
        format!("source {name} is configured in a file and is changed there"),
    )
    .with_remedy("edit the file, then start the server again")
    .in_chinese(format!("身份源 {name} 在文件中配置，只能在该文件中修改"), "请编辑该文件，然后重新启动服务");
    unusable(diagnosis)
}

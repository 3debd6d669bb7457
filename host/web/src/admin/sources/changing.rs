//! Sources that are configured in the console: taken up at the start, added, changed, confirmed, followed, removed.
//!
//! One change at a time, and each to its end even when whoever asked has gone. A change is kept before it takes effect, so a
//! program that dies meanwhile begins with it. Not here: the forms.

use std::sync::Arc;

use rollcall_host::grant::Origin as WebOrigin;
use rollcall_host::model::{Diagnosis, SourceName};
use rollcall_host::{Connector, Source};
use serde_json::Value;

use super::complaint::Complaint;
use super::configured::{self, Configured, Draft, Outline, Settled, Understood};
use super::entry::{Broken, ConfiguredIn, Idle, SourceEntry};
use super::following::begin;
use super::kept::{self, Unreadable};
use super::registry::Sources;
use super::trust::Cleared;
use super::{complaints, differences};
use crate::actor::Who;
use crate::admin_error::{AdminError, ReasonKind};
use crate::database::DatabaseError;
use crate::error::ConsoleError;
use crate::segment::segment;
use crate::services::Services;

/// Why a configuration was not taken.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum RefusedChange {
    /// These are wrong.
    Complaints(Vec<Complaint>),
    /// It was not even looked at, or could not be kept.
    Error(AdminError),
}

/// Who wants a source changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// Somebody with a session.
    Person,
    /// A token. What it may allow, somebody else has allowed already.
    Program,
}

impl By {
    pub(crate) const fn whom(who: &Who) -> Self {
        if who.is_person() { Self::Person } else { Self::Program }
    }
}

/// A source that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) name: SourceName,
    /// What is different now, for the audit log.
    pub(crate) differences: Value,
}

impl From<AdminError> for RefusedChange {
    fn from(error: AdminError) -> Self {
        Self::Error(error)
    }
}

impl From<ConsoleError> for RefusedChange {
    fn from(error: ConsoleError) -> Self {
        Self::Error(error.into())
    }
}

impl From<DatabaseError> for RefusedChange {
    fn from(error: DatabaseError) -> Self {
        Self::Error(error.into())
    }
}

impl Sources {
    /// Take up what is configured in the self.services(). A source that cannot be used is listed with the reason and keeps no other
    /// from being followed.
    pub(crate) async fn take_up(&self) -> Result<(), ConsoleError> {
        let _alone = self.state.changing.lock().await;
        for configured in kept::all(self.services().database(), self.services().key()).await? {
            let name = configured.as_ref().map_or_else(|broken| &broken.name, |configured| &configured.name);
            if self.entry(name).is_some() {
                tracing::warn!(source = %name, "the source is configured in a file, so the console's own is left alone");
                continue;
            }
            let entry = match configured {
                Ok(configured) => self.found(configured).await?,
                Err(unreadable) => broken(unreadable, None, Vec::new()),
            };
            self.put(entry);
        }
        Ok(())
    }

    /// What is configured of a source of the console, with its secrets.
    pub(crate) async fn configured(
        &self,
        name: &SourceName,
    ) -> Result<Result<Configured, Unreadable>, AdminError> {
        let entry = self.entry(name).ok_or_else(AdminError::not_found)?;
        if entry.origin() == ConfiguredIn::File {
            return Err(in_a_file(name));
        }
        kept::named(self.services().database(), self.services().key(), name)
            .await?
            .ok_or_else(AdminError::not_found)
    }

    /// Add a source. It is not followed until an administrator says so.
    pub(crate) async fn add(&self, by: By, mut draft: Draft) -> Result<Taken, RefusedChange> {
        let _alone = self.state.changing.lock().await;
        if draft.name.as_ref().is_some_and(|name| self.entry(name).is_some()) {
            draft.complaints.push(complaints::name_taken());
        }
        // What nobody may allow comes before what a person has to.
        draft = draft.within(self.services().host().reach());
        only_what_is_allowed(self.services(), by, &mut draft, None);
        self.take(draft, None, None).await
    }

    /// Put what is made of what was configured of a source in its place. One that was followed is followed again.
    pub(crate) async fn change<E: From<RefusedChange>>(
        &self,
        by: By,
        name: &SourceName,
        make: impl FnOnce(&Configured) -> Result<Draft, E> + Send,
    ) -> Result<Taken, E> {
        let _alone = self.state.changing.lock().await;
        let refused = |error: AdminError| E::from(RefusedChange::Error(error));
        let entry = self.entry(name).ok_or_else(AdminError::not_found).map_err(refused)?;
        let before = self.configured(name).await.map_err(refused)?;
        let before = before.map_err(|unreadable| refused(unusable(unreadable.diagnosis)))?;
        let mut draft = make(&before)?;
        if draft.name.as_ref().is_some_and(|other| other != name) {
            draft.complaints.push(complaints::name_stays());
        }
        // What was granted before is told where it is dialled: whoever changes something else is not kept from it.
        if draft.allow != before.allow {
            draft = draft.within(self.services().host().reach());
        }
        only_what_is_allowed(self.services(), by, &mut draft, Some(&before));
        Ok(self.take(draft, Some(&before), Some(entry)).await?)
    }

    /// Confirm that a source may talk to these origins: all that its settings lead to must be among them, and none that is named by
    /// an address may be out of reach.
    pub(crate) async fn confirm(
        &self,
        name: &SourceName,
        origins: Vec<WebOrigin>,
    ) -> Result<Taken, RefusedChange> {
        let out_of_reach = complaints::out_of_reach(self.services().host().reach(), &origins);
        if !out_of_reach.is_empty() {
            return Err(RefusedChange::Complaints(out_of_reach));
        }
        let make = |before: &Configured| {
            let mut after = before.clone();
            after.allow = origins;
            // What the settings lead to is not known as a whole while secrets are missing.
            match before.cleared() {
                [] => Ok(Draft::from(after)),
                cleared => Err(RefusedChange::from(unusable(complaints::waits_for_secrets(cleared)))),
            }
        };
        self.change(By::Person, name, make).await
    }

    /// Follow a source from now on, or no more.
    pub(crate) async fn set_followed(
        &self,
        name: &SourceName,
        is_followed: bool,
    ) -> Result<Taken, RefusedChange> {
        self.reconfigure(name, |configured| configured.is_followed = is_followed).await
    }

    /// Forget a source, and say what it was. What was imported from it stays, and so does its history.
    pub(crate) async fn remove(&self, name: &SourceName) -> Result<Value, AdminError> {
        let _alone = self.state.changing.lock().await;
        let entry = self.entry(name).ok_or_else(AdminError::not_found)?;
        if entry.origin() == ConfiguredIn::File {
            return Err(in_a_file(name));
        }
        let before = self.configured(name).await?.ok();
        kept::forget(self.services().database(), name).await?;
        end(&entry).await;
        self.state.checks.forget(name);
        self.drop_entry(name);
        self.services().pulse().beat();
        Ok(differences::between(before.as_ref(), None))
    }

    async fn reconfigure(
        &self,
        name: &SourceName,
        change: impl FnOnce(&mut Configured) + Send,
    ) -> Result<Taken, RefusedChange> {
        let make = |before: &Configured| {
            let mut after = before.clone();
            change(&mut after);
            Ok(Draft::from(after))
        };
        self.change(By::Person, name, make).await
    }

    /// Keep a configuration that holds together, and let it take effect in the place of what there was.
    async fn take(
        &self,
        draft: Draft,
        before: Option<&Configured>,
        entry: Option<SourceEntry>,
    ) -> Result<Taken, RefusedChange> {
        let connector = self.connector(&draft.connector, entry.as_ref()).await;
        let Settled { configured, understood } =
            draft.settle(connector, before).await.map_err(RefusedChange::Complaints)?;
        kept::keep(self.services().database(), self.services().key(), &configured, self.services().now())
            .await?;
        if let Some(entry) = &entry {
            end(entry).await;
        }
        self.state.checks.forget(&configured.name);
        let settled = settled(self.services(), &configured, understood).await.map_err(AdminError::from);
        // It is kept, and what was followed until now is not any more, whether or not it could be followed anew: then the source
        // says why it is not.
        let failed = |error: AdminError| unusable_entry(&configured, *error.diagnosis);
        self.put(settled.unwrap_or_else(failed));
        self.services().pulse().beat();
        let differences = differences::between(before, Some(&configured));
        Ok(Taken { name: configured.name, differences })
    }

    /// The connector of this digest: the one that the source runs on, even if its file has gone meanwhile, or one of the
    /// shelf.
    async fn connector(&self, digest: &str, before: Option<&SourceEntry>) -> Option<Connector> {
        let known = before.and_then(SourceEntry::source).map(Source::connector);
        match known.filter(|known| known.identity().digest == digest) {
            Some(known) => Some(known.clone()),
            None => self.state.shelf.find(digest).await,
        }
    }

    /// What is taken up of a configuration that was kept: whatever is wrong with it now is its own affair.
    async fn found(&self, configured: Configured) -> Result<SourceEntry, ConsoleError> {
        if !configured.cleared().is_empty() {
            return settled(self.services(), &configured, None).await;
        }
        let Some(connector) = self.state.shelf.find(&configured.connector).await else {
            let missing = complaints::connector_missing(&configured.connector);
            return Ok(unusable_entry(&configured, missing.diagnosis));
        };
        match configured.understand(connector).await {
            Ok(understood) => {
                let configured = remembered(self.services(), configured, &understood).await?;
                settled(self.services(), &configured, Some(understood)).await
            }
            Err(wrong) => Ok(unusable_entry(&configured, complaints::all_of(wrong))),
        }
    }
}

/// From now on it is known what its secrets were entered for, if no version had looked at that yet.
async fn remembered(
    services: &Services,
    configured: Configured,
    understood: &Understood,
) -> Result<Configured, ConsoleError> {
    if configured.trust.is_some() {
        return Ok(configured);
    }
    let trust = Some(understood.trust(&configured));
    let configured = Configured { trust, ..configured };
    kept::keep(services.database(), services.key(), &configured, services.now()).await?;
    Ok(configured)
}

/// A program allows no origin that nobody else has: a person for this source before, or whoever started the server for all.
fn only_what_is_allowed(services: &Services, by: By, draft: &mut Draft, before: Option<&Configured>) {
    if by == By::Person {
        return;
    }
    let name = draft.name.as_ref().map_or("NAME", SourceName::as_str);
    let page = format!("{}/sources/{}/origins", services.options().public_url, segment(name));
    let known = before.map_or(&[][..], |before| &before.allow);
    let is_allowed = |origin| known.contains(origin) || services.options().allow_origins.contains(origin);
    let refused = draft.allow.iter().enumerate().filter(|(_, origin)| !is_allowed(origin));
    let refused: Vec<_> =
        refused.map(|(place, origin)| complaints::origin_needs_a_person(place, origin, &page)).collect();
    draft.complaints = configured::together(std::mem::take(&mut draft.complaints), refused);
}

/// What comes of a configuration that holds together: it is followed, or waits for an administrator.
async fn settled(
    services: &Services,
    configured: &Configured,
    understood: Option<Understood>,
) -> Result<SourceEntry, ConsoleError> {
    let Some(Understood { source, schedule, unconfirmed, .. }) = understood else {
        return Ok(unusable_entry(configured, complaints::waits_for_secrets(configured.cleared())));
    };
    let outline = configured.outline();
    if configured.is_followed && unconfirmed.is_empty() {
        return Ok(SourceEntry::Followed(
            begin(services, source, schedule, outline.face, Some(outline)).await?,
        ));
    }
    Ok(SourceEntry::Idle(Arc::new(Idle { source, unconfirmed, outline })))
}

/// What a connector is, as a person who is to choose it would ask.
pub(crate) fn name_of(connector: &Connector, language: &str) -> String {
    let descriptor = connector.descriptor();
    let named = descriptor.names.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(language));
    named.map_or_else(|| descriptor.name.clone(), |(_, name)| name.clone())
}

async fn end(entry: &SourceEntry) {
    if let SourceEntry::Followed(known) = entry {
        known.follower.stop().await;
    }
}

fn unusable_entry(configured: &Configured, diagnosis: Diagnosis) -> SourceEntry {
    let unreadable = Unreadable { name: configured.name.clone(), diagnosis };
    broken(unreadable, Some(configured.outline()), configured.cleared().to_vec())
}

fn broken(unreadable: Unreadable, outline: Option<Outline>, cleared: Vec<Cleared>) -> SourceEntry {
    let Unreadable { name, diagnosis } = unreadable;
    tracing::warn!(source = %name, code = diagnosis.code, "a source of the console cannot be used");
    SourceEntry::Broken(Arc::new(Broken { name, diagnosis, outline, cleared }))
}

/// The source cannot be used as it is.
pub(crate) fn unusable(diagnosis: Diagnosis) -> AdminError {
    AdminError::new(ReasonKind::Conflict, diagnosis)
}

/// The source is not the console's to change.
pub(crate) fn in_a_file(name: &SourceName) -> AdminError {
    let diagnosis = Diagnosis::new(
        "source-in-a-file",
        format!("source {name} is configured in a file and is changed there"),
    )
    .with_remedy("edit the file, then start the server again")
    .in_chinese(format!("身份源 {name} 在文件中配置，只能在该文件中修改"), "请编辑该文件，然后重新启动服务");
    unusable(diagnosis)
}

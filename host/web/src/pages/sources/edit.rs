//! Editing a source: the form it was added with, filled in but for its secrets, and another connector for it.

use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use rollcall_host::Connector;
use rollcall_host::model::SourceName;

use super::add::{Chosen, about, saved, with_file};
use super::named::{Managed, base};
use crate::identity::audit;
use crate::page::{self, Page, Tab, Tone};
use crate::pages::sources::form::{CONFIRMED, CONNECTOR, Sheet, SourceForm, summary};
use crate::pages::sources::words;
use crate::problem::Problem;
use crate::services::Services;
use crate::sources::Sources;
use crate::sources::changing::{By, RefusedChange, Taken, name_of, unusable};
use crate::sources::complaint::Complaint;
use crate::sources::complaints::{self, short};
use crate::sources::configured::Configured;
use crate::sources::schema::{self, Field};
use crate::sources::trust::SettingKind;
use crate::visitor::Visitor;

/// The form.
pub(super) async fn page(
    State(sources): State<Sources>,
    source: Managed,
    Query(chosen): Query<Chosen>,
) -> Result<Page, Problem> {
    let before = before(&sources, source.name()).await?;
    let others = sources.shelf().connectors().await;
    let digest = chosen.connector.as_ref().unwrap_or(&before.connector);
    let connector = others.iter().find(|connector| connector.identity().digest == *digest);
    let Some(connector) = connector else { return Ok(without_connector(&source.visitor, &before, &others)) };
    let fields = schema::fields(&connector.descriptor().settings_schema);
    let entered = SourceForm::configured_before(&before, &fields);
    let visitor = &source.visitor;
    Ok(Editing { services: sources.services(), visitor, before: &before, connector, others: &others }
        .page(&entered, &[]))
}

/// Save what was changed.
pub(super) async fn save(
    State(sources): State<Sources>,
    source: Managed,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let before = before(&sources, source.name()).await?;
    let entered = SourceForm::sent(pairs);
    let others = sources.shelf().connectors().await;
    let digest = entered.raw(CONNECTOR);
    let connector = others.iter().find(|connector| connector.identity().digest == digest);
    let connector = connector.ok_or_else(Problem::not_found)?;
    let fields = schema::fields(&connector.descriptor().settings_schema);
    match change(&sources, &before.name, &entered, digest, &fields).await {
        Ok(Taken { name, differences }) => {
            let detail = with_file(connector, differences);
            audit::record(sources.services(), &source.visitor, "source-changed", name.as_str(), detail)
                .await?;
            Ok(saved(&sources, &before.name)?.into_response())
        }
        Err(RefusedChange::Error(error)) => Err(error.into()),
        Err(RefusedChange::Complaints(wrong)) => {
            let visitor = &source.visitor;
            let editing = Editing {
                services: sources.services(),
                visitor,
                before: &before,
                connector,
                others: &others,
            };
            let page = editing.page(&entered, &wrong);
            Ok(page.with_status(StatusCode::UNPROCESSABLE_ENTITY).into_response())
        }
    }
}

async fn before(sources: &Sources, name: &SourceName) -> Result<Configured, Problem> {
    let configured = sources.configured(name).await?;
    configured.map_err(|unreadable| unusable(unreadable.diagnosis).into())
}

async fn change(
    sources: &Sources,
    name: &SourceName,
    entered: &SourceForm,
    digest: &str,
    fields: &[Field],
) -> Result<Taken, RefusedChange> {
    let make = |before: &Configured| Ok::<_, RefusedChange>(entered.draft(digest, fields, Some(before)));
    sources.change(By::Person, name, make).await
}

struct Editing<'a> {
    services: &'a Services,
    visitor: &'a Visitor,
    before: &'a Configured,
    connector: &'a Connector,
    others: &'a [Connector],
}

impl Editing<'_> {
    fn page(&self, entered: &SourceForm, wrong: &[Complaint]) -> Page {
        let Self { services, visitor, before, connector, others } = *self;
        let fields = schema::fields(&connector.descriptor().settings_schema);
        let next_run_at = entered.next_run_at(services.now());
        let sheet =
            Sheet { visitor, fields: &fields, entered, complaints: wrong, before: Some(before), next_run_at };
        let base = base(&before.name);
        let body = html! {
            (summary(visitor, &fields, wrong))
            @if before.is_followed {
                (page::notice(Tone::Plain, &html! { p { (visitor.say(words::edit_followed())) } }))
            }
            div class="sheet" {
                (about(visitor, connector))
                (other_connectors(visitor, before, others, &connector.identity().digest))
            }
            form method="post" action={ (base) "/edit" } novalidate {
                (page::csrf(visitor))
                input type="hidden" name=(CONNECTOR) value=(connector.identity().digest);
                (self.new_file(entered))
                @if !before.secret.is_empty() { p class="soft" { (visitor.say(words::secret_moves())) } }
                (sheet.draw())
                p class="row" {
                    button class="primary" { (visitor.say(words::save_and_check())) }
                    a class="button" href=(base) { (visitor.say(page::words::cancel())) }
                }
            }
        };
        Page::of_source(visitor, &before.name, Tab::Sources, visitor.say(words::edit_source()), body)
    }
}

impl Editing<'_> {
    /// That another file is chosen than the source runs on, which of the two is which, and what the new one will see, for a
    /// person to confirm. Nothing while it is the same.
    fn new_file(&self, entered: &SourceForm) -> Markup {
        let Self { visitor, before, connector, .. } = *self;
        let digest = &connector.identity().digest;
        if *digest == before.connector {
            return html! {};
        }
        let (seen, sealed) = self.secrets_of_new_file();
        let list = |names: &[String]| names.join(", ");
        html! {
            fieldset {
                legend { (visitor.say(words::new_file())) }
                (page::facts([
                    (visitor.say(words::file_before()), self.file(&before.connector)),
                    (visitor.say(words::file_after()), self.file(digest)),
                ]))
                @if !seen.is_empty() {
                    p { (visitor.say(words::file_sees())) }
                    ul { @for name in &seen { li { (name) } } }
                    label {
                        input type="checkbox" name=(CONFIRMED) value=(digest) checked[entered.raw(CONFIRMED) == digest];
                        " " (visitor.say(words::file_confirm(short(digest))))
                    }
                }
                @if !sealed.is_empty() { p class="soft" { (visitor.say(words::file_seals(list(&sealed)))) } }
            }
        }
    }

    /// The secrets that are kept, by what the new file would do with them: see them, or use them unseen.
    fn secrets_of_new_file(&self) -> (Vec<String>, Vec<String>) {
        let schema = &self.connector.descriptor().settings_schema;
        let (mut seen, mut sealed) = (Vec::new(), Vec::new());
        for field in schema::fields(schema).iter().filter(|field| self.before.secret.contains(&field.name)) {
            let title = self.visitor.say(field.title.clone());
            match SettingKind::of(schema, &field.name) {
                SettingKind::Sealed => sealed.push(title),
                SettingKind::Disclosed if self.before.was_disclosed(&field.name) => seen.push(title),
                // It must be entered again in any case.
                SettingKind::Disclosed | SettingKind::Plain | SettingKind::Unknown => {}
            }
        }
        (seen, sealed)
    }

    /// A file by its digest, with its id and version while it is on the shelf.
    fn file(&self, digest: &str) -> Markup {
        let found = self.others.iter().find(|connector| connector.identity().digest == digest);
        html! {
            @if let Some(connector) = found {
                (connector.identity().id) " " (connector.identity().version) br;
            }
            code { (digest) }
        }
    }
}

/// A form to go on with another connector, such as a newer version. Nothing if there is no other.
fn other_connectors(visitor: &Visitor, before: &Configured, others: &[Connector], digest: &str) -> Markup {
    let language = visitor.reader.language.tag();
    html! {
        @if others.iter().any(|connector| connector.identity().digest != digest) {
            form class="row" method="get" action={ (base(&before.name)) "/edit" } {
                label for="connector" { (visitor.say(words::choose_connector())) }
                select id="connector" name="connector" {
                    @for connector in others {
                        @let identity = connector.identity();
                        option value=(identity.digest) selected[identity.digest == digest] {
                            (name_of(connector, language)) " " (identity.version) " · " (short(&identity.digest))
                        }
                    }
                }
                button { (visitor.say(words::change_connector())) }
            }
        }
    }
}

/// Its connector's file has gone: another one can be chosen.
fn without_connector(visitor: &Visitor, before: &Configured, others: &[Connector]) -> Page {
    let missing = complaints::connector_missing(&before.connector).diagnosis;
    let body = html! {
        (page::notice(Tone::Bad, &page::diagnosis(visitor.reader, &missing)))
        (other_connectors(visitor, before, others, &before.connector))
        p { a href="/sources/new" { (visitor.say(words::upload_connector())) } }
    };
    Page::of_source(visitor, &before.name, Tab::Sources, visitor.say(words::edit_source()), body)
}

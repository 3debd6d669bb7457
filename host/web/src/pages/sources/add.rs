//! Adding a source: choose a connector or upload one, fill in its form, save. Then the addresses are confirmed and the source
//! is checked, on pages of their own. Every step works without JavaScript.

use axum::extract::{Form, Multipart, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use rollcall_host::Connector;
use rollcall_host::limits::MAX_COMPONENT_BYTES;
use rollcall_host::model::{Diagnosis, SourceName};
use serde::Deserialize;
use serde_json::{Value, json};

use super::named::{Manager, base};
use crate::identity::audit;
use crate::page::table::{self, Column};
use crate::page::{self, Page, Tab, Tone};
use crate::pages::sources::form::{CONNECTOR, Sheet, SourceForm, summary};
use crate::pages::sources::words;
use crate::paths::segment;
use crate::problem::Problem;
use crate::services::Services;
use crate::sources::changing::{By, RefusedChange, Taken, name_of};
use crate::sources::complaint::Complaint;
use crate::sources::shelf::{NotTaken, OnShelf};
use crate::sources::{SourceEntry, Sources, schema};
use crate::visitor::Visitor;

/// Which connector was chosen.
#[derive(Deserialize)]
pub(super) struct Chosen {
    pub(super) connector: Option<String>,
}

/// Choose a connector, or fill in the form of the one that was chosen.
pub(super) async fn page(
    State(sources): State<Sources>,
    Manager(visitor): Manager,
    Query(chosen): Query<Chosen>,
) -> Result<Page, Problem> {
    let Some(digest) = chosen.connector else { return Ok(choice(&sources, &visitor, None).await) };
    let connector = sources.shelf().find(&digest).await.ok_or_else(Problem::not_found)?;
    let fields = schema::fields(&connector.descriptor().settings_schema);
    let entered = SourceForm::usual(&connector.identity().id, &fields);
    Ok(form(sources.services(), &visitor, &connector, &entered, &[]))
}

/// Take a connector in, and go on with it.
pub(super) async fn upload(
    State(sources): State<Sources>,
    Manager(visitor): Manager,
    mut parts: Multipart,
) -> Result<Response, Problem> {
    let component = loop {
        let part = parts.next_field().await.map_err(|_| not_received())?.ok_or_else(not_received)?;
        if part.name() == Some("file") {
            break part.bytes().await.map_err(|_| not_received())?;
        }
    };
    match sources.shelf().take_in(component.to_vec()).await {
        Ok(connector) => {
            let identity = connector.identity();
            audit::record(sources.services(), &visitor, "connector-added", &identity.id, json!(identity))
                .await?;
            Ok(Redirect::to(&form_of(&identity.digest)).into_response())
        }
        Err(NotTaken::Unusable(error)) => {
            let page = choice(&sources, &visitor, Some(&error.diagnosis())).await;
            Ok(page.with_status(StatusCode::UNPROCESSABLE_ENTITY).into_response())
        }
        Err(error @ NotTaken::Folder { .. }) => Err(Problem::failed(&error)),
    }
}

/// Save the source, and lead on to what is to be confirmed.
pub(super) async fn save(
    State(sources): State<Sources>,
    Manager(visitor): Manager,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let entered = SourceForm::sent(pairs);
    let connector = sources.shelf().find(entered.raw(CONNECTOR)).await;
    let connector = connector.ok_or_else(Problem::not_found)?;
    match added(&sources, &connector, &entered).await {
        Ok(Taken { name, differences }) => {
            let detail = with_file(&connector, differences);
            audit::record(sources.services(), &visitor, "source-added", name.as_str(), detail).await?;
            Ok(saved(&sources, &name)?.into_response())
        }
        Err(RefusedChange::Error(error)) => Err(error.into()),
        Err(RefusedChange::Complaints(wrong)) => {
            let page = form(sources.services(), &visitor, &connector, &entered, &wrong);
            Ok(page.with_status(StatusCode::UNPROCESSABLE_ENTITY).into_response())
        }
    }
}

/// What is written down of a change in a form: which file of the connector a person had before them, and what is different.
pub(super) fn with_file(connector: &Connector, differences: Value) -> Value {
    let mut detail = differences;
    if let Value::Object(members) = &mut detail {
        let identity = connector.identity();
        members.insert("file".to_owned(), format!("{} {}", identity.id, identity.version).into());
    }
    detail
}

/// After a source was saved: confirm where it may go, enter again what was taken away, or look at whether it works.
pub(super) fn saved(sources: &Sources, name: &SourceName) -> Result<Redirect, Problem> {
    match sources.entry(name) {
        Some(SourceEntry::Idle(idle)) if !idle.unconfirmed.is_empty() => {
            return Ok(Redirect::to(&format!("{}/origins", base(name))));
        }
        Some(SourceEntry::Broken(broken)) if !broken.cleared.is_empty() => {
            return Ok(Redirect::to(&format!("{}/edit", base(name))));
        }
        _ => {}
    }
    sources.check(name)?;
    Ok(Redirect::to(&format!("{}/check", base(name))))
}

/// Which connector this is, above its form.
pub(super) fn about(visitor: &Visitor, connector: &Connector) -> Markup {
    let identity = connector.identity();
    let name = html! {
        (name_of(connector, visitor.reader.language.tag())) " "
        span class="soft" { (identity.id) " " (identity.version) }
    };
    html! {
        (page::facts([
            (visitor.say(words::connector()), name),
            (visitor.say(words::column_digest()), html! { code { (identity.digest) } }),
        ]))
        details {
            summary { (visitor.say(words::imports(connector.imports().len()))) }
            ul { @for import in connector.imports() { li { code { (import) } } } }
        }
        @if !connector.closed_imports().is_empty() {
            details {
                summary { (visitor.say(words::closed_imports(connector.closed_imports().len()))) }
                ul { @for import in connector.closed_imports() { li { code { (import) } } } }
            }
        }
        @if let Some(help) = schema::localized(&connector.descriptor().settings_schema, "description") {
            p { (visitor.say(help)) }
        }
    }
}

fn form_of(digest: &str) -> String {
    format!("/sources/new?connector={}", segment(digest))
}

async fn added(
    sources: &Sources,
    connector: &Connector,
    entered: &SourceForm,
) -> Result<Taken, RefusedChange> {
    let fields = schema::fields(&connector.descriptor().settings_schema);
    let draft = entered.draft(&connector.identity().digest, &fields, None);
    sources.add(By::Person, draft).await
}

fn form(
    services: &Services,
    visitor: &Visitor,
    connector: &Connector,
    entered: &SourceForm,
    wrong: &[Complaint],
) -> Page {
    let fields = schema::fields(&connector.descriptor().settings_schema);
    let next_run_at = entered.next_run_at(services.now());
    let sheet = Sheet { visitor, fields: &fields, entered, complaints: wrong, before: None, next_run_at };
    let title = visitor.say(words::add_named(name_of(connector, visitor.reader.language.tag())));
    let body = html! {
        (summary(visitor, &fields, wrong))
        div class="sheet" {
            (about(visitor, connector))
            p { a href="/sources/new" { (visitor.say(words::other_connector())) } }
        }
        form method="post" action="/sources/new" novalidate {
            (page::csrf(visitor))
            input type="hidden" name=(CONNECTOR) value=(connector.identity().digest);
            (sheet.draw())
            p class="row" {
                button class="primary" { (visitor.say(words::save_and_check())) }
                a class="button" href="/sources" { (visitor.say(page::words::cancel())) }
            }
        }
    };
    Page::new(visitor, Tab::Sources, title, body)
}

async fn choice(sources: &Sources, visitor: &Visitor, refused: Option<&Diagnosis>) -> Page {
    let shelf = sources.shelf();
    let (files, connectors) = (shelf.all().await, shelf.connectors().await);
    let body = html! {
        @if let Some(refused) = refused {
            (page::notice(Tone::Bad, &page::diagnosis(visitor.reader, refused)))
        }
        section class="sheet" {
            h2 { (visitor.say(words::choose_connector())) }
            p class="soft" { (visitor.say(words::choose_connector_help())) }
            @if connectors.is_empty() {
                (page::nothing(&visitor.say(words::no_connectors(shelf.folder().display()))))
            } @else {
                (table(visitor, &connectors))
            }
        }
        section class="sheet" {
            h2 { (visitor.say(words::upload_connector())) }
            (upload_form(visitor))
        }
        (unusable_files(visitor, &files))
    };
    Page::new(visitor, Tab::Sources, visitor.say(words::add_source()), body)
}

fn upload_form(visitor: &Visitor) -> Markup {
    html! {
        form method="post" action="/sources/new/connector" enctype="multipart/form-data" {
            (page::csrf(visitor))
            div class="field" {
                label for="file" { (visitor.say(words::connector_file())) }
                input type="file" id="file" name="file" accept=".wasm" required aria-describedby="file-help";
                p class="help" id="file-help" { (visitor.say(words::upload_help(MAX_COMPONENT_BYTES >> 20))) }
            }
            button { (visitor.say(words::upload())) }
        }
    }
}

fn unusable_files(visitor: &Visitor, files: &[OnShelf]) -> Markup {
    html! {
        @if files.iter().any(|file| file.inspected.is_err()) {
            section class="sheet" {
                h2 { (visitor.say(words::unusable_files())) }
                @for file in files {
                    @if let Err(why) = &file.inspected {
                        h3 { code { (file.file) } }
                        (page::diagnosis(visitor.reader, why))
                    }
                }
            }
        }
    }
}

fn table(visitor: &Visitor, connectors: &[Connector]) -> Markup {
    let language = visitor.reader.language.tag();
    let names =
        [words::column_connector(), words::column_version(), words::column_live(), words::column_digest()];
    let mut columns = table::columns(visitor.reader, names);
    columns.push(Column::silent(visitor.say(words::use_connector())));
    let rows = connectors.iter().map(|connector| {
        let (identity, name) = (connector.identity(), name_of(connector, language));
        let live = if connector.is_live() { words::is_live() } else { words::is_not_live() };
        [
            html! { (name) " " span class="soft" { (identity.id) } },
            html! { (identity.version) },
            html! { (visitor.say(live)) },
            html! { code { (identity.digest) } },
            html! {
                a class="button primary" href=(form_of(&identity.digest))
                    aria-label=(visitor.say(words::use_connector_named(&name, &identity.version)))
                { (visitor.say(words::use_connector())) }
            },
        ]
    });
    html! { div class="scroll" { (table::table(&columns, rows)) } }
}

fn not_received() -> Problem {
    let diagnosis = Diagnosis::new("upload-incomplete", "the file did not arrive whole, or is too large")
        .with_remedy("choose the file and upload it again")
        .in_chinese("文件未完整上传，或超过大小上限", "请重新选择文件并上传");
    Problem::new(StatusCode::BAD_REQUEST, diagnosis)
}

//! Why is somebody here, or not: the trail of one person or department, and what follows from it.
//!
//! Not here: the organisation itself (`organisation`).

use axum::Router;
use axum::extract::{Path, RawForm, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use axum::routing::{get, post};
use maud::{Markup, html};
use rollcall_host::limits::MAX_EXTERNAL_ID_BYTES;
use rollcall_host::model::{Diagnosis, Key, SourceName};
use rollcall_rules::vocabulary::resource_type::{DEPARTMENT, USER};

use crate::console::Console;
use crate::live::{Drawn, Watcher};
use crate::page::links::about;
use crate::page::{self, Page, Tab};
use crate::problem::Problem;
use crate::sources::Sources;
use crate::subject::{Back, PageContext, known_source};
use crate::visitor::Visitor;

mod address;
mod answer;
mod draw;
mod facts;
mod hits;
mod query;
mod question;
pub(crate) mod words;

use address::address;
use facts::Facts;
use query::WhyQuery;
use question::Asking;

pub(crate) fn routes() -> Router<Console> {
    Router::new()
        .route("/sources/{source}/why", get(why))
        .route("/sources/{source}/why/live", get(why_live))
        .route("/sources/{source}/why/ask", post(ask))
}

async fn why(
    visitor: Visitor,
    State(sources): State<Sources>,
    Path(source): Path<String>,
    asked: WhyQuery,
) -> Result<Page, Problem> {
    let source = known_source(&sources, source).await?;
    let place = PageContext { sources: &sources, visitor: &visitor, source: &source };
    let body = body(place, &asked).await?;
    Ok(Page::of_source(&visitor, &source, Tab::Why, visitor.say(page::words::tab_why()), body))
}

async fn body(place: PageContext<'_>, asked: &WhyQuery) -> Result<Markup, Problem> {
    let form = draw::form(place, asked);
    if let Some(key) = &asked.key {
        let facts = Facts::about_key(place.sources.services(), place.source, key.clone()).await?;
        return Ok(html! { (form) (draw::answer(place, &facts, asked.is_asking)) });
    }
    if asked.text.is_empty() {
        return Ok(html! { (form) p class="soft" { (place.visitor.say(words::hint())) } });
    }
    let found = hits::find(place.sources.services(), place.source, &asked.text).await?;
    if let Some(key) = found.only(&asked.text) {
        let facts = Facts::about_key(place.sources.services(), place.source, key).await?;
        return Ok(html! { (form) (draw::answer(place, &facts, false)) });
    }
    if !found.hits.is_empty() {
        return Ok(
            html! { (form) (draw::choice(place, asked, &found)) (draw::ask_form(place, &asked.text)) },
        );
    }
    let facts = Facts::about_nothing(place.sources.services(), place.source, &asked.text).await?;
    Ok(html! { (form) (draw::answer(place, &facts, false)) (draw::ask_form(place, &asked.text)) })
}

/// The answer, drawn again while the source is asked.
async fn why_live(
    visitor: Visitor,
    watcher: Watcher,
    State(sources): State<Sources>,
    Path(source): Path<String>,
    asked: WhyQuery,
) -> Result<impl IntoResponse, Problem> {
    let source = known_source(&sources, source).await?;
    let key = asked.key.ok_or_else(Problem::not_found)?;
    Ok(watcher.stream(move || draw_live(sources.clone(), visitor.clone(), source.clone(), key.clone())))
}

async fn draw_live(
    sources: Sources,
    visitor: Visitor,
    source: SourceName,
    key: Key,
) -> Result<Drawn, Problem> {
    let place = PageContext { sources: &sources, visitor: &visitor, source: &source };
    let facts = Facts::about_key(sources.services(), &source, key).await?;
    Ok(Drawn { parts: vec![(draw::ANSWER.to_owned(), draw::answer(place, &facts, true))], is_final: false })
}

/// Have the source asked about one object, and go back to what is known of it.
async fn ask(
    visitor: Visitor,
    State(sources): State<Sources>,
    Path(source): Path<String>,
    RawForm(form): RawForm,
) -> Result<Redirect, Problem> {
    if !visitor.who.may_manage() {
        return Err(Problem::forbidden());
    }
    let source = known_source(&sources, source).await?;
    sources.entry(&source).ok_or_else(gone)?;
    let form = query::Form::of(&form);
    let key = form.key().filter(may_be).ok_or_else(unclear)?;
    let asking = Asking::begin(&sources, &visitor, &source, key.clone()).await?;
    let is_answered = asking.wait().await?;
    let why = address(&source, &key, !is_answered);
    if form.back == Back::Object
        && is_answered
        && sources.services().store().object(&source, &key).await?.is_some()
    {
        return Ok(Redirect::to(&about(&source, &key).unwrap_or(why)));
    }
    Ok(Redirect::to(&why))
}

/// Whether a source may have such an object. Source: the contract, `types.key`.
fn may_be(key: &Key) -> bool {
    [USER, DEPARTMENT].contains(&key.resource_type.as_str())
        && (1..=MAX_EXTERNAL_ID_BYTES).contains(&key.external_id.len())
}

fn unclear() -> Problem {
    let diagnosis = Diagnosis::new(
        "ask-unclear",
        format!("the source can be asked about a person or a department, by an id of 1 to {MAX_EXTERNAL_ID_BYTES} bytes"),
    )
    .with_remedy("choose one of the two, and give the id that the source uses")
    .in_chinese(
        format!("只能按编号（1 至 {MAX_EXTERNAL_ID_BYTES} 字节）向来源查询人员或部门"),
        "请选择人员或部门，并填写来源中的编号",
    );
    Problem::new(StatusCode::BAD_REQUEST, diagnosis)
}

fn gone() -> Problem {
    let diagnosis =
        Diagnosis::new("source-gone", "the source is not configured any more, so it cannot be asked")
            .with_remedy("add it again under the same name; what was imported from it is still here")
            .in_chinese("该身份源已不在配置中，无法查询", "请以相同名称重新添加，之前导入的内容仍然保留");
    Problem::new(StatusCode::CONFLICT, diagnosis)
}

#[cfg(test)]
mod tests;

//! Removing a source, which asks for its name: what is forgotten and what stays is said first.

use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;
use serde::Deserialize;

use super::named::{Managed, base};
use crate::identity::audit;
use crate::page::{self, Page, Tab, Tone};
use crate::pages::sources::words;
use crate::paths::segment;
use crate::problem::Problem;
use crate::sources::changing::in_a_file;
use crate::sources::{ConfiguredIn, Sources};

/// What was entered.
#[derive(Deserialize)]
pub(super) struct Confirmed {
    #[serde(default)]
    name: String,
}

/// Ask.
pub(super) async fn page(source: Managed) -> Result<Page, Problem> {
    only_of_console(&source)?;
    Ok(question(&source, false))
}

/// Remove it, if the name is right.
pub(super) async fn remove(
    State(sources): State<Sources>,
    source: Managed,
    Form(confirmed): Form<Confirmed>,
) -> Result<Response, Problem> {
    only_of_console(&source)?;
    let name = source.name();
    if confirmed.name.trim() != name.as_str() {
        return Ok(question(&source, true).with_status(StatusCode::UNPROCESSABLE_ENTITY).into_response());
    }
    let was = sources.remove(name).await?;
    audit::record(sources.services(), &source.visitor, "source-removed", name.as_str(), was).await?;
    Ok(Redirect::to(&format!("/sources?removed={}", segment(name.as_str()))).into_response())
}

fn only_of_console(source: &Managed) -> Result<(), Problem> {
    match source.entry.origin() {
        ConfiguredIn::Console => Ok(()),
        ConfiguredIn::File => Err(in_a_file(source.name()).into()),
    }
}

fn question(source: &Managed, is_wrong: bool) -> Page {
    let (visitor, name) = (&source.visitor, source.name());
    let base = base(name);
    let body = html! {
        (page::notice(Tone::Warning, &html! { p { (visitor.say(words::remove_explained())) } }))
        form class="sheet" method="post" action={ (base) "/remove" } {
            (page::csrf(visitor))
            div class="field" {
                label for="name" { (visitor.say(words::remove_name())) code { (name) } }
                input id="name" name="name" required autocomplete="off" spellcheck="false"
                    aria-invalid=[is_wrong.then_some("true")] aria-describedby=[is_wrong.then_some("name-wrong")];
                @if is_wrong { p class="wrong" id="name-wrong" { (visitor.say(words::remove_name_wrong())) } }
            }
            p class="row" {
                button class="danger" { (visitor.say(words::remove())) }
                a class="button" href=(base) { (visitor.say(words::keep_source())) }
            }
        }
    };
    Page::of_source(visitor, name, Tab::Sources, visitor.say(words::remove_source()), body)
}

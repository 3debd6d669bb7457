//! Where a source may go: what its settings lead to, confirmed by an administrator before anything is asked of it.

use axum::extract::{Form, State};
use axum::response::Redirect;
use maud::{Markup, html};
use rollcall_host::grant::Origin;
use rollcall_host::model::SourceName;
use serde_json::Value;

use super::add::saved;
use super::named::{Managed, base};
use crate::identity::audit;
use crate::page::{self, Page, Tab, Tone};
use crate::pages::sources::words;
use crate::problem::Problem;
use crate::services::Services;
use crate::sources::changing::{RefusedChange, unusable};
use crate::sources::configured::{Configured, Needed, Understood};
use crate::sources::{Sources, complaints, schema};
use crate::visitor::Visitor;

/// The field of an origin that was shown.
const SHOWN: &str = "origin";

/// The field of those that were added, one a line.
const FURTHER: &str = "further";

/// What the settings lead to, and what was confirmed beside it.
pub(super) async fn page(State(sources): State<Sources>, source: Managed) -> Result<Page, Problem> {
    let (visitor, name) = (&source.visitor, source.name());
    let (configured, Understood { needed, source: understood, .. }) = understood(&sources, name).await?;
    let seen = seen(visitor, &configured, &understood.connector().descriptor().settings_schema);
    let further =
        configured.allow.iter().filter(|origin| !needed.iter().any(|known| known.origin == **origin));
    let further: Vec<String> = further.map(ToString::to_string).collect();
    let body = html! {
        p { (visitor.say(words::origins_help())) }
        form class="sheet" method="post" action={ (base(name)) "/origins" } {
            (page::csrf(visitor))
            (list(sources.services(), visitor, &needed, &configured.allow))
            div class="field" {
                label for=(FURTHER) {
                    (visitor.say(words::origins_more())) " "
                    span class="soft" { (visitor.say(words::optional())) }
                }
                textarea id=(FURTHER) name=(FURTHER) spellcheck="false" aria-describedby="further-help" {
                    (further.join("\n"))
                }
                p class="help" id="further-help" {
                    (visitor.say(words::origins_more_help()))
                    @if !seen.is_empty() { " " (visitor.say(words::origins_more_secrets(seen.join(", ")))) }
                }
            }
            p class="row" {
                button class="primary" { (visitor.say(words::confirm_and_check())) }
                a class="button" href={ (base(name)) "/edit" } { (visitor.say(words::change_settings())) }
            }
        }
    };
    Ok(Page::of_source(visitor, name, Tab::Sources, visitor.say(words::origins()), body))
}

/// Confirm what was shown.
pub(super) async fn confirm(
    State(sources): State<Sources>,
    source: Managed,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Redirect, Problem> {
    let name = source.name();
    let origins = read(&pairs)?;
    let taken = sources.confirm(name, origins).await.map_err(RefusedChange::into_error)?;
    let detail = taken.differences;
    audit::record(sources.services(), &source.visitor, "source-origins-confirmed", name.as_str(), detail)
        .await?;
    saved(&sources, name)
}

async fn understood(sources: &Sources, name: &SourceName) -> Result<(Configured, Understood), Problem> {
    let configured = sources.configured(name).await?;
    let configured = configured.map_err(|unreadable| unusable(unreadable.diagnosis))?;
    if !configured.cleared().is_empty() {
        return Err(unusable(complaints::waits_for_secrets(configured.cleared())).into());
    }
    let missing = || unusable(complaints::connector_missing(&configured.connector).diagnosis);
    let connector = sources.shelf().find(&configured.connector).await.ok_or_else(missing)?;
    let understood = configured.understand(connector).await;
    let understood = understood.map_err(|wrong| unusable(complaints::all_of(wrong)))?;
    Ok((configured, understood))
}

/// What the secrets are called that the connector sees.
fn seen(visitor: &Visitor, configured: &Configured, schema: &Value) -> Vec<String> {
    let fields = schema::fields(schema).into_iter();
    let seen = fields.filter(|field| configured.was_disclosed(&field.name));
    seen.map(|field| visitor.say(field.title)).collect()
}

/// What is needed goes with the form; what is optional is the administrator's choice.
fn list(services: &Services, visitor: &Visitor, needed: &[Needed], confirmed: &[Origin]) -> Markup {
    html! {
        ul class="checklist" {
            @for Needed { origin, is_optional } in needed {
                li {
                    @if confirmed.contains(origin) {
                        (page::badge(Tone::Good, &visitor.say(words::origin_confirmed())))
                    } @else if *is_optional {
                        (page::badge(Tone::Plain, &visitor.say(words::optional())))
                    } @else {
                        (page::badge(Tone::Busy, &visitor.say(words::origin_needed())))
                    }
                    div {
                        @if *is_optional {
                            label {
                                input type="checkbox" name=(SHOWN) value=(origin)
                                    checked[confirmed.is_empty() || confirmed.contains(origin)];
                                " " code { (origin) }
                            }
                            p class="soft" { (visitor.say(words::origin_optional())) }
                        } @else {
                            input type="hidden" name=(SHOWN) value=(origin);
                            code { (origin) }
                        }
                        @if !origin.is_https() { p class="soft" { (visitor.say(words::origin_unencrypted())) } }
                        @if let Err(refused) = services.host().reach().admits(origin) {
                            (page::notice(Tone::Bad, &page::diagnosis(visitor.reader, &refused.diagnosis())))
                        }
                    }
                }
            }
        }
    }
}

fn read(pairs: &[(String, String)]) -> Result<Vec<Origin>, Problem> {
    let texts = pairs.iter().filter(|(name, _)| name == SHOWN || name == FURTHER);
    let lines = texts.flat_map(|(_, value)| value.lines()).map(str::trim).filter(|line| !line.is_empty());
    let mut origins: Vec<Origin> = Vec::new();
    for line in lines {
        let read = line.trim_end_matches('/').parse();
        let origin = read.map_err(|_| unusable(complaints::origin()))?;
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    Ok(origins)
}

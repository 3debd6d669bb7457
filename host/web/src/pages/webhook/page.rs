//! `/settings/webhooks`: who is told, and how the last attempt went.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use rollcall_host::egress::{NotAllowed, Reach};
use rollcall_words::Sentence;
use serde_json::json;

use super::words;
use crate::identity::audit;
use crate::page::{
    Page, Tone, badge, button, careful_button, copyable, csrf, diagnosis, moment, nothing, notice, table,
};
use crate::pages::settings::{Section, settings};
use crate::problem::Problem;
use crate::services::Services;
use crate::visitor::Visitor;
use crate::webhook::hooks::{self, Last, MAX_WEBHOOKS, Occasion, Target, Webhook, WrongAddress};
use crate::webhook::outbox;
use crate::webhook::sending::AttemptOutcome;

/// What was entered. A list of pairs, because an occasion may be there several times.
type WebhookForm = Vec<(String, String)>;

/// What a form shows again, and what is wrong with it.
#[derive(Debug, Default)]
struct Again {
    url: String,
    proxy: String,
    occasions: Vec<Occasion>,
    wrong: Option<(&'static str, Sentence)>,
}

impl Again {
    fn of(entered: &WebhookForm) -> Self {
        let value = |name: &str| {
            let found = entered.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
        };
        let is_chosen = |occasion: &Occasion| {
            entered.iter().any(|(name, value)| name == "occasion" && value == occasion.as_str())
        };
        let occasions = Occasion::CHOICES.into_iter().filter(is_chosen).collect();
        Self { url: value("url"), proxy: value("proxy"), occasions, wrong: None }
    }

    fn target(&self, reach: Reach) -> Result<Target, (&'static str, Sentence)> {
        if self.occasions.is_empty() {
            return Err(("occasion", words::occasions_wrong()));
        }
        let proxy = Some(self.proxy.as_str()).filter(|proxy| !proxy.is_empty());
        Target::parse(&self.url, proxy, reach).map_err(|wrong| match wrong {
            WrongAddress::Url => ("url", words::url_wrong()),
            WrongAddress::Clear => ("url", words::url_open()),
            WrongAddress::NotAllowed(NotAllowed { zone, .. }) if Reach::Private.allows(zone) => {
                ("url", words::url_private())
            }
            WrongAddress::NotAllowed(_) => ("url", words::url_never()),
            WrongAddress::Proxy => ("proxy", words::proxy_wrong()),
        })
    }
}

pub(super) async fn show(State(services): State<Services>, visitor: Visitor) -> Result<Page, Problem> {
    let again = Again { occasions: Occasion::CHOICES.to_vec(), ..Again::default() };
    page(&services, &visitor, &html! {}, &again).await
}

/// Add one and show its secret. The answer is a page, because the secret is nowhere to be read again.
pub(super) async fn add(
    State(services): State<Services>,
    visitor: Visitor,
    Form(entered): Form<WebhookForm>,
) -> Result<Response, Problem> {
    manages(&visitor)?;
    let mut again = Again::of(&entered);
    let added = match again.target(services.host().reach()) {
        Ok(target) => {
            let secret = hooks::add(&services, &target, again.occasions.clone()).await?;
            secret.map(|secret| (target, secret)).ok_or_else(|| ("url", words::too_many(MAX_WEBHOOKS)))
        }
        Err(wrong) => Err(wrong),
    };
    match added {
        Ok((target, secret)) => {
            let proxy = target.proxy.as_ref().map(ToString::to_string);
            let detail = json!({"occasions": again.occasions, "proxy": proxy});
            audit::record(&services, &visitor, "webhook-added", target.url.as_str(), detail).await?;
            let shown = html! {
                p { (visitor.say(words::added(&target.url))) }
                p { (copyable(visitor.reader, &secret.reveal())) }
                p { (visitor.say(words::secret_once())) }
            };
            let again = Again { occasions: Occasion::CHOICES.to_vec(), ..Again::default() };
            Ok(page(&services, &visitor, &notice(Tone::Good, &shown), &again).await?.into_response())
        }
        Err(wrong) => {
            again.wrong = Some(wrong);
            let page = page(&services, &visitor, &html! {}, &again).await?;
            Ok(page.with_status(StatusCode::UNPROCESSABLE_ENTITY).into_response())
        }
    }
}

pub(super) async fn test(
    State(services): State<Services>,
    Path(id): Path<i64>,
    visitor: Visitor,
) -> Result<Redirect, Problem> {
    manages(&visitor)?;
    let url = outbox::test(&services, id).await?;
    done(&services, &visitor, "webhook-tested", url).await
}

pub(super) async fn pause(
    State(services): State<Services>,
    Path(id): Path<i64>,
    visitor: Visitor,
) -> Result<Redirect, Problem> {
    manages(&visitor)?;
    let url = hooks::set_paused(&services, id, Some(services.now())).await?;
    done(&services, &visitor, "webhook-paused", url).await
}

pub(super) async fn resume(
    State(services): State<Services>,
    Path(id): Path<i64>,
    visitor: Visitor,
) -> Result<Redirect, Problem> {
    manages(&visitor)?;
    let url = hooks::set_paused(&services, id, None).await?;
    done(&services, &visitor, "webhook-resumed", url).await
}

pub(super) async fn delete(
    State(services): State<Services>,
    Path(id): Path<i64>,
    visitor: Visitor,
) -> Result<Redirect, Problem> {
    manages(&visitor)?;
    let url = hooks::delete(&services, id).await?;
    done(&services, &visitor, "webhook-deleted", url).await
}

fn manages(visitor: &Visitor) -> Result<(), Problem> {
    if visitor.who.may_manage() { Ok(()) } else { Err(Problem::forbidden()) }
}

async fn done(
    services: &Services,
    visitor: &Visitor,
    action: &'static str,
    url: Option<String>,
) -> Result<Redirect, Problem> {
    let url = url.ok_or_else(Problem::not_found)?;
    audit::record(services, visitor, action, &url, json!({})).await?;
    // Whoever sends looks again.
    services.pulse().beat();
    Ok(Redirect::to("/settings/webhooks"))
}

async fn page(
    services: &Services,
    visitor: &Visitor,
    above: &Markup,
    again: &Again,
) -> Result<Page, Problem> {
    let webhooks = hooks::all(services).await?;
    let body = html! {
        (above)
        section class="sheet" {
            h2 { (visitor.say(words::add())) }
            p { (visitor.say(words::explained())) }
            (form(visitor, again))
        }
        section class="sheet" {
            h2 { (visitor.say(words::title())) }
            @if webhooks.is_empty() { (nothing(&visitor.say(words::none()))) } @else { (table(visitor, &webhooks)) }
        }
    };
    Ok(settings(visitor, Section::Webhooks, words::title(), &body))
}

fn form(visitor: &Visitor, again: &Again) -> Markup {
    html! {
        form method="post" action="/settings/webhooks" {
            (csrf(visitor))
            (field(visitor, again, "url", &again.url, words::url(), words::url_help()))
            (field(visitor, again, "proxy", &again.proxy, words::proxy(), words::proxy_help()))
            fieldset {
                legend { (visitor.say(words::occasions())) }
                @for occasion in Occasion::CHOICES {
                    p {
                        label {
                            input type="checkbox" name="occasion" value=(occasion.as_str())
                                checked[again.occasions.contains(&occasion)];
                            " " (visitor.say(said(occasion))) " " code { (occasion.as_str()) }
                        }
                    }
                }
                (wrong(visitor, again, "occasion"))
            }
            button class="primary" { (visitor.say(words::add())) }
        }
    }
}

fn field(
    visitor: &Visitor,
    again: &Again,
    name: &'static str,
    value: &str,
    label: Sentence,
    help: Sentence,
) -> Markup {
    let is_wrong = again.wrong.as_ref().is_some_and(|(known, _)| *known == name);
    let described = if is_wrong { format!("{name}-help {name}-wrong") } else { format!("{name}-help") };
    html! {
        div class="field" {
            label for=(name) { (visitor.say(label)) }
            input id=(name) name=(name) type="url" value=(value) autocomplete="off" required[name == "url"]
                aria-describedby=(described) aria-invalid=[is_wrong.then_some("true")];
            p class="help" id={ (name) "-help" } { (visitor.say(help)) }
            (wrong(visitor, again, name))
        }
    }
}

fn wrong(visitor: &Visitor, again: &Again, name: &'static str) -> Markup {
    html! {
        @if let Some((known, sentence)) = &again.wrong {
            @if *known == name {
                p class="wrong" id={ (name) "-wrong" } { (visitor.say(sentence.clone())) }
            }
        }
    }
}

fn said(occasion: Occasion) -> Sentence {
    match occasion {
        Occasion::RunEnded => words::run_ended(),
        Occasion::RunHeld => words::run_held(),
        Occasion::SourceStopped => words::source_stopped(),
        Occasion::Test => words::test(),
    }
}

fn table(visitor: &Visitor, webhooks: &[Webhook]) -> Markup {
    let names = [words::url(), words::state(), words::last(), words::actions()];
    let columns = table::columns(visitor.reader, names);
    html! {
        div class="scroll" {
            (table::table(&columns, webhooks.iter().map(|webhook| row(visitor, webhook))))
        }
    }
}

fn row(visitor: &Visitor, webhook: &Webhook) -> [Markup; 4] {
    let path = format!("/settings/webhooks/{}", webhook.id);
    [
        html! {
            code { (webhook.url) }
            @for occasion in &webhook.occasions { " " (badge(Tone::Plain, occasion.as_str())) }
            @if let Some(proxy) = &webhook.proxy { " " (visitor.say(words::proxy())) " " code { (proxy) } }
        },
        html! {
            @match webhook.paused_at {
                Some(at) => { (badge(Tone::Warning, &visitor.say(words::paused()))) " " (moment(at)) }
                None => (badge(Tone::Good, &visitor.say(words::active()))),
            }
            @if 0 < webhook.n_waiting { " " (visitor.say(words::waiting(webhook.n_waiting))) }
        },
        html! {
            @match &webhook.last {
                Some(last) => (last_attempt(visitor, last)),
                None => (visitor.say(words::never())),
            }
        },
        html! {
            (button(visitor, &format!("{path}/test"), "", words::test())) " "
            @if webhook.paused_at.is_some() {
                (button(visitor, &format!("{path}/resume"), "", words::resume()))
            } @else {
                (button(visitor, &format!("{path}/pause"), "", words::pause()))
            }
            " " (careful_button(visitor, &format!("{path}/delete"), "danger", words::delete(),
                words::delete_question(&webhook.url)))
        },
    ]
}

fn last_attempt(visitor: &Visitor, last: &Last) -> Markup {
    let outcome: Option<AttemptOutcome> = serde_json::from_str(&last.outcome).ok();
    html! {
        @match &outcome {
            Some(outcome @ AttemptOutcome::Answered(status)) => {
                @let tone = if outcome.is_good() { Tone::Good } else { Tone::Bad };
                (badge(tone, &visitor.say(words::answered(status))))
            }
            Some(AttemptOutcome::NotAllowed) => {
                (badge(Tone::Bad, &visitor.say(words::not_allowed()))) " " (visitor.say(words::not_allowed_told()))
            }
            Some(AttemptOutcome::Unanswered(what)) => (diagnosis(visitor.reader, what)),
            None => {}
        }
        " " (visitor.say(words::attempts(last.n_attempts)))
        @if let Some(at) = last.settled_at { " · " (moment(at)) }
        @if let Some(at) = last.due_at { " · " (visitor.say(words::again())) " " (moment(at)) }
    }
}

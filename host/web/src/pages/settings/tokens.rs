//! `/settings/tokens`: tokens of programs.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use rollcall_browse::Within;
use rollcall_host::model::{Diagnosis, SourceName, Timestamp};
use rollcall_words::Sentence;
use serde_json::json;

use super::parts::{Section, TextField, settings};
use crate::identity::audit;
use crate::identity::tokens::{self, MAX_NAME_CHARS, MAX_TOKENS, Token, Wanted};
use crate::page::table::{self, Column};
use crate::page::{
    Page, Tone, badge, careful_button, copyable, csrf, moment, moment_or_none, nothing, notice,
};
use crate::pages::settings::words;
use crate::problem::Problem;
use crate::services::Services;
use crate::sources::Sources;
use crate::visitor::{TokenScope, Visitor, Who};

/// For how many days a token may be good; none for always. The first one is what a form begins with.
const LIFETIMES_DAYS: [Option<u64>; 4] = [Some(90), Some(30), Some(365), None];

/// The field of a source that a token is for, once for each.
const SOURCE: &str = "source";

/// What was entered.
#[derive(Debug, Default)]
pub(super) struct TokenForm {
    name: String,
    scope: String,
    days: String,
    /// The sources that are ticked.
    sources: BTreeSet<String>,
}

/// What is wrong with what was entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WrongToken {
    /// The name cannot be one.
    Name,
    /// A token that may manage is for all sources.
    Sources,
}

impl TokenForm {
    /// What a browser sent.
    fn sent(pairs: Vec<(String, String)>) -> Self {
        let mut entered = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "name" => entered.name = value,
                "scope" => entered.scope = value,
                "days" => entered.days = value,
                SOURCE => drop(entered.sources.insert(value)),
                _ => {}
            }
        }
        entered
    }
}

pub(super) async fn show(State(sources): State<Sources>, visitor: Visitor) -> Result<Page, Problem> {
    page(&sources, &visitor, &html! {}, &TokenForm::default(), None).await
}

/// Create a token and show it. This is the one form whose answer is a page: its secret is nowhere to be read again, so there
/// is no address to lead to.
pub(super) async fn create(
    State(sources): State<Sources>,
    visitor: Visitor,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let entered = TokenForm::sent(pairs);
    let wanted = match wanted(&sources, &visitor, &entered).await? {
        Ok(wanted) => wanted,
        Err(wrong) => {
            let page = page(&sources, &visitor, &html! {}, &entered, Some(wrong)).await?;
            return Ok(page.with_status(StatusCode::UNPROCESSABLE_ENTITY).into_response());
        }
    };
    let (name, scope, within) = (wanted.name.clone(), wanted.scope, wanted.within.clone());
    let (id, secret) = tokens::create(sources.services(), wanted).await?.ok_or_else(too_many)?;
    let mut detail = json!({"id": id, "scope": scope.as_str(), "days": days(&entered.days).flatten()});
    if let (Within::Only(sources), Some(members)) = (within, detail.as_object_mut()) {
        members.insert("sources".to_owned(), json!(sources));
    }
    audit::record(sources.services(), &visitor, "token-created", &name, detail).await?;
    let shown = html! {
        p { (visitor.say(words::token_created(name))) }
        p { (copyable(visitor.reader, secret.reveal())) }
        p { (visitor.say(words::token_shown_once())) }
    };
    let above = notice(Tone::Good, &shown);
    Ok(page(&sources, &visitor, &above, &TokenForm::default(), None).await?.into_response())
}

pub(super) async fn revoke(
    State(services): State<Services>,
    Path(id): Path<i64>,
    visitor: Visitor,
) -> Result<Redirect, Problem> {
    if let Some(name) = tokens::revoke(&services, id).await? {
        audit::record(&services, &visitor, "token-revoked", &name, json!({"id": id})).await?;
    }
    Ok(Redirect::to("/settings/tokens"))
}

/// What is to be created, or what is wrong with it. A scope, a time or a source that the form does not offer is a problem.
async fn wanted(
    sources: &Sources,
    visitor: &Visitor,
    entered: &TokenForm,
) -> Result<Result<Wanted, WrongToken>, Problem> {
    let scope = TokenScope::named(&entered.scope).ok_or_else(Problem::not_found)?;
    let days = days(&entered.days).ok_or_else(Problem::not_found)?;
    let Who::Administrator { name: created_by } = &visitor.who else { return Err(Problem::not_found()) };
    let name = entered.name.trim();
    let is_name =
        !name.is_empty() && name.chars().count() <= MAX_NAME_CHARS && !name.chars().any(char::is_control);
    let expires_at = days.map(|days| after(sources.services().now(), days));
    let within = within(sources, entered).await?;
    if !is_name {
        return Ok(Err(WrongToken::Name));
    }
    if within != Within::All && scope != TokenScope::Read {
        return Ok(Err(WrongToken::Sources));
    }
    Ok(Ok(Wanted { name: name.to_owned(), scope, within, created_by: created_by.clone(), expires_at }))
}

/// The sources that are ticked; all of them if none is.
async fn within(sources: &Sources, entered: &TokenForm) -> Result<Within, Problem> {
    if entered.sources.is_empty() {
        return Ok(Within::All);
    }
    let known = named(sources).await?;
    let ticked =
        entered.sources.iter().map(|name| known.iter().find(|source| source.as_str() == name).cloned());
    let ticked: Option<BTreeSet<SourceName>> = ticked.collect();
    ticked.map(Within::Only).ok_or_else(Problem::not_found)
}

/// The sources that there are, and those that were removed and of which something is held.
async fn named(sources: &Sources) -> Result<BTreeSet<SourceName>, Problem> {
    let held =
        sources.services().store().sources().await?.into_iter().filter_map(|name| SourceName::new(name).ok());
    let configured = sources.entries().into_iter().map(|entry| entry.name().clone());
    Ok(held.chain(configured).collect())
}

/// The time that the form means, if it is one of those that it offers.
fn days(text: &str) -> Option<Option<u64>> {
    let days = if text == "never" { None } else { Some(text.parse().ok()?) };
    LIFETIMES_DAYS.contains(&days).then_some(days)
}

fn after(now: Timestamp, days: u64) -> Timestamp {
    let time = Duration::from_secs(days.saturating_mul(24 * 60 * 60));
    Timestamp::from_unix_ms(now.unix_ms().saturating_add(i64::try_from(time.as_millis()).unwrap_or(i64::MAX)))
}

fn too_many() -> Problem {
    let diagnosis = Diagnosis::new("too-many-tokens", format!("there are {MAX_TOKENS} tokens already"))
        .with_remedy("revoke those that no program uses any more")
        .in_chinese(format!("已有 {MAX_TOKENS} 个令牌"), "请先吊销不再使用的令牌");
    Problem::new(StatusCode::CONFLICT, diagnosis)
}

async fn page(
    sources: &Sources,
    visitor: &Visitor,
    above: &Markup,
    entered: &TokenForm,
    wrong: Option<WrongToken>,
) -> Result<Page, Problem> {
    let (tokens, now) = (tokens::all(sources.services()).await?, sources.services().now());
    let named = named(sources).await?;
    let body = html! {
        (above)
        section class="sheet" {
            h2 { (visitor.say(words::create_token())) }
            (form(visitor, &named, entered, wrong))
        }
        section class="sheet" {
            h2 { (visitor.say(words::tokens())) }
            @if tokens.is_empty() { (nothing(&visitor.say(words::no_tokens()))) } @else { (table(visitor, &tokens, now)) }
        }
    };
    Ok(settings(visitor, Section::Tokens, words::tokens(), &body))
}

fn form(
    visitor: &Visitor,
    sources: &BTreeSet<SourceName>,
    entered: &TokenForm,
    wrong: Option<WrongToken>,
) -> Markup {
    let name = TextField {
        name: "name",
        label: words::token_name(),
        kind: "text",
        autocomplete: "off",
        value: &entered.name,
        help: Some(words::token_name_help()),
        wrong: (wrong == Some(WrongToken::Name)).then(|| words::name_not_possible(MAX_NAME_CHARS)),
    };
    html! {
        form method="post" action="/settings/tokens" {
            (csrf(visitor))
            (name.draw(visitor.reader))
            div class="field" {
                label for="scope" { (visitor.say(words::scope())) }
                select id="scope" name="scope" {
                    @for scope in [TokenScope::Read, TokenScope::Manage] {
                        option value=(scope.as_str()) selected[entered.scope == scope.as_str()] {
                            (visitor.say(scope_name(scope)))
                        }
                    }
                }
            }
            @if !sources.is_empty() { (choice_of_sources(visitor, sources, entered, wrong)) }
            div class="field" {
                label for="days" { (visitor.say(words::good_for())) }
                select id="days" name="days" {
                    @for days in LIFETIMES_DAYS {
                        @match days {
                            Some(days) => option value=(days) selected[entered.days == days.to_string()] {
                                (visitor.say(words::days(days)))
                            },
                            None => option value="never" selected[entered.days == "never"] {
                                (visitor.say(words::always()))
                            },
                        }
                    }
                }
            }
            button class="primary" { (visitor.say(words::create_token())) }
        }
    }
}

fn choice_of_sources(
    visitor: &Visitor,
    sources: &BTreeSet<SourceName>,
    entered: &TokenForm,
    wrong: Option<WrongToken>,
) -> Markup {
    let is_wrong = wrong == Some(WrongToken::Sources);
    html! {
        fieldset aria-describedby="sources-help" aria-invalid=[is_wrong.then_some("true")] {
            legend { (visitor.say(words::token_sources())) }
            p class="help" id="sources-help" { (visitor.say(words::token_sources_help())) }
            @for source in sources {
                p { label {
                    input type="checkbox" name=(SOURCE) value=(source) checked[entered.sources.contains(source.as_str())];
                    " " (source)
                } }
            }
            @if is_wrong { p class="wrong" { (visitor.say(words::token_for_some_sources_only_reads())) } }
        }
    }
}

fn table(visitor: &Visitor, tokens: &[Token], now: Timestamp) -> Markup {
    let names = [
        words::token_name(),
        words::scope(),
        words::token_sources(),
        words::state(),
        words::created(),
        words::expires(),
        words::used_at(),
    ];
    let mut columns = table::columns(visitor.reader, names);
    columns.push(Column::silent(visitor.say(words::actions())));
    html! {
        div class="scroll" {
            (table::table(&columns, tokens.iter().map(|token| row(visitor, token, now))))
        }
    }
}

fn row(visitor: &Visitor, token: &Token, now: Timestamp) -> [Markup; 8] {
    let (tone, state) = match (token.revoked_at, token.is_valid(now)) {
        (Some(_), _) => (Tone::Plain, words::token_revoked()),
        (None, false) => (Tone::Plain, words::token_expired()),
        (None, true) => (Tone::Good, words::token_valid()),
    };
    let revoke = format!("/settings/tokens/{}/revoke", token.id);
    [
        html! { (token.name) },
        html! { (visitor.say(scope_name(token.scope))) },
        within_shown(visitor, &token.within),
        badge(tone, &visitor.say(state)),
        html! { (moment(token.created_at)) br; (visitor.say(words::by(&token.created_by))) },
        token.expires_at.map_or_else(|| html! { (visitor.say(words::never())) }, moment),
        moment_or_none(token.used_at),
        html! { @if token.is_valid(now) {
            (careful_button(visitor, &revoke, "danger", words::revoke(), words::revoke_question(&token.name)))
        } },
    ]
}

fn within_shown(visitor: &Visitor, within: &Within) -> Markup {
    html! {
        @match within {
            Within::All => (visitor.say(words::all_sources())),
            Within::Only(sources) => ul class="plain" { @for source in sources { li { (source) } } },
        }
    }
}

fn scope_name(scope: TokenScope) -> Sentence {
    match scope {
        TokenScope::Read => words::scope_read(),
        TokenScope::Manage => words::scope_manage(),
    }
}

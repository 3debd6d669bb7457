//! `/setup`: the first account, for whoever has the link that the program printed.

use axum::Extension;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use rollcall_host::model::Diagnosis;
use rollcall_words::Sentence;
use serde::Deserialize;
use serde_json::json;

use super::parts::{TextField, browser, form_token, with_session};
use crate::access::FormToken;
use crate::identity::audit::{AuthenticationMethod, Entry};
use crate::identity::passwords::{self, Typed};
use crate::identity::{Identity, accounts, sessions};
use crate::listener::ClientAddress;
use crate::page::Page;
use crate::pages::settings::words;
use crate::problem::Problem;
use crate::visitor::Preferences;

/// The secret of the link. It has no debug output.
#[derive(Deserialize)]
pub(super) struct Shown {
    #[serde(default)]
    token: String,
}

/// What was entered. It has no debug output.
#[derive(Deserialize)]
pub(super) struct SetupForm {
    token: String,
    name: String,
    password: String,
    again: String,
}

/// What is wrong with it, at which field.
#[derive(Default)]
struct WrongSetup {
    name: Option<Sentence>,
    password: Option<Sentence>,
}

pub(super) async fn form(
    State(identity): State<Identity>,
    Extension(token): Extension<FormToken>,
    Extension(reader): Extension<Preferences>,
    Query(shown): Query<Shown>,
) -> Result<Response, Problem> {
    if accounts::is_any(identity.services()).await? {
        return Ok(Redirect::to("/login").into_response());
    }
    allowed(&identity, &shown.token)?;
    Ok(page(reader, &token, &shown.token, "", WrongSetup::default()).into_response())
}

pub(super) async fn set_up(
    State(identity): State<Identity>,
    Extension(client): Extension<ClientAddress>,
    Extension(token): Extension<FormToken>,
    Extension(reader): Extension<Preferences>,
    headers: HeaderMap,
    Form(entered): Form<SetupForm>,
) -> Result<Response, Problem> {
    allowed(&identity, &entered.token)?;
    let SetupForm { token: secret, name: typed, password, again } = entered;
    let (password, again) = (Typed::new(password), Typed::new(again));
    let name = match checked(&typed, &password, &again) {
        Ok(name) => name,
        Err(wrong) => {
            let page = page(reader, &token, &secret, &typed, wrong);
            return Ok(page.with_status(StatusCode::UNPROCESSABLE_ENTITY).into_response());
        }
    };
    let digest = identity.hashing().digest(password).await?;
    if !accounts::create_first(identity.services(), &name, digest, created(client, &name)).await? {
        return Err(ended());
    }
    identity.end_setup();
    let session = sessions::begin(identity.services(), &name, &browser(client, &headers)).await?;
    with_session(identity.services(), &name, &session, client, "/")
}

fn allowed(identity: &Identity, secret: &str) -> Result<(), Problem> {
    if identity.may_set_up(secret) { Ok(()) } else { Err(ended()) }
}

/// The name as it is kept, or what is wrong.
fn checked(name: &str, password: &str, again: &str) -> Result<String, WrongSetup> {
    let kept = accounts::name(name);
    let refused = passwords::accepted(kept.as_deref().unwrap_or_default(), password, again).err();
    match (kept, refused) {
        (Some(name), None) => Ok(name),
        (kept, refused) => Err(WrongSetup {
            name: kept.is_none().then(|| words::name_not_possible(accounts::MAX_NAME_CHARS)),
            password: refused.map(passwords::PasswordRefusal::sentence),
        }),
    }
}

fn created(client: ClientAddress, name: &str) -> Entry {
    Entry {
        who: name.to_owned(),
        way: AuthenticationMethod::Setup,
        action: "account-created",
        subject: name.to_owned(),
        detail: json!({}),
        address: client.address,
    }
}

fn ended() -> Problem {
    let diagnosis = Diagnosis::new("setup-link-ended", "this set-up link is not good, or not any more")
        .with_remedy("start the program again: while there is no account, it prints a new link")
        .in_chinese("该初始化链接无效或已失效", "请重新启动程序：在尚无账号时，它会打印新的链接");
    Problem::new(StatusCode::FORBIDDEN, diagnosis)
}

fn page(reader: Preferences, token: &FormToken, secret: &str, name: &str, wrong: WrongSetup) -> Page {
    Page::alone(reader, reader.say(words::set_up()), body(reader, token, secret, name, wrong))
}

fn body(reader: Preferences, token: &FormToken, secret: &str, name: &str, wrong: WrongSetup) -> Markup {
    let name = TextField {
        name: "name",
        label: words::name(),
        kind: "text",
        autocomplete: "username",
        value: name,
        help: None,
        wrong: wrong.name,
    };
    let password = TextField {
        help: Some(words::password_help(passwords::MIN_CHARS)),
        wrong: wrong.password,
        ..TextField::password("password", words::password(), "new-password")
    };
    let again = TextField::password("again", words::password_again(), "new-password");
    html! {
        div class="narrow" {
            p { (reader.say(words::set_up_explained())) }
            form class="sheet" method="post" action="/setup" {
                (form_token(token))
                input type="hidden" name="token" value=(secret);
                (name.draw(reader))
                (password.draw(reader))
                (again.draw(reader))
                button class="primary" { (reader.say(words::create_account())) }
            }
        }
    }
}

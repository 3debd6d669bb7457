//! Sealed secrets: used without being seen.

use crate::promise::{Attempt, Trouble, broken, ensure, same, untried};
use crate::settings::{FORBIDDEN, SECRET};
use crate::stand::{member, must_fail, parsed, responded};
use crate::{Promise, Stand};
use rollcall_kit::ports::{Body, FaultKind, Request};

pub(crate) const PROMISES: [Promise; 5] = [
    Promise {
        name: "secret-is-sealed",
        stands_at: "identity-source.wit, descriptor.settings-schema",
        says: "in place of a sealed secret the settings hold a token that tells nothing of it",
        attempt: |stand| {
            let token = token(stand)?;
            ensure(!token.contains(SECRET) && !SECRET.contains(token), || {
                "the settings hold the secret".to_owned()
            })?;
            ensure(16 <= token.len(), || format!("the token has {} bytes, and could be guessed", token.len()))
        },
    },
    Promise {
        name: "secret-is-put-in-place",
        stands_at: "http-client.wit, http-request; vectors/sealed.json",
        says: "the secret leaves in place of its token: percent-encoded in the query and in a form, as it is in a header, escaped within double quotes",
        attempt: put_in_place,
    },
    Promise {
        name: "secret-does-not-come-back",
        stands_at: "http-client.wit, http-request; vectors/sealed.json",
        says: "where a response repeats the secret it has the token instead",
        attempt: does_not_come_back,
    },
    Promise {
        name: "secret-goes-nowhere-else",
        stands_at: "http-client.wit, http-request; identity-source.wit, plan.secrets",
        says: "a token in a path, or on its way to an origin that the plan does not name for it, gets the fault `denied`",
        attempt: goes_nowhere_else,
    },
    Promise {
        name: "token-of-its-own",
        stands_at: "docs/embedding.md, Keep state and history",
        says: "every call has a random token of its own",
        attempt: token_of_its_own,
    },
];

fn token<'s>(stand: &Stand<'s>) -> Result<&'s str, Trouble> {
    stand.settings.token.as_deref().map_or_else(|| untried("it needs the setting `secret`"), Ok)
}

fn put_in_place(stand: &Stand<'_>) -> Attempt {
    let token = token(stand)?;
    let of_type = |kind: &str, body: String| {
        let request =
            Request { method: "POST".to_owned(), body: Body::Text(body), ..stand.get("/reversed")? };
        Ok::<_, Trouble>(request.header("content-type", kind))
    };
    let encoded: String = SECRET.bytes().map(percent_encoded).collect();
    let query = Request::get(stand.peer(&format!("/reversed?s={token}&t=1"))?);
    arrived(stand, query, "query", &format!("s={encoded}&t=1"))?;
    let header = stand.get("/reversed")?.header("x-secret", format!("Bearer {token}"));
    arrived(stand, header, "header", &format!("Bearer {SECRET}"))?;
    let form = of_type("application/x-www-form-urlencoded", format!("a=b&s={token}"))?;
    arrived(stand, form, "body", &format!("a=b&s={encoded}"))?;
    let json = of_type("application/json", format!(r#"{{"s":"{token}"}}"#))?;
    arrived(stand, json, "body", &format!(r#"{{"s":"{}"}}"#, SECRET.replace('"', "\\\"")))
}

/// What arrived there, which the peer tells backwards so that nobody takes the secret out again.
fn arrived(stand: &Stand<'_>, request: Request, place: &str, right: &str) -> Attempt {
    let told = parsed(&responded(stand.ask(request)?)?)?;
    let backwards = member(&told, place).as_str().unwrap_or_default();
    let found: String = backwards.chars().rev().collect();
    same(&format!("what arrived in the {place}"), &unified(&found), &unified(right))
}

/// Percent-encoding may write more than it must, and in lower case: all of it decoded but what would be taken for another
/// character of a query.
fn unified(text: &str) -> String {
    let mut unified = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let code = rest
            .strip_prefix('%')
            .and_then(|rest| rest.get(..2))
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match code {
            Some(byte) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                unified.push(char::from(byte));
                rest = rest.get(3..).unwrap_or_default();
            }
            Some(byte) => {
                unified += &percent_encoded(byte);
                rest = rest.get(3..).unwrap_or_default();
            }
            None => {
                unified.push(first);
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
    }
    unified
}

fn percent_encoded(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

fn does_not_come_back(stand: &Stand<'_>) -> Attempt {
    let token = token(stand)?;
    let json = Body::Text(format!(r#"{{"again":"{token}"}}"#));
    let request = Request { method: "POST".to_owned(), body: json, ..stand.get("/repeat")? };
    let response = responded(stand.ask(request.header("content-type", "application/json"))?)?;
    let body = String::from_utf8_lossy(response.body.as_bytes()).into_owned();
    let escaped = SECRET.replace('"', "\\\"");
    ensure(!body.contains(SECRET) && !body.contains(&escaped), || {
        "the secret came back in a response".to_owned()
    })?;
    ensure(body.contains(token), || "what came back has no token where the secret was".to_owned())
}

fn goes_nowhere_else(stand: &Stand<'_>) -> Attempt {
    let token = token(stand)?;
    let n_before = stand.n_arrived("/echo")?;
    must_fail("a token in the path", &stand.ask(stand.get(&format!("/echo/{token}"))?)?, FaultKind::Denied)?;
    let elsewhere = stand.settings.dead.as_deref().unwrap_or(FORBIDDEN);
    let request = Request::get(format!("{elsewhere}/?s={token}"));
    must_fail(&format!("a token on its way to {elsewhere}"), &stand.ask(request)?, FaultKind::Denied)?;
    same("how many of them arrived", &(stand.n_arrived("/echo")? - n_before), &0)
}

/// The peer remembers tokens of calls before: the host would forget, or replace, whatever is kept of them.
fn token_of_its_own(stand: &Stand<'_>) -> Attempt {
    let shown: String = token(stand)?.bytes().rev().map(|byte| format!("{byte:02x}")).collect();
    shown_first(stand, "token", &shown)
}

/// What differs from call to call must not have been shown before.
pub(crate) fn shown_first(stand: &Stand<'_>, kind: &str, what: &str) -> Attempt {
    let told = stand.json(&format!("/seen?of={kind}&what={what}"))?;
    match (member(&told, "before").as_u64(), member(&told, "new").as_bool()) {
        (Some(0), _) => untried("it takes a second call beside the same peer"),
        (_, Some(true)) => Ok(()),
        _ => broken("an earlier call had the same"),
    }
}

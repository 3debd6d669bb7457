//! An administrator with a browser, as little of it as asking for pages needs: cookies, and the hidden fields of a form.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::demo;

/// What the account is made with. Why: long enough for the rules, and in no need of escapes.
const PASSWORD: &str = "only-for-this-measurement";

/// Somebody who is logged in.
pub(super) struct Visitor {
    /// `host:port`.
    address: String,
    cookies: BTreeMap<String, String>,
}

/// A page, and how long it took to come.
pub(super) struct Fetched {
    pub(super) body: String,
    /// From connecting until it was read.
    pub(super) took: Duration,
}

impl Visitor {
    /// Create the first account by the link that was printed.
    ///
    /// # Errors
    ///
    /// When that is refused.
    pub(super) fn set_up(address: String, setup_path: &str) -> Result<Self> {
        let mut visitor = Self { address, cookies: BTreeMap::new() };
        let form = visitor.ask(&request("GET", setup_path, ""))?;
        let fields = format!(
            "csrf={}&token={}&name=admin&password={PASSWORD}&again={PASSWORD}",
            hidden(&form, "csrf")?,
            hidden(&form, "token")?
        );
        visitor.ask(&request("POST", "/setup", &fields))?;
        Ok(visitor)
    }

    /// A page.
    ///
    /// # Errors
    ///
    /// When it does not come, or is none.
    pub(super) fn fetch(&mut self, path: &str) -> Result<Fetched> {
        let asked = request("GET", path, "");
        let began = Instant::now();
        let body = self.ask(&asked)?;
        Ok(Fetched { body, took: began.elapsed() })
    }

    /// Press a button of a page: send its form, with no other field than the hidden ones.
    ///
    /// # Errors
    ///
    /// When the page does not come, or the server refuses.
    pub(super) fn press(&mut self, page: &str, button: &str) -> Result<()> {
        let form = self.ask(&request("GET", page, ""))?;
        let fields = format!("csrf={}", hidden(&form, "csrf")?);
        self.ask(&request("POST", button, &fields)).map(drop)
    }

    /// The value of the header that has their cookies.
    pub(super) fn cookies(&self) -> String {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    /// Ask, keep the cookies that come with the answer, and return what was answered. In HTTP/1.0 a long answer comes as it is, and
    /// not in chunks.
    fn ask(&mut self, (line, body): &(String, String)) -> Result<String> {
        let text = format!(
            "{line} HTTP/1.0\r\nHost: {}\r\nCookie: {}\r\nAccept-Language: en\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.address,
            self.cookies(),
            body.len()
        );
        let answer = demo::exchange(&self.address, &text).with_context(|| format!("{line} got no answer"))?;
        let (head, body) = answer.split_once("\r\n\r\n").context("the answer has no end of its head")?;
        let status = head.split(' ').nth(1).unwrap_or_default();
        if !["200", "303"].contains(&status) {
            bail!("{line} was answered with {status}: {body}");
        }
        self.cookies.extend(head.lines().filter_map(cookie));
        Ok(body.to_owned())
    }
}

/// The first words of a request, and its body.
fn request(method: &str, path: &str, body: &str) -> (String, String) {
    (format!("{method} {path}"), body.to_owned())
}

/// What a line of the head sets.
fn cookie(line: &str) -> Option<(String, String)> {
    let (header, value) = line.split_once(": ")?;
    let (name, value) = value.split(';').next()?.split_once('=')?;
    header.eq_ignore_ascii_case("set-cookie").then(|| (name.to_owned(), value.to_owned()))
}

/// The value of a hidden field.
fn hidden<'a>(form: &'a str, name: &str) -> Result<&'a str> {
    between(form, &format!("name=\"{name}\" value=\""), "\"")
        .with_context(|| format!("the form has no {name}"))
}

/// What stands between these two for the first time.
pub(super) fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    Some(text.split_once(before)?.1.split_once(after)?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_kept_without_what_is_said_about_it() {
        let kept = cookie("set-cookie: session=abc=; Path=/; HttpOnly");
        assert_eq!(kept, Some(("session".to_owned(), "abc=".to_owned())));
    }

    #[test]
    fn a_form_without_the_field_is_an_error() {
        assert!(hidden("<form></form>", "csrf").is_err());
    }
}

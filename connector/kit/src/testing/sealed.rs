//! Sealed secrets as a real host keeps them: a connector under test has tokens, and the world has the secrets.

use super::TestHost;
use crate::connector::Connector;
use crate::model::SecretUse;
use crate::ports::{Body, Request, Response};
use rollcall_rules::sealed::settings::{self, Sealed, is_well_marked};
use rollcall_rules::sealed::{Misuse, Outgoing, Payload, Seal, Seals, Token};
use serde_json::Value;
use std::collections::BTreeSet;

impl TestHost {
    /// The settings of one call as a connector sees them, for any function that takes some: a new token in place of every
    /// secret that its schema seals. From now on, requests are filled in and responses scrubbed as its plan says.
    ///
    /// # Panics
    /// When the connector's schema is no JSON, or seals less than it says.
    #[expect(clippy::expect_used, reason = "a connector whose schema is no JSON has failed its test")]
    pub fn seal<C: Connector>(&self, settings: &Value) -> String {
        let schema: Value =
            serde_json::from_str(&C::describe().settings_schema).expect("the schema of the settings is JSON");
        assert!(is_well_marked(&schema), "the schema marks a setting x-sealed that is not sealed");
        let (offline, _) = self.sealed(&schema, settings);
        let uses = C::configure(&offline).map_or_else(|_| Vec::new(), |(_, plan)| plan.secrets);
        let (text, sealed) = self.sealed(&schema, settings);
        let seals = sealed.into_iter().map(|Sealed { setting, token, secret }| {
            let origins = origins(&uses, &setting);
            Seal { setting, token, secret, origins }
        });
        *self.seals.borrow_mut() = Seals::new(seals.collect());
        text
    }

    fn sealed(&self, schema: &Value, settings: &Value) -> (String, Vec<Sealed>) {
        let mut shown = settings.clone();
        let sealed = settings::seal(schema, &mut shown, || {
            let n = self.n_tokens.get() + 1;
            self.n_tokens.set(n);
            Token::new(u128::from(n).to_be_bytes())
        });
        (shown.to_string(), sealed)
    }

    /// The request with its secrets in place.
    pub(super) fn filled(&self, request: &Request) -> Result<Request, Misuse> {
        fill(&self.seals.borrow(), request)
    }

    /// The response with tokens in place of its secrets.
    pub(super) fn scrubbed(&self, response: Response) -> Response {
        scrubbed(&self.seals.borrow(), response)
    }
}

fn origins(uses: &[SecretUse], setting: &str) -> BTreeSet<String> {
    let named = uses.iter().filter(|used| used.setting == setting).flat_map(|used| &used.origins);
    named.map(|origin| origin_of(origin)).collect()
}

/// Where an address leads: scheme, host and port, the port only where it is another than the scheme's own.
pub(super) fn origin_of(address: &str) -> String {
    let (scheme, rest) = address.split_once("://").unwrap_or_default();
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let origin = format!("{scheme}://{authority}").to_ascii_lowercase();
    let own = if origin.starts_with("https:") { ":443" } else { ":80" };
    origin.strip_suffix(own).map(str::to_owned).unwrap_or(origin)
}

fn fill(seals: &Seals, request: &Request) -> Result<Request, Misuse> {
    let Request { method, url, headers, body, bucket, timeout_ms } = request.clone();
    let origin = origin_of(&url);
    let body = match body {
        Body::Text(text) => Payload::Text(text),
        Body::Bytes(bytes) => Payload::Bytes(bytes),
    };
    let Outgoing { method, url, headers, body } =
        seals.fill(Outgoing { method, url, headers, body }, &origin)?;
    let body = match body {
        Payload::Text(text) => Body::Text(text),
        Payload::Bytes(bytes) => Body::Bytes(bytes),
    };
    Ok(Request { method, url, headers, body, bucket, timeout_ms })
}

fn scrubbed(seals: &Seals, response: Response) -> Response {
    let Response { status, headers, body } = response;
    let value = |value: String| match seals.scrub(value.as_bytes()) {
        Some(scrubbed) => String::from_utf8_lossy(&scrubbed).into_owned(),
        None => value,
    };
    let headers = headers.into_iter().map(|(name, text)| (name, value(text))).collect();
    let body = seals.scrub(body.as_bytes()).map_or(body, Body::from_bytes);
    Response { status, headers, body }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::Host;
    use crate::testing::Reply;
    use std::rc::Rc;

    /// A host whose world repeats the query of each request, with a secret for one origin; and its token.
    fn host() -> (Rc<TestHost>, Token) {
        let host = TestHost::new(|_, request| Reply::json(request.url.clone()));
        let token = Token::new([1; 16]);
        let origins = BTreeSet::from([origin_of("https://api.example.com:443")]);
        let seal = Seal {
            setting: "/secret".to_owned(),
            token: token.clone(),
            secret: "t0p&s3cret".to_owned(),
            origins,
        };
        *host.seals.borrow_mut() = Seals::new(vec![seal]);
        (host, token)
    }

    fn ask(url: &str) -> Result<String, String> {
        let (host, token) = host();
        let request = Request::get(url.replace("{}", token.as_str()));
        let tickets = host.begin_http(vec![request]);
        host.wait(1);
        let taken = host.take_http(&tickets).remove(0);
        let heard = taken.map(|response| String::from_utf8_lossy(response.body.as_bytes()).into_owned());
        heard.map(|body| body.replace(token.as_str(), "{}")).map_err(|fault| fault.diagnosis.code)
    }

    #[test]
    fn the_world_has_the_secret_and_the_connector_its_token() {
        let (host, token) = host();
        let request = Request::get(format!("https://api.example.com/?s={token}"));
        assert_eq!(
            fill(&host.seals.borrow(), &request).unwrap().url,
            "https://api.example.com/?s=t0p%26s3cret"
        );
        assert_eq!(
            ask("https://API.example.com:443/?s={}").as_deref(),
            Ok("https://API.example.com:443/?s={}")
        );
    }

    #[test]
    fn a_secret_goes_nowhere_else() {
        assert_eq!(ask("https://api.example.com/{}"), Err("secret-misplaced".to_owned()));
        for elsewhere in ["http://api.example.com/?{}", "https://api.example.com:8443/?{}", "https://e/?{}"] {
            assert_eq!(ask(elsewhere), Err("secret-not-for-origin".to_owned()), "{elsewhere}");
        }
    }
}

//! Which origins a source may talk to, decided once a run from what its connector asks and its administrator allows.
//!
//! Pure. Not here: where the connection goes, which is `egress`; a granted name may resolve to anything, and which of that may
//! be dialled is `egress::reach`'s to say.

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::model::PlannedOrigin;

/// Scheme, host and port: what a grant is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Origin {
    scheme: Scheme,
    host: Host<String>,
    port: u16,
}

impl Origin {
    /// Where a URL leads; none unless it is `https:` or `http:` with a host.
    #[must_use]
    pub fn of(url: &Url) -> Option<Self> {
        let scheme = Scheme::parse(url.scheme())?;
        let port = url.port_or_known_default()?;
        Some(Self { scheme, host: url.host()?.to_owned(), port })
    }

    /// Whether the connection is encrypted.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.scheme == Scheme::Https
    }

    /// The host as it is written in a URL: an IPv6 address has brackets.
    #[must_use]
    pub fn host(&self) -> String {
        self.host.to_string()
    }

    /// The host as a resolver or a certificate knows it: an IPv6 address has no brackets.
    #[must_use]
    pub fn bare_host(&self) -> String {
        match &self.host {
            Host::Domain(name) => name.clone(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        }
    }

    /// The host, if it is an address.
    #[must_use]
    pub const fn address(&self) -> Option<IpAddr> {
        match &self.host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(IpAddr::V4(*address)),
            Host::Ipv6(address) => Some(IpAddr::V6(*address)),
        }
    }

    /// The host, if it is a name.
    #[must_use]
    pub fn domain(&self) -> Option<&str> {
        match &self.host {
            Host::Domain(name) => Some(name),
            Host::Ipv4(_) | Host::Ipv6(_) => None,
        }
    }

    /// The port, the scheme's own if none was given.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }
}

impl FromStr for Origin {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidOrigin { text: text.to_owned() };
        let url = Url::parse(text).map_err(|_| invalid())?;
        // The path of "https://a" is "/"; anything more would promise a finer grant than there is.
        let bare = matches!(url.path(), "" | "/") && !text.ends_with('/');
        let plain = url.username().is_empty() && url.password().is_none();
        let ends_there = url.query().is_none() && url.fragment().is_none();
        if !(bare && plain && ends_there) {
            return Err(invalid());
        }
        Self::of(&url).ok_or_else(invalid)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.as_str(), self.host)?;
        if self.port == self.scheme.default_port() { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

impl TryFrom<String> for Origin {
    type Error = InvalidOrigin;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> Self {
        origin.to_string()
    }
}

/// Why a text is no [`Origin`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("origin {text:?} must be \"https://host\" or \"https://host:port\", without a path or a password")]
pub struct InvalidOrigin {
    text: String,
}

/// The origins granted to one source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grants {
    origins: BTreeSet<Origin>,
}

impl Grants {
    /// Grant what a plan asks for and `allow` permits.
    ///
    /// Without `allow`, exactly the plan's https origins. With it, exactly `allow`; it is then an administrator's word
    /// that the plan must stay within. An origin without encryption is granted only by name. One that is optional may be
    /// missing; requests to it are denied.
    ///
    /// # Errors
    ///
    /// Everything in the plan that is not granted, so that an administrator sees it all at once.
    pub fn decide(plan: &[PlannedOrigin], allow: Option<&[Origin]>) -> Result<Self, Vec<NotGranted>> {
        let parsed = plan.iter().filter_map(|planned| planned.origin.parse().ok());
        let origins: BTreeSet<Origin> = match allow {
            Some(allow) => allow.iter().cloned().collect(),
            None => parsed.filter(Origin::is_https).collect(),
        };
        let grants = Self { origins };
        let why_not = |planned: &PlannedOrigin| {
            let refused = grants.why_not(&planned.origin, allow.is_some())?;
            // A mistake of the connector's is one whether it needs the origin or not.
            let matters = !planned.is_optional || matches!(refused, NotGranted::Invalid(_));
            matters.then_some(refused)
        };
        let refused: Vec<_> = plan.iter().filter_map(why_not).collect();
        if refused.is_empty() { Ok(grants) } else { Err(refused) }
    }

    /// Whether this origin is granted.
    #[must_use]
    pub fn permits(&self, origin: &Origin) -> bool {
        self.origins.contains(origin)
    }

    fn why_not(&self, planned: &str, has_allow: bool) -> Option<NotGranted> {
        let origin = match planned.parse::<Origin>() {
            Ok(origin) => origin,
            Err(invalid) => return Some(NotGranted::Invalid(invalid)),
        };
        if self.permits(&origin) {
            None
        } else if has_allow || origin.is_https() {
            Some(NotGranted::NotAllowed(origin))
        } else {
            Some(NotGranted::Unencrypted(origin))
        }
    }
}

/// Why an origin of a plan is not granted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotGranted {
    /// The administrator's list does not name it.
    #[error("origin \"{0}\" is needed by these settings and not in the source's `allow` list")]
    NotAllowed(Origin),
    /// It is not encrypted, and nobody named it.
    #[error("origin \"{0}\" is not encrypted and must be named in the source's `allow` list")]
    Unencrypted(Origin),
    /// The connector asked for something that is no origin.
    #[error("the connector asks for an invalid origin: {0}")]
    Invalid(InvalidOrigin),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Scheme {
    Https,
    Http,
}

impl Scheme {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "https" => Some(Self::Https),
            "http" => Some(Self::Http),
            _ => None,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Http => "http",
        }
    }

    const fn default_port(self) -> u16 {
        match self {
            Self::Https => 443,
            Self::Http => 80,
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(plan: &[&str], allow: Option<&[&str]>, expected: &Expect) {
        check_plan(&plan.iter().map(|origin| planned(origin, false)).collect::<Vec<_>>(), allow, expected);
    }

    fn planned(origin: &str, is_optional: bool) -> PlannedOrigin {
        PlannedOrigin { origin: origin.to_owned(), is_optional }
    }

    #[track_caller]
    fn check_plan(plan: &[PlannedOrigin], allow: Option<&[&str]>, expected: &Expect) {
        let allow: Option<Vec<Origin>> =
            allow.map(|list| list.iter().map(|text| text.parse().unwrap()).collect());
        let lines = match Grants::decide(plan, allow.as_deref()) {
            Ok(grants) => grants.origins.iter().map(|origin| format!("granted {origin}\n")).collect(),
            Err(refused) => refused.iter().map(|why| format!("{why}\n")).collect::<String>(),
        };
        expected.assert_eq(&lines);
    }

    #[test]
    fn without_a_list_exactly_the_encrypted_origins_of_the_plan_are_granted() {
        check(
            &["https://api.example.com", "https://10.0.0.7:8443"],
            None,
            &expect![[r#"
                granted https://api.example.com
                granted https://10.0.0.7:8443
            "#]],
        );
    }

    #[test]
    fn an_unencrypted_origin_is_granted_only_by_name() {
        check(
            &["http://intranet"],
            None,
            &expect![[r#"
            origin "http://intranet" is not encrypted and must be named in the source's `allow` list
        "#]],
        );
        check(
            &["http://intranet"],
            Some(&["http://intranet"]),
            &expect![[r#"
            granted http://intranet
        "#]],
        );
    }

    #[test]
    fn every_origin_outside_the_list_is_named_at_once() {
        check(
            &["https://a.example", "https://b.example:444", "https://c.example"],
            Some(&["https://c.example"]),
            &expect![[r#"
                origin "https://a.example" is needed by these settings and not in the source's `allow` list
                origin "https://b.example:444" is needed by these settings and not in the source's `allow` list
            "#]],
        );
    }

    #[test]
    fn an_optional_origin_may_be_missing_and_is_not_granted_then() {
        check_plan(
            &[planned("https://a.example", false), planned("https://b.example", true)],
            Some(&["https://a.example"]),
            &expect![[r#"
                granted https://a.example
            "#]],
        );
        check_plan(
            &[planned("http://b.example", true), planned("b.example", true)],
            None,
            &expect![[r#"
                the connector asks for an invalid origin: origin "b.example" must be "https://host" or "https://host:port", without a path or a password
            "#]],
        );
    }

    #[test]
    fn a_plan_that_asks_for_more_or_less_than_an_origin_is_refused() {
        check(
            &["https://a.example/path", "https://u:p@a.example", "ftp://a.example", "a.example"],
            None,
            &expect![[r#"
                the connector asks for an invalid origin: origin "https://a.example/path" must be "https://host" or "https://host:port", without a path or a password
                the connector asks for an invalid origin: origin "https://u:p@a.example" must be "https://host" or "https://host:port", without a path or a password
                the connector asks for an invalid origin: origin "ftp://a.example" must be "https://host" or "https://host:port", without a path or a password
                the connector asks for an invalid origin: origin "a.example" must be "https://host" or "https://host:port", without a path or a password
            "#]],
        );
    }

    #[test]
    fn an_origin_is_the_same_however_it_is_written() {
        let written: Vec<Origin> = ["https://API.example.com:443", "https://api.example.com"]
            .into_iter()
            .map(|text| text.parse().unwrap())
            .collect();
        assert_eq!(written[0], written[1]);
    }

    #[test]
    fn a_host_that_only_ends_like_a_granted_one_is_not_granted() {
        let grants = Grants::decide(&[planned("https://api.example.com", false)], None).unwrap();
        for url in [
            "https://evil.api.example.com/",
            "https://api.example.com.evil.net/",
            "https://api.example.com:8443/",
            "http://api.example.com/",
            "https://api.example.com@evil.net/",
        ] {
            let origin = Origin::of(&Url::parse(url).unwrap()).unwrap();
            assert!(!grants.permits(&origin), "{url}");
        }
    }
}

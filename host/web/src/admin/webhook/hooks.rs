//! Those who are told: their addresses, what they want to hear of, their secrets.

use rollcall_admin::NewWebhook;
pub(crate) use rollcall_admin::{LastAttempt as Last, Occasion, Webhook};
use rollcall_host::egress::{NotAllowed, Proxy, Reach};
use rollcall_host::grant::Origin;
use rollcall_host::model::Timestamp;
use url::{Host, Url};

use super::signature::SigningSecret;
use crate::admin_error::AdminError as Problem;
use crate::database::DatabaseError;
use crate::services::Services as Console;

/// Webhooks at once.
///
/// 20. Why: each is told of everything, and a person keeps them.
pub(crate) const MAX_WEBHOOKS: u32 = 20;

/// The longest address.
const MAX_URL_BYTES: usize = 2048;

/// Why an address cannot be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WrongAddress {
    /// It is no URL, too long, or has a password or a fragment.
    Url,
    /// It is not encrypted, and not on this machine.
    Clear,
    /// It is out of reach.
    NotAllowed(NotAllowed),
    /// The proxy is none, or has a password, which would be kept unsealed.
    Proxy,
}

/// An address that can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) url: Url,
    pub(crate) origin: Origin,
    pub(crate) proxy: Option<Proxy>,
}

impl Target {
    pub(crate) fn parse(url: &str, proxy: Option<&str>, reach: Reach) -> Result<Self, WrongAddress> {
        let url = Url::parse(url).ok().filter(|_| url.len() <= MAX_URL_BYTES).ok_or(WrongAddress::Url)?;
        let is_bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        let origin = Origin::of(&url).filter(|_| is_bare).ok_or(WrongAddress::Url)?;
        if !origin.is_https() && !is_loopback(&url) {
            return Err(WrongAddress::Clear);
        }
        reach.admits(&origin).map_err(WrongAddress::NotAllowed)?;
        let proxy: Option<Proxy> = proxy.map(str::parse).transpose().map_err(|_| WrongAddress::Proxy)?;
        let is_open = proxy.as_ref().is_none_or(|proxy| proxy.user().is_none());
        if is_open { Ok(Self { url, origin, proxy }) } else { Err(WrongAddress::Proxy) }
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Where a secret belongs.
pub(crate) fn context(url: &str) -> String {
    format!("webhook.{url}.secret")
}

/// Add one. None when there are too many.
pub(crate) async fn add(
    console: &Console,
    target: &Target,
    occasions: Vec<Occasion>,
) -> Result<Option<SigningSecret>, Problem> {
    let secret = SigningSecret::fresh().map_err(|error| Problem::failed(&error))?;
    let url = target.url.to_string();
    let sealed = console.key().seal(&context(&url), secret.as_bytes())?;
    let proxy = target.proxy.as_ref().map(ToString::to_string);
    let webhook = NewWebhook { url, proxy, secret: sealed, occasions };
    let is_added = console.database().add_webhook(&webhook, console.now(), MAX_WEBHOOKS).await?;
    Ok(is_added.then_some(secret))
}

/// All of them, oldest first.
pub(crate) async fn all(console: &Console) -> Result<Vec<Webhook>, DatabaseError> {
    console.database().webhooks().await
}

/// Hold one back, or let it go on. Its address, if there is such a one.
pub(crate) async fn set_paused(
    console: &Console,
    id: i64,
    paused_at: Option<Timestamp>,
) -> Result<Option<String>, DatabaseError> {
    console.database().pause_webhook(id, paused_at).await
}

/// Forget one, with what it was still to be told. Its address, if there was such a one.
pub(crate) async fn delete(console: &Console, id: i64) -> Result<Option<String>, DatabaseError> {
    console.database().delete_webhook(id).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_told_without_encryption_but_on_this_machine() {
        for (url, proxy, wrong) in [
            ("https://hooks.example/rollcall?x=1", None, None),
            ("http://127.0.0.1:9000/", None, None),
            ("http://[::1]:9000/", None, None),
            ("http://localhost/", Some("http://proxy:3128"), None),
            ("http://hooks.example/", None, Some(WrongAddress::Clear)),
            ("http://127.0.0.1.example/", None, Some(WrongAddress::Clear)),
            ("ftp://hooks.example/", None, Some(WrongAddress::Url)),
            ("https://me:secret@hooks.example/", None, Some(WrongAddress::Url)),
            ("hooks.example", None, Some(WrongAddress::Url)),
            ("https://hooks.example/", Some("proxy"), Some(WrongAddress::Proxy)),
            ("https://hooks.example/", Some("http://me:secret@proxy:3128"), Some(WrongAddress::Proxy)),
        ] {
            assert_eq!(Target::parse(url, proxy, Reach::Private).err(), wrong, "{url} {proxy:?}");
        }
    }

    #[test]
    fn this_machine_is_told_nothing_unless_that_is_allowed_and_a_cloud_s_credentials_never() {
        let is_out_of_reach =
            |url, reach| matches!(Target::parse(url, None, reach), Err(WrongAddress::NotAllowed(_)));
        for url in ["http://127.0.0.1:9000/", "http://localhost/", "https://[::1]/", "https://10.0.0.1/"] {
            assert!(is_out_of_reach(url, Reach::Public) && !is_out_of_reach(url, Reach::Private), "{url}");
        }
        for url in ["https://169.254.169.254/", "https://metadata.google.internal/", "https://[fe80::1]/"] {
            assert!(is_out_of_reach(url, Reach::Public) && is_out_of_reach(url, Reach::Private), "{url}");
        }
    }
}

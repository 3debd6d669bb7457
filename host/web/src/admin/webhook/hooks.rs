//! Those who are told: their addresses, what they want to hear of, their secrets.

use rollcall_host::egress::{NotAllowed, Proxy, Reach};
use rollcall_host::grant::Origin;
use rollcall_host::model::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
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

/// What can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Occasion {
    /// A run ended, however.
    #[serde(rename = "run.ended")]
    RunEnded,
    /// A run held something, which waits for a person.
    #[serde(rename = "run.held")]
    RunHeld,
    /// A source was stopped until a person acts.
    #[serde(rename = "source.stopped")]
    SourceStopped,
    /// A person wants to see whether it arrives. Whoever is told at all is told this.
    #[serde(rename = "webhook.test")]
    Test,
}

impl Occasion {
    /// What one can choose.
    pub(crate) const CHOICES: [Self; 3] = [Self::RunEnded, Self::RunHeld, Self::SourceStopped];

    /// The word in a delivery and a form.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::RunEnded => "run.ended",
            Self::RunHeld => "run.held",
            Self::SourceStopped => "source.stopped",
            Self::Test => "webhook.test",
        }
    }
}

/// Who is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Webhook {
    pub(crate) id: i64,
    pub(crate) url: String,
    pub(crate) proxy: Option<String>,
    pub(crate) occasions: Vec<Occasion>,
    pub(crate) created_at: Timestamp,
    pub(crate) paused_at: Option<Timestamp>,
    /// How the last delivery went that was tried.
    pub(crate) last: Option<Last>,
    pub(crate) n_waiting: u32,
}

/// How a delivery went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Last {
    pub(crate) n_attempts: u32,
    pub(crate) due_at: Option<Timestamp>,
    pub(crate) settled_at: Option<Timestamp>,
    /// As [`super::sending::Outcome`] is written.
    pub(crate) outcome: String,
}

/// Why an address cannot be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
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
    pub(crate) fn parse(url: &str, proxy: Option<&str>, reach: Reach) -> Result<Self, Wrong> {
        let url = Url::parse(url).ok().filter(|_| url.len() <= MAX_URL_BYTES).ok_or(Wrong::Url)?;
        let is_bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        let origin = Origin::of(&url).filter(|_| is_bare).ok_or(Wrong::Url)?;
        if !origin.is_https() && !is_loopback(&url) {
            return Err(Wrong::Clear);
        }
        reach.admits(&origin).map_err(Wrong::NotAllowed)?;
        let proxy: Option<Proxy> = proxy.map(str::parse).transpose().map_err(|_| Wrong::Proxy)?;
        let is_open = proxy.as_ref().is_none_or(|proxy| proxy.user().is_none());
        if is_open { Ok(Self { url, origin, proxy }) } else { Err(Wrong::Proxy) }
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
    // Words of ours: nothing that JSON could not say.
    let occasions = serde_json::to_string(&occasions).unwrap_or_default();
    let now = console.now().unix_ms();
    let added = console.database().write(move |transaction| {
        let n: u32 = transaction.query_row("SELECT count(*) FROM webhook", (), |row| row.get(0))?;
        if MAX_WEBHOOKS <= n {
            return Ok::<_, DatabaseError>(false);
        }
        transaction.execute(
            "INSERT INTO webhook (url, proxy, secret, occasions, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![url, proxy, sealed, occasions, now],
        )?;
        Ok(true)
    });
    Ok(added.await?.then_some(secret))
}

/// All of them, oldest first.
pub(crate) async fn all(console: &Console) -> Result<Vec<Webhook>, DatabaseError> {
    console
        .database()
        .read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id, url, proxy, occasions, created_at, paused_at,
                   (SELECT count(*) FROM delivery WHERE webhook = webhook.id AND due_at IS NOT NULL)
                 FROM webhook ORDER BY id",
            )?;
            let found: Vec<Webhook> = statement.query_map((), read)?.collect::<rusqlite::Result<_>>()?;
            found
                .into_iter()
                .map(|webhook| Ok(Webhook { last: last(connection, webhook.id)?, ..webhook }))
                .collect()
        })
        .await
}

fn read(row: &Row<'_>) -> rusqlite::Result<Webhook> {
    let occasions: String = row.get(3)?;
    Ok(Webhook {
        id: row.get(0)?,
        url: row.get(1)?,
        proxy: row.get(2)?,
        // What another version wrote and this one does not know is nothing that it could tell.
        occasions: serde_json::from_str(&occasions).unwrap_or_default(),
        created_at: Timestamp::from_unix_ms(row.get(4)?),
        paused_at: row.get::<_, Option<i64>>(5)?.map(Timestamp::from_unix_ms),
        last: None,
        n_waiting: row.get(6)?,
    })
}

fn last(connection: &Connection, webhook: i64) -> rusqlite::Result<Option<Last>> {
    connection
        .prepare_cached(
            "SELECT n_attempts, due_at, settled_at, outcome FROM delivery
             WHERE webhook = ?1 AND outcome IS NOT NULL ORDER BY number DESC LIMIT 1",
        )?
        .query_row([webhook], |row| {
            Ok(Last {
                n_attempts: row.get(0)?,
                due_at: row.get::<_, Option<i64>>(1)?.map(Timestamp::from_unix_ms),
                settled_at: row.get::<_, Option<i64>>(2)?.map(Timestamp::from_unix_ms),
                outcome: row.get(3)?,
            })
        })
        .optional()
}

/// Hold one back, or let it go on. Its address, if there is such a one.
pub(crate) async fn set_paused(
    console: &Console,
    id: i64,
    paused_at: Option<Timestamp>,
) -> Result<Option<String>, DatabaseError> {
    let paused_at = paused_at.map(Timestamp::unix_ms);
    one(console, "UPDATE webhook SET paused_at = ?2 WHERE id = ?1 RETURNING url", id, Some(paused_at)).await
}

/// Forget one, with what it was still to be told. Its address, if there was such a one.
pub(crate) async fn delete(console: &Console, id: i64) -> Result<Option<String>, DatabaseError> {
    one(console, "DELETE FROM webhook WHERE id = ?1 RETURNING url", id, None).await
}

async fn one(
    console: &Console,
    sql: &'static str,
    id: i64,
    value: Option<Option<i64>>,
) -> Result<Option<String>, DatabaseError> {
    console
        .database()
        .write(move |transaction| {
            let url = |row: &Row<'_>| row.get(0);
            let done = match value {
                Some(value) => transaction.query_row(sql, params![id, value], url),
                None => transaction.query_row(sql, [id], url),
            };
            Ok(done.optional()?)
        })
        .await
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
            ("http://hooks.example/", None, Some(Wrong::Clear)),
            ("http://127.0.0.1.example/", None, Some(Wrong::Clear)),
            ("ftp://hooks.example/", None, Some(Wrong::Url)),
            ("https://me:secret@hooks.example/", None, Some(Wrong::Url)),
            ("hooks.example", None, Some(Wrong::Url)),
            ("https://hooks.example/", Some("proxy"), Some(Wrong::Proxy)),
            ("https://hooks.example/", Some("http://me:secret@proxy:3128"), Some(Wrong::Proxy)),
        ] {
            assert_eq!(Target::parse(url, proxy, Reach::Private).err(), wrong, "{url} {proxy:?}");
        }
    }

    #[test]
    fn this_machine_is_told_nothing_unless_that_is_allowed_and_a_cloud_s_credentials_never() {
        let is_out_of_reach =
            |url, reach| matches!(Target::parse(url, None, reach), Err(Wrong::NotAllowed(_)));
        for url in ["http://127.0.0.1:9000/", "http://localhost/", "https://[::1]/", "https://10.0.0.1/"] {
            assert!(is_out_of_reach(url, Reach::Public) && !is_out_of_reach(url, Reach::Private), "{url}");
        }
        for url in ["https://169.254.169.254/", "https://metadata.google.internal/", "https://[fe80::1]/"] {
            assert!(is_out_of_reach(url, Reach::Public) && is_out_of_reach(url, Reach::Private), "{url}");
        }
    }

    #[test]
    fn an_occasion_is_written_as_it_is_told() {
        for occasion in Occasion::CHOICES {
            assert_eq!(serde_json::to_value(occasion).unwrap(), occasion.as_str());
        }
    }
}

//! Configured sources in the console's database: what is secret is sealed, everything else can be read.
//!
//! Not here: what is done with them (`registry`).

use std::collections::BTreeSet;

use rollcall_admin::SourceRecord;
use rollcall_host::grant::Origin;
use rollcall_host::model::{Diagnosis, SourceName, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::complaints;
use super::configured::Configured;
use super::departed::{departed_name, departed_named};
use super::trust::Trust;
use super::way_out::{ServerProxy, Timing};
use crate::database::{Database, DatabaseError};
use crate::error::ConsoleError;
use crate::face::ScimFace;
use crate::sealing::SealingKey;

/// A source of the database that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable {
    pub(crate) name: SourceName,
    pub(crate) diagnosis: Diagnosis,
}

/// What is known of the way out without its secret.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct KeptEgress {
    proxy: Option<KeptProxy>,
    ca_pem: Option<String>,
    allow: Vec<Origin>,
}

#[derive(Serialize, Deserialize)]
struct KeptProxy {
    url: String,
    user: Option<String>,
}

/// What is sealed.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Secrets {
    settings: Map<String, Value>,
    proxy_password: Option<String>,
}

/// Every source, in order of name.
pub(crate) async fn all(
    database: &Database,
    key: &SealingKey,
) -> Result<Vec<Result<Configured, Unreadable>>, DatabaseError> {
    let records = database.source_records().await?;
    Ok(records.into_iter().filter_map(|record| open(record, key)).collect())
}

/// The source of this name.
pub(crate) async fn named(
    database: &Database,
    key: &SealingKey,
    name: &SourceName,
) -> Result<Option<Result<Configured, Unreadable>>, DatabaseError> {
    Ok(database.source_record(name).await?.and_then(|record| open(record, key)))
}

/// Keep a source, in the place of the one of its name.
pub(crate) async fn keep(
    database: &Database,
    key: &SealingKey,
    configured: &Configured,
    now: Timestamp,
) -> Result<(), ConsoleError> {
    Ok(database.keep_source(&seal(key, configured)?, now).await?)
}

/// Forget a source. Whether it was there.
pub(crate) async fn forget(database: &Database, name: &SourceName) -> Result<bool, DatabaseError> {
    database.forget_source(name).await
}

/// Where sealed secrets belong, so that those of one source cannot be given to another.
fn context(name: &str) -> String {
    format!("source/{name}/secrets")
}

fn seal(key: &SealingKey, configured: &Configured) -> Result<SourceRecord, ConsoleError> {
    let Configured {
        name,
        connector,
        settings,
        proxy,
        ca_pem,
        allow,
        timing,
        departed,
        face,
        is_followed,
        secret,
        trust,
    } = configured;
    let (hidden, shown): (Map<_, _>, Map<_, _>) =
        settings.clone().into_iter().partition(|(name, _)| secret.contains(name));
    let proxy_password = proxy.as_ref().and_then(|proxy| proxy.password.clone());
    let proxy = proxy.as_ref().map(|proxy| KeptProxy { url: proxy.url.clone(), user: proxy.user.clone() });
    let egress = KeptEgress { proxy, ca_pem: ca_pem.clone(), allow: allow.clone() };
    let secrets = json(&Secrets { settings: hidden, proxy_password })?;
    Ok(SourceRecord {
        name: name.as_str().to_owned(),
        connector: connector.clone(),
        settings: json(&shown)?,
        egress: json(&egress)?,
        secrets: key.seal(&context(name.as_str()), secrets.as_bytes())?,
        schedule: timing.as_ref().map(json).transpose()?,
        departed: departed_name(*departed).to_owned(),
        is_followed: *is_followed,
        trust: trust.as_ref().map(json).transpose()?,
        scim: (*face != ScimFace::default()).then(|| json(face)).transpose()?,
    })
}

/// None for a row whose name this program never wrote.
fn open(record: SourceRecord, key: &SealingKey) -> Option<Result<Configured, Unreadable>> {
    let name = SourceName::new(record.name.clone()).ok()?;
    Some(read(record, key, name.clone()).map_err(|diagnosis| Unreadable { name, diagnosis }))
}

fn read(record: SourceRecord, key: &SealingKey, name: SourceName) -> Result<Configured, Diagnosis> {
    let broken = |error: serde_json::Error| complaints::unreadable(&error.to_string());
    let opened =
        key.open(&context(&record.name), &record.secrets).map_err(|_| complaints::secrets_unreadable())?;
    let Secrets { settings: hidden, proxy_password } = serde_json::from_slice(&opened).map_err(broken)?;
    let mut settings: Map<String, Value> = serde_json::from_str(&record.settings).map_err(broken)?;
    let secret: BTreeSet<String> = hidden.keys().cloned().collect();
    settings.extend(hidden);
    let KeptEgress { proxy, ca_pem, allow } = serde_json::from_str(&record.egress).map_err(broken)?;
    let proxy = proxy.map(|KeptProxy { url, user }| ServerProxy { url, user, password: proxy_password });
    let timing: Option<Timing> =
        record.schedule.as_deref().map(serde_json::from_str).transpose().map_err(broken)?;
    let departed = departed_named(&record.departed)
        .ok_or_else(|| complaints::unreadable("departed is none of the choices"))?;
    let trust: Option<Trust> =
        record.trust.as_deref().map(serde_json::from_str).transpose().map_err(broken)?;
    let face: Option<ScimFace> =
        record.scim.as_deref().map(serde_json::from_str).transpose().map_err(broken)?;
    let (connector, is_followed) = (record.connector, record.is_followed);
    Ok(Configured {
        name,
        connector,
        settings,
        proxy,
        ca_pem,
        allow,
        timing,
        departed,
        face: face.unwrap_or_default(),
        is_followed,
        secret,
        trust,
    })
}

fn json(value: &impl Serialize) -> Result<String, DatabaseError> {
    serde_json::to_string(value).map_err(DatabaseError::failed)
}

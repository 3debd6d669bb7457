//! Where each secret of a source was to go when it was entered, and what a change of the source takes away: a secret goes
//! nowhere, and through nothing, that it was not entered for.
//!
//! Pure. A setting is one secret as a whole, however much is within. Not here: who may grant an origin (`registry`), and what
//! comes of a source that lost a secret.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rollcall_host::egress::Proxy;
use rollcall_host::grant::Origin;
use rollcall_host::model::Plan;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::pointers::{PROXY_PASSWORD, setting};
use super::way_out::ServerProxy;

/// What is remembered of a source's secrets beside their values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Trust {
    /// Those that are kept.
    pub(crate) held: Vec<KeptSecret>,
    /// Those that were taken away and must be entered again.
    pub(crate) cleared: Vec<Cleared>,
}

/// A secret setting that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptSecret {
    /// The name of the setting.
    pub(crate) setting: String,
    /// Whether its connector never sees it.
    pub(crate) is_sealed: bool,
    /// Where it may go.
    pub(crate) origins: BTreeSet<Origin>,
}

/// A secret that was taken away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cleared {
    /// Where it is entered: a JSON pointer, as in a form.
    pub(crate) pointer: String,
    pub(crate) why: Why,
    /// Where it went, or through what, as it is shown. Empty where that is not known.
    pub(crate) was: Vec<String>,
    /// Where it would go, or through what.
    pub(crate) would: Vec<String>,
}

/// What a secret was not entered for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Why {
    /// Another origin.
    Origin,
    /// Another proxy, or another way than through one.
    Proxy,
    /// Another certificate authority, which decides who is who.
    Authority,
    /// Another file of the connector, which would see it.
    Connector,
}

/// What a schema says about a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SettingKind {
    /// A secret that the connector never sees.
    Sealed,
    /// A secret that the connector sees.
    Disclosed,
    /// No secret: it is shown to whoever may manage.
    Plain,
    /// It is not in the schema.
    Unknown,
}

impl SettingKind {
    /// Of the setting of this name.
    pub(crate) fn of(schema: &Value, name: &str) -> Self {
        let Some(property) = schema.get("properties").and_then(|all| all.get(name)) else {
            return Self::Unknown;
        };
        match (n_with(property, "writeOnly"), n_with(property, "x-sealed")) {
            (0, _) => Self::Plain,
            // A schema whose marks seal nothing is refused when the connector is loaded.
            (n_secret, n_sealed) if n_secret == n_sealed => Self::Sealed,
            (..) => Self::Disclosed,
        }
    }

    const fn is_secret(self) -> bool {
        matches!(self, Self::Sealed | Self::Disclosed)
    }
}

/// How often a schema marks something with this keyword.
fn n_with(schema: &Value, keyword: &str) -> usize {
    match schema {
        Value::Object(members) => {
            let own = usize::from(members.get(keyword) == Some(&Value::Bool(true)));
            own + members.values().map(|value| n_with(value, keyword)).sum::<usize>()
        }
        Value::Array(items) => items.iter().map(|item| n_with(item, keyword)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

/// Where a setting of this kind may go by this plan. A sealed one goes where the plan sends it; one that the connector sees
/// can be sent by it wherever it may go.
pub(crate) fn reach(kind: SettingKind, name: &str, plan: &Plan, allow: &[Origin]) -> BTreeSet<Origin> {
    let parsed = |origin: &String| origin.parse::<Origin>().ok();
    if kind == SettingKind::Sealed {
        let own = pointer_within(name);
        let is_of = |setting: &str| {
            setting.strip_prefix(&own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let uses = plan.secrets.iter().filter(|used| is_of(&used.setting));
        return uses.flat_map(|used| &used.origins).filter_map(parsed).collect();
    }
    let planned = plan.origins.iter().filter_map(|planned| parsed(&planned.origin));
    planned.chain(allow.iter().cloned()).collect()
}

/// The pointer of a setting into the settings.
fn pointer_within(name: &str) -> String {
    setting(name).trim_start_matches("/settings").to_owned()
}

/// The secrets of these settings, each with where it may go by this plan.
pub(crate) fn held(
    schema: &Value,
    settings: &Map<String, Value>,
    plan: &Plan,
    allow: &[Origin],
) -> Vec<KeptSecret> {
    secrets(schema, settings)
        .map(|(name, kind)| KeptSecret {
            setting: name.clone(),
            is_sealed: kind == SettingKind::Sealed,
            origins: reach(kind, name, plan, allow),
        })
        .collect()
}

/// The settings that are secret and have a value.
pub(crate) fn secrets<'a>(
    schema: &'a Value,
    settings: &'a Map<String, Value>,
) -> impl Iterator<Item = (&'a String, SettingKind)> {
    let given = settings.iter().filter(|(_, value)| !is_nothing(value));
    given.map(|(name, _)| (name, SettingKind::of(schema, name))).filter(|(_, kind)| kind.is_secret())
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

/// What stands between this server and wherever a secret goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SecretRoute {
    /// Scheme, host, port and user. None: none.
    pub(crate) proxy: Option<String>,
    /// The certificates to trust beside the usual ones, by their SHA-256.
    pub(crate) authorities: BTreeSet<String>,
}

impl SecretRoute {
    pub(crate) fn of(proxy: Option<&ServerProxy>, ca_pem: Option<&str>) -> Self {
        Self { proxy: proxy.map(described), authorities: ca_pem.map(fingerprints).unwrap_or_default() }
    }

    /// In what this is another way than the one before. Fewer authorities are no other way.
    pub(crate) fn differs(&self, before: &Self) -> Option<(Why, Vec<String>, Vec<String>)> {
        if self.proxy != before.proxy {
            let shown = |proxy: &Option<String>| proxy.iter().cloned().collect();
            return Some((Why::Proxy, shown(&before.proxy), shown(&self.proxy)));
        }
        let new = !self.authorities.is_subset(&before.authorities);
        let shown = |authorities: &BTreeSet<String>| authorities.iter().cloned().collect();
        new.then(|| (Why::Authority, shown(&before.authorities), shown(&self.authorities)))
    }
}

/// A proxy as it is shown: without its password, and the same however its URL is written.
pub(crate) fn described(proxy: &ServerProxy) -> String {
    let url = proxy.url.parse::<Proxy>().map_or_else(|_| "?".to_owned(), |parsed| parsed.to_string());
    match &proxy.user {
        Some(user) => format!("{url} ({user})"),
        None => url,
    }
}

/// The SHA-256 of each certificate.
pub(crate) fn fingerprints(pem: &str) -> BTreeSet<String> {
    let blocks = pem.split("-----BEGIN ").skip(1).filter_map(|block| block.split("-----END ").next());
    blocks
        .map(|block| block.split_once("-----").map_or(block, |(_, encoded)| encoded))
        .map(fingerprint)
        .collect()
}

fn fingerprint(encoded: &str) -> String {
    let plain: String = encoded.split_whitespace().collect();
    // What is no base64 is no certificate either, and is told apart all the same.
    let der = STANDARD.decode(&plain).unwrap_or_else(|_| plain.into_bytes());
    let digest = Sha256::digest(der).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    format!("sha256:{digest}")
}

/// What was entered in one call, by JSON pointers as in a form: what stands there or below is new.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Given {
    pointers: BTreeSet<String>,
}

impl Given {
    /// Everything at these places.
    pub(crate) fn at(pointers: impl IntoIterator<Item = String>) -> Self {
        Self { pointers: pointers.into_iter().collect() }
    }

    /// What a merge patch replaces: where it has something else than an object. What an object leaves out stays.
    pub(crate) fn by_patch(patch: &Value) -> Self {
        let mut pointers = BTreeSet::new();
        replaced(patch, "", &mut pointers);
        Self { pointers }
    }

    /// Whether what stands at this place is new as a whole.
    pub(crate) fn has(&self, pointer: &str) -> bool {
        let is_within = |given: &String| {
            pointer.strip_prefix(given.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.pointers.iter().any(is_within)
    }
}

fn replaced(patch: &Value, pointer: &str, found: &mut BTreeSet<String>) {
    match patch {
        Value::Object(members) => {
            for (name, value) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                replaced(value, &format!("{pointer}/{name}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            found.insert(pointer.to_owned());
        }
    }
}

/// What one change of a source does to its secrets.
pub(crate) struct SecretsChange<'a> {
    /// What was known of them until now; none where no version that knows of it has looked at the source yet.
    pub(crate) before: Option<&'a Trust>,
    /// The settings that were secret until now.
    pub(crate) secret_before: &'a BTreeSet<String>,
    pub(crate) given: &'a Given,
    /// The schema of the connector from now on.
    pub(crate) schema: &'a Value,
}

impl SecretsChange<'_> {
    /// Take away what another file of the connector must not have: what it would see, unless a person confirmed the file, and
    /// what was sealed or not to be seen at all until now, whoever did.
    pub(crate) fn clear_for_new_file(
        &self,
        settings: &mut Map<String, Value>,
        is_confirmed: bool,
        (was, would): (&str, &str),
    ) -> Vec<Cleared> {
        let may_stay = |name: &str| match SettingKind::of(self.schema, name) {
            SettingKind::Sealed => true,
            SettingKind::Disclosed => is_confirmed && self.held(name).is_some_and(|held| !held.is_sealed),
            SettingKind::Plain | SettingKind::Unknown => false,
        };
        let names: Vec<String> =
            self.kept(settings).filter(|name| !may_stay(name)).map(str::to_owned).collect();
        let cleared = names.iter().filter(|name| SettingKind::of(self.schema, name) != SettingKind::Unknown);
        let cleared = cleared.map(|name| Cleared {
            pointer: setting(name),
            why: Why::Connector,
            was: vec![was.to_owned()],
            would: vec![would.to_owned()],
        });
        let cleared = cleared.collect();
        names.iter().for_each(|name| drop(settings.remove(name)));
        cleared
    }

    /// Take away what would go elsewhere.
    pub(crate) fn clear_for_new_origins(
        &self,
        settings: &mut Map<String, Value>,
        plan: &Plan,
        allow: &[Origin],
    ) -> Vec<Cleared> {
        let mut cleared = Vec::new();
        for name in self.kept(settings).map(str::to_owned).collect::<Vec<_>>() {
            let before = self.held(&name).map(|held| held.origins.clone()).unwrap_or_default();
            let now = reach(SettingKind::of(self.schema, &name), &name, plan, allow);
            if !now.is_subset(&before) {
                let shown = |origins: &BTreeSet<Origin>| origins.iter().map(ToString::to_string).collect();
                let (was, would) = (shown(&before), shown(&now));
                settings.remove(&name);
                cleared.push(Cleared { pointer: setting(&name), why: Why::Origin, was, would });
            }
        }
        cleared
    }

    /// Take away what would go another way: every secret, for a proxy sees where each goes and all that is not encrypted, and
    /// an authority says who is who.
    pub(crate) fn clear_for_new_way(
        &self,
        settings: &mut Map<String, Value>,
        proxy: Option<&mut ServerProxy>,
        before: &SecretRoute,
        now: &SecretRoute,
    ) -> Vec<Cleared> {
        let Some((why, was, would)) = now.differs(before) else { return Vec::new() };
        let cleared = |pointer: String| Cleared { pointer, why, was: was.clone(), would: would.clone() };
        let mut all = Vec::new();
        for name in self.kept(settings).map(str::to_owned).collect::<Vec<_>>() {
            settings.remove(&name);
            all.push(cleared(setting(&name)));
        }
        if let Some(proxy) = proxy.filter(|proxy| proxy.password.is_some())
            && !self.given.has(PROXY_PASSWORD)
        {
            proxy.password = None;
            // Whoever takes the name away has no use for the password.
            all.extend(proxy.user.as_ref().map(|_| cleared(PROXY_PASSWORD.to_owned())));
        }
        all
    }

    /// What had been taken away before, and still must be entered again.
    pub(crate) fn still_cleared(
        &self,
        settings: &Map<String, Value>,
        proxy: Option<&ServerProxy>,
    ) -> Vec<Cleared> {
        let before = self.before.into_iter().flat_map(|trust| &trust.cleared);
        let is_missing = |cleared: &&Cleared| {
            let has_place = if cleared.pointer == PROXY_PASSWORD {
                proxy.is_some_and(|proxy| proxy.user.is_some())
            } else {
                let properties = self.schema.get("properties").and_then(Value::as_object);
                let mut names = properties.into_iter().flat_map(Map::keys);
                names
                    .any(|name| setting(name) == cleared.pointer && settings.get(name).is_none_or(is_nothing))
            };
            has_place && !self.given.has(&cleared.pointer)
        };
        before.filter(is_missing).cloned().collect()
    }

    /// What was held before and is still there.
    pub(crate) fn held_before(&self, settings: &Map<String, Value>) -> Vec<KeptSecret> {
        let held = self.before.into_iter().flat_map(|trust| &trust.held);
        held.filter(|held| settings.contains_key(&held.setting)).cloned().collect()
    }

    /// Whether a secret is entered.
    pub(crate) fn gives_a_secret(&self, settings: &Map<String, Value>) -> bool {
        secrets(self.schema, settings).any(|(name, _)| self.given.has(&setting(name)))
    }

    /// The names of the secrets that were there before and were not entered now.
    fn kept<'s>(&'s self, settings: &'s Map<String, Value>) -> impl Iterator<Item = &'s str> {
        let given = settings.iter().filter(|(_, value)| !is_nothing(value)).map(|(name, _)| name.as_str());
        given.filter(|name| self.secret_before.contains(*name) && !self.given.has(&setting(name)))
    }

    fn held(&self, name: &str) -> Option<&KeptSecret> {
        self.before?.held.iter().find(|held| held.setting == name)
    }
}

#[cfg(test)]
mod tests;

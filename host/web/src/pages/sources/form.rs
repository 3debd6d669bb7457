//! What was entered in the form of a source, and what is configured by it.
//!
//! A field is named by the JSON pointer of what it sets, which is where complaints are, too. Secrets go in and never come out:
//! an empty field keeps the one there is. Not here: how the form looks (`draw`).

use std::collections::{BTreeMap, BTreeSet};

use rollcall_host::DepartedUsers;
use rollcall_host::limits::MAX_JITTER;
use rollcall_host::model::Timestamp;
use serde_json::{Map, Value};

use crate::face::ScimFace;
use crate::sources::complaint::Complaint;
use crate::sources::complaints;
use crate::sources::configured::{Configured, Draft, OnLoss, together};
use crate::sources::departed::departed_name;
use crate::sources::input::SourceInput;
use crate::sources::pointers::{PROXY_PASSWORD, setting};
use crate::sources::schema::{Field, FieldKind};
use crate::sources::trust::Given;
use crate::sources::way_out::{ServerProxy, Timing};

mod draw;

pub(crate) use draw::{Sheet, summary};

pub(crate) const NAME: &str = "/name";
pub(crate) const CONNECTOR: &str = "/connector";
pub(crate) const DEPARTED: &str = "/departed";
pub(crate) const SCIM_NAMES: &str = "/scim/names";
pub(crate) const SCIM_USER_NAMES: &str = "/scim/user_names";
pub(crate) const PROXY_URL: &str = "/egress/proxy/url";
pub(crate) const PROXY_USER: &str = "/egress/proxy/user";
pub(crate) const CA: &str = "/egress/ca";
pub(crate) const CRON: &str = "/schedule/cron";
pub(crate) const TIME_ZONE: &str = "/schedule/time_zone";
pub(crate) const JITTER: &str = "/schedule/jitter";

/// The box by which a person confirms the connector's new file; its value is the digest that was shown.
pub(crate) const CONFIRMED: &str = "confirmed-connector";

/// Set before a pointer: the secret there is to be forgotten.
const FORGET: &str = "forget:";

/// When a new source is imported, unless somebody chooses otherwise: at night, where the reader is likely to be.
const USUAL_CRON: &str = "30 3 * * *";
const USUAL_TIME_ZONE: &str = "Asia/Shanghai";
const USUAL_JITTER_MIN: u64 = 10;

/// What was entered, by the pointer of its field.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct SourceForm {
    values: BTreeMap<String, String>,
}

/// The name of the box that has the secret at a pointer forgotten.
pub(crate) fn forget(pointer: &str) -> String {
    format!("{FORGET}{pointer}")
}

impl SourceForm {
    /// What a browser sent.
    pub(crate) fn sent(pairs: Vec<(String, String)>) -> Self {
        // Browsers end the lines of a text area as MIME does.
        let unix = |(name, value): (String, String)| (name, value.replace("\r\n", "\n"));
        Self { values: pairs.into_iter().map(unix).collect() }
    }

    /// What an empty form for this connector begins with.
    pub(crate) fn usual(connector_id: &str, fields: &[Field]) -> Self {
        let mut entered = Self::default();
        entered.set(NAME, connector_id.to_owned());
        entered.set(DEPARTED, departed_name(DepartedUsers::default()).to_owned());
        entered.set_face(ScimFace::default());
        entered.set(CRON, USUAL_CRON.to_owned());
        entered.set(TIME_ZONE, USUAL_TIME_ZONE.to_owned());
        entered.set(JITTER, USUAL_JITTER_MIN.to_string());
        for field in fields {
            if let Some(text) = field.default.as_ref().and_then(|value| text_of(&field.kind, value)) {
                entered.set(&setting(&field.name), text);
            }
        }
        entered
    }

    /// What is configured, without its secrets.
    pub(crate) fn configured_before(configured: &Configured, fields: &[Field]) -> Self {
        let mut entered = Self::default();
        entered.set(NAME, configured.name.to_string());
        entered.set(DEPARTED, departed_name(configured.departed).to_owned());
        entered.set_face(configured.face);
        if let Some(proxy) = &configured.proxy {
            entered.set(PROXY_URL, proxy.url.clone());
            entered.set(PROXY_USER, proxy.user.clone().unwrap_or_default());
        }
        entered.set(CA, configured.ca_pem.clone().unwrap_or_default());
        if let Some(timing) = &configured.timing {
            entered.set(CRON, timing.cron.clone());
            entered.set(TIME_ZONE, timing.time_zone.clone().unwrap_or_default());
            entered.set(JITTER, (timing.jitter_s / 60).to_string());
        }
        for field in fields.iter().filter(|field| !field.is_secret) {
            let value = configured.settings.get(&field.name).or(field.default.as_ref());
            if let Some(text) = value.and_then(|value| text_of(&field.kind, value)) {
                entered.set(&setting(&field.name), text);
            }
        }
        entered
    }

    /// What was entered at a pointer, as it was entered.
    pub(crate) fn raw(&self, pointer: &str) -> &str {
        self.values.get(pointer).map_or("", String::as_str)
    }

    /// What was entered at a pointer, if anything was.
    fn text(&self, pointer: &str) -> Option<&str> {
        Some(self.raw(pointer).trim()).filter(|text| !text.is_empty())
    }

    /// Whether a box is ticked.
    pub(crate) fn is_ticked(&self, pointer: &str) -> bool {
        self.values.contains_key(pointer)
    }

    /// When the schedule that was entered would be due next; none if it is none, or wrong.
    pub(crate) fn next_run_at(&self, now: Timestamp) -> Option<Timestamp> {
        let mut reading = FormReader { entered: self, before: None, complaints: Vec::new() };
        let timing = reading.timing().filter(|_| reading.complaints.is_empty())?;
        timing.schedule().ok()?.next_after(now, 0)
    }

    fn set_face(&mut self, face: ScimFace) {
        self.set(SCIM_NAMES, face.names.as_str().to_owned());
        self.set(SCIM_USER_NAMES, face.user_names.as_str().to_owned());
    }

    fn set(&mut self, pointer: &str, text: String) {
        self.values.insert(pointer.to_owned(), text);
    }

    /// What is configured by it with the connector whose digest and fields these are, as far as it can be read. `before` is
    /// what was configured until now, whose name stays, and whose secrets stay where they go as before.
    pub(crate) fn draft(&self, connector: &str, fields: &[Field], before: Option<&Configured>) -> Draft {
        let mut reading = FormReader { entered: self, before, complaints: Vec::new() };
        let settings = reading.settings(fields);
        let draft = Draft::of(reading.input());
        Draft {
            name: before.map_or(draft.name, |before| Some(before.name.clone())),
            connector: connector.to_owned(),
            settings,
            allow: before.map(|before| before.allow.clone()).unwrap_or_default(),
            is_followed: before.is_some_and(|before| before.is_followed),
            given: self.given(fields),
            is_connector_confirmed: self.raw(CONFIRMED) == connector,
            on_loss: OnLoss::Ask,
            complaints: together(draft.complaints, reading.complaints),
            ..draft
        }
    }

    /// What is new: whatever has something entered, and the secrets that are to be forgotten. As it is read: of a setting that is
    /// only blanks, what is kept stays.
    fn given(&self, fields: &[Field]) -> Given {
        let settings = fields.iter().map(|field| setting(&field.name));
        let mut pointers: BTreeSet<String> =
            settings.filter(|at| self.text(at).is_some() || self.is_ticked(&forget(at))).collect();
        if !self.raw(PROXY_PASSWORD).is_empty() || self.is_ticked(&forget(PROXY_PASSWORD)) {
            pointers.insert(PROXY_PASSWORD.to_owned());
        }
        Given::at(pointers)
    }
}

/// Reads on after a complaint, so that all are told at once.
struct FormReader<'a> {
    entered: &'a SourceForm,
    before: Option<&'a Configured>,
    complaints: Vec<Complaint>,
}

impl FormReader<'_> {
    /// What was entered beside the settings. What is not in the form stays as it was.
    fn input(&mut self) -> SourceInput {
        let (entered, before) = (self.entered, self.before);
        let face = before.map(|before| before.face).unwrap_or_default();
        let or = |pointer: &str, before: &str| Some(entered.text(pointer).unwrap_or(before).to_owned());
        SourceInput {
            // The name of a source stays.
            name: before.is_none().then(|| entered.raw(NAME).trim().to_owned()),
            departed: Some(entered.raw(DEPARTED).to_owned()),
            scim_names: or(SCIM_NAMES, face.names.as_str()),
            scim_user_names: or(SCIM_USER_NAMES, face.user_names.as_str()),
            proxy: self.proxy(),
            ca_pem: entered.text(CA).map(|pem| format!("{pem}\n")),
            allow: None,
            timing: self.timing(),
        }
    }

    fn settings(&mut self, fields: &[Field]) -> Map<String, Value> {
        let mut settings = Map::new();
        for field in fields {
            if let Some(value) = self.setting(field) {
                settings.insert(field.name.clone(), value);
            }
        }
        settings
    }

    fn setting(&mut self, field: &Field) -> Option<Value> {
        let pointer = setting(&field.name);
        let entered = self.entered;
        if field.is_secret && entered.text(&pointer).is_none() {
            let kept = self.before.and_then(|before| before.settings.get(&field.name));
            return kept.filter(|_| !entered.is_ticked(&forget(&pointer))).cloned();
        }
        let text = entered.text(&pointer);
        match &field.kind {
            FieldKind::Truth => Some(Value::from(entered.is_ticked(&pointer))),
            // Not trimmed: a tab may be one of the choices.
            FieldKind::Choice(_) => {
                Some(entered.raw(&pointer)).filter(|text| !text.is_empty()).map(Value::from)
            }
            FieldKind::Text | FieldKind::Address => text.map(Value::from),
            FieldKind::Integer { .. } => {
                self.parsed(text?.parse::<i64>().ok().map(Value::from), || complaints::not_a_number(&pointer))
            }
            FieldKind::Lines => {
                let lines = text?.lines().map(str::trim).filter(|line| !line.is_empty());
                Some(lines.map(Value::from).collect())
            }
            FieldKind::Json => {
                self.parsed(serde_json::from_str(text?).ok(), || complaints::not_json(&pointer))
            }
        }
    }

    fn proxy(&mut self) -> Option<ServerProxy> {
        let url = self.entered.text(PROXY_URL).map(str::to_owned);
        let user = self.entered.text(PROXY_USER).map(str::to_owned);
        // Not trimmed: a password may begin or end with a blank.
        let entered =
            Some(self.entered.raw(PROXY_PASSWORD)).filter(|text| !text.is_empty()).map(str::to_owned);
        let before = self.before.and_then(|before| before.proxy.as_ref());
        let is_forgotten = self.entered.is_ticked(&forget(PROXY_PASSWORD));
        let kept =
            before.and_then(|before| before.password.clone()).filter(|_| !is_forgotten && user.is_some());
        match url {
            Some(url) => Some(ServerProxy { url, user, password: entered.or(kept) }),
            None => {
                if user.is_some() || entered.is_some() {
                    self.complaints.push(complaints::proxy_missing());
                }
                None
            }
        }
    }

    fn timing(&mut self) -> Option<Timing> {
        let cron = self.entered.text(CRON)?.to_owned();
        let time_zone = self.entered.text(TIME_ZONE).map(str::to_owned);
        let minutes = match self.entered.text(JITTER) {
            None => Some(0),
            Some(text) => self.parsed(text.parse::<u64>().ok(), || complaints::not_a_number(JITTER)),
        };
        // What is too much is said by the host, which knows how much that is, and so is what is wrong beside this.
        let jitter_s = minutes.unwrap_or(0).saturating_mul(60).min(MAX_JITTER.as_secs().saturating_add(1));
        Some(Timing { cron, time_zone, jitter_s })
    }

    fn parsed<T>(&mut self, value: Option<T>, complaint: impl FnOnce() -> Complaint) -> Option<T> {
        if value.is_none() {
            self.complaints.push(complaint());
        }
        value
    }
}

/// A value as it would be entered; none where the box is not ticked.
fn text_of(kind: &FieldKind, value: &Value) -> Option<String> {
    match (kind, value) {
        (FieldKind::Truth, value) => value.as_bool().filter(|is_true| *is_true).map(|_| "on".to_owned()),
        (FieldKind::Lines, Value::Array(lines)) => {
            Some(lines.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n"))
        }
        (FieldKind::Json, value) => serde_json::to_string_pretty(value).ok(),
        (_, Value::String(text)) => Some(text.clone()),
        (_, Value::Null) => None,
        (_, other) => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests;

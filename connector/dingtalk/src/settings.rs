//! The connector's settings: read from JSON with every problem at once. What they are for is said in `settings/schema.json`.

use crate::address::{Address, WEB, WEB_SOCKET};
use crate::codes;
use crate::crypto::Callback;
use crate::limits::{DEFAULT_REQUESTS_PER_SECOND, MAX_REQUESTS_PER_SECOND};
use crate::messages::settings as say;
use crate::wire::lenient::is_blank;
use rollcall_kit::Diagnosis;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::fmt;

/// JSON Schema 2020-12 of the settings.
pub(crate) const SCHEMA: &str = include_str!("settings/schema.json");

const OAPI_BASE: &str = "https://oapi.dingtalk.com";
/// Origin of the new API, unless the settings say otherwise.
pub(crate) const API_BASE: &str = "https://api.dingtalk.com";

/// Settings that a delivery is verified and understood with.
const OF_DELIVERIES: [&str; 5] = ["corp_id", "app_key", "events", "callback_token", "callback_aes_key"];

/// The same two origins of DingTalk overseas.
const OVERSEAS: (&str, &str) = ("https://oapi.dingtalk.io", "https://api.dingtalk.io");

/// What an administrator entered, all of it well-formed.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    /// The organization.
    pub(crate) corp_id: String,
    /// The application; not a secret.
    pub(crate) app_key: String,
    /// What stands for the application's secret: this connector never has the secret itself.
    pub(crate) app_secret: String,
    /// Whether to ask about each department.
    pub(crate) details: bool,
    /// Whether to ask about each person.
    pub(crate) person_details: bool,
    /// Whether to ask about the accounts that the company owns.
    pub(crate) account_status: bool,
    /// Whether to leave out departments of branch organisations.
    pub(crate) leave_out_branches: bool,
    /// For each interface.
    pub(crate) requests_per_second: u32,
    /// Origin of the old API.
    pub(crate) oapi_base: String,
    /// Origin of the new API.
    pub(crate) api_base: String,
    /// Origin of the WebSocket, where it is none that this connector knows of itself: as `https:` or `http:`.
    pub(crate) stream_base: Option<String>,
    /// What the secret is exchanged by.
    pub(crate) token_interface: TokenInterface,
    /// How changes are to arrive.
    pub(crate) events: EventsWay,
}

/// Which interface the secret is exchanged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub(crate) enum TokenInterface {
    /// The new one, unless there is no way to it: a gateway for the old API alone, or an origin that is not granted.
    #[default]
    #[serde(rename = "auto")]
    Auto,
    /// The new one: the secret in a body.
    #[serde(rename = "accessToken")]
    AccessToken,
    /// The old one: the secret in an address.
    #[serde(rename = "gettoken")]
    GetToken,
}

/// How changes are to arrive.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum EventsWay {
    /// Not at all.
    #[default]
    Off,
    /// DingTalk calls an address of the host.
    Http(Callback),
    /// The host holds a WebSocket.
    Stream,
}

impl Settings {
    /// Read a JSON text.
    ///
    /// # Errors
    /// Every problem, each with its place.
    pub(crate) fn parse(text: &str) -> Result<Self, Vec<Diagnosis>> {
        let (settings, problems) = Self::read(text)?;
        if problems.is_empty() { Ok(settings) } else { Err(problems) }
    }

    /// As [`Settings::parse`], for deliveries alone: others may be wrong, and have their defaults then.
    ///
    /// # Errors
    /// Every problem with what deliveries need, each with its place.
    pub(crate) fn parse_for_deliveries(text: &str) -> Result<Self, Vec<Diagnosis>> {
        let (settings, mut problems) = Self::read(text)?;
        let is_needed =
            |pointer: &str| OF_DELIVERIES.iter().any(|name| pointer.strip_prefix('/') == Some(*name));
        problems.retain(|problem| problem.setting.as_deref().is_none_or(is_needed));
        if problems.is_empty() { Ok(settings) } else { Err(problems) }
    }

    /// What is there, with a default for whatever is wrong, and what that is.
    fn read(text: &str) -> Result<(Self, Vec<Diagnosis>), Vec<Diagnosis>> {
        let Ok(Value::Object(members)) = serde_json::from_str(text) else {
            return Err(vec![problem("", codes::settings_not_an_object())]);
        };
        let mut reader = Reader { members, problems: Vec::new() };
        let mut settings = Self {
            corp_id: reader.required("corp_id", 128),
            app_key: reader.required("app_key", 128),
            app_secret: reader.sealed("app_secret"),
            details: reader.flag("details"),
            person_details: reader.flag("person_details"),
            account_status: reader.flag("account_status"),
            leave_out_branches: reader.flag("leave_out_branches"),
            requests_per_second: reader.rate("requests_per_second"),
            oapi_base: reader.origin("oapi_base", OAPI_BASE),
            api_base: reader.origin("api_base", API_BASE),
            stream_base: reader.web_socket_origin("stream_base"),
            token_interface: reader.choice("token_interface", say::not_a_token_interface),
            events: reader.events(),
        };
        settings.go_overseas();
        Ok((settings, reader.finish()))
    }

    /// Where the old API or the new one is overseas, so is the other, unless it leads somewhere else: an application of one
    /// DingTalk is unknown to the other.
    fn go_overseas(&mut self) {
        if self.oapi_base == OVERSEAS.0 && self.api_base == API_BASE {
            OVERSEAS.1.clone_into(&mut self.api_base);
        }
        if self.api_base == OVERSEAS.1 && self.oapi_base == OAPI_BASE {
            OVERSEAS.0.clone_into(&mut self.oapi_base);
        }
    }

    /// Why the secret is exchanged by the old interface from the start; none if it is by the new one.
    pub(crate) fn old_token_interface(&self) -> Option<OldInterface> {
        match self.token_interface {
            TokenInterface::AccessToken => None,
            TokenInterface::GetToken => Some(OldInterface::Chosen),
            TokenInterface::Auto => self.has_an_old_gateway().then_some(OldInterface::Gateway),
        }
    }

    /// Whether something stands in for the old API alone, so that nobody knows of a way to the new one.
    fn has_an_old_gateway(&self) -> bool {
        self.oapi_base != OAPI_BASE && self.api_base == API_BASE
    }
}

/// Why the secret goes into an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OldInterface {
    /// The settings say so.
    Chosen,
    /// A gateway stands in for the old API alone.
    Gateway,
    /// The new API's origin is not granted.
    NotGranted,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("corp_id", &self.corp_id)
            .field("app_key", &self.app_key)
            .field("details", &self.details)
            .field("person_details", &self.person_details)
            .field("account_status", &self.account_status)
            .field("leave_out_branches", &self.leave_out_branches)
            .field("requests_per_second", &self.requests_per_second)
            .field("oapi_base", &self.oapi_base)
            .field("api_base", &self.api_base)
            .field("stream_base", &self.stream_base)
            .field("token_interface", &self.token_interface)
            .field("events", &self.events)
            .finish_non_exhaustive()
    }
}

/// Takes members out one by one; what is wrong is gathered and a default stands in for it.
struct Reader {
    members: Map<String, Value>,
    problems: Vec<Diagnosis>,
}

impl Reader {
    fn required(&mut self, name: &str, max_chars: usize) -> String {
        let judged = match self.members.remove(name) {
            None | Some(Value::Null) => Err(say::missing(name)),
            Some(Value::String(text)) => word(name, text, max_chars),
            Some(_) => Err(say::not_a_text(name)),
        };
        self.or_default(name, judged)
    }

    /// A secret that is sealed: whether it is fit to be one, only the host can say.
    fn sealed(&mut self, name: &str) -> String {
        let judged = match self.members.remove(name) {
            None | Some(Value::Null) => Err(say::missing(name)),
            Some(Value::String(token)) if token.trim().is_empty() => Err(say::missing(name)),
            Some(Value::String(token)) => Ok(token),
            Some(_) => Err(say::not_a_text(name)),
        };
        self.or_default(name, judged)
    }

    fn flag(&mut self, name: &str) -> bool {
        let judged = match self.members.remove(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => Err(say::not_a_flag(name)),
        };
        self.or_default(name, judged)
    }

    /// One of a few words.
    fn choice<T: DeserializeOwned + Default>(&mut self, name: &str, wrong: fn(&str) -> Diagnosis) -> T {
        let judged = match self.members.remove(name) {
            None => Ok(T::default()),
            Some(value) => serde_json::from_value(value).map_err(|_| wrong(name)),
        };
        self.or_default(name, judged)
    }

    fn rate(&mut self, name: &str) -> u32 {
        let judged = match self.members.remove(name) {
            None => Ok(DEFAULT_REQUESTS_PER_SECOND),
            Some(value) => value
                .as_u64()
                .and_then(|rate| u32::try_from(rate).ok())
                .filter(|rate| (1..=MAX_REQUESTS_PER_SECOND).contains(rate))
                .ok_or_else(|| codes::setting_out_of_range(name, MAX_REQUESTS_PER_SECOND)),
        };
        self.or_default(name, judged)
    }

    fn origin(&mut self, name: &str, default: &str) -> String {
        let judged = match self.members.remove(name) {
            None => Ok(default.to_owned()),
            Some(Value::String(text)) => Address::parse(&text, &WEB)
                .and_then(Address::into_origin)
                .ok_or_else(|| say::not_an_origin(name, default)),
            Some(_) => Err(say::not_a_text(name)),
        };
        self.or_default(name, judged)
    }

    fn web_socket_origin(&mut self, name: &str) -> Option<String> {
        let judged = match self.members.remove(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => {
                let web_socket = Address::parse(&text, &WEB_SOCKET).or_else(|| Address::parse(&text, &WEB));
                let origin = web_socket
                    .and_then(|address| address.clone().into_origin().map(|_| Some(address.web_origin())));
                origin.ok_or_else(|| say::not_an_origin_of_a_web_socket(name))
            }
            Some(_) => Err(say::not_a_text(name)),
        };
        self.or_default(name, judged)
    }

    /// What belongs to another way than the chosen one is checked all the same, and kept for later.
    fn events(&mut self) -> EventsWay {
        let chosen: ChosenEvents = self.choice("events", say::not_a_way);
        let wanted = chosen == ChosenEvents::Http;
        let token = self.secret("callback_token", wanted, is_callback_token);
        let aes_key = self.secret("callback_aes_key", wanted, |key| Callback::new("", key).is_some());
        match chosen {
            ChosenEvents::Off => EventsWay::Off,
            ChosenEvents::Stream => EventsWay::Stream,
            ChosenEvents::Http => Callback::new(&token, &aes_key).map_or(EventsWay::Off, EventsWay::Http),
        }
    }

    fn secret(&mut self, name: &str, wanted: bool, is_right: impl FnOnce(&str) -> bool) -> String {
        let judged = match self.members.remove(name) {
            None | Some(Value::Null) if wanted => Err(say::missing(name)),
            None | Some(Value::Null) => Ok(String::new()),
            Some(Value::String(text)) if text.is_empty() && !wanted => Ok(text),
            Some(Value::String(text)) if text.is_empty() => Err(say::missing(name)),
            Some(Value::String(text)) if is_right(&text) => Ok(text),
            Some(Value::String(_)) => Err(say::not_of_a_callback(name)),
            Some(_) => Err(say::not_a_text(name)),
        };
        self.or_default(name, judged)
    }

    fn or_default<T: Default>(&mut self, name: &str, judged: Result<T, Diagnosis>) -> T {
        judged.unwrap_or_else(|diagnosis| {
            self.problems.push(problem(name, diagnosis));
            T::default()
        })
    }

    /// What is left is nothing that this connector knows.
    fn finish(mut self) -> Vec<Diagnosis> {
        for name in self.members.keys() {
            self.problems.push(problem(name, say::unknown(name)));
        }
        self.problems
    }
}

/// The value of `events`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ChosenEvents {
    #[default]
    Off,
    Http,
    Stream,
}

fn is_callback_token(text: &str) -> bool {
    (3..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn word(name: &str, text: String, max_chars: usize) -> Result<String, Diagnosis> {
    if text.trim().is_empty() {
        Err(say::missing(name))
    } else if text.chars().any(|char| is_blank(char) || char.is_control()) {
        Err(codes::setting_has_white_space(name))
    } else if max_chars < text.chars().count() {
        Err(say::too_long(name, max_chars))
    } else {
        Ok(text)
    }
}

fn problem(name: &str, diagnosis: Diagnosis) -> Diagnosis {
    let pointer = if name.is_empty() {
        String::new()
    } else {
        format!("/{}", name.replace('~', "~0").replace('/', "~1"))
    };
    diagnosis.about_setting(pointer)
}

#[cfg(test)]
mod tests;

//! The connector's settings: their JSON Schema, and reading them with all problems at once. Offline.

use crate::codes;
use crate::limits::{MAX_TOKEN_CHARS, MIN_TOKEN_CHARS};
use crate::place::{File, listed, quoted};
use crate::token::WebhookToken;
use http::Uri;
use http::uri::Scheme;
use rollcall_kit::{Diagnosis, EventDelivery, Origin, Plan, SecretUse};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::fmt;

/// JSON Schema of the settings.
pub(crate) const SCHEMA: &str = include_str!("settings.schema.json");

const NAMES: [&str; 6] =
    ["url", "departments_url", "people_url", "delimiter", "authorization", "webhook_token"];

/// What an administrator has chosen.
#[derive(Debug, PartialEq)]
pub(crate) struct Settings {
    /// Where the roster is.
    pub(crate) source: RosterSource,
    /// What to send as `Authorization`.
    pub(crate) authorization: Option<Authorization>,
    /// What a delivery of the webhook must carry; none when there is no webhook.
    pub(crate) webhook: Option<WebhookToken>,
}

/// Where the roster is, and in which format.
#[derive(Debug, PartialEq)]
pub(crate) enum RosterSource {
    /// One JSON document.
    Json(Address),
    /// Two CSV files.
    Csv {
        /// The departments.
        departments: Address,
        /// The people.
        people: Address,
        /// What stands between two columns.
        delimiter: Delimiter,
    },
}

/// Where a file is. Its `Debug` leaves out the query, which may carry a secret.
#[derive(Clone, PartialEq)]
pub(crate) struct Address {
    uri: Uri,
    origin: String,
}

/// What stands between two columns of a CSV file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delimiter {
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// A tab.
    Tab,
    /// `|`
    Bar,
}

/// What stands for the value of an `Authorization` header: this connector never has the value itself.
#[derive(Clone, PartialEq)]
pub(crate) struct Authorization(String);

impl Settings {
    /// Read the settings.
    ///
    /// # Errors
    /// Every wrong setting.
    pub(crate) fn parse(json: &str) -> Result<Self, Vec<Diagnosis>> {
        let mut reader = Reader::new(json)?;
        let source = reader.source();
        // It is sealed: what is wrong with it, only the host can say.
        let authorization = reader.text("authorization").map(Authorization);
        let webhook = reader.webhook();
        match source {
            Some(source) if reader.problems.is_empty() => Ok(Self { source, authorization, webhook }),
            _ => Err(reader.problems),
        }
    }

    /// The origins that it will talk to, each of which gets the authorization, and how changes are told.
    pub(crate) fn plan(&self) -> Plan {
        let origins: BTreeSet<String> = self.addresses().map(|address| address.origin.clone()).collect();
        let setting = pointer("authorization");
        let used = SecretUse { setting, origins: origins.iter().cloned().collect() };
        let secrets = self.authorization.as_ref().map(|_| used);
        let event_delivery =
            if self.webhook.is_some() { EventDelivery::Callbacks } else { EventDelivery::None };
        Plan {
            event_delivery,
            origins: origins.into_iter().map(Origin::required).collect(),
            secrets: secrets.into_iter().collect(),
            ..Plan::default()
        }
    }

    /// Whether the secret would cross the network unencrypted.
    pub(crate) fn exposes_authorization(&self) -> bool {
        self.authorization.is_some()
            && self.addresses().any(|address| address.uri.scheme() == Some(&Scheme::HTTP))
    }

    pub(crate) fn addresses(&self) -> impl Iterator<Item = &Address> {
        let (first, second) = match &self.source {
            RosterSource::Json(document) => (document, None),
            RosterSource::Csv { departments, people, .. } => (departments, Some(people)),
        };
        std::iter::once(first).chain(second)
    }
}

impl Address {
    fn parse(text: &str) -> Result<Self, Diagnosis> {
        // What a person copies from a browser may hold letters that a request cannot.
        let uri: Uri = percent_encoded(text).parse().map_err(|_| not_an_address())?;
        let Some(authority) = uri.authority() else { return Err(not_an_address()) };
        if authority.as_str().contains('@') {
            return Err(password_in_address());
        }
        let origin = origin(&uri).ok_or_else(not_an_address)?;
        Ok(Self { uri, origin })
    }

    /// The address to ask.
    pub(crate) fn url(&self) -> String {
        let rest = self.uri.path_and_query().map_or("/", |rest| rest.as_str());
        format!("{}{rest}", self.origin)
    }

    /// How messages name it.
    pub(crate) fn file(&self) -> File {
        File::new(&self.origin, self.uri.path())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Address").field(&self.file().address()).finish()
    }
}

impl Delimiter {
    pub(crate) fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Bar => b'|',
        }
    }
}

impl Authorization {
    pub(crate) fn value(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authorization(…)")
    }
}

/// Reads settings one by one and gathers what is wrong.
struct Reader {
    settings: Map<String, Value>,
    problems: Vec<Diagnosis>,
}

impl Reader {
    fn new(json: &str) -> Result<Self, Vec<Diagnosis>> {
        match serde_json::from_str(json) {
            Ok(Value::Object(settings)) => {
                let unknown = settings.keys().filter(|name| !NAMES.contains(&name.as_str()));
                let problems = unknown.map(|name| unknown_setting(name)).collect();
                Ok(Self { settings, problems })
            }
            Ok(_) | Err(_) => Err(vec![not_an_object().about_setting("")]),
        }
    }

    fn source(&mut self) -> Option<RosterSource> {
        let document = self.address("url");
        let departments = self.address("departments_url");
        let people = self.address("people_url");
        let delimiter = self.delimiter();
        match (document, departments, people) {
            (GivenSetting::Nothing, GivenSetting::Nothing, GivenSetting::Nothing) => {
                self.problem("url", no_address());
                None
            }
            (GivenSetting::Good(document), GivenSetting::Nothing, GivenSetting::Nothing) => {
                Some(RosterSource::Json(document))
            }
            (GivenSetting::Nothing, GivenSetting::Good(departments), GivenSetting::Good(people)) => {
                Some(RosterSource::Csv { departments, people, delimiter: delimiter? })
            }
            (GivenSetting::Nothing, GivenSetting::Nothing, _) => {
                self.problem("departments_url", other_half("departments_url", "people_url"));
                None
            }
            (GivenSetting::Nothing, _, GivenSetting::Nothing) => {
                self.problem("people_url", other_half("people_url", "departments_url"));
                None
            }
            (GivenSetting::Nothing, _, _) | (_, GivenSetting::Nothing, GivenSetting::Nothing) => None,
            (..) => {
                self.problem("url", two_formats());
                None
            }
        }
    }

    fn address(&mut self, name: &str) -> GivenSetting<Address> {
        let Some(text) = self.text(name) else { return GivenSetting::Nothing };
        match Address::parse(&text) {
            Ok(address) => GivenSetting::Good(address),
            Err(why) => {
                self.problem(name, why);
                GivenSetting::Bad
            }
        }
    }

    fn delimiter(&mut self) -> Option<Delimiter> {
        // Not `text`: a tab is white space.
        let given = self.settings.get("delimiter").filter(|value| !value.is_null());
        match given.map(Value::as_str) {
            None | Some(Some("" | ",")) => Some(Delimiter::Comma),
            Some(Some(";")) => Some(Delimiter::Semicolon),
            Some(Some("\t")) => Some(Delimiter::Tab),
            Some(Some("|")) => Some(Delimiter::Bar),
            Some(_) => {
                self.problem("delimiter", not_a_delimiter());
                None
            }
        }
    }

    fn webhook(&mut self) -> Option<WebhookToken> {
        let text = self.text("webhook_token")?;
        let token = WebhookToken::new(text);
        if token.is_none() {
            self.problem("webhook_token", not_a_token());
        }
        token
    }

    /// The text of a setting; forms send an empty one for nothing.
    fn text(&mut self, name: &str) -> Option<String> {
        let text = match self.settings.get(name) {
            None | Some(Value::Null) => return None,
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                self.problem(name, not_a_text(name));
                return None;
            }
        };
        (!text.is_empty()).then_some(text)
    }

    fn problem(&mut self, name: &str, diagnosis: Diagnosis) {
        self.problems.push(diagnosis.about_setting(pointer(name)));
    }
}

/// What was found of one setting.
enum GivenSetting<T> {
    Nothing,
    Bad,
    Good(T),
}

fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for char in text.chars() {
        if char.is_ascii_graphic() {
            encoded.push(char);
        } else {
            let mut bytes = [0; 4];
            encoded.extend(char.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")));
        }
    }
    encoded
}

/// The origin as the contract writes it: no default port, host in lower case.
fn origin(uri: &Uri) -> Option<String> {
    let (scheme, default_port) = match uri.scheme_str()? {
        "https" => ("https", 443),
        "http" => ("http", 80),
        _ => return None,
    };
    let host = uri.host()?.to_ascii_lowercase();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    if host.is_empty() || !host.bytes().all(is_plain) {
        return None;
    }
    match uri.port_u16() {
        Some(port) if port != default_port => Some(format!("{scheme}://{host}:{port}")),
        Some(_) | None => Some(format!("{scheme}://{host}")),
    }
}

fn pointer(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn not_an_object() -> Diagnosis {
    codes::settings_not_an_object()
}

fn unknown_setting(name: &str) -> Diagnosis {
    codes::unknown_setting(quoted(name), listed(&NAMES)).about_setting(pointer(name))
}

fn not_a_text(name: &str) -> Diagnosis {
    codes::setting_not_a_text(name)
}

fn not_an_address() -> Diagnosis {
    // The value is not repeated: someone may have pasted a secret.
    codes::not_an_address()
}

fn password_in_address() -> Diagnosis {
    codes::password_in_address()
}

fn no_address() -> Diagnosis {
    codes::no_address()
}

fn other_half(missing: &str, given: &str) -> Diagnosis {
    codes::half_a_pair(given, missing)
}

fn two_formats() -> Diagnosis {
    codes::two_formats()
}

fn not_a_delimiter() -> Diagnosis {
    codes::not_a_delimiter()
}

fn not_a_token() -> Diagnosis {
    // The value is not repeated: it is a secret.
    codes::not_a_token(MIN_TOKEN_CHARS, MAX_TOKEN_CHARS)
}

#[cfg(test)]
mod tests;

//! A source file with everything that it points to in place: environment variables, files, paths beside it.

use std::env::VarError;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use rollcall_host::DepartedUsers;
use rollcall_host::egress::{Egress, InvalidProxy, Proxy};
use rollcall_host::follow::{InvalidSchedule, Schedule};
use rollcall_host::grant::Origin;
use rollcall_host::model::SourceName;
use rollcall_web::{ScimFace, ScimNames, ScimUserNames};
use serde_json::Value;

use super::parse::{
    Placed, Word, Written, WrittenEgress, WrittenFace, WrittenProxy, WrittenSchedule, WrittenValue,
};
use super::schedule::time;
use super::{Complaint, Configured};
use crate::messages;
use rollcall_words::Sentence;

/// The most that is read from a file named in a source file, in bytes.
///
/// 1 MiB. Why: certificates of a whole company fit; a device file that never ends does not take the memory.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// Any cron expression that is right, to ask about a time zone alone.
const MIDNIGHT: &str = "0 0 * * *";

/// What a source file's values may come from.
pub(crate) struct Surroundings<'a> {
    /// The folder of the file: relative paths in it begin there.
    pub(crate) folder: &'a Path,
    /// The environment, as [`std::env::var`] reads it.
    pub(crate) variable: &'a dyn Fn(&str) -> Result<String, VarError>,
}

impl Written {
    /// The source, with every value in place.
    ///
    /// # Errors
    ///
    /// Everything that is missing or wrong, in the order of the file.
    pub(crate) fn resolve(&self, surroundings: &Surroundings<'_>) -> Result<Configured, Vec<Complaint>> {
        let mut resolver = Resolver { surroundings, complaints: Vec::new() };
        let configured = resolver.file(self);
        resolver.complaints.sort_by_key(|complaint| complaint.place);
        match configured {
            Some(configured) if resolver.complaints.is_empty() => Ok(configured),
            Some(_) | None => Err(resolver.complaints),
        }
    }
}

/// Goes on after a complaint, so that an administrator sees them all at once. What returns none has complained.
struct Resolver<'s> {
    surroundings: &'s Surroundings<'s>,
    complaints: Vec<Complaint>,
}

impl Resolver<'_> {
    fn file(&mut self, written: &Written) -> Option<Configured> {
        let name = self.name(&written.name);
        let connector = self.text(&written.connector).map(|path| self.surroundings.folder.join(path));
        let departed =
            written.departed.as_ref().map_or(Some(DepartedUsers::default()), |word| self.departed(word));
        let egress = self.egress(&written.egress);
        let settings = self.value(&written.settings);
        let schedule = written.schedule.as_ref().map(|schedule| self.schedule(schedule));
        let face = self.face(&written.scim);
        Some(Configured {
            name: name?,
            connector: connector?,
            departed: departed?,
            egress: egress?,
            settings: settings?,
            places: written.places.clone(),
            schedule: held(schedule)?,
            face: face?,
        })
    }

    fn name(&mut self, word: &Placed<Word>) -> Option<SourceName> {
        let name = self.text(word)?;
        self.parsed(word, SourceName::new(name).map_err(|_| messages::bad_name(&word.key)))
    }

    fn departed(&mut self, word: &Placed<Word>) -> Option<DepartedUsers> {
        match self.text(word)?.as_str() {
            "deactivate" => Some(DepartedUsers::Deactivate),
            "delete" => Some(DepartedUsers::Delete),
            _ => self.parsed(word, Err(messages::bad_departed(&word.key))),
        }
    }

    fn face(&mut self, WrittenFace { names, user_names }: &WrittenFace) -> Option<ScimFace> {
        let names = names.as_ref().map(|word| {
            let named = ScimNames::named(&self.text(word)?);
            self.parsed(word, named.ok_or_else(|| messages::bad_scim_names(&word.key)))
        });
        let user_names = user_names.as_ref().map(|word| {
            let named = ScimUserNames::named(&self.text(word)?);
            self.parsed(word, named.ok_or_else(|| messages::bad_scim_user_names(&word.key)))
        });
        let (names, user_names) = (held(names)?, held(user_names)?);
        Some(ScimFace { names: names.unwrap_or_default(), user_names: user_names.unwrap_or_default() })
    }

    fn egress(&mut self, written: &WrittenEgress) -> Option<Egress> {
        let proxy = written.proxy.as_ref().map(|proxy| self.proxy(proxy));
        let ca_pem = written.ca.as_ref().map(|ca| self.certificates(ca));
        let allow = written.allow.as_ref().map(|allow| {
            let origins: Vec<_> = allow.iter().map(|word| self.origin(word)).collect();
            origins.into_iter().collect::<Option<Vec<_>>>()
        });
        Some(Egress { proxy: held(proxy)?, ca_pem: held(ca_pem)?, allow: held(allow)? })
    }

    fn schedule(&mut self, written: &WrittenSchedule) -> Option<Schedule> {
        let WrittenSchedule { cron, time_zone, jitter } = written;
        let expression = self.text(cron).and_then(|text| {
            let read = Schedule::parse(&text, None, Duration::ZERO);
            self.parsed(cron, read.map(|_| text).map_err(|error| bad_schedule(&cron.key, &error)))
        });
        let zone = time_zone.as_ref().map(|word| {
            let text = self.text(word)?;
            let read = Schedule::parse(MIDNIGHT, Some(&text), Duration::ZERO);
            self.parsed(word, read.map(|_| text).map_err(|error| bad_schedule(&word.key, &error)))
        });
        let late = jitter.as_ref().map(|word| {
            let text = self.text(word)?;
            self.parsed(word, time(&text).ok_or_else(|| messages::bad_jitter(&word.key)))
        });
        let (zone, jitter) = (held(zone)?, held(late)?.unwrap_or_default());
        let whole = Schedule::parse(&expression?, zone.as_deref(), jitter);
        self.parsed(cron, whole.map_err(|error| bad_schedule(&cron.key, &error)))
    }

    fn proxy(&mut self, written: &WrittenProxy) -> Option<Proxy> {
        let url = self.text(&written.url);
        let username = written.username.as_ref().map(|word| self.text(word));
        let password = written.password.as_ref().map(|word| self.text(word));
        let parsed = url?.parse::<Proxy>().map_err(|error| bad_proxy(&written.url.key, &error));
        let proxy = self.parsed(&written.url, parsed)?;
        let (username, password) = (held(username)?, held(password)?);
        Some(match username {
            Some(username) => proxy.with_credentials(username, password.unwrap_or_default()),
            None => proxy,
        })
    }

    /// The certificates themselves, or a path to them.
    fn certificates(&mut self, word: &Placed<Word>) -> Option<Vec<u8>> {
        let text = self.text(word)?;
        if text.contains("-----BEGIN") {
            return Some(text.into_bytes());
        }
        self.read(word, Path::new(&text)).map(String::into_bytes)
    }

    fn origin(&mut self, word: &Placed<Word>) -> Option<Origin> {
        let text = self.text(word)?;
        self.parsed(word, text.parse().map_err(|_| messages::bad_origin(&word.key)))
    }

    fn value(&mut self, value: &WrittenValue) -> Option<Value> {
        match value {
            WrittenValue::Word(word) => self.text(word).map(Value::String),
            WrittenValue::Other(value) => Some(value.clone()),
            WrittenValue::Array(elements) => {
                let elements: Vec<_> = elements.iter().map(|element| self.value(element)).collect();
                elements.into_iter().collect::<Option<_>>().map(Value::Array)
            }
            WrittenValue::Table(members) => {
                let members: Vec<_> =
                    members.iter().map(|(name, value)| Some((name.clone(), self.value(value)?))).collect();
                members.into_iter().collect::<Option<_>>().map(Value::Object)
            }
        }
    }

    fn text(&mut self, word: &Placed<Word>) -> Option<String> {
        match &word.item {
            Word::Literal(text) => Some(text.clone()),
            Word::Env(name) => {
                let value = (self.surroundings.variable)(name).map_err(|error| match error {
                    VarError::NotPresent => messages::variable_missing(&word.key, name),
                    VarError::NotUnicode(_) => messages::variable_not_text(&word.key, name),
                });
                self.parsed(word, value)
            }
            // Editors end a file with a line break, which is no part of a secret.
            Word::File(path) => self.read(word, path).map(|text| without_line_break(&text).to_owned()),
        }
    }

    fn read(&mut self, word: &Placed<Word>, path: &Path) -> Option<String> {
        let path = self.surroundings.folder.join(path);
        let contents = match read_bounded(&path) {
            Ok(Some(contents)) => Ok(contents),
            Ok(None) => Err(messages::file_too_large(&word.key, path.display(), MAX_FILE_BYTES)),
            Err(reason) => Err(messages::file_unreadable(&word.key, path.display(), reason)),
        };
        self.parsed(word, contents)
    }

    fn parsed<T>(&mut self, word: &Placed<Word>, result: Result<T, Sentence>) -> Option<T> {
        match result {
            Ok(parsed) => Some(parsed),
            Err(sentence) => {
                self.complaints.push(Complaint { place: word.place, sentence });
                None
            }
        }
    }
}

fn bad_schedule(key: &str, error: &InvalidSchedule) -> Sentence {
    match error {
        InvalidSchedule::Never { .. } => messages::schedule_never(key),
        InvalidSchedule::TimeZone { .. } => messages::bad_time_zone(key),
        InvalidSchedule::Jitter { .. } => messages::bad_jitter(key),
        InvalidSchedule::Cron { .. } | _ => messages::bad_cron(key),
    }
}

fn bad_proxy(key: &str, error: &InvalidProxy) -> Sentence {
    match error {
        InvalidProxy::NotAUrl => messages::proxy_not_a_url(key),
        // The scheme is not repeated: of a URL without one, it may be the name or the password.
        InvalidProxy::Scheme => messages::proxy_scheme(key),
        InvalidProxy::Path => messages::proxy_path(key),
        InvalidProxy::Credentials => messages::proxy_credentials(key),
    }
}

/// None when something was wanted and did not come: there is a complaint about it.
fn held<T>(wanted: Option<Option<T>>) -> Option<Option<T>> {
    wanted.map_or(Some(None), |got| got.map(Some))
}

/// The text of a file; none when it is too large.
fn read_bounded(path: &Path) -> io::Result<Option<String>> {
    let mut text = String::new();
    let n_bytes = File::open(path)?.take(MAX_FILE_BYTES.saturating_add(1)).read_to_string(&mut text)?;
    let fits = u64::try_from(n_bytes).is_ok_and(|n_bytes| n_bytes <= MAX_FILE_BYTES);
    Ok(fits.then_some(text))
}

fn without_line_break(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

#[cfg(test)]
mod tests;
